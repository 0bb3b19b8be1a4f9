/*
 * gather.c - see gather.h.
 */
#include "gather/gather.h"

#include <string.h>
#include <time.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "gather/record.h"
#include "gather/sql.h"
#include "gather/stretch.h"
#include "gather/take.h"
#include "gather/writer.h"
#include "source/reader.h"

#define GATHER_LOCK INT64_C(0x6568676100000000) /* "ehga"; the source's number is added */
#define LEAF_US EH_SECOND_US                    /* a commit is covered at latest after this */

struct run {
	struct eh_pg *store, *source;
	const struct eh_map *map;
	const struct eh_gather_options *options;
	struct eh_gather_result *result;
	struct eh_arena *arena;
	struct eh_record record;
	struct eh_source_reader *reader;
	struct eh_delta *delta;
	struct eh_tracked *tracked; /* NULL: identity: position */
	struct eh_writer *writer;
	struct eh_gather_clock clock;
	bool scenario;
	int64_t written_us; /* steady time of the last commit of rows, or of T alone */
	int64_t began_us, told_us;
};

static bool stopped(const struct run *run)
{
	return run->options->stop != NULL && __atomic_load_n(run->options->stop, __ATOMIC_RELAXED) != 0;
}

/* ---- rows -------------------------------------------------------------------------- */

/* Rows that were read since the last commit. */
static uint64_t pending(const struct run *run)
{
	return eh_delta_rows(run->delta) + (run->tracked != NULL ? eh_tracked_pending(run->tracked) : 0);
}

/* Decides what the ids that were read come to.  What the commit under way writes must be there before it is asked for. */
static enum eh_rc settle(struct run *run, struct eh_record_step *step, struct eh_err *err)
{
	enum eh_rc rc = run->tracked != NULL && eh_tracked_asks(run->tracked) ? eh_writer_wait(run->writer, err) : EH_OK;

	if (run->tracked == NULL || rc != EH_OK)
		return rc;
	return eh_tracked_settle(run->tracked, run->store, run->delta, &run->clock, run->result->rows, &step->seen, err);
}

/* Writes what was counted since the last commit, as far as the reading got. */
static enum eh_rc commit_rows(struct run *run, enum eh_gather_phase phase, int64_t clock_us, bool leaf, struct eh_err *err)
{
	struct eh_record_step step = {
		.position = eh_reader_position(run->reader), .phase = phase, .clock_us = clock_us, .leaf = leaf};
	enum eh_rc rc = settle(run, &step, err);

	if (rc == EH_OK)
		rc = eh_writer_put(run->writer, run->delta, &step, err);

	run->written_us = eh_time_steady_us();
	return rc;
}

/* The same for rows that end a reading: it returns when they are in the store. */
static enum eh_rc commit_last_rows(struct run *run, enum eh_gather_phase phase, int64_t clock_us, bool leaf,
                                   struct eh_err *err)
{
	enum eh_rc rc = commit_rows(run, phase, clock_us, leaf, err);

	return rc == EH_OK ? eh_writer_wait(run->writer, err) : rc;
}

static void tell_progress(struct run *run)
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

/* Reads the rest of the reading; whole commits go out on the way, the last rows stay in the delta.  Ends early, with
 * *whole false, where the program shall stop. */
static enum eh_rc read_rows(struct run *run, bool history, bool *whole, struct eh_err *err)
{
	enum eh_gather_phase phase = run->record.phase;
	int64_t clock_us = run->record.clock_us;
	uint32_t limit = run->options->commit_rows != 0 ? run->options->commit_rows : EH_GATHER_COMMIT_ROWS;

	const struct eh_gather_taker take = {.map = run->map,
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
		rc = eh_gather_take(&take, change, err);
		if (rc == EH_OK)
			rc = EH_FAILPOINT("gather.row", err);
		if (rc != EH_OK)
			return rc;
		if (change->open || pending(run) < limit)
			continue;
		/* More rows of this snapshot may follow, so T stands. */
		rc = commit_rows(run, phase, clock_us, true, err);
		if (rc != EH_OK)
			return rc;
		if (stopped(run))
			return eh_writer_wait(run->writer, err);
		if (history)
			tell_progress(run);
	}
	*whole = true;
	return eh_writer_wait(run->writer, err);
}

/* ---- history ----------------------------------------------------------------------- */

