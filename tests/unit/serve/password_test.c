/*
 * Passwords: right is right, wrong is wrong, and nobody's takes as long.
 */
#include "serve/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void right_and_wrong(void **state)
{
	char hash[EH_SERVE_PASSWORD_HASH];
	struct eh_err err = {0};

	(void)state;
	assert_int_equal(eh_serve_password_hash("four words are good", hash, &err), EH_OK);
	assert_memory_equal(hash, "$argon2id$", 10);
	assert_true(eh_serve_password_right(hash, "four words are good"));
	assert_false(eh_serve_password_right(hash, "four words are bad"));
	assert_false(eh_serve_password_right(NULL, "nobody has this password"));
	assert_false(eh_serve_password_right("not a hash", "four words are good"));
}

static void length_is_bounded(void **state)
{
	char hash[EH_SERVE_PASSWORD_HASH], text[EH_SERVE_PASSWORD_MAX + 2];
	struct eh_err err = {0};

	(void)state;
	assert_int_equal(eh_serve_password_hash("eleven char", hash, &err), EH_BAD_INPUT);
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(eh_serve_password_hash(text, hash, &err), EH_BAD_INPUT);
}

static void made_ones_differ(void **state)
{
	char a[EH_SERVE_PASSWORD_MADE], b[EH_SERVE_PASSWORD_MADE];

	(void)state;
	eh_serve_password_make(a);
	eh_serve_password_make(b);
	assert_int_equal(strlen(a), EH_SERVE_PASSWORD_MADE - 1);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_and_wrong),
		cmocka_unit_test(length_is_bounded),
		cmocka_unit_test(made_ones_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
