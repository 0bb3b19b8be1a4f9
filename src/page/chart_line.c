/*
 * chart_line.c - values over time, with intervals, levels and events.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "page/chart_frame.h"
#include "page/mustache.h"

#define NARROW_COLUMNS 160

/* The points that share a column of pixels: where its least and largest value are, how far its intervals reach. */
struct column {
	double x, lo, hi;
	size_t least, most, last; /* indices of points */
	bool empty;               /* not one value */
};

struct drawing {
	struct eh_frame f;
	const struct eh_chart_line *chart;
	int64_t lo_us, hi_us;
	size_t columns;
};

/* A value that can be drawn; on a logarithmic axis nothing at or under nought can. */
static double value_at(const struct eh_chart_line *chart, size_t series, size_t i)
{
	double v = chart->series[series].value[i];

	return !isfinite(v) || (chart->log && v <= 0) ? NAN : v;
}

static size_t column_of(const struct drawing *d, size_t i)
{
	if (d->chart->n <= d->columns)
		return i;
	double share = (double)(d->chart->at_us[i] - d->lo_us) / (double)(d->hi_us - d->lo_us + 1);
	return (size_t)(share * (double)d->columns);
}

static void add_point(const struct drawing *d, size_t series, size_t i, struct column *c)
{
	const struct eh_chart_series *s = &d->chart->series[series];
	double v = value_at(d->chart, series, i);

	if (isnan(v))
		return;
	if (c->empty)
		*c = (struct column){.lo = v, .hi = v, .least = i, .most = i};
	c->least = v < value_at(d->chart, series, c->least) ? i : c->least;
	c->most = v > value_at(d->chart, series, c->most) ? i : c->most;
	c->last = i;
	c->x = eh_page_frame_time(&d->f, d->lo_us, d->chart->at_us[i]);
	if (s->lo != NULL) {
		eh_page_widen(&c->lo, &c->hi, s->lo[i]);
		eh_page_widen(&c->lo, &c->hi, s->hi[i]);
	}
}

/* Fills `cols`; returns how many.  Columns of time that no point falls into do not exist. */
static size_t gather_columns(const struct drawing *d, size_t series, struct column cols[EH_PAGE_CHART_COLUMNS])
{
	size_t n = 0, current = SIZE_MAX;

	for (size_t i = 0; i < d->chart->n; i++) {
		size_t column = column_of(d, i);

		if (column != current) {
			EH_ASSERT(n < EH_PAGE_CHART_COLUMNS);
			cols[n++] = (struct column){.x = eh_page_frame_time(&d->f, d->lo_us, d->chart->at_us[i]), .empty = true};
			current = column;
		}
		add_point(d, series, i, &cols[n - 1]);
	}
	return n;
}

static void put_point(struct eh_buf *out, char command, double x, double y)
{
	eh_buf_putc(out, command);
	eh_page_coord(out, x);
	eh_buf_putc(out, ' ');
	eh_page_coord(out, y);
}

static size_t run_end(const struct column *cols, size_t n, size_t from)
{
	while (from < n && !cols[from].empty)
		from++;
	return from;
}

static void draw_band(const struct drawing *d, const struct column *cols, size_t from, size_t to, size_t series)
{
	struct eh_buf *out = d->f.out;

	eh_buf_printf(out, "<path class=\"band s%zu\" d=\"", series + 1);
	for (size_t i = from; i < to; i++)
		put_point(out, i == from ? 'M' : 'L', cols[i].x, eh_page_scale_at(&d->f.y, cols[i].hi));
	for (size_t i = to; i-- > from;)
		put_point(out, 'L', cols[i].x, eh_page_scale_at(&d->f.y, cols[i].lo));
	eh_buf_puts(out, "z\"/>");
}

/* A column with several points draws both of its ends, in the order they came. */
static void put_column(const struct drawing *d, const struct column *c, size_t series, char command)
{
	size_t first = c->least < c->most ? c->least : c->most, second = c->least < c->most ? c->most : c->least;

	put_point(d->f.out, command, c->x, eh_page_scale_at(&d->f.y, value_at(d->chart, series, first)));
	if (second != first)
		put_point(d->f.out, 'L', c->x, eh_page_scale_at(&d->f.y, value_at(d->chart, series, second)));
}

static void draw_stroke(const struct drawing *d, const struct column *cols, size_t from, size_t to, size_t series)
{
	char name[32];

	snprintf(name, sizeof name, "point s%zu", series + 1);
	if (to - from == 1) {
		eh_page_svg_dot(d->f.out, name, cols[from].x,
		                eh_page_scale_at(&d->f.y, value_at(d->chart, series, cols[from].last)), 2);
		return;
	}
	eh_buf_printf(d->f.out, "<path class=\"line s%zu\" d=\"", series + 1);
	for (size_t i = from; i < to; i++)
		put_column(d, &cols[i], series, i == from ? 'M' : 'L');
	eh_buf_puts(d->f.out, "\"/>");
}

