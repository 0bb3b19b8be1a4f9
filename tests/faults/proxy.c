/*
 * proxy.c - a TCP proxy that does to a connection what networks do.
 * usage: proxy PORT TARGET CONTROL
 *
 * Listens on 127.0.0.1:PORT (0: any, printed as the first line of output) and passes bytes on to TARGET, a path of a
 * Unix socket or a port of 127.0.0.1.  CONTROL is a FIFO; each line written into it is a command:
 *
 *   pass           everything goes through, as at first; what was stalled goes on
 *   cut            every connection is reset (RST); new ones pass
 *   cut_after N    every connection is reset when N more bytes came from the target
 *   refuse         every connection is reset, and new ones as soon as they come
 *   stall          nothing moves any more, and new connections are taken and never served
 *   hold           the same for the connections that are there; new ones pass
 *   half           the target's end of each connection is closed, and the client is not told
 *   trickle N      N bytes a second and direction
 *   delay MS       each piece waits so long
 *
 * One thread, one poll loop.  Ends on SIGTERM.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define TICK_MS 20

struct direction {
	int from, to;
	char data[65536];
	size_t at, n;
	int64_t due_ms;  /* not before */
	int64_t allowed; /* bytes, where they trickle */
};

struct connection {
	bool open, stalled, half;
	int client, target;
	int64_t cut_after; /* -1: never */
	struct direction up, down;
};

static struct connection connection[CONNECTIONS_MAX];
static const char *target_name;
static bool stall_new, refuse_new;
static int64_t trickle, delay_ms, cut_after_new = -1;

static void die(const char *what)
{
	fprintf(stderr, "proxy: %s: %s\n", what, strerror(errno));
	exit(3);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- connections ------------------------------------------------------------------------ */

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &n) != 0)
		die("listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static int connect_target(void)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct sockaddr_in remote = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	bool is_path = target_name[0] == '/';
	int fd = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(local.sun_path, sizeof local.sun_path, "%s", target_name);
	remote.sin_port = htons((uint16_t)strtoul(target_name, NULL, 10));
	if (fd < 0)
		die("socket");
	if (connect(fd, is_path ? (const struct sockaddr *)&local : (const struct sockaddr *)&remote,
	            is_path ? sizeof local : sizeof remote) != 0) {
		close(fd);
		return -1;
	}
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void reset(int fd)
{
	struct linger now = {.l_onoff = 1};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
}

static void close_connection(struct connection *c, bool by_reset)
{
	if (by_reset)
		reset(c->client);
	else
		close(c->client);
	if (c->target >= 0)
		close(c->target);
	c->open = false;
}

static void take_new(int listening)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	int target = refuse_new || stall_new ? -1 : connect_target();
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = &connection[i];

		if (c->open || (target < 0 && !stall_new))
			continue;
		c->open = true;
		c->half = false;
		c->stalled = stall_new;
		c->client = fd;
		c->target = target;
		c->cut_after = cut_after_new;
		c->up.from = c->down.to = fd;
		c->up.to = c->down.from = target;
		c->up.n = c->down.n = 0;
		return;
	}
	reset(fd);
	if (target >= 0)
		close(target);
}

/* ---- bytes --------------------------------------------------------------------------------- */

/* False where the connection is over. */
static bool take_bytes(struct connection *c, struct direction *d)
{
	ssize_t n = read(d->from, d->data, sizeof d->data);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	d->at = 0;
	d->n = (size_t)n;
	d->due_ms = now_ms() + delay_ms;
	if (d == &c->down && c->cut_after >= 0) {
		if (n > c->cut_after) {
			d->n = (size_t)c->cut_after;
			(void)!write(d->to, d->data, d->n);
			close_connection(c, true);
			return true;
		}
		c->cut_after -= n;
	}
	return true;
}

