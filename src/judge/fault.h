/*
 * fault.h - what is wrong with the data of a source, and the one alert that says so.
 *
 * A data alert is not a finding about people: it says that what the monitors see
 * may be incomplete or other than it was.  There is one open alert for a source
 * and a fault; where the fault ends it is marked, where it comes back the mark
 * goes, and people close it.  Closed while the fault lasts, it is not raised again
 * before the fault has ended once.
 *
 * Some faults are decided at a close, from what the core has folded: live, in
 * history and in a replay they give the same lines.  The others hang on the wall
 * clock or on rows of the store that no close covers; they are decided by watch.c.
 * Neither is part of a close's digest, which is that of its verdicts and of the
 * alerts for bias: a data alert has evidence and a leaf of its own.
 *
 * Owner    the source's; eh_judge_faults_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_FAULT_H
#define EH_JUDGE_FAULT_H

#include <jansson.h>

#include "judge/judge.h"

struct eh_judge_fault_rule {
	const char *slug, *title;
	bool page;   /* severity page, else review */
	bool folded; /* decided at closes */
	const char *todo;
};

extern const struct eh_judge_fault_rule eh_judge_fault_rules[EH_JUDGE_FAULTS];

/* The fault of that slug, or -1. */
int eh_judge_fault_find(const char *slug);

/* One fault of one source. */
struct eh_judge_fault {
	bool active; /* it is so now */
	bool open;   /* its alert is there and nobody closed it */
	char id[16];
	int64_t raised_us;
};

/* When a fault was looked at.  wall_us stands for T where the source has none yet. */
struct eh_judge_fault_when {
	int64_t at_us, pane_end_us; /* T; INT64_MIN: not at a close */
	bool history;
	bool more;        /* while it lasts: something was found that had not been told */
	int64_t onset_us; /* 0: not estimated */
};

/* Writes a finding: the sentence, and the facts as canonical JSON allows them (no fractions).  `active` false: it ended. */
typedef void eh_judge_fault_words(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts);

/* Takes the state of a fault and tells the sink of a change: raised, folded, recovered, returned. */
EH_MUST enum eh_rc eh_judge_fault_take(struct eh_judge *judge, struct eh_judge_source *source, enum eh_judge_fault_kind kind,
                                       bool active, const struct eh_judge_fault_when *when, eh_judge_fault_words *words,
                                       const void *ctx, struct eh_err *err);

/* The faults of closes: looks at what the core has folded with this one. */
EH_MUST enum eh_rc eh_judge_notice(struct eh_judge *judge, struct eh_judge_source *source, const struct eh_judge_close *close,
                                   struct eh_err *err);

/* The ratio of a pair in the window of the source's last close, and what it could be if the missing labels were known;
 * false where none is missing or a group is empty. */
bool eh_judge_bounds(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome,
                     struct ehs_interval *out);

/* The unmapped values of an attribute in the window: labels that its `groups` do not give.  Calls with each, in the order
 * of their bytes; since_us is the first pane they were seen in, INT64_MIN where that is not known. */
void eh_judge_unmapped(const struct eh_judge_source *source, uint32_t attribute,
                       void (*visit)(void *ctx, const char *value, uint64_t n, int64_t since_us), void *ctx);

#endif
