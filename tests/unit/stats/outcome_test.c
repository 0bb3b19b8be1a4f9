/*
 * outcome_test.c - are the rates of a confusion what their names say, and do the limits of the pair hold?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/outcome.h"
#include "stats/proportion.h"

static uint64_t seed = 1;

static uint64_t below(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

static struct ehs_confusion any(uint64_t most)
{
	return (struct ehs_confusion){below(most), below(most), below(most), below(most)};
}

/* The same eight by counting people one by one. */
static void rates_by_people(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct ehs_confusion c = any(9);
		uint64_t who[4] = {c.tp, c.fp, c.fn, c.tn}, n[EHS_OUTCOME_RATES] = {0}, x[EHS_OUTCOME_RATES] = {0};

		for (int kind = 0; kind < 4; kind++)
			for (uint64_t i = 0; i < who[kind]; i++) {
				int adverse = kind < 2, harm = kind == 0 || kind == 2;

				n[EHS_TPR] += (uint64_t)harm, x[EHS_TPR] += (uint64_t)(harm && adverse);
				n[EHS_FPR] += !harm, x[EHS_FPR] += (uint64_t)(!harm && adverse);
				n[EHS_FNR] += (uint64_t)harm, x[EHS_FNR] += (uint64_t)(harm && !adverse);
				n[EHS_TNR] += !harm, x[EHS_TNR] += (uint64_t)(!harm && !adverse);
				n[EHS_PPV] += (uint64_t)adverse, x[EHS_PPV] += (uint64_t)(adverse && harm);
				n[EHS_NPV] += !adverse, x[EHS_NPV] += (uint64_t)(!adverse && !harm);
				n[EHS_SELECTION]++, x[EHS_SELECTION] += (uint64_t)adverse;
				n[EHS_BASE_RATE]++, x[EHS_BASE_RATE] += (uint64_t)harm;
			}
		for (enum ehs_outcome_rate k = 0; k < EHS_OUTCOME_RATES; k++) {
			struct ehs_bin bin = ehs_outcome_bin(&c, k);
			struct ehs_result r = ehs_outcome_rate(&c, k, .95);

			assert_true(bin.n == n[k] && bin.x == x[k] && r.n[0] == n[k]);
			if (n[k] == 0)
				assert_true(r.status == EHS_EMPTY_GROUP && isnan(r.est) && isnan(r.lo));
			else
				assert_true(r.est == (double)x[k] / (double)n[k] && r.lo <= r.est && r.est <= r.hi);
		}
	}
	assert_string_equal(ehs_outcome_rate_name(EHS_BASE_RATE), "base_rate");
	assert_string_equal(ehs_outcome_rate_name(EHS_OUTCOME_RATES), "invalid");
}

/* TPR and FNR, FPR and TNR mirror each other; groups exchanged, signs exchanged. */
static void mirrors(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct ehs_confusion a = any(40), b = any(40);
		struct ehs_result t = ehs_outcome_difference(&a, &b, EHS_TPR, .9),
				  f = ehs_outcome_difference(&a, &b, EHS_FNR, .9);
		struct ehs_result u = ehs_outcome_difference(&b, &a, EHS_TPR, .9);
		struct ehs_result ratio = ehs_outcome_ratio(&a, &b, EHS_PPV, .95),
				  back = ehs_outcome_ratio(&b, &a, EHS_PPV, .95);

		if (isnan(t.est))
			continue;
		assert_true(t.status == f.status && fabs(t.est + f.est) < 1e-15 && fabs(t.lo + f.hi) < 1e-14);
		assert_true(t.est == -u.est && fabs(t.hi + u.lo) < 1e-15 && (t.p == u.p || fabs(t.p - u.p) < 1e-14));
		if (ratio.status == EHS_OK && back.status == EHS_OK && ratio.est > 0)
			assert_true(fabs(ratio.lo * back.hi - 1) < 1e-11);
	}
}

