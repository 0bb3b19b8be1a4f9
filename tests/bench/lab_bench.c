/*
 * lab_bench.c - how long a year of 200 monitors takes in the lab: the replay under two policies, and one drawn history.
 *
 * The demo's cubes: hourly panes, five attributes of six groups, four strata; once with few cells a pane and once with
 * 5,000.  The core is fed as by the store, without the store; what the store adds is printed by the demo's own lab run
 * (docs/howto/data-scientist.md).  This thread's own time: others may use the machine meanwhile.
 */
#include <time.h>

#include "lab/trials.h"
#include "tests/lib/test.h"
#include "tests/unit/judge/world.h"

#define HOURS (24 * 365)
#define BAR_S 10.0

static const char map_text[] =
	"source: lab\ntable: public.lab\npane: 1h\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [yes]\n"
	"protected:\n"
	"  - {name: a, column: a, reference: g0}\n  - {name: b, column: b, reference: g0}\n  - {name: c, column: c, reference: g0}\n"
	"  - {name: d, column: d2, reference: g0}\n  - {name: e, column: e, reference: g0}\n"
	"strata: [{name: s, column: s}, {name: t, column: t}]\naudit: {a: {strata: [s]}, b: {strata: [s]}, c: {strata: [s]}, d: {strata: [s]}, "
	"e: {strata: [s]}}\n";

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t below(uint32_t n)
{
	return (uint32_t)world_below(n);
}

/* A decision of any groups; `tuples` spreads the joint cells. */
static void add(struct eh_cube_names *names, struct eh_cube *cube, uint32_t tuples)
{
	static const char *const labels[] = {"g0", "g0", "g0", "g1", "g2", "g3", "g4", "g5"};
	struct eh_cube_row row = {.favourable = world_uniform() < .6};
	char s[2] = {(char)('a' + below(4)), 0}, t[8];
	struct eh_text strata[2] = {world_text(s), {0}};

	snprintf(t, sizeof t, "%u", below(tuples));
	strata[1] = world_text(t);
	for (uint32_t a = 0; a < 5; a++)
		row.group[a] = eh_cube_group(names, a, world_text(labels[below(8)]));
	row.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, strata, 2);
	row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
	eh_cube_add(cube, &row);
}

static void fold(struct eh_judge *judge, struct eh_judge_source *source, const struct eh_cube *pane, int64_t pane_us)
{
	struct eh_judge_close close = {.first_pane_us = pane_us,
	                               .last_pane_us = pane_us,
	                               .clock_us = pane_us + EH_HOUR_US,
	                               .history = true,
	                               .pane = pane,
	                               .late_from_us = INT64_MAX,
	                               .older_from_us = INT64_MAX};
	struct eh_sha256 digest;
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_fold(judge, source, &close, &digest, &err), &err);
}

/* Decodes each pane once and folds it under both policies; a week of panes is made and met again and again. */
static void measure(int decisions, uint32_t tuples, double bar_s)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *policy[2] = {world_policy(home, "policy: a\n"),
	                                     world_policy(home, "policy: b\nlines: [{tau: 0.85, gate: 0.8}, {tau: 0.75, gate: 0.75}]\n")};
	struct eh_lab_history *history = eh_lab_history_new();
	struct eh_judge_sink none = {0};
	struct eh_judge *judge[2] = {eh_judge_new(eh_policies_of(home, policy[0]), &none), eh_judge_new(eh_policies_of(home, policy[1]), &none)};
	struct eh_judge_source *source[2];
	struct eh_buf block[168] = {{0}};
	struct eh_err err;
	double cells = 0;

	source[0] = eh_judge_add_source(judge[0], 1, world_read_map(home, map_text));
	source[1] = eh_judge_add_source_like(judge[1], source[0]);
	struct eh_cube *cube = eh_cube_new(source[0]->names);
	world_seed = 7;
	for (int h = 0; h < 168; h++) {
		eh_cube_clear(cube);
		for (int i = 0; i < decisions; i++)
			add(source[0]->names, cube, tuples);
		cells += (double)eh_cube_cells(cube) / 168;
		eh_cube_encode(cube, &block[h]);
	}
	for (int side = 0; side < 2; side++)
		eh_judge_hush(judge[side]);
	double began = now_s();
	for (int h = 0; h < HOURS; h++) {
		int64_t pane_us = WORLD_T0 + h * EH_HOUR_US;

		eh_cube_clear(cube);
		expect_rc(EH_OK, eh_cube_decode(cube, block[h % 168].data, block[h % 168].len, &err), &err);
		for (int side = 0; side < 2; side++)
			fold(judge[side], source[side], cube, pane_us);
		eh_lab_history_add(history, source[0], pane_us);
	}
	double replayed = now_s() - began;
	const struct eh_lab_portfolio *p = eh_lab_portfolio(home, history, policy[0], policy[1]);
	char bar[16] = "-";
	if (bar_s > 0)
		snprintf(bar, sizeof bar, "%.0f s", bar_s);
	printf("%-60s %6.2f s %8s\n", eh_arena_printf(home, "a year, %u and %u monitors, %.0f cells a pane: both replays", p->watched[0], p->watched[1], cells),
	       replayed, bar);
	struct eh_lab_trials trials;
	began = now_s();
	eh_lab_try(&(struct eh_lab_try){.portfolio = p, .seed = 1, .runs = 1}, &trials);
	printf("%-60s %6.2f s %8s\n", "  two drawn years and three planted falls", now_s() - began, "-");
	for (int h = 0; h < 168; h++)
		eh_buf_free(&block[h]);
	eh_cube_free(cube);
	eh_lab_history_free(history);
	eh_judge_free(judge[1]);
	eh_judge_free(judge[0]);
}

int main(void)
{
	ehs_init();
	printf("%-60s %8s %8s\n", "what", "measured", "bar");
	measure(60, 1, BAR_S);
	measure(5600, 40, 0);
	return 0;
}
