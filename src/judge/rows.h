/*
 * rows.h - what one transaction of judge holds until its leaves have their indexes.
 *
 * Inside the room only.  Everything lives in the writer's tick arena.
 */
#ifndef EH_JUDGE_ROWS_H
#define EH_JUDGE_ROWS_H

#include "judge/write.h"

struct eh_judge_kept_close {
	struct eh_judge_kept_close *next;
	struct eh_judge_feed *feed;
	struct eh_judge_step step;
	size_t place; /* of its leaf */
};

struct eh_judge_kept_step {
	struct eh_judge_kept_step *next;
	const char *kind; /* bias, data */
	const char *alert_id, *event, *from, *to;
	int step_no; /* 1: the alert itself is new */
	bool page, history;
	int level; /* of escalation; 0 before any */
	const char *const *audience; /* users whom the step concerns beside who took it; see notify/message.h */
	size_t audience_n;
	int64_t at_us, pane_end_us, onset_us;
	const char *actor, *second, *reason;
	const char *evidence; /* NULL: a person's step, which keeps the last evidence */
	struct eh_sha256 evidence_sha256, policy_sha256;
	const char *body, *sentence;
	const char *fields; /* what a person wrote down with it, as JSON; or NULL */
	int64_t episodes;   /* of a step that was read: how often the alert was raised, folded into or came back so far */
	int64_t source_id;
	const char *source, *attribute, *group;
	size_t place;
};

struct eh_judge_kept_point {
	struct eh_judge_kept_point *next;
	int64_t source_id, pane_us, leaf_index;
	const char *monitor, *verdict, *battery;
	size_t place;
	bool in_this; /* the leaf is one of this transaction's, at `place`; else it has leaf_index already */
};

struct eh_judge_kept_month {
	struct eh_judge_kept_month *next;
	int64_t source_id;
	const char *month, *attribute, *group;
	uint64_t n, adverse;
	bool hidden;
	size_t place; /* the close that opened the next month; SIZE_MAX until its leaf is there */
};

struct eh_pack;
struct eh_judge_kept_pack;
struct eh_judge_kept_setting;
struct eh_judge_kept_component;
struct eh_judge_kept_change;
struct eh_judge_components;

struct eh_judge_writer {
	struct eh_judge_store *store;
	struct eh_arena *home, *tick;
	const struct eh_answers *answers;
	const struct eh_notify_routes *routes;
	struct eh_ledger_leaves leaves;
	struct eh_judge_kept_close *closes, **closes_end;
	struct eh_judge_kept_step *steps, **steps_end;
	struct eh_judge_kept_point *points, **points_end;
	struct eh_judge_kept_month *months, **months_end;
	/* packs.h: what is kept, the packs that are on (NULL: to be read), and the components known of each source */
	struct eh_judge_kept_pack *packs, **packs_end;
	struct eh_judge_kept_setting *settings, **settings_end;
	struct eh_judge_kept_component *new_components, **new_components_end;
	struct eh_judge_kept_change *changes, **changes_end;
	const struct eh_pack *const *packs_on;
	size_t packs_n;
	struct eh_judge_components *components;
	const struct eh_judge_feed *last_in_this; /* whose close with decisions is at last_place */
	size_t last_place;
};

/* The last step of an alert: pending in this transaction, or in the store.  step_no 0: it is new. */
EH_MUST enum eh_rc eh_judge_row_last(struct eh_judge_writer *w, const char *alert_id, struct eh_judge_kept_step *out,
                                     struct eh_err *err);

/* Gives a step its life (alert/life.h) and its fields, from the alert's last step. */
EH_MUST enum eh_rc eh_judge_row_life(struct eh_judge_writer *w, struct eh_judge_kept_step *s, struct eh_err *err);

/* T of a source now, or `at_least_us` where that is later. */
int64_t eh_judge_row_clock(const struct eh_judge_writer *w, const char *source, int64_t at_least_us);

/* Keeps a step, which lives in the tick arena, and its leaf. */
EH_MUST enum eh_rc eh_judge_row_step(struct eh_judge_writer *w, struct eh_judge_kept_step *s, struct eh_err *err);

/* The sink's `fault`: the step of a data alert.  ctx is the writer. */
EH_MUST enum eh_rc eh_judge_row_fault(void *ctx, const struct eh_judge_fault_event *event, struct eh_err *err);

/* Keeps the state of every monitor of the source as points of its charts. */
void eh_judge_row_points(struct eh_judge_writer *w, const struct eh_judge_feed *feed);

/* After a step: where its end is the end of a calendar month, or beyond, keeps the regulator's rows of the month
 * that the last decisions were in. */
EH_MUST enum eh_rc eh_judge_row_month(struct eh_judge_writer *w, struct eh_judge_feed *feed,
                                      const struct eh_judge_step *step, struct eh_err *err);

/* Writes everything kept; `first` is the index of the transaction's first leaf. */
EH_MUST enum eh_rc eh_judge_rows_write(struct eh_judge_writer *w, int64_t first, struct eh_err *err);

#endif
