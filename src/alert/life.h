/*
 * life.h - what an alert carries from step to step: tier, level, deadline, and what was set once.
 *
 * Kept in the body of each step under `life`, and made anew for the next step from the
 * last one and nothing else: no clock is read here.  Keys that have no value are absent.
 *
 *   tier, level         of deadlines; how often one was missed
 *   duty, span, since   what is to be done next (acknowledge ... close), within what, counted from when
 *   duty_due            by when; absent: never, or the last level was reached
 *   overdue_since       the first deadline of this duty that was missed
 *   due, due_what       the next deadline of all: a duty, `statutory` or `expiry`
 *   missed              of a step deadline-missed: {what, due}
 *   episodes            how often it was raised, folded into or came back
 *   aware_at, aware_by, causal_link_at, causal_link_by, clock, statutory [{name, due}], statutory_missed [name]
 *   notified_at, notified_by, disputed_at, disputed_by, fixer, expires_on
 *
 * Threads  any.
 */
#ifndef EH_ALERT_LIFE_H
#define EH_ALERT_LIFE_H

#include "alert/alert.h"
#include "policy/deadline.h"

struct eh_alert_move {
	const char *kind, *event;
	enum eh_alert_state from, to;
	bool page;
	int64_t at_us;    /* T of the step */
	int64_t start_us; /* deadlines count from here: T, or where history ended if that is later */
	const json_t *fields; /* or NULL */
	const char *actor, *second;
	int64_t episodes; /* of the steps before, where `last` does not know */
	const struct eh_deadlines *deadlines;
};

/* `last` NULL: the alert is new, or its last step was written before there were deadlines. */
json_t *eh_alert_life(const json_t *last, const struct eh_alert_move *move);

/* An instant of a life, as `due`; false where it is absent. */
bool eh_alert_life_instant(const json_t *life, const char *key, int64_t *us);

#endif
