/*
 * store.c - see store.h.
 */
#include "judge/store.h"

#include <string.h>

#include "judge/load.h"
#include "judge/sql.h"

#define CHUNK_US (INT64_C(40) * 24 * 3600 * 1000000) /* a walk reads this much event time at once */

enum eh_rc eh_judge_store_open(struct eh_pg *pg, struct eh_policies *policies, const struct eh_judge_sink *sink,
                               struct eh_judge_store **out, struct eh_err *err)
{
	struct eh_arena *home = eh_arena_new();
	struct eh_judge_store *store = eh_arena_zalloc(home, 1, sizeof *store);

	store->home = home;
	store->pg = pg;
	store->judge = eh_judge_new(policies, sink);
	enum eh_rc rc = eh_judge_store_look(store, err);
	if (rc != EH_OK)
		eh_judge_store_close(store);
	else
		*out = store;
	return rc;
}

void eh_judge_store_close(struct eh_judge_store *store)
{
	if (store == NULL)
		return;
	for (struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next) {
		json_decref(f->outcomes);
		eh_judge_load_end(f);
	}
	eh_judge_free(store->beside); /* knows the names of the other */
	eh_judge_free(store->judge);
	eh_arena_free(store->home);
}

void eh_judge_store_beside(struct eh_judge_store *store, struct eh_judge *beside)
{
	store->beside = beside;
	for (struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next)
		f->beside = eh_judge_add_source_like(beside, f->source);
}

static int64_t int8_or(const PGresult *res, int row, int col, int64_t none)
{
	return eh_pg_null(res, row, col) ? none : eh_pg_int8(res, row, col);
}

static struct eh_judge_feed *feed_by_id(const struct eh_judge_store *store, int64_t source_id)
{
	for (struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next)
		if (f->source->source_id == source_id)
			return f;
	return NULL;
}

struct eh_judge_feed *eh_judge_feed_of(const struct eh_judge_store *store, const struct eh_judge_source *source)
{
	return feed_by_id(store, source->source_id);
}

static enum eh_rc join(struct eh_judge_store *store, const PGresult *res, int row, struct eh_judge_feed **out,
                       struct eh_err *err)
{
	struct eh_judge_feed *feed = eh_arena_zalloc(store->home, 1, sizeof *feed), **end = &store->feeds;
	const char *name = eh_arena_strdup(store->home, eh_pg_text(res, row, 1));
	const char *text = eh_arena_strdup(store->home, eh_pg_text(res, row, 2));
	enum eh_rc rc = eh_map_parse(store->home, name, text, strlen(text), &feed->map, err);

	if (rc != EH_OK)
		return eh_while(err, "the map kept for source %s", name);
	feed->source = eh_judge_add_source(store->judge, eh_pg_int8(res, row, 0), feed->map);
	feed->next_pane_us = feed->clock_us = feed->month_us = feed->outcomes_at_us = feed->sealed_us = INT64_MIN;
	feed->last_included = feed->last_leaf = -1;
	eh_judge_load_begin(feed);
	while (*end != NULL)
		end = &(*end)->next;
	*end = feed;
	*out = feed;
	return EH_OK;
}

enum eh_rc eh_judge_store_look(struct eh_judge_store *store, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(store->pg, &eh_sql_judge_read_sources, NULL, &res, err);

	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
		struct eh_judge_feed *feed = feed_by_id(store, eh_pg_int8(res, row, 0));

		if (feed == NULL)
			rc = join(store, res, row, &feed, err);
		if (rc != EH_OK)
			break;
		/* Until the batch leaf covers the last commit, T may be ahead of what may be read. */
		bool covered = int8_or(res, row, 6, 0) >= int8_or(res, row, 4, 0);
		int64_t clock_us = int8_or(res, row, covered ? 5 : 7, INT64_MIN);
		feed->clock_us = clock_us > feed->clock_us ? clock_us : feed->clock_us; /* T never goes back */
		feed->ended = strcmp(eh_pg_text(res, row, 3), "ended") == 0 && covered;
		if (feed->included != int8_or(res, row, 8, -1))
			eh_judge_load_forget(feed);
		feed->included = int8_or(res, row, 8, -1);
		feed->history_us = int8_or(res, row, 9, INT64_MIN);
	}
	return rc;
}

