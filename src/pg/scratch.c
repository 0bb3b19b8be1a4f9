/*
 * scratch.c - see scratch.h.
 */
#include "pg/scratch.h"

#include <unistd.h>

#include "base/time.h"
#include "pg/cluster.h"
#include "pg/migrate.h"

#define PREFIX "evenhand_scratch_"

static enum eh_rc open_as(const char *state, const char *database, const char *role, struct eh_pg **out,
                          struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	enum eh_rc rc = eh_cluster_find(arena, state, &cluster, err);

	if (rc == EH_OK)
		rc = eh_cluster_ensure(&cluster, err);
	return rc == EH_OK ? eh_pg_open(eh_cluster_conninfo(arena, &cluster, database, role), NULL, out, err) : rc;
}

static enum eh_rc drop_named(struct eh_arena *arena, struct eh_pg *admin, const char *name, struct eh_err *err)
{
	return eh_pg_exec_script(
		admin, eh_arena_printf(arena, "DROP DATABASE IF EXISTS %s", eh_pg_quote_ident(arena, name)), err);
}

/* Scratch stores that nobody is connected to: their run is over. */
static enum eh_rc sweep(struct eh_arena *arena, struct eh_pg *admin, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query_text(admin,
	                                 "SELECT datname FROM pg_database d WHERE starts_with(datname, '" PREFIX
	                                 "') AND NOT EXISTS "
	                                 "(SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)",
	                                 NULL, false, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		rc = drop_named(arena, admin, eh_pg_text(res, i, 0), err);
	return rc;
}

enum eh_rc eh_scratch_open(struct eh_arena *arena, const char *state, struct eh_scratch *out, struct eh_err *err)
{
	EH_PG_AUTO first = NULL;
	EH_PG_AUTO admin = NULL;
	EH_PG_AUTO inside = NULL;
	EH_PG_AUTO owner = NULL;
	const struct eh_asset *roles = eh_asset_find("migrations/setup_roles.sql");
	int applied;

	out->state = state;
	out->name = eh_arena_printf(arena, PREFIX "%ld_%lld", (long)getpid(), (long long)eh_time_wall_us());
	enum eh_rc rc = eh_store_open(NULL, state, EH_STORE_OWNER, &first, err); /* roles exist from here on */
	if (rc == EH_OK)
		rc = open_as(state, "postgres", EH_CLUSTER_ADMIN, &admin, err);
	if (rc == EH_OK)
		rc = sweep(arena, admin, err);
	if (rc == EH_OK)
		rc = eh_pg_exec_script(
			admin, eh_arena_printf(arena, "CREATE DATABASE %s", eh_pg_quote_ident(arena, out->name)), err);
	if (rc == EH_OK)
		rc = open_as(state, out->name, EH_CLUSTER_ADMIN, &inside, err);
	if (rc == EH_OK)
		rc = eh_pg_exec_script(inside, roles->data, err);
	if (rc == EH_OK)
		rc = open_as(state, out->name, eh_store_role_name(EH_STORE_OWNER), &owner, err);
	if (rc == EH_OK)
		rc = eh_migrate_run(owner, &applied, err);
	return rc == EH_OK ? EH_OK : eh_while(err, "making a scratch store");
}

enum eh_rc eh_scratch_connect(const struct eh_scratch *scratch, enum eh_store_role role, struct eh_pg **out,
                              struct eh_err *err)
{
	return open_as(scratch->state, scratch->name, eh_store_role_name(role), out, err);
}

enum eh_rc eh_scratch_drop(const struct eh_scratch *scratch, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO admin = NULL;
	enum eh_rc rc = open_as(scratch->state, "postgres", EH_CLUSTER_ADMIN, &admin, err);

	return rc == EH_OK ? drop_named(arena, admin, scratch->name, err) : rc;
}
