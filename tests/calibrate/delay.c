/*
 * delay.c - how long until a fall is seen: the default policy's lines, tempered, gated on the time since the onset.
 *
 * The ratio is .95 for 60 days and then falls.  The figures of reference are those of the simulation that
 * the policy was chosen by (200 runs); being slower than them by more than a fifth is a miss.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/calibrate/calibrate.h"

#define BEFORE_H (60 * CAL_DAY)
#define AFTER_H (180 * CAL_DAY)
#define SLOWER 1.2

static const char drift[] = "policy: p\nconditional: no\noutcomes: [favourable]\nbudget: {page: .1, review: 1}\nlines: [{tau: .9, gate: .85}]\n";
static const char level[] = "policy: p\nconditional: no\noutcomes: [favourable]\nbudget: {page: .1, review: 1}\nlines: [{tau: .8, gate: .8}]\n";

struct delay {
	struct cal_world world;
	uint64_t seed;
	const char *policy;
	int before_h, after_h;
	double *days[2]; /* at one year, at ten; INFINITY: not in the time; NAN: false before the fall */
};

static void run_delay(void *ctx, int run)
{
	struct delay *d = ctx;
	struct cal_hours hours = cal_hours_begin(&d->world, d->seed, (uint64_t)run);
	struct cal_rig rig;

	cal_rig_begin(&rig, d->policy, 1);
	d->days[0][run] = d->days[1][run] = INFINITY;
	for (int h = 0; h < d->before_h + d->after_h && isinf(d->days[1][run]); h++) {
		struct eh_judge_counts counts = cal_next_hour(&hours);

		cal_rig_hour(&rig, &counts, isinf(d->days[0][run]) ? 0 : log(10));
		for (int i = 0; i < cal_crossed(&rig, 0, 0); i++)
			if (isinf(d->days[i][run]))
				d->days[i][run] = h < d->before_h ? (double)NAN : (h + 1 - d->before_h) / (double)CAL_DAY;
	}
	cal_rig_end(&rig);
}

/* Leaves out the runs with a false alert before the fall; returns how many are left. */
static int without_false(double *days, int n)
{
	int kept = 0;

	for (int i = 0; i < n; i++)
		if (!isnan(days[i]))
			days[kept++] = days[i];
	return kept;
}

/* Reference: median and 90 % at one year, the same at ten; 0 where the simulation gave none. */
struct reference {
	double p, after;
	const char *policy, *line;
	double days[2][2];
};

static void say_days(struct cal_report *r, double days, const char *after)
{
	if (isfinite(days))
		cal_say(r, "%.1f%s", days, after);
	else
		cal_say(r, "> %d%s", AFTER_H / CAL_DAY, after);
}

static void look(struct cal_report *r, const struct reference *ref, uint64_t seed)
{
	struct delay d = {.world = {.per_day = 1000, .share = .2, .p = ref->p, .air = .95, .air_after = ref->after, .change = BEFORE_H},
	                  .seed = seed, .policy = ref->policy, .before_h = BEFORE_H, .after_h = AFTER_H};
	int n = r->runs;

	for (int i = 0; i < 2; i++)
		d.days[i] = calloc((size_t)n, sizeof(double));
	cal_runs(n, run_delay, &d);
	for (int i = 0; i < 2; i++) {
		int kept = without_false(d.days[i], n);
		double slack = r->brief ? 2 : SLOWER;
		double median = cal_quantile(d.days[i], kept, .5), late = cal_quantile(d.days[i], kept, .9);
		bool known = ref->days[i][0] > 0, holds = median <= slack * ref->days[i][0] && late <= slack * ref->days[i][1];

		cal_say(r, "| %s | %.1f | %.2f | %d | ", ref->line, ref->p, ref->after, i ? 10 : 1);
		say_days(r, median, " / ");
		say_days(r, late, " | ");
		if (known)
			cal_say(r, "%.1f / %.1f | %.3f | %s |\n", ref->days[i][0], ref->days[i][1], (double)(n - kept) / n,
			        cal_bar(r, holds, "delay at line %s, rate %.1f, to %.2f, %d years", ref->line, ref->p, ref->after, i ? 10 : 1));
		else
			cal_say(r, "| %.3f | |\n", (double)(n - kept) / n);
		free(d.days[i]);
	}
}

void cal_check_delay(struct cal_report *r)
{
	static const struct reference references[] = {
		{.6, .75, drift, ".90", {{2.5, 4.5}, {3.7, 6.2}}},   {.6, .60, drift, ".90", {{.8, 1.4}, {1.0, 1.8}}},
		{.1, .75, drift, ".90", {{15.8, 28.7}, {26.6, 46.5}}}, {.1, .60, drift, ".90", {{5.4, 9.1}, {8.0, 13.6}}},
		{.6, .75, level, ".80", {{15.1, 32.9}, {0, 0}}},     {.6, .60, level, ".80", {{1.7, 2.8}, {0, 0}}},
		{.1, .75, level, ".80", {{58.9, 132}, {0, 0}}},      {.1, .60, level, ".80", {{9.5, 17.4}, {0, 0}}},
	};

	cal_say(r, "\n## How long a fall takes\n\nRatio .95 for 60 days, then lower; days to an alert of the default policy (tempered, gate, "
	           "least data). Reference: the simulation the policy was chosen by.\n\n");
	cal_say(r, "| line | rate | ratio after | years of evidence | median / 90 %% (days) | reference | false before the fall | bar |\n"
	           "|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
		look(r, &references[i], 21 + i);
}
