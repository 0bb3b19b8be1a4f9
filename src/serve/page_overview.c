/*
 * page_overview.c - / : how many monitors need attention, which, and since when.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "page/chart.h"
#include "page/words.h"
#include "serve/outcomes.h"
#include "serve/pages.h"
#include "serve/sql.h"
#include "serve/verdicts.h"

#define GROUPS_SHOWN 12 /* of one attribute; the rest is on the list of monitors */
#define SPARK_POINTS 31

struct overview {
	struct eh_arena *arena;
	struct eh_verdict_rows verdicts;
	const PGresult *sparks;
	int sparks_drawn;
	struct sum {
		int64_t n, naive, naive_since_us; /* naive_since_us 0: unknown */
		bool known;
	} sum; /* over the sources */
};

/* ---- a cell ---- */

/* The rows of the sparks are sorted by monitor: the first of ours, or -1. */
static int first_spark(const PGresult *sparks, const char *monitor)
{
	int lo = 0, hi = PQntuples(sparks);

	while (lo < hi) {
		int middle = (lo + hi) / 2;
		if (strcmp(PQgetvalue(sparks, middle, 0), monitor) < 0)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < PQntuples(sparks) && strcmp(PQgetvalue(sparks, lo, 0), monitor) == 0 ? lo : -1;
}

static void add_spark(struct overview *o, json_t *cell, const struct eh_verdict_row *row)
{
	double value[SPARK_POINTS];
	size_t n = 0;
	EH_BUF_AUTO svg = {0};

	for (int i = first_spark(o->sparks, row->monitor); i >= 0 && i < PQntuples(o->sparks) && n < SPARK_POINTS;
	     i++) {
		if (strcmp(PQgetvalue(o->sparks, i, 0), row->monitor) != 0)
			break;
		value[n++] = eh_pg_null(o->sparks, i, 1) ? NAN : strtod(eh_pg_text(o->sparks, i, 1), NULL);
	}
	if (n < 2)
		return;
	struct eh_chart_spark spark = {
		.about = {eh_arena_printf(o->arena, "spark%d", o->sparks_drawn++), "The last 30 days",
	                  eh_arena_printf(o->arena, "From %s to %s", eh_page_words_number(o->arena, value[0], 2),
	                                  eh_page_words_number(o->arena, value[n - 1], 2))},
		.value = value,
		.n = n,
		.rule = row->adverse ? 1 / .9 : .9,
		.state = row->state};
	eh_page_chart_spark(&svg, &spark);
	eh_page_set(cell, "spark_svg", svg.data);
}

static json_t *verdict_cell(struct overview *o, const char *column, const struct eh_verdict_row *row)
{
	/* Where the verdict is that there is too little, no number stands in its place. */
	bool thin = row->state == EH_PAGE_STATE_THIN;
	const char *note =
		thin ? eh_page_words_plural(o->arena, row->n_protected, "decision", "decisions")
		: isnan(row->lo) || isnan(row->hi)
			? NULL
			: eh_arena_printf(o->arena, "%s\u2013%s", eh_page_words_number(o->arena, row->lo, 2),
	                                  eh_page_words_number(o->arena, row->hi, 2));
	json_t *cell = json_pack("{s:s, s:s, s:s, s:s, s:s}", "column", column, "href", row->href, "state",
	                         eh_page_state_slug(row->state), "word", eh_page_state_word(row->state), "value",
	                         thin || isnan(row->air) ? "\u2013" : eh_page_words_number(o->arena, row->air, 2));

	EH_ASSERT(cell);
	eh_page_set(cell, "note", note);
	if (!thin)
		add_spark(o, cell, row);
	return cell;
}

static json_t *empty_cell(const char *column, const char *word)
{
	return json_pack("{s:s, s:s, s:s}", "column", column, "word", word, "value", "\u2013");
}

/* A figure that is shown beside the monitors and not tested. */
static json_t *plain_cell(const char *column, const char *word, const char *value, const char *note)
{
	json_t *cell = json_pack("{s:s, s:s, s:s}", "column", column, "word", word, "value", value);

	EH_ASSERT(cell);
	eh_page_set(cell, "note", note);
	return cell;
}

/* ---- a row: one group of one attribute ---- */

/* Of two monitors the one that says more: the worse state, then the stronger evidence. */
static const struct eh_verdict_row *worse(const struct eh_verdict_row *a, const struct eh_verdict_row *b)
{
	static const int rank[EH_PAGE_STATES] = {
		[EH_PAGE_STATE_OK] = 2,   [EH_PAGE_STATE_WATCH] = 4,      [EH_PAGE_STATE_ALERT] = 5,
		[EH_PAGE_STATE_THIN] = 1, [EH_PAGE_STATE_SUPPRESSED] = 0, [EH_PAGE_STATE_STALE] = 3};

	if (!a || !b)
		return a ? a : b;
	if (rank[a->state] != rank[b->state])
		return rank[a->state] > rank[b->state] ? a : b;
	return b->log10_years > a->log10_years ? b : a;
}

/* The monitors of one group, which stand together. */
struct group {
	const struct eh_verdict_row *favourable, *adverse, *within, *first;
	size_t n;
};

static struct group take_group(const struct eh_verdict_rows *rows, size_t at)
{
	struct group g = {.first = &rows->row[at]};

	for (; at + g.n < rows->n; g.n++) {
		const struct eh_verdict_row *row = &rows->row[at + g.n];
		if (strcmp(row->source, g.first->source) != 0 || strcmp(row->attribute, g.first->attribute) != 0 ||
		    strcmp(row->group, g.first->group) != 0)
			break;
		if (row->conditional)
			g.within = worse(g.within, row);
		else if (row->adverse)
			g.adverse = row;
		else
			g.favourable = row;
	}
	return g;
}

static json_t *within_cell(struct overview *o, const struct group *g)
{
	if (!g->within)
		return empty_cell("Like for like", "No strata");
	json_t *cell = verdict_cell(o, "Like for like", g->within);
	eh_page_set(cell, "kind", g->within->adverse ? "adverse" : "favourable");
	return cell;
}

static json_t *make_row(struct overview *o, const struct group *g)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:[]}", "group", g->first->group, "reference", g->first->reference,
	                        "n", eh_page_words_count(o->arena, g->first->n_protected), "cells");
	EH_ASSERT(row);
	json_t *cells = json_object_get(row, "cells");
	double smd = g->adverse && !isnan(g->adverse->smd) ? g->adverse->smd : g->favourable ? g->favourable->smd : NAN;

	eh_page_append(cells, g->favourable ? verdict_cell(o, "Favourable ratio", g->favourable)
	                                     : empty_cell("Favourable ratio", "Not watched"));
	eh_page_append(cells, g->adverse ? verdict_cell(o, "Adverse ratio", g->adverse)
	                                  : empty_cell("Adverse ratio", "Not watched"));
	eh_page_append(cells, within_cell(o, g));
	eh_page_append(cells, isnan(smd) ? empty_cell("Score gap", "No score")
	                                  : plain_cell("Score gap", "Shown, not tested",
	                                               eh_page_words_number(o->arena, smd, 2),
	                                               "standard deviations of the score"));
	return row;
}

