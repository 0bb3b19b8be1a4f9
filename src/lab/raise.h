/*
 * raise.h - which pairs a policy would have raised in a drawn past, and when, for one budget and for many.
 *
 * All monitors share a budget, so this looks at all of them at once, close by close, as
 * the core does (judge/weigh.c): the review queue by e-d-BH, a page at K / b.  How much
 * evidence there is hangs on no budget; so one past says what every budget would have done.
 *
 * Threads  any.
 */
#ifndef EH_LAB_RAISE_H
#define EH_LAB_RAISE_H

#include "lab/evidence.h"

/* What is asked of the evidence. */
struct eh_lab_bar {
	int side;
	double budget; /* false alerts a year over all monitors */
	bool alone;    /* a page: each monitor by itself at K / b; else the review queue */
};

/* Evidence that no bar can be passed without, ln years. */
double eh_lab_floor(const struct eh_lab_bar *bar, size_t bars);
/* Evidence that passes every bar by itself, ln years. */
double eh_lab_ceiling(const struct eh_lab_portfolio *portfolio, const struct eh_lab_bar *bar, size_t bars);

/*
 * first_us[bar * pairs + pair] becomes when the alert about the pair's group (its `about`) was first raised under that
 * bar; INT64_MAX: never.  `trace` has the
 * moments of all ways through one past; its order does not matter, and is another afterwards.  `all_met`: every
 * monitor counts from the beginning, whoever was gone through; moments before `after_us` raise nothing.
 */
void eh_lab_raise(const struct eh_lab_portfolio *portfolio, struct eh_lab_trace *trace, const struct eh_lab_bar *bar,
                  size_t bars, bool all_met, int64_t after_us, int64_t *first_us);

#endif
