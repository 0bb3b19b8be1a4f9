/*
 * run.c - see run.h.
 */
#include "judge/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "judge/deadline.h"
#include "judge/display.h"
#include "judge/forget.h"
#include "judge/loosened.h"
#include "judge/outcomes.h"
#include "judge/policies.h"
#include "judge/pulse.h"
#include "judge/requests.h"
#include "judge/rows.h"
#include "judge/seal.h"
#include "judge/sql.h"
#include "judge/tell.h"
#include "judge/watch.h"
#include "notify/notify.h"
#include "pg/store.h"

#define LOCK_KEY INT64_C(0x6576656e6a756467) /* "evenjudg" */
#define PANES_AT_ONCE 256                    /* panes with decisions in one transaction */
#define TICK_US 200000
#define LIVE_US (2 * EH_SECOND_US) /* how often the open pane is shown anew */
#define FORGET_US EH_HOUR_US
#define LAST_US (5 * EH_SECOND_US)       /* how long an ending judge waits for its messages */
#define LOOKED_US (3 * EH_SECOND_US / 2) /* by when the outbox has been looked at */
#define OUTCOMES_US (30 * EH_SECOND_US)
#define DEADLINES_US EH_SECOND_US
#define WATCH_US (5 * EH_SECOND_US) /* how often the sources are looked after */

struct loop {
	const struct eh_judge_run *run;
	struct eh_arena *home;
	struct eh_answers answers;
	struct eh_notify_routes routes;
	struct eh_policies *policies;
	struct eh_judge_store *store;
	struct eh_judge_writer *writer;
	struct eh_judge_watch *watch;
	struct eh_judge_pulse *pulse;
	struct eh_notify *notify;
	int64_t rules_seen; /* the newest leaf that open alerts were held against, as to maps and removals */
	int64_t deadlines_at_us, live_at_us, forget_at_us, watch_at_us, outcomes_at_us;
};

static bool told_to_stop(const struct loop *l)
{
	return l->run->stop != NULL && *l->run->stop;
}

