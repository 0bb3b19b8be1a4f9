/*
 * judge.h - from sums to verdicts: the core of judge, without a database.
 *
 * A close of a pane goes in (what the pane holds, what came late, what left the
 * window); verdict lines and alert events come out through a sink.  Nothing here
 * reads a clock or a file: the same closes in the same order give the same bytes,
 * whether they come live, from the store again, or from a lab run with another
 * policy.  That is the promise behind `replay`.
 *
 * Law 5: what is decided here is the drift alarm, which may look at every close.
 * Law 4: every verdict is one of crossed, not crossed, not enough data.
 * Law 10: the words say that a ratio crossed a line of a policy, and no more.
 *
 * Owner    eh_judge_new() / eh_judge_free().
 * Threads  none.
 */
#ifndef EH_JUDGE_JUDGE_H
#define EH_JUDGE_JUDGE_H

#include "base/json.h"
#include "cube/cube.h"
#include "cube/pane.h"
#include "decision/map.h"
#include "judge/pair.h"
#include "policy/policy.h"

#define EH_JUDGE_DAYS 128 /* days of counts kept for the pages */

struct eh_judge;
struct eh_judge_source;

enum eh_judge_verdict { EH_JUDGE_NOT_CROSSED, EH_JUDGE_CROSSED, EH_JUDGE_NOT_ENOUGH };
const char *eh_judge_verdict_name(enum eh_judge_verdict verdict);

/* One close: a pane with decisions, or a run of empty ones. */
struct eh_judge_close {
	int64_t first_pane_us, last_pane_us; /* starts; equal unless it is a run of empty panes */
	int64_t clock_us;                    /* T of the step; in history the end of the last pane */
	bool history;
	const struct eh_cube *pane; /* what was added less what was taken off; NULL: nothing in it */
	const struct eh_cube *late; /* came late since the last close, for panes of the window; NULL: nothing did */
	int64_t late_from_us;       /* start of the oldest pane that something came late for */
	const struct eh_cube
		*older; /* came late for panes that left the window already: evidence, no figure; or NULL */
	int64_t older_from_us;
	const struct eh_cube *late_taken, *older_taken; /* what was taken off late, apart in the same way; or NULL */
	const struct eh_cube *expired; /* NULL: nothing left the window */
};

/* An alert as judge keeps it. */
struct eh_judge_alert {
	struct eh_judge_alert *next;
	struct eh_judge_source *source;
	struct eh_judge_pair *pair;
	char id[16];  /* A- and 12 hex digits */
	bool page;    /* severity: page, else review */
	bool history; /* found in history */
	bool recovered;
	unsigned folded;   /* monitors that crossed so far, by eh_judge_bit() */
	int outcome, kind; /* the monitor with the strongest evidence when it was raised */
	uint32_t line;
	int64_t raised_us;    /* clock */
	int64_t recovered_us; /* clock of the mark */
	int64_t onset_us;     /* latched */
	double peak_log_m;    /* latched, of the raising monitor or any folded one */
	struct eh_judge_recovery recovery;
};

static inline unsigned eh_judge_bit(int outcome, int kind, uint32_t line)
{
	return 1u << (((unsigned)outcome * EH_JUDGE_KINDS + (unsigned)kind) * EH_POLICY_LINES_MAX + line);
}

/* What happened to an alert at a close. */
struct eh_judge_event {
	const struct eh_judge_alert *alert;
	const char *event; /* raised, escalated, folded, recovered */
	const struct eh_judge_close *close;
	int64_t pane_end_us;
	const char *line;     /* the replay line, without a newline; NULL where the judge is hushed */
	const char *evidence; /* canonical JSON; NULL as well */
	struct eh_sha256 evidence_sha256;
	struct eh_judge_onset onset; /* of the monitor named by alert->outcome, kind, line */
	unsigned crossed;            /* monitors that are crossed at this close */
};

/* What may be wrong with the data of a source (fault.h). */
enum eh_judge_fault_kind {
	EH_JUDGE_FAULT_MISSING,
	EH_JUDGE_FAULT_VOLUME,
	EH_JUDGE_FAULT_LATE_ROWS,
	EH_JUDGE_FAULT_LATE_SHARE,
	EH_JUDGE_FAULT_UNMAPPED,
	EH_JUDGE_FAULT_MISSING_SIDE, /* from here on: lookout.h */
	EH_JUDGE_FAULT_GROUP,
	EH_JUDGE_FAULT_VALUE,
	EH_JUDGE_FAULT_ROUTING,
	EH_JUDGE_FAULT_COVERAGE,
	EH_JUDGE_FAULT_BASE_RATE,
	EH_JUDGE_FAULT_STALLED, /* from here on: by the wall clock or the store, watch.h */
	EH_JUDGE_FAULT_GAP,
	EH_JUDGE_FAULT_RETAINED,
	EH_JUDGE_FAULT_CAPPED,
	EH_JUDGE_FAULT_REPEATED,
	EH_JUDGE_FAULT_SET_ASIDE,
	EH_JUDGE_FAULT_SILENT,   /* judge itself did not look */
	EH_JUDGE_FAULT_DELIVERY, /* a message could not be delivered */
	EH_JUDGE_FAULTS
};

/* What happened to a data alert. */
struct eh_judge_fault_event {
	struct eh_judge_source *source;
	enum eh_judge_fault_kind kind;
	const char *id, *event; /* raised, recovered, returned */
	int64_t at_us, pane_end_us; /* pane_end_us INT64_MIN: not at a close */
	bool history;
	const char *sentence;
	const char *line;     /* the replay line, without a newline */
	const char *evidence; /* canonical JSON */
	struct eh_sha256 evidence_sha256;
};

