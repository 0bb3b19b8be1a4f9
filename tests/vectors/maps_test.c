/*
 * maps_test.c - the maps of the real sets load, and every row of those sets passes the check.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/file.h"
#include "tests/lib/test.h"

#define DATA "../shared/data"

static const struct {
	const char *name;
	int64_t rows;
} sets[] = {{"boston_hmda", 2381}, {"compas7214", 7214},     {"compas6172", 6172},      {"german_credit", 1000},
            {"ucb_admissions", 4526}, {"toronto_arrests", 5226}, {"french_motor", 38300}, {"ricci", 118}};

/* The map of a set, printed by the tool that comes with the data. */
static const struct eh_map *print_map(struct eh_arena *arena, const char *name, const char *log)
{
	char *text = eh_arena_zalloc(arena, 1 << 16, 1);
	struct eh_err err = {0};
	const struct eh_map *map = NULL;
	FILE *tool = popen(eh_arena_printf(arena, "python3 ../shared/tools/make_map.py " DATA "/specs.json %s %s", name, log), "re");

	assert_non_null(tool);
	size_t n = fread(text, 1, (1 << 16) - 1, tool);
	assert_int_equal(pclose(tool), 0);
	expect_rc(EH_OK, eh_map_parse(arena, name, text, n, &map, &err), &err);
	assert_string_equal(map->source, name);
	return map;
}

static void maps_load_and_rows_pass(void **state)
{
	(void)state;
	if (access(DATA "/specs.json", R_OK) != 0) {
		print_message("skip: ../shared/data is not here\n");
		skip();
	}
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		EH_ARENA_AUTO arena = eh_arena_new();
		EH_FILE_AUTO file = NULL;
		const char *log = eh_arena_printf(arena, DATA "/sets/%s/decision_log.csv.gz", sets[i].name);
		const struct eh_map *map = print_map(arena, sets[i].name, log);
		struct eh_file_row row;
		struct eh_err err = {0};
		int64_t rows = 0;
		bool more = true;

		expect_rc(EH_OK, eh_file_open(log, map, &file, &err), &err);
		while (more) {
			expect_rc(EH_OK, eh_file_next(file, &row, &more, &err), &err);
			if (more && row.reason != NULL)
				fail_msg("%s, line %ld: %s", sets[i].name, (long)row.line, row.reason);
			rows += more;
		}
		assert_int_equal(rows, sets[i].rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(maps_load_and_rows_pass)};

	return cmocka_run_group_tests_name("vectors/maps", tests, NULL, NULL);
}
