/*
 * inside.h - what the files of the core share among themselves.
 */
#ifndef EH_JUDGE_INSIDE_H
#define EH_JUDGE_INSIDE_H

#include "judge/judge.h"

/* One monitor's standing at a close: a line of one layer. */
struct eh_judge_standing {
	struct eh_judge_source *source;
	struct eh_judge_pair *pair;
	enum eh_policy_layer layer;
	int outcome, kind;
	uint32_t line; /* its number in the pair */
	int64_t tau_ppm;
	struct eh_judge_bar bar;
	uint32_t span; /* the window it shows: 0 the source's own, else source->span[span - 1] */
	double log_years;
	bool review, page; /* in the review queue; across the page line */
	bool crossed;
	struct eh_judge_onset onset; /* looked for only where the evidence could count */
	uint64_t onset_blocks;       /* blocks_seen when it was looked for; UINT64_MAX: never */
};

struct eh_judge {
	struct eh_arena *home;
	struct eh_policies *policies;
	struct eh_judge_sink sink;
	struct eh_judge_source *sources, **sources_end;
	struct eh_judge_alert *alerts;      /* open */
	struct eh_judge_alert *shut;        /* closed by their people, newest first */
	struct eh_judge_standing *standing; /* every monitor of every source, in a fixed order */
	size_t standings, standings_cap;
	size_t watched[EH_POLICY_LAYERS]; /* of them */
	double *log_years;                /* room for weighing one layer */
	bool *marked;
	bool hushed;
};

/* Finds what rules a close; where that has changed, windows, monitors and B follow, and it says so.  The first step of
 * a fold. */
bool eh_judge_take_versions(struct eh_judge_source *source, const struct eh_judge_close *close);
/* From now on the source keeps windows of these lengths, its own first; those that it has already stay as they are. */
void eh_judge_keep_windows(struct eh_judge_source *source, const int64_t *window_us, uint32_t n);
/* Moves every window of the source. */
EH_MUST enum eh_rc eh_judge_move_windows(struct eh_judge_source *source, const struct eh_judge_close *close,
                                         struct eh_err *err);
/* What is shown of the windows is as they stand now, at the end of the pane. */
void eh_judge_show_windows(struct eh_judge_source *source, int64_t pane_us);
void eh_judge_free_spans(struct eh_judge_source *source);
/* The place of a kept window: 0 the source's own, else span + 1; the source's own where there is none of that length. */
uint32_t eh_judge_find_span(const struct eh_judge_source *source, int64_t window_us);

/* The axes of a source: the map's at first, and what the versions in force ask for of what was met; all are kept. */
void eh_judge_axes_begin(struct eh_judge_source *source);
void eh_judge_axes_follow(struct eh_judge_source *source, bool changed);
void eh_judge_axes_end(struct eh_judge_source *source);

/* The monitors of a source are other ones from now on: lists them anew, those of other sources as they stand. */
void eh_judge_relist(struct eh_judge *judge, const struct eh_judge_source *source);

/* Re-weighs every monitor after a close of `source`. */
void eh_judge_weigh(struct eh_judge *judge, struct eh_judge_source *source);

/* The standing of one monitor; NULL: no version in force watches it. */
const struct eh_judge_standing *eh_judge_standing_of(const struct eh_judge *judge, const struct eh_judge_pair *pair,
                                                     enum eh_policy_layer layer, int outcome, int kind, uint32_t line);

/* Adds the standings of a pair that was just made, and has it watch their lines. */
void eh_judge_enlist(struct eh_judge *judge, struct eh_judge_source *source, struct eh_judge_pair *pair);

/* Raises, folds, escalates, marks recovery; each event's line goes into `lines` as well. */
EH_MUST enum eh_rc eh_judge_alert_step(struct eh_judge *judge, struct eh_judge_source *source,
                                       const struct eh_judge_close *close, struct eh_buf *lines, struct eh_err *err);

/* The evidence of an event as canonical JSON, appended to `out`. */
EH_MUST enum eh_rc eh_judge_evidence(const struct eh_judge *judge, const struct eh_judge_event *event,
                                     struct eh_buf *out, struct eh_err *err);

/* Six decimals of a finite number. */
#define EH_JUDGE_DECIMAL 320
void eh_judge_decimal(double x, char out[EH_JUDGE_DECIMAL]);
/* A number of a replay line: six decimals, null where there is none. */
void eh_judge_number(struct eh_buf *out, double x);
/* A quoted instant, or null for INT64_MIN. */
void eh_judge_instant(struct eh_buf *out, int64_t us);

#endif
