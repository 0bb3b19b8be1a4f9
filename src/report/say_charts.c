/*
 * say_charts.c - the pictures of an audit, each with its sentence; page/chart.h draws them.
 *
 * The text report leaves them out, as each one's figures stand in a table beside it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "page/chart.h"
#include "page/words.h"
#include "report/say_parts.h"

#define MOST_ROWS 60 /* of one chart; the table beside it has them all */

static size_t count_pairs(const struct eh_say *say)
{
	json_t *about;
	const char *attribute;
	size_t n = 0;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about)
		n += json_object_size(json_object_get(about, "pairs"));
	return n;
}

static struct eh_chart_dot pair_dot(const struct eh_say *say, const struct eh_say_pair *pair)
{
	const struct eh_say_side *side = &pair->favourable;

	return (struct eh_chart_dot){
		.label = eh_say_name(say, pair->attribute, pair->group),
		.note = eh_arena_printf(say->arena, "n %s", eh_say_count(say, pair->n)),
		.value = side->ratio,
		.lo = side->lo,
		.hi = side->hi,
		.state = eh_say_pair_state(pair),
	};
}

static size_t add_dots(const struct eh_say *say, struct eh_chart_dot *dot, size_t n, enum eh_state state)
{
	json_t *about, *json;
	const char *attribute, *group;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about)
		json_object_foreach(json_object_get(about, "pairs"), group, json) {
			struct eh_say_pair pair = eh_say_pair(attribute, group, eh_page_json_text(about, "reference"), json);

			if (n < MOST_ROWS && eh_say_pair_state(&pair) == state)
				dot[n++] = pair_dot(say, &pair);
		}
	return n;
}

void eh_say_chart_ratios(struct eh_say *say)
{
	static const struct eh_chart_rule rules[] = {{0.8, "four-fifths line 0.80", EH_PAGE_RULE_LAW},
	                                             {1.0, "equal", EH_PAGE_RULE_PARITY}};
	size_t most = count_pairs(say), n = 0;
	struct eh_chart_dot *dot = eh_arena_zalloc(say->arena, most + 1, sizeof *dot);
	EH_BUF_AUTO svg = {0};
	double widest = 0;

	for (size_t i = 0; i < EH_SAY_ORDERS; i++)
		n = add_dots(say, dot, n, eh_say_order(i));
	for (size_t i = 0; i < n; i++)
		widest = fmax(widest, isfinite(dot[i].hi) ? dot[i].hi : 0);
	if (n == 0)
		return;
	struct eh_chart_dots chart = {
		.about = {"ratios", "Favourable rate of each group over its reference",
	                  "Left of the four-fifths line a group had favourable decisions much less often."},
		.unit = "ratio of favourable rates, with its likely range",
		.rows = dot,
		.n = n,
		.rules = rules,
		.n_rules = 2,
		.log = widest > 3,
		.decimals = 2,
	};
	eh_page_chart_dots(&svg, &chart);
	eh_say_figure(say, chart.about.title,
	              "Triangle: crossed, and rare by chance. Half disc: crossed, but chance could give it. "
	              "Disc: not crossed. Ring: not enough data. The bar is the likely range. "
	              "A triangle right of the line is crossed by adverse decisions: see the table.",
	              &svg, NULL);
}

void eh_say_chart_rates(struct eh_say *say, size_t number, const char *attribute, const json_t *about)
{
	json_t *groups = json_object_get(about, "groups"), *group;
	struct eh_chart_dot *dot = eh_arena_zalloc(say->arena, json_object_size(groups) + 1, sizeof *dot);
	EH_BUF_AUTO svg = {0};
	const char *name;
	size_t n = 0;

	json_object_foreach(groups, name, group) {
		const json_t *wilson = json_object_get(group, "wilson");

		if (n == MOST_ROWS)
			break;
		dot[n++] = (struct eh_chart_dot){
			.label = name,
			.note = eh_arena_printf(say->arena, "n %s", eh_say_count(say, eh_say_number(group, "n"))),
			.value = 100 * eh_say_number(group, "rate"),
			.lo = 100 * eh_say_real(json_array_get(wilson, 0)),
			.hi = 100 * eh_say_real(json_array_get(wilson, 1)),
		};
	}
	struct eh_chart_dots chart = {
		.about = {eh_say_id(say, "rates", number), eh_arena_printf(say->arena, "Favourable decisions by %s", attribute),
	                  "Each dot is a group's rate; the bar is its likely range."},
		.unit = "favourable, of every 100 decisions",
		.rows = dot,
		.n = n,
		.plain = true,
		.decimals = 1,
	};
	eh_page_chart_dots(&svg, &chart);
	eh_say_figure(say, chart.about.title, chart.about.desc, &svg, NULL);
}

