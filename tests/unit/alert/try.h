/*
 * try.h - steps of one alert, A-1, tried on a real store.
 *
 * The people are ian and ida (insurers), ana (analyst), ann (approver), cy (counsel), ron (regulator) and gone (an
 * insurer who is disabled).
 */
#ifndef EH_TESTS_UNIT_ALERT_TRY_H
#define EH_TESTS_UNIT_ALERT_TRY_H

#include <stdlib.h>
#include <string.h>

#include "alert/check.h"
#include "alert/life.h"
#include "base/time.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define T0 (INT64_C(1767225600) * EH_SECOND_US) /* 2026-01-01 */

static const char *const kinds[] = {"bias", "data", "governance"};
static const char *events[64];
static size_t events_n;

static void collect_events(void)
{
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		bool known = false;

		for (size_t e = 0; e < events_n; e++)
			known |= strcmp(events[e], eh_alert_rules[i].event) == 0;
		if (!known)
			events[events_n++] = eh_alert_rules[i].event;
	}
	assert_true(events_n >= 18);
}

/* Steps from nothing to each state by the fewest rules; false where a state cannot be reached. */
static bool path_to(const char *kind, enum eh_alert_state to, enum eh_alert_state path[EH_ALERT_STATES], const char *by[EH_ALERT_STATES],
                    size_t *n)
{
	enum eh_alert_state came[EH_ALERT_STATES] = {0}, back[EH_ALERT_STATES];
	const char *event[EH_ALERT_STATES] = {0};
	bool met[EH_ALERT_STATES] = {[EH_ALERT_NONE] = true}, more = true;

	while (more) {
		bool was[EH_ALERT_STATES];

		more = false;
		memcpy(was, met, sizeof was);
		for (int from = 0; from < EH_ALERT_STATES; from++)
			for (size_t e = 0; was[from] && e < events_n; e++) {
				const struct eh_alert_rule *r = eh_alert_find(kind, (enum eh_alert_state)from, events[e]);

				if (r == NULL || met[eh_alert_to(r, (enum eh_alert_state)from)])
					continue;
				enum eh_alert_state next = eh_alert_to(r, (enum eh_alert_state)from);
				met[next] = more = true;
				came[next] = (enum eh_alert_state)from;
				event[next] = events[e];
			}
	}
	*n = 0;
	if (!met[to])
		return false;
	for (enum eh_alert_state s = to; s != EH_ALERT_NONE; s = came[s])
		back[(*n)++] = s;
	for (size_t i = 0; i < *n; i++) {
		path[i] = back[*n - 1 - i];
		by[i] = event[path[i]];
	}
	return true;
}

static int begin_store(void **state)
{
	if (eh_test_store_begin(state) != 0)
		return -1;
	collect_events();
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk');"
	                   "INSERT INTO evenhand.app_user (user_name, role, password_hash, disabled_at) VALUES ('ian', 'insurer', '', NULL), "
	                   "('ida', 'insurer', '', NULL), ('ana', 'analyst', '', NULL), ('ann', 'approver', '', NULL), "
	                   "('cy', 'counsel', '', NULL), ('ron', 'regulator', '', NULL), ('gone', 'insurer', '', now())");
	return 0;
}

struct try {
	const char *event, *actor, *second, *reason;
	enum eh_alert_state from, to;
	json_t *fields;
	int64_t at_us;
};

static void put_text(struct eh_buf *out, const char *text)
{
	if (text == NULL)
		eh_buf_puts(out, "NULL");
	else
		eh_buf_printf(out, "'%s'", text);
}

static enum eh_rc insert(struct eh_pg *pg, int no, const struct try *t, struct eh_err *err)
{
	EH_BUF_AUTO sql = {0};
	EH_JSON_AUTO body = t->fields != NULL ? json_pack("{s:O}", "fields", t->fields) : json_object();
	char *text = json_dumps(body, JSON_COMPACT);

