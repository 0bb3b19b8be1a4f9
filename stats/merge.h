/*
 * merge.h - k histograms side by side, at each key in order.
 *
 * Threads  any.
 */
#ifndef EHS_MERGE_H
#define EHS_MERGE_H

#include <stdbool.h>

#include "stats/rank.h"

struct ehs_merge {
	const struct ehs_histogram *groups;
	size_t k, filled;       /* filled = groups with at least one value */
	uint64_t n_all, at_all; /* values in all; those on `key` */
	int64_t key;
	uint64_t n[EHS_GROUPS_MAX];
	size_t next[EHS_GROUPS_MAX]; /* the bin that each group reads next */
	bool on_key[EHS_GROUPS_MAX];
};

/* EHS_OK, EHS_EMPTY_GROUP where fewer than two groups are filled, EHS_INVALID; `m` is whole in any case. */
enum ehs_status ehs_merge_start(struct ehs_merge *m, const struct ehs_histogram *groups, size_t k);

/* The next key on which anyone stands; false at the end. */
bool ehs_merge_next(struct ehs_merge *m);

/* How many of group i stand on the key. */
uint64_t ehs_merge_at(const struct ehs_merge *m, size_t i);

#endif
