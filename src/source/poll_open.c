/*
 * poll_open.c - whether a table can be followed exactly, and what it must be given if not; see poll.h.
 */
#include <string.h>

#include "source/poll_part.h"
#include "source/sql.h"

static enum eh_rc find_table(struct eh_poll *poll, struct eh_err *err)
{
	const struct eh_map *map = poll->map;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, map->schema);
	eh_pg_arg_text(&args, map->table);
	enum eh_rc rc = eh_pg_query(poll->pg, &eh_sql_source_poll_table, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "the table %s.%s does not exist", map->schema, map->table);
		return eh_hint(err, "import a file with this map first, or correct `table` and `conninfo` in the map");
	}
	if (strcmp(eh_pg_text(res, 0, 1), "r") != 0) {
		(void)eh_fail(err, EH_REFUSED, "%s.%s is not a plain table", map->schema, map->table);
		return eh_hint(err, "poll mode reads plain tables: name the table behind the view, or each partition as a source of its own");
	}
	poll->standby = eh_pg_bool(res, 0, 3);
	poll->table = eh_pg_int8(res, 0, 0);
	poll->utf8_known = strcmp(eh_pg_text(res, 0, 4), "SQL_ASCII") != 0;
	return EH_OK;
}

/* Rows without a transaction id would never be delivered. */
static enum eh_rc check_no_null(struct eh_poll *poll, struct eh_arena *arena, const char *table, const char *column,
                                struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	const char *sql = eh_arena_printf(arena, "SELECT EXISTS (SELECT FROM %s WHERE %s IS NULL)", table, column);
	enum eh_rc rc = eh_pg_query_text(poll->pg, sql, NULL, false, &res, err);

	if (rc != EH_OK || !eh_pg_bool(res, 0, 0))
		return rc;
	(void)eh_fail(err, EH_REFUSED, "%s.%s has rows whose %s is null: they would never be read", poll->map->schema,
	              poll->map->table, column);
	return eh_hint(err, "give them a transaction id, then: ALTER TABLE %s ALTER %s SET NOT NULL", table, column);
}

static enum eh_rc refuse_without_xid(const struct eh_map *map, const char *table, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "%s.%s has no column evenhand_xid, without which new rows cannot be told exactly", map->schema,
	              map->table);
	return eh_hint(err, "run: ALTER TABLE %s ADD evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id(); "
	               "CREATE INDEX ON %s (evenhand_xid); or put `identity: tracked` into the map", table, table);
}

static enum eh_rc refuse_many_xids(const struct eh_map *map, const char *table, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "%s.%s has several indexed xid8 columns, and none is named evenhand_xid", map->schema, map->table);
	return eh_hint(err, "rename the one that pg_current_xact_id() fills: ALTER TABLE %s RENAME ... TO evenhand_xid", table);
}

static enum eh_rc refuse_without_index(const struct eh_map *map, const char *table, const char *column, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "%s.%s has no index on %s: each look for new rows would read the whole table", map->schema,
	              map->table, column);
	return eh_hint(err, "run: CREATE INDEX ON %s (%s)", table, column);
}

/* Finds the xid8 column: evenhand_xid, or the only other one that an index begins with.  Where there is none, the system
 * column xmin serves if rows that come again are known. */
static enum eh_rc find_xid(struct eh_poll *poll, struct eh_arena *arena, const char *table, const char **out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, poll->table);
	enum eh_rc rc = eh_pg_query(poll->pg, &eh_sql_source_poll_xid_columns, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	int n = PQntuples(res);
	bool ours = n > 0 && eh_pg_bool(res, 0, 3), indexed = n > 0 && eh_pg_bool(res, 0, 2);
	poll->by_xmin = n == 0 || (!ours && !indexed);
	if (poll->by_xmin)
		return poll->map->identity == EH_MAP_IDENTITY_TRACKED ? EH_OK : refuse_without_xid(poll->map, table, err);
	if (!ours && n > 1 && eh_pg_bool(res, 1, 2))
		return refuse_many_xids(poll->map, table, err);
	*out = eh_pg_quote_ident(arena, eh_pg_text(res, 0, 0));
	if (!indexed && poll->map->follow)
		return refuse_without_index(poll->map, table, *out, err);
	return eh_pg_bool(res, 0, 1) ? EH_OK : check_no_null(poll, arena, table, *out, err);
}

static enum eh_rc check_id(struct eh_poll *poll, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, poll->table);
	eh_pg_arg_text(&args, poll->map->columns[poll->map->id].name);
	enum eh_rc rc = eh_pg_query(poll->pg, &eh_sql_source_poll_unique_id, &args, &res, err);
	if (rc == EH_OK)
		poll->id_unique = eh_pg_bool(res, 0, 0);
	return rc;
}

/* The reading of a whole table must come in the order of places: one process, from the first page on.  Rows that a policy
 * hides would be lost: where there is such a policy the server shall say so. */
static const char session[] = "SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0; SET jit = off;"
			      "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
			      "SET default_transaction_read_only = on; SET row_security = off; SET search_path = pg_catalog";

enum eh_rc eh_poll_set_session(struct eh_pg *pg, struct eh_err *err)
{
	return eh_pg_exec_script(pg, session, err);
}

static enum eh_rc make_sql(struct eh_poll *poll, struct eh_arena *arena, struct eh_err *err)
{
	const struct eh_map *map = poll->map;
	const char *xid = NULL;
	const char *table = eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, map->schema),
	                                    eh_pg_quote_ident(arena, map->table));
	enum eh_rc rc = find_xid(poll, arena, table, &xid, err);

	if (rc == EH_OK)
		rc = eh_packing_make(arena, poll->pg, map, poll->table, &poll->packing, err);
	if (rc != EH_OK)
		return rc;
	poll->lock_sql = eh_arena_printf(arena, "LOCK TABLE ONLY %s IN ACCESS SHARE MODE", table);
	poll->table_name = table;
	poll->xid = xid;
	return EH_OK;
}

enum eh_rc eh_poll_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, struct eh_poll **out,
                        struct eh_err *err)
{
	struct eh_poll *poll = eh_arena_zalloc(arena, 1, sizeof *poll);

	*out = NULL;
	poll->pg = pg;
	poll->map = map;
	poll->horizon.clock_us = INT64_MIN;
	poll->arena = arena;
	poll->fields = eh_arena_zalloc(arena, map->columns_n, sizeof *poll->fields);
	enum eh_rc rc = eh_poll_set_session(pg, err);
	if (rc == EH_OK)
		rc = find_table(poll, err);
	if (rc == EH_OK)
		rc = make_sql(poll, arena, err);
	if (rc == EH_OK)
		rc = check_id(poll, err);
	if (rc != EH_OK && eh_source_is_denied(poll->pg, err))
		return eh_source_while_reading(poll->pg, map, err);
	if (rc != EH_OK)
		return eh_while(err, "source %s", map->source);
	poll->row = (struct eh_row){.fields = poll->fields, .utf8_known = poll->utf8_known};
	*out = poll;
	return EH_OK;
}
