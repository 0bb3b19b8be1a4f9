/*
 * delay.c - how long until a fall is seen: the default policy's lines, tempered, gated on the time since the onset.
 *
 * The ratio is .95 for 60 days and then falls.  The figures of reference are those of the simulation that
 * the policy was chosen by (200 runs); being slower than them by more than a fifth is a miss.
 */
#include <math.h>
#include <stdlib.h>

#include "judge/proof.h"
#include "tests/calibrate/calibrate.h"

#define BEFORE_H (60 * CAL_DAY)
#define AFTER_H (180 * CAL_DAY)
#define SLOWER 1.2

static const char drift[] = "policy: p\nconditional: no\noutcomes: [favourable]\nbudget: {page: .1, review: 1}\nlines: [{tau: .9, gate: .85}]\n";
static const char level[] = "policy: p\nconditional: no\noutcomes: [favourable]\nbudget: {page: .1, review: 1}\nlines: [{tau: .8, gate: .8}]\n";

struct delay {
	int detector;
	struct cal_world world;
	uint64_t seed;
	const char *policy;
	int before_h, after_h;
	uint64_t first_run; /* seeds from here */
	double *days[2]; /* at one year, at ten; INFINITY: not in the time; NAN: false before the fall */
};

static void run_delay(void *ctx, int run)
{
	struct delay *d = ctx;
	struct cal_hours hours = cal_hours_begin(&d->world, d->seed, d->first_run + (uint64_t)run);
	struct cal_rig rig;

	cal_rig_begin(&rig, d->policy, d->detector, 1);
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
	double tau;
	double days[2][2];
};

static void say_days(struct cal_report *r, double days, const char *after)
{
	if (isfinite(days))
		cal_say(r, "%.1f%s", days, after);
	else
		cal_say(r, "not in time%s", after);
}

