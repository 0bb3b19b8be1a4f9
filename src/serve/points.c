/*
 * points.c - see points.h.
 */
#include "serve/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "page/words.h"
#include "serve/sql.h"

#define TABLE_ROWS 30
#define YEARS_FLOOR 1e-4 /* below that, evidence is none to speak of */

static double number_at(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NAN : strtod(eh_pg_text(res, row, col), NULL);
}

static int64_t count_at(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? 0 : eh_pg_int8(res, row, col);
}

static void make_room(struct eh_arena *arena, struct eh_points *p)
{
	size_t room = p->n + 1;

	p->at_us = eh_arena_zalloc(arena, room, sizeof *p->at_us);
	p->air = eh_arena_zalloc(arena, room, sizeof *p->air);
	p->lo = eh_arena_zalloc(arena, room, sizeof *p->lo);
	p->hi = eh_arena_zalloc(arena, room, sizeof *p->hi);
	for (size_t i = 0; i < EH_SERVE_POINT_LINES; i++)
		p->log10_years[i] = eh_arena_zalloc(arena, room, sizeof *p->log10_years[i]);
	p->n_protected = eh_arena_zalloc(arena, room, sizeof *p->n_protected);
	p->n_reference = eh_arena_zalloc(arena, room, sizeof *p->n_reference);
	p->k_protected = eh_arena_zalloc(arena, room, sizeof *p->k_protected);
	p->k_reference = eh_arena_zalloc(arena, room, sizeof *p->k_reference);
	p->verdict = eh_arena_zalloc(arena, room, sizeof *p->verdict);
	p->leaf_index = eh_arena_zalloc(arena, room, sizeof *p->leaf_index);
}

static void read_point(struct eh_arena *arena, const PGresult *res, int i, struct eh_points *p)
{
	p->at_us[i] = eh_pg_int8(res, i, 0);
	p->air[i] = number_at(res, i, 1);
	p->lo[i] = number_at(res, i, 2);
	p->hi[i] = number_at(res, i, 3);
	p->n_protected[i] = count_at(res, i, 4);
	p->n_reference[i] = count_at(res, i, 5);
	p->k_protected[i] = count_at(res, i, 6);
	p->k_reference[i] = count_at(res, i, 7);
	p->verdict[i] = eh_arena_strdup(arena, eh_pg_null(res, i, 8) ? "" : eh_pg_text(res, i, 8));
	for (int line = 0; line < EH_SERVE_POINT_LINES; line++) {
		p->log10_years[line][i] = number_at(res, i, 10 + 2 * line);
		if (!eh_pg_null(res, i, 9 + 2 * line))
			p->tau[line] = number_at(res, i, 9 + 2 * line);
	}
	p->leaf_index[i] = eh_pg_int8(res, i, 13);
	/* What the verdict calls too little is not drawn as if it were something. */
	if (strcmp(p->verdict[i], "not_enough_data") == 0)
		p->air[i] = p->lo[i] = p->hi[i] = NAN;
}

enum eh_rc eh_serve_points(struct eh_worker *worker, struct eh_arena *arena, const char *monitor, int64_t from_us,
                           struct eh_points *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	eh_pg_arg_text(&args, monitor);
	eh_pg_arg_int8(&args, from_us);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_monitor_points, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	*out = (struct eh_points){.n = (size_t)PQntuples(res), .tau = {NAN, NAN}};
	make_room(arena, out);
	for (int i = 0; i < (int)out->n; i++)
		read_point(arena, res, i, out);
	return EH_OK;
}

/* ---- marks ---- */

static void add_mark(struct eh_points_marks *marks, int64_t at_us, int64_t from_us, const char *label,
                     enum eh_chart_mark_kind kind)
{
	if (at_us < from_us || marks->marks == sizeof marks->mark / sizeof *marks->mark)
		return;
	size_t at = marks->marks++;
	while (at > 0 && marks->mark[at - 1].at_us > at_us) {
		marks->mark[at] = marks->mark[at - 1];
		at--;
	}
	marks->mark[at] = (struct eh_chart_mark){at_us, label, kind};
}

