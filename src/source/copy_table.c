/*
 * copy_table.c - the table that import writes to: made where it is absent, looked at where it is there.
 *
 * These statements are text made at run time because their names come from the
 * map and the file, and because their tables are not in the store's schema, where
 * a test prepares every statement of the .sql files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/copy_part.h"

static const char set_aside_schema[] = "CREATE SCHEMA evenhand_import";

/* raw is bytea: what was set aside may be no text.  The digest keeps the same file from entering a row
 * twice, and lets another file of the same name enter its own. */
static const char set_aside_table[] =
	"CREATE TABLE evenhand_import.set_aside ("
	" source text NOT NULL, file text NOT NULL, line bigint NOT NULL, reason text NOT NULL, raw bytea NOT NULL,"
	" raw_sha256 bytea NOT NULL GENERATED ALWAYS AS (sha256(raw)) STORED,"
	" imported_at timestamptz NOT NULL DEFAULT now(),"
	" PRIMARY KEY (source, file, line, reason, raw_sha256))";

/* Wakes gather; the channel is the trigger's argument. */
static const char notify_function[] =
	"CREATE FUNCTION evenhand_import.notify() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS "
	"$$ BEGIN PERFORM pg_notify(TG_ARGV[0], ''); RETURN NULL; END $$";

enum eh_rc eh_copy_run(struct eh_copy *c, const char *sql, const struct eh_pg_args *args, int64_t *rows)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query_text(c->pg, sql, args, false, &res, c->err);

	if (rc == EH_OK && rows != NULL)
		*rows = strtoll(PQcmdTuples(res), NULL, 10);
	return rc;
}

/* Whether the catalogs know a name; `test` is a query that gives a boolean. */
static enum eh_rc ask(struct eh_copy *c, const char *test, const char *name, bool *yes)
{
	struct eh_pg_args args = {0};
	EH_PGRESULT_AUTO res = NULL;

	eh_pg_arg_text(&args, name);
	enum eh_rc rc = eh_pg_query_text(c->pg, test, &args, false, &res, c->err);
	if (rc == EH_OK)
		*yes = eh_pg_bool(res, 0, 0);
	return rc;
}

static enum eh_rc make_unless(struct eh_copy *c, const char *test, const char *name, const char *make)
{
	bool there = false;
	enum eh_rc rc = ask(c, test, name, &there);

	return rc != EH_OK || there ? rc : eh_copy_run(c, make, NULL, NULL);
}

#define HAS_SCHEMA "SELECT pg_catalog.to_regnamespace($1::text) IS NOT NULL"
#define HAS_TABLE "SELECT pg_catalog.to_regclass($1::text) IS NOT NULL"
#define HAS_FUNCTION "SELECT pg_catalog.to_regprocedure($1::text) IS NOT NULL"

static enum eh_rc prepare_set_aside(struct eh_copy *c)
{
	enum eh_rc rc;

	if ((rc = make_unless(c, HAS_SCHEMA, "evenhand_import", set_aside_schema)) != EH_OK ||
	    (rc = make_unless(c, HAS_TABLE, "evenhand_import.set_aside", set_aside_table)) != EH_OK)
		return rc;
	return make_unless(c, HAS_FUNCTION, "evenhand_import.notify()", notify_function);
}

static const char *type_of(const struct eh_copy *c, int column)
{
	return column == c->decided_at || column == c->outcome_at || column == c->received_at ? "timestamp with time zone" : "text";
}

static enum eh_rc make_table(struct eh_copy *c)
{
	const char *schema = eh_pg_quote_ident(c->arena, c->map->schema);
	char channel[sizeof "evenhand_" + EH_MAP_NAME_MAX];
	EH_BUF_AUTO sql = {0};
	enum eh_rc rc;

