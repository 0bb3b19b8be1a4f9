/*
 * stream_row.c - see stream_row.h.
 */
#include "source/stream_row.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "source/sql.h"

/* ---- types ------------------------------------------------------------------------ */

static const struct {
	const char *name;
	enum eh_stream_type type;
} names[] = {{"text", EH_STREAM_TEXT},      {"varchar", EH_STREAM_TEXT},     {"name", EH_STREAM_TEXT},
             {"json", EH_STREAM_TEXT},      {"bpchar", EH_STREAM_PADDED},    {"bool", EH_STREAM_BOOL},
             {"int2", EH_STREAM_INT2},      {"int4", EH_STREAM_INT4},        {"int8", EH_STREAM_INT8},
             {"float8", EH_STREAM_FLOAT8},  {"timestamptz", EH_STREAM_TIME}, {"timestamp", EH_STREAM_TIME},
             {"date", EH_STREAM_DATE},      {"uuid", EH_STREAM_UUID},        {"inet", EH_STREAM_INET}};

static enum eh_stream_type type_named(const char *name, const char *kind, const char *category)
{
	if (strcmp(category, "A") == 0)
		return EH_STREAM_ARRAY;
	if (strcmp(kind, "e") == 0)
		return EH_STREAM_ENUM;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].type;
	return EH_STREAM_OTHER;
}

enum eh_rc eh_stream_type_of(struct eh_pg *pg, uint32_t oid, struct eh_stream_known known[EH_STREAM_KNOWN_MAX], size_t *n,
                             const struct eh_stream_known **out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	for (size_t i = 0; i < *n; i++)
		if (known[i].oid == oid) {
			*out = &known[i];
			return EH_OK;
		}
	eh_pg_arg_int8(&args, oid);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_stream_type, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (*n == EH_STREAM_KNOWN_MAX) /* a table whose types change for ever: what was known first is asked again */
		*n = 0;
	struct eh_stream_known *k = &known[(*n)++];
	*k = (struct eh_stream_known){.oid = oid};
	if (PQntuples(res) > 0) {
		/* A domain reads as what it is made of, but it is asked for as text. */
		bool domain = strcmp(eh_pg_text(res, 0, 3), "d") == 0;

		k->type = type_named(eh_pg_text(res, 0, 0), eh_pg_text(res, 0, 1), eh_pg_text(res, 0, 2));
		(void)snprintf(k->name, sizeof k->name, "%s", domain ? "domain" : eh_pg_text(res, 0, 0));
	}
	*out = k;
	return EH_OK;
}

bool eh_stream_reads_binary(const struct eh_stream_column *column)
{
	switch (column->type) {
	case EH_STREAM_OTHER:
	case EH_STREAM_ARRAY:
	case EH_STREAM_INET:
		return false;
	case EH_STREAM_FLOAT8:
	case EH_STREAM_TIME:
		return column->form != EH_POLL_TEXT; /* their text is the server's to make */
	default:
		return true;
	}
}

/* ---- values ----------------------------------------------------------------------- */

static void set_text(struct eh_field *out, const char *at, size_t n)
{
	out->form = EH_FIELD_TEXT;
	out->text = (struct eh_text){n > 0 ? at : NULL, n};
}

static void set_scratch(struct eh_field *out, const struct eh_buf *scratch)
{
	set_text(out, scratch->data, scratch->len);
}

static int64_t signed_of(const char *at, uint32_t n)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)at[i];
	return n == 2 ? (int16_t)v : n == 4 ? (int32_t)v : (int64_t)v;
}

static size_t without_blanks(const char *at, size_t n)
{
	while (n > 0 && at[n - 1] == ' ')
		n--;
	return n;
}

/* 0001-01-01 .. 9999-12-31 as days from 2000 on; what lies outside reads as a bad date, as its text would. */
#define DAY_FIRST (-730119)
#define DAY_LAST 2921939

static void put_date(int64_t day, struct eh_buf *scratch)
{
	char text[EH_TIME_TEXT];

	if (day < DAY_FIRST || day > DAY_LAST) {
		eh_buf_puts(scratch, "infinity");
		return;
	}
	eh_time_format(day * EH_DAY_US + EH_PG_EPOCH_US, text);
	eh_buf_put(scratch, text, strlen("2000-01-01"));
}

