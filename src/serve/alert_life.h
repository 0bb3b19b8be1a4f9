/*
 * alert_life.h - what an alert's page says of its life: the picture of its states, its deadlines, and a form for each
 * step that whoever looks may ask for, with the fields that the table of steps wants.
 *
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_ALERT_LIFE_H
#define EH_SERVE_ALERT_LIFE_H

#include "alert/field.h"
#include "serve/session.h"

struct eh_alert_view {
	struct eh_arena *arena;
	const char *kind;
	enum eh_alert_state state;
	const json_t *life; /* of the body; NULL where the last step was written before there was one */
	int64_t clock_us;   /* T */
	enum eh_role role;  /* of whoever looks */
	const char *user;
};

/* Adds `machine`, `deadlines`, `act` (forms for one person) and `propose` (forms for two) to the page's model. */
void eh_serve_alert_life(const struct eh_alert_view *view, json_t *model);

/* "acknowledge in 3 hours", "investigate, 2 days late"; NULL where nothing is due. */
const char *eh_serve_alert_due(struct eh_arena *arena, const json_t *life, int64_t clock_us);

/* Acknowledge, Close: fixed, ... for an event; the event itself where it has no other name. */
const char *eh_serve_alert_label(const char *event);

#endif
