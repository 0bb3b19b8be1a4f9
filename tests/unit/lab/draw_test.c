/*
 * draw_test.c - drawn pasts keep what they must keep, and leave to chance what they must.
 */
#include "lab/draw.h"

#include <math.h>

#include "tests/unit/lab/past.h"

static struct past *make_past(int days)
{
	static struct eh_arena *home; /* the policy outlives the past */
	struct past *past;

	home = home != NULL ? home : eh_arena_new();
	past = past_new(world_policy(home, "policy: a\n"), world_map);
	world_seed = 21;
	for (int h = 0; h < 24 * days; h++)
		past_pane(past, WORLD_T0 + h * EH_HOUR_US, (int)world_below(60), .5);
	return past;
}

struct margin {
	uint64_t n, favourable;
};

/* Sums of a row of a table: of the pane as it was (cells), of the drawn one (table). */
static void check_row(const struct eh_lab_attribute *at, const struct eh_lab_pane *pane, uint32_t stratum,
                      const struct eh_cube_count *row, uint32_t groups)
{
	struct margin was = {0}, is = {0};

	for (uint32_t g = 0; g < groups; g++) {
		uint64_t n = 0;

		for (size_t c = pane->first; c < pane->first + pane->n; c++)
			if (at->cell[c].stratum == stratum && at->cell[c].group == g)
				n += at->cell[c].n;
		assert_int_equal(row[g].n, n); /* the sizes of the groups */
		assert_true(row[g].favourable <= row[g].n);
		is.favourable += row[g].favourable;
		is.n += row[g].n;
	}
	for (size_t c = pane->first; c < pane->first + pane->n; c++)
		if (at->cell[c].stratum == stratum) {
			was.n += at->cell[c].n;
			was.favourable += at->cell[c].favourable;
		}
	assert_int_equal(is.n, was.n);
	assert_int_equal(is.favourable, was.favourable); /* and what was decided */
}

static void exchanged_labels_keep_both_margins(void **state)
{
	struct past *past = make_past(3);
	const struct eh_lab_source *s = past->history->sources;
	gsl_rng *rng = eh_lab_stream(5, "test", 0, 0, 0);
	struct eh_judge_table table = {0};
	uint32_t moved = 0;

	(void)state;
	assert_int_equal(s->attributes, WORLD_ATTRIBUTES);
	for (int round = 0; round < 20; round++)
		for (uint32_t a = 0; a < s->attributes; a++)
			for (uint32_t p = 0; p < s->attribute[a].panes; p++) {
				const struct eh_lab_attribute *at = &s->attribute[a];
				struct eh_lab_step step = {p, at->pane[p].start_us, at->pane[p].end_us};

				eh_lab_draw_pane(rng, at, &step, NULL, &table);
				check_row(at, &at->pane[p], EH_LAB_WHOLE, table.by_group, table.groups);
				for (uint32_t st = 0; st < table.strata; st++)
					check_row(at, &at->pane[p], st, table.by_stratum + (size_t)st * table.groups, table.groups);
				for (size_t c = at->pane[p].first; c < at->pane[p].first + at->pane[p].n; c++)
					moved += at->cell[c].stratum == EH_LAB_WHOLE &&
					         table.by_group[at->cell[c].group].favourable != at->cell[c].favourable;
			}
	assert_true(moved > 1000);
	eh_judge_table_free(&table);
	gsl_rng_free(rng);
	past_free(past);
}

/* Mean n F / N and variance n F (N - F) (N - n) / (N^2 (N - 1)) for every group, whatever its place in the list. */
static void exchanged_labels_are_hypergeometric(void **state)
{
	static const uint32_t n[4] = {30, 7, 100, 13};
	double mean[4] = {0}, square[4] = {0};
	gsl_rng *rng = eh_lab_stream(6, "test", 0, 0, 0);
	int rounds = 20000;

	(void)state;
	for (int r = 0; r < rounds; r++) {
		uint32_t x[4];

		eh_lab_exchange(rng, n, 4, 60, x);
		for (int i = 0; i < 4; i++) {
			mean[i] += x[i] / (double)rounds;
			square[i] += (double)x[i] * x[i] / rounds;
		}
	}
	for (int i = 0; i < 4; i++) {
		double want = n[i] * 60 / 150.0, variance = want * (90 / 150.0) * (150 - n[i]) / 149.0;

		assert_true(fabs(mean[i] - want) < 5 * sqrt(variance / rounds));
		assert_true(fabs((square[i] - mean[i] * mean[i]) / variance - 1) < .06);
	}
	for (int i = 0; i < 200; i++) { /* edges: all, none, one group */
		uint32_t x[4];

		eh_lab_exchange(rng, n, 4, 150, x);
		assert_memory_equal(x, n, sizeof n);
		eh_lab_exchange(rng, n, 4, 0, x);
		assert_int_equal(x[0] + x[1] + x[2] + x[3], 0);
		eh_lab_exchange(rng, n, 1, 11, x);
		assert_int_equal(x[0], 11);
	}
	gsl_rng_free(rng);
}

