/*
 * by_id.c - see by_id.h.
 */
#include "source/by_id.h"

#include <endian.h>

#include "base/buf.h"
#include "source/packing.h"
#include "source/sql.h"

/* The table's oid, the type of its id column, and whether texts are known to be UTF-8. */
static enum eh_rc find_table(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t *oid, const char **type,
                             bool *utf8, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, map->schema);
	eh_pg_arg_text(&args, map->table);
	eh_pg_arg_text(&args, map->columns[map->id].name);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_by_id_table, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) != 1)
		return eh_fail(err, EH_BAD_INPUT, "the table %s.%s of source %s does not exist", map->schema, map->table, map->source);
	*oid = eh_pg_int8(res, 0, 0);
	*type = eh_arena_strdup(arena, eh_pg_text(res, 0, 1));
	*utf8 = eh_pg_bool(res, 0, 2);
	return EH_OK;
}

/* A result's row as COPY would have sent it. */
static void put_wire(const PGresult *res, struct eh_buf *out)
{
	eh_buf_reset(out);
	eh_buf_put(out, "", 1);
	eh_buf_reset(out);
	for (int i = 0; i < PQnfields(res); i++) {
		bool null = PQgetisnull(res, 0, i) != 0;
		uint32_t n = htobe32(null ? UINT32_MAX : (uint32_t)PQgetlength(res, 0, i));

		eh_buf_put(out, &n, sizeof n);
		if (!null)
			eh_buf_put(out, PQgetvalue(res, 0, i), (size_t)PQgetlength(res, 0, i));
	}
}

struct reading {
	struct eh_packing *packing;
	struct eh_field *fields;
	struct eh_row row;
	struct eh_buf wire;
	eh_by_id_sink *sink;
	void *ctx;
};

static enum eh_rc read_rows(struct eh_pg *pg, struct reading *r, struct eh_err *err)
{
	for (;;) {
		EH_PGRESULT_AUTO res = NULL;
		enum eh_rc rc = eh_pg_stream_next(pg, &res, err);

		if (rc != EH_OK || res == NULL)
			return rc;
		put_wire(res, &r->wire);
		struct eh_wire wire = {r->wire.data, r->wire.data + r->wire.len, false};
		eh_packing_read(r->packing, &wire, r->fields);
		if (wire.bad)
			return eh_fail(err, EH_AGAIN, "the columns of the source changed while its rows were asked for");
		rc = r->sink(r->ctx, &r->row, err);
		if (rc != EH_OK) {
			eh_pg_rollback(pg);
			return rc;
		}
	}
}

enum eh_rc eh_by_id_read(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const char *const *ids, size_t n,
                         eh_by_id_sink *sink, void *ctx, struct eh_err *err)
{
	struct reading r = {.sink = sink, .ctx = ctx};
	struct eh_pg_args args = {0};
	const char *type = NULL;
	int64_t oid = 0;
	enum eh_rc rc = find_table(arena, pg, map, &oid, &type, &r.row.utf8_known, err);

	if (rc == EH_OK)
		rc = eh_packing_make(arena, pg, map, oid, &r.packing, err);
	if (rc != EH_OK)
		return rc;
	r.fields = eh_arena_zalloc(arena, map->columns_n, sizeof *r.fields);
	r.row.fields = r.fields;
	eh_pg_arg_text_array(&args, arena, ids, n);
	/* The type is the server's own name of it. */
	const char *sql = eh_arena_printf(arena, "SELECT %s FROM %s.%s WHERE %s = ANY ($1::text[]::%s[])", eh_packing_list(r.packing),
	                                  eh_pg_quote_ident(arena, map->schema), eh_pg_quote_ident(arena, map->table),
	                                  eh_pg_quote_ident(arena, map->columns[map->id].name), type);
	rc = eh_pg_stream_begin(pg, sql, &args, true, err);
	if (rc == EH_OK)
		rc = read_rows(pg, &r, err);
	eh_buf_free(&r.wire);
	return rc;
}
