/*
 * alert.c - the table itself; see alert.h.
 */
#include "alert/alert.h"

#include <stdio.h>
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
static const char *const kind_names[] = {"bias", "data", "governance"};
static const char *const role_names[] = {"insurer", "analyst", "approver", "counsel"};

#define IN(state) (1u << EH_ALERT_##state)
#define WORKED (IN(INVESTIGATING) | IN(MITIGATING) | IN(VERIFYING))
#define TAKEN (IN(ACKNOWLEDGED) | WORKED)
#define OPEN (IN(RAISED) | IN(REOPENED) | TAKEN)
#define CLOSED (IN(CLOSED_FIXED) | IN(CLOSED_NOT_CONFIRMED))
#define ALL (OPEN | CLOSED | IN(ACCEPTED_RISK))

#define INSURER EH_ALERT_INSURER
#define EITHER (EH_ALERT_INSURER | EH_ALERT_ANALYST)
#define ANYBODY (EITHER | EH_ALERT_APPROVER | EH_ALERT_COUNSEL)
#define LEGAL (EH_ALERT_APPROVER | EH_ALERT_COUNSEL)
#define BIAS EH_ALERT_BIAS
#define ANY EH_ALERT_ANY
#define OTHER (EH_ALERT_DATA | EH_ALERT_GOVERNANCE)

