/*
 * lookout_test.c - what came and of whom, against the weeks before: each fault is found and ends, and a year of the same
 * with the weekdays, the seasons and the noise of life is quiet.
 */
#include "judge/lookout.h"

#include <math.h>

#include "judge/matured.h"
#include "tests/unit/judge/world.h"

#define YEARS 100 /* of the quiet ones, a noise */

static const char map[] = "source: risk\n"
			  "table: public.risk\n"
			  "columns: {id: id, decided_at: at, decision: decision}\n"
			  "favourable: [yes]\n"
			  "protected:\n"
			  "  - {name: sex, column: sex, reference: M}\n"
			  "  - {name: race, column: race, reference: white}\n"
			  "strata: [{name: tier, column: tier}]\n"
			  "lineage: [{role: model, column: model}, {role: retrieval, column: docs}, {role: vendor, column: vendor}]\n";

/* The decisions of a day that are alike, by labels: NULL is missing. */
struct cell {
	const char *sex, *race, *tier, *model; /* of two vendors, half of each */
	double favourable; /* of them, on average */
	double mean;       /* decisions */
};

struct town {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_cube *cube;
	int64_t day_us;
	bool live;
	size_t raised[EH_JUDGE_FAULTS], other;
	char sentence[4096], facts[8192];
};

static enum eh_rc tell(void *ctx, const struct eh_judge_fault_event *e, struct eh_err *err)
{
	struct town *t = ctx;

	(void)err;
	if (strcmp(e->event, "raised") == 0)
		t->raised[e->kind]++;
	else
		t->other++;
	snprintf(t->sentence, sizeof t->sentence, "%s: %s", e->event, e->sentence);
	snprintf(t->facts, sizeof t->facts, "%s", e->evidence);
	return EH_OK;
}

static struct town *begin(void)
{
	struct eh_arena *home = eh_arena_new();
	struct town *t = eh_arena_zalloc(home, 1, sizeof *t);
	struct eh_judge_sink sink = {.ctx = t, .fault = tell};

	t->home = home;
	t->judge = eh_judge_new(eh_policies_of(home, world_policy(home, "policy: small\n")), &sink);
	t->source = eh_judge_add_source(t->judge, 1, world_read_map(home, map));
	t->cube = eh_cube_new(t->source->names);
	t->day_us = WORLD_T0;
	return t;
}

static void end(struct town *t)
{
	eh_cube_free(t->cube);
	eh_judge_free(t->judge);
	eh_arena_free(t->home);
}

static uint64_t poisson(double mean)
{
	double p = exp(-mean), sum = p, u = world_uniform();
	uint64_t x = 0;

	for (; u > sum && x < 1000; sum += p)
		p *= mean / (double)++x;
	return x;
}

static void put(struct town *t, const struct cell *c, const char *vendor, bool favourable, uint64_t n)
{
	struct eh_cube_names *names = t->source->names;
	struct eh_cube_row row = {.favourable = favourable};
	struct eh_text tier = world_text(c->tier), lineage[2] = {world_text(c->model), world_text(vendor)};
	struct eh_err err;

	row.group[0] = c->sex != NULL ? eh_cube_group(names, 0, world_text(c->sex)) : 0;
	row.group[1] = c->race != NULL ? eh_cube_group(names, 1, world_text(c->race)) : 0;
	row.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, &tier, 1);
	row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, lineage, 2);
	if (n > 0) {
		expect_rc(EH_OK, eh_cube_add_counts(t->cube, &row, n, &err), &err);
		expect_rc(EH_OK, eh_cube_add_measures(t->cube, &row, n, &err), &err);
	}
}

static void add(struct town *t, const struct cell *c, size_t n, double times)
{
	static const char *const vendor[] = {"x", "y"};

	for (size_t i = 0; i < 2 * n; i++) {
		const struct cell *one = &c[i / 2];

		put(t, one, vendor[i % 2], true, poisson(one->mean / 2 * times * one->favourable));
		put(t, one, vendor[i % 2], false, poisson(one->mean / 2 * times * (1 - one->favourable)));
	}
}

