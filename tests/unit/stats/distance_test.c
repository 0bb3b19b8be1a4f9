/*
 * distance_test.c - Wasserstein-1, deciles and the index over them against sorted values.
 */
#include "samples.h"

#include "stats/distance.h"

/* With as many on both sides, the area between the cumulative shares is the mean distance between equal ranks. */
static void equal_ranks(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct sample a, b;
		long double sum = 0;

		draw_sample(&a, 1 + draw(VALUES_MAX - 1), 1000000000, 1 + draw(100));
		draw_sample(&b, a.n, 1000000000, 1 + draw(100));
		for (size_t i = 0; i < a.n; i++)
			sum += (long double)llabs(a.value[i] - b.value[i]);
		struct ehs_result r = ehs_wasserstein1(a.h, b.h, 2);
		assert_true(near(r.est, (double)(sum / (100 * (long double)a.n)), 1e-15));
		assert_true(r.est == ehs_wasserstein1(b.h, a.h, 2).est);
	}
}

static void a_shift_is_its_length(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		struct sample a, b;
		int64_t by = (int64_t)draw(1000) - 500;

		draw_sample(&a, 1 + draw(VALUES_MAX - 1), -200, 1 + draw(100));
		b = a;
		move_sample(&b, by);
		assert_true(ehs_wasserstein1(a.h, b.h, 0).est == fabs((double)by));
	}
}

/* Type 7 by its definition, tenfold: h = (N - 1) d / 10, whole part and tenths. */
static size_t plain_deciles(const struct sample *a, const struct sample *b, int64_t edges[9])
{
	int64_t all[2 * VALUES_MAX];
	size_t n = 0, n_edges = 0;

	for (size_t i = 0; i < a->n; i++)
		all[n++] = a->value[i];
	for (size_t i = 0; i < b->n; i++)
		all[n++] = b->value[i];
	qsort(all, n, sizeof *all, by_value);
	for (size_t d = 1; d <= 9; d++) {
		size_t at = (n - 1) * d / 10, tenths = (n - 1) * d % 10;
		int64_t edge = 10 * all[at] + (tenths > 0 ? (int64_t)tenths * (all[at + 1] - all[at]) : 0);

		if (n_edges == 0 || edge != edges[n_edges - 1])
			edges[n_edges++] = edge;
	}
	return n_edges;
}

static double share(const struct sample *s, const int64_t *edges, size_t n_edges, size_t bin)
{
	size_t in = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t below = 0;

		for (size_t e = 0; e < n_edges; e++)
			below += edges[e] < 10 * s->value[i];
		in += below == bin;
	}
	return fmax(1e-4, (double)in / (double)s->n);
}

static void deciles_and_index(void **state)
{
	(void)state;
	for (int round = 0; round < 400; round++) {
		struct sample a, b;
		int64_t want[9], edges[9];
		double psi = 0;

		draw_sample(&a, 1 + draw(round < 200 ? 4 : 60), -50, 1 + draw(300));
		draw_sample(&b, 1 + draw(round < 200 ? 4 : 60), -50, 1 + draw(300));
		size_t n = plain_deciles(&a, &b, want);
		assert_int_equal(ehs_deciles(a.h, b.h, edges), n);
		assert_memory_equal(edges, want, n * sizeof *edges);
		for (size_t bin = 0; bin <= n; bin++) {
			double f = share(&a, want, n, bin), g = share(&b, want, n, bin);

			psi += (f - g) * log(f / g);
		}
		struct ehs_result r = ehs_psi_pooled_deciles(a.h, b.h);
		assert_true(near(r.est, psi, 1e-13) && r.df == (double)n && isnan(r.p));
		assert_true(near(r.est, ehs_psi_pooled_deciles(b.h, a.h).est, 1e-14));
	}
}

static void edges_of_the_domain(void **state)
{
	int64_t key[] = {-(INT64_C(1) << 58), INT64_C(1) << 58}, far[] = {INT64_MIN, INT64_MAX}, low[] = {-1}, edges[9];
	uint64_t half[] = {UINT64_C(1) << 32, UINT64_C(1) << 32}, one[] = {1, 1};
	struct ehs_histogram left = {key, half, 1}, right = {key + 1, half, 1}, none = {key, one, 0};
	struct sample a;

	(void)state;
	draw_sample(&a, 9, 0, 5);
	assert_int_equal(ehs_wasserstein1(a.h, none, 0).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_psi_pooled_deciles(none, a.h).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_wasserstein1((struct ehs_histogram){far, one, 2}, a.h, 0).status, EHS_INVALID);
	/* n_p n_q times the range is 2^123: whole */
	assert_true(near(ehs_wasserstein1(left, right, 0).est, 0x1p59, 1e-15));
	assert_int_equal(ehs_deciles(none, none, edges), 0);
	assert_true(ehs_deciles(a.h, none, edges) >= 1);
	assert_int_equal(ehs_deciles((struct ehs_histogram){low, one, 1}, none, edges), 1);
	assert_true(edges[0] == -10 && ehs_decile_bin(-1, edges, 1) == 0 && ehs_decile_bin(0, edges, 1) == 1);
	assert_true(ehs_psi_pooled_deciles(left, left).est == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ranks),
		cmocka_unit_test(a_shift_is_its_length),
		cmocka_unit_test(deciles_and_index),
		cmocka_unit_test(edges_of_the_domain),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