#define JUDGE(from, event, to, sentence) {from, event, EH_ALERT_##to, ANY, EH_ALERT_BY_JUDGE, 0, 0, false, false, "", sentence}
#define ONE(from, event, to, kinds, roles, needs, sentence) \
	{from, event, EH_ALERT_##to, kinds, EH_ALERT_BY_ONE, roles, 0, false, false, needs, sentence}
#define VERIFY(kinds, needs)                                                                                                    \
	{IN(MITIGATING), "verify", EH_ALERT_VERIFYING, kinds, EH_ALERT_BY_ONE, EITHER, 0, true, false, needs,                   \
	 "The effect of the change is being watched."}
#define TWO(from, event, to, kinds, second, apart, needs, sentence) \
	{from, event, EH_ALERT_##to, kinds, EH_ALERT_BY_TWO, EITHER, second, apart, false, needs, sentence}

const struct eh_alert_rule eh_alert_rules[] = {
	/* What judge finds. */
	JUDGE(IN(NONE), "raised", RAISED, "An indicator crossed a line of the policy."),
	JUDGE(OPEN | IN(ACCEPTED_RISK), "escalated", STAY, "The evidence crossed the line for pages."),
	JUDGE(OPEN | IN(ACCEPTED_RISK), "folded", STAY, "Another indicator of the same group crossed a line and was added."),
	JUDGE(OPEN | IN(ACCEPTED_RISK), "recovered", STAY, "The ratio has returned inside the line; the alert stays open."),
	JUDGE(OPEN | IN(ACCEPTED_RISK), "returned", STAY, "What had ended is so again."),
	JUDGE(OPEN, "deadline-missed", STAY, "A deadline was missed, and the alert went to the next level."),
	JUDGE(IN(ACCEPTED_RISK), "expired", REOPENED, "The acceptance ended, and the alert is open again."),

	/* What one person does. */
	ONE(IN(RAISED) | IN(REOPENED), "acknowledge", ACKNOWLEDGED, BIAS, INSURER, "aware_at", "Somebody took it up."),
	ONE(IN(RAISED) | IN(REOPENED), "acknowledge", ACKNOWLEDGED, OTHER, INSURER, "", "Somebody took it up."),
	ONE(IN(ACKNOWLEDGED) | IN(REOPENED), "investigate", INVESTIGATING, BIAS, EITHER, "hypotheses legal_hold clock",
	    "The cause is being looked for."),
	ONE(IN(ACKNOWLEDGED) | IN(REOPENED), "investigate", INVESTIGATING, OTHER, EITHER, "hypotheses",
	    "The cause is being looked for."),
	ONE(IN(INVESTIGATING), "mitigate", MITIGATING, BIAS, EITHER, "action expected_effect rollback affected hold",
	    "Something is being changed."),
	ONE(IN(INVESTIGATING), "mitigate", MITIGATING, OTHER, EITHER, "action", "Something is being changed."),
	VERIFY(BIAS, "metric n_needed epoch"),
	VERIFY(OTHER, "metric"),
	ONE(IN(VERIFYING), "investigate", INVESTIGATING, ANY, EITHER, "hypotheses", "The change did not suffice."),
	ONE(ALL, "note", STAY, ANY, ANYBODY, "", "A note was added."),
	ONE(ALL, "dispute", STAY, ANY, ANYBODY, "disputed_by", "Somebody disputes it."),
	ONE(ALL, "settle", STAY, ANY, INSURER, "settlement", "The dispute was settled."),
	ONE(TAKEN | CLOSED | IN(ACCEPTED_RISK), "notify-regulator", STAY, ANY, EH_ALERT_INSURER | EH_ALERT_COUNSEL,
	    "notified_at authority", "A regulator was told."),
	ONE(CLOSED | IN(ACCEPTED_RISK), "reopen", REOPENED, ANY, INSURER, "", "It was opened again."),

	/* What two people do. */
	{TAKEN, "causal-link", EH_ALERT_STAY, BIAS, EH_ALERT_BY_TWO, EITHER, LEGAL, false, true, "causal_link_at basis",
	 "Two people put on the record that a causal link is there, or is likely."},
	TWO(IN(VERIFYING), "close-fixed", CLOSED_FIXED, BIAS, EH_ALERT_APPROVER, true, "result remaining_gap redress episodes",
	    "Two people closed it as fixed."),
	TWO(TAKEN, "close-fixed", CLOSED_FIXED, OTHER, EH_ALERT_APPROVER, true, "result episodes", "Two people closed it as fixed."),
	TWO(WORKED, "close-not-confirmed", CLOSED_NOT_CONFIRMED, BIAS, EH_ALERT_APPROVER, false, "why evidence_link episodes",
	    "Two people closed it as not confirmed."),
	TWO(TAKEN, "close-not-confirmed", CLOSED_NOT_CONFIRMED, OTHER, EH_ALERT_APPROVER, false, "why episodes",
	    "Two people closed it as not confirmed."),
	TWO(WORKED, "accept-risk", ACCEPTED_RISK, BIAS, LEGAL, false, "rationale alternatives residual expires_on episodes",
	    "Two people accepted the risk."),
	TWO(TAKEN, "accept-risk", ACCEPTED_RISK, OTHER, LEGAL, false, "rationale expires_on episodes", "Two people accepted the risk."),
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

static unsigned bit_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return 1u << i;
	return 0;
}

unsigned eh_alert_kind_of(const char *name)
{
	return bit_of(kind_names, sizeof kind_names / sizeof *kind_names, name);
}

unsigned eh_alert_role_of(const char *name)
{
	return bit_of(role_names, sizeof role_names / sizeof *role_names, name);
}

void eh_alert_role_words(unsigned roles, char out[EH_ALERT_WORDS])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof role_names / sizeof *role_names; i++) {
		bool last = roles >> (i + 1) == 0;

		if (roles & 1u << i)
			len += (size_t)snprintf(out + len, EH_ALERT_WORDS - len, "%s%s", len == 0 ? "" : last ? " or " : ", ",
			                        role_names[i]);
	}
}

const struct eh_alert_rule *eh_alert_find(const char *kind, enum eh_alert_state from, const char *event)
{
	unsigned of = eh_alert_kind_of(kind);

	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];

		if ((r->from & 1u << from) && (r->kinds & of) && strcmp(r->event, event) == 0)
			return r;
	}
	return NULL;
}

enum eh_alert_state eh_alert_to(const struct eh_alert_rule *rule, enum eh_alert_state from)
{
	return rule->to == EH_ALERT_STAY ? from : rule->to;
}

const char *eh_alert_sentence(const struct eh_alert_rule *rule, const char *kind)
{
	bool raised = strcmp(rule->event, "raised") == 0;

	if (strcmp(kind, "governance") == 0 && raised)
		return "What an open alert stands on was changed.";
	if (strcmp(kind, "data") == 0 && raised)
		return "Something is wrong with the data of the source.";
	if (strcmp(kind, "data") == 0 && strcmp(rule->event, "recovered") == 0)
		return "What was wrong with the data has ended; the alert stays open.";
	if (strcmp(kind, "data") == 0 && strcmp(rule->event, "folded") == 0)
		return "More of it was found and was added.";
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
