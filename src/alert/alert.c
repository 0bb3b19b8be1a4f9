/*
 * alert.c - the table itself; see alert.h.
 */
#include "alert/alert.h"

#include <string.h>

static const char *const state_names[EH_ALERT_STATES] = {[EH_ALERT_NONE] = "",
                                                         [EH_ALERT_RAISED] = "raised",
                                                         [EH_ALERT_ACKNOWLEDGED] = "acknowledged",
                                                         [EH_ALERT_INVESTIGATING] = "investigating",
                                                         [EH_ALERT_MITIGATING] = "mitigating",
                                                         [EH_ALERT_VERIFYING] = "verifying",
                                                         [EH_ALERT_CLOSED_FIXED] = "closed-fixed",
                                                         [EH_ALERT_CLOSED_NOT_CONFIRMED] = "closed-not-confirmed",
                                                         [EH_ALERT_ACCEPTED_RISK] = "accepted-risk",
                                                         [EH_ALERT_REOPENED] = "reopened"};

#define JUDGE(state)                                                                                                              \
	{state, "escalated", state, EH_ALERT_BY_JUDGE, false, "The evidence crossed the line for pages."},                        \
	{state, "folded", state, EH_ALERT_BY_JUDGE, false, "Another indicator of the same group crossed a line and was added."},  \
	{state, "recovered", state, EH_ALERT_BY_JUDGE, false, "The ratio has returned inside the line; the alert stays open."},    \
	{state, "returned", state, EH_ALERT_BY_JUDGE, false, "What had ended is so again."}
#define NOTE(state) {state, "note", state, EH_ALERT_BY_INSURER, true, "A note was added."}
#define CLOSE(state)                                                                                                              \
	{state, "close-fixed", EH_ALERT_CLOSED_FIXED, EH_ALERT_BY_TWO_PEOPLE, true, "Two people closed it as fixed."},            \
	{state, "close-not-confirmed", EH_ALERT_CLOSED_NOT_CONFIRMED, EH_ALERT_BY_TWO_PEOPLE, true,                               \
	 "Two people closed it as not confirmed."},                                                                               \
	{state, "accept-risk", EH_ALERT_ACCEPTED_RISK, EH_ALERT_BY_TWO_PEOPLE, true, "Two people accepted the risk."}
#define OPEN(state) JUDGE(state), NOTE(state), CLOSE(state)
#define REOPEN(state) {state, "reopen", EH_ALERT_REOPENED, EH_ALERT_BY_INSURER, true, "It was opened again."}

const struct eh_alert_rule eh_alert_rules[] = {
	{EH_ALERT_NONE, "raised", EH_ALERT_RAISED, EH_ALERT_BY_JUDGE, false, "An indicator crossed a line of the policy."},
	OPEN(EH_ALERT_RAISED),
	OPEN(EH_ALERT_ACKNOWLEDGED),
	OPEN(EH_ALERT_INVESTIGATING),
	OPEN(EH_ALERT_MITIGATING),
	OPEN(EH_ALERT_VERIFYING),
	OPEN(EH_ALERT_REOPENED),
	JUDGE(EH_ALERT_ACCEPTED_RISK),
	NOTE(EH_ALERT_ACCEPTED_RISK),
	{EH_ALERT_RAISED, "acknowledge", EH_ALERT_ACKNOWLEDGED, EH_ALERT_BY_INSURER, true, "Somebody took it up."},
	{EH_ALERT_REOPENED, "acknowledge", EH_ALERT_ACKNOWLEDGED, EH_ALERT_BY_INSURER, true, "Somebody took it up."},
	{EH_ALERT_ACKNOWLEDGED, "investigate", EH_ALERT_INVESTIGATING, EH_ALERT_BY_INSURER, true, "The cause is being looked for."},
	{EH_ALERT_INVESTIGATING, "mitigate", EH_ALERT_MITIGATING, EH_ALERT_BY_INSURER, true, "Something is being changed."},
	{EH_ALERT_MITIGATING, "verify", EH_ALERT_VERIFYING, EH_ALERT_BY_INSURER, true, "The effect of the change is being watched."},
	{EH_ALERT_VERIFYING, "investigate", EH_ALERT_INVESTIGATING, EH_ALERT_BY_INSURER, true, "The change did not suffice."},
	REOPEN(EH_ALERT_CLOSED_FIXED),
	REOPEN(EH_ALERT_CLOSED_NOT_CONFIRMED),
	REOPEN(EH_ALERT_ACCEPTED_RISK),
};
const size_t eh_alert_rules_n = sizeof eh_alert_rules / sizeof eh_alert_rules[0];

const char *eh_alert_state_name(enum eh_alert_state state)
{
	return state_names[state];
}

bool eh_alert_state_of(const char *name, enum eh_alert_state *state)
{
	for (int s = 0; s < EH_ALERT_STATES; s++)
		if (strcmp(state_names[s], name) == 0) {
			*state = (enum eh_alert_state)s;
			return true;
		}
	return false;
}

const struct eh_alert_rule *eh_alert_find(enum eh_alert_state from, const char *event)
{
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		if (eh_alert_rules[i].from == from && strcmp(eh_alert_rules[i].event, event) == 0)
			return &eh_alert_rules[i];
	return NULL;
}

const char *eh_alert_sentence(const struct eh_alert_rule *rule, const char *kind)
{
	if (strcmp(kind, "data") == 0 && strcmp(rule->event, "raised") == 0)
		return "Something is wrong with the data of the source.";
	if (strcmp(kind, "data") == 0 && strcmp(rule->event, "recovered") == 0)
		return "What was wrong with the data has ended; the alert stays open.";
	if (strcmp(kind, "governance") == 0 && strcmp(rule->event, "raised") == 0)
		return "A rule was loosened that an open alert stands on.";
	if (strcmp(kind, "governance") == 0 && strcmp(rule->event, "folded") == 0)
		return "Another rule was loosened that the same group\u2019s alert stands on.";
	return rule->sentence;
}

bool eh_alert_is_over(enum eh_alert_state state)
{
	return state == EH_ALERT_CLOSED_FIXED || state == EH_ALERT_CLOSED_NOT_CONFIRMED || state == EH_ALERT_ACCEPTED_RISK;
}
