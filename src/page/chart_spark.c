/*
 * chart_spark.c - a line of 80 x 20 for a cell; the figure stands beside it in text.
 */
#include <math.h>

#include "page/chart_frame.h"

#define WIDTH 80.0
#define HEIGHT 20.0
#define COLUMNS 74

/* More points than pixels: every column shows the mean of its points, NaN where none has a value. */
static double column_mean(const struct eh_chart_spark *chart, size_t column, size_t columns)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = column * chart->n / columns; i < (column + 1) * chart->n / columns; i++)
		if (isfinite(chart->value[i])) {
			sum += chart->value[i];
			n++;
		}
	return n > 0 ? sum / (double)n : NAN;
}

static void draw_line(struct eh_buf *out, const struct eh_chart_spark *chart, const struct eh_scale *x,
                      const struct eh_scale *y, size_t columns)
{
	bool pen_down = false;

	eh_buf_puts(out, "<path class=\"line\" d=\"");
	for (size_t c = 0; c < columns; c++) {
		double v = column_mean(chart, c, columns);

		if (!isnan(v)) {
			eh_buf_putc(out, pen_down ? 'L' : 'M');
			eh_page_coord(out, eh_page_scale_at(x, (double)c));
			eh_buf_putc(out, ' ');
			eh_page_coord(out, eh_page_scale_at(y, v));
			if (!pen_down && (c + 1 == columns || isnan(column_mean(chart, c + 1, columns))))
				eh_buf_puts(out, "h.1"); /* a lone point, drawn by its round caps */
		}
		pen_down = !isnan(v);
	}
	eh_buf_puts(out, "\"/>");
}

void eh_page_chart_spark(struct eh_buf *out, const struct eh_chart_spark *chart)
{
	size_t columns = chart->n < COLUMNS ? chart->n : COLUMNS, last = columns;
	double lo = INFINITY, hi = -INFINITY;

	for (size_t c = 0; c < columns; c++)
		eh_page_widen(&lo, &hi, column_mean(chart, c, columns));
	eh_page_widen(&lo, &hi, chart->rule);
	eh_page_pad(&lo, &hi, false);
	struct eh_scale x = {0, columns > 1 ? (double)(columns - 1) : 1, 2, WIDTH - 4, false}, y = {lo, hi, HEIGHT - 2, 2, false};
	eh_page_svg_open(out, "spark", chart->about.id, chart->about.title, chart->about.desc, WIDTH, HEIGHT);
	if (isfinite(chart->rule))
		eh_page_svg_line(out, "rule", 0, eh_page_scale_at(&y, chart->rule), WIDTH, eh_page_scale_at(&y, chart->rule));
	draw_line(out, chart, &x, &y, columns);
	while (last > 0 && isnan(column_mean(chart, last - 1, columns)))
		last--;
	if (last > 0) {
		eh_buf_printf(out, "<g class=\"st-%s\">", eh_page_state_slug(chart->state));
		eh_page_svg_dot(out, "end", eh_page_scale_at(&x, (double)(last - 1)),
		                eh_page_scale_at(&y, column_mean(chart, last - 1, columns)), 2.5);
		eh_buf_puts(out, "</g>");
	}
	eh_page_svg_close(out);
}
