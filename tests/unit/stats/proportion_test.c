/*
 * proportion_test.c - what must be true of rates and ratios for every table, small or huge.
 */
#include "stats/exact.h"
#include "stats/proportion.h"
#include "stats/ratio.h"
#include "tests/unit/stats/near.h"

#define SMALL 12

static struct ehs_2x2 table(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2)
{
	return (struct ehs_2x2){.prot = {n1, x1}, .ref = {n2, x2}};
}

static struct ehs_2x2 exchanged(struct ehs_2x2 t)
{
	return (struct ehs_2x2){.prot = t.ref, .ref = t.prot};
}

static void for_each_small(void (*look)(struct ehs_2x2 t))
{
	for (uint64_t n1 = 1; n1 <= SMALL; n1++)
		for (uint64_t n2 = 1; n2 <= SMALL; n2++)
			for (uint64_t x1 = 0; x1 <= n1; x1++)
				for (uint64_t x2 = 0; x2 <= n2; x2++)
					look(table(x1, n1, x2, n2));
}

static void look_at_koopman(struct ehs_2x2 t)
{
	struct ehs_interval wide = ehs_air_koopman(t, EHS_Z95), narrow = ehs_air_koopman(t, EHS_Z90);
	struct ehs_interval other = ehs_air_koopman(exchanged(t), EHS_Z95);

	assert_int_not_equal(wide.status, EHS_NO_CONVERGENCE);
	assert_false(isnan(wide.lo) || isnan(wide.hi));
	assert_true(isnan(wide.est) == (wide.status == EHS_UNDEFINED));
	assert_true(isinf(wide.est) == (wide.status == EHS_ZERO_CELL));
	assert_true(wide.lo <= narrow.lo && narrow.hi <= wide.hi && wide.lo < wide.hi);
	if (wide.status != EHS_UNDEFINED)
		assert_true(wide.lo <= wide.est && wide.est <= wide.hi);
	assert_true(near(wide.lo, 1 / other.hi, 1e-11) && near(wide.hi, 1 / other.lo, 1e-11));
	if (wide.lo > 0)
		assert_true(near(ehs_air_score(t, wide.lo).stat, EHS_Z95, 1e-9));
	if (isfinite(wide.hi))
		assert_true(near(ehs_air_score(t, wide.hi).stat, -EHS_Z95, 1e-9));
	if (t.prot.x < t.prot.n) { /* one more favoured moves both limits up */
		t.prot.x++;
		struct ehs_interval more = ehs_air_koopman(t, EHS_Z95);
		assert_true(more.lo >= wide.lo && more.hi >= wide.hi);
	}
}

static void koopman_small(void **state)
{
	(void)state;
	for_each_small(look_at_koopman);
}

static void look_at_rest(struct ehs_2x2 t)
{
	struct ehs_interval rd = ehs_rd_newcombe(t, EHS_Z95), back = ehs_rd_newcombe(exchanged(t), EHS_Z95);
	struct ehs_2x2 refused = table(t.prot.n - t.prot.x, t.prot.n, t.ref.n - t.ref.x, t.ref.n);
	struct ehs_interval adverse = ehs_rd_newcombe(refused, EHS_Z95), katz = ehs_air_katz(t, EHS_Z95);
	struct ehs_test z = ehs_z_pooled(t), zback = ehs_z_pooled(exchanged(t));

	assert_true(rd.lo <= rd.est && rd.est <= rd.hi && rd.lo >= -1 && rd.hi <= 1);
	assert_true(fabs(rd.lo + back.hi) < 1e-14 && fabs(rd.lo + adverse.hi) < 1e-14);
	assert_true(isnan(z.stat) == (z.status == EHS_DEGENERATE));
	assert_true(z.p >= 0 && z.p <= 1);
	if (z.status == EHS_OK)
		assert_true(near(z.stat, -zback.stat, 1e-14));
	assert_true(isnan(katz.lo) == (katz.status == EHS_ZERO_CELL || katz.status == EHS_UNDEFINED));
	assert_true((katz.lo == katz.hi) == (katz.status == EHS_DEGENERATE));
}

static void differences_and_wald_small(void **state)
{
	(void)state;
	for_each_small(look_at_rest);
}

static void wilson(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 60; n++)
		for (uint64_t x = 0; x <= n; x++) {
			struct ehs_interval w = ehs_wilson((struct ehs_bin){n, x}, EHS_Z95);
			struct ehs_interval rest = ehs_wilson((struct ehs_bin){n, n - x}, EHS_Z95);

			assert_true(w.lo <= w.est && w.est <= w.hi);
			assert_true((w.lo == 0) == (x == 0) && (w.hi == 1) == (x == n));
			assert_true(fabs(w.lo - (1 - rest.hi)) < 1e-15);
		}
	assert_int_equal(ehs_wilson((struct ehs_bin){0, 0}, EHS_Z95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_wilson((struct ehs_bin){1, 2}, EHS_Z95).status, EHS_INVALID);
}

