/*
 * http.c - the daemon: libmicrohttpd on one thread, every answer made by a pool.
 *
 * The way of a request: its address is noted (log_uri), its head judged (guard.h),
 * its body gathered under a deadline (watchdog.h), then the connection is suspended
 * and the exchange pushed to a pool; the pool's thread makes the answer (answer.c)
 * and resumes the connection, whose thread sends it.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "serve/daemon.h"
#include "serve/guard.h"
#include "serve/lab_run.h"
#include "serve/route.h"

#define HEAD_S 10       /* to send a request's head */
#define BODY_S 10       /* to send its body, and one second more for every 4 KiB */
#define ANSWER_S 60     /* to take the answer */
#define KEEP_ALIVE_S 20 /* to ask again */
#define PAGE_THREADS 3
#define PAGE_QUEUE 64
#define PASSWORD_QUEUE 16
#define CONNECTIONS 256
#define CONNECTIONS_PER_ADDRESS 64

enum stage { STAGE_HEAD, STAGE_BODY, STAGE_MAKING, STAGE_MADE };

struct exchange {
	struct eh_job job; /* first: a job is its exchange */
	struct eh_serve *serve;
	struct MHD_Connection *connection;
	struct eh_arena *arena;
	const char *uri;
	struct eh_buf body;
	enum stage stage;
	bool head_only, last; /* last: close after the answer */
	struct eh_request rq;
	struct eh_reply rp;
};

static struct eh_watched *watched_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* MHD's first word of a request: the target as it was sent. */
static void *log_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *x = eh_xmalloc(sizeof *x);

	memset(x, 0, sizeof *x);
	x->serve = cls;
	x->connection = connection;
	x->arena = eh_arena_new();
	x->uri = eh_arena_strdup(x->arena, uri ? uri : "");
	x->rq.arena = x->arena;
	return x;
}

static void completed(void *cls, struct MHD_Connection *connection, void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *con_cls;
	struct eh_watched *watched = watched_of(connection);

	(void)cls;
	(void)why;
	if (watched)
		eh_serve_watch_until(watched, KEEP_ALIVE_S);
	if (!x)
		return;
	sodium_memzero(x->body.data, x->body.len);
	eh_buf_free(&x->body);
	eh_buf_free(&x->rp.body);
	eh_buf_free(&x->rp.cookie);
	eh_arena_free(x->arena);
	free(x);
	*con_cls = NULL;
}

static void connected(void *cls, struct MHD_Connection *connection, void **socket_context,
                      enum MHD_ConnectionNotificationCode what)
{
	struct eh_serve *serve = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context = info ? eh_serve_watch(serve->dog, info->connect_fd, HEAD_S) : NULL;
	} else if (*socket_context) {
		eh_serve_unwatch(*socket_context);
		*socket_context = NULL;
	}
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                   const char *value, size_t value_length)
{
	struct eh_head *head = cls;

	(void)kind;
	if (head->n == EH_SERVE_HEADERS) {
		head->overflow = true;
		return MHD_NO;
	}
	head->header[head->n++] = (struct eh_header){.name = name,
	                                             .name_length = name_length,
	                                             .value = value ? value : "",
	                                             .value_length = value ? value_length : 0};
	return MHD_YES;
}

/* The client's network, as who holds one address often holds its neighbours. */
static void note_address(struct exchange *x)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	unsigned char network[16] = {0};

	if (info && info->client_addr->sa_family == AF_INET) {
		struct sockaddr_in address;
		memcpy(&address, info->client_addr, sizeof address);
		memcpy(network, &address.sin_addr, 3);
		inet_ntop(AF_INET, network, x->rq.address, sizeof x->rq.address);
	} else if (info && info->client_addr->sa_family == AF_INET6) {
		struct sockaddr_in6 address;
		memcpy(&address, info->client_addr, sizeof address);
		memcpy(network, &address.sin6_addr, 7);
		inet_ntop(AF_INET6, network, x->rq.address, sizeof x->rq.address);
	}
}

static const char *keep_header(struct exchange *x, const struct eh_head *head, const char *name)
{
	const char *value = eh_serve_header(head, name);

	return value ? eh_arena_strdup(x->arena, value) : NULL;
}

