/*
 * record.c - see record.h.
 */
#include "gather/record.h"

#include <string.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "gather/batch.h"
#include "gather/sql.h"
#include "source/panes.h"

static const char *const phase_names[] = {"history", "live", "ended"};

const char *eh_record_phase_name(enum eh_gather_phase phase)
{
	return phase_names[phase];
}

/* ---- reading ----------------------------------------------------------------------- */

static enum eh_rc read_state(struct eh_record *record, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	record->phase = EH_GATHER_HISTORY;
	record->commit_no = 0;
	record->clock_us = INT64_MIN;
	record->position.kind = EH_POSITION_NONE;
	eh_pg_arg_int8(&args, record->source.id);
	enum eh_rc rc = eh_pg_query(record->store, &eh_sql_gather_read_state, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	while (strcmp(phase_names[record->phase], eh_pg_text(res, 0, 0)) != 0)
		record->phase++; /* the table's check allows these three only */
	record->commit_no = eh_pg_int8(res, 0, 1);
	if (!eh_pg_null(res, 0, 3))
		record->clock_us = eh_pg_int8(res, 0, 3);
	return eh_pg_null(res, 0, 2) ? EH_OK : eh_position_parse(eh_pg_text(res, 0, 2), &record->position, err);
}

static enum eh_rc take_over(struct eh_record *record, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, record->source.id);
	return eh_pg_query_int8(record->store, &eh_sql_gather_take_over, &args, &record->epoch, err);
}

static void note_uncovered(struct eh_record *record, int64_t commit_no, const int64_t *fates, const int64_t *others,
                           const struct eh_sha256 *digest, const char *position)
{
	if (record->first_uncovered == 0) {
		record->first_uncovered = commit_no;
		record->uncovered_since_us = eh_time_steady_us();
		memset(record->uncovered, 0, sizeof record->uncovered);
		memset(record->uncovered_other, 0, sizeof record->uncovered_other);
		eh_buf_reset(&record->uncovered_digests);
	}
	for (int f = 0; f < EH_GATHER_FATES; f++)
		record->uncovered[f] += fates[f];
	for (int o = 0; o < EH_GATHER_OTHERS; o++)
		record->uncovered_other[o] += others[o];
	eh_buf_put(&record->uncovered_digests, digest->bytes, sizeof digest->bytes);
	eh_buf_reset(&record->last_position);
	eh_buf_puts(&record->last_position, position);
}

static enum eh_rc read_uncovered(struct eh_record *record, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	record->first_uncovered = 0;
	eh_pg_arg_int8(&args, record->source.id);
	enum eh_rc rc = eh_pg_query(record->store, &eh_sql_gather_read_uncovered, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		int64_t fates[EH_GATHER_FATES], others[EH_GATHER_OTHERS];
		struct eh_pg_bytes bytes = eh_pg_bytea(res, i, 6, home);
		struct eh_sha256 digest;

		for (int f = 0; f < EH_GATHER_FATES; f++)
			fates[f] = eh_pg_int8(res, i, 2 + f);
		for (int o = 0; o < EH_GATHER_OTHERS; o++)
			others[o] = eh_pg_int8(res, i, 7 + o);
		EH_ASSERT(bytes.n == sizeof digest);
		memcpy(digest.bytes, bytes.data, bytes.n);
		note_uncovered(record, eh_pg_int8(res, i, 0), fates, others, &digest, eh_pg_text(res, i, 1));
	}
	return rc;
}

enum eh_rc eh_record_open(struct eh_record *record, struct eh_err *err)
{
	enum eh_rc rc = take_over(record, err);

	if (rc == EH_OK)
		rc = read_state(record, err);
	if (rc == EH_OK)
		rc = eh_panes_load_dictionary(record->store, record->source.id, record->cells, err);
	return rc == EH_OK ? read_uncovered(record, err) : rc;
}

enum eh_rc eh_record_refuse_lost(struct eh_record *record, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t removed = 0;

	record->lost = true;
	eh_pg_arg_int8(&args, record->source.id);
	enum eh_rc rc = eh_pg_query_int8(record->store, &eh_sql_gather_count_removed, &args, &removed, err);
	if (rc != EH_OK)
		return rc;
	record->source.removed = removed > 0;
	if (removed > 0) {
		(void)eh_fail(err, EH_REFUSED, "source %s was removed: it is followed no more", record->source.name);
		return eh_hint(err, "`evenhand source add %s` puts it back", record->source.name);
	}
	(void)eh_fail(err, EH_REFUSED, "source %s was taken over by another gather", record->source.name);
	return eh_hint(err, "run one gather a source");
}

void eh_record_free(struct eh_record *record)
{
	eh_position_free(&record->position);
	eh_buf_free(&record->uncovered_digests);
	eh_buf_free(&record->last_position);
}

/* ---- writing ----------------------------------------------------------------------- */

