/*
 * odds_test.c - odds ratios against plain sums in long double, at their edges, and at a billion.
 */
#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"
#include "stats/odds.h"

#include "tests/lib/test.h"

static struct ehs_2x2 table(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (struct ehs_2x2){.prot = {a + b, a}, .ref = {c + d, c}};
}

static bool near(double a, double b, double tol)
{
	return a == b || fabs(a - b) <= tol * fabs(b);
}

/* Sums over the whole support with weights C(n1, s) C(n2, m - s) psi^s, the slow and obvious way. */
struct plain {
	long double all, below, above, mean;
};

static struct plain plain_at(struct ehs_2x2 t, double psi)
{
	uint64_t m = t.prot.x + t.ref.x, from = m > t.ref.n ? m - t.ref.n : 0, to = m < t.prot.n ? m : t.prot.n;
	long double w = 1;
	struct plain p = {0};

	for (uint64_t s = from; s <= to; s++) {
		p.all += w;
		p.mean += w * (long double)s;
		p.below += s <= t.prot.x ? w : 0;
		p.above += s >= t.prot.x ? w : 0;
		w *= (long double)psi * (long double)(t.prot.n - s) * (long double)(m - s) /
		     ((long double)(s + 1) * (long double)(t.ref.n + s + 1 - m));
	}
	return p;
}

static void solves_its_equations(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 400; seed++) {
		struct ehs_2x2 t = table(1 + seed * 7 % 31, 1 + seed * 11 % 43, 1 + seed * 5 % 61, 1 + seed * 13 % 17);
		double conf = seed % 2 == 0 ? .95 : .9;
		struct ehs_result r = ehs_or_conditional(t, conf);
		struct plain at_est = plain_at(t, r.est), at_lo = plain_at(t, r.lo), at_hi = plain_at(t, r.hi);

		assert_int_equal(r.status, EHS_OK);
		assert_true(near((double)(at_est.mean / at_est.all), (double)t.prot.x, 1e-13));
		assert_true(near((double)(at_lo.above / at_lo.all), (1 - conf) / 2, 1e-12));
		assert_true(near((double)(at_hi.below / at_hi.all), (1 - conf) / 2, 1e-12));
	}
}