/* ---- an attribute ---- */

static const json_t *named(const json_t *array, const char *key, const char *value)
{
	const char *text;
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		if ((text = eh_page_json_text(item, key)) && strcmp(text, value) == 0)
			return item;
	return NULL;
}

static const json_t *strongest_proxy(const json_t *figures, const char *attribute)
{
	const json_t *best = NULL;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(figures, "proxies"), i, item)
		if (eh_page_json_text(item, "attribute") &&
		    strcmp(eh_page_json_text(item, "attribute"), attribute) == 0 &&
		    eh_page_json_text(item, "feature") && !isnan(eh_page_json_number(item, "value")) &&
		    (!best || eh_page_json_number(item, "value") > eh_page_json_number(best, "value")))
			best = item;
	return best;
}

/* The two cells that an attribute's rows share: its tie to the decision and to features, and what is missing. */
static json_t *shared_cells(struct overview *o, const json_t *figures, const char *attribute, size_t rows)
{
	const json_t *tie = named(json_object_get(figures, "association"), "attribute", attribute);
	const json_t *missing = named(json_object_get(figures, "missing"), "attribute", attribute);
	const json_t *proxy = strongest_proxy(figures, attribute);
	json_t *cells = json_array(), *cell;

	cell = plain_cell(
		"Association", "Shown, not tested",
		eh_page_words_number(o->arena, eh_page_json_number(tie, "cramers_v"), 3),
		proxy ? eh_arena_printf(o->arena, "Cram\u00e9r\u2019s V with the decision; strongest proxy: %s, %s",
	                                eh_page_json_text(proxy, "feature"),
	                                eh_page_words_number(o->arena, eh_page_json_number(proxy, "value"), 2))
		      : "Cram\u00e9r\u2019s V with the decision");
	eh_page_append(cells, cell);
	const char *sentence = eh_page_json_text(missing, "sentence");
	enum eh_state state = sentence ? EH_PAGE_STATE_WATCH : EH_PAGE_STATE_OK;
	cell = plain_cell(
		"Missing", missing ? eh_page_state_word(state) : "Unknown",
		eh_page_words_share(o->arena, eh_page_json_number(missing, "share")),
		missing ? eh_arena_printf(o->arena, "before: %s",
	                                  eh_page_words_share(o->arena, eh_page_json_number(missing, "share_before")))
			: NULL);
	if (missing)
		eh_page_set(cell, "state", eh_page_state_slug(state));
	eh_page_append(cells, cell);
	for (size_t i = 0; i < json_array_size(cells); i++)
		eh_page_put(json_array_get(cells, i), "span", json_integer((json_int_t)rows));
	return cells;
}

