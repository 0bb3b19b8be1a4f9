/*
 * matured_test.c - the rate of outcomes by month of decision: looked at when it is due, told when it leaps.
 */
#include "judge/matured.h"

#include "tests/unit/judge/world.h"

static const char map[] = "source: risk\n"
			  "table: public.risk\n"
			  "identity: tracked\n"
			  "columns: {id: id, decided_at: at, decision: decision, outcome: outcome}\n"
			  "favourable: [yes]\n"
			  "outcome: {adverse: [\"1\"], maturity: 60d}\n"
			  "protected: [{name: sex, column: sex, reference: M}]\n";

static struct {
	size_t n;
	char event[8][16], line[8][1024], sentence[1024];
} told;

static enum eh_rc tell(void *ctx, const struct eh_judge_fault_event *e, struct eh_err *err)
{
	(void)ctx;
	(void)err;
	if (e->kind != EH_JUDGE_FAULT_BASE_RATE)
		return EH_OK;
	snprintf(told.event[told.n], sizeof told.event[0], "%s", e->event);
	snprintf(told.line[told.n++], sizeof told.line[0], "%s", e->line);
	snprintf(told.sentence, sizeof told.sentence, "%s", e->sentence);
	return EH_OK;
}

struct town {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_cube *cube, *taken;
	int64_t day_us;
};

static struct town begin(void)
{
	struct town t = {.home = eh_arena_new(), .day_us = eh_date_to_us((struct eh_date){.year = 2024, .month = 1, .day = 1})};
	struct eh_judge_sink sink = {.fault = tell};

	told.n = 0;
	t.judge = eh_judge_new(eh_policies_of(t.home, world_policy(t.home, "policy: small\n")), &sink);
	t.source = eh_judge_add_source(t.judge, 1, world_read_map(t.home, map));
	t.cube = eh_cube_new(t.source->names);
	t.taken = eh_cube_new(t.source->names);
	return t;
}

static void end(struct town *t)
{
	eh_cube_free(t->cube);
	eh_cube_free(t->taken);
	eh_judge_free(t->judge);
	eh_arena_free(t->home);
}

static void put(struct town *t, struct eh_cube *cube, enum eh_cube_outcome outcome, uint64_t n)
{
	struct eh_cube_row row = {.favourable = true, .outcome = outcome};

	row.group[0] = eh_cube_group(t->source->names, 0, world_text("M"));
	row.stratum = eh_cube_tuple(t->source->names, EH_CUBE_STRATUM, NULL, 0);
	row.lineage = eh_cube_tuple(t->source->names, EH_CUBE_LINEAGE, NULL, 0);
	for (uint64_t i = 0; i < n; i++)
		eh_cube_add(cube, &row);
}

static void close_until(struct town *t, int64_t to_us)
{
	struct eh_judge_close close = {.first_pane_us = t->day_us,
	                               .last_pane_us = to_us - EH_HOUR_US,
	                               .clock_us = to_us,
	                               .history = true,
	                               .pane = eh_cube_n(t->cube) > 0 ? t->cube : NULL};
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_notice(t->judge, t->source, &close, &err), &err);
	eh_cube_clear(t->cube);
	t->day_us = to_us;
}

/* Days of 20 decisions, so many of which have the adverse outcome and so many none. */
static void days(struct town *t, int n, uint64_t adverse, uint64_t missing)
{
	for (int i = 0; i < n; i++) {
		put(t, t->cube, EH_CUBE_OUTCOME_ADVERSE, adverse);
		put(t, t->cube, EH_CUBE_OUTCOME_MISSING, missing);
		put(t, t->cube, EH_CUBE_OUTCOME_BENIGN, 20 - adverse - missing);
		close_until(t, t->day_us + EH_DAY_US);
	}
}

/* Six months at 6 of 20, then all: told once, at the end of the 60th day after that month, with the month as its onset; a
 * run of empty panes that one close covers makes no difference. */
static void a_leap_is_told_when_its_month_is_due(void **state)
{
	(void)state;
	for (int in_one = 0; in_one < 2; in_one++) {
		struct town t = begin();

		days(&t, 182, 6, 0); /* to 2024-07-01 */
		days(&t, 31, 20, 0);
		if (in_one)
			close_until(&t, t.day_us + 100 * EH_DAY_US);
		else
			days(&t, 59, 6, 0);
		assert_int_equal(told.n, in_one);
		if (!in_one)
			days(&t, 1, 6, 0);
		assert_int_equal(told.n, 1);
		assert_string_equal(told.event[0], "raised");
		assert_non_null(strstr(told.line[0], "\"at\":\"2024-09-30T00:00:00Z\""));
		assert_non_null(strstr(told.line[0], "\"onset\":\"2024-07-01T00:00:00Z\""));
		assert_non_null(strstr(told.sentence, "made from 2024-07 on, 100.0 of 100"));
		end(&t);
	}
}

static void it_ends_and_what_wanders_is_none(void **state)
{
	struct town t = begin();

	(void)state;
	days(&t, 60, 6, 0);
	days(&t, 60, 7, 0);
	days(&t, 60, 5, 0);
	days(&t, 200, 6, 0);
	assert_int_equal(told.n, 0);
	days(&t, 31, 20, 0);
	days(&t, 120, 6, 0);
	assert_int_equal(told.n, 2);
	assert_string_equal(told.event[1], "recovered");
	end(&t);
}

/* Outcomes that come after the pane was closed count for its month; those that stop coming are told. */
static void what_comes_late_counts_and_what_stops_is_told(void **state)
{
	struct town t = begin();

	(void)state;
	days(&t, 182, 6, 0);
	int64_t july_us = t.day_us;
	days(&t, 31, 0, 20);
	for (int day = 0; day < 31; day++) {
		eh_cube_clear(t.taken);
		put(&t, t.cube, EH_CUBE_OUTCOME_BENIGN, 14);
		put(&t, t.cube, EH_CUBE_OUTCOME_ADVERSE, 6);
		put(&t, t.taken, EH_CUBE_OUTCOME_MISSING, 20);
		eh_judge_late(t.source, july_us + day * EH_DAY_US, t.cube, t.taken);
		eh_cube_clear(t.cube);
	}
	days(&t, 61, 0, 20);
	assert_int_equal(told.n, 0); /* July is as the others */
	days(&t, 31, 0, 20);
	assert_int_equal(told.n, 1);
	assert_non_null(strstr(told.sentence, "have no outcome yet"));
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leap_is_told_when_its_month_is_due),
		cmocka_unit_test(it_ends_and_what_wanders_is_none),
		cmocka_unit_test(what_comes_late_counts_and_what_stops_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
