/*
 * map_amounts_test.c - amounts, override and received_at: read, refused, named in the version, and taken from a row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "decision/decision.h"

#define HEAD                                                                 \
	"source: s\ntable: t\n"                                              \
	"columns: {id: id, decided_at: at, decision: d, received_at: rec}\n" \
	"favourable: [yes]\nprotected: [{name: sex, column: sex, reference: M}]\n"

static const char whole[] = HEAD "amounts:\n"
				 "  - {name: premium, column: prem, scale: 2, expected: el, actual: loss}\n"
				 "  - {name: limit, column: lim, scale: 0}\n"
				 "override: {column: ov, yes: [Y, y]}\n";

static struct eh_arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = eh_arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	eh_arena_free(arena);
	return 0;
}

static const struct eh_map *read_good(const char *text)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	if (eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err) != EH_OK)
		fail_msg("%s", err.text);
	return map;
}

static void expect_refused(const char *text, const char *what)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	assert_int_equal(eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err), EH_BAD_INPUT);
	if (strstr(err.text, what) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, what);
}

static void they_are_read(void **state)
{
	const struct eh_map *m = read_good(whole);

	(void)state;
	assert_int_equal(m->amounts_n, 2);
	assert_string_equal(m->amounts[0].name, "premium");
	assert_int_equal(m->amounts[0].scale, 2);
	assert_string_equal(m->columns[m->amounts[0].column].name, "prem");
	assert_string_equal(m->columns[m->amounts[0].expected].name, "el");
	assert_string_equal(m->columns[m->amounts[0].actual].name, "loss");
	assert_true(m->amounts[1].expected == -1 && m->amounts[1].actual == -1 && m->amounts[1].scale == 0);
	assert_string_equal(m->columns[m->override_column].name, "ov");
	assert_true(eh_map_values_hold(&m->override_yes, "y", 1));
	assert_int_equal(m->columns[m->received_at].roles, EH_MAP_RECEIVED_AT);
}

/* A map without these keys keeps the version that it had before there were any. */
static void they_are_in_the_version_where_they_are(void **state)
{
	const struct eh_map *m = read_good(whole);
	const struct eh_map *plain =
		read_good("source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                  "favourable: [yes]\nprotected: [{name: sex, column: sex, reference: M}]\n"
	                  "amounts: []\n");

	(void)state;
	assert_non_null(strstr(m->canonical,
	                       "\"amounts\":[{\"actual\":\"loss\",\"column\":\"prem\",\"expected\":\"el\","
	                       "\"name\":\"premium\",\"scale\":2},{\"actual\":null,"));
	assert_non_null(strstr(m->canonical, "\"override\":{\"column\":\"ov\",\"yes\":[\"Y\",\"y\"]}"));
	assert_non_null(strstr(m->canonical, "\"received_at\":\"rec\""));
	assert_null(strstr(plain->canonical, "amounts"));
	assert_null(strstr(plain->canonical, "override"));
	assert_null(strstr(plain->canonical, "received_at"));
	assert_true(plain->received_at == -1 && plain->override_column == -1);
}

static void what_is_wrong_is_refused(void **state)
{
	(void)state;
	expect_refused(HEAD "amounts: [{name: a}]\n", "column");
	expect_refused(HEAD "amounts: [{name: a, colum: a}]\n", "did you mean \"column\"?");
	expect_refused(HEAD "amounts: [{name: a, column: a}, {name: a, column: b}]\n",
	               "the name \"a\" is taken already");
	expect_refused(HEAD "amounts: [{name: a, column: a, expected: e}]\n", "no \"actual\"");
	expect_refused(HEAD "amounts: [{name: a, column: rec}]\n", "holds a time");
	expect_refused(HEAD "override: {column: ov}\n", "yes");
	expect_refused(HEAD "override: {column: ov, yes: []}\n", "is an empty list");
	expect_refused(HEAD "override: {column: ov, yes: [y], no: [n]}\n", "no");
	expect_refused(
		HEAD "amounts: [{name: a, column: a}, {name: b, column: a}, {name: c, column: a}, {name: d, column: a},"
		     " {name: e, column: a}, {name: f, column: a}, {name: g, column: a}, {name: h, column: a},"
		     " {name: i, column: a}]\n",
		"at most 8 are allowed");
}

/* Fields in the order of map->columns: id, at, d, rec, sex, prem, el, loss, lim, ov. */
static enum eh_decision_reason check(const char *const texts[10], struct eh_decision *out)
{
	const struct eh_map *m = read_good(whole);
	struct eh_field fields[10];
	struct eh_row row = {.fields = fields};
	enum eh_decision_reason reason;
	struct eh_err err = {0};

	assert_int_equal(m->columns_n, 10);
	for (int i = 0; i < 10; i++)
		fields[i] = (struct eh_field){.text = {texts[i], strlen(texts[i])}};
	enum eh_rc rc = eh_decision_check(m, &row, out, &reason, &err);

	assert_int_equal(rc, reason == EH_DECISION_OK ? EH_OK : EH_BAD_ROW);
	return reason;
}

static void a_row_is_taken(void **state)
{
	static const char *const good[] = {
		"1", "2024-01-02T00:00:10Z", "yes", "2024-01-02", "F", "100.25", "80.5", "0", "1000000", "y"};
	static const char *const bare[] = {"1", "2024-01-02", "yes", "", "F", "", "", "", "", ""};
	static const char *const broken[] = {"1", "2024-01-02", "yes", "", "F", "free", "", "", "", ""};
	static const char *const no_time[] = {"1", "2024-01-02", "yes", "soon", "F", "", "", "", "", ""};
	struct eh_decision d;

	(void)state;
	assert_int_equal(check(good, &d), EH_DECISION_OK);
	assert_true(d.amounts[0].amount.has && d.amounts[0].amount.q == 10025 && d.amounts[0].expected.q == 8050);
	assert_true(d.amounts[0].actual.has && d.amounts[0].actual.q == 0);
	assert_true(d.amounts[1].amount.q == 1000000 && !d.amounts[1].expected.has);
	assert_true(d.has_override && d.overridden && d.has_received && d.at_us - d.received_us == 10000000);
	assert_int_equal(check(bare, &d), EH_DECISION_OK);
	assert_true(!d.amounts[0].amount.has && !d.has_override && !d.overridden && !d.has_received);
	assert_int_equal(check(broken, &d), EH_DECISION_NOT_A_NUMBER);
	assert_int_equal(check(no_time, &d), EH_DECISION_BAD_TIME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(they_are_read, begin, end),
		cmocka_unit_test_setup_teardown(they_are_in_the_version_where_they_are, begin, end),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(a_row_is_taken, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
