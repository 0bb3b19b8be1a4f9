/*
 * alert.h - the life of an alert, as one table of steps.
 *
 * The table says which event leads from which state to which, who may cause it,
 * and whether two people are needed.  judge obeys it, the store holds a copy of it
 * so that PostgreSQL refuses what it does not know, the pages take their buttons
 * from it, and docs print it.  There is no delete and no mute.
 *
 * Threads  any: static data.
 */
#ifndef EH_ALERT_ALERT_H
#define EH_ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>

enum eh_alert_state {
	EH_ALERT_NONE, /* before it exists */
	EH_ALERT_RAISED,
	EH_ALERT_ACKNOWLEDGED,
	EH_ALERT_INVESTIGATING,
	EH_ALERT_MITIGATING,
	EH_ALERT_VERIFYING,
	EH_ALERT_CLOSED_FIXED,
	EH_ALERT_CLOSED_NOT_CONFIRMED,
	EH_ALERT_ACCEPTED_RISK,
	EH_ALERT_REOPENED,
	EH_ALERT_STATES
};

/* Who may cause a step. */
enum eh_alert_who {
	EH_ALERT_BY_JUDGE,
	EH_ALERT_BY_INSURER,   /* one person with the role insurer */
	EH_ALERT_BY_TWO_PEOPLE /* an insurer proposes, an approver who is somebody else approves */
};

struct eh_alert_rule {
	enum eh_alert_state from;
	const char *event; /* raised, acknowledge, close-fixed, ... */
	enum eh_alert_state to;
	enum eh_alert_who who;
	bool reason;          /* a reason must be given */
	const char *sentence; /* what the page and the log say happened */
};

extern const struct eh_alert_rule eh_alert_rules[];
extern const size_t eh_alert_rules_n;

/* `raised`, `closed-fixed`, ...; "" for EH_ALERT_NONE. */
const char *eh_alert_state_name(enum eh_alert_state state);
/* False where there is no state of that name. */
bool eh_alert_state_of(const char *name, enum eh_alert_state *state);

/* The rule for an event in a state, or NULL: the event has no place there. */
const struct eh_alert_rule *eh_alert_find(enum eh_alert_state from, const char *event);

/* What a step says happened, for an alert of this kind: bias, data. */
const char *eh_alert_sentence(const struct eh_alert_rule *rule, const char *kind);

/* True where nothing is left to do: closed or accepted. */
bool eh_alert_is_over(enum eh_alert_state state);

#endif
