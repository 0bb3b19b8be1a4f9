/*
 * fault_test.c - one alert for a source and a fault: raised, marked, back again, closed by people.
 */
#include "judge/fault.h"

#include "tests/unit/judge/world.h"

struct told {
	size_t n;
	char event[64][16], id[64][16], line[1024], sentence[1024];
	enum eh_judge_fault_kind kind[64];
};

static enum eh_rc tell(void *ctx, const struct eh_judge_fault_event *e, struct eh_err *err)
{
	struct told *t = ctx;

	(void)err;
	assert_true(t->n < 64);
	snprintf(t->event[t->n], sizeof t->event[0], "%s", e->event);
	snprintf(t->id[t->n], sizeof t->id[0], "%s", e->id);
	snprintf(t->line, sizeof t->line, "%s", e->line);
	snprintf(t->sentence, sizeof t->sentence, "%s", e->sentence);
	t->kind[t->n++] = e->kind;
	return EH_OK;
}

static void words(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	(void)ctx;
	json_object_set_new(facts, "bytes", json_integer(active));
	eh_buf_puts(sentence, active ? "It is so." : "It was so.");
}

static void take(struct world *w, bool active, int64_t at_us)
{
	struct eh_judge_fault_when when = {.at_us = at_us, .pane_end_us = INT64_MIN};
	struct eh_err err;

	expect_rc(EH_OK,
	          eh_judge_fault_take(w->judge, w->source, EH_JUDGE_FAULT_RETAINED, active, &when, words, NULL, &err), &err);
}

static void one_alert_for_a_fault(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct told told = {0};
	struct eh_judge_sink sink = {.ctx = &told, .fault = tell};
	struct world w = world_begin(world_policy(home, "policy: small\n"), world_map, &sink);

	(void)state;
	take(&w, false, WORLD_T0);
	assert_int_equal(told.n, 0);
	take(&w, true, WORLD_T0);
	take(&w, true, WORLD_T0 + 1);
	take(&w, false, WORLD_T0 + 2);
	take(&w, true, WORLD_T0 + 3);
	assert_int_equal(told.n, 3);
	assert_string_equal(told.event[0], "raised");
	assert_string_equal(told.event[1], "recovered");
	assert_string_equal(told.event[2], "returned");
	assert_string_equal(told.id[2], told.id[0]);
	assert_non_null(strstr(told.line, "\"fault\":\"retained-wal\""));
	assert_non_null(strstr(told.line, "\"severity\":\"page\""));
	/* closed while it lasts: silence until it has ended once */
	eh_judge_close_alert(w.judge, told.id[0]);
	take(&w, true, WORLD_T0 + EH_DAY_US);
	take(&w, false, WORLD_T0 + 2 * EH_DAY_US);
	assert_int_equal(told.n, 3);
	take(&w, true, WORLD_T0 + 3 * EH_DAY_US);
	assert_int_equal(told.n, 4);
	assert_string_equal(told.event[3], "raised");
	assert_string_not_equal(told.id[3], told.id[0]);
	eh_judge_close_alert(w.judge, told.id[3]);
	eh_judge_reopen_alert(w.judge, told.id[3]);
	take(&w, false, WORLD_T0 + 4 * EH_DAY_US);
	assert_string_equal(told.event[4], "recovered");
	world_end(&w);
}

/* More is found while it lasts: the same alert, told anew; not where people closed it. */
static void more_folds_into_it(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct told told = {0};
	struct eh_judge_sink sink = {.ctx = &told, .fault = tell};
	struct world w = world_begin(world_policy(home, "policy: small\n"), world_map, &sink);
	struct eh_judge_fault_when when = {.at_us = WORLD_T0, .pane_end_us = WORLD_T0, .more = true, .onset_us = WORLD_T0 - EH_DAY_US};
	struct eh_err err;

	(void)state;
	for (int i = 0; i < 2; i++, when.at_us++)
		expect_rc(EH_OK, eh_judge_fault_take(w.judge, w.source, EH_JUDGE_FAULT_GROUP, true, &when, words, NULL, &err), &err);
	assert_int_equal(told.n, 2);
	assert_string_equal(told.event[0], "raised");
	assert_string_equal(told.event[1], "folded");
	assert_string_equal(told.id[1], told.id[0]);
	assert_non_null(strstr(told.line, "\"onset\":\"2024-10-03T00:00:00Z\""));
	eh_judge_close_alert(w.judge, told.id[0]);
	expect_rc(EH_OK, eh_judge_fault_take(w.judge, w.source, EH_JUDGE_FAULT_GROUP, true, &when, words, NULL, &err), &err);
	assert_int_equal(told.n, 2);
	world_end(&w);
}