/* The stretch without a value is shown as such, up to the neighbours that have one. */
static void draw_gap(const struct drawing *d, const struct column *cols, size_t n, size_t from, size_t to)
{
	double x1 = from > 0 ? cols[from - 1].x : d->f.left, x2 = to < n ? cols[to].x : d->f.right;

	eh_buf_printf(d->f.out, "<g fill=\"url(#%s-%s-gap)\">", d->chart->about.id, d->f.narrow ? "narrow" : "wide");
	eh_page_svg_rect(d->f.out, "gap", x1, d->f.top, x2 - x1, d->f.bottom - d->f.top);
	eh_buf_puts(d->f.out, "</g>");
	if (x2 - x1 > 100)
		eh_page_svg_text(d->f.out, "gap-label", "middle", (x1 + x2) / 2, d->f.bottom - 8, "not enough data");
}

static void draw_series(const struct drawing *d, size_t series, bool gaps)
{
	struct column cols[EH_PAGE_CHART_COLUMNS];
	size_t n = gather_columns(d, series, cols);

	for (size_t from = 0; from < n;) {
		size_t to = run_end(cols, n, from);

		if (to > from && !gaps) {
			if (d->chart->series[series].lo != NULL && to - from > 1)
				draw_band(d, cols, from, to, series);
			draw_stroke(d, cols, from, to, series);
		}
		from = to;
		while (to < n && cols[to].empty)
			to++;
		if (to > from && gaps)
			draw_gap(d, cols, n, from, to);
		from = to;
	}
}

/* The newest point that has a value, counted from 1; 0 where there is none. */
static size_t newest(const struct eh_chart_line *chart)
{
	size_t i = chart->n;

	while (i > 0 && isnan(value_at(chart, 0, i - 1)))
		i--;
	return i;
}

/* Decimals say nothing any more where a logarithmic axis has come to hundreds. */
static void put_last_value(struct eh_buf *out, const struct eh_chart_line *chart)
{
	double v = value_at(chart, 0, newest(chart) - 1);

	eh_page_number(out, v, chart->log && v >= 100 ? 0 : chart->decimals);
}

/* How much room the newest value needs at the right. */
static double last_room(const struct eh_chart_line *chart)
{
	EH_BUF_AUTO text = {0};

	if (chart->n_series != 1 || newest(chart) == 0)
		return 14;
	put_last_value(&text, chart);
	return 16 + 7.6 * (double)text.len;
}

/* The newest value, in figures at the line's end. */
static void draw_last(const struct drawing *d)
{
	EH_BUF_AUTO text = {0};
	size_t i = newest(d->chart);

	if (d->chart->n_series != 1 || i == 0)
		return;
	double x = eh_page_frame_time(&d->f, d->lo_us, d->chart->at_us[i - 1]);
	double y = eh_page_scale_at(&d->f.y, value_at(d->chart, 0, i - 1));
	put_last_value(&text, d->chart);
	eh_page_svg_dot(d->f.out, "point last s1", x, y, 4);
	eh_page_svg_text(d->f.out, "last-value", "start", x + 8, y + 4, text.data);
}

static const char *mark_class(enum eh_chart_mark_kind kind)
{
	static const char *const names[] = {"release", "onset", "alert", "other"};

	EH_ASSERT((size_t)kind < sizeof names / sizeof names[0]);
	return names[kind];
}

/* Flags stand in two lanes over the plot: one that would meet its neighbour goes up.
 * Returns the lane of mark i, given where the last flag of either lane is. */
static int next_lane(const struct drawing *d, size_t i, double lane_at[2])
{
	double x = eh_page_frame_time(&d->f, d->lo_us, d->chart->marks[i].at_us);
	int lane = x - lane_at[0] >= 18 ? 0 : 1;

	lane_at[lane] = x;
	return lane;
}

static int lanes(const struct drawing *d)
{
	double lane_at[2] = {-100, -100};
	int most = 0;

	for (size_t i = 0; i < d->chart->n_marks; i++) {
		int lane = next_lane(d, i, lane_at);

		most = lane + 1 > most ? lane + 1 : most;
	}
	return most;
}

static void draw_marks(const struct drawing *d)
{
	double lane_at[2] = {-100, -100};

	for (size_t i = 0; i < d->chart->n_marks; i++) {
		char name[32], letter[2] = {(char)('A' + i), '\0'};
		int lane = next_lane(d, i, lane_at);
		double x = lane_at[lane], y = d->f.top - 10 - 18 * lane;

		snprintf(name, sizeof name, "mark %s", mark_class(d->chart->marks[i].kind));
		eh_page_svg_line(d->f.out, name, x, y + 8, x, d->f.bottom);
		snprintf(name, sizeof name, "flag %s", mark_class(d->chart->marks[i].kind));
		eh_page_svg_rect(d->f.out, name, x - 8, y - 8, 16, 16);
		eh_page_svg_text(d->f.out, "flag-letter", "middle", x, y + 4, letter);
	}
}

