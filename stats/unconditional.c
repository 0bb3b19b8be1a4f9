/*
 * unconditional.c - see unconditional.h.
 *
 * Both orderings are monotone in each group's count, so for each count of the smaller group the extreme tables are
 * a lower and an upper stretch of the larger group's counts: two cumulative sums make one rate cost n1 + n2.
 */
#include "stats/unconditional.h"

#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"
#include "stats/proportion.h"

#define GRID 512
#define PEAKS 6
#define GOLDEN 0.6180339887498949
#define TIE 1e-10 /* Fisher's p are good to 1e-13 here */

/* The question: which tables are extreme, and how the two groups are laid out. */
struct question {
	struct ehs_2x2 seen;
	uint64_t n_small, n_large;
	bool small_is_prot;
	enum ehs_side side; /* of Boschloo's one-sided ordering; all three for Barnard */
	double fisher;      /* p of the table seen; NaN: order by z */
	struct ehs_unconditional_work *work;
};

static struct ehs_2x2 table_at(const struct question *q, uint64_t small, uint64_t large)
{
	struct ehs_2x2 t = q->seen;

	t.prot.x = q->small_is_prot ? small : large;
	t.ref.x = q->small_is_prot ? large : small;
	return t;
}

/* z |z| up to a factor that all tables share, as a fraction of whole numbers. */
struct squared {
	int64_t top, bottom;
};

static struct squared squared_z(struct ehs_2x2 t)
{
	int64_t cross = (int64_t)(t.prot.x * t.ref.n) - (int64_t)(t.ref.x * t.prot.n);
	int64_t marked = (int64_t)(t.prot.x + t.ref.x), rest = (int64_t)(t.prot.n + t.ref.n) - marked;

	if (marked == 0 || rest == 0)
		return (struct squared){0, 1};
	return (struct squared){cross < 0 ? -cross * cross : cross * cross, marked * rest};
}

/* < 0, 0, > 0 as z of the first lies below, at, above that of the second; each side is below 7e17. */
static int compare(struct squared a, struct squared b)
{
	int64_t left = a.top * b.bottom, right = b.top * a.bottom;

	return (left > right) - (left < right);
}

static double fisher_of(struct ehs_2x2 t, enum ehs_side side)
{
	uint64_t marked = t.prot.x + t.ref.x, all = t.prot.n + t.ref.n;

	if (side == EHS_LESS)
		return ehs_hypergeometric(t.prot.x, marked, all - marked, t.prot.n).lower.p;
	return ehs_hypergeometric(t.ref.x, marked, all - marked, t.ref.n).lower.p;
}

/* Whether a table is at least as extreme as the one seen, on the side of a low (or a high) protected rate. */
static bool is_extreme(const struct question *q, struct ehs_2x2 t, bool low)
{
	if (!isnan(q->fisher))
		return fisher_of(t, q->side) <= q->fisher * (1 + TIE);
	struct squared z = squared_z(t), seen = squared_z(q->seen);
	if (q->side == EHS_TWO_SIDED && (seen.top > 0) == low)
		seen.top = -seen.top;
	return low ? compare(z, seen) <= 0 : compare(z, seen) >= 0;
}

/* How many counts of the larger group, from its extreme end on, are extreme. */
static uint64_t stretch(const struct question *q, uint64_t small, bool low)
{
	bool from_zero = low != q->small_is_prot;
	uint64_t in = 0, out = q->n_large + 2; /* `in` many are, `out` many are not */

	while (out - in > 1) {
		uint64_t many = in + (out - in) / 2;
		uint64_t last = from_zero ? many - 1 : q->n_large + 1 - many;

		if (is_extreme(q, table_at(q, small, last), low))
			in = many;
		else
			out = many;
	}
	return in;
}

static void mark_extremes(const struct question *q)
{
	for (uint64_t s = 0; s <= q->n_small; s++) {
		bool low_from_zero = !q->small_is_prot;
		uint64_t low = q->side == EHS_GREATER ? 0 : stretch(q, s, true);
		uint64_t high = q->side == EHS_LESS ? 0 : stretch(q, s, false);
		uint64_t up_to = low_from_zero ? low : high, down_to = low_from_zero ? high : low;

		q->work->up_to[s] = (uint32_t)up_to;
		q->work->from[s] = (uint32_t)(q->n_large + 1 - down_to);
		if (q->work->from[s] < up_to) /* everything is extreme */
			q->work->from[s] = (uint32_t)up_to;
	}
}

/* Both cumulative sums of the larger group's counts, each summed from its own end. */
static void fill_tails(const struct question *q, double rate)
{
	double *below = q->work->below, *above = q->work->above, odds = rate / (1 - rate), n = (double)q->n_large;
	uint64_t mode = (uint64_t)fmin(n, floor((n + 1) * rate));
	double term = ehs_binomial(mode, q->n_large, rate).pmf, sum = 0;

	above[mode] = term;
	for (uint64_t x = mode; x < q->n_large; x++)
		above[x + 1] = above[x] * ((double)(q->n_large - x) / (double)(x + 1) * odds);
	for (uint64_t x = mode; x > 0; x--)
		above[x - 1] = above[x] * ((double)x / ((double)(q->n_large - x + 1) * odds));
	below[0] = 0;
	for (uint64_t x = 0; x <= q->n_large; x++)
		below[x + 1] = below[x] + above[x];
	above[q->n_large + 1] = 0;
	for (uint64_t x = q->n_large + 1; x-- > 0;) {
		sum += above[x];
		above[x] = sum;
	}
}

