/*
 * every_table_test.c - what must hold for every 2x2 table, looked at in every one with groups of up to 25.
 *
 * No NaN without a status, an interval holds its estimate, exchanging groups or outcomes turns a result over and
 * changes nothing else, one more favoured never lowers the group, and Fisher's test is the enumeration.
 */
#include <math.h>
#include <stdbool.h>

#include "stats/association.h"
#include "stats/difference.h"
#include "stats/exact.h"
#include "stats/odds.h"
#include "stats/proportion.h"

#include "tests/lib/test.h"

#define LARGEST 25
#define KINDS 9

/* Every estimate with limits, in one array. */
struct all {
	struct ehs_result of[KINDS];
};
enum { KOOPMAN, MN_RATIO, CONDITIONAL, HALVES, NEWCOMBE, MN, MEE, WALD, EXACT_RATE };
#define RATIO_KINDS 4 /* the first ones: turned over by 1/x; then differences, by -x; the last by 1 - x */

static struct ehs_result of_interval(struct ehs_interval i)
{
	struct ehs_result r = ehs_result_none(i.status, "");

	r.est = i.est;
	r.lo = i.lo;
	r.hi = i.hi;
	return r;
}

static struct all all_of(struct ehs_2x2 t)
{
	return (struct all){{
		[KOOPMAN] = of_interval(ehs_air_koopman(t, EHS_Z95)),
		[MN_RATIO] = ehs_air_mn(t, EHS_Z95),
		[CONDITIONAL] = ehs_or_conditional(t, .95),
		[HALVES] = ehs_or_woolf(t, EHS_Z95, true),
		[NEWCOMBE] = ehs_rd(t, EHS_RD_NEWCOMBE, EHS_Z95),
		[MN] = ehs_rd(t, EHS_RD_MN, EHS_Z95),
		[MEE] = ehs_rd(t, EHS_RD_MEE, EHS_Z95),
		[WALD] = ehs_rd(t, EHS_RD_WALD, EHS_Z95),
		[EXACT_RATE] = of_interval(ehs_clopper_pearson(t.prot, .95)),
	}};
}

static bool near(double a, double b)
{
	return a == b || fabs(a - b) <= 1e-10 * fmax(fabs(a), fabs(b)) || fabs(a - b) < 1e-14;
}

/* Above by more than rounding. */
static bool above(double a, double b)
{
	return a > b && !near(a, b);
}

static bool mirrored(const struct ehs_result *a, const struct ehs_result *b, double (*turn)(double))
{
	bool limits = near(a->lo, turn(b->hi)) && near(a->hi, turn(b->lo));

	return limits && (isnan(a->est) ? isnan(b->est) : near(a->est, turn(b->est)));
}

static double inverse(double x)
{
	return 1 / x;
}

static double opposite(double x)
{
	return -x;
}

static double rest(double x)
{
	return 1 - x;
}

static void say(const char *what, struct ehs_2x2 t, int kind, const struct ehs_result *r)
{
	print_error("%s: %u of %u against %u of %u, kind %d: %.17g in [%.17g, %.17g], %s\n", what, (unsigned)t.prot.x,
	            (unsigned)t.prot.n, (unsigned)t.ref.x, (unsigned)t.ref.n, kind, r->est, r->lo, r->hi,
	            ehs_status_name(r->status));
	fail();
}

static void numbers_or_a_status(struct ehs_2x2 t, const struct all *a)
{
	for (int k = 0; k < KINDS; k++) {
		const struct ehs_result *r = &a->of[k];

		bool numbers = !isnan(r->est) && !isnan(r->lo) && !isnan(r->hi);

		if ((r->status == EHS_OK && !numbers) || r->status == EHS_NO_CONVERGENCE)
			say("a number is missing", t, k, r);
		if (numbers && (above(r->lo, r->est) || above(r->est, r->hi)))
			say("the estimate lies outside", t, k, r);
		if (!isnan(r->p) && !(r->p > 0 && r->p <= 1 && near(log10(r->p), r->log10_p)))
			say("p is none", t, k, r);
	}
}

/* Groups exchanged: ratios by 1/x, differences by -x.  Outcomes exchanged: the odds ratio and differences alone. */
static void turned_over(struct ehs_2x2 t, const struct all *a)
{
	struct all groups = all_of((struct ehs_2x2){.prot = t.ref, .ref = t.prot});
	struct all outcomes =
		all_of((struct ehs_2x2){.prot = {t.prot.n, t.prot.n - t.prot.x}, .ref = {t.ref.n, t.ref.n - t.ref.x}});

	for (int k = 0; k < EXACT_RATE; k++)
		if (!mirrored(&a->of[k], &groups.of[k], k < RATIO_KINDS ? inverse : opposite))
			say("exchanged groups", t, k, &a->of[k]);
	for (int k = CONDITIONAL; k < KINDS; k++)
		if (!mirrored(&a->of[k], &outcomes.of[k],
		              k == EXACT_RATE   ? rest
		              : k < RATIO_KINDS ? inverse
		                                : opposite))
			say("exchanged outcomes", t, k, &a->of[k]);
}

/* One more of the protected group favoured, all else the same. */
static void rises(struct ehs_2x2 t, const struct all *fewer, const struct all *more)
{
	for (int k = 0; k < KINDS; k++) {
		const struct ehs_result *a = &fewer->of[k], *b = &more->of[k];
		bool falls =
			a->est > b->est || a->lo > b->lo * (1 + 1e-12) + 1e-15 || a->hi > b->hi * (1 + 1e-12) + 1e-15;

		if (falls && k != WALD) /* whose limits fall on the estimate at the ends */
			say("one more favoured", t, k, b);
	}
}

