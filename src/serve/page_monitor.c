/*
 * page_monitor.c - /m/KEY : one monitor, what it says, since when, and how that is computed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "page/words.h"
#include "serve/daemon.h"
#include "serve/outcomes.h"
#include "serve/pages.h"
#include "serve/points.h"
#include "serve/sentences.h"
#include "serve/sql.h"
#include "serve/verdicts.h"

struct monitor {
	struct eh_arena *arena;
	const char *key, *source, *policy, *policy_name;
	json_t *verdict, *battery, *figures;
	int64_t pane_us, clock_us, leaf_index, from_us;
	bool clock_known;
	struct eh_points_about about;
	struct eh_points points;
	struct eh_points_marks marks;
	PGresult *alerts;
};

static void free_monitor(struct monitor *m)
{
	json_decref(m->verdict);
	json_decref(m->battery);
	json_decref(m->figures);
	PQclear(m->alerts);
}
#define MONITOR_AUTO __attribute__((cleanup(free_monitor))) struct monitor

/* ---- reading ---- */

/* *found is false where there is no such monitor. */
static enum eh_rc read_latest(struct eh_worker *worker, struct monitor *m, bool *found, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	eh_pg_arg_text(&args, m->key);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_monitor_latest, &args, &res, err);
	*found = rc == EH_OK && PQntuples(res) > 0;
	if (!*found)
		return rc;
	m->verdict = eh_page_json_load(eh_pg_text(res, 0, 0));
	m->battery = eh_page_json_load(eh_pg_text(res, 0, 1));
	m->pane_us = eh_pg_int8(res, 0, 2);
	m->leaf_index = eh_pg_int8(res, 0, 3);
	m->figures = eh_pg_null(res, 0, 4) ? json_object() : eh_page_json_load(eh_pg_text(res, 0, 4));
	m->clock_known = !eh_pg_null(res, 0, 5);
	m->clock_us = m->clock_known ? eh_pg_int8(res, 0, 5) : m->pane_us;
	m->source = eh_arena_strdup(m->arena, eh_pg_text(res, 0, 6));
	m->policy = eh_pg_null(res, 0, 7) ? NULL : eh_arena_strdup(m->arena, eh_pg_text(res, 0, 7));
	m->policy_name = eh_pg_null(res, 0, 8) ? "in force" : eh_arena_strdup(m->arena, eh_pg_text(res, 0, 8));
	m->about = eh_serve_about(m->verdict);
	return EH_OK;
}

/* How far back: 90 days, a year (the default) or all. */
static int64_t from_of(const struct monitor *m, const struct eh_request *rq)
{
	const char *days = eh_serve_form_get(&rq->args, "days");

	if (days && strcmp(days, "all") == 0)
		return INT64_MIN;
	return m->pane_us - (days && strcmp(days, "90") == 0 ? 90 : 366) * EH_DAY_US;
}

static enum eh_rc read_monitor(struct eh_worker *worker, struct eh_request *rq, struct monitor *m, bool *found,
                               struct eh_err *err)
{
	m->arena = rq->arena;
	m->key = rq->tail;
	enum eh_rc rc = read_latest(worker, m, found, err);
	if (rc != EH_OK || !*found)
		return rc;
	m->from_us = from_of(m, rq);
	rc = eh_serve_points(worker, m->arena, m->key, m->from_us, &m->points, err);
	if (rc != EH_OK)
		return rc;
	int64_t first_us = m->points.n ? m->points.at_us[0] : m->pane_us;
	const char *const key[] = {m->source, eh_page_json_text(m->verdict, "attribute"), m->about.group};
	return eh_serve_points_marks(worker, m->arena, key, first_us, m->clock_us, &m->marks, &m->alerts, err);
}

/* ---- the battery as a table ---- */

static const char *interval_text(struct eh_arena *arena, double lo, double hi, int decimals)
{
	return isnan(lo) || isnan(hi) ? ""
	                              : eh_arena_printf(arena, "%s to %s", eh_page_words_number(arena, lo, decimals),
	                                                eh_page_words_number(arena, hi, decimals));
}

static void share_row(struct eh_arena *arena, json_t *table, const char *name, const json_t *value, const char *method)
{
	double lo = eh_page_json_number(value, "lo"), hi = eh_page_json_number(value, "hi");
	const char *interval = isnan(lo) || isnan(hi)
	                               ? ""
	                               : eh_arena_printf(arena, "%s to %s", eh_page_words_share(arena, lo),
	                                                 eh_page_words_share(arena, hi));

	if (json_is_object(value))
		eh_page_table_row(table, (const char *const[]){
						  name, eh_page_words_share(arena, eh_page_json_number(value, "est")),
						  interval, method});
}

