/*
 * association.h - does one label go with another?
 *
 * Chi-square and G, Cramer's V, mutual information and Theil's U of a table of
 * counts.  Everything that is divided by an expected count is flagged where those
 * are small: by Cochran's rule, more than a fifth below 5, or one below 1.
 *
 * Source   Pearson 1900; Yates 1934; Cochran 1954; Cramer 1946; Bergsma 2013 (the
 *          bias-corrected V); Miller 1955; Theil 1970.
 * Threads  any.
 */
#ifndef EHS_ASSOCIATION_H
#define EHS_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/ehs.h"

#define EHS_LEVELS_MAX 1024 /* most rows, and most columns, of a table */

struct ehs_contingency {
	double chi2, df, p;         /* Pearson, without correction */
	double cramers_v;           /* sqrt(chi2 / n / (min(rows, cols) - 1)) */
	double cramers_v_corrected; /* Bergsma's; NaN where the corrected number of levels leaves nothing to divide by */
	double min_expected;
	double log10_p;           /* of p, also where p underflows */
	double g, g_p, g_log10_p; /* the likelihood ratio statistic 2 sum O ln(O/E) on the same df */
	double yates, yates_p;    /* chi2 with |O - E| less min(1/2, |O - E|); NaN unless the table is 2 x 2 */
	double mutual_info; /* nats, g/(2n): the plug-in estimate, which chance alone makes positive */
	double mutual_info_reduced; /* less its first-order bias (rows - 1)(cols - 1)/(2n), Miller & Madow; may be < 0 */
	double theil_u_col;         /* share of the uncertainty about the column that knowing the row takes away */
	double theil_u_row;         /* and the other way round */
	uint64_t n;
	size_t rows, cols; /* those that are not empty; only they count */
	unsigned flags;    /* EHS_FLAG_LOW_EXPECTED, EHS_FLAG_DROPPED_EMPTY */
	enum ehs_status status; /* EHS_DEGENERATE, with NaN: fewer than 2 rows or columns are left; EHS_EMPTY_GROUP */
};

/*
 * `table` is row-major, rows x cols, both <= EHS_LEVELS_MAX, else EHS_INVALID.  Empty rows and columns are left out.
 * All counts together must fit 63 bits, else EHS_OVERFLOW.
 */
struct ehs_contingency ehs_contingency(const uint64_t *table, size_t rows, size_t cols);

#endif
