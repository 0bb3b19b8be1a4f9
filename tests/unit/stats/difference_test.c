/*
 * difference_test.c - risk differences and shortfalls, at their edges, at a billion, and as published.
 */
#include <math.h>
#include <stdbool.h>

#include "stats/difference.h"
#include "stats/proportion.h"

#include "tests/lib/test.h"

static struct ehs_2x2 table(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2)
{
	return (struct ehs_2x2){.prot = {n1, x1}, .ref = {n2, x2}};
}

static bool near(double a, double b, double tol)
{
	return a == b || fabs(a - b) <= tol * fabs(b);
}

/* Newcombe 1998, table II, example (a): 56/70 against 48/80. */
static void as_published(void **state)
{
	struct ehs_result newcombe = ehs_rd(table(56, 70, 48, 80), EHS_RD_NEWCOMBE, EHS_Z95);
	struct ehs_result mee = ehs_rd(table(56, 70, 48, 80), EHS_RD_MEE, EHS_Z95);
	struct ehs_result mn = ehs_rd(table(56, 70, 48, 80), EHS_RD_MN, EHS_Z95);
	struct ehs_result wald = ehs_rd(table(56, 70, 48, 80), EHS_RD_WALD, EHS_Z95);

	(void)state;
	assert_true(fabs(newcombe.lo - .0524) < 5e-5 && fabs(newcombe.hi - .3339) < 5e-5);
	assert_true(fabs(mee.lo - .0533) < 5e-5 && fabs(mee.hi - .3377) < 5e-5);
	assert_true(fabs(mn.lo - .0528) < 5e-5 && fabs(mn.hi - .3382) < 5e-5);
	assert_true(fabs(wald.lo - .0575) < 5e-5 && fabs(wald.hi - .3425) < 5e-5);
	assert_string_equal(mn.method, "miettinen_nurminen");
	assert_true(mn.n[0] == 70 && mn.n[1] == 80 && near(mn.conf, .95, 1e-15));
}

/* A limit is where the test of that difference has z = +-1.96, also at 0, 1, n - 1, n of a billion. */
static void limits_invert_the_test(void **state)
{
	static const uint64_t n = 1000000000;
	const uint64_t x[] = {0, 1, n / 3, n - 1, n}, small[] = {0, 2, 7};

	(void)state;
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 8; j++) {
			struct ehs_2x2 t = table(x[i], n, j < 5 ? x[j] : small[j - 5], j < 5 ? n : 7);

			for (enum ehs_rd_method m = EHS_RD_MN; m <= EHS_RD_MEE; m++) {
				struct ehs_result r = ehs_rd(t, m, EHS_Z95);

				assert_int_equal(r.status, EHS_OK);
				assert_true(r.lo <= r.est && r.est <= r.hi && r.lo >= -1 && r.hi <= 1 && r.lo < r.hi);
				if (r.lo > -1)
					assert_true(near(ehs_rd_score_test(t, r.lo, m).stat, EHS_Z95, 1e-6));
				if (r.hi < 1)
					assert_true(near(ehs_rd_score_test(t, r.hi, m).stat, -EHS_Z95, 1e-6));
			}
		}
	/* nobody of a billion against nobody of a billion: z^2/(n + z^2) on both sides, times the factor for N */
	struct ehs_result none = ehs_rd(table(0, n, 0, n), EHS_RD_MEE, EHS_Z95);
	double c = EHS_Z95 * EHS_Z95;
	assert_true(near(none.hi, c / ((double)n + c), 1e-11) && near(none.lo, -none.hi, 1e-13));
}

static void tests_at_nothing(void **state)
{
	struct ehs_2x2 t = table(375, 1000, 2000, 4000);
	double z = ehs_z_pooled(t).stat;

	(void)state;
	assert_true(near(ehs_rd_score_test(t, 0, EHS_RD_MEE).stat, z, 1e-12));
	assert_true(near(ehs_rd(t, EHS_RD_MN, EHS_Z95).stat, z * sqrt(4999 / 5000.), 1e-13));
	assert_true(near(ehs_rd(t, EHS_RD_MN, EHS_Z95).p, ehs_rd_score_test(t, 0, EHS_RD_MN).p, 1e-10));
	assert_int_equal(ehs_rd_score_test(t, 1, EHS_RD_MN).status, EHS_INVALID);
	assert_int_equal(ehs_rd_score_test(t, .1, EHS_RD_WALD).status, EHS_INVALID);
	assert_int_equal(ehs_rd(table(1, 0, 0, 1), EHS_RD_MN, EHS_Z95).status, EHS_INVALID);
	assert_int_equal(ehs_rd(table(0, 0, 0, 1), EHS_RD_MN, EHS_Z95).status, EHS_EMPTY_GROUP);
	struct ehs_result wald = ehs_rd(table(0, 10, 0, 12), EHS_RD_WALD, EHS_Z95);
	assert_true(wald.status == EHS_DEGENERATE && wald.lo == 0 && wald.hi == 0 && isnan(wald.p));
	wald = ehs_rd(table(400000, 1000000, 600000, 1000000), EHS_RD_WALD, EHS_Z95);
	assert_true(wald.p == 0 && wald.log10_p < -10000 &&
	            isfinite(wald.log10_p)); /* p underflows, log10 p does not */
}

