/*
 * chart_frame.h - what the charts share: the plot's place, axes, rules, marks, lists below.
 *
 * Only chart_*.c include it.
 *
 * Threads  any.
 */
#ifndef EH_PAGE_CHART_FRAME_H
#define EH_PAGE_CHART_FRAME_H

#include "page/chart.h"

/* One drawing; every chart is drawn twice, wide and narrow. */
struct eh_frame {
	struct eh_buf *out;
	bool narrow;
	double width, height;
	double left, right, top, bottom; /* the plot's edges */
	struct eh_scale x, y;
};

void eh_page_frame_open(const struct eh_frame *f, const struct eh_chart *about);
void eh_page_frame_close(const struct eh_frame *f);

/* Ticks, their labels and light lines across the plot. */
void eh_page_frame_axis_y(const struct eh_frame *f, const char *unit);
void eh_page_frame_axis_x(const struct eh_frame *f); /* values */
void eh_page_frame_axis_time(const struct eh_frame *f, int64_t lo_us, int64_t hi_us);

/* An instant's place; the frame's x scale is in seconds from lo_us. */
double eh_page_frame_time(const struct eh_frame *f, int64_t lo_us, int64_t at_us);

/* Lines across at a value: along y for lines over time, upright for dots. */
void eh_page_frame_rules_y(const struct eh_frame *f, const struct eh_chart_rule *rules, size_t n);
void eh_page_frame_rules_x(const struct eh_frame *f, const struct eh_chart_rule *rules, size_t n);

/* One entry of the list under a chart: a sample of the stroke, then its name. */
void eh_page_key_open(struct eh_buf *out);
void eh_page_key(struct eh_buf *out, const char *shape, const char *class_names, const char *text);
void eh_page_key_close(struct eh_buf *out);

/* `0.68 (0.63 to 0.73)`, or "not enough data". */
void eh_page_reading(struct eh_buf *out, double value, double lo, double hi, int decimals);

/* Widens [lo, hi] so that it holds x; a NaN or infinity changes nothing. */
void eh_page_widen(double *lo, double *hi, double x);

/* Leaves air at both ends, and gives an axis to what has no extent. */
void eh_page_pad(double *lo, double *hi, bool log);

/* One cell and one row of a table model. */
json_t *eh_page_cell(const char *text, bool head, bool numeric);
json_t *eh_page_cell_number(double x, int decimals);
json_t *eh_page_column(const char *label, bool numeric);
json_t *eh_page_table(const char *caption, json_t *columns, json_t *rows, size_t omitted);

#endif