/* P(extreme) at the common rate sin^2(angle), on which scale every rate is equally well told from its neighbours. */
static double extreme_at(const struct question *q, double angle)
{
	double rate = sin(angle) * sin(angle), sum = 0;

	fill_tails(q, rate);
	for (uint64_t s = 0; s <= q->n_small; s++) {
		double tails = q->work->below[q->work->up_to[s]] + q->work->above[q->work->from[s]];

		if (tails > 0)
			sum += ehs_binomial(s, q->n_small, rate).pmf * tails;
	}
	return sum;
}

struct peak {
	double angle, p;
};

static struct peak refine(const struct question *q, double lo, double hi)
{
	double a = hi - GOLDEN * (hi - lo), b = lo + GOLDEN * (hi - lo);
	double pa = extreme_at(q, a), pb = extreme_at(q, b);

	while (hi - lo > 1e-7) {
		if (pa >= pb) {
			hi = b;
			b = a, pb = pa;
			a = hi - GOLDEN * (hi - lo);
			pa = extreme_at(q, a);
		} else {
			lo = a;
			a = b, pa = pb;
			b = lo + GOLDEN * (hi - lo);
			pb = extreme_at(q, b);
		}
	}
	return pa >= pb ? (struct peak){a, pa} : (struct peak){b, pb};
}

/* The best of the grid's highest peaks, each refined between its neighbours. */
static struct peak supremum(const struct question *q)
{
	double p[GRID + 1], step = M_PI_2 / GRID;
	struct peak best = {0, 0};

	for (int i = 0; i <= GRID; i++)
		p[i] = i == 0 || i == GRID ? 0 : extreme_at(q, i * step);
	for (int round = 0; round < PEAKS; round++) {
		int top = 0;

		for (int i = 1; i < GRID; i++)
			if (p[i] > p[top] && p[i] >= fabs(p[i - 1]) && p[i] >= fabs(p[i + 1]))
				top = i;
		if (p[top] <= .9 * best.p)
			break;
		struct peak found = refine(q, (top - 1) * step, (top + 1) * step);
		if (found.p > best.p)
			best = found;
		p[top] = -p[top]; /* looked at */
	}
	return best;
}

static struct ehs_result begin(struct ehs_2x2 t, const char *method)
{
	struct ehs_result r = ehs_result_none(EHS_OK, method);

	r.n[0] = t.prot.n;
	r.n[1] = t.ref.n;
	r.status = ehs_2x2_status(t);
	return r;
}

static bool too_large(struct ehs_2x2 t)
{
	return t.prot.n > EHS_UNCONDITIONAL_MAX || t.ref.n > EHS_UNCONDITIONAL_MAX ||
	       t.prot.n * t.ref.n > EHS_UNCONDITIONAL_MAX;
}

/* One-sided mid-p: the whole tail less half of the table seen. */
static struct ehs_result stand_in(struct ehs_2x2 t, enum ehs_side side)
{
	struct ehs_result r = begin(t, "fisher_mid_p");
	struct ehs_exact e = ehs_fisher(t);
	uint64_t marked = t.prot.x + t.ref.x;
	double seen = exp(ehs_hypergeometric_log_pmf(t.prot.x, marked, t.prot.n + t.ref.n - marked, t.prot.n));

	r.flags = EHS_FLAG_APPROXIMATE;
	r.status = e.status;
	r.p = side == EHS_TWO_SIDED ? e.p_mid : (side == EHS_LESS ? e.p_less : e.p_greater) - seen / 2;
	r.log10_p = side == EHS_TWO_SIDED ? e.log10_mid : log10(r.p);
	return r;
}

static void ask(struct question *q, struct ehs_result *r)
{
	mark_extremes(q);
	struct peak best = supremum(q);

	r->est = sin(best.angle) * sin(best.angle);
	r->p = fmin(1, best.p);
	r->log10_p = log10(r->p);
}

static struct question question_of(struct ehs_2x2 t, enum ehs_side side, struct ehs_unconditional_work *work)
{
	bool small_is_prot = t.prot.n <= t.ref.n;

	return (struct question){
		.seen = t,
		.n_small = small_is_prot ? t.prot.n : t.ref.n,
		.n_large = small_is_prot ? t.ref.n : t.prot.n,
		.small_is_prot = small_is_prot,
		.side = side,
		.fisher = NAN,
		.work = work,
	};
}

struct ehs_result ehs_barnard(struct ehs_2x2 table, enum ehs_side side, struct ehs_unconditional_work *work)
{
	struct ehs_result r = begin(table, "barnard_z_pooled");
	struct question q = question_of(table, side, work);

	if (r.status != EHS_OK)
		return r;
	if (too_large(table))
		return stand_in(table, side);
	struct ehs_test z = ehs_z_pooled(table);
	if (z.status != EHS_OK) {
		r.status = z.status;
		r.p = 1;
		r.log10_p = 0;
		return r;
	}
	ask(&q, &r);
	r.stat = z.stat;
	return r;
}

struct ehs_result ehs_boschloo(struct ehs_2x2 table, enum ehs_side side, struct ehs_unconditional_work *work)
{
	struct ehs_result r = begin(table, "boschloo");
	struct question q = question_of(table, side, work);

	if (r.status != EHS_OK)
		return r;
	if (too_large(table))
		return stand_in(table, side);
	if (side == EHS_TWO_SIDED) {
		struct ehs_result less = ehs_boschloo(table, EHS_LESS, work),
				  more = ehs_boschloo(table, EHS_GREATER, work);

		r = less.p <= more.p ? less : more;
		r.p = fmin(1, 2 * r.p);
		r.log10_p = log10(r.p);
		return r;
	}
	q.fisher = fisher_of(table, side);
	ask(&q, &r);
	r.stat = q.fisher;
	return r;
}
