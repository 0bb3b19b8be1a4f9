/*
 * strata_test.c - decisions in their strata, counted one by one beside.
 */
#include "judge/strata.h"

#include "judge/axis.h"
#include "source/shape.h"
#include "tests/unit/judge/world.h"

#define DECISIONS 3000

/* The fields that an attribute is conditioned on, ended by -1. */
static const int conditioned[WORLD_ATTRIBUTES][3] = {{WORLD_TIER, WORLD_REGION, -1}, {WORLD_REGION, WORLD_SEX, -1}, {-1}};

static bool in_no_stratum(const struct world_decision *d, int a)
{
	for (const int *f = conditioned[a]; *f >= 0; f++)
		if (d->label[*f] == 0)
			return true;
	return false;
}

static bool same_stratum(const struct world_decision *x, const struct world_decision *y, int a)
{
	for (const int *f = conditioned[a]; *f >= 0; f++)
		if (!world_same_label(*f, x->label[*f], y->label[*f]))
			return false;
	return true;
}

static struct world_decision decisions[DECISIONS];

struct setting {
	const struct eh_map *map;
	struct eh_cube_shape shape;
	struct eh_cube_names *names;
};

static struct setting begin(struct eh_arena *home)
{
	struct setting s = {.map = world_read_map(home, world_map)};

	s.shape = eh_source_shape(s.map);
	s.names = eh_cube_names_new(home, &s.shape);
	return s;
}

static void an_attribute_on_nothing_has_no_projection(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct setting s = begin(home);
	const char *const *names;

	(void)state;
	assert_null(eh_judge_projection_new(home, s.map, WORLD_AGE, s.names));
	names = eh_judge_projection_names(eh_judge_projection_new(home, s.map, WORLD_SEX, s.names));
	assert_string_equal(names[0], "tier");
	assert_string_equal(names[1], "region");
	assert_null(names[2]);
	names = eh_judge_projection_names(eh_judge_projection_new(home, s.map, WORLD_RACE, s.names));
	assert_string_equal(names[0], "region");
	assert_string_equal(names[1], "sex");
	assert_null(names[2]);
}

/* Two decisions have one number exactly where all the fields conditioned on agree. */
static void numbers_are_tuples(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct setting s = begin(home);
	static uint32_t number[DECISIONS];

	(void)state;
	world_seed = 3;
	for (uint32_t a = 0; a < 2; a++) {
		struct eh_judge_projection *p = eh_judge_projection_new(home, s.map, a, s.names);
		uint32_t most = 0;

		for (int i = 0; i < DECISIONS; i++) {
			struct eh_cube *one = eh_cube_new(s.names);

			decisions[i] = world_random(WORLD_T0, 1);
			world_add(s.names, one, &decisions[i]);
			struct eh_cube_cell cell = eh_cube_cell_at(one, 0);
			number[i] = eh_judge_project(p, &cell);
			assert_int_equal(number[i] == EH_JUDGE_NO_STRATUM, in_no_stratum(&decisions[i], (int)a));
			most = number[i] != EH_JUDGE_NO_STRATUM && number[i] > most ? number[i] : most;
			eh_cube_free(one);
		}
		assert_int_equal(most, a == 0 ? 15 : 11); /* four tiers and regions; four regions and three sexes */
		for (int i = 0; i < DECISIONS; i += 3)
			for (int j = 0; j < i; j += 7)
				if (number[i] != EH_JUDGE_NO_STRATUM && number[j] != EH_JUDGE_NO_STRATUM)
					assert_int_equal(number[i] == number[j], same_stratum(&decisions[i], &decisions[j], (int)a));
	}
}

static void check_groups(const struct eh_judge_table *t, const struct setting *s, int a, int n)
{
	for (uint32_t g = 0; g < t->groups; g++) {
		const char *label = g == 0 ? NULL : eh_cube_group_label(s->names, (uint32_t)a, g);
		struct eh_cube_count want = {0};

		for (int i = 0; i < n; i++) {
			const char *is = world_label[a][decisions[i].label[a]];

			if (label == NULL || is == NULL ? label != is : strcmp(label, is) != 0)
				continue;
			want.n++;
			want.favourable += decisions[i].favourable;
		}
		assert_int_equal(t->by_group[g].n, want.n);
		assert_int_equal(t->by_group[g].favourable, want.favourable);
	}
}

/* Each decision with a stratum stands in a row and column that holds as many as are like it. */
static void check_strata(const struct eh_judge_table *t, struct eh_judge_projection *p, const struct setting *s, int a, int n)
{
	uint64_t all = 0;

	for (int i = 0; i < n; i++) {
		struct eh_cube *one = eh_cube_new(s->names);
		struct eh_cube_count want = {0};

		world_add(s->names, one, &decisions[i]);
		struct eh_cube_cell cell = eh_cube_cell_at(one, 0);
		uint32_t number = eh_judge_project(p, &cell), group = cell.group[a];
		eh_cube_free(one);
		if (number == EH_JUDGE_NO_STRATUM)
			continue;
		for (int j = 0; j < n; j++)
			if (!in_no_stratum(&decisions[j], a) && same_stratum(&decisions[i], &decisions[j], a) &&
			    world_same_label(a, decisions[i].label[a], decisions[j].label[a])) {
				want.n++;
				want.favourable += decisions[j].favourable;
			}
		const struct eh_cube_count *got = &t->by_stratum[(size_t)number * t->groups + group];
		assert_true(got->n == want.n && got->favourable == want.favourable);
		all++;
	}
	for (uint32_t i = 0; i < t->strata * t->groups; i++)
		all -= t->by_stratum[i].n;
	assert_int_equal(all, 0); /* and nobody else is in the table */
}

/* One table filled again and again, as judge does: nothing of the last pane may stay. */
static void tables_are_counts(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct setting s = begin(home);
	struct eh_judge_table table[WORLD_ATTRIBUTES] = {0};
	struct eh_judge_projection *p[WORLD_ATTRIBUTES];
	struct eh_judge_axis *axis[WORLD_ATTRIBUTES];
	static const int sizes[] = {1, 4, 700, 0, 30, 300, 2};

	(void)state;
	world_seed = 14;
	for (uint32_t a = 0; a < WORLD_ATTRIBUTES; a++) {
		p[a] = eh_judge_projection_new(home, s.map, a, s.names);
		axis[a] = eh_judge_axis_new(home, s.map, s.names,
		                            &(struct eh_judge_axis_of){.attribute = a, .other = -1, .stratum = -1});
	}
	for (size_t round = 0; round < sizeof sizes / sizeof sizes[0]; round++) {
		struct eh_cube *cube = eh_cube_new(s.names);

		for (int i = 0; i < sizes[round]; i++) {
			decisions[i] = world_random(WORLD_T0, 1);
			world_add(s.names, cube, &decisions[i]);
		}
		for (uint32_t a = 0; a < WORLD_ATTRIBUTES; a++) {
			eh_judge_axis_fill(axis[a], &table[a], cube, NULL, p[a]);
			check_groups(&table[a], &s, (int)a, sizes[round]);
			if (p[a] != NULL)
				check_strata(&table[a], p[a], &s, (int)a, sizes[round]);
			else
				assert_int_equal(table[a].strata, 0);
		}
		eh_cube_free(cube);
	}
	for (uint32_t a = 0; a < WORLD_ATTRIBUTES; a++)
		eh_judge_table_free(&table[a]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attribute_on_nothing_has_no_projection),
		cmocka_unit_test(numbers_are_tuples),
		cmocka_unit_test(tables_are_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
