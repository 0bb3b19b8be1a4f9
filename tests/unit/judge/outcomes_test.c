/*
 * outcomes_test.c - outcomes count when they are due, whatever is known before.
 */
#include "judge/outcomes.h"

#include "tests/lib/cluster.h"
#include "tests/unit/judge/world.h"

#define DAYS 30
#define DUE 20 /* of them: the maturity is 10 days */

static const char map_text[] = "source: risk\n"
			       "table: public.risk\n"
			       "pane: 1d\n"
			       "identity: tracked\n"
			       "columns: {id: id, decided_at: at, decision: decision, outcome: o}\n"
			       "favourable: [yes]\n"
			       "outcome: {adverse: [bad], maturity: 10d}\n"
			       "protected: [{name: sex, column: sex, reference: M}]\n";

/* n decisions of a group that ended so. */
static void add(struct eh_cube_names *names, struct eh_cube *cube, const char *sex, bool favourable, enum eh_cube_outcome outcome, int n)
{
	struct eh_cube_row row = {.favourable = favourable, .outcome = outcome};

	row.group[0] = eh_cube_group(names, 0, world_text(sex));
	row.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0);
	row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
	for (int i = 0; i < n; i++)
		eh_cube_add(cube, &row);
}

static const char *packed(struct eh_arena *home, const struct eh_cube *cube)
{
	EH_BUF_AUTO block = {0};

	eh_cube_encode(cube, &block);
	char *hex = eh_arena_zalloc(home, 2 * block.len + 1, 1);
	eh_hex(block.data, block.len, hex);
	return hex;
}

static int begin_store(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};

	if (eh_test_store_begin(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_judge *judge = eh_judge_new(eh_policies_of(home, world_policy(home, "policy: small\n")), &none);
	struct eh_judge_source *s = eh_judge_add_source(judge, 1, world_read_map(home, map_text));
	struct eh_cube *cube = eh_cube_new(s->names), *old = eh_cube_new(s->names);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (1, 1, '{}', $map$%s$map$, sha256(''))", map_text));
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_state VALUES (1, 'live', %d, 'p', %lld)", DAYS + 1,
	                                   (long long)(WORLD_T0 + DAYS * EH_DAY_US)));
	add(s->names, cube, "F", false, EH_CUBE_OUTCOME_ADVERSE, 1);
	add(s->names, cube, "F", false, EH_CUBE_OUTCOME_BENIGN, 2);
	add(s->names, cube, "F", true, EH_CUBE_OUTCOME_ADVERSE, 3);
	add(s->names, cube, "F", true, EH_CUBE_OUTCOME_BENIGN, 4);
	add(s->names, cube, "F", true, EH_CUBE_OUTCOME_MISSING, 5);
	add(s->names, cube, "M", true, EH_CUBE_OUTCOME_BENIGN, 7);
	for (int day = 0; day < DAYS; day++)
		eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.pane_delta VALUES (1, %lld, %d, 22, '\\x%s', '')",
		                                   (long long)(WORLD_T0 + day * EH_DAY_US), day + 1, packed(home, cube)));
	/* months later it turns out that one of the five came to harm: taken off as not known, put on as known */
	eh_cube_clear(cube);
	add(s->names, cube, "F", true, EH_CUBE_OUTCOME_ADVERSE, 1);
	add(s->names, old, "F", true, EH_CUBE_OUTCOME_MISSING, 1);
	eh_test_sql(owner, eh_arena_printf(home,
	                                   "INSERT INTO evenhand.pane_delta (source_id, pane_us, commit_no, n, block, examples, taken, n_taken)"
	                                   " VALUES (1, %lld, %d, 1, '\\x%s', '', '\\x%s', 1)",
	                                   (long long)WORLD_T0, DAYS + 1, packed(home, cube), packed(home, old)));
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.batch VALUES (1, 1, %d, 7, %lld)", DAYS + 1,
	                                   (long long)(WORLD_T0 + DAYS * EH_DAY_US)));
	eh_cube_free(cube);
	eh_cube_free(old);
	eh_judge_free(judge);
	return 0;
}

static void expect_bin(const json_t *group, const char *rate, json_int_t x, json_int_t n)
{
	const json_t *r = json_object_get(group, rate);

	assert_int_equal(json_integer_value(json_object_get(r, "x")), x);
	assert_int_equal(json_integer_value(json_object_get(r, "n")), n);
}

static json_int_t count(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void only_what_is_due_counts(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	struct eh_judge_sink none = {0};
	struct eh_judge_store *store;
	struct eh_err err;
	json_t *o;

	(void)state;
	expect_rc(EH_OK, eh_judge_store_open(writer, eh_policies_of(home, world_policy(home, "policy: small\n")), &none, &store, &err), &err);
	store->feeds->next_pane_us = WORLD_T0 + DAYS * EH_DAY_US;
	store->feeds->last_included = 7;
	expect_rc(EH_OK, eh_judge_outcomes(store, store->feeds, &o, &err), &err);
	assert_true(json_is_true(json_object_get(o, "observable")));
	assert_int_equal(count(o, "maturity_days"), 10);
	assert_int_equal(count(o, "n"), 22 * DUE);
	assert_int_equal(count(o, "immature"), 22 * (DAYS - DUE));
	const json_t *f = json_array_get(json_object_get(o, "groups"), 0), *m = json_array_get(json_object_get(o, "groups"), 1);
	assert_string_equal(json_string_value(json_object_get(f, "group")), "F");
	assert_int_equal(count(f, "n"), 15 * DUE);
	assert_int_equal(count(f, "missing"), 5 * DUE - 1);
	expect_bin(f, "tpr", DUE, 4 * DUE + 1);
	expect_bin(f, "fnr", 3 * DUE + 1, 4 * DUE + 1);
	expect_bin(f, "fpr", 2 * DUE, 6 * DUE);
	expect_bin(f, "ppv", DUE, 3 * DUE);
	assert_true(json_real_value(json_object_get(json_object_get(f, "tpr"), "lo")) > .15); /* Wilson's of 20 of 81 */
	expect_bin(m, "tpr", 0, 0);
	assert_true(json_is_null(json_object_get(json_object_get(m, "tpr"), "est"))); /* nobody to count: no nought */
	expect_bin(m, "fpr", 0, 7 * DUE);
	json_decref(o);
	eh_judge_store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_due_counts),
	};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
