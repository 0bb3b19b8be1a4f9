/*
 * alert_life.c - see alert_life.h.
 */
#include "serve/alert_life.h"

#include <string.h>

#include "alert/life.h"
#include "base/time.h"
#include "page/words.h"
#include "serve/machine.h"

const char *eh_serve_alert_label(const char *event)
{
	static const char *const labels[][2] = {
		{"acknowledge", "Acknowledge"},
		{"investigate", "Investigate"},
		{"mitigate", "Mitigate"},
		{"verify", "Verify"},
		{"note", "Add a note"},
		{"dispute", "Dispute it"},
		{"settle", "Settle the dispute"},
		{"notify-regulator", "A regulator was told"},
		{"reopen", "Open again"},
		{"causal-link", "Causal link"},
		{"close-fixed", "Close: fixed"},
		{"close-not-confirmed", "Close: not confirmed"},
		{"accept-risk", "Accept the risk"},
		{"propose", "Propose"},
		{"approve", "Approve"},
		{"close", "Close"},
		{"statutory", "Report to the authority"},
		{"expiry", "The acceptance ends"},
	};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strcmp(labels[i][0], event) == 0)
			return labels[i][1];
	return event;
}

/* ---- deadlines ---- */

static const char *remaining(struct eh_arena *arena, int64_t due_us, int64_t clock_us)
{
	if (due_us > clock_us)
		return eh_arena_printf(arena, "in %s", eh_page_words_span(arena, due_us - clock_us));
	return eh_arena_printf(arena, "%s late", eh_page_words_span(arena, clock_us - due_us));
}

const char *eh_serve_alert_due(struct eh_arena *arena, const json_t *life, int64_t clock_us)
{
	const char *what = eh_page_json_text(life, "due_what");
	int64_t due_us, late_us;

	if (what == NULL || !eh_alert_life_instant(life, "due", &due_us))
		return NULL;
	if (eh_alert_life_instant(life, "overdue_since", &late_us))
		return eh_arena_printf(arena, "%s, %s", eh_serve_alert_label(what), remaining(arena, late_us, clock_us));
	return eh_arena_printf(arena, "%s %s", eh_serve_alert_label(what), remaining(arena, due_us, clock_us));
}

static void add_row(const struct eh_alert_view *v, json_t *rows, const char *name, const char *key, const json_t *of)
{
	int64_t us;

	if (!eh_alert_life_instant(of, key, &us))
		return;
	bool late = us <= v->clock_us;
	eh_page_append(rows, json_pack("{s:s,s:s,s:s,s:b}", "name", name, "when", eh_page_words_instant(v->arena, us), "rest",
	                               remaining(v->arena, us, v->clock_us), "late", late));
}

static const char *by_of(const struct eh_alert_view *v, const char *key)
{
	const json_t *by = json_object_get(v->life, key);

	if (json_is_array(by))
		return eh_arena_printf(v->arena, "%s and %s", json_string_value(json_array_get(by, 0)), json_string_value(json_array_get(by, 1)));
	return json_string_value(by);
}

/* What was set once, or marked: when, and by whom. */
static void add_mark(const struct eh_alert_view *v, json_t *marks, const char *name, const char *key, const char *by)
{
	int64_t us;

	if (!eh_alert_life_instant(v->life, key, &us))
		return;
	const char *who = by_of(v, by), *when = eh_page_words_instant(v->arena, us);
	eh_page_append(marks, json_pack("{s:s,s:s}", "name", name, "text", who != NULL ? eh_arena_printf(v->arena, "%s, by %s", when, who) : when));
}

static json_t *make_deadlines(const struct eh_alert_view *v)
{
	json_t *rows = json_array(), *marks = json_array(), *item, *out = json_object();
	const char *duty = eh_page_json_text(v->life, "duty"), *span = eh_page_json_text(v->life, "span");
	bool told = json_object_get(v->life, "notified_at") != NULL;
	size_t i;

	if (duty != NULL) {
		add_row(v, rows, eh_arena_printf(v->arena, "%s, missed", eh_serve_alert_label(duty)), "overdue_since", v->life);
		add_row(v, rows, eh_arena_printf(v->arena, "%s%s%s%s", eh_serve_alert_label(duty), span ? " (within " : "", span ? span : "", span ? ")" : ""),
		        "duty_due", v->life);
	}
	json_array_foreach(json_object_get(v->life, "statutory"), i, item)
		if (!told)
			add_row(v, rows, eh_page_json_text(item, "name"), "due", item);
	if (v->state == EH_ALERT_ACCEPTED_RISK)
		add_row(v, rows, "The acceptance ends", "due", v->life);
	add_mark(v, marks, "Aware since", "aware_at", "aware_by");
	add_mark(v, marks, "Causal link since", "causal_link_at", "causal_link_by");
	add_mark(v, marks, "A regulator was told", "notified_at", "notified_by");
	add_mark(v, marks, "Disputed since", "disputed_at", "disputed_by");
	eh_page_put(out, "any", json_boolean(json_array_size(rows) > 0));
	eh_page_put(out, "rows", rows);
	eh_page_put(out, "marks", marks);
	eh_page_set(out, "tier", eh_page_words_count(v->arena, eh_page_json_count(v->life, "tier")));
	eh_page_set(out, "level", eh_page_words_count(v->arena, eh_page_json_count(v->life, "level")));
	eh_page_set(out, "episodes", eh_page_words_count(v->arena, eh_page_json_count(v->life, "episodes")));
	return out;
}

