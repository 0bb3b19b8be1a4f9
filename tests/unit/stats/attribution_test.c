/*
 * attribution_test.c - do contributions add up, whatever comes and goes, in whatever order?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/attribution.h"

#define MOST 10

static uint64_t seed = 17;

static uint64_t below(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

static struct ehs_bin any_bin(uint64_t most)
{
	uint64_t n = below(4) == 0 ? 0 : below(most); /* a quarter of the segments is not there */

	return (struct ehs_bin){n, below(n + 1)};
}

static struct ehs_segment any_segment(uint64_t most)
{
	return (struct ehs_segment){{any_bin(most), any_bin(most)}, {any_bin(most), any_bin(most)}};
}

static size_t fill(struct ehs_segment *s, uint64_t most)
{
	size_t n = 1 + below(MOST);

	for (size_t i = 0; i < n; i++)
		s[i] = any_segment(most);
	return n;
}

static double total(const struct ehs_contribution *parts, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += parts[i].mix + parts[i].rate;
	return sum;
}

/* The slow form: shares and rates as long doubles. */
static void one_group(struct ehs_bin b0, struct ehs_bin b1, uint64_t n0, uint64_t n1, long double centre,
                      long double *mix, long double *rate)
{
	long double r0 = b0.n ? (long double)b0.x / (long double)b0.n : 0,
		    r1 = b1.n ? (long double)b1.x / (long double)b1.n : r0;
	long double w0 = (long double)b0.n / (long double)n0, w1 = (long double)b1.n / (long double)n1;

	r0 = b0.n ? r0 : r1;
	*mix = b0.n || b1.n ? (w1 - w0) * ((r0 + r1) / 2 - centre) : 0;
	*rate = (r1 - r0) * (w0 + w1) / 2;
}

static long double mean_rate(struct ehs_bin a, struct ehs_bin b)
{
	return ((long double)a.x / (long double)a.n + (long double)b.x / (long double)b.n) / 2;
}

static void kitagawa(void **state)
{
	double worst = 0;
	int told = 0;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct ehs_segment s[MOST], all;
		struct ehs_contribution plain[MOST], centred[MOST];
		size_t n = fill(s, round % 2 ? 60 : 1000000000);
		struct ehs_decomposition d = ehs_kitagawa(s, n, EHS_MIX_PLAIN, plain);
		struct ehs_decomposition c = ehs_kitagawa(s, n, EHS_MIX_CENTRED, centred);

		assert_true(ehs_segments_total(s, n, &all) == EHS_OK);
		if (d.status != EHS_OK) {
			assert_true(d.status == EHS_EMPTY_GROUP && isnan(d.change) && isnan(plain[0].mix));
			continue;
		}
		told++;
		worst = fmax(worst, fmax(fabs(total(plain, n) - d.change), fabs(total(centred, n) - d.change)));
		assert_true(fabs(d.mix + d.rate - d.change) < 1e-12 && fabs(d.mix - c.mix) < 1e-12 &&
		            fabs(d.rate - c.rate) < 1e-12);
		for (size_t i = 0; i < n; i++) {
			long double m1, r1, m0, r0;

			one_group(s[i].before.prot, s[i].after.prot, all.before.prot.n, all.after.prot.n, 0, &m1, &r1);
			one_group(s[i].before.ref, s[i].after.ref, all.before.ref.n, all.after.ref.n, 0, &m0, &r0);
			assert_true(fabsl(plain[i].mix - (m1 - m0)) < 1e-15L &&
			            fabsl(plain[i].rate - (r1 - r0)) < 1e-15L);
			one_group(s[i].before.prot, s[i].after.prot, all.before.prot.n, all.after.prot.n,
			          mean_rate(all.before.prot, all.after.prot), &m1, &r1);
			one_group(s[i].before.ref, s[i].after.ref, all.before.ref.n, all.after.ref.n,
			          mean_rate(all.before.ref, all.after.ref), &m0, &r0);
			assert_true(fabsl(centred[i].mix - (m1 - m0)) < 1e-15L && centred[i].rate == plain[i].rate);
		}
	}
	print_message("Kitagawa: worst |sum - change| over %d changes: %.1e\n", told, worst);
	assert_true(told > 500 && worst < 1e-12);
}