/* One attribute from row `*at` on; its worst groups where there are many. */
static json_t *make_attribute(struct overview *o, const json_t *figures, size_t *at)
{
	const struct eh_verdict_row *first = &o->verdicts.row[*at];
	json_t *rows = json_array();
	size_t groups = 0, shown = 0;

	while (*at < o->verdicts.n && strcmp(o->verdicts.row[*at].source, first->source) == 0 &&
	       strcmp(o->verdicts.row[*at].attribute, first->attribute) == 0) {
		struct group g = take_group(&o->verdicts, *at);
		*at += g.n;
		groups++;
		enum eh_state state = worse(worse(g.favourable, g.adverse), g.within)->state;
		if (shown < GROUPS_SHOWN || state == EH_PAGE_STATE_ALERT) {
			eh_page_append(rows, make_row(o, &g));
			shown++;
		}
	}
	eh_page_put(json_array_get(rows, 0), "shared", shared_cells(o, figures, first->attribute, shown));
	json_t *attribute = json_pack("{s:s, s:s, s:o}", "attribute", first->attribute, "reference", first->reference,
	                              "rows", rows);
	EH_ASSERT(attribute);
	if (groups > shown)
		eh_page_set(attribute, "more",
		            eh_page_words_plural(o->arena, (int64_t)(groups - shown), "more group", "more groups"));
	return attribute;
}

/* ---- a source ---- */

static json_t *source_facts(struct overview *o, const PGresult *res, int i, const json_t *figures)
{
	struct eh_arena *arena = o->arena;
	json_t *facts = json_array();
	const char *phase = eh_pg_text(res, i, 2);
	json_t *live = eh_pg_null(res, i, 6) ? NULL : eh_page_json_load(eh_pg_text(res, i, 6));
	int64_t from_us;

#define FACT(name, text) eh_page_append(facts, json_pack("{s:s, s:s}", "name", name, "text", text))
	FACT("State", !phase                          ? "registered, not read yet"
	              : strcmp(phase, "live") == 0    ? "live"
	              : strcmp(phase, "history") == 0 ? "reading history"
	                                              : "ended, shown as of its clock");
	if (!eh_pg_null(res, i, 3))
		FACT("Clock", eh_page_words_instant(arena, eh_pg_int8(res, i, 3)));
	if (eh_page_json_time(figures, "window_start", &from_us))
		FACT("Window", eh_arena_printf(arena, "30 days from %s", eh_page_words_day(arena, from_us)));
	if (figures)
		FACT("Decisions in it", eh_page_words_count(arena, eh_page_json_count(figures, "n")));
	const json_t *seen = json_object_get(figures, "monitored");
	if (json_is_object(seen) && eh_page_json_count(seen, "n") > 0)
		FACT("Monitored", eh_arena_printf(arena, "%s in %s",
		                                  eh_page_words_share(arena, (double)eh_page_json_count(seen, "monitored") /
		                                                                     (double)eh_page_json_count(seen, "n")),
		                                  eh_page_json_text(seen, "over")));
	if (live)
		FACT("Open pane, provisional",
		     eh_page_words_plural(arena, eh_page_json_count(live, "n"), "decision", "decisions"));
#undef FACT
	json_decref(live);
	return facts;
}

