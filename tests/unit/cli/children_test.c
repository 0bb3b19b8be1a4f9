/*
 * children_test.c - a process that is not wanted ends, and runs again once it is.
 */
#include "cli/children.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/lib/test.h"

static void note(void *ctx, const char *line)
{
	(void)line;
	*(bool *)ctx = true;
}

static void leave(int signal_number)
{
	(void)signal_number;
	_exit(0); /* as gather does when it is asked to end */
}

/* What the children of this test are: this program again. */
__attribute__((noreturn)) static void stay(void)
{
	(void)signal(SIGTERM, leave);
	(void)puts("here");
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}

static void tick_until(struct eh_cli_children *all, const bool *flag)
{
	int64_t until = eh_time_steady_us() + 10 * EH_SECOND_US;
	struct eh_err err;

	while (!*flag && eh_time_steady_us() < until)
		expect_rc(EH_OK, eh_cli_children_tick(all, 20, &err), &err);
	assert_true(*flag);
}

static struct eh_cli_child *begin(struct eh_cli_children *all, bool *here)
{
	static const char *const argv[] = {"stay", NULL};
	struct eh_cli_child *child = eh_cli_children_add(all, "stay", argv);

	child->settles = true;
	child->apart = true;
	child->said = note;
	child->ctx = here;
	return child;
}

static void it_ends_where_it_is_not_wanted(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cli_children all = {.arena = arena};
	bool here = false;
	struct eh_cli_child *child = begin(&all, &here);
	struct eh_err err;

	(void)state;
	tick_until(&all, &here);
	eh_cli_children_want(child, false);
	int64_t until = eh_time_steady_us() + 10 * EH_SECOND_US;
	while (child->pid != 0 && eh_time_steady_us() < until)
		expect_rc(EH_OK, eh_cli_children_tick(&all, 20, &err), &err);
	assert_int_equal(child->pid, 0);
	here = false;
	for (int i = 0; i < 5; i++)
		expect_rc(EH_OK, eh_cli_children_tick(&all, 20, &err), &err);
	assert_int_equal(child->pid, 0);
	eh_cli_children_want(child, true);
	tick_until(&all, &here);
	eh_cli_children_stop(&all);
}

/* That it ended as it was asked does not mean that its work is done. */
static void it_runs_again_where_it_was_put_back_before_it_ended(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cli_children all = {.arena = arena};
	bool here = false;
	struct eh_cli_child *child = begin(&all, &here);

	(void)state;
	tick_until(&all, &here);
	here = false;
	eh_cli_children_want(child, false);
	eh_cli_children_want(child, true);
	tick_until(&all, &here);
	assert_true(child->pid > 0);
	assert_false(child->done);
	eh_cli_children_stop(&all);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_where_it_is_not_wanted),
		cmocka_unit_test(it_runs_again_where_it_was_put_back_before_it_ended),
	};

	if (argc > 1 && strcmp(argv[1], "stay") == 0)
		stay();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
