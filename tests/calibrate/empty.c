/*
 * empty.c - nothing comes of nothing: no alert from hours, groups or sources that are not there.
 *
 * The default policy with both outcomes and both lines, as built in.  Five decisions a day are few, not none: what
 * they hold can look like a difference by chance, and for that there is the budget; M never gets to 8,760.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "tests/calibrate/calibrate.h"

enum emptiness { NO_DECISIONS, FIVE_A_DAY, PROTECTED_ONLY, REFERENCE_ONLY, GROUP_STOPS, NIGHTS_AND_WEEKENDS };

struct empty {
	int detector;
	enum emptiness kind;
	uint64_t seed;
	int *alerts, *pages; /* hour of the first crossing of any monitor, or -1 */
	int *high;           /* of the first M >= 8,760 */
	int *blocks;
};

/* What of the hour's decisions is there. */
static struct eh_judge_counts left(enum emptiness kind, int hour, struct eh_judge_counts c)
{
	const struct eh_cube_count none = {0};
	bool open = hour % CAL_DAY >= 8 && hour % CAL_DAY < 18 && hour / CAL_DAY % 7 < 5;

	if (kind == NO_DECISIONS || kind == REFERENCE_ONLY || (kind == GROUP_STOPS && hour > 60 * CAL_DAY) ||
	    (kind == NIGHTS_AND_WEEKENDS && !open))
		c.prot = none;
	if (kind == NO_DECISIONS || kind == PROTECTED_ONLY || (kind == NIGHTS_AND_WEEKENDS && !open))
		c.ref = none;
	return c;
}

static void note(struct empty *e, int run, const struct cal_rig *rig, int hour)
{
	for (size_t i = 0; i < rig->judge->standings; i++) {
		const struct eh_judge_standing *st = &rig->judge->standing[i];

		if (st->crossed && e->alerts[run] < 0)
			e->alerts[run] = hour;
		if (st->crossed && st->page && e->pages[run] < 0)
			e->pages[run] = hour;
		if (eh_judge_log_m(st->pair, st->outcome, st->kind, st->line) >= log(CAL_YEAR_BLOCKS) && e->high[run] < 0)
			e->high[run] = hour;
	}
}

static void run_empty(void *ctx, int run)
{
	struct empty *e = ctx;
	struct cal_world world = {.per_day = e->kind == FIVE_A_DAY ? 5 : 1000, .share = .2, .p = .6, .air = 1, .change = CAL_HOURS};
	struct cal_hours hours = cal_hours_begin(&world, e->seed, (uint64_t)run);
	struct cal_rig rig;

	cal_rig_begin(&rig, "policy: p\n", e->detector, 1);
	e->alerts[run] = e->pages[run] = e->high[run] = -1;
	for (int h = 0; h < CAL_HOURS; h++) {
		struct eh_judge_counts counts = left(e->kind, h, cal_next_hour(&hours));

		cal_rig_feed(&rig, 0, &counts);
		if (h % (CAL_HOURS / 365) == 0 || counts.prot.n > 0)
			cal_rig_weigh(&rig);
		cal_rig_tick(&rig);
		note(e, run, &rig, h);
	}
	e->blocks[run] = (int)rig.pair[0]->blocks_seen;
	cal_rig_end(&rig);
}

/* A source that is there and says nothing, through the core's own door: no verdict, no event, no monitor. */
static int silent_year(int detector)
{
	struct cal_rig rig;
	struct eh_sha256 digest, nothing = eh_sha256_of("", 0);
	struct eh_err err;
	int said = 0;

	cal_rig_begin(&rig, "policy: p\n", detector, 0);
	for (int day = 0; day < 365; day++) {
		int64_t at = (INT64_C(20000) + day) * EH_DAY_US;
		struct eh_judge_close close = {.first_pane_us = at, .last_pane_us = at + 23 * EH_HOUR_US, .clock_us = at + EH_DAY_US};

		said += eh_judge_fold(rig.judge, rig.source, &close, &digest, &err) != EH_OK || memcmp(&digest, &nothing, sizeof digest) != 0;
	}
	said += eh_judge_monitors(rig.judge, EH_POLICY_HOUSE) > 0 || eh_judge_alerts(rig.judge) != NULL;
	cal_rig_end(&rig);
	return said;
}

void cal_check_empty(struct cal_report *r)
{
	static const char *const names[] = {"no decisions",           "5 decisions a day",           "only the protected group",
	                                    "only the reference group", "the group stops after 60 days", "nights and weekends without any"};
	int n = r->brief ? r->runs : (r->runs + 2) / 3, silent = silent_year(r->detector);

	cal_say(r, "\n## Nothing comes of nothing\n\nThe default policy, both outcomes and both lines (four monitors: a review at one year of "
	           "evidence, a page at eight), ratio 1.00 where there is one; %d years each.\n\n", n);
	cal_say(r, "| source | blocks a year | years with M >= 8,760 | with a review | with a page | bar |\n|---|---|---|---|---|---|\n");
	cal_say(r, "| without decisions, closes folded by the core | 0 | %d | %d | %d | %s |\n", silent, silent, silent,
	        cal_bar(r, silent == 0, "a source without decisions"));
	for (enum emptiness kind = FIVE_A_DAY; kind <= NIGHTS_AND_WEEKENDS; kind++) {
		struct empty e = {.detector = r->detector, .kind = kind, .seed = 50 + (uint64_t)kind};
		int **all[] = {&e.alerts, &e.pages, &e.high, &e.blocks};

		for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
			*all[i] = calloc((size_t)n, sizeof(int));
		cal_runs(n, run_empty, &e);
		double alerts = cal_share(e.alerts, n), pages = cal_share(e.pages, n), high = cal_share(e.high, n);
		bool few = kind == FIVE_A_DAY, holds = high == 0 && (few ? alerts <= cal_above(1 - exp(-4), n) && pages <= cal_above(1 - exp(-.5), n) : alerts == 0);
		cal_say(r, "| %s | %.0f | %.0f | %.0f | %.0f | %s |\n", names[kind], cal_mean(e.blocks, n), high * n, alerts * n, pages * n,
		        cal_bar(r, holds, "%s", names[kind]));
		for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
			free(*all[i]);
	}
}
