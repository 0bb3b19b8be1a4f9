/*
 * proof_test.c - how long a fall takes to show, and limits that hold at every look: against the plain formulas, and
 * against steps made one by one.
 */
#include <math.h>

#include "judge/inside.h"
#include "judge/proof.h"
#include "stats/confseq.h"
#include "stats/power.h"
#include "tests/unit/judge/world.h"

/* 1,000 decisions a day for 30 days, a fifth of them the group's. */
static const struct ehs_2x2 month = {.prot = {6000, 3600}, .ref = {24000, 14400}};

static void as_the_simulations_say(void **state)
{
	static const struct ehs_2x2 rare = {.prot = {6000, 600}, .ref = {24000, 2400}};

	(void)state;
	/* Of one year at line .90 the simulated medians are 2.5, .8, 15.8 and 5.4 days (background of the policy). */
	assert_true(fabs(eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1) - 2.5) < .5);
	assert_true(fabs(eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .60, 1) - .8) < .2);
	assert_true(fabs(eh_judge_days_to_prove(&rare, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1) - 18) < 2);
	assert_true(fabs(eh_judge_days_to_prove(&rare, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .60, 1) - 5.8) < .6);
	/* In blocks of an hour it is the same. */
	double hourly = ehs_power_delay(200 / 24., 800 / 24., .45, .6, .9, 8760) / 24;
	assert_true(fabs(eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1) - hourly) < 1e-9);
}

static void what_changes_it(void **state)
{
	const struct ehs_2x2 halves[2] = {{.prot = {3000, 1800}, .ref = {12000, 7200}}, {.prot = {3000, 1800}, .ref = {12000, 7200}}};
	const struct ehs_2x2 lone[2] = {month, {.prot = {100, 50}}};
	double days = eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1);

	(void)state;
	assert_true(eh_judge_days_to_prove(&month, 1, 60, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1) > 1.5 * days); /* half the volume */
	assert_true(eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 2, .9, .75, 1) > 1.5 * days); /* discounted */
	assert_true(eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 10) > days);
	assert_true(fabs(eh_judge_days_to_prove(halves, 2, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1) - days) < 1e-9);
	assert_true(fabs(eh_judge_days_to_prove(lone, 2, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1) - days) < 1e-9);
	assert_true(isinf(eh_judge_days_to_prove(&month, 1, 30, EH_JUDGE_FAVOURABLE, 1, .9, .9, 1)));
	assert_true(isnan(eh_judge_days_to_prove(&month, 0, 30, EH_JUDGE_FAVOURABLE, 1, .9, .75, 1)));
	/* Adverse: the group's rate rises by as much; beyond 1 it cannot. */
	const struct ehs_2x2 adverse = {.prot = {6000, 600}, .ref = {24000, 2400}}, nearly_all = {.prot = {6000, 5400}, .ref = {24000, 21600}};
	assert_true(eh_judge_days_to_prove(&adverse, 1, 30, EH_JUDGE_ADVERSE, 1, .9, .75, 1) < 60);
	assert_true(isinf(eh_judge_days_to_prove(&nearly_all, 1, 30, EH_JUDGE_ADVERSE, 1, .9, .75, 1)));
}

#define DECISIONS 9000
#define CLOSES 720

static struct world_decision decisions[DECISIONS];

/* The limits that judge shows are those of one step a day over the blocks of the days that are over. */
static void the_sequence_is_made_of_days(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	struct world w = world_begin(world_policy(home, "policy: p\n"), world_map, &none);
	uint32_t shown = 0;

	(void)state;
	world_seed = 5;
	for (size_t i = 0; i < DECISIONS; i++) {
		int64_t pane = (int64_t)world_below(CLOSES);

		decisions[i] = world_random(WORLD_T0 + pane * EH_HOUR_US, .7);
		decisions[i].index = pane;
	}
	for (int64_t i = 0; i < CLOSES; i++) {
		world_close(&w, decisions, DECISIONS, WORLD_T0 + i * EH_HOUR_US, WORLD_T0 + i * EH_HOUR_US, i);
		const struct eh_judge_pair *pair = w.source->attribute[WORLD_SEX].pair[0];
		EH_JSON_AUTO limits = eh_judge_confidence(w.source, pair, EH_JUDGE_FAVOURABLE);
		if (json_is_null(limits) || i % 50 != 0)
			continue;
		struct ehs_confseq want;
		int64_t today = (WORLD_T0 + (i + 1) * EH_HOUR_US) / EH_DAY_US, last = -1;
		json_int_t days = 0;
		ehs_confseq_init(&want);
		for (uint32_t b = 0; b < pair->blocks;) {
			int64_t day = (pair->block[b].at_us - 1) / EH_DAY_US;
			double phi = pair->block[b].phi[EH_JUDGE_FAVOURABLE];
			struct eh_judge_counts sum = {0};

			if (day >= today)
				break;
			for (; b < pair->blocks && (pair->block[b].at_us - 1) / EH_DAY_US == day; b++)
				eh_judge_counts_add(&sum, &pair->block[b].total);
			assert_int_equal(EHS_OK, ehs_confseq_step_discounted(&want, eh_judge_natural(&sum, EH_JUDGE_FAVOURABLE),
			                                                     last < 0 ? 0 : (double)(day - last) / 7, phi));
			last = day;
			days++;
		}
		struct ehs_result r = ehs_confseq_limits(&want, .95);
		assert_int_equal(json_integer_value(json_object_get(limits, "days")), days);
		assert_true(json_real_value(json_object_get(limits, "lo")) == r.lo);
		assert_true(isinf(r.hi) ? json_is_null(json_object_get(limits, "hi")) : json_real_value(json_object_get(limits, "hi")) == r.hi);
		shown++;
	}
	EH_JSON_AUTO last = eh_judge_confidence(w.source, w.source->attribute[WORLD_SEX].pair[0], EH_JUDGE_FAVOURABLE);
	double lo = json_real_value(json_object_get(last, "lo")), hi = json_real_value(json_object_get(last, "hi"));
	print_message("after 30 days of a ratio of .85 (half of those called F fall to .7): %.3f to %.3f\n", lo, hi);
	assert_true(shown > 10 && lo < .85 && hi > .85 && hi < 1);
	eh_judge_pair_reset(w.source->attribute[WORLD_SEX].pair[0]);
	EH_JSON_AUTO anew = eh_judge_confidence(w.source, w.source->attribute[WORLD_SEX].pair[0], EH_JUDGE_FAVOURABLE);
	assert_true(json_is_null(anew)); /* closed by its people: it begins with what comes */
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_the_simulations_say), cmocka_unit_test(what_changes_it),
	                                   cmocka_unit_test(the_sequence_is_made_of_days)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
