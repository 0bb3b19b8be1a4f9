/*
 * stat.c - see stat.h.
 */
#include "stat/stat.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "config/nearest.h"
#include "stat/args.h"
#include "stat/call.h"
#include "stat/out.h"
#include "stat/tests.h"

#define FAMILY(family) eh_stat_##family##_tests,
static const struct eh_stat_test *const families[] = {EH_STAT_FAMILIES(FAMILY)};
#undef FAMILY

#define FAMILIES (sizeof families / sizeof *families)

struct eh_stat {
	struct eh_arena *arena;
	struct eh_buf fields;
};

struct eh_stat *eh_stat_new(void)
{
	struct eh_stat *s = eh_xmalloc(sizeof *s);

	*s = (struct eh_stat){.arena = eh_arena_new()};
	ehs_init();
	return s;
}

void eh_stat_free(struct eh_stat *s)
{
	if (s == NULL)
		return;
	eh_arena_free(s->arena);
	eh_buf_free(&s->fields);
	free(s);
}

static const struct eh_stat_test *find(const char *name)
{
	for (size_t f = 0; f < FAMILIES; f++)
		for (const struct eh_stat_test *t = families[f]; t->name != NULL; t++)
			if (strcmp(t->name, name) == 0)
				return t;
	return NULL;
}

bool eh_stat_test_at(size_t i, const char **name, const char **inputs, const char **result)
{
	for (size_t f = 0; f < FAMILIES; f++)
		for (const struct eh_stat_test *t = families[f]; t->name != NULL; t++)
			if (i-- == 0) {
				*name = t->name;
				*inputs = t->inputs;
				*result = t->result;
				return true;
			}
	return false;
}

/* ---- answers ---- */

static void write_id(struct eh_buf *out, const json_t *id)
{
	eh_buf_puts(out, "{\"id\":");
	if (json_is_string(id))
		eh_json_string(out, json_string_value(id), json_string_length(id));
	else if (json_is_integer(id))
		eh_buf_printf(out, "%lld", (long long)json_integer_value(id));
	else if (json_is_real(id))
		eh_buf_printf(out, "%.17g", json_real_value(id));
	else
		eh_buf_puts(out, json_is_true(id) ? "true" : json_is_false(id) ? "false" : "null");
}

/* A text of the line's that was cut inside a letter is not UTF-8 any more: its letters become question marks. */
static void write_reason(struct eh_buf *out, const char *reason)
{
	char plain[sizeof((struct eh_stat_call *)0)->reason];
	size_t n = strlen(reason);

	if (eh_utf8_valid(reason, n)) {
		eh_json_string(out, reason, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		plain[i] = (unsigned char)reason[i] < 0x80 ? reason[i] : '?';
	eh_json_string(out, plain, n);
}

/* The word in the result is what the published values have; the status of the line is always "invalid". */
static void answer_refused(struct eh_buf *out, const json_t *id, const char *reason)
{
	write_id(out, id);
	eh_buf_puts(out, ",\"status\":\"invalid\",\"reason\":");
	write_reason(out, reason);
	eh_buf_puts(out, ",\"result\":{\"status\":\"invalid_input\"}}\n");
}

static void answer_result(struct eh_buf *out, const json_t *id, const struct eh_stat_call *c)
{
	const char *status = ehs_status_name(c->status);

	write_id(out, id);
	eh_buf_puts(out, ",\"status\":\"");
	eh_buf_puts(out, status);
	eh_buf_puts(out, "\",\"result\":{");
	if (c->status != EHS_OK)
		eh_buf_printf(out, "\"status\":\"%s\"%s", c->status_word != NULL ? c->status_word : status,
		              c->fields->len > 0 ? "," : "");
	eh_buf_put(out, c->fields->data, c->fields->len);
	eh_buf_puts(out, "}}\n");
}

static void refuse_name(struct eh_stat_call *c, const char *name)
{
	for (size_t f = 0; f < FAMILIES; f++)
		for (const struct eh_stat_test *t = families[f]; t->name != NULL; t++)
			if (eh_nearest(name, &t->name, 1) != NULL)
				eh_stat_refuse(c, "there is no test \"%.80s\", did you mean \"%s\"?", name, t->name);
	eh_stat_refuse(c, "there is no test \"%.80s\"; `evenhand stat --list` names those there are", name);
}

static void run_test(struct eh_stat_call *c, const json_t *line)
{
	const json_t *name = json_object_get(line, "test");
	const struct eh_stat_test *test = json_is_string(name) ? find(json_string_value(name)) : NULL;

	c->inputs = json_object_get(line, "inputs");
	if (!json_is_object(line)) {
		eh_stat_refuse(c, "a line should be an object {\"id\", \"test\", \"inputs\"}");
	} else if (!json_is_string(name)) {
		eh_stat_refuse(c, "\"test\" should be the name of a test");
	} else if (test == NULL) {
		refuse_name(c, json_string_value(name));
	} else if (!json_is_object(c->inputs)) {
		eh_stat_refuse(c, "\"inputs\" should be an object");
	} else {
		test->run(c);
		if (!eh_stat_refused(c))
			eh_stat_refuse_slips(c);
	}
}

void eh_stat_answer(struct eh_stat *s, const char *line, size_t len, struct eh_buf *out)
{
	struct eh_stat_call c = {.fields = &s->fields, .arena = s->arena};
	json_error_t error;

	if (len > EH_STAT_LINE_MAX) {
		eh_stat_answer_too_long(out);
		return;
	}
	eh_arena_reset(s->arena);
	eh_buf_reset(&s->fields);
	EH_JSON_AUTO doc = json_loadb(line, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (doc == NULL)
		eh_stat_refuse(&c, "the line is not JSON: %.200s at byte %d", error.text, error.position);
	else
		run_test(&c, doc);
	const json_t *id = json_object_get(doc, "id");
	if (eh_stat_refused(&c))
		answer_refused(out, id, c.reason);
	else
		answer_result(out, id, &c);
}

void eh_stat_answer_too_long(struct eh_buf *out)
{
	char reason[96];

	snprintf(reason, sizeof reason, "the line is longer than %zu bytes", EH_STAT_LINE_MAX);
	answer_refused(out, NULL, reason);
}
