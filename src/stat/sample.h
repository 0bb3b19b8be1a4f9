/*
 * sample.h - the values of a sample as a histogram, which is what kernels that look at order take.
 *
 * Owner    the histogram is the call's arena's.
 * Threads  none.
 */
#ifndef EH_STAT_SAMPLE_H
#define EH_STAT_SAMPLE_H

#include "stat/args.h"
#include "stats/score.h"

/* Sorts the sample in place. */
struct ehs_histogram eh_sample_histogram(struct eh_stat_call *c, struct eh_stat_fixed sample);

/* The field `key`, in keys that keep order and ties, sorted into a histogram. */
struct ehs_histogram eh_sample_ordered(struct eh_stat_call *c, const char *key);

#endif
