/*
 * watchdog.h - ends connections that take too long, however busy they keep themselves.
 *
 * libmicrohttpd's timeout is reset by every byte, so a client that sends a byte now
 * and then keeps its place for ever.  Here each connection has a deadline for what
 * it is doing (sending its head, its body, taking the answer, idling between two
 * requests); once a second those that are past it are shut down.
 *
 * Owner    eh_serve_watchdog_start() gives, eh_serve_watchdog_stop() takes, after the daemon was stopped.
 * Threads  any; a connection is removed under the lock that the shutdown takes, so that
 *          a descriptor that was closed and given out again is never shut down for another's sake.
 */
#ifndef EH_SERVE_WATCHDOG_H
#define EH_SERVE_WATCHDOG_H

#include "base/err.h"

struct eh_watchdog;
struct eh_watched;

EH_MUST enum eh_rc eh_serve_watchdog_start(struct eh_watchdog **out, struct eh_err *err);
void eh_serve_watchdog_stop(struct eh_watchdog *dog);

struct eh_watched *eh_serve_watch(struct eh_watchdog *dog, int fd, int seconds);
void eh_serve_watch_until(struct eh_watched *watched, int seconds); /* from now; 0: no deadline, it is our turn */
void eh_serve_unwatch(struct eh_watched *watched);

#endif