static void number_row(struct eh_arena *arena, json_t *table, const char *name, double value, const char *interval,
                       const char *method)
{
	if (!isnan(value))
		eh_page_table_row(
			table, (const char *const[]){name, eh_page_words_number(arena, value, 3), interval, method});
}

static void score_rows(struct eh_arena *arena, json_t *table, const json_t *score)
{
	if (!json_is_object(score))
		return;
	number_row(arena, table, "Score gap, standardised (SMD)", eh_page_json_number(score, "smd"), "",
	           "pooled standard deviation");
	number_row(
		arena, table, "Score order (AUC)", eh_page_json_number(score, "auc"),
		interval_text(arena, eh_page_json_number(score, "auc_lo"), eh_page_json_number(score, "auc_hi"), 3),
		"DeLong, 95 %; .5 is no order");
	double p = eh_page_json_number(score, "mann_whitney_p");
	if (!isnan(p))
		eh_page_table_row(
			table, (const char *const[]){"Mann-Whitney p", eh_page_words_p(arena, p), "", "with ties"});
}

/* The worst and the best case; where the reference group could be without one there is no best. */
static const char *bounds_text(struct eh_arena *arena, const json_t *battery, int decimals)
{
	const json_t *bounds = json_object_get(battery, "bounds");
	double hi = eh_page_json_number(bounds, "hi");

	return isnan(hi) ? eh_arena_printf(arena, "%s or more", eh_page_words_number(arena, eh_page_json_number(bounds, "lo"), decimals))
	                 : interval_text(arena, eh_page_json_number(bounds, "lo"), hi, decimals);
}

/* Limits that hold at every look since the evidence began; open on a side that nothing rules out yet. */
static void confidence_row(const struct monitor *m, json_t *table)
{
	const json_t *c = json_object_get(m->battery, "confidence");
	double lo = eh_page_json_number(c, "lo"), hi = eh_page_json_number(c, "hi");
	int64_t since_us;

	if (!json_is_object(c) || !eh_page_json_time(c, "since", &since_us))
		return;
	const char *limits = isnan(hi) ? eh_arena_printf(m->arena, "%s or more", eh_page_words_number(m->arena, lo, 3))
	                               : interval_text(m->arena, lo, hi, 3);
	bool moved = json_is_true(json_object_get(c, "moved"));
	eh_page_table_row(table, (const char *const[]){"Ratio, limits that hold at every look", moved ? "it has moved" : "",
	                                               moved ? "" : limits,
	                                               eh_arena_printf(m->arena, "confidence sequence since %s",
	                                                               eh_page_words_day(m->arena, since_us))});
}