/* Closes a day: the look-outs alone, not the whole judge. */
static void close_day(struct town *t)
{
	struct eh_judge_close close = {.first_pane_us = t->day_us + 23 * EH_HOUR_US,
	                               .last_pane_us = t->day_us + 23 * EH_HOUR_US,
	                               .clock_us = t->day_us + EH_DAY_US,
	                               .history = !t->live,
	                               .pane = eh_cube_n(t->cube) > 0 ? t->cube : NULL};
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_notice(t->judge, t->source, &close, &err), &err);
	eh_cube_clear(t->cube);
	t->day_us += EH_DAY_US;
}

static const struct cell usual[] = {
	{"M", "white", "a", "m1", .6, 60}, {"F", "white", "a", "m1", .6, 60}, {"M", "black", "a", "m1", .6, 20},
	{"F", "black", "b", "m1", .6, 20}, {"M", "asian", "b", "m1", .6, 8},  {"F", "asian", "b", "m1", .6, 8},
	{NULL, "white", "a", "m1", .6, 2}, {"M", NULL, "a", "m1", .6, 3},     {"F", NULL, "b", "m1", .6, 3},
};
#define USUAL (sizeof usual / sizeof usual[0])

static double normal(void)
{
	return sqrt(-2 * log(world_uniform())) * cos(2 * M_PI * world_uniform());
}

/* The weekdays and the seasons of life: a third on Saturdays, none on Sundays, a fifth more in spring, noise of a day. */
static double life(int day, double noise)
{
	double week = day % 7 == 5 ? .33 : day % 7 == 6 ? 0 : 1;

	return week * (1 + .2 * sin(2 * M_PI * day / 365)) * exp(noise * normal());
}

static void weeks(struct town *t, const struct cell *c, size_t n, int days)
{
	for (int i = 0; i < days; i++) {
		add(t, c, n, life((int)((t->day_us - WORLD_T0) / EH_DAY_US), .05));
		close_day(t);
	}
}

/* Ten quiet weeks, `days` of what is given, ten quiet weeks: this fault was raised once, has ended, and no other was. */
static struct town *after(const struct cell *c, size_t n, int days, enum eh_judge_fault_kind kind)
{
	struct town *t = begin();

	weeks(t, usual, USUAL, 70);
	for (int k = 0; k < EH_JUDGE_FAULTS; k++)
		assert_int_equal(t->raised[k], 0);
	weeks(t, c, n, days);
	for (int k = 0; k < EH_JUDGE_FAULTS; k++)
		if ((t->raised[k] > 0) != (k == (int)kind))
			fail_msg("%s was raised %zu times: %s", eh_judge_fault_rules[k].slug, t->raised[k], t->sentence);
	return t;
}

static void ends(struct town *t, enum eh_judge_fault_kind kind)
{
	weeks(t, usual, USUAL, 14);
	if (t->source->fault[kind].active)
		fail_msg("it has not ended: %s", t->sentence);
	assert_int_equal(t->raised[kind], 1);
	end(t);
}

