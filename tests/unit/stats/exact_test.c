/*
 * exact_test.c - Fisher's test against plain enumeration, and where it underflows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/exact.h"
#include "stats/proportion.h"

#define SMALL 14

static struct ehs_2x2 table(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2)
{
	return (struct ehs_2x2){.prot = {n1, x1}, .ref = {n2, x2}};
}

/* Whole numbers, exact up to n = 28. */
static double choose(uint64_t n, uint64_t k)
{
	uint64_t c = 1;

	if (k > n)
		return 0;
	for (uint64_t i = 1; i <= k; i++)
		c = c * (n - k + i) / i;
	return (double)c;
}

static void look(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2)
{
	uint64_t marked = x1 + x2;
	double all = choose(n1 + n2, marked), seen = choose(n1, x1) * choose(n2, x2);
	double p = 0, tied = 0, less = 0, greater = 0;
	struct ehs_exact e = ehs_fisher(table(x1, n1, x2, n2));

	for (uint64_t s = 0; s <= n1 && s <= marked; s++) {
		double w = choose(n1, s) * choose(n2, marked - s);

		p += w <= seen ? w : 0;
		tied += w == seen ? w : 0;
		less += s <= x1 ? w : 0;
		greater += s >= x1 ? w : 0;
	}
	assert_int_equal(e.status, EHS_OK);
	assert_true(e.p > 0 && e.p <= 1);
	assert_true(fabs(e.p * all - p) <= 2e-14 * p);
	assert_true(fabs(e.p_mid * all - (p - tied / 2)) <= 4e-14 * p);
	assert_true(fabs(e.p_less * all - less) <= 1e-13 * less);
	assert_true(fabs(e.p_greater * all - greater) <= 1e-13 * greater);
	assert_true(fabs(exp(ehs_hypergeometric_log_pmf(x1, marked, n1 + n2 - marked, n1)) * all / seen - 1) < 2e-14);
}

static void every_small_table(void **state)
{
	(void)state;
	for (uint64_t n1 = 1; n1 <= SMALL; n1++)
		for (uint64_t n2 = 1; n2 <= SMALL; n2++)
			for (uint64_t x1 = 0; x1 <= n1; x1++)
				for (uint64_t x2 = 0; x2 <= n2; x2++)
					look(x1, n1, x2, n2);
}

/* References: exact integers, then mpmath's logarithm at 60 digits. */
static void beyond_the_smallest_double(void **state)
{
	static const struct {
		uint64_t t[4];
		double log10_p;
	} far[] = {
		{{300, 1700, 1400, 600}, -287.83630679240196155},
		{{0, 1000, 1000, 1000}, -226.96865962069189676},
		{{1, 3999, 2500, 1500}, -1004.9295131923713335},
		{{700, 300, 300, 700}, -72.453360430388035178},
	};

	(void)state;
	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		const uint64_t *t = far[i].t;
		struct ehs_exact e = ehs_fisher(table(t[0], t[0] + t[1], t[2], t[2] + t[3]));

		assert_true(fabs(e.log10_p / far[i].log10_p - 1) < 1e-12);
		assert_true(e.p >= 0 && e.p < 1e-60);
	}
}

static void margins_and_groups(void **state)
{
	(void)state;
	assert_true(ehs_fisher(table(0, 5, 0, 7)).p == 1);
	assert_true(ehs_fisher(table(5, 5, 7, 7)).p == 1);
	assert_true(ehs_fisher(table(5, 5, 7, 7)).p_less == 1);
	assert_int_equal(ehs_fisher(table(0, 0, 3, 7)).status, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_fisher(table(0, 0, 3, 7)).p));
	assert_int_equal(ehs_fisher(table(8, 7, 3, 7)).status, EHS_INVALID);
	assert_true(isinf(ehs_hypergeometric_log_pmf(6, 5, 10, 8)));
}

