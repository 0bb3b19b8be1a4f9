/*
 * correlation.c - lines for stats/correlation.h and distance_correlation.h.
 */
#include "stats/correlation.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"
#include "stats/distance_correlation.h"

/* One column, at a scale of its own: none of these tests looks at units. */
static struct eh_stat_fixed column(struct eh_stat_call *c, struct eh_stat_numbers numbers, const char *key,
                                   bool *rounded)
{
	const char *const keys[] = {key, NULL};
	struct eh_stat_fixed fixed;
	bool cut = false;

	eh_stat_fixed_of(c, &numbers, keys, &fixed, &cut);
	*rounded |= cut;
	return fixed;
}

static struct ehs_pair *pairs_of(struct eh_stat_call *c, struct eh_stat_fixed x, struct eh_stat_fixed y)
{
	struct ehs_pair *pairs = eh_arena_zalloc(c->arena, x.n + 1, sizeof *pairs);

	for (size_t i = 0; i < x.n && i < y.n; i++)
		pairs[i] = (struct ehs_pair){x.q[i], y.q[i]};
	return pairs;
}

/* Cross moments of columns of one length. */
static struct ehs_cross cross_of(struct eh_stat_call *c, const struct eh_stat_fixed *columns, size_t p)
{
	struct ehs_cross m = {p, 0, eh_arena_zalloc(c->arena, p, sizeof *m.sum),
	                      eh_arena_zalloc(c->arena, EHS_CROSS_PRODUCTS(p), sizeof *m.product)};
	int64_t row[EHS_CROSS_MAX];

	for (size_t i = 0; i < columns[0].n; i++) {
		for (size_t j = 0; j < p; j++)
			row[j] = columns[j].q[i];
		if (ehs_cross_take(&m, row) != EHS_OK)
			eh_stat_refuse(c, "row %zu does not fit the exact sums", i);
	}
	return m;
}

static void put_ranks(struct eh_stat_call *c, struct eh_stat_numbers x, struct eh_stat_numbers y)
{
	struct eh_stat_fixed rank_x = eh_stat_ordered(c, x, "x"), rank_y = eh_stat_ordered(c, y, "y");
	struct ehs_pair *scratch = eh_arena_zalloc(c->arena, x.n + 1, sizeof *scratch);
	struct ehs_result rho = ehs_spearman(pairs_of(c, rank_x, rank_y), x.n, scratch);
	struct ehs_result tau = ehs_kendall(pairs_of(c, rank_x, rank_y), x.n, scratch);

	eh_stat_put(c, "spearman", rho.est);
	eh_stat_put(c, "spearman_p_t", rho.p);
	eh_stat_put(c, "spearman_log10_p", rho.log10_p);
	eh_stat_put(c, "kendall_tau_b", tau.est);
	eh_stat_put(c, "kendall_z", tau.stat);
	eh_stat_put(c, "kendall_p", tau.p);
	eh_stat_put(c, "kendall_log10_p", tau.log10_p);
}

static void correlation(struct eh_stat_call *c)
{
	struct eh_stat_numbers x = eh_stat_numbers(c, "x", 0, EH_STAT_LEN_MAX);
	struct eh_stat_numbers y = eh_stat_numbers(c, "y", 0, EH_STAT_LEN_MAX);
	double z = ehs_z_of(eh_stat_conf(c));
	bool rounded = false;

	eh_stat_same_length(c, "x", x.n, "y", y.n);
	struct eh_stat_fixed columns[] = {column(c, x, "x", &rounded), column(c, y, "y", &rounded)};
	if (eh_stat_refused(c))
		return;
	struct ehs_cross m = cross_of(c, columns, 2);
	struct ehs_result r = ehs_pearson(&m, 1, 0, z);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "pearson", r.est);
	eh_stat_put(c, "t", r.stat);
	eh_stat_put(c, "p", r.p);
	eh_stat_put(c, "log10_p", r.log10_p);
	eh_stat_put(c, "fisher_ci_lo", r.lo);
	eh_stat_put(c, "fisher_ci_hi", r.hi);
	put_ranks(c, x, y);
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

