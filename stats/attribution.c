/*
 * attribution.c - see attribution.h.
 *
 * Shares and rates are subtracted as whole numbers, crosswise, before they become doubles: what did not change
 * gives exactly 0.
 */
#include "stats/attribution.h"

#include <math.h>
#include <stdbool.h>

#include "stats/tail.h"

#define COUNT_MAX (UINT64_C(1) << 62) /* products of two counts stay inside 128 bits, sums of two inside 64 */
#define NEARLY_0 1e-20                /* stands for a share or rate of 0 in logarithms */

/* ---- totals ------------------------------------------------------------------ */

static enum ehs_status add(struct ehs_bin *sum, struct ehs_bin more)
{
	if (more.x > more.n)
		return EHS_INVALID;
	if (more.n >= COUNT_MAX - sum->n)
		return EHS_OVERFLOW;
	sum->n += more.n;
	sum->x += more.x;
	return EHS_OK;
}

enum ehs_status ehs_segments_total(const struct ehs_segment *segments, size_t n, struct ehs_segment *total)
{
	struct ehs_segment t = {0};

	for (size_t i = 0; i < n; i++) {
		enum ehs_status s[] = {
			add(&t.before.prot, segments[i].before.prot), add(&t.before.ref, segments[i].before.ref),
			add(&t.after.prot, segments[i].after.prot), add(&t.after.ref, segments[i].after.ref)};

		for (size_t k = 0; k < 4; k++)
			if (s[k] != EHS_OK)
				return s[k];
	}
	*total = t;
	return EHS_OK;
}

static bool has_empty_group(const struct ehs_segment *s)
{
	return s->before.prot.n == 0 || s->before.ref.n == 0 || s->after.prot.n == 0 || s->after.ref.n == 0;
}

/* One group of one segment in both windows, and the whole group. */
struct part {
	struct ehs_bin before, after, all_before, all_after;
};

static struct part prot_of(const struct ehs_segment *s, const struct ehs_segment *all)
{
	return (struct part){s->before.prot, s->after.prot, all->before.prot, all->after.prot};
}

static struct part ref_of(const struct ehs_segment *s, const struct ehs_segment *all)
{
	return (struct part){s->before.ref, s->after.ref, all->before.ref, all->after.ref};
}

static double rate(struct ehs_bin b)
{
	return (double)b.x / (double)b.n;
}

/* a/b - c/d */
static double cross_gap(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (double)((ehs_int128)a * d - (ehs_int128)c * b) / ((double)b * (double)d);
}

/* The segment's rates, an empty window taking that of the other; false where it is empty in both. */
static bool rates_of(const struct part *p, double *before, double *after)
{
	if (p->before.n == 0 && p->after.n == 0)
		return false;
	*before = rate(p->before.n > 0 ? p->before : p->after);
	*after = rate(p->after.n > 0 ? p->after : p->before);
	return true;
}

static struct ehs_decomposition no_decomposition(enum ehs_status status, size_t n, struct ehs_contribution *parts)
{
	for (size_t i = 0; i < n; i++)
		parts[i] = (struct ehs_contribution){NAN, NAN};
	return (struct ehs_decomposition){NAN, NAN, NAN, NAN, NAN, status};
}

/* ---- Kitagawa, Das Gupta ----------------------------------------------------- */

static struct ehs_contribution change_of_rate(const struct part *p, enum ehs_kitagawa_mix kind)
{
	double r0, r1;

	if (!rates_of(p, &r0, &r1))
		return (struct ehs_contribution){0, 0};
	double share_gap = cross_gap(p->after.n, p->all_after.n, p->before.n, p->all_before.n);
	double shares = (double)p->before.n / (double)p->all_before.n + (double)p->after.n / (double)p->all_after.n;
	double centre = kind == EHS_MIX_CENTRED ? (rate(p->all_before) + rate(p->all_after)) / 2 : 0;
	double rate_gap =
		p->before.n > 0 && p->after.n > 0 ? cross_gap(p->after.x, p->after.n, p->before.x, p->before.n) : 0;

