/*
 * rig.c - a core of judge whose pairs are fed by hand; runs shared among threads.
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/calibrate/calibrate.h"

#define T0 (INT64_C(20000) * EH_DAY_US)
#define REFERENCE 1
#define PROTECTED 2
#define THREADS_MAX 16

static const char map_text[] = "source: invented\ntable: public.invented\ncolumns: {id: id, decided_at: at, decision: d}\n"
			       "favourable: [yes]\nprotected: [{name: sex, column: sex, reference: M}]\n";

static void must(enum eh_rc rc, const struct eh_err *err)
{
	if (rc == EH_OK)
		return;
	fprintf(stderr, "calibrate: %s\n", err->text);
	exit(3);
}

void cal_rig_begin(struct cal_rig *rig, const char *policy, int detector, int pairs)
{
	static const struct eh_judge_sink none;
	const struct eh_policy *read;
	const struct eh_map *map;
	struct eh_err err;

	*rig = (struct cal_rig){.home = eh_arena_new(), .pairs = pairs};
	if (detector > 0)
		policy = eh_arena_printf(rig->home, "%sdetector: shiryaev-roberts-2x2/%d\n", policy, detector);
	must(eh_policy_parse(rig->home, "policy", policy, strlen(policy), &read, &err), &err);
	must(eh_map_parse(rig->home, "map", map_text, strlen(map_text), &map, &err), &err);
	rig->policy = *read;
	rig->judge = eh_judge_new(eh_policies_of(rig->home, &rig->policy), &none);
	rig->source = eh_judge_add_source(rig->judge, 1, map);
	(void)eh_cube_group(rig->source->names, 0, (struct eh_text){"M", 1}); /* REFERENCE, PROTECTED */
	(void)eh_cube_group(rig->source->names, 0, (struct eh_text){"F", 1});
	rig->pair = eh_xmalloc((size_t)pairs * sizeof(struct eh_judge_pair *));
	for (int i = 0; i < pairs; i++) {
		rig->pair[i] = eh_judge_pair_new(&rig->policy, 0, PROTECTED, false, T0, (uint32_t)CAL_YEAR_BLOCKS);
		eh_judge_enlist(rig->judge, rig->source, rig->pair[i]);
	}
}

void cal_rig_end(struct cal_rig *rig)
{
	for (int i = 0; i < rig->pairs; i++)
		eh_judge_pair_free(rig->pair[i]);
	free(rig->pair);
	eh_judge_free(rig->judge);
	eh_arena_free(rig->home);
}

void cal_rig_feed(struct cal_rig *rig, int pair, const struct eh_judge_counts *counts)
{
	int64_t from_us = T0 + rig->hour * EH_HOUR_US, end_us = from_us + EH_HOUR_US;
	struct eh_cube_count by_group[] = {{0}, counts->ref, counts->prot};
	struct eh_judge_table pane = {.groups = 3, .by_group = by_group};
	struct eh_judge_pair *p = rig->pair[pair];
	uint32_t steps = 0;

	if (rig->plain) { /* no day was ever opened: nothing is reckoned */
		eh_judge_temper_begin(&p->temper);
		p->temper.phi[EH_JUDGE_FAVOURABLE] = p->temper.phi[EH_JUDGE_ADVERSE] = 1;
	}
	if (counts->ref.n + counts->prot.n > 0)
		eh_judge_pair_close(p, &pane, REFERENCE, from_us, end_us, false, &steps);
	eh_judge_pair_calendar(p, end_us);
}

void cal_rig_weigh(struct cal_rig *rig)
{
	eh_judge_weigh(rig->judge, rig->source);
}

void cal_rig_tick(struct cal_rig *rig)
{
	rig->hour++;
}

double cal_log_m(const struct cal_rig *rig, uint32_t line)
{
	return eh_judge_log_m(rig->pair[0], EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, line);
}

double cal_log_years(const struct cal_rig *rig, uint32_t line)
{
	return eh_judge_log_years(rig->pair[0], EH_POLICY_HOUSE, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, line);
}

int cal_crossed(const struct cal_rig *rig, int pair, uint32_t line)
{
	const struct eh_judge_standing *st =
		eh_judge_standing_of(rig->judge, rig->pair[pair], EH_POLICY_HOUSE,
		                                                      EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, line);

	return !st->crossed ? 0 : st->page ? 2 : 1;
}

void cal_rig_hour(struct cal_rig *rig, const struct eh_judge_counts *counts, double least)
{
	cal_rig_feed(rig, 0, counts);
	if (cal_log_years(rig, 0) >= least)
		cal_rig_weigh(rig);
	cal_rig_tick(rig);
}

struct shared_work {
	atomic_int next;
	int n;
	void (*work)(void *ctx, int run);
	void *ctx;
};

static void *worker(void *arg)
{
	struct shared_work *s = arg;

	for (int run; (run = atomic_fetch_add(&s->next, 1)) < s->n;)
		s->work(s->ctx, run);
	return NULL;
}

void cal_runs(int n, void (*work)(void *ctx, int run), void *ctx)
{
	struct shared_work s = {.n = n, .work = work, .ctx = ctx};
	pthread_t thread[THREADS_MAX];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int threads = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (int)processors, started = 0;

	while (started < threads - 1 && pthread_create(&thread[started], NULL, worker, &s) == 0)
		started++;
	worker(&s);
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Linear between the two nearest, as R's type 7. */
double cal_quantile(double *values, int n, double q)
{
	qsort(values, (size_t)n, sizeof *values, by_value);
	double at = q * (n - 1), whole = floor(at);
	int i = (int)whole;

	if (i + 1 >= n || at == whole || isinf(values[i + 1]))
		return values[i];
	return values[i] + (at - whole) * (values[i + 1] - values[i]);
}

double cal_share(const int *hits, int n)
{
	int found = 0;

	for (int i = 0; i < n; i++)
		found += hits[i] >= 0;
	return (double)found / n;
}

double cal_mean(const int *values, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += values[i];
	return sum / n;
}