static void mark_alerts(struct eh_arena *arena, const PGresult *res, int64_t from_us, int64_t clock_us,
                        struct eh_points_marks *out)
{
	for (int i = 0; i < PQntuples(res); i++) {
		int64_t raised_us = eh_pg_int8(res, i, 4);
		int64_t end_us = eh_pg_null(res, i, 5) ? clock_us : eh_pg_int8(res, i, 5);
		if (!eh_pg_null(res, i, 3))
			add_mark(out, eh_pg_int8(res, i, 3), from_us, "estimated onset", EH_PAGE_MARK_ONSET);
		add_mark(out, raised_us, from_us, eh_arena_printf(arena, "alert %s raised", eh_pg_text(res, i, 0)),
		         EH_PAGE_MARK_ALERT);
		if (end_us > from_us && end_us > raised_us && out->spans < sizeof out->span / sizeof *out->span)
			out->span[out->spans++] =
				(struct eh_chart_span){raised_us > from_us ? raised_us : from_us, end_us, "alert open"};
	}
}

static void mark_releases(struct eh_arena *arena, const PGresult *res, int64_t from_us, struct eh_points_marks *out)
{
	for (int i = 0; i < PQntuples(res); i++) {
		const char *seen = eh_pg_text(res, i, 2);
		int64_t seen_us;
		if (eh_time_parse(seen, strlen(seen), &seen_us))
			add_mark(out, seen_us, from_us,
			         eh_arena_printf(arena, "%s %s first seen", eh_pg_text(res, i, 0),
			                         eh_pg_text(res, i, 1)),
			         EH_PAGE_MARK_RELEASE);
	}
}

enum eh_rc eh_serve_points_marks(struct eh_worker *worker, struct eh_arena *arena, const char *const key[3],
                                 int64_t from_us, int64_t clock_us, struct eh_points_marks *out, PGresult **alerts,
                                 struct eh_err *err)
{
	EH_PGRESULT_AUTO releases = NULL;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	memset(out, 0, sizeof *out);
	for (int i = 0; i < 3; i++)
		eh_pg_arg_text(&args, key[i]);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_monitor_alerts, &args, alerts, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_monitor_releases, &args, &releases, err);
	if (rc != EH_OK)
		return rc;
	mark_alerts(arena, *alerts, from_us, clock_us, out);
	mark_releases(arena, releases, from_us, out);
	return EH_OK;
}

/* ---- figures ---- */

static json_t *figure(const char *title, const char *sentence, const char *svg, json_t *table)
{
	json_t *made =
		json_pack("{s:s, s:s, s:s, s:o}", "title", title, "sentence", sentence, "chart", svg, "table", table);

	EH_ASSERT(made);
	return made;
}

json_t *eh_serve_points_ratio(struct eh_arena *arena, const struct eh_points *points,
                              const struct eh_points_marks *marks, struct eh_points_about about)
{
	struct eh_chart_rule rules[EH_SERVE_POINT_LINES + 1] = {{1, "parity", EH_PAGE_RULE_PARITY}};
	size_t n_rules = 1;
	EH_BUF_AUTO svg = {0};

	for (size_t i = 0; i < EH_SERVE_POINT_LINES; i++)
		if (!isnan(points->tau[i])) {
			double at = about.adverse ? 1 / points->tau[i] : points->tau[i];
			const char *label =
				eh_arena_printf(arena, "%s line %s", points->tau[i] > .85 ? "drift" : "level",
			                        eh_page_words_number(arena, at, 2));
			rules[n_rules++] = (struct eh_chart_rule){
				at, label, points->tau[i] > .85 ? EH_PAGE_RULE_OWN : EH_PAGE_RULE_LAW};
		}
	struct eh_chart_series series = {
		.name = "ratio, 30 days", .value = points->air, .lo = points->lo, .hi = points->hi};
	const char *what = about.adverse ? "adverse" : "favourable";
	struct eh_chart_line chart = {
		.about =
			{"ratio", eh_arena_printf(arena, "Ratio of %s rates", what),
	                 eh_arena_printf(
				 arena,
				 "The %s rate of %s divided by that of %s, "
		                          "over 30 days, day by day, with its 95\u00a0%% interval.%s",
				 what, about.group, about.reference,
				 about.conditional ? " Compared within the same strata." : "")},
		.unit = "ratio",
		.n = points->n,
		.at_us = points->at_us,
		.series = &series,
		.n_series = 1,
		.rules = rules,
		.n_rules = n_rules,
		.marks = marks->mark,
		.n_marks = marks->marks,
		.spans = marks->span,
		.n_spans = marks->spans,
		.decimals = 2};
	eh_page_chart_line(&svg, &chart);
	return figure(chart.about.title, chart.about.desc, svg.data, eh_page_chart_line_table(&chart, TABLE_ROWS));
}

