/*
 * chart.h - the charts of the dashboard, from plain arrays to inline SVG.
 *
 * Every chart keeps four promises.  It says in words what it shows (title, desc,
 * role="img").  It comes as a table too (the *_table functions; partial table.html),
 * for whoever cannot or would not see it.  Not enough data is drawn as such,
 * never joined over.  And one input gives one sequence of bytes.
 *
 * Each function writes one <div class="chart"> with two drawings, for wide and
 * for narrow screens; app.css shows the one that fits, so that text is never
 * shrunk.  Not more than EH_PAGE_CHART_COLUMNS columns are drawn: where more
 * points are given, each column keeps its least and its largest value.  What
 * people should know besides (what A, B, C mark) is an HTML list below.
 *
 * Wrap it in: <figure class="figure"><figcaption>...</figcaption> CHART <details> TABLE </details></figure>.
 *
 * Owner    inputs are read during the call only; tables are new references.
 * Threads  any.
 */
#ifndef EH_PAGE_CHART_H
#define EH_PAGE_CHART_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "page/svg.h"

#define EH_PAGE_CHART_COLUMNS 400
#define EH_PAGE_CHART_SERIES 8

/* What every chart has.  `id` is a plain word, unique on the page; `title` names
 * what is shown; `desc` is the sentence that the chart proves. */
struct eh_chart {
	const char *id, *title, *desc;
};

/* A level to compare with: the four-fifths line, our own line, the line to recover over. */
enum eh_chart_rule_kind { EH_PAGE_RULE_LAW, EH_PAGE_RULE_OWN, EH_PAGE_RULE_PARITY };
struct eh_chart_rule {
	double value;
	const char *label;
	enum eh_chart_rule_kind kind;
};

/* Something that happened at an instant. */
enum eh_chart_mark_kind { EH_PAGE_MARK_RELEASE, EH_PAGE_MARK_ONSET, EH_PAGE_MARK_ALERT, EH_PAGE_MARK_OTHER };
struct eh_chart_mark {
	int64_t at_us;
	const char *label;
	enum eh_chart_mark_kind kind;
};

/* A stretch of time to be shaded, as while an alert was open. */
struct eh_chart_span {
	int64_t from_us, to_us;
	const char *label;
};

/* One line: n values, NaN where there is not enough data; lo and hi (its interval) both or neither. */
struct eh_chart_series {
	const char *name;
	const double *value, *lo, *hi;
};

struct eh_chart_line {
	struct eh_chart about;
	const char *unit; /* of the upright axis, in words: "adverse impact ratio" */
	size_t n;
	const int64_t *at_us; /* ascending */
	const struct eh_chart_series *series;
	size_t n_series; /* 1..EH_PAGE_CHART_SERIES */
	const struct eh_chart_rule *rules;
	size_t n_rules;
	const struct eh_chart_mark *marks; /* ascending; lettered A, B, C in this order, 26 at most */
	size_t n_marks;
	const struct eh_chart_span *spans;
	size_t n_spans;
	bool log;        /* logarithmic upright axis; values <= 0 are gaps then */
	bool fixed_axis; /* use y_lo and y_hi, else the data and the rules say */
	double y_lo, y_hi;
	int decimals; /* of values in words and table */
};

void eh_page_chart_line(struct eh_buf *out, const struct eh_chart_line *chart);

/* The newest `max_rows` points (0: all), newest first. */
json_t *eh_page_chart_line_table(const struct eh_chart_line *chart, size_t max_rows);

/* Counts by group over time, one on top of the other. */
struct eh_chart_bars {
	struct eh_chart about;
	const char *unit;
	size_t n;
	const int64_t *at_us; /* ascending: where each bar's period begins */
	const char *const *groups;
	const int64_t *const *counts; /* counts[group][i] >= 0 */
	size_t n_groups;              /* 1..EH_PAGE_CHART_SERIES */
};

void eh_page_chart_bars(struct eh_buf *out, const struct eh_chart_bars *chart);
json_t *eh_page_chart_bars_table(const struct eh_chart_bars *chart, size_t max_rows);

/* A value with its interval a row: rates by component, effects by group. */
struct eh_chart_dot {
	const char *label, *note; /* note: "n 4 812", may be NULL */
	double value, lo, hi;     /* NaN value: not enough data; NaN interval: the dot alone */
	enum eh_state state;      /* gives the dot its shape and colour */
};

struct eh_chart_dots {
	struct eh_chart about;
	const char *unit;
	const struct eh_chart_dot *rows;
	size_t n;
	const struct eh_chart_rule *rules;
	size_t n_rules;
	bool log;
	bool fixed_axis;
	bool plain; /* dots of one colour, without a state's shape: nothing is judged */
	double x_lo, x_hi;
	int decimals;
};

void eh_page_chart_dots(struct eh_buf *out, const struct eh_chart_dots *chart);
json_t *eh_page_chart_dots_table(const struct eh_chart_dots *chart);

/* One line of points in rising x; each series has its own places. */
struct eh_chart_curve_series {
	const char *name;
	size_t n;
	const double *x, *y; /* finite */
};

/* Over a number instead of a time, as the rate of harm at each score; the upright axis begins at 0. */
struct eh_chart_curve {
	struct eh_chart about;
	const char *unit, *x_unit; /* of the upright and the level axis, in words */
	const struct eh_chart_curve_series *series;
	size_t n_series; /* 1..EH_PAGE_CHART_SERIES */
};

void eh_page_chart_curve(struct eh_buf *out, const struct eh_chart_curve *chart);

/* 80 x 20, for a cell: the line, its last point in the colour of `state`, and
 * `rule` as a hair line (NaN: none).  NaN values are gaps. */
struct eh_chart_spark {
	struct eh_chart about;
	const double *value;
	size_t n;
	double rule;
	enum eh_state state;
};

void eh_page_chart_spark(struct eh_buf *out, const struct eh_chart_spark *chart);

#endif
