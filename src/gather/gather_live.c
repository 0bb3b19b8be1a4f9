/*
 * gather_live.c - reads what is new, again and again, and moves T; see gather.h.
 */
#include <time.h>

#include "base/log.h"
#include "base/time.h"
#include "gather/gaps.h"
#include "gather/gather_part.h"
#include "gather/sql.h"

#define LEAF_US EH_SECOND_US /* a commit is covered at latest after this */

enum eh_rc eh_gather_read_clocks(struct eh_gathering *run, int64_t *store_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->record.source.id);
	enum eh_rc rc = eh_pg_query(run->store, &eh_sql_gather_read_clock, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	*store_us = eh_pg_time(res, 0, 0);
	run->clock.closed_us = eh_pg_null(res, 0, 1) ? INT64_MIN : eh_pg_int8(res, 0, 1);
	return EH_OK;
}

/* T that commits with this reading: the smaller of the source's and the store's clock; a scenario has its own. */
static enum eh_rc set_clock(struct eh_gathering *run, struct eh_err *err)
{
	int64_t source_us = eh_reader_clock_us(run->reader);
	enum eh_rc rc = eh_gather_read_clocks(run, &run->store_us, err);
	int64_t t = run->scenario || source_us < run->store_us ? source_us : run->store_us;

	run->clock.fates = true;
	run->clock.before_us = run->record.clock_us;
	run->clock.now_us = t < run->record.clock_us ? run->record.clock_us : t;
	if (rc == EH_OK && run->clock.now_us != INT64_MIN)
		eh_reader_tell_early(run->reader, run->clock.now_us + EH_GATHER_EARLY_US);
	return rc;
}

/* T when what was read is stored: a stream may not have sent yet what was committed before its clock was asked for. */
static int64_t clock_after(const struct eh_gathering *run)
{
	int64_t proven_us = eh_reader_proven_us(run->reader);
	int64_t t = run->scenario || proven_us < run->store_us ? proven_us : run->store_us;

	return t < run->record.clock_us ? run->record.clock_us : t;
}

/* Moves T without rows: once a second, or at once where judge may close a pane by it. */
static enum eh_rc move_clock(struct eh_gathering *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	int64_t t = clock_after(run);
	bool crosses = t != INT64_MIN && eh_gather_crosses(&run->clock, record->clock_us, t);
	bool due = eh_time_steady_us() - run->written_us >= EH_SECOND_US;
	struct eh_record_step step = {.position = eh_reader_position(run->reader), .phase = EH_GATHER_LIVE, .clock_us = t};

	if (t <= record->clock_us || (!crosses && !due)) {
		/* Nothing lies between: the stored one is as good.  A stream's is kept as it is stored: it may be acknowledged. */
		if (step.position->kind != EH_POSITION_STREAM)
			eh_position_copy(&record->position, step.position);
		return EH_OK;
	}
	step.leaf = crosses || eh_time_steady_us() - record->uncovered_since_us >= LEAF_US;
	run->written_us = eh_time_steady_us();
	return eh_record_write(record, &step, err);
}

/* Before T lets a pane be closed, a leaf covers what was counted into it, so that the close includes it. */
static bool leaf_is_due(const struct eh_gathering *run, int64_t t)
{
	const struct eh_record *record = &run->record;

	return eh_gather_crosses(&run->clock, record->clock_us, t) ||
	       eh_record_uncovered_rows(record) + (int64_t)eh_gather_pending(run) >= EH_GATHER_COMMIT_ROWS ||
	       (record->first_uncovered != 0 && eh_time_steady_us() - record->uncovered_since_us >= LEAF_US);
}

bool eh_gather_is_rest(const struct eh_gathering *run)
{
	return eh_position_is_rest(&run->record.position);
}

static enum eh_rc end_gap(struct eh_gathering *run, struct eh_err *err)
{
	run->gap_open = false;
	return eh_gather_gap_end(run->store, run->record.source.id, eh_reader_position(run->reader), err);
}

/* The first reading after a start: a gap that somebody accepted ends where the reader goes on.  One that nobody accepted
 * ends only when all was read that stopped the source before: then it was none. */
static enum eh_rc resume(struct eh_gathering *run, struct eh_err *err)
{
	const struct eh_position *now = eh_reader_position(run->reader), *then = &run->record.position;
	struct eh_record_step step = {.position = now, .phase = EH_GATHER_LIVE, .clock_us = run->record.clock_us};
	bool moved = now->kind == EH_POSITION_STREAM && (now->system != then->system || now->timeline != then->timeline ||
	                                                 now->table != then->table || now->lsn != then->lsn);
	enum eh_rc rc = moved ? eh_record_write(&run->record, &step, err) : EH_OK;