static void look(struct cal_report *r, const struct reference *ref, uint64_t seed)
{
	struct delay d = {.detector = r->detector, .world = {.per_day = 1000, .share = .2, .p = ref->p, .air = .95, .air_after = ref->after, .change = BEFORE_H},
	                  .seed = seed, .policy = ref->policy, .before_h = BEFORE_H, .after_h = AFTER_H};
	int n = r->runs;

	for (int i = 0; i < 2; i++)
		d.days[i] = calloc((size_t)n, sizeof(double));
	cal_runs(n, run_delay, &d);
	for (int i = 0; i < 2; i++) {
		int kept = without_false(d.days[i], n);
		double slack = r->brief ? 2 : SLOWER;
		double median = cal_quantile(d.days[i], kept, .5), late = cal_quantile(d.days[i], kept, .9);
		double scale = d.world.per_day * 365; /* a year's worth: what the monitor's page has from its window */
		struct ehs_2x2 year = {.prot = {(uint64_t)(scale * d.world.share), (uint64_t)(scale * d.world.share * ref->p)},
		                       .ref = {(uint64_t)(scale * (1 - d.world.share)), (uint64_t)(scale * (1 - d.world.share) * ref->p)}};
		double said = eh_judge_days_to_prove(&year, 1, 365, EH_JUDGE_FAVOURABLE, 1, ref->tau, ref->after, i ? 10 : 1);
		bool known = ref->days[i][0] > 0, holds = median <= slack * ref->days[i][0] && late <= slack * ref->days[i][1];

		cal_say(r, "| %s | %.1f | %.2f | %d | ", ref->line, ref->p, ref->after, i ? 10 : 1);
		say_days(r, median, " / ");
		say_days(r, late, " | ");
		cal_say(r, "%.1f | ", said);
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
		{.6, .75, drift, ".90", .9, {{2.5, 4.5}, {3.7, 6.2}}},   {.6, .60, drift, ".90", .9, {{.8, 1.4}, {1.0, 1.8}}},
		{.1, .75, drift, ".90", .9, {{15.8, 28.7}, {26.6, 46.5}}}, {.1, .60, drift, ".90", .9, {{5.4, 9.1}, {8.0, 13.6}}},
		{.6, .75, level, ".80", .8, {{15.1, 32.9}, {0, 0}}},     {.6, .60, level, ".80", .8, {{1.7, 2.8}, {0, 0}}},
		{.1, .75, level, ".80", .8, {{58.9, 132}, {0, 0}}},      {.1, .60, level, ".80", .8, {{9.5, 17.4}, {0, 0}}},
	};

	cal_say(r, "\n## How long a fall takes\n\nRatio .95 for 60 days, then lower; days to an alert of the default policy (tempered, gate, "
	           "least data). Reference: the simulation the policy was chosen by.\n\n");
	cal_say(r, "| line | rate | ratio after | years of evidence | median / 90 %% (days) | the page says | reference | false before the fall | bar |\n"
	           "|---|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof references / sizeof references[0]; i++)
		look(r, &references[i], 21 + i);
}

/* ---- one version of the detector beside another, on the same decisions ---- */

#define VERSIONS 2
#define LATER 1.1

static double median_of(struct cal_report *r, struct delay d, int version, double *false_before)
{
	int n = r->runs;
	double median;

	d.detector = version;
	for (int i = 0; i < 2; i++)
		d.days[i] = calloc((size_t)n, sizeof(double));
	cal_runs(n, run_delay, &d);
	int kept = without_false(d.days[0], n);
	median = cal_quantile(d.days[0], kept, .5);
	*false_before += (double)(n - kept) / n;
	free(d.days[0]);
	free(d.days[1]);
	return median;
}

static void compare(struct cal_report *r, double per_day, double p, double *worst, double *best, double false_before[VERSIONS])
{
	static const double after[] = {.75, .60, .40};

	cal_say(r, "| %g | %.1f | ", per_day, p);
	for (size_t a = 0; a < sizeof after / sizeof after[0]; a++) {
		struct delay d = {.world = {.per_day = per_day, .share = .2, .p = p, .air = .95, .air_after = after[a], .change = BEFORE_H},
		                  .seed = 200 + a, .first_run = (uint64_t)(per_day * 1e6 + p * 1e5), .policy = drift, .before_h = BEFORE_H, .after_h = 4 * AFTER_H};
		double days[VERSIONS];

		for (int v = 0; v < VERSIONS; v++)
			days[v] = median_of(r, d, v + 1, &false_before[v]);
		say_days(r, days[0], " / ");
		say_days(r, days[1], " | ");
		if (days[0] < 1) /* some hours: the blocks are too coarse to tell */
			continue;
		*worst = fmax(*worst, days[1] / days[0]);
		*best = fmin(*best, days[1] / days[0]);
	}
	cal_say(r, "\n");
}

void cal_check_versions(struct cal_report *r)
{
	static const double per_day[] = {2, 5, 20, 200, 1000}, p[] = {.6, .1};
	double worst = 0, best = INFINITY, false_before[VERSIONS] = {0};

	cal_say(r, "\n## The two versions of the detector\n\nOn the same decisions; line .90 at one year of evidence, ratio .95 for 60 days, then lower. "
	           "Median days, version 1 / version 2.\n\n| decisions a day | rate | to .75 | to .60 | to .40 |\n|---|---|---|---|---|\n");
	for (size_t i = r->brief ? 3 : 0; i < sizeof per_day / sizeof per_day[0]; i++)
		for (size_t k = 0; k < sizeof p / sizeof p[0]; k++)
			compare(r, per_day[i], p[k], &worst, &best, false_before);
	cal_say(r, "\nVersion 2 takes %.2f to %.2f times as long as version 1; false before the fall, mean share of runs: %.4f and %.4f. Not more than a tenth "
	           "later: %s.\n",
	        best, worst, false_before[0] / 30, false_before[1] / 30, cal_bar(r, worst <= (r->brief ? 2 : LATER), "version 2 beside version 1"));
}
