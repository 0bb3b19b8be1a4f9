/*
 * portfolio.c - fifty monitors, of which five go bad: are the five found, and nobody else?  What has been paged is
 * mended, and its people close the alert.
 *
 * The default budget (half a page and four reviews a year over all of them) and e-d-BH, beside the rule that looks at
 * fifty p-values over seven days every hour and corrects them by Benjamini and Hochberg.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/multiplicity.h"
#include "stats/proportion.h"
#include "tests/calibrate/calibrate.h"

#define MONITORS 50
#define BAD 5
#define CHANGE (60 * CAL_DAY)
#define WINDOW (7 * CAL_DAY)

struct portfolio {
	int detector;
	uint64_t seed;
	int hours;
	int *false_pages, *false_reviews, *naive, *missed;
	double *days; /* BAD for each run: to the review queue */
	double *page_days;
};

static void run_portfolio(void *ctx, int run)
{
	static const struct cal_world good = {.per_day = 1000, .share = .2, .p = .6, .air = 1, .change = CAL_HOURS},
				      bad = {.per_day = 1000, .share = .2, .p = .6, .air = 1, .air_after = .75, .change = CHANGE};
	struct portfolio *f = ctx;
	struct cal_hours hours[MONITORS];
	struct eh_judge_counts sum[MONITORS] = {0}, *ring = calloc((size_t)MONITORS * WINDOW, sizeof *ring);
	bool crossed[MONITORS] = {false}, paged[MONITORS] = {false}, naive[MONITORS] = {false};
	double p[MONITORS];
	size_t order[MONITORS];
	struct cal_rig rig;

	cal_rig_begin(&rig, "policy: p\nconditional: no\noutcomes: [favourable]\nlines: [{tau: .9, gate: .85}]\n", f->detector, MONITORS);
	for (int m = 0; m < MONITORS; m++)
		hours[m] = cal_hours_begin(m < BAD ? &bad : &good, f->seed + (uint64_t)m, (uint64_t)run);
	f->false_pages[run] = f->false_reviews[run] = f->naive[run] = 0;
	for (int i = 0; i < BAD; i++)
		f->days[run * BAD + i] = f->page_days[run * BAD + i] = INFINITY;
	for (int h = 0; h < f->hours; h++) {
		for (int m = 0; m < MONITORS; m++) {
			struct eh_judge_counts c = cal_next_hour(&hours[m]), *old = &ring[m * WINDOW + h % WINDOW];

			cal_rig_feed(&rig, m, &c);
			eh_judge_counts_add(&sum[m], &c);
			sum[m].prot.n -= old->prot.n;
			sum[m].prot.favourable -= old->prot.favourable;
			sum[m].ref.n -= old->ref.n;
			sum[m].ref.favourable -= old->ref.favourable;
			*old = c;
			p[m] = ehs_z_pooled(eh_judge_natural(&sum[m], EH_JUDGE_FAVOURABLE)).p;
		}
		cal_rig_weigh(&rig);
		cal_rig_tick(&rig);
		enum ehs_status status = ehs_adjust(EHS_BH, p, MONITORS, p, order);
		for (int m = 0; m < MONITORS; m++) {
			bool cries = status == EHS_OK && h + 1 >= WINDOW && p[m] < .05, changed = m < BAD && h >= CHANGE;
			int now = cal_crossed(&rig, m, 0);

			f->naive[run] += cries && !naive[m] && !changed;
			naive[m] = cries;
			if (now > 0 && !crossed[m]) {
				crossed[m] = true;
				f->false_reviews[run] += !changed;
				if (changed)
					f->days[run * BAD + m] = (h + 1 - CHANGE) / (double)CAL_DAY;
			}
			if (now == 2 && !paged[m]) {
				paged[m] = true;
				f->false_pages[run] += !changed;
				if (changed)
					f->page_days[run * BAD + m] = (h + 1 - CHANGE) / (double)CAL_DAY;
				hours[m].world = &good;
				eh_judge_pair_reset(rig.pair[m]);
			}
		}
	}
	f->missed[run] = 0;
	for (int i = 0; i < BAD; i++)
		f->missed[run] += !paged[i];
	cal_rig_end(&rig);
	free(ring);
}

void cal_check_portfolio(struct cal_report *r)
{
	int n = r->brief ? 2 : 20, hours = r->brief ? CHANGE + 21 * CAL_DAY : CAL_HOURS;
	struct portfolio f = {.detector = r->detector, .seed = 100, .hours = hours};
	int **all[] = {&f.false_pages, &f.false_reviews, &f.naive, &f.missed};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		*all[i] = calloc((size_t)n, sizeof(int));
	f.days = calloc((size_t)n * BAD, sizeof(double));
	f.page_days = calloc((size_t)n * BAD, sizeof(double));
	cal_runs(n, run_portfolio, &f);
	double pages = cal_mean(f.false_pages, n), reviews = cal_mean(f.false_reviews, n), missed = cal_mean(f.missed, n);
	cal_say(r, "\n## Fifty monitors, five go bad\n\n%d runs of %d hours at ratio 1.00; after 60 days five fall to .75 until they are paged. Line .90, default budget.\n\n", n, hours);
	cal_say(r, "| rule | false a year | not found, of 5 | median / 90 %% (days) | bar |\n|---|---|---|---|---|\n");
	cal_say(r, "| p < .05 on 7 d after Benjamini-Hochberg, every hour | %.0f | | | |\n", cal_mean(f.naive, n) * CAL_HOURS / hours);
	cal_say(r, "| review queue (e-d-BH, 4 a year) | %.2f | | %.1f / %.1f | %s |\n", reviews * CAL_HOURS / hours, cal_quantile(f.days, n * BAD, .5),
	        cal_quantile(f.days, n * BAD, .9), cal_bar(r, reviews <= 4, "false reviews of fifty monitors"));
	cal_say(r, "| page (half a page a year) | %.2f | %.2f | %.1f / %.1f | %s |\n", pages * CAL_HOURS / hours, missed, cal_quantile(f.page_days, n * BAD, .5),
	        cal_quantile(f.page_days, n * BAD, .9), cal_bar(r, pages == 0 && missed == 0, "pages of fifty monitors"));
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(*all[i]);
	free(f.days);
	free(f.page_days);
}
