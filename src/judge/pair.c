/*
 * pair.c - blocks and detectors; onset.c looks back over them.
 */
#include "judge/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cube/pane.h"
#include "judge/bettor.h"
#include "judge/proof.h"

#define YEAR_MIN 12.0                /* blocks of a year, at the least */
#define SETTLING_US (28 * EH_DAY_US) /* how long before the blocks of a year are counted out */

static void add_part(struct eh_judge_pair *book, struct eh_judge_pair *part)
{
	book->part = eh_xrealloc(book->part, book->parts + 1, sizeof(struct eh_judge_pair *));
	book->part[book->parts++] = part;
}

void eh_judge_pair_estimate(struct eh_judge_pair *pair)
{
	EH_ASSERT(pair->members == NULL && !pair->conditional && pair->lines == 0 && pair->blocks_seen == 0);
	pair->members = eh_judge_members_new();
}

void eh_judge_pair_join(struct eh_judge_pair *pair, struct eh_judge_pair *book)
{
	EH_ASSERT(pair->book == pair && pair->parts == 1 && book->book == book);
	pair->book = book;
	pair->parts = 0;
	add_part(book, pair);
}

struct eh_judge_pair *eh_judge_pair_new(const struct eh_policy *policy, uint32_t attribute, uint32_t group,
                                        bool conditional, int64_t first_us, uint32_t panes_per_year)
{
	struct eh_judge_pair *pair = eh_xmalloc(sizeof *pair);

	*pair = (struct eh_judge_pair){.attribute = attribute,
	                               .group = group,
	                               .conditional = conditional && (policy == NULL || policy->conditional),
	                               .first_us = first_us,
	                               .last_us = first_us,
	                               .day = INT64_MIN};
	pair->book = pair;
	add_part(pair, pair);
	for (int layer = 0; layer < EH_POLICY_LAYERS; layer++)
		pair->year[layer].blocks = panes_per_year;
	pair->limits = eh_xmalloc(sizeof *pair->limits);
	*pair->limits = (struct eh_judge_confidences){0};
	eh_judge_temper_begin(&pair->temper);
	eh_judge_pair_watch_begin(pair);
	for (int o = 0; policy != NULL && o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < (pair->conditional ? EH_JUDGE_KINDS : EH_JUDGE_CONDITIONAL); k++)
			for (uint32_t l = 0; l < policy->lines; l++)
				eh_judge_pair_watch(pair, o, k, policy->line[l].tau_ppm, policy->detector_version);
	eh_judge_pair_watch_end(pair);
	return pair;
}

void eh_judge_pair_free(struct eh_judge_pair *pair)
{
	if (pair == NULL)
		return;
	eh_judge_confidence_forget(pair);
	free(pair->limits);
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++) {
			struct eh_judge_track *track = &pair->track[o][k];

			for (int v = 0; v < EH_JUDGE_DETECTOR_VERSIONS; v++) {
				eh_judge_bettor_end(&track->bettor[v]);
				eh_judge_bettor_end(&track->punctual_bettor[v]);
			}
			for (uint32_t l = 0; l < pair->lines; l++)
				free(track->detector[l].log_e);
			free(track->detector);
		}
	free(pair->line);
	free(pair->part);
	eh_judge_members_free(pair->members);
	free(pair->pending.strata);
	free(pair->pending_late.strata);
	free(pair->block);
	free(pair->pool);
	free(pair);
}

/* Evidence of nothing yet: what a new line begins with, and one whose alert was closed. */
static void start_anew(struct eh_judge_pair *pair, struct eh_judge_detector *d, uint32_t line)
{
	double tau = eh_policy_fraction(pair->line[line].tau_ppm);
	const struct ehs_mixture *mixture = pair->members != NULL ? eh_judge_members_mixture()
	                                                          : eh_judge_bettor_mixture(pair->line[line].detector_version);

	ehs_detector_init(&d->now, tau, mixture);
	ehs_detector_init(&d->punctual, tau, mixture);
	eh_judge_members_begin(&d->bet, tau);
	d->punctual_bet = d->bet;
	d->from = pair->blocks;
}