static void arg_clock(struct eh_pg_args *args, int64_t clock_us)
{
	if (clock_us == INT64_MIN)
		eh_pg_arg_null(args);
	else
		eh_pg_arg_int8(args, clock_us);
}

static enum eh_rc write_dictionary(struct eh_record *record, const struct eh_pack *pack, struct eh_arena *home,
                                   struct eh_err *err)
{
	size_t n = pack->entries;
	const char **kinds = eh_arena_zalloc(home, n + 1, sizeof *kinds);
	const char **values = eh_arena_zalloc(home, n + 1, sizeof *values);
	int64_t *ordinals = eh_arena_zalloc(home, n + 1, sizeof *ordinals);
	struct eh_pg_args args = {0};

	if (n == 0)
		return EH_OK;
	for (size_t i = 0; i < n; i++) {
		kinds[i] = pack->entry[i].kind;
		ordinals[i] = pack->entry[i].ordinal;
		values[i] = pack->entry[i].value;
	}
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_text_array(&args, home, kinds, n);
	eh_pg_arg_int8_array(&args, home, ordinals, n);
	eh_pg_arg_text_array(&args, home, values, n);
	return eh_pg_run(record->store, &eh_sql_gather_write_dictionary, &args, NULL, err);
}

static enum eh_rc write_panes(struct eh_record *record, int64_t commit_no, const struct eh_pack *pack, struct eh_arena *home,
                              struct eh_err *err)
{
	size_t n = pack->panes;
	int64_t *starts = eh_arena_zalloc(home, n + 1, sizeof *starts);
	int64_t *counts = eh_arena_zalloc(home, n + 1, sizeof *counts);
	int64_t *takens = eh_arena_zalloc(home, n + 1, sizeof *takens);
	struct eh_pg_bytes *blocks = eh_arena_zalloc(home, n + 1, sizeof *blocks);
	struct eh_pg_bytes *examples = eh_arena_zalloc(home, n + 1, sizeof *examples);
	struct eh_pg_bytes *taken = eh_arena_zalloc(home, n + 1, sizeof *taken);
	struct eh_pg_args args = {0};

	if (n == 0)
		return EH_OK;
	for (size_t i = 0; i < n; i++) {
		const struct eh_pack_pane *pane = &pack->pane[i];

		starts[i] = pane->pane_us;
		counts[i] = pane->n;
		takens[i] = pane->n_taken;
		blocks[i] = (struct eh_pg_bytes){pane->block.at, pane->block.n};
		examples[i] = (struct eh_pg_bytes){pane->examples.at, pane->examples.n};
		taken[i] = (struct eh_pg_bytes){pane->taken.at, pane->taken.n};
	}
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, commit_no);
	eh_pg_arg_int8_array(&args, home, starts, n);
	eh_pg_arg_int8_array(&args, home, counts, n);
	eh_pg_arg_bytea_array(&args, home, blocks, n);
	eh_pg_arg_bytea_array(&args, home, examples, n);
	eh_pg_arg_int8_array(&args, home, takens, n);
	eh_pg_arg_bytea_array(&args, home, taken, n);
	return eh_pg_run(record->store, &eh_sql_gather_write_deltas, &args, NULL, err);
}

static enum eh_rc write_set_aside(struct eh_record *record, int64_t commit_no, const struct eh_pack *pack,
                                  struct eh_arena *home, struct eh_err *err)
{
	size_t n = pack->asides;
	const char **ids = eh_arena_zalloc(home, n + 1, sizeof *ids);
	const char **reasons = eh_arena_zalloc(home, n + 1, sizeof *reasons);
	struct eh_pg_args args = {0};

	if (n == 0)
		return EH_OK;
	for (size_t i = 0; i < n; i++) {
		ids[i] = pack->aside[i].id;
		reasons[i] = pack->aside[i].reason;
	}
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, commit_no);
	eh_pg_arg_text_array(&args, home, ids, n);
	eh_pg_arg_text_array(&args, home, reasons, n);
	return eh_pg_run(record->store, &eh_sql_gather_write_set_aside, &args, NULL, err);
}

static enum eh_rc write_settled(struct eh_record *record, int64_t commit_no, const struct eh_pack *pack, struct eh_arena *home,
                                struct eh_err *err)
{
	struct eh_pg_args args = {0};

	if (pack->settles == 0)
		return EH_OK;
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, commit_no);
	eh_pg_arg_text_array(&args, home, pack->settled, pack->settles);
	return eh_pg_run(record->store, &eh_sql_gather_settle_set_aside, &args, NULL, err);
}

