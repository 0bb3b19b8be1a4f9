/*
 * check_test.c - values at their edges, and random lives of alerts: the program's rules and the store's trigger take and
 * refuse the same.
 */
#include "alert/check.h"

#include <string.h>

#include "tests/unit/alert/try.h"

static bool is_episode(const char *event)
{
	return strcmp(event, "raised") == 0 || strcmp(event, "folded") == 0 || strcmp(event, "returned") == 0;
}

static unsigned draw(unsigned n)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned)(x % n);
}

static const struct {
	const char *name, *role;
} people[] = {{"ian", "insurer"}, {"ida", "insurer"}, {"ana", "analyst"}, {"ann", "approver"}, {"cy", "counsel"}, {"ron", "regulator"}, {"gone", ""}};

static const char *role_of(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof people / sizeof *people; i++)
		if (strcmp(people[i].name, name) == 0)
			return people[i].role;
	return "";
}

/* One thing wrong with the fields, as far as chance will have it. */
static void spoil_fields(json_t *fields, int64_t at_us)
{
	static const char *const odd[] = {"\"\"", "\" \\t\"", "7", "-1", "1.5", "[]", "[\"\"]", "[\"a\",1]", "{}", "null", "true", "\"maybe\"",
	                                  "\"2026-02-30\"", "\"2020-01-01\"", "\"2099-01-01\"", "\"2026-01-05T00:00:00Z\"", "\"2999-01-05T00:00:00Z\"",
	                                  "\"2026-01-05T00:00Z\"", "\"2026-01-05 00:00:00Z\"", "\"2026-13-05T00:00:00Z\"", "[\"a\"]"};
	const char *key;
	json_t *value;
	json_error_t why;
	void *next;

	if (draw(4) == 0) {
		json_object_set_new(fields, eh_alert_fields[draw((unsigned)eh_alert_fields_n)].key, json_string("x"));
		return;
	}
	json_object_foreach_safe(fields, next, key, value)
	{
		if (draw(3) != 0)
			continue;
		switch (draw(3)) {
		case 0:
			json_object_del(fields, key);
			return;
		case 1: {
			char day[EH_TIME_TEXT];
			eh_time_format(at_us + (int64_t)draw(3) * 183 * EH_DAY_US, day);
			json_object_set_new(fields, key, json_stringn(day, 10));
			return;
		}
		default:
			json_object_set_new(fields, key, json_loads(odd[draw(sizeof odd / sizeof *odd)], JSON_DECODE_ANY, &why));
			return;
		}
	}
}

/* What the program's rules say of it. */
static const char *wrong_by_rules(const char *kind, const struct try *t, const json_t *life, int64_t episodes, struct eh_arena *home)
{
	const struct eh_alert_rule *r = eh_alert_find(kind, t->from, t->event);
	struct eh_alert_facts facts = {.at_us = t->at_us, .wall_us = eh_time_wall_us(), .episodes = episodes, .set = life};
	const char *wrong;

	if (r == NULL || eh_alert_to(r, t->from) != t->to)
		return "no rule";
	if (r->who == EH_ALERT_BY_JUDGE)
		return t->actor != NULL || t->second != NULL || t->fields != NULL ? "judge's own" : NULL;
	if (t->actor == NULL || (r->who == EH_ALERT_BY_TWO) != (t->second != NULL) || (t->second != NULL && strcmp(t->actor, t->second) == 0))
		return "people";
	if ((wrong = eh_alert_person_wrong(r, r->roles, "x", t->actor, role_of(t->actor), life, home)) != NULL)
		return wrong;
	if (t->second != NULL && (wrong = eh_alert_person_wrong(r, r->second, "x", t->second, role_of(t->second), life, home)) != NULL)
		return wrong;
	return eh_alert_words_wrong(r, t->reason, t->fields, &facts, home);
}

static struct try draw_try(const char *kind, enum eh_alert_state from, const json_t *life, int64_t episodes, int64_t at_us)
{
	const struct eh_alert_rule *r = NULL;
	const char *event = events[draw((unsigned)events_n)];

	for (int i = 0; i < 40 && r == NULL; i++) {
		event = events[draw((unsigned)events_n)];
		r = eh_alert_find(kind, from, event);
	}
	if (r == NULL || draw(25) == 0)
		return (struct try){.event = event, .actor = "ian", .reason = "r", .from = from, .to = (enum eh_alert_state)(1 + draw(9)), .at_us = at_us};
	struct try t = good_try(r, from, life, episodes, at_us);
	if (draw(3) == 0)
		t.actor = r->who == EH_ALERT_BY_JUDGE && draw(2) == 0 ? NULL : people[draw(7)].name;
	if (draw(4) == 0 && (r->second != 0 || draw(4) == 0))
		t.second = people[draw(7)].name;
	if (draw(20) == 0)
		t.reason = draw(2) ? " " : NULL;
	if (t.fields != NULL && draw(3) == 0)
		spoil_fields(t.fields, at_us);
	return t;
}