static uint32_t add_line(struct eh_judge_pair *pair, int64_t tau_ppm, int detector_version)
{
	uint32_t line = pair->lines++;

	pair->line = eh_xrealloc(pair->line, pair->lines, sizeof *pair->line);
	pair->line[line] = (struct eh_judge_line){tau_ppm, detector_version};
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++) {
			struct eh_judge_track *track = &pair->track[o][k];

			track->detector = eh_xrealloc(track->detector, pair->lines, sizeof *track->detector);
			track->detector[line] = (struct eh_judge_detector){0};
			start_anew(pair, &track->detector[line], line);
		}
	return line;
}

static uint32_t find_line(struct eh_judge_pair *pair, int64_t tau_ppm, int detector_version)
{
	for (uint32_t l = 0; l < pair->lines; l++)
		if (pair->line[l].tau_ppm == tau_ppm && pair->line[l].detector_version == detector_version)
			return l;
	return add_line(pair, tau_ppm, detector_version);
}

/* Calls `act` for every detector of the pair with its line. */
static void for_each_detector(struct eh_judge_pair *pair,
                              void (*act)(struct eh_judge_pair *pair, struct eh_judge_detector *d, uint32_t line))
{
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++)
			for (uint32_t l = 0; l < pair->lines; l++)
				act(pair, &pair->track[o][k].detector[l], l);
}

static void want_none(struct eh_judge_pair *pair, struct eh_judge_detector *d, uint32_t line)
{
	(void)pair, (void)line;
	d->wanted = false;
}

static void end_unwanted(struct eh_judge_pair *pair, struct eh_judge_detector *d, uint32_t line)
{
	if (!d->on || d->wanted)
		return;
	free(d->log_e);
	*d = (struct eh_judge_detector){0};
	start_anew(pair, d, line);
}

void eh_judge_pair_watch_begin(struct eh_judge_pair *pair)
{
	for_each_detector(pair, want_none);
}

uint32_t eh_judge_pair_watch(struct eh_judge_pair *pair, int outcome, int kind, int64_t tau_ppm, int detector_version)
{
	uint32_t line = find_line(pair, tau_ppm, detector_version);
	struct eh_judge_detector *d = &pair->track[outcome][kind].detector[line];

	eh_judge_pair_remember(pair, detector_version);
	if (!d->on)
		start_anew(pair, d, line);
	d->on = d->wanted = true;
	return line;
}

void eh_judge_pair_watch_end(struct eh_judge_pair *pair)
{
	for_each_detector(pair, end_unwanted);
}

void eh_judge_pair_remember(struct eh_judge_pair *pair, int detector_version)
{
	int v = detector_version - 1;

	EH_ASSERT(v >= 0 && v < EH_JUDGE_DETECTOR_VERSIONS);
	if (pair->remembers[v])
		return;
	pair->remembers[v] = true;
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < EH_JUDGE_KINDS; k++) {
			eh_judge_bettor_begin(&pair->track[o][k].bettor[v], pair->last_us, detector_version);
			eh_judge_bettor_begin(&pair->track[o][k].punctual_bettor[v], pair->last_us, detector_version);
		}
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

static void keep_log_e(struct eh_judge_detector *d, uint32_t block, const double *log_e)
{
	size_t at = (size_t)(block - d->from) * EHS_ALTERNATIVES;

	if (at + EHS_ALTERNATIVES > d->log_e_cap) {
		d->log_e_cap = 2 * (at + EHS_ALTERNATIVES) + 64;
		d->log_e = eh_xrealloc(d->log_e, d->log_e_cap, sizeof *d->log_e);
	}
	memcpy(d->log_e + at, log_e, EHS_ALTERNATIVES * sizeof *log_e);
}