/* A thousand million in each group, and all the edges. */
static void huge(void **state)
{
	static const uint64_t edge[] = {0, 1, 2, 400000000, 999999998, 999999999, 1000000000};
	const uint64_t n = 1000000000;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		for (size_t j = 0; j < 7; j++) {
			struct ehs_2x2 t = table(edge[i], n, edge[j], n);
			struct ehs_interval k = ehs_air_koopman(t, EHS_Z95),
					    back = ehs_air_koopman(exchanged(t), EHS_Z95);

			assert_int_not_equal(k.status, EHS_NO_CONVERGENCE);
			assert_true(near(k.lo, 1 / back.hi, 1e-11));
			if (k.status == EHS_OK)
				assert_true(k.lo <= k.est && k.est <= k.hi);
			if (edge[i] > 1)
				assert_true(k.lo > 0);
		}
}

/* One of 2^62 refused: 1 - p is 0 in doubles, and once the search for a limit stood still. */
static void one_of_all_the_counts(void **state)
{
	const uint64_t n = UINT64_C(1) << 62;

	(void)state;
	for (uint64_t x1 = n - 2; x1 <= n; x1++)
		for (uint64_t x2 = n - 2; x2 <= n; x2++) {
			struct ehs_interval k = ehs_air_koopman(table(x1, n, x2, n), EHS_Z95);

			assert_int_equal(k.status, EHS_OK);
			assert_true(k.lo <= 1 && k.hi >= 1 && k.hi - k.lo < 1e-15);
		}
}

static void empty_and_wrong(void **state)
{
	(void)state;
	assert_int_equal(ehs_air_koopman(table(0, 0, 1, 2), EHS_Z95).status, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_air_koopman(table(0, 0, 1, 2), EHS_Z95).lo));
	assert_int_equal(ehs_rd_newcombe(table(1, 2, 0, 0), EHS_Z95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_air_katz(table(3, 2, 1, 2), EHS_Z95).status, EHS_INVALID);
	assert_int_equal(ehs_z_pooled(table(3, 2, 1, 2)).status, EHS_INVALID);
	assert_int_equal(ehs_air_score(table(1, 2, 1, 2), 0).status, EHS_INVALID);
	assert_string_equal(ehs_status_name(EHS_ZERO_CELL), "zero_cell");
	assert_true(near(ehs_z_of(.95), EHS_Z95, 1e-15) && near(ehs_z_of(.90), EHS_Z90, 1e-15));
	assert_true(isnan(ehs_z_of(1)));
}

/* The common quadratic against its own definition: the derivative along the line vanishes. */
static void projection(void **state)
{
	(void)state;
	for (double theta = .2; theta < 2; theta += .15) {
		struct ehs_ratio_point p = ehs_ratio_project(3, 17, 40, 25, theta);
		double slope = 3 / p.p_ref + 40 / p.p_ref - theta * 17 / p.q_prot - 25 / p.q_ref;

		assert_true(fabs(slope) * p.p_ref < 1e-11);
		assert_true(near(p.p_prot, theta * p.p_ref, 1e-15));
		assert_true(fabs(p.p_prot + p.q_prot - 1) < 1e-15 && fabs(p.p_ref + p.q_ref - 1) < 1e-15);
	}
}

/* The same where both groups are favoured but for a handful in a thousand million. */
static void projection_keeps_the_few(void **state)
{
	(void)state;
	for (double off = -1e-8; off < 1.1e-8; off += 1e-9) {
		double n = 1e9, theta = 1 + off;
		struct ehs_ratio_point p = ehs_ratio_project(n - 3, 3, n - 2, 2, theta);
		double refused = theta * 3 / p.q_prot + 2 / p.q_ref, favoured = (2 * n - 5) / p.p_ref;

		assert_true(near(refused, favoured, 1e-13));
		assert_true(near(p.q_prot, theta * p.q_ref - (theta - 1), 1e-13)); /* 1 - q_prot = theta (1 - q_ref) */
	}
}

static void enough(void **state)
{
	(void)state;
	assert_true(ehs_enough(table(10, 30, 500, 1000), 30, 5));
	assert_false(ehs_enough(table(10, 29, 500, 1000), 30, 5));
	assert_false(ehs_enough(table(4, 100, 40, 1000), 30, 5)); /* 4 expected of the rarer in the protected group */
	assert_true(ehs_enough(table(6, 120, 48, 960), 30, 5));
	assert_false(ehs_enough(table(0, 0, 0, 0), 0, 0));
}

