/*
 * reader.c - see reader.h.
 */
#include "source/reader.h"

#include "source/poll.h"
#include "source/push.h"
#include "source/stream.h"

enum eh_rc eh_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                          const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err)
{
	if (map->mode == EH_MAP_MODE_STREAM)
		return eh_stream_open(arena, pg, map, options, out, err);
	if (map->mode == EH_MAP_MODE_PUSHDOWN)
		return eh_push_reader_open(arena, pg, map, out, err);
	return eh_poll_reader_open(arena, pg, map, options, out, err);
}
