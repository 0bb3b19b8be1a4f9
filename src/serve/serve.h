/*
 * serve.h - the dashboard: one HTTP daemon that shows what the store holds.
 *
 * serve reads; what a user does becomes a request row that judge carries out.  It
 * binds loopback only, as it speaks plain HTTP.
 *
 * Owner    eh_serve_start() gives, eh_serve_stop() takes.
 * Threads  start and stop: one; inside: the daemon's thread, the page makers, the
 *          password checker, the watchdog.
 */
#ifndef EH_SERVE_SERVE_H
#define EH_SERVE_SERVE_H

#include <stdint.h>

#include "base/err.h"
#include "config/settings.h"

struct eh_serve;

/* Starts serving.  EH_BAD_INPUT for a `listen` that is no host:port, EH_REFUSED for one that is not
 * loopback, EH_AGAIN where the port is taken or the store cannot be reached. */
EH_MUST enum eh_rc eh_serve_start(const struct eh_settings *settings, struct eh_serve **out, struct eh_err *err);
void eh_serve_stop(struct eh_serve *serve); /* waits for the pages that are being made; NULL is allowed */

const char *eh_serve_url(const struct eh_serve *serve); /* http://127.0.0.1:8787/ */

#endif