static void intervals(void **state)
{
	(void)state;
	for (uint64_t n1 = 1; n1 <= LARGEST; n1++)
		for (uint64_t n2 = 1; n2 <= LARGEST; n2++)
			for (uint64_t x2 = 0; x2 <= n2; x2++) {
				struct all before;

				for (uint64_t x1 = 0; x1 <= n1; x1++) {
					struct ehs_2x2 t = {.prot = {n1, x1}, .ref = {n2, x2}};
					struct all a = all_of(t);

					numbers_or_a_status(t, &a);
					if (x1 > 0)
						rises(t, &before, &a);
					if (n1 <= n2)
						turned_over(t, &a);
					before = a;
				}
			}
}

/* Products of binomial coefficients stay below 2^53, so the enumeration is exact. */
static double ways[LARGEST + 1][LARGEST + 1];

static void look_at_fisher(struct ehs_2x2 t)
{
	uint64_t m = t.prot.x + t.ref.x, from = m > t.ref.n ? m - t.ref.n : 0, to = m < t.prot.n ? m : t.prot.n;
	double all = 0, p = 0, tied = 0, less = 0, greater = 0,
	       seen = ways[t.prot.n][t.prot.x] * ways[t.ref.n][t.ref.x];
	struct ehs_exact e = ehs_fisher(t);

	for (uint64_t s = from; s <= to; s++) {
		double w = ways[t.prot.n][s] * ways[t.ref.n][m - s];

		all += w;
		p += w <= seen ? w : 0;
		tied += w == seen ? w : 0;
		less += s <= t.prot.x ? w : 0;
		greater += s >= t.prot.x ? w : 0;
	}
	assert_true(e.status == EHS_OK && e.p > 0 && e.p <= 1);
	assert_true(fabs(e.p * all - p) <= 1e-13 * p && fabs(e.p_mid * all - (p - tied / 2)) <= 1e-13 * p);
	assert_true(fabs(e.p_less * all - less) <= 1e-12 * less &&
	            fabs(e.p_greater * all - greater) <= 1e-12 * greater);
	assert_true(near(pow(10, e.log10_p), e.p) && near(pow(10, e.log10_mid), e.p_mid));
	assert_true(near(pow(10, e.log10_less), e.p_less) && near(pow(10, e.log10_greater), e.p_greater));
}

static void fisher_is_the_enumeration(void **state)
{
	(void)state;
	for (size_t n = 0; n <= LARGEST; n++)
		for (size_t k = 0; k <= n; k++)
			ways[n][k] = k == 0 || k == n ? 1 : ways[n - 1][k - 1] + ways[n - 1][k];
	for (uint64_t n1 = 1; n1 <= LARGEST; n1++)
		for (uint64_t n2 = 1; n2 <= LARGEST; n2++)
			for (uint64_t x1 = 0; x1 <= n1; x1++)
				for (uint64_t x2 = 0; x2 <= n2; x2++)
					look_at_fisher((struct ehs_2x2){.prot = {n1, x1}, .ref = {n2, x2}});
}

/* chi2 = z^2 = N phi^2, G and mutual information, each by its plain definition. */
static void look_at_association(struct ehs_2x2 t)
{
	uint64_t cell[4] = {t.prot.x, t.prot.n - t.prot.x, t.ref.x, t.ref.n - t.ref.x};
	struct ehs_contingency c = ehs_contingency(cell, 2, 2);
	double n = (double)(t.prot.n + t.ref.n), z = ehs_z_pooled(t).stat, phi = ehs_phi(t).value, g = 0, yates = 0;

	if (c.status != EHS_OK) {
		assert_true(c.status == EHS_DEGENERATE && isnan(c.chi2) && isnan(c.g) && isnan(phi) && isnan(z));
		return;
	}
	for (int i = 0; i < 4; i++) {
		double o = (double)cell[i], row = (double)(i < 2 ? t.prot.n : t.ref.n),
		       e = row * (double)(cell[i % 2] + cell[i % 2 + 2]) / n;

		g += o > 0 ? 2 * o * log(o / e) : 0;
		yates += pow(fabs(o - e) - fmin(.5, fabs(o - e)), 2) / e;
	}
	assert_true(near(c.chi2, z * z) && near(c.chi2, n * phi * phi) && near(c.cramers_v, fabs(phi)));
	assert_true(fabs(c.g - g) < 1e-12 && near(c.mutual_info, c.g / (2 * n)) && fabs(c.yates - yates) < 1e-12);
	assert_true(c.p > 0 && c.p <= 1 && c.g_p > 0 && c.g_p <= 1 && c.yates <= c.chi2 && c.yates_p >= c.p);
	assert_true(c.theil_u_col >= 0 && c.theil_u_col <= 1 + 1e-14 && c.theil_u_row >= 0 &&
	            c.theil_u_row <= 1 + 1e-14);
}

static void association(void **state)
{
	(void)state;
	for (uint64_t n1 = 1; n1 <= LARGEST; n1++)
		for (uint64_t n2 = 1; n2 <= LARGEST; n2++)
			for (uint64_t x1 = 0; x1 <= n1; x1++)
				for (uint64_t x2 = 0; x2 <= n2; x2++)
					look_at_association((struct ehs_2x2){.prot = {n1, x1}, .ref = {n2, x2}});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals),
		cmocka_unit_test(fisher_is_the_enumeration),
		cmocka_unit_test(association),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
