/*
 * life.c - see life.h.
 */
#include "alert/life.h"

#include <string.h>

#include "base/time.h"

/* What the law calls "immediately" once a causal link is established; the number is the house's, not the law's. */
#define AT_ONCE_US (2 * EH_DAY_US)

static void set_instant(json_t *life, const char *key, int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MAX) {
		json_object_del(life, key);
		return;
	}
	eh_time_format(us, text);
	json_object_set_new(life, key, json_string(text));
}

bool eh_alert_life_instant(const json_t *life, const char *key, int64_t *us)
{
	const char *text = json_string_value(json_object_get(life, key));

	return text != NULL && eh_time_parse(text, strlen(text), us);
}

static int64_t instant_or_never(const json_t *life, const char *key)
{
	int64_t us;

	return eh_alert_life_instant(life, key, &us) ? us : INT64_MAX;
}

static bool is_among(const json_t *list, const json_t *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_equal(item, text))
			return true;
	return false;
}

static void keep(json_t *life, const char *key, const json_t *fields)
{
	json_t *value = json_object_get(fields, key);

	if (value != NULL)
		json_object_set(life, key, value);
}

static void set_name(json_t *life, const char *key, const char *name)
{
	if (name != NULL)
		json_object_set_new(life, key, json_string(name));
}

/* What has to be done in a state; false where nothing has. */
static bool duty_in(enum eh_alert_state state, enum eh_duty *duty)
{
	static const struct {
		enum eh_alert_state state;
		enum eh_duty duty;
	} duties[] = {{EH_ALERT_RAISED, EH_DUTY_ACKNOWLEDGE},       {EH_ALERT_REOPENED, EH_DUTY_ACKNOWLEDGE},
	              {EH_ALERT_ACKNOWLEDGED, EH_DUTY_INVESTIGATE}, {EH_ALERT_INVESTIGATING, EH_DUTY_MITIGATE},
	              {EH_ALERT_MITIGATING, EH_DUTY_VERIFY},        {EH_ALERT_VERIFYING, EH_DUTY_CLOSE}};

	for (size_t i = 0; i < sizeof duties / sizeof *duties; i++)
		if (duties[i].state == state) {
			*duty = duties[i].duty;
			return true;
		}
	return false;
}

/* ---- what a step does ---- */

static int tier_of(const json_t *life)
{
	return (int)json_integer_value(json_object_get(life, "tier"));
}

/* Another state: what has to be done now, counted from here. */
static void enter(json_t *life, const struct eh_alert_move *m)
{
	static const char *const gone[] = {"duty", "span", "since", "duty_due", "overdue_since", NULL};
	enum eh_duty duty;
	char span[24];

	for (size_t i = 0; gone[i] != NULL; i++)
		json_object_del(life, gone[i]);
	if (m->to == EH_ALERT_REOPENED)
		json_object_set_new(life, "level", json_integer(0));
	if (m->to != EH_ALERT_ACCEPTED_RISK)
		json_object_del(life, "expires_on");
	if (!duty_in(m->to, &duty))
		return;
	eh_policy_span_format(m->deadlines->span[duty][tier_of(life) - 1], span);
	json_object_set_new(life, "duty", json_string(eh_policy_duty_name(duty)));
	json_object_set_new(life, "span", json_string(span));
	set_instant(life, "since", m->start_us);
	set_instant(life, "duty_due", eh_policy_due(m->deadlines, duty, tier_of(life), m->start_us));
}

/* The tier rose: what has to be done is due by the new tier from now on, if that is earlier. */
static void hasten(json_t *life, const struct eh_alert_move *m)
{
	int64_t due_us = instant_or_never(life, "duty_due"), sooner_us;
	enum eh_duty duty;
	char span[24];

	if (!duty_in(m->to, &duty) || json_object_get(life, "overdue_since") != NULL)
		return;
	sooner_us = eh_policy_due(m->deadlines, duty, tier_of(life), m->start_us);
	if (sooner_us >= due_us)
		return;
	eh_policy_span_format(m->deadlines->span[duty][tier_of(life) - 1], span);
	json_object_set_new(life, "span", json_string(span));
	set_instant(life, "duty_due", sooner_us);
}

/* Those of the statute that are due by then were missed, each by its name: another that comes later is told as well. */
static void note_statutory(json_t *life, int64_t due_us)
{
	json_t *missed = json_object_get(life, "statutory_missed"), *item;
	size_t i;

	if (!json_is_array(missed)) {
		missed = json_array();
		json_object_set_new(life, "statutory_missed", missed);
	}
	json_array_foreach(json_object_get(life, "statutory"), i, item)
		if (instant_or_never(item, "due") <= due_us && !is_among(missed, json_object_get(item, "name")))
			json_array_append(missed, json_object_get(item, "name"));
}

/* The deadline that was missed gives way to the next: the same span again, a level higher, up to the last. */
static void miss(json_t *life, const struct eh_alert_move *m)
{
	int64_t due_us = instant_or_never(life, "due"), level = json_integer_value(json_object_get(life, "level")) + 1;
	enum eh_duty duty;

	json_object_set_new(life, "missed", json_pack("{s:O?,s:O?}", "what", json_object_get(life, "due_what"), "due",
	                                              json_object_get(life, "due")));
	json_object_set_new(life, "level", json_integer(level < m->deadlines->levels ? level : m->deadlines->levels));
	if (due_us != instant_or_never(life, "duty_due")) {
		note_statutory(life, due_us);
		return;
	}
	if (json_object_get(life, "overdue_since") == NULL)
		set_instant(life, "overdue_since", due_us);
	json_object_del(life, "duty_due");
	if (duty_in(m->to, &duty) && level < m->deadlines->levels)
		set_instant(life, "duty_due", eh_policy_due(m->deadlines, duty, tier_of(life), due_us));
}

