/*
 * lineage.h - what stood behind an alert's decisions, and who answers for it.
 *
 * Owner    adds to the caller's model.
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_LINEAGE_H
#define EH_SERVE_LINEAGE_H

#include <jansson.h>

#include "base/arena.h"

/* From body.lineage: `lineage` (rows for the table), `components` (a chart of adverse ratios), `answers` (who
 * answers for which).  Adds nothing where there is none. */
void eh_serve_lineage(struct eh_arena *arena, const json_t *body, json_t *model);

#endif
