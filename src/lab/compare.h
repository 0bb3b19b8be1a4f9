/*
 * compare.h - what the policy in force and the draft raised on the same history, side by side.
 *
 * In force are the versions that ruled then, each in its time; the draft rules throughout.
 * An alert of one is paired with the other's about the same source, attribute and
 * group, the first with the first.  The same pass keeps what the panes held, for the
 * pasts that are drawn from them.
 *
 * Owner    the arena given; the history is the caller's to free.
 * Threads  none.
 */
#ifndef EH_LAB_COMPARE_H
#define EH_LAB_COMPARE_H

#include "judge/replay.h"
#include "lab/portfolio.h"

/* One alert, as it stood at the end. */
struct eh_lab_alert {
	const char *about; /* source / attribute / group */
	const char *outcome;
	uint32_t nth; /* of the alerts about it: 0, 1, ... */
	bool page;
	/* Ends of panes: where judge was behind, T would be the same for both.  page_us: it became a page; INT64_MAX. */
	int64_t at_us, page_us, onset_us;
};

struct eh_lab_alerts {
	struct eh_lab_alert *alert; /* in the order they were raised */
	size_t n, cap;
};

struct eh_lab_compared {
	struct eh_arena *home;
	struct eh_lab_alerts side[EH_LAB_SIDES];
	struct eh_lab_history *history;
	int64_t below; /* leaves below it were replayed */
};

struct eh_lab_compare {
	struct eh_pg *pg; /* may read the store */
	const struct eh_policy *draft;
	int64_t from_us, to_us; /* alerts and panes that start in [from, to); INT64_MIN, INT64_MAX: all */
	int64_t below;          /* only closes with a leaf below it; 0: all there are */
};

/* EH_REFUSED where a pane holds more than 4,294,967,295 decisions of a group. */
EH_MUST enum eh_rc eh_lab_compare(const struct eh_lab_compare *how, struct eh_arena *home, struct eh_lab_compared *out,
                                  struct eh_err *err);

/* The alert of `alerts` that is paired with one of the other side, or NULL. */
const struct eh_lab_alert *eh_lab_alert_like(const struct eh_lab_alerts *alerts, const struct eh_lab_alert *alert);

#endif
