/*
 * axes_test.c - two attributes jointly, one level of a stratum, a cut of the score: what a family asks for is watched, what
 * it finds folds into the alert of the group, and the same closes give the same lines.
 */
#include <math.h>

#include "judge/inside.h"
#include "tests/unit/judge/world.h"

#define PER_HOUR 60
#define DAYS 32
#define HOURS (24 * DAYS)

static const char map_text[] = "source: risk\n"
			       "table: public.risk\n"
			       "columns: {id: id, decided_at: at, decision: decision, score: score}\n"
			       "score: {higher_is: adverse, scale: 2}\n"
			       "favourable: [yes]\n"
			       "protected:\n"
			       "  - {name: sex, column: sex, reference: M}\n"
			       "  - {name: race, column: race, reference: white}\n"
			       "strata: [{name: tier, column: tier}]\n"
			       "audit: {sex: {strata: []}, race: {strata: []}}\n";

static const char policy_text[] = "policy: axes\n"
				  "families:\n"
				  "  - {name: all}\n"
				  "  - {name: joint, intersections: [[sex, race]]}\n"
				  "  - {name: tiers, attributes: [sex], segments: [tier], conditional: no}\n"
				  "  - {name: scores, attributes: [sex], outcomes: [{score: {above: 0.5}}], conditional: no}\n";

/* Rates of a decision by who it is about. */
struct rates {
	double joint, gold, score; /* of the rate of others: black women; women of tier gold; how often a woman scores .5 or more */
};

struct played {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_cube *cube;
	struct eh_sha256 digest[HOURS];
	int raised;
	char attribute[32], group[32], key[128];
	unsigned alerts;
};

static enum eh_rc keep(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct played *p = ctx;
	EH_BUF_AUTO key = {0};

	(void)err;
	if (strcmp(e->event, "raised") != 0)
		return EH_OK;
	p->raised++;
	eh_judge_monitor_key(e->alert->source, e->alert->pair, e->alert->outcome, e->alert->kind, &key);
	snprintf(p->attribute, sizeof p->attribute, "%s", eh_judge_attribute_name(e->alert->source, e->alert->pair));
	snprintf(p->group, sizeof p->group, "%s", eh_judge_group_name(e->alert->source, e->alert->pair));
	snprintf(p->key, sizeof p->key, "%s", key.data);
	return EH_OK;
}

static void decide(struct played *p, const struct rates *r)
{
	bool woman = world_below(2), black = world_below(3) == 0, gold = world_below(2);
	const char *sex = woman ? "F" : "M", *race = black ? "black" : "white", *tier = gold ? "gold" : "basic";
	struct eh_text stratum = world_text(tier);
	double rate = .6;
	struct eh_cube_row row = {.has_score = true};

	rate *= woman && black ? r->joint : 1;
	rate *= woman && gold ? r->gold : 1;
	row.favourable = world_uniform() < rate;
	row.score_q = world_uniform() < .2 * (woman ? r->score : 1) ? 60 : 10;
	row.group[0] = eh_cube_group(p->source->names, 0, world_text(sex));
	row.group[1] = eh_cube_group(p->source->names, 1, world_text(race));
	row.stratum = eh_cube_tuple(p->source->names, EH_CUBE_STRATUM, &stratum, 1);
	row.lineage = eh_cube_tuple(p->source->names, EH_CUBE_LINEAGE, NULL, 0);
	eh_cube_add(p->cube, &row);
}

/* Nothing expires in the source's window: these are closes of its first days. */
static struct played *play(const char *policy, const struct rates *r)
{
	struct played *p = eh_xmalloc(sizeof *p);
	struct eh_err err;

	*p = (struct played){.home = eh_arena_new()};
	p->judge = eh_judge_new(eh_policies_of(p->home, world_policy(p->home, policy)), &(struct eh_judge_sink){.ctx = p, .alert = keep});
	p->source = eh_judge_add_source(p->judge, 1, world_read_map(p->home, map_text));
	p->cube = eh_cube_new(p->source->names);
	world_seed = 77;
	for (int h = 0; h < HOURS; h++) {
		struct eh_judge_close close = {.first_pane_us = WORLD_T0 + h * EH_HOUR_US,
		                               .last_pane_us = WORLD_T0 + h * EH_HOUR_US,
		                               .clock_us = WORLD_T0 + (h + 1) * EH_HOUR_US,
		                               .leaf_index = h,
		                               .pane = p->cube};

		eh_cube_clear(p->cube);
		for (int i = 0; i < PER_HOUR; i++)
			decide(p, r);
		expect_rc(EH_OK, eh_judge_fold(p->judge, p->source, &close, &p->digest[h], &err), &err);
	}
	for (const struct eh_judge_alert *a = eh_judge_alerts(p->judge); a != NULL; a = a->next)
		p->alerts++;
	return p;
}

static void end(struct played *p)
{
	eh_cube_free(p->cube);
	eh_judge_free(p->judge);
	eh_arena_free(p->home);
	free(p);
}