struct eh_judge_sink {
	void *ctx;
	enum eh_rc (*verdict)(void *ctx, const char *line, struct eh_err *err);                 /* may be NULL */
	enum eh_rc (*alert)(void *ctx, const struct eh_judge_event *event, struct eh_err *err); /* may be NULL */
	enum eh_rc (*fault)(void *ctx, const struct eh_judge_fault_event *event, struct eh_err *err); /* may be NULL */
};

struct eh_judge *eh_judge_new(const struct eh_policy *policy, const struct eh_judge_sink *sink);
void eh_judge_free(struct eh_judge *judge);
void eh_judge_set_sink(struct eh_judge *judge, const struct eh_judge_sink *sink);

/* From now on only what is raised when: no window, no verdict, no line, no evidence, no data alert is made, and an
 * alert event has neither `line` nor `evidence`.  For a lab run, which is the same path without its words. */
void eh_judge_hush(struct eh_judge *judge);
bool eh_judge_is_hushed(const struct eh_judge *judge);

/* Adds a source; `map` must outlive the judge. */
struct eh_judge_source *eh_judge_add_source(struct eh_judge *judge, int64_t source_id, const struct eh_map *map);
/* The same source of another judge: it knows the same names, so that both can fold the same cubes. */
struct eh_judge_source *eh_judge_add_source_like(struct eh_judge *judge, const struct eh_judge_source *like);

/* What came late for one pane since the last close, and what was taken off it; before the close that folds it. */
void eh_judge_late(struct eh_judge_source *source, int64_t pane_us, const struct eh_cube *late,
                   const struct eh_cube *taken);

/* Folds a close.  *digest is SHA-256 over the lines it gave, each with a newline. */
EH_MUST enum eh_rc eh_judge_fold(struct eh_judge *judge, struct eh_judge_source *source,
                                 const struct eh_judge_close *close, struct eh_sha256 *digest, struct eh_err *err);

/* Its people closed the alert: the evidence of its pair restarts at nothing.  Or they opened it again: what
 * crosses from then on folds into it.  An alert that judge does not know is passed over. */
void eh_judge_close_alert(struct eh_judge *judge, const char *alert_id);
void eh_judge_reopen_alert(struct eh_judge *judge, const char *alert_id);

/* ---- what the floor around the core asks ---- */

struct eh_judge_day {
	int64_t day_us;
	uint64_t n;
	uint64_t live; /* those whose panes were not closed in history, where no row can be late */
	uint64_t late; /* came late by a close of this day, for whatever pane */
	uint64_t missing[EH_MAP_PROTECTED_MAX];
};

struct eh_judge_fault;
struct eh_judge_lateness;

struct eh_judge_attribute {
	struct eh_judge_projection *projection; /* NULL: no conditional monitors */
	uint32_t reference;                     /* code; 0: not seen yet */
	struct eh_judge_table pane, window;
	struct eh_judge_pair **pair; /* in the order their groups were first seen */
	uint32_t pairs;
	bool *naive; /* per pair: the p < .05 rule stands at alert */
};

struct eh_judge_source {
	struct eh_judge *judge;
	struct eh_judge_source *next;
	int64_t source_id;
	const struct eh_map *map;
	enum eh_pane pane_kind;
	struct eh_cube_shape shape;
	struct eh_cube_names *names;
	struct eh_cube *window;
	int64_t window_start_us, pane_start_us, pane_end_us; /* of the last close with decisions */
	bool any;                                            /* a close with decisions was folded */
	struct eh_judge_attribute attribute[EH_MAP_PROTECTED_MAX];
	struct eh_judge_day day[EH_JUDGE_DAYS];
	uint32_t days;
	uint64_t naive_alerts;
	int64_t naive_since_us;
	uint64_t panes; /* closes with decisions */
	uint64_t late_waiting;               /* came late, and no close with decisions has come since */
	int64_t closed_us;                   /* end of the last pane closed */
	int64_t volume_day_us;               /* the last whole day whose volume was looked at */
	bool lacking[EH_MAP_PROTECTED_MAX];  /* the attribute's missing labels rose */
	bool volume_off, late_risen;         /* so are the others, between their two lines */
	struct eh_judge_fault *fault;        /* EH_JUDGE_FAULTS of them */
	struct eh_judge_lateness *lateness;
};

const struct eh_policy *eh_judge_policy(const struct eh_judge *judge);
struct eh_judge_source *eh_judge_sources(const struct eh_judge *judge);
const struct eh_judge_alert *eh_judge_alerts(const struct eh_judge *judge);
double eh_judge_monitors(const struct eh_judge *judge); /* K */

/* The window of a close: starts of the first pane inside it. */
int64_t eh_judge_window_start(const struct eh_judge_source *source, int64_t pane_start_us);

/* SOURCE/ATTRIBUTE/GROUP/favourable/raw, into `out`. */
void eh_judge_monitor_key(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome, int kind,
                          struct eh_buf *out);
const char *eh_judge_outcome_name(int outcome);
const char *eh_judge_kind_name(int kind);

/* One monitor's figures in the window. */
struct eh_judge_window {
	struct eh_judge_counts counts; /* conditional: of the informative strata */
	struct ehs_interval air;       /* protected / reference, 95 % */
	struct ehs_2x2 *strata;        /* conditional: natural tables of the outcome, in the arena */
	size_t strata_n;
};
struct eh_judge_window eh_judge_in_window(const struct eh_judge_source *source, const struct eh_judge_pair *pair,
                                          int outcome, int kind, struct eh_arena *home);

/* The verdict line of the last fold for one monitor family (all lines of one outcome and kind). */
void eh_judge_verdict_line(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome,
                           int kind, struct eh_buf *out);

#endif
