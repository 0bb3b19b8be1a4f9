/*
 * counsel_test.c - notes of counsel, written by the program itself: counsel reads them, and nothing else of the store has them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define MARK "zebra-quartz-4711"

static int begin(void **state)
{
	if (eh_test_store_begin(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk');"
	                   "INSERT INTO evenhand.alert VALUES ('A-1', 1, 'bias', 'sex', 'F', 'live');"
	                   "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('cy', 'counsel', ''), ('ian', 'insurer', '')");
	return 0;
}

/* Runs the program on the test's store; its exit code. */
static int run(const char *words, const char *input)
{
	char command[5000];

	snprintf(command, sizeof command, "echo '%s' | %s counsel %s >/dev/null 2>&1", input, eh_test_program(), words);
	return system(command); /* NOLINT: a test's own words */
}

static void counsel_keeps_a_note(void **state)
{
	EH_PG_AUTO counsel = eh_test_open(EH_STORE_COUNSEL);

	(void)state;
	assert_int_not_equal(run("note A-1 --as ian", "not mine"), 0);
	assert_int_not_equal(run("note A-9 --as cy", "about nothing"), 0);
	assert_int_not_equal(run("note A-1 --as cy", ""), 0);
	assert_int_equal(eh_test_int8(counsel, "SELECT count(*) FROM evenhand_privileged.note"), 0);
	assert_int_equal(run("note A-1 --as cy", "settle: " MARK), 0);
	assert_string_equal(eh_test_text(counsel, "SELECT author || ' ' || claim || ' ' || body FROM evenhand_privileged.note"),
	                    "cy privilege claimed settle: " MARK);
	assert_int_equal(eh_test_int8(counsel, "SELECT count(*) FROM evenhand_privileged.note WHERE sha256 = sha256(salt || convert_to(body, 'UTF8'))"), 1);
	assert_int_equal(run("list A-1 --as cy", ""), 0);
	assert_int_not_equal(run("list A-1 --as ian", ""), 0);
}

/* Nobody else may enter, and nobody at all may change what was written. */
static void no_other_role_reads_it(void **state)
{
	static const enum eh_store_role roles[] = {EH_STORE_WRITER, EH_STORE_READER, EH_STORE_REGULATOR, EH_STORE_SOURCE};
	EH_PG_AUTO counsel = eh_test_open(EH_STORE_COUNSEL);
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		EH_PG_AUTO pg = eh_test_open(roles[i]);

		if (eh_pg_exec_script(pg, "SELECT * FROM evenhand_privileged.note", &err) == EH_OK)
			fail_msg("%s reads the notes of counsel", eh_store_role_name(roles[i]));
		assert_non_null(strstr(err.text, "permission denied"));
	}
	assert_int_not_equal(eh_pg_exec_script(counsel, "UPDATE evenhand_privileged.note SET body = 'x'", &err), EH_OK);
	assert_int_not_equal(eh_pg_exec_script(counsel, "DELETE FROM evenhand_privileged.note", &err), EH_OK);
	assert_int_not_equal(eh_pg_exec_script(counsel, "SELECT * FROM evenhand.alert_step", &err), EH_OK);
	assert_int_not_equal(eh_pg_exec_script(counsel, "SELECT body FROM evenhand.request", &err), EH_OK);
}

/* What names its author by os_user needs no session: as counsel nobody may approve for somebody else. */
static void counsel_asks_for_notes_only(void **state)
{
	static const char *const verbs[] = {"policy-approve", "approve", "propose", "acknowledge", "counsel-notes", ""};
	EH_PG_AUTO counsel = eh_test_open(EH_STORE_COUNSEL);
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	struct eh_err err;
	char insert[300];

	(void)state;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		snprintf(insert, sizeof insert, "INSERT INTO evenhand.request (os_user, user_name, verb, body) VALUES ('x', 'ian', '%s', '{}')", verbs[i]);
		if (eh_pg_exec_script(counsel, insert, &err) == EH_OK)
			fail_msg("counsel asks for \"%s\"", verbs[i]);
		assert_non_null(strstr(err.text, "asks for notes only"));
		expect_rc(EH_OK, eh_pg_exec_script(writer, insert, &err), &err);
	}
}

/* Every table and view outside the notes' own schema, row by row: what exports, pages and dossiers can read. */
static void no_word_of_it_is_elsewhere(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	(void)state;
	eh_test_sql(admin, "CREATE TEMPORARY TABLE hits (place text, n bigint);"
	                   "DO $$ DECLARE r record; BEGIN FOR r IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	                   " WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname IN ('evenhand', 'evenhand_regulator', 'public') LOOP"
	                   " EXECUTE format('INSERT INTO hits SELECT %L, count(*) FROM %I.%I t WHERE t::text LIKE ''%%" MARK "%%''', r.relname, r.nspname, r.relname);"
	                   " END LOOP; END $$");
	assert_true(eh_test_int8(admin, "SELECT count(*) FROM hits") > 40);
	assert_int_equal(eh_test_int8(admin, "SELECT coalesce(sum(n), 0)::bigint FROM hits"), 0);
	/* What the record will have: the digest, and no more. */
	assert_string_equal(eh_test_text(admin, "SELECT string_agg(DISTINCT k, ' ') FROM evenhand.request, jsonb_object_keys(body) k WHERE verb = 'counsel-note'"), "sha256");
}

/* No file of the program names the schema but the verb's own. */
static void no_other_room_names_it(void **state)
{
	(void)state;
	assert_int_equal(system("! grep -rl evenhand_privileged src dashboards examples | grep -v '^src/cli/counsel.sql$' | grep -q ."), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counsel_keeps_a_note),
		cmocka_unit_test(no_other_role_reads_it),
		cmocka_unit_test(counsel_asks_for_notes_only),
		cmocka_unit_test(no_word_of_it_is_elsewhere),
		cmocka_unit_test(no_other_room_names_it),
	};

	return cmocka_run_group_tests(tests, begin, eh_test_store_end);
}
