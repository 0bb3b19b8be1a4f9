/*
 * reader.c - see reader.h.
 */
#include "source/reader.h"

#include "source/outcomes_reader.h"
#include "source/poll.h"
#include "source/push.h"
#include "source/stream.h"

/* The reader of the decisions alone, as the map's mode says. */
static enum eh_rc open_decisions(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                 const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err)
{
	if (map->mode == EH_MAP_MODE_STREAM)
		return eh_stream_open(arena, pg, map, options, out, err);
	if (map->mode == EH_MAP_MODE_PUSHDOWN)
		return eh_push_reader_open(arena, pg, map, out, err);
	return eh_poll_reader_open(arena, pg, map, options, out, err);
}

enum eh_rc eh_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                          const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err)
{
	struct eh_source_reader *decisions = NULL;
	enum eh_rc rc = open_decisions(arena, pg, map, options, &decisions, err);

	*out = decisions;
	if (rc != EH_OK || map->outcomes == NULL)
		return rc;
	rc = eh_outcomes_reader_open(arena, pg, map, decisions, out, err);
	if (rc != EH_OK)
		eh_reader_close(decisions);
	return rc;
}
