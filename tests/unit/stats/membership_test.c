/*
 * membership_test.c - do the sums keep every unit, and does the weighted estimator say what its rows say?
 *
 * Against row-by-row formulas in long double, under any order and split, and at the edges.
 */
#include <stdlib.h>
#include <string.h>

#include "stats/membership.h"
#include "tests/unit/stats/near.h"

#define UNIT UINT32_C(1000000)
#define ROWS 400
#define K 4

/* A vector of probabilities in whole units that sums to UNIT. */
static void draw_vector(uint32_t *w, int k)
{
	double e[EHS_MEMBERSHIP_MAX], sum = 0;
	uint32_t left = UNIT;

	for (int g = 0; g < k; g++)
		sum += e[g] = -log(uniform()) * (g == 0 ? 3 : 1);
	for (int g = 1; g < k; g++)
		left -= w[g] = (uint32_t)(e[g] / sum * UNIT);
	w[0] = left;
}

static void draw_rows(struct ehs_membership_cell *rows, size_t n, int k)
{
	for (size_t i = 0; i < n; i++) {
		memset(&rows[i], 0, sizeof rows[i]);
		draw_vector(rows[i].w, k);
		rows[i].n = 1;
		rows[i].x = uniform() < .3 + .4 * rows[i].w[0] / UNIT;
	}
}

static struct ehs_membership_sums sums_of(const struct ehs_membership_cell *rows, size_t n, int k)
{
	struct ehs_membership_sums s;

	assert_int_equal(ehs_membership_init(&s, k, UNIT), EHS_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ehs_membership_add(&s, rows[i].w, rows[i].n, rows[i].x), EHS_OK);
	return s;
}

static void sums_merge_in_any_order_and_subtract(void **state)
{
	struct ehs_membership_cell rows[ROWS];

	(void)state;
	seed = 1;
	draw_rows(rows, ROWS, K);
	struct ehs_membership_sums whole = sums_of(rows, ROWS, K);
	for (int round = 0; round < 50; round++) {
		size_t cut = (size_t)(uniform() * (ROWS + 1));
		struct ehs_membership_sums a = sums_of(rows, cut, K), b = sums_of(rows + cut, ROWS - cut, K), c = b;

		assert_int_equal(ehs_membership_merge(&c, &a), EHS_OK);
		assert_memory_equal(&c, &whole, sizeof c);
		assert_int_equal(ehs_membership_subtract(&c, &a), EHS_OK);
		assert_memory_equal(&c, &b, sizeof c);
		for (size_t i = 0; i + 1 < ROWS; i++) { /* another order for the next round */
			size_t j = i + (size_t)(uniform() * (double)(ROWS - i));
			struct ehs_membership_cell keep = rows[i];

			rows[i] = rows[j];
			rows[j] = keep;
		}
		c = sums_of(rows, ROWS, K);
		assert_memory_equal(&c, &whole, sizeof c);
	}
}

static void nothing_wraps(void **state)
{
	uint32_t w[2] = {UNIT, 0};
	struct ehs_membership_sums s, before, other;

	(void)state;
	assert_int_equal(ehs_membership_init(&s, 1, UNIT), EHS_INVALID);
	assert_int_equal(ehs_membership_init(&s, 9, UNIT), EHS_INVALID);
	assert_int_equal(ehs_membership_init(&s, 2, 0), EHS_INVALID);
	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	assert_int_equal(ehs_membership_add(&s, w, UINT64_C(1) << 43, 1), EHS_OK);
	before = s;
	assert_int_equal(ehs_membership_add(&s, w, UINT64_C(1) << 44, 0), EHS_OVERFLOW);
	assert_int_equal(ehs_membership_add(&s, w, UINT64_C(1) << 60, 0), EHS_OVERFLOW);
	assert_int_equal(ehs_membership_add(&s, w, 1, 2), EHS_INVALID);
	w[1] = UNIT + 1;
	assert_int_equal(ehs_membership_add(&s, w, 1, 1), EHS_INVALID);
	assert_memory_equal(&s, &before, sizeof s);
	assert_int_equal(ehs_membership_init(&other, 2, UNIT), EHS_OK);
	assert_int_equal(ehs_membership_subtract(&other, &s), EHS_OVERFLOW);
	assert_int_equal(other.n, 0);
	assert_int_equal(ehs_membership_init(&other, 3, UNIT), EHS_OK);
	assert_int_equal(ehs_membership_merge(&other, &s), EHS_INVALID);
}

