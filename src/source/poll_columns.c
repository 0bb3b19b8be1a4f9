/*
 * poll_columns.c - see poll_columns.h.
 */
#include "source/poll_columns.h"

#include <endian.h>
#include <string.h>

#include "base/time.h"
#include "source/sql.h"

/* Whether every use of the column takes a number as it is: score, numeric feature, bands. */
static bool numbers_only(const struct eh_map *map, int column)
{
	if (map->columns[column].roles & ~(unsigned)(EH_MAP_SCORE | EH_MAP_FEATURE | EH_MAP_PROTECTED | EH_MAP_PROBABILITY |
	                                         EH_MAP_AMOUNT))
		return false;
	for (size_t i = 0; i < map->features_n; i++)
		if (map->features[i].column == column && map->features[i].kind != EH_MAP_NUMERIC)
			return false;
	for (size_t i = 0; i < map->protect_n; i++)
		if (map->protect[i].column == column && map->protect[i].bands_n == 0)
			return false;
	return true;
}

static bool times_only(const struct eh_map *map, int column)
{
	return (map->columns[column].roles & ~(unsigned)EH_MAP_TIMES) == 0;
}

static enum eh_poll_form choose(const struct eh_map *map, int column, const char *type)
{
	/* timestamp without a zone means UTC, and has the same bytes. */
	if (times_only(map, column) && (strcmp(type, "timestamptz") == 0 || strcmp(type, "timestamp") == 0))
		return EH_POLL_TIME;
	if (numbers_only(map, column)) {
		if (strcmp(type, "int2") == 0)
			return EH_POLL_INT2;
		if (strcmp(type, "int4") == 0)
			return EH_POLL_INT4;
		if (strcmp(type, "int8") == 0)
			return EH_POLL_INT8;
		if (strcmp(type, "float8") == 0)
			return EH_POLL_FLOAT8;
	}
	return EH_POLL_TEXT;
}

enum eh_poll_form eh_poll_form_of(const struct eh_map *map, int column, const char *type)
{
	return choose(map, column, type);
}

/* A text column needs no cast; an array is listed with spaces, as the retrieval role reads it. */
static void put_column(struct eh_buf *list, const char *name, const char *type, enum eh_poll_form form)
{
	if (form != EH_POLL_TEXT || strcmp(type, "text") == 0 || strcmp(type, "varchar") == 0)
		eh_buf_puts(list, name);
	else if (strcmp(type, "array") == 0)
		eh_buf_printf(list, "pg_catalog.array_to_string(%s, ' ')", name);
	else
		eh_buf_printf(list, "%s::text", name);
}

enum eh_rc eh_poll_column(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t table_oid, size_t column,
                          struct eh_poll_column *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_BUF_AUTO text = {0};
	struct eh_pg_args args = {0};
	const char *name = map->columns[column].name;

	eh_pg_arg_int8(&args, table_oid);
	eh_pg_arg_text(&args, name);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_poll_column, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "the table %s.%s has no column \"%s\"", map->schema, map->table, name);
		return eh_hint(err, "correct the column's name in the map of source %s", map->source);
	}
	out->type = eh_arena_strdup(arena, eh_pg_text(res, 0, 0));
	out->name = eh_pg_quote_ident(arena, name);
	out->form = choose(map, (int)column, out->type);
	put_column(&text, out->name, out->type, out->form);
	out->text = eh_arena_strdup(arena, text.data);
	return EH_OK;
}

enum eh_rc eh_poll_columns(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t table_oid,
                           enum eh_poll_form *forms, struct eh_buf *list, struct eh_err *err)
{
	for (size_t i = 0; i < map->columns_n; i++) {
		struct eh_poll_column column;
		enum eh_rc rc = eh_poll_column(arena, pg, map, table_oid, i, &column, err);

		if (rc != EH_OK)
			return rc;
		forms[i] = column.form;
		eh_buf_printf(list, "%s%s", i > 0 ? ", " : "", column.text);
	}
	return EH_OK;
}

static uint64_t big64(const char *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof v);
	return be64toh(v);
}

static uint32_t big32(const char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof v);
	return be32toh(v);
}

#define YEAR_1_US (INT64_C(-62135596800) * EH_SECOND_US)
#define YEAR_10000_US (INT64_C(253402300800) * EH_SECOND_US)

/* The infinities and years that no date of ours can have: the row check shall say so, as it does of their text. */
static struct eh_field time_field(int64_t pg_us)
{
	if (pg_us < YEAR_1_US - EH_PG_EPOCH_US || pg_us >= YEAR_10000_US - EH_PG_EPOCH_US)
		return (struct eh_field){.form = EH_FIELD_TEXT, .text = {"infinity", 8}};
	return (struct eh_field){.form = EH_FIELD_TIME_US, .us = pg_us + EH_PG_EPOCH_US};
}

static int32_t width_of(enum eh_poll_form form)
{
	return form == EH_POLL_INT2 ? 2 : form == EH_POLL_INT4 ? 4 : 8;
}

void eh_poll_read_number(enum eh_poll_form form, const char *at, int32_t n, struct eh_field *out)
{
	uint64_t bits;

	EH_ASSERT(n == width_of(form)); /* the server sends the type that it said the column has */
	switch (form) {
	case EH_POLL_TIME:
		*out = time_field((int64_t)big64(at));
		return;
	case EH_POLL_FLOAT8:
		out->form = EH_FIELD_REAL;
		bits = big64(at);
		memcpy(&out->real, &bits, sizeof bits);
		return;
	case EH_POLL_INT2:
		out->integer = (int16_t)((unsigned char)at[0] << 8 | (unsigned char)at[1]);
		break;
	case EH_POLL_INT4:
		out->integer = (int32_t)big32(at);
		break;
	case EH_POLL_INT8:
	case EH_POLL_TEXT:
		out->integer = (int64_t)big64(at);
		break;
	}
	out->form = EH_FIELD_INTEGER;
}
