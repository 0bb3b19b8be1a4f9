/*
 * enact_test.c - versions of the policy that come and go while the evidence goes on.
 */
#include <math.h>

#include "judge/inside.h"
#include "tests/unit/judge/world.h"

#define HOURS (24 * 70)
#define PER_HOUR 24
#define N (HOURS * PER_HOUR)
#define AT(day) (WORLD_T0 + (day) * EH_DAY_US)

static struct world_decision decisions[N];

/* Women are favoured at `rate` of .6 from a day on; everybody else at .6. */
static void make(int from_day, double rate)
{
	world_seed = 4;
	for (int i = 0; i < N; i++) {
		int hour = i / PER_HOUR;

		decisions[i] = (struct world_decision){.pane_us = WORLD_T0 + hour * EH_HOUR_US, .index = hour};
		decisions[i].label[WORLD_SEX] = (uint8_t)(1 + world_below(2));
		decisions[i].label[WORLD_RACE] = (uint8_t)(1 + world_below(3));
		decisions[i].label[WORLD_AGE] = (uint8_t)(1 + world_below(3));
		decisions[i].label[WORLD_TIER] = (uint8_t)(1 + world_below(2));
		decisions[i].label[WORLD_REGION] = 1;
		bool low = decisions[i].label[WORLD_SEX] == 2 && hour >= from_day * 24;
		decisions[i].favourable = world_uniform() < (low ? .6 * rate : .6);
	}
}

/* Hours [from, to); each close's leaf has the number of its hour and stands above the versions before it. */
static void run(struct world *w, int from, int to)
{
	for (int h = from; h < to; h++)
		world_close(w, decisions, N, WORLD_T0 + h * EH_HOUR_US, WORLD_T0 + h * EH_HOUR_US, h);
}

static void enact(struct world *w, enum eh_policy_layer layer, const char *policy, int64_t effective_us, int64_t leaf_index)
{
	const struct eh_policies_version v = {world_policy(w->home, policy), layer, effective_us, leaf_index};

	eh_judge_enact(w->judge, &v);
}

static struct world begin(struct eh_arena *home, const char *policy, const struct eh_judge_sink *sink)
{
	struct eh_judge_sink none = {0};

	return world_begin(world_policy(home, policy), world_map, sink != NULL ? sink : &none);
}

static struct eh_judge_pair *pair_of(const struct world *w, uint32_t attribute, const char *group)
{
	for (uint32_t i = 0; i < w->source->attribute[attribute].pairs; i++) {
		struct eh_judge_pair *pair = w->source->attribute[attribute].pair[i];

		if (strcmp(eh_judge_group_name(w->source, pair), group) == 0)
			return pair;
	}
	fail_msg("there is no group %s", group);
	return NULL;
}

/* The standing at a tau, or NULL where it is not watched. */
static const struct eh_judge_standing *at_tau(const struct world *w, const struct eh_judge_pair *pair, enum eh_policy_layer layer,
                                              int outcome, int kind, int64_t tau_ppm)
{
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &w->judge->standing[i];

		if (st->layer == layer && st->outcome == outcome && st->kind == kind && st->tau_ppm == tau_ppm)
			return st;
	}
	return NULL;
}

static double log_m(const struct eh_judge_standing *st)
{
	return eh_judge_log_m(st->pair, st->outcome, st->kind, st->line);
}

