/*
 * scratch.h - a store for one run: a database of its own in the private cluster.
 *
 * `replay --map` judges a source without writing to the store: it gathers and
 * judges into a scratch store by the very same code, prints, and drops it.  What
 * a killed run left behind is dropped by the next.
 *
 * Owner    eh_scratch_open() makes it, eh_scratch_drop() takes it away; the
 *          connections opened to it must be closed first.
 * Threads  none.
 */
#ifndef EH_PG_SCRATCH_H
#define EH_PG_SCRATCH_H

#include "pg/store.h"

struct eh_scratch {
	const char *state, *name; /* of the cluster; of the database */
};

/* Makes the database with roles and schema. */
EH_MUST enum eh_rc eh_scratch_open(struct eh_arena *arena, const char *state, struct eh_scratch *out,
                                   struct eh_err *err);

/* A connection to it. */
EH_MUST enum eh_rc eh_scratch_connect(const struct eh_scratch *scratch, enum eh_store_role role, struct eh_pg **out,
                                      struct eh_err *err);

EH_MUST enum eh_rc eh_scratch_drop(const struct eh_scratch *scratch, struct eh_err *err);

#endif
