/*
 * page_alerts.c - the lists: alerts and monitors, page by page.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/json.h"
#include "page/words.h"
#include "serve/alert_life.h"
#include "serve/pages.h"
#include "serve/sql.h"
#include "serve/verdicts.h"

#define ALERTS_A_PAGE 25
#define MONITORS_A_PAGE 40
#define PAGES_MOST 1000

/* {previous, next, here} for the partial pager.html. */
static json_t *make_pager(struct eh_arena *arena, const char *base, int page, bool more)
{
	json_t *pager = json_pack("{s:s}", "here", eh_arena_printf(arena, "Page %d", page));

	EH_ASSERT(pager);
	if (page > 1)
		eh_page_set(pager, "previous", eh_arena_printf(arena, "%spage=%d", base, page - 1));
	if (more)
		eh_page_set(pager, "next", eh_arena_printf(arena, "%spage=%d", base, page + 1));
	return pager;
}

static json_t *make_filter(struct eh_arena *arena, const char *path, const char *name, const char *const (*choices)[2],
                           const char *chosen)
{
	json_t *filter = json_array();

	for (; (*choices)[0]; choices++)
		eh_page_append(filter,
		               json_pack("{s:s, s:s, s:b}", "href",
		                         eh_arena_printf(arena, "%s?%s=%s", path, name, (*choices)[0]), "label",
		                         (*choices)[1], "current", strcmp((*choices)[0], chosen) == 0));
	return filter;
}

static const char *chosen_of(const struct eh_request *rq, const char *name, const char *const (*choices)[2])
{
	const char *text = eh_serve_form_get(&rq->args, name);

	for (const char *const(*c)[2] = choices; text && (*c)[0]; c++)
		if (strcmp((*c)[0], text) == 0)
			return (*c)[0];
	return (*choices)[0];
}

/* ---- alerts ---- */

static json_t *alert_row(struct eh_arena *arena, const PGresult *res, int i)
{
	enum eh_alert_state step;
	bool page = strcmp(eh_pg_text(res, i, 6), "page") == 0;
	bool over = eh_alert_state_of(eh_pg_text(res, i, 5), &step) && eh_alert_is_over(step);
	enum eh_state state = over ? EH_PAGE_STATE_OK : page ? EH_PAGE_STATE_ALERT : EH_PAGE_STATE_WATCH;
	json_t *row = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "href",
		eh_arena_printf(arena, "/alerts/%s", eh_pg_text(res, i, 0)), "heading", eh_pg_text(res, i, 13), "kind",
		eh_pg_text(res, i, 4), "id", eh_pg_text(res, i, 0), "source",
		eh_pg_text(res, i, 1), "attribute", eh_pg_text(res, i, 2), "group", eh_pg_text(res, i, 3), "state",
		eh_page_state_slug(state), "word",
		over   ? "Over"
		: page ? "Page"
		       : "Review",
		"step", eh_pg_text(res, i, 5), "raised", eh_page_words_instant(arena, eh_pg_int8(res, i, 8)));

	EH_ASSERT(row);
	eh_page_set(row, "sentence", eh_pg_text(res, i, 7));
	eh_page_set(row, "found_in", eh_pg_text(res, i, 10));
	eh_page_set(row, "owner", eh_pg_text(res, i, 12));
	if (!eh_pg_null(res, i, 9) && !over)
		eh_page_set(row, "age", eh_page_words_span(arena, eh_pg_int8(res, i, 9) - eh_pg_int8(res, i, 8)));
	EH_JSON_AUTO life = eh_pg_null(res, i, 14) ? NULL : eh_page_json_load(eh_pg_text(res, i, 14));
	if (life != NULL && !eh_pg_null(res, i, 9)) {
		int64_t level = eh_page_json_count(life, "level");

		eh_page_set(row, "due", eh_serve_alert_due(arena, life, eh_pg_int8(res, i, 9)));
		if (level > 0)
			eh_page_set(row, "level", eh_page_words_count(arena, level));
	}
	if (!eh_pg_null(res, i, 11))
		eh_page_set(row, "onset", eh_page_words_day(arena, eh_pg_int8(res, i, 11)));
	return row;
}

