/*
 * child.h - runs this program once more, as another verb, and takes what it prints.
 *
 * The dashboard and the lab stand on one floor and do not know each other; the page
 * asks the lab as a person would, by `evenhand lab`.  No shell is between: an
 * argument is an argument.
 *
 * Owner    the caller's buffers.
 * Threads  any.
 */
#ifndef EH_SERVE_CHILD_H
#define EH_SERVE_CHILD_H

#include "base/buf.h"
#include "config/settings.h"

#define EH_SERVE_CHILD_BYTES_MAX (4u << 20)

/* Somebody who looks on while it runs, some times a second: what it said on standard error so far.  False ends it. */
struct eh_serve_child_watch {
	bool (*look)(void *ctx, const struct eh_buf *said);
	void *ctx;
};

/*
 * Runs /proc/self/exe with `argv` (argv[0] is its name; ended by NULL), in the store of `settings`, and waits
 * `seconds` at most.  *code takes its exit code, `out` and `said` its standard output and error; `watch` may be NULL.
 * EH_AGAIN where it cannot be started, took too long, said too much or was not to go on (it is then ended).
 */
EH_MUST enum eh_rc eh_serve_child(const struct eh_settings *settings, const char *const *argv, int seconds,
                                  const struct eh_serve_child_watch *watch, int *code, struct eh_buf *out,
                                  struct eh_buf *said, struct eh_err *err);

#endif
