/*
 * seal.c - see seal.h.
 */
#include "judge/seal.h"

#include <endian.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "cube/examples.h"
#include "judge/sql.h"
#include "judge/write.h"
#include "ledger/ledger.h"

#define WAIT_US EH_DAY_US /* beside the lateness */

/* One joined row while it is made. */
struct joined {
	int64_t pane_us, leaf_index, folded;
	bool first; /* no earlier seal has any of the pane */
	struct eh_cube *added, *taken;
	struct eh_examples *examples;
};

struct run {
	struct eh_judge_store *store;
	struct eh_judge_feed *feed;
	struct eh_judge_sealed *out;
	struct joined row;
	struct eh_sha256 before;
	struct eh_sha256_state *after;
	struct eh_buf block, less, examples;
	int64_t n; /* decisions in what was joined, less those taken off */
};

/* The clock up to which closes and batches count: the last end of a day that lies long enough behind T; where the source
 * has ended, T itself, as nothing comes any more. */
static int64_t until(const struct eh_judge_feed *feed)
{
	int64_t clock_us = feed->clock_us > feed->history_us ? feed->clock_us : feed->history_us;

	if (feed->ended)
		return clock_us;
	return clock_us == INT64_MIN ? INT64_MIN : eh_pane_start(EH_PANE_DAY, clock_us - feed->map->lateness_us - WAIT_US);
}

bool eh_judge_seal_due(const struct eh_judge_feed *feed)
{
	return feed->next_pane_us != INT64_MIN && until(feed) > feed->sealed_us;
}

static enum eh_rc find_range(struct run *run, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->feed->source->source_id);
	eh_pg_arg_int8(&args, until(run->feed));
	enum eh_rc rc = eh_pg_query(run->store->pg, &eh_sql_judge_seal_range, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0 || eh_pg_null(res, 0, 1) || eh_pg_int8(res, 0, 1) < eh_pg_int8(res, 0, 0))
		return rc;
	run->out->first_commit = eh_pg_int8(res, 0, 0);
	run->out->last_commit = eh_pg_int8(res, 0, 1);
	return EH_OK;
}

static void arg_range(const struct run *run, struct eh_pg_args *args)
{
	eh_pg_arg_int8(args, run->out->first_commit);
	eh_pg_arg_int8(args, run->out->last_commit);
}

static enum eh_rc check_commits(struct run *run, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->feed->source->source_id);
	arg_range(run, &args);
	enum eh_rc rc = eh_pg_query_binary(run->store->pg, &eh_sql_judge_seal_commits, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	struct eh_pg_bytes digests = eh_pg_bytea(res, 0, 0, NULL);
	run->before = eh_sha256_of(digests.data, digests.n);
	run->out->refused = eh_pg_int8(res, 0, 1) != run->out->last_commit - run->out->first_commit + 1 ||
	                    eh_pg_int8(res, 0, 2) != 0;
	return EH_OK;
}

/* ---- joining ------------------------------------------------------------------------------- */

static void add_number(struct eh_sha256_state *state, int64_t value)
{
	uint64_t big = htobe64((uint64_t)value);

	eh_sha256_add(state, &big, sizeof big);
}

static void digest_row(struct run *run)
{
	struct eh_sha256 digest = eh_sha256_of(run->block.data, run->block.len);

	if (run->less.len > 0) {
		struct eh_sha256 less = eh_sha256_of(run->less.data, run->less.len);
		struct eh_sha256_state *both = eh_sha256_begin();

		eh_sha256_add(both, "taken", 5);
		eh_sha256_add(both, digest.bytes, sizeof digest.bytes);
		eh_sha256_add(both, less.bytes, sizeof less.bytes);
		digest = eh_sha256_end(both);
	}
	add_number(run->after, run->row.pane_us);
	add_number(run->after, run->row.leaf_index);
	eh_sha256_add(run->after, digest.bytes, sizeof digest.bytes);
}

static enum eh_rc write_row(struct run *run, struct eh_err *err)
{
	struct joined *row = &run->row;
	struct eh_pg_args args = {0};

