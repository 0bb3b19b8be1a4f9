/*
 * gather_rows.c - reads what a reader gives, and commits it; see gather_part.h.
 */
#include "base/failpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "gather/gather_part.h"
#include "gather/restate.h"

bool eh_gather_stopped(const struct eh_gathering *run)
{
	return run->options->stop != NULL && __atomic_load_n(run->options->stop, __ATOMIC_RELAXED) != 0;
}

uint64_t eh_gather_pending(const struct eh_gathering *run)
{
	return eh_delta_rows(run->delta) + (run->tracked != NULL ? eh_tracked_pending(run->tracked) : 0);
}

/* Decides what the ids that were read come to.  What the commit under way writes must be there before it is asked for. */
static enum eh_rc settle(struct eh_gathering *run, struct eh_record_step *step, struct eh_err *err)
{
	enum eh_rc rc = run->tracked != NULL && eh_tracked_asks(run->tracked) ? eh_writer_wait(run->writer, err) : EH_OK;

	if (run->tracked == NULL || rc != EH_OK)
		return rc;
	return eh_tracked_settle(run->tracked, run->store, run->delta, &run->clock, run->result->rows, &step->seen, err);
}

/* Writes what was counted since the last commit, as far as the reading got. */
static enum eh_rc commit_rows(struct eh_gathering *run, enum eh_gather_phase phase, int64_t clock_us, bool leaf,
                              struct eh_err *err)
{
	struct eh_record_step step = {
		.position = eh_reader_position(run->reader), .phase = phase, .clock_us = clock_us, .leaf = leaf};
	enum eh_rc rc = settle(run, &step, err);

	if (rc == EH_OK)
		rc = eh_writer_put(run->writer, run->delta, &step, err);

	run->written_us = eh_time_steady_us();
	return rc;
}

enum eh_rc eh_gather_commit_last(struct eh_gathering *run, enum eh_gather_phase phase, int64_t clock_us, bool leaf,
                                   struct eh_err *err)
{
	enum eh_rc rc = commit_rows(run, phase, clock_us, leaf, err);

	return rc == EH_OK ? eh_writer_wait(run->writer, err) : rc;
}

enum eh_rc eh_gather_commit_here(struct eh_gathering *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	struct eh_record_step step = {
		.position = &record->position, .phase = record->phase, .clock_us = record->clock_us, .leaf = true};
	enum eh_rc rc = settle(run, &step, err);

	if (rc == EH_OK)
		rc = eh_writer_put(run->writer, run->delta, &step, err);
	return rc == EH_OK ? eh_writer_wait(run->writer, err) : rc;
}

static void tell_progress(struct eh_gathering *run)
{
	int64_t now = eh_time_steady_us();

	if (run->options->quiet || now - run->told_us < 10 * EH_SECOND_US)
		return;
	run->told_us = now;
	const int64_t *rows = run->result->rows;
	int64_t n = rows[0] + rows[1] + rows[2] + rows[3];
	eh_log("source %s: %lld rows read, %lld a second", run->map->source, (long long)n,
	       (long long)(n * EH_SECOND_US / (now - run->began_us + 1)));
}

enum eh_rc eh_gather_open_tracked(struct eh_gathering *run, struct eh_err *err)
{
	run->tracked = eh_tracked_new(run->map, eh_reader_id_is_unique(run->reader), eh_reader_outcome_is_unique(run->reader));
	return eh_tracked_open(run->tracked, run->store, run->record.source.id, err);
}

/* Every row that was counted so far is gone.  The place stays before the truncate until all of it is taken off. */
static enum eh_rc take_everything(struct eh_gathering *run, struct eh_err *err)
{
	bool tracked = run->tracked != NULL;
	enum eh_rc rc = eh_writer_wait(run->writer, err);

	if (rc == EH_OK && eh_gather_pending(run) > 0)
		rc = eh_gather_commit_last(run, run->record.phase, run->record.clock_us, true, err);
	if (rc == EH_OK)
		rc = eh_gather_restate(&run->record, run->writer, run->delta, tracked, "the table was truncated", err);
	if (rc != EH_OK || !tracked)
		return rc;
	eh_tracked_free(run->tracked);
	return eh_gather_open_tracked(run, err);
}

enum eh_rc eh_gather_read_rows(struct eh_gathering *run, bool history, bool *whole, struct eh_err *err)
{
	enum eh_gather_phase phase = run->record.phase;
	int64_t clock_us = run->record.clock_us;
	uint32_t most = run->tracked != NULL ? EH_TRACKED_COMMIT_ROWS : EH_GATHER_COMMIT_ROWS;
	uint32_t limit = run->options->commit_rows != 0 ? run->options->commit_rows : most;

	struct eh_gather_taker take = {.map = run->map,
	                               .clock = &run->clock,
	                               .delta = run->delta,
	                               .tracked = run->tracked,
	                               .result = run->result,
	                               .position = eh_reader_position(run->reader)};

	*whole = false;
	for (;;) {
		const struct eh_change *change;
		enum eh_rc rc = eh_reader_next(run->reader, &change, err);

		if (rc != EH_OK)
			return rc;
		if (change == NULL)
			break;
		rc = change->kind == EH_CHANGE_TRUNCATE ? take_everything(run, err) : eh_gather_take(&take, change, err);
		take.tracked = run->tracked;
		if (rc == EH_OK)
			rc = EH_FAILPOINT("gather.row", err);
		if (rc != EH_OK)
			return rc;
		if (change->open || eh_gather_pending(run) < limit)
			continue;
		/* More rows of this snapshot may follow, so T stands. */
		rc = commit_rows(run, phase, clock_us, true, err);
		if (rc == EH_OK)
			rc = eh_reader_durable(run->reader, eh_writer_durable(run->writer), err);
		if (rc != EH_OK)
			return rc;
		if (eh_gather_stopped(run))
			return eh_writer_wait(run->writer, err);
		if (history)
			tell_progress(run);
	}
	*whole = true;
	return eh_writer_wait(run->writer, err);
}
