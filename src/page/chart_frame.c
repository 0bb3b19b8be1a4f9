/*
 * chart_frame.c - see chart_frame.h.
 */
#include "page/chart_frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/mustache.h"

void eh_page_frame_open(const struct eh_frame *f, const struct eh_chart *about)
{
	char id[80];

	EH_ASSERT(strlen(about->id) < 60);
	snprintf(id, sizeof id, "%s-%s", about->id, f->narrow ? "narrow" : "wide");
	eh_page_svg_open(f->out, f->narrow ? "plot narrow" : "plot wide", id, about->title, about->desc, f->width, f->height);
}

void eh_page_frame_close(const struct eh_frame *f)
{
	eh_page_svg_close(f->out);
}

/* 10 000 and less as it is, larger powers of ten as such on a logarithmic axis. */
static void print_tick(char *text, size_t size, double x, int decimals, bool log)
{
	static const char *const raised[] = {"\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",     "\xc2\xb3",     "\xe2\x81\xb4",
	                                     "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9"};
	EH_BUF_AUTO b = {0};
	int power = log ? (int)lround(log10(x)) : 0;

	if (log && power > 4 && power < 100 && fabs(x / pow(10, power) - 1) < 1e-9) {
		eh_buf_puts(&b, "10");
		if (power >= 10)
			eh_buf_puts(&b, raised[power / 10]);
		eh_buf_puts(&b, raised[power % 10]);
	} else {
		eh_page_number(&b, x, log && x < 1 ? (int)ceil(-log10(x) - 1e-9) % 10 : decimals);
	}
	snprintf(text, size, "%s", b.data);
}

static size_t ticks_of(const struct eh_scale *scale, size_t want, double at[EH_PAGE_TICKS], int *decimals)
{
	*decimals = 0;
	return scale->log ? eh_page_ticks_log(scale->lo, scale->hi, at) : eh_page_ticks(scale->lo, scale->hi, want, at, decimals);
}

void eh_page_frame_axis_y(const struct eh_frame *f, const char *unit)
{
	double at[EH_PAGE_TICKS];
	int decimals;
	size_t n = ticks_of(&f->y, 5, at, &decimals);

	for (size_t i = 0; i < n; i++) {
		char label[32];
		double y = eh_page_scale_at(&f->y, at[i]);

		print_tick(label, sizeof label, at[i], decimals, f->y.log);
		eh_page_svg_line(f->out, "grid", f->left, y, f->right, y);
		eh_page_svg_text(f->out, "tick", "end", f->left - 8, y + 4, label);
	}
	eh_page_svg_text(f->out, "unit", "start", 0, 12, unit);
}

void eh_page_frame_axis_x(const struct eh_frame *f)
{
	double at[EH_PAGE_TICKS];
	int decimals;
	size_t n = ticks_of(&f->x, f->narrow ? 4 : 6, at, &decimals);

	for (size_t i = 0; i < n; i++) {
		char label[32];
		double x = eh_page_scale_at(&f->x, at[i]);

		print_tick(label, sizeof label, at[i], decimals, f->x.log);
		eh_page_svg_line(f->out, "grid", x, f->top, x, f->bottom);
		eh_page_svg_text(f->out, "tick", "middle", x, f->bottom + 18, label);
	}
}

double eh_page_frame_time(const struct eh_frame *f, int64_t lo_us, int64_t at_us)
{
	return eh_page_scale_at(&f->x, (double)(at_us - lo_us) / 1e6);
}

void eh_page_frame_axis_time(const struct eh_frame *f, int64_t lo_us, int64_t hi_us)
{
	struct eh_time_tick at[EH_PAGE_TICKS];
	size_t n = eh_page_ticks_time(lo_us, hi_us, f->narrow ? 5 : 9, at);

	eh_page_svg_line(f->out, "axis", f->left, f->bottom, f->right, f->bottom);
	for (size_t i = 0; i < n; i++) {
		double x = eh_page_frame_time(f, lo_us, at[i].at_us);
		double half = (double)strlen(at[i].label) * 3.2; /* a label must not leave the drawing */
		double middle = x + half > f->width ? f->width - half : x;

		eh_page_svg_line(f->out, "axis", x, f->bottom, x, f->bottom + 5);
		eh_page_svg_text(f->out, "tick", "middle", middle, f->bottom + 19, at[i].label);
	}
}

static const char *rule_class(enum eh_chart_rule_kind kind)
{
	switch (kind) {
	case EH_PAGE_RULE_LAW:
		return "rule law";
	case EH_PAGE_RULE_OWN:
		return "rule own";
	case EH_PAGE_RULE_PARITY:
		break;
	}
	return "rule parity";
}

/* Its label stands over a line, and under it where the next line above is too near. */
static double label_place(const struct eh_frame *f, const struct eh_chart_rule *rules, size_t n, double y)
{
	if (y - f->top < 14)
		return y + 13;
	for (size_t i = 0; i < n; i++) {
		double other = eh_page_scale_at(&f->y, rules[i].value);

		if (other < y && y - other < 18)
			return y + 13;
	}
	return y - 5;
}