static void keep_deed(json_t *life, const struct eh_alert_move *m)
{
	if (json_object_get(m->fields, "aware_at") != NULL)
		set_name(life, "aware_by", m->actor);
	keep(life, "aware_at", m->fields);
	keep(life, "clock", m->fields);
	keep(life, "expires_on", m->fields);
	if (json_object_get(m->fields, "causal_link_at") != NULL)
		json_object_set_new(life, "causal_link_by", json_pack("[s?,s?]", m->actor, m->second));
	keep(life, "causal_link_at", m->fields);
	if (strcmp(m->event, "notify-regulator") == 0) {
		keep(life, "notified_at", m->fields);
		set_name(life, "notified_by", m->actor);
	}
	if (strcmp(m->event, "dispute") == 0) {
		keep(life, "disputed_by", m->fields);
		set_instant(life, "disputed_at", m->at_us);
	}
	if (strcmp(m->event, "settle") == 0) {
		json_object_del(life, "disputed_by");
		json_object_del(life, "disputed_at");
	}
	if (strcmp(m->event, "mitigate") == 0)
		set_name(life, "fixer", m->actor);
}

/* ---- the deadlines of the statute ---- */

static void add_statutory(json_t *list, const char *name, int64_t due_us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(due_us, text);
	json_array_append_new(list, json_pack("{s:s,s:s}", "name", name, "due", text));
}

static void reckon_statutory(json_t *life)
{
	static const struct {
		const char *clock, *name;
		int64_t days;
	} clocks[] = {{"EU15", "EU AI Act Art. 73: report, 15 days after awareness at the latest", 15},
	              {"EU10", "EU AI Act Art. 73: report of a death, 10 days after awareness at the latest", 10},
	              {"EU2", "EU AI Act Art. 73: report of a widespread infringement, 2 days after awareness at the latest", 2}};
	const char *clock = json_string_value(json_object_get(life, "clock"));
	int64_t aware_us, link_us;
	json_t *list = json_array();

	for (size_t i = 0; clock != NULL && i < sizeof clocks / sizeof *clocks; i++) {
		if (strcmp(clocks[i].clock, clock) != 0)
			continue;
		if (eh_alert_life_instant(life, "aware_at", &aware_us))
			add_statutory(list, clocks[i].name, aware_us + clocks[i].days * EH_DAY_US);
		if (eh_alert_life_instant(life, "causal_link_at", &link_us))
			add_statutory(list, "EU AI Act Art. 73: report at once after the causal link (2 days is the house's reading)",
			              link_us + AT_ONCE_US);
	}
	if (json_array_size(list) > 0)
		json_object_set(life, "statutory", list);
	else
		json_object_del(life, "statutory");
	json_decref(list);
}

static int64_t statutory_due(const json_t *life)
{
	int64_t due_us = INT64_MAX, us;
	const json_t *missed = json_object_get(life, "statutory_missed");
	json_t *item;
	size_t i;

	if (json_object_get(life, "notified_at") != NULL)
		return INT64_MAX;
	json_array_foreach(json_object_get(life, "statutory"), i, item)
		if (eh_alert_life_instant(item, "due", &us) && us < due_us && !is_among(missed, json_object_get(item, "name")))
			due_us = us;
	return due_us;
}

/* The next of all deadlines, and which it is. */
static void find_due(json_t *life, enum eh_alert_state state)
{
	int64_t duty_us = instant_or_never(life, "duty_due"),
		statutory_us = eh_alert_is_over(state) ? INT64_MAX : statutory_due(life), due_us = duty_us;
	const char *what = json_string_value(json_object_get(life, "duty"));

	if (statutory_us < due_us) {
		due_us = statutory_us;
		what = "statutory";
	}
	if (state == EH_ALERT_ACCEPTED_RISK) {
		due_us = instant_or_never(life, "expires_on");
		what = "expiry";
	}
	set_instant(life, "due", due_us);
	if (due_us == INT64_MAX)
		json_object_del(life, "due_what");
	else
		json_object_set_new(life, "due_what", json_string(what));
}

static bool is_episode(const char *event)
{
	return strcmp(event, "raised") == 0 || strcmp(event, "folded") == 0 || strcmp(event, "returned") == 0;
}

json_t *eh_alert_life(const json_t *last, const struct eh_alert_move *m)
{
	json_t *life = last != NULL ? json_deep_copy(last) : json_pack("{s:i}", "level", 0);
	int64_t episodes = last != NULL ? json_integer_value(json_object_get(last, "episodes")) : m->episodes;
	int tier = eh_policy_tier(m->deadlines, m->kind, m->page), before = last != NULL ? tier_of(last) : tier;

	json_object_set_new(life, "tier", json_integer(tier));
	json_object_set_new(life, "episodes", json_integer(episodes + is_episode(m->event)));
	json_object_del(life, "missed");
	keep_deed(life, m);
	if (m->from != m->to || last == NULL)
		enter(life, m);
	else if (strcmp(m->event, "deadline-missed") == 0)
		miss(life, m);
	else if (tier < before)
		hasten(life, m);
	reckon_statutory(life);
	find_due(life, m->to);
	return life;
}
