/*
 * chart_dots.c - a value with its interval a row.
 */
#include <math.h>

#include "page/chart_frame.h"

struct drawing {
	struct eh_frame f;
	const struct eh_chart_dots *chart;
	double row, first; /* height of a row; the middle of the first stroke */
};

static void set_axis(struct drawing *d)
{
	const struct eh_chart_dots *chart = d->chart;
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < chart->n; i++) {
		const double ends[] = {chart->rows[i].value, chart->rows[i].lo, chart->rows[i].hi};

		for (size_t k = 0; k < 3; k++)
			if (!isnan(chart->rows[i].value) && (!chart->log || ends[k] > 0))
				eh_page_widen(&lo, &hi, ends[k]);
	}
	for (size_t r = 0; r < chart->n_rules; r++)
		if (!chart->log || chart->rules[r].value > 0)
			eh_page_widen(&lo, &hi, chart->rules[r].value);
	eh_page_pad(&lo, &hi, chart->log);
	d->f.x = (struct eh_scale){chart->fixed_axis ? chart->x_lo : lo, chart->fixed_axis ? chart->x_hi : hi, d->f.left,
	                           d->f.right, chart->log};
}

/* Wide: label, plot, figures side by side.  Narrow: label and figures stand over the stroke. */
static void set_places(struct drawing *d, bool narrow)
{
	struct eh_frame *f = &d->f;

	f->narrow = narrow;
	f->width = narrow ? 340 : 800;
	f->left = narrow ? 8 : 246;
	f->right = f->width - (narrow ? 8 : 215);
	d->row = narrow ? 46 : 30;
	f->top = 28 + 14 * (double)d->chart->n_rules;
	d->first = f->top + (narrow ? 30 : 17);
	f->bottom = f->top + d->row * (double)d->chart->n + 6;
	f->height = f->bottom + 26;
	set_axis(d);
}

static void draw_words(const struct drawing *d, const struct eh_chart_dot *dot, double y)
{
	EH_BUF_AUTO figures = {0};
	const struct eh_frame *f = &d->f;
	double base = f->narrow ? y - 14 : y + 4;

	eh_page_reading(&figures, dot->value, dot->lo, dot->hi, d->chart->decimals);
	if (dot->note != NULL && !f->narrow)
		eh_buf_printf(&figures, " \xc2\xb7 %s", dot->note);
	eh_page_svg_text_cut(f->out, "row-label", "start", 0, base, f->narrow ? 190 : f->left - 14, dot->label);
	eh_page_svg_text_cut(f->out, "row-value", "end", f->width, base, f->narrow ? 150 : 205, figures.data);
}

static void draw_row(const struct drawing *d, const struct eh_chart_dot *dot, double y)
{
	const struct eh_frame *f = &d->f;

	draw_words(d, dot, y);
	if (isnan(dot->value))
		return;
	if (!isnan(dot->lo) && !isnan(dot->hi)) {
		double x1 = eh_page_scale_at(&f->x, dot->lo), x2 = eh_page_scale_at(&f->x, dot->hi);

		eh_page_svg_line(f->out, "interval", x1, y, x2, y);
		eh_page_svg_line(f->out, "interval", x1, y - 4, x1, y + 4);
		eh_page_svg_line(f->out, "interval", x2, y - 4, x2, y + 4);
	}
	if (d->chart->plain)
		eh_page_svg_dot(f->out, "point s1", eh_page_scale_at(&f->x, dot->value), y, 5);
	else
		eh_page_svg_state(f->out, dot->state, eh_page_scale_at(&f->x, dot->value), y);
}

static void draw(struct drawing *d, bool narrow)
{
	set_places(d, narrow);
	eh_page_frame_open(&d->f, &d->chart->about);
	eh_page_svg_text(d->f.out, "unit", "start", narrow ? 0 : d->f.left, 12, d->chart->unit);
	eh_page_frame_axis_x(&d->f);
	eh_page_frame_rules_x(&d->f, d->chart->rules, d->chart->n_rules);
	for (size_t i = 0; i < d->chart->n; i++)
		draw_row(d, &d->chart->rows[i], d->first + d->row * (double)i);
	eh_page_frame_close(&d->f);
}

void eh_page_chart_dots(struct eh_buf *out, const struct eh_chart_dots *chart)
{
	struct drawing d = {.chart = chart, .f = {.out = out}};

	eh_buf_puts(out, "<div class=\"chart\">");
	draw(&d, false);
	draw(&d, true);
	eh_buf_puts(out, "</div>");
}

json_t *eh_page_chart_dots_table(const struct eh_chart_dots *chart)
{
	json_t *rows = json_array(), *columns = json_array();

	json_array_append_new(columns, eh_page_column("Name", false));
	json_array_append_new(columns, eh_page_column("State", false));
	json_array_append_new(columns, eh_page_column(chart->unit, true));
	json_array_append_new(columns, eh_page_column("from", true));
	json_array_append_new(columns, eh_page_column("to", true));
	json_array_append_new(columns, eh_page_column("Note", false));
	for (size_t i = 0; i < chart->n; i++) {
		const struct eh_chart_dot *dot = &chart->rows[i];
		json_t *cells = json_array();

		json_array_append_new(cells, eh_page_cell(dot->label, true, false));
		json_array_append_new(cells, eh_page_cell(eh_page_state_word(dot->state), false, false));
		json_array_append_new(cells, eh_page_cell_number(dot->value, chart->decimals));
		json_array_append_new(cells, eh_page_cell_number(dot->lo, chart->decimals));
		json_array_append_new(cells, eh_page_cell_number(dot->hi, chart->decimals));
		json_array_append_new(cells, eh_page_cell(dot->note != NULL ? dot->note : "", false, false));
		json_array_append_new(rows, json_pack("{s:o}", "cells", cells));
	}
	return eh_page_table(chart->about.title, columns, rows, 0);
}
