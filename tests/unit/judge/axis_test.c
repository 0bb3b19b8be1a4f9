/*
 * axis_test.c - groups of an attribute, of two jointly, and of one level of a stratum, counted one by one beside.
 */
#include "judge/axis.h"

#include "source/shape.h"
#include "tests/unit/judge/world.h"

#define DECISIONS 2000

static struct world_decision decisions[DECISIONS];

struct setting {
	const struct eh_map *map;
	struct eh_cube_shape shape;
	struct eh_cube_names *names;
	struct eh_cube *cube;
};

static struct setting begin(struct eh_arena *home)
{
	struct setting s = {.map = world_read_map(home, world_map)};

	s.shape = eh_source_shape(s.map);
	s.names = eh_cube_names_new(home, &s.shape);
	s.cube = eh_cube_new(s.names);
	world_seed = 11;
	for (int i = 0; i < DECISIONS; i++) {
		decisions[i] = world_random(WORLD_T0, .7);
		world_add(s.names, s.cube, &decisions[i]);
	}
	return s;
}

static const char *label_of(const struct world_decision *d, int field)
{
	return world_label[field][d->label[field]];
}

/* What the axis counts under a label, by walking its cells. */
static struct eh_cube_count counted(struct eh_judge_axis *axis, const struct eh_cube *cube, const char *label)
{
	struct eh_cube_count sum = {0};

	for (size_t i = 0; i < eh_cube_cells(cube); i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(cube, i);
		uint32_t code = eh_judge_axis_code(axis, &cell);

		if (code == EH_JUDGE_OUTSIDE)
			continue;
		assert_true(code <= eh_judge_axis_groups(axis));
		const char *is = eh_judge_axis_label(axis, code);
		if (label == NULL || is == NULL ? label == is : strcmp(label, is) == 0) {
			sum.n += cell.n;
			sum.favourable += cell.favourable;
		}
	}
	return sum;
}

static void an_attribute_has_its_own_groups(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct setting s = begin(home);
	struct eh_judge_axis *axis =
		eh_judge_axis_new(home, s.map, s.names, &(struct eh_judge_axis_of){.attribute = WORLD_SEX, .other = -1, .stratum = -1});
	uint64_t want = 0;

	(void)state;
	for (int i = 0; i < DECISIONS; i++)
		want += label_of(&decisions[i], WORLD_SEX) != NULL && strcmp(label_of(&decisions[i], WORLD_SEX), "F") == 0;
	assert_int_equal(counted(axis, s.cube, "F").n, want);
	assert_string_equal(eh_judge_axis_name(axis), "sex");
	assert_string_equal(eh_judge_axis_reference(axis), "M");
	assert_null(eh_judge_axis_part(axis));
	assert_int_equal(eh_judge_axis_groups(axis), eh_cube_groups(s.names, WORLD_SEX));
	assert_int_equal(eh_judge_axis_find(axis, "nobody"), 0);
	eh_cube_free(s.cube);
}

static void an_intersection_counts_who_is_both(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct setting s = begin(home);
	struct eh_judge_axis *axis = eh_judge_axis_new(
		home, s.map, s.names, &(struct eh_judge_axis_of){.attribute = WORLD_RACE, .other = WORLD_SEX, .stratum = -1});
	uint64_t missing = 0;

	(void)state;
	for (int r = 1; r < WORLD_LABELS; r++)
		for (int x = 1; x < 4; x++) {
			EH_BUF_AUTO label = {0};
			struct eh_cube_count want = {0};

			eh_buf_printf(&label, "%s+%s", world_label[WORLD_RACE][r], world_label[WORLD_SEX][x]);
			for (int i = 0; i < DECISIONS; i++)
				if (world_same_label(WORLD_RACE, decisions[i].label[WORLD_RACE], (uint8_t)r) &&
				    world_same_label(WORLD_SEX, decisions[i].label[WORLD_SEX], (uint8_t)x)) {
					want.n++;
					want.favourable += decisions[i].favourable;
				}
			struct eh_cube_count got = counted(axis, s.cube, label.data);
			assert_true(got.n == want.n && got.favourable == want.favourable);
		}
	for (int i = 0; i < DECISIONS; i++)
		missing += decisions[i].label[WORLD_RACE] == 0 || decisions[i].label[WORLD_SEX] == 0;
	assert_int_equal(counted(axis, s.cube, NULL).n, missing);
	assert_string_equal(eh_judge_axis_name(axis), "race+sex");
	assert_string_equal(eh_judge_axis_reference(axis), "white+M");
	assert_string_equal(eh_judge_axis_label(axis, eh_judge_axis_find(axis, "white+M")), "white+M");
	eh_cube_free(s.cube);
}

