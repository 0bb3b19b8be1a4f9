/*
 * bettor.c - see bettor.h.
 */
#include "judge/bettor.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define HALF_LIFE_US (7 * EH_DAY_US)
#define NEVER INT64_MIN
#define SUM_UNITS 0x1p64 /* strata are summed as whole numbers, so that their order does not show (law 1) */

static const struct {
	const struct ehs_mixture *mixture;
	double least; /* decisions that a memory is not faded below; 0: time alone counts */
} version[EH_JUDGE_DETECTOR_VERSIONS] = {{&ehs_mixture_1, 0}, {&ehs_mixture_2, 100}};

const struct ehs_mixture *eh_judge_bettor_mixture(int detector_version)
{
	EH_ASSERT(detector_version >= 1 && detector_version <= EH_JUDGE_DETECTOR_VERSIONS);
	return version[detector_version - 1].mixture;
}

void eh_judge_bettor_begin(struct eh_judge_bettor *b, int64_t now_us, int detector_version)
{
	EH_ASSERT(detector_version >= 1 && detector_version <= EH_JUDGE_DETECTOR_VERSIONS);
	*b = (struct eh_judge_bettor){.version = detector_version - 1, .raw = ehs_memory_init(), .raw_us = now_us};
}

void eh_judge_bettor_end(struct eh_judge_bettor *b)
{
	free(b->stratum);
	free(b->stratum_us);
}

void eh_judge_bettor_copy(struct eh_judge_bettor *to, const struct eh_judge_bettor *from)
{
	struct ehs_memory *stratum = to->stratum;
	int64_t *stratum_us = to->stratum_us;

	if (to->strata < from->strata) {
		stratum = eh_xrealloc(stratum, from->strata, sizeof *stratum);
		stratum_us = eh_xrealloc(stratum_us, from->strata, sizeof *stratum_us);
	}
	*to = *from;
	to->stratum = stratum;
	to->stratum_us = stratum_us;
	if (from->strata > 0) {
		memcpy(stratum, from->stratum, from->strata * sizeof *stratum);
		memcpy(stratum_us, from->stratum_us, from->strata * sizeof *stratum_us);
	}
}

/* Room for the stratum; one never met before starts at 25 of 50, now: not when there came to be room for it. */
static void fit(struct eh_judge_bettor *b, uint32_t number, int64_t now_us)
{
	if (number >= b->strata) {
		uint32_t n = 2 * (number + 1);

		b->stratum = eh_xrealloc(b->stratum, n, sizeof *b->stratum);
		b->stratum_us = eh_xrealloc(b->stratum_us, n, sizeof *b->stratum_us);
		for (uint32_t i = b->strata; i < n; i++)
			b->stratum_us[i] = NEVER;
		b->strata = n;
	}
	if (b->stratum_us[number] != NEVER)
		return;
	b->stratum[number] = ehs_memory_init();
	b->stratum_us[number] = now_us;
}

void eh_judge_bet(struct eh_judge_bettor *b, const struct eh_judge_block *block, const struct eh_judge_stratum *strata,
                  int outcome, int kind, double tau, double log_e[EHS_ALTERNATIVES])
{
	const struct ehs_mixture *mixture = version[b->version].mixture;
	__int128 sum[EHS_ALTERNATIVES] = {0};

	if (kind == EH_JUDGE_RAW)
		ehs_alternatives_log_e(eh_judge_orient(&block->total, outcome), ehs_memory_rate(&b->raw), tau, mixture,
		                       log_e);
	for (uint32_t i = 0; kind == EH_JUDGE_CONDITIONAL && i < block->n; i++) {
		double part[EHS_ALTERNATIVES];

		fit(b, strata[i].number, block->at_us);
		ehs_alternatives_log_e(eh_judge_orient(&strata[i].counts, outcome),
		                       ehs_memory_rate(&b->stratum[strata[i].number]), tau, mixture, part);
		for (int a = 0; a < EHS_ALTERNATIVES; a++)
			sum[a] += (__int128)(part[a] * SUM_UNITS);
	}
	for (int a = 0; kind == EH_JUDGE_CONDITIONAL && a < EHS_ALTERNATIVES; a++)
		log_e[a] = (double)sum[a] / SUM_UNITS;
	for (int a = 0; a < EHS_ALTERNATIVES; a++)
		log_e[a] /= block->phi[outcome];
}

static void remember(const struct eh_judge_bettor *b, struct ehs_memory *memory, int64_t *last_us, int64_t now_us,
                     struct ehs_bin seen)
{
	double elapsed = now_us > *last_us ? (double)(now_us - *last_us) : 0.0;
	double half_lives = elapsed / (double)HALF_LIFE_US;

	if (version[b->version].least > 0)
		ehs_memory_add_counted(memory, half_lives, version[b->version].least, seen);
	else
		ehs_memory_add(memory, half_lives, seen);
	if (now_us > *last_us)
		*last_us = now_us;
}

void eh_judge_bettor_feed(struct eh_judge_bettor *b, const struct eh_judge_block *block,
                          const struct eh_judge_stratum *strata, int outcome, int kind)
{
	if (kind == EH_JUDGE_RAW) {
		remember(b, &b->raw, &b->raw_us, block->at_us, eh_judge_orient(&block->total, outcome).ref);
		return;
	}
	for (uint32_t i = 0; i < block->n; i++) {
		fit(b, strata[i].number, block->at_us);
		remember(b, &b->stratum[strata[i].number], &b->stratum_us[strata[i].number], block->at_us,
		         eh_judge_orient(&strata[i].counts, outcome).ref);
	}
}
