/*
 * regressors.c - see regressors.h.
 */
#include "stats/regressors.h"

#include <gsl/gsl_cdf.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats/tail.h"

/* A spread this small against the size of the numbers is their rounding. */
#define CONSTANT 1e-13

size_t ehs_regressors_doubles(size_t rows, size_t columns)
{
	return rows * (columns + 2);
}

static double count(const struct ehs_regressors *r, size_t row)
{
	return r->n == NULL ? 1 : (double)r->n[row];
}

static bool all_finite(const struct ehs_regressors *r)
{
	for (size_t i = 0; i < r->rows * r->columns; i++)
		if (!isfinite(r->x[i]))
			return false;
	return true;
}

/* The power of two that brings each column to about 1: it takes no digit, and neither 10^200 nor 10^-200 leaves the
 * range when squared. */
static void find_powers(const struct ehs_regressors *r, const double *weight, int *power, double *shrink)
{
	double largest[EHS_REGRESSORS_MAX] = {0};

	for (size_t i = 0; i < r->rows; i++) {
		const double *x = r->x + i * r->columns;

		if (weight[i] == 0)
			continue;
		for (size_t j = 0; j < r->columns; j++)
			largest[j] = fabs(x[j]) > largest[j] ? fabs(x[j]) : largest[j];
	}
	for (size_t j = 0; j < r->columns; j++) {
		power[j] = largest[j] >= DBL_MIN ? ilogb(largest[j]) : 0;
		shrink[j] = ldexp(1, -power[j]);
	}
}

/* The means in two passes: the second keeps what rounding left in the first.  Row by row, as they lie. */
static void measure(const struct ehs_regressors *r, struct ehs_scaled *s)
{
	double shrink[EHS_REGRESSORS_MAX], mean[EHS_REGRESSORS_MAX] = {0}, rest[EHS_REGRESSORS_MAX] = {0},
					   squares[EHS_REGRESSORS_MAX] = {0};
	int power[EHS_REGRESSORS_MAX];

	find_powers(r, s->weight, power, shrink);
	for (size_t i = 0; i < r->rows; i++) {
		const double *x = r->x + i * r->columns, w = s->weight[i];

		if (w == 0) /* what stands in a row of nobody may be anything */
			continue;
		for (size_t j = 0; j < r->columns; j++)
			mean[j] += w * (x[j] * shrink[j]);
	}
	for (size_t j = 0; j < r->columns; j++)
		mean[j] /= s->n;
	for (size_t i = 0; i < r->rows; i++) {
		const double *x = r->x + i * r->columns, w = s->weight[i];

		if (w == 0)
			continue;
		for (size_t j = 0; j < r->columns; j++) {
			double gap = x[j] * shrink[j] - mean[j];

			rest[j] += w * gap;
			squares[j] += w * gap * gap;
		}
	}
	for (size_t j = 0; j < r->columns; j++) {
		double unit = ldexp(1, power[j]), variance = (squares[j] - rest[j] * rest[j] / s->n) / s->n;

		s->mean[j + 1] = mean[j] * unit;
		s->rest[j + 1] = rest[j] / s->n * unit;
		s->scale[j + 1] = variance > CONSTANT * CONSTANT ? sqrt(variance) * unit : 0;
	}
}

double ehs_scaled_value(const struct ehs_scaled *s, size_t term, double x)
{
	return ((x - s->mean[term]) - s->rest[term]) / s->scale[term];
}

/* The correlations of the columns, factored: a pivot is 1 - R^2 of its column on those before it. */
static size_t find_combination(const struct ehs_scaled *s)
{
	double a[EHS_REGRESSORS_MAX * EHS_REGRESSORS_MAX] = {0}, mean[EHS_REGRESSORS_MAX] = {0};
	size_t m = s->terms - 1;

	ehs_add_squares(a, m, m, s, s->weight, mean, 1);
	size_t at = ehs_cholesky(a, m, m, EHS_COLLINEAR);
	return at < m ? at : EHS_NO_COLUMN;
}

static void fill(const struct ehs_regressors *r, double *z, const struct ehs_scaled *s)
{
	for (size_t i = 0; i < r->rows; i++) {
		z[i * s->terms] = 1;
		for (size_t j = 1; j < s->terms; j++)
			z[i * s->terms + j] =
				s->weight[i] > 0 ? ehs_scaled_value(s, j, r->x[i * r->columns + j - 1]) : 0;
	}
}

