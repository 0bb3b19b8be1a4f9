/*
 * columns_table.c - columns from a source's table; see columns.h.
 */
#include <string.h>

#include "report/columns_part.h"
#include "source/poll_columns.h"
#include "source/sql.h"

struct reading {
	struct eh_columns_builder *b;
	struct eh_pg *pg;
	struct eh_err *err;
	int64_t table; /* oid */
	bool utf8_known;
	enum eh_poll_form *forms;
	struct eh_field *fields;
};

static enum eh_rc find_table(struct reading *r)
{
	const struct eh_map *map = r->b->map;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, map->schema);
	eh_pg_arg_text(&args, map->table);
	enum eh_rc rc = eh_pg_query(r->pg, &eh_sql_source_poll_table, &args, &res, r->err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		(void)eh_fail(r->err, EH_BAD_INPUT, "the table %s.%s of source %s does not exist", map->schema,
		              map->table, map->source);
		return eh_hint(
			r->err,
			"name a file behind the map, import one first, or correct `table` and `conninfo` in the map");
	}
	r->table = eh_pg_int8(res, 0, 0);
	r->utf8_known = strcmp(eh_pg_text(res, 0, 4), "SQL_ASCII") != 0;
	return EH_OK;
}

/* A broken date or a wrong number of fields cannot be in a table: what import set aside of the file is part of the log.
 * A file that was imported again under another name has set the same rows aside again: they count as often as in the
 * file that has most of them, as their good neighbours, too, are there once. */
static const char set_aside_sql[] =
	"SELECT reason, sum(n)::bigint FROM"
	" (SELECT reason, raw_sha256, max(n) AS n FROM"
	"  (SELECT reason, raw_sha256, file, count(*) AS n FROM evenhand_import.set_aside WHERE source = $1::text"
	"   GROUP BY reason, raw_sha256, file) AS by_file"
	"  GROUP BY reason, raw_sha256) AS by_content"
	" GROUP BY reason";

static enum eh_rc read_set_aside(struct reading *r)
{
	EH_PGRESULT_AUTO there = NULL;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	enum eh_rc rc =
		eh_pg_query_text(r->pg, "SELECT pg_catalog.to_regclass('evenhand_import.set_aside') IS NOT NULL", NULL,
	                         false, &there, r->err);

	if (rc != EH_OK || !eh_pg_bool(there, 0, 0))
		return rc;
	eh_pg_arg_text(&args, r->b->map->source);
	rc = eh_pg_query_text(r->pg, set_aside_sql, &args, false, &res, r->err);
	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++)
		eh_columns_set_aside(r->b, eh_pg_text(res, row, 0), eh_pg_int8(res, row, 1));
	return rc;
}

static struct eh_text write_content(struct eh_buf *out, const struct eh_field *fields, size_t n)
{
	eh_buf_reset(out);
	for (size_t i = 0; i < n; i++)
		if (fields[i].form == EH_FIELD_TEXT)
			eh_buf_lenstr(out, fields[i].text.n == 0 ? "" : fields[i].text.at, fields[i].text.n);
		else
			eh_buf_put(out, &fields[i].integer, sizeof fields[i].integer);
	return (struct eh_text){out->data, out->len};
}

static void take_row(struct reading *r, const PGresult *res)
{
	const struct eh_map *map = r->b->map;
	struct eh_row row = {.fields = r->fields, .utf8_known = r->utf8_known};
	struct eh_decision decision;
	struct eh_err fault;

	for (size_t i = 0; i < map->columns_n; i++) {
		int n = PQgetisnull(res, 0, (int)i) ? -1 : PQgetlength(res, 0, (int)i);

		eh_poll_read(r->forms[i], PQgetvalue(res, 0, (int)i), n, &r->fields[i]);
	}
	if (eh_decision_check(map, &row, &decision, NULL, &fault) == EH_OK)
		eh_columns_take(r->b, &decision, write_content(&r->b->content, r->fields, map->columns_n));
	else
		eh_columns_set_aside(r->b, fault.text, 1);
}

static enum eh_rc read_rows(struct reading *r)
{
	const struct eh_map *map = r->b->map;
	EH_BUF_AUTO sql = {0};

	eh_buf_puts(&sql, "SELECT ");
	enum eh_rc rc = eh_poll_columns(r->b->arena, r->pg, map, r->table, r->forms, &sql, r->err);
	if (rc != EH_OK)
		return rc;
	eh_buf_printf(&sql, " FROM %s.%s", eh_pg_quote_ident(r->b->arena, map->schema),
	              eh_pg_quote_ident(r->b->arena, map->table));
	rc = eh_pg_stream_begin(r->pg, sql.data, NULL, true, r->err);
	while (rc == EH_OK) {
		EH_PGRESULT_AUTO res = NULL;

		rc = eh_pg_stream_next(r->pg, &res, r->err);
		if (rc != EH_OK || res == NULL)
			break;
		take_row(r, res);
	}
	return rc;
}

/* Rows and what was set aside must be of one instant; a long reading is no fault. */
static enum eh_rc read_snapshot(struct reading *r)
{
	EH_PGRESULT_AUTO set = NULL;
	enum eh_rc rc = eh_pg_begin_snapshot(r->pg, r->err);

	if (rc == EH_OK)
		rc = eh_pg_query_text(r->pg, "SET LOCAL statement_timeout = 0", NULL, false, &set, r->err);
	if (rc == EH_OK)
		rc = find_table(r);
	if (rc == EH_OK)
		rc = read_set_aside(r);
	if (rc == EH_OK)
		rc = read_rows(r);
	eh_pg_rollback(r->pg);
	return rc;
}

enum eh_rc eh_columns_read_table(struct eh_arena *arena, const struct eh_map *map, struct eh_pg *pg, int64_t from_us,
                                 int64_t to_us, const struct eh_columns **out, struct eh_err *err)
{
	EH_COLUMNS_BUILDER_AUTO b = {.arena = arena, .map = map, .from_us = from_us, .to_us = to_us};
	struct reading r = {.b = &b, .pg = pg, .err = err};
	enum eh_rc rc;

	r.forms = eh_arena_zalloc(arena, map->columns_n, sizeof *r.forms);
	r.fields = eh_arena_zalloc(arena, map->columns_n, sizeof *r.fields);
	if ((rc = read_snapshot(&r)) != EH_OK)
		return eh_while(err, "source %s", map->source);
	*out = eh_columns_end(&b);
	return EH_OK;
}