static void who_is_both_has_an_alert_of_their_own(void **state)
{
	struct played *p = play("policy: joint\nfamilies: [{name: joint, attributes: [], intersections: [[sex, race]]}]\n",
	                        &(struct rates){.7, 1, 1});

	(void)state;
	assert_int_equal(p->raised, 1);
	assert_string_equal(p->attribute, "race+sex");
	assert_string_equal(p->group, "black+F");
	assert_string_equal(p->key, "risk/race+sex/black+F/adverse/raw");
	end(p);
}

/* K: of one attribute 2 outcomes x 2 lines a group; of the pairs of labels 3; of each tier women; of the score 2 lines. */
static void a_gap_in_one_tier_folds_into_the_alert_of_the_group(void **state)
{
	struct played *p = play(policy_text, &(struct rates){1, .75, 1});
	const struct eh_judge_alert *alert = eh_judge_alerts(p->judge);
	bool of_tier = false, of_book = false;

	(void)state;
	assert_true(eh_judge_monitors(p->judge, EH_POLICY_HOUSE) == 4 + 4 + 3 * 4 + 2 * 4 + 2);
	while (alert != NULL && strcmp(eh_judge_attribute_name(alert->source, alert->pair), "sex") != 0)
		alert = alert->next;
	assert_non_null(alert);
	assert_string_equal(eh_judge_group_name(alert->source, alert->pair), "F");
	for (uint32_t i = 0; i < alert->folded_n; i++) {
		const char *part = eh_judge_part_name(alert->source, alert->folded[i].pair);

		assert_ptr_equal(alert->folded[i].pair->book, alert->pair->book);
		of_tier |= part != NULL && strcmp(part, "tier=gold") == 0;
		of_book |= part == NULL;
		assert_true(part == NULL || strcmp(part, "tier=basic") != 0);
	}
	assert_true(of_tier && of_book);
	end(p);
}

static void a_cut_of_the_score_is_watched_where_it_is_adverse(void **state)
{
	struct played *p = play(policy_text, &(struct rates){1, 1, 1.8});

	(void)state;
	assert_int_equal(p->raised, 1);
	assert_string_equal(p->key, "risk/sex/F/adverse/raw@score>=0.5");
	end(p);
}

static void nothing_is_found_where_there_is_nothing(void **state)
{
	struct played *p = play(policy_text, &(struct rates){1, 1, 1});

	(void)state;
	assert_int_equal(p->raised, 0);
	end(p);
}

static void the_same_closes_give_the_same_lines(void **state)
{
	struct played *a = play(policy_text, &(struct rates){.8, .8, 1.5}), *b = play(policy_text, &(struct rates){.8, .8, 1.5});

	(void)state;
	assert_true(a->raised > 0);
	assert_memory_equal(a->digest, b->digest, sizeof a->digest);
	end(a);
	end(b);
}

/* What people close ends for the group as a whole: the evidence of its parts restarts as well. */
static void closing_restarts_the_parts_too(void **state)
{
	struct played *p = play(policy_text, &(struct rates){1, .75, 1});
	const struct eh_judge_pair *book = NULL;

	(void)state;
	for (const struct eh_judge_alert *a = eh_judge_alerts(p->judge); a != NULL; a = a->next)
		if (strcmp(eh_judge_attribute_name(a->source, a->pair), "sex") == 0) {
			book = a->pair->book;
			eh_judge_close_alert(p->judge, a->id);
			break;
		}
	assert_non_null(book);
	assert_true(book->parts == 4); /* itself, two tiers, the score */
	for (uint32_t i = 0; i < book->parts; i++)
		assert_true(isinf(eh_judge_log_m(book->part[i], EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, 0)));
	end(p);
}

/* A level that is known before its first decision closes - as the open pane is looked at live - changes no line. */
static void axes_stand_in_one_order(void **state)
{
	struct played *p = play(policy_text, &(struct rates){1, 1, 1});

	(void)state;
	assert_int_equal(p->source->axes, 2 + 1 + 1 + 2);
	for (uint32_t a = 1; a < p->source->axes; a++)
		assert_true(eh_judge_axis_compare(eh_judge_axis_is(p->source->attribute[a - 1].axis),
		                                  eh_judge_axis_is(p->source->attribute[a].axis)) < 0);
	for (uint32_t a = 0; a < p->source->axes; a++)
		for (uint32_t i = 0; i < p->source->attribute[a].pairs; i++)
			assert_int_equal(p->source->attribute[a].pair[i]->attribute, a);
	end(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_both_has_an_alert_of_their_own),
		cmocka_unit_test(a_gap_in_one_tier_folds_into_the_alert_of_the_group),
		cmocka_unit_test(a_cut_of_the_score_is_watched_where_it_is_adverse),
		cmocka_unit_test(nothing_is_found_where_there_is_nothing),
		cmocka_unit_test(the_same_closes_give_the_same_lines),
		cmocka_unit_test(closing_restarts_the_parts_too),
		cmocka_unit_test(axes_stand_in_one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
