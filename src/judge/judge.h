/*
 * judge.h - from sums to verdicts: the core of judge, without a database.
 *
 * A close of a pane goes in (what the pane holds, what came late, what left the
 * window); verdict lines and alert events come out through a sink.  Nothing here
 * reads a clock or a file: the same closes in the same order give the same bytes,
 * whether they come live, from the store again, or from a lab run with another
 * policy.  That is the promise behind `replay`.
 *
 * What rules a close is found by its T and the index of its leaf: the house version
 * in force then, and beside it the floor's, each with monitors, K and budget of its
 * own on the same evidence (law 8).
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
#include "judge/axis.h"
#include "judge/pair.h"
#include "policy/policies.h"

#define EH_JUDGE_DAYS 128 /* days of counts kept for the pages */

struct eh_judge;
struct eh_judge_source;

enum eh_judge_verdict { EH_JUDGE_NOT_CROSSED, EH_JUDGE_CROSSED, EH_JUDGE_NOT_ENOUGH };
const char *eh_judge_verdict_name(enum eh_judge_verdict verdict);

/* What a close does to a window that is kept beside the source's own. */
struct eh_judge_move {
	int64_t window_us;
	const struct eh_cube *before; /* a new one: what the panes that stay in it held; else NULL */
	const struct eh_cube *late, *late_taken, *expired;
};

/* One close: a pane with decisions, or a run of empty ones. */
struct eh_judge_close {
	int64_t first_pane_us, last_pane_us; /* starts; equal unless it is a run of empty panes */
	int64_t clock_us;                    /* T of the step; in history the end of the last pane */
	int64_t leaf_index; /* of the close; INT64_MAX: it will stand above every version that is known */
	bool history;
	const struct eh_cube *pane; /* what was added less what was taken off; NULL: nothing in it */
	const struct eh_cube *late; /* came late since the last close, for panes of the window; NULL: nothing did */
	int64_t late_from_us;       /* start of the oldest pane that something came late for */
	const struct eh_cube
		*older; /* came late for panes that left the window already: evidence, no figure; or NULL */
	int64_t older_from_us;
	const struct eh_cube *late_taken, *older_taken; /* what was taken off late, apart in the same way; or NULL */
	const struct eh_cube *expired; /* NULL: nothing left the window */
	const struct eh_cube *before;  /* the source's window has another length from now on: as in struct eh_judge_move */
	const struct eh_judge_move *more; /* the other windows, in the order of eh_judge_windows() */
	uint32_t more_n;
};

/* A monitor by what it watches, in one layer. */
struct eh_judge_monitor {
	const struct eh_judge_pair *pair;
	enum eh_policy_layer layer;
	int outcome, kind;
	uint32_t line;
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
	struct eh_judge_monitor *folded; /* monitors that crossed so far */
	uint32_t folded_n;
	enum eh_policy_layer layer; /* the monitor with the strongest evidence when it was raised */
	int outcome, kind;
	uint32_t line;
	int64_t gate_ppm;     /* of that monitor, then */
	int64_t raised_us;    /* clock */
	int64_t recovered_us; /* clock of the mark */
	int64_t onset_us;     /* latched */
	double peak_log_m;    /* latched, of the raising monitor or any folded one */
	struct eh_judge_recovery recovery;
};

bool eh_judge_has_folded(const struct eh_judge_alert *alert, const struct eh_judge_monitor *monitor);