/* The policy in force as the genesis leaf: once a store. */
static enum eh_rc write_genesis(struct eh_pg *pg, const struct eh_policy *policy, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	struct eh_pg_args args = {0};
	char version[EH_SHA256_HEX];
	int64_t first;

	eh_sha256_hex(&policy->version, version);
	enum eh_rc rc = eh_ledger_add(
		&leaves, "genesis",
		json_pack("{s:s,s:s,s:i}", "policy_sha256", version, "policy", policy->canonical, "format", 1), NULL,
		err);
	if (rc == EH_OK)
		rc = eh_ledger_append(pg, &leaves, &first, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_arg_bytea(&args, policy->version.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, policy->canonical);
	eh_pg_arg_int8(&args, first);
	return eh_pg_run(pg, &eh_sql_judge_write_policy, &args, NULL, err);
}

/* Reads the store's versions; a new store begins under the policy that the run was given. */
static enum eh_rc ensure_genesis(struct loop *l, struct eh_err *err)
{
	struct eh_pg *pg = l->run->pg;
	enum eh_rc rc = eh_pg_begin(pg, err);

	if (rc == EH_OK)
		rc = eh_judge_policies_read(pg, l->home, &l->policies, err);
	if (rc == EH_OK && l->policies->n == 0) {
		rc = write_genesis(pg, l->run->policy, err);
		if (rc == EH_OK)
			rc = eh_judge_policies_read(pg, l->home, &l->policies, err);
	}
	if (rc == EH_OK)
		rc = eh_pg_commit(pg, err);
	if (rc != EH_OK)
		eh_pg_rollback(pg);
	return rc;
}

/* The last pane that may be closed: its end has come (history), or its end and the lateness have. */
static bool may_close(const struct eh_judge_feed *feed, int64_t pane_us)
{
	int64_t end = eh_pane_next(feed->source->pane_kind, pane_us);

	return (feed->history_us != INT64_MIN && end <= feed->history_us) ||
	       (feed->clock_us != INT64_MIN && end <= feed->clock_us - feed->map->lateness_us);
}

static int64_t last_closable(const struct eh_judge_feed *feed)
{
	int64_t history = feed->history_us,
		live = feed->clock_us == INT64_MIN ? INT64_MIN : feed->clock_us - feed->map->lateness_us;
	int64_t limit = history > live ? history : live;

	if (limit == INT64_MIN)
		return INT64_MIN;
	int64_t pane = eh_pane_start(feed->source->pane_kind, limit);
	return eh_pane_previous(feed->source->pane_kind, pane);
}

static enum eh_rc fold_one(struct loop *l, struct eh_judge_feed *feed, int64_t first_us, int64_t last_us,
                           struct eh_err *err)
{
	int64_t end = eh_pane_next(feed->source->pane_kind, last_us);
	bool history = feed->history_us != INT64_MIN && end <= feed->history_us;
	struct eh_judge_step step = {.first_pane_us = first_us,
	                             .last_pane_us = last_us,
	                             .clock_us = history ? end : feed->clock_us,
	                             .included = feed->included,
	                             .leaf_index = INT64_MAX,
	                             .history = history};

	return eh_judge_writer_fold(l->writer, feed, &step, err);
}

/* Folds the panes of a result and the empty runs between them; gives the pane after the last. */
static enum eh_rc fold_panes(struct loop *l, struct eh_judge_feed *feed, const PGresult *res, int64_t *next_us,
                             struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		int64_t pane_us = eh_pg_int8(res, i, 0);

		if (pane_us > *next_us)
			rc = fold_one(l, feed, *next_us, eh_pane_previous(feed->source->pane_kind, pane_us), err);
		if (rc == EH_OK)
			rc = fold_one(l, feed, pane_us, pane_us, err);
		*next_us = eh_pane_next(feed->source->pane_kind, pane_us);
	}
	return rc;
}

static enum eh_rc read_panes(struct loop *l, const struct eh_judge_feed *feed, int64_t from_us, int64_t to_us,
                             PGresult **res, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, feed->source->source_id);
	eh_pg_arg_int8(&args, from_us);
	eh_pg_arg_int8(&args, to_us);
	eh_pg_arg_int8(&args, PANES_AT_ONCE);
	return eh_pg_query_binary(l->run->pg, &eh_sql_judge_read_panes, &args, res, err);
}

/* The first pane of a source that was never judged; INT64_MIN where it has none. */
static enum eh_rc first_pane(struct loop *l, const struct eh_judge_feed *feed, int64_t *pane_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, feed->source->source_id);
	enum eh_rc rc = eh_pg_query(l->run->pg, &eh_sql_judge_read_first_pane, &args, &res, err);
	*pane_us = rc != EH_OK || eh_pg_null(res, 0, 0) ? INT64_MIN : eh_pg_int8(res, 0, 0);
	return rc;
}

/* One transaction of closes for a source; *more says that others wait. */
static enum eh_rc advance(struct loop *l, struct eh_judge_feed *feed, bool *more, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	int64_t last_us = last_closable(feed), next_us = feed->next_pane_us;
	enum eh_rc rc = EH_OK;

	*more = false;
	if (next_us == INT64_MIN)
		rc = first_pane(l, feed, &next_us, err);
	if (rc != EH_OK || next_us == INT64_MIN || last_us == INT64_MIN || next_us > last_us ||
	    !may_close(feed, next_us))
		return rc;
	rc = eh_judge_writer_begin(l->writer, err);
	if (rc == EH_OK)
		rc = read_panes(l, feed, next_us, last_us, &res, err);
	if (rc == EH_OK)
		rc = fold_panes(l, feed, res, &next_us, err);
	*more = rc == EH_OK && PQntuples(res) == PANES_AT_ONCE;
	if (rc == EH_OK && !*more && next_us <= last_us)
		rc = fold_one(l, feed, next_us, last_us, err);
	if (rc == EH_OK && !*more && feed->history_us != INT64_MIN)
		rc = eh_judge_tell_history(l->writer, feed, err);
	if (rc == EH_OK)
		return eh_judge_writer_commit(l->writer, err);
	eh_pg_rollback(l->run->pg);
	return rc;
}