static void edges(void **state)
{
	struct ehs_result r = ehs_or_conditional(table(0, 5, 4, 3), .95);

	(void)state;
	assert_true(r.status == EHS_OK && r.est == 0 && r.lo == 0 && r.hi > 0 && isfinite(r.hi));
	r = ehs_or_conditional(table(5, 0, 4, 3), .95);
	assert_true(r.status == EHS_OK && isinf(r.est) && isinf(r.hi) && r.lo > 0);
	r = ehs_or_conditional(table(0, 5, 0, 3), .95);
	assert_true(r.status == EHS_DEGENERATE && isnan(r.est) && r.lo == 0 && isinf(r.hi));
	assert_int_equal(ehs_or_conditional(table(0, 0, 2, 3), .95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_or_conditional(table(1, 2, 2, 3), 1).status, EHS_INVALID);
	assert_int_equal(ehs_or_conditional((struct ehs_2x2){{3, 4}, {2, 1}}, .95).status, EHS_INVALID);
	assert_true(ehs_or_conditional(table(7, 7, 7, 7), .95).est == 1);
}

/* At 1e9 a group it is the sample ratio and Woolf's limits to six digits; beyond 1e13 Woolf's, and says so. */
static void large(void **state)
{
	struct ehs_2x2 t = table(499500000, 500500000, 500000000, 500000000);
	struct ehs_result r = ehs_or_conditional(t, .95), w = ehs_or_woolf(t, EHS_Z95, false);

	(void)state;
	assert_true(r.status == EHS_OK && r.flags == 0);
	assert_true(near(r.est, w.est, 1e-11) && near(r.lo, w.lo, 1e-7) && near(r.hi, w.hi, 1e-7));
	r = ehs_or_conditional(table(1, 999999999, 999999999, 1), .95);
	assert_true(r.status == EHS_OK && r.lo > 0 && r.lo < r.est && r.est < r.hi && r.hi < 1e-16);
	r = ehs_or_conditional(table(1ULL << 50, 1ULL << 50, 1ULL << 50, 1ULL << 51), .95);
	assert_true(r.flags == EHS_FLAG_APPROXIMATE && near(r.est, 2, 1e-14));
	assert_string_equal(r.method, "woolf");
}

static void woolf_and_halves(void **state)
{
	struct ehs_result w = ehs_or_woolf(table(48, 32, 12, 48), EHS_Z95, false);
	struct ehs_result zero = ehs_or_woolf(table(0, 10, 5, 5), EHS_Z95, false);
	struct ehs_result half = ehs_or_woolf(table(0, 10, 5, 5), EHS_Z95, true);

	(void)state;
	assert_true(near(w.est, 6, 1e-15) && near(w.lo, 2.764930997170021, 1e-14) &&
	            near(w.stat, log(6) / w.se, 1e-14));
	assert_true(zero.status == EHS_ZERO_CELL && zero.est == 0 && isnan(zero.hi) &&
	            (zero.flags & EHS_FLAG_ZERO_CELL));
	assert_true(isinf(ehs_or_woolf(table(5, 5, 0, 10), EHS_Z95, false).est));
	assert_true(isnan(ehs_or_woolf(table(0, 5, 0, 10), EHS_Z95, false).est));
	assert_true(half.status == EHS_OK && near(half.est, .5 * 5.5 / (10.5 * 5.5), 1e-15));
	assert_true((half.flags & EHS_FLAG_CONTINUITY) && isfinite(half.lo) && isfinite(half.hi));
	assert_true(near(ehs_phi(table(3, 1, 1, 3)).value, .5, 1e-15));
	assert_int_equal(ehs_phi(table(0, 4, 0, 3)).status, EHS_DEGENERATE);
	/* ratio 1 but for the last of 1e9: the logarithm of the ratio keeps its digits */
	w = ehs_or_woolf(table(500000001, 499999999, 500000000, 500000000), EHS_Z95, false);
	assert_true(near(w.stat * w.se, 4e-9, 1e-12));
}

/* Over all tables with the same margins the mean is 1, so a product of them is a fair game. */
static void the_bet_on_an_odds_ratio_is_fair(void **state)
{
	static const double psi[] = {.25, .5, 1, 2, 4, 50};

	(void)state;
	for (uint64_t seed = 1; seed < 60; seed++) {
		uint64_t n1 = 1 + seed * 7 % 31, n2 = 1 + seed * 11 % 43, m = 1 + seed * 5 % (n1 + n2);
		uint64_t from = m > n2 ? m - n2 : 0, to = m < n1 ? m : n1;

		for (size_t i = 0; i < sizeof psi / sizeof *psi; i++) {
			double mean = 0;

			for (uint64_t x = from; x <= to; x++) {
				struct ehs_2x2 t = {.prot = {n1, x}, .ref = {n2, m - x}};
				double log_e = ehs_odds_log_e(t, log(psi[i])), p = exp(ehs_hypergeometric_log_pmf(x, n1, n2, m));

				mean += p * exp(log_e);
				assert_true(from < to || log_e == 0);
			}
			assert_true(near(mean, 1, 1e-12));
		}
	}
	assert_true(ehs_odds_log_e((struct ehs_2x2){.prot = {10, 0}}, 1) == 0);
	assert_true(isnan(ehs_odds_log_e((struct ehs_2x2){.prot = {10, 11}, .ref = {5, 1}}, 1)));
	/* half of a million late among the one, a tenth among the other: P_4 speaks loudly, and without overflow */
	double loud = ehs_odds_log_e((struct ehs_2x2){.prot = {1000000, 500000}, .ref = {1000000, 100000}}, log(4));
	assert_true(isfinite(loud) && loud > 1e5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solves_its_equations),
		cmocka_unit_test(edges),
		cmocka_unit_test(large),
		cmocka_unit_test(woolf_and_halves),
		cmocka_unit_test(the_bet_on_an_odds_ratio_is_fair),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
