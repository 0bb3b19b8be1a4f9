/*
 * trials.c - see trials.h.
 */
#include "lab/trials.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"

#define YEAR_US (365 * EH_DAY_US)
#define SETTLED_US (28 * EH_DAY_US)  /* a fall begins this long after the first decision, at the earliest */
#define STARTS_US (91 * EH_DAY_US)   /* and within so much of that */
#define THREADS_MAX 16
#define BARS (EH_LAB_SIDES * EH_LAB_BARS)

const int64_t eh_lab_ratio_ppm[EH_LAB_RATIOS] = {900000, 800000, 700000};
const int64_t eh_lab_budget_ppm[EH_LAB_BUDGETS] = {100000,  200000,  500000,  1000000, 2000000,
                                                   4000000, 8000000, 16000000, 32000000};

/* What one run came to; each has its place, so that no order of threads shows. */
struct outcome {
	double years;
	uint32_t alerts[BARS];
	bool planted;
	int64_t delay_us[BARS]; /* INT64_MAX: not within a year; -1: it was raised before the fall */
};

struct work {
	const struct eh_lab_try *how;
	struct eh_lab_bar bar[BARS];
	double floor, ceiling;
	struct outcome *outcome;
	uint32_t tasks, next, done;
	pthread_mutex_t lock;
};

static void set_bars(struct work *w)
{
	for (int side = 0; side < EH_LAB_SIDES; side++) {
		const struct eh_policy *policy = w->how->portfolio->policy[side];
		struct eh_lab_bar *bar = w->bar + side * EH_LAB_BARS;

		bar[EH_LAB_REVIEW] = (struct eh_lab_bar){side, eh_policy_fraction(policy->review_ppm), false};
		bar[EH_LAB_PAGE] = (struct eh_lab_bar){side, eh_policy_fraction(policy->page_ppm), true};
		for (int i = 0; i < EH_LAB_BUDGETS; i++)
			bar[EH_LAB_SWEEP + i] =
				(struct eh_lab_bar){side, eh_policy_fraction(eh_lab_budget_ppm[i]), false};
	}
	w->floor = eh_lab_floor(w->bar, BARS);
	w->ceiling = eh_lab_ceiling(w->how->portfolio, w->bar, BARS);
}

/* One past without any difference between groups, through every attribute of every source. */
static void try_null(struct work *w, uint32_t run, int kind, struct outcome *out)
{
	static const char *const what[EH_LAB_NULLS] = {"permuted", "bootstrapped"};
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_lab_portfolio *p = w->how->portfolio;
	struct eh_lab_trace trace = {0};
	uint32_t n = p->pairs;
	int64_t *first_us = eh_arena_zalloc(home, (size_t)BARS * n + 1, sizeof *first_us);

	out->years = kind == EH_LAB_PERMUTED ? eh_lab_history_years(p->history) : 364.0 / 365.0;
	for (const struct eh_lab_source *s = p->history->sources; s != NULL; s = s->next) {
		gsl_rng *weeks = eh_lab_stream(w->how->seed, "weeks", run, s->number, 0);
		struct eh_lab_way way = {.portfolio = p, .source = s, .floor = w->floor, .until = w->ceiling};

		way.step = kind == EH_LAB_PERMUTED ? eh_lab_draw_as_was(s, home, &way.steps)
		                                   : eh_lab_draw_weeks(weeks, s, YEAR_US, home, &way.steps);
		gsl_rng_free(weeks);
		for (way.attribute = 0; way.attribute < s->attributes; way.attribute++) {
			way.rng = eh_lab_stream(w->how->seed, what[kind], run, s->number, way.attribute);
			eh_lab_evidence(&way, &trace);
			gsl_rng_free(way.rng);
		}
	}
	eh_lab_raise(p, &trace, w->bar, BARS, false, INT64_MIN, first_us);
	for (uint32_t b = 0; b < BARS; b++)
		for (uint32_t i = 0; i < n; i++)
			out->alerts[b] += first_us[(size_t)b * n + i] != INT64_MAX;
	eh_lab_trace_free(&trace);
}

