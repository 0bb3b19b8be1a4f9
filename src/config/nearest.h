/*
 * nearest.h - the "did you mean" of messages: the known word closest to the one that was written.
 *
 * Owner    the answer points into `known`.
 * Threads  any.
 */
#ifndef EH_CONFIG_NEAREST_H
#define EH_CONFIG_NEAREST_H

#include <stddef.h>

/* The word of known[0..n) with the least edit distance to `word` (insertions,
 * deletions, changes and swaps of neighbours, case counting a quarter), the first of
 * equals; NULL where none is near enough to be a slip (a third of its length).
 * NULL entries are passed over. */
const char *eh_nearest(const char *word, const char *const *known, size_t n);

#endif
