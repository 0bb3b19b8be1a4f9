/*
 * anderson.c - see anderson.h.
 */
#include "stats/anderson.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>

#include "stats/merge.h"

/* What has gone by of each group, and the two sums over keys of (N M_i - n_i B)^2 / ..., by group. */
struct gaps {
	uint64_t below[EHS_GROUPS_MAX];
	double v1, v2;
};

static double squared(ehs_int128 whole)
{
	return (double)whole * (double)whole;
}

/* One key: l of N values stand on it and `before` lie below.  All gaps are whole, doubled in version 2. */
static void add_key(struct gaps *g, const struct ehs_merge *m, uint64_t before)
{
	ehs_int128 all = m->n_all, l = m->at_all, upper = before + m->at_all, twice_middle = 2 * (ehs_int128)before + l;
	double sum_v1 = 0, sum_v2 = 0;

	for (size_t i = 0; i < m->k; i++) {
		if (m->n[i] == 0)
			continue;
		ehs_int128 at = ehs_merge_at(m, i), n = m->n[i], below = g->below[i];

		sum_v1 += squared(all * (below + at) - n * upper) / (double)n;
		sum_v2 += squared(all * (2 * below + at) - n * twice_middle) / (double)n / 4;
		g->below[i] += ehs_merge_at(m, i);
	}
	double size = (double)all, share = (double)l / size;
	if (upper < all)
		g->v1 += share * sum_v1 / ((double)upper * (double)(all - upper));
	/* B (N - B) - N l/4 with B in the middle, times 4 */
	ehs_int128 spread = twice_middle * (2 * all - twice_middle) - all * l;
	g->v2 += spread > 0 ? share * sum_v2 / ((double)spread / 4) : 0;
}

/* Equation 4; h is the sum of 1/i, and g that of 1/((N - i) j) over i < j < N, both in closed form. */
static double deviation(const struct ehs_merge *m)
{
	double n = (double)m->n_all, k = (double)m->filled, sum = 0;
	double h = gsl_sf_psi(n) + M_EULER, g = M_PI * M_PI / 6 - gsl_sf_psi_1(n) - 2 * h / n;

	for (size_t i = 0; i < m->k; i++)
		sum += m->n[i] > 0 ? 1 / (double)m->n[i] : 0;
	double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * sum;
	double b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * sum - 8 * h + 4 * g - 6;
	double c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * sum + 4 * h;
	double d = (2 * h + 6) * k * k - 4 * h * k;
	return sqrt((((a * n + b) * n + c) * n + d) / ((n - 1) * (n - 2) * (n - 3)));
}

#define LEVELS 7
static const double level[LEVELS] = {.25, .1, .05, .025, .01, .005, .001};
static const double b0[LEVELS] = {.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085};
static const double b1[LEVELS] = {-.245, .25, .678, 1.149, 1.822, 2.364, 3.615};
static const double b2[LEVELS] = {-.105, -.305, -.362, -.391, -.396, -.345, -.154};

/* The least-squares parabola of the levels' logarithms over the critical values for m = k - 1, at t. */
static double by_table(double t, double m)
{
	double s[5] = {0}, right[3] = {0}, shift = 0, at[LEVELS];

	for (int i = 0; i < LEVELS; i++) {
		at[i] = b0[i] + b1[i] / sqrt(m) + b2[i] / m;
		shift += at[i] / LEVELS;
	}
	for (int i = 0; i < LEVELS; i++) {
		double x = at[i] - shift, power = 1;

		for (int j = 0; j < 5; j++, power *= x) {
			s[j] += power;
			if (j < 3)
				right[j] += power * log(level[i]);
		}
	}
	/* the values are centered, so s[1] is 0 but for rounding, and the three equations fall apart */
	double bend = (right[2] - right[0] * s[2] / s[0] - right[1] * s[3] / s[2]) /
	              (s[4] - s[2] * s[2] / s[0] - s[3] * s[3] / s[2]);
	double slope = (right[1] - bend * s[3]) / s[2], height = (right[0] - bend * s[2]) / s[0], x = t - shift;
	if (t <= at[0])
		return level[0];
	if (t >= at[LEVELS - 1])
		return level[LEVELS - 1];
	return fmin(level[0], fmax(level[LEVELS - 1], exp(height + x * (slope + x * bend))));
}

static struct ehs_result version(const struct ehs_merge *m, double a2, double sigma, const char *method)
{
	struct ehs_result r = ehs_result_none(EHS_OK, method);
	double between = (double)m->filled - 1;

	r.n[0] = m->n_all;
	r.n[1] = m->filled;
	r.est = a2;
	r.stat = (a2 - between) / sigma;
	r.p = by_table(r.stat, between);
	r.log10_p = log10(r.p);
	r.flags = EHS_FLAG_APPROXIMATE | (m->filled < m->k ? EHS_FLAG_DROPPED_EMPTY : 0);
	return r;
}

struct ehs_anderson ehs_anderson(const struct ehs_histogram *groups, size_t k)
{
	struct ehs_merge m;
	struct ehs_anderson a = {NAN,
	                         NAN,
	                         NAN,
	                         NAN,
	                         NAN,
	                         ehs_result_none(EHS_OK, "anderson_darling_v1"),
	                         ehs_result_none(EHS_OK, "anderson_darling_v2"),
	                         ehs_merge_start(&m, groups, k)};
	struct gaps g = {{0}, 0, 0};
	uint64_t before = 0;
	size_t keys = 0;

	if (a.status == EHS_OK && m.n_all < 4)
		a.status = EHS_LOW_N;
	for (; a.status == EHS_OK && ehs_merge_next(&m); keys++) {
		add_key(&g, &m, before);
		before += m.at_all;
	}
	if (keys == 1)
		a.status = EHS_ALL_TIED;
	a.v1.status = a.v2.status = a.status;
	if (a.status != EHS_OK)
		return a;
	double size = (double)m.n_all;
	a.a2_v1 = g.v1;
	a.a2_v2 = g.v2 * (size - 1) / size;
	a.sigma = deviation(&m);
	a.v1 = version(&m, a.a2_v1, a.sigma, "anderson_darling_v1");
	a.v2 = version(&m, a.a2_v2, a.sigma, "anderson_darling_v2");
	a.t_v1 = a.v1.stat;
	a.t_v2 = a.v2.stat;
	return a;
}
