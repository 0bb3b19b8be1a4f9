/*
 * flags_test.c - the flags and words of a verb.
 */
#include "cli/flags.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "tests/lib/test.h"

static const char *map, *out;
static bool json;
static char *argv[12];
static int argc;

static enum eh_rc parse(struct eh_arena *arena, const char *const *words, struct eh_err *err)
{
	const struct eh_cli_flag flags[] = {{"map", &map, NULL}, {"o", &out, NULL}, {"json", NULL, &json}, {0}};

	map = out = NULL;
	json = false;
	argc = 0;
	argv[argc++] = eh_arena_strdup(arena, "import");
	for (; *words != NULL; words++)
		argv[argc++] = eh_arena_strdup(arena, *words);
	argv[argc] = NULL;
	return eh_cli_flags(&argc, argv, flags, err);
}

#define PARSE(...) parse(arena, (const char *const[]){__VA_ARGS__, NULL}, &err)

static void flags_and_words_are_told_apart(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, PARSE("--map", "m.yaml", "-", "--json", "-o", "f.tar", "--", "--json"), &err);
	assert_string_equal(map, "m.yaml");
	assert_string_equal(out, "f.tar");
	assert_true(json);
	assert_int_equal(argc, 3);
	assert_string_equal(argv[1], "-");
	assert_string_equal(argv[2], "--json");
	assert_null(argv[3]);
	expect_rc(EH_OK, PARSE("--map=a=b"), &err);
	assert_string_equal(map, "a=b");
	assert_int_equal(argc, 1);
}

static void slips_are_refused(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err;

	(void)state;
	expect_rc(EH_BAD_INPUT, PARSE("--jsn"), &err);
	assert_non_null(strstr(err.hint, "--json"));
	expect_rc(EH_BAD_INPUT, PARSE("--map"), &err);
	expect_rc(EH_BAD_INPUT, PARSE("--json=yes"), &err);
	expect_rc(EH_BAD_INPUT, PARSE("--map", "a", "--map", "b"), &err);
	expect_rc(EH_BAD_INPUT, PARSE("-x"), &err);
}

static void words_are_counted(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, PARSE("a", "b"), &err);
	expect_rc(EH_OK, eh_cli_words(argc, argv, 1, 2, &err), &err);
	expect_rc(EH_BAD_INPUT, eh_cli_words(argc, argv, 0, 1, &err), &err);
	assert_non_null(strstr(err.text, "'b'"));
	expect_rc(EH_BAD_INPUT, eh_cli_words(argc, argv, 3, 3, &err), &err);
}

/* A disk that is full, and a reader who left, are errors of the stream for main() to report; not a broken promise. */
static void output_that_cannot_be_written_is_left_to_main(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		EH_JSON_AUTO doc = json_array();

		for (int i = 0; i < 100000; i++)
			json_array_append_new(doc, json_integer(i));
		if (freopen("/dev/full", "w", stdout) == NULL)
			_exit(1);
		eh_cli_print_json(doc, JSON_INDENT(2));
		_exit(fflush(stdout) != 0 || ferror(stdout) ? 42 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_and_words_are_told_apart),
		cmocka_unit_test(slips_are_refused),
		cmocka_unit_test(words_are_counted),
		cmocka_unit_test(output_that_cannot_be_written_is_left_to_main),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
