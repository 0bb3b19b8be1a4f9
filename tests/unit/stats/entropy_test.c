/*
 * entropy_test.c - is inequality what its formula says, and does it part exactly into between and within?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/entropy.h"

#define PEOPLE 60
#define GROUPS 4

static uint64_t seed = 3;

static uint64_t below(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

static long double theil_of(const long double *b, size_t n, long double mu)
{
	long double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += b[i] > 0 ? b[i] / mu * logl(b[i] / mu) : 0;
	return sum / (long double)n;
}

static long double ge2_of(const long double *b, size_t n, long double mu)
{
	long double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += b[i] / mu * (b[i] / mu) - 1;
	return sum / (2 * (long double)n);
}

/* The printed formulas in long double, for all and for the means of the groups. */
static void the_printed_formula(void **state)
{
	(void)state;
	for (int round = 0; round < 400; round++) {
		size_t n = 1 + below(PEOPLE);
		struct ehs_benefit cells[PEOPLE];
		struct ehs_benefit_group work[GROUPS];
		long double b[PEOPLE], means[PEOPLE], sum = 0, group_sum[GROUPS] = {0}, group_n[GROUPS] = {0};

		for (size_t i = 0; i < n; i++) {
			cells[i] = (struct ehs_benefit){round % 2 ? (double)below(3) : 100 + (double)below(7) / 8, 1,
			                                below(GROUPS)};
			b[i] = cells[i].benefit;
			sum += b[i];
			group_sum[cells[i].group] += b[i];
			group_n[cells[i].group] += 1;
		}
		struct ehs_entropy e = ehs_generalized_entropy(cells, n, work, GROUPS);
		if (sum == 0) {
			assert_true(e.status == EHS_UNDEFINED && isnan(e.ge2));
			continue;
		}
		for (size_t i = 0; i < n; i++)
			means[i] = group_sum[cells[i].group] / group_n[cells[i].group];
		long double mu = sum / (long double)n;
		assert_true(fabsl(e.ge2 - ge2_of(b, n, mu)) < 1e-13L && fabsl(e.theil - theil_of(b, n, mu)) < 1e-13L);
		assert_true(fabsl(e.between_ge2 - ge2_of(means, n, mu)) < 1e-13L);
		assert_true(fabsl(e.between_theil - theil_of(means, n, mu)) < 1e-13L);
		assert_true(fabs(e.between_ge2 + e.within_ge2 - e.ge2) <= 1e-13 * (1 + e.ge2));
		assert_true(fabs(e.between_theil + e.within_theil - e.theil) <= 1e-13 * (1 + e.theil));
		assert_true(e.ge2 >= 0 && e.theil >= 0 && e.within_theil >= 0 && e.theil <= log((double)n) + 1e-12);
	}
}

/* Cells that count people are those people; the scale of the benefit means nothing. */
static void cells_are_people(void **state)
{
	const struct ehs_benefit few[] = {{1, 3, 0}, {2, 1, 0}, {0, 2, 1}, {5, 0, 1}, {1, 4, 1}};
	struct ehs_benefit rows[10];
	struct ehs_benefit_group work[2];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (uint64_t k = 0; k < few[i].count; k++)
			rows[n++] = (struct ehs_benefit){1e9 * few[i].benefit, 1, few[i].group};
	struct ehs_entropy a = ehs_generalized_entropy(few, 5, work, 2), b = ehs_generalized_entropy(rows, n, work, 2);
	assert_true(n == 10 && a.n == 10 && b.n == 10);
	assert_true(fabs(a.ge2 - b.ge2) < 1e-15 && fabs(a.theil - b.theil) < 1e-15 &&
	            fabs(a.within_theil - b.within_theil) < 1e-15);
	const struct ehs_benefit one_rich[] = {{0, 999, 0}, {7, 1, 1}};
	a = ehs_generalized_entropy(one_rich, 2, work, 2);
	assert_true(fabs(a.theil - log(1000)) < 1e-12 && fabs(a.ge2 - 499.5) < 1e-10 && fabs(a.within_ge2) < 1e-10);
}