static void partial(struct eh_stat_call *c)
{
	struct eh_stat_fixed columns[EHS_CROSS_MAX];
	struct eh_stat_number_table controls = eh_stat_number_table(c, "controls", 0, EHS_CROSS_MAX - 2);
	struct eh_stat_numbers x = eh_stat_numbers(c, "x", 0, EH_STAT_LEN_MAX);
	struct eh_stat_numbers y = eh_stat_numbers(c, "y", 0, EH_STAT_LEN_MAX);
	double z = ehs_z_of(eh_stat_conf(c));
	size_t which[EHS_CROSS_MAX];
	bool rounded = false;

	eh_stat_same_length(c, "x", x.n, "y", y.n);
	if (controls.rows > 0)
		eh_stat_same_length(c, "x", x.n, "controls[0]", controls.cols);
	columns[0] = column(c, x, "x", &rounded);
	columns[1] = column(c, y, "y", &rounded);
	for (size_t i = 0; i < controls.rows; i++) {
		struct eh_stat_numbers each = {controls.at + i * controls.cols, controls.cols};

		columns[i + 2] = column(c, each, "controls", &rounded);
		which[i] = i + 2;
	}
	if (eh_stat_refused(c))
		return;
	struct ehs_cross m = cross_of(c, columns, controls.rows + 2);
	struct ehs_result r = ehs_partial(&m, 0, 1, which, controls.rows, z);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "r", r.est);
	eh_stat_put(c, "t", r.stat);
	eh_stat_put(c, "df", r.df);
	eh_stat_put(c, "p", r.p);
	eh_stat_put(c, "log10_p", r.log10_p);
	eh_stat_put(c, "lo", r.lo);
	eh_stat_put(c, "hi", r.hi);
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

static void distance_correlation(struct eh_stat_call *c)
{
	struct eh_stat_numbers x = eh_stat_numbers(c, "x", 0, EHS_RESERVOIR_MAX);
	struct eh_stat_numbers y = eh_stat_numbers(c, "y", 0, EHS_RESERVOIR_MAX);
	uint64_t permutations = eh_stat_count_or(c, "permutations", 0);
	struct ehs_random random = {eh_stat_count_or(c, "seed", 1)};
	bool rounded = false;

	eh_stat_same_length(c, "x", x.n, "y", y.n);
	if (permutations > 999)
		eh_stat_refuse(c, "inputs.permutations should be at most 999");
	struct eh_stat_fixed columns[] = {column(c, x, "x", &rounded), column(c, y, "y", &rounded)};
	if (eh_stat_refused(c))
		return;
	int64_t *scratch = eh_arena_zalloc(c->arena, 2 * x.n + 1, sizeof *scratch);
	struct ehs_result r = ehs_distance_correlation(pairs_of(c, columns[0], columns[1]), x.n, (unsigned)permutations,
	                                               &random, scratch);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "dcor", r.est);
	if (permutations > 0)
		eh_stat_put(c, "p_permutation", r.p);
	eh_stat_put_flags(c, r.flags);
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

const struct eh_stat_test eh_stat_correlation_tests[] = {
	{"correlation", "x [numbers], y [numbers], conf .95",
         "pearson, t, p, log10_p, fisher_ci_lo, fisher_ci_hi, spearman, spearman_p_t, spearman_log10_p, kendall_tau_b, "
         "kendall_z, "
         "kendall_p, kendall_log10_p, rounded",
         correlation},
	{"partial_correlation", "x [numbers], y [numbers], controls [[numbers] a column] at most 30, conf .95",
         "r, t, df, p, log10_p, lo, hi, rounded", partial},
	{"distance_correlation", "x [numbers], y [numbers] at most 2000, permutations 0 to 999, seed 1",
         "dcor, p_permutation, flags, rounded", distance_correlation},
	{0},
};
