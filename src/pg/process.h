/*
 * process.h - runs the server's own programs (initdb, pg_ctl) as the OS user who owns the cluster.
 *
 * PostgreSQL refuses to run as root, and a program that was given our open files
 * would keep our locks: so each child changes its user, starts with a clean
 * environment and inherits nothing but what is said here.
 *
 * Owner    names point to what the caller keeps.
 * Threads  any; between fork and exec nothing allocates.
 */
#ifndef EH_PG_PROCESS_H
#define EH_PG_PROCESS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"

struct eh_process_user {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* all of its groups, gid too */
	size_t groups_n;
	const char *name, *home;
};

/* Runs argv[0] (a path, argv ended by NULL) in folder `cwd` and waits.  Its two outputs are appended to
 * `said`.  *status is its exit code, or 128 + the signal.  EH_AGAIN where it could not be run at all. */
EH_MUST enum eh_rc eh_process_run(const char *const *argv, const struct eh_process_user *as, const char *cwd,
				  struct eh_buf *said, int *status, struct eh_err *err);

/* Makes the calling process that user for good, with no way back; false where the system refuses. */
EH_MUST bool eh_process_become(const struct eh_process_user *user);

/* The user of that name or number; false where there is none. */
bool eh_process_user_named(struct eh_arena *arena, const char *name, struct eh_process_user *user);
bool eh_process_user_of(struct eh_arena *arena, uid_t uid, struct eh_process_user *user);

/* When the process began, in ticks since boot, which tells it from a later one of the same number; 0: there is none. */
unsigned long long eh_process_began(pid_t pid);

#endif