	eh_buf_reset(&run->block);
	eh_buf_reset(&run->less);
	eh_buf_reset(&run->examples);
	eh_cube_encode(row->added, &run->block);
	if (eh_cube_n(row->taken) > 0)
		eh_cube_encode(row->taken, &run->less);
	eh_examples_encode(row->examples, &run->examples);
	digest_row(run);
	run->n += (int64_t)eh_cube_n(row->added) - (int64_t)eh_cube_n(row->taken);
	run->out->rows++;
	eh_pg_arg_int8(&args, run->feed->source->source_id);
	eh_pg_arg_int8(&args, row->pane_us);
	eh_pg_arg_int8(&args, row->leaf_index);
	eh_pg_arg_int8(&args, (int64_t)eh_cube_n(row->added));
	eh_pg_arg_bytea(&args, run->block.data, run->block.len);
	eh_pg_arg_bytea(&args, run->examples.data, run->examples.len);
	eh_pg_arg_int8(&args, (int64_t)eh_cube_n(row->taken));
	eh_pg_arg_bytea(&args, run->less.len > 0 ? run->less.data : "", run->less.len);
	return eh_pg_run(run->store->pg, &eh_sql_judge_seal_write, &args, NULL, err);
}

/* What the close of the pane itself folds is one block: whatever was taken off by then was added by then.  That holds
 * only where all of it is here.  What an earlier seal has, or what came in time for late ones, may be what was taken:
 * there both sides stay, as a difference of counts that is not one of rows has no block. */
static enum eh_rc finish_row(struct run *run, struct eh_err *err)
{
	struct joined *row = &run->row;
	enum eh_rc rc = EH_OK;

	if (row->folded < 0 && row->first && eh_cube_n(row->taken) > 0) {
		rc = eh_cube_subtract(row->added, row->taken, err);
		eh_cube_clear(row->taken);
	}
	if (rc == EH_OK && eh_cube_n(row->added) + eh_cube_n(row->taken) > 0) /* of nothing there is no row */
		rc = write_row(run, err);
	eh_cube_clear(row->added);
	eh_cube_clear(row->taken);
	eh_examples_clear(row->examples);
	return rc;
}

static enum eh_rc add_delta(struct run *run, const PGresult *res, int at, struct eh_err *err)
{
	struct joined *row = &run->row;
	struct eh_pg_bytes block = eh_pg_bytea(res, at, 2, NULL), taken = eh_pg_bytea(res, at, 3, NULL);
	struct eh_pg_bytes examples = eh_pg_bytea(res, at, 4, NULL);

	row->pane_us = eh_pg_int8(res, at, 0);
	row->leaf_index = eh_pg_int8(res, at, 1);
	row->folded = eh_pg_int8(res, at, 5);
	row->first = eh_pg_bool(res, at, 6);
	run->out->deltas++;
	enum eh_rc rc = eh_cube_decode(row->added, block.data, block.n, err);
	if (rc == EH_OK && taken.n > 0)
		rc = eh_cube_decode(row->taken, taken.data, taken.n, err);
	if (rc == EH_OK && examples.n > 0)
		rc = eh_examples_decode(row->examples, examples.data, examples.n, err);
	return rc;
}

static enum eh_rc join_pane(struct run *run, int64_t pane_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->feed->source->source_id);
	eh_pg_arg_int8(&args, pane_us);
	arg_range(run, &args);
	enum eh_rc rc = eh_pg_query_binary(run->store->pg, &eh_sql_judge_seal_deltas, &args, &res, err);
	for (int i = 0, n = rc == EH_OK ? PQntuples(res) : 0; rc == EH_OK && i < n; i++) {
		rc = add_delta(run, res, i, err);
		if (rc == EH_OK && (i + 1 == n || eh_pg_int8(res, i + 1, 5) != run->row.folded))
			rc = finish_row(run, err);
	}
	return rc;
}

static enum eh_rc join_all(struct run *run, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->feed->source->source_id);
	arg_range(run, &args);
	enum eh_rc rc = eh_pg_query_binary(run->store->pg, &eh_sql_judge_seal_panes, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		rc = join_pane(run, eh_pg_int8(res, i, 0), err);
	return rc;
}

/* ---- the transaction ------------------------------------------------------------------------- */

