/*
 * reach.c - see reach.h.
 */
#include "lab/reach.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/bettor.h"
#include "stats/sequence.h"

#define LOOK_BACK_US (90 * EH_DAY_US)
#define BLOCKS_MAX 300 /* looked at, evenly spread */
#define YEAR_DAYS 365.0

/* Decisions of a pair in one stratum of a block, or in the whole of it. */
struct sized {
	uint32_t stratum;
	double prot, ref;
};

/* What the last 90 days of a pair look like. */
struct volume {
	struct sized *sized; /* strata of blocks, one after the other; the whole comes first in each */
	size_t n, cap;
	uint32_t blocks;
	double days, prot, ref, favourable; /* decisions of each, and favourable ones of the reference */
	double *rate;                       /* the reference's favourable rate by stratum; NaN: it has none there */
	uint32_t strata;
};

struct tally {
	double n, favourable;
};

static void push(struct volume *v, uint32_t stratum, double prot, double ref)
{
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 256;
		v->sized = eh_xrealloc(v->sized, v->cap, sizeof *v->sized);
	}
	v->sized[v->n++] = (struct sized){stratum, prot, ref};
}

/* A block that is being filled. */
struct filling {
	double *prot, *ref; /* by stratum; the whole is the last */
	struct tally *of_ref;
};

static void fill(const struct eh_lab_attribute *at, const struct eh_lab_pane *pane, uint32_t group, struct filling *f,
                 struct volume *v)
{
	for (const struct eh_lab_cell *c = at->cell + pane->first; c < at->cell + pane->first + pane->n; c++) {
		bool whole = c->stratum == EH_LAB_WHOLE;
		uint32_t s = whole ? at->strata : c->stratum;

		if (c->group == group)
			f->prot[s] += c->n;
		if (c->group == group && whole)
			v->prot += c->n;
		if (c->group != at->reference)
			continue;
		f->ref[s] += c->n;
		f->of_ref[s].n += c->n;
		f->of_ref[s].favourable += c->favourable;
		v->ref += whole ? c->n : 0;
	}
}

static void close_block(const struct eh_lab_attribute *at, struct filling *f, struct volume *v)
{
	push(v, EH_LAB_WHOLE, f->prot[at->strata], f->ref[at->strata]);
	for (uint32_t s = 0; s < at->strata; s++)
		if (f->prot[s] > 0 && f->ref[s] > 0)
			push(v, s, f->prot[s], f->ref[s]);
	v->blocks++;
	memset(f->prot, 0, (at->strata + 1) * sizeof *f->prot);
	memset(f->ref, 0, (at->strata + 1) * sizeof *f->ref);
}

static struct volume measure(const struct eh_lab_pair *pair, struct eh_arena *home)
{
	const struct eh_lab_attribute *at = eh_lab_attribute_of(pair);
	int64_t end_us = at->pane[at->panes - 1].end_us, from_us = end_us - LOOK_BACK_US;
	struct volume v = {.strata = at->strata, .rate = eh_arena_zalloc(home, at->strata + 1, sizeof(double))};
	struct filling f = {eh_arena_zalloc(home, at->strata + 1, sizeof(double)),
	                    eh_arena_zalloc(home, at->strata + 1, sizeof(double)),
	                    eh_arena_zalloc(home, at->strata + 1, sizeof(struct tally))};

	from_us = from_us > at->pane[0].start_us ? from_us : at->pane[0].start_us;
	v.days = (double)(end_us - from_us) / (double)EH_DAY_US;
	for (size_t p = 0; p < at->panes; p++) {
		if (at->pane[p].start_us < from_us)
			continue;
		fill(at, &at->pane[p], pair->group, &f, &v);
		if (f.prot[at->strata] >= EH_JUDGE_MIN_BLOCK && f.ref[at->strata] >= EH_JUDGE_MIN_BLOCK)
			close_block(at, &f, &v);
	}
	for (uint32_t s = 0; s <= at->strata; s++)
		v.rate[s] = f.of_ref[s].n > 0 ? f.of_ref[s].favourable / f.of_ref[s].n : NAN;
	v.favourable = f.of_ref[at->strata].favourable;
	return v;
}

