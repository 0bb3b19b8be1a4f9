/*
 * routing.h - do versions of one component see different groups?
 *
 * Where a router sends one group to one version and the other group to another, the
 * ratio within each version says little, and a change between them is a change
 * between groups.  For each version of a lineage role, and each attribute, its groups
 * are compared with those of the other versions of the role, within one look, so that
 * a version that came later is not compared with another time.
 *
 * Evidence: given how many of the look's decisions were of the group, which version
 * met them is Fisher's law; bets on four odds ratios (1/16, 1/4, 4, 16) against it are
 * e-values, summed over starts, with the line of jump.h.  That alone would find every
 * product that draws other people; so the mix must differ by a Cramer's V of .5 in the
 * last week as well.  Looks are bet on only where V had come to .3 before them.
 *
 * Owner    the arena.
 * Threads  none.
 */
#ifndef EH_JUDGE_ROUTING_H
#define EH_JUDGE_ROUTING_H

#include "base/arena.h"
#include "judge/jump.h"

#define EH_ROUTING_VERSIONS 16 /* of a role that are compared; the first met */
#define EH_ROUTING_GROUPS 32

struct eh_routing;

struct eh_routing_finding {
	uint32_t version, group; /* the group that tells them apart most */
	struct ehs_2x2 table;    /* of the group: among the version's decisions, and among the others' */
	double v;
};

struct eh_routing *eh_judge_routing_new(struct eh_arena *home);

/* Adds n decisions of a version and a group, by the numbers of their values. */
void eh_judge_routing_add(struct eh_routing *routing, uint32_t version, uint32_t group, uint64_t n);
/* Ends a look.  log_line is for all tests of the fault.  True where a separation was found with it. */
bool eh_judge_routing_look(struct eh_routing *routing, double log_line);
/* Those that stand, by version; returns how many. */
size_t eh_judge_routing_findings(const struct eh_routing *routing, struct eh_routing_finding *out, size_t room);
/* Tests that a look makes. */
uint32_t eh_judge_routing_tests(const struct eh_routing *routing);

#endif
