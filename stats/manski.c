/*
 * manski.c - see manski.h.
 */
#include "stats/manski.h"

#include <math.h>

static double rate(uint64_t x, uint64_t n)
{
	return (double)x / (double)n;
}

struct ehs_interval ehs_manski_ratio(struct ehs_2x2 known, struct ehs_bin missing)
{
	struct ehs_interval out = {.est = NAN, .lo = NAN, .hi = NAN, .status = ehs_2x2_status(known)};
	struct ehs_bin a = known.prot, b = known.ref;
	uint64_t with = missing.x, without = missing.n - missing.x;

	if (out.status == EHS_OK && missing.x > missing.n)
		out.status = EHS_INVALID;
	if (out.status != EHS_OK)
		return out;
	double least_ref = rate(b.x, b.n + without), most_ref = rate(b.x + with, b.n + with);
	out.lo = most_ref > 0 ? rate(a.x, a.n + without) / most_ref : NAN;
	out.hi = least_ref > 0 ? rate(a.x + with, a.n + with) / least_ref : INFINITY;
	if (b.x == 0)
		out.status = EHS_UNDEFINED;
	else
		out.est = rate(a.x, a.n) / rate(b.x, b.n);
	return out;
}
