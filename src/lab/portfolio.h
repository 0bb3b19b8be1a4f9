/*
 * portfolio.h - the monitors of two policies over one history: what is the same for both, and what is not.
 *
 * A monitor is watched by the policy in force, by the draft, or by both; evidence
 * against a line is the same for whoever watches it, so it is made once.  What a policy
 * makes of it is its own: the gate, the least data, the budget, and K, the number of
 * monitors that share the budget.
 *
 * Owner    the arena given; read-only.
 * Threads  any.
 */
#ifndef EH_LAB_PORTFOLIO_H
#define EH_LAB_PORTFOLIO_H

#include "lab/history.h"
#include "policy/policy.h"

enum { EH_LAB_IN_FORCE, EH_LAB_DRAFT, EH_LAB_SIDES };

struct eh_lab_monitor {
	uint32_t pair; /* of the portfolio */
	int outcome, kind;
	int64_t tau_ppm;
	int detector_version; /* evidence of two versions of the detector is not the same */
	int64_t gate_ppm[EH_LAB_SIDES]; /* 0: this policy does not watch it */
};

/* A group against its reference: its monitors are a run of the list. */
struct eh_lab_pair {
	const struct eh_lab_source *source;
	uint32_t attribute, group;
	uint32_t about; /* the first pair about the same group: what parts of a book find is one alert with it */
	uint32_t first, n;
	uint32_t watched[EH_LAB_SIDES]; /* monitors of each policy */
};

struct eh_lab_portfolio {
	const struct eh_lab_history *history;
	const struct eh_policy *policy[EH_LAB_SIDES];
	struct eh_lab_pair *pair;
	uint32_t pairs;
	struct eh_lab_monitor *monitor;
	uint32_t monitors;
	uint32_t watched[EH_LAB_SIDES]; /* K: monitors of each policy, when every group has been met */
};

const struct eh_lab_portfolio *eh_lab_portfolio(struct eh_arena *home, const struct eh_lab_history *history,
                                                const struct eh_policy *in_force, const struct eh_policy *draft);

const struct eh_lab_attribute *eh_lab_attribute_of(const struct eh_lab_pair *pair);
const char *eh_lab_group_of(const struct eh_lab_pair *pair);

#endif
