/*
 * demo.h - what the verb `demo` is made of: a folder of its own, and what is said on the way.
 *
 * The demo's store is made anew each time in STATE/demo, where STATE is the state folder of the
 * settings; nothing outside that folder is written or removed.  A folder of that name that no demo
 * made is refused.
 *
 * Owner    the arena that was given.
 * Threads  main only.
 */
#ifndef EH_CLI_DEMO_H
#define EH_CLI_DEMO_H

#include "base/arena.h"
#include "pg/pg.h"

struct eh_cli_demo_folder {
	const char *path;
	int lock; /* held as long as the process lives: one demo at a time */
};

/* An empty folder; what an earlier demo left in it is removed, after its server was stopped. */
EH_MUST enum eh_rc eh_cli_demo_fresh(struct eh_arena *arena, const char *state, struct eh_cli_demo_folder *folder,
                                     struct eh_err *err);

/* Writes a file into the folder, and gives its path. */
EH_MUST enum eh_rc eh_cli_demo_write(struct eh_arena *arena, const struct eh_cli_demo_folder *folder, const char *name,
                                     const char *data, size_t n, const char **path, struct eh_err *err);

/* One user for each role that has pages, named as the role, with a password made for this demo. */
struct eh_cli_demo_user {
	const char *name, *password;
};
EH_MUST enum eh_rc eh_cli_demo_users(struct eh_arena *arena, struct eh_pg *store, struct eh_cli_demo_user **users, size_t *n,
                                     struct eh_err *err);

/* Prints the steps of alerts that judge took since the last call, with what a naive rule would have said by then. */
struct eh_cli_demo_news {
	int64_t after;     /* the leaf index of the last step that was told */
	int64_t naive;     /* of the last look */
	bool terminal;     /* a status line stands on standard error */
};
EH_MUST enum eh_rc eh_cli_demo_tell(struct eh_cli_demo_news *news, struct eh_pg *store, struct eh_err *err);

/* How far the source is judged: the start of the last pane that was closed; INT64_MIN: none. */
EH_MUST enum eh_rc eh_cli_demo_judged(struct eh_pg *store, int64_t *pane_us, struct eh_err *err);

#endif