/* A random life: the program's rules and the store's trigger take and refuse the same steps. */
static void random_lives_agree(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	size_t good = 0, bad = 0, reached[EH_ALERT_STATES] = {0};

	(void)state;
	for (int walk = 0; walk < 60; walk++) {
		const char *kind = kinds[walk % 3 == 2 ? 1 + draw(2) : 0];
		enum eh_alert_state at = EH_ALERT_RAISED;
		json_t *life;
		int64_t clock_us = T0, episodes = 1;

		eh_test_sql(pg, "BEGIN");
		int no = lead_to(pg, kind, at, &life);
		for (int i = 0; i < 40; i++) {
			EH_ARENA_AUTO home = eh_arena_new();
			struct eh_err err;

			clock_us += (int64_t)draw(40) * EH_HOUR_US;
			struct try t = draw_try(kind, at, life, episodes, clock_us);
			const char *wrong = wrong_by_rules(kind, &t, life, episodes, home);
			eh_test_sql(pg, "SAVEPOINT try");
			enum eh_rc rc = insert(pg, no + 1, &t, &err);
			if ((rc == EH_OK) != (wrong == NULL)) {
				char *text = json_dumps(t.fields, JSON_COMPACT | JSON_ENCODE_ANY);
				fail_msg("%s of a %s alert by %s and %s, %s: the rules say %s, the store %s", t.event, kind, t.actor, t.second, text,
				         wrong != NULL ? wrong : "yes", rc == EH_OK ? "yes" : err.text);
			}
			if (rc == EH_OK) {
				no++;
				episodes += is_episode(t.event);
				life = live_on(life, kind, &t);
				assert_int_equal(json_integer_value(json_object_get(life, "episodes")), episodes);
				at = t.to;
				reached[at]++;
				good++;
			} else {
				eh_test_sql(pg, "ROLLBACK TO SAVEPOINT try");
				bad++;
			}
			json_decref(t.fields);
		}
		eh_test_sql(pg, "ROLLBACK");
		json_decref(life);
	}
	print_message("%zu steps taken, %zu refused\n", good, bad);
	assert_true(good > 600 && bad > 300);
	for (int s = EH_ALERT_RAISED; s < EH_ALERT_STATES; s++)
		assert_true(reached[s] > 5);
}

/* Each type of field at its edges: the program and the store take the same values. */
static void values_at_the_edge_agree(void **state)
{
	static const char *const values[] = {
		"\"\"", "\" \"", "\"a\"", "7", "0", "-1", "1.5", "2", "1000000000000000", "[]", "[\"\"]", "[\"a\"]", "[\"a\",1]", "{}", "null", "true",
		"\"yes\"", "\"Yes\"", "\"EU15\"", "\"other\"", "\"2026-01-01\"", "\"2026-01-02\"", "\"2027-01-01\"", "\"2027-01-02\"", "\"2026-02-30\"",
		"\"2026-1-2\"", "\"2026-01-01T11:59:59Z\"", "\"2026-01-01T12:00:00Z\"", "\"2026-01-01T12:00:00.5Z\"", "\"2026-01-01T12:00Z\"",
		"\"2026-01-01 12:00:00Z\"", "\"2026-01-01T12:00:00+00:00\"", "\"2999-01-01T00:00:00Z\"", "\"2026-01-01T25:00:00Z\""};
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_alert_facts facts = {.at_us = T0 + 12 * EH_HOUR_US, .wall_us = eh_time_wall_us(), .episodes = 2};
	int good = 0;

	(void)state;
	for (size_t i = 0; i < eh_alert_fields_n; i++)
		for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
			EH_ARENA_AUTO home = eh_arena_new();
			const struct eh_alert_field *f = &eh_alert_fields[i];
			struct eh_alert_rule rule = {.event = "x", .needs = f->key};
			json_error_t why;
			EH_JSON_AUTO fields = json_object();

			json_object_set_new(fields, f->key, json_loads(values[v], JSON_DECODE_ANY, &why));
			bool ours = eh_alert_fields_wrong(&rule, fields, &facts, home) == NULL;
			struct eh_err err;
			EH_PGRESULT_AUTO res = NULL;
			enum eh_rc rc = eh_pg_query_text(pg, eh_arena_printf(home, "SELECT evenhand.alert_field_fits(f, '%s'::jsonb, %lld, 2) FROM evenhand.alert_field f WHERE field = '%s'",
			                                                     values[v], (long long)facts.at_us, f->key), NULL, false, &res, &err);
			bool theirs = rc == EH_OK && strcmp(PQgetvalue(res, 0, 0), "t") == 0; /* a day that is none is an error there */
			if (ours != theirs)
				fail_msg("%s = %s: the program says %s, the store %s", f->key, values[v], ours ? "yes" : "no", theirs ? "yes" : "no");
			good += ours;
		}
	assert_true(good > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_at_the_edge_agree),
		cmocka_unit_test(random_lives_agree),
	};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
