/*
 * chart_bars.c - counts by group over time, stacked.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/chart_frame.h"

#define WIDE_BARS 120
#define NARROW_BARS 48

struct drawing {
	struct eh_frame f;
	const struct eh_chart_bars *chart;
	size_t periods; /* that one bar stands for */
	size_t bars;
};

static int64_t bar_count(const struct drawing *d, size_t group, size_t bar)
{
	int64_t sum = 0;

	for (size_t i = bar * d->periods; i < (bar + 1) * d->periods && i < d->chart->n; i++)
		sum += d->chart->counts[group][i];
	return sum;
}

static int64_t bar_total(const struct drawing *d, size_t bar)
{
	int64_t sum = 0;

	for (size_t g = 0; g < d->chart->n_groups; g++)
		sum += bar_count(d, g, bar);
	return sum;
}

static void set_places(struct drawing *d, bool narrow)
{
	struct eh_frame *f = &d->f;
	size_t most = narrow ? NARROW_BARS : WIDE_BARS, n = d->chart->n;
	int64_t top = 1;

	d->periods = (n + most - 1) / most + (n == 0);
	d->bars = (n + d->periods - 1) / d->periods;
	for (size_t b = 0; b < d->bars; b++)
		top = bar_total(d, b) > top ? bar_total(d, b) : top;
	f->narrow = narrow;
	f->width = narrow ? 340 : 800;
	f->height = narrow ? 190 : 210;
	f->left = narrow ? 44 : 52;
	f->right = f->width - 14;
	f->top = 26;
	f->bottom = f->height - 28;
	f->y = (struct eh_scale){0, (double)top * 1.04, f->bottom, f->top, false};
}

static void draw_bar(const struct drawing *d, size_t bar, double x, double width)
{
	int64_t below = 0;

	for (size_t g = 0; g < d->chart->n_groups; g++) {
		int64_t count = bar_count(d, g, bar);
		double y1 = eh_page_scale_at(&d->f.y, (double)below), y2 = eh_page_scale_at(&d->f.y, (double)(below + count));
		char name[32];

		below += count;
		if (count == 0)
			continue;
		snprintf(name, sizeof name, "bar g%zu", g + 1);
		eh_page_svg_rect(d->f.out, name, x, y2, width, y1 - y2);
	}
}

/* The axis runs over whole bars, so the last period needs its length: that of the one before. */
static void draw_bars(struct drawing *d)
{
	const struct eh_chart_bars *chart = d->chart;
	int64_t lo = chart->at_us[0], last = chart->at_us[chart->n - 1];
	int64_t period = chart->n > 1 ? chart->at_us[chart->n - 1] - chart->at_us[chart->n - 2] : INT64_C(1);
	int64_t hi = last + period;

	d->f.x = (struct eh_scale){0, (double)(hi - lo) / 1e6, d->f.left, d->f.right, false};
	for (size_t b = 0; b < d->bars; b++) {
		size_t next = (b + 1) * d->periods;
		double x1 = eh_page_frame_time(&d->f, lo, chart->at_us[b * d->periods]);
		double x2 = eh_page_frame_time(&d->f, lo, next < chart->n ? chart->at_us[next] : hi);
		double air = x2 - x1 > 6 ? (x2 - x1) * 0.12 : 0.5;

		draw_bar(d, b, x1 + air, x2 - x1 > 2 * air + 0.5 ? x2 - x1 - 2 * air : 0.5);
	}
	eh_page_frame_axis_time(&d->f, lo, hi);
}

static void draw(struct drawing *d, bool narrow)
{
	char unit[160];

	set_places(d, narrow);
	snprintf(unit, sizeof unit, d->periods > 1 ? "%s, %zu periods a bar" : "%s", d->chart->unit, d->periods);
	eh_page_frame_open(&d->f, &d->chart->about);
	eh_page_frame_axis_y(&d->f, unit);
	if (d->chart->n > 0)
		draw_bars(d);
	eh_page_frame_close(&d->f);
}

void eh_page_chart_bars(struct eh_buf *out, const struct eh_chart_bars *chart)
{
	struct drawing d = {.chart = chart, .f = {.out = out}};

	EH_ASSERT(chart->n_groups >= 1 && chart->n_groups <= EH_PAGE_CHART_SERIES);
	eh_buf_puts(out, "<div class=\"chart\">");
	draw(&d, false);
	draw(&d, true);
	eh_page_key_open(out);
	for (size_t g = 0; g < chart->n_groups; g++) {
		char name[32];

		snprintf(name, sizeof name, "bar g%zu", g + 1);
		eh_page_key(out, "area", name, chart->groups[g]);
	}
	eh_page_key_close(out);
	eh_buf_puts(out, "</div>");
}

static json_t *bars_row(const struct eh_chart_bars *chart, size_t i)
{
	json_t *cells = json_array();
	char when[32];
	int64_t total = 0;

	eh_page_day(when, chart->at_us[i]);
	json_array_append_new(cells, eh_page_cell(when, true, false));
	for (size_t g = 0; g < chart->n_groups; g++) {
		total += chart->counts[g][i];
		json_array_append_new(cells, eh_page_cell_number((double)chart->counts[g][i], 0));
	}
	json_array_append_new(cells, eh_page_cell_number((double)total, 0));
	return json_pack("{s:o}", "cells", cells);
}

json_t *eh_page_chart_bars_table(const struct eh_chart_bars *chart, size_t max_rows)
{
	size_t n = max_rows > 0 && max_rows < chart->n ? max_rows : chart->n;
	json_t *rows = json_array(), *columns = json_array();

	json_array_append_new(columns, eh_page_column("From (UTC)", false));
	for (size_t g = 0; g < chart->n_groups; g++)
		json_array_append_new(columns, eh_page_column(chart->groups[g], true));
	json_array_append_new(columns, eh_page_column("Total", true));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, bars_row(chart, chart->n - 1 - i));
	return eh_page_table(chart->about.title, columns, rows, chart->n - n);
}
