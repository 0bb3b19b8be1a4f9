/*
 * member_test.c - evidence on groups known by probabilities: a block's log e against payoffs of pairs one by one, whole
 * decisions that no rounding eats, alarms where there is something and none where there is not, and recovery.
 */
#include "judge/member.h"

#include <math.h>

#include "judge/inside.h"
#include "judge/proof.h"
#include "tests/unit/judge/world.h"

#define PER_HOUR 60
#define HOURS_MAX (24 * 90)

static const char map_text[] = "source: risk\n"
			       "table: public.risk\n"
			       "columns: {id: id, decided_at: at, decision: decision}\n"
			       "favourable: [yes]\n"
			       "protected:\n"
			       "  - {name: race, proxy: {black: p_b, other: p_o, white: p_w}, reference: white}\n";

enum { BLACK, OTHER, WHITE, LABELS };

struct person {
	uint32_t w[LABELS];
	uint8_t bucket;
	bool favourable;
};

static struct person draw(double black_rate, double white_rate)
{
	double u = world_uniform(), rate;
	struct person p = {.bucket = (uint8_t)world_below(EH_CUBE_BUCKETS)};

	if (u < .3) { /* probably black: is, 8 times in 10 */
		p.w[BLACK] = 800000;
		p.w[WHITE] = 150000;
	} else {
		p.w[BLACK] = 50000;
		p.w[WHITE] = 900000;
	}
	p.w[OTHER] = 1000000 - p.w[BLACK] - p.w[WHITE];
	bool black = world_uniform() < p.w[BLACK] / 1e6;
	rate = black ? black_rate : white_rate;
	p.favourable = world_uniform() < rate;
	return p;
}

struct world_of {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_cube *cube;
	struct eh_sha256 digest; /* over all closes */
	int raised, recovered, page;
	int64_t at_us;
};

static enum eh_rc keep(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct world_of *w = ctx;

	(void)err;
	w->raised += strcmp(e->event, "raised") == 0;
	w->recovered += strcmp(e->event, "recovered") == 0;
	return EH_OK;
}

static struct world_of begin(void)
{
	struct world_of w = {.home = eh_arena_new(), .at_us = WORLD_T0};

	w.judge = eh_judge_new(eh_policies_of(w.home, eh_policy_default(w.home)), &(struct eh_judge_sink){0});
	w.source = eh_judge_add_source(w.judge, 1, world_read_map(w.home, map_text));
	w.cube = eh_cube_new(w.source->names);
	return w;
}

static void end(struct world_of *w)
{
	eh_cube_free(w->cube);
	eh_judge_free(w->judge);
	eh_arena_free(w->home);
}

static void add(struct world_of *w, const struct person *p)
{
	struct eh_cube_row row = {.favourable = p->favourable, .bucket = p->bucket};

	row.weight[0] = p->w;
	row.stratum = eh_cube_tuple(w->source->names, EH_CUBE_STRATUM, NULL, 0);
	row.lineage = eh_cube_tuple(w->source->names, EH_CUBE_LINEAGE, NULL, 0);
	eh_cube_add(w->cube, &row);
}

static void play(struct world_of *w, int hours, double black_rate, double white_rate)
{
	struct eh_err err;

	eh_judge_set_sink(w->judge, &(struct eh_judge_sink){.ctx = w, .alert = keep});
	for (int h = 0; h < hours; h++, w->at_us += EH_HOUR_US) {
		struct eh_judge_close close = {.first_pane_us = w->at_us,
		                               .last_pane_us = w->at_us,
		                               .clock_us = w->at_us + EH_HOUR_US,
		                               .leaf_index = w->at_us / EH_HOUR_US,
		                               .pane = w->cube};
		struct eh_sha256 both[2] = {w->digest};

		eh_cube_clear(w->cube);
		for (int i = 0; i < PER_HOUR; i++) {
			struct person p = draw(black_rate, white_rate);

			add(w, &p);
		}
		expect_rc(EH_OK, eh_judge_fold(w->judge, w->source, &close, &both[1], &err), &err);
		w->digest = eh_sha256_of(both, sizeof both);
	}
}

/* The slow way: every pair of a bucket, its payoff as the definition has it. */
static double slow_payoff(const struct person *p, int n, uint32_t bucket, int outcome, bool exchanged, double tau)
{
	bool turned = (outcome == EH_JUDGE_ADVERSE) != exchanged;
	int prot = turned ? WHITE : BLACK, ref = turned ? BLACK : WHITE, pairs = 0;
	double sum = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++) {
			struct ehs_betting_row x = {p[i].w[prot], p[i].w[ref], p[i].favourable != (outcome == EH_JUDGE_ADVERSE)},
					       y = {p[j].w[prot], p[j].w[ref], p[j].favourable != (outcome == EH_JUDGE_ADVERSE)};

			if (p[i].bucket != bucket || p[j].bucket != bucket)
				continue;
			sum += ehs_betting_payoff(x, y, 1000000, tau);
			pairs++;
		}
	return pairs > 0 ? sum / pairs : NAN;
}

