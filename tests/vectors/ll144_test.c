/*
 * ll144_test.c - the printed example of New York City's rule, from counts to the last figure.
 *
 * The rule prints how many people a category has and its rate, not how many were selected.  The count is the one
 * whose cut percentage is the printed one.  One printed percentage (Asian, 41.7 of 24 people) is the cut percentage of
 * no count at all: it is 10 of 24, rounded up, where 18 of 28 beside it are cut.  The test shows both, by trying every
 * count.  All printed ratios follow from the printed percentages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>

#include "stats/ll144.h"

#define EXAMPLE "../shared/data/oracles/ll144_rule_example.json"
#define MOST_ROWS 16

struct table {
	struct ehs_bin group[MOST_ROWS];
	int printed[MOST_ROWS], ratio[MOST_ROWS];
	bool cut[MOST_ROWS]; /* some count gives the printed percentage by cutting */
	size_t n;
	uint64_t total;
};

/* 1000 k / n to the nearest whole number. */
static int rounded(uint64_t k, uint64_t n)
{
	return (int)((2000 * k + n) / (2 * n));
}

/* The count behind a printed percentage: cut where one is, else rounded. */
static struct ehs_bin implied(uint64_t n, int printed, bool *cut)
{
	struct ehs_bin by_rounding = {n, UINT64_MAX};

	for (uint64_t k = 0; k <= n; k++) {
		if ((int)(1000 * k / n) == printed) {
			*cut = true;
			return (struct ehs_bin){n, k};
		}
		if (rounded(k, n) == printed)
			by_rounding.x = k;
	}
	*cut = false;
	assert_true(by_rounding.x <= n);
	return by_rounding;
}

static void read_table(const json_t *rows, struct table *t)
{
	json_t *row;
	size_t i;

	*t = (struct table){.n = json_array_size(rows)};
	assert_true(t->n > 0 && t->n <= MOST_ROWS);
	json_array_foreach(rows, i, row)
	{
		uint64_t n = (uint64_t)json_integer_value(json_object_get(row, "n"));

		t->printed[i] = (int)lround(10 * json_number_value(json_object_get(row, "scoring_rate_pct")));
		t->ratio[i] = (int)lround(100 * json_number_value(json_object_get(row, "impact_ratio")));
		t->group[i] = implied(n, t->printed[i], &t->cut[i]);
		t->total += n;
	}
}

/* Returns how many percentages are cut, and checks every figure of the table. */
static size_t check(const struct table *t)
{
	struct ehs_ll144_row row[MOST_ROWS];
	size_t cut = 0;
	int top = 0;

	assert_int_equal(ehs_ll144(t->group, t->n, t->total, row), EHS_OK);
	for (size_t i = 0; i < t->n; i++)
		top = t->printed[i] > top ? t->printed[i] : top;
	for (size_t i = 0; i < t->n; i++) {
		assert_int_equal(row[i].permille, t->cut[i] ? t->printed[i] : t->printed[i] - 1);
		assert_int_equal(row[i].ratio, t->ratio[i]);
		assert_int_equal((200 * t->printed[i] + top) / (2 * top), t->ratio[i]);
		assert_int_equal(row[i].highest, t->printed[i] == top);
		assert_false(row[i].small);
		cut += t->cut[i];
	}
	return cut;
}

static void the_printed_example(void **state)
{
	struct table t;
	json_error_t error;

	(void)state;
	if (access(EXAMPLE, R_OK) != 0) {
		print_message("skip: ../shared/data is not here\n");
		skip();
	}
	json_t *example = json_load_file(EXAMPLE, 0, &error);
	assert_non_null(example);
	read_table(json_object_get(example, "sex"), &t);
	assert_int_equal(check(&t), t.n);
	read_table(json_object_get(example, "race"), &t);
	assert_int_equal(check(&t), t.n - 1);
	for (size_t i = 0; i < t.n; i++)
		assert_true(t.cut[i] || (t.printed[i] == 417 && t.group[i].n == 24 && t.group[i].x == 10));
	json_decref(example);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_printed_example)};

	return cmocka_run_group_tests_name("ll144", tests, NULL, NULL);
}
