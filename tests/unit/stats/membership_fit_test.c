/*
 * membership_fit_test.c - regression and maximum likelihood on probabilities, and what the bracket is worth.
 *
 * Against R's least squares and Newton on a small design, against a grid, and in worlds
 * with a known gap: the weighted estimate understates it, the regression overstates it
 * where a neighbourhood counts too, and each standard error is what a repetition shows.
 */
#include <stdlib.h>
#include <string.h>

#include "stats/membership.h"
#include "tests/unit/stats/near.h"

#define UNIT UINT32_C(1000000)
#define DESIGN 40
#define PEOPLE 2000
#define WORLDS 200

static void draw_design(struct ehs_membership_cell *rows)
{
	for (uint32_t i = 0; i < DESIGN; i++) {
		uint32_t w2 = i * 37 % 41 * 10000, w3 = i * 23 % 29 * 15000;

		rows[i] = (struct ehs_membership_cell){.w = {UNIT - w2 - w3, w2, w3}, .n = 1, .x = i * 17 % 11 < 6};
	}
}

/* R 4.2.2: solve(crossprod(X), crossprod(X, y)) and White's sandwich by hand. */
static void regression_is_that_of_r(void **state)
{
	static const double rate[] = {0.58432726529873935, 0.52725067268322034, 0.47801846433717643};
	static const double cov[3][3] = {{0.038750557897064372, -0.044660853872270007, -0.03410162283425669},
	                                 {-0.044660853872269965, 0.31521406151408321, -0.15080294126371052},
	                                 {-0.034101622834256662, -0.15080294126371085, 0.26649023712688158}};
	struct ehs_membership_cell rows[DESIGN];
	struct ehs_membership_cells cells = {rows, DESIGN, 3, UNIT};

	(void)state;
	draw_design(rows);
	for (int ref = 0; ref < 3; ref++) { /* the vectors sum to 1, so it does not matter which is left out */
		struct ehs_membership_rates r = ehs_membership_regression(&cells, ref, false);
		struct ehs_membership_rates hc1 = ehs_membership_regression(&cells, ref, true);

		assert_int_equal(r.whole, EHS_OK);
		for (int g = 0; g < 3; g++) {
			assert_true(near(r.rate[g], rate[g], 1e-12));
			for (int h = 0; h < 3; h++) {
				assert_true(near(r.cov[g][h], cov[g][h], 1e-11));
				assert_true(near(hc1.cov[g][h], cov[g][h] * DESIGN / (DESIGN - 3), 1e-11));
			}
		}
	}
}

/* R 4.2.2: Newton's method on the same likelihood. */
static void the_likelihood_is_that_of_r(void **state)
{
	static const double theta[] = {0.58363955485031382, 0.5281992715934728, 0.47874747835010473};
	static const double variance[] = {0.037738200547338119, 0.34114700537062226, 0.27872879281947743};
	struct ehs_membership_cell rows[DESIGN];
	struct ehs_membership_cells cells = {rows, DESIGN, 3, UNIT};

	(void)state;
	draw_design(rows);
	struct ehs_membership_rates r = ehs_membership_em(&cells);
	assert_int_equal(r.whole, EHS_OK);
	for (int g = 0; g < 3; g++) {
		assert_true(near(r.rate[g], theta[g], 1e-11));
		assert_true(near(r.cov[g][g], variance[g], 1e-9));
	}
	assert_true(near(r.cov[1][2], -0.17096143315633125, 1e-9));
	assert_true(r.iterations < 20);
}

/* Two groups: the slope is Cov(b, y)/Var(b). */
static void two_groups_are_a_line(void **state)
{
	struct ehs_membership_cell rows[60];
	struct ehs_membership_cells cells = {rows, 60, 2, UNIT};
	double b = 0, y = 0, bb = 0, by = 0;

	(void)state;
	seed = 4;
	for (size_t i = 0; i < 60; i++) {
		uint32_t w = (uint32_t)(uniform() * UNIT);

		rows[i] = (struct ehs_membership_cell){.w = {UNIT - w, w}, .n = 1, .x = uniform() < .5};
		double p = (double)w / UNIT;
		b += p / 60;
		y += (double)rows[i].x / 60;
		bb += p * p / 60;
		by += p * (double)rows[i].x / 60;
	}
	struct ehs_membership_rates r = ehs_membership_regression(&cells, 0, false);
	struct ehs_result d = ehs_membership_difference(&r, 1, 0, .95);
	assert_true(near(d.est, (by - b * y) / (bb - b * b), 1e-11));
}

