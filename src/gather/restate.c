/*
 * restate.c - see restate.h.
 */
#include "gather/restate.h"

#include <inttypes.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "gather/sql.h"
#include "gather/tracked.h"
#include "ledger/ledger.h"
#include "source/panes.h"

#define PANES 64 /* at a time: some megabytes of packed blocks */

struct restate {
	struct eh_record *record;
	struct eh_writer *writer;
	struct eh_delta *delta;
	int64_t after_us;       /* panes up to this one are done */
	int64_t first_us, last_us; /* of this commit */
	int panes;
};

static enum eh_rc find_panes(struct restate *r, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, r->record->source.id);
	eh_pg_arg_int8(&args, r->after_us);
	eh_pg_arg_int8(&args, PANES);
	enum eh_rc rc = eh_pg_query(r->record->store, &eh_sql_gather_read_counted_panes, &args, &res, err);
	r->panes = rc == EH_OK ? PQntuples(res) : 0;
	if (r->panes > 0) {
		r->first_us = eh_pg_int8(res, 0, 0);
		r->last_us = eh_pg_int8(res, r->panes - 1, 0);
	}
	return rc;
}

static enum eh_rc take_pane(void *ctx, const struct eh_panes_pane *pane, struct eh_err *err)
{
	struct restate *r = ctx;

	if (pane->unreadable) {
		(void)eh_fail(err, EH_REFUSED, "a pane of source %s was altered in the store, so it cannot be taken off", r->record->source.name);
		return eh_hint(err, "`evenhand recompute %s` names the pane", r->record->source.name);
	}
	return eh_delta_take_block(r->delta, pane->pane_us, pane->block, EH_GATHER_TAKEN, err);
}

static enum eh_rc take_some(struct restate *r, struct eh_err *err)
{
	struct eh_record *record = r->record;
	struct eh_record_step step = {
		.position = &record->position, .phase = record->phase, .clock_us = record->clock_us, .leaf = true};
	enum eh_rc rc = eh_panes_read(record->store, record->source.id, r->first_us, r->last_us + 1, eh_cells_names(record->cells),
	                              false, take_pane, r, err);

	if (rc == EH_OK)
		rc = EH_FAILPOINT("restate.before_commit", err);
	if (rc == EH_OK)
		rc = eh_writer_put(r->writer, r->delta, &step, err);
	r->after_us = r->last_us;
	return rc == EH_OK ? eh_writer_wait(r->writer, err) : rc;
}

/* As every other transaction of gather: who lost the source changes nothing of it. */
static enum eh_rc hold_state(struct eh_record *record, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, record->commit_no);
	eh_pg_arg_int8(&args, record->epoch);
	enum eh_rc rc = eh_pg_query(record->store, &eh_sql_gather_hold_state, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 1)
		return rc;
	return eh_record_refuse_lost(record, err);
}

static enum eh_rc forget_and_append(struct eh_record *record, bool tracked, const char *why, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	struct eh_pg_args args = {0};
	int64_t index;
	json_t *leaf = json_pack("{s:s, s:s, s:I}", "source", record->source.name, "why", why, "after_commit",
	                         (json_int_t)record->commit_no);

	EH_ASSERT(leaf != NULL);
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, record->commit_no);
	enum eh_rc rc = eh_ledger_add(&leaves, "restate", leaf, NULL, err);
	if (rc == EH_OK)
		rc = hold_state(record, err);
	if (rc == EH_OK && tracked)
		rc = eh_tracked_forget(record->store, record->source.id, err);
	if (rc == EH_OK)
		rc = eh_pg_run(record->store, &eh_sql_gather_settle_all_set_aside, &args, NULL, err);
	return rc == EH_OK ? eh_ledger_append(record->store, &leaves, &index, err) : rc;
}

/* First of all: what comes later can be begun again without it. */
static enum eh_rc put_on_record(struct eh_record *record, bool tracked, const char *why, struct eh_err *err)
{
	enum eh_rc rc = eh_pg_begin(record->store, err);

	if (rc == EH_OK)
		rc = forget_and_append(record, tracked, why, err);
	if (rc == EH_OK)
		return eh_pg_commit(record->store, err);
	eh_pg_rollback(record->store);
	return rc;
}

enum eh_rc eh_gather_restate(struct eh_record *record, struct eh_writer *writer, struct eh_delta *delta, bool tracked,
                             const char *why, struct eh_err *err)
{
	struct restate r = {.record = record, .writer = writer, .delta = delta, .after_us = INT64_MIN};
	enum eh_rc rc = put_on_record(record, tracked, why, err);

	EH_ASSERT(eh_delta_rows(delta) == 0);
	if (rc == EH_OK)
		rc = find_panes(&r, err);
	while (rc == EH_OK && r.panes > 0) {
		rc = take_some(&r, err);
		if (rc == EH_OK)
			rc = find_panes(&r, err);
	}
	return rc == EH_OK ? rc : eh_while(err, "taking off what source %s has counted", record->source.name);
}
