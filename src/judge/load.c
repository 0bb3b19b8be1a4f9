/*
 * load.c - see load.h.
 */
#include "judge/load.h"

#include <stdlib.h>
#include <string.h>

#include "judge/sql.h"

#define AHEAD_US (INT64_C(10) * 24 * 3600 * 1000000)

enum eh_rc eh_judge_load_row(const PGresult *res, int row, struct eh_cube *added, struct eh_cube *taken,
                             struct eh_err *err)
{
	struct eh_pg_bytes block = eh_pg_bytea(res, row, 2, NULL), less = eh_pg_bytea(res, row, 3, NULL);
	enum eh_rc rc = eh_cube_decode(added, block.data, block.n, err);

	return rc == EH_OK && less.n > 0 ? eh_cube_decode(taken, less.data, less.n, err) : rc;
}

static void drop_ahead(struct eh_judge_ahead *ahead)
{
	PQclear(ahead->rows);
	*ahead = (struct eh_judge_ahead){0};
}

static void begin_window(const struct eh_judge_feed *feed, struct eh_judge_feed_window *w, int64_t window_us)
{
	*w = (struct eh_judge_feed_window){.window_us = window_us,
	                                   .before = eh_cube_new(feed->source->names),
	                                   .late = eh_cube_new(feed->source->names),
	                                   .late_taken = eh_cube_new(feed->source->names),
	                                   .expired = eh_cube_new(feed->source->names)};
}

static void clear_late(struct eh_judge_feed_window *w)
{
	eh_cube_clear(w->late);
	eh_cube_clear(w->late_taken);
}

static void end_window(struct eh_judge_feed_window *w)
{
	drop_ahead(&w->leaving);
	eh_cube_free(w->before);
	eh_cube_free(w->late);
	eh_cube_free(w->late_taken);
	eh_cube_free(w->expired);
}

void eh_judge_load_begin(struct eh_judge_feed *feed)
{
	begin_window(feed, &feed->own, 0);
	feed->late_us = feed->older_us = INT64_MAX;
	feed->pane = eh_cube_new(feed->source->names);
	feed->older = eh_cube_new(feed->source->names);
	feed->older_taken = eh_cube_new(feed->source->names);
	feed->taken = eh_cube_new(feed->source->names);
	feed->late_pane = eh_cube_new(feed->source->names);
	feed->late_pane_taken = eh_cube_new(feed->source->names);
}

static void end_spans(struct eh_judge_feed *feed)
{
	for (uint32_t i = 0; i < feed->spans; i++)
		end_window(&feed->span[i]);
	free(feed->span);
	free(feed->more);
	feed->span = NULL;
	feed->more = NULL;
	feed->spans = 0;
}

void eh_judge_load_end(struct eh_judge_feed *feed)
{
	drop_ahead(&feed->entering);
	end_window(&feed->own);
	end_spans(feed);
	eh_cube_free(feed->pane);
	eh_cube_free(feed->older);
	eh_cube_free(feed->older_taken);
	eh_cube_free(feed->taken);
	eh_cube_free(feed->late_pane);
	eh_cube_free(feed->late_pane_taken);
}

void eh_judge_load_forget(struct eh_judge_feed *feed)
{
	drop_ahead(&feed->entering);
	drop_ahead(&feed->own.leaving);
	for (uint32_t i = 0; i < feed->spans; i++)
		drop_ahead(&feed->span[i].leaving);
}

/* The feed's windows are those of the close from now on. */
static void fit_windows(struct eh_judge_feed *feed, const int64_t *window_us, uint32_t n)
{
	bool same = n - 1 == feed->spans;

	feed->own.window_us = window_us[0];
	for (uint32_t i = 0; same && i < feed->spans; i++)
		same = feed->span[i].window_us == window_us[i + 1];
	if (same)
		return;
	end_spans(feed);
	feed->spans = n - 1;
	if (feed->spans == 0)
		return;
	feed->span = eh_xmalloc(feed->spans * sizeof *feed->span);
	feed->more = eh_xmalloc(feed->spans * sizeof *feed->more);
	for (uint32_t i = 0; i < feed->spans; i++)
		begin_window(feed, &feed->span[i], window_us[i + 1]);
}

/* Reads from `from_us` on to the end of the stretch, or further.  What is read stays true as long as no new
 * leaf is asked for: eh_judge_store_look() drops it when one came. */