/* T when history is read: the day that was asked for, or the last decision that is not in the future. */
static int64_t history_clock(const struct run *run)
{
	const struct eh_position *position = eh_reader_position(run->reader);

	if (run->options->has_through)
		return run->options->through_us;
	if (position->last_us != INT64_MIN)
		return position->last_us;
	return run->map->follow ? eh_reader_clock_us(run->reader) : INT64_MIN;
}

static enum eh_rc tell_history(struct run *run, struct eh_err *err)
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

static enum eh_rc gather_history(struct run *run, struct eh_err *err)
{
	bool whole = false;
	enum eh_rc rc = eh_reader_begin(run->reader, &run->record.position, err);

	run->clock.fates = false;
	if (rc == EH_OK)
		rc = read_rows(run, true, &whole, err);
	if (rc == EH_OK && whole)
		rc = commit_last_rows(run, run->map->follow ? EH_GATHER_LIVE : EH_GATHER_ENDED, history_clock(run), true, err);
	if (rc == EH_OK)
		rc = eh_reader_end(run->reader, err);
	return rc == EH_OK && whole ? tell_history(run, err) : rc;
}

/* ---- live -------------------------------------------------------------------------- */

static enum eh_rc read_clocks(struct run *run, int64_t *store_us, struct eh_err *err)
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
static enum eh_rc set_clock(struct run *run, struct eh_err *err)
{
	int64_t source_us = eh_reader_clock_us(run->reader), store_us = 0;
	enum eh_rc rc = read_clocks(run, &store_us, err);
	int64_t t = run->scenario || source_us < store_us ? source_us : store_us;

	run->clock.fates = true;
	run->clock.before_us = run->record.clock_us;
	run->clock.now_us = t < run->record.clock_us ? run->record.clock_us : t;
	if (rc == EH_OK && run->clock.now_us != INT64_MIN)
		eh_reader_tell_early(run->reader, run->clock.now_us + EH_GATHER_EARLY_US);
	return rc;
}

/* Moves T without rows: once a second, or at once where judge may close a pane by it. */
static enum eh_rc move_clock(struct run *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	int64_t t = run->clock.now_us;
	bool crosses = t != INT64_MIN && eh_gather_crosses(&run->clock, record->clock_us, t);
	bool due = eh_time_steady_us() - run->written_us >= EH_SECOND_US;
	struct eh_record_step step = {.position = eh_reader_position(run->reader), .phase = EH_GATHER_LIVE, .clock_us = t};

	if (t <= record->clock_us || (!crosses && !due)) {
		eh_position_copy(&record->position, step.position); /* nothing lies between: the stored one is as good */
		return EH_OK;
	}
	step.leaf = crosses || eh_time_steady_us() - record->uncovered_since_us >= LEAF_US;
	run->written_us = eh_time_steady_us();
	return eh_record_write(record, &step, err);
}

/* Before T lets a pane be closed, a leaf covers what was counted into it, so that the close includes it. */
static bool leaf_is_due(const struct run *run, int64_t t)
{
	const struct eh_record *record = &run->record;

	return eh_gather_crosses(&run->clock, record->clock_us, t) ||
	       eh_record_uncovered_rows(record) + (int64_t)pending(run) >= EH_GATHER_COMMIT_ROWS ||
	       (record->first_uncovered != 0 && eh_time_steady_us() - record->uncovered_since_us >= LEAF_US);
}

/* What is left of a predecessor's difference ends before this snapshot, so it cannot move T. */
static bool is_rest(const struct run *run)
{
	return eh_position_is_rest(&run->record.position);
}

/* One snapshot's difference.  *rows says whether there was any. */
static enum eh_rc gather_difference(struct run *run, bool *rows, struct eh_err *err)
{
	bool whole = false, rest = is_rest(run);
	int64_t before = run->record.commit_no;
	enum eh_rc rc = eh_reader_begin(run->reader, &run->record.position, err);

	if (rc == EH_OK)
		rc = set_clock(run, err);
	if (rc == EH_OK)
		rc = read_rows(run, false, &whole, err);
	if (rc == EH_OK && whole) {
		int64_t t = rest ? run->record.clock_us : run->clock.now_us;

		if (pending(run) > 0 || rest)
			rc = commit_last_rows(run, EH_GATHER_LIVE, t, leaf_is_due(run, t), err);
		else
			rc = move_clock(run, err);
	}
	*rows = run->record.commit_no != before;
	return rc == EH_OK ? eh_reader_end(run->reader, err) : rc;
}

