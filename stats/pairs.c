/*
 * pairs.c - the whole numbers behind rank correlation, from pairs of values and from tables; see rank_law.h.
 */
#include <string.h>

#include "stats/association.h"
#include "stats/correlation.h"
#include "stats/rank_law.h"

/* Merge sort of `n` pairs, stable: by x, or by y.  Returns how many swaps of neighbours it stands for. */
static ehs_uint128 sort(struct ehs_pair *at, size_t n, struct ehs_pair *scratch, bool by_y)
{
	ehs_uint128 swaps = 0;

	for (size_t width = 1; width < n; width *= 2) {
		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n,
			       high = middle + width < n ? middle + width : n;
			size_t i = low, j = middle, to = low;

			while (i < middle || j < high) {
				bool left =
					j == high || (i < middle && (by_y ? at[i].y <= at[j].y : at[i].x <= at[j].x));

				swaps += left ? 0 : middle - i;
				scratch[to++] = left ? at[i++] : at[j++];
			}
		}
		memcpy(at, scratch, n * sizeof *at);
	}
	return swaps;
}

static bool same(const struct ehs_pair *a, const struct ehs_pair *b, bool x, bool y)
{
	return (!x || a->x == b->x) && (!y || a->y == b->y);
}

/* The runs of pairs that are equal in x, in y or in both, where they stand together. */
static struct ehs_ties runs(const struct ehs_pair *at, size_t n, bool x, bool y)
{
	struct ehs_ties ties = {0, 0, 0, 0};

	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && same(&at[i], &at[j], x, y);)
			j++;
		ehs_add_run(&ties, j - i);
	}
	return ties;
}

/* Knight 1966: with the pairs in order of x, then y, each swap that orders them by y is a pair that disagrees. */
struct ehs_result ehs_kendall(struct ehs_pair *pairs, size_t n, struct ehs_pair *scratch)
{
	if (n > EHS_PAIRS_MAX)
		return ehs_result_none(EHS_INVALID, "kendall_tau_b");
	sort(pairs, n, scratch, true);
	sort(pairs, n, scratch, false);
	struct ehs_ties x = runs(pairs, n, true, false), both = runs(pairs, n, true, true);
	ehs_uint128 disagree = sort(pairs, n, scratch, true);
	struct ehs_ties y = runs(pairs, n, false, true);
	ehs_int128 all = n > 0 ? (ehs_int128)n * (ehs_int128)(n - 1) : 0;
	/* agree - disagree = (all - tied in x - tied in y + tied in both) - 2 disagree */
	ehs_int128 untied = (all - (ehs_int128)x.two - (ehs_int128)y.two + (ehs_int128)both.two) / 2;

	return ehs_kendall_law(n, &x, &y, untied - 2 * (ehs_int128)disagree);
}

/* Replaces the x of pairs in order of x by doubled centered mean ranks, and exchanges x and y. */
static void rank_and_turn(struct ehs_pair *at, size_t n)
{
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && at[i].x == at[j].x;)
			j++;
		int64_t rank = (int64_t)(i + j + 1) - (int64_t)(n + 1);
		for (size_t a = i; a < j; a++)
			at[a] = (struct ehs_pair){at[a].y, rank};
		/* at[i].x is y now: the next run begins at j, and looks at nothing before it */
	}
}

struct ehs_result ehs_spearman(struct ehs_pair *pairs, size_t n, struct ehs_pair *scratch)
{
	ehs_int128 products = 0;

	if (n > EHS_PAIRS_MAX)
		return ehs_result_none(EHS_INVALID, "spearman");
	sort(pairs, n, scratch, false);
	struct ehs_ties x = runs(pairs, n, true, false);
	rank_and_turn(pairs, n);
	sort(pairs, n, scratch, false);
	struct ehs_ties y = runs(pairs, n, true, false);
	rank_and_turn(pairs, n);
	for (size_t i = 0; i < n; i++)
		products += (ehs_int128)pairs[i].x * pairs[i].y;
	return ehs_spearman_law(n, &x, &y, products);
}

struct margins {
	uint64_t row[EHS_LEVELS_MAX], col[EHS_LEVELS_MAX], n;
	struct ehs_ties x, y;
};

/* False where the table is larger than is taken. */
static bool sum_margins(struct margins *m, const uint64_t *table, size_t rows, size_t cols)
{
	*m = (struct margins){0};
	if (rows > EHS_LEVELS_MAX || cols > EHS_LEVELS_MAX)
		return false;
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++) {
			uint64_t count = table[i * cols + j];

			if (count > EHS_PAIRS_MAX - m->n)
				return false;
			m->row[i] += count;
			m->col[j] += count;
			m->n += count;
		}
	for (size_t i = 0; i < rows; i++)
		ehs_add_run(&m->x, m->row[i]);
	for (size_t j = 0; j < cols; j++)
		ehs_add_run(&m->y, m->col[j]);
	return true;
}

struct ehs_result ehs_kendall_table(const uint64_t *table, size_t rows, size_t cols)
{
	uint64_t above[EHS_LEVELS_MAX] = {0}; /* of the rows before, by column */
	struct margins m;
	ehs_int128 agree = 0;

	if (!sum_margins(&m, table, rows, cols))
		return ehs_result_none(EHS_INVALID, "kendall_tau_b");
	for (size_t i = 0; i < rows; i++) {
		uint64_t all = 0, left = 0;

		for (size_t j = 0; j < cols; j++)
			all += above[j];
		for (size_t j = 0; j < cols; j++) {
			uint64_t count = table[i * cols + j], right = all - left - above[j];

			agree += ((ehs_int128)left - (ehs_int128)right) * (ehs_int128)count;
			left += above[j];
			above[j] += count;
		}
	}
	return ehs_kendall_law(m.n, &m.x, &m.y, agree);
}

/* Doubled centered mean ranks of levels of these sizes. */
static void rank_levels(int64_t *rank, const uint64_t *sizes, size_t levels, uint64_t n)
{
	uint64_t below = 0;

	for (size_t i = 0; i < levels; i++) {
		rank[i] = (int64_t)(2 * below + sizes[i] + 1) - (int64_t)(n + 1);
		below += sizes[i];
	}
}

struct ehs_result ehs_spearman_table(const uint64_t *table, size_t rows, size_t cols)
{
	int64_t x[EHS_LEVELS_MAX], y[EHS_LEVELS_MAX];
	struct margins m;
	ehs_int128 products = 0;

	if (!sum_margins(&m, table, rows, cols))
		return ehs_result_none(EHS_INVALID, "spearman");
	rank_levels(x, m.row, rows, m.n);
	rank_levels(y, m.col, cols, m.n);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++)
			products += (ehs_int128)x[i] * y[j] * (ehs_int128)table[i * cols + j];
	return ehs_spearman_law(m.n, &m.x, &m.y, products);
}
