/*
 * simulation_test.c - does the alarm keep quiet for a year, and does it cry within days?
 *
 * Fixed seeds, decisions by the hour.  These are no proofs of the error rates, which the
 * tests of the statistics give; they catch what is wired wrong from panes to alerts.
 */
#include <math.h>

#include "judge/inside.h"
#include "tests/unit/judge/world.h"

#define WINDOW 720 /* hours */
#define GROUPS 6   /* of sex and of race; the first is the reference */
#define TIERS 3

/* 5 groups raw and within tiers, 5 groups raw: 60 monitors with two lines and two outcomes. */
static const char map_text[] = "source: risk\ntable: public.risk\ncolumns: {id: id, decided_at: at, decision: decision}\n"
			       "favourable: [yes]\n"
			       "protected:\n"
			       "  - {name: sex, column: sex, reference: g0}\n"
			       "  - {name: race, column: race, reference: g0}\n"
			       "strata: [{name: tier, column: tier}]\n"
			       "audit: {race: {strata: []}}\n";

struct simulation {
	struct world w;
	struct eh_cube *ring[WINDOW];
	struct eh_cube_row row;
	uint32_t tier[TIERS];
	uint8_t group[2][GROUPS];
	int alerts, first_hour, hour;
};

static enum eh_rc note(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct simulation *s = ctx;

	(void)err;
	if (strcmp(e->event, "raised") == 0 && s->alerts++ == 0)
		s->first_hour = s->hour;
	return EH_OK;
}

static void begin(struct simulation *s, const struct eh_policy *policy, const char *map)
{
	struct eh_judge_sink sink = {.ctx = s, .alert = note};

	*s = (struct simulation){.first_hour = -1};
	s->w = world_begin(policy, map, &sink);
	struct eh_cube_names *names = s->w.source->names;
	for (uint32_t a = 0; a < (uint32_t)s->w.source->map->protect_n; a++)
		for (int g = 0; g < GROUPS; g++)
			s->group[a][g] = eh_cube_group(names, a, world_text(eh_arena_printf(s->w.home, "g%d", g)));
	for (int t = 0; t < TIERS && s->w.source->map->strata_n > 0; t++) {
		struct eh_text field = world_text(eh_arena_printf(s->w.home, "t%d", t));

		s->tier[t] = eh_cube_tuple(names, EH_CUBE_STRATUM, &field, 1);
	}
	if (s->w.source->map->strata_n == 0)
		s->tier[0] = eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0);
	s->row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
	for (int i = 0; i < WINDOW; i++)
		s->ring[i] = eh_cube_new(names);
}

static void end(struct simulation *s)
{
	for (int i = 0; i < WINDOW; i++)
		eh_cube_free(s->ring[i]);
	world_end(&s->w);
}

static struct eh_cube *open_hour(struct simulation *s)
{
	return s->ring[s->hour % WINDOW];
}

/* Closes the hour whose decisions are in the ring; the one that it pushes out leaves the window. */
static void close_hour(struct simulation *s, struct eh_cube *leaving)
{
	int64_t at = WORLD_T0 + s->hour * EH_HOUR_US;
	struct eh_judge_close close = {.first_pane_us = at, .last_pane_us = at, .clock_us = at + EH_HOUR_US, .pane = open_hour(s)};
	struct eh_err err;

	close.expired = eh_cube_n(leaving) > 0 ? leaving : NULL;
	expect_rc(EH_OK, eh_judge_fold(s->w.judge, s->w.source, &close, &s->w.digest, &err), &err);
	s->hour++;
}

static void quiet_year(uint64_t seed)
{
	EH_ARENA_AUTO home = eh_arena_new();
	static struct simulation s;

	world_seed = seed;
	begin(&s, eh_policy_default(home), map_text);
	struct eh_cube *leaving = eh_cube_new(s.w.source->names);
	struct eh_err err;
	while (s.hour < 365 * 24) {
		struct eh_cube *pane = open_hour(&s);
		/* The rate itself drifts with the season and the hour; the tiers differ. */
		double rate = .6 + .1 * sin(s.hour / 1400.0) + .05 * sin(s.hour / 3.8);

		eh_cube_clear(leaving);
		expect_rc(EH_OK, eh_cube_merge(leaving, pane, &err), &err);
		eh_cube_clear(pane);
		for (uint64_t n = 20 + world_below(30); n > 0; n--) {
			int tier = (int)world_below(TIERS);

			s.row.group[0] = s.group[0][world_below(2) ? 0 : world_below(GROUPS)];
			s.row.group[1] = s.group[1][world_below(3) ? 0 : world_below(GROUPS)];
			s.row.stratum = s.tier[tier];
			s.row.favourable = world_uniform() < rate - .1 * tier;
			eh_cube_add(pane, &s.row);
		}
		close_hour(&s, leaving);
	}
	assert_true(eh_judge_monitors(s.w.judge, EH_POLICY_HOUSE) == 60);
	assert_int_equal(s.alerts, 0);
	print_message("a year of 60 monitors: no alert, while p < .05 would have cried %llu times\n", (unsigned long long)s.w.source->naive_alerts);
	assert_true(s.w.source->naive_alerts > 20);
	eh_cube_free(leaving);
	end(&s);
}

static void equal_rates_raise_nothing(void **state)
{
	(void)state;
	quiet_year(2026);
}

/* 200 protected and 400 other decisions a day; after 60 days the group's rate falls from .60 to .45. */
static double days_to_alert(uint64_t seed)
{
	static const char one[] = "source: risk\ntable: public.risk\ncolumns: {id: id, decided_at: at, decision: decision}\n"
				  "favourable: [yes]\nprotected: [{name: sex, column: sex, reference: g0}]\n";
	EH_ARENA_AUTO home = eh_arena_new();
	static struct simulation s;
	const int fall = 60 * 24;

	world_seed = seed;
	begin(&s, eh_policy_default(home), one);
	struct eh_cube *leaving = eh_cube_new(s.w.source->names);
	struct eh_err err;
	while (s.alerts == 0 && s.hour < fall + 40 * 24) {
		struct eh_cube *pane = open_hour(&s);

		eh_cube_clear(leaving);
		expect_rc(EH_OK, eh_cube_merge(leaving, pane, &err), &err);
		eh_cube_clear(pane);
		for (int n = 0; n < 25; n++) {
			bool protected = n % 3 == 0;

			s.row.group[0] = s.group[0][protected];
			s.row.stratum = s.tier[0];
			s.row.favourable = world_uniform() < (protected && s.hour >= fall ? .45 : .6);
			eh_cube_add(pane, &s.row);
		}
		close_hour(&s, leaving);
	}
	double days = (s.first_hour - fall) / 24.0;
	assert_true(s.alerts == 1 && days > 0);
	const struct eh_judge_alert *a = eh_judge_alerts(s.w.judge);
	assert_true(fabs((double)(a->onset_us - WORLD_T0) / EH_DAY_US - 60) < 3);
	eh_cube_free(leaving);
	end(&s);
	return days;
}

static void a_fall_is_found_within_days(void **state)
{
	double sum = 0, longest = 0;
	const int rounds = 8;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		double days = days_to_alert(500 + (uint64_t)i);

		sum += days;
		longest = fmax(longest, days);
	}
	print_message("ratio .75 at 200 decisions a day: found after %.1f days on average, %.1f at most\n", sum / rounds, longest);
	assert_true(sum / rounds <= 8 && longest <= 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(equal_rates_raise_nothing), cmocka_unit_test(a_fall_is_found_within_days)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
