/*
 * observes.h - what a source can see of its log after a row was written.
 *
 * A poll of new rows sees no correction, no delete and no outcome that comes later.
 * That is no fault, but it must be said wherever somebody could think otherwise:
 * "not observable", with the reason, and never a nought.
 *
 * Threads  any: a function of the map alone.
 */
#ifndef EH_SOURCE_OBSERVES_H
#define EH_SOURCE_OBSERVES_H

#include <jansson.h>
#include <stdbool.h>

#include "decision/map.h"

struct eh_source_observes {
	bool updates, deletes, outcomes; /* inserts always are */
	const char *updates_why, *deletes_why, *outcomes_why; /* why not, or how far; NULL: nothing to say */
};

struct eh_source_observes eh_source_observes(const struct eh_map *map);

/* {inserts, updates, deletes, outcomes: true|false, why: {updates, deletes, outcomes: text|null}} */
json_t *eh_source_observes_json(const struct eh_map *map);

#endif
