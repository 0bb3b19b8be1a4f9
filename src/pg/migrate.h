/*
 * migrate.h - brings the store's schema to the version this program knows.
 *
 * The files migrations/NNNN_*.sql are embedded, numbered from 0001 without a gap,
 * and only go forward.  Each runs once, in a transaction of its own, under one
 * advisory lock, and leaves its SHA-256 in evenhand.migration.  A store whose past
 * differs from ours, or that is ahead of us, is refused and left as it is.
 *
 * Owner    the caller's connection, as evenhand_owner.
 * Threads  as pg.h; two programs at once wait for each other.
 */
#ifndef EH_PG_MIGRATE_H
#define EH_PG_MIGRATE_H

#include "base/asset.h"
#include "pg/pg.h"

#define EH_MIGRATE_LOCK_KEY INT64_C(0x45564e484d494752) /* the advisory lock: "EVNHMIGR" */

struct eh_migrate_state {
	int applied; /* the store's version: 0 where the schema is absent */
	int known;   /* ours */
};

/* Where the store stands.  EH_REFUSED where it is ahead of us or was changed. */
EH_MUST enum eh_rc eh_migrate_look(struct eh_pg *pg, struct eh_migrate_state *state, struct eh_err *err);

/* The same, but a migration that is just going on is waited for. */
EH_MUST enum eh_rc eh_migrate_look_settled(struct eh_pg *pg, struct eh_migrate_state *state, struct eh_err *err);

/* Applies what is missing; *applied_now counts it. */
EH_MUST enum eh_rc eh_migrate_run(struct eh_pg *pg, int *applied_now, struct eh_err *err);

/* The embedded migration of number n (1..known), or NULL. */
const struct eh_asset *eh_migrate_asset(int n);

#endif
