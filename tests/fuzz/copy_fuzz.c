/*
 * copy_fuzz.c - any bytes as a message of binary COPY: its values are found within it, or it is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "source/packing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Each type that has a way of its own, several of those that share a value. */
static const struct eh_poll_column columns[] = {
	{EH_POLL_TEXT, "a", "uuid", "a"},     {EH_POLL_TIME, "b", "timestamptz", "b"}, {EH_POLL_TEXT, "c", "int8", "c"},
	{EH_POLL_INT8, "d", "int8", "d"},     {EH_POLL_FLOAT8, "e", "float8", "e"},    {EH_POLL_TEXT, "f", "text", "f"},
	{EH_POLL_TEXT, "g", "int4", "g"},     {EH_POLL_INT2, "h", "int2", "h"},        {EH_POLL_TEXT, "i", "bool", "i"},
	{EH_POLL_INT4, "j", "int4", "j"},     {EH_POLL_TEXT, "k", "int2", "k"},        {EH_POLL_TEXT, "l", "bool", "l"},
	{EH_POLL_TEXT, "m", "array", "m::x"}, {EH_POLL_TEXT, "n", "bool", "n"},
};
#define COLUMNS (sizeof columns / sizeof *columns)

static void read_row(struct eh_packing *packing, struct eh_wire *wire)
{
	struct eh_field fields[COLUMNS] = {0};
	static volatile unsigned char sink;

	eh_packing_read(packing, wire, fields);
	if (wire->bad)
		return;
	for (size_t i = 0; i < COLUMNS; i++)
		if (fields[i].form == EH_FIELD_TEXT)
			for (size_t k = 0; k < fields[i].text.n; k++)
				sink = (unsigned char)(sink ^ fields[i].text.at[k]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct eh_arena *arena;
	static struct eh_packing *packing;
	char *bytes = malloc(n + (n == 0));

	if (packing == NULL) {
		arena = eh_arena_new();
		packing = eh_packing_of(arena, columns, COLUMNS);
	}
	EH_ASSERT(bytes != NULL);
	memcpy(bytes, data, n);
	struct eh_wire wire = {bytes, bytes + n, false};
	int values = eh_packing_begin(&wire);
	EH_ASSERT(wire.at <= wire.end && (values < 0 || !wire.bad));
	if (values == (int)eh_packing_values(packing))
		read_row(packing, &wire);
	EH_ASSERT(wire.at <= wire.end);
	free(bytes);
	return 0;
}
