/*
 * coverage_test.c - how often 95 % limits hold the truth, by enumeration of every table.
 *
 * Prints a table: groups of 200 and 40, true rates on a grid.  The mean over the grid must not lie below .945 for
 * what we show by default; Katz and Wald are there for contrast, and are worse.
 */
#include <math.h>

#include "stats/difference.h"
#include "stats/exact.h"
#include "stats/odds.h"
#include "stats/proportion.h"

#include "tests/lib/test.h"

#define N1 200
#define N2 40
#define KINDS 8
#define RATES 12

enum kind { KOOPMAN, MN_RATIO, KATZ, NEWCOMBE, MN, MEE, WALD, CONDITIONAL };

static const char *const name[KINDS] = {"Koopman",  "Miettinen-Nurminen ratio", "Katz",
                                        "Newcombe", "Miettinen-Nurminen",       "Mee",
                                        "Wald",     "conditional odds ratio"};
static const double rate[RATES] = {.02, .05, .1, .15, .2, .3, .4, .5, .6, .7, .85, .95};

static double lo[KINDS][N1 + 1][N2 + 1], hi[KINDS][N1 + 1][N2 + 1];

static void keep(enum kind kind, struct ehs_2x2 t, double from, double to)
{
	lo[kind][t.prot.x][t.ref.x] = from;
	hi[kind][t.prot.x][t.ref.x] = to;
}

static void keep_all(struct ehs_2x2 t)
{
	struct ehs_interval koopman = ehs_air_koopman(t, EHS_Z95), katz = ehs_air_katz(t, EHS_Z95);
	struct ehs_result ratio = ehs_air_mn(t, EHS_Z95), odds = ehs_or_conditional(t, .95);
	static const enum ehs_rd_method method[] = {EHS_RD_NEWCOMBE, EHS_RD_MN, EHS_RD_MEE, EHS_RD_WALD};

	keep(KOOPMAN, t, koopman.lo, koopman.hi);
	keep(KATZ, t, katz.lo, katz.hi);
	keep(MN_RATIO, t, ratio.lo, ratio.hi);
	keep(CONDITIONAL, t, odds.lo, odds.hi);
	for (int i = 0; i < 4; i++) {
		struct ehs_result r = ehs_rd(t, method[i], EHS_Z95);

		keep((enum kind)(NEWCOMBE + i), t, r.lo, r.hi);
	}
}

static double truth_of(enum kind kind, double p1, double p2)
{
	if (kind == CONDITIONAL)
		return p1 * (1 - p2) / (p2 * (1 - p1));
	return kind <= KATZ ? p1 / p2 : p1 - p2;
}

/* A limit that does not exist holds nothing. */
static double coverage(enum kind kind, double p1, double p2)
{
	double truth = truth_of(kind, p1, p2), sum = 0, pmf2[N2 + 1];

	for (uint64_t x2 = 0; x2 <= N2; x2++)
		pmf2[x2] = ehs_binomial(x2, N2, p2).pmf;
	for (uint64_t x1 = 0; x1 <= N1; x1++) {
		double pmf1 = ehs_binomial(x1, N1, p1).pmf;

		for (uint64_t x2 = 0; x2 <= N2; x2++)
			if (lo[kind][x1][x2] <= truth + 1e-12 && truth - 1e-12 <= hi[kind][x1][x2])
				sum += pmf1 * pmf2[x2];
	}
	return sum;
}

static void of_two_groups(void **state)
{
	double mean[KINDS], worst[KINDS];

	(void)state;
	for (uint64_t x1 = 0; x1 <= N1; x1++)
		for (uint64_t x2 = 0; x2 <= N2; x2++)
			keep_all((struct ehs_2x2){.prot = {N1, x1}, .ref = {N2, x2}});
	print_message("# 95 %% limits, groups of %d and %d, %d x %d true rates\n", N1, N2, RATES, RATES);
	for (enum kind kind = 0; kind < KINDS; kind++) {
		mean[kind] = 0;
		worst[kind] = 1;
		for (int i = 0; i < RATES * RATES; i++) {
			double c = coverage(kind, rate[i / RATES], rate[i % RATES]);

			mean[kind] += c / (RATES * RATES);
			worst[kind] = fmin(worst[kind], c);
		}
		print_message("# %-26s mean %.4f  worst %.4f\n", name[kind], mean[kind], worst[kind]);
	}
	assert_true(mean[KOOPMAN] >= .945 && mean[MN_RATIO] >= .945 && mean[NEWCOMBE] >= .945 && mean[MN] >= .945);
	assert_true(worst[KOOPMAN] >= .92 && worst[MN] >= .92 && worst[NEWCOMBE] >= .92);
	assert_true(worst[CONDITIONAL] >= .95 - 1e-9); /* exact limits never cover less than they say */
	assert_true(worst[WALD] < worst[MN] && worst[KATZ] < worst[KOOPMAN]);
}

/* Clopper-Pearson never below, Wilson near on the mean. */
static void of_one_rate(void **state)
{
	double wilson = 0, exact_worst = 1;
	int n_rates = 0;

	(void)state;
	for (double p = .01; p < .995; p += .01, n_rates++) {
		double covered = 0, exact = 0;

		for (uint64_t x = 0; x <= N2; x++) {
			struct ehs_interval w = ehs_wilson((struct ehs_bin){N2, x}, EHS_Z95);
			struct ehs_interval c = ehs_clopper_pearson((struct ehs_bin){N2, x}, .95);
			double pmf = ehs_binomial(x, N2, p).pmf;

			covered += w.lo <= p && p <= w.hi ? pmf : 0;
			exact += c.lo <= p && p <= c.hi ? pmf : 0;
		}
		wilson += covered;
		exact_worst = fmin(exact_worst, exact);
	}
	print_message("# one rate of %d: Wilson mean %.4f, Clopper-Pearson worst %.4f\n", N2, wilson / n_rates,
	              exact_worst);
	assert_true(wilson / n_rates > .945 && exact_worst >= .95);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_groups),
		cmocka_unit_test(of_one_rate),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