/* Straight from the definition: a sum over rows of products of influences. */
static long double plain_cov(const struct ehs_membership_cell *rows, size_t n, int g, int h)
{
	long double w[2] = {0}, wy[2] = {0}, sum = 0;
	const int at[2] = {g, h};

	for (size_t i = 0; i < n; i++)
		for (int j = 0; j < 2; j++) {
			w[j] += rows[i].w[at[j]];
			wy[j] += rows[i].x ? rows[i].w[at[j]] : 0;
		}
	for (size_t i = 0; i < n; i++)
		sum += (long double)rows[i].w[g] * rows[i].w[h] * ((long double)rows[i].x - wy[0] / w[0]) *
		       ((long double)rows[i].x - wy[1] / w[1]);
	return sum / w[0] / w[1];
}

static void weighted_is_the_plain_formula(void **state)
{
	struct ehs_membership_cell rows[ROWS];

	(void)state;
	seed = 2;
	for (int k = 2; k <= EHS_MEMBERSHIP_MAX; k++) {
		draw_rows(rows, ROWS, k);
		struct ehs_membership_sums s = sums_of(rows, ROWS, k);
		struct ehs_membership_rates r = ehs_membership_weighted(&s);

		assert_int_equal(r.whole, EHS_OK);
		for (int g = 0; g < k; g++)
			for (int h = 0; h < k; h++)
				assert_true(near(r.cov[g][h], (double)plain_cov(rows, ROWS, g, h), 1e-12));
		struct ehs_result d = ehs_membership_difference(&r, 1, 0, .95);
		assert_true(near(d.est, r.rate[1] - r.rate[0], 1e-15));
		assert_true(near(d.se * d.se, r.cov[0][0] + r.cov[1][1] - 2 * r.cov[0][1], 1e-12));
		assert_true(near(d.hi - d.lo, 2 * 1.959963984540054 * d.se, 1e-12));
		struct ehs_result q = ehs_membership_ratio(&r, 1, 0, .95);
		assert_true(near(q.est, r.rate[1] / r.rate[0], 1e-15));
		assert_true(near(q.hi * q.lo, q.est * q.est, 1e-12));
	}
}

/* The vector `bisg` of the reference values (mpmath). */
static void the_reference_example_holds(void **state)
{
	static const uint32_t b[] = {900000, 200000, 50000, 700000, 500000, 100000};
	static const int y[] = {1, 0, 1, 0, 1, 1};
	struct ehs_membership_sums s;

	(void)state;
	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	for (size_t i = 0; i < 6; i++) {
		uint32_t w[2] = {b[i], UNIT - b[i]};

		assert_int_equal(ehs_membership_add(&s, w, 1, (uint64_t)y[i]), EHS_OK);
	}
	struct ehs_membership_rates r = ehs_membership_weighted(&s);
	assert_true(near(r.rate[0], 0.6326530612244898, 1e-14));
	assert_true(near(r.rate[1], 0.6901408450704225, 1e-14));
	assert_true(near(r.cov[0][0], 0.059451835371246986, 1e-13));
	assert_true(near(r.cov[1][1], 0.04261693667569651, 1e-13));
	assert_true(near(r.cov[0][1], 0.024823353953640125, 1e-13));
	assert_true(near(r.n_eff[0], 3.7457098283931356, 1e-13));
	struct ehs_result q = ehs_membership_ratio(&r, 0, 1, .95);
	assert_true(near(log(q.est), -0.08697351469479156, 1e-13));
	assert_true(near(q.se * q.se, 0.12430585781555625, 1e-13));
	assert_int_equal(q.flags, EHS_FLAG_LOW_N);
}

