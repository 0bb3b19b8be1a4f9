/*
 * fit_sql.c - the SQL that a source's superuser and the owner of its table must run; see fit.h.
 *
 * It is printed and never run.  It comes in two parts, each under a comment that says
 * who runs it; a part with nothing in it is left out.
 */
#include <string.h>

#include "base/buf.h"
#include "source/fit_part.h"

struct text {
	struct eh_arena *arena;
	const struct eh_fit_facts *f;
	struct eh_buf super, owner;
};

char eh_fit_identity_wished(const struct eh_fit_facts *facts, const struct eh_fit_leaf *leaf)
{
	return facts->wish->mode == EH_MAP_MODE_STREAM && facts->wish->corrections ? 'f' : leaf->identity;
}

const struct eh_fit_publication *eh_fit_stands_against(const struct eh_fit_facts *facts, const char **why)
{
	for (size_t i = 0; i < facts->publications_n; i++) {
		const struct eh_fit_publication *p = &facts->publications[i];

		*why = eh_fit_breaks(p, eh_fit_identity_wished(facts, p->leaf));
		if (*why != NULL && eh_fit_breaks(p, p->leaf->identity) == NULL && strcmp(p->name, facts->publication) != 0)
			return p;
	}
	return NULL;
}

/* ---- the role ----------------------------------------------------------------------------- */

static const char *own_role(const struct eh_fit_facts *f)
{
	return f->store_roles != NULL && f->store_roles[0] == '\0' && !f->super ? f->role : "evenhand_reads";
}

static void put_role(struct text *t)
{
	const struct eh_fit_facts *f = t->f;
	bool stream = f->wish->mode == EH_MAP_MODE_STREAM;
	const char *role = eh_pg_quote_ident(t->arena, own_role(f));
	bool is_new = strcmp(own_role(f), f->role) != 0;

	if (is_new && !f->beside) {
		eh_buf_printf(&t->super, "CREATE ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE%s;\n", role, stream ? " REPLICATION" : "");
		eh_buf_printf(&t->super, "GRANT CONNECT ON DATABASE %s TO %s;\n", eh_pg_quote_ident(t->arena, f->database), role);
	} else if (stream && !f->replication) {
		eh_buf_printf(&t->super, "ALTER ROLE %s REPLICATION;\n", role);
	}
	if (stream && strcmp(f->wal_level, "logical") != 0)
		eh_buf_puts(&t->super, "-- then restart the server:\nALTER SYSTEM SET wal_level = logical;\n");
	if (f->table_there && f->rows_hidden)
		eh_buf_printf(&t->super, "ALTER ROLE %s BYPASSRLS;\n", role);
	if (stream && !f->may_emit && !f->standby)
		eh_buf_printf(&t->super, "GRANT EXECUTE ON FUNCTION pg_catalog.pg_logical_emit_message(boolean, text, text) TO %s;\n", role);
	if (!f->table_there && !is_new)
		return; /* the map names no table: there is nothing to grant */
	if (is_new || !f->may_use_schema)
		eh_buf_printf(&t->owner, "GRANT USAGE ON SCHEMA %s TO %s;\n", eh_pg_quote_ident(t->arena, f->map->schema), role);
	if (is_new || !f->may_select)
		eh_buf_printf(&t->owner, "GRANT SELECT ON %s TO %s;\n", f->table_name, role);
}

/* ---- stream ------------------------------------------------------------------------------- */

static void put_identity(struct text *t)
{
	/* The partitions' rows are written whole by their own, and are said to be whole by the root's. */
	if (t->f->kind == 'p' && t->f->wish->corrections && t->f->identity != 'f')
		eh_buf_printf(&t->owner, "ALTER TABLE %s REPLICA IDENTITY FULL;\n", t->f->table_name);
	for (size_t i = 0; i < t->f->leaves; i++) {
		const struct eh_fit_leaf *leaf = &t->f->leaf[i];

		if (eh_fit_identity_wished(t->f, leaf) == leaf->identity)
			continue;
		eh_buf_printf(&t->owner, "ALTER TABLE %s.%s REPLICA IDENTITY FULL;\n", eh_pg_quote_ident(t->arena, leaf->schema),
		              eh_pg_quote_ident(t->arena, leaf->table));
	}
	if (t->f->kind == 'p' && t->f->wish->corrections)
		eh_buf_puts(&t->owner, "-- a partition that is made later must be given REPLICA IDENTITY FULL too, before its first UPDATE\n");
}