enum ehs_status ehs_regressors_scale(const struct ehs_regressors *r, double *z, struct ehs_scaled *out, size_t *column)
{
	*column = EHS_NO_COLUMN;
	*out = (struct ehs_scaled){.z = z, .rows = r->rows, .terms = r->columns + 1};
	if (r->columns > EHS_REGRESSORS_MAX || !all_finite(r))
		return EHS_INVALID;
	double *weight = z + r->rows * out->terms;
	out->weight = weight;
	for (size_t i = 0; i < r->rows; i++)
		out->n += weight[i] = count(r, i);
	if (out->n <= (double)r->columns + 1)
		return EHS_LOW_N;
	out->scale[0] = 1;
	measure(r, out);
	for (size_t j = 1; j < out->terms; j++) {
		if (out->scale[j] == 0) {
			*column = j - 1;
			return EHS_ILL_CONDITIONED;
		}
	}
	fill(r, z, out);
	*column = find_combination(out);
	return *column == EHS_NO_COLUMN ? EHS_OK : EHS_ILL_CONDITIONED;
}

double ehs_contrast_variance(const double *l, size_t m, double *contrast)
{
	double sum = 0;

	ehs_cholesky_forward(l, m, contrast);
	for (size_t j = 0; j < m; j++)
		sum += contrast[j] * contrast[j];
	return sum;
}

/* beta_j/scale_j, and the intercept less what the means take with them. */
void ehs_scaled_to_raw(const struct ehs_scaled *s, double *beta, const double *l, double *se)
{
	double contrast[EHS_TERMS_MAX], mean[EHS_TERMS_MAX];

	mean[0] = 1;
	for (size_t j = 1; j < s->terms; j++) {
		memset(contrast, 0, sizeof contrast);
		contrast[j] = 1;
		se[j] = sqrt(ehs_contrast_variance(l, s->terms, contrast)) / s->scale[j];
		mean[j] = -(s->mean[j] + s->rest[j]) / s->scale[j];
		beta[0] += mean[j] * beta[j];
		beta[j] /= s->scale[j];
	}
	se[0] = sqrt(ehs_contrast_variance(l, s->terms, mean));
}

#define AT_ONCE 4 /* rows: the sums stay in registers for so many */

void ehs_add_squares(double *a, size_t m, size_t stride, const struct ehs_scaled *s, const double *weight,
                     const double *mean, size_t first)
{
	double z[AT_ONCE][EHS_TERMS_MAX];

	for (size_t i = 0; i < s->rows; i += AT_ONCE) {
		double w[AT_ONCE] = {0};

		for (size_t b = 0; b < AT_ONCE; b++) {
			bool there = i + b < s->rows;
			const double *row = s->z + (there ? i + b : i) * s->terms + first;

			w[b] = there ? weight[i + b] : 0;
			for (size_t j = 0; j < m; j++)
				z[b][j] = row[j] - mean[j];
		}
		for (size_t j = 0; j < m; j++) {
			double *sum = a + j * stride;
			double w0 = w[0] * z[0][j], w1 = w[1] * z[1][j], w2 = w[2] * z[2][j], w3 = w[3] * z[3][j];

			for (size_t k = 0; k <= j; k++)
				sum[k] += (w0 * z[0][k] + w1 * z[1][k]) + (w2 * z[2][k] + w3 * z[3][k]);
		}
	}
}

void ehs_wald(struct ehs_result *coef, double conf, double df)
{
	bool normal = isinf(df);
	double reach = normal ? ehs_z_of(conf) : gsl_cdf_tdist_Qinv((1 - conf) / 2, df);

	coef->stat = coef->est / coef->se;
	struct ehs_tail tail = normal ? ehs_normal_two_sided(coef->stat) : ehs_t_two_sided(coef->stat, df);
	coef->df = normal ? NAN : df;
	coef->p = tail.p;
	coef->log10_p = ehs_log10_of(tail);
	coef->conf = conf;
	coef->lo = coef->est - reach * coef->se;
	coef->hi = coef->est + reach * coef->se;
}

size_t ehs_cholesky(double *a, size_t m, size_t stride, double tolerance)
{
	for (size_t j = 0; j < m; j++) {
		double *row = a + j * stride, diagonal = row[j], pivot = diagonal;

		for (size_t k = 0; k < j; k++)
			pivot -= row[k] * row[k];
		if (!(pivot > tolerance * diagonal))
			return j;
		row[j] = sqrt(pivot);
		for (size_t i = j + 1; i < m; i++) {
			double sum = a[i * stride + j];

			for (size_t k = 0; k < j; k++)
				sum -= a[i * stride + k] * row[k];
			a[i * stride + j] = sum / row[j];
		}
	}
	return m;
}

void ehs_cholesky_forward(const double *l, size_t m, double *b)
{
	for (size_t i = 0; i < m; i++) {
		for (size_t k = 0; k < i; k++)
			b[i] -= l[i * m + k] * b[k];
		b[i] /= l[i * m + i];
	}
}

void ehs_cholesky_solve(const double *l, size_t m, double *b)
{
	ehs_cholesky_forward(l, m, b);
	for (size_t i = m; i-- > 0;) {
		for (size_t k = i + 1; k < m; k++)
			b[i] -= l[k * m + i] * b[k];
		b[i] /= l[i * m + i];
	}
}