	return (struct ehs_contribution){share_gap * ((r0 + r1) / 2 - centre), rate_gap * shares / 2};
}

static double risk_difference(struct ehs_2x2 t)
{
	return cross_gap(t.prot.x, t.prot.n, t.ref.x, t.ref.n);
}

struct ehs_decomposition ehs_kitagawa(const struct ehs_segment *segments, size_t n, enum ehs_kitagawa_mix kind,
                                      struct ehs_contribution *parts)
{
	struct ehs_segment all;
	enum ehs_status status = ehs_segments_total(segments, n, &all);

	if (status == EHS_OK && kind != EHS_MIX_PLAIN && kind != EHS_MIX_CENTRED)
		status = EHS_INVALID;
	if (status == EHS_OK && has_empty_group(&all))
		status = EHS_EMPTY_GROUP;
	if (status != EHS_OK)
		return no_decomposition(status, n, parts);
	struct ehs_decomposition d = {.before = risk_difference(all.before), .after = risk_difference(all.after)};
	for (size_t i = 0; i < n; i++) {
		struct part prot = prot_of(&segments[i], &all), ref = ref_of(&segments[i], &all);
		struct ehs_contribution p = change_of_rate(&prot, kind), r = change_of_rate(&ref, kind);

		parts[i] = (struct ehs_contribution){p.mix - r.mix, p.rate - r.rate};
		d.mix += parts[i].mix;
		d.rate += parts[i].rate;
	}
	d.change = d.after - d.before;
	d.status = EHS_OK;
	return d;
}

/* ---- LMDI-I ------------------------------------------------------------------ */

/* (a - b) / ln(a/b), the mean that makes logarithms add up; a, b > 0. */
static double log_mean(double a, double b)
{
	double v = (a - b) / b;

	return a == b ? a : fabs(v) < .5 ? (a - b) / log1p(v) : (a - b) / log(a / b);
}

/* ln(a b / (c d)) for whole numbers; exactly 0 where both products are the same. */
static double log_ratio(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	ehs_int128 over = (ehs_int128)a * b, under = (ehs_int128)c * d;

	return over == under ? 0 : log1p((double)(over - under) / (double)under);
}

static double not_0(double x)
{
	return x > 0 ? x : NEARLY_0;
}

static struct ehs_contribution change_of_log_rate(const struct part *p)
{
	double r0, r1, w0 = not_0((double)p->before.n / (double)p->all_before.n);
	double w1 = not_0((double)p->after.n / (double)p->all_after.n);

	if (!rates_of(p, &r0, &r1))
		return (struct ehs_contribution){0, 0};
	r0 = not_0(r0);
	r1 = not_0(r1);
	double weight = log_mean(w1 * r1, w0 * r0) / log_mean(rate(p->all_after), rate(p->all_before));
	bool both = p->before.n > 0 && p->after.n > 0;
	double mix = both ? log_ratio(p->after.n, p->all_before.n, p->before.n, p->all_after.n) : log(w1 / w0);
	double rates = 0;
	if (both)
		rates = p->before.x > 0 && p->after.x > 0 ? log_ratio(p->after.x, p->before.n, p->before.x, p->after.n)
		                                          : log(r1 / r0);

	return (struct ehs_contribution){weight * mix, weight * rates};
}

static double log_air(struct ehs_2x2 t)
{
	return log_ratio(t.prot.x, t.ref.n, t.ref.x, t.prot.n);
}

struct ehs_decomposition ehs_lmdi_air(const struct ehs_segment *segments, size_t n, struct ehs_contribution *parts)
{
	struct ehs_segment all;
	enum ehs_status status = ehs_segments_total(segments, n, &all);

