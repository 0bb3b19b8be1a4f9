/*
 * recount.c - see recount.h.
 */
#include "gather/recount.h"

#include <string.h>

#include "cube/table.h"
#include "gather/take.h"
#include "source/poll.h"

#define ID_WORDS 2 /* of an id's SHA-256 */

struct recount {
	const struct eh_map *map;
	struct eh_gather_taker take;
	struct eh_gather_clock clock;
	struct eh_gather_result result;
	struct eh_position place;
	struct eh_table outcomes; /* id -> 1 not adverse, 2 adverse; its time */
	struct eh_buf id;         /* of the row before */
	size_t chunk_rows;
	eh_recount_sink *sink;
	void *ctx;
};

static enum eh_rc settle(struct recount *r, struct eh_err *err)
{
	const struct eh_tracked_write *write; /* nothing is remembered of it */
	enum eh_rc rc = eh_tracked_settle(r->take.tracked, NULL, r->take.delta, &r->clock, r->result.rows, &write, err);

	return rc == EH_OK ? r->sink(r->ctx, err) : rc;
}

/* ---- outcomes ------------------------------------------------------------------------ */

static uint64_t *outcome_of(struct recount *r, struct eh_text id)
{
	struct eh_sha256 digest = eh_sha256_of(id.at, id.n);
	uint64_t key[ID_WORDS];

	memcpy(key, digest.bytes, sizeof key);
	return eh_table_at(&r->outcomes, key, ID_WORDS);
}

static void keep_outcome(struct recount *r, const struct eh_row *row)
{
	struct eh_outcome outcome;
	struct eh_err why;

	if (eh_decision_outcome(r->map, row, &outcome, NULL, &why) != EH_OK)
		return;
	uint64_t *have = outcome_of(r, outcome.id), kind = outcome.adverse ? 2 : 1;
	int64_t at_us = (int64_t)have[1];
	if (have[0] != 0 && (outcome.at_us < at_us || (outcome.at_us == at_us && kind <= have[0])))
		return;
	have[0] = kind;
	have[1] = (uint64_t)outcome.at_us;
}

static enum eh_rc read_outcomes(struct recount *r, struct eh_arena *arena, struct eh_pg *pg, const struct eh_position *position,
                                struct eh_err *err)
{
	EH_POSITION_AUTO place = {0};
	struct eh_poll *poll = NULL;
	const struct eh_row *row = NULL;

	if (r->map->outcomes == NULL || position->outcomes.len == 0)
		return EH_OK;
	enum eh_rc rc = eh_position_parse(position->outcomes.data, &place, err);
	if (rc == EH_OK)
		rc = eh_poll_open(arena, pg, r->map->outcomes, &poll, err);
	if (rc == EH_OK)
		rc = eh_poll_begin_again(poll, &place, false, err);
	while (rc == EH_OK) {
		rc = eh_poll_next(poll, &row, err);
		if (rc != EH_OK || row == NULL)
			break;
		keep_outcome(r, row);
	}
	if (rc == EH_OK)
		rc = eh_poll_end(poll, err);
	eh_poll_close(poll);
	return rc;
}

/* ---- rows ---------------------------------------------------------------------------- */

/* A row of an id that comes first brings the id's outcome along. */
static enum eh_rc take_row(struct recount *r, const struct eh_row *row, struct eh_err *err)
{
	struct eh_change change = {.kind = EH_CHANGE_ADD, .row = row, .n = 1};
	const struct eh_field *field = &row->fields[r->map->id];
	struct eh_text id = field->form == EH_FIELD_TEXT ? field->text : (struct eh_text){0};
	bool other = id.n != r->id.len || (id.n > 0 && memcmp(id.at, r->id.data, id.n) != 0);
	enum eh_rc rc = other && eh_tracked_pending(r->take.tracked) >= r->chunk_rows ? settle(r, err) : EH_OK;

