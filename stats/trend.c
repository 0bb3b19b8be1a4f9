/*
 * trend.c - see trend.h.
 */
#include "stats/trend.h"

#include <math.h>

#include "stats/tail.h"

struct sums {
	double n, x, score; /* decisions, favoured, sum of scores */
	enum ehs_status status;
};

static struct sums first_pass(const struct ehs_bin *groups, const double *score, size_t k)
{
	struct sums s = {0};

	for (size_t i = 0; i < k; i++) {
		if (groups[i].x > groups[i].n || !isfinite(score[i]))
			s.status = EHS_INVALID;
		s.n += (double)groups[i].n;
		s.x += (double)groups[i].x;
		s.score += (double)groups[i].n * score[i];
	}
	if (s.status == EHS_OK && s.n == 0)
		s.status = EHS_EMPTY_GROUP;
	return s;
}

struct ehs_result ehs_trend(const struct ehs_bin *groups, const double *score, size_t k)
{
	struct sums s = first_pass(groups, score, k);
	struct ehs_result r = ehs_result_none(s.status, "cochran_armitage");
	double with_rate = 0, spread = 0, mean = s.score / s.n, rate = s.x / s.n;

	if (r.status != EHS_OK)
		return r;
	for (size_t i = 0; i < k; i++) {
		double n = (double)groups[i].n, from_mean = score[i] - mean;

		with_rate += from_mean * ((double)groups[i].x - n * rate);
		spread += n * from_mean * from_mean;
	}
	double variance = rate * ((s.n - s.x) / s.n);
	r.n[0] = (uint64_t)s.n;
	r.df = 1;
	if (!(variance > 0) || !(spread > 0)) {
		r.status = EHS_DEGENERATE;
		r.p = 1;
		r.log10_p = 0;
		return r;
	}
	r.est = with_rate / spread;
	r.se = sqrt(variance / spread);
	r.stat = (r.est / r.se) * (r.est / r.se);
	struct ehs_tail p = ehs_normal_two_sided(r.est / r.se);
	r.p = p.p;
	r.log10_p = ehs_log10_of(p);
	return r;
}
