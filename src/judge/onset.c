/*
 * onset.c - when did it begin, how large has it been since, is it back inside?
 *
 * Raw: the start that maximizes the generalized likelihood ratio against H0, over
 * every block since the last reset.  Within strata the likelihood of many small
 * tables would favour long stretches whatever they hold, so there the start is
 * the one that maximizes the evidence itself, the sum of the blocks' log e.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/bettor.h"
#include "judge/pair.h"
#include "stats/proportion.h"
#include "stats/stratified.h"

#define RECOVERY_VERSION 1 /* of the bets on the ratio being back: those that ehs_eprocess takes */
#define UNITS 2.0 /* starts this close to the best in log-likelihood are shown with it */

struct eh_judge_bar eh_judge_bar_of(const struct eh_policy *policy, int64_t gate_ppm)
{
	return (struct eh_judge_bar){.gate_ppm = gate_ppm, .min_n = policy->min_n, .min_rarer = policy->min_rarer};
}

bool eh_judge_enough(const struct eh_judge_bar *bar, const struct eh_judge_counts *c)
{
	return ehs_enough(eh_judge_natural(c, EH_JUDGE_FAVOURABLE), (uint64_t)bar->min_n, (double)bar->min_rarer);
}

struct starts {
	uint32_t at, first, last;
};

static struct starts raw_starts(const struct eh_judge_pair *pair, int outcome, double tau)
{
	struct ehs_2x2 *table = eh_xrealloc(NULL, pair->blocks, sizeof *table);

	for (uint32_t i = 0; i < pair->blocks; i++)
		table[i] = eh_judge_orient(&pair->block[i].total, outcome);
	struct ehs_onset onset = ehs_glr_onset(table, pair->blocks, tau, UNITS);
	free(table);
	return (struct starts){(uint32_t)onset.at, (uint32_t)onset.first, (uint32_t)onset.last};
}

/* Only from the first block that the line was watched at: before it there was no bet. */
static struct starts conditional_starts(const struct eh_judge_pair *pair, int outcome, uint32_t line)
{
	const struct eh_judge_detector *d = &pair->track[outcome][EH_JUDGE_CONDITIONAL].detector[line];
	double sum[EHS_ALTERNATIVES] = {0}, best = -INFINITY;
	double *score = eh_xrealloc(NULL, pair->blocks, sizeof *score);
	struct starts s = {pair->blocks - 1, pair->blocks - 1, pair->blocks - 1};

	for (uint32_t i = pair->blocks; i-- > d->from;) {
		const double *e = d->log_e + (size_t)(i - d->from) * EHS_ALTERNATIVES;

		score[i] = -INFINITY;
		for (size_t a = 0; a < d->now.mixture->n; a++) {
			sum[a] += e[a];
			score[i] = fmax(score[i], sum[a]);
		}
		if (score[i] > best) {
			best = score[i];
			s.at = i;
		}
	}
	s.first = s.last = s.at;
	for (uint32_t i = d->from; i < pair->blocks; i++)
		if (score[i] >= best - UNITS) {
			s.first = i < s.first ? i : s.first;
			s.last = i > s.last ? i : s.last;
		}
	free(score);
	return s;
}

static struct eh_judge_counts sum_since(const struct eh_judge_pair *pair, uint32_t from, bool with_late)
{
	struct eh_judge_counts sum = {0};

	for (uint32_t i = from; i < pair->blocks; i++)
		if (with_late || !pair->block[i].late)
			eh_judge_counts_add(&sum, &pair->block[i].total);
	return sum;
}

static void sum_strata(const struct eh_judge_pair *pair, uint32_t from, bool with_late, struct eh_judge_counts *sum)
{
	for (uint32_t i = from; i < pair->blocks; i++) {
		const struct eh_judge_block *b = &pair->block[i];

		for (uint32_t s = b->first; (with_late || !b->late) && s < b->first + b->n; s++)
			eh_judge_counts_add(&sum[pair->pool[s].number], &pair->pool[s].counts);
	}
}

/* The strata of all blocks since `from`; *total becomes the sum of those where both groups stand. */
static struct ehs_interval stratified_since(const struct eh_judge_pair *pair, uint32_t from, int outcome, bool with_late,
                                            struct eh_judge_counts *total)
{
	uint32_t strata = 0, n = 0;
	const struct eh_judge_stratum *begin = pair->pool + pair->block[from].first, *end = pair->pool + pair->pool_n;

	for (const struct eh_judge_stratum *s = begin; s < end; s++)
		if (s->number >= strata)
			strata = s->number + 1;
	struct eh_judge_counts *sum = eh_xrealloc(NULL, strata, sizeof *sum);
	struct ehs_2x2 *table = eh_xrealloc(NULL, strata, sizeof *table);
	memset(sum, 0, strata * sizeof *sum);
	sum_strata(pair, from, with_late, sum);
	*total = (struct eh_judge_counts){0};
	for (uint32_t i = 0; i < strata; i++)
		if (sum[i].prot.n > 0 && sum[i].ref.n > 0) {
			eh_judge_counts_add(total, &sum[i]);
			table[n++] = eh_judge_orient(&sum[i], outcome);
		}
	eh_judge_sort_strata(table, n);
	struct ehs_cmh cmh = ehs_cmh(table, n, EHS_Z90);
	free(sum);
	free(table);
	return cmh.risk_ratio;
}

