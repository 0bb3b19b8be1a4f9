/*
 * distance_correlation_test.c - against centered distance matrices in long double, and the generator it shuffles by.
 */
#include "samples.h"

#include <string.h>

#include "stats/distance_correlation.h"

#define N 30

static void center(long double d[N][N], size_t n)
{
	long double row[N] = {0}, all = 0, size = (long double)n;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			row[i] += d[i][j] / size;
			all += d[i][j] / size / size;
		}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			d[i][j] += all - row[i] - row[j];
}

static double by_matrices(const struct ehs_pair *at, size_t n)
{
	static long double x[N][N], y[N][N];
	long double xx = 0, yy = 0, xy = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			x[i][j] = (long double)llabs(at[i].x - at[j].x);
			y[i][j] = (long double)llabs(at[i].y - at[j].y);
		}
	center(x, n);
	center(y, n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			xx += x[i][j] * x[i][j];
			yy += y[i][j] * y[i][j];
			xy += x[i][j] * y[i][j];
		}
	return (double)sqrtl(xy / sqrtl(xx * yy));
}

static void matrices(void **state)
{
	int64_t scratch[2 * N];

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct ehs_pair pairs[N], again[N];
		size_t n = 2 + draw(N - 2);

		for (size_t i = 0; i < n; i++) {
			int64_t x = (int64_t)draw(100) - 50;

			pairs[i] = (struct ehs_pair){1000000000 + x, round % 2 ? x * x : (int64_t)draw(30)};
			again[n - 1 - i] =
				(struct ehs_pair){pairs[i].x - 7, pairs[i].y * 1}; /* from the back, and moved */
		}
		double want = by_matrices(pairs, n);
		struct ehs_result r = ehs_distance_correlation(pairs, n, 0, NULL, scratch);
		if (r.status == EHS_ZERO_VARIANCE)
			continue;
		assert_true(near(r.est, want, 1e-12) && isnan(r.p) && r.flags == 0);
		assert_true(ehs_distance_correlation(again, n, 0, NULL, scratch).est == r.est);
	}
}

/* A parabola has r = 0 and is seen; noise is not. */
static void permutations(void **state)
{
	struct ehs_pair bent[N], noise[N], copy[N], straight[N];
	struct ehs_random random = {42}, same = {42};
	int64_t scratch[2 * N];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		int64_t x = (int64_t)i - N / 2;

		bent[i] = (struct ehs_pair){x, x * x};
		noise[i] = (struct ehs_pair){x, (int64_t)draw(1000)};
		straight[i] = (struct ehs_pair){x, 3 * x};
	}
	memcpy(copy, bent, sizeof bent);
	struct ehs_result r = ehs_distance_correlation(bent, N, 199, &random, scratch);
	assert_true(r.est > .4 && r.p <= .02);
	assert_true(ehs_distance_correlation(copy, N, 199, &same, scratch).p == r.p && same.state == random.state);
	r = ehs_distance_correlation(straight, N, 199, &random, scratch);
	assert_true(near(r.est, 1, 1e-15) && r.p == 1. / 200);
	r = ehs_distance_correlation(noise, N, 199, &random, scratch);
	assert_true(r.p > .02 && r.p <= 1);
}

/* The first numbers of splitmix64 from seed 0 are published; unrefused, half of those below 3 2^62 would be of 3. */
static void generator(void **state)
{
	struct ehs_random random = {0};
	unsigned seen[7] = {0}, of_three = 0;

	(void)state;
	assert_true(ehs_random_below(&random, UINT64_C(1) << 32) == UINT64_C(0xe220a8397b1dcdaf) >> 32);
	assert_true(ehs_random_below(&random, UINT64_C(1) << 32) == UINT64_C(0x6e789e6aa1b965f4) >> 32);
	for (int i = 0; i < 7000; i++)
		seen[ehs_random_below(&random, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 850, 1150);
	for (int i = 0; i < 3000; i++)
		of_three += ehs_random_below(&random, UINT64_C(3) << 62) % 3 == 0;
	assert_in_range(of_three, 900, 1100);
	assert_true(ehs_random_below(&random, 1) == 0);
}

/* Of 20,000 that come by, each tenth has about 200 of the 2,000 places. */
static void reservoir(void **state)
{
	static struct ehs_pair held[EHS_RESERVOIR_MAX];
	struct ehs_reservoir r = {0, 0, held};
	struct ehs_random random = {7};
	unsigned tenth[10] = {0};

	(void)state;
	for (int64_t i = 0; i < 20000; i++) {
		ehs_reservoir_take(&r, (struct ehs_pair){i, -i}, &random);
		assert_true(r.held == (size_t)(i < EHS_RESERVOIR_MAX ? i + 1 : EHS_RESERVOIR_MAX));
	}
	for (size_t i = 0; i < r.held; i++)
		tenth[held[i].x / 2000]++;
	for (int i = 0; i < 10; i++)
		assert_in_range(tenth[i], 150, 250);
	assert_int_equal(r.seen, 20000);
}

/* The largest sums: 2,000 pairs, half of them 2^46 away from the others. */
static void the_largest(void **state)
{
	static struct ehs_pair pairs[EHS_RESERVOIR_MAX];
	static int64_t scratch[2 * EHS_RESERVOIR_MAX];

	(void)state;
	for (size_t i = 0; i < EHS_RESERVOIR_MAX; i++)
		pairs[i].x = pairs[i].y = i % 2 ? -(INT64_C(1) << 45) : INT64_C(1) << 45;
	struct ehs_result r = ehs_distance_correlation(pairs, EHS_RESERVOIR_MAX, 0, NULL, scratch);
	assert_true(near(r.est, 1, 1e-15) && r.flags == EHS_FLAG_BINNED);
}

static void edges(void **state)
{
	struct ehs_pair pairs[] = {{INT64_MIN, 0}, {INT64_MAX, 1}, {0, 0}}, flat[] = {{1, 5}, {2, 5}, {3, 5}};
	int64_t scratch[6];

	(void)state;
	assert_int_equal(ehs_distance_correlation(pairs, 0, 0, NULL, scratch).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_distance_correlation(pairs, EHS_RESERVOIR_MAX + 1, 0, NULL, scratch).status, EHS_INVALID);
	assert_int_equal(ehs_distance_correlation(flat, 3, 0, NULL, scratch).status, EHS_ZERO_VARIANCE);
	assert_int_equal(ehs_distance_correlation(flat, 1, 0, NULL, scratch).status, EHS_ZERO_VARIANCE);
	struct ehs_result r = ehs_distance_correlation(pairs, 3, 0, NULL, scratch);
	assert_true(r.flags == EHS_FLAG_BINNED && r.status == EHS_OK && r.est > 0 && r.est <= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matrices),  cmocka_unit_test(permutations), cmocka_unit_test(generator),
		cmocka_unit_test(reservoir), cmocka_unit_test(edges),        cmocka_unit_test(the_largest),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
