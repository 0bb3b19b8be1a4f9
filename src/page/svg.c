/*
 * svg.c - see svg.h.
 */
#include "page/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/mustache.h"

/* Shapes in a square of 16; head.html holds the same ones as symbols, held equal by a test. */
static const struct {
	const char *slug, *word, *shape;
} states[EH_PAGE_STATES] = {
	[EH_PAGE_STATE_OK] = {"ok", "OK", "<circle class=\"full\" cx=\"8\" cy=\"8\" r=\"5.5\"/>"},
	[EH_PAGE_STATE_WATCH] = {"watch", "Watch",
	                         "<circle class=\"open\" cx=\"8\" cy=\"8\" r=\"5.5\"/><path class=\"full\" d=\"M8 2.5a5.5 5.5 0 0 0 0 11z\"/>"},
	[EH_PAGE_STATE_ALERT] = {"alert", "Alert", "<path class=\"full\" d=\"M8 1.5L15 14H1z\"/>"},
	[EH_PAGE_STATE_THIN] = {"thin", "Not enough data", "<circle class=\"open\" cx=\"8\" cy=\"8\" r=\"5.5\"/>"},
	[EH_PAGE_STATE_SUPPRESSED] = {"suppressed", "Suppressed",
	                              "<path class=\"open\" d=\"M2.5 2.5h11v11h-11zM2.5 8L8 2.5M2.5 13.5l11-11M8 13.5L13.5 8\"/>"},
	[EH_PAGE_STATE_STALE] = {"stale", "Stale", "<path class=\"cross\" d=\"M3 3l10 10M13 3L3 13\"/>"},
};

const char *eh_page_state_slug(enum eh_state state)
{
	EH_ASSERT(state < EH_PAGE_STATES);
	return states[state].slug;
}

const char *eh_page_state_word(enum eh_state state)
{
	EH_ASSERT(state < EH_PAGE_STATES);
	return states[state].word;
}

void eh_page_glyph(struct eh_buf *out, enum eh_state state)
{
	eh_buf_printf(out, "<svg class=\"glyph st-%s\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\">%s</svg>",
	              eh_page_state_slug(state), states[state].shape);
}

void eh_page_badge(struct eh_buf *out, enum eh_state state, const char *text)
{
	if (text == NULL)
		text = eh_page_state_word(state);
	eh_buf_printf(out, "<span class=\"badge st-%s\">", eh_page_state_slug(state));
	eh_page_glyph(out, state);
	eh_page_escape(out, text, strlen(text));
	eh_buf_puts(out, "</span>");
}

void eh_page_svg_state(struct eh_buf *out, enum eh_state state, double x, double y)
{
	eh_buf_printf(out, "<g class=\"shape st-%s\" transform=\"translate(", eh_page_state_slug(state));
	eh_page_coord(out, x - 8);
	eh_buf_putc(out, ' ');
	eh_page_coord(out, y - 8);
	eh_buf_printf(out, ")\">%s</g>", states[state].shape);
}

void eh_page_coord(struct eh_buf *out, double x)
{
	EH_ASSERT(isfinite(x) && fabs(x) < 1e6);
	long tenths = lround(x * 10);
	long size = labs(tenths);

	eh_buf_printf(out, "%s%ld", tenths < 0 ? "-" : "", size / 10);
	if (size % 10 != 0)
		eh_buf_printf(out, ".%ld", size % 10);
}

/* Puts a narrow no-break space between thousands. */
static void put_grouped(struct eh_buf *out, const char *digits)
{
	size_t whole = strcspn(digits, ".");

	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0 && whole > 4)
			eh_buf_puts(out, "\xe2\x80\xaf");
		eh_buf_putc(out, digits[i]);
	}
	eh_buf_puts(out, digits + whole);
}

void eh_page_number(struct eh_buf *out, double x, int decimals)
{
	char digits[400];

	EH_ASSERT(decimals >= 0 && decimals <= 9);
	if (isnan(x)) {
		eh_buf_puts(out, "n/a");
		return;
	}
	snprintf(digits, sizeof digits, "%.*f", decimals, fabs(x));
	bool nought = isfinite(x) && strspn(digits, "0.") == strlen(digits);
	if (x < 0 && !nought)
		eh_buf_puts(out, "\xe2\x88\x92");
	if (isinf(x))
		eh_buf_puts(out, "\xe2\x88\x9e");
	else
		put_grouped(out, digits);
}