static void a_block_is_worth_the_payoffs_of_its_pairs(void **state)
{
	struct world_of w = begin();
	struct eh_judge_table table = {0};
	struct eh_judge_members *m = eh_judge_members_new();
	static struct person people[150];

	(void)state;
	world_seed = 5;
	for (int i = 0; i < 150; i++) {
		people[i] = draw(.5, .7);
		add(&w, &people[i]);
	}
	eh_judge_axis_fill(w.source->attribute[0].axis, &table, w.cube, NULL, NULL);
	assert_true(eh_judge_members_gather(m, &table, BLACK + 1, WHITE + 1, false));
	assert_true(eh_judge_members_are_full(m, false, 5));
	(void)eh_judge_members_push(m, 3, false);
	for (int variant = 0; variant < 4; variant++) {
		double tau = variant < 2 ? .9 : 1 / .85, log_e[EHS_ALTERNATIVES], want[EHS_ALTERNATIVES] = {0};
		struct ehs_betting fast, slow;

		eh_judge_members_begin(&fast, tau);
		slow = fast;
		eh_judge_members_bet(m, 3, variant % 2, variant >= 2, 1.5, &fast, log_e);
		for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++)
			ehs_betting_bet(&slow, slow_payoff(people, 150, b, variant % 2, variant >= 2, tau), want);
		for (int a = 0; a < EHS_ALTERNATIVES; a++)
			assert_true(fabs(log_e[a] - want[a] / 1.5) < 1e-4);
	}
	eh_judge_members_free(m);
	eh_judge_table_free(&table);
	end(&w);
}

/* A third of a decision an hour is a decision every three hours, not none. */
static void weights_are_carried_on_until_they_make_a_decision(void **state)
{
	struct eh_judge_members *m = eh_judge_members_new();
	struct eh_cube_members bucket[EH_CUBE_BUCKETS] = {{0}};
	struct eh_judge_table table = {.members = bucket};
	struct eh_judge_counts sum = {0};

	(void)state;
	bucket[2] = (struct eh_cube_members){.n = 2, .favourable = 1, .w = {333334, 0, 1666666}, .wy = {333334, 0, 666666}};
	for (uint32_t block = 0; block < 300; block++) {
		assert_true(eh_judge_members_gather(m, &table, BLACK + 1, WHITE + 1, false));
		struct eh_judge_counts c = eh_judge_members_push(m, block, false);
		assert_true(c.prot.favourable <= c.prot.n && c.ref.favourable <= c.ref.n);
		eh_judge_counts_add(&sum, &c);
	}
	assert_int_equal(sum.prot.n, 100);
	assert_int_equal(sum.prot.favourable, 100);
	assert_int_equal(sum.ref.n, 499);
	assert_in_range(sum.ref.favourable, 198, 200);
	eh_judge_members_free(m);
}

static void a_fall_is_found_and_its_end_is_marked(void **state)
{
	struct world_of w = begin();

	(void)state;
	world_seed = 8;
	play(&w, 24 * 20, .7, .7);
	assert_int_equal(w.raised, 0);
	play(&w, 24 * 14, .4, .7);
	assert_int_equal(w.raised, 1);
	const struct eh_judge_alert *a = eh_judge_alerts(w.judge);
	assert_string_equal(eh_judge_group_name(w.source, a->pair), "black");
	assert_string_equal(eh_judge_reference_name(w.source, a->pair), "white");
	assert_null(a->next);
	assert_int_equal(w.recovered, 0);
	play(&w, 24 * 40, .7, .7);
	assert_int_equal(w.recovered, 1);
	end(&w);
}

static void no_gap_gives_no_alert(void **state)
{
	struct world_of w = begin();

	(void)state;
	world_seed = 9;
	play(&w, 24 * 90, .6, .6);
	assert_int_equal(w.raised, 0);
	assert_true(w.source->attribute[0].pair[0]->blocks > 1000);
	end(&w);
}

static void the_same_decisions_give_the_same_lines(void **state)
{
	struct world_of a = begin(), b = begin();

	(void)state;
	world_seed = 12;
	play(&a, 24 * 16, .4, .7);
	world_seed = 12;
	play(&b, 24 * 16, .4, .7);
	assert_true(a.raised > 0);
	assert_memory_equal(&a.digest, &b.digest, sizeof a.digest);
	end(&a);
	end(&b);
}

