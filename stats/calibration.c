/*
 * calibration.c - see calibration.h.
 */
#include "stats/calibration.h"

#include <math.h>
#include <stdbool.h>

#include "stats/tail.h"

#define ONE ((ehs_int128)EHS_CALIBRATION_ONE)

/* No term of a true sum is above 10^24, so 2^33 of them stay far inside 128 bits; others are looked at. */
static bool add(ehs_int128 *sum, ehs_int128 more, bool minus)
{
	return minus ? !__builtin_sub_overflow(*sum, more, sum) : !__builtin_add_overflow(*sum, more, sum);
}

static enum ehs_status join(struct ehs_calibration *sum, const struct ehs_calibration *more, bool minus)
{
	struct ehs_calibration s = *sum;

	s.n = minus ? s.n - more->n : s.n + more->n;
	s.observed = minus ? s.observed - more->observed : s.observed + more->observed;
	if (!add(&s.expected, more->expected, minus) || !add(&s.variance, more->variance, minus) ||
	    !add(&s.squares, more->squares, minus) || !add(&s.tilted, more->tilted, minus) ||
	    !add(&s.tilted_var, more->tilted_var, minus))
		return EHS_OVERFLOW;
	*sum = s;
	return EHS_OK;
}

enum ehs_status ehs_calibration_add(struct ehs_calibration *sum, uint32_t q, unsigned y)
{
	ehs_int128 p = q, rest = ONE - p, gap = ONE * (ehs_int128)y - p, tilt = ONE - 2 * p;

	if (q > EHS_CALIBRATION_ONE || y > 1)
		return EHS_INVALID;
	if (sum->n >= EHS_CALIBRATION_N_MAX)
		return EHS_OVERFLOW;
	struct ehs_calibration row = {
		1, y, p, p * rest, gap * gap, gap * tilt, tilt * tilt * p * rest,
	};
	return join(sum, &row, false);
}

enum ehs_status ehs_calibration_merge(struct ehs_calibration *sum, const struct ehs_calibration *more)
{
	if (sum->n > EHS_CALIBRATION_N_MAX || more->n > EHS_CALIBRATION_N_MAX - sum->n)
		return EHS_OVERFLOW;
	if (sum->observed > sum->n || more->observed > more->n)
		return EHS_INVALID;
	return join(sum, more, false);
}

enum ehs_status ehs_calibration_subtract(struct ehs_calibration *sum, const struct ehs_calibration *less)
{
	if (less->n > sum->n || less->observed > sum->observed)
		return EHS_OVERFLOW;
	return join(sum, less, true);
}

struct ehs_calibration_sums ehs_calibration_of(const struct ehs_calibration *sum)
{
	double one = EHS_CALIBRATION_ONE, two = one * one;

	return (struct ehs_calibration_sums){
		.n = sum->n,
		.observed = sum->observed,
		.expected = (double)sum->expected / one,
		.variance = (double)sum->variance / two,
		.squares = (double)sum->squares / two,
		.tilted = (double)sum->tilted / two,
		.tilted_var = (double)sum->tilted_var / (two * two),
		.status = sum->n > 0 ? EHS_OK : EHS_EMPTY_GROUP,
	};
}

/* Neumaier's sum: what each addition loses is kept beside it. */
struct kept {
	double sum, lost;
};

static void keep(struct kept *k, double x)
{
	double t = k->sum + x;

	k->lost += fabs(k->sum) >= fabs(x) ? (k->sum - t) + x : (x - t) + k->sum;
	k->sum = t;
}

static double total(struct kept k)
{
	return k.sum + k.lost;
}

struct ehs_calibration_sums ehs_calibration_of_rows(const double *p, const unsigned char *y, size_t n)
{
	struct kept expected = {0, 0}, variance = {0, 0}, squares = {0, 0}, tilted = {0, 0}, tilted_var = {0, 0};
	struct ehs_calibration_sums s = {0, 0, NAN, NAN, NAN, NAN, NAN, n > 0 ? EHS_OK : EHS_EMPTY_GROUP};

