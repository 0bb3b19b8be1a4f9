/*
 * kruskal_test.c - k groups by rank against ranks looked up one by one, and two groups against Mann-Whitney.
 */
#include "samples.h"

#define GROUPS 5

/* A value's mean rank among all. */
static long double rank_of(int64_t value, const struct sample *s, size_t k)
{
	long double below = 0, same = 0;

	for (size_t g = 0; g < k; g++)
		for (size_t i = 0; i < s[g].n; i++) {
			below += s[g].value[i] < value;
			same += s[g].value[i] == value;
		}
	return below + (same + 1) / 2;
}

/* H is (N - 1) times the share of the ranks' variance that lies between the groups. */
static double plain(const struct sample *s, size_t k)
{
	long double n = 0, between = 0, all = 0;

	for (size_t g = 0; g < k; g++)
		n += (long double)s[g].n;
	for (size_t g = 0; g < k; g++) {
		long double sum = 0;

		for (size_t i = 0; i < s[g].n; i++) {
			long double gap = rank_of(s[g].value[i], s, k) - (n + 1) / 2;

			sum += gap;
			all += gap * gap;
		}
		between += s[g].n > 0 ? sum * sum / (long double)s[g].n : 0;
	}
	return (double)((n - 1) * between / all);
}

static void ranks_one_by_one(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct sample s[GROUPS];
		struct ehs_histogram h[GROUPS];
		size_t k = 2 + draw(GROUPS - 1);

		for (size_t g = 0; g < k; g++) {
			draw_sample(&s[g], g < 2 ? 1 + draw(30) : draw(30), (int64_t)draw(3) - 1000000000, 20);
			h[g] = s[g].h;
		}
		struct ehs_result r = ehs_kruskal(h, k);
		if (r.status == EHS_ALL_TIED)
			continue;
		assert_int_equal(r.status, EHS_OK);
		assert_true(near(r.stat, plain(s, k), 1e-13) && r.df == (double)r.n[1] - 1);
		assert_true(r.est >= 0 && r.est <= 1 && r.p > 0 && r.p <= 1 && near(r.log10_p, log10(r.p), 1e-12));
		assert_int_equal((r.flags & EHS_FLAG_DROPPED_EMPTY) != 0, r.n[1] < k);
		if (k == 2) {
			double z = ehs_mann_whitney(h[0], h[1], EHS_Z95).z;

			assert_true(near(r.stat, z * z, 1e-13));
		}
	}
}

static void edges(void **state)
{
	static struct ehs_histogram many[EHS_GROUPS_MAX + 1];
	int64_t key[] = {1, 2};
	uint64_t count[] = {3, 4}, huge[] = {UINT64_C(1) << 31, UINT64_C(1) << 31};
	struct ehs_histogram one = {key, count, 1}, both = {key, count, 2}, none = {key, count, 0};
	struct ehs_histogram large = {key, huge, 2}, low = {key, huge, 1};

	(void)state;
	assert_int_equal(ehs_kruskal((struct ehs_histogram[]){one, one}, 2).status, EHS_ALL_TIED);
	assert_true(ehs_kruskal((struct ehs_histogram[]){one, one}, 2).p == 1);
	assert_int_equal(ehs_kruskal((struct ehs_histogram[]){none, both, none}, 3).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_kruskal(NULL, 0).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_kruskal(many, EHS_GROUPS_MAX + 1).status, EHS_INVALID);
	/* six thousand million: cubes of 98 bits, a p that has only a logarithm */
	struct ehs_result r = ehs_kruskal((struct ehs_histogram[]){large, low}, 2);
	assert_true(r.status == EHS_OK && r.p == 0 && isfinite(r.log10_p) && r.log10_p < -1e8);
	assert_true(near(r.est, .25, 1e-9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_one_by_one),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
