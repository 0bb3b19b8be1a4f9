/*
 * reach.c - how a receiver is reached: addresses, hosts, secrets, TLS; see route.h.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "notify/route_part.h"
#include "notify/secret.h"

/* Printable ASCII without a blank: it goes into a header, a command or a log of somebody else's. */
static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

enum eh_rc eh_notify_part_text(const struct eh_yaml *node, const char *key, const char **out, struct eh_err *err)
{
	const struct eh_yaml *entry = eh_yaml_get(node, key);

	return entry == NULL ? EH_OK : eh_yaml_text(entry, out, err);
}

enum eh_rc eh_notify_part_length(const struct eh_yaml *node, const char *key, int64_t least_ms, int64_t most_ms, int64_t *ms,
                            struct eh_err *err)
{
	const struct eh_yaml *entry = eh_yaml_get(node, key);
	int64_t us;

	if (entry == NULL)
		return EH_OK;
	enum eh_rc rc = eh_yaml_duration(entry, &us, err);
	if (rc == EH_OK && (us < least_ms * 1000 || us > most_ms * 1000))
		return eh_yaml_fail(entry, err, "%s is not between %lld s and %lld s", key, (long long)least_ms / 1000,
		                    (long long)most_ms / 1000);
	*ms = rc == EH_OK ? us / 1000 : *ms;
	return rc;
}

bool eh_notify_part_is_http(const char *url)
{
	return (strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0) && is_plain(url) && strlen(url) < 2000;
}

