/*
 * retry.c - reads rows again that were set aside, after the map or they themselves were mended; for the files of gather
 * only, see gather_part.h.
 *
 * A row is counted and taken from the list in one commit (law 2), at the place where the
 * source stands: nothing else of it is read.  That a row on the list was not counted since
 * follows from its id: with identity: tracked from what is remembered of it, else the id
 * must be unique and the rows append-only.
 */
#include <string.h>

#include "base/failpoint.h"
#include "gather/gather_part.h"
#include "gather/sql.h"
#include "ledger/ledger.h"
#include "source/by_id.h"

#define IDS 1000 /* asked for at a time */

struct retry {
	struct eh_gathering *run;
	struct eh_gather_taker take;
	struct eh_position place; /* nothing of it is stored */
};

static enum eh_rc check_exact(const struct eh_gathering *run, struct eh_err *err)
{
	const struct eh_map *map = run->map;

	if (map->identity == EH_MAP_IDENTITY_TRACKED)
		return EH_OK;
	if (map->mode == EH_MAP_MODE_STREAM)
		(void)eh_fail(err, EH_REFUSED, "source %s is a stream that does not remember ids: a row on the list may come again as a change",
		              map->source);
	else if (!eh_reader_id_is_unique(run->reader))
		(void)eh_fail(err, EH_REFUSED, "no unique index guards the id of source %s: which of its rows was set aside is not known",
		              map->source);
	else
		return EH_OK;
	return eh_hint(err, "rows can be read again where the map says `identity: tracked`, or in mode: poll where the id is unique");
}

static enum eh_rc take_row(void *ctx, const struct eh_row *row, struct eh_err *err)
{
	struct retry *r = ctx;
	struct eh_change change = {.kind = EH_CHANGE_ADD, .row = row, .n = 1};
	struct eh_decision decision;
	struct eh_err why;

	r->run->result->looked++;
	if (eh_decision_check(r->run->map, row, &decision, NULL, &why) != EH_OK)
		return EH_OK;
	if (r->run->tracked == NULL)
		eh_delta_settle(r->run->delta, decision.id);
	return eh_gather_take(&r->take, &change, err);
}

/* The next ids on the list after `last`, in the order of their bytes. */
static enum eh_rc read_ids(const struct eh_gathering *run, struct eh_arena *arena, const char *last, const char ***ids, size_t *n,
                           struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, run->record.source.id);
	eh_pg_arg_text(&args, last);
	eh_pg_arg_int8(&args, IDS);
	enum eh_rc rc = eh_pg_query(run->store, &eh_sql_gather_read_open_aside, &args, &res, err);
	*n = rc == EH_OK ? (size_t)PQntuples(res) : 0;
	*ids = eh_arena_zalloc(arena, *n + 1, sizeof **ids);
	for (size_t i = 0; i < *n; i++)
		(*ids)[i] = eh_arena_strdup(arena, eh_pg_text(res, (int)i, 0));
	return rc;
}

static enum eh_rc retry_all(struct retry *r, struct eh_err *err)
{
	struct eh_gathering *run = r->run;
	EH_BUF_AUTO last = {0};

	eh_buf_puts(&last, "");
	for (;;) {
		EH_ARENA_AUTO arena = eh_arena_new();
		const char **ids;
		size_t n = 0;
		enum eh_rc rc = read_ids(run, arena, last.data, &ids, &n, err);

		if (rc != EH_OK || n == 0)
			return rc;
		eh_buf_reset(&last);
		eh_buf_puts(&last, ids[n - 1]);
		rc = eh_by_id_read(arena, run->source, run->map, ids, n, take_row, r, err);
		if (rc == EH_OK)
			rc = EH_FAILPOINT("retry.before_commit", err);
		if (rc == EH_OK && eh_gather_pending(run) > 0)
			rc = eh_gather_commit_here(run, err);
		if (rc != EH_OK)
			return rc;
	}
}

static enum eh_rc put_on_record(struct eh_gathering *run, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	const int64_t *rows = run->result->rows;
	char map_hex[EH_SHA256_HEX];
	int64_t index;

	eh_sha256_hex(&run->map->version, map_hex);
	json_t *leaf = json_pack("{s:s, s:s, s:I, s:I, s:I}", "source", run->map->source, "map_sha256", map_hex, "looked",
	                         (json_int_t)run->result->looked, "counted", (json_int_t)(rows[0] + rows[1] + rows[2]), "after_commit",
	                         (json_int_t)run->record.commit_no);
	EH_ASSERT(leaf != NULL);
	enum eh_rc rc = eh_ledger_add(&leaves, "retry", leaf, NULL, err);
	if (rc == EH_OK)
		rc = eh_pg_begin(run->store, err);
	if (rc == EH_OK)
		rc = eh_ledger_append(run->store, &leaves, &index, err);
	if (rc == EH_OK)
		return eh_pg_commit(run->store, err);
	eh_pg_rollback(run->store);
	return rc;
}

enum eh_rc eh_gather_retry(struct eh_gathering *run, struct eh_err *err)
{
	struct retry r = {.run = run};
	int64_t store_us;
	enum eh_rc rc = check_exact(run, err);

	if (rc != EH_OK || run->record.position.kind == EH_POSITION_NONE)
		return rc;
	rc = eh_gather_read_clocks(run, &store_us, err);
	run->clock.fates = run->record.phase == EH_GATHER_LIVE;
	run->clock.before_us = run->clock.now_us = run->record.clock_us;
	r.place.start_us = INT64_MIN;
	r.take = (struct eh_gather_taker){.map = run->map,
	                                  .clock = &run->clock,
	                                  .delta = run->delta,
	                                  .tracked = run->tracked,
	                                  .result = run->result,
	                                  .position = &r.place};
	if (rc == EH_OK)
		rc = retry_all(&r, err);
	return rc == EH_OK && run->result->looked > 0 ? put_on_record(run, err) : rc;
}
