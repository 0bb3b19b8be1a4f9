/*
 * correlation.c - Pearson and partial correlation from cross moments; see correlation.h.
 */
#include "stats/correlation.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdbool.h>

#include "stats/correlation_law.h"

/* Sums of products about whole numbers near the means are small and exact, however far from 0 the values lie. */
struct centered {
	ehs_int128 n, base, rest; /* sum = base n + rest */
};

static struct centered center(const struct ehs_cross *m, size_t i)
{
	ehs_int128 n = m->n, base = m->sum[i] / n;

	return (struct centered){n, base, m->sum[i] - base * n};
}

/* Sum of (x_i - mean)(x_j - mean), rounded once where it fits into 127 bits times n. */
static double centered_product(const struct ehs_cross *m, size_t i, size_t j)
{
	struct centered a = center(m, i), b = center(m, j);
	/* the sum about the bases fits though its four terms need not: unsigned arithmetic wraps back */
	ehs_uint128 about = (ehs_uint128)ehs_cross_product(m, i, j) - (ehs_uint128)a.base * (ehs_uint128)m->sum[j] -
	                    (ehs_uint128)b.base * (ehs_uint128)m->sum[i] +
	                    (ehs_uint128)a.n * (ehs_uint128)a.base * (ehs_uint128)b.base;
	ehs_int128 sum = (ehs_int128)about, rests = a.rest * b.rest, whole;

	if (!__builtin_mul_overflow(sum, a.n, &whole) && !__builtin_sub_overflow(whole, rests, &whole))
		return (double)whole / (double)a.n;
	return (double)sum; /* above 2^94, and the rests make less than 2^33 of it */
}

struct ehs_result ehs_pearson(const struct ehs_cross *m, size_t i, size_t j, double z)
{
	if (m->p > EHS_CROSS_MAX || i >= m->p || j >= m->p)
		return ehs_result_none(EHS_INVALID, "pearson");
	if (m->n == 0)
		return ehs_result_none(EHS_EMPTY_GROUP, "pearson");
	struct ehs_result r = ehs_correlation_law("pearson", m->n, centered_product(m, i, i), centered_product(m, j, j),
	                                          centered_product(m, i, j), (double)m->n - 2);

	ehs_fisher_limits(&r, (double)m->n - 3, z);
	if (r.status == EHS_OK && m->n < 4)
		r.status = EHS_LOW_N;
	return r;
}

#define CONDITION_MAX 1e10

/* The correlation matrix of the controls, then i, then j, in both halves; false where one does not vary. */
static bool fill(gsl_matrix *r, const struct ehs_cross *m, const size_t *which, size_t size)
{
	double scale[EHS_CROSS_MAX];

	for (size_t a = 0; a < size; a++) {
		scale[a] = sqrt(centered_product(m, which[a], which[a]));
		if (!(scale[a] > 0))
			return false;
		gsl_matrix_set(r, a, a, 1);
		for (size_t b = 0; b < a; b++) {
			double each = centered_product(m, which[a], which[b]) / scale[a] / scale[b];

			gsl_matrix_set(r, a, b, each);
			gsl_matrix_set(r, b, a, each);
		}
	}
	return true;
}

/* The factor L of a correlation matrix, into its lower half alone, as GSL; false where a row is a combination of those above. */
static bool factor(gsl_matrix *r, size_t size, size_t controls)
{
	for (size_t a = 0; a < size; a++)
		for (size_t b = 0; b <= a; b++) {
			double sum = gsl_matrix_get(r, a, b);

			for (size_t c = 0; c < b; c++)
				sum -= gsl_matrix_get(r, a, c) * gsl_matrix_get(r, b, c);
			/* the last row may well be a combination of i and the controls: then r is 1 */
			if (a == b && a <= controls && !(sum > 1 / CONDITION_MAX))
				return false;
			gsl_matrix_set(r, a, b, a == b ? sqrt(fmax(0, sum)) : sum / gsl_matrix_get(r, b, b));
		}
	return true;
}

/* i, j and the controls exist, and are named once. */
static bool all_named_once(const struct ehs_cross *m, const size_t *which, size_t size)
{
	bool named[EHS_CROSS_MAX] = {false};

	for (size_t a = 0; a < size; a++) {
		if (which[a] >= m->p || named[which[a]])
			return false;
		named[which[a]] = true;
	}
	return true;
}

/* The condition of the controls' own correlation matrix, from their part of the factor. */
static bool well_conditioned(gsl_matrix *l, size_t controls)
{
	double work[3 * EHS_CROSS_MAX], rcond = 1;

	if (controls == 0)
		return true;
	gsl_matrix_view part = gsl_matrix_submatrix(l, 0, 0, controls, controls);
	gsl_vector_view at = gsl_vector_view_array(work, 3 * controls);
	return gsl_linalg_cholesky_rcond(&part.matrix, &rcond, &at.vector) == GSL_SUCCESS && rcond > 1 / CONDITION_MAX;
}

struct ehs_result ehs_partial(const struct ehs_cross *m, size_t i, size_t j, const size_t *controls, size_t k, double z)
{
	double space[EHS_CROSS_MAX * EHS_CROSS_MAX];
	size_t which[EHS_CROSS_MAX], size = k + 2;

	if (m->p > EHS_CROSS_MAX || k > EHS_CROSS_MAX - 2)
		return ehs_result_none(EHS_INVALID, "partial");
	for (size_t a = 0; a < k; a++)
		which[a] = controls[a];
	which[k] = i;
	which[k + 1] = j;
	if (!all_named_once(m, which, size))
		return ehs_result_none(EHS_INVALID, "partial");
	if (m->n < k + 3)
		return ehs_result_none(m->n == 0 ? EHS_EMPTY_GROUP : EHS_LOW_N, "partial");
	gsl_matrix_view view = gsl_matrix_view_array(space, size, size);
	gsl_matrix *l = &view.matrix;
	if (!fill(l, m, which, size))
		return ehs_result_none(EHS_ZERO_VARIANCE, "partial");
	if (!factor(l, size, k) || !well_conditioned(l, k))
		return ehs_result_none(EHS_ILL_CONDITIONED, "partial");
	/* what the controls leave of j: along what they leave of i, and across it */
	double along = gsl_matrix_get(l, k + 1, k), across = gsl_matrix_get(l, k + 1, k + 1);
	double left = along * along + across * across;
	if (!(left > 1 / CONDITION_MAX))
		return ehs_result_none(EHS_ILL_CONDITIONED, "partial");
	struct ehs_result r = ehs_correlation_law("partial", m->n, 1, left, along, (double)m->n - (double)k - 2);
	ehs_fisher_limits(&r, (double)m->n - (double)k - 3, z);
	if (r.status == EHS_OK && m->n < k + 4)
		r.status = EHS_LOW_N;
	return r;
}
