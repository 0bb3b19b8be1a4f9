/*
 * rank_exact.c - the exact law of U without ties; see rank.h.
 */
#include <math.h>

#include "stats/rank.h"
#include "stats/walk.h"

size_t ehs_mann_whitney_scratch(uint64_t n_prot, uint64_t n_ref)
{
	if (n_prot > EHS_RANK_EXACT_MAX || n_ref > EHS_RANK_EXACT_MAX)
		return 0;
	return (size_t)(n_prot * n_ref + 1);
}

/*
 * orders[u] = how many of all (m + n choose m) orders give U = u: the coefficients of the product over i <= m of
 * (1 - q^(n + i))/(1 - q^i).  Numbers wrap between a multiplication and its division, and come back: every quotient
 * is a count below 2^97.
 */
static void count_orders(ehs_uint128 *orders, size_t m, size_t n)
{
	size_t most = m * n;

	for (size_t u = 0; u <= most; u++)
		orders[u] = u == 0;
	for (size_t i = 1; i <= m; i++) {
		for (size_t u = most; u >= n + i; u--)
			orders[u] -= orders[u - n - i];
		for (size_t u = i; u <= most; u++)
			orders[u] += orders[u - i];
	}
}

/* U, and whether no two values are the same. */
static bool untied_u(struct ehs_walk w, uint64_t *u)
{
	uint64_t below = 0;

	*u = 0;
	while (ehs_walk_next(&w)) {
		if (w.at_a + w.at_b > 1)
			return false;
		*u += w.at_a * below;
		below += w.at_b;
	}
	return true;
}

static struct ehs_result by_normal(struct ehs_histogram prot, struct ehs_histogram ref)
{
	struct ehs_mann_whitney m = ehs_mann_whitney(prot, ref, EHS_Z95);
	struct ehs_result r = ehs_result_none(m.status, "mann_whitney_normal");

	r.n[0] = m.n_prot;
	r.n[1] = m.n_ref;
	r.est = m.auc.est;
	r.stat = m.u;
	r.p = m.p_corrected;
	r.log10_p = m.log10_p_corrected;
	r.flags = EHS_FLAG_APPROXIMATE | EHS_FLAG_CONTINUITY;
	return r;
}

struct ehs_result ehs_mann_whitney_exact(struct ehs_histogram prot, struct ehs_histogram ref, ehs_uint128 *scratch,
                                         size_t room)
{
	uint64_t n[2], u;
	enum ehs_status status = ehs_pair_sizes(prot, ref, n);

	if (status != EHS_OK)
		return ehs_result_none(status, "mann_whitney_exact");
	size_t wanted = ehs_mann_whitney_scratch(n[0], n[1]);
	if (wanted == 0 || room < wanted || !untied_u((struct ehs_walk){.a = prot, .b = ref}, &u))
		return by_normal(prot, ref);
	struct ehs_result r = ehs_result_none(EHS_OK, "mann_whitney_exact");
	uint64_t product = n[0] * n[1], far = u < product - u ? u : product - u;
	ehs_uint128 tail = 0, all = 0;

	count_orders(scratch, (size_t)n[0], (size_t)n[1]);
	for (uint64_t i = 0; i <= product; i++) {
		tail += i <= far ? scratch[i] : 0;
		all += scratch[i];
	}
	r.n[0] = n[0];
	r.n[1] = n[1];
	r.stat = (double)u;
	r.est = (double)u / (double)product;
	r.p = fmin(1, 2 * ((double)tail / (double)all));
	r.log10_p = log10(r.p);
	return r;
}
