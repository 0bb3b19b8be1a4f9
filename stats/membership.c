/*
 * membership.c - sums over probabilities, the weighted estimator, and what two rates say of each other.
 * See membership.h; the fitted estimators are in membership_fit.c.
 */
#include "stats/membership.h"

#include <gsl/gsl_sf_erf.h>
#include <math.h>
#include <string.h>

#define Z_RARE 30 /* rows below which a group is called small */

static size_t pair_at(int g, int h)
{
	return g >= h ? (size_t)(g * (g + 1) / 2 + h) : (size_t)(h * (h + 1) / 2 + g);
}

/* ---- sums ---------------------------------------------------------------------------- */

enum ehs_status ehs_membership_init(struct ehs_membership_sums *s, int k, uint32_t unit)
{
	memset(s, 0, sizeof *s);
	if (k < 2 || k > EHS_MEMBERSHIP_MAX || unit == 0 || unit > EHS_MEMBERSHIP_UNIT_MAX)
		return EHS_INVALID;
	s->k = k;
	s->unit = unit;
	return EHS_OK;
}

/* All sums of the other, added or taken away, into a copy: what fails leaves no trace. */
static bool combine(struct ehs_membership_sums *to, const struct ehs_membership_sums *o, bool add)
{
	size_t pairs = pair_at(to->k - 1, to->k - 1) + 1;
	bool bad = false;

#define PUT(field)                                                            \
	(bad |= add ? __builtin_add_overflow(to->field, o->field, &to->field) \
	            : __builtin_sub_overflow(to->field, o->field, &to->field))
	PUT(n);
	PUT(x);
	for (int g = 0; g < to->k; g++) {
		PUT(w[g]);
		PUT(wy[g]);
	}
	for (size_t i = 0; i < pairs; i++) {
		PUT(ww[i]);
		PUT(wwy[i]);
	}
#undef PUT
	return !bad;
}

static enum ehs_status put(struct ehs_membership_sums *s, const struct ehs_membership_sums *other, bool add)
{
	struct ehs_membership_sums sum = *s;

	if (s->k != other->k || s->unit != other->unit || s->k < 2)
		return EHS_INVALID;
	if (!combine(&sum, other, add))
		return EHS_OVERFLOW;
	*s = sum;
	return EHS_OK;
}

enum ehs_status ehs_membership_merge(struct ehs_membership_sums *s, const struct ehs_membership_sums *other)
{
	return put(s, other, true);
}

enum ehs_status ehs_membership_subtract(struct ehs_membership_sums *s, const struct ehs_membership_sums *other)
{
	return put(s, other, false);
}

enum ehs_status ehs_membership_add(struct ehs_membership_sums *s, const uint32_t *w, uint64_t n, uint64_t x)
{
	struct ehs_membership_sums rows = {.k = s->k, .unit = s->unit, .n = n, .x = x};

	if (x > n || s->k < 2)
		return EHS_INVALID;
	for (int g = 0; g < s->k; g++) {
		if (w[g] > s->unit)
			return EHS_INVALID;
		if (__builtin_mul_overflow(n, (uint64_t)w[g], &rows.w[g]))
			return EHS_OVERFLOW;
		rows.wy[g] = x * w[g];
		for (int h = 0; h <= g; h++) {
			ehs_uint128 product = (ehs_uint128)w[g] * w[h]; /* below 2^60, and n below 2^64: no overflow */

			rows.ww[pair_at(g, h)] = product * n;
			rows.wwy[pair_at(g, h)] = product * x;
		}
	}
	return put(s, &rows, true);
}

/* ---- the weighted estimator ---------------------------------------------------------- */

static struct ehs_membership_rates unknown(int k, const char *method, enum ehs_status status)
{
	struct ehs_membership_rates r = {.k = k, .method = method, .whole = status};

