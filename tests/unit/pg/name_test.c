/*
 * name_test.c - identifiers: whatever they hold, they stay identifiers.
 */
#include "pg/pg.h"
#include "tests/lib/test.h"

static void idents_are_quoted(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	(void)state;
	assert_string_equal(eh_pg_quote_ident(arena, "decision"), "\"decision\"");
	assert_string_equal(eh_pg_quote_ident(arena, "a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
	assert_string_equal(eh_pg_quote_ident(arena, ""), "\"\"");
}

static void tables_have_one_or_two_parts(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{"decision", "\"public\".\"decision\""},
		{"Risk.Decision Log", "\"Risk\".\"Decision Log\""},
		{"\"a.b\".c", "\"a.b\".\"c\""},
		{"a.\"b\"\"c\"", "\"a\".\"b\"\"c\""},
	};
	static const char *const bad[] = {"",	 ".",	"a.",	".a",	  "a.b.c",
					  "\"a", "a\"b", "\"a\"b", "a.\"b\".c", "\"\"",
					  "a234567890123456789012345678901234567890123456789012345678901234"};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err;
	char *out;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		expect_rc(EH_OK, eh_pg_quote_table(arena, good[i].in, &out, &err), &err);
		assert_string_equal(out, good[i].out);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		expect_rc(EH_BAD_INPUT, eh_pg_quote_table(arena, bad[i], &out, &err), &err);
		assert_null(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idents_are_quoted),
		cmocka_unit_test(tables_have_one_or_two_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
