/*
 * standing.c - see standing.h.
 */
#include "source/standing.h"

#include <string.h>

#include "source/sql.h"

static const char *const state_names[] = {"registered", "history", "live", "ended", "removed", "gap", "refused", "away"};

const char *eh_standing_state_name(enum eh_standing_state state)
{
	return state_names[state];
}

static const char *text_or_null(struct eh_arena *arena, const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NULL : eh_arena_strdup(arena, eh_pg_text(res, row, col));
}

static int64_t int8_or(const PGresult *res, int row, int col, int64_t none)
{
	return eh_pg_null(res, row, col) ? none : eh_pg_int8(res, row, col);
}

static int64_t time_or_none(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? INT64_MIN : eh_pg_time(res, row, col);
}

/* What a person must know first comes first. */
static enum eh_standing_state state_of(const struct eh_standing *s, bool removed, const char *trouble_kind)
{
	if (removed)
		return EH_STANDING_REMOVED;
	if (s->gap_reason != NULL && s->gap_accepted_by == NULL)
		return EH_STANDING_GAP;
	if (trouble_kind != NULL)
		return strcmp(trouble_kind, "away") == 0 ? EH_STANDING_AWAY : EH_STANDING_REFUSED;
	for (enum eh_standing_state state = EH_STANDING_HISTORY; state <= EH_STANDING_ENDED; state++)
		if (strcmp(s->phase, state_names[state]) == 0)
			return state;
	return EH_STANDING_REGISTERED;
}

static void read_one(struct eh_arena *arena, const PGresult *res, int row, struct eh_standing *s)
{
	int64_t now_us = eh_pg_time(res, row, 8);
	bool scenario = eh_pg_bool(res, row, 9);

	*s = (struct eh_standing){
		.id = eh_pg_int8(res, row, 0),
		.name = text_or_null(arena, res, row, 1),
		.phase = text_or_null(arena, res, row, 2),
		.commit_no = eh_pg_int8(res, row, 3),
		.position = text_or_null(arena, res, row, 4),
		.clock_us = int8_or(res, row, 5, INT64_MIN),
		.progressed_us = time_or_none(res, row, 6),
		.committed_us = time_or_none(res, row, 7),
		.lag_us = -1,
		.lag_bytes = int8_or(res, row, 11, -1),
		.retained_bytes = int8_or(res, row, 12, -1),
		.wal_status = text_or_null(arena, res, row, 13),
		.skipped = int8_or(res, row, 14, -1),
		.lost = int8_or(res, row, 15, -1),
		.gap_no = int8_or(res, row, 16, 0),
		.gap_reason = text_or_null(arena, res, row, 17),
		.gap_accepted_by = text_or_null(arena, res, row, 18),
		.gaps = eh_pg_int8(res, row, 19),
		.trouble = text_or_null(arena, res, row, 21),
		.hint = text_or_null(arena, res, row, 22),
		.tries = int8_or(res, row, 23, 0),
		.trouble_us = time_or_none(res, row, 24),
		.rows_last_minute = int8_or(res, row, 25, 0),
		.closed_pane_us = int8_or(res, row, 26, INT64_MIN),
		.accepted = {.n = eh_pg_int8(res, row, 27),
		             .by = text_or_null(arena, res, row, 28),
		             .at_us = time_or_none(res, row, 29),
		             .reason = text_or_null(arena, res, row, 30)},
	};
	s->state = state_of(s, eh_pg_bool(res, row, 10), eh_pg_text(res, row, 20));
	/* A scenario's clock is not the world's; and a source that is not followed is not behind, however old its clock. */
	if (!scenario && s->clock_us != INT64_MIN && strcmp(s->phase, "live") == 0 &&
	    (s->state == EH_STANDING_LIVE || s->state == EH_STANDING_AWAY))
		s->lag_us = now_us > s->clock_us ? now_us - s->clock_us : 0;
}

enum eh_rc eh_standing_read(struct eh_arena *arena, struct eh_pg *store, struct eh_standing **out, size_t *n, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_standing_read, NULL, &res, err);

	*n = 0;
	if (rc != EH_OK)
		return rc;
	*n = (size_t)PQntuples(res);
	*out = eh_arena_zalloc(arena, *n + 1, sizeof **out);
	for (size_t i = 0; i < *n; i++)
		read_one(arena, res, (int)i, &(*out)[i]);
	return EH_OK;
}

enum eh_rc eh_standing_add_counts(struct eh_pg *store, int64_t source_id, int64_t after, int64_t upto,
                                  int64_t counts[EH_STANDING_COUNTS], struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	if (upto <= after)
		return EH_OK;
	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_int8(&args, after);
	eh_pg_arg_int8(&args, upto);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_standing_counts, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < EH_STANDING_COUNTS; i++)
		counts[i] += eh_pg_int8(res, 0, i);
	return rc;
}
