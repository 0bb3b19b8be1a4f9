/*
 * store_check.c - see store_check.h.
 */
#include "pg/store_check.h"

#include <string.h>
#include <sys/statvfs.h>

#include "pg/cluster.h"
#include "pg/conn.h"
#include "pg/migrate.h"

#define LEAST_FREE_MB 512

static void add(struct eh_store_checks *checks, const char *what, const char *found, const char *fix)
{
	EH_ASSERT(checks->n < EH_STORE_CHECKS_MAX);
	checks->check[checks->n++] = (struct eh_store_check){what, found, fix};
}

static void add_err(struct eh_arena *arena, struct eh_store_checks *checks, const char *what, const struct eh_err *err)
{
	add(checks, what, eh_arena_strdup(arena, err->text),
	    eh_arena_strdup(arena, err->hint[0] != '\0' ? err->hint : "mend what the message names"));
}

/* ---- the private cluster -------------------------------------------------------- */

static void look_at_space(struct eh_arena *arena, const struct eh_cluster *cluster, struct eh_store_checks *checks)
{
	struct statvfs fs;

	if (statvfs(cluster->state, &fs) != 0)
		return; /* not made yet */
	unsigned long long mb = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	add(checks, "disk space", eh_arena_printf(arena, "%llu MB free in %s", mb, cluster->state),
	    mb >= LEAST_FREE_MB ? NULL : "free some space, or set EVENHAND_STATE to a folder on a larger disk");
}

/* True where the cluster is there to be opened. */
static bool look_at_cluster(struct eh_arena *arena, const char *state, struct eh_store_checks *checks)
{
	struct eh_cluster cluster;
	struct eh_err err;

	if (eh_cluster_find(arena, state, &cluster, &err) != EH_OK) {
		add_err(arena, checks, "private PostgreSQL", &err);
		return false;
	}
	add(checks, "PostgreSQL programs", eh_arena_printf(arena, "version %d in %s", cluster.major, cluster.bin),
	    NULL);
	look_at_space(arena, &cluster, checks);
	bool made = eh_cluster_made(&cluster);
	add(checks, "private PostgreSQL",
	    eh_arena_printf(arena, "%s, of the user '%s'%s", cluster.state, cluster.owner.name,
			    made ? "" : ", not made yet: the first verb that needs it makes it"),
	    NULL);
	return made;
}

/* ---- a named database ----------------------------------------------------------- */

/* Every role the login lacks, and the SQL that gives them all. */
static void look_at_roles(struct eh_arena *arena, struct eh_pg *pg, struct eh_store_checks *checks)
{
	const char *missing = "", *grants = "";
	const char *login = eh_pg_quote_ident(arena, PQuser(eh_pg_conn(pg)));
	struct eh_err err;

	for (enum eh_store_role role = EH_STORE_OWNER; role <= EH_STORE_SOURCE; role++) {
		EH_PGRESULT_AUTO res = NULL;
		struct eh_pg_args args = {0};
		const char *name = eh_store_role_name(role);

		eh_pg_arg_text(&args, name);
		if (eh_pg_query(pg, &eh_sql_pg_has_role, &args, &res, &err) != EH_OK) {
			add_err(arena, checks, "roles", &err);
			return;
		}
		if (!eh_pg_null(res, 0, 0) && eh_pg_int8(res, 0, 0) == 1)
			continue;
		missing = eh_arena_printf(arena, "%s %s", missing, name);
		grants = eh_arena_printf(arena, "%sGRANT %s TO %s;\n", grants, name, login);
	}
	if (missing[0] == '\0') {
		add(checks, "roles", "the login may take on all five that judge and serve need", NULL);
		return;
	}
	add(checks, "roles", eh_arena_printf(arena, "the login %s may not take on%s", login, missing),
	    "have a DBA run the SQL below in this database, then `evenhand migrate`");
	checks->sql = eh_arena_printf(
		arena,
		"%s\n%s\n-- only where decision logs are imported into this database:\n"
		"-- GRANT CREATE, TEMPORARY ON DATABASE %s TO evenhand_source;\n"
		"-- GRANT USAGE, CREATE ON SCHEMA public TO evenhand_source;\n",
		eh_asset_find("migrations/setup_roles.sql")->data, grants,
		eh_pg_quote_ident(arena, PQdb(eh_pg_conn(pg))));
}

static void look_at_named(struct eh_arena *arena, const char *conninfo, struct eh_store_checks *checks)
{
	EH_PG_AUTO pg = NULL;
	struct eh_err err;

	if (eh_pg_open(conninfo, NULL, &pg, &err) != EH_OK) {
		add_err(arena, checks, "connection", &err);
		return;
	}
	add(checks, "connection", eh_arena_printf(arena, "database '%s' as '%s'", PQdb(eh_pg_conn(pg)),
						  PQuser(eh_pg_conn(pg))), NULL);
	const char *encoding = PQparameterStatus(eh_pg_conn(pg), "server_encoding");
	add(checks, "encoding", encoding != NULL ? eh_arena_strdup(arena, encoding) : "unknown",
	    encoding != NULL && strcmp(encoding, "UTF8") == 0 ? NULL : "use a database with encoding UTF8");
	look_at_roles(arena, pg, checks);
}

/* ---- both ----------------------------------------------------------------------- */

static void look_at_schema(struct eh_arena *arena, const char *conninfo, const char *state,
			   struct eh_store_checks *checks)
{
	EH_PG_AUTO pg = NULL;
	struct eh_migrate_state at;
	struct eh_err err;

	if (eh_store_open_any(conninfo, state, EH_STORE_WRITER, &pg, &err) != EH_OK ||
	    eh_migrate_look(pg, &at, &err) != EH_OK) {
		add_err(arena, checks, "schema", &err);
		return;
	}
	add(checks, "server", eh_arena_printf(arena, "PostgreSQL %d", eh_pg_server_major(pg)), NULL);
	add(checks, "schema", eh_arena_printf(arena, "version %d of %d", at.applied, at.known),
	    at.applied == at.known ? NULL : "run `evenhand migrate`");
}

void eh_store_look(struct eh_arena *arena, const char *conninfo, const char *state, struct eh_store_checks *checks)
{
	*checks = (struct eh_store_checks){0};
	if (conninfo == NULL || conninfo[0] == '\0') {
		if (look_at_cluster(arena, state, checks))
			look_at_schema(arena, conninfo, state, checks);
		return;
	}
	look_at_named(arena, conninfo, checks);
	for (size_t i = 0; i < checks->n; i++)
		if (checks->check[i].fix != NULL)
			return;
	look_at_schema(arena, conninfo, state, checks);
}