static void shortfall_in_people(void **state)
{
	struct ehs_2x2 t = table(60, 200, 240, 400);
	struct ehs_result to_ref = ehs_shortfall(t, EHS_TO_REFERENCE_RATE, EHS_RD_MN, EHS_Z95);
	struct ehs_result pooled = ehs_shortfall(t, EHS_TO_POOLED_RATE, EHS_RD_NEWCOMBE, EHS_Z95);
	struct ehs_result d = ehs_rd(t, EHS_RD_MN, EHS_Z95);

	(void)state;
	assert_true(to_ref.est == 60 && near(to_ref.lo, -200 * d.hi, 1e-15) && near(to_ref.hi, -200 * d.lo, 1e-15));
	assert_true(pooled.est == 40 && pooled.lo < 40 && pooled.hi > 40 && to_ref.stat > 0 &&
	            pooled.p == d.p * 0 + pooled.p);
	/* the pooled shortfall is the gap of the hypergeometric law */
	struct ehs_expected e = ehs_expected_count(t);
	assert_true(near(e.expected - 60, pooled.est, 1e-14) && near(e.n_sd, -40 / e.sd, 1e-13));
	assert_true(near(e.n_sd, ehs_z_pooled(t).stat * sqrt(599 / 600.), 1e-13));
	assert_int_equal(ehs_expected_count(table(0, 3, 0, 4)).status, EHS_DEGENERATE);
	assert_true(ehs_expected_count(table(0, 3, 0, 4)).expected == 0 &&
	            isnan(ehs_expected_count(table(0, 3, 0, 4)).n_sd));
	assert_true(isnan(ehs_shortfall(table(0, 0, 1, 2), EHS_TO_REFERENCE_RATE, EHS_RD_MN, EHS_Z95).est));
}

/* Where a limit all but touches the estimate the search leaves some 1e-17, on the wrong side of it, too. */
static void limits_hold_the_estimate_to_the_last_bit(void **state)
{
	static const uint64_t size[] = {1, 2, 5, 1000000000, INT64_MAX};
	static const double z[] = {1e-9, .5, EHS_Z95, 6};

	(void)state;
	for (size_t i = 0; i < 5 * 5 * 4 * 9; i++) {
		uint64_t n1 = size[i % 5], n2 = size[i / 5 % 5];
		uint64_t x1[] = {0, n1, n1 / 2}, x2[] = {0, n2, n2 / 3};
		struct ehs_result r = ehs_rd(table(x1[i / 100 % 3], n1, x2[i / 300 % 3], n2),
		                             i & 1 ? EHS_RD_MN : EHS_RD_MEE, z[i / 25 % 4]);

		assert_int_equal(r.status, EHS_OK);
		assert_true(r.lo <= r.est && r.est <= r.hi);
	}
}

/* Counts that no product of two would fit are a defect of the caller, whatever the question. */
static void groups_beyond_2_to_the_63_are_refused(void **state)
{
	struct ehs_2x2 wide = table(UINT64_MAX, UINT64_MAX, 1, 2), wrong = table(UINT64_MAX, 1, UINT64_MAX, 0);

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(ehs_rd(wide, (enum ehs_rd_method)i, EHS_Z95).status, EHS_INVALID);
		assert_int_equal(ehs_rd(wrong, (enum ehs_rd_method)i, EHS_Z95).status, EHS_INVALID);
	}
	assert_int_equal(ehs_z_pooled(wide).status, EHS_INVALID);
	assert_int_equal(ehs_air_koopman(wide, EHS_Z95).status, EHS_INVALID);
	assert_true(isnan(ehs_shortfall(wrong, EHS_TO_POOLED_RATE, EHS_RD_MN, EHS_Z95).est));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_published),
		cmocka_unit_test(limits_invert_the_test),
		cmocka_unit_test(tests_at_nothing),
		cmocka_unit_test(shortfall_in_people),
		cmocka_unit_test(limits_hold_the_estimate_to_the_last_bit),
		cmocka_unit_test(groups_beyond_2_to_the_63_are_refused),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