static void a_segment_counts_its_level_only(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct setting s = begin(home);
	struct eh_judge_axis *axis = eh_judge_axis_new(
		home, s.map, s.names,
		&(struct eh_judge_axis_of){.attribute = WORLD_SEX, .other = -1, .stratum = 1, .level = "2:a"});
	struct eh_cube_count want = {0};
	struct world_decision later = {.label = {2, 1, 1, 1, 2}, .favourable = true};

	(void)state;
	for (int i = 0; i < DECISIONS; i++)
		if (world_same_label(WORLD_REGION, decisions[i].label[WORLD_REGION], 2) &&
		    world_same_label(WORLD_SEX, decisions[i].label[WORLD_SEX], 2)) {
			want.n++;
			want.favourable += decisions[i].favourable;
		}
	assert_int_equal(counted(axis, s.cube, "F").n, want.n);
	assert_int_equal(counted(axis, s.cube, "F").favourable, want.favourable);
	assert_string_equal(eh_judge_axis_part(axis), "region=2:a");
	world_add(s.names, s.cube, &later); /* perhaps in a tuple that was not there before */
	assert_int_equal(counted(axis, s.cube, "F").n, want.n + 1);
	eh_cube_free(s.cube);
}

/* A policy's cut is of all sources: one that is beyond the scores of a fine-scaled source is reached by all of them or by none. */
static void a_cut_beyond_the_scale_stops_nothing(void **state)
{
	static const char text[] = "source: fine\ntable: public.fine\n"
				   "columns: {id: id, decided_at: at, decision: decision, score: score}\n"
				   "score: {higher_is: adverse, scale: 9}\nfavourable: [yes]\n"
				   "protected:\n  - {name: sex, column: sex, reference: M}\n";
	static const int64_t cut_micro[] = {INT64_C(700000000000), 500000, -INT64_C(700000000000)};
	static const uint64_t favourable[] = {10, 6, 0}; /* of 10: those below the cut */
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_map *map = world_read_map(home, text);
	struct eh_cube_shape shape = eh_source_shape(map);
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);
	struct eh_cube *cube = eh_cube_new(names);

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct eh_cube_row row = {.has_score = true, .score_q = i < 6 ? 100000000 : 900000000};

		row.group[0] = eh_cube_group(names, 0, world_text("F"));
		row.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0);
		row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
		eh_cube_add(cube, &row);
	}
	for (size_t i = 0; i < sizeof cut_micro / sizeof cut_micro[0]; i++) {
		struct eh_judge_axis *axis = eh_judge_axis_new(
			home, map, names,
			&(struct eh_judge_axis_of){.attribute = 0, .other = -1, .stratum = -1, .score = true, .cut_micro = cut_micro[i]});

		struct eh_judge_table table = {0};

		eh_judge_axis_fill(axis, &table, cube, NULL, NULL);
		uint32_t f = eh_judge_axis_find(axis, "F");
		assert_int_equal(table.by_group[f].n, 10);
		assert_int_equal(table.by_group[f].favourable, favourable[i]);
		eh_judge_table_free(&table);
	}
	eh_cube_free(cube);
}

/* Two pairs of labels never read alike. */
static void a_plus_in_a_label_is_no_plus_between_two(void **state)
{
	static const char *const pair[2][2] = {{"a+b", "c"}, {"a", "b+c"}};
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_map *map = world_read_map(home, world_map);
	struct eh_cube_shape shape = eh_source_shape(map);
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);
	struct eh_judge_axis *axis = eh_judge_axis_new(
		home, map, names, &(struct eh_judge_axis_of){.attribute = WORLD_SEX, .other = WORLD_RACE, .stratum = -1});

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint8_t group[WORLD_ATTRIBUTES] = {eh_cube_group(names, WORLD_SEX, world_text(pair[i][0])),
		                                   eh_cube_group(names, WORLD_RACE, world_text(pair[i][1])), 0};
		struct eh_cube_cell cell = {.group = group};

		assert_int_equal(eh_judge_axis_code(axis, &cell), i + 1);
	}
	assert_string_equal(eh_judge_axis_label(axis, 1), "a%2Bb+c");
	assert_string_equal(eh_judge_axis_label(axis, 2), "a+b%2Bc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attribute_has_its_own_groups),
		cmocka_unit_test(an_intersection_counts_who_is_both),
		cmocka_unit_test(a_segment_counts_its_level_only),
		cmocka_unit_test(a_cut_beyond_the_scale_stops_nothing),
		cmocka_unit_test(a_plus_in_a_label_is_no_plus_between_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
