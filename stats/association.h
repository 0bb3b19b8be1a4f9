/*
 * association.h - does one label go with another?  Chi-square and Cramer's V.
 *
 * Source   Pearson 1900; Cramer 1946; Bergsma 2013 (the bias-corrected V).
 * Threads  any.
 */
#ifndef EHS_ASSOCIATION_H
#define EHS_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/ehs.h"

#define EHS_LEVELS_MAX 1024 /* most rows, and most columns, of a table */

struct ehs_contingency {
	double chi2, df, p;
	double cramers_v;
	double cramers_v_corrected;
	double min_expected;
	uint64_t n;
	size_t rows, cols;      /* those that are not empty; only they count */
	enum ehs_status status; /* EHS_DEGENERATE with NaN where fewer than 2 rows or columns are left; EHS_EMPTY_GROUP */
};

/* `table` is row-major, rows x cols, both <= EHS_LEVELS_MAX, else EHS_INVALID. */
struct ehs_contingency ehs_contingency(const uint64_t *table, size_t rows, size_t cols);

#endif
