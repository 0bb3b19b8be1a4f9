/*
 * ops.h - a listener of its own for machines: /metrics, /healthz, /readyz.
 *
 * It shares no thread and no connection limit with the dashboard, so that neither a crowd
 * of visitors nor a slow page hides how things stand.  Loopback only, no sign-in: what it
 * says is about the machinery and about no group of people.
 *
 * Owner    eh_serve_ops_start() gives, eh_serve_ops_stop() takes.
 * Threads  start and stop: one; inside: one a connection, one of them at the store at a time.
 */
#ifndef EH_SERVE_OPS_H
#define EH_SERVE_OPS_H

#include "base/err.h"
#include "config/settings.h"

struct eh_serve_ops;

/* EH_BAD_INPUT for an `ops_listen` that is no host:port, EH_REFUSED for one that is not loopback, EH_AGAIN where the
 * port is taken. */
EH_MUST enum eh_rc eh_serve_ops_start(const struct eh_settings *settings, struct eh_serve_ops **out, struct eh_err *err);
void eh_serve_ops_stop(struct eh_serve_ops *ops); /* NULL is allowed */

const char *eh_serve_ops_url(const struct eh_serve_ops *ops); /* http://127.0.0.1:8788/ */

#endif