	if (n == 0)
		return s;
	for (size_t i = 0; i < n; i++) {
		double gap = y[i] - p[i], tilt = 1 - 2 * p[i], v = p[i] * (1 - p[i]);

		if (!(p[i] >= 0 && p[i] <= 1) || y[i] > 1) {
			s.status = EHS_INVALID;
			s.observed = 0;
			return s;
		}
		s.observed += y[i];
		keep(&expected, p[i]);
		keep(&variance, v);
		keep(&squares, gap * gap);
		keep(&tilted, gap * tilt);
		keep(&tilted_var, tilt * tilt * v);
	}
	s.n = n;
	s.expected = total(expected);
	s.variance = total(variance);
	s.squares = total(squares);
	s.tilted = total(tilted);
	s.tilted_var = total(tilted_var);
	return s;
}

static void put_z(struct ehs_result *r, double z)
{
	struct ehs_tail tail = ehs_normal_two_sided(z);

	r->stat = z;
	r->p = tail.p;
	r->log10_p = ehs_log10_of(tail);
}

static void put_normal(struct ehs_result *r, double est, double variance, double conf)
{
	r->est = est;
	r->conf = conf;
	if (!(variance > 0)) {
		r->status = EHS_DEGENERATE;
		return;
	}
	r->se = sqrt(variance);
	r->lo = est - ehs_z_of(conf) * r->se;
	r->hi = est + ehs_z_of(conf) * r->se;
	put_z(r, est / r->se);
}

struct ehs_result ehs_spiegelhalter(const struct ehs_calibration_sums *s)
{
	struct ehs_result r = ehs_result_none(s->status, "spiegelhalter");

	r.n[0] = s->n;
	if (s->status != EHS_OK)
		return r;
	if (!(s->tilted_var > 0)) {
		r.status = EHS_DEGENERATE;
		return r;
	}
	put_z(&r, s->tilted / sqrt(s->tilted_var));
	return r;
}

struct ehs_value ehs_brier(const struct ehs_calibration_sums *s)
{
	return (struct ehs_value){s->status == EHS_OK ? s->squares / (double)s->n : NAN, s->status};
}

static double gap_of(const struct ehs_calibration_sums *s)
{
	return ((double)s->observed - s->expected) / (double)s->n;
}

static double gap_variance(const struct ehs_calibration_sums *s)
{
	return s->variance / ((double)s->n * (double)s->n);
}

static enum ehs_status check(const struct ehs_calibration_sums *a, const struct ehs_calibration_sums *b, double conf)
{
	if (!(conf > 0 && conf < 1))
		return EHS_INVALID;
	return a->status != EHS_OK ? a->status : b->status;
}

struct ehs_result ehs_calibration_in_large(const struct ehs_calibration_sums *s, double conf)
{
	struct ehs_result r = ehs_result_none(check(s, s, conf), "calibration_in_large");

	r.n[0] = s->n;
	if (r.status == EHS_OK)
		put_normal(&r, gap_of(s), gap_variance(s), conf);
	return r;
}

struct ehs_result ehs_calibration_difference(const struct ehs_calibration_sums *prot,
                                             const struct ehs_calibration_sums *ref, double conf)
{
	struct ehs_result r = ehs_result_none(check(prot, ref, conf), "calibration_difference");

	r.n[0] = prot->n;
	r.n[1] = ref->n;
	if (r.status == EHS_OK)
		put_normal(&r, gap_of(prot) - gap_of(ref), gap_variance(prot) + gap_variance(ref), conf);
	return r;
}

struct ehs_result ehs_spiegelhalter_difference(const struct ehs_calibration_sums *prot,
                                               const struct ehs_calibration_sums *ref)
{
	struct ehs_result a = ehs_spiegelhalter(prot), b = ehs_spiegelhalter(ref);
	struct ehs_result r = ehs_result_none(a.status != EHS_OK ? a.status : b.status, "spiegelhalter_difference");

	r.n[0] = prot->n;
	r.n[1] = ref->n;
	if (r.status == EHS_OK)
		put_z(&r, (a.stat - b.stat) / M_SQRT2);
	return r;
}

struct ehs_result ehs_oe_ratio(uint64_t observed, double expected, double conf)
{
	struct ehs_result r = ehs_result_none(EHS_OK, "garwood_poisson");
	struct ehs_value lo = {0, EHS_OK}, hi;
	double alpha = (1 - conf) / 2;