static void lmdi(void **state)
{
	double worst = 0;
	int told = 0;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct ehs_segment s[MOST], all;
		struct ehs_contribution parts[MOST];
		size_t n = fill(s, round % 2 ? 60 : 1000000000);
		struct ehs_decomposition d = ehs_lmdi_air(s, n, parts);

		assert_true(ehs_segments_total(s, n, &all) == EHS_OK);
		if (d.status != EHS_OK) {
			assert_true(d.status == EHS_EMPTY_GROUP || d.status == EHS_ZERO_CELL);
			assert_true(isnan(d.mix) && isnan(parts[0].rate));
			continue;
		}
		told++;
		double air = log((double)all.after.prot.x / (double)all.after.prot.n) -
		             log((double)all.after.ref.x / (double)all.after.ref.n);
		assert_true(fabs(d.after - air) < 1e-13);
		worst = fmax(worst, fabs(total(parts, n) - d.change) / (1 + fabs(d.change)));
	}
	print_message("LMDI: worst |sum - change| over %d changes: %.1e\n", told, worst);
	assert_true(told > 300 && worst < 1e-12);
}

/* Segments in another order get the same contributions; one that is the same in both windows gets exactly 0. */
static void order_and_null(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct ehs_segment s[MOST], turned[MOST];
		struct ehs_contribution a[MOST], b[MOST];
		size_t n = 3;

		for (size_t i = 0; i < n; i++)
			s[i] = (struct ehs_segment){{{40, 1 + below(40)}, {90, 1 + below(90)}},
			                            {{40, 1 + below(40)}, {90, 1 + below(90)}}};
		s[1].after = s[1].before;
		for (size_t i = 0; i < n; i++)
			turned[i] = s[n - 1 - i];
		for (int how = 0; how < 3; how++) {
			struct ehs_decomposition d =
				how == 2 ? ehs_lmdi_air(s, n, a) : ehs_kitagawa(s, n, (enum ehs_kitagawa_mix)how, a);
			struct ehs_decomposition t = how == 2 ? ehs_lmdi_air(turned, n, b)
			                                      : ehs_kitagawa(turned, n, (enum ehs_kitagawa_mix)how, b);

			assert_true(d.status == EHS_OK && t.change == d.change && a[1].mix == 0 && a[1].rate == 0);
			for (size_t i = 0; i < n; i++)
				assert_memory_equal(&a[i], &b[n - 1 - i], sizeof a[i]);
		}
	}
}

/* A source that comes or goes is all mix. */
static void coming_and_going(void **state)
{
	const struct ehs_segment s[] = {{{{100, 60}, {300, 200}}, {{120, 60}, {300, 200}}},
	                                {{{20, 5}, {50, 25}}, {{0, 0}, {50, 20}}},
	                                {{{0, 0}, {0, 0}}, {{30, 9}, {10, 8}}},
	                                {{{0, 0}, {0, 0}}, {{0, 0}, {0, 0}}}};
	struct ehs_contribution k[4], l[4];

	(void)state;
	assert_true(ehs_kitagawa(s, 4, EHS_MIX_PLAIN, k).status == EHS_OK && ehs_lmdi_air(s, 4, l).status == EHS_OK);
	assert_true(k[2].rate == 0 && k[2].mix != 0 && l[2].rate == 0 && l[2].mix != 0);
	assert_true(k[3].mix == 0 && k[3].rate == 0 && l[3].mix == 0 && l[3].rate == 0);
}

static void refused(void **state)
{
	struct ehs_segment s[] = {{{{10, 5}, {10, 5}}, {{10, 5}, {10, 0}}}};
	struct ehs_contribution parts[1];

	(void)state;
	assert_true(ehs_lmdi_air(s, 1, parts).status == EHS_ZERO_CELL && isnan(parts[0].mix));
	assert_true(ehs_kitagawa(s, 1, EHS_MIX_PLAIN, parts).status == EHS_OK);
	assert_true(ehs_kitagawa(s, 1, (enum ehs_kitagawa_mix)7, parts).status == EHS_INVALID);
	assert_true(ehs_kitagawa(s, 0, EHS_MIX_PLAIN, parts).status == EHS_EMPTY_GROUP);
	for (int i = 0; i < 4; i++) { /* a rate of 0 anywhere: no logarithm */
		struct ehs_segment t = {{{10, 5}, {10, 5}}, {{10, 5}, {10, 5}}};
		uint64_t *const x[] = {&t.before.prot.x, &t.before.ref.x, &t.after.prot.x, &t.after.ref.x};

		*x[i] = 0;
		assert_true(ehs_lmdi_air(&t, 1, parts).status == EHS_ZERO_CELL);
	}
	s[0].after.ref.x = 11;
	assert_true(ehs_kitagawa(s, 1, EHS_MIX_PLAIN, parts).status == EHS_INVALID);
	s[0].after.ref = (struct ehs_bin){UINT64_MAX / 2, 3};
	assert_true(ehs_kitagawa(s, 1, EHS_MIX_PLAIN, parts).status == EHS_OVERFLOW);
}