	run->resumed = true;
	if (rc != EH_OK || !run->gap_accepted)
		return rc;
	if (!run->options->quiet)
		eh_log("source %s: reading goes on after the gap that was accepted: what lies in it is not counted", run->map->source);
	return end_gap(run, err);
}

/* How the source keeps what was not read yet, for who watches it. */
static enum eh_rc look(struct eh_gathering *run, struct eh_err *err)
{
	const struct eh_reader_state *state = NULL;
	const char *advice = eh_reader_advice(run->reader);
	enum eh_rc rc = eh_reader_look(run->reader, &state, err);

	if (advice != NULL)
		eh_log("source %s: %s", run->map->source, advice);
	return rc == EH_OK && state != NULL ? eh_gather_slot_write(run->store, run->record.source.id, state, err) : rc;
}

/* One snapshot's difference.  *rows says whether there was any. */
static enum eh_rc gather_difference(struct eh_gathering *run, bool *rows, struct eh_err *err)
{
	bool whole = false, rest = eh_gather_is_rest(run);
	int64_t before = run->record.commit_no;
	enum eh_rc rc = eh_reader_begin(run->reader, &run->record.position, err);

	if (rc == EH_OK && !run->resumed)
		rc = resume(run, err);
	if (rc == EH_OK)
		rc = set_clock(run, err);
	if (rc == EH_OK)
		rc = eh_gather_read_rows(run, false, &whole, err);
	if (rc == EH_OK && whole) {
		int64_t t = rest ? run->record.clock_us : clock_after(run);

		if (eh_gather_pending(run) > 0 || rest)
			rc = eh_gather_commit_last(run, EH_GATHER_LIVE, t, leaf_is_due(run, t), err);
		else
			rc = move_clock(run, err);
	}
	if (rc == EH_OK)
		rc = eh_reader_durable(run->reader, &run->record.position, err);
	if (rc == EH_OK && run->gap_open && eh_reader_caught_up(run->reader))
		rc = end_gap(run, err);
	if (rc == EH_OK)
		rc = look(run, err);
	*rows = run->record.commit_no != before;
	return rc == EH_OK ? eh_reader_end(run->reader, err) : rc;
}

static enum eh_rc cover_when_due(struct eh_gathering *run, struct eh_err *err)
{
	const struct eh_record *record = &run->record;

	if (record->first_uncovered == 0 || eh_time_steady_us() - record->uncovered_since_us < LEAF_US)
		return EH_OK;
	return eh_record_cover(&run->record, err);
}

/* Waits for new rows: not before the commit interval has passed, not longer than the poll interval, and not beyond
 * the moment at which a leaf is due. */
static enum eh_rc wait_for_rows(struct eh_gathering *run, bool had_rows, struct eh_err *err)
{
	const struct eh_record *record = &run->record;
	int64_t now = eh_time_steady_us();
	int64_t ms = run->options->poll_interval_ms;

	if (record->first_uncovered != 0) {
		int64_t due_ms = (record->uncovered_since_us + LEAF_US - now) / 1000 + 1;

		ms = due_ms < ms ? due_ms : ms;
	}
	int64_t rest_ms = (run->written_us - now) / 1000 + run->options->commit_interval_ms;
	if (had_rows && run->options->once)
		return EH_OK; /* nobody waits for what may still come */
	if (had_rows && rest_ms > 0) {
		/* Rows came: what comes now shares the next commit. */
		struct timespec pause = {.tv_sec = rest_ms / 1000, .tv_nsec = rest_ms % 1000 * 1000000};

		(void)nanosleep(&pause, NULL); /* a signal may cut it short */
		return EH_OK;
	}
	return eh_reader_wait(run->reader, ms > 0 ? (int)ms : 0, err);
}

enum eh_rc eh_gather_live(struct eh_gathering *run, struct eh_err *err)
{
	bool rows;
	enum eh_rc rc = eh_reader_follow(run->reader, err);

	while (rc == EH_OK && !eh_gather_stopped(run)) {
		bool rest = eh_gather_is_rest(run);

		rc = gather_difference(run, &rows, err);
		if (rc != EH_OK || (run->options->once && !rest && eh_reader_caught_up(run->reader)))
			break;
		rc = cover_when_due(run, err);
		if (rc == EH_OK && !eh_gather_stopped(run))
			rc = wait_for_rows(run, rows, err);
	}
	return rc == EH_OK ? eh_record_cover(&run->record, err) : rc;
}
