/*
 * ll144.c - see ll144.h.
 */
#include "stats/ll144.h"

/* 1000 x / n, the rest cut off; 128 bits, as x may be any count. */
static int cut_permille(struct ehs_bin g)
{
	return g.n == 0 ? -1 : (int)((ehs_uint128)g.x * 1000 / g.n);
}

static bool is_small(struct ehs_bin g, uint64_t total)
{
	return (ehs_uint128)g.n * 50 < total;
}

static bool is_valid(const struct ehs_bin *group, size_t n, uint64_t total)
{
	ehs_uint128 sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (group[i].x > group[i].n)
			return false;
		sum += group[i].n;
	}
	return sum <= total;
}

/* The highest printed rate of the categories that count; -1 where there is none. */
static int fill_rates(const struct ehs_bin *group, size_t n, uint64_t total, struct ehs_ll144_row *row)
{
	int highest = -1;

	for (size_t i = 0; i < n; i++) {
		row[i] = (struct ehs_ll144_row){cut_permille(group[i]), -1, is_small(group[i], total), false};
		if (!row[i].small && row[i].permille > highest)
			highest = row[i].permille;
	}
	return highest;
}

enum ehs_status ehs_ll144(const struct ehs_bin *group, size_t n, uint64_t total, struct ehs_ll144_row *row)
{
	if (!is_valid(group, n, total))
		return EHS_INVALID;
	int highest = fill_rates(group, n, total, row);
	if (highest < 0)
		return EHS_EMPTY_GROUP;
	for (size_t i = 0; i < n; i++) {
		if (row[i].small || row[i].permille < 0)
			continue;
		row[i].highest = row[i].permille == highest;
		if (highest > 0)
			row[i].ratio = (200 * row[i].permille + highest) / (2 * highest);
	}
	return highest > 0 ? EHS_OK : EHS_DEGENERATE;
}
