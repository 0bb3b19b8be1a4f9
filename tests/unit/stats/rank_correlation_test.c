/*
 * rank_correlation_test.c - Spearman and Kendall from groups, pairs and tables, which must all say the same, against
 * all pairs looked at one by one.
 */
#include "samples.h"

#include <string.h>

#include "stats/association.h"
#include "stats/correlation.h"

#define N 40
#define LEVELS 6

static int sign(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

struct plain {
	double rho, tau, z;
};

/* tau-b from all pairs, rho as Pearson's r of ranks counted one by one, z from the ties by Kendall's formula. */
static struct plain one_by_one(const struct ehs_pair *at, size_t n)
{
	long double agree = 0, untied_x = 0, untied_y = 0, xx = 0, yy = 0, xy = 0, v[7] = {0}, size = (long double)n;

	for (size_t i = 0; i < n; i++) {
		long double rank_x = 0, rank_y = 0, t = 0, u = 0;

		for (size_t j = 0; j < n; j++) {
			int x = sign(at[i].x, at[j].x), y = sign(at[i].y, at[j].y);

			agree += j < i ? x * y : 0;
			untied_x += j < i && x != 0;
			untied_y += j < i && y != 0;
			rank_x += x / 2.L;
			rank_y += y / 2.L;
			t += x == 0;
			u += y == 0;
		}
		xx += rank_x * rank_x;
		yy += rank_y * rank_y;
		xy += rank_x * rank_y;
		/* each of t equal values adds its share of t (t - 1)(...) */
		v[0] += (t - 1) * (2 * t + 5);
		v[1] += (u - 1) * (2 * u + 5);
		v[2] += t - 1;
		v[3] += u - 1;
		v[4] += (t - 1) * (t - 2);
		v[5] += (u - 1) * (u - 2);
	}
	v[6] = (size * (size - 1) * (2 * size + 5) - v[0] - v[1]) / 18 + v[2] * v[3] / (2 * size * (size - 1));
	v[6] += n > 2 ? v[4] * v[5] / (9 * size * (size - 1) * (size - 2)) : 0;
	return (struct plain){(double)(xy / sqrtl(xx * yy)), (double)(agree / sqrtl(untied_x * untied_y)),
	                      (double)(agree / sqrtl(v[6]))};
}

static void same_bits(struct ehs_result a, struct ehs_result b)
{
	assert_true(memcmp(&a.est, &b.est, sizeof a.est) == 0 && memcmp(&a.stat, &b.stat, sizeof a.stat) == 0);
	assert_true(memcmp(&a.p, &b.p, sizeof a.p) == 0 && a.n[0] == b.n[0] && a.status == b.status);
}

static void check(const struct ehs_pair *pairs, size_t n, struct ehs_result rho, struct ehs_result tau)
{
	struct plain want = one_by_one(pairs, n);

	if (rho.status == EHS_ZERO_VARIANCE) {
		assert_true(isnan(want.rho) && tau.status == EHS_ZERO_VARIANCE && isnan(tau.est) && isnan(rho.p));
		return;
	}
	assert_true(near(rho.est, want.rho, 1e-14) || fabs(want.rho) < 1e-15);
	assert_true((near(tau.est, want.tau, 1e-14) && near(tau.stat, want.z, 1e-14)) || fabs(want.tau) < 1e-15);
	assert_true(fabs(rho.est) <= 1 && fabs(tau.est) <= 1);
	assert_true(rho.status == EHS_LOW_N || (rho.est > 0) == (rho.stat > 0));
}

static void three_ways(void **state)
{
	struct ehs_pair pairs[N], work[N], scratch[N];
	int64_t keys[LEVELS] = {0, 1, 2, 3, 4, 5};

	(void)state;
	for (int round = 0; round < 400; round++) {
		uint64_t table[LEVELS * LEVELS] = {0}, groups[2][LEVELS] = {{0}};
		size_t n = 2 + draw(N - 1), rows = 2 + (round % 2 ? 0 : draw(LEVELS - 1));

		for (size_t i = 0; i < n; i++) {
			size_t x = draw(rows), y = draw(LEVELS);

			pairs[i] = (struct ehs_pair){(int64_t)x * 7 - 1000000000, (int64_t)y * 1000003};
			table[x * LEVELS + y]++;
			groups[x == 0][y]++;
		}
		memcpy(work, pairs, sizeof pairs);
		struct ehs_result rho = ehs_spearman(work, n, scratch);
		memcpy(work, pairs, sizeof pairs);
		struct ehs_result tau = ehs_kendall(work, n, scratch);
		check(pairs, n, rho, tau);
		same_bits(rho, ehs_spearman_table(table, rows, LEVELS));
		same_bits(tau, ehs_kendall_table(table, rows, LEVELS));
		struct ehs_histogram high = {keys, groups[0], LEVELS}, low = {keys, groups[1], LEVELS};
		if (rows == 2 && ehs_kendall_groups(high, low).status != EHS_EMPTY_GROUP) {
			same_bits(rho, ehs_spearman_groups(high, low));
			same_bits(tau, ehs_kendall_groups(high, low));
		}
	}
}

/* Any order of the rows gives the same bits; turning one variable round turns the sign. */
static void order_and_direction(void **state)
{
	struct ehs_pair pairs[N], work[N], scratch[N];

	(void)state;
	for (size_t i = 0; i < N; i++)
		pairs[i] = (struct ehs_pair){(int64_t)draw(12), (int64_t)draw(12)};
	memcpy(work, pairs, sizeof pairs);
	struct ehs_result rho = ehs_spearman(work, N, scratch), tau;
	memcpy(work, pairs, sizeof pairs);
	tau = ehs_kendall(work, N, scratch);
	for (int round = 0; round < 20; round++) {
		for (size_t i = N; i > 1; i--) {
			size_t j = draw(i);
			struct ehs_pair kept = pairs[j];

			pairs[j] = pairs[i - 1];
			pairs[i - 1] = kept;
		}
		memcpy(work, pairs, sizeof pairs);
		same_bits(rho, ehs_spearman(work, N, scratch));
		memcpy(work, pairs, sizeof pairs);
		same_bits(tau, ehs_kendall(work, N, scratch));
	}
	for (size_t i = 0; i < N; i++)
		pairs[i].y = -pairs[i].y;
	memcpy(work, pairs, sizeof pairs);
	assert_true(ehs_spearman(work, N, scratch).est == -rho.est && ehs_kendall(pairs, N, scratch).est == -tau.est);
}

static void edges(void **state)
{
	struct ehs_pair pairs[] = {{1, 10}, {2, 20}, {3, 30}, {4, 40}}, scratch[4];
	int64_t key[] = {1, 2};
	uint64_t count[] = {UINT64_C(1) << 31, UINT64_C(1) << 31}, more[] = {UINT64_C(1) << 32, UINT64_C(1) << 32};
	uint64_t table[] = {UINT64_C(1) << 33, 1, 0, 0};
	struct ehs_histogram both = {key, count, 2}, none = {key, count, 0}, low = {key, count, 1};

	(void)state;
	struct ehs_result rho = ehs_spearman(pairs, 4, scratch);
	assert_true(rho.status == EHS_DEGENERATE && rho.est == 1 && rho.p == 0 && isinf(rho.stat));
	assert_true(ehs_kendall(pairs, 4, scratch).est == 1 && ehs_kendall(pairs, 4, scratch).p > 0);
	assert_int_equal(ehs_spearman(pairs, 2, scratch).status, EHS_LOW_N);
	assert_int_equal(ehs_spearman(pairs, 1, scratch).status, EHS_ZERO_VARIANCE);
	assert_int_equal(ehs_kendall(pairs, 0, scratch).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_spearman_groups(both, none).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_kendall_groups(low, low).status, EHS_ZERO_VARIANCE);
	assert_int_equal(ehs_kendall_table(table, 2, 2).status, EHS_INVALID); /* more than 2^33 */
	assert_int_equal(ehs_spearman_table(table, EHS_LEVELS_MAX + 1, 1).status, EHS_INVALID);
	assert_int_equal(ehs_spearman_table(table, 0, 0).status, EHS_EMPTY_GROUP);
	/* billions: the products of ranks need 100 bits */
	struct ehs_result r = ehs_spearman_groups((struct ehs_histogram){key + 1, more, 1}, both);
	assert_true(near(r.est, sqrt(1. / 3), 1e-15) && r.p == 0); /* phi of the table 4, 0, 2, 2 */
	assert_true(isfinite(r.log10_p) && r.log10_p < -1e8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_ways),
		cmocka_unit_test(order_and_direction),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
