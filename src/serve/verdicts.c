/*
 * verdicts.c - see verdicts.h.
 */
#include "serve/verdicts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/words.h"
#include "serve/sql.h"

#define SILENT_S 120

static double number_at(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NAN : strtod(eh_pg_text(res, row, col), NULL);
}

enum eh_state eh_serve_verdict_state(const char *verdict, bool alert_open, bool stale)
{
	if (!verdict || strcmp(verdict, "not_enough_data") == 0)
		return EH_PAGE_STATE_THIN;
	if (strcmp(verdict, "suppressed") == 0)
		return EH_PAGE_STATE_SUPPRESSED;
	if (strcmp(verdict, "crossed") == 0)
		return alert_open ? EH_PAGE_STATE_ALERT : EH_PAGE_STATE_WATCH;
	if (stale || strcmp(verdict, "not_crossed") != 0)
		return EH_PAGE_STATE_STALE;
	return EH_PAGE_STATE_OK;
}

const char *eh_serve_monitor_href(struct eh_arena *arena, const char *monitor)
{
	EH_BUF_AUTO b = {0};

	eh_buf_puts(&b, "/m/");
	eh_serve_percent_encode(&b, monitor, true);
	return eh_arena_strdup(arena, b.data);
}

enum eh_rc eh_serve_open_alerts(struct eh_worker *worker, PGresult **out, struct eh_err *err)
{
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	return rc == EH_OK ? eh_pg_query(pg, &eh_sql_serve_list_open_alerts, NULL, out, err) : rc;
}

static bool alert_is_open(const PGresult *alerts, const struct eh_verdict_row *row)
{
	for (int i = 0; i < PQntuples(alerts); i++)
		if (strcmp(eh_pg_text(alerts, i, 1), row->source) == 0 &&
		    strcmp(eh_pg_text(alerts, i, 2), row->attribute) == 0 &&
		    strcmp(eh_pg_text(alerts, i, 3), row->group) == 0)
			return true;
	return false;
}

/* Live, and silent for longer than a live source ever is. */
static bool source_is_stale(const PGresult *sources, const char *name)
{
	for (int i = 0; i < PQntuples(sources); i++)
		if (strcmp(eh_pg_text(sources, i, 0), name) == 0)
			return !eh_pg_null(sources, i, 1) && strcmp(eh_pg_text(sources, i, 1), "live") == 0 &&
			       eh_pg_int8(sources, i, 3) > SILENT_S;
	return false;
}

static const char *text_at(struct eh_arena *arena, const PGresult *res, int row, int col)
{
	const char *text = eh_pg_text(res, row, col);

	return eh_arena_strdup(arena, text ? text : "");
}

static void read_row(struct eh_arena *arena, const PGresult *res, int i, struct eh_verdict_row *row)
{
	*row = (struct eh_verdict_row){
		.source = text_at(arena, res, i, 0),
		.monitor = text_at(arena, res, i, 1),
		.attribute = text_at(arena, res, i, 2),
		.group = text_at(arena, res, i, 3),
		.reference = text_at(arena, res, i, 4),
		.adverse = strcmp(text_at(arena, res, i, 5), "adverse") == 0,
		.conditional = !eh_pg_null(res, i, 6) && eh_pg_bool(res, i, 6),
		.verdict = text_at(arena, res, i, 7),
		.air = number_at(res, i, 8),
		.lo = number_at(res, i, 9),
		.hi = number_at(res, i, 10),
		.n_protected = eh_pg_null(res, i, 11) ? 0 : eh_pg_int8(res, i, 11),
		.n_reference = eh_pg_null(res, i, 12) ? 0 : eh_pg_int8(res, i, 12),
		.log10_years = number_at(res, i, 13),
		.smd = number_at(res, i, 14),
		.detectable = number_at(res, i, 15),
	};
	row->href = eh_serve_monitor_href(arena, row->monitor);
}

enum eh_rc eh_serve_verdicts(struct eh_worker *worker, struct eh_arena *arena, struct eh_verdict_rows *out,
                             struct eh_err *err)
{
	EH_PGRESULT_AUTO verdicts = NULL;
	EH_PGRESULT_AUTO alerts = NULL;
	EH_PGRESULT_AUTO sources = NULL;
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_verdicts, NULL, &verdicts, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_frame_sources, NULL, &sources, err);
	if (rc == EH_OK)
		rc = eh_serve_open_alerts(worker, &alerts, err);
	if (rc != EH_OK)
		return rc;
	out->n = (size_t)PQntuples(verdicts);
	out->row = eh_arena_zalloc(arena, out->n + 1, sizeof *out->row);
	for (size_t i = 0; i < out->n; i++) {
		struct eh_verdict_row *row = &out->row[i];
		read_row(arena, verdicts, (int)i, row);
		row->state = eh_serve_verdict_state(row->verdict, alert_is_open(alerts, row),
		                                    source_is_stale(sources, row->source));
	}
	return EH_OK;
}