	if (rc == EH_OK)
		rc = eh_gather_take(&r->take, &change, err);
	if (rc != EH_OK || !other || id.n == 0)
		return rc;
	eh_buf_reset(&r->id);
	eh_buf_put(&r->id, id.at, id.n);
	const uint64_t *outcome = r->outcomes.n > 0 ? outcome_of(r, id) : NULL;
	if (outcome != NULL && outcome[0] != 0)
		eh_tracked_outcome(r->take.tracked, id, outcome[0] == 2, (int64_t)outcome[1]);
	return EH_OK;
}

static enum eh_rc read_by_id(struct recount *r, struct eh_poll *poll, const struct eh_position *position, struct eh_err *err)
{
	const struct eh_row *row;
	enum eh_rc rc = eh_poll_begin_again(poll, position, true, err);

	while (rc == EH_OK) {
		rc = eh_poll_next(poll, &row, err);
		if (rc != EH_OK || row == NULL)
			break;
		rc = take_row(r, row, err);
	}
	return rc == EH_OK ? eh_poll_end(poll, err) : rc;
}

/* Any other reader gives rows in an order of its own: those of one id stand together only where they are one. */
static enum eh_rc read_any(struct recount *r, struct eh_source_reader *reader, const struct eh_position *position, struct eh_err *err)
{
	const struct eh_change *change;
	enum eh_rc rc = eh_reader_begin_again(reader, position, err);

	while (rc == EH_OK) {
		rc = eh_reader_next(reader, &change, err);
		if (rc != EH_OK || change == NULL)
			break;
		if (change->row == NULL || change->old != NULL)
			return eh_fail(err, EH_AGAIN, "source %s was changed since its tallies were stored: gather once, and recompute then",
			               r->take.map->source);
		if (!change->outcome)
			rc = take_row(r, change->row, err);
	}
	return rc == EH_OK ? eh_reader_end(reader, err) : rc;
}

static void begin_to_track(struct recount *r, bool id_unique, bool by_id)
{
	r->take.tracked = eh_tracked_new(r->map, id_unique, false);
	eh_tracked_alone(r->take.tracked);
	r->chunk_rows = id_unique || by_id ? EH_TRACKED_COMMIT_ROWS : SIZE_MAX;
}

static enum eh_rc read_decisions(struct recount *r, struct eh_arena *arena, struct eh_pg *pg, const struct eh_position *position,
                                 struct eh_err *err)
{
	static const struct eh_reader_options options = {.history_only = true};
	struct eh_source_reader *reader = NULL;
	struct eh_poll *poll = NULL;
	bool by_id = r->map->mode == EH_MAP_MODE_POLL;
	enum eh_rc rc = by_id ? eh_poll_open(arena, pg, r->map, &poll, err) : eh_reader_open(arena, pg, r->map, &options, &reader, err);

	if (rc == EH_OK)
		begin_to_track(r, by_id ? eh_poll_id_is_unique(poll) : eh_reader_id_is_unique(reader), by_id);
	if (rc == EH_OK)
		rc = by_id ? read_by_id(r, poll, position, err) : read_any(r, reader, position, err);
	if (rc == EH_OK)
		rc = settle(r, err);
	eh_tracked_free(r->take.tracked);
	eh_poll_close(poll);
	eh_reader_close(reader);
	return rc;
}

enum eh_rc eh_recount(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const struct eh_position *position,
                      struct eh_delta *delta, eh_recount_sink *sink, void *ctx, struct eh_err *err)
{
	struct recount r = {.map = map, .sink = sink, .ctx = ctx};

	r.clock = (struct eh_gather_clock){.pane = eh_cells_pane(map), .closed_us = INT64_MIN};
	r.take = (struct eh_gather_taker){
		.map = map, .clock = &r.clock, .delta = delta, .result = &r.result, .position = &r.place};
	eh_table_init(&r.outcomes, ID_WORDS);
	enum eh_rc rc = read_outcomes(&r, arena, pg, position, err);
	if (rc == EH_OK)
		rc = read_decisions(&r, arena, pg, position, err);
	eh_table_free(&r.outcomes);
	eh_buf_free(&r.id);
	return rc;
}
