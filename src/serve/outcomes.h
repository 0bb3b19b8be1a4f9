/*
 * outcomes.h - outcome measures and unmapped values of a source's figures, as parts of pages.
 *
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_OUTCOMES_H
#define EH_SERVE_OUTCOMES_H

#include <jansson.h>

#include "base/arena.h"

/*
 * {observable, reason, sentence, tables} of figures.outcomes: a table an attribute, or only that of `attribute` with only
 * `group` and its reference.  NULL where the figures have none yet.
 */
json_t *eh_serve_outcomes(struct eh_arena *arena, const json_t *figures, const char *attribute, const char *group);

/* Sentences, one a value that the map gives no group; an empty array where there is none. */
json_t *eh_serve_unmapped(struct eh_arena *arena, const json_t *figures);

#endif
