/*
 * page_regulator.c - /r : what a regulator sees, read through the regulator's own database role.
 *
 * Whole calendar months only, as windows that overlap give away single days by
 * subtraction; small cells are hidden where the figures are written, not here.  Each
 * view is recorded before it is shown, and the record is visible to both sides.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "page/words.h"
#include "serve/pages.h"
#include "serve/sql.h"

#define GROUPS_MOST 24

struct portal {
	struct eh_arena *arena;
	const char *source, *attribute;
	const char *group[GROUPS_MOST];
	size_t groups;
};

/* The one asked for, else the first there is.  NULL, NULL where there is none. */
static json_t *make_choices(struct portal *p, const struct eh_request *rq, const PGresult *res)
{
	const char *source = eh_serve_form_get(&rq->args, "source"),
		   *attribute = eh_serve_form_get(&rq->args, "attribute");
	json_t *choices = json_array();

	for (int i = 0; i < PQntuples(res); i++) {
		bool asked = source && attribute && strcmp(source, eh_pg_text(res, i, 0)) == 0 &&
		             strcmp(attribute, eh_pg_text(res, i, 1)) == 0;
		if (!p->source || asked) {
			p->source = eh_arena_strdup(p->arena, eh_pg_text(res, i, 0));
			p->attribute = eh_arena_strdup(p->arena, eh_pg_text(res, i, 1));
		}
	}
	for (int i = 0; i < PQntuples(res); i++) {
		EH_BUF_AUTO href = {0};
		eh_buf_puts(&href, "/r?source=");
		eh_serve_percent_encode(&href, eh_pg_text(res, i, 0), false);
		eh_buf_puts(&href, "&attribute=");
		eh_serve_percent_encode(&href, eh_pg_text(res, i, 1), false);
		eh_page_append(choices, json_pack("{s:s, s:s++, s:b}", "href", href.data, "label",
		                                  eh_pg_text(res, i, 0), ": ", eh_pg_text(res, i, 1), "current",
		                                  strcmp(p->source, eh_pg_text(res, i, 0)) == 0 &&
		                                           strcmp(p->attribute, eh_pg_text(res, i, 1)) == 0));
	}
	return choices;
}

static size_t place_of(struct portal *p, const char *group)
{
	for (size_t i = 0; i < p->groups; i++)
		if (strcmp(p->group[i], group) == 0)
			return i;
	if (p->groups == GROUPS_MOST)
		return GROUPS_MOST;
	p->group[p->groups] = eh_arena_strdup(p->arena, group);
	return p->groups++;
}

static json_t *make_cell(struct eh_arena *arena, const PGresult *res, int i)
{
	json_t *cell = json_pack("{s:b}", "hidden", eh_pg_bool(res, i, 4));

	EH_ASSERT(cell);
	if (!eh_pg_null(res, i, 2))
		eh_page_set(cell, "n", eh_page_words_count(arena, eh_pg_int8(res, i, 2)));
	if (!eh_pg_null(res, i, 3))
		eh_page_set(cell, "adverse", eh_page_words_count(arena, eh_pg_int8(res, i, 3)));
	if (!eh_pg_null(res, i, 2) && !eh_pg_null(res, i, 3) && eh_pg_int8(res, i, 2) > 0)
		eh_page_set(
			cell, "share",
			eh_page_words_share(arena, (double)eh_pg_int8(res, i, 3) / (double)eh_pg_int8(res, i, 2)));
	return cell;
}

/* Rows of months, columns of groups; a group without a row in a month is empty, a hidden one says so. */
static json_t *make_months(struct portal *p, const PGresult *res)
{
	json_t *months = json_array(), *cells = NULL;
	const char *month = "";

	for (int i = 0; i < PQntuples(res); i++)
		place_of(p, eh_pg_text(res, i, 1));
	for (int i = 0; i < PQntuples(res); i++) {
		size_t place = place_of(p, eh_pg_text(res, i, 1));
		if (strcmp(month, eh_pg_text(res, i, 0)) != 0) {
			month = eh_pg_text(res, i, 0);
			cells = json_array();
			for (size_t g = 0; g < p->groups; g++)
				eh_page_append(cells, json_pack("{s:b}", "empty", 1));
			eh_page_append(months, json_pack("{s:s%, s:o}", "month", month, (size_t)7, "cells", cells));
		}
		if (place < GROUPS_MOST)
			json_array_set_new(cells, place, make_cell(p->arena, res, i));
	}
	return months;
}

