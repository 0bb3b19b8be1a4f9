/*
 * reader.c - see reader.h.
 */
#include "source/reader.h"

#include "source/poll.h"

enum eh_rc eh_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, struct eh_source_reader **out,
                          struct eh_err *err)
{
	return eh_poll_reader_open(arena, pg, map, out, err);
}
