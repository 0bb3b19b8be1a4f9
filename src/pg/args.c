/*
 * args.c - the parameters of a statement; see pg.h.
 *
 * Arrays go in the server's binary form (src/backend/utils/adt/arrayfuncs.c, array_recv):
 * dimensions, null flag, element type, then length and lower bound of the one dimension,
 * then each element behind its length; a null has length -1.  All numbers in network order.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "pg/pg.h"

#define OID_UUID 2950
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_TEXT 25

static void add(struct eh_pg_args *args, const char *value, size_t length, int format)
{
	EH_ASSERT(args->n < EH_PG_ARGS_MAX && length <= INT32_MAX);
	args->value[args->n] = value;
	args->length[args->n] = (int)length;
	args->format[args->n] = format;
	args->n++;
}

void eh_pg_arg_null(struct eh_pg_args *args)
{
	add(args, NULL, 0, 0);
}

void eh_pg_arg_text(struct eh_pg_args *args, const char *text)
{
	add(args, text, 0, 0);
}

void eh_pg_arg_int8(struct eh_pg_args *args, int64_t value)
{
	EH_ASSERT(args->n < EH_PG_ARGS_MAX);
	char *digits = args->digits[args->n];

	snprintf(digits, sizeof args->digits[0], "%lld", (long long)value);
	add(args, digits, 0, 0);
}

void eh_pg_arg_bool(struct eh_pg_args *args, bool value)
{
	add(args, value ? "t" : "f", 0, 0);
}

void eh_pg_arg_time(struct eh_pg_args *args, int64_t us)
{
	EH_ASSERT(args->n < EH_PG_ARGS_MAX);
	eh_time_format(us, args->digits[args->n]);
	add(args, args->digits[args->n], 0, 0);
}

void eh_pg_arg_bytea(struct eh_pg_args *args, const void *data, size_t n)
{
	add(args, data, n, 1);
}

/* ---- arrays --------------------------------------------------------------------- */

static char *put32(char *at, uint32_t value)
{
	uint32_t big = htonl(value);

	memcpy(at, &big, sizeof big);
	return at + sizeof big;
}

static char *put_element(char *at, const void *data, size_t n)
{
	at = put32(at, data != NULL ? (uint32_t)n : UINT32_MAX);
	if (data != NULL && n > 0)
		memcpy(at, data, n);
	return at + (data != NULL ? n : 0);
}

/* Makes room for an array whose elements have `bytes` bytes in all; *at is where they go. */
static char *new_array(struct eh_arena *arena, uint32_t oid, size_t n, size_t bytes, char **at)
{
	EH_ASSERT(n <= INT32_MAX && bytes <= INT32_MAX);
	char *array = eh_arena_zalloc(arena, 20 + 4 * n + bytes, 1);

	*at = put32(array, n > 0 ? 1 : 0);
	*at = put32(*at, 1); /* may hold nulls */
	*at = put32(*at, oid);
	if (n > 0) {
		*at = put32(*at, (uint32_t)n);
		*at = put32(*at, 1);
	}
	return array;
}

void eh_pg_arg_int8_array(struct eh_pg_args *args, struct eh_arena *arena, const int64_t *items, size_t n)
{
	char *at, *array = new_array(arena, OID_INT8, n, 8 * n, &at);

	for (size_t i = 0; i < n; i++) {
		uint64_t big = htobe64((uint64_t)items[i]);

		at = put_element(at, &big, sizeof big);
	}
	add(args, array, (size_t)(at - array), 1);
}

void eh_pg_arg_text_array(struct eh_pg_args *args, struct eh_arena *arena, const char *const *items, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += items[i] != NULL ? strlen(items[i]) : 0;
	char *at, *array = new_array(arena, OID_TEXT, n, bytes, &at);
	for (size_t i = 0; i < n; i++)
		at = put_element(at, items[i], items[i] != NULL ? strlen(items[i]) : 0);
	add(args, array, (size_t)(at - array), 1);
}

void eh_pg_arg_bytea_array(struct eh_pg_args *args, struct eh_arena *arena, const struct eh_pg_bytes *items, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += items[i].n;
	char *at, *array = new_array(arena, OID_BYTEA, n, bytes, &at);
	for (size_t i = 0; i < n; i++)
		at = put_element(at, items[i].data, items[i].n);
	add(args, array, (size_t)(at - array), 1);
}

void eh_pg_arg_uuid_array(struct eh_pg_args *args, struct eh_arena *arena, const struct eh_pg_bytes *items, size_t n)
{
	char *at, *array = new_array(arena, OID_UUID, n, 16 * n, &at);

	for (size_t i = 0; i < n; i++) {
		EH_ASSERT(items[i].n == 16);
		at = put_element(at, items[i].data, items[i].n);
	}
	add(args, array, (size_t)(at - array), 1);
}
