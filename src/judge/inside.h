/*
 * inside.h - what the files of the core share among themselves.
 */
#ifndef EH_JUDGE_INSIDE_H
#define EH_JUDGE_INSIDE_H

#include "judge/judge.h"

/* One monitor's standing at a close. */
struct eh_judge_standing {
	struct eh_judge_source *source;
	struct eh_judge_pair *pair;
	int outcome, kind;
	uint32_t line;
	double log_years;
	bool review, page; /* in the review queue; across the page line */
	bool crossed;
	struct eh_judge_onset onset; /* looked for only where the evidence could count */
	uint64_t onset_blocks;       /* blocks_seen when it was looked for; UINT64_MAX: never */
};

struct eh_judge {
	struct eh_arena *home;
	const struct eh_policy *policy;
	struct eh_judge_sink sink;
	struct eh_judge_source *sources, **sources_end;
	struct eh_judge_alert *alerts;      /* open */
	struct eh_judge_alert *shut;        /* closed by their people, newest first */
	struct eh_judge_standing *standing; /* every monitor of every source, in a fixed order */
	size_t standings, standings_cap;
	double *log_years;
	bool *marked;
	bool hushed;
};

/* Re-weighs every monitor after a close of `source`. */
void eh_judge_weigh(struct eh_judge *judge, struct eh_judge_source *source);

/* The standing of one monitor. */
const struct eh_judge_standing *eh_judge_standing_of(const struct eh_judge *judge, const struct eh_judge_pair *pair,
                                                     int outcome, int kind, uint32_t line);

/* Adds the standings of a pair that was just made. */
void eh_judge_enlist(struct eh_judge *judge, struct eh_judge_source *source, struct eh_judge_pair *pair);

/* Raises, folds, escalates, marks recovery; each event's line goes into `lines` as well. */
EH_MUST enum eh_rc eh_judge_alert_step(struct eh_judge *judge, struct eh_judge_source *source,
                                       const struct eh_judge_close *close, struct eh_buf *lines, struct eh_err *err);

/* The evidence of an event as canonical JSON, appended to `out`. */
EH_MUST enum eh_rc eh_judge_evidence(const struct eh_judge *judge, const struct eh_judge_alert *alert,
                                     const char *event, const struct eh_judge_close *close, struct eh_buf *out,
                                     struct eh_err *err);

/* Six decimals of a finite number. */
#define EH_JUDGE_DECIMAL 320
void eh_judge_decimal(double x, char out[EH_JUDGE_DECIMAL]);
/* A number of a replay line: six decimals, null where there is none. */
void eh_judge_number(struct eh_buf *out, double x);
/* A quoted instant, or null for INT64_MIN. */
void eh_judge_instant(struct eh_buf *out, int64_t us);

#endif
