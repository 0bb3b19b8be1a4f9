/*
 * stretch.c - see stretch.h.
 */
#include "gather/stretch.h"

#include "base/log.h"
#include "base/time.h"
#include "gather/sql.h"

#define GAP_US (30 * EH_DAY_US) /* an empty stretch that makes the end of history doubtful */

enum eh_rc eh_stretch_warn(struct eh_pg *store, const struct eh_record *record, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	char from[EH_TIME_TEXT], to[EH_TIME_TEXT];
	enum eh_pane pane = eh_cells_pane(record->source.map);

	if (record->clock_us == INT64_MIN)
		return EH_OK;
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, record->clock_us);
	eh_pg_arg_int8(&args, GAP_US > 2 * (eh_pane_next(pane, 0) - eh_pane_start(pane, 0))
	                              ? GAP_US
	                              : 2 * GAP_US); /* a pane of a month is no gap by itself */
	enum eh_rc rc = eh_pg_query(store, &eh_sql_gather_read_gap, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	eh_time_format(eh_pane_next(pane, eh_pg_int8(res, 0, 0)), from);
	eh_time_format(eh_pg_int8(res, 0, 1), to);
	eh_log("source %s: no decision between %s and %s, and %lld after it, which set the clock", record->source.name, from, to,
	       (long long)eh_pg_int8(res, 0, 2));
	eh_log("hint: if those last dates are wrong, gather into a new source with --through the last day that is right");
	return EH_OK;
}