static double binomial(uint64_t x, uint64_t n, double p)
{
	double a = (double)x, b = (double)n;

	return exp(lgamma(b + 1) - lgamma(a + 1) - lgamma(b - a + 1) + a * log(p) + (b - a) * log1p(-p));
}

/* How often the 95 % limits hold the true ratio, by enumeration of all tables of 200 against 40. */
static void koopman_covers(void **state)
{
	static struct ehs_interval k[201][41];
	double sum = 0, worst = 1, points = 0;

	(void)state;
	for (uint64_t x1 = 0; x1 <= 200; x1++)
		for (uint64_t x2 = 0; x2 <= 40; x2++)
			k[x1][x2] = ehs_air_koopman(table(x1, 200, x2, 40), EHS_Z95);
	for (double p1 = .1; p1 < .95; p1 += .1)
		for (double p2 = .1; p2 < .95; p2 += .1) {
			double covered = 0, w1[201], w2[41];

			for (uint64_t x = 0; x <= 200; x++)
				w1[x] = binomial(x, 200, p1);
			for (uint64_t x = 0; x <= 40; x++)
				w2[x] = binomial(x, 40, p2);
			for (size_t i = 0; i <= 200; i++)
				for (size_t j = 0; j <= 40; j++)
					covered += k[i][j].lo <= p1 / p2 && p1 / p2 <= k[i][j].hi ? w1[i] * w2[j] : 0;
			sum += covered;
			worst = fmin(worst, covered);
			points++;
		}
	print_message("coverage of 95 %% limits: mean %.4f, worst %.4f\n", sum / points, worst);
	assert_true(sum / points >= .945 && worst >= .92);
}

/* p is 0 in a double, its logarithm is not (mpmath, 40 digits). */
static void far_out(void **state)
{
	struct ehs_2x2 t = {.prot = {1000000, 400000}, .ref = {1000000, 600000}};
	struct ehs_test z = ehs_z_pooled(t), score = ehs_air_score(t, .9);

	(void)state;
	assert_true(z.p == 0 && fabs(z.log10_p / -17374.328886490596 - 1) < 1e-13);
	assert_true(score.p == 0 && score.log10_p < -1000 && isfinite(score.log10_p));
}

/* Each limit leaves 2.5 % of the binomial law beyond it, at any size; complements mirror. */
static void clopper_pearson(void **state)
{
	static const uint64_t n[] = {1, 2, 10, 1000, 1000000, 1000000000};

	(void)state;
	for (size_t i = 0; i < 6; i++)
		for (int j = 0; j < 5; j++) {
			uint64_t x = j < 2 ? (uint64_t)j : j == 2 ? n[i] / 2 : n[i] - (uint64_t)(4 - j);
			struct ehs_interval c = ehs_clopper_pearson((struct ehs_bin){n[i], x}, .95);
			struct ehs_interval turned = ehs_clopper_pearson((struct ehs_bin){n[i], n[i] - x}, .95);

			assert_true(c.status == EHS_OK && c.lo <= c.est && c.est <= c.hi);
			assert_true(fabs(c.lo - (1 - turned.hi)) < 1e-14);
			assert_true(
				x > 0 ? fabs(ehs_beta_tails(c.lo, 1 - c.lo, (double)x, (double)(n[i] - x + 1)).lower.p -
			                     .025) < 1e-6
				      : c.lo == 0);
			assert_true(x < n[i] ? fabs(ehs_binomial(x, n[i], c.hi).lower.p - .025) < 1e-6 : c.hi == 1);
		}
	assert_true(fabs(ehs_clopper_pearson((struct ehs_bin){1000000000, 0}, .95).hi / 3.6888794473100205e-09 - 1) <
	            1e-12);
	assert_int_equal(ehs_clopper_pearson((struct ehs_bin){0, 0}, .95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_clopper_pearson((struct ehs_bin){3, 4}, .95).status, EHS_INVALID);
	assert_int_equal(ehs_clopper_pearson((struct ehs_bin){3, 2}, 1).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(koopman_small),   cmocka_unit_test(differences_and_wald_small),
		cmocka_unit_test(wilson),          cmocka_unit_test(huge),
		cmocka_unit_test(projection),      cmocka_unit_test(projection_keeps_the_few),
		cmocka_unit_test(empty_and_wrong), cmocka_unit_test(enough),
		cmocka_unit_test(koopman_covers),  cmocka_unit_test(far_out),
		cmocka_unit_test(clopper_pearson), cmocka_unit_test(one_of_all_the_counts),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