/* Exact in integers; splitting a source splits its part and nothing else. */
static void shortfall(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct ehs_segment s[MOST + 1], all;
		ehs_int128 parts[MOST + 1], split[MOST + 1], sum = 0;
		size_t n = fill(s, 1000);
		struct ehs_shortfall_parts w = ehs_shortfall_by_segment(s, n, parts);

		assert_true(ehs_segments_total(s, n, &all) == EHS_OK);
		if (w.status != EHS_OK)
			continue;
		for (size_t i = 0; i < n; i++)
			sum += parts[i];
		assert_true(sum == w.total_numerator && w.denominator == all.after.ref.n);
		double want = (double)all.after.prot.n * ((double)all.after.ref.x / (double)all.after.ref.n) -
		              (double)all.after.prot.x;
		assert_true(fabs(w.total - want) < 1e-9);
		s[n] = s[0];
		s[n].after.prot = (struct ehs_bin){s[0].after.prot.n / 2, s[0].after.prot.x / 2};
		s[n].after.ref = (struct ehs_bin){0, 0};
		s[0].after.prot.n -= s[n].after.prot.n;
		s[0].after.prot.x -= s[n].after.prot.x;
		assert_true(ehs_shortfall_by_segment(s, n + 1, split).total_numerator == w.total_numerator);
		assert_true(split[0] + split[n] == parts[0]);
	}
}

static void switch_of_versions(void **state)
{
	struct ehs_segment s[] = {{{{100, 60}, {200, 130}}, {{100, 45}, {200, 130}}},
	                          {{{50, 20}, {80, 40}}, {{40, 14}, {90, 45}}},
	                          {{{9, 1}, {9, 1}}, {{9, 1}, {0, 0}}}};
	struct ehs_result r = ehs_switch_contrast(s, 3, .95), one = ehs_switch_contrast(s, 1, .95);
	double est = (600 * -.15 + 260 * ((.35 - .5) - (.4 - .5))) / 860;

	(void)state;
	assert_true(fabs(r.est - est) < 1e-15 && r.flags == EHS_FLAG_DROPPED_EMPTY && r.n[0] == 860 && r.n[1] == 887);
	double se = sqrt(.6 * .4 / 100 + 2 * .65 * .35 / 200 + .45 * .55 / 100);
	assert_true(fabs(one.est + .15) < 1e-15 && fabs(one.se - se) < 1e-15 && fabs(one.stat + .15 / se) < 1e-13);
	assert_true(fabs(one.lo + .15 + EHS_Z95 * se) < 1e-14 && fabs(one.hi + .15 - EHS_Z95 * se) < 1e-14 &&
	            fabs(one.p - erfc(.15 / se / M_SQRT2)) < 1e-15);
	assert_true(ehs_switch_contrast(s + 2, 1, .95).status == EHS_EMPTY_GROUP);
	assert_true(ehs_switch_contrast(s, 3, 1).status == EHS_INVALID);
	struct ehs_segment same = {{{5, 5}, {6, 0}}, {{5, 5}, {6, 0}}};
	r = ehs_switch_contrast(&same, 1, .95);
	assert_true(r.status == EHS_DEGENERATE && r.est == 0 && isnan(r.p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kitagawa),           cmocka_unit_test(lmdi),    cmocka_unit_test(order_and_null),
		cmocka_unit_test(coming_and_going),   cmocka_unit_test(refused), cmocka_unit_test(shortfall),
		cmocka_unit_test(switch_of_versions),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
