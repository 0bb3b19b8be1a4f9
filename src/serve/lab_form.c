/*
 * lab_form.c - see lab_form.h.
 */
#include "serve/lab_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "page/words.h"
#include "policy/policy.h"

#define NAME_MAX_BYTES 60
#define YAML_MAX_BYTES 20000

enum field { NAME, DRIFT, LEVEL, PAGE, REVIEW, WINDOW, MINIMUM, FROM, TO, RUNS, SEED, FIELDS };

static const struct {
	const char *name, *label, *hint;
	double least, most; /* of a number */
	int decimals;       /* -1: a text */
} fields[FIELDS] = {
	[NAME] = {"name", "Name of the draft", "letters, digits, spaces and -", 0, 0, -1},
	[DRIFT] = {"drift", "Drift line", "ratio, 0.50 to 0.99; its gate lies 0.05 below", .50, .99, 2},
	[LEVEL] = {"level", "Level line", "ratio, 0.50 to 0.99; its gate is the line itself", .50, .99, 2},
	[PAGE] = {"page", "False pages a year", "over all monitors, 0.01 to 50", .01, 50, 2},
	[REVIEW] = {"review", "False review items a year", "over all monitors, 0.01 to 200", .01, 200, 2},
	[WINDOW] = {"window", "Window, days", "7 to 365", 7, 365, 0},
	[MINIMUM] = {"minimum", "Least decisions of the group", "since the onset, 10 to 10 000", 10, 10000, 0},
	[FROM] = {"from", "From", "a day, as 2026-01-31; empty: the beginning", 0, 0, -1},
	[TO] = {"to", "To", "a day; empty: the end", 0, 0, -1},
	[RUNS] = {"runs", "Drawn histories of each kind", "0 to 200; 0 compares on the one history only", 0, 200, 0},
	[SEED] = {"seed", "Seed of the random numbers", "the same seed gives the same result", 0, 1e9, 0},
};

static const struct choice {
	const char *name, *label;
	const char *const value[3], *const text[3];
} choices[] = {
	{"outcomes", "Outcomes watched", {"both", "favourable", "adverse"}, {"favourable and adverse", "favourable", "adverse"}},
	{"conditional", "Within strata as well", {"yes", "no", NULL}, {"yes", "no", NULL}},
};

static const char *default_of(struct eh_arena *arena, enum field field)
{
	const struct eh_policy *p = eh_policy_default(arena);
	const double value[FIELDS] = {[DRIFT] = eh_policy_fraction(p->line[0].tau_ppm),
	                              [LEVEL] = eh_policy_fraction(p->line[p->lines > 1 ? 1 : 0].tau_ppm),
	                              [PAGE] = eh_policy_fraction(p->page_ppm),
	                              [REVIEW] = eh_policy_fraction(p->review_ppm),
	                              [WINDOW] = (double)(p->window_us / EH_DAY_US),
	                              [MINIMUM] = (double)p->min_n,
	                              [RUNS] = 20,
	                              [SEED] = 1};

	if (fields[field].decimals < 0)
		return field == NAME ? "draft" : "";
	return eh_arena_printf(arena, "%.*f", fields[field].decimals, value[field]);
}

/* What was sent, else the default. */
static const char *text_of(struct eh_arena *arena, const struct eh_form *form, enum field field)
{
	const char *sent = eh_serve_form_get(form, fields[field].name);

	return sent != NULL ? sent : default_of(arena, field);
}

/* A plain decimal number inside its bounds, with no more places than it may have. */
static enum eh_rc read_number(struct eh_arena *arena, const struct eh_form *form, enum field field, double *value,
                              struct eh_err *err)
{
	const char *text = text_of(arena, form, field), *point = strchr(text, '.');
	char *end;

	if (!*text || text[strspn(text, "0123456789.")] != '\0' || strlen(text) > 12)
		return eh_fail(err, EH_BAD_INPUT, "%s: \"%s\" is not a number", fields[field].label, text);
	*value = strtod(text, &end);
	if (*end || *value < fields[field].least || *value > fields[field].most)
		return eh_fail(err, EH_BAD_INPUT, "%s: %s is not between %g and %g", fields[field].label, text,
		               fields[field].least, fields[field].most);
	if (point != NULL && strlen(point + 1) > (size_t)fields[field].decimals)
		return eh_fail(err, EH_BAD_INPUT, "%s: %s has more than %d decimals", fields[field].label, text,
		               fields[field].decimals);
	return EH_OK;
}

static enum eh_rc read_choice(const struct eh_form *form, const struct choice *choice, const char **value,
                              struct eh_err *err)
{
	const char *sent = eh_serve_form_get(form, choice->name);

	*value = choice->value[0];
	for (int i = 0; sent != NULL && i < 3 && choice->value[i] != NULL; i++)
		if (strcmp(choice->value[i], sent) == 0)
			*value = choice->value[i];
	if (sent != NULL && strcmp(*value, sent) != 0)
		return eh_fail(err, EH_BAD_INPUT, "%s: \"%s\" is no choice", choice->label, sent);
	return EH_OK;
}

static bool is_name(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= NAME_MAX_BYTES && text[0] != ' ' && text[0] != '-' &&
	       text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -")] == '\0';
}