static json_t *make_alerts(struct eh_arena *arena, const PGresult *res)
{
	json_t *alerts = json_array();

	for (int i = 0; i < PQntuples(res); i++) {
		enum eh_alert_state step;
		bool page = strcmp(eh_pg_text(res, i, 6), "page") == 0;
		bool over = eh_alert_state_of(eh_pg_text(res, i, 5), &step) && eh_alert_is_over(step);
		json_t *alert = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", eh_pg_text(res, i, 0),
		                          "source", eh_pg_text(res, i, 1), "attribute", eh_pg_text(res, i, 2), "group",
		                          eh_pg_text(res, i, 3), "step", eh_pg_text(res, i, 5), "state",
		                          eh_page_state_slug(over   ? EH_PAGE_STATE_OK
		                                             : page ? EH_PAGE_STATE_ALERT
		                                                     : EH_PAGE_STATE_WATCH),
		                          "word",
		                          over   ? "Over"
		                          : page ? "Page"
		                                 : "Review",
		                          "when", eh_page_words_day(arena, eh_pg_int8(res, i, 7)));
		EH_ASSERT(alert);
		eh_page_set(alert, "heading",
		            eh_pg_text(res, i, 2)[0] == '\0'
		                    ? "About the data of the source"
		                    : eh_arena_printf(arena, "%s: %s", eh_pg_text(res, i, 2), eh_pg_text(res, i, 3)));
		if (!eh_pg_null(res, i, 8))
			eh_page_set(alert, "onset", eh_page_words_day(arena, eh_pg_int8(res, i, 8)));
		eh_page_set(alert, "evidence", eh_pg_text(res, i, 9));
		eh_page_append(alerts, alert);
	}
	return alerts;
}

/* Written before anything is shown: what cannot be recorded is not looked at. */
static enum eh_rc record(struct eh_worker *worker, const struct eh_request *rq, const struct portal *p,
                         struct eh_err *err)
{
	const char *resource =
		p->source ? eh_arena_printf(p->arena, "months of %s, %s; alerts", p->source, p->attribute) : "alerts";
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	eh_pg_arg_text(&args, rq->session.user);
	eh_pg_arg_text(&args, resource);
	return rc == EH_OK ? eh_pg_run(pg, &eh_sql_serve_put_access, &args, NULL, err) : rc;
}

static json_t *make_model(struct portal *p, json_t *choices, const PGresult *months, const PGresult *alerts)
{
	json_t *rows = months ? make_months(p, months) : json_array(), *groups = json_array();

	for (size_t i = 0; i < p->groups; i++)
		eh_page_append(groups, json_string(p->group[i]));
	json_t *model = json_pack("{s:s, s:o, s:o, s:o, s:b, s:b, s:o}", "title", "Regulator portal", "choices",
	                          choices, "groups", groups, "months", rows, "none", json_array_size(rows) == 0,
	                          "no_alerts", PQntuples(alerts) == 0, "alerts", make_alerts(p->arena, alerts));
	EH_ASSERT(model);
	eh_page_set(model, "source", p->source);
	eh_page_set(model, "attribute", p->attribute);
	return model;
}

enum eh_rc eh_serve_page_regulator(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                   struct eh_err *err)
{
	EH_PGRESULT_AUTO choices = NULL;
	EH_PGRESULT_AUTO months = NULL;
	EH_PGRESULT_AUTO alerts = NULL;
	struct portal p = {.arena = rq->arena};
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_regulator(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_regulator_choices, NULL, &choices, err);
	if (rc != EH_OK)
		return rc;
	json_t *links = make_choices(&p, rq, choices);
	eh_pg_arg_text(&args, p.source);
	eh_pg_arg_text(&args, p.attribute);
	rc = record(worker, rq, &p, err);
	if (rc == EH_OK && p.source)
		rc = eh_pg_query(pg, &eh_sql_serve_regulator_months, &args, &months, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_regulator_alerts, NULL, &alerts, err);
	if (rc == EH_OK)
		return eh_serve_page(worker, rq, rp, "regulator", make_model(&p, links, months, alerts), err);
	json_decref(links);
	return rc;
}