/* ---- forms ---- */

static json_t *make_choices(const char *choices)
{
	json_t *list = json_array();

	for (const char *at = choices; *at != '\0'; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		json_array_append_new(list, json_stringn(at, n));
		at += n;
	}
	return list;
}

/* 2026-01-31 09:30, as people type it. */
static const char *typed_instant(struct eh_arena *arena, int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us - us % EH_MINUTE_US, text);
	text[10] = ' ';
	text[16] = '\0';
	return eh_arena_strdup(arena, text);
}

static json_t *make_field(const struct eh_alert_view *v, const struct eh_alert_rule *rule, const struct eh_alert_field *f)
{
	json_t *out = json_pack("{s:s,s:s,s:s}", "name", f->key, "label", f->label, "field_id", eh_arena_printf(v->arena, "%s-%s", rule->event, f->key));

	eh_page_set(out, "hint", f->hint != NULL ? f->hint : "");
	switch (f->type) {
	case EH_ALERT_TEXT:
		eh_page_put(out, "is_text", json_true());
		break;
	case EH_ALERT_LIST:
		eh_page_put(out, "is_list", json_true());
		break;
	case EH_ALERT_CHOICE:
		eh_page_put(out, "is_choice", json_pack("{s:o}", "choices", make_choices(f->choices)));
		break;
	case EH_ALERT_COUNT:
		eh_page_put(out, "is_count", json_true());
		break;
	case EH_ALERT_EPISODES:
		eh_page_put(out, "is_episodes", json_pack("{s:I}", "n", (json_int_t)eh_page_json_count(v->life, "episodes")));
		break;
	case EH_ALERT_INSTANT:
		eh_page_put(out, "is_instant", json_pack("{s:s}", "value", typed_instant(v->arena, v->clock_us)));
		break;
	case EH_ALERT_DAY:
		eh_page_put(out, "is_day", json_true());
		break;
	}
	return out;
}

static json_t *make_form(const struct eh_alert_view *v, const struct eh_alert_rule *rule, bool open)
{
	const char *at = rule->needs;
	const struct eh_alert_field *f;
	char second[EH_ALERT_WORDS];
	json_t *needs = json_array();

	eh_alert_role_words(rule->second, second);
	while ((f = eh_alert_next_field(&at)) != NULL)
		if (!f->once || json_object_get(v->life, f->key) == NULL)
			eh_page_append(needs, make_field(v, rule, f));
	return json_pack("{s:s,s:s,s:o,s:b,s:s}", "event", rule->event, "label", eh_serve_alert_label(rule->event), "needs", needs, "open",
	                 open, "second", second);
}

/* Whether the form is of use: a step that happens once has not, and the user did not make the change it judges. */
static bool is_of_use(const struct eh_alert_view *v, const struct eh_alert_rule *rule)
{
	const char *fixer = eh_page_json_text(v->life, "fixer");

	if (rule->apart && fixer != NULL && strcmp(fixer, v->user) == 0)
		return false;
	if (strcmp(rule->event, "settle") == 0)
		return json_object_get(v->life, "disputed_by") != NULL;
	return !rule->once || json_object_get(v->life, "causal_link_at") == NULL;
}

static json_t *make_forms(const struct eh_alert_view *v, enum eh_alert_who who)
{
	unsigned mine = eh_alert_role_of(eh_serve_role_name(v->role));
	json_t *list = json_array();

	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *rule = &eh_alert_rules[i];

		if (rule->who == who && (rule->roles & mine) && eh_alert_find(v->kind, v->state, rule->event) == rule && is_of_use(v, rule))
			eh_page_append(list, make_form(v, rule, who == EH_ALERT_BY_ONE && json_array_size(list) == 0));
	}
	return list;
}

void eh_serve_alert_life(const struct eh_alert_view *v, json_t *model)
{
	json_t *one = make_forms(v, EH_ALERT_BY_ONE), *two = make_forms(v, EH_ALERT_BY_TWO);

	eh_page_set(model, "machine", eh_serve_machine_svg(v->arena, v->kind, v->state, eh_serve_alert_due(v->arena, v->life, v->clock_us)));
	if (v->life != NULL)
		eh_page_put(model, "deadlines", make_deadlines(v));
	if (json_array_size(one) > 0)
		eh_page_put(model, "act", json_pack("{s:O}", "forms", one));
	if (json_array_size(two) > 0)
		eh_page_put(model, "propose", json_pack("{s:O}", "forms", two));
	json_decref(one);
	json_decref(two);
}