static enum eh_rc read_ahead(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_ahead *ahead,
                             int64_t from_us, int64_t to_us, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	if (ahead->rows != NULL && from_us >= ahead->from_us && to_us <= ahead->to_us)
		return EH_OK;
	drop_ahead(ahead);
	ahead->from_us = from_us;
	ahead->to_us = to_us > from_us + AHEAD_US ? to_us : from_us + AHEAD_US;
	eh_pg_arg_int8(&args, feed->source->source_id);
	eh_pg_arg_int8(&args, ahead->from_us);
	eh_pg_arg_int8(&args, ahead->to_us);
	eh_pg_arg_int8(&args, INT64_MAX);
	return eh_pg_query_binary(store->pg, &eh_sql_judge_read_deltas, &args, &ahead->rows, err);
}

/* The deltas of [from, to] that `included` covers: what they added less what they took off. */
static enum eh_rc load(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_ahead *ahead,
                       int64_t from_us, int64_t to_us, int64_t included, struct eh_cube *cube, struct eh_err *err)
{
	enum eh_rc rc = read_ahead(store, feed, ahead, from_us, to_us, err);

	eh_cube_clear(cube);
	eh_cube_clear(feed->taken);
	if (rc != EH_OK)
		return rc;
	int n = PQntuples(ahead->rows);
	if (ahead->at > 0 && eh_pg_int8(ahead->rows, ahead->at - 1, 0) >= from_us)
		ahead->at = 0;
	while (ahead->at < n && eh_pg_int8(ahead->rows, ahead->at, 0) < from_us)
		ahead->at++;
	for (; rc == EH_OK && ahead->at < n && eh_pg_int8(ahead->rows, ahead->at, 0) <= to_us; ahead->at++) {
		if (eh_pg_int8(ahead->rows, ahead->at, 1) <= included)
			rc = eh_judge_load_row(ahead->rows, ahead->at, cube, feed->taken, err);
	}
	return rc == EH_OK && eh_cube_n(feed->taken) > 0 ? eh_cube_subtract(cube, feed->taken, err) : rc;
}

/* A row that came late: for the windows that hold its pane, and whole for the panes' own account. */
static enum eh_rc add_late_row(struct eh_judge_feed *feed, const PGresult *res, int row, const int64_t *start_us,
                               struct eh_err *err)
{
	int64_t pane_us = eh_pg_int8(res, row, 0);
	bool older = pane_us < start_us[0];
	int64_t *first_us = older ? &feed->older_us : &feed->late_us;
	enum eh_rc rc = older ? eh_judge_load_row(res, row, feed->older, feed->older_taken, err)
	                      : eh_judge_load_row(res, row, feed->own.late, feed->own.late_taken, err);

	if (pane_us < *first_us)
		*first_us = pane_us;
	for (uint32_t i = 0; rc == EH_OK && i < feed->spans; i++)
		if (pane_us >= start_us[i + 1])
			rc = eh_judge_load_row(res, row, feed->span[i].late, feed->span[i].late_taken, err);
	return rc == EH_OK ? eh_judge_load_row(res, row, feed->late_pane, feed->late_pane_taken, err) : rc;
}

/* `tell`: the panes' own account is kept. */
static enum eh_rc add_late(struct eh_judge_feed *feed, const PGresult *res, const int64_t *start_us, bool tell,
                           struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
		int64_t pane_us = eh_pg_int8(res, row, 0);

		rc = add_late_row(feed, res, row, start_us, err);
		if (rc != EH_OK || (row + 1 < PQntuples(res) && eh_pg_int8(res, row + 1, 0) == pane_us))
			continue;
		if (tell)
			eh_judge_late(feed->source, pane_us, feed->late_pane, feed->late_pane_taken);
		eh_cube_clear(feed->late_pane);
		eh_cube_clear(feed->late_pane_taken);
	}
	return rc;
}

static enum eh_rc read_late(struct eh_judge_store *store, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                            const int64_t *start_us, bool tell, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	clear_late(&feed->own);
	for (uint32_t i = 0; i < feed->spans; i++)
		clear_late(&feed->span[i]);
	eh_cube_clear(feed->older);
	eh_cube_clear(feed->older_taken);
	eh_cube_clear(feed->late_pane);
	eh_cube_clear(feed->late_pane_taken);
	feed->late_us = feed->older_us = INT64_MAX;
	if (feed->next_pane_us == INT64_MIN || feed->last_included == step->included)
		return EH_OK;
	eh_pg_arg_int8(&args, feed->source->source_id);
	eh_pg_arg_int8(&args, feed->last_included);
	eh_pg_arg_int8(&args, step->included);
	eh_pg_arg_int8(&args, feed->next_pane_us);
	enum eh_rc rc = eh_pg_query_binary(store->pg, &eh_sql_judge_read_late, &args, &res, err);
	return rc == EH_OK ? add_late(feed, res, start_us, tell, err) : rc;
}