static void weeks_are_whole_and_in_their_places(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct past *past = make_past(23); /* three weeks and two days */
	const struct eh_lab_source *s = past->history->sources;
	gsl_rng *rng = eh_lab_stream(7, "test", 0, 0, 0);
	size_t n, met[4] = {0};
	const struct eh_lab_step *step = eh_lab_draw_weeks(rng, s, 365 * EH_DAY_US, home, &n);
	const struct eh_lab_attribute *at = &s->attribute[0];
	int64_t begin_us = at->pane[0].start_us;

	(void)state;
	assert_true(n > 50 * 100);
	for (size_t i = 0; i < n; i++) {
		int64_t moved_us = step[i].start_us - at->pane[step[i].pane].start_us;

		assert_true(moved_us % (7 * EH_DAY_US) == 0);
		assert_int_equal(step[i].end_us - step[i].start_us, EH_HOUR_US);
		assert_true(i == 0 || step[i].start_us > step[i - 1].start_us);
		met[(at->pane[step[i].pane].start_us - begin_us) / (7 * EH_DAY_US)]++;
	}
	assert_true(met[0] > 0 && met[1] > 0 && met[2] > 0);
	assert_int_equal(met[3], 0); /* the two days are no week */
	assert_true(step[n - 1].end_us <= begin_us + 365 * EH_DAY_US);
	gsl_rng_free(rng);
	past_free(past);
}

static void a_plant_thins_its_group_alone_and_from_its_start(void **state)
{
	struct past *past = make_past(20);
	const struct eh_lab_attribute *at = &past->history->sources->attribute[1];
	struct eh_lab_plant plant = {.group = at->reference == 1 ? 2 : 1, .ratio = .7, .from_us = WORLD_T0 + 5 * EH_DAY_US};
	gsl_rng *rng = eh_lab_stream(8, "test", 0, 0, 0);
	struct eh_judge_table table = {0};
	double kept = 0, had = 0;

	(void)state;
	for (uint32_t p = 0; p < at->panes; p++) {
		struct eh_lab_step step = {p, at->pane[p].start_us, at->pane[p].end_us};
		uint64_t was = 0, others = 0, others_now = 0;

		/* without labels exchanged: those of the others stay as they were */
		eh_lab_draw_pane(NULL, at, &step, NULL, &table);
		was = table.by_group[plant.group].favourable;
		for (uint32_t g = 0; g < table.groups; g++)
			others += g != plant.group ? table.by_group[g].favourable : 0;
		for (size_t c = at->pane[p].first; c < at->pane[p].first + at->pane[p].n; c++)
			others_now += at->cell[c].stratum == EH_LAB_WHOLE && at->cell[c].group != plant.group ? at->cell[c].favourable : 0;
		assert_int_equal(others, others_now);
		eh_lab_draw_pane(rng, at, &step, &plant, &table);
		if (step.start_us >= plant.from_us) {
			had += (double)was;
			kept += (double)table.by_group[plant.group].favourable;
		}
	}
	assert_true(had > 1000 && fabs(kept / had - .7) < .05);
	eh_judge_table_free(&table);
	gsl_rng_free(rng);
	past_free(past);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchanged_labels_keep_both_margins),
		cmocka_unit_test(exchanged_labels_are_hypergeometric),
		cmocka_unit_test(weeks_are_whole_and_in_their_places),
		cmocka_unit_test(a_plant_thins_its_group_alone_and_from_its_start),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
