/*
 * ll144.h - the arithmetic of New York City's bias audit (Local Law 144; 6 RCNY 5-301).
 *
 * The question: of each category, what share was selected (or scored above the
 * sample's median), and how does that share stand to the most selected category's?
 *
 * The rule prints figures, and computes from what it prints.  A rate is a
 * percentage with one decimal, the rest cut off: 18 of 28 are 64.2 %.  An impact
 * ratio is one printed percentage over the highest printed one, rounded to two
 * decimals, a half away from zero.  Everything here is done in whole numbers, so
 * that cutting and rounding are exact; a rate of 57.3 % is the integer 573.
 * (One percentage of the rule's own example is rounded instead: docs/statistics/ll144.md.)
 *
 * A category of less than 2 % of the data may be left out of the ratios, and out
 * of the search for the highest rate; its count and its rate are shown all the
 * same.  We always leave it out, and say so.
 *
 * The law names no line that a ratio must reach.
 *
 * Threads  any.
 */
#ifndef EHS_LL144_H
#define EHS_LL144_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/ehs.h"

/* One category, as it is printed. */
struct ehs_ll144_row {
	int permille; /* the rate in tenths of a percent, 0..1000; -1: the category is empty */
	int ratio;    /* the impact ratio in hundredths; -1: left out, or there is no rate to compare with */
	bool small;   /* less than 2 % of `total` */
	bool highest; /* its printed rate is the highest of those that are not small */
};

/*
 * Fills row[i] from group[i], i < n.  `total` is the number of people in the data, those of unknown category left out;
 * for scoring rates a group's n is its scored people.  EHS_EMPTY_GROUP: no category is large enough to be compared
 * with; EHS_DEGENERATE: the highest printed rate is 0.0, so no ratio exists; both fill the rows as far as they exist.
 * EHS_INVALID where x > n, or the groups hold more than `total`: nothing is written.
 */
enum ehs_status ehs_ll144(const struct ehs_bin *group, size_t n, uint64_t total, struct ehs_ll144_row *row);

#endif
