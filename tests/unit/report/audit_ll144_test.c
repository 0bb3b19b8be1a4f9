/*
 * audit_ll144_test.c - the tables that a log gives: medians over all scored rows, unknown people counted, cells crossed.
 */
#include "report/audit.h"
#include "tests/unit/report/log.h"

static const char map_text[] = "source: s\ntable: log.s\ncolumns: {id: id, decided_at: at, decision: d, score: s}\n"
			       "favourable: [\"yes\"]\nscore: {scale: 1}\n"
			       "protected: [{name: sex, column: sex, reference: M}, {name: age, column: age, reference: old}]\n";

/* Scores rise with the row; every seventh row has none, every ninth no sex; one of 200 is of a group of its own. */
static void fill(struct eh_buf *log)
{
	eh_buf_puts(log, "id,at,d,s,sex,age\n");
	for (int i = 0; i < 200; i++) {
		eh_buf_printf(log, "%03d,2024-01-01,%s,", i, i % 3 == 0 ? "yes" : "no");
		if (i % 7 != 0)
			eh_buf_printf(log, "%d.5", i);
		eh_buf_printf(log, ",%s,%s\n", i == 50 ? "X" : i % 9 == 0 ? "" : i % 2 == 0 ? "F" : "M", i < 120 ? "old" : "young");
	}
}

static json_t *row_of(const json_t *table, const char *category)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(table, "rows"), i, row)
		if (strcmp(json_string_value(json_object_get(row, "category")), category) == 0)
			return row;
	fail_msg("no %s", category);
	return NULL;
}

static int64_t whole(const json_t *row, const char *key)
{
	assert_true(json_is_integer(json_object_get(row, key)));
	return json_integer_value(json_object_get(row, key));
}

static double real(const json_t *row, const char *key)
{
	assert_true(json_is_real(json_object_get(row, key)));
	return json_real_value(json_object_get(row, key));
}

/* The same counted by hand, row for row. */
static void tables_of_an_attribute(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO log = {0};
	int64_t n = 0, k = 0, scored = 0, above = 0, unknown = 0, all = 0, low = 0;

	(void)state;
	fill(&log);
	const struct eh_map *map = read_map(arena, map_text);
	json_t *tree = eh_audit_run(arena, map, read_log(arena, map, log.data), NULL);
	for (int i = 0; i < 200; i++)
		all += i % 7 != 0;
	for (int i = 0; i < 200; i++) {
		bool is_f = i != 50 && i % 9 != 0 && i % 2 == 0, has_score = i % 7 != 0;

		unknown += i != 50 && i % 9 == 0;
		n += is_f;
		k += is_f && i % 3 == 0;
		scored += is_f && has_score;
		above += is_f && has_score && low >= all / 2 + all % 2; /* scores rise, so those below come first */
		low += has_score;
	}
	const json_t *ll144 = json_object_get(json_object_get(json_object_get(tree, "attributes"), "sex"), "ll144");
	const json_t *f = row_of(json_object_get(ll144, "selection"), "F");
	assert_int_equal(whole(ll144, "n_unknown"), unknown);
	assert_int_equal(whole(f, "n"), n);
	assert_int_equal(whole(f, "k"), k);
	assert_true(real(f, "rate_pct") == (double)(1000 * k / n) / 10);
	const json_t *x = row_of(json_object_get(ll144, "selection"), "X");
	assert_true(json_is_true(json_object_get(x, "under_2pct")) && json_is_null(json_object_get(x, "impact_ratio")));
	f = row_of(json_object_get(ll144, "scoring"), "F");
	assert_int_equal(whole(f, "n"), scored);
	assert_int_equal(whole(f, "k"), above);
	json_decref(tree);
}

static void tables_of_two_crossed(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO log = {0};
	int64_t sum = 0;
	json_t *row;
	size_t i;

	(void)state;
	fill(&log);
	const struct eh_map *map = read_map(arena, map_text);
	json_t *tree = eh_audit_run(arena, map, read_log(arena, map, log.data), NULL);
	const json_t *crossed = json_object_get(tree, "intersectional");
	const json_t *selection = json_object_get(json_object_get(crossed, "ll144"), "selection");
	assert_int_equal(json_array_size(json_object_get(selection, "rows")), json_array_size(json_object_get(crossed, "cells")));
	json_array_foreach(json_object_get(selection, "rows"), i, row)
		sum += whole(row, "n");
	assert_int_equal(sum, whole(selection, "n"));
	assert_int_equal(sum + whole(json_object_get(crossed, "ll144"), "n_unknown"), 200);
	(void)row_of(selection, "F, young");
	json_decref(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tables_of_an_attribute), cmocka_unit_test(tables_of_two_crossed)};

	return cmocka_run_group_tests_name("audit_ll144", tests, NULL, NULL);
}
