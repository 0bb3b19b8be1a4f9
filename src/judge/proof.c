/*
 * proof.c - see proof.h.
 */
#include "judge/proof.h"

#include <math.h>
#include <stdlib.h>

#include "base/time.h"
#include "cube/pane.h"
#include "judge/display.h"
#include "judge/inside.h"
#include "stats/confseq.h"
#include "stats/power.h"

#define FALL 0.75
#define YEAR_DAYS 365.0
#define HALF_LIFE_DAYS 7.0
#define CONF 0.95

/* What one stratum adds a day; both rates as they were, but for the fall. */
static double growth(struct ehs_2x2 natural, double days, int outcome, double tau, double fall)
{
	double n_prot = (double)natural.prot.n / days, n_ref = (double)natural.ref.n / days;
	double rate = (double)natural.ref.x / (double)natural.ref.n;

	if (natural.prot.n == 0 || natural.ref.n == 0 || !(rate > 0 && rate < 1))
		return 0;
	if (outcome == EH_JUDGE_FAVOURABLE)
		return ehs_block_growth(n_prot, n_ref, rate, fall * rate, tau);
	return rate / fall < 1 ? ehs_block_growth(n_ref, n_prot, rate / fall, rate, tau) : 0;
}

double eh_judge_days_to_prove(const struct ehs_2x2 *table, size_t n, double days, int outcome, double phi, double tau,
                              double fall, double years)
{
	double a_day = 0, line = years * YEAR_DAYS;

	for (size_t i = 0; i < n; i++)
		a_day += growth(table[i], days, outcome, tau, fall);
	a_day /= phi;
	if (!(days > 0) || n == 0)
		return NAN;
	if (fall >= tau || a_day <= 0)
		return INFINITY;
	return log(fmax(M_E, line * a_day)) / a_day; /* in units of days, ln(A r)/r */
}

/* Days until the least data of the policy are there. */
static double least_days(const struct eh_judge_bar *bar, const struct ehs_2x2 *t, double days)
{
	double n_prot = (double)t->prot.n / days, smaller = fmin(n_prot, (double)t->ref.n / days);
	double both = (double)(t->prot.x + t->ref.x) / (double)(t->prot.n + t->ref.n), rarer = fmin(both, 1 - both);

	return fmax((double)bar->min_n / n_prot, rarer > 0 ? (double)bar->min_rarer / (smaller * rarer) : INFINITY);
}

json_t *eh_judge_proof(const struct eh_judge_source *s, const struct eh_judge_pair *pair, const struct eh_judge_window *w,
                       int outcome, int kind)
{
	int64_t from_us = w->start_us > pair->first_us ? w->start_us : pair->first_us;
	double days = (double)(s->pane_end_us - from_us) / (double)EH_DAY_US, best = INFINITY, page = INFINITY, tau = NAN;
	struct ehs_2x2 whole = eh_judge_natural(&w->counts, outcome);
	const struct ehs_2x2 *table = kind == EH_JUDGE_CONDITIONAL ? w->strata : &whole;
	size_t n = kind == EH_JUDGE_CONDITIONAL ? w->strata_n : 1;

	if (!(days >= 1) || whole.prot.n == 0 || whole.ref.n == 0 || pair->members != NULL) /* sums of weights: another test */
		return json_null();
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &s->judge->standing[i];
		const struct eh_policy *policy = eh_judge_policy(s, st->layer);
		double k = eh_judge_monitors(s->judge, st->layer), least = least_days(&st->bar, &whole, days);

		if (st->outcome != outcome || st->kind != kind || FALL > eh_policy_fraction(st->bar.gate_ppm))
			continue;
		double at = fmax(least, eh_judge_days_to_prove(table, n, days, outcome, pair->temper.phi[outcome],
		                                               eh_policy_fraction(st->tau_ppm), FALL,
		                                               k / eh_policy_fraction(policy->review_ppm)));
		if (at >= best)
			continue;
		best = at;
		page = fmax(least, eh_judge_days_to_prove(table, n, days, outcome, pair->temper.phi[outcome],
		                                          eh_policy_fraction(st->tau_ppm), FALL,
		                                          k / eh_policy_fraction(policy->page_ppm)));
		tau = eh_policy_fraction(st->tau_ppm);
	}
	return json_pack("{s:f,s:o,s:o,s:o}", "fall", FALL, "days", eh_judge_real(best), "page_days", eh_judge_real(page), "tau",
	                 eh_judge_real(tau));
}

/* ---- limits that hold at every look ---- */

/* Counts up the days of the pair's blocks, as far as they are over. */
struct eh_judge_confidence {
	struct ehs_confseq sequence;
	uint32_t next;    /* the first block that is not counted */
	uint32_t days;    /* steps */
	int64_t since_us; /* start of the first block */
	int64_t last_us;  /* the day of the last step */
};

static struct eh_judge_confidence *begin(const struct eh_judge_pair *pair)
{
	struct eh_judge_confidence *c = eh_xmalloc(sizeof *c);

	ehs_confseq_init(&c->sequence);
	c->next = c->days = 0;
	c->since_us = pair->block[0].from_us;
	c->last_us = INT64_MIN;
	return c;
}

void eh_judge_confidence_forget(struct eh_judge_pair *pair)
{
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++) {
		free(pair->limits->of[o]);
		pair->limits->of[o] = NULL;
	}
}

static int64_t day_of(const struct eh_judge_block *b)
{
	return eh_pane_start(EH_PANE_DAY, b->at_us - 1);
}

/* The blocks of one day as one step; its phi is that of its first, known before the day began. */
static void step_day(struct eh_judge_confidence *c, const struct eh_judge_pair *pair, int outcome)
{
	const struct eh_judge_block *first = &pair->block[c->next];
	struct eh_judge_counts sum = {0};
	int64_t day_us = day_of(first);

	for (; c->next < pair->blocks && day_of(&pair->block[c->next]) == day_us; c->next++)
		if (!pair->block[c->next].late)
			eh_judge_counts_add(&sum, &pair->block[c->next].total);
	double elapsed = c->last_us == INT64_MIN ? 0 : (double)(day_us - c->last_us) / (double)EH_DAY_US;
	enum ehs_status status = ehs_confseq_step_discounted(&c->sequence, eh_judge_natural(&sum, outcome),
	                                                     fmax(0, elapsed) / HALF_LIFE_DAYS, first->phi[outcome]);
	EH_ASSERT(status == EHS_OK); /* a sum of counts that the cube holds */
	c->last_us = day_us;
	c->days++;
}

json_t *eh_judge_confidence(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome)
{
	int64_t today_us = eh_pane_start(EH_PANE_DAY, s->pane_end_us);
	struct eh_judge_confidence **kept = &pair->limits->of[outcome];

	if (pair->blocks == 0 || pair->members != NULL) /* sums of weights are no decisions of a group: no limit would hold */
		return json_null();
	if (*kept == NULL)
		*kept = begin(pair);
	while ((*kept)->next < pair->blocks && day_of(&pair->block[(*kept)->next]) < today_us)
		step_day(*kept, pair, outcome);
	if ((*kept)->days == 0)
		return json_null();
	struct ehs_result r = ehs_confseq_limits(&(*kept)->sequence, CONF);
	return json_pack("{s:o,s:o,s:f,s:o,s:I,s:b}", "lo", eh_judge_real(r.lo), "hi", eh_judge_real(r.hi), "conf", CONF,
	                 "since", eh_judge_time((*kept)->since_us), "days", (json_int_t)(*kept)->days, "moved", r.lo > r.hi);
}
