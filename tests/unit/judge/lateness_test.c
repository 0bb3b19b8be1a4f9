/*
 * lateness_test.c - lateness that hangs on the decision is found, lateness that does not is not.
 */
#include "judge/lateness.h"

#include <math.h>

#include "tests/unit/judge/world.h"

#define PANES 400

struct rows {
	struct world w;
	struct eh_cube *pane, *late, *taken;
	struct eh_judge_lateness *lateness;
};

static struct rows begin(struct eh_arena *home)
{
	struct eh_judge_sink none = {0};
	struct rows r = {.w = world_begin(world_policy(home, "policy: small\n"), world_map, &none)};

	r.pane = eh_cube_new(r.w.source->names);
	r.late = eh_cube_new(r.w.source->names);
	r.taken = eh_cube_new(r.w.source->names);
	r.lateness = eh_judge_lateness_new(r.w.source->names, WORLD_ATTRIBUTES, 8760);
	return r;
}

static void end(struct rows *r)
{
	eh_judge_lateness_free(r->lateness);
	eh_cube_free(r->pane);
	eh_cube_free(r->late);
	eh_cube_free(r->taken);
	world_end(&r->w);
}

/* One pane: 30 decisions, of which the favourable come late with one chance, the adverse with another. */
static void play(struct rows *r, size_t i, double favourable, double adverse)
{
	int64_t at = WORLD_T0 + (int64_t)i * EH_HOUR_US;

	eh_cube_clear(r->pane);
	eh_cube_clear(r->late);
	for (int n = 0; n < 30; n++) {
		struct world_decision d = world_random(at, 1);
		bool is_late = world_uniform() < (d.favourable ? favourable : adverse);

		world_add(r->w.source->names, is_late ? r->late : r->pane, &d);
	}
	eh_judge_lateness_pane(r->lateness, at, r->pane);
	eh_judge_lateness_late(r->lateness, at, r->late, r->taken);
	eh_judge_lateness_settle(r->lateness, at - EH_DAY_US + 1, at + EH_HOUR_US);
}

static size_t findings(const struct rows *r, size_t panes, struct eh_judge_late_finding *out, size_t room)
{
	return eh_judge_lateness_findings(r->lateness, WORLD_T0 + (int64_t)panes * EH_HOUR_US, out, room);
}

/* A tenth comes late, in some panes nearly all: the same for either decision. */
static void lateness_of_all_says_nothing(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_late_finding found[8];

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct rows r = begin(home);

		world_seed = seed;
		for (size_t i = 0; i < PANES; i++) {
			double share = world_below(10) == 0 ? .9 : .1;

			play(&r, i, share, share);
		}
		assert_int_equal(findings(&r, PANES, found, 8), 0);
		end(&r);
	}
}

static void lateness_of_one_decision_is_found(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_late_finding found[32], few[2];
	struct rows r = begin(home);

	(void)state;
	world_seed = 5;
	for (size_t i = 0; i < PANES; i++)
		play(&r, i, .02, .12);
	size_t n = findings(&r, PANES, found, 32);
	assert_true(n > 2);
	for (size_t i = 0; i < n; i++) {
		const struct eh_judge_late_finding *f = &found[i];

		assert_true(f->log_e > log(8760));
		assert_true((double)f->adverse.x / (double)f->adverse.n > 2 * (double)f->favourable.x / (double)f->favourable.n);
		assert_true(i == 0 || found[i - 1].attribute <= f->attribute);
	}
	assert_int_equal(findings(&r, PANES, few, 2), 2);
	assert_memory_equal(few, found, sizeof few);
	/* it is said for 30 days and no longer */
	assert_int_equal(findings(&r, PANES + 31 * 24, found, 32), 0);
	end(&r);
}

/* Outcomes that come amend a row by taking it off and putting it on; a decision that changed leaves its pane out. */
static void corrections_are_not_late(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_late_finding found[8];
	struct rows r = begin(home);
	struct world_decision yes = {.label = {1, 1, 1, 1, 1}, .favourable = true}, no = yes;

	(void)state;
	no.favourable = false;
	world_seed = 9;
	for (size_t i = 0; i < PANES; i++) {
		int64_t at = WORLD_T0 + (int64_t)i * EH_HOUR_US;

		play(&r, i, .05, .05);
		eh_cube_clear(r.late);
		eh_cube_clear(r.taken);
		for (int k = 0; k < 5; k++) { /* five are put the other way, or only amended */
			world_add(r.w.source->names, r.taken, &yes);
			world_add(r.w.source->names, r.late, i % 2 == 0 ? &no : &yes);
		}
		eh_judge_lateness_late(r.lateness, at, r.late, r.taken);
		eh_cube_clear(r.taken);
	}
	assert_int_equal(findings(&r, PANES, found, 8), 0);
	end(&r);
}

/* More of a decision was taken off than came: the pane is not compared, whatever its rows look like. */
static void a_pane_that_shows_a_correction_is_left_out(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_late_finding found[8];
	struct world_decision yes = {.label = {1, 1, 1, 1, 1}, .favourable = true}, no = yes;

	(void)state;
	no.favourable = false;
	for (int corrected = 0; corrected < 2; corrected++) {
		struct rows r = begin(home);

		for (size_t i = 0; i < PANES; i++) { /* each pane has ten of either decision; two that are adverse come late */
			int64_t at = WORLD_T0 + (int64_t)i * EH_HOUR_US;

			eh_cube_clear(r.pane);
			eh_cube_clear(r.late);
			eh_cube_clear(r.taken);
			for (int k = 0; k < 10; k++) {
				world_add(r.w.source->names, r.pane, &yes);
				world_add(r.w.source->names, k < 2 ? r.late : r.pane, &no);
			}
			eh_judge_lateness_pane(r.lateness, at, r.pane);
			eh_judge_lateness_late(r.lateness, at, r.late, r.taken);
			if (corrected) { /* one of them was favourable, as the next close shows */
				eh_cube_clear(r.late);
				world_add(r.w.source->names, r.taken, &yes);
				eh_judge_lateness_late(r.lateness, at, r.late, r.taken);
			}
			eh_judge_lateness_settle(r.lateness, at - EH_DAY_US + 1, at + EH_HOUR_US);
		}
		size_t n = findings(&r, PANES, found, 8);
		if (corrected)
			assert_int_equal(n, 0);
		else
			assert_true(n > 0);
		end(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lateness_of_all_says_nothing),
		cmocka_unit_test(lateness_of_one_decision_is_found),
		cmocka_unit_test(corrections_are_not_late),
		cmocka_unit_test(a_pane_that_shows_a_correction_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