static void equalized_odds(void **state)
{
	struct ehs_confusion prot = {40, 10, 20, 130}, ref = {300, 50, 80, 870}, none = {0, 0, 0, 50};
	struct ehs_result r = ehs_equalized_odds(&prot, &ref, .95),
			  one = ehs_outcome_difference(&prot, &ref, EHS_TPR, .975);

	(void)state;
	assert_true(fabs(r.est - 7 / 57.) < 1e-15 && r.lo == 0 && r.hi == fmax(-one.lo, one.hi) && r.status == EHS_OK);
	assert_true(fabs(r.p - 2 * one.p) < 1e-15 && r.conf == .95 && r.n[0] == 200 && r.n[1] == 1300 && r.flags == 0);
	assert_true(one.n[0] == 60 && one.n[1] == 380 && one.status == EHS_OK && one.conf == .975);
	r = ehs_equalized_odds(&none, &ref, .95);
	assert_true(r.status == EHS_EMPTY_GROUP && isnan(r.est) && isnan(r.p));
	struct ehs_confusion all = {50, 0, 0, 50}, never = {0, 50, 50, 0};
	r = ehs_equalized_odds(&all, &never, .95);
	assert_true(r.est == 1 && r.hi == 1 && r.lo > .8);
	struct ehs_confusion many = {9000000, 1, 1000000, 9}, few = {1000000, 1, 9000000, 9};
	r = ehs_equalized_odds(&many, &few, .95);
	assert_true(r.p == 0 && r.log10_p < -1e6 && isfinite(r.log10_p)); /* the p underflows, its logarithm does not */
	struct ehs_confusion alike = {10, 10, 10, 10};
	r = ehs_equalized_odds(&alike, &alike, .95);
	assert_true(r.est == 0 && r.lo == 0 && r.p == 1 && r.log10_p == 0 && r.flags == EHS_FLAG_LOW_N);
	for (int round = 0; round < 300; round++) {
		struct ehs_confusion a = any(30), b = any(30);

		r = ehs_equalized_odds(&a, &b, .95);
		assert_true(isnan(r.est) ? r.status == EHS_EMPTY_GROUP : 0 <= r.lo && r.lo <= r.est && r.est <= r.hi);
	}
}

/* At the rates p the interval of the larger difference holds the true one in 95 of 100, by enumeration. */
static void the_pair_covers(void **state)
{
	static const double p[4] = {.5, .7, .2, .3}; /* TPR of both, FPR of both */
	enum { N = 12 };
	double weight[4][N + 1], covered = 0;

	(void)state;
	for (int g = 0; g < 4; g++)
		for (int x = 0; x <= N; x++)
			weight[g][x] = exp(lgamma(N + 1) - lgamma(x + 1) - lgamma(N - x + 1)) * pow(p[g], x) *
			               pow(1 - p[g], N - x);
	for (uint64_t a = 0; a <= N; a++)
		for (uint64_t b = 0; b <= N; b++)
			for (uint64_t c = 0; c <= N; c++)
				for (uint64_t d = 0; d <= N; d++) {
					struct ehs_confusion prot = {a, c, N - a, N - c}, ref = {b, d, N - b, N - d};
					struct ehs_result r = ehs_equalized_odds(&prot, &ref, .95);

					if (r.lo <= .2 && r.hi >= .2)
						covered += weight[0][a] * weight[1][b] * weight[2][c] * weight[3][d];
				}
	print_message("coverage of the equalized odds interval, 12 decisions a cell: %.4f\n", covered);
	assert_true(covered >= .95);
}

static void merging(void **state)
{
	struct ehs_confusion sum = {1, 2, 3, 4}, more = {5, 6, 7, UINT64_MAX - 4}, was = sum;

	(void)state;
	assert_true(ehs_confusion_merge(&sum, &more) == EHS_OK && sum.tn == UINT64_MAX);
	struct ehs_confusion full = sum;
	assert_true(ehs_confusion_merge(&sum, &was) == EHS_OVERFLOW);
	assert_memory_equal(&sum, &full, sizeof sum);
	assert_true(ehs_outcome_rate(&sum, EHS_TPR, .95).status == EHS_OVERFLOW);
	assert_true(ehs_outcome_difference(&sum, &was, EHS_TPR, .95).status == EHS_OVERFLOW);
	assert_true(ehs_outcome_ratio(&was, &sum, EHS_TPR, .95).status == EHS_OVERFLOW);
	assert_true(ehs_confusion_subtract(&sum, &more) == EHS_OK);
	assert_memory_equal(&sum, &was, sizeof sum);
	assert_true(ehs_confusion_subtract(&sum, &more) == EHS_OVERFLOW);
	assert_memory_equal(&sum, &was, sizeof sum);
	assert_true(ehs_outcome_rate(&sum, EHS_OUTCOME_RATES, .95).status == EHS_INVALID);
	assert_true(ehs_outcome_difference(&sum, &sum, EHS_TPR, 1).status == EHS_INVALID);
	assert_true(ehs_outcome_difference(&sum, &sum, EHS_TPR, 0).status == EHS_INVALID);
	struct ehs_confusion all = {5, 5, 0, 0};
	struct ehs_result flat = ehs_outcome_difference(&all, &all, EHS_TPR, .95);
	assert_true(flat.status == EHS_DEGENERATE && flat.est == 0 && flat.p == 1 && flat.hi > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_by_people), cmocka_unit_test(mirrors), cmocka_unit_test(equalized_odds),
		cmocka_unit_test(the_pair_covers), cmocka_unit_test(merging),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
