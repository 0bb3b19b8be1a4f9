/*
 * gather_history.c - the first reading of a source, and every reading of one that is not followed; see gather.h.
 */
#include "base/log.h"
#include "base/time.h"
#include "gather/gather_part.h"
#include "gather/restate.h"
#include "gather/stretch.h"

/* T when history is read: the day that was asked for, or the last decision that is not in the future. */
static int64_t history_clock(const struct eh_gathering *run)
{
	const struct eh_position *position = eh_reader_position(run->reader);

	if (run->options->has_through)
		return run->options->through_us;
	if (position->last_us != INT64_MIN)
		return position->last_us;
	return run->map->follow ? eh_reader_clock_us(run->reader) : INT64_MIN;
}

static enum eh_rc tell_history(struct eh_gathering *run, struct eh_err *err)
{
	const struct eh_gather_result *r = run->result;
	char clock[EH_TIME_TEXT] = "not set";

	if (run->record.clock_us != INT64_MIN)
		eh_time_format(run->record.clock_us, clock);
	if (!run->options->quiet) {
		eh_log("source %s: history is read: %lld rows counted, %lld set aside; the clock stands at %s", run->map->source,
		       (long long)(r->rows[0] + r->rows[1] + r->rows[2]), (long long)r->rows[3], clock);
		if (r->rounded > 0)
			eh_log("source %s: %llu values had more decimals than their scale keeps, and were rounded", run->map->source,
			       (unsigned long long)r->rounded);
	}
	return eh_stretch_warn(run->store, &run->record, err);
}

/* What an interrupted backfill counted goes first: its rows come again. */
static enum eh_rc take_back_backfill(struct eh_gathering *run, struct eh_err *err)
{
	if (run->record.position.kind != EH_POSITION_BACKFILL || run->record.commit_no == 0)
		return EH_OK;
	if (!run->options->quiet)
		eh_log("source %s: the backfill was interrupted and cannot be gone on with: it begins again", run->map->source);
	enum eh_rc rc = eh_gather_restate(&run->record, run->writer, run->delta, run->tracked != NULL,
	                                  "the backfill was interrupted", err);
	if (rc != EH_OK || run->tracked == NULL)
		return rc;
	eh_tracked_free(run->tracked);
	return eh_gather_open_tracked(run, err);
}

/* Before the reader makes anything in the source, the store says that it will: what a killed gather left is its own. */
static enum eh_rc write_intent(struct eh_gathering *run, struct eh_err *err)
{
	struct eh_record_step step = {
		.position = eh_reader_position(run->reader), .phase = EH_GATHER_HISTORY, .clock_us = INT64_MIN};

	if (step.position->kind != EH_POSITION_BACKFILL || run->record.position.kind == EH_POSITION_BACKFILL)
		return EH_OK;
	return eh_record_write(&run->record, &step, err);
}

enum eh_rc eh_gather_history(struct eh_gathering *run, struct eh_err *err)
{
	bool whole = false;
	enum eh_rc rc = take_back_backfill(run, err);

	if (rc == EH_OK)
		rc = eh_reader_begin(run->reader, &run->record.position, err);
	run->clock.fates = false;
	if (rc == EH_OK)
		rc = write_intent(run, err);
	if (rc == EH_OK)
		rc = eh_gather_read_rows(run, true, &whole, err);
	if (rc == EH_OK && whole)
		rc = eh_gather_commit_last(run, run->map->follow ? EH_GATHER_LIVE : EH_GATHER_ENDED, history_clock(run), true, err);
	if (rc == EH_OK)
		rc = eh_reader_end(run->reader, err);
	return rc == EH_OK && whole ? tell_history(run, err) : rc;
}

/* ---- a source that is not followed, gathered again ------------------------------------ */

/* Rows that were loaded since go in: late where their pane was closed, and T moves as at the end of history. */
static enum eh_rc gather_rest_once(struct eh_gathering *run, struct eh_err *err)
{
	bool whole = false;
	int64_t store_us;
	enum eh_rc rc = eh_reader_begin(run->reader, &run->record.position, err);
	const struct eh_position *position = eh_reader_position(run->reader);

	if (rc == EH_OK)
		rc = eh_gather_read_clocks(run, &store_us, err);
	run->clock.fates = true;
	run->clock.before_us = INT64_MIN;
	run->clock.now_us = INT64_MAX;
	if (rc == EH_OK)
		rc = eh_gather_read_rows(run, false, &whole, err);
	/* The stored place is within the reading where its last row filled a commit: its end must be written too. */
	bool due = eh_gather_pending(run) > 0 || eh_gather_is_rest(run) || run->record.phase != EH_GATHER_ENDED;
	if (rc == EH_OK && whole && due) {
		int64_t t = run->options->has_through ? run->options->through_us : position->last_us;

		rc = eh_gather_commit_last(run, EH_GATHER_ENDED, t > run->record.clock_us ? t : run->record.clock_us, true, err);
	}
	return rc == EH_OK ? eh_reader_end(run->reader, err) : rc;
}

enum eh_rc eh_gather_rest(struct eh_gathering *run, struct eh_err *err)
{
	bool rest = eh_gather_is_rest(run);
	enum eh_rc rc = gather_rest_once(run, err);

	return rc == EH_OK && rest && !eh_gather_stopped(run) ? gather_rest_once(run, err) : rc;
}
