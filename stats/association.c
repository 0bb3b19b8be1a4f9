/*
 * association.c - see association.h.
 */
#include "stats/association.h"

#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"
#include "stats/tail.h"

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

/* What is summed over the cells: (O - E)^2/E, O ln(O/E) + E - O, and how small the expected counts are. */
struct cell_sums {
	double chi2, deviance, min_expected;
	size_t below_5, cells;
};

/* O n - R C is whole, so nothing is lost where a table of millions nearly fits. */
static struct cell_sums sum_cells(const struct margins *m, const uint64_t *table, size_t rows, size_t cols)
{
	struct cell_sums sum = {.min_expected = INFINITY};
	double n = (double)m->n;

	for (size_t i = 0; i < rows; i++) {
		for (size_t j = 0; j < cols; j++) {
			if (m->row[i] == 0 || m->col[j] == 0)
				continue;
			uint64_t observed = table[i * cols + j];
			double gap = (double)((ehs_int128)observed * m->n - (ehs_int128)m->row[i] * m->col[j]) / n;
			double expected = (double)m->row[i] * (double)m->col[j] / n;

			sum.chi2 += gap * gap / expected;
			sum.deviance += observed > 0 ? ehs_bd0_of_gap((double)observed, expected, gap) : expected;
			sum.min_expected = fmin(sum.min_expected, expected);
			sum.below_5 += expected < 5;
			sum.cells++;
		}
	}
	return sum;
}

/* In a 2 x 2 table all four |O - E| are the same, so chi2 shrinks by one factor. */
static double yates_of(const struct margins *m, double chi2, const uint64_t *table, size_t cols)
{
	size_t i = 0, j = 0;

	while (m->row[i] == 0)
		i++;
	while (m->col[j] == 0)
		j++;
	double gap = fabs((double)((ehs_int128)table[i * cols + j] * m->n - (ehs_int128)m->row[i] * m->col[j])) /
	             (double)m->n;
	double left = gap > .5 ? 1 - .5 / gap : 0;
	return chi2 * left * left;
}

/* In nats; p ln p of a share near 1 is taken from what is left of it. */
static double entropy(const uint64_t *count, size_t n_counts, uint64_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n_counts; i++) {
		double share = (double)count[i] / (double)n;

		if (count[i] > 0)
			sum -= share * (share > .5 ? log1p(-(double)(n - count[i]) / (double)n) : log(share));
	}
	return sum;
}

/* Bergsma: both the statistic and the number of levels are set back by what chance alone would give. */
static double corrected(double phi2, double r, double c, double n)
{
	double excess = phi2 - (r - 1) * (c - 1) / (n - 1);
	double r_less = r - (r - 1) * (r - 1) / (n - 1), c_less = c - (c - 1) * (c - 1) / (n - 1);
	double levels = fmin(r_less, c_less) - 1;

	if (!(levels > 0))
		return NAN;
	return excess > 0 ? sqrt(excess / levels) : 0;
}

static struct ehs_contingency nothing(void)
{
	return (struct ehs_contingency){
		.chi2 = NAN,
		.df = NAN,
		.p = NAN,
		.cramers_v = NAN,
		.cramers_v_corrected = NAN,
		.min_expected = NAN,
		.log10_p = NAN,
		.g = NAN,
		.g_p = NAN,
		.g_log10_p = NAN,
		.yates = NAN,
		.yates_p = NAN,
		.mutual_info = NAN,
		.mutual_info_reduced = NAN,
		.theil_u_col = NAN,
		.theil_u_row = NAN,
		.status = EHS_INVALID,
	};
}

static void add_information(struct ehs_contingency *t, const struct margins *m, size_t rows, size_t cols)
{
	double n = (double)m->n;

	t->mutual_info = t->g / (2 * n);
	t->mutual_info_reduced = t->mutual_info - t->df / (2 * n);
	t->theil_u_col = t->mutual_info / entropy(m->col, cols, m->n);
	t->theil_u_row = t->mutual_info / entropy(m->row, rows, m->n);
}

/* The counts and all their sums stay below 2^63, so that products of two fit 127 bits. */
static bool fits(const uint64_t *table, size_t cells)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < cells; i++)
		if (__builtin_add_overflow(sum, table[i], &sum) || sum > INT64_MAX)
			return false;
	return true;
}

struct ehs_contingency ehs_contingency(const uint64_t *table, size_t rows, size_t cols)
{
	struct ehs_contingency t = nothing();
	struct margins m;

	if (rows > EHS_LEVELS_MAX || cols > EHS_LEVELS_MAX)
		return t;
	t.status = EHS_OVERFLOW;
	if (!fits(table, rows * cols))
		return t;
	sum_margins(&m, table, rows, cols);
	t.n = m.n;
	t.rows = m.rows;
	t.cols = m.cols;
	t.flags = m.rows < rows || m.cols < cols ? EHS_FLAG_DROPPED_EMPTY : 0;
	t.status = m.n == 0 ? EHS_EMPTY_GROUP : EHS_DEGENERATE;
	if (m.rows < 2 || m.cols < 2)
		return t;
	double r = (double)m.rows, c = (double)m.cols, n = (double)m.n;
	struct cell_sums sum = sum_cells(&m, table, rows, cols);
	t.status = EHS_OK;
	t.min_expected = sum.min_expected;
	t.flags |= sum.min_expected < 1 || sum.below_5 * 5 > sum.cells ? EHS_FLAG_LOW_EXPECTED : 0;
	t.df = (r - 1) * (c - 1);
	t.chi2 = sum.chi2;
	struct ehs_tail p = ehs_chi2_upper(t.chi2, t.df);
	t.p = p.p;
	t.log10_p = ehs_log10_of(p);
	t.g = 2 * sum.deviance;
	p = ehs_chi2_upper(t.g, t.df);
	t.g_p = p.p;
	t.g_log10_p = ehs_log10_of(p);
	t.cramers_v = sqrt(t.chi2 / n / (fmin(r, c) - 1));
	t.cramers_v_corrected = corrected(t.chi2 / n, r, c, n);
	if (m.rows == 2 && m.cols == 2) {
		t.yates = yates_of(&m, t.chi2, table, cols);
		t.yates_p = ehs_chi2_upper(t.yates, 1).p;
	}
	add_information(&t, &m, rows, cols);
	return t;
}