/* What leaves a window: the panes that were in it at the last close and are not in this one's.  Of a new window: what
 * stands in it, as the last close included it. */
static enum eh_rc load_window(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_feed_window *w,
                              int64_t start_us, struct eh_err *err)
{
	eh_cube_clear(w->before);
	eh_cube_clear(w->expired);
	if (feed->next_pane_us == INT64_MIN || eh_judge_is_hushed(store->judge))
		return EH_OK;
	int64_t last_us = eh_pane_previous(feed->source->pane_kind, feed->next_pane_us);
	int64_t old_us = eh_judge_window_start_of(feed->source, w->window_us, last_us);
	int64_t to_us = start_us - 1 < last_us ? start_us - 1 : last_us;

	if (!eh_judge_keeps_window(feed->source, w->window_us))
		return start_us > last_us ? EH_OK
		                          : load(store, feed, &w->leaving, start_us, last_us, feed->last_included, w->before, err);
	return old_us > to_us ? EH_OK
	                      : load(store, feed, &w->leaving, old_us, to_us, feed->last_included, w->expired, err);
}

static const struct eh_cube *some(const struct eh_cube *cube)
{
	return eh_cube_n(cube) > 0 ? cube : NULL;
}

static enum eh_rc load_windows(struct eh_judge_store *store, struct eh_judge_feed *feed, const int64_t *start_us,
                               struct eh_err *err)
{
	enum eh_rc rc = load_window(store, feed, &feed->own, start_us[0], err);

	for (uint32_t i = 0; rc == EH_OK && i < feed->spans; i++) {
		struct eh_judge_feed_window *w = &feed->span[i];

		rc = load_window(store, feed, w, start_us[i + 1], err);
		feed->more[i] = (struct eh_judge_move){.window_us = w->window_us,
		                                       .before = some(w->before),
		                                       .late = some(w->late),
		                                       .late_taken = some(w->late_taken),
		                                       .expired = some(w->expired)};
	}
	return rc;
}

enum eh_rc eh_judge_load(struct eh_judge_store *store, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                         struct eh_err *err)
{
	int64_t window_us[EH_JUDGE_WINDOWS_MAX], start_us[EH_JUDGE_WINDOWS_MAX];
	uint32_t n = eh_judge_windows(feed->source, step->clock_us, step->leaf_index, window_us);

	fit_windows(feed, window_us, n);
	for (uint32_t i = 0; i < n; i++)
		start_us[i] = eh_judge_window_start_of(feed->source, window_us[i], step->last_pane_us);
	enum eh_rc rc = load(store, feed, &feed->entering, step->first_pane_us, step->last_pane_us, step->included,
	                     feed->pane, err);
	if (rc == EH_OK)
		rc = read_late(store, feed, step, start_us, true, err);
	return rc == EH_OK ? load_windows(store, feed, start_us, err) : rc;
}

bool eh_judge_load_was_late(const struct eh_judge_feed *feed)
{
	return eh_cube_n(feed->own.late) + eh_cube_n(feed->own.late_taken) + eh_cube_n(feed->older) +
	               eh_cube_n(feed->older_taken) >
	       0;
}

enum eh_rc eh_judge_load_late(struct eh_judge_store *store, struct eh_judge_feed *feed,
                              const struct eh_judge_source *source, const struct eh_judge_step *step, struct eh_err *err)
{
	int64_t window_us[EH_JUDGE_WINDOWS_MAX], start_us[EH_JUDGE_WINDOWS_MAX];

	(void)eh_judge_windows(source, step->clock_us, step->leaf_index, window_us);
	for (uint32_t i = 0; i < feed->spans + 1; i++) /* the other windows are of no concern to it */
		start_us[i] = i == 0 ? eh_judge_window_start_of(source, window_us[0], step->last_pane_us) : INT64_MAX;
	return read_late(store, feed, step, start_us, false, err);
}