static void emptiness_is_a_status(void **state)
{
	uint32_t sure[2] = {UNIT, 0}, half[2] = {UNIT / 2, UNIT / 2};
	struct ehs_membership_sums s;

	(void)state;
	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	struct ehs_membership_rates r = ehs_membership_weighted(&s);
	assert_int_equal(r.whole, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_membership_rate(&r, 0, .95).est));
	assert_int_equal(ehs_membership_add(&s, sure, 50, 20), EHS_OK);
	r = ehs_membership_weighted(&s);
	assert_int_equal(ehs_membership_rate(&r, 0, .95).status, EHS_OK);
	assert_int_equal(ehs_membership_rate(&r, 1, .95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_membership_difference(&r, 1, 0, .95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_membership_ratio(&r, 1, 0, .95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_membership_rate(&r, 2, .95).status, EHS_INVALID);
	assert_int_equal(ehs_membership_rate(&r, 0, 1).status, EHS_INVALID);
	assert_int_equal(ehs_membership_difference(&r, 1, 1, .95).status, EHS_INVALID);

	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	assert_int_equal(ehs_membership_add(&s, half, 40, 0), EHS_OK);
	r = ehs_membership_weighted(&s);
	struct ehs_result none = ehs_membership_rate(&r, 0, .95);
	assert_int_equal(none.status, EHS_DEGENERATE);
	assert_true(none.est == 0 && isnan(none.se) && isnan(none.lo));
	assert_int_equal(ehs_membership_difference(&r, 0, 1, .95).status, EHS_DEGENERATE);
	assert_int_equal(ehs_membership_ratio(&r, 0, 1, .95).status, EHS_UNDEFINED);
}

/* p-values below what a double holds keep their logarithm. */
static void tiny_p_values_have_a_logarithm(void **state)
{
	uint32_t a[2] = {UNIT, 0}, b[2] = {0, UNIT};
	struct ehs_membership_sums s;

	(void)state;
	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	assert_int_equal(ehs_membership_add(&s, a, 100000, 20000), EHS_OK);
	assert_int_equal(ehs_membership_add(&s, b, 100000, 80000), EHS_OK);
	struct ehs_membership_rates r = ehs_membership_weighted(&s);
	struct ehs_result d = ehs_membership_difference(&r, 0, 1, .95);
	double z = fabs(d.stat),
	       log_q = -z * z / 2 - log(z * sqrt(M_PI / 2)) + log1p(-1 / (z * z) + 3 / (z * z * z * z));
	assert_true(near(d.se, sqrt(.2 * .8 / 1e5 * 2), 1e-12)); /* labels that are sure: the usual two proportions */
	assert_true(d.p == 0 && near(d.log10_p, log_q / M_LN10, 1e-12));
}

/* ---- bounds ---------------------------------------------------------------------------- */
static void the_bounds_are_those_of_the_paper(void **state)
{
	static const struct ehs_frechet_cell cells[] = {{100, .8, .4}, {200, .3, .6}, {300, .05, .7}};

	(void)state;
	struct ehs_frechet_bounds prot = ehs_frechet_rate(cells, 3), ref = ehs_frechet_rest(cells, 3);
	struct ehs_frechet_bounds air = ehs_frechet_ratio(prot, ref);
	assert_true(near(prot.lo, 0.12903225806451613, 1e-13) && near(prot.hi, 0.7419354838709677, 1e-13));
	assert_true(near(ref.lo, 0.5730337078651685, 1e-13) && near(ref.hi, 0.7865168539325843, 1e-13));
	assert_true(near(air.lo, 0.1640552995391705, 1e-13) && near(air.hi, 1.2947501581277672, 1e-13));
	assert_int_equal(ehs_frechet_rate(cells, 0).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_frechet_rate(&(struct ehs_frechet_cell){1, 1.5, .5}, 1).status, EHS_INVALID);
	assert_int_equal(ehs_frechet_rate(&(struct ehs_frechet_cell){1, NAN, .5}, 1).status, EHS_INVALID);
	assert_true(isinf(ehs_frechet_ratio(prot, (struct ehs_frechet_bounds){0, .5, EHS_OK}).hi));
}

/* Any assignment of members that fits the cells gives a rate between the bounds, and the bounds are reached. */
static void bounds_hold_every_assignment(void **state)
{
	(void)state;
	for (int n = 1; n <= 12; n++)
		for (int members = 0; members <= n; members++)
			for (int x = 0; x <= n; x++) {
				struct ehs_frechet_cell cell = {n, (double)members / n, (double)x / n};
				struct ehs_frechet_bounds b = ehs_frechet_rate(&cell, 1);
				int least = members + x > n ? members + x - n : 0, most = members < x ? members : x;

				if (members == 0) {
					assert_int_equal(b.status, EHS_EMPTY_GROUP);
					continue;
				}
				assert_true(fabs(b.lo - (double)least / members) < 1e-12);
				assert_true(fabs(b.hi - (double)most / members) < 1e-12);
			}
}

static void bins_join_the_small_ones(void **state)
{
	struct ehs_membership_cell rows[3000];
	struct ehs_membership_cells cells = {rows, 3000, K, UNIT};
	struct ehs_frechet_cell bins[EHS_FRECHET_BINS];
	double n = 0, w = 0;
	uint64_t sum = 0;

	(void)state;
	seed = 3;
	draw_rows(rows, 3000, K);
	size_t n_bins = ehs_frechet_bin(&cells, 1, bins);
	assert_true(n_bins > 2);
	for (size_t i = 0; i < n_bins; i++) {
		assert_true(bins[i].n >= EHS_FRECHET_LEAST);
		n += bins[i].n;
		w += bins[i].n * bins[i].p_a;
	}
	for (size_t i = 0; i < 3000; i++)
		sum += rows[i].w[1];
	assert_true(n == 3000 && near(w, (double)sum / UNIT, 1e-12));
	struct ehs_membership_sums s = sums_of(rows, 3000, K);
	struct ehs_membership_rates r = ehs_membership_weighted(&s);
	struct ehs_frechet_bounds b = ehs_frechet_rate(bins, n_bins);
	assert_true(b.lo < r.rate[1] && r.rate[1] < b.hi);
	cells.n_cells = 40;
	assert_int_equal(ehs_frechet_bin(&cells, 1, bins), 1);
	cells.n_cells = 0;
	assert_int_equal(ehs_frechet_bin(&cells, 1, bins), 0);
}

static void a_threshold_counts_the_sure_ones(void **state)
{
	static const struct ehs_membership_cell rows[] = {
		{.w = {900000, 100000}, .n = 10, .x = 4},
		{.w = {800000, 200000}, .n = 7, .x = 7},
		{.w = {100000, 900000}, .n = 5, .x = 1},
	};
	struct ehs_membership_cells cells = {rows, 3, 2, UNIT};
	struct ehs_bin out[2];

	(void)state;
	ehs_membership_threshold(&cells, .8, out);
	assert_true(out[0].n == 10 && out[0].x == 4 && out[1].n == 5 && out[1].x == 1);
}

static void a_bracket_holds_what_exists(void **state)
{
	struct ehs_result a = {.est = -.03}, b = {.est = -.1}, c = {.est = NAN};

	(void)state;
	struct ehs_membership_bracket k = ehs_membership_bracket(&a, &b, &c);
	assert_true(k.lo == -.1 && k.hi == -.03 && k.n_estimates == 2 && k.status == EHS_LOW_N);
	c.est = 0;
	k = ehs_membership_bracket(&a, &b, &c);
	assert_true(k.hi == 0 && k.status == EHS_OK);
	a.est = b.est = c.est = INFINITY;
	assert_int_equal(ehs_membership_bracket(&a, &b, &c).status, EHS_UNDEFINED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_merge_in_any_order_and_subtract),
		cmocka_unit_test(nothing_wraps),
		cmocka_unit_test(weighted_is_the_plain_formula),
		cmocka_unit_test(the_reference_example_holds),
		cmocka_unit_test(emptiness_is_a_status),
		cmocka_unit_test(tiny_p_values_have_a_logarithm),
		cmocka_unit_test(the_bounds_are_those_of_the_paper),
		cmocka_unit_test(bounds_hold_every_assignment),
		cmocka_unit_test(bins_join_the_small_ones),
		cmocka_unit_test(a_threshold_counts_the_sure_ones),
		cmocka_unit_test(a_bracket_holds_what_exists),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
