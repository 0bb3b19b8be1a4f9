/*
 * alerts_test.c - what the program itself says of an alert that there is not: a refusal, and nobody is asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static int begin(void **state)
{
	if (eh_test_store_begin(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('ian', 'insurer', '')");
	return 0;
}

/* Runs the program on the test's store; its exit code, -1 where a signal ended it. */
static int run(const char *words)
{
	char command[5000];

	snprintf(command, sizeof command, "%s alerts %s >/dev/null 2>&1", eh_test_program(), words);
	int code = system(command); /* NOLINT: a test's own words */
	return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

static void nobody_is_asked_about_an_alert_that_there_is_not(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	(void)state;
	assert_int_equal(run("acknowledge A-000000000000 --as ian --aware-at now --reason none"), 2);
	assert_int_equal(run("note A-000000000000 --as ian --reason none"), 2);
	assert_int_equal(run("propose A-000000000000 --event close-fixed --as ian --reason none"), 2);
	assert_int_equal(run("show A-000000000000"), 2);
	assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.request"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_asked_about_an_alert_that_there_is_not, begin, eh_test_store_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