static const struct eh_cube *some(const struct eh_cube *cube)
{
	return eh_cube_n(cube) > 0 ? cube : NULL;
}

static enum eh_rc fold_into(struct eh_judge *judge, struct eh_judge_source *source, struct eh_judge_feed *feed,
                            struct eh_judge_step *step, struct eh_err *err)
{
	struct eh_judge_close close = {.first_pane_us = step->first_pane_us,
	                               .last_pane_us = step->last_pane_us,
	                               .clock_us = step->clock_us,
	                               .leaf_index = step->leaf_index,
	                               .history = step->history,
	                               .pane = step->n > 0 ? feed->pane : NULL,
	                               .late = some(feed->own.late),
	                               .late_from_us = feed->late_us,
	                               .older = some(feed->older),
	                               .older_from_us = feed->older_us,
	                               .late_taken = some(feed->own.late_taken),
	                               .older_taken = some(feed->older_taken),
	                               .expired = some(feed->own.expired),
	                               .before = some(feed->own.before),
	                               .more = feed->more,
	                               .more_n = feed->spans};

	return eh_judge_fold(judge, source, &close, &step->digest, err);
}

/* Another policy may have another window, and what came late is told apart by it. */
static enum eh_rc fold_beside(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_step step,
                              struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (eh_judge_load_was_late(feed))
		rc = eh_judge_load_late(store, feed, feed->beside, &step, err);
	return rc == EH_OK ? fold_into(store->beside, feed->beside, feed, &step, err) : rc;
}

enum eh_rc eh_judge_store_fold(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_step *step,
                               struct eh_err *err)
{
	struct eh_judge_source *source = feed->source;
	enum eh_rc rc = eh_judge_load(store, feed, step, err);

	if (rc != EH_OK)
		return rc;
	step->n = eh_cube_n(feed->pane);
	rc = fold_into(store->judge, source, feed, step, err);
	if (rc == EH_OK && feed->beside != NULL)
		rc = fold_beside(store, feed, *step, err);
	if (rc != EH_OK)
		return rc;
	feed->next_pane_us = eh_pane_next(source->pane_kind, step->last_pane_us);
	feed->last_included = step->included;
	return EH_OK;
}

/* Applies what people closed and opened again, up to a leaf. */
static void apply_closings(struct eh_judge_store *store, const PGresult *closings, int *next, int64_t before)
{
	for (; *next < PQntuples(closings) && eh_pg_int8(closings, *next, 1) < before; ++*next) {
		struct eh_judge *judges[] = {store->judge, store->beside};

		for (int i = 0; i < 2 && judges[i] != NULL; i++)
			if (eh_pg_bool(closings, *next, 2))
				eh_judge_reopen_alert(judges[i], eh_pg_text(closings, *next, 0));
			else
				eh_judge_close_alert(judges[i], eh_pg_text(closings, *next, 0));
	}
}

static enum eh_rc refold_row(struct eh_judge_store *store, struct eh_judge_refold *how, const PGresult *res, int row,
                             struct eh_err *err)
{
	struct eh_judge_feed *feed = feed_by_id(store, eh_pg_int8(res, row, 0));
	struct eh_judge_step step = {.first_pane_us = eh_pg_int8(res, row, 1),
	                             .last_pane_us = eh_pg_int8(res, row, 2),
	                             .clock_us = eh_pg_int8(res, row, 3),
	                             .included = eh_pg_int8(res, row, 4),
	                             .leaf_index = eh_pg_int8(res, row, 5),
	                             .history = eh_pg_bool(res, row, 6)};

