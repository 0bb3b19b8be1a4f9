/*
 * suppress.h - which cells of a month the regulator's table must hide.
 *
 * A group's row (decisions, adverse decisions) is hidden where it would show a
 * count of 1 to k - 1: of people, of adverse, or of favourable decisions.  Hiding
 * one row is not enough: the other attributes show the same total, so it could be
 * subtracted back.  More rows, the smallest first, are hidden until at least two
 * are and the hidden ones together would themselves pass (complementary
 * suppression).  What is left is a month in which no group has two decisions: as
 * the rows are named, their number says so.
 *
 * Threads  any.
 */
#ifndef EH_JUDGE_SUPPRESS_H
#define EH_JUDGE_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EH_SUPPRESS_K 11

struct eh_suppress_row {
	uint64_t n, adverse;
	bool hidden; /* out */
};

/* Marks the rows of one attribute in one month. */
void eh_suppress(struct eh_suppress_row *rows, size_t n, uint64_t k);

#endif