	for (int g = 0; g < EHS_MEMBERSHIP_MAX; g++) {
		r.rate[g] = r.n_eff[g] = NAN;
		r.status[g] = status;
		for (int h = 0; h < EHS_MEMBERSHIP_MAX; h++)
			r.cov[g][h] = NAN;
	}
	return r;
}

/*
 * The sum of w_g w_h (y - r_g)(y - r_h), over both sums of weights.  Split by y, so that nothing cancels where a rate
 * is near 0 or 1.
 */
static double weighted_cov(const struct ehs_membership_sums *s, const double *rate, int g, int h)
{
	size_t at = pair_at(g, h);
	double yes = (double)s->wwy[at], no = (double)(s->ww[at] - s->wwy[at]);

	return (yes * (1 - rate[g]) * (1 - rate[h]) + no * rate[g] * rate[h]) / ((double)s->w[g] * (double)s->w[h]);
}

struct ehs_membership_rates ehs_membership_weighted(const struct ehs_membership_sums *s)
{
	struct ehs_membership_rates r = unknown(s->k, "weighted_linearised", s->n == 0 ? EHS_EMPTY_GROUP : EHS_OK);

	if (s->k < 2 || s->k > EHS_MEMBERSHIP_MAX || s->unit == 0)
		return unknown(s->k, r.method, EHS_INVALID);
	for (int g = 0; g < s->k; g++) {
		if (s->w[g] == 0) {
			r.status[g] = EHS_EMPTY_GROUP;
			continue;
		}
		r.rate[g] = (double)s->wy[g] / (double)s->w[g];
		r.n_eff[g] = (double)s->w[g] * (double)s->w[g] / (double)s->ww[pair_at(g, g)];
		r.status[g] = s->wy[g] == 0 || s->wy[g] == s->w[g] ? EHS_DEGENERATE : EHS_OK;
	}
	for (int g = 0; g < s->k; g++)
		for (int h = 0; h < s->k; h++)
			if (r.status[g] == EHS_OK && r.status[h] == EHS_OK)
				r.cov[g][h] = weighted_cov(s, r.rate, g, h);
	return r;
}

/* ---- one rate, two rates --------------------------------------------------------------- */

static bool is_share(const struct ehs_membership_rates *r)
{
	return strncmp(r->method, "regression", 10) != 0;
}

static bool is_bad_group(const struct ehs_membership_rates *r, int g)
{
	return g < 0 || g >= r->k || r->k > EHS_MEMBERSHIP_MAX;
}

struct ehs_result ehs_membership_rate(const struct ehs_membership_rates *r, int g, double conf)
{
	struct ehs_result result = ehs_result_none(EHS_INVALID, r->method);
	double z = ehs_z_of(conf);

	if (is_bad_group(r, g) || isnan(z))
		return result;
	result.conf = conf;
	result.status = r->whole != EHS_OK ? r->whole : r->status[g];
	result.est = r->rate[g];
	if (r->n_eff[g] < Z_RARE)
		result.flags |= EHS_FLAG_LOW_N;
	if (result.status != EHS_OK)
		return result;
	result.se = sqrt(r->cov[g][g]);
	result.lo = result.est - z * result.se;
	result.hi = result.est + z * result.se;
	if (is_share(r)) {
		result.lo = fmax(0, result.lo);
		result.hi = fmin(1, result.hi);
	}
	return result;
}

/* What both comparisons begin with: the first thing that stands in the way of a number. */
static struct ehs_result begin_pair(const struct ehs_membership_rates *r, int prot, int ref, double conf)
{
	struct ehs_result result = ehs_result_none(EHS_INVALID, r->method);

	if (is_bad_group(r, prot) || is_bad_group(r, ref) || prot == ref || isnan(ehs_z_of(conf)))
		return result;
	result.conf = conf;
	result.status = r->whole;
	if (r->whole == EHS_OK && (r->status[prot] == EHS_EMPTY_GROUP || r->status[ref] == EHS_EMPTY_GROUP))
		result.status = EHS_EMPTY_GROUP;
	if (r->n_eff[prot] < Z_RARE)
		result.flags |= EHS_FLAG_LOW_N;
	return result;
}