/* Evidence as if nothing had come late begins as a copy, with the first block that did. */
static void part_ways(struct eh_judge_pair *pair, struct eh_judge_track *track)
{
	for (int v = 0; v < EH_JUDGE_DETECTOR_VERSIONS; v++)
		if (pair->remembers[v])
			eh_judge_bettor_copy(&track->punctual_bettor[v], &track->bettor[v]);
	for (uint32_t l = 0; l < pair->lines; l++) {
		track->detector[l].punctual = track->detector[l].now;
		track->detector[l].punctual_bet = track->detector[l].bet;
	}
}

/* One block against one line, and what was remembered before it. */
struct bet {
	const struct eh_judge_block *block;
	const struct eh_judge_stratum *strata;
	int outcome, kind;
};

static void place(const struct eh_judge_pair *pair, const struct bet *bet, struct eh_judge_bettor *bettor,
                  struct ehs_betting *betting, struct ehs_detector *detector, double log_e[EHS_ALTERNATIVES])
{
	if (pair->members != NULL)
		eh_judge_members_bet(pair->members, pair->blocks - 1, bet->outcome, false, bet->block->phi[bet->outcome], betting,
		                     log_e);
	else
		eh_judge_bet(bettor, bet->block, bet->strata, bet->outcome, bet->kind, detector->tau, log_e);
	ehs_detector_step(detector, log_e);
}

/* Memories are fed last, so that bets are placed before. */
static void step_track(struct eh_judge_pair *pair, struct eh_judge_track *track, const struct bet *bet)
{
	bool punctual = !bet->block->late && pair->late_blocks > 0;
	double log_e[EHS_ALTERNATIVES];

	if (bet->block->late && pair->late_blocks == 1)
		part_ways(pair, track);
	for (uint32_t l = 0; l < pair->lines; l++) {
		struct eh_judge_detector *d = &track->detector[l];
		int v = pair->line[l].detector_version - 1;

		if (!d->on)
			continue;
		if (punctual)
			place(pair, bet, &track->punctual_bettor[v], &d->punctual_bet, &d->punctual, log_e);
		place(pair, bet, &track->bettor[v], &d->bet, &d->now, log_e);
		if (bet->kind == EH_JUDGE_CONDITIONAL)
			keep_log_e(d, pair->blocks - 1, log_e);
	}
	for (int v = 0; v < EH_JUDGE_DETECTOR_VERSIONS; v++) {
		if (!pair->remembers[v])
			continue;
		if (punctual)
			eh_judge_bettor_feed(&track->punctual_bettor[v], bet->block, bet->strata, bet->outcome, bet->kind);
		eh_judge_bettor_feed(&track->bettor[v], bet->block, bet->strata, bet->outcome, bet->kind);
	}
}

static uint16_t *blocks_of_day(struct eh_judge_pair *pair, int64_t day)
{
	int64_t at = day % EH_JUDGE_YEAR_DAYS;

	return &pair->day_blocks[at < 0 ? at + EH_JUDGE_YEAR_DAYS : at];
}

/* The days before the newest that had no block count none. */
static void count_day(struct eh_judge_pair *pair, int64_t at_us)
{
	int64_t day = eh_pane_start(EH_PANE_DAY, at_us - 1) / EH_DAY_US;

	if (pair->day == INT64_MIN)
		pair->day = day;
	for (int64_t skipped = 0; pair->day < day && skipped < EH_JUDGE_YEAR_DAYS; skipped++)
		*blocks_of_day(pair, ++pair->day) = 0;
	pair->day = day > pair->day ? day : pair->day;
	++*blocks_of_day(pair, pair->day);
}

/* Steps every detector by the newest block. */
static void step(struct eh_judge_pair *pair)
{
	const struct eh_judge_block *b = &pair->block[pair->blocks - 1];

	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		for (int k = 0; k < (pair->conditional ? EH_JUDGE_KINDS : EH_JUDGE_CONDITIONAL); k++)
			step_track(pair, &pair->track[o][k], &(struct bet){b, pair->pool + b->first, o, k});
	pair->blocks_seen++;
	if (!b->late)
		pair->last_us = b->at_us;
	count_day(pair, b->at_us);
}