/* Rows joined into cells are the same people. */
static void cells_are_rows_joined(void **state)
{
	struct ehs_membership_cell rows[90], joined[3];
	uint32_t w[3][2] = {{900000, 100000}, {500000, 500000}, {200000, 800000}};

	(void)state;
	seed = 5;
	for (size_t c = 0; c < 3; c++)
		joined[c] = (struct ehs_membership_cell){.w = {w[c][0], w[c][1]}};
	for (size_t i = 0; i < 90; i++) {
		rows[i] = (struct ehs_membership_cell){.w = {w[i % 3][0], w[i % 3][1]}, .n = 1, .x = uniform() < .4};
		joined[i % 3].n++;
		joined[i % 3].x += rows[i].x;
	}
	struct ehs_membership_cells many = {rows, 90, 2, UNIT}, few = {joined, 3, 2, UNIT};
	struct ehs_membership_rates a[] = {ehs_membership_regression(&many, 0, false), ehs_membership_em(&many)};
	struct ehs_membership_rates b[] = {ehs_membership_regression(&few, 0, false), ehs_membership_em(&few)};
	for (int m = 0; m < 2; m++)
		for (int g = 0; g < 2; g++) {
			assert_true(near(a[m].rate[g], b[m].rate[g], 1e-11));
			assert_true(near(a[m].cov[g][g], b[m].cov[g][g], 1e-10));
		}
}

/* A hundred million times the same people: the same rates, and errors that are as much smaller. */
static void four_billion_rows_are_no_harder(void **state)
{
	struct ehs_membership_cell rows[DESIGN], many[DESIGN];
	struct ehs_membership_cells few = {rows, DESIGN, 3, UNIT}, crowd = {many, DESIGN, 3, UNIT};
	const uint64_t times = 100000000;

	(void)state;
	draw_design(rows);
	for (size_t i = 0; i < DESIGN; i++) {
		many[i] = rows[i];
		many[i].n *= times;
		many[i].x *= times;
	}
	struct ehs_membership_rates a[] = {ehs_membership_regression(&few, 0, false), ehs_membership_em(&few)};
	struct ehs_membership_rates b[] = {ehs_membership_regression(&crowd, 0, false), ehs_membership_em(&crowd)};
	for (int m = 0; m < 2; m++)
		for (int g = 0; g < 3; g++) {
			assert_int_equal(b[m].whole, EHS_OK);
			assert_true(near(a[m].rate[g], b[m].rate[g], 1e-11));
			assert_true(near(a[m].cov[g][g], b[m].cov[g][g] * (double)times, 1e-9));
		}
}

/* Labels that are sure: all three estimators are the two proportions. */
static void sure_labels_give_proportions(void **state)
{
	struct ehs_membership_cell rows[] = {{.w = {UNIT, 0}, .n = 300, .x = 200}, {.w = {0, UNIT}, .n = 200, .x = 90}};
	struct ehs_membership_cells cells = {rows, 2, 2, UNIT};
	struct ehs_membership_sums s;

	(void)state;
	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(ehs_membership_add(&s, rows[i].w, rows[i].n, rows[i].x), EHS_OK);
	struct ehs_membership_rates r[] = {ehs_membership_weighted(&s), ehs_membership_regression(&cells, 0, false),
	                                   ehs_membership_em(&cells)};
	for (int m = 0; m < 3; m++) {
		assert_true(near(r[m].rate[0], 2. / 3, 1e-12) && near(r[m].rate[1], .45, 1e-12));
		assert_true(near(r[m].cov[0][0], 2. / 9 / 300, 1e-10) && near(r[m].cov[1][1], .45 * .55 / 200, 1e-10));
		assert_true(fabs(r[m].cov[0][1]) < 1e-15);
	}
}

static double loglik(const struct ehs_membership_cells *cells, double a, double b)
{
	double sum = 0;

	for (size_t i = 0; i < cells->n_cells; i++) {
		const struct ehs_membership_cell *c = &cells->cell[i];
		double p = (double)c->w[1] / ((double)c->w[0] + (double)c->w[1]), m = a * (1 - p) + b * p;

		sum += (c->x > 0 ? (double)c->x * log(m) : 0) + (c->n > c->x ? (double)(c->n - c->x) * log1p(-m) : 0);
	}
	return sum;
}