/* A line that stays goes on to the last bit, a new one begins at nothing, a dropped one that comes back as well. */
static void what_stays_goes_on_bit_for_bit(void **state)
{
	static const char other[] = "policy: other\nlines: [{tau: .95, gate: .9}, {tau: .9, gate: .8}]\n";
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, "policy: one\n", NULL), still = begin(home, "policy: one\n", NULL);

	(void)state;
	make(30, .9);
	enact(&w, EH_POLICY_HOUSE, other, AT(40), 3);
	enact(&w, EH_POLICY_HOUSE, "policy: one again\n", AT(50), 4);
	run(&w, 0, 40 * 24 - 1);
	run(&still, 0, 40 * 24 - 1);
	assert_string_equal(eh_judge_policy(w.source, EH_POLICY_HOUSE)->name, "one");
	assert_false(eh_judge_is_governed(w.source));
	for (int h = 40 * 24 - 1; h < HOURS; h++) {
		const struct eh_judge_pair *f, *g;

		run(&w, h, h + 1);
		run(&still, h, h + 1);
		assert_true(eh_judge_is_governed(w.source) && !eh_judge_is_governed(still.source));
		f = pair_of(&w, WORLD_SEX, "F");
		g = pair_of(&still, WORLD_SEX, "F");
		bool now_other = h < 50 * 24 - 1;
		for (int m = 0; m < 4; m++) {
			const struct eh_judge_standing *a = at_tau(&w, f, EH_POLICY_HOUSE, m / 2, m % 2, 900000);
			const struct eh_judge_standing *b = at_tau(&still, g, EH_POLICY_HOUSE, m / 2, m % 2, 900000);

			assert_true(a != NULL && b != NULL && log_m(a) == log_m(b));
			assert_int_equal(a->bar.gate_ppm, now_other ? 800000 : 850000);
			assert_true((at_tau(&w, f, EH_POLICY_HOUSE, m / 2, m % 2, 950000) != NULL) == now_other);
			assert_true((at_tau(&w, f, EH_POLICY_HOUSE, m / 2, m % 2, 800000) != NULL) == !now_other);
		}
		if (h == 40 * 24 - 1 || h == 50 * 24 - 1) { /* one block old */
			const struct eh_judge_standing *st = at_tau(&w, f, EH_POLICY_HOUSE, 0, 0, now_other ? 950000 : 800000);

			assert_int_equal(f->track[0][0].detector[st->line].now.blocks, 1);
			assert_int_equal(f->track[0][1].detector[st->line].from, f->blocks - 1);
		}
	}
	world_end(&w);
	world_end(&still);
}

/* B of a later version is counted from the blocks of the trailing year, and no line of its own begins again at 8,760. */
static void the_year_is_counted_anew(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, "policy: one\n", NULL);
	const struct eh_judge_pair *f;

	(void)state;
	make(90, 1);
	enact(&w, EH_POLICY_HOUSE, "policy: early\n", AT(10), 3);
	enact(&w, EH_POLICY_FLOOR, "policy: floor\n", AT(35), 4);
	enact(&w, EH_POLICY_HOUSE, "policy: late\n", AT(60), 5);
	run(&w, 0, 20 * 24);
	f = pair_of(&w, WORLD_SEX, "F");
	assert_true(f->year[EH_POLICY_HOUSE].blocks == 8760 && !f->year[EH_POLICY_HOUSE].set); /* too young to be counted */
	run(&w, 20 * 24, 30 * 24);
	double first = f->year[EH_POLICY_HOUSE].blocks;
	assert_true(f->year[EH_POLICY_HOUSE].set && first > 4000 && first < 8760);
	run(&w, 30 * 24, 35 * 24);
	assert_true(f->year[EH_POLICY_HOUSE].blocks == first);
	/* The close that ends at AT(35) brought the floor: the blocks before that close, in the days since the first. */
	double want = ((double)f->blocks_seen - 1) * 365 / 35;
	assert_true(fabs(f->year[EH_POLICY_FLOOR].blocks - want) < 1e-6 * want + 365.0 / 35);
	run(&w, 35 * 24, 60 * 24);
	want = ((double)f->blocks_seen - 1) * 365 / 60;
	assert_true(f->year[EH_POLICY_HOUSE].blocks != first);
	assert_true(fabs(f->year[EH_POLICY_HOUSE].blocks - want) < 1e-6 * want + 365.0 / 60);
	world_end(&w);
}