static json_t *data_notes(struct eh_arena *arena, const json_t *figures)
{
	json_t *notes = eh_serve_unmapped(arena, figures), *item;
	size_t i;

	json_array_foreach(json_object_get(figures, "missing"), i, item)
		if (eh_page_json_text(item, "sentence"))
			eh_page_append(notes, json_string(eh_page_words_sentence(
						       arena, eh_page_json_text(item, "sentence"))));
	return notes;
}

static void add_up(struct sum *sum, const json_t *figures)
{
	int64_t since_us;

	if (!figures)
		return;
	sum->known = true;
	sum->n += eh_page_json_count(figures, "n");
	sum->naive += eh_page_json_count(figures, "naive_alerts");
	if (eh_page_json_time(figures, "naive_since", &since_us) &&
	    (!sum->naive_since_us || since_us < sum->naive_since_us))
		sum->naive_since_us = since_us;
}

static json_t *make_source(struct overview *o, const PGresult *res, int i, size_t *at)
{
	const char *name = eh_pg_text(res, i, 1);
	EH_JSON_AUTO figures = eh_pg_null(res, i, 5) ? NULL : eh_page_json_load(eh_pg_text(res, i, 5));
	json_t *attributes = json_array();

	while (*at < o->verdicts.n && strcmp(o->verdicts.row[*at].source, name) == 0)
		eh_page_append(attributes, make_attribute(o, figures, at));
	json_t *source = json_pack("{s:s, s:o, s:o, s:o}", "name", name, "facts", source_facts(o, res, i, figures),
	                           "notes", data_notes(o->arena, figures), "attributes", attributes);
	EH_ASSERT(source);
	eh_page_put(source, "watched", json_boolean(json_array_size(attributes) > 0));
	add_up(&o->sum, figures);
	return source;
}

/* ---- the page ---- */

static json_t *tile(const char *label, const char *value, const char *note)
{
	json_t *made = json_pack("{s:s, s:s}", "label", label, "value", value);

	EH_ASSERT(made);
	eh_page_set(made, "note", note);
	return made;
}

/* Four figures; the last is the rule that people know, beside ours. */
static json_t *make_tiles(struct overview *o, const PGresult *alerts)
{
	struct eh_arena *arena = o->arena;
	json_t *tiles = json_array();
	int64_t attention = 0;
	int pages = 0;

	for (size_t i = 0; i < o->verdicts.n; i++)
		attention += o->verdicts.row[i].state == EH_PAGE_STATE_ALERT ||
		             o->verdicts.row[i].state == EH_PAGE_STATE_WATCH;
	for (int i = 0; i < PQntuples(alerts); i++)
		pages += strcmp(eh_pg_text(alerts, i, 6), "page") == 0;
	eh_page_append(tiles, tile("Open alerts", eh_page_words_count(arena, PQntuples(alerts)),
	                           eh_arena_printf(arena, "%d to be looked at now, %d to review", pages,
	                                           PQntuples(alerts) - pages)));
	eh_page_append(tiles,
	               tile("Monitors over a line", eh_page_words_count(arena, attention),
	                    eh_arena_printf(arena, "of %s", eh_page_words_count(arena, (int64_t)o->verdicts.n))));
	eh_page_append(tiles, tile("Decisions in 30 days", eh_page_words_count(arena, o->sum.n), NULL));
	eh_page_append(tiles,
	               tile("An hourly p < .05 rule", eh_page_words_plural(arena, o->sum.naive, "time", "times"),
	                    o->sum.naive_since_us ? eh_arena_printf(arena, "would have alerted by now, since %s",
	                                                            eh_page_words_day(arena, o->sum.naive_since_us))
	                                           : "would have alerted by now"));
	return json_pack("{s:o}", "items", tiles);
}