static void from_sums(void **state)
{
	const struct ehs_benefit rows[] = {{1, 1, 0}, {4, 1, 0}, {2, 1, 1}, {9, 1, 1}, {9, 1, 1}, {3, 1, 2}};
	struct ehs_benefit_group work[3];
	struct ehs_moments m[4] = {0};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		int64_t q = (int64_t)rows[i].benefit * 1000;

		m[rows[i].group].n++;
		m[rows[i].group].sum += q;
		m[rows[i].group].sum_sq += (ehs_int128)q * q;
	}
	struct ehs_entropy a = ehs_generalized_entropy(rows, 6, work, 3), b = ehs_generalized_entropy_of_moments(m, 4);
	assert_true(fabs(a.ge2 - b.ge2) < 1e-15 && fabs(a.between_ge2 - b.between_ge2) < 1e-15 && isnan(b.theil) &&
	            b.n == 6);
	/* a fortune with small differences: nothing cancels */
	struct ehs_moments far = {2, 0, 0};
	int64_t x = INT64_C(100000000000000), y = x + 2;
	far.sum = (ehs_int128)x + y;
	far.sum_sq = (ehs_int128)x * x + (ehs_int128)y * y;
	b = ehs_generalized_entropy_of_moments(&far, 1);
	assert_true(fabs(b.ge2 / (.5 / ((double)(x + 1) * (double)(x + 1))) - 1) < 1e-14);
}

static void refused(void **state)
{
	struct ehs_benefit c[] = {{0, 5, 0}, {0, 3, 1}};
	struct ehs_benefit_group work[2];
	struct ehs_moments m = {0, 0, 0};

	(void)state;
	assert_true(ehs_generalized_entropy(c, 2, work, 2).status == EHS_UNDEFINED);
	assert_true(ehs_generalized_entropy(c, 0, work, 2).status == EHS_EMPTY_GROUP);
	assert_true(ehs_generalized_entropy(c, 2, work, 1).status == EHS_INVALID);
	c[1] = (struct ehs_benefit){-1, 1, 0};
	assert_true(ehs_generalized_entropy(c, 2, work, 2).status == EHS_INVALID);
	c[1] = (struct ehs_benefit){1, UINT64_MAX, 0};
	assert_true(ehs_generalized_entropy(c, 2, work, 2).status == EHS_OVERFLOW);
	assert_true(ehs_generalized_entropy_of_moments(&m, 1).status == EHS_EMPTY_GROUP);
}

/* The indices know no unit: from 1e-300 to 1e300 the same bits but for the powers of ten themselves. */
static void any_unit(void **state)
{
	(void)state;
	for (int power = -300; power <= 300; power += 60) {
		double one = pow(10, power);
		const struct ehs_benefit cells[] = {{one, 3, 0}, {2 * one, 5, 1}, {0, 0, 1}, {4 * one, 1, 0}};
		const struct ehs_benefit plain[] = {{1, 3, 0}, {2, 5, 1}, {0, 0, 1}, {4, 1, 0}};
		struct ehs_benefit_group groups[2];
		struct ehs_entropy e = ehs_generalized_entropy(cells, 4, groups, 2);
		struct ehs_entropy f = ehs_generalized_entropy(plain, 4, groups, 2);

		assert_int_equal(e.status, EHS_OK);
		assert_true(fabs(e.ge2 / f.ge2 - 1) < 1e-13 && fabs(e.theil / f.theil - 1) < 1e-13);
		assert_true(fabs(e.mean / one / f.mean - 1) < 1e-13 && fabs(e.within_ge2 / f.within_ge2 - 1) < 1e-13);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_printed_formula),
		cmocka_unit_test(cells_are_people),
		cmocka_unit_test(from_sums),
		cmocka_unit_test(refused),
		cmocka_unit_test(any_unit),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
