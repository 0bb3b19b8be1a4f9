/*
 * svg.h - the strokes that charts are made of: numbers, scales, ticks, text.
 *
 * A chart is text that anyone can read back, print and keep, so its bytes are a
 * function of its input: coordinates are whole tenths of a pixel, printed by
 * integer arithmetic, no locale, no clock.  It is coloured by class names alone
 * (dashboards/app.css), as our content security policy forbids style attributes.
 *
 * Owner    all text goes into the caller's buffer; nothing is kept.
 * Threads  any.
 */
#ifndef EH_PAGE_SVG_H
#define EH_PAGE_SVG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* What a cell of the matrix, a badge or a monitor can say.  Never by colour alone: each has shape and word. */
enum eh_state {
	EH_PAGE_STATE_OK,         /* filled disc */
	EH_PAGE_STATE_WATCH,      /* half-filled disc */
	EH_PAGE_STATE_ALERT,      /* triangle */
	EH_PAGE_STATE_THIN,       /* ring: not enough data */
	EH_PAGE_STATE_SUPPRESSED, /* hatched square */
	EH_PAGE_STATE_STALE,      /* cross */
	EH_PAGE_STATES
};

const char *eh_page_state_slug(enum eh_state state); /* "ok", "watch", ...: class st-SLUG, symbol #g-SLUG of head.html */
const char *eh_page_state_word(enum eh_state state); /* "OK", "Watch", "Alert", "Not enough data", ... */

/* The shape alone, 16 x 16, hidden from readers of the screen: the word must stand beside it. */
void eh_page_glyph(struct eh_buf *out, enum eh_state state);

/* Shape and text; `text` NULL means the state's own word. */
void eh_page_badge(struct eh_buf *out, enum eh_state state, const char *text);

/* ---- numbers ---- */

/* A coordinate in tenths: 12, 12.5, -3. */
void eh_page_coord(struct eh_buf *out, double x);

/* A value for people: `decimals` 0..9 digits after the point, a true minus sign,
 * thousands apart by narrow spaces; "n/a" for NaN, an infinity as such. */
void eh_page_number(struct eh_buf *out, double x, int decimals);

/* ---- scales ---- */

/* A straight or logarithmic map from [lo, hi] to [from, to] pixels; outside values are held at the ends. */
struct eh_scale {
	double lo, hi, from, to;
	bool log;
};

double eh_page_scale_at(const struct eh_scale *scale, double x);

#define EH_PAGE_TICKS 16

/* Round places for ticks inside [lo, hi]: 1, 2 or 5 times a power of ten, about
 * `want` of them.  Returns how many; *decimals is what their labels need. */
size_t eh_page_ticks(double lo, double hi, size_t want, double at[EH_PAGE_TICKS], int *decimals);

/* Powers of ten (with 2 and 5 where few) inside [lo, hi], lo > 0. */
size_t eh_page_ticks_log(double lo, double hi, double at[EH_PAGE_TICKS]);

struct eh_time_tick {
	int64_t at_us;
	char label[24]; /* 14:00, 3 Sep, Sep 2026, 2026: UTC */
};

size_t eh_page_ticks_time(int64_t lo_us, int64_t hi_us, size_t want, struct eh_time_tick at[EH_PAGE_TICKS]);

/* `3 Sep 2026`, and `3 Sep 2026, 14:05` where it is not midnight. */
void eh_page_day(char out[32], int64_t at_us);

/* ---- strokes ---- */

/* Opens <svg> with role, title and description; `id` is unique on the page and a plain word. */
void eh_page_svg_open(struct eh_buf *out, const char *class_names, const char *id, const char *title,
                      const char *desc, double width, double height);
void eh_page_svg_close(struct eh_buf *out);

void eh_page_svg_line(struct eh_buf *out, const char *class_names, double x1, double y1, double x2, double y2);
void eh_page_svg_rect(struct eh_buf *out, const char *class_names, double x, double y, double w, double h);
void eh_page_svg_dot(struct eh_buf *out, const char *class_names, double x, double y, double r);

/* A state's shape, its middle at x, y. */
void eh_page_svg_state(struct eh_buf *out, enum eh_state state, double x, double y);

/* Escaped text; `anchor` is start, middle or end. */
void eh_page_svg_text(struct eh_buf *out, const char *class_names, const char *anchor, double x, double y,
                      const char *text);

/* The same, cut with an ellipsis to what fits `room` pixels at about 6.3 a character. */
void eh_page_svg_text_cut(struct eh_buf *out, const char *class_names, const char *anchor, double x, double y,
                          double room, const char *text);

#endif
