/*
 * ks_test.c - the largest gap of two distributions, and both its laws, against every way of dealing the values out.
 */
#include "samples.h"

#include "stats/ks.h"

static double scratch[200000];

static double share_up_to(const int64_t *value, size_t n, int64_t line)
{
	size_t below = 0;

	for (size_t i = 0; i < n; i++)
		below += value[i] <= line;
	return (double)below / (double)n;
}

static double plain_gap(const int64_t *a, size_t n, const int64_t *b, size_t m)
{
	double gap = 0;

	for (size_t i = 0; i < n; i++)
		gap = fmax(gap, fabs(share_up_to(a, n, a[i]) - share_up_to(b, m, a[i])));
	for (size_t i = 0; i < m; i++)
		gap = fmax(gap, fabs(share_up_to(a, n, b[i]) - share_up_to(b, m, b[i])));
	return gap;
}

/* The share of all subsets of the pooled values, as the first group, whose gap is as large. */
static double enumerated(const struct sample *a, const struct sample *b)
{
	double gap = plain_gap(a->value, a->n, b->value, b->n);
	size_t all = a->n + b->n;
	unsigned as_large = 0, ways = 0;

	for (unsigned subset = 0; subset < 1U << all; subset++) {
		int64_t first[16], second[16];
		size_t n = 0, m = 0;

		if ((size_t)__builtin_popcount(subset) != a->n)
			continue;
		for (size_t i = 0; i < all; i++) {
			int64_t value = i < a->n ? a->value[i] : b->value[i - a->n];

			if (subset >> i & 1)
				first[n++] = value;
			else
				second[m++] = value;
		}
		ways++;
		as_large += plain_gap(first, n, second, m) > gap - 1e-9;
	}
	return (double)as_large / ways;
}

static void every_deal(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct sample a, b;

		draw_sample(&a, 1 + draw(5), -3, 2 + draw(8));
		draw_sample(&b, 1 + draw(5), -3, 2 + draw(8));
		struct ehs_result r = ehs_ks_exact(a.h, b.h, scratch, 200000);
		assert_true(near(r.est, plain_gap(a.value, a.n, b.value, b.n), 1e-15));
		assert_true(near(r.p, enumerated(&a, &b), 1e-13) && near(r.log10_p, log10(r.p), 1e-12));
		assert_string_equal(r.method, "ks_exact");
		assert_true(r.p == ehs_ks_exact(b.h, a.h, scratch, 200000).p && r.est == ehs_ks(a.h, b.h).est);
	}
}

/* Two samples apart: only 2 of all orders are as extreme, also where that is 1e-599. */
static void down_to_a_tiny_p(void **state)
{
	static int64_t low[1000], high[1000];
	static uint64_t one[1000];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		low[i] = i;
		high[i] = 5000 + i;
		one[i] = 1;
	}
	for (size_t n = 1; n <= 1000; n = n < 10 ? n + 1 : n * 10) {
		struct ehs_result r = ehs_ks_exact((struct ehs_histogram){low, one, n},
		                                   (struct ehs_histogram){high, one, n}, scratch, 200000);
		double orders = lgamma(2 * (double)n + 1) - 2 * lgamma((double)n + 1);

		assert_true(r.est == 1 && near(r.log10_p, (log(2) - orders) / log(10), 1e-12));
		assert_true(n > 100 || near(r.p, 2 * exp(-orders), 1e-11));
	}
}

/* Both series at their meeting point, P(K >= lambda) of Smirnov's table, and far out. */
static void limit_law(void **state)
{
	double log10_q;

	(void)state;
	assert_true(near(ehs_kolmogorov_q(nextafter(.6, 0), NULL), ehs_kolmogorov_q(.6, NULL), 1e-14));
	assert_true(near(ehs_kolmogorov_q(1, NULL), 0.26999967167735456, 1e-15));
	assert_true(near(ehs_kolmogorov_q(sqrt(16. / 21), NULL), 0.43125563362205696, 1e-15));
	assert_true(near(ehs_kolmogorov_q(.3, NULL), 0.99999069419866543, 1e-15));
	assert_true(ehs_kolmogorov_q(0, &log10_q) == 1 && log10_q == 0 && ehs_kolmogorov_q(.01, NULL) == 1);
	assert_true(ehs_kolmogorov_q(40, &log10_q) == 0 && near(log10_q, log10(2) - 3200 * log10(M_E), 1e-14));
	assert_true(isnan(ehs_kolmogorov_q(NAN, NULL)));
	double last = 1;
	for (double lambda = .05; lambda < 6; lambda += .01) {
		double q = ehs_kolmogorov_q(lambda, NULL);

		assert_true(q <= last && q > 0);
		last = q;
	}
}

static void edges(void **state)
{
	struct sample a, b;
	int64_t key[] = {2, 1};
	uint64_t count[] = {1, 1}, huge[] = {(UINT64_C(1) << 33) - 1, 1}, too_many[] = {UINT64_C(1) << 33, 1};
	struct ehs_histogram falling = {key, count, 2}, none = {key, count, 0};

	(void)state;
	draw_sample(&a, 40, 0, 9);
	draw_sample(&b, 40, 0, 9);
	assert_int_equal(ehs_ks(a.h, none).status, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_ks(none, none).est));
	assert_int_equal(ehs_ks(a.h, falling).status, EHS_INVALID);
	assert_true(ehs_ks(a.h, a.h).est == 0 && ehs_ks(a.h, a.h).p == 1);
	assert_true(ehs_ks_exact(a.h, a.h, scratch, 200000).p == 1);
	struct ehs_result r = ehs_ks_exact(a.h, b.h, scratch, ehs_ks_scratch(40, 40) - 1);
	assert_true(r.flags & EHS_FLAG_APPROXIMATE && r.p == ehs_ks(a.h, b.h).p);
	assert_string_equal(r.method, "ks_asymptotic");
	assert_int_equal(ehs_ks_scratch(1001, 1000), 0);
	assert_int_equal(ehs_ks_scratch(UINT64_C(1) << 33, UINT64_C(1) << 33), 0);
	int64_t up[] = {1, 2};
	struct ehs_histogram most = {up, huge, 2}, more = {up, too_many, 2};
	assert_int_equal(ehs_ks(more, most).status, EHS_INVALID);
	r = ehs_ks(most, (struct ehs_histogram){up, count, 2});
	assert_true(near(r.est, .5 - 0x1p-33, 1e-15) && r.n[0] == UINT64_C(1) << 33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_deal),
		cmocka_unit_test(down_to_a_tiny_p),
		cmocka_unit_test(limit_law),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
