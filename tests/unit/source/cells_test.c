/*
 * cells_test.c - which cell a decision falls into, what is capped, and that the dictionary gives the same cells again.
 */
#include <string.h>

#include "cube/cube.h"
#include "source/cells.h"
#include "tests/lib/test.h"

static const char map_text[] = "source: cells\ntable: log.cells\n"
                               "columns: {id: id, decided_at: at, decision: d}\nfavourable: [yes]\n"
                               "protected: [{name: sex, column: sex, reference: M}]\n"
                               "strata: [{name: tier, column: tier}, {name: zone, column: zone}]\n"
                               "features: [{name: zip, column: zip, kind: categorical}]\n"
                               "lineage: [{role: model, column: model}, {role: retrieval, column: docs}]\n";

static struct eh_arena *arena;
static const struct eh_map *map;

static struct eh_text text(const char *t)
{
	return (struct eh_text){t, t == NULL ? 0 : strlen(t)};
}

static struct eh_decision decision(const char *sex, const char *tier, const char *zone, const char *zip, const char *docs)
{
	struct eh_decision d = {.id = text("x"), .favourable = true};

	d.groups[0] = text(sex);
	d.label[0] = -1;
	d.strata[0] = text(tier);
	d.strata[1] = text(zone);
	d.features[0] = (struct eh_decision_feature){.has = zip != NULL, .text = text(zip)};
	d.lineage[0] = text("m1");
	d.lineage[1] = text(docs);
	return d;
}

static void list_is_split_and_counted_once(void **state)
{
	struct eh_cells *cells = eh_cells_new(arena, map);
	struct eh_decision d = decision("M", "a", "b", "z", " d1,d2; d1\td3  d2 ");
	struct eh_cube_row row;

	(void)state;
	eh_cells_row(cells, &d, &row);
	assert_int_equal(row.n_levels[0], 1);
	assert_int_equal(row.n_levels[1], 3);
	assert_string_equal(eh_cube_level_label(eh_cells_names(cells), 1, row.levels[1][0]), "d1");
	assert_string_equal(eh_cube_level_label(eh_cells_names(cells), 1, row.levels[1][1]), "d2");
	assert_string_equal(eh_cube_level_label(eh_cells_names(cells), 1, row.levels[1][2]), "d3");
	/* The next row's list is its own. */
	d = decision("M", "a", "b", NULL, "d2");
	eh_cells_row(cells, &d, &row);
	assert_int_equal(row.n_levels[0], 0);
	assert_int_equal(row.n_levels[1], 1);
}

static void missing_differs_from_any_value(void **state)
{
	struct eh_cells *cells = eh_cells_new(arena, map);
	struct eh_decision d = decision(NULL, NULL, "b", NULL, NULL);
	struct eh_cube_row row;

	(void)state;
	eh_cells_row(cells, &d, &row);
	assert_int_equal(row.group[0], 0);
	assert_null(eh_cube_tuple_field(eh_cells_names(cells), EH_CUBE_STRATUM, row.stratum, 0));
	assert_string_equal(eh_cube_tuple_field(eh_cells_names(cells), EH_CUBE_STRATUM, row.stratum, 1), "b");
	assert_int_equal(eh_cells_new_entries(cells), 1);
	assert_string_equal(eh_cells_new_entry(cells, 0).value, "[null,\"b\"]");
}

static void cap_keeps_the_first(void **state)
{
	struct eh_cells *cells = eh_cells_new(arena, map);
	struct eh_cube_row row;
	char tier[16];

	(void)state;
	for (int i = 0; i < EH_CELLS_STRATA_MAX + 10; i++) {
		snprintf(tier, sizeof tier, "t%d", i);
		struct eh_decision d = decision("M", tier, "b", tier, NULL);

		eh_cells_row(cells, &d, &row);
		assert_int_equal(eh_cube_tuple_is_other(eh_cells_names(cells), EH_CUBE_STRATUM, row.stratum), i >= EH_CELLS_STRATA_MAX);
		const char *level = eh_cube_level_label(eh_cells_names(cells), 0, row.levels[0][0]);
		assert_string_equal(level, i < EH_CELLS_LEVELS_MAX ? tier : EH_CELLS_OTHER);
	}
	assert_true(eh_cells_capped(cells));
	struct eh_decision d = decision("M", "t5", "b", "t5", NULL);
	eh_cells_row(cells, &d, &row);
	assert_string_equal(eh_cube_tuple_field(eh_cells_names(cells), EH_CUBE_STRATUM, row.stratum, 0), "t5");
}

static void encode_one(struct eh_cells *cells, const struct eh_decision *d, struct eh_buf *out)
{
	struct eh_cube *cube = eh_cube_new(eh_cells_names(cells));
	struct eh_cube_row row;

	eh_cells_row(cells, d, &row);
	eh_cube_add(cube, &row);
	eh_cube_encode(cube, out);
	eh_cube_free(cube);
}

/* A gather that starts again, and recompute, count a row as the first gather did, whatever came first for them. */
static void dictionary_gives_the_same_cells(void **state)
{
	struct eh_cells *first = eh_cells_new(arena, map), *second = eh_cells_new(arena, map);
	struct eh_cube_row row;
	struct eh_err err;
	char name[16];

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "t\"%d", i);
		struct eh_decision d = decision(name, i % 7 == 0 ? NULL : name, "\xc3\xa9", name, "d1");

		eh_cells_row(first, &d, &row);
	}
	for (size_t i = 0; i < eh_cells_new_entries(first); i++) {
		struct eh_cells_entry entry = eh_cells_new_entry(first, i);

		expect_rc(EH_OK, eh_cells_load(second, &entry, &err), &err);
	}
	assert_int_equal(eh_cells_new_entries(second), 0);
	for (int i = 299; i >= 0; i--) {
		EH_BUF_AUTO one = {0};
		EH_BUF_AUTO two = {0};

		snprintf(name, sizeof name, "t\"%d", i);
		struct eh_decision d = decision(name, i % 7 == 0 ? NULL : name, "\xc3\xa9", name, "d1");
		encode_one(first, &d, &one);
		encode_one(second, &d, &two);
		assert_int_equal(one.len, two.len);
		assert_memory_equal(one.data, two.data, one.len);
	}
}

static void foreign_dictionary_is_refused(void **state)
{
	static const struct eh_cells_entry bad[] = {{"stratum", 1, "[\"a\",\"b\"]"},
	                                            {"stratum", 0, "[\"a\"]"},
	                                            {"stratum", 0, "a"},
	                                            {"feature:nothing", 0, "a"}};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct eh_cells *cells = eh_cells_new(arena, map);
		struct eh_err err;

		expect_rc(EH_REFUSED, eh_cells_load(cells, &bad[i], &err), &err);
	}
}

static int begin(void **state)
{
	struct eh_err err = {0};

	(void)state;
	arena = eh_arena_new();
	expect_rc(EH_OK, eh_map_parse(arena, "m.yaml", map_text, strlen(map_text), &map, &err), &err);
	return 0;
}

static int end(void **state)
{
	(void)state;
	eh_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_is_split_and_counted_once), cmocka_unit_test(missing_differs_from_any_value),
		cmocka_unit_test(cap_keeps_the_first),            cmocka_unit_test(dictionary_gives_the_same_cells),
		cmocka_unit_test(foreign_dictionary_is_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