/* A version acts where T has come and its leaf stands below the close, and not before. */
static void a_version_does_not_reach_back(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, "policy: one\n", NULL);

	(void)state;
	make(90, 1);
	enact(&w, EH_POLICY_HOUSE, "policy: two\nlines: [{tau: .7, gate: .7}]\n", AT(2), 60);
	run(&w, 0, 60);
	assert_string_equal(eh_judge_policy(w.source, EH_POLICY_HOUSE)->name, "one"); /* T has come, the leaf has not */
	run(&w, 60, 61);
	assert_string_equal(eh_judge_policy(w.source, EH_POLICY_HOUSE)->name, "one");
	run(&w, 61, 62);
	assert_string_equal(eh_judge_policy(w.source, EH_POLICY_HOUSE)->name, "two");
	w.live = true; /* a close that is being made stands above every version that is known */
	enact(&w, EH_POLICY_HOUSE, "policy: three\n", AT(3), 1000);
	run(&w, 62, 71);
	assert_string_equal(eh_judge_policy(w.source, EH_POLICY_HOUSE)->name, "two");
	run(&w, 71, 72);
	assert_string_equal(eh_judge_policy(w.source, EH_POLICY_HOUSE)->name, "three");
	world_end(&w);
}

/* The monitors of two families, counted in K. */
static void families_select_the_monitors(void **state)
{
	static const struct {
		const char *text;
		double monitors; /* of 2 x 2 x 2 for each of sex F, race black and asian; age young and X, raw only: 2 x 2 */
	} cases[] = {
		{"policy: p\n", 8 + 16 + 8},
		{"policy: p\nfamilies: [{name: a, attributes: [sex]}]\n", 8},
		{"policy: p\nfamilies: [{name: a, sources: [another]}]\n", 0},
		{"policy: p\nfamilies: [{name: a, attributes: [race], groups: {race: [asian]}, outcomes: [adverse]}]\n", 4},
		{"policy: p\nfamilies: [{name: a, conditional: no}, {name: b, attributes: [race], lines: [{tau: .9, gate: .8}]}]\n", 4 + 8 + 8 + 4},
	};
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	make(90, 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world w = begin(home, cases[i].text, NULL);

		run(&w, 0, 3);
		if (eh_judge_monitors(w.judge, EH_POLICY_HOUSE) != cases[i].monitors)
			fail_msg("%s: %g monitors", cases[i].text, eh_judge_monitors(w.judge, EH_POLICY_HOUSE));
		assert_true(eh_judge_monitors(w.judge, EH_POLICY_FLOOR) == 0);
		world_end(&w);
	}
}

/* The looser gate of two families holds. */
static void the_looser_gate_holds(void **state)
{
	static const char text[] = "policy: p\nfamilies: [{name: a, attributes: [sex], lines: [{tau: .9, gate: .8}]},"
				   " {name: b, groups: {sex: [F]}, lines: [{tau: .9, gate: .88}]}]\n";
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, text, NULL);

	(void)state;
	make(90, 1);
	run(&w, 0, 3);
	const struct eh_judge_pair *f = pair_of(&w, WORLD_SEX, "F");
	assert_int_equal(f->standings, 4);
	assert_int_equal(at_tau(&w, f, EH_POLICY_HOUSE, 0, 0, 900000)->bar.gate_ppm, 880000);
	world_end(&w);
}

static uint64_t sum_of(int64_t from_us, int64_t to_us, int sex)
{
	uint64_t n = 0;

	for (int i = 0; i < N; i++)
		n += decisions[i].pane_us >= from_us && decisions[i].pane_us < to_us && decisions[i].label[WORLD_SEX] == sex;
	return n;
}

static void check_window(const struct world *w, int outcome, int days, int64_t end_us)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_judge_pair *f = pair_of(w, WORLD_SEX, "F");
	struct eh_judge_window in = eh_judge_in_window(w->source, f, outcome, EH_JUDGE_RAW, home);
	int64_t start_us = end_us - days * EH_DAY_US;

	assert_true(in.start_us == start_us);
	assert_int_equal(in.counts.prot.n, sum_of(start_us, end_us, 2));
	assert_int_equal(in.counts.ref.n, sum_of(start_us, end_us, 1));
}