/* One fall, of one group; the others are as they were, and silent. */
static void try_plant(struct work *w, uint32_t run, int ratio, struct outcome *out)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_lab_portfolio *p = w->how->portfolio;
	struct eh_lab_trace trace = {0};
	gsl_rng *rng = eh_lab_stream(w->how->seed, "planted", run, 0, 0); /* the same group and weeks for every ratio */
	uint32_t which = (uint32_t)gsl_rng_uniform_int(rng, p->pairs);
	const struct eh_lab_pair *pair = &p->pair[which];
	const struct eh_lab_attribute *at = eh_lab_attribute_of(pair);
	struct eh_lab_plant plant = {.group = pair->group, .ratio = eh_policy_fraction(eh_lab_ratio_ppm[ratio])};
	struct eh_lab_way way = {.portfolio = p,
	                         .source = pair->source,
	                         .attribute = pair->attribute,
	                         .rng = rng,
	                         .plant = &plant,
	                         .floor = w->floor,
	                         .until = w->ceiling};
	int64_t *first_us = eh_arena_zalloc(home, (size_t)BARS * p->pairs, sizeof *first_us);

	plant.from_us = eh_pane_start(pair->source->pane_kind,
	                              at->pane[0].start_us + SETTLED_US + (int64_t)(gsl_rng_uniform(rng) * STARTS_US));
	way.step = eh_lab_draw_weeks(rng, pair->source, plant.from_us - at->pane[0].start_us + YEAR_US, home, &way.steps);
	eh_lab_evidence(&way, &trace);
	eh_lab_raise(p, &trace, w->bar, BARS, true, INT64_MIN, first_us);
	out->planted = true;
	for (uint32_t b = 0; b < BARS; b++) {
		int64_t at_us = first_us[(size_t)b * p->pairs + pair->about];

		out->delay_us[b] = at_us == INT64_MAX ? INT64_MAX : at_us <= plant.from_us ? -1 : at_us - plant.from_us;
	}
	eh_lab_trace_free(&trace);
	gsl_rng_free(rng);
}

static void do_task(struct work *w, uint32_t task)
{
	uint32_t run = task % w->how->runs, what = task / w->how->runs;

	if (what < EH_LAB_NULLS)
		try_null(w, run, (int)what, &w->outcome[task]);
	else
		try_plant(w, run, (int)(what - EH_LAB_NULLS), &w->outcome[task]);
}

static void *labour(void *ctx)
{
	struct work *w = ctx;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		uint32_t task = w->next < w->tasks ? w->next++ : UINT32_MAX;
		pthread_mutex_unlock(&w->lock);
		if (task == UINT32_MAX)
			return NULL;
		do_task(w, task);
		pthread_mutex_lock(&w->lock);
		w->done++;
		if (w->how->progress != NULL)
			w->how->progress(w->how->ctx, w->done, w->tasks);
		pthread_mutex_unlock(&w->lock);
	}
}

/* This thread works too; where no other can be started it does all of it. */
static void work_it(struct work *w)
{
	pthread_t thread[THREADS_MAX];
	long machine = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t want = w->how->threads > 0 ? w->how->threads : machine > 0 ? (uint32_t)machine : 1, started = 0;

	while (started + 1 < want && started < THREADS_MAX && pthread_create(&thread[started], NULL, labour, w) == 0)
		started++;
	(void)labour(w);
	while (started > 0)
		pthread_join(thread[--started], NULL);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct eh_lab_delay sum_up_delay(const struct work *w, int ratio, uint32_t bar, int64_t *sorted)
{
	const struct outcome *from = w->outcome + (size_t)(EH_LAB_NULLS + ratio) * w->how->runs;
	struct eh_lab_delay d = {.median_us = INT64_MAX, .late_us = INT64_MAX};

	for (uint32_t run = 0; run < w->how->runs; run++) {
		int64_t delay_us = from[run].delay_us[bar];

		if (!from[run].planted || delay_us < 0)
			continue;
		sorted[d.planted++] = delay_us;
		d.found += delay_us != INT64_MAX;
	}
	if (d.planted == 0)
		return d;
	qsort(sorted, d.planted, sizeof *sorted, by_size);
	d.median_us = sorted[(d.planted - 1) / 2];
	d.late_us = sorted[(d.planted * 9 + 9) / 10 - 1];
	return d;
}

static void sum_up(const struct work *w, struct eh_lab_trials *t)
{
	int64_t *sorted = eh_xrealloc(NULL, w->how->runs + 1, sizeof *sorted);

	for (uint32_t task = 0; task < EH_LAB_NULLS * w->how->runs && task < w->tasks; task++) {
		uint32_t kind = task / w->how->runs;

		t->years[kind] += w->outcome[task].years;
		for (uint32_t b = 0; b < BARS; b++)
			t->alerts[kind][b / EH_LAB_BARS][b % EH_LAB_BARS] += w->outcome[task].alerts[b];
	}
	for (int r = 0; w->tasks > 0 && r < EH_LAB_RATIOS; r++)
		for (uint32_t b = 0; b < BARS; b++)
			t->delay[r][b / EH_LAB_BARS][b % EH_LAB_BARS] = sum_up_delay(w, r, b, sorted);
	free(sorted);
}

void eh_lab_try(const struct eh_lab_try *how, struct eh_lab_trials *trials)
{
	struct work w = {.how = how, .lock = PTHREAD_MUTEX_INITIALIZER};

	*trials = (struct eh_lab_trials){.runs = how->runs};
	w.tasks = how->portfolio->pairs > 0 ? how->runs * (EH_LAB_NULLS + EH_LAB_RATIOS) : 0;
	w.outcome = eh_xrealloc(NULL, w.tasks + 1, sizeof *w.outcome);
	memset(w.outcome, 0, (w.tasks + 1) * sizeof *w.outcome);
	set_bars(&w);
	work_it(&w);
	sum_up(&w, trials);
	free(w.outcome);
}
