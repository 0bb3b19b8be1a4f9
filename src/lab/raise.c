/*
 * raise.c - see raise.h.
 */
#include "lab/raise.h"

#include <math.h>
#include <stdlib.h>

double eh_lab_floor(const struct eh_lab_bar *bar, size_t bars)
{
	double most = 0.0;

	for (size_t i = 0; i < bars; i++)
		most = fmax(most, bar[i].budget);
	return -log(most); /* K / (k b) >= 1 / b, because no more than K are in the queue */
}

double eh_lab_ceiling(const struct eh_lab_portfolio *portfolio, const struct eh_lab_bar *bar, size_t bars)
{
	double most = -INFINITY;

	for (size_t i = 0; i < bars; i++)
		if (portfolio->watched[bar[i].side] > 0)
			most = fmax(most, log((double)portfolio->watched[bar[i].side] / bar[i].budget));
	return most;
}

/* By time, then source, then what comes first in any order of ways. */
static int by_time(const void *a, const void *b)
{
	const struct eh_lab_moment *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->met != y->met)
		return x->met ? -1 : 1;
	return (x->monitor > y->monitor) - (x->monitor < y->monitor);
}

/* The monitors above the floor, and how many are watched, as time goes on. */
struct standing {
	const struct eh_lab_portfolio *portfolio;
	struct eh_lab_moment *now; /* by monitor; log_years -INFINITY: below the floor */
	uint32_t *above;           /* monitors above it */
	uint32_t n;
	double k[EH_LAB_SIDES];
	double *log_years; /* of one side, from high to low */
};

static void take(struct standing *s, const struct eh_lab_moment *m, bool all_met)
{
	if (m->met) {
		for (int side = 0; !all_met && side < EH_LAB_SIDES; side++)
			s->k[side] += s->portfolio->pair[m->monitor].watched[side];
		return;
	}
	bool was = s->now[m->monitor].log_years > -INFINITY, is = m->log_years > -INFINITY;
	s->now[m->monitor] = *m;
	if (is && !was)
		s->above[s->n++] = m->monitor;
	for (uint32_t i = 0; was && !is && i < s->n; i++)
		if (s->above[i] == m->monitor)
			s->above[i--] = s->above[--s->n];
}

static int downwards(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* The evidence of a side's monitors above the floor, from high to low. */
static uint32_t rank(struct standing *s, int side)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (s->portfolio->monitor[s->above[i]].gate_ppm[side] != 0)
			s->log_years[n++] = s->now[s->above[i]].log_years;
	qsort(s->log_years, n, sizeof *s->log_years, downwards);
	return n;
}

/* The line of a bar at this close: K / b, or that of the review queue with the k that are in it. */
static double line_of(const struct standing *s, const struct eh_lab_bar *bar, uint32_t ranked)
{
	double alone = log(s->k[bar->side] / bar->budget);

	for (uint32_t k = bar->alone ? 1 : ranked; k > 1; k--)
		if (s->log_years[k - 1] >= alone - log((double)k))
			return alone - log((double)k);
	return alone;
}

static void weigh(struct standing *s, uint32_t source, int64_t at_us, const struct eh_lab_bar *bar, size_t bars,
                  int64_t *first_us)
{
	uint32_t ranked = 0;
	int ranked_side = -1;

	for (size_t b = 0; s->n > 0 && b < bars; b++) {
		if (bar[b].side != ranked_side)
			ranked = rank(s, ranked_side = bar[b].side);
		double line = line_of(s, &bar[b], ranked);
		for (uint32_t i = 0; ranked > 0 && i < s->n; i++) {
			const struct eh_lab_moment *m = &s->now[s->above[i]];
			int64_t *first =
				&first_us[b * s->portfolio->pairs +
			                  s->portfolio->pair[s->portfolio->monitor[m->monitor].pair].about];

			if (m->source == source && m->passes[bar[b].side] && m->log_years >= line && at_us < *first)
				*first = at_us;
		}
	}
}

void eh_lab_raise(const struct eh_lab_portfolio *p, struct eh_lab_trace *trace, const struct eh_lab_bar *bar, size_t bars,
                  bool all_met, int64_t after_us, int64_t *first_us)
{
	struct standing s = {.portfolio = p,
	                     .now = eh_xrealloc(NULL, p->monitors + 1, sizeof *s.now),
	                     .above = eh_xrealloc(NULL, p->monitors + 1, sizeof *s.above),
	                     .log_years = eh_xrealloc(NULL, p->monitors + 1, sizeof *s.log_years)};

	for (size_t i = 0; i < bars * p->pairs; i++)
		first_us[i] = INT64_MAX;
	for (uint32_t i = 0; i < p->monitors; i++)
		s.now[i] = (struct eh_lab_moment){.log_years = -INFINITY};
	for (int side = 0; all_met && side < EH_LAB_SIDES; side++)
		s.k[side] = p->watched[side];
	if (trace->n > 0)
		qsort(trace->moment, trace->n, sizeof *trace->moment, by_time);
	for (size_t i = 0; i < trace->n;) {
		int64_t at_us = trace->moment[i].at_us;
		uint32_t source = trace->moment[i].source;

		for (; i < trace->n && trace->moment[i].at_us == at_us && trace->moment[i].source == source; i++)
			take(&s, &trace->moment[i], all_met);
		if (at_us > after_us)
			weigh(&s, source, at_us, bar, bars, first_us);
	}
	free(s.now);
	free(s.above);
	free(s.log_years);
}