/* Each family shows the window it asks for; one that comes later holds what it would have held all along. */
static void each_family_has_its_window(void **state)
{
	static const char two[] = "policy: two\nfamilies: [{name: a, outcomes: [favourable], window: 2d}, {name: b, outcomes: [adverse], window: 7d}]\n";
	static const char turned[] = "policy: turned\nfamilies: [{name: a, outcomes: [favourable], window: 7d}, {name: b, outcomes: [adverse], window: 3d}]\n";
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, two, NULL);

	(void)state;
	make(90, 1);
	for (int i = 0; i < N; i++) /* some are covered late */
		decisions[i].index += world_below(20) == 0 ? (int64_t)world_below(100) : 0;
	enact(&w, EH_POLICY_FLOOR, "policy: floor\nwindow: 12d\n", AT(20), -1 + 1);
	enact(&w, EH_POLICY_HOUSE, turned, AT(25), 1);
	enact(&w, EH_POLICY_HOUSE, "policy: none of ours\nwindow: 4d\nfamilies: [{name: a, attributes: [race]}]\n", AT(30), 2);
	for (int h = 0; h < 33 * 24; h++) {
		int64_t end_us = WORLD_T0 + (h + 1) * EH_HOUR_US;

		run(&w, h, h + 1);
		if (h < 300)
			continue;
		for (int i = 0; i < N; i++) /* only what is covered counts: look at it as if the rest were not there */
			decisions[i].label[WORLD_SEX] = (uint8_t)(decisions[i].label[WORLD_SEX] + (decisions[i].index > h ? 100 : 0));
		bool turn = h >= 25 * 24 - 1, gone = h >= 30 * 24 - 1;
		check_window(&w, EH_JUDGE_FAVOURABLE, gone ? 12 : turn ? 7 : 2, end_us);
		check_window(&w, EH_JUDGE_ADVERSE, gone ? 12 : turn ? 3 : 7, end_us);
		assert_int_equal(w.source->window_us, (gone ? 4 : 7) * EH_DAY_US);
		for (int i = 0; i < N; i++)
			decisions[i].label[WORLD_SEX] = (uint8_t)(decisions[i].label[WORLD_SEX] - (decisions[i].index > h ? 100 : 0));
	}
	world_end(&w);
}

/* The reference is protected too, against each group, where a version says so: told in one alert of its own. */
static void a_two_sided_policy_watches_the_reference(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, "policy: one\n", NULL);
	const struct eh_judge_alert *of_men = NULL;
	EH_BUF_AUTO key = {0};
	EH_BUF_AUTO line = {0};

	(void)state;
	make(90, 1);
	for (int i = 0; i < N; i++) /* men fall behind on day 20 */
		if (decisions[i].label[WORLD_SEX] == 1 && decisions[i].pane_us >= AT(20))
			decisions[i].favourable = world_uniform() < .3;
	enact(&w, EH_POLICY_HOUSE, "policy: both\ntwo_sided: yes\nfamilies: [{name: a, attributes: [sex, race]}]\n", AT(10), 1);
	run(&w, 0, 9 * 24);
	double one_sided = eh_judge_monitors(w.judge, EH_POLICY_HOUSE);
	run(&w, 9 * 24, 60 * 24);
	assert_true(one_sided == 32); /* age goes, and each of F, black and asian has its turn */
	assert_true(eh_judge_monitors(w.judge, EH_POLICY_HOUSE) == 2 * (8 + 16));
	for (const struct eh_judge_alert *a = eh_judge_alerts(w.judge); a != NULL; a = a->next)
		if (strcmp(eh_judge_group_name(w.source, a->pair), "M") == 0) {
			assert_null(of_men);
			of_men = a;
		}
	assert_non_null(of_men);
	assert_string_equal(eh_judge_reference_name(w.source, of_men->pair), "F");
	assert_true(llabs(of_men->onset_us - AT(20)) < EH_DAY_US);
	eh_judge_monitor_key(w.source, of_men->pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, &key);
	assert_string_equal(key.data, "risk/sex/M/favourable/raw@against=F");
	eh_judge_verdict_line(w.source, of_men->pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, &line);
	assert_non_null(strstr(line.data, "\"reference\":\"F\""));
	/* Black and asian against white are two axes, and what they find about white is one alert. */
	struct eh_judge_pair *white[2];
	int n = 0;
	for (uint32_t a = 0; a < w.source->axes; a++)
		for (uint32_t i = 0; i < w.source->attribute[a].pairs; i++)
			if (strcmp(eh_judge_group_name(w.source, w.source->attribute[a].pair[i]), "white") == 0) {
				assert_true(n < 2);
				white[n++] = w.source->attribute[a].pair[i];
			}
	assert_true(n == 2 && white[0]->book == white[1]->book);
	world_end(&w);
}

