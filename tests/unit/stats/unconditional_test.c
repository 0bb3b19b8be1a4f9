/*
 * unconditional_test.c - Barnard and Boschloo against the plain double sum on a fine grid of rates.
 */
#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"
#include "stats/proportion.h"
#include "stats/unconditional.h"

#include "tests/lib/test.h"

static struct ehs_unconditional_work work;

static struct ehs_2x2 table(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2)
{
	return (struct ehs_2x2){.prot = {n1, x1}, .ref = {n2, x2}};
}

/* What each test orders tables by, larger being more extreme. */
static double extreme_z(struct ehs_2x2 t, enum ehs_side side)
{
	struct ehs_test z = ehs_z_pooled(t);
	double stat = z.status == EHS_OK ? z.stat : 0;

	return side == EHS_LESS ? -stat : side == EHS_GREATER ? stat : fabs(stat);
}

static double extreme_fisher(struct ehs_2x2 t, enum ehs_side side)
{
	struct ehs_exact e = ehs_fisher(t);

	return side == EHS_LESS ? -e.p_less : -e.p_greater;
}

/* Where p approaches 1 as the rate approaches 0 or 1, the grid ends too early. */
static double plain(struct ehs_2x2 seen, enum ehs_side side, double (*extreme)(struct ehs_2x2, enum ehs_side))
{
	double best = 0, limit = extreme(seen, side);
	bool in[32][32];

	for (uint64_t a = 0; a <= seen.prot.n; a++)
		for (uint64_t b = 0; b <= seen.ref.n; b++)
			in[a][b] = extreme(table(a, seen.prot.n, b, seen.ref.n), side) >= limit - 1e-11 * fabs(limit);
	for (int i = 1; i < 4000; i++) {
		double rate = i / 4000., sum = 0;

		for (uint64_t a = 0; a <= seen.prot.n; a++)
			for (uint64_t b = 0; b <= seen.ref.n; b++)
				if (in[a][b])
					sum += ehs_binomial(a, seen.prot.n, rate).pmf *
					       ehs_binomial(b, seen.ref.n, rate).pmf;
		best = fmax(best, sum);
	}
	return best;
}

static void as_the_plain_sum(void **state)
{
	static const uint64_t seen[][4] = {{3, 7, 5, 6}, {0, 6, 3, 8}, {8, 9, 2, 5}, {1, 4, 1, 7}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct ehs_2x2 t = table(seen[i][0], seen[i][1], seen[i][2], seen[i][3]);

		for (enum ehs_side side = EHS_LESS; side <= EHS_TWO_SIDED; side++) {
			double grid = fmin(1, plain(t, side, extreme_z)), p = ehs_barnard(t, side, &work).p;

			assert_true(p >= grid * (1 - 1e-12) && (p <= grid * (1 + 1e-6) || grid > .99));
		}
		for (enum ehs_side side = EHS_LESS; side <= EHS_GREATER; side++) {
			double grid = plain(t, side, extreme_fisher), p = ehs_boschloo(t, side, &work).p;

			assert_true(p >= grid * (1 - 1e-12) && (p <= grid * (1 + 1e-6) || grid > .99));
		}
	}
}

/* Exchanging the groups exchanges the sides; Boschloo never lies above Fisher. */
static void order_and_power(void **state)
{
	(void)state;
	for (uint64_t x1 = 0; x1 <= 9; x1 += 3)
		for (uint64_t x2 = 0; x2 <= 14; x2 += 2) {
			struct ehs_2x2 t = table(x1, 9, x2, 14), turned = table(x2, 14, x1, 9);
			double less = ehs_boschloo(t, EHS_LESS, &work).p;

			assert_true(fabs(less - ehs_boschloo(turned, EHS_GREATER, &work).p) < 1e-9);
			assert_true(fabs(ehs_barnard(t, EHS_LESS, &work).p -
			                 ehs_barnard(turned, EHS_GREATER, &work).p) < 1e-9);
			assert_true(less <= ehs_fisher(t).p_less * (1 + 1e-9) && less > 0);
			double two = ehs_boschloo(t, EHS_TWO_SIDED, &work).p;
			assert_true(fabs(two - fmin(1, 2 * fmin(less, ehs_boschloo(t, EHS_GREATER, &work).p))) < 1e-12);
		}
}

/* The published values (4001 rates, refined). */
static void as_published(void **state)
{
	(void)state;
	assert_true(fabs(ehs_barnard(table(2, 25, 14, 40), EHS_TWO_SIDED, &work).p / 0.014360186657677639 - 1) < 1e-9);
	assert_true(fabs(ehs_boschloo(table(2, 25, 14, 40), EHS_LESS, &work).p / 0.0068147503374307306 - 1) < 1e-9);
}

static void edges(void **state)
{
	struct ehs_result r = ehs_barnard(table(0, 5, 0, 6), EHS_TWO_SIDED, &work);

	(void)state;
	assert_true(r.status == EHS_DEGENERATE && r.p == 1);
	assert_int_equal(ehs_barnard(table(0, 0, 0, 6), EHS_LESS, &work).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_boschloo(table(7, 6, 0, 6), EHS_LESS, &work).status, EHS_INVALID);
	r = ehs_boschloo(table(100, 300, 130, 300), EHS_LESS, &work);
	assert_true(r.status == EHS_OK && r.flags == EHS_FLAG_APPROXIMATE && r.p > 0 && r.p < .01);
	assert_string_equal(r.method, "fisher_mid_p");
	r = ehs_barnard(table(1, 1, 100, 40000), EHS_LESS, &work);
	assert_true(r.status == EHS_OK && r.flags == 0 && r.p > .99);
	assert_int_equal(ehs_boschloo(table(UINT64_MAX, UINT64_MAX, 1, 2), EHS_LESS, &work).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_plain_sum),
		cmocka_unit_test(order_and_power),
		cmocka_unit_test(as_published),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
