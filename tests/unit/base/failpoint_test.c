/*
 * failpoint_test.c - named places: what is armed happens at its passing, once, and nothing else does.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "tests/lib/test.h"

/* Passes `x` three times in a process of its own, and gives how that ended: 10 + the passings that failed. */
static int pass_thrice(const char *armed)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct eh_err err;
		int failed = 0;

		setenv("EVENHAND_FAILPOINT", armed, 1);
		(void)!freopen("/dev/null", "w", stderr);
		for (int i = 0; i < 3; i++)
			failed += EH_FAILPOINT("x", &err) == EH_AGAIN;
		_exit(10 + failed);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void what_is_armed_happens(void **state)
{
	(void)state;
	assert_int_equal(pass_thrice(""), 10);
	assert_int_equal(pass_thrice("y:kill"), 10);
	assert_int_equal(pass_thrice("x:kill"), -SIGKILL);
	assert_int_equal(pass_thrice("x:kill:3"), -SIGKILL);
	assert_int_equal(pass_thrice("x:kill:4"), 10);
	assert_int_equal(pass_thrice("x:error"), 11);
	assert_int_equal(pass_thrice("x:error:*"), 13);
	assert_int_equal(pass_thrice("y:kill,x:error:2"), 11);
}

static void sleeping_takes_its_time(void **state)
{
	int64_t began = eh_time_steady_us();

	(void)state;
	assert_int_equal(pass_thrice("x:sleep_20:*"), 10);
	assert_true(eh_time_steady_us() - began >= 60000);
}

/* A word that is not understood must not pass for a test that found nothing. */
static void nonsense_stops_the_program(void **state)
{
	(void)state;
	assert_int_equal(pass_thrice("x"), 70);
	assert_int_equal(pass_thrice("x:nap"), 70);
	assert_int_equal(pass_thrice("x:kill:0"), 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_armed_happens), cmocka_unit_test(sleeping_takes_its_time),
	                                   cmocka_unit_test(nonsense_stops_the_program)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