/* Small random designs, many with their maximum at 0 or 1: no point of a grid is better. */
static void nothing_on_a_grid_is_likelier(void **state)
{
	int edges = 0;

	(void)state;
	seed = 6;
	for (int round = 0; round < 300; round++) {
		struct ehs_membership_cell rows[12];
		struct ehs_membership_cells cells = {rows, 12, 2, UNIT};

		for (size_t i = 0; i < 12; i++) {
			uint32_t w = (uint32_t)(uniform() * UNIT);
			bool y = uniform() < (double)w / UNIT;

			rows[i] = (struct ehs_membership_cell){.w = {UNIT - w, w}, .n = 1, .x = y};
		}
		struct ehs_membership_rates r = ehs_membership_em(&cells);
		assert_int_equal(r.whole, EHS_OK);
		double best = loglik(&cells, r.rate[0], r.rate[1]);
		for (int i = 0; i <= 50; i++)
			for (int j = 0; j <= 50; j++)
				assert_true(!(loglik(&cells, i / 50., j / 50.) > best + 1e-10));
		for (int g = 0; g < 2; g++) {
			bool edge = r.rate[g] <= 0 || r.rate[g] >= 1;

			assert_int_equal(r.status[g], edge ? EHS_DEGENERATE : EHS_OK);
			assert_true(edge == (bool)isnan(r.cov[g][g]));
			edges += edge;
		}
	}
	print_message("maxima at 0 or 1: %d of 600 rates\n", edges);
	assert_true(edges > 50);
}

static void what_cannot_be_told_apart_is_said(void **state)
{
	struct ehs_membership_cell same[] = {{.w = {700000, 300000}, .n = 50, .x = 20},
	                                     {.w = {700000, 300000}, .n = 50, .x = 30}};
	struct ehs_membership_cell three[] = {{.w = {600000, 200000, 200000}, .n = 50, .x = 20},
	                                      {.w = {200000, 400000, 400000}, .n = 50, .x = 30},
	                                      {.w = {400000, 300000, 300000}, .n = 50, .x = 25}};
	struct ehs_membership_cell never[] = {{.w = {UNIT, 0, 0}, .n = 50, .x = 20},
	                                      {.w = {UNIT / 2, UNIT / 2, 0}, .n = 50, .x = 30}};
	struct ehs_membership_cells cells = {same, 2, 2, UNIT};

	(void)state;
	assert_int_equal(ehs_membership_regression(&cells, 0, false).whole, EHS_ILL_CONDITIONED);
	assert_int_equal(ehs_membership_em(&cells).whole, EHS_ILL_CONDITIONED);
	cells = (struct ehs_membership_cells){three, 3, 3, UNIT}; /* two groups that go together */
	assert_int_equal(ehs_membership_regression(&cells, 0, false).whole, EHS_ILL_CONDITIONED);
	assert_int_equal(ehs_membership_em(&cells).whole, EHS_ILL_CONDITIONED);
	cells = (struct ehs_membership_cells){never, 2, 3, UNIT};
	struct ehs_membership_rates r = ehs_membership_regression(&cells, 0, false);
	assert_true(r.whole == EHS_OK && r.status[2] == EHS_EMPTY_GROUP && isnan(r.rate[2]));
	assert_true(near(r.rate[0], .4, 1e-12) && near(r.rate[1], .8, 1e-12));
	assert_int_equal(ehs_membership_regression(&cells, 2, false).whole, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_membership_regression(&cells, 3, false).whole, EHS_INVALID);
	cells.n_cells = 0;
	assert_int_equal(ehs_membership_em(&cells).whole, EHS_EMPTY_GROUP);
	never[0].x = 51;
	cells.n_cells = 2;
	assert_int_equal(ehs_membership_em(&cells).whole, EHS_INVALID);
}

static void everybody_alike_has_no_error(void **state)
{
	struct ehs_membership_cell rows[] = {{.w = {700000, 300000}, .n = 50}, {.w = {200000, 800000}, .n = 50}};
	struct ehs_membership_cells cells = {rows, 2, 2, UNIT};
	struct ehs_membership_rates r = ehs_membership_em(&cells);

	(void)state;
	assert_true(r.rate[0] == 0 && r.status[0] == EHS_DEGENERATE);
	assert_int_equal(ehs_membership_difference(&r, 1, 0, .95).status, EHS_DEGENERATE);
	r = ehs_membership_regression(&cells, 0, false);
	assert_int_equal(ehs_membership_difference(&r, 1, 0, .95).status, EHS_DEGENERATE);
}

