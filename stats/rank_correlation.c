/*
 * rank_correlation.c - Spearman's rho and Kendall's tau-b, from two groups; see correlation.h and rank_law.h.
 *
 * Groups, pairs and tables all come down to the same whole numbers: how each variable is tied, the sum of products of
 * centered ranks, and how many pairs agree less how many disagree.
 */
#include <math.h>

#include "stats/correlation.h"
#include "stats/correlation_law.h"
#include "stats/rank_law.h"
#include "stats/tail.h"
#include "stats/walk.h"

void ehs_add_run(struct ehs_ties *s, uint64_t run)
{
	ehs_uint128 t = run, two = run > 0 ? t * (t - 1) : 0;

	s->two += two;
	s->three += run > 1 ? two * (t - 2) : 0;
	s->five += two * (2 * t + 5);
	s->cube += two * (t + 1);
}

/* Centered ranks are doubled to be whole; the sum of squares of all those of n values is (n^3 - n - cube)/3. */
struct ehs_result ehs_spearman_law(uint64_t n, const struct ehs_ties *x, const struct ehs_ties *y, ehs_int128 products)
{
	ehs_uint128 all = (ehs_uint128)n * n * n - n;

	return ehs_correlation_law("spearman", n, (double)(all - x->cube), (double)(all - y->cube),
	                           (double)(3 * products), (double)n - 2);
}

/* Variance of agreeing less disagreeing pairs when nothing goes with anything (Kendall 1970, as R). */
static double kendall_variance(double n, const struct ehs_ties *x, const struct ehs_ties *y, uint64_t whole_n)
{
	ehs_uint128 all = (ehs_uint128)whole_n * (whole_n - 1) * (2 * (ehs_uint128)whole_n + 5);
	double v = ((double)all - (double)x->five - (double)y->five) / 18;

	v += (double)x->two * (double)y->two / (2 * n * (n - 1));
	if (whole_n > 2)
		v += (double)x->three * (double)y->three / (9 * n * (n - 1) * (n - 2));
	return v;
}

struct ehs_result ehs_kendall_law(uint64_t n, const struct ehs_ties *x, const struct ehs_ties *y, ehs_int128 agree)
{
	struct ehs_result r = ehs_result_none(n == 0 ? EHS_EMPTY_GROUP : EHS_OK, "kendall_tau_b");
	ehs_uint128 all = n == 0 ? 0 : (ehs_uint128)n * (n - 1);

	r.n[0] = n;
	if (n == 0)
		return r;
	if (all == x->two || all == y->two) {
		r.status = EHS_ZERO_VARIANCE;
		return r;
	}
	ehs_uint128 xx = all - x->two, yy = all - y->two; /* twice the pairs that are not tied */
	double both = xx == yy ? (double)xx : sqrt((double)xx) * sqrt((double)yy);
	r.est = fmax(-1, fmin(1, 2 * (double)agree / both));
	r.stat = (double)agree / sqrt(kendall_variance((double)n, x, y, n));
	struct ehs_tail tail = ehs_normal_two_sided(r.stat);
	r.p = tail.p;
	r.log10_p = ehs_log10_of(tail);
	return r;
}

/* Membership: the reference group is tied below, the protected one above. */
static void tie_groups(struct ehs_ties *y, const uint64_t n[2])
{
	*y = (struct ehs_ties){0};
	ehs_add_run(y, n[0]);
	ehs_add_run(y, n[1]);
}

/* Doubled sum of the ranks of a, and the ties of both. */
static ehs_uint128 rank_sum(struct ehs_walk w, struct ehs_ties *x)
{
	ehs_uint128 sum = 0, below = 0;

	*x = (struct ehs_ties){0};
	while (ehs_walk_next(&w)) {
		sum += (2 * below + w.at_a + w.at_b + 1) * w.at_a;
		below += w.at_a + w.at_b;
		ehs_add_run(x, w.at_a + w.at_b);
	}
	return sum;
}

static struct ehs_result from_groups(struct ehs_histogram prot, struct ehs_histogram ref, bool rho)
{
	uint64_t n[2];
	enum ehs_status status = ehs_pair_sizes(prot, ref, n);
	struct ehs_ties x, y;

	if (status != EHS_OK)
		return ehs_result_none(status, rho ? "spearman" : "kendall_tau_b");
	ehs_uint128 sum = rank_sum((struct ehs_walk){.a = prot, .b = ref}, &x);
	uint64_t all = n[0] + n[1];
	tie_groups(&y, n);
	/* n_prot (N + 1) is the doubled sum when ranks are alike; its excess is 2U - n_prot n_ref */
	ehs_int128 excess = (ehs_int128)sum - (ehs_int128)n[0] * (all + 1);
	return rho ? ehs_spearman_law(all, &x, &y, excess * (ehs_int128)all) : ehs_kendall_law(all, &x, &y, excess);
}

struct ehs_result ehs_spearman_groups(struct ehs_histogram prot, struct ehs_histogram ref)
{
	return from_groups(prot, ref, true);
}

struct ehs_result ehs_kendall_groups(struct ehs_histogram prot, struct ehs_histogram ref)
{
	return from_groups(prot, ref, false);
}
