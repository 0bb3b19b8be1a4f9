/*
 * observes_test.c - what each way of reading can see of a row after it was written.
 */
#include "source/observes.h"

#include <string.h>

#include "base/json.h"
#include "tests/lib/test.h"

static json_t *observes(struct eh_arena *home, const char *keys, const char *columns)
{
	const char *text = eh_arena_printf(home,
	                                   "source: risk\ntable: public.risk\n%s"
	                                   "columns: {id: id, decided_at: at, decision: decision%s}\nfavourable: [yes]\n"
	                                   "protected: [{name: sex, column: sex, reference: M}]\n",
	                                   keys, columns);
	const struct eh_map *map;
	struct eh_err err;

	expect_rc(EH_OK, eh_map_parse(home, "map.yaml", text, strlen(text), &map, &err), &err);
	return eh_source_observes_json(map);
}

static void expect(const char *keys, const char *columns, const char *want)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_JSON_AUTO o = observes(home, keys, columns);
	char got[4] = {json_is_true(json_object_get(o, "updates")) ? 'u' : '-', json_is_true(json_object_get(o, "deletes")) ? 'd' : '-',
	               json_is_true(json_object_get(o, "outcomes")) ? 'o' : '-', '\0'};
	const json_t *why = json_object_get(o, "why");

	assert_true(json_is_true(json_object_get(o, "inserts")));
	if (strcmp(got, want) != 0)
		fail_msg("%s%s: %s, and not %s", keys, columns, got, want);
	for (int i = 0; i < 3; i++) { /* what is not seen has its reason */
		static const char *const name[] = {"updates", "deletes", "outcomes"};

		assert_true(got[i] != '-' || json_is_string(json_object_get(why, name[i])));
	}
}

static void what_each_mode_sees(void **state)
{
	(void)state;
	expect("", "", "---");
	expect("outcome: {adverse: [bad]}\n", ", outcome: o", "---");
	expect("identity: tracked\noutcome: {adverse: [bad]}\n", ", outcome: o", "u-o");
	expect("identity: tracked\noutcomes: {table: public.harm, id: id, outcome: o}\noutcome: {adverse: [bad]}\n", "", "u-o");
	expect("mode: stream\noutcome: {adverse: [bad]}\n", ", outcome: o", "udo");
	expect("mode: pushdown\n", "", "---");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_each_mode_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