/* A label that was met live in a pane that is open still is no group yet: a replay has not met it. */
static void a_label_met_early_is_held_against_nobody(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home, "policy: both\ntwo_sided: yes\nfamilies: [{name: a, attributes: [sex]}]\n", NULL);

	(void)state;
	make(10, 1);
	(void)eh_cube_group(w.source->names, WORLD_SEX, world_text("early"));
	run(&w, 0, 5 * 24);
	assert_true(eh_judge_monitors(w.judge, EH_POLICY_HOUSE) == 2 * 8);
	world_end(&w);
}

struct told {
	char event[16], id[16], line[600], *evidence;
	enum eh_policy_layer layer;
};
static struct told told[100];
static size_t told_n;

static enum eh_rc keep(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct told *t = &told[told_n++];

	(void)ctx, (void)err;
	assert_true(told_n < 100 && strlen(e->line) < sizeof t->line);
	snprintf(t->event, sizeof t->event, "%s", e->event);
	snprintf(t->id, sizeof t->id, "%s", e->alert->id);
	snprintf(t->line, sizeof t->line, "%s", e->line);
	t->evidence = strdup(e->evidence);
	t->layer = e->layer;
	return EH_OK;
}

static void forget_told(void)
{
	while (told_n > 0)
		free(told[--told_n].evidence);
}

/* The house loosened its policy before the fall; the floor stands. */
static void the_floor_crosses_though_the_house_was_loosened(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink sink = {.alert = keep};
	struct world w = begin(home, "policy: strict\n", &sink);
	char floor[EH_SHA256_HEX];

	(void)state;
	make(35, .6);
	enact(&w, EH_POLICY_FLOOR, "policy: floor\nlines: [{tau: .8, gate: .8}]\n", AT(5), 1);
	enact(&w, EH_POLICY_HOUSE, "policy: loose\nlines: [{tau: .5, gate: .4}]\nbudget: {page: .001, review: .001}\n", AT(30), 2);
	run(&w, 0, 60 * 24);
	assert_true(told_n >= 1);
	assert_string_equal(told[0].event, "raised");
	eh_sha256_hex(&eh_judge_policy(w.source, EH_POLICY_FLOOR)->version, floor);
	for (size_t i = 0; i < told_n; i++) {
		assert_string_equal(told[i].id, told[0].id); /* one alert for the group, whoever asked */
		assert_int_equal(told[i].layer, EH_POLICY_FLOOR);
		assert_non_null(strstr(told[i].line, floor));
		assert_non_null(strstr(told[i].evidence, "\"layer\":\"floor\""));
		assert_null(strstr(told[i].evidence, "\"layer\":\"house\""));
		assert_non_null(strstr(told[i].evidence, "\"in_force\":{\"floor\":\""));
	}
	assert_null(eh_judge_alerts(w.judge)->next);
	EH_BUF_AUTO line = {0};
	eh_judge_verdict_line(w.source, pair_of(&w, WORLD_SEX, "F"), EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, &line);
	assert_non_null(strstr(line.data, "\"lines\":[{\"log10_e\":"));
	assert_non_null(strstr(line.data, ",{\"layer\":\"floor\",\"log10_e\":"));
	assert_non_null(strstr(line.data, "\"tau\":0.800000,\"verdict\":\"crossed\"}]"));
	assert_non_null(strstr(line.data, "\"verdict\":\"crossed\",\"window_start\""));
	assert_non_null(strstr(line.data, "\"floor_sha256\":\""));
	forget_told();
	world_end(&w);
}