static void put_attribute(struct eh_buf *out, const char *name, double value)
{
	eh_buf_printf(out, " %s=\"", name);
	eh_page_coord(out, value);
	eh_buf_putc(out, '"');
}

static void put_escaped(struct eh_buf *out, const char *text)
{
	eh_page_escape(out, text, strlen(text));
}

void eh_page_svg_open(struct eh_buf *out, const char *class_names, const char *id, const char *title,
                      const char *desc, double width, double height)
{
	EH_ASSERT(id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0' && *id != '\0');
	eh_buf_printf(out, "<svg class=\"%s\" viewBox=\"0 0 ", class_names);
	eh_page_coord(out, width);
	eh_buf_putc(out, ' ');
	eh_page_coord(out, height);
	eh_buf_putc(out, '"');
	put_attribute(out, "width", width);
	put_attribute(out, "height", height);
	eh_buf_printf(out, " role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", id, id, id);
	put_escaped(out, title);
	eh_buf_printf(out, "</title><desc id=\"%s-d\">", id);
	put_escaped(out, desc);
	eh_buf_puts(out, "</desc>");
}

void eh_page_svg_close(struct eh_buf *out)
{
	eh_buf_puts(out, "</svg>");
}

void eh_page_svg_line(struct eh_buf *out, const char *class_names, double x1, double y1, double x2, double y2)
{
	eh_buf_printf(out, "<line class=\"%s\"", class_names);
	put_attribute(out, "x1", x1);
	put_attribute(out, "y1", y1);
	put_attribute(out, "x2", x2);
	put_attribute(out, "y2", y2);
	eh_buf_puts(out, "/>");
}

void eh_page_svg_rect(struct eh_buf *out, const char *class_names, double x, double y, double w, double h)
{
	eh_buf_printf(out, "<rect class=\"%s\"", class_names);
	put_attribute(out, "x", x);
	put_attribute(out, "y", y);
	put_attribute(out, "width", w);
	put_attribute(out, "height", h);
	eh_buf_puts(out, "/>");
}

void eh_page_svg_dot(struct eh_buf *out, const char *class_names, double x, double y, double r)
{
	eh_buf_printf(out, "<circle class=\"%s\"", class_names);
	put_attribute(out, "cx", x);
	put_attribute(out, "cy", y);
	put_attribute(out, "r", r);
	eh_buf_puts(out, "/>");
}

static void open_text(struct eh_buf *out, const char *class_names, const char *anchor, double x, double y)
{
	eh_buf_printf(out, "<text class=\"%s\" text-anchor=\"%s\"", class_names, anchor);
	put_attribute(out, "x", x);
	put_attribute(out, "y", y);
	eh_buf_putc(out, '>');
}

void eh_page_svg_text(struct eh_buf *out, const char *class_names, const char *anchor, double x, double y,
                      const char *text)
{
	open_text(out, class_names, anchor, x, y);
	put_escaped(out, text);
	eh_buf_puts(out, "</text>");
}

/* How many bytes the first `chars` characters take; the whole text if there are fewer. */
static size_t first_chars(const char *text, size_t chars)
{
	size_t at = 0;

	while (text[at] != '\0') {
		if (((unsigned char)text[at] & 0xc0) != 0x80 && chars-- == 0)
			break;
		at++;
	}
	return at;
}

void eh_page_svg_text_cut(struct eh_buf *out, const char *class_names, const char *anchor, double x, double y,
                          double room, const char *text)
{
	size_t fits = room > 13 ? (size_t)(room / 6.3) : 2;

	if (text[first_chars(text, fits)] == '\0') {
		eh_page_svg_text(out, class_names, anchor, x, y, text);
		return;
	}
	open_text(out, class_names, anchor, x, y);
	eh_buf_puts(out, "<title>");
	put_escaped(out, text);
	eh_buf_puts(out, "</title>");
	eh_page_escape(out, text, first_chars(text, fits - 1));
	eh_buf_puts(out, "\xe2\x80\xa6</text>");
}
