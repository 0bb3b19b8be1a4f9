/*
 * ops.c - see ops.h.
 */
#include "serve/ops.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "serve/daemon.h"
#include "serve/metrics.h"

#define CONNECTIONS 16
#define TIMEOUT_S 10

struct eh_serve_ops {
	struct MHD_Daemon *mhd;
	struct eh_metrics *metrics;
	pthread_mutex_t lock; /* of metrics */
	char url[80];
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type, const struct eh_buf *body)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);

	if (response == NULL)
		return MHD_NO;
	enum MHD_Result result = MHD_NO;
	if (MHD_add_response_header(response, "Content-Type", type) == MHD_YES &&
	    MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES &&
	    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* A page of another site that its visitor's browser was told lies at this address sends another host's name. */
static bool is_for_us(struct MHD_Connection *connection)
{
	const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
	static const char *const ours[] = {"127.", "localhost", "[::1]"};

	for (size_t i = 0; host != NULL && i < sizeof ours / sizeof *ours; i++) {
		size_t n = strlen(ours[i]);

		if (strncmp(host, ours[i], n) == 0 && (i == 0 ? strspn(host, "0123456789.:") == strlen(host) : host[n] == '\0' || host[n] == ':'))
			return true;
	}
	return false;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **con_cls)
{
	struct eh_serve_ops *ops = cls;
	EH_BUF_AUTO body = {0};
	bool metrics = strcmp(url, "/metrics") == 0, ready = strcmp(url, "/readyz") == 0;

	(void)version;
	(void)upload;
	(void)upload_size;
	if (*con_cls == NULL) { /* the first call has the head only */
		*con_cls = ops;
		return MHD_YES;
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		eh_buf_puts(&body, "GET only\n");
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", &body);
	}
	if (!is_for_us(connection)) {
		eh_buf_puts(&body, "ask for it as 127.0.0.1 or localhost\n");
		return answer(connection, MHD_HTTP_FORBIDDEN, "text/plain; charset=utf-8", &body);
	}
	if (metrics || ready) {
		bool fine = true;

		pthread_mutex_lock(&ops->lock);
		if (metrics)
			eh_metrics_write(ops->metrics, &body);
		else
			fine = eh_metrics_ready(ops->metrics, &body);
		pthread_mutex_unlock(&ops->lock);
		return answer(connection, fine ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
		              metrics ? "text/plain; version=0.0.4; charset=utf-8" : "application/json", &body);
	}
	if (strcmp(url, "/healthz") == 0) { /* this process answers: nothing else is asked */
		eh_buf_puts(&body, "ok\n");
		return answer(connection, MHD_HTTP_OK, "text/plain; charset=utf-8", &body);
	}
	eh_buf_puts(&body, "there is /metrics, /healthz and /readyz\n");
	return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain; charset=utf-8", &body);
}

static enum eh_rc start(struct eh_serve_ops *ops, const char *listen, struct eh_err *err)
{
	struct sockaddr_storage address;
	socklen_t length;
	enum eh_rc rc = eh_serve_listen_address(listen, &address, &length, err);

	if (rc != EH_OK)
		return eh_while(err, "ops_listen");
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	ops->mhd = MHD_start_daemon(flags, 0, NULL, NULL, handle, ops, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT,
	                            (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
	                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16384, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (ops->mhd == NULL) {
		(void)eh_fail(err, EH_AGAIN, "cannot listen on %s for metrics", listen);
		return eh_hint(err, "another program may hold the port: choose one with --ops-listen 127.0.0.1:PORT");
	}
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(ops->mhd, MHD_DAEMON_INFO_BIND_PORT);
	snprintf(ops->url, sizeof ops->url, "http://%s:%u/", address.ss_family == AF_INET6 ? "[::1]" : "127.0.0.1",
	         info != NULL ? info->port : 0u);
	return EH_OK;
}

enum eh_rc eh_serve_ops_start(const struct eh_settings *settings, struct eh_serve_ops **out, struct eh_err *err)
{
	struct eh_serve_ops *ops = eh_xmalloc(sizeof *ops);

	*ops = (struct eh_serve_ops){.metrics = eh_metrics_new(settings)};
	pthread_mutex_init(&ops->lock, NULL);
	enum eh_rc rc = start(ops, settings->ops_listen, err);
	if (rc != EH_OK)
		eh_serve_ops_stop(ops);
	else
		*out = ops;
	return rc;
}

void eh_serve_ops_stop(struct eh_serve_ops *ops)
{
	if (ops == NULL)
		return;
	if (ops->mhd != NULL)
		MHD_stop_daemon(ops->mhd);
	eh_metrics_free(ops->metrics);
	pthread_mutex_destroy(&ops->lock);
	free(ops);
}

const char *eh_serve_ops_url(const struct eh_serve_ops *ops)
{
	return ops->url;
}