/* What is shown is what stands in the window: with every close more, and no more than 30 days of it. */
static void the_window_moves_on(void **state)
{
	static const int hours[] = {1, 5, 24 * 29, 24 * 8};
	struct world_of w = begin();

	(void)state;
	world_seed = 13;
	for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
		play(&w, hours[i], .5, .7);
		struct eh_cube_members all = eh_cube_all_members(w.source->window, 0);
		const struct eh_judge_table *shown = &w.source->attribute[0].window;
		for (uint32_t g = 0; g < LABELS; g++) {
			assert_int_equal(shown->by_group[g + 1].n, (all.w[g] + 500000) / 1000000);
			assert_int_equal(shown->by_group[g + 1].favourable, (all.wy[g] + 500000) / 1000000);
		}
		assert_int_equal(shown->by_group[0].n, 0);
	}
	end(&w);
}

/* What is reckoned from decisions of a group is not claimed of sums of weights. */
static void limits_of_decisions_are_not_claimed(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world_of w = begin();

	(void)state;
	world_seed = 14;
	play(&w, 24 * 40, .7, .7);
	const struct eh_judge_pair *pair = w.source->attribute[0].pair[0];
	struct eh_judge_window window = eh_judge_in_window(w.source, pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, home);
	EH_JSON_AUTO limits = eh_judge_confidence(w.source, pair, EH_JUDGE_FAVOURABLE);
	EH_JSON_AUTO proof = eh_judge_proof(w.source, pair, &window, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW);
	assert_true(json_is_null(limits) && json_is_null(proof));
	end(&w);
}

/* What was taken off late is taken off what came late only; more than came is nothing. */
static void taken_buckets_fall_to_nothing_at_most(void **state)
{
	struct world_of w = begin();
	struct eh_cube *taken = eh_cube_new(w.source->names), *came = w.cube;
	struct eh_judge_table table = {0};

	(void)state;
	world_seed = 4;
	for (int i = 0; i < 40; i++) {
		struct person p = draw(.5, .5);

		p.bucket = (uint8_t)(i % 2);
		add(&w, &p);
		if (i % 2 == 0 || i > 30) {
			w.cube = taken;
			add(&w, &p);
			w.cube = came;
		}
	}
	for (int i = 0; i < 30; i++) { /* more of bucket 1 than ever came */
		struct person p = draw(.5, .5);

		p.bucket = 1;
		w.cube = taken;
		add(&w, &p);
		w.cube = came;
	}
	eh_judge_axis_fill(w.source->attribute[0].axis, &table, came, taken, NULL);
	assert_int_equal(table.members[0].n, 0);
	assert_int_equal(table.members[1].n, 0);
	assert_int_equal(table.by_group[BLACK + 1].n, 0);
	eh_judge_table_free(&table);
	eh_cube_free(taken);
	end(&w);
}

/* An adverse decision that was on time becomes a favourable one: the old row is in no late bucket, the new one is. */
static void a_correction_leaves_no_sums_of_nobody(void **state)
{
	struct world_of w = begin();
	struct eh_cube *taken = eh_cube_new(w.source->names), *came = w.cube;
	struct eh_judge_table table = {0};
	struct person old = {.w = {500000, 0, 500000}, .bucket = 2}, now = old, other = {.w = {100000, 0, 900000}, .bucket = 2};

	(void)state;
	now.favourable = true;
	add(&w, &now);
	add(&w, &other);
	w.cube = taken;
	add(&w, &old);
	w.cube = came;
	eh_judge_axis_fill(w.source->attribute[0].axis, &table, came, taken, NULL);
	for (uint32_t g = 0; g < LABELS; g++)
		assert_true(table.members[2].wy[g] <= table.members[2].w[g]);
	eh_judge_table_free(&table);
	eh_cube_free(taken);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_is_worth_the_payoffs_of_its_pairs),
		cmocka_unit_test(weights_are_carried_on_until_they_make_a_decision),
		cmocka_unit_test(a_fall_is_found_and_its_end_is_marked),
		cmocka_unit_test(no_gap_gives_no_alert),
		cmocka_unit_test(the_same_decisions_give_the_same_lines),
		cmocka_unit_test(the_window_moves_on),
		cmocka_unit_test(limits_of_decisions_are_not_claimed),
		cmocka_unit_test(taken_buckets_fall_to_nothing_at_most),
		cmocka_unit_test(a_correction_leaves_no_sums_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