/* Turned so that it reads protected / reference. */
static struct ehs_interval upright(struct ehs_interval r, int outcome)
{
	if (outcome == EH_JUDGE_FAVOURABLE)
		return r;
	return (struct ehs_interval){.est = 1.0 / r.est, .lo = 1.0 / r.hi, .hi = 1.0 / r.lo, .status = r.status};
}

static struct ehs_interval ratio_since(const struct eh_judge_pair *pair, uint32_t from, int outcome, int kind, bool with_late,
                                       struct eh_judge_counts *since)
{
	if (kind == EH_JUDGE_CONDITIONAL)
		return stratified_since(pair, from, outcome, with_late, since);
	*since = sum_since(pair, from, with_late);
	return ehs_air_koopman(eh_judge_orient(since, outcome), EHS_Z90);
}

struct eh_judge_onset eh_judge_since_punctual(const struct eh_judge_pair *pair, int outcome, int kind,
                                              const struct eh_judge_onset *onset, const struct eh_judge_bar *bar)
{
	struct eh_judge_onset o = *onset;

	if (!o.found || o.block >= pair->blocks)
		return (struct eh_judge_onset){0};
	o.oriented = ratio_since(pair, o.block, outcome, kind, false, &o.since);
	o.ratio = upright(o.oriented, outcome);
	o.enough = eh_judge_enough(bar, &o.since);
	return o;
}

struct eh_judge_onset eh_judge_measure_onset(const struct eh_judge_pair *pair, uint32_t line,
                                             const struct eh_judge_onset *onset, const struct eh_judge_bar *bar)
{
	struct eh_judge_onset o = *onset;

	o.enough = o.found && eh_judge_enough(bar, &o.since);
	o.gate = o.found && o.oriented.est <= eh_policy_fraction(bar->gate_ppm) &&
	         o.oriented.hi < eh_policy_fraction(pair->line[line].tau_ppm); /* NaN fails both */
	return o;
}

struct eh_judge_onset eh_judge_find_onset(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line,
                                          const struct eh_judge_bar *bar)
{
	struct eh_judge_onset found = {0};

	if (pair->blocks == 0)
		return found;
	struct starts s = kind == EH_JUDGE_RAW ? raw_starts(pair, outcome, eh_policy_fraction(pair->line[line].tau_ppm))
	                                       : conditional_starts(pair, outcome, line);
	found.oriented = ratio_since(pair, s.at, outcome, kind, true, &found.since);
	found.found = true;
	found.block = s.at;
	found.onset_us = pair->block[s.at].from_us;
	found.first_us = pair->block[s.first].from_us;
	found.last_us = pair->block[s.last].from_us;
	found.ratio = upright(found.oriented, outcome);
	return eh_judge_measure_onset(pair, line, &found, bar);
}

void eh_judge_recovery_begin(struct eh_judge_recovery *r, const struct eh_judge_pair *pair, int outcome, int kind,
                             int64_t gate_ppm)
{
	*r = (struct eh_judge_recovery){.outcome = outcome, .kind = kind, .next = pair->blocks};
	ehs_eprocess_init(&r->process, 1.0 / eh_policy_fraction(gate_ppm));
	eh_judge_members_begin(&r->bet, r->process.tau);
	eh_judge_bettor_begin(&r->bettor, pair->blocks > 0 ? pair->block[pair->blocks - 1].at_us : pair->first_us, RECOVERY_VERSION);
}

/* H0 "still at or beyond the gate" is the alarm's null with the groups exchanged, so the outcome is put the other way. */
static void exchange(struct eh_judge_counts *c)
{
	struct eh_cube_count prot = c->prot;

	c->prot = c->ref;
	c->ref = prot;
}

/* Of blocks that came by the dozen without a close to look at them the last ones are bet on: which is no choice by what
 * they hold. */
static void step_members(struct eh_judge_recovery *r, const struct eh_judge_pair *pair)
{
	if (pair->blocks > r->next + EH_JUDGE_MEMBERS_KEPT)
		r->next = pair->blocks - EH_JUDGE_MEMBERS_KEPT;
	for (; r->next < pair->blocks; r->next++) {
		double log_e[EHS_ALTERNATIVES];

		eh_judge_members_bet(pair->members, r->next, r->outcome, true, pair->block[r->next].phi[r->outcome], &r->bet, log_e);
		ehs_eprocess_step(&r->process, log_e);
	}
}

void eh_judge_recovery_step(struct eh_judge_recovery *r, const struct eh_judge_pair *pair)
{
	if (pair->members != NULL)
		step_members(r, pair);
	for (; r->next < pair->blocks; r->next++) {
		struct eh_judge_block b = pair->block[r->next];
		struct eh_judge_stratum *strata = eh_xrealloc(NULL, b.n, sizeof *strata);
		double log_e[EHS_ALTERNATIVES];

		exchange(&b.total);
		for (uint32_t i = 0; i < b.n; i++) {
			strata[i] = pair->pool[b.first + i];
			exchange(&strata[i].counts);
		}
		eh_judge_bet(&r->bettor, &b, strata, r->outcome, r->kind, r->process.tau, log_e);
		ehs_eprocess_step(&r->process, log_e);
		eh_judge_bettor_feed(&r->bettor, &b, strata, r->outcome, r->kind);
		free(strata);
	}
}

void eh_judge_recovery_free(struct eh_judge_recovery *r)
{
	eh_judge_bettor_end(&r->bettor);
}
