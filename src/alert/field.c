/*
 * field.c - see field.h.
 */
#include "alert/field.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define SPACES " \t\n\r\f\v"

const struct eh_alert_field eh_alert_fields[] = {
	{"aware_at", EH_ALERT_INSTANT, true, NULL, "Aware since",
	 "When the company became aware. It is set once, and the clocks of the statute start there."},
	{"hypotheses", EH_ALERT_LIST, false, NULL, "What may explain it", "One a line."},
	{"legal_hold", EH_ALERT_CHOICE, false, "yes no", "Legal hold", "Whether nothing about it may be deleted."},
	{"clock", EH_ALERT_CHOICE, false, "none EU15 EU10 EU2 other", "Clock of the regulator",
	 "EU AI Act Art. 73: 15 days, 10 where somebody died, 2 where it is widespread."},
	{"action", EH_ALERT_TEXT, false, NULL, "What is changed", "The change, and from when on."},
	{"expected_effect", EH_ALERT_TEXT, false, NULL, "Expected effect", "What should be seen, and by when."},
	{"rollback", EH_ALERT_TEXT, false, NULL, "Way back", "How the change is undone where it does harm."},
	{"affected", EH_ALERT_COUNT, false, NULL, "People affected", "An estimate."},
	{"hold", EH_ALERT_CHOICE, false, "yes no", "Use is held meanwhile", "Whether the model rests until it is mended."},
	{"metric", EH_ALERT_TEXT, false, NULL, "Metric of the re-test", "Named before it is looked at."},
	{"n_needed", EH_ALERT_COUNT, false, NULL, "Decisions needed", "Of the group, for the re-test."},
	{"epoch", EH_ALERT_TEXT, false, NULL, "Period of the re-test", "From when to when."},
	{"result", EH_ALERT_TEXT, false, NULL, "Result of the re-test", "As it came out."},
	{"remaining_gap", EH_ALERT_TEXT, false, NULL, "What gap remains", "And why it may stay."},
	{"redress", EH_ALERT_TEXT, false, NULL, "Redress", "What is done for those it met."},
	{"episodes", EH_ALERT_EPISODES, false, NULL, "Episodes addressed",
	 "All of them: how often it was raised, folded into or came back."},
	{"why", EH_ALERT_CHOICE, false, "data-fault multiplicity population-change other", "Why it is not confirmed", NULL},
	{"evidence_link", EH_ALERT_TEXT, false, NULL, "Where the evidence of that is", NULL},
	{"rationale", EH_ALERT_TEXT, false, NULL, "Rationale", "The legitimate reason for which it may stay."},
	{"alternatives", EH_ALERT_TEXT, false, NULL, "Alternatives looked at", "The search for a less discriminatory one."},
	{"residual", EH_ALERT_TEXT, false, NULL, "What remains", "People a year that it will meet."},
	{"expires_on", EH_ALERT_DAY, false, NULL, "Ends on", "At most 12 months ahead; the alert opens again then."},
	{"causal_link_at", EH_ALERT_INSTANT, true, NULL, "Causal link since",
	 "When a causal link, or its reasonable likelihood, was established. It is set once."},
	{"basis", EH_ALERT_TEXT, false, NULL, "On what basis", NULL},
	{"notified_at", EH_ALERT_INSTANT, false, NULL, "Told at", NULL},
	{"authority", EH_ALERT_TEXT, false, NULL, "Which authority", NULL},
	{"disputed_by", EH_ALERT_TEXT, false, NULL, "Who disputes it", NULL},
	{"settlement", EH_ALERT_TEXT, false, NULL, "How it was settled", NULL},
};
const size_t eh_alert_fields_n = sizeof eh_alert_fields / sizeof eh_alert_fields[0];

const char *eh_alert_type_name(enum eh_alert_type type)
{
	static const char *const names[] = {"text", "list", "choice", "count", "episodes", "instant", "day"};

	return names[type];
}

const struct eh_alert_field *eh_alert_field_of(const char *key, size_t len)
{
	for (size_t i = 0; i < eh_alert_fields_n; i++)
		if (strlen(eh_alert_fields[i].key) == len && memcmp(eh_alert_fields[i].key, key, len) == 0)
			return &eh_alert_fields[i];
	return NULL;
}

const struct eh_alert_field *eh_alert_next_field(const char **at)
{
	*at += strspn(*at, " ");
	size_t len = strcspn(*at, " ");
	if (len == 0)
		return NULL;
	const struct eh_alert_field *field = eh_alert_field_of(*at, len);
	EH_ASSERT(field != NULL);
	*at += len;
	return field;
}

/* ---- checks ---- */

static bool is_text(const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL && text[strspn(text, SPACES)] != '\0' && strlen(text) <= EH_ALERT_TEXT_MAX;
}

static bool is_list(const json_t *value)
{
	size_t i;
	json_t *item;

	json_array_foreach(value, i, item)
		if (!is_text(item))
			return false;
	return json_array_size(value) >= 1 && json_array_size(value) <= EH_ALERT_LIST_MAX;
}

static bool is_choice(const char *choices, const json_t *value)
{
	const char *text = json_string_value(value);

	for (const char *at = choices; text != NULL && *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (strlen(text) == len && memcmp(at, text, len) == 0)
			return true;
		at += len;
	}
	return false;
}

/* The form that all readers share: 2026-01-02T03:04:05Z. */
static bool is_instant(const json_t *value, int64_t latest_us)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	const char *text = json_string_value(value);
	int64_t us;

	if (text == NULL || strlen(text) != sizeof form - 1)
		return false;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return eh_time_parse(text, sizeof form - 1, &us) && us <= latest_us;
}

