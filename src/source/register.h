/*
 * register.h - the sources a store knows, and every version of their maps (law 12: what columns mean is data).
 *
 * A map that is registered goes on the record as a leaf {type: source, source,
 * map_sha256, version}.  Once rows were counted, a new version may change how they
 * are reached (conninfo, mode), whether they are followed, the lateness, an audit's
 * controls, proxies and intersections, and give a meaning to values that were never counted (mend.h).  A map that counts differently would mix two
 * meanings in one tally, and one with other audit strata would make judge fold other
 * evidence than it has put on the record: both are refused, they are new sources.
 *
 * Owner    names and maps live in the caller's arena.
 * Threads  none.
 */
#ifndef EH_SOURCE_REGISTER_H
#define EH_SOURCE_REGISTER_H

#include "base/arena.h"
#include "decision/map.h"
#include "pg/pg.h"

struct eh_source {
	int64_t id;
	int version; /* of the map */
	bool removed; /* somebody decided that it is followed no more (follow.h) */
	const char *name;
	const struct eh_map *map;
};

/* Registers the map under its source's name, as evenhand_writer; the same map again changes nothing. */
EH_MUST enum eh_rc eh_source_register(struct eh_arena *arena, struct eh_pg *store, const struct eh_map *map,
                                      struct eh_source *out, struct eh_err *err);

/* The source of that name with the newest version of its map.  EH_BAD_INPUT where there is none. */
EH_MUST enum eh_rc eh_source_load(struct eh_arena *arena, struct eh_pg *store, const char *name, struct eh_source *out,
                                  struct eh_err *err);

/* All of them, by name. */
EH_MUST enum eh_rc eh_source_list(struct eh_arena *arena, struct eh_pg *store, struct eh_source **out, size_t *n,
                                  struct eh_err *err);

#endif
