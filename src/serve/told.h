/*
 * told.h - the receipts of an alert's page: who was told of which step, and what was answered.
 *
 * Threads  any.
 */
#ifndef EH_SERVE_TOLD_H
#define EH_SERVE_TOLD_H

#include <jansson.h>

#include "base/arena.h"
#include "pg/pg.h"

/* Puts `told`, a list, into the model; nothing where nobody was told anything. */
EH_MUST enum eh_rc eh_serve_told(struct eh_arena *arena, struct eh_pg *pg, const char *alert_id, json_t *model, struct eh_err *err);

#endif
