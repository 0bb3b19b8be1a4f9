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

/*
 * Runs /proc/self/exe with `argv` (argv[0] is its name; ended by NULL), in the store of `settings`, and waits
 * `seconds` at most.  *code takes its exit code, `out` and `said` its standard output and error.
 * EH_AGAIN where it cannot be started, took too long (it is then ended) or said too much.
 */
EH_MUST enum eh_rc eh_serve_child(const struct eh_settings *settings, const char *const *argv, int seconds, int *code,
                                  struct eh_buf *out, struct eh_buf *said, struct eh_err *err);

#endif
