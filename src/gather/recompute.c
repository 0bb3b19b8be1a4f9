/*
 * recompute.c - see recompute.h.
 */
#include "gather/recompute.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "cube/tally.h"
#include "gather/delta.h"
#include "gather/gather.h"
#include "gather/recount.h"
#include "gather/sql.h"
#include "source/panes.h"
#include "source/reader.h"

#define PASS_US (4 * EH_SECOND_US) /* a gather that follows writes its place every second */

/* What a pane of the source comes to, packed; merged chunk by chunk, so that memory holds blocks and not cubes. */
struct found {
	int64_t pane_us;
	struct eh_buf block;
	bool seen; /* the store has the pane too */
};

struct run {
	struct eh_arena *arena;
	struct eh_pg *store;
	const struct eh_source *source;
	struct eh_recompute *out;
	struct eh_source_reader *reader; /* NULL: identity tracked */
	struct eh_cells *cells;
	struct eh_delta *delta;
	struct eh_pack pack;
	struct eh_cube *cube, *taken;
	struct found *found; /* ascending */
	size_t n, cap;
	struct eh_cube_tally *stored;
	struct eh_recompute_pane *differs;
	size_t differs_n, differs_cap;
};

/* ---- the source -------------------------------------------------------------------- */

/* Where the pane stands, or would stand, in the list. */
static size_t find(const struct run *run, int64_t pane_us)
{
	size_t low = 0, high = run->n;

	if (high > 0 && run->found[high - 1].pane_us < pane_us) /* logs are in time order, mostly */
		return high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (run->found[mid].pane_us < pane_us)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct found *place(struct run *run, int64_t pane_us)
{
	size_t at = find(run, pane_us);

	if (at < run->n && run->found[at].pane_us == pane_us)
		return &run->found[at];
	if (run->n == run->cap) {
		run->cap = run->cap == 0 ? 1024 : 2 * run->cap;
		run->found = eh_xrealloc(run->found, run->cap, sizeof *run->found);
	}
	memmove(&run->found[at + 1], &run->found[at], (run->n - at) * sizeof *run->found);
	run->found[at] = (struct found){.pane_us = pane_us};
	run->n++;
	return &run->found[at];
}

/* Adds a pane's rows to what was found, less those that were counted and taken off again. */
static enum eh_rc merge_pane(struct run *run, const struct eh_pack_pane *pane, struct eh_err *err)
{
	struct found *found = place(run, pane->pane_us);
	enum eh_rc rc = EH_OK;

	if (found->block.len == 0 && pane->taken.n == 0) {
		eh_buf_put(&found->block, pane->block.at, pane->block.n);
		return EH_OK;
	}
	eh_cube_clear(run->cube);
	eh_cube_clear(run->taken);
	if (found->block.len > 0)
		rc = eh_cube_decode(run->cube, found->block.data, found->block.len, err);
	if (rc == EH_OK)
		rc = eh_cube_decode(run->cube, pane->block.at, pane->block.n, err);
	if (rc == EH_OK && pane->taken.n > 0)
		rc = eh_cube_decode(run->taken, pane->taken.at, pane->taken.n, err);
	if (rc == EH_OK)
		rc = eh_cube_subtract(run->cube, run->taken, err);
	eh_buf_reset(&found->block);
	if (rc == EH_OK)
		eh_cube_encode(run->cube, &found->block);
	return rc;
}

static enum eh_rc merge_chunk(struct run *run, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	eh_delta_pack(run->delta, &run->pack);
	for (size_t i = 0; rc == EH_OK && i < run->pack.panes; i++) {
		const struct eh_pack_pane *pane = &run->pack.pane[i];

		if (pane->pane_us >= run->out->from_us && pane->pane_us < run->out->to_us)
			rc = merge_pane(run, pane, err);
	}
	for (int f = 0; f < EH_GATHER_FATES; f++)
		run->out->rows += (uint64_t)run->pack.fate[f];
	run->out->rows -= (uint64_t)run->pack.other[EH_GATHER_TAKEN];
	run->out->set_aside += (uint64_t)run->pack.fate[EH_GATHER_SET_ASIDE];
	return rc;
}

static void take_row(struct run *run, const struct eh_row *row)
{
	struct eh_decision decision;
	enum eh_decision_reason reason;
	struct eh_err why;

	if (eh_decision_check(run->source->map, row, &decision, &reason, &why) == EH_OK)
		eh_delta_add(run->delta, &decision, EH_GATHER_ON_TIME);
	else
		eh_delta_set_aside(run->delta, (struct eh_text){0}, reason, why.text);
}

static enum eh_rc merge_tracked(void *ctx, struct eh_err *err)
{
	return merge_chunk(ctx, err);
}

/* What was found of a pane may have been taken off to the last row. */
static enum eh_rc drop_empty(struct run *run, struct eh_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n; i++) {
		struct found *found = &run->found[i];

		eh_cube_clear(run->cube);
		enum eh_rc rc = eh_cube_decode(run->cube, found->block.data, found->block.len, err);
		if (rc != EH_OK)
			return rc;
		if (eh_cube_n(run->cube) > 0)
			run->found[n++] = *found;
		else
			eh_buf_free(&found->block);
	}
	run->n = n;
	return EH_OK;
}

