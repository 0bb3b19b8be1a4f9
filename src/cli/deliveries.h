/*
 * deliveries.h - what was told of an alert, by which route, and what became of it.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_DELIVERIES_H
#define EH_CLI_DELIVERIES_H

#include <jansson.h>

#include "pg/pg.h"

/* A list of {number, route, step, written, state, tries, at, status, detail}, a new reference.  state is delivered, waiting or
 * dead letter; at, status and detail are those of the last try, null before the first. */
EH_MUST enum eh_rc eh_cli_deliveries(struct eh_pg *pg, const char *alert_id, json_t **out, struct eh_err *err);

/* A line for each. */
void eh_cli_deliveries_print(const json_t *list);

#endif