static void draw_spans(const struct drawing *d)
{
	for (size_t i = 0; i < d->chart->n_spans; i++) {
		double x1 = eh_page_frame_time(&d->f, d->lo_us, d->chart->spans[i].from_us);
		double x2 = eh_page_frame_time(&d->f, d->lo_us, d->chart->spans[i].to_us);

		eh_page_svg_rect(d->f.out, "span", x1, d->f.top, x2 - x1, d->f.bottom - d->f.top);
	}
}

static void set_axis(struct drawing *d)
{
	const struct eh_chart_line *chart = d->chart;
	double lo = INFINITY, hi = -INFINITY;

	if (chart->fixed_axis) {
		d->f.y.lo = chart->y_lo;
		d->f.y.hi = chart->y_hi;
		return;
	}
	for (size_t s = 0; s < chart->n_series; s++)
		for (size_t i = 0; i < chart->n; i++) {
			double v = value_at(chart, s, i);

			eh_page_widen(&lo, &hi, v);
			if (chart->series[s].lo == NULL || isnan(v))
				continue;
			if (!chart->log || chart->series[s].lo[i] > 0)
				eh_page_widen(&lo, &hi, chart->series[s].lo[i]);
			eh_page_widen(&lo, &hi, chart->series[s].hi[i]);
		}
	for (size_t r = 0; r < chart->n_rules; r++)
		if (!chart->log || chart->rules[r].value > 0)
			eh_page_widen(&lo, &hi, chart->rules[r].value);
	eh_page_pad(&lo, &hi, chart->log);
	d->f.y.lo = lo;
	d->f.y.hi = hi;
}

static void set_places(struct drawing *d, bool narrow)
{
	struct eh_frame *f = &d->f;
	double seconds = (double)(d->hi_us - d->lo_us) / 1e6;

	d->columns = narrow ? NARROW_COLUMNS : EH_PAGE_CHART_COLUMNS;
	f->narrow = narrow;
	f->width = narrow ? 340 : 800;
	f->left = narrow ? 44 : 52;
	f->right = f->width - last_room(d->chart);
	f->x = (struct eh_scale){0, seconds > 0 ? seconds : 1, f->left, f->right, false};
	f->top = 26 + 20 * lanes(d);
	f->bottom = f->top + (narrow ? 175 : 225);
	f->height = f->bottom + 28;
	f->y.from = f->bottom;
	f->y.to = f->top;
	f->y.log = d->chart->log;
}

static void draw(struct drawing *d, bool narrow)
{
	const char *size = narrow ? "narrow" : "wide";

	set_places(d, narrow);
	eh_page_frame_open(&d->f, &d->chart->about);
	eh_buf_printf(d->f.out, "<defs><pattern id=\"%s-%s-gap\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
	                        "<path class=\"hatch\" d=\"M-2 2L2-2M0 8L8 0M6 10L10 6\"/></pattern></defs>",
	              d->chart->about.id, size);
	draw_spans(d);
	eh_page_frame_axis_y(&d->f, d->chart->unit);
	for (size_t s = 0; s < d->chart->n_series && d->chart->n > 0; s++)
		draw_series(d, s, true);
	eh_page_frame_axis_time(&d->f, d->lo_us, d->hi_us);
	for (size_t s = d->chart->n_series; s-- > 0 && d->chart->n > 0;)
		draw_series(d, s, false);
	eh_page_frame_rules_y(&d->f, d->chart->rules, d->chart->n_rules);
	draw_marks(d);
	draw_last(d);
	eh_page_frame_close(&d->f);
}

/* ---- words ---- */

static void put_marks_list(struct eh_buf *out, const struct eh_chart_line *chart)
{
	if (chart->n_marks == 0)
		return;
	eh_buf_puts(out, "<ul class=\"marks\">");
	for (size_t i = 0; i < chart->n_marks; i++) {
		char when[32], stamp[EH_TIME_TEXT];

		eh_page_day(when, chart->marks[i].at_us);
		eh_time_format(chart->marks[i].at_us, stamp);
		eh_buf_printf(out, "<li><b class=\"letter %s\">%c</b><time datetime=\"%s\">%s</time> ",
		              mark_class(chart->marks[i].kind), (char)('A' + i), stamp, when);
		eh_page_escape(out, chart->marks[i].label, strlen(chart->marks[i].label));
		eh_buf_puts(out, "</li>");
	}
	eh_buf_puts(out, "</ul>");
}

