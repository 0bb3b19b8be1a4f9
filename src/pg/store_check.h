/*
 * store_check.h - whether the store can be used, and what to do where it cannot: for `evenhand doctor`.
 *
 * The checks change nothing: a private cluster that is absent is not made.
 *
 * Owner    texts live in the arena that was given.
 * Threads  as pg.h.
 */
#ifndef EH_PG_STORE_CHECK_H
#define EH_PG_STORE_CHECK_H

#include "pg/store.h"

#define EH_STORE_CHECKS_MAX 16

struct eh_store_check {
	const char *what; /* what was looked at */
	const char *found;
	const char *fix; /* NULL: it is as it must be */
};

struct eh_store_checks {
	size_t n;
	struct eh_store_check check[EH_STORE_CHECKS_MAX];
	const char *sql; /* what a DBA must run, NULL: nothing */
};

/* In the order in which they must hold; the first that fails may hide others. */
void eh_store_look(struct eh_arena *arena, const char *conninfo, const char *state, struct eh_store_checks *checks);

#endif
