/*
 * say.c - a policy for people: its values as a reader would write them, and the file that would say the same.
 */
#include <inttypes.h>
#include <string.h>

#include "base/fixed.h"
#include "base/json.h"
#include "base/time.h"
#include "policy/inside.h"

const char *eh_policy_say_decimal(struct eh_arena *home, int64_t micro)
{
	char text[32];

	eh_fixed_format(micro, 6, text);
	return eh_arena_strdup(home, text);
}

const char *eh_policy_say_length(struct eh_arena *home, int64_t us)
{
	if (us % EH_DAY_US == 0)
		return eh_arena_printf(home, "%" PRId64 "d", us / EH_DAY_US);
	if (us % EH_HOUR_US == 0)
		return eh_arena_printf(home, "%" PRId64 "h", us / EH_HOUR_US);
	return eh_arena_printf(home, "%" PRId64 "s", us / EH_SECOND_US);
}

const char *eh_policy_say_lines(struct eh_arena *home, const struct eh_policy_line *line, uint32_t n)
{
	EH_BUF_AUTO out = {0};

	for (uint32_t i = 0; i < n; i++)
		eh_buf_printf(&out, "%s%s (gate %s)", i == 0 ? "" : ", ", eh_policy_say_decimal(home, line[i].tau_ppm),
		              eh_policy_say_decimal(home, line[i].gate_ppm));
	return eh_arena_strndup(home, n == 0 ? "none" : out.data, n == 0 ? 4 : out.len);
}

static void put_name(struct eh_buf *out, const char *name)
{
	eh_buf_printf(out, "%s%s", out->len == 0 ? "" : ", ", name);
}

static const char *said(struct eh_arena *home, const struct eh_buf *text)
{
	return text->len == 0 ? "none" : eh_arena_strndup(home, text->data, text->len);
}

const char *eh_policy_say_names(struct eh_arena *home, const struct eh_policy_names *names)
{
	EH_BUF_AUTO out = {0};

	if (names->all)
		return "all";
	for (size_t i = 0; i < names->n; i++)
		put_name(&out, names->name[i]);
	return said(home, &out);
}

const char *eh_policy_say_groups(struct eh_arena *home, const struct eh_policy_family *f)
{
	EH_BUF_AUTO out = {0};

	if (f->groups_n == 0)
		return "all";
	for (size_t i = 0; i < f->groups_n; i++)
		eh_buf_printf(&out, "%s%s: %s", i == 0 ? "" : "; ", f->groups[i].attribute,
		              eh_policy_say_names(home, &f->groups[i].groups));
	return said(home, &out);
}

const char *eh_policy_say_intersections(struct eh_arena *home, const struct eh_policy_family *f)
{
	EH_BUF_AUTO out = {0};

	if (f->all_intersections)
		return "all";
	for (size_t i = 0; i < f->intersections_n; i++)
		put_name(&out, eh_arena_printf(home, "%s with %s", f->intersections[i].attribute[0],
		                               f->intersections[i].attribute[1]));
	return said(home, &out);
}

const char *eh_policy_say_outcomes(struct eh_arena *home, const struct eh_policy_family *f)
{
	EH_BUF_AUTO out = {0};

	if (f->favourable)
		put_name(&out, "favourable");
	if (f->adverse)
		put_name(&out, "adverse");
	for (uint32_t i = 0; i < f->cuts; i++)
		put_name(&out, eh_arena_printf(home, "score above %s", eh_policy_say_decimal(home, f->cut_micro[i])));
	return said(home, &out);
}

/* ---- the file that says the same ----------------------------------------------------------------- */

static void put_text(struct eh_buf *out, const char *text)
{
	eh_json_string(out, text, strlen(text)); /* YAML takes a JSON string for what it is */
}

static void put_names(struct eh_buf *out, const char *indent, const char *key, const struct eh_policy_names *names)
{
	eh_buf_printf(out, "%s%s: [", indent, key);
	for (size_t i = 0; i < names->n; i++) {
		eh_buf_puts(out, i == 0 ? "" : ", ");
		put_text(out, names->name[i]);
	}
	eh_buf_puts(out, "]\n");
}

static void put_decimal(struct eh_buf *out, const char *before, int64_t micro)
{
	char text[32];

	eh_fixed_format(micro, 6, text);
	eh_buf_printf(out, "%s%s", before, text);
}