static void set_z(struct ehs_result *result, double at)
{
	result->stat = at / result->se;
	result->p = ehs_p_of_z(result->stat);
	result->log10_p = gsl_sf_log_erfc(fabs(result->stat) * M_SQRT1_2) / M_LN10; /* of 2 Q(|z|), also where p is 0 */
}

struct ehs_result ehs_membership_difference(const struct ehs_membership_rates *r, int prot, int ref, double conf)
{
	struct ehs_result result = begin_pair(r, prot, ref, conf);

	if (result.status != EHS_OK)
		return result;
	result.est = r->rate[prot] - r->rate[ref];
	double variance = r->cov[prot][prot] + r->cov[ref][ref] - 2 * r->cov[prot][ref];
	if (!(variance > 0)) {
		result.status = EHS_DEGENERATE;
		return result;
	}
	result.se = sqrt(variance);
	result.lo = result.est - ehs_z_of(conf) * result.se;
	result.hi = result.est + ehs_z_of(conf) * result.se;
	set_z(&result, result.est);
	return result;
}

/* A ratio with a rate that is not above 0. */
static void set_edge(struct ehs_result *result, const struct ehs_membership_rates *r, double a, double b)
{
	result->status = EHS_ZERO_CELL;
	if (a == 0 && b == 0)
		result->status = EHS_UNDEFINED;
	else if (is_share(r))
		result->est = a == 0 ? 0 : INFINITY;
}

struct ehs_result ehs_membership_ratio(const struct ehs_membership_rates *r, int prot, int ref, double conf)
{
	struct ehs_result result = begin_pair(r, prot, ref, conf);

	if (result.status != EHS_OK)
		return result;
	double a = r->rate[prot], b = r->rate[ref];
	if (!(a > 0) || !(b > 0)) {
		set_edge(&result, r, a, b);
		return result;
	}
	result.est = a / b;
	double variance = r->cov[prot][prot] / (a * a) + r->cov[ref][ref] / (b * b) - 2 * r->cov[prot][ref] / (a * b);
	if (!(variance > 0)) {
		result.status = EHS_DEGENERATE;
		return result;
	}
	result.se = sqrt(variance);
	double reach = exp(ehs_z_of(conf) * result.se);
	result.lo = result.est / reach;
	result.hi = result.est * reach;
	set_z(&result, log(result.est));
	return result;
}

struct ehs_membership_bracket ehs_membership_bracket(const struct ehs_result *weighted,
                                                     const struct ehs_result *regression, const struct ehs_result *em)
{
	const struct ehs_result *all[] = {weighted, regression, em};
	struct ehs_membership_bracket b = {.lo = NAN, .hi = NAN, .status = EHS_UNDEFINED};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (isfinite(all[i]->est)) {
			b.lo = fmin(b.lo, all[i]->est);
			b.hi = fmax(b.hi, all[i]->est);
			b.n_estimates++;
		}
	if (b.n_estimates > 0)
		b.status = b.n_estimates == 3 ? EHS_OK : EHS_LOW_N;
	return b;
}

/* ---- a cut, and the bounds -------------------------------------------------------------- */

void ehs_membership_threshold(const struct ehs_membership_cells *cells, double cut, struct ehs_bin *out)
{
	memset(out, 0, (size_t)cells->k * sizeof *out);
	for (size_t i = 0; i < cells->n_cells; i++)
		for (int g = 0; g < cells->k; g++)
			if ((double)cells->cell[i].w[g] > cut * cells->unit) {
				out[g].n += cells->cell[i].n;
				out[g].x += cells->cell[i].x;
			}
}

static struct ehs_frechet_bounds no_bounds(enum ehs_status status)
{
	return (struct ehs_frechet_bounds){NAN, NAN, status};
}

static bool is_probability(double p)
{
	return p >= 0 && p <= 1;
}