static enum eh_rc read_tracked(struct run *run, struct eh_pg *pg, const struct eh_position *position, struct eh_err *err)
{
	enum eh_rc rc = eh_recount(run->arena, pg, run->source->map, position, run->delta, merge_tracked, run, err);

	if (rc != EH_OK)
		eh_pg_rollback(pg);
	return rc == EH_OK ? drop_empty(run, err) : rc;
}

/* Everything that was found is gone: the table was truncated. */
static void forget_all(struct run *run)
{
	eh_delta_pack(run->delta, &run->pack);
	while (run->n > 0)
		eh_buf_free(&run->found[--run->n].block);
}

/* A stream's changes between the rows that were read and the store's place; poll gives rows alone. */
static void take_change(struct run *run, const struct eh_change *change)
{
	struct eh_decision decision;
	struct eh_err ignored;

	if (change->kind == EH_CHANGE_TRUNCATE)
		forget_all(run);
	if (change->old != NULL && eh_decision_check(run->source->map, change->old, &decision, NULL, &ignored) == EH_OK)
		eh_delta_take(run->delta, &decision, EH_GATHER_TAKEN);
	if (change->row != NULL)
		take_row(run, change->row);
}

static enum eh_rc read_source(struct run *run, const struct eh_position *position, struct eh_err *err)
{
	const struct eh_change *change = NULL;
	enum eh_rc rc = eh_reader_begin_again(run->reader, position, err);

	while (rc == EH_OK) {
		rc = eh_reader_next(run->reader, &change, err);
		if (rc != EH_OK || change == NULL)
			break;
		take_change(run, change);
		if (eh_delta_rows(run->delta) >= EH_GATHER_COMMIT_ROWS)
			rc = merge_chunk(run, err);
	}
	if (rc == EH_OK)
		rc = merge_chunk(run, err);
	if (rc == EH_OK)
		rc = drop_empty(run, err);
	return rc == EH_OK ? eh_reader_end(run->reader, err) : rc;
}

/* ---- the comparison ----------------------------------------------------------------- */

static struct eh_sha256 digest_of(const struct found *found)
{
	return eh_sha256_of(found->block.data, found->block.len);
}

static enum eh_rc count(struct run *run, const void *block, size_t len, uint64_t *n, struct eh_err *err)
{
	*n = 0;
	eh_cube_clear(run->cube);
	enum eh_rc rc = len == 0 ? EH_OK : eh_cube_decode(run->cube, block, len, err);
	*n = eh_cube_n(run->cube);
	return rc;
}

static enum eh_rc add_difference(struct run *run, int64_t pane_us, struct eh_text stored, struct eh_text found,
                                 struct eh_err *err)
{
	struct eh_recompute_pane pane = {.pane_us = pane_us, .end_us = eh_pane_next(eh_cells_pane(run->source->map), pane_us)};

