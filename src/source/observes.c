/*
 * observes.c - see observes.h.
 */
#include "source/observes.h"

#include "source/shape.h"

static const char published[] = "as far as the table's publication and replica identity bring them";

static const char *updates_why(const struct eh_map *map)
{
	if (map->mode == EH_MAP_MODE_STREAM)
		return published;
	if (map->identity == EH_MAP_IDENTITY_TRACKED)
		return NULL;
	return map->mode == EH_MAP_MODE_PUSHDOWN
	               ? "the database counts new rows only; a correction is found by recompute"
	               : "a poll by position sees new rows only; identity: tracked or mode: stream sees corrections";
}

static const char *outcomes_why(const struct eh_map *map)
{
	if (eh_source_sees_outcomes(map))
		return NULL;
	return map->outcome < 0
	               ? "the source map names no outcome"
	               : "an outcome is written into its row later, and this source sees new rows only; identity: tracked, mode: stream "
	                 "or an `outcomes:` table sees it";
}

struct eh_source_observes eh_source_observes(const struct eh_map *map)
{
	bool stream = map->mode == EH_MAP_MODE_STREAM;

	return (struct eh_source_observes){
		.updates = stream || map->identity == EH_MAP_IDENTITY_TRACKED,
		.deletes = stream,
		.outcomes = eh_source_sees_outcomes(map),
		.updates_why = updates_why(map),
		.deletes_why = stream ? published : "a deleted row leaves nothing to read; only mode: stream is told of it, and recompute finds it",
		.outcomes_why = outcomes_why(map)};
}

json_t *eh_source_observes_json(const struct eh_map *map)
{
	struct eh_source_observes o = eh_source_observes(map);

	return json_pack("{s:b, s:b, s:b, s:b, s:{s:s?, s:s?, s:s?}}", "inserts", 1, "updates", o.updates, "deletes", o.deletes,
	                 "outcomes", o.outcomes, "why", "updates", o.updates_why, "deletes", o.deletes_why, "outcomes",
	                 o.outcomes_why);
}
