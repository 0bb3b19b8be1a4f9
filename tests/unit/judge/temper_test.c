/*
 * temper_test.c - phi against its definition, worked out from all days each time.
 */
#include "judge/temper.h"

#include "tests/lib/test.h"
#include "tests/unit/judge/slow.h"

/* Days and hours, thin and thick, with gaps that end what is remembered. */
static void run(int64_t pane_us, struct slow_rates rates, int gap_one_in, double *largest)
{
	static struct slow_pane panes[SLOW_PANES];
	struct eh_judge_temper t;
	int64_t at = SLOW_T0 + 5 * EH_HOUR_US;
	size_t n = SLOW_PANES / 2;

	eh_judge_temper_begin(&t);
	for (size_t i = 0; i < n; i++, at += pane_us) {
		if (slow_below((uint64_t)gap_one_in) == 0)
			at += (int64_t)slow_below(70) * EH_DAY_US / 4;
		if (slow_below(200) == 0)
			at += 60 * EH_DAY_US;
		double swing = slow_below(2) ? .2 : -.2;
		struct slow_rates today = {fmin(1, rates.prot * (1 + swing)), rates.ref, rates.busy};
		panes[i] = slow_random_pane(at, pane_us, today);
		eh_judge_temper_open(&t, at);
		for (int o = 0; o < EH_JUDGE_OUTCOMES; o++) {
			double want = slow_phi(panes, i, slow_day(at), o);

			if (!slow_near(t.phi[o], want))
				fail_msg("pane %zu, outcome %d: phi is %.12g, by definition %.12g", i, o, t.phi[o], want);
			*largest = fmax(*largest, want);
		}
		eh_judge_temper_add(&t, &panes[i].total);
	}
}

static void phi_is_its_definition(void **state)
{
	double largest = 0;

	(void)state;
	slow_seed = 21;
	run(EH_DAY_US, (struct slow_rates){.6, .6, 20}, 30, &largest);
	run(EH_DAY_US, (struct slow_rates){.97, .95, 12}, 50, &largest); /* days that must be joined */
	run(6 * EH_HOUR_US, (struct slow_rates){.5, .7, 6}, 40, &largest);
	run(EH_HOUR_US, (struct slow_rates){.04, .04, 6}, 60, &largest);
	assert_true(largest > 1.5); /* days that wander more than tosses do were met */
}

/* Two kinds of day in turn, a large gap apart, are discounted by much more than 1.5. */
static void wandering_days_are_discounted(void **state)
{
	struct eh_judge_temper t;

	(void)state;
	eh_judge_temper_begin(&t);
	for (int day = 0; day < 30; day++) {
		struct eh_judge_counts c = {.prot = {200, day % 2 ? 90 : 120}, .ref = {200, 105}};

		eh_judge_temper_open(&t, SLOW_T0 + day * EH_DAY_US);
		if (day <= 14) /* 14 whole days are known when day 14 begins */
			assert_true(t.phi[0] == 1.5 || day == 14);
		eh_judge_temper_add(&t, &c);
	}
	assert_true(t.phi[EH_JUDGE_FAVOURABLE] > 4 && t.phi[EH_JUDGE_ADVERSE] > 4);
}

/* Days that do not wander at all are not discounted, and not favoured either. */
static void phi_is_at_least_one(void **state)
{
	struct eh_judge_temper t;

	(void)state;
	eh_judge_temper_begin(&t);
	for (int day = 0; day <= 20; day++) {
		eh_judge_temper_open(&t, SLOW_T0 + day * EH_DAY_US);
		eh_judge_temper_add(&t, &(struct eh_judge_counts){.prot = {100, 60}, .ref = {100, 60}});
	}
	assert_true(t.phi[0] == 1.0 && t.phi[1] == 1.0);
}

/* What phi is for a day does not depend on the day. */
static void phi_is_known_before_the_day(void **state)
{
	struct eh_judge_temper t;

	(void)state;
	slow_seed = 4;
	eh_judge_temper_begin(&t);
	for (int hour = 0; hour < 24 * 40; hour++) {
		int64_t at = SLOW_T0 + hour * EH_HOUR_US;
		double before = t.phi[0];

		eh_judge_temper_open(&t, at);
		if (hour % 24 != 0)
			assert_true(t.phi[0] == before);
		struct slow_pane p = slow_random_pane(at, EH_HOUR_US, (struct slow_rates){.6, .6, 8});
		eh_judge_temper_add(&t, &p.total);
		double then = t.phi[0];
		eh_judge_temper_open(&t, at - 3 * EH_HOUR_US); /* a pane of an earlier hour changes nothing */
		assert_true(t.phi[0] == then);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phi_is_its_definition),
		cmocka_unit_test(wandering_days_are_discounted),
		cmocka_unit_test(phi_is_at_least_one),
		cmocka_unit_test(phi_is_known_before_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
