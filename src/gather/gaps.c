/*
 * gaps.c - see gaps.h.
 */
#include "gather/gaps.h"

#include <inttypes.h>
#include <stdio.h>

#include "gather/sql.h"
#include "pg/replication.h"

enum eh_rc eh_gather_gap_find(struct eh_pg *store, int64_t source_id, bool *open, bool *accepted, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_gather_find_gap, &args, &res, err);
	*open = rc == EH_OK && PQntuples(res) > 0;
	*accepted = *open && eh_pg_bool(res, 0, 0);
	return rc;
}

enum eh_rc eh_gather_gap_write(struct eh_record *record, const char *reason, struct eh_err *err)
{
	EH_BUF_AUTO position = {0};
	struct eh_pg_args args = {0};

	eh_position_format(&record->position, &position);
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_text(&args, reason);
	eh_pg_arg_text(&args, position.data);
	return eh_pg_run(record->store, &eh_sql_gather_write_gap, &args, NULL, err);
}

enum eh_rc eh_gather_gap_end(struct eh_pg *store, int64_t source_id, const struct eh_position *position, struct eh_err *err)
{
	EH_BUF_AUTO text = {0};
	struct eh_pg_args args = {0};

	eh_position_format(position, &text);
	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_text(&args, text.data);
	return eh_pg_run(store, &eh_sql_gather_end_gap, &args, NULL, err);
}

enum eh_rc eh_gather_slot_write(struct eh_pg *store, int64_t source_id, const struct eh_reader_state *state, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	const uint64_t places[] = {state->restart, state->confirmed, state->head};
	char lsn[3][EH_PG_LSN_TEXT], system[24];

	(void)snprintf(system, sizeof system, "%" PRIu64, state->system);
	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_text(&args, state->slot);
	eh_pg_arg_text(&args, system);
	eh_pg_arg_int8(&args, state->timeline);
	for (int i = 0; i < 3; i++) {
		eh_pg_lsn_format(places[i], lsn[i]);
		eh_pg_arg_text(&args, lsn[i]);
	}
	eh_pg_arg_int8(&args, state->retained_bytes);
	eh_pg_arg_int8(&args, state->lag_bytes);
	eh_pg_arg_text(&args, state->wal_status);
	eh_pg_arg_int8(&args, state->skipped);
	eh_pg_arg_int8(&args, state->lost);
	return eh_pg_run(store, &eh_sql_gather_write_slot, &args, NULL, err);
}