/* Three rows a group: what looks small, what is most likely, what may look large. */
static size_t add_estimates(const struct eh_say *say, struct eh_chart_dot *dot, const char *group, const json_t *difference)
{
	static const char *const estimators[][2] = {{"weighted", "weighted"}, {"em", "most likely (EM)"}, {"regression", "regression"}};

	for (size_t i = 0; i < 3; i++) {
		const json_t *of = json_object_get(difference, estimators[i][0]);

		dot[i] = (struct eh_chart_dot){
			.label = eh_arena_printf(say->arena, "%s, %s", group, estimators[i][1]),
			.value = 100 * eh_say_number(of, "est"),
			.lo = 100 * eh_say_number(of, "lo"),
			.hi = 100 * eh_say_number(of, "hi"),
		};
	}
	return 3;
}

void eh_say_chart_estimates(struct eh_say *say, size_t number, const char *attribute, const json_t *about)
{
	static const struct eh_chart_rule equal = {0, "equal", EH_PAGE_RULE_PARITY};
	json_t *pairs = eh_say_at(about, "membership", "pairs", NULL), *pair;
	struct eh_chart_dot *dot = eh_arena_zalloc(say->arena, 3 * json_object_size(pairs) + 1, sizeof *dot);
	EH_BUF_AUTO svg = {0};
	const char *group;
	size_t n = 0;

	json_object_foreach(pairs, group, pair)
		if (n + 3 <= MOST_ROWS)
			n += add_estimates(say, dot + n, group, json_object_get(pair, "difference"));
	if (n == 0)
		return;
	struct eh_chart_dots chart = {
		.about = {eh_say_id(say, "estimates", number),
	                  eh_arena_printf(say->arena, "Gap to %s by %s, by three estimates", eh_page_json_text(about, "reference"),
	                                  attribute),
	                  "The true gap most likely lies between the dots of a group; each bar allows for chance."},
		.unit = "gap in favourable decisions, points of 100",
		.rows = dot,
		.n = n,
		.rules = &equal,
		.n_rules = 1,
		.plain = true,
		.decimals = 1,
	};
	eh_page_chart_dots(&svg, &chart);
	eh_say_figure(say, chart.about.title, chart.about.desc, &svg, NULL);
}

/* ---- over time ----------------------------------------------------------------------------- */

struct times {
	size_t n;
	int64_t *at_us;
};

/* The start of "2024" or "2024-05". */
static int64_t start_of(const char *window)
{
	struct eh_date date = {0, 1, 1};

	if (sscanf(window, "%4d-%2d", &date.year, &date.month) < 1) /* a year has no month */
		date.year = 1970;
	return eh_date_to_us(date);
}

static struct times read_times(const struct eh_say *say, const json_t *list)
{
	struct times t = {.n = json_array_size(list)};
	json_t *window;
	size_t i;

	t.at_us = eh_arena_zalloc(say->arena, t.n + 1, sizeof *t.at_us);
	json_array_foreach(list, i, window)
		t.at_us[i] = start_of(eh_page_json_text(window, "window"));
	return t;
}

/* NaN where the period holds fewer than 30 of the group: a gap in the line. */
static const double *read_ratios(const struct eh_say *say, const json_t *list, const char *group)
{
	double *value = eh_arena_zalloc(say->arena, json_array_size(list) + 1, sizeof *value);
	json_t *window;
	size_t i;

	json_array_foreach(list, i, window) {
		double n = eh_say_real(json_array_get(eh_say_at(window, "groups", group, NULL), 0));

		value[i] = n >= 30 ? eh_say_number(window, "pairs", group, "air", "value") : NAN;
	}
	return value;
}

