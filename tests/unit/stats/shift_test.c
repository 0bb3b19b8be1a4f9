/*
 * shift_test.c - is the evidence of a jump what it says it is?
 *
 * Validity by enumeration: under every chance within the line the mean is at most 1; then how often a detector that
 * stands at its line speaks, and how soon it does beyond it.
 */
#include "stats/shift.h"

#include "tests/unit/stats/near.h"

static double choose(uint64_t n, uint64_t x)
{
	double w = 1;

	for (uint64_t i = 0; i < x; i++)
		w *= (double)(n - i) / (double)(i + 1);
	return w;
}

static double mean_share(uint64_t n, double p, double line, double rate)
{
	double sum = 0;

	for (uint64_t x = 0; x <= n; x++)
		sum += choose(n, x) * pow(p, (double)x) * pow(1 - p, (double)(n - x)) *
		       exp(ehs_share_log_e((struct ehs_bin){n, x}, line, rate));
	return sum;
}

static double mean_count(double mean, double line, double bet)
{
	double sum = 0, p = exp(-mean);

	for (uint64_t x = 0; x < 200; x++) {
		sum += p * exp(ehs_count_log_e(x, line, bet));
		p *= mean / (double)(x + 1);
	}
	return sum;
}

static void the_mean_is_at_most_1_within_the_line(void **state)
{
	(void)state;
	for (double line = .05; line < 1; line += .1)
		for (double times = 1.5; times <= 50; times *= 3)
			for (double p = .01; p < 1; p += .07) {
				double up = mean_share(12, p, line, ehs_share_times(line, times));
				double down = mean_share(12, p, line, ehs_share_times(line, 1 / times));

				assert_true(p <= line ? up <= 1 + 1e-12 : up >= 1 - 1e-12);
				assert_true(p >= line ? down <= 1 + 1e-12 : down >= 1 - 1e-12);
			}
	for (double mean = 1; mean < 20; mean += 3) {
		assert_true(mean_count(mean, 10, 20) <= 1 + 1e-9 || mean > 10);
		assert_true(mean_count(mean, 10, 5) <= 1 + 1e-9 || mean < 10);
	}
	expect_near(mean_share(12, .3, .3, .6), 1, 1e-12);
	expect_near(mean_count(10, 10, 20), 1, 1e-9);
}

/* Of chances that differ among themselves and have their mean at the line: the mean of E is below 1. */
static void a_mixed_day_is_no_evidence(void **state)
{
	double sum = 0;

	(void)state;
	for (int a = 0; a <= 4; a++)
		for (int b = 0; b <= 4; b++)
			sum += choose(4, (uint64_t)a) * pow(.1, a) * pow(.9, 4 - a) * choose(4, (uint64_t)b) * pow(.5, b) * pow(.5, 4 - b) *
			       exp(ehs_share_log_e((struct ehs_bin){8, (uint64_t)(a + b)}, .3, .6));
	assert_true(sum < 1);
}

static uint64_t toss(uint64_t n, double p)
{
	uint64_t x = 0;

	for (uint64_t i = 0; i < n; i++)
		x += uniform() < p;
	return x;
}

/* At its line a detector speaks for the first time after A looks or more, on average: here A = 100. */
static void at_the_line_it_keeps_its_budget(void **state)
{
	double looks = 0;
	int runs = 300;

	(void)state;
	for (int run = 0; run < runs; run++) {
		struct ehs_shift s;

		ehs_shift_init(&s, false);
		for (int i = 0; i < 2000; i++) {
			looks++;
			if (ehs_shift_share(&s, (struct ehs_bin){40, toss(40, .1)}, .1, true) >= log(100))
				break;
		}
	}
	print_message("# at its line, first alarm after %.0f looks on average (A is 100)\n", looks / runs);
	assert_true(looks / runs >= 100);
}

static void beyond_the_line_it_speaks(void **state)
{
	struct ehs_shift s, back;

	(void)state;
	ehs_shift_init(&s, false);
	assert_true(ehs_shift_share(&s, (struct ehs_bin){100, 90}, .1, true) > log(1e6));
	ehs_shift_init(&s, false);
	assert_true(ehs_shift_count(&s, 0, 100, false) > log(1e6));
	/* the way back is as long after a year as after a day */
	ehs_shift_init(&back, true);
	for (int i = 0; i < 365; i++)
		assert_true(ehs_shift_count(&back, 0, 50, true) <= 1e-12);
	assert_true(ehs_shift_count(&back, 100, 50, true) > log(20));
}

static void what_is_no_line_changes_nothing(void **state)
{
	struct ehs_shift s;

	(void)state;
	ehs_shift_init(&s, false);
	assert_true(isinf(ehs_shift_share(&s, (struct ehs_bin){10, 5}, 0, true)));
	assert_true(isinf(ehs_shift_share(&s, (struct ehs_bin){10, 5}, 1, true)));
	assert_true(isinf(ehs_shift_share(&s, (struct ehs_bin){0, 0}, .5, true)));
	assert_true(isinf(ehs_shift_share(&s, (struct ehs_bin){5, 6}, .5, true)));
	assert_true(isinf(ehs_shift_count(&s, 5, 0, true)));
	assert_true(isnan(ehs_share_log_e((struct ehs_bin){5, 6}, .5, .6)));
	assert_true(isnan(ehs_count_log_e(5, 1, INFINITY)));
	expect_near(ehs_share_times(.5, 4), .8, 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mean_is_at_most_1_within_the_line),
		cmocka_unit_test(a_mixed_day_is_no_evidence),
		cmocka_unit_test(at_the_line_it_keeps_its_budget),
		cmocka_unit_test(beyond_the_line_it_speaks),
		cmocka_unit_test(what_is_no_line_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