static struct ehs_frechet_bounds bounds_of(const struct ehs_frechet_cell *cells, size_t n_cells, bool rest)
{
	double members = 0, lo = 0, hi = 0;

	for (size_t i = 0; i < n_cells; i++) {
		double n = cells[i].n, a = rest ? 1 - cells[i].p_a : cells[i].p_a, y = cells[i].p_y;

		if (!(n >= 0) || isinf(n) || !is_probability(cells[i].p_a) || !is_probability(y))
			return no_bounds(EHS_INVALID);
		members += n * a;
		lo += n * fmax(0, rest ? y - cells[i].p_a : a + y - 1); /* 1 - p + y - 1 without losing digits */
		hi += n * fmin(a, y);
	}
	if (members == 0)
		return no_bounds(EHS_EMPTY_GROUP);
	return (struct ehs_frechet_bounds){lo / members, fmin(1, hi / members), EHS_OK};
}

struct ehs_frechet_bounds ehs_frechet_rate(const struct ehs_frechet_cell *cells, size_t n_cells)
{
	return bounds_of(cells, n_cells, false);
}

struct ehs_frechet_bounds ehs_frechet_rest(const struct ehs_frechet_cell *cells, size_t n_cells)
{
	return bounds_of(cells, n_cells, true);
}

struct ehs_frechet_bounds ehs_frechet_difference(struct ehs_frechet_bounds prot, struct ehs_frechet_bounds ref)
{
	if (prot.status != EHS_OK || ref.status != EHS_OK)
		return no_bounds(prot.status != EHS_OK ? prot.status : ref.status);
	return (struct ehs_frechet_bounds){prot.lo - ref.hi, prot.hi - ref.lo, EHS_OK};
}

struct ehs_frechet_bounds ehs_frechet_ratio(struct ehs_frechet_bounds prot, struct ehs_frechet_bounds ref)
{
	if (prot.status != EHS_OK || ref.status != EHS_OK)
		return no_bounds(prot.status != EHS_OK ? prot.status : ref.status);
	if (ref.hi == 0)
		return no_bounds(EHS_UNDEFINED);
	return (struct ehs_frechet_bounds){prot.lo / ref.hi, ref.lo == 0 ? INFINITY : prot.hi / ref.lo, EHS_OK};
}

/* Sums of a bin, as whole numbers until the end. */
struct bin {
	uint64_t n, x;
	ehs_uint128 w;
};

static void join(struct bin *to, struct bin *from)
{
	to->n += from->n;
	to->x += from->x;
	to->w += from->w;
	*from = (struct bin){0};
}

size_t ehs_frechet_bin(const struct ehs_membership_cells *cells, int g, struct ehs_frechet_cell *out)
{
	struct bin bins[EHS_FRECHET_BINS] = {0};
	size_t last = EHS_FRECHET_BINS - 1, n = 0;

	for (size_t i = 0; i < cells->n_cells; i++) {
		const struct ehs_membership_cell *c = &cells->cell[i];
		size_t at = (size_t)((uint64_t)c->w[g] * EHS_FRECHET_BINS / cells->unit);
		struct bin one = {.n = c->n, .x = c->x, .w = (ehs_uint128)c->w[g] * c->n};

		join(&bins[at < last ? at : last], &one);
	}
	for (size_t i = 0; i < last; i++) /* a small bin goes up, and what is small at the top comes down */
		if (bins[i].n < EHS_FRECHET_LEAST)
			join(&bins[i + 1], &bins[i]);
	for (size_t i = last; i > 0 && bins[last].n < EHS_FRECHET_LEAST; i--)
		join(&bins[last], &bins[i - 1]);
	for (size_t i = 0; i <= last; i++)
		if (bins[i].n > 0)
			out[n++] = (struct ehs_frechet_cell){
				.n = (double)bins[i].n,
				.p_a = fmin(1, (double)bins[i].w / (double)bins[i].n / cells->unit),
				.p_y = (double)bins[i].x / (double)bins[i].n,
			};
	return n;
}