	eh_buf_printf(&sql,
	              "INSERT INTO evenhand.alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, actor, second_actor, "
	              "reason, body, leaf_index) VALUES ('A-1', %d, '%s', '%s', '%s', 'review', %lld, ",
	              no, t->event, eh_alert_state_name(t->from), eh_alert_state_name(t->to), (long long)t->at_us);
	put_text(&sql, t->actor);
	eh_buf_puts(&sql, ", ");
	put_text(&sql, t->second);
	eh_buf_puts(&sql, ", ");
	put_text(&sql, t->reason);
	eh_buf_printf(&sql, ", '%s', 1)", text);
	free(text);
	return eh_pg_exec_script(pg, sql.data, err);
}

/* Fields that a rule takes; what was set once is left out. */
static json_t *good_fields(const struct eh_alert_rule *rule, const json_t *life, int64_t episodes, int64_t at_us)
{
	json_t *fields = json_object();
	const struct eh_alert_field *f;
	const char *at = rule->needs;
	char instant[EH_TIME_TEXT], day[EH_TIME_TEXT];

	eh_time_format(at_us - EH_HOUR_US, instant);
	eh_time_format(at_us + 90 * EH_DAY_US, day);
	while ((f = eh_alert_next_field(&at)) != NULL) {
		json_t *value = f->type == EH_ALERT_LIST       ? json_pack("[s,s]", "model 4", "a campaign")
		                : f->type == EH_ALERT_CHOICE   ? json_stringn(f->choices, strcspn(f->choices, " "))
		                : f->type == EH_ALERT_COUNT    ? json_integer(12)
		                : f->type == EH_ALERT_EPISODES ? json_integer(episodes)
		                : f->type == EH_ALERT_INSTANT  ? json_string(instant)
		                : f->type == EH_ALERT_DAY      ? json_stringn(day, 10)
		                                               : json_string("as it was");

		if (f->once && json_object_get(life, f->key) != NULL)
			json_decref(value);
		else
			json_object_set_new(fields, f->key, value);
	}
	return fields;
}

static struct try good_try(const struct eh_alert_rule *r, enum eh_alert_state from, const json_t *life, int64_t episodes, int64_t at_us)
{
	bool judge = r->who == EH_ALERT_BY_JUDGE;

	return (struct try){.event = r->event,
	                    .actor = judge                            ? NULL
	                             : strcmp(r->event, "mitigate") == 0 ? "ida"
	                             : r->roles & EH_ALERT_INSURER    ? "ian"
	                                                              : "cy",
	                    .second = r->who == EH_ALERT_BY_TWO ? "ann" : NULL,
	                    .reason = judge ? NULL : "because",
	                    .from = from,
	                    .to = eh_alert_to(r, from),
	                    .fields = judge ? NULL : good_fields(r, life, episodes, at_us),
	                    .at_us = at_us};
}

static json_t *live_on(json_t *life, const char *kind, const struct try *t)
{
	struct eh_deadlines deadlines = eh_policy_deadlines_default();
	struct eh_alert_move move = {.kind = kind,
	                             .event = t->event,
	                             .from = t->from,
	                             .to = t->to,
	                             .at_us = t->at_us,
	                             .start_us = t->at_us,
	                             .fields = t->fields,
	                             .actor = t->actor,
	                             .second = t->second,
	                             .deadlines = &deadlines};
	json_t *next = eh_alert_life(life, &move);

	json_decref(life);
	return next;
}

/* Leads a new alert into the state; gives the number of its last step and its life. */
static int lead_to(struct eh_pg *pg, const char *kind, enum eh_alert_state to, json_t **life)
{
	enum eh_alert_state path[EH_ALERT_STATES], from = EH_ALERT_NONE;
	const char *by[EH_ALERT_STATES];
	EH_BUF_AUTO sql = {0};
	struct eh_err err;
	size_t n;

	*life = NULL;
	eh_buf_printf(&sql, "INSERT INTO evenhand.alert VALUES ('A-1', 1, '%s', 'sex', 'F', 'live')", kind);
	eh_test_sql(pg, sql.data);
	assert_true(path_to(kind, to, path, by, &n));
	for (size_t i = 0; i < n; i++) {
		struct try t = good_try(eh_alert_find(kind, from, by[i]), from, *life, 1, T0);

		expect_rc(EH_OK, insert(pg, (int)i + 1, &t, &err), &err);
		*life = live_on(*life, kind, &t);
		json_decref(t.fields);
		from = path[i];
	}
	return (int)n;
}

#endif