/* Mean of the log e-value of a block of these sizes where the group is favoured at `ratio` times the rate. */
static double expected_log_e(double prot, double ref, double rate, double ratio, int outcome, double tau, double delta)
{
	double p[2], n[2]; /* oriented: H0 is p[0] >= tau p[1] */

	if (!(rate > 0.0 && rate < 1.0))
		return 0.0;
	p[0] = outcome == EH_JUDGE_FAVOURABLE ? ratio * rate : 1.0 - rate;
	p[1] = outcome == EH_JUDGE_FAVOURABLE ? rate : 1.0 - ratio * rate;
	n[0] = outcome == EH_JUDGE_FAVOURABLE ? prot : ref;
	n[1] = outcome == EH_JUDGE_FAVOURABLE ? ref : prot;
	double theta_ref = fmin(fmax(p[1], .01), .99), theta_prot = delta * tau * theta_ref;
	struct ehs_ratio_point null = ehs_block_projection(n[0], n[1], theta_ref, theta_prot, tau);
	return n[0] * (p[0] * log(theta_prot / null.p_prot) + (1 - p[0]) * log((1 - theta_prot) / null.q_prot)) +
	       n[1] * (p[1] * log(theta_ref / null.p_ref) + (1 - p[1]) * log((1 - theta_ref) / null.q_ref));
}

/* What a block adds on average, for the alternative that gains most. */
static double growth(const struct volume *v, const struct eh_lab_monitor *m, double ratio)
{
	const struct ehs_mixture *mixture = eh_judge_bettor_mixture(m->detector_version);
	double sum[EHS_ALTERNATIVES] = {0}, best = 0.0;
	uint32_t every = v->blocks / BLOCKS_MAX + 1, block = UINT32_MAX, seen = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct sized *s = &v->sized[i];
		bool whole = s->stratum == EH_LAB_WHOLE;

		block += whole;
		if (block % every != 0)
			continue;
		seen += whole;
		for (size_t a = 0; whole == (m->kind == EH_JUDGE_RAW) && a < mixture->n; a++)
			sum[a] += expected_log_e(s->prot, s->ref, v->rate[whole ? v->strata : s->stratum], ratio, m->outcome,
			                         eh_policy_fraction(m->tau_ppm), mixture->delta[a]);
	}
	for (size_t a = 0; a < mixture->n; a++)
		best = fmax(best, sum[a]);
	return seen > 0 ? best / seen : 0.0;
}

/* The ratio as the gate sees it: favourable, or of adverse decisions turned over. */
static double seen_ratio(const struct volume *v, int outcome, double ratio)
{
	double rate = v->rate[v->strata];

	return outcome == EH_JUDGE_FAVOURABLE ? ratio : (1.0 - rate) / (1.0 - ratio * rate);
}

/* Days until the policy's least data are there. */
static double least_days(const struct volume *v, const struct eh_policy *policy, double ratio)
{
	double rate = v->rate[v->strata], both = (v->favourable + v->prot * ratio * rate) / (v->prot + v->ref);
	double rarer = fmin(both, 1.0 - both), smaller = fmin(v->prot, v->ref);

	return fmax((double)policy->min_n / (v->prot / v->days),
	            (double)policy->min_rarer / (rarer * smaller / v->days));
}

static void reckon(const struct eh_lab_portfolio *p, const struct eh_lab_monitor *m, const struct volume *v,
                   struct eh_lab_reach *reach)
{
	double a_day = v->blocks / v->days, per_year = fmax(12.0, a_day * YEAR_DAYS);

	reach->a_day = v->prot / v->days;
	for (int r = 0; r < EH_LAB_RATIOS; r++) {
		double ratio = eh_policy_fraction(eh_lab_ratio_ppm[r]), gain = growth(v, m, ratio);

		for (int side = 0; side < EH_LAB_SIDES; side++) {
			const struct eh_policy *policy = p->policy[side];
			double gate = eh_policy_fraction(m->gate_ppm[side]);
			double line = per_year * p->watched[side] / eh_policy_fraction(policy->review_ppm);
			double days = fmax(fmax(1.0, log(line * gain) / gain) / a_day, least_days(v, policy, ratio));

			reach->to[side][r].days = days;
			reach->to[side][r].reached = m->gate_ppm[side] == 0 ? EH_LAB_NOT_WATCHED
			                             : seen_ratio(v, m->outcome, ratio) > gate + 1e-9
			                                     ? EH_LAB_BEHIND_THE_GATE
			                             : gain > 0.0 && days <= YEAR_DAYS ? EH_LAB_REACHED
			                                                               : EH_LAB_BEYOND_A_YEAR;
		}
	}
}

const struct eh_lab_reach *eh_lab_reach(const struct eh_lab_portfolio *p, struct eh_arena *home)
{
	struct eh_lab_reach *reach = eh_arena_zalloc(home, p->monitors + 1, sizeof *reach);

	for (uint32_t i = 0; i < p->pairs; i++) {
		struct volume v = measure(&p->pair[i], home);

		for (uint32_t m = p->pair[i].first; m < p->pair[i].first + p->pair[i].n; m++)
			reckon(p, &p->monitor[m], &v, &reach[m]);
		free(v.sized);
	}
	return reach;
}

