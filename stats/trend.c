/*
 * trend.c - see trend.h.
 */
#include "stats/trend.h"

#include <math.h>

#include "stats/tail.h"

struct sums {
	double n, x, score; /* decisions, favoured, sum of scores over their unit */
	uint64_t people;
	int unit; /* a power of two: scores of 1e200 have no square */
	enum ehs_status status;
};

static struct sums first_pass(const struct ehs_bin *groups, const double *score, size_t k)
{
	struct sums s = {0};
	double largest = 0;

	for (size_t i = 0; i < k; i++) {
		if (groups[i].x > groups[i].n || !isfinite(score[i]))
			s.status = EHS_INVALID;
		else if (__builtin_add_overflow(s.people, groups[i].n, &s.people) && s.status == EHS_OK)
			s.status = EHS_OVERFLOW;
		s.n += (double)groups[i].n;
		s.x += (double)groups[i].x;
		largest = groups[i].n > 0 ? fmax(largest, fabs(score[i])) : largest;
	}
	(void)frexp(largest, &s.unit);
	for (size_t i = 0; i < k; i++)
		s.score += groups[i].n > 0 ? (double)groups[i].n * ldexp(score[i], -s.unit) : 0;
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
		double n = (double)groups[i].n, from_mean = n > 0 ? ldexp(score[i], -s.unit) - mean : 0;

		with_rate += from_mean * ((double)groups[i].x - n * rate);
		spread += n * from_mean * from_mean;
	}
	double variance = rate * ((s.n - s.x) / s.n);
	r.n[0] = s.people;
	r.df = 1;
	if (!(variance > 0) || !(spread > 0)) {
		r.status = EHS_DEGENERATE;
		r.p = 1;
		r.log10_p = 0;
		return r;
	}
	double est = with_rate / spread, se = sqrt(variance / spread), z = est / se;
	r.est = ldexp(est, -s.unit);
	r.se = ldexp(se, -s.unit);
	r.stat = z * z;
	struct ehs_tail p = ehs_normal_two_sided(z);
	r.p = p.p;
	r.log10_p = ehs_log10_of(p);
	return r;
}