/* Columns of the map; with corrections none, as a column list beside REPLICA IDENTITY FULL would break every UPDATE. */
static void put_list(struct text *t)
{
	const struct eh_map *map = t->f->map;

	if (t->f->wish->corrections)
		return;
	eh_buf_puts(&t->owner, " (");
	for (size_t i = 0; i < map->columns_n; i++)
		eh_buf_printf(&t->owner, "%s%s", i > 0 ? ", " : "", eh_pg_quote_ident(t->arena, map->columns[i].name));
	eh_buf_puts(&t->owner, ")");
}

static void put_publication(struct text *t)
{
	const struct eh_fit_facts *f = t->f;
	const char *name = eh_pg_quote_ident(t->arena, f->publication);

	if (!f->owner_may_publish)
		eh_buf_printf(&t->super, "GRANT CREATE ON DATABASE %s TO %s;\n", eh_pg_quote_ident(t->arena, f->database),
		              eh_pg_quote_ident(t->arena, f->owner));
	/* In this order the owner's UPDATE works between any two of the statements. */
	if (eh_fit_publication_there(f))
		eh_buf_printf(&t->owner, "DROP PUBLICATION %s;\n", name);
	put_identity(t);
	eh_buf_printf(&t->owner, "CREATE PUBLICATION %s FOR TABLE %s", name, f->table_name);
	put_list(t);
	if (f->wish->where != NULL)
		eh_buf_printf(&t->owner, " WHERE (%s)", f->wish->where);
	eh_buf_printf(&t->owner, "\n\tWITH (publish = '%s', publish_via_partition_root = %s);\n",
	              f->wish->corrections ? "insert, update, delete, truncate" : "insert", f->kind == 'p' ? "true" : "false");
}

static bool stream_lacks(struct eh_arena *arena, const struct eh_fit_facts *f)
{
	struct eh_fit *stream = eh_arena_zalloc(arena, 1, sizeof *stream);

	eh_fit_check_stream(arena, f, stream);
	for (size_t i = 0; i < stream->n; i++)
		if (stream->line[i].state == EH_FIT_FAILS && strcmp(stream->line[i].what, "publication") == 0)
			return true;
	for (size_t i = 0; i < f->publications_n; i++)
		if (strcmp(f->publications[i].name, f->publication) == 0 && eh_fit_breaks(&f->publications[i], f->publications[i].leaf->identity))
			return true;
	return false;
}

static void put_stream(struct text *t)
{
	const char *why;
	const struct eh_fit_publication *against = eh_fit_stands_against(t->f, &why);

	if ((!stream_lacks(t->arena, t->f) && t->f->wish->where == NULL) || (eh_fit_is_own(t->f) && !eh_fit_publication_there(t->f)))
		return;
	if (against != NULL) {
		eh_buf_printf(&t->owner,
		              "-- nothing is printed for the publication: with what it needs, UPDATE and DELETE of %s.%s would fail\n"
		              "-- under publication %s: %s.\n-- mend that publication first, or read inserts only (--append-only)\n",
		              eh_pg_quote_ident(t->arena, against->leaf->schema), eh_pg_quote_ident(t->arena, against->leaf->table),
		              eh_pg_quote_ident(t->arena, against->name), why);
		return;
	}
	put_publication(t);
}

/* ---- poll --------------------------------------------------------------------------------- */

static void put_xid(struct text *t)
{
	const struct eh_fit_facts *f = t->f;
	bool plain = f->kind == 'r', tracked = f->map->identity == EH_MAP_IDENTITY_TRACKED;
	const char *xid = eh_pg_quote_ident(t->arena, f->xid != NULL ? f->xid : "evenhand_xid");

	/* Tracked rows are followed by xmin, which sees updates too; a column would hide them. */
	if ((!plain && f->kind != 'p') || (f->xid == NULL && tracked && f->wish->mode == EH_MAP_MODE_POLL))
		return;
	if (f->xid == NULL)
		eh_buf_printf(&t->owner, "ALTER TABLE %s ADD %s xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id();\n", f->table_name, xid);
	else if (!f->xid_not_null)
		eh_buf_printf(&t->owner, "ALTER TABLE %s ALTER %s SET NOT NULL;\n", f->table_name, xid);
	if (f->xid == NULL || !f->xid_indexed)
		eh_buf_printf(&t->owner, "%sCREATE INDEX %sON %s (%s);\n", plain ? "-- not inside a transaction:\n" : "",
		              plain ? "CONCURRENTLY " : "", f->table_name, xid);
}

