/*
 * pair.c - blocks and detectors; onset.c looks back over them.
 */
#include "judge/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/bettor.h"

#define SETTLING_US (28 * EH_DAY_US) /* how long before the blocks of a year are counted out */

struct eh_judge_pair *eh_judge_pair_new(const struct eh_policy *policy, uint32_t attribute, uint32_t group,
                                        bool conditional, int64_t first_us, uint32_t panes_per_year)
{
	struct eh_judge_pair *pair = eh_xmalloc(sizeof *pair);

	*pair = (struct eh_judge_pair){.attribute = attribute,
	                               .group = group,
	                               .conditional = conditional && policy->conditional,
	                               .policy = policy,
	                               .first_us = first_us,
	                               .per_year = panes_per_year};
	eh_judge_temper_begin(&pair->temper);
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++) {
			eh_judge_bettor_begin(&pair->track[o][k].bettor, first_us);
			for (uint32_t l = 0; l < policy->lines; l++)
				ehs_detector_init(&pair->track[o][k].detector[l],
				                  eh_policy_fraction(policy->line[l].tau_ppm));
		}
	return pair;
}

void eh_judge_pair_free(struct eh_judge_pair *pair)
{
	if (pair == NULL)
		return;
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++) {
			eh_judge_bettor_end(&pair->track[o][k].bettor);
			eh_judge_bettor_end(&pair->track[o][k].punctual_bettor);
			free(pair->track[o][k].log_e);
		}
	free(pair->pending.strata);
	free(pair->pending_late.strata);
	free(pair->block);
	free(pair->pool);
	free(pair);
}

static struct eh_judge_counts *pending_stratum(struct eh_judge_pending *p, uint32_t number)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->strata[i].number == number)
			return &p->strata[i].counts;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 8;
		p->strata = eh_xrealloc(p->strata, p->cap, sizeof *p->strata);
	}
	p->strata[p->n] = (struct eh_judge_stratum){.number = number};
	return &p->strata[p->n++].counts;
}

/* Takes the pair's two columns out of a pane's table. */
static void gather_pending(struct eh_judge_pair *pair, struct eh_judge_pending *p, const struct eh_judge_table *pane,
                           int64_t from_us)
{
	const struct eh_cube_count none = {0};
	const struct eh_cube_count *ref = pair->reference ? &pane->by_group[pair->reference] : &none;
	const struct eh_cube_count *prot = pair->group < pane->groups ? &pane->by_group[pair->group] : &none;

	if (ref->n == 0 && prot->n == 0)
		return;
	if (!p->any) {
		p->any = true;
		p->from_us = from_us;
	}
	if (from_us < p->from_us)
		p->from_us = from_us;
	eh_judge_counts_add(&p->total, &(struct eh_judge_counts){.prot = *prot, .ref = *ref});
	for (uint32_t s = 0; pair->conditional && s < pane->strata; s++) {
		const struct eh_cube_count *row = pane->by_stratum + (size_t)s * pane->groups;
		const struct eh_cube_count *r = pair->reference ? &row[pair->reference] : &none;

		if (r->n == 0 && row[pair->group].n == 0)
			continue;
		eh_judge_counts_add(pending_stratum(p, s),
		                    &(struct eh_judge_counts){.prot = row[pair->group], .ref = *r});
	}
}

