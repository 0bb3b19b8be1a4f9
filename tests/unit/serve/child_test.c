/*
 * A child gets its arguments to the letter, is heard on both streams, and is ended when it takes too long.
 * The child is this very program: main() plays it when it is called with a word.
 */
#include "serve/child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct eh_settings settings = {.state = "/nowhere", .store = "host=nowhere password=secret"};

static enum eh_rc run(const char *const *argv, int seconds, int *code, struct eh_buf *out, struct eh_buf *said)
{
	struct eh_err err = {0};

	return eh_serve_child(&settings, argv, seconds, NULL, code, out, said, &err);
}

static void arguments_arrive_whole(void **state)
{
	const char *const argv[] = {"evenhand", "echo", "$(id); rm -rf / \"'", "", NULL};
	EH_BUF_AUTO out = {0};
	EH_BUF_AUTO said = {0};
	int code = 0;

	(void)state;
	assert_int_equal(run(argv, 10, &code, &out, &said), EH_OK);
	assert_int_equal(code, 7);
	assert_string_equal(out.data, "[$(id); rm -rf / \"'][]");
	assert_string_equal(said.data, "store host=nowhere password=secret");
}

static void the_slow_are_ended(void **state)
{
	const char *const argv[] = {"evenhand", "sleep", NULL};
	EH_BUF_AUTO out = {0};
	EH_BUF_AUTO said = {0};
	int code = 0;

	(void)state;
	assert_int_equal(run(argv, 1, &code, &out, &said), EH_AGAIN);
}

static void the_loud_are_ended(void **state)
{
	const char *const argv[] = {"evenhand", "shout", NULL};
	EH_BUF_AUTO out = {0};
	EH_BUF_AUTO said = {0};
	int code = 0;

	(void)state;
	assert_int_equal(run(argv, 30, &code, &out, &said), EH_AGAIN);
}

static int play(int argc, char **argv)
{
	if (strcmp(argv[1], "sleep") == 0)
		sleep(60);
	while (strcmp(argv[1], "shout") == 0 &&
	       puts("................................................................") > 0)
		continue;
	for (int i = 2; i < argc; i++)
		printf("[%s]", argv[i]);
	fprintf(stderr, "store %s", getenv("EVENHAND_STORE"));
	return 7;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_arrive_whole),
		cmocka_unit_test(the_slow_are_ended),
		cmocka_unit_test(the_loud_are_ended),
	};

	return argc > 1 ? play(argc, argv) : cmocka_run_group_tests(tests, NULL, NULL);
}