static enum eh_rc write_commit(struct eh_record *record, int64_t commit_no, const struct eh_record_step *step,
                               const char *position, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *pack = step->pack;
	struct eh_pg_args args = {0};
	enum eh_rc rc = write_dictionary(record, pack, home, err);

	if (rc == EH_OK)
		rc = write_panes(record, commit_no, pack, home, err);
	if (rc == EH_OK)
		rc = write_settled(record, commit_no, pack, home, err); /* what earlier commits set aside */
	if (rc == EH_OK)
		rc = write_set_aside(record, commit_no, pack, home, err);
	/* After them: what is settled may have been set aside by this commit. */
	if (rc == EH_OK && step->seen != NULL)
		rc = eh_tracked_write(step->seen, record->store, record->source.id, commit_no, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, commit_no);
	eh_pg_arg_text(&args, position);
	arg_clock(&args, step->clock_us);
	for (int f = 0; f < EH_GATHER_FATES; f++)
		eh_pg_arg_int8(&args, pack->fate[f]);
	eh_pg_arg_bytea(&args, pack->digest.bytes, sizeof pack->digest.bytes);
	for (int o = 0; o < EH_GATHER_OTHERS; o++)
		eh_pg_arg_int8(&args, pack->other[o]);
	return eh_pg_run(record->store, &eh_sql_gather_write_commit, &args, NULL, err);
}

static enum eh_rc write_state(struct eh_record *record, int64_t commit_no, const struct eh_record_step *step,
                              const char *position, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t touched = 0;

	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_text(&args, phase_names[step->phase]);
	eh_pg_arg_int8(&args, commit_no);
	eh_pg_arg_text(&args, position);
	arg_clock(&args, step->clock_us);
	eh_pg_arg_int8(&args, record->commit_no);
	eh_pg_arg_int8(&args, record->epoch);
	enum eh_rc rc = eh_pg_run(record->store, &eh_sql_gather_update_state, &args, &touched, err);
	return rc == EH_OK && touched != 1 ? eh_record_refuse_lost(record, err) : rc;
}

enum eh_rc eh_record_clear_trouble(struct eh_record *record, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	if (record->reads)
		return EH_OK;
	eh_pg_arg_int8(&args, record->source.id);
	return eh_pg_run(record->store, &eh_sql_gather_clear_trouble, &args, NULL, err);
}

static enum eh_rc write_all(struct eh_record *record, const struct eh_record_step *step, const char *position,
                            struct eh_err *err)
{
	int64_t commit_no = record->commit_no + (step->pack != NULL);
	/* First, so that whoever lost the source hears of it by this, and that who takes it over waits for the whole. */
	enum eh_rc rc = write_state(record, commit_no, step, position, err);

	if (rc == EH_OK && step->pack != NULL)
		rc = write_commit(record, commit_no, step, position, err);
	if (rc == EH_OK)
		rc = eh_record_clear_trouble(record, err);
	if (rc == EH_OK && step->pack != NULL)
		note_uncovered(record, commit_no, step->pack->fate, step->pack->other, &step->pack->digest, position);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("gather.before_leaf", err);
	if (rc == EH_OK && step->leaf && record->first_uncovered != 0)
		rc = eh_batch_append(record, commit_no, step->clock_us, err);
	return rc;
}

enum eh_rc eh_record_write(struct eh_record *record, const struct eh_record_step *step, struct eh_err *err)
{
	EH_BUF_AUTO position = {0};
	enum eh_rc rc = EH_FAILPOINT("gather.before_write", err);

	if (rc == EH_OK)
		rc = eh_pg_begin(record->store, err);
	EH_ASSERT(step->clock_us >= record->clock_us); /* law 3: T never goes back */
	eh_position_format(step->position, &position);
	if (rc == EH_OK)
		rc = write_all(record, step, position.data, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("gather.before_commit", err);
	if (rc == EH_OK)
		rc = eh_pg_commit(record->store, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("gather.after_commit", err); /* in the store, and nobody knows it yet */
	if (rc != EH_OK) {
		eh_pg_rollback(record->store);
		return eh_while(err, "writing commit %lld of source %s", (long long)record->commit_no + 1, record->source.name);
	}
	record->reads = true;
	record->phase = step->phase;
	record->clock_us = step->clock_us;
	record->commit_no += step->pack != NULL;
	if (step->position != &record->position)
		eh_position_copy(&record->position, step->position);
	if (step->leaf)
		record->first_uncovered = 0;
	return EH_OK;
}

enum eh_rc eh_record_cover(struct eh_record *record, struct eh_err *err)
{
	struct eh_record_step step = {
		.position = &record->position, .phase = record->phase, .clock_us = record->clock_us, .leaf = true};

	return record->first_uncovered == 0 ? EH_OK : eh_record_write(record, &step, err);
}

int64_t eh_record_uncovered_rows(const struct eh_record *record)
{
	int64_t n = 0;

	for (int f = 0; record->first_uncovered != 0 && f < EH_GATHER_FATES; f++)
		n += record->uncovered[f];
	for (int o = 0; record->first_uncovered != 0 && o < EH_GATHER_OTHERS; o++)
		n += record->uncovered_other[o];
	return n;
}