/* Takes over what pages may know of the head: nothing that a proxy might have added. */
static void note_head(struct exchange *x, const struct eh_head *head)
{
	const char *query = strchr(x->uri, '?');
	const char *path = query ? eh_arena_strndup(x->arena, x->uri, (size_t)(query - x->uri)) : x->uri;
	const char *accept = eh_serve_header(head, "Accept");

	x->rq.post = strcmp(head->method, "POST") == 0;
	x->head_only = strcmp(head->method, "HEAD") == 0;
	x->rq.json = accept && strcmp(accept, "application/json") == 0;
	if (strncmp(path, "/api/", 5) == 0) {
		x->rq.json = true;
		path += 4;
	}
	x->rq.path = path;
	x->rq.query = query ? query + 1 : "";
	x->rq.cookies = keep_header(x, head, "Cookie");
	x->rq.if_none_match = keep_header(x, head, "If-None-Match");
	x->rq.same_origin = eh_serve_same_origin(head);
	note_address(x);
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_fixed_headers(struct MHD_Response *response)
{
	static const char *const fixed[][2] = {
		{"Content-Security-Policy",
	         "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
	         "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
	         "trusted-types evenhand"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", "same-origin"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	};
	bool good = true;

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		good = add_header(response, fixed[i][0], fixed[i][1]) && good;
	return good;
}

static bool add_own_headers(struct MHD_Response *response, const struct exchange *x, const char *etag)
{
	const struct eh_reply *rp = &x->rp;
	char text[160];
	bool good = add_header(response, "Content-Type", rp->type ? rp->type : "text/html; charset=utf-8");

	good = add_header(response, "Cache-Control", rp->keep ? "public, max-age=31536000, immutable" : "no-store") &&
	       good;
	good = add_header(response, "Vary", "Accept, Cookie") && good;
	if (*etag)
		good = add_header(response, "ETag", etag) && good;
	if (rp->location)
		good = add_header(response, "Location", rp->location) && good;
	if (rp->cookie.len)
		good = add_header(response, "Set-Cookie", rp->cookie.data) && good;
	if (rp->retry_after_s) {
		snprintf(text, sizeof text, "%d", rp->retry_after_s);
		good = add_header(response, "Retry-After", text) && good;
	}
	if (rp->file) {
		snprintf(text, sizeof text, "attachment; filename=\"%s\"", rp->file);
		good = add_header(response, "Content-Disposition", text) && good;
	}
	if (x->last)
		good = add_header(response, "Connection", "close") && good;
	return good;
}

/* The answer's digest is its tag: equal bytes need not be sent twice. */
static void make_etag(struct exchange *x, char etag[40])
{
	struct eh_reply *rp = &x->rp;

	etag[0] = '\0';
	if (x->rq.post || rp->status != 200)
		return;
	struct eh_sha256 digest = eh_sha256_of(rp->body.data, rp->body.len);
	etag[0] = '"';
	eh_hex(digest.bytes, 16, etag + 1);
	memcpy(etag + 33, "\"", 2);
	if (x->rq.if_none_match && strstr(x->rq.if_none_match, etag)) {
		rp->status = 304;
		eh_buf_reset(&rp->body);
	}
}

static enum MHD_Result send_answer(struct exchange *x)
{
	struct eh_watched *watched = watched_of(x->connection);
	char etag[40];

	make_etag(x, etag);
	eh_buf_put(&x->rp.body, "", 0); /* gives an empty answer its bytes */
	struct MHD_Response *response =
		MHD_create_response_from_buffer(x->rp.body.len, x->rp.body.data, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	/* A header that is refused holds what must not be in one: better no answer than half of one. */
	bool good = add_fixed_headers(response) && add_own_headers(response, x, etag);
	if (!good)
		eh_log("a header was refused for an answer, which was dropped");
	if (watched)
		eh_serve_watch_until(watched, ANSWER_S);
	enum MHD_Result sent = good ? MHD_queue_response(x->connection, (unsigned)x->rp.status, response) : MHD_NO;
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result send_error(struct exchange *x, int status, const char *what)
{
	x->last = true;
	eh_serve_answer_error(x->serve, &x->rq, &x->rp, status, what, NULL);
	return send_answer(x);
}

static enum MHD_Result take_head(struct exchange *x, const char *method, const char *version)
{
	struct eh_head head = {.method = method, .version = version, .uri = x->uri};
	struct eh_watched *watched = watched_of(x->connection);

	MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, take_header, &head);
	struct eh_guard_verdict verdict = eh_serve_guard(&head);
	if (verdict.status != 0)
		return send_error(x, verdict.status, verdict.why);
	note_head(x, &head);
	if (x->rq.post) {
		const char *type = eh_serve_header(&head, "Content-Type");
		if (!type || strncmp(type, "application/x-www-form-urlencoded", 33) != 0)
			return send_error(x, 415, "forms are sent as application/x-www-form-urlencoded");
	}
	x->stage = STAGE_BODY;
	if (watched)
		eh_serve_watch_until(watched, BODY_S + (int)(verdict.length / 4096));
	return MHD_YES;
}

static void make(struct eh_worker *worker, struct eh_job *job)
{
	struct exchange *x = (struct exchange *)job;

	eh_serve_answer(worker, &x->rq, &x->rp);
	x->stage = STAGE_MADE;
	MHD_resume_connection(x->connection);
}

/* Head and body are in: hand them to a pool, with the connection put to sleep. */
static enum MHD_Result begin_making(struct exchange *x)
{
	struct eh_watched *watched = watched_of(x->connection);
	struct eh_err err = {0};

	if (eh_serve_form_parse(x->arena, x->rq.query, strlen(x->rq.query), &x->rq.args, &err) != EH_OK ||
	    eh_serve_form_parse(x->arena, x->body.data ? x->body.data : "", x->body.len, &x->rq.form, &err) != EH_OK)
		return send_error(x, 400, err.text);
	if (watched)
		eh_serve_watch_until(watched, 0);
	const struct eh_route *route =
		eh_serve_route_find(x->rq.post ? "POST" : "GET", x->rq.path, EH_SERVE_PUBLIC, NULL);
	struct eh_pool *pool = route && route->slow ? x->serve->passwords : x->serve->pages;
	x->stage = STAGE_MAKING;
	x->job.run = make;
	MHD_suspend_connection(x->connection);
	if (eh_serve_pool_push(pool, &x->job))
		return MHD_YES;
	eh_serve_answer_error(x->serve, &x->rq, &x->rp, 503, "too many requests wait already",
	                      "Try again in a few seconds.");
	x->rp.retry_after_s = 5;
	x->stage = STAGE_MADE;
	MHD_resume_connection(x->connection);
	return MHD_YES;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **con_cls)
{
	struct exchange *x = *con_cls;

	(void)cls;
	(void)connection;
	(void)url;
	if (x->stage == STAGE_HEAD)
		return take_head(x, method, version);
	if (x->stage == STAGE_BODY && *upload_size > 0) {
		if (x->body.len + *upload_size > EH_SERVE_BODY_MAX)
			return MHD_NO;
		eh_buf_put(&x->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (x->stage == STAGE_BODY)
		return begin_making(x);
	if (x->stage == STAGE_MADE)
		return send_answer(x);
	return MHD_YES;
}

/* Addresses are decoded by us and by nobody before us. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

/* MHD has a line for every bad request; a flood of them must not become a flood of ours. */
static void drop_log(void *cls, const char *format, va_list args)
{
	(void)cls;
	(void)format;
	(void)args;
}

static enum eh_rc start_daemon(struct eh_serve *serve, struct eh_err *err)
{
	struct sockaddr_storage address;
	socklen_t length;
	enum eh_rc rc = eh_serve_listen_address(serve->settings->listen, &address, &length, err);

	if (rc != EH_OK)
		return rc;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	serve->mhd = MHD_start_daemon(
		flags, 0, NULL, NULL, handle, serve, MHD_OPTION_EXTERNAL_LOGGER, drop_log, NULL, MHD_OPTION_SOCK_ADDR,
		&address, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)KEEP_ALIVE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, log_uri, serve,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, connected, serve, MHD_OPTION_END);
	if (!serve->mhd) {
		eh_fail(err, EH_AGAIN, "cannot listen on %s", serve->settings->listen);
		return eh_hint(err, "Another program may hold the port: choose one with --listen 127.0.0.1:PORT.");
	}
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(serve->mhd, MHD_DAEMON_INFO_BIND_PORT);
	snprintf(serve->url, sizeof serve->url, "http://%s:%u/", address.ss_family == AF_INET6 ? "[::1]" : "127.0.0.1",
	         info ? info->port : 0u);
	return EH_OK;
}

enum eh_rc eh_serve_start(const struct eh_settings *settings, struct eh_serve **out, struct eh_err *err)
{
	struct eh_serve *serve = eh_xmalloc(sizeof *serve);

	memset(serve, 0, sizeof *serve);
	EH_ASSERT(sodium_init() >= 0);
	signal(SIGPIPE, SIG_IGN);
	serve->settings = settings;
	serve->limits = (struct eh_session_limits){settings->session_idle_ms, settings->session_length_ms};
	serve->arena = eh_arena_new();
	eh_serve_throttle_init(&serve->throttle);
	pthread_mutex_init(&serve->tree_lock, NULL);
	enum eh_rc rc = eh_serve_compile_pages(serve, err);
	if (rc == EH_OK)
		rc = eh_serve_watchdog_start(&serve->dog, err);
	if (rc == EH_OK)
		rc = eh_serve_pool_start(serve, PAGE_THREADS, PAGE_QUEUE, &serve->pages, err);
	if (rc == EH_OK)
		rc = eh_serve_pool_start(serve, 1, PASSWORD_QUEUE, &serve->passwords, err);
	if (rc == EH_OK)
		rc = start_daemon(serve, err);
	if (rc != EH_OK) {
		eh_serve_stop(serve);
		return rc;
	}
	*out = serve;
	return EH_OK;
}

void eh_serve_stop(struct eh_serve *serve)
{
	if (!serve)
		return;
	/* Pools first: a daemon must not be stopped while connections are asleep. */
	if (serve->mhd)
		close(MHD_quiesce_daemon(serve->mhd));
	eh_serve_pool_stop(serve->pages);
	eh_serve_pool_stop(serve->passwords);
	eh_serve_lab_end();
	if (serve->mhd)
		MHD_stop_daemon(serve->mhd);
	eh_serve_pool_free(serve->pages);
	eh_serve_pool_free(serve->passwords);
	eh_serve_watchdog_stop(serve->dog);
	pthread_mutex_destroy(&serve->tree_lock);
	eh_arena_free(serve->arena);
	free(serve);
}

const char *eh_serve_url(const struct eh_serve *serve)
{
	return serve->url;
}