json_t *eh_serve_points_evidence(struct eh_arena *arena, const struct eh_points *points,
                                 const struct eh_points_marks *marks, double review_years, double page_years)
{
	struct eh_chart_series series[EH_SERVE_POINT_LINES];
	struct eh_chart_rule rules[2];
	size_t n_series = 0, n_rules = 0;
	EH_BUF_AUTO svg = {0};

	for (size_t line = 0; line < EH_SERVE_POINT_LINES; line++) {
		if (isnan(points->tau[line]))
			continue;
		double *years = eh_arena_zalloc(arena, points->n + 1, sizeof *years);
		for (size_t i = 0; i < points->n; i++)
			years[i] = isnan(points->log10_years[line][i])
			                   ? NAN
			                   : fmax(pow(10, points->log10_years[line][i]), YEARS_FLOOR);
		series[n_series++] = (struct eh_chart_series){
			.name = eh_arena_printf(arena, "against the line %s",
		                                eh_page_words_number(arena, points->tau[line], 2)),
			.value = years};
	}
	if (!isnan(review_years))
		rules[n_rules++] = (struct eh_chart_rule){review_years, "review line", EH_PAGE_RULE_OWN};
	if (!isnan(page_years))
		rules[n_rules++] = (struct eh_chart_rule){page_years, "page line", EH_PAGE_RULE_LAW};
	if (n_series == 0)
		return json_null();
	struct eh_chart_line chart = {
		.about =
			{"evidence", "Evidence, in years",
	                 "How many years one would wait, were the ratio no worse than its line, "
		          "for evidence as strong as this. It may be "
	                 "looked at on every day without raising the number of false alerts."},
		.unit = "years",
		.n = points->n,
		.at_us = points->at_us,
		.series = series,
		.n_series = n_series,
		.rules = rules,
		.n_rules = n_rules,
		.marks = marks->mark,
		.n_marks = marks->marks,
		.log = true,
		.decimals = 2};
	eh_page_chart_line(&svg, &chart);
	return figure(chart.about.title, chart.about.desc, svg.data, eh_page_chart_line_table(&chart, TABLE_ROWS));
}

/* Windows overlap from day to day; bars that do not are taken 30 days apart, backwards from the last. */
json_t *eh_serve_points_counts(struct eh_arena *arena, const struct eh_points *points, struct eh_points_about about)
{
	size_t step = points->n >= 90 ? 30 : 7, n = points->n ? (points->n - 1) / step + 1 : 0;
	int64_t *at_us = eh_arena_zalloc(arena, n + 1, sizeof *at_us);
	int64_t *reference = eh_arena_zalloc(arena, n + 1, sizeof *reference);
	int64_t *group = eh_arena_zalloc(arena, n + 1, sizeof *group);
	const char *groups[] = {about.reference, about.group};
	const int64_t *counts[] = {reference, group};
	EH_BUF_AUTO svg = {0};

	for (size_t i = 0; i < n; i++) {
		size_t from = points->n - 1 - (n - 1 - i) * step;
		at_us[i] = points->at_us[from];
		reference[i] = points->n_reference[from];
		group[i] = points->n_protected[from];
	}
	struct eh_chart_bars chart = {
		.about = {"counts", "Decisions by group",
	                  step == 30 ? "Decisions in the 30 days up to each date; the bars do not overlap."
	                             : "Decisions in the 30 days up to each date, a week apart."},
		.unit = "decisions",
		.n = n,
		.at_us = at_us,
		.groups = groups,
		.counts = counts,
		.n_groups = 2};
	eh_page_chart_bars(&svg, &chart);
	return figure(chart.about.title, chart.about.desc, svg.data, eh_page_chart_bars_table(&chart, TABLE_ROWS));
}
