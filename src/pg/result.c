/*
 * result.c - reading values out of results, text or binary; see pg.h.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "pg/pg.h"

bool eh_pg_null(const PGresult *res, int row, int col)
{
	EH_ASSERT(row >= 0 && row < PQntuples(res) && col >= 0 && col < PQnfields(res));
	return PQgetisnull(res, row, col) != 0;
}

/* int2, int4 and int8 in network order. */
static int64_t binary_integer(const char *data, int n)
{
	int64_t value = (signed char)data[0];

	EH_ASSERT(n == 2 || n == 4 || n == 8);
	for (int i = 1; i < n; i++)
		value = (int64_t)((uint64_t)value << 8 | (unsigned char)data[i]);
	return value;
}

int64_t eh_pg_int8(const PGresult *res, int row, int col)
{
	EH_ASSERT(!eh_pg_null(res, row, col));
	const char *data = PQgetvalue(res, row, col);

	if (PQfformat(res, col) == 1)
		return binary_integer(data, PQgetlength(res, row, col));
	char *end;
	errno = 0;
	int64_t value = strtoll(data, &end, 10);
	EH_ASSERT(end != data && *end == '\0' && errno == 0);
	return value;
}

bool eh_pg_bool(const PGresult *res, int row, int col)
{
	EH_ASSERT(!eh_pg_null(res, row, col) && PQgetlength(res, row, col) == 1);
	char c = PQgetvalue(res, row, col)[0];

	EH_ASSERT(PQfformat(res, col) == 1 ? c == 0 || c == 1 : c == 't' || c == 'f');
	return c == 1 || c == 't';
}

int64_t eh_pg_time(const PGresult *res, int row, int col)
{
	EH_ASSERT(!eh_pg_null(res, row, col));
	const char *data = PQgetvalue(res, row, col);
	int64_t us;

	if (PQfformat(res, col) == 1) {
		EH_ASSERT(PQgetlength(res, row, col) == 8);
		return binary_integer(data, 8) + EH_PG_EPOCH_US;
	}
	EH_ASSERT(eh_time_parse(data, strlen(data), &us));
	return us;
}

const char *eh_pg_text(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NULL : PQgetvalue(res, row, col);
}

struct eh_pg_bytes eh_pg_bytea(const PGresult *res, int row, int col, struct eh_arena *arena)
{
	if (eh_pg_null(res, row, col))
		return (struct eh_pg_bytes){0};
	const char *data = PQgetvalue(res, row, col);
	size_t n = (size_t)PQgetlength(res, row, col);

	if (PQfformat(res, col) == 1)
		return (struct eh_pg_bytes){data, n};
	/* The session asks for \x and hex digits. */
	EH_ASSERT(n >= 2 && n % 2 == 0 && data[0] == '\\' && data[1] == 'x');
	n = (n - 2) / 2;
	unsigned char *bytes = eh_arena_zalloc(arena, n + 1, 1);
	EH_ASSERT(eh_unhex(data + 2, bytes, n));
	return (struct eh_pg_bytes){bytes, n};
}