void eh_page_frame_rules_y(const struct eh_frame *f, const struct eh_chart_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double y = eh_page_scale_at(&f->y, rules[i].value);

		eh_page_svg_line(f->out, rule_class(rules[i].kind), f->left, y, f->right, y);
	}
	for (size_t i = 0; i < n; i++) {
		double y = eh_page_scale_at(&f->y, rules[i].value);

		eh_page_svg_text_cut(f->out, "rule-label", "start", f->left + 6, label_place(f, rules, n, y), f->right - f->left,
		                     rules[i].label);
	}
}

/* The leftmost label stands highest, so that no line to its right runs through it. */
static size_t lane_of(const struct eh_chart_rule *rules, size_t n, size_t i)
{
	size_t right = 0;

	for (size_t k = 0; k < n; k++)
		right += rules[k].value > rules[i].value || (k > i && !(rules[k].value < rules[i].value));
	return right;
}

void eh_page_frame_rules_x(const struct eh_frame *f, const struct eh_chart_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double x = eh_page_scale_at(&f->x, rules[i].value), y = f->top - 6 - 14 * (double)lane_of(rules, n, i);
		bool fits = x + 4 + (double)strlen(rules[i].label) * 6.3 < f->width;

		eh_page_svg_line(f->out, rule_class(rules[i].kind), x, y - 6, x, f->bottom);
		eh_page_svg_text_cut(f->out, "rule-label", fits ? "start" : "end", x + (fits ? 5 : -5), y + 3, fits ? f->width - x : x,
		                     rules[i].label);
	}
}

void eh_page_key_open(struct eh_buf *out)
{
	eh_buf_puts(out, "<ul class=\"key\">");
}

void eh_page_key(struct eh_buf *out, const char *shape, const char *class_names, const char *text)
{
	eh_buf_puts(out, "<li><svg class=\"swatch\" viewBox=\"0 0 24 12\" width=\"24\" height=\"12\" aria-hidden=\"true\">");
	if (strcmp(shape, "line") == 0)
		eh_page_svg_line(out, class_names, 0, 6, 24, 6);
	else
		eh_page_svg_rect(out, class_names, 6, 0, 12, 12);
	eh_buf_puts(out, "</svg>");
	eh_page_escape(out, text, strlen(text));
	eh_buf_puts(out, "</li>");
}

void eh_page_key_close(struct eh_buf *out)
{
	eh_buf_puts(out, "</ul>");
}

void eh_page_reading(struct eh_buf *out, double value, double lo, double hi, int decimals)
{
	if (isnan(value)) {
		eh_buf_puts(out, "not enough data");
		return;
	}
	eh_page_number(out, value, decimals);
	if (isnan(lo) || isnan(hi))
		return;
	eh_buf_puts(out, " (");
	eh_page_number(out, lo, decimals);
	eh_buf_puts(out, " to ");
	eh_page_number(out, hi, decimals);
	eh_buf_putc(out, ')');
}

void eh_page_widen(double *lo, double *hi, double x)
{
	if (!isfinite(x))
		return;
	*lo = x < *lo ? x : *lo;
	*hi = x > *hi ? x : *hi;
}

void eh_page_pad(double *lo, double *hi, bool log)
{
	if (!(*lo <= *hi)) {
		*lo = log ? 1 : 0;
		*hi = log ? 10 : 1;
	}
	if (log) {
		double factor = *hi > *lo ? pow(*hi / *lo, 0.06) : 2;

		*lo /= factor;
		*hi *= factor;
		return;
	}
	double air = *hi > *lo ? (*hi - *lo) * 0.06 : fabs(*lo) * 0.1 + 0.1;
	*lo -= air;
	*hi += air;
}

/* ---- tables ---- */

json_t *eh_page_cell(const char *text, bool head, bool numeric)
{
	json_t *cell = json_pack("{s:s, s:b, s:b}", "text", text, "head", head, "numeric", numeric);

	EH_ASSERT(cell != NULL);
	return cell;
}

json_t *eh_page_cell_number(double x, int decimals)
{
	EH_BUF_AUTO b = {0};

	eh_page_number(&b, x, decimals);
	return eh_page_cell(b.data, false, true);
}

json_t *eh_page_column(const char *label, bool numeric)
{
	json_t *column = json_pack("{s:s, s:b}", "label", label, "numeric", numeric);

	EH_ASSERT(column != NULL);
	return column;
}

json_t *eh_page_table(const char *caption, json_t *columns, json_t *rows, size_t omitted)
{
	json_t *table = json_pack("{s:s, s:o, s:o}", "caption", caption, "columns", columns, "rows", rows);

	EH_ASSERT(table != NULL);
	if (omitted > 0)
		json_object_set_new(table, "omitted", json_integer((json_int_t)omitted));
	return table;
}