static json_t *battery_table(const struct monitor *m)
{
	static const char *const labels[] = {"Measure", "#Value", "#95 % interval", "Method", NULL};
	struct eh_arena *arena = m->arena;
	const json_t *b = m->battery, *v = m->verdict, *cmh = json_object_get(b, "cmh"),
		     *r = json_object_get(b, "point_biserial");
	json_t *table = eh_page_table_begin("The 30-day window in figures", labels);
	const char *outcome = m->about.adverse ? "Adverse" : "Favourable";

	share_row(arena, table, eh_arena_printf(arena, "%s rate, %s", outcome, m->about.group),
	          json_object_get(b, "rate_protected"), "Wilson");
	share_row(arena, table, eh_arena_printf(arena, "%s rate, %s", outcome, m->about.reference),
	          json_object_get(b, "rate_reference"), "Wilson");
	number_row(arena, table, "Ratio of the rates", eh_page_json_number(v, "air"),
	           interval_text(arena, eh_page_json_number(v, "air_lo"), eh_page_json_number(v, "air_hi"), 3),
	           m->about.conditional ? "Mantel-Haenszel, Greenland-Robins" : "Koopman");
	if (json_is_object(json_object_get(b, "bounds")))
		number_row(arena, table, "Ratio of the rates, raw, were the missing labels known", eh_page_json_number(json_object_get(b, "bounds"), "est"),
		           bounds_text(arena, b, 3), "worst and best case, Manski");
	confidence_row(m, table);
	share_row(arena, table, "Difference of the rates", json_object_get(b, "risk_difference"), "Newcombe");
	eh_page_table_row(table, (const char *const[]){"Fisher\u2019s exact p",
	                                               eh_page_words_p(arena, eh_page_json_number(b, "fisher_p")),
	                                               "", "two-sided, this window once"});
	if (json_is_object(cmh)) {
		number_row(arena, table, "Common odds ratio", eh_page_json_number(cmh, "or_mh"),
		           interval_text(arena, eh_page_json_number(cmh, "lo"), eh_page_json_number(cmh, "hi"), 3),
		           eh_arena_printf(arena, "Mantel-Haenszel over %s",
		                           eh_page_words_plural(arena, eh_page_json_count(cmh, "strata"), "stratum",
		                                                "strata")));
		eh_page_table_row(table, (const char *const[]){"Cochran-Mantel-Haenszel p",
		                                               eh_page_words_p(arena, eh_page_json_number(cmh, "p")),
		                                               "", "within strata"});
	}
	score_rows(arena, table, json_object_get(b, "score"));
	if (json_is_object(r))
		number_row(arena, table, "Correlation with adverse", eh_page_json_number(r, "r"),
		           interval_text(arena, eh_page_json_number(r, "lo"), eh_page_json_number(r, "hi"), 3),
		           "point-biserial");
	number_row(arena, table, "Cram\u00e9r\u2019s V, attribute and decision", eh_page_json_number(b, "cramers_v"),
	           "", "bias-corrected");
	double shortfall = eh_page_json_number(b, "shortfall");
	if (!isnan(shortfall))
		eh_page_table_row(table,
		                  (const char *const[]){eh_arena_printf(arena, "%s %s decisions, in people",
		                                                        shortfall < 0 ? "More" : "Fewer",
		                                                        m->about.adverse ? "adverse" : "favourable"),
		                                        eh_page_words_number(arena, fabs(shortfall), 0), "",
		                                        "than at the reference\u2019s rate"});
	return table;
}

/* ---- tiles, links, alerts ---- */

static json_t *tile(const char *label, const char *value, const char *note)
{
	json_t *made = json_pack("{s:s, s:s}", "label", label, "value", value);

	EH_ASSERT(made);
	eh_page_set(made, "note", note);
	return made;
}

static const json_t *missing_of(const struct monitor *m)
{
	const char *attribute = eh_page_json_text(m->verdict, "attribute");
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(m->figures, "missing"), i, item)
		if (eh_page_json_text(item, "attribute") &&
		    strcmp(eh_page_json_text(item, "attribute"), attribute) == 0)
			return item;
	return NULL;
}

static double strongest_years(const struct monitor *m)
{
	double best = NAN;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(m->battery, "years"), i, item)
		best = fmax(best, eh_page_json_number(item, "log10_years"));
	return best;
}

/* A family may ask for a window of its own. */
static const char *ratio_label(const struct monitor *m)
{
	int64_t from_us, to_us;

	if (!eh_page_json_time(m->verdict, "window_start", &from_us) || !eh_page_json_time(m->verdict, "pane_end", &to_us))
		return "Ratio";
	return eh_arena_printf(m->arena, "Ratio, %lld days", (long long)((to_us - from_us + EH_DAY_US / 2) / EH_DAY_US));
}

static const char *whole_days(struct eh_arena *arena, double days)
{
	return eh_page_words_plural(arena, (int64_t)ceil(days), "day", "days");
}

/* How long a fall would take to show (law 4). */
static void proof_tile(const struct monitor *m, json_t *tiles)
{
	const json_t *proof = json_object_get(m->battery, "proof");
	double days = eh_page_json_number(proof, "days"), page = eh_page_json_number(proof, "page_days");
	const char *after = isnan(page) ? "" : eh_arena_printf(m->arena, "; a page after about %s", whole_days(m->arena, page));

	if (json_is_object(proof))
		eh_page_append(tiles, tile("Time to notice", isnan(days) ? "never" : whole_days(m->arena, days),
		                           eh_arena_printf(m->arena, "about, for a fall to %s at present volume%s",
		                                           eh_page_words_number(m->arena, eh_page_json_number(proof, "fall"), 2), after)));
}

