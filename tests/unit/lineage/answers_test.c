/*
 * answers_test.c - every component resolves to one accountable party, or plainly to nobody.
 */
#include "lineage/answers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

static char path[] = "/tmp/evenhand-answers-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static enum eh_rc read_text(struct eh_arena *home, const char *text, struct eh_answers *out, struct eh_err *err)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	return eh_answers_read(home, path, out, err);
}

static void the_first_that_fits(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_answers answers;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK,
	          read_text(home,
	                    "register:\n"
	                    "  - {role: model, component: m-1, accountable: A, contact: a@x, deputy: d@x}\n"
	                    "  - {role: model, component: m-1, accountable: never, contact: n@x}\n"
	                    "  - {role: model, accountable: B, contact: b@x}\n"
	                    "  - {role: model, component: m-2, accountable: too late, contact: n@x}\n"
	                    "  - {role: vendor, component: v, accountable: C, contact: c@x}\n",
	                    &answers, &err),
	          &err);
	assert_int_equal(answers.n, 5);
	const struct eh_answer *a = eh_answers_find(&answers, "model", "m-1");
	assert_string_equal(a->accountable, "A");
	assert_string_equal(a->contact, "a@x");
	assert_string_equal(a->deputy, "d@x");
	a = eh_answers_find(&answers, "model", "m-2");
	assert_string_equal(a->accountable, "B");
	assert_null(a->deputy);
	assert_null(a->component);
	assert_string_equal(eh_answers_find(&answers, "vendor", "v")->accountable, "C");
	assert_null(eh_answers_find(&answers, "vendor", "V"));
	assert_null(eh_answers_find(&answers, "feed", "m-1"));
}

static void no_register_answers_for_nothing(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_answers answers = {.n = 3};
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_answers_read(home, NULL, &answers, &err), &err);
	assert_int_equal(answers.n, 0);
	assert_null(eh_answers_find(&answers, "model", "m-1"));
	expect_rc(EH_OK, read_text(home, "register: []\n", &answers, &err), &err);
	assert_int_equal(answers.n, 0);
}

static void refused_with_the_place(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"{}\n", ":1:1: the file has no \"register\""},
		{"registers: []\n", ":1:1: unknown key \"registers\", did you mean \"register\"?"},
		{"register: {}\n", ":1:11: register must be a list [..], it is a mapping {..}"},
		{"register: [x]\n", ":1:12: register[0] must be a mapping {..}, it is a single value"},
		{"register: [{accountable: A, contact: c}]\n", ":1:12: register[0] has no \"role\""},
		{"register: [{role: m, contact: c}]\n", ":1:12: register[0] has no \"accountable\""},
		{"register: [{role: m, accountable: A}]\n", ":1:12: register[0] has no \"contact\""},
		{"register: [{role: m, accountable: A, contact: }]\n", ":1:38: register[0].contact must be a text, it is empty"},
		{"register: [{role: m, accountable: A, contact: c, deputty: d}]\n",
	         ":1:50: unknown key \"register[0].deputty\", did you mean \"deputy\"?"},
		{"register: [{role: m, accountable: A, contact: c, component: [a]}]\n",
	         ":1:61: register[0].component must be a single value, it is a list [..]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		EH_ARENA_AUTO home = eh_arena_new();
		struct eh_answers answers;
		struct eh_err err;

		assert_int_equal(read_text(home, cases[i].text, &answers, &err), EH_BAD_INPUT);
		assert_memory_equal(err.text, path, strlen(path));
		assert_string_equal(err.text + strlen(path), cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_that_fits), cmocka_unit_test(no_register_answers_for_nothing),
	                                   cmocka_unit_test(refused_with_the_place)};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
