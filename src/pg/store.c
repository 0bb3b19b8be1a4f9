/*
 * store.c - see store.h.
 */
#include "pg/store.h"

#include "pg/cluster.h"
#include "pg/conn.h"
#include "pg/migrate.h"

#define LEAST_MAJOR 15

const char *eh_store_role_name(enum eh_store_role role)
{
	static const char *const names[] = {[EH_STORE_OWNER] = "evenhand_owner",
					    [EH_STORE_WRITER] = "evenhand_writer",
					    [EH_STORE_READER] = "evenhand_reader",
					    [EH_STORE_REGULATOR] = "evenhand_regulator",
					    [EH_STORE_SOURCE] = "evenhand_source",
					    [EH_STORE_COUNSEL] = "evenhand_counsel"};

	EH_ASSERT((size_t)role < sizeof names / sizeof *names);
	return names[role];
}

static bool is_private(const char *conninfo)
{
	return conninfo == NULL || conninfo[0] == '\0';
}

static enum eh_rc open_private(const char *state, enum eh_store_role role, struct eh_pg **out, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	enum eh_rc rc = eh_cluster_find(arena, state, &cluster, err);

	if (rc == EH_OK)
		rc = eh_cluster_ensure(&cluster, err);
	if (rc == EH_OK)
		rc = eh_pg_open(eh_cluster_conninfo(arena, &cluster, EH_CLUSTER_DATABASE, eh_store_role_name(role)),
				NULL, out, err);
	return rc;
}

/* The login must be a member; a superuser always is, and then stays what he is only until SET ROLE. */
static enum eh_rc take_role(struct eh_pg *pg, const char *role, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, role);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_pg_has_role, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (eh_pg_null(res, 0, 0) || eh_pg_int8(res, 0, 0) == 0) {
		eh_fail(err, EH_AGAIN, "the login '%s' may not take on the role '%s' in the store '%s'",
			PQuser(pg->conn), role, PQdb(pg->conn));
		return eh_hint(err, "have a DBA run what `evenhand doctor` prints");
	}
	return eh_pg_simple(pg, eh_arena_printf(arena, "SET ROLE %s", eh_pg_quote_ident(arena, role)), "set role", err);
}

static enum eh_rc open_named(const char *conninfo, enum eh_store_role role, struct eh_pg **out, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	enum eh_rc rc = eh_pg_open(conninfo, NULL, &pg, err);

	if (rc != EH_OK)
		return rc;
	if (eh_pg_server_major(pg) < LEAST_MAJOR)
		return eh_fail(err, EH_AGAIN, "the store's server is PostgreSQL %d, and Evenhand needs %d or newer",
			       eh_pg_server_major(pg), LEAST_MAJOR);
	rc = take_role(pg, eh_store_role_name(role), err);
	if (rc != EH_OK)
		return rc;
	*out = pg;
	pg = NULL;
	return EH_OK;
}

enum eh_rc eh_store_open_any(const char *conninfo, const char *state, enum eh_store_role role, struct eh_pg **out,
			     struct eh_err *err)
{
	*out = NULL;
	enum eh_rc rc = is_private(conninfo) ? open_private(state, role, out, err)
					     : open_named(conninfo, role, out, err);

	return rc == EH_OK ? EH_OK : eh_while(err, "cannot open the store");
}

static enum eh_rc make_schema(const char *state, struct eh_err *err)
{
	EH_PG_AUTO owner = NULL;
	int applied;
	enum eh_rc rc = eh_store_open_any(NULL, state, EH_STORE_OWNER, &owner, err);

	return rc == EH_OK ? eh_migrate_run(owner, &applied, err) : rc;
}

static enum eh_rc check_schema(struct eh_pg *pg, const char *conninfo, const char *state, struct eh_err *err)
{
	struct eh_migrate_state at;
	enum eh_rc rc = eh_migrate_look_settled(pg, &at, err);

	if (rc != EH_OK || at.applied == at.known)
		return rc;
	if (at.applied == 0 && is_private(conninfo))
		return make_schema(state, err);
	if (at.applied == 0)
		eh_fail(err, EH_AGAIN, "the store has no schema yet");
	else
		eh_fail(err, EH_AGAIN, "the store's schema is at version %d, and this program needs %d", at.applied,
			at.known);
	return eh_hint(err, "run `evenhand migrate` (with --dry-run it prints the SQL)");
}

enum eh_rc eh_store_open(const char *conninfo, const char *state, enum eh_store_role role, struct eh_pg **out,
			 struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;

	*out = NULL;
	enum eh_rc rc = eh_store_open_any(conninfo, state, role, &pg, err);
	if (rc == EH_OK && role != EH_STORE_SOURCE)
		rc = check_schema(pg, conninfo, state, err);
	if (rc != EH_OK)
		return rc;
	*out = pg;
	pg = NULL;
	return EH_OK;
}

enum eh_rc eh_store_drop_privileges(const char *conninfo, const char *state, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;

	if (!is_private(conninfo))
		return EH_OK;
	enum eh_rc rc = eh_cluster_find(arena, state, &cluster, err);
	return rc == EH_OK ? eh_cluster_drop_privileges(&cluster, err) : rc;
}