/* T stands still while a fault ends, is closed by people and begins again: each is an alert of its own. */
static void a_clock_that_stands_gives_no_id_twice(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct told told = {0};
	struct eh_judge_sink sink = {.ctx = &told, .fault = tell};
	struct world w = world_begin(world_policy(home, "policy: small\n"), world_map, &sink);

	(void)state;
	for (int i = 0; i < 3; i++) {
		take(&w, true, WORLD_T0);
		take(&w, false, WORLD_T0);
		eh_judge_close_alert(w.judge, told.id[told.n - 1]);
	}
	assert_int_equal(told.n, 6);
	for (int i = 0; i < 3; i++)
		assert_string_equal(told.event[2 * i], "raised");
	assert_string_not_equal(told.id[2], told.id[0]);
	assert_string_not_equal(told.id[4], told.id[2]);
	assert_string_not_equal(told.id[4], told.id[0]);
	world_end(&w);
}

static const char mapped[] = "source: risk\n"
			     "table: public.risk\n"
			     "pane: 1h\n"
			     "columns: {id: id, decided_at: at, decision: decision}\n"
			     "favourable: [yes]\n"
			     "protected:\n"
			     "  - {name: sex, column: sex, reference: M, groups: {M: M, F: F}}\n"
			     "  - {name: race, column: race, reference: white}\n"
			     "  - {name: age, column: age, reference: mid}\n"
			     "strata: [{name: tier, column: tier}, {name: region, column: region}]\n";

static struct world_decision all[50 * 24 * 10];
static size_t all_n;

/* Closes an hour that holds n like decisions. */
static void close_hour(struct world *w, size_t hour, size_t n, uint8_t sex, uint8_t race)
{
	int64_t at = WORLD_T0 + (int64_t)hour * EH_HOUR_US;

	for (size_t i = 0; i < n; i++)
		all[all_n++] = (struct world_decision){
			.label = {sex, race, 1, 1, 1}, .favourable = i % 2 == 0, .pane_us = at, .index = (int64_t)hour + 1};
	world_close(w, all, all_n, at, at, (int64_t)hour + 1);
}

static size_t count(const struct told *t, enum eh_judge_fault_kind kind, const char *event)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->kind[i] == kind && strcmp(t->event[i], event) == 0;
	return n;
}

/* Forty quiet days; then a day without labels, with an unknown value, and a day on which next to nothing comes. */
static void closes_show_faults(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct told told = {0};
	struct eh_judge_sink sink = {.ctx = &told, .fault = tell};
	struct world w = world_begin(world_policy(home, "policy: small\nwindow: 2d\n"), mapped, &sink);
	size_t hour = 0;

	(void)state;
	for (; hour < 40 * 24; hour++)
		close_hour(&w, hour, 10, 1 + hour % 2, 1);
	assert_int_equal(told.n, 0);
	close_hour(&w, hour++, 10, 3, 1); /* X: not in the map */
	assert_int_equal(count(&told, EH_JUDGE_FAULT_UNMAPPED, "raised"), 1);
	assert_non_null(strstr(told.sentence, "sex holds the value \"X\", which the map gives no group (10 decisions"));
	for (; hour < 41 * 24; hour++)
		close_hour(&w, hour, 10, 1, 0);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_MISSING, "raised"), 1);
	for (; hour < 42 * 24; hour++)
		close_hour(&w, hour, 4, 1, 1);
	for (; hour < 44 * 24; hour++)
		close_hour(&w, hour, 10, 1, 1);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_VOLUME, "raised"), 1);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_VOLUME, "recovered"), 1);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_UNMAPPED, "recovered"), 1);
	for (; hour < 50 * 24; hour++)
		close_hour(&w, hour, 10, 1, 1);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_MISSING, "recovered"), 1);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_LATE_ROWS, "raised"), 0);
	world_end(&w);
}

/* Closes an hour with ten decisions, so many of which are of three hours ago. */
static void close_late(struct world *w, size_t hour, size_t late)
{
	for (size_t i = 0; i < late; i++)
		all[all_n++] = (struct world_decision){.label = {1, 1, 1, 1, 1},
		                                       .favourable = i % 2 == 0,
		                                       .pane_us = WORLD_T0 + (int64_t)(hour - 3) * EH_HOUR_US,
		                                       .index = (int64_t)hour + 1};
	close_hour(w, hour, 10 - late, 1, 1);
}

/* History has no late rows, as nothing closed before it came: a source that goes live is compared with itself. */
static void rows_are_not_late_because_history_had_none(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct told told = {0};
	struct eh_judge_sink sink = {.ctx = &told, .fault = tell};
	struct world w = world_begin(world_policy(home, "policy: small\nwindow: 2d\n"), mapped, &sink);
	size_t hour = 0;

	(void)state;
	all_n = 0;
	for (; hour < 20 * 24; hour++)
		close_hour(&w, hour, 10, 1 + hour % 2, 1);
	w.live = true;
	for (; hour < 35 * 24; hour++)
		close_late(&w, hour, 1);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_LATE_ROWS, "raised"), 0);
	for (; hour < 38 * 24; hour++)
		close_late(&w, hour, 4);
	assert_int_equal(count(&told, EH_JUDGE_FAULT_LATE_ROWS, "raised"), 1);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_alert_for_a_fault),
		cmocka_unit_test(more_folds_into_it),
		cmocka_unit_test(a_clock_that_stands_gives_no_id_twice),
		cmocka_unit_test(closes_show_faults),
		cmocka_unit_test(rows_are_not_late_because_history_had_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
