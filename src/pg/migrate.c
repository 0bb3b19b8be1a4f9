/*
 * migrate.c - see migrate.h.
 */
#include "pg/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "pg/conn.h"

/* n of migrations/NNNN_name.sql, 0 for every other file. */
static int number_of(const char *path)
{
	const char *name = strncmp(path, "migrations/", 11) == 0 ? path + 11 : "";

	return strspn(name, "0123456789") == 4 && name[4] == '_' ? (int)strtol(name, NULL, 10) : 0;
}

const struct eh_asset *eh_migrate_asset(int n)
{
	for (const struct eh_asset *a = eh_asset_table; a->name != NULL; a++)
		if (n > 0 && number_of(a->name) == n)
			return a;
	return NULL;
}

static int count_known(void)
{
	int n = 0, files = 0;

	while (eh_migrate_asset(n + 1) != NULL)
		n++;
	for (const struct eh_asset *a = eh_asset_table; a->name != NULL; a++)
		files += number_of(a->name) > 0;
	EH_ASSERT(files == n); /* a gap in the numbers, or one number twice */
	return n;
}

static struct eh_sha256 digest_of(const struct eh_asset *asset)
{
	return eh_sha256_of(asset->data, (size_t)(asset->end - asset->data));
}

/* Compares one line of the store's list with our file of the same number. */
static enum eh_rc check_applied(const PGresult *res, int row, int known, struct eh_arena *arena, struct eh_err *err)
{
	int64_t n = eh_pg_int8(res, row, 0);
	struct eh_pg_bytes was = eh_pg_bytea(res, row, 2, arena);

	if (n > known) {
		eh_fail(err, EH_REFUSED, "the store's schema is at version %d or later (%s), and this program knows %d",
			(int)n, eh_pg_text(res, row, 1), known);
		return eh_hint(err, "use the program that migrated it, or a newer one; there is no way back");
	}
	struct eh_sha256 ours = digest_of(eh_migrate_asset((int)n));
	if (n == row + 1 && was.n == sizeof ours.bytes && memcmp(was.data, ours.bytes, was.n) == 0)
		return EH_OK;
	eh_fail(err, EH_REFUSED, "migration %s of the store is not the one this program knows as %s",
		eh_pg_text(res, row, 1), eh_migrate_asset((int)n)->name);
	return eh_hint(err, "the store was made by another build; use that build, or start with an empty store");
}

enum eh_rc eh_migrate_look(struct eh_pg *pg, struct eh_migrate_state *state, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PGRESULT_AUTO res = NULL;
	int64_t there = 0;

	*state = (struct eh_migrate_state){.known = count_known()};
	enum eh_rc rc = eh_pg_query_int8(pg, &eh_sql_pg_has_migrations, NULL, &there, err);
	if (rc != EH_OK || there == 0)
		return rc;
	rc = eh_pg_query(pg, &eh_sql_pg_migrations, NULL, &res, err);
	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++)
		rc = check_applied(res, row, state->known, arena, err);
	if (rc == EH_OK)
		state->applied = PQntuples(res);
	return rc;
}

static enum eh_rc enter(struct eh_pg *pg, int n, const struct eh_asset *asset, struct eh_err *err)
{
	struct eh_sha256 digest = digest_of(asset);
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, n);
	eh_pg_arg_text(&args, asset->name + strlen("migrations/"));
	eh_pg_arg_bytea(&args, digest.bytes, sizeof digest.bytes);
	return eh_pg_run(pg, &eh_sql_pg_add_migration, &args, NULL, err);
}

static enum eh_rc apply(struct eh_pg *pg, int n, struct eh_err *err)
{
	const struct eh_asset *asset = eh_migrate_asset(n);
	enum eh_rc rc = eh_pg_begin(pg, err);

	if (rc == EH_OK)
		rc = eh_pg_exec_script(pg, asset->data, err);
	if (rc == EH_OK)
		rc = enter(pg, n, asset, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(pg, err);
	if (rc == EH_OK)
		return EH_OK;
	eh_pg_rollback(pg);
	return eh_while(err, "%s", asset->name);
}

static enum eh_rc apply_missing(struct eh_pg *pg, int *applied_now, struct eh_err *err)
{
	struct eh_migrate_state state;
	enum eh_rc rc = eh_migrate_look(pg, &state, err); /* only under the lock: another may have been at it */

	for (int n = state.applied + 1; rc == EH_OK && n <= state.known; n++) {
		rc = apply(pg, n, err);
		*applied_now += rc == EH_OK;
	}
	return rc;
}

/* Gives the lock back; of two failures the first is the story. */
static enum eh_rc unlock_after(struct eh_pg *pg, enum eh_rc rc, struct eh_err *err)
{
	struct eh_err unlocking;
	enum eh_rc unlocked = eh_pg_unlock(pg, EH_MIGRATE_LOCK_KEY, &unlocking);

	if (rc == EH_OK && unlocked != EH_OK)
		*err = unlocking;
	return rc != EH_OK ? rc : unlocked;
}

enum eh_rc eh_migrate_run(struct eh_pg *pg, int *applied_now, struct eh_err *err)
{
	enum eh_rc rc = eh_pg_lock(pg, EH_MIGRATE_LOCK_KEY, err);

	*applied_now = 0;
	return rc == EH_OK ? unlock_after(pg, apply_missing(pg, applied_now, err), err) : rc;
}

enum eh_rc eh_migrate_look_settled(struct eh_pg *pg, struct eh_migrate_state *state, struct eh_err *err)
{
	enum eh_rc rc = eh_migrate_look(pg, state, err);

	if (rc != EH_OK || state->applied == state->known)
		return rc;
	rc = eh_pg_lock(pg, EH_MIGRATE_LOCK_KEY, err);
	return rc == EH_OK ? unlock_after(pg, eh_migrate_look(pg, state, err), err) : rc;
}
