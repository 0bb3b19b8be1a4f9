/*
 * shapley_test.c - efficiency, the player who does nothing, alike players, and the definition by orders of arrival.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/attribution.h"

static uint64_t seed = 23;
static double scratch[EHS_SHAPLEY_SCRATCH];

static uint64_t below(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

/* Worths drawn at random; players in `idle` change nothing, players 0 and 1 are alike. */
struct game {
	double worth[EHS_SHAPLEY_SCRATCH];
	uint32_t idle;
};

static double worth_of(uint32_t coalition, const void *context)
{
	const struct game *g = context;
	uint32_t s = coalition & ~g->idle;

	if ((s & 3) == 2)
		s ^= 3;
	return g->worth[s];
}

static void fill(struct game *g, uint32_t idle)
{
	g->idle = idle;
	for (size_t i = 0; i < EHS_SHAPLEY_SCRATCH; i++)
		g->worth[i] = (double)below(2000001) / 1e6 - 1;
}

/* Mean of what the player adds on arrival, over every order: n! of them. */
static void by_orders(const struct game *g, size_t n, uint32_t in, double *sum, double *orders)
{
	if (in == (UINT32_C(1) << n) - 1) {
		++*orders;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		double before = *orders;

		if (in >> i & 1)
			continue;
		by_orders(g, n, in | UINT32_C(1) << i, sum, orders);
		sum[i] += (*orders - before) * (worth_of(in | UINT32_C(1) << i, g) - worth_of(in, g));
	}
}

static void orders_of_arrival(void **state)
{
	static struct game g;

	(void)state;
	for (size_t n = 1; n <= 7; n++) {
		double phi[7], sum[7] = {0}, orders = 0;

		fill(&g, 0);
		assert_true(ehs_shapley(n, worth_of, &g, phi, scratch) == EHS_OK);
		by_orders(&g, n, 0, sum, &orders);
		for (size_t i = 0; i < n; i++)
			assert_true(fabs(phi[i] - sum[i] / orders) < 1e-12); /* 5040 sums */
	}
}

static void properties(void **state)
{
	static struct game g;
	double worst = 0;

	(void)state;
	for (int round = 0; round < 60; round++) {
		size_t n = 2 + below(EHS_SHAPLEY_PLAYERS - 1);
		double phi[EHS_SHAPLEY_PLAYERS], sum = 0;
		uint32_t idle = (uint32_t)below(UINT64_C(1) << n) & ~UINT32_C(3);

		fill(&g, idle);
		assert_true(ehs_shapley(n, worth_of, &g, phi, scratch) == EHS_OK);
		for (size_t i = 0; i < n; i++) {
			sum += phi[i];
			assert_true(!(idle >> i & 1) || phi[i] == 0);
		}
		assert_true(fabs(phi[0] - phi[1]) < 1e-14);
		worst = fmax(worst, fabs(sum - (scratch[(1U << n) - 1] - scratch[0])));
	}
	print_message("Shapley: worst |sum - change| over 60 games of 2 to 12: %.1e\n", worst);
	assert_true(worst < 1e-12);
}

static double never(uint32_t coalition, const void *context)
{
	(void)context;
	return coalition == 2 ? NAN : 0;
}

static void refused(void **state)
{
	double phi[3] = {7, 7, 7};

	(void)state;
	assert_true(ehs_shapley(13, never, NULL, phi, scratch) == EHS_INVALID && phi[0] == 7);
	assert_true(ehs_shapley(2, never, NULL, phi, scratch) == EHS_UNDEFINED && isnan(phi[0]) && isnan(phi[1]) &&
	            phi[2] == 7);
	assert_true(ehs_shapley(0, never, NULL, phi, scratch) == EHS_OK);
}

static double air_of(struct ehs_2x2 t)
{
	return (double)t.prot.x / (double)t.prot.n / ((double)t.ref.x / (double)t.ref.n);
}

/* Renaming sources renames their values; the one that did not change gets 0; alike sources get the same. */
static void sources(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		size_t n = 3 + below(6);
		struct ehs_segment s[9], turned[9];
		double phi[9], other[9], swap[9], without[9], sum = 0;

		for (size_t i = 0; i < n; i++)
			s[i] = (struct ehs_segment){{{50, 1 + below(50)}, {60, 1 + below(60)}},
			                            {{40 + below(9), 1 + below(40)}, {70, 1 + below(70)}}};
		s[1].after = s[1].before;
		s[2] = s[0];
		for (size_t i = 0; i < n; i++)
			turned[i] = s[n - 1 - i];
		struct ehs_replacement r = ehs_shapley_air(s, n, phi, swap, scratch);
		struct ehs_replacement t = ehs_shapley_air(turned, n, other, NULL, scratch);
		assert_true(r.status == EHS_OK && t.after == r.after && phi[1] == 0 && swap[1] == 0);
		for (size_t i = 0; i < n; i++) {
			sum += phi[i];
			assert_true(fabs(phi[i] - other[n - 1 - i]) < 1e-15);
		}
		assert_true(fabs(phi[0] - phi[2]) < 1e-15 && fabs(sum - (r.after - r.before)) < 1e-13);
		assert_true(ehs_leave_one_out_air(s, n, without) == EHS_OK);
		struct ehs_segment all, rest;
		assert_true(ehs_segments_total(s, n, &all) == EHS_OK &&
		            ehs_segments_total(s + 1, n - 1, &rest) == EHS_OK);
		assert_true(fabs(r.after - air_of(all.after)) < 1e-15 && fabs(r.before - air_of(all.before)) < 1e-15);
		assert_true(fabs(without[0] - (double)rest.after.prot.x / (double)rest.after.prot.n /
		                                      ((double)rest.after.ref.x / (double)rest.after.ref.n)) < 1e-14);
	}
	struct ehs_segment nobody[] = {{{{5, 2}, {6, 0}}, {{5, 3}, {6, 2}}}};
	double phi[1], without[1];
	assert_true(ehs_shapley_air(nobody, 1, phi, NULL, scratch).status == EHS_UNDEFINED && isnan(phi[0]));
	assert_true(ehs_leave_one_out_air(nobody, 1, without) == EHS_OK && isnan(without[0]));
	nobody[0].before.prot.x = 6;
	assert_true(ehs_shapley_air(nobody, 1, phi, NULL, scratch).status == EHS_INVALID);
	assert_true(ehs_leave_one_out_air(nobody, 1, without) == EHS_INVALID && isnan(without[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_of_arrival),
		cmocka_unit_test(properties),
		cmocka_unit_test(refused),
		cmocka_unit_test(sources),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
