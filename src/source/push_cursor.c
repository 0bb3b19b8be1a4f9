/*
 * push_cursor.c - the cursors of a pushdown, of which several are read side by side; see push.h.
 */
#include "source/push_part.h"

#define GROUPS_BATCH 8192
#define ROWS_FIRST 16 /* of a batch of rows read one by one, which may hold long texts */
#define ROWS_MOST 512
#define ROWS_BYTES (1 << 20)

void eh_push_forget(struct eh_push_query *query)
{
	if (query == NULL) /* the table was refused before there were any */
		return;
	PQclear(query->batch);
	query->batch = NULL;
	query->opened = query->ended = false;
	query->row = query->rows = query->fetch = 0;
}

enum eh_rc eh_push_declare(struct eh_push *push, struct eh_push_query *query, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;

	if (query == push->rest)
		eh_push_sql_rest(push, query);
	else
		eh_push_sql_of(push, query);
	enum eh_rc rc = eh_pg_query_text(push->pg, push->sql.data, NULL, false, &res, err);
	query->opened = rc == EH_OK;
	query->fetch = query == push->rest ? ROWS_FIRST : GROUPS_BATCH;
	return rc == EH_OK ? rc : eh_while(err, "grouping %s.%s", push->map->schema, push->map->table);
}

/* Rows may be of any length: a batch is about a megabyte, as far as the last one tells. */
static void set_next_batch(struct eh_push_query *query)
{
	size_t bytes = PQresultMemorySize(query->batch);

	if (bytes > ROWS_BYTES)
		query->fetch = query->fetch > 2 ? query->fetch / 2 : 1;
	else if (query->fetch < ROWS_MOST)
		query->fetch *= 2;
}

static enum eh_rc fetch(struct eh_push *push, struct eh_push_query *query, struct eh_err *err)
{
	char sql[128];

	PQclear(query->batch);
	query->batch = NULL;
	(void)snprintf(sql, sizeof sql, "FETCH FORWARD %d FROM %s", query->fetch, query->cursor);
	enum eh_rc rc = eh_pg_query_text(push->pg, sql, NULL, true, &query->batch, err);
	if (rc != EH_OK)
		return eh_while(err, "reading groups of %s.%s", push->map->schema, push->map->table);
	query->row = 0;
	query->rows = PQntuples(query->batch);
	query->ended = query->rows < query->fetch;
	if (query == push->rest)
		set_next_batch(query);
	return EH_OK;
}

enum eh_rc eh_push_peek(struct eh_push *push, struct eh_push_query *query, bool *any, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (query->row == query->rows && !query->ended)
		rc = fetch(push, query, err);
	*any = rc == EH_OK && query->row < query->rows;
	return rc;
}