	if (status == EHS_OK && has_empty_group(&all))
		status = EHS_EMPTY_GROUP;
	if (status == EHS_OK &&
	    (all.before.prot.x == 0 || all.before.ref.x == 0 || all.after.prot.x == 0 || all.after.ref.x == 0))
		status = EHS_ZERO_CELL;
	if (status != EHS_OK)
		return no_decomposition(status, n, parts);
	struct ehs_decomposition d = {.before = log_air(all.before), .after = log_air(all.after)};
	for (size_t i = 0; i < n; i++) {
		struct part prot = prot_of(&segments[i], &all), ref = ref_of(&segments[i], &all);
		struct ehs_contribution p = change_of_log_rate(&prot), r = change_of_log_rate(&ref);

		parts[i] = (struct ehs_contribution){p.mix - r.mix, p.rate - r.rate};
		d.mix += parts[i].mix;
		d.rate += parts[i].rate;
	}
	d.change = d.after - d.before;
	d.status = EHS_OK;
	return d;
}

/* ---- what a window owes to each segment --------------------------------------- */

struct ehs_shortfall_parts ehs_shortfall_by_segment(const struct ehs_segment *segments, size_t n,
                                                    ehs_int128 *numerators)
{
	struct ehs_segment all;
	enum ehs_status status = ehs_segments_total(segments, n, &all);

	if (status == EHS_OK && (all.after.prot.n == 0 || all.after.ref.n == 0))
		status = EHS_EMPTY_GROUP;
	if (status != EHS_OK)
		return (struct ehs_shortfall_parts){NAN, 0, 0, status};
	struct ehs_shortfall_parts s = {.denominator = all.after.ref.n, .status = EHS_OK};
	for (size_t i = 0; i < n; i++) {
		struct ehs_bin p = segments[i].after.prot;

		numerators[i] = (ehs_int128)p.n * all.after.ref.x - (ehs_int128)p.x * all.after.ref.n;
		s.total_numerator += numerators[i];
	}
	s.total = (double)s.total_numerator / (double)s.denominator;
	return s;
}

/* ---- a switch of versions ----------------------------------------------------- */

static double variance(struct ehs_bin b)
{
	double n = (double)b.n;

	return (double)b.x * (double)(b.n - b.x) / (n * n * n);
}

static uint64_t size_of(const struct ehs_segment *s)
{
	return s->before.prot.n + s->before.ref.n + s->after.prot.n + s->after.ref.n;
}

static void put_limits(struct ehs_result *r, double v, double conf)
{
	if (v == 0) {
		r->status = EHS_DEGENERATE;
		return;
	}
	r->se = sqrt(v);
	r->conf = conf;
	r->lo = r->est - ehs_z_of(conf) * r->se;
	r->hi = r->est + ehs_z_of(conf) * r->se;
	r->stat = r->est / r->se;
	struct ehs_tail tail = ehs_normal_two_sided(r->stat);
	r->p = tail.p;
	r->log10_p = ehs_log10_of(tail);
}

struct ehs_result ehs_switch_contrast(const struct ehs_segment *strata, size_t n, double conf)
{
	struct ehs_segment all;
	struct ehs_result r = ehs_result_none(ehs_segments_total(strata, n, &all), "stratified_contrast");
	double sum = 0, v = 0;

	if (!(conf > 0 && conf < 1))
		r.status = EHS_INVALID;
	if (r.status != EHS_OK)
		return r;
	for (size_t i = 0; i < n; i++) {
		uint64_t size = size_of(&strata[i]);

		r.n[1] += size;
		if (has_empty_group(&strata[i])) {
			r.flags |= EHS_FLAG_DROPPED_EMPTY;
			continue;
		}
		r.n[0] += size;
		sum += (double)size * (risk_difference(strata[i].after) - risk_difference(strata[i].before));
		v += (double)size * (double)size *
		     (variance(strata[i].before.prot) + variance(strata[i].before.ref) +
		      variance(strata[i].after.prot) + variance(strata[i].after.ref));
	}
	if (r.n[0] == 0) {
		r.status = EHS_EMPTY_GROUP;
		return r;
	}
	r.est = sum / (double)r.n[0];
	put_limits(&r, v / ((double)r.n[0] * (double)r.n[0]), conf);
	return r;
}