static bool has_value(const double *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isnan(value[i]))
			return true;
	return false;
}

void eh_say_chart_windows(struct eh_say *say, const char *id, const json_t *windows)
{
	static const struct eh_chart_rule rules[] = {{0.8, "four-fifths line 0.80", EH_PAGE_RULE_LAW}};
	json_t *list = json_object_get(windows, "windows"), *counts;
	const char *group, *reference = eh_page_json_text(windows, "reference");
	struct eh_chart_series series[EH_PAGE_CHART_SERIES];
	struct times times = read_times(say, list);
	EH_BUF_AUTO svg = {0};
	size_t n = 0;

	json_object_foreach(json_object_get(json_array_get(list, 0), "groups"), group, counts) {
		const double *value = read_ratios(say, list, group);

		if (n < EH_PAGE_CHART_SERIES && reference && strcmp(group, reference) != 0 && has_value(value, times.n))
			series[n++] = (struct eh_chart_series){.name = group, .value = value};
	}
	if (n == 0 || times.n < 2)
		return;
	struct eh_chart_line chart = {
		.about = {id, eh_arena_printf(say->arena, "Ratio to %s over time", reference),
	                  "A line breaks where a period has fewer than 30 decisions of the group."},
		.unit = "ratio of favourable rates",
		.n = times.n,
		.at_us = times.at_us,
		.series = series,
		.n_series = n,
		.rules = rules,
		.n_rules = 1,
		.decimals = 2,
	};
	eh_page_chart_line(&svg, &chart);
	eh_say_figure(say, chart.about.title, chart.about.desc, &svg, NULL);
}

/* ---- calibration ---------------------------------------------------------------------------- */

struct points {
	double *x, *y;
};

static void add_point(struct eh_chart_curve_series *series, struct points *to, const json_t *row)
{
	double x = eh_say_number(row, "mean_score"), y = 100 * eh_say_number(row, "rate");

	if (eh_say_number(row, "n") < 10 || isnan(x) || isnan(y))
		return;
	to->x[series->n] = x;
	to->y[series->n] = y;
	series->n++;
}

static struct points points_of(const struct eh_say *say, struct eh_chart_curve_series *series, const char *group, size_t most)
{
	struct points p = {eh_arena_zalloc(say->arena, most, sizeof *p.x), eh_arena_zalloc(say->arena, most, sizeof *p.y)};

	*series = (struct eh_chart_curve_series){.name = group, .x = p.x, .y = p.y};
	return p;
}

void eh_say_chart_calibration(struct eh_say *say, const char *id, const char *attribute, const json_t *table)
{
	struct eh_chart_curve_series series[EH_PAGE_CHART_SERIES] = {0};
	struct points points = {0};
	EH_BUF_AUTO svg = {0};
	size_t n = 0, i;
	json_t *row;

	json_array_foreach(table, i, row) {
		const char *group = eh_page_json_text(row, "group");

		if (n == 0 || strcmp(series[n - 1].name, group) != 0) {
			if (n == EH_PAGE_CHART_SERIES)
				break;
			n += n == 0 || series[n - 1].n > 0; /* a group without a point gives its place to the next */
			points = points_of(say, &series[n - 1], group, json_array_size(table));
		}
		add_point(&series[n - 1], &points, row);
	}
	n -= n > 0 && series[n - 1].n == 0;
	if (n == 0)
		return;
	struct eh_chart_curve chart = {
		.about = {id, eh_arena_printf(say->arena, "Harm at each score, by %s", attribute),
	                  "Where the lines lie apart, one score may mean different things. Bins of fewer than 10 cases are left out."},
		.unit = "harm came, of every 100",
		.x_unit = "mean score of the bin",
		.series = series,
		.n_series = n,
	};
	eh_page_chart_curve(&svg, &chart);
	eh_say_figure(say, chart.about.title, chart.about.desc, &svg, NULL);
}