/* A family is dropped while its alert is open: the alert stays, and its recovery is still watched. */
static void a_dropped_family_closes_no_alert(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink sink = {.alert = keep};
	struct world w = begin(home, "policy: all\n", &sink);

	(void)state;
	make(32, .5);
	for (int i = 0; i < N; i++) /* and it is over on day 40 */
		if (decisions[i].pane_us >= AT(40))
			decisions[i].favourable = world_uniform() < .6;
	enact(&w, EH_POLICY_HOUSE, "policy: less\nfamilies: [{name: race, attributes: [race]}]\n", AT(42), 1);
	run(&w, 0, 42 * 24);
	size_t before = told_n;
	assert_true(before >= 1 && strcmp(told[0].event, "raised") == 0);
	run(&w, 42 * 24, HOURS);
	const struct eh_judge_alert *a = eh_judge_alerts(w.judge);
	assert_true(a != NULL && a->next == NULL && a->pair == pair_of(&w, WORLD_SEX, "F"));
	assert_int_equal(a->pair->standings, 0);
	assert_null(eh_judge_standing_of(w.judge, a->pair, a->layer, a->outcome, a->kind, a->line));
	assert_int_equal(told_n, before + 1);
	assert_string_equal(told[before].event, "recovered");
	assert_non_null(strstr(told[before].evidence, "\"crossed\":[]"));
	eh_judge_close_alert(w.judge, a->id);
	assert_null(eh_judge_alerts(w.judge));
	forget_told();
	world_end(&w);
}

/* Approved while judge runs, or known from the start as when a store is folded again: the same digests, close by close,
 * and the same evidence to the bit. */
static void live_and_again_are_the_same_bytes(void **state)
{
	static const char two[] = "policy: two\nwindow: 6d\nlines: [{tau: .9, gate: .87}, {tau: .7, gate: .7}]\nbudget: {page: 5, review: 40}\n";
	static const char three[] = "policy: three\nfamilies: [{name: a, attributes: [sex], window: 3d}, {name: b, outcomes: [adverse]}]\n";
	static const char floor[] = "policy: floor\nwindow: 9d\nlines: [{tau: .85, gate: .8}]\n";
	static const int days = 50;
	EH_ARENA_AUTO home = eh_arena_new();
	struct world live = begin(home, "policy: one\n", NULL), again = begin(home, "policy: one\n", NULL);

	(void)state;
	make(33, .7);
	for (int i = 0; i < N; i++)
		decisions[i].index += world_below(30) == 0 ? (int64_t)world_below(50) : 0;
	enact(&again, EH_POLICY_HOUSE, two, AT(12), 200);
	enact(&again, EH_POLICY_FLOOR, floor, AT(15), 210);
	enact(&again, EH_POLICY_HOUSE, three, AT(36), 800);
	live.live = again.live = again.on_record = true;
	for (int h = 0; h < days * 24; h++) {
		if (h == 201)
			enact(&live, EH_POLICY_HOUSE, two, AT(12), 200);
		if (h == 211)
			enact(&live, EH_POLICY_FLOOR, floor, AT(15), 210);
		if (h == 801)
			enact(&live, EH_POLICY_HOUSE, three, AT(36), 800);
		run(&live, h, h + 1);
		run(&again, h, h + 1);
		assert_int_equal(live.judge->standings, again.judge->standings);
		for (size_t i = 0; i < live.judge->standings; i++) {
			const struct eh_judge_standing *a = &live.judge->standing[i], *b = &again.judge->standing[i];

			assert_true(log_m(a) == log_m(b) && a->log_years == b->log_years && a->bar.gate_ppm == b->bar.gate_ppm);
		}
		assert_true(eh_sha256_equal(&live.digest, &again.digest));
	}
	assert_non_null(eh_judge_alerts(again.judge));
	assert_true(live.source->spans > 0 && live.source->spans == again.source->spans);
	world_end(&live);
	world_end(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_goes_on_bit_for_bit),
		cmocka_unit_test(the_year_is_counted_anew),
		cmocka_unit_test(a_version_does_not_reach_back),
		cmocka_unit_test(families_select_the_monitors),
		cmocka_unit_test(the_looser_gate_holds),
		cmocka_unit_test(each_family_has_its_window),
		cmocka_unit_test(a_two_sided_policy_watches_the_reference),
		cmocka_unit_test(a_label_met_early_is_held_against_nobody),
		cmocka_unit_test(the_floor_crosses_though_the_house_was_loosened),
		cmocka_unit_test(a_dropped_family_closes_no_alert),
		cmocka_unit_test(live_and_again_are_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