/* The same where sums of weights wait in buckets. */
static void gather_members(struct eh_judge_pair *pair, struct eh_judge_pending *p, const struct eh_judge_table *pane,
                           int64_t from_us, bool late)
{
	if (pair->reference == 0 || !eh_judge_members_gather(pair->members, pane, pair->group, pair->reference, late))
		return;
	p->from_us = p->any && p->from_us < from_us ? p->from_us : from_us;
	p->any = true;
}

static bool is_full(const struct eh_judge_pair *pair, const struct eh_judge_pending *p, bool late)
{
	if (pair->members != NULL)
		return eh_judge_members_are_full(pair->members, late, EH_JUDGE_MIN_BLOCK);
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
	if (pair->members != NULL)
		gather_members(pair, p, pane, from_us, late);
	else
		gather_pending(pair, p, pane, from_us);
	if (!is_full(pair, p, late))
		return;
	if (pair->members != NULL)
		p->total = eh_judge_members_push(pair->members, pair->blocks, late);
	push_block(pair, p, at_us, late);
	step(pair);
	++*steps;
}

void eh_judge_pair_calendar(struct eh_judge_pair *pair, int64_t end_us)
{
	if (end_us < pair->first_us + SETTLING_US)
		return;
	for (int layer = 0; layer < EH_POLICY_LAYERS; layer++) {
		double counted = (double)pair->blocks_seen * 365.0 / 28.0;

		if (pair->year[layer].set)
			continue;
		pair->year[layer] = (struct eh_judge_year){.blocks = counted > YEAR_MIN ? counted : YEAR_MIN, .set = true};
	}
}

void eh_judge_pair_new_version(struct eh_judge_pair *pair, enum eh_policy_layer layer, int64_t end_us)
{
	int64_t today = eh_pane_start(EH_PANE_DAY, end_us - 1) / EH_DAY_US, age_us = end_us - pair->first_us;
	double counted = 0.0;

	if (age_us < SETTLING_US)
		return;
	for (int64_t day = today - EH_JUDGE_YEAR_DAYS + 1; day <= today; day++)
		if (pair->day != INT64_MIN && day <= pair->day && day > pair->day - EH_JUDGE_YEAR_DAYS)
			counted += *blocks_of_day(pair, day);
	if (age_us < EH_JUDGE_YEAR_DAYS * EH_DAY_US)
		counted *= EH_JUDGE_YEAR_DAYS * (double)EH_DAY_US / (double)age_us;
	pair->year[layer] = (struct eh_judge_year){.blocks = counted > YEAR_MIN ? counted : YEAR_MIN, .set = true};
}

static void forget(struct eh_judge_pair *pair, struct eh_judge_detector *d, uint32_t line)
{
	start_anew(pair, d, line);
}

void eh_judge_pair_reset(struct eh_judge_pair *pair)
{
	eh_judge_confidence_forget(pair);
	pair->blocks = 0;
	pair->pool_n = 0;
	pair->late_blocks = 0; /* the punctual evidence begins again as a copy */
	pair->late_total = (struct eh_judge_counts){0};
	for_each_detector(pair, forget);
	if (pair->members != NULL)
		eh_judge_members_reset(pair->members);
	for (int late = 0; late < 2; late++) { /* what waits for its block was decided before the closing */
		struct eh_judge_pending *p = late ? &pair->pending_late : &pair->pending;

		p->total = (struct eh_judge_counts){0};
		p->n = 0;
		p->any = false;
	}
}

double eh_judge_log_m(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line)
{
	return ehs_detector_log_m(&pair->track[outcome][kind].detector[line].now);
}

double eh_judge_log_m_punctual(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line)
{
	return pair->late_blocks == 0 ? eh_judge_log_m(pair, outcome, kind, line)
	                              : ehs_detector_log_m(&pair->track[outcome][kind].detector[line].punctual);
}

double eh_judge_log_years(const struct eh_judge_pair *pair, enum eh_policy_layer layer, int outcome, int kind,
                          uint32_t line)
{
	return eh_judge_log_m(pair, outcome, kind, line) - log(pair->year[layer].blocks);
}
