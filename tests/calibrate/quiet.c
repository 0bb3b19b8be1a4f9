/*
 * quiet.c - a year without any difference: who cries?  Ours, and the rules that everybody would write first, on the
 * same decisions.
 */
#include <math.h>
#include <stdlib.h>

#include "stats/proportion.h"
#include "tests/calibrate/calibrate.h"

#define RULES 4
#define LINES 3
#define NAIVE_P .05

static const struct {
	int hours;
	const char *name;
} rules[RULES] = {{1, "each hour by itself"}, {24, "24 h rolling"}, {168, "7 d rolling"}, {720, "30 d rolling"}};

/* The first line stands where the truth is: as near to 1 as a policy goes. */
static const char lines[] = "policy: p\nconditional: no\nbudget: {page: .1, review: 1}\n"
			    "lines: [{tau: .999999, gate: .85}, {tau: .9, gate: .85}, {tau: .8, gate: .8}]\n";

struct quiet {
	int detector;
	struct cal_world world;
	uint64_t seed;
	int *episodes[RULES];
	int *year[LINES], *ten[LINES]; /* hour of the first time, or -1 */
	int *crossed;                  /* of the default policy's drift line, with tempering and gate */
};

static void count_rules(struct quiet *q, int run, const struct eh_judge_counts *hour)
{
	for (int rule = 0; rule < RULES; rule++) {
		struct eh_judge_counts sum = {0};
		bool before = false;

		q->episodes[rule][run] = 0;
		for (int h = 0; h < CAL_HOURS; h++) {
			eh_judge_counts_add(&sum, &hour[h]);
			if (h >= rules[rule].hours) {
				const struct eh_judge_counts *old = &hour[h - rules[rule].hours];

				sum.prot.n -= old->prot.n;
				sum.prot.favourable -= old->prot.favourable;
				sum.ref.n -= old->ref.n;
				sum.ref.favourable -= old->ref.favourable;
			}
			struct ehs_test z = ehs_z_pooled(eh_judge_natural(&sum, EH_JUDGE_FAVOURABLE));
			bool now = h + 1 >= rules[rule].hours && z.status == EHS_OK && z.p < NAIVE_P;
			q->episodes[rule][run] += now && !before;
			before = now;
		}
	}
}

static void run_quiet(void *ctx, int run)
{
	struct quiet *q = ctx;
	struct cal_hours hours = cal_hours_begin(&q->world, q->seed, (uint64_t)run);
	struct eh_judge_counts *hour = calloc(CAL_HOURS, sizeof *hour);
	struct cal_rig plain, whole;

	cal_rig_begin(&plain, lines, q->detector, 1);
	plain.plain = true;
	cal_rig_begin(&whole, "policy: p\nconditional: no\noutcomes: [favourable]\nbudget: {page: .1, review: 1}\nlines: [{tau: .9, gate: .85}]\n", q->detector, 1);
	for (int l = 0; l < LINES; l++)
		q->year[l][run] = q->ten[l][run] = -1;
	q->crossed[run] = -1;
	for (int h = 0; h < CAL_HOURS; h++) {
		hour[h] = cal_next_hour(&hours);
		cal_rig_feed(&plain, 0, &hour[h]);
		cal_rig_tick(&plain);
		for (uint32_t l = 0; l < LINES; l++) {
			double m = cal_log_m(&plain, l);

			if (m >= log(CAL_YEAR_BLOCKS) && q->year[l][run] < 0)
				q->year[l][run] = h;
			if (m >= log(10 * CAL_YEAR_BLOCKS) && q->ten[l][run] < 0)
				q->ten[l][run] = h;
		}
		cal_rig_hour(&whole, &hour[h], 0);
		if (cal_crossed(&whole, 0, 0) > 0 && q->crossed[run] < 0)
			q->crossed[run] = h;
	}
	count_rules(q, run, hour);
	cal_rig_end(&plain);
	cal_rig_end(&whole);
	free(hour);
}

static struct quiet look(struct cal_report *r, double p, uint64_t seed)
{
	struct quiet q = {.detector = r->detector, .world = {.per_day = 1000, .share = .2, .p = p, .air = 1, .change = CAL_HOURS}, .seed = seed};

	for (int i = 0; i < RULES; i++)
		q.episodes[i] = calloc((size_t)r->runs, sizeof(int));
	for (int l = 0; l < LINES; l++) {
		q.year[l] = calloc((size_t)r->runs, sizeof(int));
		q.ten[l] = calloc((size_t)r->runs, sizeof(int));
	}
	q.crossed = calloc((size_t)r->runs, sizeof(int));
	cal_runs(r->runs, run_quiet, &q);
	return q;
}

static void forget(struct quiet *q)
{
	for (int i = 0; i < RULES; i++)
		free(q->episodes[i]);
	for (int l = 0; l < LINES; l++) {
		free(q->year[l]);
		free(q->ten[l]);
	}
	free(q->crossed);
}

void cal_check_quiet(struct cal_report *r)
{
	static const char *const tau[LINES] = {"1.00 (the truth)", ".90", ".80"};
	struct quiet q[2] = {look(r, .6, 1), look(r, .1, 2)};
	int n = r->runs;

	cal_say(r, "\n## A year without a difference\n\n%d runs of 8,760 hours, 1,000 decisions a day, 20 %% of them protected, ratio 1.00.\n\n", n);
	cal_say(r, "| rule | rate .6: share of years with a false alert, episodes a year | rate .1: the same | budget | bar |\n|---|---|---|---|---|\n");
	for (int i = 0; i < RULES; i++)
		cal_say(r, "| p < .05, %s | %.0f | %.0f | none | |\n", rules[i].name, cal_mean(q[0].episodes[i], n), cal_mean(q[1].episodes[i], n));
	for (int l = 0; l < LINES; l++)
		for (int ten = 0; ten < 2; ten++) {
			double a = cal_share(ten ? q[0].ten[l] : q[0].year[l], n), b = cal_share(ten ? q[1].ten[l] : q[1].year[l], n);
			double budget = ten ? .1 : 1, most = cal_above(1 - exp(-budget), n);

			cal_say(r, "| M >= %s, H0 ratio >= %s | %.3f | %.3f | %g a year | %s |\n", ten ? "87,600" : "8,760", tau[l], a, b, budget,
			        cal_bar(r, a <= most && b <= most, "quiet year, line %s, %d years", tau[l], ten ? 10 : 1));
		}
	double a = cal_share(q[0].crossed, n), b = cal_share(q[1].crossed, n);
	cal_say(r, "| default policy at .90, one year (tempered, gate, least data) | %.3f | %.3f | 1 a year | %s |\n", a, b,
	        cal_bar(r, a <= cal_above(.01, n) && b <= cal_above(.01, n), "quiet year, default policy"));
	forget(&q[0]);
	forget(&q[1]);
}
