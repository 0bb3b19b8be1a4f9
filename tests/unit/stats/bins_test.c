/*
 * bins_test.c - distances over shared bins against their formulas in long double, and what must hold between them.
 */
#include "samples.h"

#include "stats/distance.h"

#define BINS 12

struct plain {
	long double tvd, kl, js, hellinger, psi, jeffreys, ks, w1;
};

static long double term(long double p, long double q)
{
	return p > 0 ? p * logl(p / q) : 0;
}

static struct plain by_formula(const uint64_t *p, const uint64_t *q, size_t bins)
{
	struct plain d = {0, 0, 0, 0, 0, 0, 0, 0};
	long double n = 0, m = 0, below = 0;

	for (size_t i = 0; i < bins; i++) {
		n += (long double)p[i];
		m += (long double)q[i];
	}
	for (size_t i = 0; i < bins; i++) {
		long double f = (long double)p[i] / n, g = (long double)q[i] / m, half = (long double)bins / 2;
		long double fj = ((long double)p[i] + .5L) / (n + half), gj = ((long double)q[i] + .5L) / (m + half);

		d.tvd += fabsl(f - g) / 2;
		d.kl += term(f, g);
		d.js += (term(f, (f + g) / 2) + term(g, (f + g) / 2)) / 2;
		d.hellinger += (sqrtl(f) - sqrtl(g)) * (sqrtl(f) - sqrtl(g)) / 2;
		d.psi += f == g ? 0 : (f - g) * logl(f / g);
		d.jeffreys += (fj - gj) * logl(fj / gj);
		below += f - g;
		d.ks = fmaxl(d.ks, fabsl(below));
		d.w1 += fabsl(below);
	}
	d.hellinger = sqrtl(d.hellinger);
	return d;
}

static void formulas(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		uint64_t p[BINS], q[BINS];
		size_t bins = 2 + draw(BINS - 1);

		for (size_t i = 0; i < bins; i++) {
			p[i] = draw(round % 2 ? 4 : 1000);
			q[i] = draw(round % 2 ? 4 : 100000);
		}
		p[0]++;
		q[0]++;
		struct ehs_distances d = ehs_distances(p, q, bins, .5), back = ehs_distances(q, p, bins, .5);
		struct plain w = by_formula(p, q, bins);
		assert_int_equal(d.status, EHS_OK);
		assert_true(near(d.tvd, (double)w.tvd, 1e-14) && near(d.kl, (double)w.kl, 1e-13));
		assert_true(near(d.js_nats, (double)w.js, 1e-13) && near(d.hellinger, (double)w.hellinger, 1e-14));
		assert_true(near(d.psi, (double)w.psi, 1e-13) && near(d.psi_jeffreys, (double)w.jeffreys, 1e-13));
		assert_true(near(d.ks, (double)w.ks, 1e-14) && near(d.w1, (double)w.w1 / 2, 1e-14));
		assert_true(d.tvd == back.tvd && near(d.js_nats, back.js_nats, 1e-14) && d.ks <= d.tvd * (1 + 1e-15));
		assert_true(d.js_bits <= 1 + 1e-15 && d.hellinger * d.hellinger <= d.tvd * (1 + 1e-14));
		assert_true(isinf(d.psi) || near(d.psi, d.kl + back.kl, 1e-12));
	}
}

/* Two nearly equal histograms of 2^51: shares differ in the last digits, and the distances keep theirs. */
static void nearly_equal(void **state)
{
	uint64_t large = UINT64_C(700000000000000), p[] = {large, large}, q[] = {large + 1000, large - 1000};
	struct ehs_distances d = ehs_distances(p, q, 2, 1), same = ehs_distances(p, p, 2, 1);
	double e = 1000. / 700000000000000.;

	(void)state;
	assert_true(near(d.tvd, e / 2, 1e-15) && near(d.psi, 2 * e * (e / 2), 1e-11));
	assert_true(near(d.kl, e * e / 2, 1e-9) && near(d.js_nats, e * e / 8, 1e-9));
	assert_true(same.kl == 0 && same.js_nats == 0 && same.psi == 0 && same.hellinger == 0 && same.w1 == 0);
	assert_true(same.gate.stat == 0 && same.gate.p == 1);
}

static void edges(void **state)
{
	uint64_t p[] = {5, 0, 0}, q[] = {0, 0, 7}, none[] = {0, 0, 0},
		 huge[] = {UINT64_C(1) << 51, UINT64_C(1) << 51, 0};
	struct ehs_distances d = ehs_distances(p, q, 3, 1);

	(void)state;
	assert_true(isinf(d.kl) && isinf(d.psi) && d.js_bits == 1 && d.tvd == 1 && d.hellinger == 1 && d.w1 == 2);
	assert_true(isfinite(d.psi_jeffreys) && d.gate.df == 1 && d.gate.p < .01);
	assert_int_equal(ehs_distances(p, none, 3, 1).status, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_distances(p, none, 3, 1).tvd));
	assert_int_equal(ehs_distances(p, q, 3, 0).status, EHS_INVALID);
	assert_int_equal(ehs_distances(p, q, 3, NAN).status, EHS_INVALID);
	assert_int_equal(ehs_distances(p, huge, 3, 1).status, EHS_OVERFLOW);
	assert_int_equal(ehs_distances(p, p, 1, 1).gate.status, EHS_DEGENERATE);
	assert_int_equal(ehs_distances(p, q, 0, 1).status, EHS_EMPTY_GROUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formulas),
		cmocka_unit_test(nearly_equal),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
