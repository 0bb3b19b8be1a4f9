/*
 * rank_exact_test.c - the exact law of U against every order of small samples.
 */
#include "samples.h"

static ehs_uint128 scratch[EHS_RANK_EXACT_MAX * EHS_RANK_EXACT_MAX + 1];
#define ROOM (sizeof scratch / sizeof *scratch)

/* The values 0, 1, 2, ...: those in `subset` are the first group's. */
static struct ehs_result deal(unsigned subset, size_t all)
{
	static int64_t key[2][32];
	static uint64_t one[32];
	size_t n[2] = {0, 0};

	for (size_t i = 0; i < all; i++) {
		size_t group = (subset >> i & 1) == 0;

		key[group][n[group]++] = (int64_t)i;
		one[i] = 1;
	}
	return ehs_mann_whitney_exact((struct ehs_histogram){key[0], one, n[0]},
	                              (struct ehs_histogram){key[1], one, n[1]}, scratch, ROOM);
}

static size_t u_of(unsigned subset, size_t all)
{
	size_t u = 0, below = 0;

	for (size_t i = 0; i < all; i++) {
		u += subset >> i & 1 ? below : 0;
		below += (subset >> i & 1) == 0;
	}
	return u;
}

static void every_order(void **state)
{
	(void)state;
	for (size_t all = 2; all <= 9; all++)
		for (unsigned subset = 1; subset + 1 < 1U << all; subset++) {
			int n = __builtin_popcount(subset);
			size_t u = u_of(subset, all), far = (size_t)n * (all - (size_t)n) - u;
			unsigned ways = 0, tail = 0;

			for (unsigned other = 0; other < 1U << all; other++) {
				if (__builtin_popcount(other) != n)
					continue;
				ways++;
				tail += u_of(other, all) <= (u < far ? u : far);
			}
			struct ehs_result r = deal(subset, all);
			assert_true(r.status == EHS_OK && r.flags == 0 && r.stat == (double)u);
			assert_true(near(r.p, fmin(1, 2. * tail / ways), 1e-15));
		}
}

/* 50 against 50 apart: 2 of (100 choose 50). */
static void the_largest(void **state)
{
	static int64_t low[50], high[50];
	static uint64_t one[50];

	(void)state;
	for (int i = 0; i < 50; i++) {
		low[i] = i;
		high[i] = 100 + i;
		one[i] = 1;
	}
	struct ehs_histogram a = {low, one, 50}, b = {high, one, 50};
	struct ehs_result r = ehs_mann_whitney_exact(a, b, scratch, ROOM);
	assert_true(near(r.p, 2 / 1.0089134454556419e29, 1e-14) && r.stat == 0 && r.est == 0);
	assert_true(ehs_mann_whitney_exact(b, a, scratch, ROOM).p == r.p);
	assert_true(ehs_mann_whitney_exact(a, b, scratch, ROOM - 1).flags & EHS_FLAG_APPROXIMATE);
	assert_int_equal(ehs_mann_whitney_scratch(50, 51), 0);
}

static void with_ties(void **state)
{
	struct sample a, b;
	struct ehs_histogram none = {NULL, NULL, 0};

	(void)state;
	draw_sample(&a, 20, 0, 5);
	draw_sample(&b, 20, 0, 5);
	struct ehs_result r = ehs_mann_whitney_exact(a.h, b.h, scratch, ROOM);
	assert_string_equal(r.method, "mann_whitney_normal");
	assert_true(r.flags == (EHS_FLAG_APPROXIMATE | EHS_FLAG_CONTINUITY));
	assert_true(r.p == ehs_mann_whitney(a.h, b.h, 1).p_corrected);
	assert_int_equal(ehs_mann_whitney_exact(a.h, none, scratch, ROOM).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_mann_whitney_exact(a.h, (struct ehs_histogram){a.key, a.count, 0}, scratch, 0).status,
	                 EHS_EMPTY_GROUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order),
		cmocka_unit_test(the_largest),
		cmocka_unit_test(with_ties),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