/* The fields as the policy file that they mean. */
static enum eh_rc write_draft(struct eh_arena *arena, const struct eh_form *form, const char **draft, struct eh_err *err)
{
	double value[FIELDS] = {0};
	const char *outcomes, *conditional, *name = text_of(arena, form, NAME);
	enum eh_rc rc = is_name(name) ? EH_OK
	                              : eh_fail(err, EH_BAD_INPUT,
	                                        "the name of the draft is not 1 to %d letters, digits, spaces and -", NAME_MAX_BYTES);

	for (enum field f = DRIFT; rc == EH_OK && f <= MINIMUM; f++)
		rc = read_number(arena, form, f, &value[f], err);
	if (rc == EH_OK)
		rc = read_choice(form, &choices[0], &outcomes, err);
	if (rc == EH_OK)
		rc = read_choice(form, &choices[1], &conditional, err);
	if (rc == EH_OK && value[LEVEL] >= value[DRIFT])
		rc = eh_fail(err, EH_BAD_INPUT, "the level line does not lie below the drift line");
	if (rc != EH_OK)
		return rc;
	*draft = eh_arena_printf(arena,
	                         "policy: '%s'\nwindow: %.0fd\nbudget: {page: %.2f, review: %.2f}\nminimum: {n: %.0f}\n"
	                         "lines: [{tau: %.2f, gate: %.2f}, {tau: %.2f, gate: %.2f}]\noutcomes: [%s]\nconditional: %s\n",
	                         name, value[WINDOW], value[PAGE], value[REVIEW], value[MINIMUM], value[DRIFT],
	                         value[DRIFT] - .05, value[LEVEL], value[LEVEL],
	                         strcmp(outcomes, "both") == 0 ? "favourable, adverse" : outcomes, conditional);
	return EH_OK;
}

/* An empty one is none. */
static enum eh_rc read_day(const struct eh_form *form, enum field field, const char **day, struct eh_err *err)
{
	int64_t us;

	*day = eh_serve_form_get(form, fields[field].name);
	if (*day != NULL && **day == '\0')
		*day = NULL;
	if (*day == NULL || eh_time_parse(*day, strlen(*day), &us))
		return EH_OK;
	return eh_fail(err, EH_BAD_INPUT, "%s: \"%s\" is not a day", fields[field].label, *day);
}

/* The form as it was sent, without the token. */
static const char *write_form(struct eh_arena *arena, const struct eh_form *form)
{
	EH_BUF_AUTO out = {0};

	for (size_t i = 0; i < form->n; i++) {
		if (strcmp(form->field[i].name, "csrf") == 0)
			continue;
		eh_buf_puts(&out, out.len > 0 ? "&" : "");
		eh_serve_percent_encode(&out, form->field[i].name, false);
		eh_buf_putc(&out, '=');
		eh_serve_percent_encode(&out, form->field[i].value, false);
	}
	return eh_arena_strndup(arena, out.data != NULL ? out.data : "", out.len);
}

enum eh_rc eh_serve_lab_read(struct eh_arena *arena, const struct eh_form *form, struct eh_serve_lab_asked *asked,
                             struct eh_err *err)
{
	const char *yaml = eh_serve_form_get(form, "yaml");
	bool written = yaml != NULL && yaml[strspn(yaml, " \t\n")] != '\0';
	double runs, seed;
	enum eh_rc rc = EH_OK;

	*asked = (struct eh_serve_lab_asked){.form = write_form(arena, form), .draft = yaml};
	if (written && strlen(yaml) > YAML_MAX_BYTES)
		rc = eh_fail(err, EH_BAD_INPUT, "the draft is longer than %d bytes", YAML_MAX_BYTES);
	else if (!written)
		rc = write_draft(arena, form, &asked->draft, err);
	if (rc == EH_OK)
		rc = read_number(arena, form, RUNS, &runs, err);
	if (rc == EH_OK)
		rc = read_number(arena, form, SEED, &seed, err);
	if (rc == EH_OK)
		rc = read_day(form, FROM, &asked->from, err);
	if (rc == EH_OK)
		rc = read_day(form, TO, &asked->to, err);
	if (rc != EH_OK)
		return rc;
	asked->runs = eh_arena_printf(arena, "%.0f", runs);
	asked->seed = eh_arena_printf(arena, "%.0f", seed);
	return EH_OK;
}

static json_t *make_choice(const struct choice *choice, const struct eh_form *sent)
{
	const char *was = eh_serve_form_get(sent, choice->name);
	json_t *options = json_array();

	for (int i = 0; i < 3 && choice->value[i] != NULL; i++)
		eh_page_append(options, json_pack("{s:s, s:s, s:b}", "value", choice->value[i], "label", choice->text[i], "selected",
		                                  was != NULL ? strcmp(was, choice->value[i]) == 0 : i == 0));
	return json_pack("{s:s, s:s, s:o}", "name", choice->name, "label", choice->label, "options", options);
}

json_t *eh_serve_lab_form(struct eh_arena *arena, const struct eh_form *sent)
{
	json_t *list = json_array(), *made_choices = json_array();
	const char *yaml = eh_serve_form_get(sent, "yaml");

	for (enum field f = 0; f < FIELDS; f++)
		eh_page_append(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "name", fields[f].name, "label", fields[f].label,
		                               "hint", fields[f].hint, "value", text_of(arena, sent, f), "number",
		                               fields[f].decimals >= 0, "needed", f != FROM && f != TO));
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		eh_page_append(made_choices, make_choice(&choices[i], sent));
	json_t *form = json_pack("{s:o, s:o, s:s}", "fields", list, "choices", made_choices, "yaml", yaml != NULL ? yaml : "");
	EH_ASSERT(form);
	return form;
}