static const char *own_function(struct text *t, const char *what)
{
	const struct eh_map *map = t->f->map;

	return eh_arena_printf(t->arena, "%s.%s", eh_pg_quote_ident(t->arena, map->schema),
	                       eh_pg_quote_ident(t->arena, eh_arena_printf(t->arena, "evenhand_%s_%s", what, map->source)));
}

/* A corrected row comes again, and takes its older version's place. */
static void put_renewal(struct text *t)
{
	const struct eh_fit_facts *f = t->f;
	const char *function = own_function(t, "renew");

	if (f->kind != 'r' || f->standby || f->xid == NULL || f->map->identity != EH_MAP_IDENTITY_TRACKED)
		return;
	eh_buf_puts(&t->owner, "-- optional: rows that are corrected come again\n");
	eh_buf_printf(&t->owner,
	              "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS\n"
	              "\t$evenhand$BEGIN NEW.%s := pg_catalog.pg_current_xact_id(); RETURN NEW; END$evenhand$;\n",
	              function, eh_pg_quote_ident(t->arena, f->xid));
	eh_buf_printf(&t->owner, "CREATE OR REPLACE TRIGGER evenhand_renew BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s();\n",
	              f->table_name, function);
}

/* One notification a statement, so that a load of a million rows sends one. */
static void put_notify(struct text *t)
{
	const struct eh_fit_facts *f = t->f;
	const char *channel = eh_arena_printf(t->arena, "evenhand_%s", f->map->source);
	const char *function = own_function(t, "tell");

	if ((f->kind != 'r' && f->kind != 'p') || f->standby || f->notifies)
		return;
	eh_buf_puts(&t->owner, "-- optional: Evenhand hears of new rows at once, and not after poll_interval\n");
	eh_buf_printf(&t->owner,
	              "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS\n"
	              "\t$evenhand$BEGIN PERFORM pg_catalog.pg_notify('%s', ''); RETURN NULL; END$evenhand$;\n",
	              function, channel);
	eh_buf_printf(&t->owner, "CREATE OR REPLACE TRIGGER evenhand_tell AFTER INSERT%s ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s();\n",
	              f->map->identity != EH_MAP_IDENTITY_POSITION ? " OR UPDATE" : "", f->table_name, function);
}

/* ---- the whole ---------------------------------------------------------------------------- */

static const char *join(struct text *t, const char *owner)
{
	const char *all = "";

	if (t->super.len > 0)
		all = eh_arena_printf(t->arena, "-- as a superuser, in database %s:\n%s", eh_pg_quote_ident(t->arena, t->f->database),
		                      t->super.data);
	if (t->owner.len > 0)
		all = eh_arena_printf(t->arena, "%s%s-- as the owner of %s%s:\n%s", all, all[0] != '\0' ? "\n" : "", t->f->table_name, owner,
		                      t->owner.data);
	eh_buf_free(&t->super);
	eh_buf_free(&t->owner);
	return all;
}

const char *eh_fit_sql(struct eh_arena *arena, const struct eh_fit_facts *f)
{
	struct text t = {.arena = arena, .f = f};

	put_role(&t);
	if (f->table_there && f->wish->mode == EH_MAP_MODE_STREAM)
		put_stream(&t);
	if (f->table_there && f->wish->mode != EH_MAP_MODE_STREAM && f->map->follow) {
		put_xid(&t);
		put_renewal(&t);
		put_notify(&t);
	}
	return join(&t, f->table_there ? eh_arena_printf(arena, ", %s", eh_pg_quote_ident(arena, f->owner)) : "");
}

const char *eh_fit_sql_of_role(struct eh_arena *arena, const struct eh_map *map, const struct eh_fit_wish *wish)
{
	struct eh_fit_facts f = {.map = map,
	                         .wish = wish,
	                         .role = "",
	                         .store_roles = "",
	                         .super = true,
	                         .wal_level = "logical",
	                         .may_emit = true,
	                         .database = "DATABASE"};
	struct text t = {.arena = arena, .f = &f};

	f.table_name = eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, map->schema), eh_pg_quote_ident(arena, map->table));
	put_role(&t);
	return join(&t, "");
}
