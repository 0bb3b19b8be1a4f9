/*
 * ks.c - see ks.h.
 */
#include "stats/ks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/walk.h"

/* The largest gap times n_prot n_ref. */
static ehs_int128 widest(struct ehs_walk w, const uint64_t n[2])
{
	ehs_int128 gap = 0, most = 0;

	while (ehs_walk_next(&w)) {
		gap += (ehs_int128)w.at_a * n[1] - (ehs_int128)w.at_b * n[0];
		if (gap > most || -gap > most)
			most = gap < 0 ? -gap : gap;
	}
	return most;
}

/* 1 - sqrt(2 pi)/lambda sum exp(-(2k - 1)^2 pi^2/(8 lambda^2)): quick where the usual series is slow. */
static double by_theta(double lambda)
{
	double sum = 0, rate = M_PI * M_PI / (8 * lambda * lambda);

	for (int odd = 1; odd < 12; odd += 2)
		sum += exp(-odd * odd * rate);
	return fmin(1, 1 - sqrt(2 * M_PI) / lambda * sum);
}

double ehs_kolmogorov_q(double lambda, double *log10_q)
{
	double q, log10_of = 0, sum = 0, square = lambda * lambda;

	if (isnan(lambda) || lambda <= 0) {
		q = isnan(lambda) ? NAN : 1;
		log10_of = isnan(lambda) ? NAN : 0;
	} else if (lambda < .6) {
		q = by_theta(lambda);
		log10_of = log10(q);
	} else {
		/* 2 sum (-1)^(k-1) exp(-2 k^2 lambda^2), with the first term taken out for the logarithm */
		for (int k = 1; k < 9; k++)
			sum += (k % 2 ? 1 : -1) * exp(-2. * (k * k - 1) * square);
		q = fmin(1, 2 * sum * exp(-2 * square));
		log10_of = fmin(0, log10(2 * sum) - 2 * square * M_LOG10E);
	}
	if (log10_q)
		*log10_q = log10_of;
	return q;
}

static struct ehs_result with_gap(const uint64_t n[2], ehs_int128 most)
{
	struct ehs_result r = ehs_result_none(EHS_OK, "ks_asymptotic");
	double product = (double)n[0] * (double)n[1];

	r.n[0] = n[0];
	r.n[1] = n[1];
	r.est = r.stat = (double)most / product;
	r.p = ehs_kolmogorov_q((double)most / sqrt(product * (double)(n[0] + n[1])), &r.log10_p);
	return r;
}

struct ehs_result ehs_ks(struct ehs_histogram prot, struct ehs_histogram ref)
{
	uint64_t n[2];
	enum ehs_status status = ehs_pair_sizes(prot, ref, n);

	if (status != EHS_OK)
		return ehs_result_none(status, "ks_asymptotic");
	return with_gap(n, widest((struct ehs_walk){.a = prot, .b = ref}, n));
}

/* A row of the lattice, and a byte for each of the N + 1 places among the pooled values. */
size_t ehs_ks_scratch(uint64_t n_prot, uint64_t n_ref)
{
	uint64_t few = n_prot < n_ref ? n_prot : n_ref, many = n_prot < n_ref ? n_ref : n_prot;

	if (many > EHS_KS_EXACT_MAX || few * many > EHS_KS_EXACT_MAX)
		return 0;
	return (size_t)(few + 1 + (few + many + 1 + sizeof(double) - 1) / sizeof(double));
}

/* Marks the places at which a run of equal values ends: only there are the cumulative shares compared. */
static void mark_ends(unsigned char *ends, size_t places, struct ehs_walk w)
{
	uint64_t at = 0;

	memset(ends, 0, places);
	while (ehs_walk_next(&w)) {
		at += w.at_a + w.at_b;
		ends[at] = 1;
	}
}

/* Sizes of the groups, and the gap that was seen, above 0 and times both sizes. */
struct lattice {
	long few, many, most;
	const unsigned char *ends;
};

/* Whether the shares are as far apart after i of the few and s - i of the many. */
static bool met(const struct lattice *l, long i, long s)
{
	return labs(i * l->many - (s - i) * l->few) >= l->most;
}

/*
 * Every order of the pooled values is a walk from (0, 0) to (few, many), equally likely.  reached[i] is the chance that
 * a walk through (i, s - i) has met the gap by then; step s goes through them from above, in place.  Only those between
 * `low` and `high` need be kept: outside, at the last place where shares could be compared, every walk had met it.
 *
 * Certainty is 2^1000, so that chances down to 1e-600 keep all their digits.
 */
#define CERTAIN 0x1p1000

static double deal(const struct lattice *l, double *reached)
{
	long low = 0, high = 0;

	reached[0] = 0;
	for (long s = 1; s <= l->few + l->many; s++) {
		double share = 1 / (double)s;

		if (low > 0)
			reached[low - 1] = CERTAIN;
		if (high < l->few)
			reached[++high] = CERTAIN;
		if (low < s - l->many)
			low++;
		for (long i = high; i > 0 && i >= low; i--)
			reached[i] = ((double)i * reached[i - 1] + (double)(s - i) * reached[i]) * share;
		while (l->ends[s] && low <= high && met(l, low, s))
			low++;
		while (l->ends[s] && low <= high && met(l, high, s))
			high--;
		if (low > high)
			return CERTAIN;
	}
	return reached[l->few];
}

struct ehs_result ehs_ks_exact(struct ehs_histogram prot, struct ehs_histogram ref, double *scratch, size_t room)
{
	struct ehs_walk w = {.a = prot, .b = ref};
	uint64_t n[2];
	enum ehs_status status = ehs_pair_sizes(prot, ref, n);

	if (status != EHS_OK)
		return ehs_result_none(status, "ks_exact");
	ehs_int128 most = widest(w, n);
	struct ehs_result r = with_gap(n, most);
	size_t wanted = ehs_ks_scratch(n[0], n[1]);
	if (wanted == 0 || room < wanted) {
		r.flags |= EHS_FLAG_APPROXIMATE;
		return r;
	}
	long few = (long)(n[0] < n[1] ? n[0] : n[1]), many = (long)(n[0] + n[1]) - few;
	unsigned char *ends = (unsigned char *)(scratch + few + 1);
	mark_ends(ends, (size_t)(few + many + 1), w);
	double reached = most == 0 ? CERTAIN : deal(&(struct lattice){few, many, (long)most, ends}, scratch);
	r.method = "ks_exact";
	r.p = fmin(1, reached / CERTAIN);
	r.log10_p = fmin(0, log10(reached) - 1000 * log10(2));
	return r;
}
