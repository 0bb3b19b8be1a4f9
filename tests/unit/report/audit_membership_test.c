/*
 * audit_membership_test.c - an audit where the group is estimated: from a file with a known gap to the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>

#include "base/json.h"
#include "report/audit.h"

#define ROWS 6000

static const char map_text[] =
	"source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [\"y\"]\n"
	"protected:\n"
	"  - {name: race, proxy: {white: p_white, black: p_black, api: p_api}, reference: white}\n"
	"  - {name: sex, column: sex, reference: M}\n"
	"  - {name: age, column: age, reference: old}\n";

static uint64_t seed;

static double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 12) + .5) / 4503599627370496.0;
}

/* A log in which a black applicant is favoured `gap` less often than the .7 of the others. */
static void write_log(FILE *f, double gap, bool backwards)
{
	static char line[ROWS][128];

	seed = 21;
	for (int i = 0; i < ROWS; i++) {
		double u = uniform(), v = uniform(), b = v < .5 ? .4 * u * u * u * u : .05 + .85 * u * u,
		       api = .1 * uniform();
		double q = uniform();
		bool black = q < b * (1 - api), y = uniform() < .7 - gap * black;
		long wb = lround(b * (1 - api) * 1e6), wa = lround(api * 1e6);

		snprintf(line[i], sizeof line[i], "%d,2026-01-%02d,%s,%.6f,%.6f,%.6f,%s,%s\n", i, 1 + i % 28,
		         y ? "y" : "n", (double)(1000000 - wb - wa) / 1e6, (double)wb / 1e6, (double)wa / 1e6,
		         i % 2 ? "M" : "F", i % 3 ? "old" : "young");
	}
	fputs("id,at,d,p_white,p_black,p_api,sex,age\n", f);
	for (int i = 0; i < ROWS; i++)
		fputs(line[backwards ? ROWS - 1 - i : i], f);
	fputs("a,2026-01-01,y,,0.5,0.5,M,old\n", f);    /* missing */
	fputs("b,2026-01-01,y,0.2,0.5,0.2,M,old\n", f); /* unknown */
	fputs("c,2026-01-01,y,1.2,0.5,0.2,M,old\n", f); /* set aside */
}

static json_t *audit_of(struct eh_arena *arena, double gap, bool backwards)
{
	char path[] = "/tmp/evenhand-membership-XXXXXX";
	const struct eh_map *map;
	const struct eh_columns *columns;
	const struct eh_audit_options options = {.from_us = INT64_MIN, .to_us = INT64_MAX, .by = EH_AUDIT_BY_MONTH};
	struct eh_err err = {0};
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	write_log(f, gap, backwards);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(eh_map_parse(arena, "m.yaml", map_text, strlen(map_text), &map, &err), EH_OK);
	if (eh_columns_read_file(arena, map, path, INT64_MIN, INT64_MAX, &columns, &err) != EH_OK)
		fail_msg("%s", err.text);
	unlink(path);
	return eh_audit_run(arena, map, columns, &options);
}

static json_t *at(json_t *tree, const char *first, ...)
{
	va_list keys;

	va_start(keys, first);
	for (const char *key = first; key != NULL; key = va_arg(keys, const char *))
		tree = json_object_get(tree, key);
	va_end(keys);
	assert_non_null(tree);
	return tree;
}

static double number(const json_t *value)
{
	assert_true(json_is_number(value));
	return json_number_value(value);
}

static void a_gap_is_found_and_said(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO tree = audit_of(arena, .25, false);
	json_t *race = at(tree, "attributes", "race", NULL), *m = at(race, "membership", NULL);
	json_t *d = at(m, "pairs", "black", "difference", NULL);

	assert_int_equal(number(at(m, "n", NULL)), ROWS);
	assert_int_equal(number(at(m, "n_missing", NULL)), 1);
	assert_int_equal(number(at(m, "n_unknown", NULL)), 1);
	assert_int_equal(number(at(tree, "audit", "set_aside", "rows", NULL)), 1);
	double weighted = number(at(d, "weighted", "est", NULL)), line = number(at(d, "regression", "est", NULL));
	double em = number(at(d, "em", "est", NULL)), se = number(at(d, "regression", "se", NULL));
	assert_true(fabs(line + .25) < 3 * se && fabs(em + .25) < 3 * se);
	assert_true(weighted < 0 && weighted > .6 * line); /* it hides much of the gap */
	assert_true(number(json_array_get(at(d, "bracket", NULL), 1)) == weighted);
	assert_true(number(json_array_get(at(d, "frechet", NULL), 0)) < line);
	const char *sentence = json_string_value(at(m, "pairs", "black", "sentence", NULL));
	assert_non_null(strstr(sentence, "Of every 100 people estimated to be black, between "));
	assert_non_null(strstr(sentence, "estimated, not asked"));
	static const char *const never[] = {"groups", "pairs", "overall_kx2", "highest_rate", "fisher"};
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		assert_null(json_object_get(race, never[i]));
}

/* Labels are crossed and put into months; probabilities are not. */
static void only_labels_are_counted(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO tree = audit_of(arena, 0, false);

	assert_string_equal(json_string_value(json_array_get(at(tree, "intersectional", "attributes", NULL), 0)),
	                    "sex");
	assert_string_equal(json_string_value(at(tree, "tumbling_windows", "attribute", NULL)), "sex");
	assert_int_equal(json_array_size(at(tree, "tumbling_windows_more", NULL)), 1);
	assert_string_equal(
		json_string_value(at(tree, "attributes", "race", "membership", "pairs", "black", "verdict", NULL)),
		"none");
	assert_false(eh_audit_crossed(tree));
}

/* A gap so large that even the weighted estimate is beyond the line. */
static void a_sure_gap_crosses(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO some = audit_of(arena, .15, false);
	EH_JSON_AUTO large = audit_of(arena, .5, false);

	assert_string_equal(
		json_string_value(at(some, "attributes", "race", "membership", "pairs", "black", "verdict", NULL)),
		"review");
	assert_false(eh_audit_crossed(some));
	assert_string_equal(
		json_string_value(at(large, "attributes", "race", "membership", "pairs", "black", "verdict", NULL)),
		"sure");
	assert_true(eh_audit_crossed(large));
}

static void the_order_of_rows_does_not_matter(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO a = audit_of(arena, .25, false);
	EH_JSON_AUTO b = audit_of(arena, .25, true);
	char *x = json_dumps(a, JSON_REAL_PRECISION(17)), *y = json_dumps(b, JSON_REAL_PRECISION(17));

	assert_string_equal(x, y);
	free(x);
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_is_found_and_said),
		cmocka_unit_test(only_labels_are_counted),
		cmocka_unit_test(a_sure_gap_crosses),
		cmocka_unit_test(the_order_of_rows_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