static enum eh_rc append_leaf(struct run *run, int64_t *leaf_index, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	struct eh_sha256 after = eh_sha256_end(run->after);
	char before_hex[EH_SHA256_HEX], after_hex[EH_SHA256_HEX];

	run->after = NULL;
	eh_sha256_hex(&run->before, before_hex);
	eh_sha256_hex(&after, after_hex);
	enum eh_rc rc = eh_ledger_add(&leaves, "seal",
	                              json_pack("{s:s,s:I,s:I,s:s,s:s,s:I,s:I}", "source", run->feed->map->source, "commit_first",
	                                        (json_int_t)run->out->first_commit, "commit_last",
	                                        (json_int_t)run->out->last_commit, "before", before_hex, "after", after_hex,
	                                        "n", (json_int_t)run->n, "rows", (json_int_t)run->out->rows),
	                              NULL, err);
	return rc == EH_OK ? eh_ledger_append(run->store->pg, &leaves, leaf_index, err) : rc;
}

static enum eh_rc write_seal(struct run *run, const struct eh_pg_sql *sql, int64_t value, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->feed->source->source_id);
	eh_pg_arg_int8(&args, run->out->first_commit);
	eh_pg_arg_int8(&args, value);
	return eh_pg_run(run->store->pg, sql, &args, NULL, err);
}

static enum eh_rc drop_deltas(struct run *run, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t dropped = 0;

	eh_pg_arg_int8(&args, run->feed->source->source_id);
	eh_pg_arg_int8(&args, run->out->first_commit);
	enum eh_rc rc = eh_pg_query_int8(run->store->pg, &eh_sql_judge_seal_drop, &args, &dropped, err);
	if (rc == EH_OK && dropped != run->out->deltas)
		return eh_fail(err, EH_REFUSED, "%lld deltas were joined and %lld are there: somebody else writes them",
		               (long long)run->out->deltas, (long long)dropped);
	return rc;
}

/* The leaf comes last, as it holds up every other writer of the log. */
static enum eh_rc seal_range(struct run *run, struct eh_err *err)
{
	int64_t leaf_index = 0;
	enum eh_rc rc = join_all(run, err);

	if (rc == EH_OK)
		rc = write_seal(run, &eh_sql_judge_seal_begin, run->out->last_commit, err);
	if (rc == EH_OK)
		rc = drop_deltas(run, err);
	if (rc == EH_OK)
		rc = append_leaf(run, &leaf_index, err);
	if (rc == EH_OK)
		rc = write_seal(run, &eh_sql_judge_seal_end, leaf_index, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.before_seal_commit", err);
	return rc;
}

static enum eh_rc run_inside(struct run *run, struct eh_err *err)
{
	enum eh_rc rc = find_range(run, err);

	if (rc == EH_OK && run->out->first_commit > 0)
		rc = check_commits(run, err);
	if (rc == EH_OK && run->out->first_commit > 0 && !run->out->refused)
		rc = seal_range(run, err);
	return rc;
}

enum eh_rc eh_judge_seal(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_sealed *sealed,
                         struct eh_err *err)
{
	struct run run = {.store = store, .feed = feed, .out = sealed, .after = eh_sha256_begin()};
	unsigned char key[EH_EXAMPLES_KEY_BYTES];

	*sealed = (struct eh_judge_sealed){0};
	feed->sealed_us = until(feed);
	eh_examples_key(feed->map->source, &feed->map->version, key);
	run.row = (struct joined){.added = eh_cube_new(feed->source->names),
	                          .taken = eh_cube_new(feed->source->names),
	                          .examples = eh_examples_new(feed->source->names, key)};
	enum eh_rc rc = eh_pg_begin(store->pg, err);
	if (rc == EH_OK)
		rc = eh_judge_hold_epoch(store, err);
	if (rc == EH_OK)
		rc = run_inside(&run, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(store->pg, err);
	if (rc == EH_OK && sealed->rows > 0)
		rc = EH_FAILPOINT("judge.after_seal_commit", err);
	if (rc != EH_OK)
		eh_pg_rollback(store->pg);
	if (run.after != NULL)
		(void)eh_sha256_end(run.after);
	eh_cube_free(run.row.added);
	eh_cube_free(run.row.taken);
	eh_examples_free(run.row.examples);
	eh_buf_free(&run.block);
	eh_buf_free(&run.less);
	eh_buf_free(&run.examples);
	return rc == EH_OK ? EH_OK : eh_while(err, "sealing the deltas of source %s", feed->map->source);
}