static enum eh_rc catch_up(struct loop *l, bool *done, struct eh_err *err)
{
	int64_t unread = 0;
	enum eh_rc rc = eh_judge_store_look(l->store, err);

	if (rc == EH_OK)
		rc = eh_pg_query_int8(l->run->pg, &eh_sql_judge_read_unread, NULL, &unread, err);
	*done = l->store->feeds != NULL && unread == 0;
	for (struct eh_judge_feed *f = l->store->feeds; rc == EH_OK && f != NULL; f = f->next) {
		bool more = true;

		while (rc == EH_OK && more && !told_to_stop(l)) {
			rc = advance(l, f, &more, err);
			if (rc == EH_OK && more) /* where there is much to catch up with, that takes hours */
				rc = eh_judge_pulse_look(l->pulse, eh_time_wall_us(), err);
		}
		*done &= f->ended;
	}
	return rc;
}

/* Old deltas become fewer rows: a saving that decides nothing, so a batch that was altered does not stop the judging. */
static enum eh_rc seal_old(struct loop *l, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (struct eh_judge_feed *f = l->store->feeds; rc == EH_OK && f != NULL && !told_to_stop(l); f = f->next) {
		struct eh_judge_sealed sealed;

		if (!eh_judge_seal_due(f))
			continue;
		rc = eh_judge_seal(l->store, f, &sealed, err);
		if (rc == EH_OK && sealed.refused)
			eh_log("source %s: commits %lld to %lld are not sealed, as some of them were altered: `evenhand ledger check` "
			       "says which",
			       f->map->source, (long long)sealed.first_commit, (long long)sealed.last_commit);
	}
	return rc;
}

static enum eh_rc forget_old(struct loop *l, struct eh_err *err)
{
	if (eh_time_steady_us() < l->forget_at_us)
		return EH_OK;
	l->forget_at_us = eh_time_steady_us() + FORGET_US;
	return eh_judge_forget(l->store, l->run->settings->set_aside_kept_ms, err);
}

/* The open pane, as descriptive figures: never latched, raises nothing. */
static enum eh_rc show_open(struct loop *l, struct eh_judge_feed *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	int64_t pane_us = f->clock_us == INT64_MIN ? INT64_MIN : eh_pane_start(f->source->pane_kind, f->clock_us);

	if (pane_us == INT64_MIN)
		return EH_OK;
	eh_pg_arg_int8(&args, f->source->source_id);
	eh_pg_arg_int8(&args, f->next_pane_us == INT64_MIN ? pane_us : f->next_pane_us);
	eh_pg_arg_int8(&args, pane_us);
	enum eh_rc rc = eh_pg_query_binary(l->run->pg, &eh_sql_judge_read_open_pane, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	eh_cube_clear(f->pane);
	eh_cube_clear(f->taken);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_pg_bytes block = eh_pg_bytea(res, i, 0, NULL), taken = eh_pg_bytea(res, i, 1, NULL);

		rc = eh_cube_decode(f->pane, block.data, block.n, err);
		if (rc == EH_OK && taken.n > 0)
			rc = eh_cube_decode(f->taken, taken.data, taken.n, err);
	}
	if (rc == EH_OK && eh_cube_n(f->taken) > 0)
		rc = eh_cube_subtract(f->pane, f->taken, err);
	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO figures = json_pack("{s:o,s:I,s:o}", "pane_start", eh_judge_time(pane_us), "n",
	                                 (json_int_t)eh_cube_n(f->pane), "groups", eh_judge_groups(f->source, f->pane));
	char *text = json_dumps(figures, JSON_COMPACT);
	struct eh_pg_args row = {0};
	eh_pg_arg_int8(&row, f->source->source_id);
	eh_pg_arg_int8(&row, pane_us);
	eh_pg_arg_int8(&row, f->clock_us);
	eh_pg_arg_text(&row, text);
	eh_pg_arg_int8(&row, l->store->epoch);
	rc = eh_pg_run(l->run->pg, &eh_sql_judge_write_live_pane, &row, NULL, err);
	free(text);
	return rc;
}