static bool is_day(const json_t *value, int64_t at_us)
{
	struct eh_date last = eh_date_of_us(at_us);
	const char *text = json_string_value(value);
	int64_t us, today_us = eh_date_to_us(last);

	if (text == NULL || strlen(text) != 10 || !eh_time_parse(text, 10, &us))
		return false;
	last.year++;
	if (last.month == 2 && last.day == 29)
		last.day = 28;
	return us > today_us && us <= eh_date_to_us(last);
}

static const char *value_wrong(const struct eh_alert_field *f, const json_t *value, const struct eh_alert_facts *facts,
                               struct eh_arena *home)
{
	int64_t latest_us = facts->at_us > facts->wall_us ? facts->at_us : facts->wall_us;
	json_int_t n = json_integer_value(value);

	switch (f->type) {
	case EH_ALERT_TEXT:
		return is_text(value) ? NULL : eh_arena_printf(home, "%s must be a text of at most %d bytes", f->key, EH_ALERT_TEXT_MAX);
	case EH_ALERT_LIST:
		return is_list(value) ? NULL : eh_arena_printf(home, "%s must be 1 to %d texts", f->key, EH_ALERT_LIST_MAX);
	case EH_ALERT_CHOICE:
		return is_choice(f->choices, value) ? NULL : eh_arena_printf(home, "%s must be one of: %s", f->key, f->choices);
	case EH_ALERT_COUNT:
		return json_is_integer(value) && n >= 0 && n < INT64_C(1000000000000000) ? NULL : eh_arena_printf(home, "%s must be a number", f->key);
	case EH_ALERT_EPISODES:
		return json_is_integer(value) && n == facts->episodes
		               ? NULL
		               : eh_arena_printf(home, "all %lld episodes of the alert must be addressed: %s must be %lld",
		                                 (long long)facts->episodes, f->key, (long long)facts->episodes);
	case EH_ALERT_INSTANT:
		return is_instant(value, latest_us) ? NULL : eh_arena_printf(home, "%s must be an instant as 2026-01-31T09:30:00Z that has been", f->key);
	case EH_ALERT_DAY:
		return is_day(value, facts->at_us) ? NULL : eh_arena_printf(home, "%s must be a day as 2026-01-31, at most 12 months ahead", f->key);
	}
	return NULL;
}

static const char *field_wrong(const struct eh_alert_rule *rule, const struct eh_alert_field *f, const json_t *value,
                               const struct eh_alert_facts *facts, struct eh_arena *home)
{
	if (f->once && json_object_get(facts->set, f->key) != NULL)
		return value == NULL ? NULL : eh_arena_printf(home, "%s was set already, and is set once", f->key);
	if (value == NULL)
		return eh_arena_printf(home, "\"%s\" needs %s: %s", rule->event, f->key, f->label);
	return value_wrong(f, value, facts, home);
}

static bool names(const char *needs, const char *key)
{
	const struct eh_alert_field *f;

	while ((f = eh_alert_next_field(&needs)) != NULL)
		if (strcmp(f->key, key) == 0)
			return true;
	return false;
}

const char *eh_alert_fields_wrong(const struct eh_alert_rule *rule, const json_t *fields,
                                  const struct eh_alert_facts *facts, struct eh_arena *home)
{
	const struct eh_alert_field *f;
	const char *at = rule->needs, *key, *wrong;
	json_t *value;

	if (fields != NULL && !json_is_object(fields))
		return "the fields are no object";
	while ((f = eh_alert_next_field(&at)) != NULL)
		if ((wrong = field_wrong(rule, f, json_object_get(fields, f->key), facts, home)) != NULL)
			return wrong;
	json_object_foreach((json_t *)(uintptr_t)fields, key, value)
		if (!names(rule->needs, key))
			return eh_arena_printf(home, "\"%s\" has no field of that name", rule->event);
	return NULL;
}

/* ---- what was typed ---- */

static json_t *read_list(const char *typed)
{
	json_t *list = json_array();

	while (*typed != '\0') {
		typed += strspn(typed, SPACES ";");
		size_t n = strcspn(typed, "\n\r;"), end = n;

		while (end > 0 && strchr(SPACES, typed[end - 1]) != NULL)
			end--;
		if (end > 0)
			json_array_append_new(list, json_stringn(typed, end));
		typed += n;
	}
	return list;
}

/* An instant without seconds or with another zone is brought to the one form. */
static json_t *read_instant(const char *typed)
{
	char text[EH_TIME_TEXT];
	int64_t us;

	if (!eh_time_parse(typed, strlen(typed), &us))
		return NULL;
	eh_time_format(us - us % EH_SECOND_US, text);
	return json_string(text);
}

json_t *eh_alert_field_read(const struct eh_alert_field *field, const char *typed)
{
	size_t digits = strspn(typed, "0123456789");

	switch (field->type) {
	case EH_ALERT_LIST:
		return read_list(typed);
	case EH_ALERT_COUNT:
	case EH_ALERT_EPISODES:
		return digits >= 1 && digits <= 15 && typed[digits] == '\0' ? json_integer(strtoll(typed, NULL, 10)) : NULL;
	case EH_ALERT_INSTANT:
		return read_instant(typed);
	case EH_ALERT_TEXT:
	case EH_ALERT_CHOICE:
	case EH_ALERT_DAY:
		return json_string(typed);
	}
	return NULL;
}
