/*
 * membership.h - sentences about a group that is estimated and not known.
 *
 * A bracket is always said as one: two numbers of every 100 people, and what may lie
 * outside.  No sentence names a cause or a fault (law 10), and "not enough data" is a
 * sentence of its own (law 4).
 *
 * Threads  any.
 */
#ifndef EH_REPORT_MEMBERSHIP_H
#define EH_REPORT_MEMBERSHIP_H

#include "base/buf.h"
#include "stats/membership.h"

enum eh_membership_verdict {
	EH_MEMBERSHIP_NOT_ENOUGH,
	EH_MEMBERSHIP_NONE,   /* no estimate is beyond a line and more than chance */
	EH_MEMBERSHIP_REVIEW, /* regression or maximum likelihood is, the weighted estimate is not */
	EH_MEMBERSHIP_SURE    /* the weighted estimate is */
};

/* As it stands in JSON: "sure", "review", "none", "not_enough_data". */
const char *eh_membership_verdict_name(enum eh_membership_verdict verdict);

struct eh_membership_story {
	const char *attribute, *group, *reference;
	struct ehs_membership_bracket rate, rate_ref, gap; /* gap: of the group minus the reference */
	struct ehs_membership_bracket limits;              /* of the gap, with chance; NaN: there are none */
	enum eh_membership_verdict verdict;
};

/* Appends whole sentences, each ended by a full stop, with a blank between them. */
void eh_membership_say(struct eh_buf *out, const struct eh_membership_story *story);

#endif