/* What happened to an alert at a close. */
struct eh_judge_event {
	const struct eh_judge_alert *alert;
	const char *event; /* raised, escalated, folded, recovered */
	const struct eh_judge_close *close;
	int64_t pane_end_us;
	const char *line;     /* the replay line, without a newline; NULL where the judge is hushed */
	const char *evidence; /* canonical JSON; NULL as well */
	struct eh_sha256 evidence_sha256;
	struct eh_judge_onset onset; /* of the monitor named by alert->layer, outcome, kind, line */
	uint32_t crossed;            /* monitors that are crossed at this close */
	enum eh_policy_layer layer;  /* whose version the event stands on */
	const struct eh_policy *policy;
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
	const char *id, *event; /* raised, folded, recovered, returned */
	int64_t at_us, pane_end_us; /* pane_end_us INT64_MIN: not at a close */
	bool history;
	int64_t onset_us; /* INT64_MIN: not estimated */
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

/* `policies` must outlive the judge, which adds to it in eh_judge_enact(). */
struct eh_judge *eh_judge_new(struct eh_policies *policies, const struct eh_judge_sink *sink);
void eh_judge_free(struct eh_judge *judge);
void eh_judge_set_sink(struct eh_judge *judge, const struct eh_judge_sink *sink);

/* From now on only what is raised when: no window, no verdict, no line, no evidence, no data alert is made, and an
 * alert event has neither `line` nor `evidence`.  For a lab run, which is the same path without its words. */
void eh_judge_hush(struct eh_judge *judge);
bool eh_judge_is_hushed(const struct eh_judge *judge);

/* A version was approved: it rules from the first close on whose T has come to its instant.  version->policy must
 * outlive the judge. */
void eh_judge_enact(struct eh_judge *judge, const struct eh_policies_version *version);

/* Adds a source; `map` must outlive the judge. */
struct eh_judge_source *eh_judge_add_source(struct eh_judge *judge, int64_t source_id, const struct eh_map *map);
/* The same source of another judge: it knows the same names, so that both can fold the same cubes. */
struct eh_judge_source *eh_judge_add_source_like(struct eh_judge *judge, const struct eh_judge_source *like);

/* What came late for one pane since the last close, and what was taken off it; before the close that folds it. */
void eh_judge_late(struct eh_judge_source *source, int64_t pane_us, const struct eh_cube *late,
                   const struct eh_cube *taken);

/* The windows that a close at T with that leaf moves, the source's own first; how many.  Where the source keeps none of
 * that length yet, the close brings `before`. */
#define EH_JUDGE_WINDOWS_MAX (1 + EH_POLICY_LAYERS * EH_POLICY_FAMILIES_MAX)
uint32_t eh_judge_windows(const struct eh_judge_source *source, int64_t clock_us, int64_t leaf_index,
                          int64_t window_us[EH_JUDGE_WINDOWS_MAX]);
bool eh_judge_keeps_window(const struct eh_judge_source *source, int64_t window_us);

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
struct eh_judge_lookout;
struct eh_judge_matured;

/* An axis of monitors, and what was met along it. */
struct eh_judge_attribute {
	struct eh_judge_axis *axis;
	struct eh_judge_projection *projection; /* NULL: no conditional monitors */
	uint32_t reference;                     /* code; 0: not seen yet */
	struct eh_judge_table pane;
	struct eh_judge_table window; /* as the last close with decisions left it */
	struct eh_judge_table moving; /* as it stands: what comes is added, what leaves is taken off; no groups: not begun */
	struct eh_judge_pair **pair; /* in the order their groups were first seen */
	uint32_t pairs;
	bool *naive; /* per pair: the p < .05 rule stands at alert */
};

/* A window beside the source's own: some family asks for another length. */
struct eh_judge_span {
	int64_t window_us, start_us;
	struct eh_cube *cube;
	struct eh_judge_table *table, *moving; /* one an axis, as in the source's own */
};

struct eh_judge_source {
	struct eh_judge *judge;
	struct eh_judge_source *next;
	int64_t source_id;
	const struct eh_map *map;
	enum eh_pane pane_kind;
	struct eh_cube_shape shape;
	struct eh_cube_names *names;
	struct eh_policies_version in_force[EH_POLICY_LAYERS]; /* at the last close; no policy: there is none */
	int64_t window_us;
	struct eh_cube *window;
	struct eh_judge_span *span; /* more windows */
	uint32_t spans;
	int64_t window_start_us, pane_start_us, pane_end_us; /* of the last close with decisions */
	bool any;                                            /* a close with decisions was folded */
	struct eh_judge_attribute *attribute; /* the axes: first the map's attributes, in its order, then what families ask for */
	uint32_t axes, met; /* met: names of strata and groups when axes were looked for */
	struct eh_judge_day day[EH_JUDGE_DAYS];
	uint32_t days;
	uint64_t naive_alerts;
	int64_t naive_since_us;
	uint64_t panes; /* closes with decisions */
	uint64_t late_waiting;               /* came late, and no close with decisions has come since */
	int64_t closed_us;                   /* end of the last pane closed */
	struct eh_judge_fault *fault;        /* EH_JUDGE_FAULTS of them */
	struct eh_judge_lateness *lateness;
	struct eh_judge_lookout *lookout;
	struct eh_judge_matured *matured;
};

/* The version in force at the source's last close; the floor's may be NULL. */
const struct eh_policy *eh_judge_policy(const struct eh_judge_source *source, enum eh_policy_layer layer);
/* How long after the end of its pane an outcome counts: as the house policy says, else as the map does. */
int64_t eh_judge_maturity_us(const struct eh_judge_source *source);
/* False where the genesis version alone rules: then no line says which version it stands on. */
bool eh_judge_is_governed(const struct eh_judge_source *source);
struct eh_judge_source *eh_judge_sources(const struct eh_judge *judge);
const struct eh_judge_alert *eh_judge_alerts(const struct eh_judge *judge);
double eh_judge_monitors(const struct eh_judge *judge, enum eh_policy_layer layer); /* K */
/* Whether a version in force watches the group's outcome, at whatever line. */
bool eh_judge_watches(const struct eh_judge *judge, const struct eh_judge_pair *pair, int outcome, int kind);

/* The window of a close: starts of the first pane inside it; the source's own, or one of that length. */
int64_t eh_judge_window_start(const struct eh_judge_source *source, int64_t pane_start_us);
int64_t eh_judge_window_start_of(const struct eh_judge_source *source, int64_t window_us, int64_t pane_start_us);

/* SOURCE/ATTRIBUTE/GROUP/favourable/raw, of a part raw@tier=gold, into `out`. */
void eh_judge_monitor_key(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome, int kind,
                          struct eh_buf *out);
const char *eh_judge_outcome_name(int outcome);
const char *eh_judge_kind_name(int kind);

/* The names of a pair: what its axis calls it.  _part: what follows the monitor's name, "tier=gold"; or NULL. */
const char *eh_judge_attribute_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair);
const char *eh_judge_group_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair);
const char *eh_judge_reference_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair);
const char *eh_judge_part_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair);

/* One monitor's figures in its window: that of the house's families, else of the floor's, else the source's. */
struct eh_judge_window {
	int64_t start_us;
	struct eh_judge_counts counts; /* conditional: of the informative strata */
	struct ehs_interval air;       /* protected / reference, 95 % */
	struct ehs_2x2 *strata;        /* conditional: natural tables of the outcome, in the arena */
	size_t strata_n;
	size_t strata_met; /* with a decision of either group; strata_n of them have both */
};
struct eh_judge_window eh_judge_in_window(const struct eh_judge_source *source, const struct eh_judge_pair *pair,
                                          int outcome, int kind, struct eh_arena *home);

/* The verdict line of the last fold for one monitor family (all lines of one outcome and kind). */
void eh_judge_verdict_line(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome,
                           int kind, struct eh_buf *out);

#endif