enum eh_rc eh_serve_page_alerts(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                struct eh_err *err)
{
	static const char *const choices[][2] = {{"open", "Open"}, {"closed", "Over"}, {"all", "All"}, {NULL, NULL}};
	const char *chosen = chosen_of(rq, "show", choices);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	int page = eh_serve_form_page(&rq->args, "page", PAGES_MOST);
	struct eh_pg *pg;

	eh_pg_arg_text(&args, chosen);
	eh_pg_arg_int8(&args, (page - 1) * ALERTS_A_PAGE);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_alerts, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	json_t *rows = json_array();
	for (int i = 0; i < PQntuples(res) && i < ALERTS_A_PAGE; i++)
		eh_page_append(rows, alert_row(rq->arena, res, i));
	const char *base = eh_arena_printf(rq->arena, "/alerts?show=%s&", chosen);
	json_t *model =
		json_pack("{s:s, s:b, s:b, s:o, s:o, s:o}", "title", "Alerts", "live", 1, "none", PQntuples(res) == 0,
	                  "rows", rows, "filter", make_filter(rq->arena, "/alerts", "show", choices, chosen), "pager",
	                  make_pager(rq->arena, base, page, PQntuples(res) > ALERTS_A_PAGE));
	return eh_serve_page(worker, rq, rp, "alerts", model, err);
}

/* ---- monitors ---- */

static bool is_chosen(const struct eh_verdict_row *row, const char *chosen)
{
	if (strcmp(chosen, "attention") == 0)
		return row->state == EH_PAGE_STATE_ALERT || row->state == EH_PAGE_STATE_WATCH;
	if (strcmp(chosen, "thin") == 0)
		return row->state == EH_PAGE_STATE_THIN;
	return true;
}

static json_t *monitor_row(struct eh_arena *arena, const struct eh_verdict_row *row)
{
	json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "href", row->href, "source",
	                         row->source, "attribute", row->attribute, "group", row->group, "way",
	                         eh_arena_printf(arena, "%s%s", row->adverse ? "adverse" : "favourable",
	                                         row->conditional ? ", like for like" : ""),
	                         "state", eh_page_state_slug(row->state), "word", eh_page_state_word(row->state),
	                         "ratio", eh_page_words_number(arena, row->air, 2), "years",
	                         eh_page_words_years(arena, row->log10_years), "n",
	                         eh_page_words_count(arena, row->n_protected));

	EH_ASSERT(made);
	if (!isnan(row->lo) && !isnan(row->hi))
		eh_page_set(made, "interval",
		            eh_arena_printf(arena, "%s\u2013%s", eh_page_words_number(arena, row->lo, 2),
		                            eh_page_words_number(arena, row->hi, 2)));
	return made;
}

enum eh_rc eh_serve_page_monitors(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                  struct eh_err *err)
{
	static const char *const choices[][2] = {
		{"all", "All"}, {"attention", "Need attention"}, {"thin", "Not enough data"}, {NULL, NULL}};
	const char *chosen = chosen_of(rq, "show", choices);
	struct eh_verdict_rows rows = {0};
	int page = eh_serve_form_page(&rq->args, "page", PAGES_MOST), passed = 0;
	json_t *list = json_array();
	enum eh_rc rc = eh_serve_verdicts(worker, rq->arena, &rows, err);

	for (size_t i = 0; rc == EH_OK && i < rows.n; i++) {
		if (!is_chosen(&rows.row[i], chosen))
			continue;
		if (passed >= (page - 1) * MONITORS_A_PAGE && passed < page * MONITORS_A_PAGE)
			eh_page_append(list, monitor_row(rq->arena, &rows.row[i]));
		passed++;
	}
	const char *base = eh_arena_printf(rq->arena, "/monitors?show=%s&", chosen);
	json_t *model = json_pack("{s:s, s:b, s:b, s:s, s:o, s:o, s:o}", "title", "Monitors", "live", 1, "none",
	                          passed == 0, "count", eh_page_words_plural(rq->arena, passed, "monitor", "monitors"),
	                          "rows", list, "filter", make_filter(rq->arena, "/monitors", "show", choices, chosen),
	                          "pager", make_pager(rq->arena, base, page, passed > page * MONITORS_A_PAGE));
	EH_ASSERT(model);
	if (rc == EH_OK)
		return eh_serve_page(worker, rq, rp, "monitors", model, err);
	json_decref(model);
	return rc;
}