	if (count(run, stored.at, stored.n, &pane.n_stored, err) != EH_OK) {
		pane.unreadable = true;
		pane.n_stored = 0;
	}
	enum eh_rc rc = count(run, found.at, found.n, &pane.n_source, err);
	if (run->differs_n == run->differs_cap) {
		size_t cap = run->differs_cap == 0 ? 16 : 2 * run->differs_cap;
		struct eh_recompute_pane *grown = eh_arena_zalloc(run->arena, cap, sizeof *grown);

		if (run->differs_n > 0)
			memcpy(grown, run->differs, run->differs_n * sizeof *grown);
		run->differs = grown;
		run->differs_cap = cap;
	}
	run->differs[run->differs_n++] = pane;
	return rc;
}

static enum eh_rc compare(void *ctx, const struct eh_panes_pane *pane, struct eh_err *err)
{
	struct run *run = ctx;
	size_t at = find(run, pane->pane_us);
	struct found *found = at < run->n && run->found[at].pane_us == pane->pane_us ? &run->found[at] : NULL;

	run->out->panes++;
	eh_cube_tally_block(run->stored, pane->pane_us, &pane->digest);
	if (found == NULL)
		return add_difference(run, pane->pane_us, pane->block, (struct eh_text){0}, err);
	found->seen = true;
	struct eh_sha256 digest = digest_of(found);
	if (eh_sha256_equal(&digest, &pane->digest))
		return EH_OK;
	return add_difference(run, pane->pane_us, pane->block, (struct eh_text){found->block.data, found->block.len}, err);
}

/* Panes that only the source has, and the digest of what it comes to. */
static enum eh_rc finish_source(struct run *run, struct eh_err *err)
{
	struct eh_cube_tally *tally = eh_cube_tally_begin();
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < run->n; i++) {
		struct found *found = &run->found[i];
		struct eh_sha256 digest = digest_of(found);

		eh_cube_tally_block(tally, found->pane_us, &digest);
		if (found->seen)
			continue;
		run->out->panes++;
		rc = add_difference(run, found->pane_us, (struct eh_text){0}, (struct eh_text){found->block.data, found->block.len},
		                    err);
	}
	run->out->found = eh_cube_tally_end(tally);
	return rc;
}

static enum eh_rc name_batches(struct run *run, struct eh_recompute_pane *pane, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->source->id);
	eh_pg_arg_int8(&args, pane->pane_us);
	enum eh_rc rc = eh_pg_query(run->store, &eh_sql_gather_read_touching, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	int n = PQntuples(res);
	struct eh_recompute_batch *batch = eh_arena_zalloc(run->arena, (size_t)n + 1, sizeof *batch);
	for (int i = 0; i < n; i++)
		batch[i] = (struct eh_recompute_batch){eh_pg_int8(res, i, 0), eh_pg_int8(res, i, 1), eh_pg_int8(res, i, 2),
		                                       eh_pg_bool(res, i, 3)};
	pane->batch = batch;
	pane->batches = (size_t)n;
	return EH_OK;
}

static int by_start(const void *pa, const void *pb)
{
	const struct eh_recompute_pane *a = pa, *b = pb;

	return a->pane_us < b->pane_us ? -1 : a->pane_us > b->pane_us;
}

static enum eh_rc compare_all(struct run *run, struct eh_err *err)
{
	const struct eh_recompute *out = run->out;

	run->stored = eh_cube_tally_begin();
	enum eh_rc rc = eh_panes_read(run->store, run->source->id, out->from_us, out->to_us, eh_cells_names(run->cells), false, compare,
	                              run, err);
	run->out->stored = eh_cube_tally_end(run->stored);
	if (rc == EH_OK)
		rc = finish_source(run, err);
	if (rc != EH_OK)
		return rc;
	if (run->differs_n > 0)
		qsort(run->differs, run->differs_n, sizeof *run->differs, by_start);
	for (size_t i = 0; rc == EH_OK && i < run->differs_n; i++)
		rc = name_batches(run, &run->differs[i], err);
	run->out->differs = run->differs;
	run->out->differs_n = run->differs_n;
	return rc;
}

