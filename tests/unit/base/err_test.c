/*
 * err_test.c - how an error reads once several floors have spoken.
 */
#include "base/err.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

static void a_story_with_its_hint(void **state)
{
	struct eh_err err;

	(void)state;
	assert_int_equal(eh_fail(&err, EH_AGAIN, "the %s is away", "server"), EH_AGAIN);
	assert_string_equal(err.text, "the server is away");
	assert_string_equal(err.hint, "");
	assert_int_equal(eh_hint(&err, "start it with %s.", "evenhand run"), EH_AGAIN);
	assert_string_equal(err.hint, "start it with evenhand run.");
	assert_int_equal(eh_while(&err, "reading %d rows", 3), EH_AGAIN);
	assert_int_equal(eh_while(&err, "gathering"), EH_AGAIN);
	assert_string_equal(err.text, "gathering: reading 3 rows: the server is away");
	assert_string_equal(err.hint, "start it with evenhand run.");
	eh_fail(&err, EH_REFUSED, "another");
	assert_string_equal(err.hint, ""); /* the advice for the last error is not that for this one */
	assert_int_equal(err.rc, EH_REFUSED);
}

static void a_long_story_is_cut(void **state)
{
	struct eh_err err;
	char longer[4096];

	(void)state;
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	eh_fail(&err, EH_BAD_INPUT, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	eh_while(&err, "before");
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_memory_equal(err.text, "before: aaa", 11);
	eh_while(&err, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	eh_hint(&err, "%s", longer);
	assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
}

static void exit_codes_of_the_contract(void **state)
{
	(void)state;
	assert_int_equal(eh_rc_exit(EH_OK), 0);
	assert_int_equal(eh_rc_exit(EH_AGAIN), 3);
	assert_int_equal(eh_rc_exit(EH_BAD_ROW), 2);
	assert_int_equal(eh_rc_exit(EH_BAD_INPUT), 2);
	assert_int_equal(eh_rc_exit(EH_REFUSED), 2);
}

static void a_broken_promise_stops_the_program(void **state)
{
	int status, out[2];
	char said[256] = "";

	(void)state;
	assert_int_equal(pipe(out), 0);
	pid_t child = fork();
	if (child == 0) {
		struct rlimit none = {0};

		setrlimit(RLIMIT_CORE, &none);
		dup2(out[1], 2);
		EH_ASSERT(1 + 1 == 3);
		_exit(0);
	}
	close(out[1]);
	assert_true(child > 0 && read(out[0], said, sizeof said - 1) > 0 && waitpid(child, &status, 0) == child);
	close(out[0]);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(said, "broken promise: 1 + 1 == 3"));
	assert_non_null(strstr(said, "err_test.c:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_story_with_its_hint), cmocka_unit_test(a_long_story_is_cut),
	                                   cmocka_unit_test(exit_codes_of_the_contract),
	                                   cmocka_unit_test(a_broken_promise_stops_the_program)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