	rc = make_unless(c, HAS_SCHEMA, schema, eh_arena_printf(c->arena, "CREATE SCHEMA %s", schema));
	if (rc != EH_OK)
		return rc;
	eh_buf_printf(&sql, "CREATE TABLE %s (", c->table);
	for (size_t i = 0; i < c->columns_n; i++)
		eh_buf_printf(&sql, "%s %s%s, ", eh_pg_quote_ident(c->arena, c->columns[i]), type_of(c, (int)i),
		              (int)i == c->id ? " PRIMARY KEY" : (int)i == c->decided_at ? " NOT NULL" : "");
	eh_buf_puts(&sql, "evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id())");
	if ((rc = eh_copy_run(c, sql.data, NULL, NULL)) != EH_OK)
		return rc;
	eh_buf_reset(&sql);
	eh_buf_printf(&sql, "CREATE INDEX ON %s USING btree (evenhand_xid)", c->table);
	if ((rc = eh_copy_run(c, sql.data, NULL, NULL)) != EH_OK)
		return rc;
	/* The source's name is letters, digits and _ only, by the map: it can stand in a literal. */
	(void)snprintf(channel, sizeof channel, "evenhand_%s", c->map->source);
	eh_buf_reset(&sql);
	eh_buf_printf(&sql, "CREATE TRIGGER evenhand_notify AFTER INSERT ON %s FOR EACH STATEMENT "
	              "EXECUTE FUNCTION evenhand_import.notify('%s')", c->table, channel);
	c->sum->made_table = true;
	return eh_copy_run(c, sql.data, NULL, NULL);
}

/* ---- a table that is there ------------------------------------------------------- */

static const char columns_sql[] =
	"SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), EXISTS (SELECT 1 FROM pg_catalog.pg_index i"
	" WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1"
	" AND i.indkey[0] = a.attnum)"
	" FROM pg_catalog.pg_attribute a WHERE a.attrelid = pg_catalog.to_regclass($1::text) AND a.attnum > 0"
	" AND NOT a.attisdropped";

static int find_row(const PGresult *res, const char *name)
{
	for (int row = 0; row < PQntuples(res); row++)
		if (strcmp(eh_pg_text(res, row, 0), name) == 0)
			return row;
	return -1;
}

static enum eh_rc fail_no_column(struct eh_copy *c, const char *name, const char *type)
{
	eh_fail(c->err, EH_BAD_INPUT, "the table %s is there and has no column \"%s\"", c->table, name);
	return eh_hint(c->err, "import into another table, or first run: ALTER TABLE %s ADD COLUMN %s %s", c->table,
	               eh_pg_quote_ident(c->arena, name), type);
}

static enum eh_rc check_column(struct eh_copy *c, const PGresult *res, int column)
{
	const char *name = c->columns[column];
	int row = find_row(res, name);

	if (row < 0)
		return fail_no_column(c, name, type_of(c, column));
	if (strcmp(eh_pg_text(res, row, 1), type_of(c, column)) != 0) {
		eh_fail(c->err, EH_BAD_INPUT, "the table %s is there and its column \"%s\" is %s where import writes %s", c->table,
		        name, eh_pg_text(res, row, 1), type_of(c, column));
		return eh_hint(c->err, "name another table in the map; gather can read this one as it is");
	}
	if (column == c->id && !eh_pg_bool(res, row, 2)) {
		eh_fail(c->err, EH_BAD_INPUT, "the table %s is there and its column \"%s\" has no unique index", c->table, name);
		return eh_hint(c->err, "an id must be unique to be counted once: add a primary key, or name another table");
	}
	return EH_OK;
}

static enum eh_rc check_table(struct eh_copy *c)
{
	struct eh_pg_args args = {0};
	EH_PGRESULT_AUTO res = NULL;

	eh_pg_arg_text(&args, c->table);
	enum eh_rc rc = eh_pg_query_text(c->pg, columns_sql, &args, false, &res, c->err);
	for (size_t i = 0; rc == EH_OK && i < c->columns_n; i++)
		rc = check_column(c, res, (int)i);
	if (rc == EH_OK && find_row(res, "evenhand_xid") < 0)
		return fail_no_column(c, "evenhand_xid", "xid8 NOT NULL DEFAULT pg_current_xact_id()");
	return rc;
}

enum eh_rc eh_copy_prepare_table(struct eh_copy *c)
{
	struct eh_pg_args args = {0};
	bool there = false;
	enum eh_rc rc;

	/* Two imports at once: the second waits for the first one's end. */
	eh_pg_arg_text(&args, "evenhand import");
	if ((rc = eh_copy_run(c, "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1::text, 0))", &args,
	                      NULL)) != EH_OK ||
	    (rc = prepare_set_aside(c)) != EH_OK || (rc = ask(c, HAS_TABLE, c->table, &there)) != EH_OK)
		return rc;
	return there ? check_table(c) : make_table(c);
}