	r.n[0] = observed;
	if (!(expected >= 0) || isinf(expected) || !(conf > 0 && conf < 1)) {
		r.status = EHS_INVALID;
		return r;
	}
	r.conf = conf;
	if (expected == 0) {
		r.status = observed == 0 ? EHS_UNDEFINED : EHS_ZERO_CELL;
		if (observed > 0)
			r.est = r.lo = r.hi = INFINITY;
		return r;
	}
	if (observed > 0)
		lo = ehs_gamma_quantile(alpha, (double)observed);
	hi = ehs_gamma_quantile_upper(alpha, (double)observed + 1);
	r.est = (double)observed / expected;
	r.lo = lo.value / expected;
	r.hi = hi.value / expected;
	if (r.lo > r.est || r.hi < r.est) /* the last bits of counts near 2^62 */
		r.lo = r.hi = r.est;
	if (lo.status != EHS_OK || hi.status != EHS_OK)
		r.status = EHS_NO_CONVERGENCE;
	return r;
}

struct ehs_calibration_bin ehs_calibration_bin_of(const struct ehs_calibration *sum)
{
	return (struct ehs_calibration_bin){sum->n, sum->observed, (double)sum->expected / EHS_CALIBRATION_ONE};
}

static bool is_bin(const struct ehs_calibration_bin *b)
{
	/* a sum of p = 1 may stand a rounding above n */
	return b->observed <= b->n && b->expected >= 0 && b->expected <= (double)b->n * (1 + 1e-12);
}

/* What one bin adds to C. */
static double misfit(const struct ehs_calibration_bin *b)
{
	double n = (double)b->n, gap = (double)b->observed - b->expected,
	       variance = b->expected * (1 - b->expected / n);

	if (variance > 0)
		return gap * gap / variance;
	return fabs(gap) <= 1e-12 * n ? 0 : INFINITY;
}

struct ehs_result ehs_hosmer_lemeshow(const struct ehs_calibration_bin *bins, size_t n_bins,
                                      enum ehs_hosmer_lemeshow_df kind)
{
	struct ehs_result r = ehs_result_none(EHS_OK, "hosmer_lemeshow");
	size_t g = 0, below_5 = 0, below_1 = 0;
	double c = 0;

	for (size_t i = 0; i < n_bins; i++) {
		double least = fmin(bins[i].expected, (double)bins[i].n - bins[i].expected);

		if (!is_bin(&bins[i]) || (kind != EHS_HL_EXTERNAL && kind != EHS_HL_DEVELOPMENT))
			return ehs_result_none(EHS_INVALID, r.method);
		if (bins[i].n == 0) {
			r.flags |= EHS_FLAG_DROPPED_EMPTY;
			continue;
		}
		g++;
		below_5 += least < 5;
		below_1 += least < 1;
		r.n[0] += bins[i].n;
		c += misfit(&bins[i]);
	}
	if (g == 0)
		return ehs_result_none(EHS_EMPTY_GROUP, r.method);
	if (below_5 * 5 > g || below_1 > 0)
		r.flags |= EHS_FLAG_LOW_EXPECTED;
	r.stat = c;
	r.df = (double)g - (double)(int)kind;
	if (r.df <= 0) {
		r.status = EHS_LOW_N;
		return r;
	}
	struct ehs_tail tail = isinf(c) ? (struct ehs_tail){0, -INFINITY} : ehs_chi2_upper(c, r.df);
	r.p = tail.p;
	r.log10_p = ehs_log10_of(tail);
	if (isinf(c))
		r.status = EHS_ZERO_CELL;
	return r;
}

struct ehs_value ehs_calibration_error(const struct ehs_calibration_bin *bins, size_t n_bins)
{
	double off = 0, n = 0;

	for (size_t i = 0; i < n_bins; i++) {
		if (!is_bin(&bins[i]))
			return (struct ehs_value){NAN, EHS_INVALID};
		off += fabs((double)bins[i].observed - bins[i].expected);
		n += (double)bins[i].n;
	}
	return n > 0 ? (struct ehs_value){off / n, EHS_OK} : (struct ehs_value){NAN, EHS_EMPTY_GROUP};
}
