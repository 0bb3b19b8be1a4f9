/*
 * judge_bench.c - what the close of one pane costs judge: 25, 50 or 100 groups against their references, favourable and adverse,
 * raw and within strata, two lines, so 200, 400 or 800 monitors; hourly panes of 1,000 decisions; windows of 7, 30 and 365 days.
 *
 * A close goes through eh_judge_fold() as live: the window moves, blocks and detectors step, every monitor is weighed and gets its
 * verdict line; then the battery of each and the figures of the source are made, as they are stored for the pages.  What
 * leaves the window is unpacked from its block, which is printed apart, as is a portfolio in which every tenth group has drifted.
 * usage: judge_bench [GROUPS DAYS]     one row alone
 * Times are this thread's own processor time, the median of closes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "judge/display.h"
#include "judge/inside.h"
#include "tests/lib/test.h"

#define ATTRIBUTES 5
#define TIERS 4
#define HOUR_ROWS 1000
#define CLOSES 60 /* measured, after the window has filled */
#define T0 (INT64_C(20000) * EH_DAY_US)

enum part { READ, FOLD, BATTERY, FIGURES, PARTS };
static const char *const part_names[PARTS] = {"read of what leaves", "fold", "battery", "figures"};

static uint64_t state = 88172645463325252u;

static double draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

struct bench {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	int groups, panes, hour;
	bool drifted;
	struct eh_buf *block; /* the packed panes of the window, a ring */
	struct eh_cube *pane, *leaving;
	uint8_t code[ATTRIBUTES][256];
	uint32_t tier[TIERS];
	struct eh_cube_row row;
};

static const struct eh_map *make_map(struct eh_arena *home)
{
	EH_BUF_AUTO text = {0};
	const struct eh_map *map;
	struct eh_err err;

	eh_buf_puts(&text, "source: bench\ntable: public.bench\ncolumns: {id: id, decided_at: at, decision: d, score: s}\nfavourable: [yes]\n"
	                   "score: {scale: 3}\nstrata: [{name: tier, column: tier}]\nprotected:\n");
	for (int a = 0; a < ATTRIBUTES; a++)
		eh_buf_printf(&text, "  - {name: a%d, column: a%d, reference: g0}\n", a, a);
	expect_rc(EH_OK, eh_map_parse(home, "map", text.data, text.len, &map, &err), &err);
	return map;
}

static struct eh_text text_of(const char *s)
{
	return (struct eh_text){s, strlen(s)};
}

static void begin(struct bench *b, int groups, int days, bool drifted)
{
	static const struct eh_judge_sink none;
	const struct eh_policy *policy;
	struct eh_err err;

	*b = (struct bench){.home = eh_arena_new(), .groups = groups, .panes = days * 24, .drifted = drifted};
	const char *text = eh_arena_printf(b->home, "policy: p\nwindow: %dd\n", days);
	expect_rc(EH_OK, eh_policy_parse(b->home, "policy", text, strlen(text), &policy, &err), &err);
	b->judge = eh_judge_new(eh_policies_of(b->home, policy), &none);
	b->source = eh_judge_add_source(b->judge, 1, make_map(b->home));
	for (int a = 0; a < ATTRIBUTES; a++)
		for (int g = 0; g <= groups; g++)
			b->code[a][g] = eh_cube_group(b->source->names, (uint32_t)a, text_of(eh_arena_printf(b->home, "g%d", g)));
	for (int t = 0; t < TIERS; t++) {
		struct eh_text field = text_of(eh_arena_printf(b->home, "t%d", t));

		b->tier[t] = eh_cube_tuple(b->source->names, EH_CUBE_STRATUM, &field, 1);
	}
	b->row.lineage = eh_cube_tuple(b->source->names, EH_CUBE_LINEAGE, NULL, 0);
	b->block = eh_xmalloc((size_t)b->panes * sizeof *b->block);
	memset(b->block, 0, (size_t)b->panes * sizeof *b->block);
	b->pane = eh_cube_new(b->source->names);
	b->leaving = eh_cube_new(b->source->names);
}

static void end(struct bench *b)
{
	for (int i = 0; i < b->panes; i++)
		eh_buf_free(&b->block[i]);
	free(b->block);
	eh_cube_free(b->pane);
	eh_cube_free(b->leaving);
	eh_judge_free(b->judge);
	eh_arena_free(b->home);
}

