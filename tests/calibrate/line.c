/*
 * line.c - the worst that is still allowed: the ratio stands on the line for the whole year.
 *
 * Then M >= 8,760 may be reached once a year and M >= 87,600 once in ten; the time to M >= 200 is 200 blocks or more
 * on average; and the mark of recovery, whose line is the same, comes in one case of twenty at most.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/calibrate/calibrate.h"

#define ARL 200
#define RECOVERED 20

struct line {
	int detector;
	struct cal_world world;
	uint64_t seed;
	const char *policy;
	int *year[2], *ten[2]; /* plain, tempered */
	int *recovered, *blocks;
};

static void note(int *first, double log_m, double threshold, int hour)
{
	if (*first < 0 && log_m >= log(threshold))
		*first = hour;
}

static void run_line(void *ctx, int run)
{
	struct line *l = ctx;
	struct cal_hours hours = cal_hours_begin(&l->world, l->seed, (uint64_t)run);
	struct eh_judge_recovery recovery;
	struct cal_rig rig[2];

	for (int tempered = 0; tempered < 2; tempered++) {
		cal_rig_begin(&rig[tempered], l->policy, l->detector, 1);
		rig[tempered].plain = !tempered;
		l->year[tempered][run] = l->ten[tempered][run] = -1;
	}
	l->recovered[run] = l->blocks[run] = -1;
	eh_judge_recovery_begin(&recovery, rig[0].pair[0], EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, rig[0].policy.line[0].gate_ppm);
	for (int h = 0; h < CAL_HOURS; h++) {
		struct eh_judge_counts counts = cal_next_hour(&hours);

		for (int tempered = 0; tempered < 2; tempered++) {
			cal_rig_feed(&rig[tempered], 0, &counts);
			cal_rig_tick(&rig[tempered]);
			note(&l->year[tempered][run], cal_log_m(&rig[tempered], 0), CAL_YEAR_BLOCKS, h);
			note(&l->ten[tempered][run], cal_log_m(&rig[tempered], 0), 10 * CAL_YEAR_BLOCKS, h);
		}
		note(&l->blocks[run], cal_log_m(&rig[0], 0), ARL, (int)rig[0].pair[0]->blocks);
		if (l->recovered[run] < 0) {
			eh_judge_recovery_step(&recovery, rig[0].pair[0]);
			note(&l->recovered[run], ehs_eprocess_log_e(&recovery.process), RECOVERED, h);
		}
	}
	if (l->blocks[run] < 0)
		l->blocks[run] = (int)rig[0].pair[0]->blocks; /* not yet: that is long enough */
	eh_judge_recovery_free(&recovery);
	cal_rig_end(&rig[0]);
	cal_rig_end(&rig[1]);
}

static void look(struct cal_report *r, double tau, double p, uint64_t seed, const char *policy)
{
	struct line l = {.detector = r->detector, .world = {.per_day = 1000, .share = .2, .p = p, .air = tau, .change = CAL_HOURS}, .seed = seed, .policy = policy};
	int n = r->runs, **all[] = {&l.year[0], &l.year[1], &l.ten[0], &l.ten[1], &l.recovered, &l.blocks};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		*all[i] = calloc((size_t)n, sizeof(int));
	cal_runs(n, run_line, &l);
	double year = cal_share(l.year[0], n), ten = cal_share(l.ten[0], n), back = cal_share(l.recovered, n), arl = cal_mean(l.blocks, n);
	bool holds = year <= cal_above(1 - exp(-1), n) && ten <= cal_above(1 - exp(-.1), n) && back <= cal_above(1. / RECOVERED, n) &&
	             arl >= ARL * (1 - 3 / sqrt(n)); /* its spread is about that of an exponential time */
	cal_say(r, "| %.2f | %.1f | %.3f | %.3f | %.3f | %.3f | %.0f | %.3f | %s |\n", tau, p, year, ten, cal_share(l.year[1], n),
	        cal_share(l.ten[1], n), arl, back, cal_bar(r, holds, "on the line %.2f at rate %.1f", tau, p));
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(*all[i]);
}

void cal_check_line(struct cal_report *r)
{
	static const char high[] = "policy: p\nconditional: no\nlines: [{tau: .9, gate: .9}]\n";
	static const char low[] = "policy: p\nconditional: no\nlines: [{tau: .8, gate: .8}]\n";

	cal_say(r, "\n## A year on the line\n\nThe ratio is exactly the line's. Promised: at most .632 of the years (one alert a year), .095 (one in ten), "
	           "200 blocks, .050.\n\n");
	cal_say(r, "| line | rate | M >= 8,760 | M >= 87,600 | the same, tempered: 8,760 | 87,600 | mean blocks to M >= 200 | recovery marked | bar |\n"
	           "|---|---|---|---|---|---|---|---|---|\n");
	look(r, .9, .6, 11, high);
	look(r, .9, .1, 12, high);
	look(r, .8, .6, 13, low);
	look(r, .8, .1, 14, low);
}