static enum eh_rc show_all_open(struct loop *l, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (eh_time_steady_us() < l->live_at_us)
		return EH_OK;
	l->live_at_us = eh_time_steady_us() + LIVE_US;
	for (struct eh_judge_feed *f = l->store->feeds; rc == EH_OK && f != NULL; f = f->next)
		rc = show_open(l, f, err);
	return rc;
}

/* Outcome measures are read from panes of months ago: not with every close, but before judge rests. */
static enum eh_rc show_outcomes(struct loop *l, struct eh_judge_feed *f, struct eh_err *err)
{
	json_t *outcomes = NULL;
	struct eh_pg_args args = {0};

	if (f->next_pane_us == INT64_MIN || f->outcomes_at_us == f->next_pane_us)
		return EH_OK;
	enum eh_rc rc = eh_judge_outcomes(l->store, f, &outcomes, err);
	if (rc != EH_OK)
		return rc;
	json_decref(f->outcomes);
	f->outcomes = outcomes;
	f->outcomes_at_us = f->next_pane_us;
	char *text = json_dumps(outcomes, JSON_COMPACT);
	eh_pg_arg_int8(&args, f->source->source_id);
	eh_pg_arg_text(&args, text);
	rc = eh_pg_run(l->run->pg, &eh_sql_judge_write_outcomes, &args, NULL, err);
	free(text);
	return rc;
}

static enum eh_rc show_all_outcomes(struct loop *l, bool now, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (!now && eh_time_steady_us() < l->outcomes_at_us)
		return EH_OK;
	l->outcomes_at_us = eh_time_steady_us() + OUTCOMES_US;
	for (struct eh_judge_feed *f = l->store->feeds; rc == EH_OK && f != NULL; f = f->next)
		rc = show_outcomes(l, f, err);
	return rc;
}

/* Deadlines are hours and days: they are looked at every second, and before judge rests. */
static enum eh_rc look_at_deadlines(struct loop *l, bool now, struct eh_err *err)
{
	if (!now && eh_time_steady_us() < l->deadlines_at_us)
		return EH_OK;
	l->deadlines_at_us = eh_time_steady_us() + DEADLINES_US;
	return eh_judge_deadlines(l->writer, l->store, err);
}

static enum eh_rc turn(struct loop *l, bool *done, struct eh_err *err)
{
	enum eh_rc rc = eh_judge_requests(l->writer, l->store, l->run->settings->session_length_ms, err);

	if (rc == EH_OK)
		rc = catch_up(l, done, err);
	if (rc == EH_OK)
		rc = look_at_deadlines(l, *done || l->run->once, err);
	if (rc == EH_OK)
		rc = seal_old(l, err);
	if (rc == EH_OK)
		rc = forget_old(l, err);
	if (rc == EH_OK)
		rc = show_all_open(l, err);
	if (rc == EH_OK)
		rc = show_all_outcomes(l, *done || l->run->once, err);
	if (rc == EH_OK && eh_time_steady_us() >= l->watch_at_us) {
		l->watch_at_us = eh_time_steady_us() + WATCH_US;
		rc = eh_judge_watch_look(l->watch, err);
		if (rc == EH_OK)
			rc = eh_judge_loosened_look(l->writer, &l->rules_seen, err);
	}
	if (rc == EH_OK)
		rc = eh_judge_pulse_look(l->pulse, eh_time_wall_us(), err);
	return rc == EH_OK ? eh_notify_tick(l->notify, l->run->pg, eh_time_wall_us(), err) : rc;
}