	if (feed == NULL)
		return eh_fail(err, EH_REFUSED, "pane close %lld belongs to a source that is not there",
		               (long long)eh_pg_int8(res, row, 5));
	if (how->before != NULL)
		how->before(how->ctx, feed, &step);
	enum eh_rc rc = eh_judge_store_fold(store, feed, &step, err);
	if (rc != EH_OK)
		return rc;
	how->last_leaf = eh_pg_int8(res, row, 5);
	if (how->after != NULL)
		how->after(how->ctx, feed, &step);
	if (step.n > 0) {
		feed->last_leaf = eh_pg_int8(res, row, 5);
		how->panes++;
		if (how->evidence != NULL)
			eh_sha256_add(how->evidence, step.digest.bytes, EH_SHA256_BYTES);
	}
	struct eh_pg_bytes stored = eh_pg_bytea(res, row, 8, NULL);
	if (how->check &&
	    (stored.n != EH_SHA256_BYTES || memcmp(stored.data, step.digest.bytes, EH_SHA256_BYTES) != 0)) {
		eh_fail(err, EH_REFUSED, "the verdicts of pane close %lld are not those the store's own deltas give",
		        (long long)eh_pg_int8(res, row, 5));
		return eh_hint(err, "run `evenhand ledger check` to see which stored batch was altered.");
	}
	return EH_OK;
}

enum eh_rc eh_judge_store_refold(struct eh_judge_store *store, struct eh_judge_refold *how, struct eh_err *err)
{
	EH_PGRESULT_AUTO closings = NULL;
	struct eh_pg_args from = {0};
	int64_t last = -1, below = how->below > 0 ? how->below : INT64_MAX;
	int next_closing = 0;

	how->last_leaf = -1;
	eh_pg_arg_int8(&from, -1);
	enum eh_rc rc = eh_pg_query(store->pg, &eh_sql_judge_read_closings, &from, &closings, err);
	while (rc == EH_OK) {
		EH_PGRESULT_AUTO res = NULL;
		struct eh_pg_args args = {0};

		eh_pg_arg_int8(&args, last);
		rc = eh_pg_query_binary(store->pg, &eh_sql_judge_read_closes, &args, &res, err);
		if (rc != EH_OK || PQntuples(res) == 0)
			break;
		for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
			last = eh_pg_int8(res, row, 5);
			if (last >= below)
				return EH_OK;
			apply_closings(store, closings, &next_closing, last);
			rc = refold_row(store, how, res, row, err);
		}
	}
	if (rc == EH_OK)
		apply_closings(store, closings, &next_closing, INT64_MAX);
	return rc;
}

static enum eh_rc walk_rows(struct eh_judge_feed *feed, const PGresult *res, struct eh_cube *pane,
                            void (*visit)(void *ctx, int64_t pane_us, const struct eh_cube *pane), void *ctx,
                            struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	int n = PQntuples(res);

	for (int row = 0; rc == EH_OK && row < n; row++) {
		int64_t pane_us = eh_pg_int8(res, row, 0);

		rc = eh_judge_load_row(res, row, pane, feed->taken, err);
		if (rc != EH_OK || (row + 1 < n && eh_pg_int8(res, row + 1, 0) == pane_us))
			continue;
		if (eh_cube_n(feed->taken) > 0)
			rc = eh_cube_subtract(pane, feed->taken, err);
		if (rc == EH_OK && eh_cube_n(pane) > 0)
			visit(ctx, pane_us, pane);
		eh_cube_clear(pane);
		eh_cube_clear(feed->taken);
	}
	return rc;
}

enum eh_rc eh_judge_store_walk(struct eh_judge_store *store, struct eh_judge_feed *feed, int64_t from_us, int64_t to_us,
                               int64_t included, void (*visit)(void *ctx, int64_t pane_us, const struct eh_cube *pane),
                               void *ctx, struct eh_err *err)
{
	struct eh_cube *pane = eh_cube_new(feed->source->names);
	enum eh_rc rc = EH_OK;

	eh_cube_clear(feed->taken);
	for (int64_t at = from_us; rc == EH_OK && at <= to_us; at += CHUNK_US) {
		EH_PGRESULT_AUTO res = NULL;
		struct eh_pg_args args = {0};

		eh_pg_arg_int8(&args, feed->source->source_id);
		eh_pg_arg_int8(&args, at);
		eh_pg_arg_int8(&args, at + CHUNK_US - 1 < to_us ? at + CHUNK_US - 1 : to_us);
		eh_pg_arg_int8(&args, included);
		rc = eh_pg_query_binary(store->pg, &eh_sql_judge_read_deltas, &args, &res, err);
		if (rc == EH_OK)
			rc = walk_rows(feed, res, pane, visit, ctx, err);
	}
	eh_cube_free(pane);
	return rc;
}
