/*
 * push_open.c - whether a table can be counted by its database, and how; see push.h.
 */
#include <string.h>

#include "source/push_part.h"
#include "source/sql.h"

struct kind {
	bool table, partitioned, standby;
};

static enum eh_rc find_table(struct eh_push *push, struct kind *kind, struct eh_err *err)
{
	const struct eh_map *map = push->map;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, map->schema);
	eh_pg_arg_text(&args, map->table);
	enum eh_rc rc = eh_pg_query(push->pg, &eh_sql_source_push_table, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "the table %s.%s does not exist", map->schema, map->table);
		return eh_hint(err, "import a file with this map first, or correct `table` and `conninfo` in the map");
	}
	const char *relkind = eh_pg_text(res, 0, 1);
	push->table = eh_pg_int8(res, 0, 0);
	kind->table = strcmp(relkind, "r") == 0;
	kind->partitioned = strcmp(relkind, "p") == 0;
	kind->standby = eh_pg_bool(res, 0, 2);
	push->utf8_known = strcmp(eh_pg_text(res, 0, 3), "SQL_ASCII") != 0;
	push->distributed = eh_pg_bool(res, 0, 4);
	push->name = eh_arena_printf(push->arena, "%s.%s", eh_pg_quote_ident(push->arena, map->schema),
	                             eh_pg_quote_ident(push->arena, map->table));
	return EH_OK;
}

enum eh_rc eh_push_find_leaves(struct eh_push *push, struct eh_arena *arena, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, push->table);
	enum eh_rc rc = eh_pg_query(push->pg, &eh_sql_source_push_leaves, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	push->leaves_n = (size_t)PQntuples(res);
	push->leaves = eh_arena_zalloc(arena, push->leaves_n + 1, sizeof *push->leaves);
	for (int i = 0; i < (int)push->leaves_n; i++) {
		push->leaves[i] = (struct eh_push_leaf){.oid = (uint32_t)eh_pg_int8(res, i, 0),
		                                        .filenode = (uint32_t)eh_pg_int8(res, i, 4),
		                                        .foreign = eh_pg_bool(res, i, 3)};
		push->leaves[i].name = eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, eh_pg_text(res, i, 1)),
		                                       eh_pg_quote_ident(arena, eh_pg_text(res, i, 2)));
		push->by_leaf = push->by_leaf || push->leaves[i].foreign;
	}
	return EH_OK;
}

/* Citus keeps a table's rows on its workers, whose transactions are none of this server's. */
static enum eh_rc ask_citus(struct eh_push *push, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	if (!push->distributed)
		return EH_OK;
	eh_pg_arg_int8(&args, push->table);
	enum eh_rc rc = eh_pg_query_text(
		push->pg, "SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrel = $1::bigint::oid)", &args, false, &res,
		err);
	if (rc == EH_OK)
		push->distributed = eh_pg_bool(res, 0, 0);
	return rc;
}

/* The xid8 column that tells which transaction inserted a row; NULL where there is none that an index begins with. */
static enum eh_rc find_xid(struct eh_push *push, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, push->table);
	enum eh_rc rc = eh_pg_query(push->pg, &eh_sql_source_poll_xid_columns, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	bool not_null = eh_pg_bool(res, 0, 1), indexed = eh_pg_bool(res, 0, 2), ours = eh_pg_bool(res, 0, 3);
	bool alone = ours || PQntuples(res) == 1 || !eh_pg_bool(res, 1, 2);
	if (not_null && alone && (indexed || (ours && !push->map->follow)))
		push->xid = eh_pg_quote_ident(push->arena, eh_pg_text(res, 0, 0));
	push->xid_indexed = indexed;
	return EH_OK;
}

static enum eh_rc refuse_following(const struct eh_push *push, const struct kind *kind, struct eh_err *err)
{
	const struct eh_map *map = push->map;

	if (kind->standby) {
		(void)eh_fail(err, EH_REFUSED, "the source's server is a standby, whose snapshots do not name all open transactions");
		return eh_hint(err, "give the primary server in the map's `conninfo`, or say `follow: no` to count what is there once");
	}
	if (push->by_leaf || push->distributed || !(kind->table || kind->partitioned)) {
		(void)eh_fail(err, EH_REFUSED, "rows of %s.%s lie on other servers or behind a view, and new ones cannot be told exactly",
		              map->schema, map->table);
		return eh_hint(err, "say `follow: no` to count what is there once; to follow, make each shard a source of its own");
	}
	(void)eh_fail(err, EH_REFUSED, "%s.%s has no indexed column evenhand_xid that is not null, without which new rows cannot be told exactly",
	              map->schema, map->table);
	return eh_hint(err, "run: ALTER TABLE %s ADD evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id(); "
	               "CREATE INDEX ON %s (evenhand_xid); or say `follow: no`", push->name, push->name);
}

/* Rows on other servers, behind views or on a standby have no snapshots that a later reading could go on from. */
static enum eh_rc choose_reading(struct eh_push *push, const struct kind *kind, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	push->lockable = (kind->table || kind->partitioned) && !push->by_leaf;
	if ((kind->table || kind->partitioned) && !push->by_leaf && !push->distributed && !kind->standby)
		rc = find_xid(push, err);
	if (rc == EH_OK && push->xid == NULL && push->map->follow)
		return refuse_following(push, kind, err);
	return rc;
}

static enum eh_rc check_id(struct eh_push *push, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, push->table);
	eh_pg_arg_text(&args, push->map->columns[push->map->id].name);
	enum eh_rc rc = eh_pg_query(push->pg, &eh_sql_source_poll_unique_id, &args, &res, err);
	if (rc == EH_OK)
		push->id_unique = eh_pg_bool(res, 0, 0);
	return rc;
}

/* Groups are hashed and never sorted; a cursor is read to its end.  Rows that a policy hides are refused, as in a poll. */
static const char session[] = "SET jit = off; SET enable_sort = off; SET cursor_tuple_fraction = 1; SET work_mem = '64MB';"
			      "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
			      "SET default_transaction_read_only = on; SET row_security = off; SET search_path = pg_catalog";

enum eh_rc eh_push_open(struct eh_push *push, struct eh_err *err)
{
	struct kind kind = {0};
	enum eh_rc rc = eh_pg_exec_script(push->pg, session, err);

	if (rc == EH_OK)
		rc = find_table(push, &kind, err);
	if (rc == EH_OK)
		rc = eh_push_find_leaves(push, push->arena, err);
	if (rc == EH_OK)
		rc = ask_citus(push, err);
	if (rc == EH_OK)
		rc = choose_reading(push, &kind, err);
	if (rc == EH_OK)
		rc = eh_push_look_at_columns(push, err);
	if (rc == EH_OK)
		rc = check_id(push, err);
	if (rc != EH_OK && eh_source_is_denied(push->pg, err))
		return eh_source_while_reading(push->pg, push->map, err);
	if (rc != EH_OK)
		return eh_while(err, "source %s", push->map->source);
	eh_push_make_queries(push);
	push->fields = eh_arena_zalloc(push->arena, push->map->columns_n, sizeof *push->fields);
	push->digits = eh_arena_zalloc(push->arena, push->map->columns_n, sizeof *push->digits);
	push->row = (struct eh_row){.fields = push->fields, .utf8_known = push->utf8_known};
	return EH_OK;
}