static json_t *make_tiles(const struct monitor *m)
{
	struct eh_arena *arena = m->arena;
	json_t *tiles = json_array();
	const json_t *missing = missing_of(m), *line = json_array_get(json_object_get(m->battery, "years"), 0);
	double page = eh_page_json_number(line, "page_line_years");

	eh_page_append(tiles,
	               tile(ratio_label(m), eh_page_words_number(arena, eh_page_json_number(m->verdict, "air"), 2),
	                    interval_text(arena, eh_page_json_number(m->verdict, "air_lo"),
	                                  eh_page_json_number(m->verdict, "air_hi"), 2)));
	eh_page_append(tiles, tile("Evidence", eh_page_words_years(arena, strongest_years(m)),
	                           isnan(page) ? NULL
	                                        : eh_arena_printf(arena, "page line: %s",
	                                                          eh_page_words_years(arena, log10(page)))));
	eh_page_append(
		tiles, tile("Decisions", eh_page_words_count(arena, eh_page_json_count(m->verdict, "n_protected")),
	                    eh_arena_printf(arena, "%s; %s of %s", m->about.group,
	                                    eh_page_words_count(arena, eh_page_json_count(m->verdict, "n_reference")),
	                                    m->about.reference)));
	if (missing)
		eh_page_append(
			tiles,
			tile("Attribute missing", eh_page_words_share(arena, eh_page_json_number(missing, "share")),
		             eh_arena_printf(
				     arena, "before: %s",
				     eh_page_words_share(arena, eh_page_json_number(missing, "share_before")))));
	if (json_is_object(json_object_get(m->battery, "bounds")))
		eh_page_append(tiles, tile("Were they known", bounds_text(arena, m->battery, 2), "the raw ratio, at worst and at best"));
	proof_tile(m, tiles);
	return tiles;
}

/* The same group, seen in the other ways. */
static json_t *make_siblings(const struct monitor *m, const struct eh_verdict_rows *rows)
{
	json_t *siblings = json_array();
	const char *attribute = eh_page_json_text(m->verdict, "attribute");

	for (size_t i = 0; i < rows->n; i++) {
		const struct eh_verdict_row *row = &rows->row[i];
		if (strcmp(row->source, m->source) != 0 || strcmp(row->attribute, attribute) != 0 ||
		    strcmp(row->group, m->about.group) != 0)
			continue;
		eh_page_append(siblings,
		               json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "href", row->href, "label",
		                         eh_arena_printf(m->arena, "%s, %s", row->adverse ? "Adverse" : "Favourable",
		                                         row->conditional ? "like for like" : "as it is"),
		                         "state", eh_page_state_slug(row->state), "word",
		                         eh_page_state_word(row->state), "value",
		                         eh_page_words_number(m->arena, row->air, 2), "current",
		                         strcmp(row->monitor, m->key) == 0));
	}
	return siblings;
}

static json_t *make_alerts(const struct monitor *m)
{
	json_t *alerts = json_array();

	for (int i = 0; i < PQntuples(m->alerts); i++)
		eh_page_append(alerts,
		               json_pack("{s:s, s:s, s:s, s:s}", "href",
		                         eh_arena_printf(m->arena, "/alerts/%s", eh_pg_text(m->alerts, i, 0)), "id",
		                         eh_pg_text(m->alerts, i, 0), "step", eh_pg_text(m->alerts, i, 1), "raised",
		                         eh_page_words_day(m->arena, eh_pg_int8(m->alerts, i, 4))));
	return alerts;
}

static const struct eh_verdict_row *row_of(const struct eh_verdict_rows *rows, const char *monitor)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->row[i].monitor, monitor) == 0)
			return &rows->row[i];
	return NULL;
}

/* ---- the page ---- */