static enum eh_rc start(struct loop *l, struct eh_err *err)
{
	struct eh_judge_sink none = {0};
	struct eh_judge_refold how = {.check = true};
	bool got = false;
	enum eh_rc rc = eh_pg_try_lock(l->run->pg, LOCK_KEY, &got, err);

	if (rc == EH_OK && !got) {
		eh_fail(err, EH_REFUSED, "another judge works on this store");
		return eh_hint(err, "one judge decides for a store; stop the other, or let it go on.");
	}
	if (rc == EH_OK)
		rc = eh_notify_routes_read(l->home, l->run->settings, &l->routes, err);
	if (rc == EH_OK)
		rc = eh_notify_open(&l->routes, NULL, &l->notify, err);
	if (rc == EH_OK)
		rc = eh_answers_read(l->home, l->run->settings->register_file, &l->answers, err);
	if (rc == EH_OK && l->run->drop)
		rc = eh_store_drop_privileges(l->run->settings->store, l->run->settings->state, err);
	if (rc == EH_OK)
		rc = ensure_genesis(l, err);
	if (rc == EH_OK)
		rc = eh_judge_store_open(l->run->pg, l->policies, &none, &l->store, err);
	if (rc == EH_OK)
		rc = eh_pg_query_int8(l->run->pg, &eh_sql_judge_take_over, NULL, &l->store->epoch, err);
	if (rc == EH_OK)
		rc = eh_judge_store_refold(l->store, &how, err);
	if (rc == EH_OK) {
		l->writer = eh_judge_writer_new(l->store, &l->answers, &l->routes);
		/* A source that is asked once an hour does not stand still for half of one. */
		int64_t polls_ms = 3 * l->run->settings->poll_interval_ms, stalled_ms = l->run->settings->stalled_after_ms;
		l->watch = eh_judge_watch_new(l->writer, l->store, (stalled_ms > polls_ms ? stalled_ms : polls_ms) * 1000,
		                              l->run->settings->wal_limit_bytes);
		l->pulse = eh_judge_pulse_new(l->writer, l->store, !l->run->once);
		rc = eh_judge_watch_begin(l->watch, err);
		if (!l->run->quiet && how.panes > 0)
			eh_log("folded %llu closed panes again; every digest agrees", (unsigned long long)how.panes);
	}
	return rc;
}

/* A judge that ends gives its messages one try: nobody may come after it for a while.  What fails waits for the next. */
static enum eh_rc deliver_last(struct loop *l, struct eh_err *err)
{
	int64_t began = eh_time_steady_us();
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK && l->routes.n > 0 && !told_to_stop(l) && eh_time_steady_us() < began + LAST_US) {
		rc = eh_notify_tick(l->notify, l->run->pg, eh_time_wall_us(), err);
		if (eh_notify_under_way(l->notify) == 0 && eh_time_steady_us() > began + LOOKED_US)
			break;
		usleep(TICK_US / 4);
	}
	return rc;
}

enum eh_rc eh_judge_run(const struct eh_judge_run *run, struct eh_err *err)
{
	struct loop l = {.run = run, .rules_seen = -1, .home = eh_arena_new()};
	bool done = false;
	enum eh_rc rc = start(&l, err);

	while (rc == EH_OK && !told_to_stop(&l)) {
		rc = turn(&l, &done, err);
		if ((done && !run->stay) || run->once)
			break;
		usleep(TICK_US);
	}
	if (rc == EH_OK)
		rc = deliver_last(&l, err);
	eh_notify_close(l.notify);
	eh_judge_pulse_free(l.pulse);
	eh_judge_watch_free(l.watch);
	eh_judge_writer_free(l.writer);
	eh_judge_store_close(l.store);
	eh_arena_free(l.home);
	return rc;
}
