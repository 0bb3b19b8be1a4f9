/*
 * told.c - see told.h.
 */
#include "serve/told.h"

#include "base/json.h"
#include "page/words.h"
#include "serve/sql.h"
#include "serve/pages.h"

/* The last try says what became of it. */
static json_t *receipt(struct eh_arena *arena, const PGresult *res, int i)
{
	bool waiting = eh_pg_bool(res, i, 2), tried = !eh_pg_null(res, i, 3), taken = tried && eh_pg_bool(res, i, 5);
	json_t *item = json_pack("{s:s, s:s, s:b, s:s}", "route", eh_pg_text(res, i, 0), "step", eh_pg_text(res, i, 1), "dead",
	                         !waiting && !taken, "outcome", taken ? "delivered" : waiting ? "not delivered yet" : "dead letter");

	EH_ASSERT(item);
	if (tried) {
		eh_page_set(item, "when", eh_page_words_instant(arena, eh_pg_time(res, i, 4)));
		eh_page_set(item, "iso", eh_page_words_iso(arena, eh_pg_time(res, i, 4)));
		eh_page_set(item, "answer", eh_pg_text(res, i, 6));
		eh_page_set(item, "tries", eh_page_words_plural(arena, eh_pg_int8(res, i, 3), "try", "tries"));
	}
	return item;
}

enum eh_rc eh_serve_told(struct eh_arena *arena, struct eh_pg *pg, const char *alert_id, json_t *model, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_serve_alert_told, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	json_t *items = json_array();
	for (int i = 0; i < PQntuples(res); i++)
		eh_page_append(items, receipt(arena, res, i));
	eh_page_put(model, "told", json_pack("{s:o}", "items", items));
	return EH_OK;
}
