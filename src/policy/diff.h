/*
 * diff.h - what a new version of the policy changes, and what it lets through that the old one did not (law 8).
 *
 * The diff compares two files key by key, for people who read and approve.  The
 * question that raises a governance alert is another one, asked of what is watched:
 * does an alert that stands open stand on a monitor that is dropped or takes more to
 * cross?  A file may be rearranged, families split and renamed, and the answer be no.
 *
 * Owner    the arena given.
 * Threads  any.
 */
#ifndef EH_POLICY_DIFF_H
#define EH_POLICY_DIFF_H

#include "base/json.h"
#include "policy/policy.h"

struct eh_policy_change {
	const char *key;      /* as in a file: budget.page, families.claims.lines */
	const char *from, *to; /* as a reader would write it; NULL: it was not there, it is gone */
	bool looser;          /* an alert may come later for it, or not at all */
	const char *words;    /* one sentence */
};

struct eh_policy_diff {
	struct eh_policy_change *change;
	size_t n, cap;
};

/* Everything that differs, in the order of a file's keys; nothing does where the versions are equal, and only there. */
void eh_policy_diff(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                    struct eh_policy_diff *out);

/* [{key, from, to, looser, words}] */
json_t *eh_policy_diff_json(const struct eh_policy_diff *diff);

/* What an alert is about, by the names of its map. */
struct eh_policy_subject {
	const char *source, *attribute, *group;
	const char *other; /* an intersection's second attribute, or NULL */
};

/*
 * What becomes looser for the subject: a smaller budget, a higher minimum, another maturity, a shorter window, a
 * monitor that is dropped, or for which no line is left that fires as early.  True where anything does; `out` gets
 * it, one sentence a change.
 */
bool eh_policy_loosens(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                       const struct eh_policy_subject *subject, struct eh_policy_diff *out);

#endif