static json_t *make_model(struct monitor *m, const struct eh_verdict_rows *rows)
{
	struct eh_arena *arena = m->arena;
	const struct eh_verdict_row *row = row_of(rows, m->key);
	enum eh_state state = row ? row->state : EH_PAGE_STATE_THIN;
	const json_t *line = json_array_get(json_object_get(m->battery, "years"), 0);
	const char *attribute = eh_page_json_text(m->verdict, "attribute");
	const char *way = eh_arena_printf(arena, "%s decisions, %s", m->about.adverse ? "Adverse" : "Favourable",
	                                  eh_serve_strata_words(arena, m->verdict));
	json_t *model =
		json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:O, s:O}",
	                  "title", eh_arena_printf(arena, "%s: %s", attribute, m->about.group), "live", 1, "source",
	                  m->source, "attribute", attribute, "group", m->about.group, "reference", m->about.reference,
	                  "way", way, "state", eh_page_state_slug(state), "word", eh_page_state_word(state),
	                  "sentence", eh_serve_monitor_sentence(arena, m->verdict), "verdict_sentence",
	                  eh_serve_verdict_sentence(arena, m->verdict, m->battery, m->policy_name), "unknown",
	                  eh_serve_unknown_sentence(arena, m->verdict, m->battery, missing_of(m)), "tiles", make_tiles(m), "siblings",
	                  make_siblings(m, rows), "alerts", make_alerts(m), "battery", battery_table(m), "verdict",
	                  m->verdict, "measures", m->battery);

	EH_ASSERT(model);
	json_t *figures = json_array();
	if (m->points.n > 0) {
		eh_page_append(figures, eh_serve_points_ratio(arena, &m->points, &m->marks, m->about));
		json_t *evidence = eh_serve_points_evidence(arena, &m->points, &m->marks,
		                                            eh_page_json_number(line, "review_line_years"),
		                                            eh_page_json_number(line, "page_line_years"));
		if (json_is_object(evidence))
			eh_page_append(figures, evidence);
		eh_page_append(figures, eh_serve_points_counts(arena, &m->points, m->about));
	}
	eh_page_put(model, "figures", figures);
	const char *href = eh_serve_monitor_href(arena, m->key);
	eh_page_set(model, "href", href);
	eh_page_set(model, "key", m->key);
	eh_page_set(model, "policy", m->policy);
	eh_page_put(model, "leaf_index", json_integer(m->leaf_index));
	eh_page_put(model, "leaf_after", json_integer(m->leaf_index + 1));
	eh_page_set(model, "window", eh_serve_window_words(arena, m->verdict));
	eh_page_set(model, "missing_sentence",
	            eh_page_words_sentence(arena, eh_page_json_text(missing_of(m), "sentence")));
	json_t *outcomes = eh_serve_outcomes(arena, m->figures, eh_page_json_text(m->verdict, "attribute"),
	                                     eh_page_json_text(m->verdict, "group"));
	if (outcomes)
		eh_page_put(model, "outcomes", outcomes);
	return model;
}

static enum eh_rc no_such_monitor(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp)
{
	eh_serve_answer_error(worker->serve, rq, rp, 404, "there is no such monitor",
	                      "Monitors appear with the first pane in which their group has decisions.");
	return EH_OK;
}

enum eh_rc eh_serve_page_monitor(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                 struct eh_err *err)
{
	MONITOR_AUTO m = {0};
	struct eh_verdict_rows rows = {0};
	bool found = false;
	enum eh_rc rc = read_monitor(worker, rq, &m, &found, err);

	if (rc != EH_OK)
		return rc;
	if (!found)
		return no_such_monitor(worker, rq, rp);
	rc = eh_serve_verdicts(worker, rq->arena, &rows, err);
	return rc == EH_OK ? eh_serve_page(worker, rq, rp, "monitor", make_model(&m, &rows), err) : rc;
}

static void csv_number(struct eh_buf *out, double x, char end)
{
	if (!isnan(x))
		eh_buf_printf(out, "%.10g", x);
	eh_buf_putc(out, end);
}

enum eh_rc eh_serve_page_monitor_csv(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                     struct eh_err *err)
{
	MONITOR_AUTO m = {0};
	bool found = false;
	enum eh_rc rc = read_monitor(worker, rq, &m, &found, err);

	if (rc != EH_OK)
		return rc;
	if (!found)
		return no_such_monitor(worker, rq, rp);
	rp->type = "text/csv; charset=utf-8";
	rp->file = "monitor.csv";
	eh_buf_puts(&rp->body, "pane_start,n_protected,n_reference,k_protected,k_reference,ratio,ratio_lo,ratio_hi,"
	                       "log10_years_drift,log10_years_level,verdict,leaf_index\n");
	for (size_t i = 0; i < m.points.n; i++) {
		const struct eh_points *p = &m.points;
		eh_buf_printf(&rp->body, "%s,%lld,%lld,%lld,%lld,", eh_page_words_iso(rq->arena, p->at_us[i]),
		              (long long)p->n_protected[i], (long long)p->n_reference[i], (long long)p->k_protected[i],
		              (long long)p->k_reference[i]);
		csv_number(&rp->body, p->air[i], ',');
		csv_number(&rp->body, p->lo[i], ',');
		csv_number(&rp->body, p->hi[i], ',');
		csv_number(&rp->body, p->log10_years[0][i], ',');
		csv_number(&rp->body, p->log10_years[1][i], ',');
		eh_buf_printf(&rp->body, "%s,%lld\n", p->verdict[i], (long long)p->leaf_index[i]);
	}
	return EH_OK;
}
