/*
 * gather.c - see gather.h.
 */
#include "gather/gather.h"

#include "base/log.h"
#include "base/time.h"
#include "gather/gaps.h"
#include "gather/gather_part.h"
#include "gather/sql.h"

#define GATHER_LOCK INT64_C(0x6568676100000000) /* "ehga"; the source's number is added */

static enum eh_rc fence(struct eh_gathering *run, struct eh_err *err)
{
	bool got = false;

	if (run->record.source.removed) {
		run->result->taken = true;
		(void)eh_fail(err, EH_REFUSED, "source %s was removed: it is followed no more", run->map->source);
		return eh_hint(err, "`evenhand source add %s` puts it back", run->map->source);
	}
	enum eh_rc rc = eh_pg_try_lock(run->store, GATHER_LOCK + run->record.source.id, &got, err);

	if (rc != EH_OK || got)
		return rc;
	run->result->taken = true;
	/* The server may take long to notice that a session's other end is gone, and holds its lock until then. */
	(void)eh_fail(err, run->options->again ? EH_AGAIN : EH_REFUSED, "another gather follows source %s", run->map->source);
	return eh_hint(err, "run one gather a source; `evenhand status` shows where it stands");
}

static enum eh_rc read_scenario(struct eh_gathering *run, struct eh_err *err)
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

static enum eh_rc find_gap(struct eh_gathering *run, struct eh_err *err)
{
	enum eh_rc rc = eh_gather_gap_find(run->store, run->record.source.id, &run->gap_open, &run->gap_accepted, err);

	if (run->gap_accepted)
		eh_reader_accept_gap(run->reader);
	return rc;
}

static enum eh_rc open_all(struct eh_gathering *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	/* The table is looked at first: a map that names none is not put on the record. */
	const struct eh_reader_options reading = {.connections = run->options->connections,
	                                          .history_only = run->options->history_only || run->options->retry,
	                                          .stop = run->options->stop};
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
	if (rc == EH_OK)
		rc = find_gap(run, err);
	if (rc == EH_OK && run->scenario)
		eh_reader_use_scenario(run->reader);
	if (rc == EH_OK && run->map->identity == EH_MAP_IDENTITY_TRACKED)
		return eh_gather_open_tracked(run, err);
	if (rc == EH_OK && !eh_reader_id_is_unique(run->reader))
		eh_log("source %s: no unique index guards the id column: a row that is inserted twice is counted twice",
		       run->map->source);
	return rc;
}

static enum eh_rc gather(struct eh_gathering *run, struct eh_err *err)
{
	struct eh_record *record = &run->record;
	bool had_history = record->phase != EH_GATHER_HISTORY;
	enum eh_rc rc = had_history ? EH_OK : eh_gather_history(run, err);

	if (rc != EH_OK || record->phase == EH_GATHER_HISTORY || eh_gather_stopped(run))
		return rc;
	if (!run->map->follow) {
		if (had_history)
			rc = eh_gather_rest(run, err);
		run->result->ended = rc == EH_OK && record->phase == EH_GATHER_ENDED;
		return rc;
	}
	if (run->options->history_only || (!had_history && run->options->once && run->options->has_through))
		return EH_OK; /* T shall stand where history left it */
	return eh_gather_live(run, err);
}

/* What is lost is on the record before anybody hears of it; where that fails, the next start finds it again. */
static void put_gap_on_record(struct eh_gathering *run)
{
	struct eh_err why;

	if (run->reader == NULL || eh_reader_gap(run->reader) == NULL)
		return;
	if (eh_gather_gap_write(&run->record, eh_reader_gap(run->reader), &why) != EH_OK)
		eh_log_err(&why);
}

enum eh_rc eh_gather_run(struct eh_pg *store, struct eh_pg *source, const struct eh_map *map,
                         const struct eh_gather_options *options, struct eh_gather_result *result, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_gathering run = {.store = store,
	                  .source = source,
	                  .map = map,
	                  .options = options,
	                  .result = result,
	                  .arena = arena,
	                  .began_us = eh_time_steady_us()};

	*result = (struct eh_gather_result){0};
	run.told_us = run.began_us;
	enum eh_rc rc = open_all(&run, err);
	result->began = rc == EH_OK;
	if (rc == EH_OK)
		rc = options->retry ? eh_gather_retry(&run, err) : gather(&run, err);
	if (rc == EH_OK)
		rc = eh_record_clear_trouble(&run.record, err);
	eh_writer_free(run.writer);
	if (rc != EH_OK) {
		eh_pg_rollback(source);
		eh_pg_rollback(store);
	}
	result->taken |= run.record.lost;
	result->removed = run.record.source.removed;
	if (rc == EH_REFUSED)
		put_gap_on_record(&run);
	eh_reader_close(run.reader);
	eh_delta_free(run.delta);
	eh_tracked_free(run.tracked);
	eh_record_free(&run.record);
	return rc;
}