static enum eh_rc cover_when_due(struct run *run, struct eh_err *err)
{
	const struct eh_record *record = &run->record;

	if (record->first_uncovered == 0 || eh_time_steady_us() - record->uncovered_since_us < LEAF_US)
		return EH_OK;
	return eh_record_cover(&run->record, err);
}

/* Waits for new rows: not before the commit interval has passed, not longer than the poll interval, and not beyond
 * the moment at which a leaf is due. */
static enum eh_rc wait_for_rows(struct run *run, bool had_rows, struct eh_err *err)
{
	const struct eh_record *record = &run->record;
	int64_t now = eh_time_steady_us();
	int64_t ms = run->options->poll_interval_ms;

	if (record->first_uncovered != 0) {
		int64_t due_ms = (record->uncovered_since_us + LEAF_US - now) / 1000 + 1;

		ms = due_ms < ms ? due_ms : ms;
	}
	int64_t rest_ms = (run->written_us - now) / 1000 + run->options->commit_interval_ms;
	if (had_rows && rest_ms > 0) {
		/* Rows came: what comes now shares the next commit. */
		struct timespec pause = {.tv_sec = rest_ms / 1000, .tv_nsec = rest_ms % 1000 * 1000000};

		(void)nanosleep(&pause, NULL); /* a signal may cut it short */
		return EH_OK;
	}
	return eh_reader_wait(run->reader, ms > 0 ? (int)ms : 0, err);
}

static enum eh_rc gather_live(struct run *run, struct eh_err *err)
{
	bool rows;
	enum eh_rc rc = eh_reader_follow(run->reader, err);

	while (rc == EH_OK && !stopped(run)) {
		bool rest = is_rest(run);

		rc = gather_difference(run, &rows, err);
		if (rc != EH_OK || (run->options->once && !rest && eh_reader_caught_up(run->reader)))
			break;
		rc = cover_when_due(run, err);
		if (rc == EH_OK && !stopped(run))
			rc = wait_for_rows(run, rows, err);
	}
	return rc == EH_OK ? eh_record_cover(&run->record, err) : rc;
}

/* ---- a source that is not followed, gathered again ------------------------------------ */

/* Rows that were loaded since go in: late where their pane was closed, and T moves as at the end of history. */
static enum eh_rc gather_rest_once(struct run *run, struct eh_err *err)
{
	bool whole = false;
	int64_t store_us;
	enum eh_rc rc = eh_reader_begin(run->reader, &run->record.position, err);
	const struct eh_position *position = eh_reader_position(run->reader);

	if (rc == EH_OK)
		rc = read_clocks(run, &store_us, err);
	run->clock.fates = true;
	run->clock.before_us = INT64_MIN;
	run->clock.now_us = INT64_MAX;
	if (rc == EH_OK)
		rc = read_rows(run, false, &whole, err);
	/* The stored place is within the reading where its last row filled a commit: its end must be written too. */
	if (rc == EH_OK && whole && (pending(run) > 0 || is_rest(run) || run->record.phase != EH_GATHER_ENDED)) {
		int64_t t = run->options->has_through ? run->options->through_us : position->last_us;

		rc = commit_last_rows(run, EH_GATHER_ENDED, t > run->record.clock_us ? t : run->record.clock_us, true, err);
	}
	return rc == EH_OK ? eh_reader_end(run->reader, err) : rc;
}

static enum eh_rc gather_rest(struct run *run, struct eh_err *err)
{
	bool rest = is_rest(run);
	enum eh_rc rc = gather_rest_once(run, err);

	return rc == EH_OK && rest && !stopped(run) ? gather_rest_once(run, err) : rc;
}

/* ---- the whole ------------------------------------------------------------------------ */

static enum eh_rc fence(struct run *run, struct eh_err *err)
{
	bool got = false;
	enum eh_rc rc = eh_pg_try_lock(run->store, GATHER_LOCK + run->record.source.id, &got, err);

	if (rc != EH_OK || got)
		return rc;
	/* The server may take long to notice that a session's other end is gone, and holds its lock until then. */
	(void)eh_fail(err, run->options->again ? EH_AGAIN : EH_REFUSED, "another gather follows source %s", run->map->source);
	return eh_hint(err, "run one gather a source; `evenhand status` shows where it stands");
}