static void expect_said(const struct town *t, const char *words)
{
	if (strstr(t->sentence, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, t->sentence);
}

#define AFTER(days, kind, ...)                                                       \
	const struct cell now[] = {__VA_ARGS__};                                     \
	struct town *t = after(now, sizeof now / sizeof now[0], days, kind)

static void a_group_falls_silent(void **state)
{
	AFTER(5, EH_JUDGE_FAULT_GROUP, {"M", "white", "a", "m1", .6, 64}, {"F", "white", "a", "m1", .6, 64},
	      {"M", "black", "a", "m1", .6, 26}, {"F", "black", "b", "m1", .6, 34});
	(void)state;
	expect_said(t, "asian (race) fell silent.");
	assert_non_null(strstr(t->facts, "\"event\":\"gone\""));
	ends(t, EH_JUDGE_FAULT_GROUP);
}

static void a_level_vanishes_and_a_version_comes(void **state)
{
	AFTER(5, EH_JUDGE_FAULT_VALUE, {"M", "white", "a", "m1", .6, 30}, {"F", "white", "a", "m1", .6, 30},
	      {"M", "white", "a", "m2", .6, 30}, {"F", "white", "a", "m2", .6, 30}, {"M", "black", "a", "m1", .6, 20},
	      {"F", "black", "a", "m2", .6, 20}, {"M", "asian", "a", "m2", .6, 8}, {"F", "asian", "a", "m1", .6, 8},
	      {NULL, "white", "a", "m1", .6, 2});
	(void)state;
	assert_non_null(strstr(t->facts, "\"event\":\"gone\",\"in\":\"tier\""));
	assert_non_null(strstr(t->facts, "\"event\":\"new\",\"in\":\"model\""));
	ends(t, EH_JUDGE_FAULT_VALUE);
}

static void labels_go_missing(void **state)
{
	AFTER(5, EH_JUDGE_FAULT_MISSING, {"M", "white", "a", "m1", .6, 56}, {"F", "white", "a", "m1", .6, 56},
	      {"M", "black", "a", "m1", .6, 18}, {"F", "black", "b", "m1", .6, 18}, {"M", "asian", "b", "m1", .6, 7},
	      {"F", "asian", "b", "m1", .6, 7}, {NULL, "white", "a", "m1", .6, 2}, {"M", NULL, "a", "m1", .6, 11},
	      {"F", NULL, "b", "m1", .6, 11});
	(void)state;
	expect_said(t, "race is missing in ");
	ends(t, EH_JUDGE_FAULT_MISSING);
}

/* Only 40 of the 190 decisions are of the group; in all it is less than two points. */
static void labels_go_missing_in_one_group(void **state)
{
	AFTER(10, EH_JUDGE_FAULT_MISSING, {"M", "white", "a", "m1", .6, 60}, {"F", "white", "a", "m1", .6, 60},
	      {"M", "black", "a", "m1", .6, 20}, {"F", "black", "b", "m1", .6, 20}, {"M", "asian", "b", "m1", .6, 5},
	      {"F", "asian", "b", "m1", .6, 5}, {NULL, "asian", "b", "m1", .6, 6}, {"M", NULL, "a", "m1", .6, 3},
	      {"F", NULL, "b", "m1", .6, 3});
	(void)state;
	expect_said(t, "sex is missing in ");
	expect_said(t, "for asian (race)");
	ends(t, EH_JUDGE_FAULT_MISSING);
}

static void labels_hide_with_one_decision(void **state)
{
	struct cell now[USUAL];
	struct town *t = begin();

	(void)state;
	memcpy(now, usual, sizeof usual);
	now[7].favourable = now[8].favourable = 0; /* race is missing with refusals only: 6 of 80, and 0 of 110 */
	weeks(t, usual, USUAL, 70);
	weeks(t, now, USUAL, 60);
	assert_int_equal(t->raised[EH_JUDGE_FAULT_MISSING_SIDE], 1);
	expect_said(t, "race is missing in ");
	expect_said(t, "of 100 adverse decisions");
	assert_int_equal(t->raised[EH_JUDGE_FAULT_MISSING], 0);
	end(t);
}

static void most_come_without_any_group(void **state)
{
	struct cell now[USUAL + 1];
	struct town *t = begin();

	(void)state;
	memcpy(now, usual, sizeof usual);
	now[USUAL] = (struct cell){NULL, NULL, "a", "m1", .6, 40};
	weeks(t, usual, USUAL, 70);
	weeks(t, now, USUAL + 1, 10);
	assert_int_equal(t->raised[EH_JUDGE_FAULT_COVERAGE], 1);
	end(t);
}

static void the_log_is_flooded(void **state)
{
	AFTER(5, EH_JUDGE_FAULT_VOLUME, {"M", "white", "a", "m1", .6, 180}, {"F", "white", "a", "m1", .6, 180},
	      {"M", "black", "a", "m1", .6, 60}, {"F", "black", "b", "m1", .6, 60}, {"M", "asian", "b", "m1", .6, 24},
	      {"F", "asian", "b", "m1", .6, 24}, {NULL, "white", "a", "m1", .6, 6}, {"M", NULL, "a", "m1", .6, 9},
	      {"F", NULL, "b", "m1", .6, 9});
	(void)state;
	expect_said(t, " decisions. About ");
	ends(t, EH_JUDGE_FAULT_VOLUME);
}

/* What came to stay: its alert ends, and does not say that it went back. */
static void what_stays_is_usual_by_and_by(void **state)
{
	AFTER(60, EH_JUDGE_FAULT_GROUP, {"M", "white", "a", "m1", .6, 68}, {"F", "white", "a", "m1", .6, 60},
	      {"M", "black", "a", "m1", .6, 20}, {"F", "black", "b", "m1", .6, 28}, {NULL, "white", "a", "m1", .6, 2});
	(void)state;
	assert_false(t->source->fault[EH_JUDGE_FAULT_GROUP].active);
	expect_said(t, "recovered: It has not gone back.");
	end(t);
}

/* Values that a pane brings join by name: what is told does not hang on the order of a hash table. */
static void values_join_by_name(void **state)
{
	struct town *t = begin();
	const struct eh_lookout_dimension *race;

	(void)state;
	weeks(t, usual, USUAL, 1);
	race = &t->source->lookout->dimension[1];
	assert_int_equal(race->values, 3);
	assert_string_equal(race->value[0].label, "asian");
	assert_string_equal(race->value[2].label, "white");
	assert_string_equal(t->source->lookout->dimension[4].name, "vendor");
	end(t);
}

/* A year of life; the groups of race wander from day to day by themselves, each version of the log has its share of them. */
static void play_year(struct town *t, double noise, double of_groups)
{
	static const char *const race[] = {"white", "black", "asian"};

	for (int day = 0; day < 365; day++) {
		double all = life(day, noise), times[3];

		for (int r = 0; r < 3; r++)
			times[r] = exp(of_groups * normal());
		for (size_t i = 0; i < USUAL; i++) {
			double mine = 1;

			for (int r = 0; r < 3; r++)
				if (usual[i].race != NULL && strcmp(usual[i].race, race[r]) == 0)
					mine = times[r];
			add(t, &usual[i], 1, all * mine);
		}
		close_day(t);
	}
}

/* The figures that docs/explanation/data-alerts.md prints. */
static void quiet_years_are_quiet(void **state)
{
	static const double noise[][3] = {{.05, 0, 0}, {.1, 0, 0}, {.1, .1, .02}, {.1, .2, .1}, {.2, 0, .1}}; /* the last: a year, at most */

	(void)state;
	world_seed = 20261121;
	for (int k = 0; k < 5; k++) {
		size_t raised[EH_JUDGE_FAULTS] = {0}, all = 0;

		for (int year = 0; year < YEARS; year++) {
			struct town *t = begin();

			play_year(t, noise[k][0], noise[k][1]);
			for (int f = 0; f < EH_JUDGE_FAULTS; f++) {
				raised[f] += t->raised[f];
				all += t->raised[f];
			}
			end(t);
		}
		print_message("# %d quiet years, daily noise %.2f of the volume and %.2f of each group: %zu false data alerts\n", YEARS,
		              noise[k][0], noise[k][1], all);
		for (int f = 0; f < EH_JUDGE_FAULTS; f++)
			if (raised[f] > 0)
				print_message("#   %s: %zu\n", eh_judge_fault_rules[f].slug, raised[f]);
		assert_true((double)all <= noise[k][2] * YEARS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_falls_silent),
		cmocka_unit_test(a_level_vanishes_and_a_version_comes),
		cmocka_unit_test(labels_go_missing),
		cmocka_unit_test(labels_go_missing_in_one_group),
		cmocka_unit_test(labels_hide_with_one_decision),
		cmocka_unit_test(most_come_without_any_group),
		cmocka_unit_test(the_log_is_flooded),
		cmocka_unit_test(what_stays_is_usual_by_and_by),
		cmocka_unit_test(values_join_by_name),
		cmocka_unit_test(quiet_years_are_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
