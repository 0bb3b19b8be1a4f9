/*
 * syslog.c - a message as one line of RFC 5424, and the datagrams.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/time.h"
#include "notify/send.h"

enum { ERROR = 3, WARNING = 4, NOTICE = 5, INFO = 6 };

static int severity_of(const json_t *model)
{
	const char *type = eh_notify_said(model, "type");

	if (strcmp(type, "heartbeat") == 0 || strcmp(type, "test") == 0)
		return INFO;
	if (json_is_true(json_object_get(model, "over")))
		return NOTICE;
	return strcmp(eh_notify_said(model, "severity"), "page") == 0 ? ERROR : WARNING;
}

/* No line may hold another: a receiver that splits at line ends would take it for a message of its own. */
static void put_char(struct eh_buf *out, char c)
{
	eh_buf_putc(out, (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c);
}

static void put_param(struct eh_buf *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	eh_buf_printf(out, " %s=\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\' || *value == ']')
			eh_buf_putc(out, '\\');
		put_char(out, *value);
	}
	eh_buf_putc(out, '"');
}

/* 1 to n printable characters, or "-". */
static void put_word(struct eh_buf *out, const char *text, size_t n)
{
	size_t before = out->len;

	for (; *text != '\0' && out->len - before < n; text++)
		eh_buf_putc(out, (unsigned char)*text > 0x20 && (unsigned char)*text < 0x7f ? *text : '-');
	if (out->len == before)
		eh_buf_putc(out, '-');
}

static void put_line(struct eh_buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		put_char(out, *text);
}

void eh_notify_syslog(const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us, struct eh_buf *out)
{
	static const char *const params[] = {"type",     "alert", "kind",   "event",           "state", "severity",
	                                     "source",   "attribute", "group",  "onset", "evidence_sha256", "link"};
	EH_BUF_AUTO headline = {0};
	char host[256] = "", at[EH_TIME_TEXT];
	const char *event = eh_notify_said(model, "event");

	(void)gethostname(host, sizeof host - 1); /* without a name it is "-" */
	eh_time_format(now_us, at);
	eh_buf_printf(out, "<%d>1 %s ", (int)route->facility * 8 + severity_of(model), at);
	put_word(out, host, 255);
	eh_buf_printf(out, " evenhand %d ", (int)getpid());
	put_word(out, event[0] != '\0' ? event : eh_notify_said(model, "type"), 32);
	eh_buf_puts(out, " [evenhand@32473"); /* the number that RFC 5612 keeps for examples: we have none of our own */
	put_param(out, "id", key);
	for (size_t i = 0; i < sizeof params / sizeof *params; i++)
		put_param(out, params[i], eh_notify_said(model, params[i]));
	eh_buf_puts(out, "] \xef\xbb\xbf");
	eh_notify_headline(model, &headline);
	put_line(out, headline.data);
	eh_buf_puts(out, ": ");
	put_line(out, eh_notify_said(model, "sentence"));
}

static bool throw_at(int family, const struct sockaddr *at, socklen_t n, const struct eh_buf *line)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return false;

	bool ok = connect(fd, at, n) == 0 && send(fd, line->data, line->len, MSG_NOSIGNAL) == (ssize_t)line->len;
	close(fd);
	return ok;
}

/* Numbers only, as loopback is: nothing is looked up, so nothing waits. */
static bool throw_udp(const char *host_port, const struct eh_buf *line)
{
	const char *colon = strrchr(host_port, ':');
	char host[300];
	struct addrinfo want = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;

	snprintf(host, sizeof host, "%.*s", (int)(colon - host_port), host_port);
	if (host[0] == '[')
		snprintf(host, sizeof host, "%.*s", (int)(colon - host_port) - 2, host_port + 1);
	if (getaddrinfo(strcasecmp(host, "localhost") == 0 ? "127.0.0.1" : host, colon + 1, &want, &found) != 0)
		return false;
	bool ok = throw_at(found->ai_family, found->ai_addr, found->ai_addrlen, line);
	freeaddrinfo(found);
	return ok;
}

bool eh_notify_syslog_throw(const struct eh_notify_route *route, const struct eh_buf *line)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (route->transport == EH_NOTIFY_OVER_UDP)
		return throw_udp(route->host, line);
	snprintf(at.sun_path, sizeof at.sun_path, "%s", route->host);
	return throw_at(AF_UNIX, (const struct sockaddr *)&at, sizeof at, line);
}
