/*
 * chart_curve.c - lines over a number instead of a time: the rate at each score, by group.
 */
#include <math.h>
#include <stdio.h>

#include "page/chart_frame.h"

struct drawing {
	struct eh_frame f;
	const struct eh_chart_curve *chart;
};

static void set_scales(struct drawing *d)
{
	double x_lo = INFINITY, x_hi = -INFINITY, y_lo = 0, y_hi = 0;

	for (size_t s = 0; s < d->chart->n_series; s++)
		for (size_t i = 0; i < d->chart->series[s].n; i++) {
			eh_page_widen(&x_lo, &x_hi, d->chart->series[s].x[i]);
			eh_page_widen(&y_lo, &y_hi, d->chart->series[s].y[i]);
		}
	eh_page_pad(&x_lo, &x_hi, false);
	if (!(y_hi > 0))
		y_hi = 1;
	d->f.x = (struct eh_scale){x_lo, x_hi, d->f.left, d->f.right, false};
	d->f.y = (struct eh_scale){y_lo, y_hi * 1.06, d->f.bottom, d->f.top, false};
}

static void set_places(struct drawing *d, bool narrow)
{
	struct eh_frame *f = &d->f;

	f->narrow = narrow;
	f->width = narrow ? 340 : 800;
	f->left = narrow ? 40 : 52;
	f->right = f->width - 14;
	f->top = 26;
	f->bottom = f->top + (narrow ? 175 : 225);
	f->height = f->bottom + 44;
	set_scales(d);
}

static void draw_curve(const struct drawing *d, size_t s)
{
	const struct eh_chart_curve_series *series = &d->chart->series[s];
	struct eh_buf *out = d->f.out;
	char name[32];

	eh_buf_printf(out, "<path class=\"line s%zu\" d=\"", s + 1);
	for (size_t i = 0; i < series->n; i++) {
		eh_buf_putc(out, i == 0 ? 'M' : 'L');
		eh_page_coord(out, eh_page_scale_at(&d->f.x, series->x[i]));
		eh_buf_putc(out, ' ');
		eh_page_coord(out, eh_page_scale_at(&d->f.y, series->y[i]));
	}
	eh_buf_puts(out, "\"/>");
	snprintf(name, sizeof name, "point s%zu", s + 1);
	for (size_t i = 0; i < series->n; i++)
		eh_page_svg_dot(out, name, eh_page_scale_at(&d->f.x, series->x[i]), eh_page_scale_at(&d->f.y, series->y[i]), 3.5);
}

static void draw(struct drawing *d, bool narrow)
{
	set_places(d, narrow);
	eh_page_frame_open(&d->f, &d->chart->about);
	eh_page_frame_axis_y(&d->f, d->chart->unit);
	eh_page_frame_axis_x(&d->f);
	eh_page_svg_line(d->f.out, "axis", d->f.left, d->f.bottom, d->f.right, d->f.bottom);
	eh_page_svg_text(d->f.out, "unit", "end", d->f.right, d->f.bottom + 36, d->chart->x_unit);
	for (size_t s = d->chart->n_series; s-- > 0;)
		draw_curve(d, s);
	eh_page_frame_close(&d->f);
}

void eh_page_chart_curve(struct eh_buf *out, const struct eh_chart_curve *chart)
{
	struct drawing d = {.chart = chart, .f = {.out = out}};
	char name[32];

	EH_ASSERT(chart->n_series >= 1 && chart->n_series <= EH_PAGE_CHART_SERIES);
	eh_buf_puts(out, "<div class=\"chart\">");
	draw(&d, false);
	draw(&d, true);
	eh_page_key_open(out);
	for (size_t s = 0; s < chart->n_series; s++) {
		snprintf(name, sizeof name, "line s%zu", s + 1);
		eh_page_key(out, "line", name, chart->series[s].name);
	}
	eh_page_key_close(out);
	eh_buf_puts(out, "</div>");
}