static void put_key(struct eh_buf *out, const struct eh_chart_line *chart)
{
	bool intervals = false;
	char name[32];

	for (size_t s = 0; s < chart->n_series; s++)
		intervals = intervals || chart->series[s].lo != NULL;
	if (chart->n_series < 2 && !intervals && chart->n_spans == 0)
		return;
	eh_page_key_open(out);
	for (size_t s = 0; s < chart->n_series; s++) {
		snprintf(name, sizeof name, "line s%zu", s + 1);
		eh_page_key(out, "line", name, chart->series[s].name);
	}
	if (intervals)
		eh_page_key(out, "area", "band s1", "its interval");
	if (chart->n_spans > 0)
		eh_page_key(out, "area", "span", chart->spans[0].label);
	eh_page_key_close(out);
}

/* What the crosshair of app.js reads out: minutes since the start, and a text each, for one point a column. */
static void put_readings(struct eh_buf *out, const struct eh_chart_line *chart)
{
	size_t step = chart->n / EH_PAGE_CHART_COLUMNS + 1;

	eh_buf_printf(out, " data-from=\"%lld\" data-until=\"%lld\" data-at=\"", (long long)(chart->at_us[0] / EH_SECOND_US),
	              (long long)(chart->at_us[chart->n - 1] / EH_SECOND_US));
	for (size_t i = (chart->n - 1) % step; i < chart->n; i += step)
		eh_buf_printf(out, "%s%lld", i >= step ? "," : "", (long long)((chart->at_us[i] - chart->at_us[0]) / EH_MINUTE_US));
	eh_buf_puts(out, "\" data-read=\"");
	for (size_t i = (chart->n - 1) % step; i < chart->n; i += step) {
		const struct eh_chart_series *s = &chart->series[0];

		if (i >= step)
			eh_buf_putc(out, '|');
		eh_page_reading(out, value_at(chart, 0, i), s->lo != NULL ? s->lo[i] : NAN, s->lo != NULL ? s->hi[i] : NAN,
		                chart->decimals);
	}
	eh_buf_putc(out, '"');
}

void eh_page_chart_line(struct eh_buf *out, const struct eh_chart_line *chart)
{
	struct drawing d = {.chart = chart, .f = {.out = out}};

	EH_ASSERT(chart->n_series >= 1 && chart->n_series <= EH_PAGE_CHART_SERIES && chart->n_marks <= 26);
	d.lo_us = chart->n > 0 ? chart->at_us[0] : 0;
	d.hi_us = chart->n > 0 ? chart->at_us[chart->n - 1] : 0;
	set_axis(&d);
	eh_buf_puts(out, "<div class=\"chart\"");
	if (chart->n > 0)
		put_readings(out, chart);
	eh_buf_putc(out, '>');
	draw(&d, false);
	draw(&d, true);
	put_key(out, chart);
	put_marks_list(out, chart);
	eh_buf_puts(out, "</div>");
}

/* ---- table ---- */

static json_t *line_columns(const struct eh_chart_line *chart)
{
	json_t *columns = json_array();

	json_array_append_new(columns, eh_page_column("Time (UTC)", false));
	for (size_t s = 0; s < chart->n_series; s++) {
		json_array_append_new(columns, eh_page_column(chart->series[s].name, true));
		if (chart->series[s].lo == NULL)
			continue;
		json_array_append_new(columns, eh_page_column("from", true));
		json_array_append_new(columns, eh_page_column("to", true));
	}
	return columns;
}

static json_t *line_row(const struct eh_chart_line *chart, size_t i)
{
	json_t *cells = json_array();
	char when[32];

	eh_page_day(when, chart->at_us[i]);
	json_array_append_new(cells, eh_page_cell(when, true, false));
	for (size_t s = 0; s < chart->n_series; s++) {
		const struct eh_chart_series *series = &chart->series[s];
		bool thin = isnan(series->value[i]);

		json_array_append_new(cells, thin ? eh_page_cell("not enough data", false, true)
		                                  : eh_page_cell_number(series->value[i], chart->decimals));
		if (series->lo == NULL)
			continue;
		json_array_append_new(cells, thin ? eh_page_cell("", false, true) : eh_page_cell_number(series->lo[i], chart->decimals));
		json_array_append_new(cells, thin ? eh_page_cell("", false, true) : eh_page_cell_number(series->hi[i], chart->decimals));
	}
	return json_pack("{s:o}", "cells", cells);
}

json_t *eh_page_chart_line_table(const struct eh_chart_line *chart, size_t max_rows)
{
	size_t n = max_rows > 0 && max_rows < chart->n ? max_rows : chart->n;
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, line_row(chart, chart->n - 1 - i));
	return eh_page_table(chart->about.title, line_columns(chart), rows, chart->n - n);
}
