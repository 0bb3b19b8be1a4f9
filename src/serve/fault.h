/*
 * fault.h - the parts of an alert's page that tell of data: what was counted, and what came late.
 *
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_FAULT_H
#define EH_SERVE_FAULT_H

#include <jansson.h>

#include "base/arena.h"

/* A data alert: `todo`, and the facts of its evidence as tables. */
void eh_serve_fault(struct eh_arena *arena, const json_t *body, json_t *model);

/* A bias alert: its evidence with and without blocks of late decisions; nothing where none came late. */
void eh_serve_late(struct eh_arena *arena, const json_t *body, json_t *model);

#endif