/* ---- worlds with a known gap ------------------------------------------------------------- */
struct world {
	const char *name;
	double direct, around; /* what membership does, and what a neighbourhood of members does to anybody */
};

struct outcome {
	double truth[WORLDS], est[3][WORLDS], se[3][WORLDS];
};

static void live(const struct world *world, struct outcome *out, int at)
{
	static struct ehs_membership_cell rows[PEOPLE];
	struct ehs_membership_cells cells = {rows, PEOPLE, 2, UNIT};
	struct ehs_membership_sums s;
	double n[2] = {0}, x[2] = {0};

	assert_int_equal(ehs_membership_init(&s, 2, UNIT), EHS_OK);
	for (size_t i = 0; i < PEOPLE; i++) {
		double u = uniform(),
		       b = u < .5 ? .4 * u * u : .05 + .9 * uniform() * uniform(); /* many low, some high */
		bool member = uniform() < b, y = uniform() < .7 + world->direct * member + world->around * b;
		uint32_t w = (uint32_t)lround(b * UNIT);

		rows[i] = (struct ehs_membership_cell){.w = {UNIT - w, w}, .n = 1, .x = y};
		n[member]++;
		x[member] += y;
		assert_int_equal(ehs_membership_add(&s, rows[i].w, 1, y), EHS_OK);
	}
	struct ehs_membership_rates r[] = {ehs_membership_weighted(&s), ehs_membership_regression(&cells, 0, true),
	                                   ehs_membership_em(&cells)};
	out->truth[at] = x[1] / n[1] - x[0] / n[0];
	for (int m = 0; m < 3; m++) {
		struct ehs_result d = ehs_membership_difference(&r[m], 1, 0, .95);

		assert_int_equal(d.status, EHS_OK);
		out->est[m][at] = d.est;
		out->se[m][at] = d.se;
	}
}

static double mean(const double *a)
{
	double sum = 0;

	for (int i = 0; i < WORLDS; i++)
		sum += a[i] / WORLDS;
	return sum;
}

static double spread(const double *a)
{
	double m = mean(a), sum = 0;

	for (int i = 0; i < WORLDS; i++)
		sum += (a[i] - m) * (a[i] - m) / (WORLDS - 1);
	return sqrt(sum);
}

static void the_truth_lies_in_the_bracket(void **state)
{
	static const struct world worlds[] = {
		{"no gap", 0, 0},
		{"direct only", -.10, 0},
		{"direct and around", -.10, -.10},
		{"around only", 0, -.15},
	};
	static struct outcome out;

	(void)state;
	seed = 7;
	for (size_t w = 0; w < sizeof worlds / sizeof *worlds; w++) {
		double at[3], noise;

		for (int i = 0; i < WORLDS; i++)
			live(&worlds[w], &out, i);
		double truth = mean(out.truth);
		print_message("%-18s true %+.3f ", worlds[w].name, truth);
		for (int m = 0; m < 3; m++) {
			at[m] = mean(out.est[m]);
			print_message(" %s %+.3f (SE %.4f, seen %.4f)",
			              m == 0   ? "weighted"
			              : m == 1 ? "regression"
			                       : "EM",
			              at[m], mean(out.se[m]), spread(out.est[m]));
			assert_true(fabs(mean(out.se[m]) / spread(out.est[m]) - 1) <
			            .15); /* 200 draws: +-5 % is one sd */
		}
		print_message("\n");
		noise = 4 * spread(out.est[1]) / sqrt(WORLDS);
		assert_true(fabs(at[0]) <= fabs(truth) + noise && fabs(truth) <= fabs(at[1]) + noise);
		if (worlds[w].direct < 0) /* and the weighted one hides much of it */
			assert_true(fabs(at[0]) < .8 * fabs(truth));
		if (worlds[w].around == 0)
			assert_true(fabs(at[1] - truth) < noise && fabs(at[2] - truth) < noise);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regression_is_that_of_r),         cmocka_unit_test(the_likelihood_is_that_of_r),
		cmocka_unit_test(two_groups_are_a_line),           cmocka_unit_test(cells_are_rows_joined),
		cmocka_unit_test(four_billion_rows_are_no_harder), cmocka_unit_test(sure_labels_give_proportions),
		cmocka_unit_test(nothing_on_a_grid_is_likelier),   cmocka_unit_test(what_cannot_be_told_apart_is_said),
		cmocka_unit_test(everybody_alike_has_no_error),    cmocka_unit_test(the_truth_lies_in_the_bracket),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