static void fill_pane(struct bench *b)
{
	eh_cube_clear(b->pane);
	for (int i = 0; i < HOUR_ROWS; i++) {
		double rate = .6;

		for (int a = 0; a < ATTRIBUTES; a++) {
			int g = draw() < .4 ? 0 : 1 + (int)(draw() * b->groups);

			b->row.group[a] = b->code[a][g];
			if (b->drifted && g % 10 == 1 && b->hour > b->panes / 2)
				rate *= .7;
		}
		b->row.stratum = b->tier[(int)(draw() * TIERS)];
		b->row.favourable = draw() < rate;
		b->row.has_score = true;
		b->row.score_q = (int64_t)(draw() * 1000);
		eh_cube_add(b->pane, &b->row);
	}
}

static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void take_battery(struct bench *b)
{
	for (uint32_t a = 0; a < b->source->axes; a++)
		for (uint32_t i = 0; i < b->source->attribute[a].pairs; i++)
			for (int m = 0; m < EH_JUDGE_OUTCOMES * EH_JUDGE_KINDS; m++) {
				EH_JSON_AUTO battery = eh_judge_battery(b->source, b->source->attribute[a].pair[i], m / EH_JUDGE_KINDS, m % EH_JUDGE_KINDS);
				char *text = json_dumps(battery, JSON_COMPACT);

				free(text);
			}
}

/* One hour; `ms` gets what each part took, or is NULL while the window fills. */
static void close_hour(struct bench *b, double ms[PARTS])
{
	struct eh_buf *slot = &b->block[b->hour % b->panes];
	int64_t at = T0 + b->hour * EH_HOUR_US;
	struct eh_judge_close close = {
		.first_pane_us = at, .last_pane_us = at, .clock_us = at + EH_HOUR_US, .leaf_index = INT64_MAX, .pane = b->pane};
	struct eh_sha256 digest;
	struct eh_err err;

	fill_pane(b);
	eh_cube_clear(b->leaving);
	double t[PARTS + 1] = {now_ms()};
	if (slot->len > 0) {
		expect_rc(EH_OK, eh_cube_decode(b->leaving, slot->data, slot->len, &err), &err);
		close.expired = b->leaving;
	}
	t[1] = now_ms();
	expect_rc(EH_OK, eh_judge_fold(b->judge, b->source, &close, &digest, &err), &err);
	t[2] = now_ms();
	if (ms != NULL) {
		take_battery(b);
		t[3] = now_ms();
		EH_JSON_AUTO figures = eh_judge_figures(b->source);
		t[4] = now_ms();
		for (int p = 0; p < PARTS; p++)
			ms[p] = t[p + 1] - t[p];
	}
	eh_buf_reset(slot);
	eh_cube_encode(b->pane, slot);
	b->hour++;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double measure(int groups, int days, bool drifted)
{
	struct bench b;
	double ms[CLOSES][PARTS], all[CLOSES], one[CLOSES];

	begin(&b, groups, days, drifted);
	while (b.hour <= b.panes)
		close_hour(&b, NULL);
	for (int c = 0; c < CLOSES; c++) {
		close_hour(&b, ms[c]);
		all[c] = ms[c][FOLD] + ms[c][BATTERY] + ms[c][FIGURES];
	}
	qsort(all, CLOSES, sizeof *all, by_value);
	printf("%4.0f monitors, window %3d days%s: %6.2f ms a close;", eh_judge_monitors(b.judge, EH_POLICY_HOUSE), days, drifted ? ", every tenth drifted" : "",
	       all[CLOSES / 2]);
	for (int p = 0; p < PARTS; p++) {
		for (int c = 0; c < CLOSES; c++)
			one[c] = ms[c][p];
		qsort(one, CLOSES, sizeof *one, by_value);
		printf(" %s %.2f", part_names[p], one[CLOSES / 2]);
	}
	printf("; cells in the window %zu\n", eh_cube_cells(b.source->window));
	end(&b);
	return all[CLOSES / 2];
}

int main(int argc, char **argv)
{
	static const int days[] = {7, 30, 365};
	double at[3];

	if (argc == 3) {
		(void)measure(atoi(argv[1]), atoi(argv[2]), false);
		return 0;
	}

	printf("bar: 200 monitors <= 10 ms a close, linear to 800, the same for any window\n");
	for (int i = 0; i < 3; i++)
		at[i] = measure(5, days[i], false);
	double four = measure(10, 30, false), eight = measure(20, 30, false);
	(void)measure(5, 30, true);
	printf("per monitor, 800 / 200: %.2f; 365 days / 7 days: %.2f; 200 monitors at 30 days: %.2f ms\n", eight / (4 * at[1]), at[2] / at[0], at[1]);
	(void)four;
	return 0;
}
