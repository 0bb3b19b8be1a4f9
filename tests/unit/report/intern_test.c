/*
 * intern_test.c - each text has one number, whatever else came.
 */
#include <string.h>

#include "report/intern.h"
#include "tests/lib/test.h"

static struct eh_text text_of(const char *text)
{
	return (struct eh_text){text, strlen(text)};
}

static void same_text_same_number(void **state)
{
	struct eh_intern intern = {0};
	bool fresh;

	(void)state;
	assert_int_equal(eh_intern_at(&intern, text_of("a"), &fresh), 0);
	assert_true(fresh);
	assert_int_equal(eh_intern_at(&intern, text_of("ab"), NULL), 1);
	assert_int_equal(eh_intern_at(&intern, text_of(""), NULL), 2);
	assert_int_equal(eh_intern_at(&intern, text_of("a"), &fresh), 0);
	assert_false(fresh);
	assert_int_equal(intern.n, 3);
	assert_string_equal(eh_intern_text(&intern, 1).at, "ab");
	assert_int_equal(eh_intern_text(&intern, 2).n, 0);
	eh_intern_free(&intern);
}

static void many_texts_keep_their_numbers(void **state)
{
	struct eh_intern intern = {0};
	char text[32];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 20000; i++) {
			(void)snprintf(text, sizeof text, "value %u", i * 2654435761u);
			assert_int_equal(eh_intern_at(&intern, text_of(text), NULL), i);
		}
	assert_int_equal(intern.n, 20000);
	assert_string_equal(eh_intern_text(&intern, 0).at, "value 0");
	eh_intern_free(&intern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_text_same_number),
		cmocka_unit_test(many_texts_keep_their_numbers),
	};

	return cmocka_run_group_tests_name("intern", tests, NULL, NULL);
}
