/*
 * noise.c - days that wander: the protected group's rate of a day is drawn anew, the mean ratio stays .95.
 *
 * Days far below the line really are below the line, so such an alert is not nonsense; a reviewer will call it noise.
 */
#include <stdlib.h>

#include <math.h>

#include "tests/calibrate/calibrate.h"

struct noise {
	int detector;
	struct cal_world world;
	uint64_t seed;
	bool plain;
	int *crossed[2];
};

static void run_noise(void *ctx, int run)
{
	struct noise *w = ctx;
	struct cal_hours hours = cal_hours_begin(&w->world, w->seed, (uint64_t)run);
	struct cal_rig rig;

	cal_rig_begin(&rig, "policy: p\nconditional: no\noutcomes: [favourable]\nbudget: {page: .1, review: 1}\nlines: [{tau: .9, gate: .85}]\n", w->detector, 1);
	rig.plain = w->plain;
	w->crossed[0][run] = w->crossed[1][run] = -1;
	for (int h = 0; h < CAL_HOURS && w->crossed[1][run] < 0; h++) {
		struct eh_judge_counts counts = cal_next_hour(&hours);

		cal_rig_hour(&rig, &counts, w->crossed[0][run] < 0 ? 0 : log(10));
		for (int i = 0; i < cal_crossed(&rig, 0, 0); i++)
			if (w->crossed[i][run] < 0)
				w->crossed[i][run] = h;
	}
	cal_rig_end(&rig);
}

static void look(struct cal_report *r, double sd, double p, bool plain, double most_at_ten, uint64_t seed)
{
	struct noise w = {.detector = r->detector, .world = {.per_day = 1000, .share = .2, .p = p, .air = .95, .change = CAL_HOURS, .daily_sd = sd}, .seed = seed, .plain = plain};
	int n = r->runs;

	w.crossed[0] = calloc((size_t)n, sizeof(int));
	w.crossed[1] = calloc((size_t)n, sizeof(int));
	cal_runs(n, run_noise, &w);
	double year = cal_share(w.crossed[0], n), ten = cal_share(w.crossed[1], n);
	cal_say(r, "| %.2f | %.1f | %s | %.3f | %.3f | ", sd, p, plain ? "no" : "yes", year, ten);
	if (most_at_ten > 0)
		cal_say(r, "at most %.2f: %s |\n", most_at_ten,
		        cal_bar(r, ten <= (r->brief ? cal_above(most_at_ten, n) : most_at_ten), "days that wander by %.2f at rate %.1f", sd, p));
	else
		cal_say(r, "|\n");
	free(w.crossed[0]);
	free(w.crossed[1]);
}

void cal_check_noise(struct cal_report *r)
{
	cal_say(r, "\n## Days that wander\n\nThe ratio is .95 on average; the log of the protected rate has this standard deviation from day to day. "
	           "Share of years with an alert at line .90.\n\n");
	cal_say(r, "| daily sd | rate | tempered | one year of evidence | ten years | bar |\n|---|---|---|---|---|---|\n");
	look(r, 0, .6, false, .05, 41);
	look(r, 0, .1, false, .05, 42);
	look(r, .05, .6, false, .05, 43);
	look(r, .10, .6, false, 0, 44);
	if (!r->brief) {
		look(r, .05, .6, true, 0, 43);
		look(r, .10, .6, true, 0, 44);
	}
}