static enum eh_rc read_scenario(struct run *run, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->record.source.id);
	enum eh_rc rc = eh_pg_query(run->store, &eh_sql_gather_read_scenario, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	run->scenario = eh_pg_bool(res, 0, 0);
	if (!run->scenario || eh_pg_int8(res, 0, 1) == 0)
		return EH_OK;
	(void)eh_fail(err, EH_REFUSED, "source %s runs on a scenario's clock, and the store has sources that are not generated",
	              run->map->source);
	return eh_hint(err, "play scenarios in a store of their own, as `evenhand demo` does");
}

static enum eh_rc open_tracked(struct run *run, struct eh_err *err)
{
	run->tracked = eh_tracked_new(run->map, eh_reader_id_is_unique(run->reader), false);
	return eh_tracked_open(run->tracked, run->store, run->record.source.id, err);
}

static enum eh_rc open_all(struct run *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	/* The table is looked at first: a map that names none is not put on the record. */
	const struct eh_reader_options reading = {.history_only = run->options->history_only, .stop = run->options->stop};
	enum eh_rc rc = eh_reader_open(run->arena, run->source, run->map, &reading, &run->reader, err);

	if (rc == EH_OK)
		rc = eh_source_register(run->arena, run->store, run->map, &record->source, err);
	if (rc == EH_OK)
		rc = fence(run, err);
	if (rc == EH_OK)
		rc = read_scenario(run, err);
	if (rc != EH_OK)
		return rc;
	record->store = run->store;
	record->cells = eh_cells_new(run->arena, run->map);
	run->delta = eh_delta_new(record->cells, run->map);
	run->writer = eh_writer_new(record);
	run->clock = (struct eh_gather_clock){
		.pane = eh_cells_pane(run->map), .lateness_us = run->map->lateness_us, .closed_us = INT64_MIN};
	rc = eh_record_open(record, err);
	/* What a predecessor committed without a leaf gets one before anything else happens. */
	if (rc == EH_OK)
		rc = eh_record_cover(record, err);
	if (rc == EH_OK && run->scenario)
		eh_reader_use_scenario(run->reader);
	if (rc == EH_OK && run->map->identity == EH_MAP_IDENTITY_TRACKED)
		return open_tracked(run, err);
	if (rc == EH_OK && !eh_reader_id_is_unique(run->reader))
		eh_log("source %s: no unique index guards the id column: a row that is inserted twice is counted twice",
		       run->map->source);
	return rc;
}

static enum eh_rc gather(struct run *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	bool had_history = record->phase != EH_GATHER_HISTORY;
	enum eh_rc rc = had_history ? EH_OK : gather_history(run, err);

	if (rc != EH_OK || record->phase == EH_GATHER_HISTORY || stopped(run))
		return rc;
	if (!run->map->follow) {
		if (had_history)
			rc = gather_rest(run, err);
		run->result->ended = rc == EH_OK && record->phase == EH_GATHER_ENDED;
		return rc;
	}
	if (run->options->history_only || (!had_history && run->options->once && run->options->has_through))
		return EH_OK; /* T shall stand where history left it */
	return gather_live(run, err);
}

enum eh_rc eh_gather_run(struct eh_pg *store, struct eh_pg *source, const struct eh_map *map,
                         const struct eh_gather_options *options, struct eh_gather_result *result, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct run run = {.store = store,
	                  .source = source,
	                  .map = map,
	                  .options = options,
	                  .result = result,
	                  .arena = arena,
	                  .began_us = eh_time_steady_us()};

	*result = (struct eh_gather_result){0};
	run.told_us = run.began_us;
	enum eh_rc rc = eh_map_refuse_proxy(map, "gather", err);
	if (rc == EH_OK)
		rc = open_all(&run, err);
	result->began = rc == EH_OK;
	if (rc == EH_OK)
		rc = gather(&run, err);
	eh_writer_free(run.writer);
	if (rc != EH_OK) {
		eh_pg_rollback(source);
		eh_pg_rollback(store);
	}
	eh_reader_close(run.reader);
	eh_delta_free(run.delta);
	eh_tracked_free(run.tracked);
	eh_record_free(&run.record);
	return rc;
}
