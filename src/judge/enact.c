/*
 * enact.c - which versions rule a close, and what changes where another one does.
 *
 * A version is in force at a close where its instant has come by T and its leaf
 * stands below that of the close (policy/policies.h), source by source: one that lags
 * behind changes later.  Then, before anything of the close is folded: windows take
 * their new lengths; monitors that stay go on bit for bit, new ones begin at nothing;
 * B of the layer starts with the blocks of the trailing year.  An open alert stays
 * open whatever its monitors become: people close (law 8).
 */
#include "judge/inside.h"

const struct eh_policy *eh_judge_policy(const struct eh_judge_source *s, enum eh_policy_layer layer)
{
	return s->in_force[layer].policy;
}

int64_t eh_judge_maturity_us(const struct eh_judge_source *s)
{
	const struct eh_policy *policy = s->in_force[EH_POLICY_HOUSE].policy;

	return policy != NULL && policy->maturity_us > 0 ? policy->maturity_us : s->map->maturity_us;
}

bool eh_judge_is_governed(const struct eh_judge_source *s)
{
	return s->in_force[EH_POLICY_FLOOR].policy != NULL ||
	       s->in_force[EH_POLICY_HOUSE].effective_us != EH_POLICIES_ALWAYS;
}

void eh_judge_enact(struct eh_judge *judge, const struct eh_policies_version *v)
{
	eh_policies_add(judge->policies, v->policy, v->layer, v->effective_us, v->leaf_index);
}

static bool same(const struct eh_policies_version *a, const struct eh_policies_version *b)
{
	return a->policy == b->policy && a->leaf_index == b->leaf_index;
}

static void begin_years(struct eh_judge_source *s, enum eh_policy_layer layer, int64_t end_us)
{
	for (uint32_t a = 0; a < s->axes; a++)
		for (uint32_t i = 0; i < s->attribute[a].pairs; i++)
			eh_judge_pair_new_version(s->attribute[a].pair[i], layer, end_us);
}

bool eh_judge_take_versions(struct eh_judge_source *s, const struct eh_judge_close *close)
{
	int64_t window_us[EH_JUDGE_WINDOWS_MAX], end_us = eh_pane_next(s->pane_kind, close->last_pane_us);
	bool changed = false;

	for (enum eh_policy_layer layer = 0; layer < EH_POLICY_LAYERS; layer++) {
		const struct eh_policies_version *v =
			eh_policies_at(s->judge->policies, layer, close->clock_us, close->leaf_index);
		struct eh_policies_version now = v != NULL ? *v : (struct eh_policies_version){0};

		if (same(&now, &s->in_force[layer]))
			continue;
		changed = true;
		s->in_force[layer] = now;
		if (now.policy != NULL)
			begin_years(s, layer, end_us);
	}
	if (!changed)
		return false;
	uint32_t n = eh_judge_windows(s, close->clock_us, close->leaf_index, window_us);
	eh_judge_keep_windows(s, window_us, n);
	eh_judge_relist(s->judge, s);
	return true;
}