/* ---- the whole ------------------------------------------------------------------------ */

static enum eh_rc read_position(struct run *run, struct eh_position *position, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->source->id);
	enum eh_rc rc = eh_pg_query(run->store, &eh_sql_gather_read_state, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	run->out->gathered = PQntuples(res) > 0 && !eh_pg_null(res, 0, 2);
	return run->out->gathered ? eh_position_parse(eh_pg_text(res, 0, 2), position, err) : EH_OK;
}

/* The store's snapshot.  Where a gather follows the source it passes the look at the rows within seconds: then the store
 * stands behind it, and only what lies between must be read. */
static enum eh_rc begin_store(struct run *run, struct eh_position *position, struct eh_err *err)
{
	int64_t until_us = eh_time_steady_us() + PASS_US;

	for (;;) {
		struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
		enum eh_rc rc = eh_pg_begin_snapshot(run->store, err);

		if (rc == EH_OK)
			rc = read_position(run, position, err);
		if (rc != EH_OK || !run->out->gathered || run->reader == NULL || eh_reader_reaches(run->reader, position) ||
		    eh_time_steady_us() > until_us)
			return rc;
		eh_pg_rollback(run->store);
		(void)nanosleep(&pause, NULL);
	}
}

/* Position, dictionary and tallies are read in one snapshot of the store, so that they belong together. */
static enum eh_rc run_in_snapshot(struct run *run, struct eh_pg *source_pg, struct eh_err *err)
{
	EH_POSITION_AUTO position = {0};
	enum eh_rc rc = begin_store(run, &position, err);

	if (rc != EH_OK || !run->out->gathered)
		return rc;
	rc = eh_panes_load_dictionary(run->store, run->source->id, run->cells, err);
	if (rc == EH_OK)
		rc = run->reader == NULL ? read_tracked(run, source_pg, &position, err) : read_source(run, &position, err);
	return rc == EH_OK ? compare_all(run, err) : rc;
}

static enum eh_rc open_source(struct run *run, struct eh_pg *pg, struct eh_err *err)
{
	static const struct eh_reader_options options = {.history_only = true};

	if (run->source->map->identity == EH_MAP_IDENTITY_TRACKED)
		return EH_OK; /* its rows are counted by their ids: recount.h */
	enum eh_rc rc = eh_reader_open(run->arena, pg, run->source->map, &options, &run->reader, err);

	return rc == EH_OK ? eh_reader_prepare_again(run->reader, err) : rc;
}

enum eh_rc eh_recompute_run(struct eh_arena *arena, struct eh_pg *store, struct eh_pg *source_pg, const struct eh_source *source,
                            struct eh_recompute *recompute, struct eh_err *err)
{
	struct run run = {.arena = arena, .store = store, .source = source, .out = recompute};

	recompute->rows = recompute->set_aside = recompute->panes = 0;
	recompute->differs_n = 0;
	run.cells = eh_cells_new(arena, source->map);
	run.delta = eh_delta_new(run.cells, source->map);
	run.cube = eh_cube_new(eh_cells_names(run.cells));
	run.taken = eh_cube_new(eh_cells_names(run.cells));
	enum eh_rc rc = open_source(&run, source_pg, err);
	if (rc == EH_OK)
		rc = run_in_snapshot(&run, source_pg, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(store, err);
	if (rc != EH_OK) {
		eh_pg_rollback(store);
		eh_pg_rollback(source_pg);
	}
	eh_reader_close(run.reader);
	for (size_t i = 0; i < run.n; i++)
		eh_buf_free(&run.found[i].block);
	free(run.found);
	eh_cube_free(run.cube);
	eh_cube_free(run.taken);
	eh_delta_free(run.delta);
	eh_delta_free_pack(&run.pack);
	return rc == EH_OK ? rc : eh_while(err, "recomputing source %s", source->name);
}
