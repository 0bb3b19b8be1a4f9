/*
 * alert.h - the life of an alert, as one table of steps.
 *
 * The table says which event leads from which states to which, for which kinds of
 * alert, who may cause it and who must agree, and what must be written down with it
 * (field.h).  judge obeys it, the store holds a copy that its own trigger enforces
 * (migrations/0023_alert_life.sql), the pages take their forms from it, and docs
 * print it; tests hold the four together.  There is no delete and no mute.
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
#define EH_ALERT_STAY EH_ALERT_STATES /* of a rule: the state does not change */

/* Who may cause a step. */
enum eh_alert_who {
	EH_ALERT_BY_JUDGE,
	EH_ALERT_BY_ONE, /* one person */
	EH_ALERT_BY_TWO  /* one proposes, another with another role approves */
};

/* Roles of people, as bits. */
enum { EH_ALERT_INSURER = 1, EH_ALERT_ANALYST = 2, EH_ALERT_APPROVER = 4, EH_ALERT_COUNSEL = 8 };

/* Kinds of alerts, as bits. */
enum { EH_ALERT_BIAS = 1, EH_ALERT_DATA = 2, EH_ALERT_GOVERNANCE = 4, EH_ALERT_ANY = 7 };

struct eh_alert_rule {
	unsigned from; /* states, 1u << each */
	const char *event; /* raised, acknowledge, close-fixed, ... */
	enum eh_alert_state to; /* or EH_ALERT_STAY */
	unsigned kinds;
	enum eh_alert_who who;
	unsigned roles;  /* who may take the step, or propose it */
	unsigned second; /* who may approve it; shares no role with `roles` */
	bool apart;      /* nobody who takes part in it took the last step `mitigate` */
	bool once;       /* once in the life of an alert */
	const char *needs;    /* fields that must be given, separated by spaces; a reason always is */
	const char *sentence; /* what the page and the log say happened */
};

extern const struct eh_alert_rule eh_alert_rules[];
extern const size_t eh_alert_rules_n;

/* `raised`, `closed-fixed`, ...; "" for EH_ALERT_NONE. */
const char *eh_alert_state_name(enum eh_alert_state state);
/* False where there is no state of that name. */
bool eh_alert_state_of(const char *name, enum eh_alert_state *state);

/* One of the kinds by its name: bias, data, governance; 0 for anything else. */
unsigned eh_alert_kind_of(const char *name);
/* One of the roles by its name: insurer, analyst, approver, counsel; 0 for anything else. */
unsigned eh_alert_role_of(const char *name);
/* The names of roles or kinds: "insurer or analyst". */
#define EH_ALERT_WORDS 64
void eh_alert_role_words(unsigned roles, char out[EH_ALERT_WORDS]);

/* The rule for an event of an alert of that kind in a state, or NULL: the event has no place there. */
const struct eh_alert_rule *eh_alert_find(const char *kind, enum eh_alert_state from, const char *event);

/* Where a rule leads from there. */
enum eh_alert_state eh_alert_to(const struct eh_alert_rule *rule, enum eh_alert_state from);

/* What a step says happened, for an alert of this kind. */
const char *eh_alert_sentence(const struct eh_alert_rule *rule, const char *kind);

/* True where nothing is left to do: closed or accepted. */
bool eh_alert_is_over(enum eh_alert_state state);

#endif