static json_t *make_alerts(struct eh_arena *arena, const PGresult *res, int most)
{
	json_t *alerts = json_array();

	for (int i = 0; i < PQntuples(res) && i < most; i++) {
		bool page = strcmp(eh_pg_text(res, i, 6), "page") == 0;
		enum eh_state state = page ? EH_PAGE_STATE_ALERT : EH_PAGE_STATE_WATCH;
		json_t *alert = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "heading", eh_pg_text(res, i, 10),
		                          "source", eh_pg_text(res, i, 1), "href",
		                          eh_arena_printf(arena, "/alerts/%s", eh_pg_text(res, i, 0)), "attribute",
		                          eh_pg_text(res, i, 2), "group", eh_pg_text(res, i, 3), "state",
		                          eh_page_state_slug(state), "word", page ? "Page" : "Review", "step",
		                          eh_pg_text(res, i, 5), "kind", eh_pg_text(res, i, 4));
		EH_ASSERT(alert);
		eh_page_set(alert, "sentence", eh_pg_text(res, i, 7));
		if (!eh_pg_null(res, i, 9))
			eh_page_set(alert, "age",
			            eh_page_words_span(arena, eh_pg_int8(res, i, 9) - eh_pg_int8(res, i, 8)));
		eh_page_append(alerts, alert);
	}
	return alerts;
}

static void count_states(const struct eh_verdict_rows *rows, int64_t count[EH_PAGE_STATES])
{
	memset(count, 0, EH_PAGE_STATES * sizeof *count);
	for (size_t i = 0; i < rows->n; i++)
		count[rows->row[i].state]++;
}

static const char *first_sentence(struct eh_arena *arena, const struct eh_verdict_rows *rows, int64_t alerts)
{
	int64_t count[EH_PAGE_STATES];
	EH_BUF_AUTO b = {0};

	count_states(rows, count);
	if (rows->n == 0)
		return "Nothing has been judged yet.";
	int64_t attention = count[EH_PAGE_STATE_ALERT] + count[EH_PAGE_STATE_WATCH];
	eh_buf_printf(&b, "%s of %s %s attention", attention == 0 ? "None" : eh_page_words_count(arena, attention),
	              eh_page_words_plural(arena, (int64_t)rows->n, "monitor", "monitors"),
	              attention == 1 ? "needs" : "need");
	if (count[EH_PAGE_STATE_OK] > 0)
		eh_buf_printf(&b, "; %s within the lines",
		              eh_page_words_plural(arena, count[EH_PAGE_STATE_OK], "is", "are"));
	if (count[EH_PAGE_STATE_THIN] > 0)
		eh_buf_printf(&b, "; %s too little data to say",
		              eh_page_words_plural(arena, count[EH_PAGE_STATE_THIN], "has", "have"));
	if (count[EH_PAGE_STATE_STALE] > 0)
		eh_buf_printf(&b, "; %s stale", eh_page_words_plural(arena, count[EH_PAGE_STATE_STALE], "is", "are"));
	eh_buf_printf(&b, ". %s open.",
	              alerts == 0 ? "No alert is" : eh_page_words_plural(arena, alerts, "alert is", "alerts are"));
	return eh_arena_strdup(arena, b.data);
}

enum eh_rc eh_serve_page_overview(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                  struct eh_err *err)
{
	EH_PGRESULT_AUTO sources = NULL;
	EH_PGRESULT_AUTO sparks = NULL;
	EH_PGRESULT_AUTO alerts = NULL;
	struct overview o = {.arena = rq->arena};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_sources, NULL, &sources, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_sparks, NULL, &sparks, err);
	if (rc == EH_OK)
		rc = eh_serve_open_alerts(worker, &alerts, err);
	if (rc == EH_OK)
		rc = eh_serve_verdicts(worker, rq->arena, &o.verdicts, err);
	if (rc != EH_OK)
		return rc;
	o.sparks = sparks;
	json_t *list = json_array();
	size_t at = 0;
	for (int i = 0; i < PQntuples(sources); i++)
		eh_page_append(list, make_source(&o, sources, i, &at));
	int open = PQntuples(alerts);
	json_t *model = json_pack("{s:s, s:b, s:s, s:o, s:o, s:b}", "title", "Overview", "live", 1, "sentence",
	                          first_sentence(rq->arena, &o.verdicts, open), "sources", list, "alerts",
	                          make_alerts(rq->arena, alerts, 8), "quiet", open == 0);
	if (o.sum.known)
		eh_page_put(model, "tiles", make_tiles(&o, alerts));
	if (open > 8)
		eh_page_set(model, "more_alerts",
		            eh_page_words_plural(rq->arena, open - 8, "more alert", "more alerts"));
	return eh_serve_page(worker, rq, rp, "overview", model, err);
}
