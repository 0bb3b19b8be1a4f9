/*
 * machine.c - see machine.h.
 */
#include "serve/machine.h"

#include <string.h>

#include "base/buf.h"
#include "page/mustache.h"

enum { W = 146, H = 34 };

/* The middles of the boxes. */
static const struct {
	int x, y;
} place[EH_ALERT_STATES] = {[EH_ALERT_RAISED] = {76, 170},         [EH_ALERT_ACKNOWLEDGED] = {246, 170},
                            [EH_ALERT_INVESTIGATING] = {416, 170}, [EH_ALERT_MITIGATING] = {586, 170},
                            [EH_ALERT_VERIFYING] = {756, 170},     [EH_ALERT_CLOSED_FIXED] = {926, 170},
                            [EH_ALERT_CLOSED_NOT_CONFIRMED] = {586, 50}, [EH_ALERT_ACCEPTED_RISK] = {586, 290},
                            [EH_ALERT_REOPENED] = {246, 290}};

/* Ways around other boxes; every other arrow is straight. */
static const struct {
	enum eh_alert_state from, to;
	const char *path;
} way[] = {
	{EH_ALERT_VERIFYING, EH_ALERT_INVESTIGATING, "M776 187 V212 H436 V189"},
	{EH_ALERT_CLOSED_FIXED, EH_ALERT_REOPENED, "M926 187 V336 H236 V309"},
	{EH_ALERT_CLOSED_NOT_CONFIRMED, EH_ALERT_REOPENED, "M512 50 H156 V290 H171"},
	{EH_ALERT_ACKNOWLEDGED, EH_ALERT_CLOSED_FIXED, "M266 153 V108 H946 V151"},
	{EH_ALERT_INVESTIGATING, EH_ALERT_CLOSED_FIXED, "M396 153 V116 H936 V151"},
	{EH_ALERT_MITIGATING, EH_ALERT_CLOSED_FIXED, "M626 153 V124 H926 V151"},
};

static bool leads(const char *kind, enum eh_alert_state from, enum eh_alert_state to, struct eh_buf *events)
{
	unsigned of = eh_alert_kind_of(kind);
	bool any = false;

	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];

		if (!(r->from & 1u << from) || !(r->kinds & of) || r->to != to)
			continue;
		eh_buf_printf(events, "%s%s", any ? ", " : "", r->event);
		any = true;
	}
	return any;
}

/* From the side of one box that faces the other to the side of that one. */
static void put_straight(struct eh_buf *out, enum eh_alert_state from, enum eh_alert_state to)
{
	int x0 = place[from].x, y0 = place[from].y, x1 = place[to].x, y1 = place[to].y;

	if (y0 == y1) {
		int side = x1 > x0 ? 1 : -1;

		eh_buf_printf(out, "M%d %d H%d", x0 + side * W / 2, y0, x1 - side * (W / 2 + 2));
		return;
	}
	int side = y1 > y0 ? 1 : -1;

	eh_buf_printf(out, "M%d %d L%d %d", x0, y0 + side * H / 2, x1 + (x0 - x1) / 6, y1 - side * (H / 2 + 2));
}

static void put_arrow(struct eh_buf *out, enum eh_alert_state from, enum eh_alert_state to, const char *events)
{
	eh_buf_printf(out, "<path class=\"edge\" fill=\"none\" stroke=\"#7a8796\" stroke-width=\"1.5\" marker-end=\"url(#arrow)\" d=\"");
	size_t i = 0;
	while (i < sizeof way / sizeof *way && (way[i].from != from || way[i].to != to))
		i++;
	if (i < sizeof way / sizeof *way)
		eh_buf_puts(out, way[i].path);
	else
		put_straight(out, from, to);
	eh_buf_printf(out, "\"><title>%s: %s</title></path>\n", events, eh_alert_state_name(to));
}

static void put_box(struct eh_buf *out, enum eh_alert_state s, bool here, const char *note)
{
	int x = place[s].x - W / 2, y = place[s].y - H / 2;

	if (here)
		eh_buf_printf(out, "<rect class=\"ring\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\" fill=\"none\" stroke=\"#0b5394\" stroke-width=\"3\"/>\n",
		              x - 5, y - 5, W + 10, H + 10);
	eh_buf_printf(out, "<rect class=\"node%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#ffffff\" stroke=\"#4c5968\"/>\n",
	              eh_alert_is_over(s) ? " over" : "", x, y, W, H);
	eh_buf_printf(out, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"12\" font-family=\"sans-serif\" fill=\"#17212e\"%s>%s</text>\n",
	              place[s].x, place[s].y + 4, here ? " font-weight=\"bold\"" : "", eh_alert_state_name(s));
	if (here && note != NULL) {
		eh_buf_printf(out, "<text class=\"due\" x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"11\" font-family=\"sans-serif\" fill=\"#17212e\">", place[s].x, y + H + 20);
		eh_page_escape(out, note, strlen(note));
		eh_buf_puts(out, "</text>\n");
	}
}

const char *eh_serve_machine_svg(struct eh_arena *home, const char *kind, enum eh_alert_state here, const char *note)
{
	EH_BUF_AUTO out = {0};

	eh_buf_puts(&out, "<svg class=\"machine\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1002 350\" role=\"img\" aria-labelledby=\"machine-title\">\n"
	                  "<title id=\"machine-title\">The states of an alert and the steps between them");
	if (here != EH_ALERT_NONE)
		eh_buf_printf(&out, "; this one is %s", eh_alert_state_name(here));
	eh_buf_puts(&out, "</title>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
	                  "<path class=\"head\" fill=\"#7a8796\" d=\"M0 0 L8 4 L0 8 Z\"/></marker></defs>\n");
	for (int from = EH_ALERT_RAISED; from < EH_ALERT_STATES; from++)
		for (int to = EH_ALERT_RAISED; to < EH_ALERT_STATES; to++) {
			EH_BUF_AUTO events = {0};

			if (leads(kind, (enum eh_alert_state)from, (enum eh_alert_state)to, &events))
				put_arrow(&out, (enum eh_alert_state)from, (enum eh_alert_state)to, events.data);
		}
	for (int s = EH_ALERT_RAISED; s < EH_ALERT_STATES; s++)
		put_box(&out, (enum eh_alert_state)s, s == (int)here, note);
	eh_buf_puts(&out, "</svg>\n");
	return eh_arena_strndup(home, out.data, out.len);
}