static int by_number(const void *a, const void *b)
{
	const struct eh_judge_stratum *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void push_block(struct eh_judge_pair *pair, struct eh_judge_pending *p, int64_t at_us, bool late)
{
	if (pair->blocks == pair->blocks_cap) {
		pair->blocks_cap = pair->blocks_cap ? 2 * pair->blocks_cap : 64;
		pair->block = eh_xrealloc(pair->block, pair->blocks_cap, sizeof *pair->block);
	}
	if (pair->pool_n + p->n > pair->pool_cap) {
		pair->pool_cap = 2 * (pair->pool_n + p->n) + 64;
		pair->pool = eh_xrealloc(pair->pool, pair->pool_cap, sizeof *pair->pool);
	}
	if (p->n > 0) {
		qsort(p->strata, p->n, sizeof *p->strata, by_number);
		memcpy(pair->pool + pair->pool_n, p->strata, p->n * sizeof *p->strata);
	}
	pair->block[pair->blocks++] = (struct eh_judge_block){
		.at_us = at_us, .from_us = p->from_us, .total = p->total, .first = pair->pool_n, .n = p->n, .late = late};
	memcpy(pair->block[pair->blocks - 1].phi, pair->temper.phi, sizeof pair->temper.phi);
	pair->pool_n += p->n;
	if (late) {
		pair->late_blocks++;
		eh_judge_counts_add(&pair->late_total, &p->total);
	}
	p->total = (struct eh_judge_counts){0};
	p->n = 0;
	p->any = false;
}

static void keep_log_e(struct eh_judge_track *track, uint32_t block, uint32_t line, uint32_t lines, const double *log_e)
{
	size_t at = ((size_t)block * lines + line) * EHS_ALTERNATIVES;

	if (at + EHS_ALTERNATIVES > track->log_e_cap) {
		track->log_e_cap = 2 * (at + EHS_ALTERNATIVES) + 64;
		track->log_e = eh_xrealloc(track->log_e, track->log_e_cap, sizeof *track->log_e);
	}
	memcpy(track->log_e + at, log_e, EHS_ALTERNATIVES * sizeof *log_e);
}

/* Evidence as if nothing had come late begins as a copy, with the first block that did. */
static void part_ways(struct eh_judge_track *track)
{
	eh_judge_bettor_copy(&track->punctual_bettor, &track->bettor);
	memcpy(track->punctual, track->detector, sizeof track->punctual);
}

static void step_punctual(struct eh_judge_track *track, const struct eh_judge_block *b,
                          const struct eh_judge_stratum *strata, int outcome, int kind, uint32_t lines)
{
	for (uint32_t l = 0; l < lines; l++) {
		double log_e[EHS_ALTERNATIVES];

		eh_judge_bet(&track->punctual_bettor, b, strata, outcome, kind, track->punctual[l].tau, log_e);
		ehs_detector_step(&track->punctual[l], log_e);
	}
	eh_judge_bettor_feed(&track->punctual_bettor, b, strata, outcome, kind);
}

/* Steps every detector by the newest block; memories are fed last, so that bets are placed before. */
static void step(struct eh_judge_pair *pair)
{
	const struct eh_judge_block *b = &pair->block[pair->blocks - 1];
	const struct eh_judge_stratum *strata = pair->pool + b->first;

	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < (pair->conditional ? EH_JUDGE_KINDS : EH_JUDGE_CONDITIONAL); k++) {
			struct eh_judge_track *track = &pair->track[o][k];

			if (b->late && pair->late_blocks == 1)
				part_ways(track);
			if (!b->late && pair->late_blocks > 0)
				step_punctual(track, b, strata, o, k, pair->policy->lines);
			for (uint32_t l = 0; l < pair->policy->lines; l++) {
				double log_e[EHS_ALTERNATIVES];

				eh_judge_bet(&track->bettor, b, strata, o, k, track->detector[l].tau, log_e);
				ehs_detector_step(&track->detector[l], log_e);
				if (k == EH_JUDGE_CONDITIONAL)
					keep_log_e(track, pair->blocks - 1, l, pair->policy->lines, log_e);
			}
			eh_judge_bettor_feed(&track->bettor, b, strata, o, k);
		}
	pair->blocks_seen++;
}

static bool is_full(const struct eh_judge_pending *p)
{
	return p->total.prot.n >= EH_JUDGE_MIN_BLOCK && p->total.ref.n >= EH_JUDGE_MIN_BLOCK;
}

/* What came late belongs to days whose phi was reckoned already; it is in no day. */
static void open_day(struct eh_judge_pair *pair, const struct eh_judge_table *pane, int64_t from_us)
{
	struct eh_judge_counts counts = {0};

	if (pair->group < pane->groups)
		counts.prot = pane->by_group[pair->group];
	if (pair->reference != 0)
		counts.ref = pane->by_group[pair->reference];
	eh_judge_temper_open(&pair->temper, from_us);
	eh_judge_temper_add(&pair->temper, &counts);
}

void eh_judge_pair_close(struct eh_judge_pair *pair, const struct eh_judge_table *pane, uint32_t reference,
                         int64_t from_us, int64_t at_us, bool late, uint32_t *steps)
{
	struct eh_judge_pending *p = late ? &pair->pending_late : &pair->pending;

	pair->reference = reference;
	if (!late)
		open_day(pair, pane, from_us);
	gather_pending(pair, p, pane, from_us);
	if (!is_full(p))
		return;
	push_block(pair, p, at_us, late);
	step(pair);
	++*steps;
}

void eh_judge_pair_calendar(struct eh_judge_pair *pair, int64_t end_us)
{
	if (pair->per_year_set || end_us < pair->first_us + SETTLING_US)
		return;
	double counted = (double)pair->blocks_seen * 365.0 / 28.0;

	pair->per_year = counted > 12.0 ? counted : 12.0;
	pair->per_year_set = true;
}

void eh_judge_pair_reset(struct eh_judge_pair *pair)
{
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++)
			for (uint32_t l = 0; l < pair->policy->lines; l++)
				ehs_detector_init(&pair->track[o][k].detector[l], pair->track[o][k].detector[l].tau);
	pair->blocks = 0;
	pair->pool_n = 0;
	pair->late_blocks = 0; /* the punctual evidence begins again as a copy */
	pair->late_total = (struct eh_judge_counts){0};
	for (int late = 0; late < 2; late++) { /* what waits for its block was decided before the closing */
		struct eh_judge_pending *p = late ? &pair->pending_late : &pair->pending;

		p->total = (struct eh_judge_counts){0};
		p->n = 0;
		p->any = false;
	}
}

double eh_judge_log_m(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line)
{
	return ehs_detector_log_m(&pair->track[outcome][kind].detector[line]);
}

double eh_judge_log_m_punctual(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line)
{
	return pair->late_blocks == 0 ? eh_judge_log_m(pair, outcome, kind, line)
	                              : ehs_detector_log_m(&pair->track[outcome][kind].punctual[line]);
}

double eh_judge_log_years(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line)
{
	return eh_judge_log_m(pair, outcome, kind, line) - log(pair->per_year);
}
