/*
 * aside.c - see aside.h.
 */
#include "source/aside.h"

#include <string.h>

#include "source/sql.h"

static enum eh_rc has_table(struct eh_pg *pg, bool *there, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query_text(pg, "SELECT pg_catalog.to_regclass('evenhand_import.set_aside') IS NOT NULL", NULL,
	                                 false, &res, err);

	if (rc == EH_OK)
		*there = eh_pg_bool(res, 0, 0);
	return rc;
}

static struct eh_pg_bytes keep_bytes(struct eh_arena *arena, const PGresult *res, int row, int col)
{
	struct eh_pg_bytes raw = eh_pg_bytea(res, row, col, arena);
	char *bytes = eh_arena_zalloc(arena, raw.n + 1, 1);

	memcpy(bytes, raw.data, raw.n);
	return (struct eh_pg_bytes){bytes, raw.n};
}

enum eh_rc eh_aside_list_import(struct eh_arena *arena, struct eh_pg *pg, const char *source, int64_t limit,
                                const struct eh_aside_import **rows, size_t *n, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	EH_PGRESULT_AUTO res = NULL;
	struct eh_aside_import *list;
	bool there = false;
	enum eh_rc rc = has_table(pg, &there, err);

	*n = 0;
	*rows = NULL;
	if (rc != EH_OK || !there)
		return rc;
	eh_pg_arg_text(&args, source);
	eh_pg_arg_int8(&args, limit);
	rc = eh_pg_query_text(pg,
	                      "SELECT file, line, reason, raw, imported_at FROM evenhand_import.set_aside"
	                      " WHERE source = $1::text ORDER BY imported_at DESC, file, line, reason LIMIT $2::bigint",
	                      &args, false, &res, err);
	if (rc != EH_OK)
		return rc;
	*n = (size_t)PQntuples(res);
	*rows = list = eh_arena_zalloc(arena, *n + 1, sizeof *list);
	for (int i = 0; i < PQntuples(res); i++)
		list[i] = (struct eh_aside_import){.file = eh_arena_strdup(arena, eh_pg_text(res, i, 0)),
		                                   .line = eh_pg_int8(res, i, 1),
		                                   .reason = eh_arena_strdup(arena, eh_pg_text(res, i, 2)),
		                                   .raw = keep_bytes(arena, res, i, 3),
		                                   .at_us = eh_pg_time(res, i, 4)};
	return EH_OK;
}

enum eh_rc eh_aside_list_gather(struct eh_arena *arena, struct eh_pg *store, int64_t source_id, int64_t limit,
                                const struct eh_aside_gather **rows, size_t *n, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_aside_gather *list;
	enum eh_rc rc;

	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_int8(&args, limit);
	if ((rc = eh_pg_query(store, &eh_sql_source_aside_gather, &args, &res, err)) != EH_OK)
		return rc;
	*n = (size_t)PQntuples(res);
	*rows = list = eh_arena_zalloc(arena, *n + 1, sizeof *list);
	for (int i = 0; i < PQntuples(res); i++) {
		const char *id = eh_pg_text(res, i, 0);

		list[i] = (struct eh_aside_gather){.row_id = id == NULL ? NULL : eh_arena_strdup(arena, id),
		                                   .reason = eh_arena_strdup(arena, eh_pg_text(res, i, 1)),
		                                   .at_us = eh_pg_time(res, i, 2)};
	}
	return EH_OK;
}

enum eh_rc eh_aside_count(struct eh_arena *arena, struct eh_pg *store, int64_t source_id, const struct eh_aside_reason **reasons,
                          size_t *n, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_aside_reason *list;

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_aside_reasons, &args, &res, err);
	*n = rc == EH_OK ? (size_t)PQntuples(res) : 0;
	*reasons = list = eh_arena_zalloc(arena, *n + 1, sizeof *list);
	for (size_t i = 0; i < *n; i++)
		list[i] = (struct eh_aside_reason){.reason = eh_arena_strdup(arena, eh_pg_text(res, (int)i, 0)),
		                                   .rows = eh_pg_int8(res, (int)i, 1),
		                                   .settled = eh_pg_int8(res, (int)i, 2)};
	return rc;
}