/* Exchanging the groups, or favoured and refused, changes nothing but the side. */
static void symmetry_of_large_tables(void **state)
{
	static const struct ehs_2x2 large[] = {
		{{1000000, 499000}, {1000000, 500000}},
		{{1000000, 3}, {900000000, 9000}},
		{{40000000, 20003000}, {60000000, 30000000}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
		struct ehs_2x2 t = large[i];
		struct ehs_exact a = ehs_fisher(t), b = ehs_fisher((struct ehs_2x2){.prot = t.ref, .ref = t.prot});
		struct ehs_exact c = ehs_fisher(table(t.prot.n - t.prot.x, t.prot.n, t.ref.n - t.ref.x, t.ref.n));

		assert_true(fabs(a.p / b.p - 1) < 1e-11 && fabs(a.p / c.p - 1) < 1e-11);
		assert_true(fabs(a.p_less / b.p_greater - 1) < 1e-11 && fabs(a.p_less / c.p_greater - 1) < 1e-11);
		assert_true(fabs(pow(10, a.log10_p) / a.p - 1) < 1e-11);
	}
}

/* P, Q and their logarithms against plain sums of the pmf; also at the ends of the support and outside it. */
static void tails_of_the_law(void **state)
{
	(void)state;
	for (uint64_t m = 0; m <= 12; m += 3)
		for (uint64_t k = 0; k <= 12 + m; k++) {
			double sum = 0;

			for (uint64_t x = 0; x <= k; x++) {
				struct ehs_discrete d = ehs_hypergeometric(x, m, 12, k);

				sum += d.pmf;
				assert_true(fabs(d.lower.p - sum) < 1e-13 && fabs(d.lower.p + d.above.p - 1) < 1e-13);
				assert_true(isinf(d.above.log_p) || fabs(exp(d.above.log_p) - d.above.p) < 1e-14);
			}
			assert_true(fabs(sum - 1) < 1e-13);
		}
	assert_true(isnan(ehs_hypergeometric(1, 2, 3, 6).pmf));
	assert_true(fabs(ehs_hypergeometric(499500, 1000000, 1000000, 999000).lower.p - .5005641896540665) < 1e-12);
}

/* log10 of one-sided p far beyond the smallest double; mpmath at 60 digits. */
static void one_sided_logarithms(void **state)
{
	struct ehs_exact e = ehs_fisher(table(1, 4000, 2500, 4000)), turned = ehs_fisher(table(2500, 4000, 1, 4000));

	(void)state;
	assert_true(e.p_less == 0 && fabs(e.log10_less / -1005.23054318803531 - 1) < 1e-12 && e.p_greater == 1);
	assert_true(fabs(turned.log10_greater / e.log10_less - 1) < 1e-13 && turned.log10_less == 0);
	assert_true(e.log10_mid <= e.log10_p && e.log10_mid > e.log10_p - .31);
}

/* At 2e9 still by sums; at 2e15 by the normal law, which says so and agrees with the z test. */
static void beyond_all_sums(void **state)
{
	struct ehs_exact large = ehs_fisher(table(500000000, 1000000000, 500030000, 1000000000));
	struct ehs_2x2 t = table(500000000000000, 1000000000000000, 500000030000000, 1000000000000000);
	struct ehs_exact normal = ehs_fisher(t);
	double z = ehs_z_pooled(t).stat;

	(void)state;
	assert_true(large.flags == 0 && large.p > .17 && large.p < .19);
	assert_int_equal(normal.flags, EHS_FLAG_APPROXIMATE);
	assert_true(fabs(normal.p / ehs_p_of_z(z) - 1) < 1e-6 && fabs(normal.p_less / (normal.p / 2) - 1) < 1e-6);
	assert_true(fabs(normal.p_greater + normal.p_less - 1) < 1e-6);
	struct ehs_discrete d =
		ehs_hypergeometric(1000000000000000, 2000000000000000, 2000000000000000, 2000000000000000);
	assert_true(fabs(d.lower.p + d.above.p - 1) < 1e-14 && fabs(d.lower.p - .5) < 1e-6);
	assert_int_equal(ehs_fisher(table(1, 1ULL << 63, 1, 2)).status, EHS_INVALID);
	assert_int_equal(ehs_fisher(table(1000000000, 1000000000, 999999999, 1000000000)).status, EHS_OK);
	assert_true(ehs_fisher(table(1000000000, 1000000000, 999999999, 1000000000)).p == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_small_table),  cmocka_unit_test(beyond_the_smallest_double),
		cmocka_unit_test(margins_and_groups), cmocka_unit_test(symmetry_of_large_tables),
		cmocka_unit_test(tails_of_the_law),   cmocka_unit_test(one_sided_logarithms),
		cmocka_unit_test(beyond_all_sums),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