static bool is_loopback(const char *host)
{
	static const char *const names[] = {"127.0.0.1:", "localhost:", "[::1]:"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncasecmp(host, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* host:port, the host in square brackets where it has colons. */
static bool is_host(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;

	if (colon == NULL || colon == text || digits == 0 || digits > 5 || colon[1 + digits] != '\0' || strlen(text) > 300)
		return false;
	if (text[0] == '[')
		return colon[-1] == ']' && (size_t)(colon - text) == 2 + strspn(text + 1, "0123456789abcdefABCDEF:.");
	return (size_t)(colon - text) ==
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
}

static bool is_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL && strpbrk(text, "<>,;\"\\()") == NULL &&
	       is_plain(text) && strlen(text) <= 254;
}

/* ---- how it is reached ---------------------------------------------------------------------------- */

static enum eh_rc read_secret(const struct eh_notify_place *at, const struct eh_yaml *node, const char *key, const char **out, size_t *n,
                              struct eh_err *err)
{
	const struct eh_yaml *entry = eh_yaml_get(node, key);
	const char *path = NULL;
	struct eh_err why = {0};

	if (entry == NULL)
		return EH_OK;
	enum eh_rc rc = eh_yaml_text(entry, &path, err);
	if (rc != EH_OK)
		return rc;
	path = path[0] == '/' ? path : eh_arena_printf(at->home, "%s/%s", at->folder, path);
	if (!at->secrets) {
		*out = "https://secret.invalid/";
		*n = strlen(*out);
		return EH_OK;
	}
	if (eh_notify_secret_read(at->home, path, out, n, &why) == EH_OK)
		return EH_OK;
	(void)eh_yaml_fail(entry, err, "%s", why.text);
	return why.hint[0] != '\0' ? eh_hint(err, "%s", why.hint) : EH_BAD_INPUT;
}

static enum eh_rc read_ca(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	enum eh_rc rc = eh_notify_part_text(node, "ca_file", &route->ca_file, err);

	if (rc == EH_OK && route->ca_file != NULL && route->ca_file[0] != '/')
		route->ca_file = eh_arena_printf(at->home, "%s/%s", at->folder, route->ca_file);
	return rc;
}

bool eh_notify_part_is_bare(const char *url)
{
	const char *rest = strchr(url, ':') + 3;
	char host[304];

	if (strncasecmp(url, "http://", 7) != 0)
		return false;
	snprintf(host, sizeof host, "%.*s%s", (int)strcspn(rest, "/?#"), rest,
	         memchr(rest, ':', strcspn(rest, "/?#")) != NULL ? "" : ":");
	return !is_loopback(host) || memchr(rest, '@', strcspn(rest, "/?#")) != NULL;
}

static enum eh_rc check_url(const struct eh_yaml *entry, const char *url, struct eh_err *err)
{
	if (!eh_notify_part_is_http(url))
		return eh_yaml_fail(entry, err, "the address does not begin with https:// or http://, or holds what no address does");
	if (eh_notify_part_is_bare(url))
		return eh_yaml_fail(entry, err, EH_NOTIFY_BARE);
	return EH_OK;
}

/* A key, a password or a token in the address is a secret, and stands in no file that is read by all. */
static enum eh_rc read_url(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route, const char *usual,
                           struct eh_err *err)
{
	const struct eh_yaml *plain = eh_yaml_get(node, "url"), *file = eh_yaml_get(node, "url_file");
	size_t n;
	enum eh_rc rc = EH_OK;

	if (plain != NULL && file != NULL)
		return eh_yaml_fail_key(file, err, "a route has url or url_file, not both");
	if (plain == NULL && file == NULL) {
		route->url = usual;
		return usual != NULL ? EH_OK : eh_yaml_fail(node, err, "the route has no address: give url_file%s",
		                                            route->kind == EH_NOTIFY_WEBHOOK || route->kind == EH_NOTIFY_ALERTMANAGER
		                                                    ? " or url"
		                                                    : "");
	}
	rc = plain != NULL ? eh_yaml_text(plain, &route->url, err) : read_secret(at, node, "url_file", &route->url, &n, err);
	if (rc == EH_OK && plain != NULL && (strchr(route->url, '@') != NULL || strchr(route->url, '?') != NULL)) {
		(void)eh_yaml_fail(plain, err, "the address may hold a secret");
		return eh_hint(err, "write it into a file that only its owner reads, and name that as url_file.");
	}
	return rc == EH_OK ? check_url(plain != NULL ? plain : file, route->url, err) : rc;
}

/* Its address is given as for amtool, or with the path at its end. */
static void add_path(struct eh_arena *home, struct eh_notify_route *route)
{
	static const char path[] = "/api/v2/alerts";
	size_t n = strlen(route->url);

	if (n > strlen(path) && strcmp(route->url + n - strlen(path), path) == 0)
		return;
	while (n > 0 && route->url[n - 1] == '/')
		n--;
	route->url = eh_arena_printf(home, "%.*s%s", (int)n, route->url, path);
}

static enum eh_rc read_http(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	const char *usual = route->kind == EH_NOTIFY_PAGERDUTY ? "https://events.pagerduty.com/v2/enqueue" : NULL;
	enum eh_rc rc = read_url(at, node, route, usual, err);

	if (rc == EH_OK && route->kind == EH_NOTIFY_ALERTMANAGER)
		add_path(at->home, route);
	if (rc == EH_OK)
		rc = read_secret(at, node, "secret_file", &route->secret, &route->secret_n, err);
	if (rc == EH_OK && route->kind == EH_NOTIFY_PAGERDUTY && route->secret == NULL)
		return eh_yaml_fail(node, err, "the route has no secret_file: PagerDuty needs the key of the integration");
	if (rc == EH_OK && route->secret != NULL && route->kind != EH_NOTIFY_WEBHOOK && !is_plain(route->secret))
		return eh_yaml_fail(eh_yaml_get(node, "secret_file"), err, "the secret holds what no key or token does");
	route->resend_ms = 60000;
	route->hold_ms = 6 * 3600000;
	if (rc == EH_OK)
		rc = eh_notify_part_length(node, "resend", 1000, 3600000, &route->resend_ms, err);
	if (rc == EH_OK)
		rc = eh_notify_part_length(node, "hold", 4000, 7 * 86400000, &route->hold_ms, err);
	if (rc == EH_OK && route->hold_ms < 3 * route->resend_ms)
		return eh_yaml_fail(node, err, "hold is shorter than three times resend: the alert would end between two of them");
	return rc;
}

static enum eh_rc read_host(const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	const struct eh_yaml *entry;
	enum eh_rc rc = eh_yaml_need(node, "host", &entry, err);

	if (rc == EH_OK)
		rc = eh_yaml_text(entry, &route->host, err);
	if (rc == EH_OK && route->transport != EH_NOTIFY_OVER_UNIX && !is_host(route->host))
		return eh_yaml_fail(entry, err, "'%s' is not HOST:PORT", route->host);
	if (rc == EH_OK && route->transport == EH_NOTIFY_OVER_UNIX && (route->host[0] != '/' || strlen(route->host) > 107))
		return eh_yaml_fail(entry, err, "'%s' is not the path of a socket", route->host);
	return rc;
}

static enum eh_rc read_addresses(struct eh_arena *home, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	const struct eh_yaml *from, *to;
	enum eh_rc rc = eh_yaml_need(node, "from", &from, err);

	if (rc == EH_OK)
		rc = eh_yaml_text(from, &route->from, err);
	if (rc == EH_OK && !is_address(route->from))
		return eh_yaml_fail(from, err, "'%s' is not an address of mail, as evenhand@example.org", route->from);
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "to", &to, err);
	if (rc == EH_OK)
		rc = eh_yaml_texts(home, to, &route->to, &route->to_n, err);
	if (rc == EH_OK && route->to_n == 0)
		return eh_yaml_fail(to, err, "to names nobody");
	for (size_t i = 0; rc == EH_OK && i < route->to_n; i++)
		if (!is_address(route->to[i]))
			rc = eh_yaml_fail(to, err, "'%s' is not an address of mail, as ada@example.org", route->to[i]);
	return rc;
}

static enum eh_rc read_smtp(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	static const char *const ways[] = {"starttls", "wrapped", "none", NULL};
	const struct eh_yaml *tls = eh_yaml_get(node, "tls");
	int way = EH_NOTIFY_STARTTLS;
	enum eh_rc rc = read_host(node, route, err);

	if (rc == EH_OK && tls != NULL)
		rc = eh_yaml_choice(tls, ways, &way, err);
	route->tls = (enum eh_notify_tls)way;
	if (rc == EH_OK && way == EH_NOTIFY_NO_TLS && !is_loopback(route->host))
		return eh_yaml_fail(tls, err, "mail without TLS is for this machine alone: a message would be read on its way");
	if (rc == EH_OK)
		rc = eh_notify_part_text(node, "user", &route->user, err);
	if (rc == EH_OK && route->user != NULL && !is_plain(route->user))
		return eh_yaml_fail(eh_yaml_get(node, "user"), err, "the user's name holds a blank or what is not ASCII");
	if (rc == EH_OK)
		rc = read_secret(at, node, "secret_file", &route->secret, &route->secret_n, err);
	if (rc == EH_OK && (route->user != NULL) != (route->secret != NULL))
		return eh_yaml_fail(node, err, "user and secret_file come together");
	return rc == EH_OK ? read_addresses(at->home, node, route, err) : rc;
}

static enum eh_rc read_syslog(const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	static const char *const ways[] = {"tls", "tcp", "udp", "unix", NULL};
	const struct eh_yaml *over = eh_yaml_get(node, "over"), *facility = eh_yaml_get(node, "facility");
	int way = EH_NOTIFY_OVER_TLS;
	enum eh_rc rc = over != NULL ? eh_yaml_choice(over, ways, &way, err) : EH_OK;

	route->transport = (enum eh_notify_transport)way;
	route->facility = 16; /* local0 */
	if (rc == EH_OK)
		rc = read_host(node, route, err);
	if (rc == EH_OK && (way == EH_NOTIFY_OVER_TCP || way == EH_NOTIFY_OVER_UDP) && !is_loopback(route->host))
		return eh_yaml_fail(over, err, "syslog without TLS is for this machine alone: a message would be read on its way");
	return rc == EH_OK && facility != NULL ? eh_yaml_int(facility, 0, 23, &route->facility, err) : rc;
}

enum eh_rc eh_notify_part_reach(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	enum eh_rc rc = read_ca(at, node, route, err);

	if (rc != EH_OK)
		return rc;
	switch (route->kind) {
	case EH_NOTIFY_SMTP:
		return read_smtp(at, node, route, err);
	case EH_NOTIFY_SYSLOG:
		return read_syslog(node, route, err);
	default:
		return read_http(at, node, route, err);
	}
}

