/*
 * temper.c - see temper.h.
 */
#include "judge/temper.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "cube/pane.h"

#define EXPECTED_MIN 5.0
#define DAYS_MIN 14
#define PHI_AT_FIRST 1.5

void eh_judge_temper_begin(struct eh_judge_temper *t)
{
	*t = (struct eh_judge_temper){.day_us = INT64_MIN};
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++)
		t->phi[o] = PHI_AT_FIRST;
}

/* Enough of both outcomes expected in both groups, by the rate of both together. */
static bool is_whole(const struct eh_judge_counts *c)
{
	double n = (double)(c->prot.n + c->ref.n), rate = (double)(c->prot.favourable + c->ref.favourable) / n;
	double rarer = rate < 0.5 ? rate : 1.0 - rate;
	double smaller = (double)(c->prot.n < c->ref.n ? c->prot.n : c->ref.n);

	return n > 0 && smaller * rarer >= EXPECTED_MIN;
}

static double log_rate(struct ehs_bin b)
{
	return log(((double)b.x + 0.5) / ((double)b.n + 1.0));
}

/* Variance of the log of a rate, with 1/2 added to each count. */
static double variance(struct ehs_bin b)
{
	return 1.0 / ((double)b.x + 0.5) - 1.0 / ((double)b.n + 1.0);
}

static void push_day(struct eh_judge_temper *t, int64_t end_us)
{
	struct eh_judge_temper_day *day = &t->day[t->days++];

	day->end_us = end_us;
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++) {
		struct ehs_2x2 table = eh_judge_natural(&t->counts, o);

		day->log_ratio[o] = log_rate(table.prot) - log_rate(table.ref);
		day->variance[o] = variance(table.prot) + variance(table.ref);
	}
	t->counts = (struct eh_judge_counts){0};
}

static void forget(struct eh_judge_temper *t, int64_t now_us)
{
	uint32_t old = 0;

	while (old < t->days && t->day[old].end_us <= now_us - EH_JUDGE_TEMPER_DAYS * EH_DAY_US)
		old++;
	memmove(t->day, t->day + old, (t->days - old) * sizeof t->day[0]);
	t->days -= old;
}

static void reckon(struct eh_judge_temper *t)
{
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++) {
		double sum = 0.0;

		for (uint32_t i = 1; i < t->days; i++) {
			double step = t->day[i].log_ratio[o] - t->day[i - 1].log_ratio[o];

			sum += step * step / (t->day[i].variance[o] + t->day[i - 1].variance[o]);
		}
		t->phi[o] = t->days < DAYS_MIN ? PHI_AT_FIRST : fmax(1.0, sum / (t->days - 1));
	}
}

void eh_judge_temper_open(struct eh_judge_temper *t, int64_t pane_us)
{
	int64_t day_us = eh_pane_start(EH_PANE_DAY, pane_us);

	if (t->day_us != INT64_MIN && day_us > t->day_us) {
		forget(t, day_us);
		if (is_whole(&t->counts))
			push_day(t, t->day_us + EH_DAY_US);
		reckon(t);
	}
	if (day_us > t->day_us)
		t->day_us = day_us;
}

void eh_judge_temper_add(struct eh_judge_temper *t, const struct eh_judge_counts *counts)
{
	eh_judge_counts_add(&t->counts, counts);
}