static bool give_bytes(struct direction *d)
{
	size_t n = d->n - d->at;

	if (trickle > 0 && (int64_t)n > d->allowed)
		n = d->allowed > 0 ? (size_t)d->allowed : 0;
	if (n == 0)
		return true;
	ssize_t sent = send(d->to, d->data + d->at, n, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR;
	d->at += (size_t)sent;
	d->allowed -= sent;
	if (d->at == d->n)
		d->n = 0;
	return true;
}

static bool may_give(const struct direction *d)
{
	return d->n > 0 && now_ms() >= d->due_ms && (trickle == 0 || d->allowed > 0);
}

/* ---- commands -------------------------------------------------------------------------------- */

static void each(void (*what)(struct connection *))
{
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		if (connection[i].open)
			what(&connection[i]);
}

static void cut(struct connection *c)
{
	close_connection(c, true);
}

static void stall(struct connection *c)
{
	c->stalled = true;
}

/* One that has no target was taken while all stood still: it cannot be served now. */
static void go_on(struct connection *c)
{
	c->stalled = false;
	if (c->target < 0 && !c->half)
		close_connection(c, true);
}

static void halve(struct connection *c)
{
	if (c->target >= 0)
		close(c->target);
	c->target = -1;
	c->half = c->stalled = true;
}

static void cut_later(struct connection *c)
{
	c->cut_after = cut_after_new;
}

static void obey(const char *line)
{
	char word[32] = "";
	long long number = 0;

	(void)sscanf(line, "%31s %lld", word, &number);
	refuse_new = strcmp(word, "refuse") == 0;
	stall_new = strcmp(word, "stall") == 0;
	trickle = strcmp(word, "trickle") == 0 ? number : 0;
	delay_ms = strcmp(word, "delay") == 0 ? number : 0;
	cut_after_new = strcmp(word, "cut_after") == 0 ? number : -1;
	each(cut_later);
	if (strcmp(word, "cut") == 0 || refuse_new)
		each(cut);
	else if (stall_new || strcmp(word, "hold") == 0)
		each(stall);
	else if (strcmp(word, "half") == 0)
		each(halve);
	else if (strcmp(word, "pass") == 0)
		each(go_on);
	printf("%s", line);
	fflush(stdout);
}

static void read_commands(int control)
{
	static char line[256];
	static size_t n;

	while (n + 1 < sizeof line && read(control, line + n, 1) == 1) {
		if (line[n++] != '\n')
			continue;
		line[n] = '\0';
		n = 0;
		obey(line);
	}
}

/* ---- the loop ---------------------------------------------------------------------------------- */

static size_t watch(struct pollfd *fds, struct direction **whose, struct connection **of, struct connection *c,
                    struct direction *d, size_t n)
{
	bool give = may_give(d);

	if (d->n > 0 && !give)
		return n;
	fds[n] = (struct pollfd){.fd = give ? d->to : d->from, .events = give ? POLLOUT : POLLIN};
	whose[n] = d;
	of[n] = c;
	return n + 1;
}

static void turn(int listening, int control)
{
	static struct pollfd fds[2 + 2 * CONNECTIONS_MAX];
	static struct direction *whose[2 + 2 * CONNECTIONS_MAX];
	static struct connection *of[2 + 2 * CONNECTIONS_MAX];
	size_t n = 2;

	fds[0] = (struct pollfd){.fd = listening, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = control, .events = POLLIN};
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = &connection[i];

		if (!c->open || c->stalled)
			continue;
		n = watch(fds, whose, of, c, &c->up, n);
		n = watch(fds, whose, of, c, &c->down, n);
	}
	if (poll(fds, n, TICK_MS) < 0 && errno != EINTR)
		die("poll");
	for (size_t i = 2; i < n; i++)
		if (fds[i].revents != 0 && of[i]->open &&
		    !(fds[i].events == POLLOUT ? give_bytes(whose[i]) : take_bytes(of[i], whose[i])))
			close_connection(of[i], false);
	if (fds[0].revents != 0)
		take_new(listening);
	if (fds[1].revents != 0)
		read_commands(control);
}

/* What may trickle adds up, a second's worth at most. */
static void allow(int64_t ms)
{
	static int64_t rest;

	rest += trickle * ms;
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		for (struct direction *d = &connection[i].up; d != NULL; d = d == &connection[i].up ? &connection[i].down : NULL) {
			d->allowed += rest / 1000;
			if (d->allowed > trickle)
				d->allowed = trickle;
		}
	rest %= 1000;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: proxy PORT TARGET CONTROL\n");
		return 2;
	}
	target_name = argv[2];
	signal(SIGPIPE, SIG_IGN);
	int listening = listen_on((uint16_t)strtoul(argv[1], NULL, 10));
	int control = open(argv[3], O_RDWR | O_NONBLOCK | O_CLOEXEC); /* also to write: it never ends */
	if (control < 0)
		die(argv[3]);
	for (int64_t before = now_ms();;) {
		turn(listening, control);
		int64_t now = now_ms();

		allow(now - before);
		before = now;
	}
}