static void put_outcomes(struct eh_buf *out, const char *indent, const struct eh_policy_family *f)
{
	const char *comma = "";

	eh_buf_printf(out, "%soutcomes: [", indent);
	if (f->favourable)
		eh_buf_puts(out, "favourable");
	if (f->adverse)
		eh_buf_printf(out, "%sadverse", f->favourable ? ", " : "");
	comma = f->favourable || f->adverse ? ", " : "";
	for (uint32_t i = 0; i < f->cuts; i++, comma = ", ") {
		eh_buf_puts(out, comma);
		put_decimal(out, "{score: {above: ", f->cut_micro[i]);
		eh_buf_puts(out, "}}");
	}
	eh_buf_puts(out, "]\n");
}

static void put_common(struct eh_arena *home, struct eh_buf *out, const char *indent, const struct eh_policy_family *f)
{
	eh_buf_printf(out, "%swindow: %s\n", indent, eh_policy_say_length(home, f->window_us));
	eh_buf_printf(out, "%slines:\n", indent);
	for (uint32_t i = 0; i < f->lines; i++) {
		eh_buf_printf(out, "%s  - {", indent);
		put_decimal(out, "tau: ", f->line[i].tau_ppm);
		put_decimal(out, ", gate: ", f->line[i].gate_ppm);
		eh_buf_puts(out, "}\n");
	}
	put_outcomes(out, indent, f);
	eh_buf_printf(out, "%sconditional: %s\n", indent, f->conditional ? "yes" : "no");
	if (f->two_sided)
		eh_buf_printf(out, "%stwo_sided: yes\n", indent);
}

static void put_chosen(struct eh_buf *out, const struct eh_policy_family *f)
{
	static const char indent[] = "    ";

	if (!f->sources.all)
		put_names(out, indent, "sources", &f->sources);
	if (!f->attributes.all)
		put_names(out, indent, "attributes", &f->attributes);
	if (f->groups_n > 0)
		eh_buf_printf(out, "%sgroups:\n", indent);
	for (size_t i = 0; i < f->groups_n; i++) {
		eh_buf_puts(out, "      ");
		put_text(out, f->groups[i].attribute);
		put_names(out, "", "", &f->groups[i].groups);
	}
	if (f->all_intersections)
		eh_buf_printf(out, "%sintersections: all\n", indent);
	else if (f->intersections_n > 0)
		eh_buf_printf(out, "%sintersections:\n", indent);
	for (size_t i = 0; i < f->intersections_n; i++) {
		eh_buf_puts(out, "      - [");
		put_text(out, f->intersections[i].attribute[0]);
		eh_buf_puts(out, ", ");
		put_text(out, f->intersections[i].attribute[1]);
		eh_buf_puts(out, "]\n");
	}
	if (f->segments.all)
		eh_buf_printf(out, "%ssegments: all\n", indent);
	else if (f->segments.n > 0)
		put_names(out, indent, "segments", &f->segments);
}

/* As canonical JSON, a key a line: YAML takes it as it is. */
static void put_deadlines(struct eh_buf *out, const struct eh_deadlines *deadlines)
{
	EH_JSON_AUTO doc = eh_policy_deadlines_json(deadlines);
	struct eh_err err;
	const char *key;
	json_t *part;

	eh_buf_puts(out, "deadlines:\n");
	json_object_foreach(doc, key, part)
	{
		eh_buf_printf(out, "  %s: ", key);
		EH_ASSERT(eh_json_canonical(part, out, &err) == EH_OK);
		eh_buf_putc(out, '\n');
	}
}

const char *eh_policy_file(struct eh_arena *home, const struct eh_policy *p)
{
	EH_BUF_AUTO out = {0};

	eh_buf_puts(&out, "policy: ");
	put_text(&out, p->name);
	eh_buf_printf(&out, "\ndetector: %s\n", p->detector);
	put_decimal(&out, "budget: {page: ", p->page_ppm);
	put_decimal(&out, ", review: ", p->review_ppm);
	eh_buf_printf(&out, "}\nminimum: {n: %" PRId64 ", rarer: %" PRId64 "}\n", p->min_n, p->min_rarer);
	if (p->maturity_us > 0)
		eh_buf_printf(&out, "maturity: %s\n", eh_policy_say_length(home, p->maturity_us));
	if (p->deadlines_given)
		put_deadlines(&out, &p->deadlines);
	if (p->flat) {
		put_common(home, &out, "", p->family);
		return eh_arena_strndup(home, out.data, out.len);
	}
	eh_buf_puts(&out, "families:\n");
	for (size_t i = 0; i < p->families; i++) {
		eh_buf_puts(&out, "  - name: ");
		put_text(&out, p->family[i].name);
		eh_buf_puts(&out, "\n");
		put_chosen(&out, &p->family[i]);
		put_common(home, &out, "    ", &p->family[i]);
	}
	return eh_arena_strndup(home, out.data, out.len);
}
