/*
 * association.c - see association.h.
 */
#include "stats/association.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

struct margins {
	uint64_t row[EHS_LEVELS_MAX], col[EHS_LEVELS_MAX], n;
	size_t rows, cols;
};

static void sum_margins(struct margins *m, const uint64_t *table, size_t rows, size_t cols)
{
	*m = (struct margins){0};
	for (size_t i = 0; i < rows; i++) {
		for (size_t j = 0; j < cols; j++) {
			m->row[i] += table[i * cols + j];
			m->col[j] += table[i * cols + j];
		}
		m->n += m->row[i];
		m->rows += m->row[i] > 0;
	}
	for (size_t j = 0; j < cols; j++)
		m->cols += m->col[j] > 0;
}

/* Sum of (O - E)^2/E; O n - R C is whole, so nothing is lost where a table of millions nearly fits. */
static double chi_square(const struct margins *m, const uint64_t *table, size_t rows, size_t cols, double *min_expected)
{
	double sum = 0, n = (double)m->n;

	*min_expected = INFINITY;
	for (size_t i = 0; i < rows; i++) {
		for (size_t j = 0; j < cols; j++) {
			if (m->row[i] == 0 || m->col[j] == 0)
				continue;
			ehs_int128 gap = (ehs_int128)table[i * cols + j] * m->n - (ehs_int128)m->row[i] * m->col[j];
			double expected = (double)m->row[i] * (double)m->col[j] / n;

			sum += ((double)gap / n) * ((double)gap / n) / expected;
			*min_expected = fmin(*min_expected, expected);
		}
	}
	return sum;
}

/* Bergsma: both the statistic and the number of levels are set back by what chance alone would give. */
static double corrected(double phi2, double r, double c, double n)
{
	double excess = phi2 - (r - 1) * (c - 1) / (n - 1);
	double r_less = r - (r - 1) * (r - 1) / (n - 1), c_less = c - (c - 1) * (c - 1) / (n - 1);
	double levels = fmin(r_less, c_less) - 1;

	return excess > 0 && levels > 0 ? sqrt(excess / levels) : 0;
}

struct ehs_contingency ehs_contingency(const uint64_t *table, size_t rows, size_t cols)
{
	struct ehs_contingency t = {NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, 0, EHS_INVALID};
	struct margins m;

	if (rows > EHS_LEVELS_MAX || cols > EHS_LEVELS_MAX)
		return t;
	sum_margins(&m, table, rows, cols);
	t.n = m.n;
	t.rows = m.rows;
	t.cols = m.cols;
	t.status = m.n == 0 ? EHS_EMPTY_GROUP : EHS_DEGENERATE;
	if (m.rows < 2 || m.cols < 2)
		return t;
	double r = (double)m.rows, c = (double)m.cols, n = (double)m.n;
	t.chi2 = chi_square(&m, table, rows, cols, &t.min_expected);
	t.df = (r - 1) * (c - 1);
	t.p = gsl_cdf_chisq_Q(t.chi2, t.df);
	t.cramers_v = sqrt(t.chi2 / n / (fmin(r, c) - 1));
	t.cramers_v_corrected = corrected(t.chi2 / n, r, c, n);
	t.status = EHS_OK;
	return t;
}
