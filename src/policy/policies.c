/*
 * policies.c - see policies.h.
 */
#include "policy/policies.h"

#include <string.h>

static const char *const layer_names[EH_POLICY_LAYERS] = {"house", "floor"};

const char *eh_policy_layer_name(enum eh_policy_layer layer)
{
	return layer_names[layer];
}

bool eh_policy_layer_of(const char *name, enum eh_policy_layer *layer)
{
	for (int i = 0; i < EH_POLICY_LAYERS; i++)
		if (strcmp(name, layer_names[i]) == 0) {
			*layer = (enum eh_policy_layer)i;
			return true;
		}
	return false;
}

struct eh_policies *eh_policies_new(struct eh_arena *home)
{
	struct eh_policies *all = eh_arena_zalloc(home, 1, sizeof *all);

	all->home = home;
	return all;
}

struct eh_policies *eh_policies_of(struct eh_arena *home, const struct eh_policy *policy)
{
	struct eh_policies *all = eh_policies_new(home);

	eh_policies_add(all, policy, EH_POLICY_HOUSE, EH_POLICIES_ALWAYS, -1);
	return all;
}

/* Versions come a few a year: what an outgrown array leaves in the arena is nothing. */
static void make_room(struct eh_policies *all)
{
	size_t cap = all->cap == 0 ? 8 : all->cap * 2;
	struct eh_policies_version *more = eh_arena_zalloc(all->home, cap, sizeof *more);

	if (all->n > 0)
		memcpy(more, all->version, all->n * sizeof *more);
	all->version = more;
	all->cap = cap;
}

void eh_policies_add(struct eh_policies *all, const struct eh_policy *policy, enum eh_policy_layer layer,
                     int64_t effective_us, int64_t leaf_index)
{
	EH_ASSERT(all->n == 0 || leaf_index > all->version[all->n - 1].leaf_index);
	if (all->n == all->cap)
		make_room(all);
	all->version[all->n++] = (struct eh_policies_version){policy, layer, effective_us, leaf_index};
}

const struct eh_policies_version *eh_policies_at(const struct eh_policies *all, enum eh_policy_layer layer,
                                                 int64_t at_us, int64_t below)
{
	const struct eh_policies_version *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct eh_policies_version *v = &all->version[i];

		if (v->layer == layer && v->effective_us <= at_us && v->leaf_index < below &&
		    (found == NULL || v->effective_us >= found->effective_us))
			found = v;
	}
	return found;
}
