/*
 * summary.c - see summary.h.  (Sparse histograms are in sparse.c.)
 *
 * Each change is made twice: once to see whether it fits, once for good.
 */
#include "stats/summary.h"

#include <stdbool.h>

#define ROWS_MAX (UINT64_C(1) << 33)
#define VALUE_MAX (INT64_C(1) << 47)

static bool join(uint64_t *a, uint64_t b, bool minus)
{
	return minus ? !__builtin_sub_overflow(*a, b, a) : !__builtin_add_overflow(*a, b, a);
}

static bool join_wide(ehs_int128 *a, ehs_int128 b, bool minus)
{
	return minus ? !__builtin_sub_overflow(*a, b, a) : !__builtin_add_overflow(*a, b, a);
}

static enum ehs_status join_counts(uint64_t *into, const uint64_t *from, size_t n, bool minus)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t sum = into[i];

		if (!join(&sum, from[i], minus))
			return EHS_OVERFLOW;
	}
	for (size_t i = 0; i < n; i++)
		join(&into[i], from[i], minus);
	return EHS_OK;
}

enum ehs_status ehs_counts_merge(uint64_t *into, const uint64_t *from, size_t n)
{
	return join_counts(into, from, n, false);
}

enum ehs_status ehs_counts_subtract(uint64_t *into, const uint64_t *from, size_t n)
{
	return join_counts(into, from, n, true);
}

static enum ehs_status join_bin(struct ehs_bin *b, const struct ehs_bin *from, bool minus)
{
	struct ehs_bin sum = *b;

	if (!join(&sum.n, from->n, minus) || !join(&sum.x, from->x, minus))
		return EHS_OVERFLOW;
	if (sum.x > sum.n || from->x > from->n)
		return EHS_INVALID;
	*b = sum;
	return EHS_OK;
}

static enum ehs_status join_bins(struct ehs_bin *into, const struct ehs_bin *from, size_t k, bool minus)
{
	for (size_t i = 0; i < k; i++) {
		struct ehs_bin sum = into[i];
		enum ehs_status status = join_bin(&sum, &from[i], minus);

		if (status != EHS_OK)
			return status;
	}
	for (size_t i = 0; i < k; i++)
		join_bin(&into[i], &from[i], minus);
	return EHS_OK;
}

enum ehs_status ehs_bins_merge(struct ehs_bin *into, const struct ehs_bin *from, size_t k)
{
	return join_bins(into, from, k, false);
}

enum ehs_status ehs_bins_subtract(struct ehs_bin *into, const struct ehs_bin *from, size_t k)
{
	return join_bins(into, from, k, true);
}

/* No values have no sum; any others may have any sum, but no negative one of squares. */
static bool sound(const struct ehs_moments *m)
{
	return m->sum_sq >= 0 && (m->n > 0 || (m->sum == 0 && m->sum_sq == 0));
}

static enum ehs_status join_moments(struct ehs_moments *into, const struct ehs_moments *from, bool minus)
{
	struct ehs_moments sum = *into;

	if (!join(&sum.n, from->n, minus) || !join_wide(&sum.sum, from->sum, minus) ||
	    !join_wide(&sum.sum_sq, from->sum_sq, minus) || sum.n > ROWS_MAX)
		return EHS_OVERFLOW;
	if (!sound(&sum) || !sound(from))
		return EHS_INVALID;
	*into = sum;
	return EHS_OK;
}

enum ehs_status ehs_moments_take(struct ehs_moments *m, int64_t q)
{
	if (q <= -VALUE_MAX || q >= VALUE_MAX)
		return EHS_INVALID;
	return ehs_moments_merge(m, &(struct ehs_moments){1, q, (ehs_int128)q * q});
}

enum ehs_status ehs_moments_merge(struct ehs_moments *into, const struct ehs_moments *from)
{
	return join_moments(into, from, false);
}

enum ehs_status ehs_moments_subtract(struct ehs_moments *into, const struct ehs_moments *from)
{
	return join_moments(into, from, true);
}

static bool shaped(const struct ehs_cross *m)
{
	return m->p <= EHS_CROSS_MAX;
}

static bool wide_fits(const ehs_int128 *into, const ehs_int128 *from, size_t n, bool minus)
{
	for (size_t i = 0; i < n; i++) {
		ehs_int128 sum = into[i];

		if (!join_wide(&sum, from[i], minus))
			return false;
	}
	return true;
}

static enum ehs_status join_cross(struct ehs_cross *into, const struct ehs_cross *from, bool minus)
{
	uint64_t n = into->n;
	size_t p = into->p;

	if (!shaped(into) || p != from->p)
		return EHS_INVALID;
	if (!join(&n, from->n, minus) || n > ROWS_MAX || !wide_fits(into->sum, from->sum, p, minus) ||
	    !wide_fits(into->product, from->product, EHS_CROSS_PRODUCTS(p), minus))
		return EHS_OVERFLOW;
	into->n = n;
	for (size_t i = 0; i < p; i++)
		join_wide(&into->sum[i], from->sum[i], minus);
	for (size_t i = 0; i < EHS_CROSS_PRODUCTS(p); i++)
		join_wide(&into->product[i], from->product[i], minus);
	return EHS_OK;
}

enum ehs_status ehs_cross_take(struct ehs_cross *m, const int64_t *q)
{
	ehs_int128 sum[EHS_CROSS_MAX], product[EHS_CROSS_PRODUCTS(EHS_CROSS_MAX)];

	if (!shaped(m))
		return EHS_INVALID;
	for (size_t i = 0, at = 0; i < m->p; i++) {
		if (q[i] <= -VALUE_MAX || q[i] >= VALUE_MAX)
			return EHS_INVALID;
		sum[i] = q[i];
		for (size_t j = 0; j <= i; j++)
			product[at++] = (ehs_int128)q[i] * q[j];
	}
	return join_cross(m, &(struct ehs_cross){m->p, 1, sum, product}, false);
}

enum ehs_status ehs_cross_merge(struct ehs_cross *into, const struct ehs_cross *from)
{
	return join_cross(into, from, false);
}

enum ehs_status ehs_cross_subtract(struct ehs_cross *into, const struct ehs_cross *from)
{
	return join_cross(into, from, true);
}

ehs_int128 ehs_cross_product(const struct ehs_cross *m, size_t i, size_t j)
{
	return i < j ? m->product[EHS_CROSS_PRODUCTS(j) + i] : m->product[EHS_CROSS_PRODUCTS(i) + j];
}

struct ehs_moments ehs_cross_moments(const struct ehs_cross *m, size_t i)
{
	return (struct ehs_moments){m->n, m->sum[i], ehs_cross_product(m, i, i)};
}