static void put_uuid(const char *at, struct eh_buf *scratch)
{
	for (int i = 0; i < 16; i++)
		eh_buf_printf(scratch, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", (unsigned)(unsigned char)at[i]);
}

static uint32_t width_of(enum eh_stream_type type)
{
	switch (type) {
	case EH_STREAM_BOOL:
		return 1;
	case EH_STREAM_INT2:
		return 2;
	case EH_STREAM_INT4:
	case EH_STREAM_DATE:
		return 4;
	case EH_STREAM_INT8:
	case EH_STREAM_FLOAT8:
	case EH_STREAM_TIME:
		return 8;
	case EH_STREAM_UUID:
		return 16;
	default:
		return 0;
	}
}

static enum eh_rc read_binary(const struct eh_stream_column *column, const char *at, uint32_t n, struct eh_buf *scratch,
                              struct eh_field *out, struct eh_err *err)
{
	uint32_t width = width_of(column->type);

	if (width != 0 && n != width)
		return eh_fail(err, EH_REFUSED, "the stream holds a value of %u bytes where its type has %u", (unsigned)n, (unsigned)width);
	switch (column->type) {
	case EH_STREAM_BOOL:
		set_text(out, *at != 0 ? "true" : "false", *at != 0 ? 4 : 5);
		return EH_OK;
	case EH_STREAM_INT2:
	case EH_STREAM_INT4:
	case EH_STREAM_INT8:
	case EH_STREAM_FLOAT8:
	case EH_STREAM_TIME:
		if (column->form != EH_POLL_TEXT) {
			eh_poll_read(column->form, at, (int32_t)n, out);
			return EH_OK;
		}
		eh_buf_printf(scratch, "%" PRId64, signed_of(at, n)); /* of the three integers: the others come as text then */
		break;
	case EH_STREAM_DATE:
		put_date(signed_of(at, 4), scratch);
		break;
	case EH_STREAM_UUID:
		put_uuid(at, scratch);
		break;
	case EH_STREAM_PADDED:
		n = (uint32_t)without_blanks(at, n);
		set_text(out, at, n);
		return EH_OK;
	default:
		set_text(out, at, n);
		return EH_OK;
	}
	set_scratch(out, scratch);
	return EH_OK;
}

/* {a,"b c",NULL} as array_to_string(..., ' ') gives it: nulls are left out, whatever the dimensions. */
static void put_array(const char *at, size_t n, struct eh_buf *scratch)
{
	bool first = true;

	/* Bounds other than from 1 on stand before the braces. */
	const char *brace = memchr(at, '{', n);
	for (size_t i = brace != NULL ? (size_t)(brace - at) : n; i < n;) {
		if (at[i] == '{' || at[i] == '}' || at[i] == ',') {
			i++;
			continue;
		}
		bool quoted = at[i] == '"';
		size_t start = scratch->len;

		if (!first)
			eh_buf_putc(scratch, ' ');
		i += quoted;
		size_t value = scratch->len;
		for (; i < n && (quoted ? at[i] != '"' : at[i] != ',' && at[i] != '}'); i++) {
			if (at[i] == '\\' && i + 1 < n)
				i++;
			eh_buf_putc(scratch, at[i]);
		}
		i += quoted && i < n;
		if (!quoted && scratch->len - value == 4 && memcmp(scratch->data + value, "NULL", 4) == 0)
			scratch->len = start;
		else
			first = false;
	}
}

/* The number or the time that the binary form would have given. */
static bool read_as_form(enum eh_poll_form form, const char *at, struct eh_field *out)
{
	char *end;

	if (form == EH_POLL_FLOAT8) {
		out->form = EH_FIELD_REAL;
		out->real = strtod(at, &end);
		return *end == '\0';
	}
	out->form = EH_FIELD_INTEGER;
	out->integer = strtoll(at, &end, 10);
	return *end == '\0';
}

static enum eh_rc read_text(const struct eh_stream_column *column, const char *at, uint32_t n, struct eh_buf *scratch,
                            struct eh_field *out, struct eh_err *err)
{
	switch (column->type) {
	case EH_STREAM_BOOL:
		set_text(out, n == 1 && *at == 't' ? "true" : "false", n == 1 && *at == 't' ? 4 : 5);
		return EH_OK;
	case EH_STREAM_PADDED:
		set_text(out, at, without_blanks(at, n));
		return EH_OK;
	case EH_STREAM_ARRAY:
		put_array(at, n, scratch);
		set_scratch(out, scratch);
		return EH_OK;
	case EH_STREAM_INET:
		eh_buf_put(scratch, at, n);
		if (memchr(at, '/', n) == NULL) /* ::text names the mask of a single address too */
			eh_buf_puts(scratch, memchr(at, ':', n) != NULL ? "/128" : "/32");
		set_scratch(out, scratch);
		return EH_OK;
	default:
		break;
	}
	if (column->form == EH_POLL_TEXT || column->form == EH_POLL_TIME) {
		set_text(out, at, n);
		return EH_OK;
	}
	eh_buf_put(scratch, at, n);
	if (read_as_form(column->form, scratch->data, out))
		return EH_OK;
	return eh_fail(err, EH_REFUSED, "the stream holds a text where its type is a number");
}

enum eh_rc eh_stream_read(const struct eh_stream_column *column, const struct eh_pgoutput_value *value, struct eh_buf *scratch,
                          struct eh_field *out, struct eh_err *err)
{
	eh_buf_reset(scratch);
	if (value->form == EH_PGOUTPUT_NULL || value->n == 0) {
		set_text(out, NULL, 0);
		return EH_OK;
	}
	EH_ASSERT(value->form != EH_PGOUTPUT_UNCHANGED);
	return value->form == EH_PGOUTPUT_BINARY ? read_binary(column, value->at, value->n, scratch, out, err)
	                                         : read_text(column, value->at, value->n, scratch, out, err);
}

bool eh_stream_same(const struct eh_field *a, const struct eh_field *b)
{
	if (a->form != b->form)
		return false;
	if (a->form == EH_FIELD_TEXT)
		return a->text.n == b->text.n && (a->text.n == 0 || memcmp(a->text.at, b->text.at, a->text.n) == 0);
	return a->integer == b->integer; /* a double's bits too: all of them are eight bytes */
}
