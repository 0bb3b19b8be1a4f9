/*
 * policies.h - which version of the policy rules at which close (law 8).
 *
 * There are two layers.  The house policy is what those who are watched agreed among
 * themselves; the floor is what the regulator's side asks for, stands beside it, and
 * nobody of the house can edit it.  A version is in force at the clock T of a close
 * where it is in effect by then and its leaf stands below the leaf of the close: so
 * live, refold and replay find the same version at the same close, and a version that
 * was approved later cannot reach back.
 *
 * Owner    the arena given to eh_policies_new(), with everything added.
 * Threads  none while versions are added; any from then on.
 */
#ifndef EH_POLICY_POLICIES_H
#define EH_POLICY_POLICIES_H

#include "policy/policy.h"

enum eh_policy_layer { EH_POLICY_HOUSE, EH_POLICY_FLOOR };
#define EH_POLICY_LAYERS 2

/* house, floor */
const char *eh_policy_layer_name(enum eh_policy_layer layer);
bool eh_policy_layer_of(const char *name, enum eh_policy_layer *layer);

#define EH_POLICIES_ALWAYS INT64_MIN /* in effect since before every T */

struct eh_policies_version {
	const struct eh_policy *policy;
	enum eh_policy_layer layer;
	int64_t effective_us; /* T from which it is in effect; EH_POLICIES_ALWAYS for the genesis */
	int64_t leaf_index;   /* -1: before every leaf */
};

struct eh_policies {
	struct eh_arena *home;
	struct eh_policies_version *version; /* in the order of their leaves */
	size_t n, cap;
};

struct eh_policies *eh_policies_new(struct eh_arena *home);

/* One policy throughout, whatever the dates: what a lab run and `replay --policy` ask for. */
struct eh_policies *eh_policies_of(struct eh_arena *home, const struct eh_policy *policy);

/* Adds a version; its leaf stands above every one added before.  `policy` must outlive the timeline. */
void eh_policies_add(struct eh_policies *policies, const struct eh_policy *policy, enum eh_policy_layer layer,
                     int64_t effective_us, int64_t leaf_index);

/* The version of a layer in force at T for a close with leaf `below`: of those in effect the one that took effect
 * last, of two that did at one instant the one approved last.  NULL: none (there is no floor before the first). */
const struct eh_policies_version *eh_policies_at(const struct eh_policies *policies, enum eh_policy_layer layer,
                                                 int64_t at_us, int64_t below);

#endif
