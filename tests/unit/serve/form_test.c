/*
 * Forms: what is well-formed is read to the letter, what is odd is refused.
 */
#include "serve/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum eh_rc parse(struct eh_arena *arena, const char *text, struct eh_form *form)
{
	struct eh_err err = {0};

	return eh_serve_form_parse(arena, text, strlen(text), form, &err);
}

static void pairs_are_read(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_form form;

	(void)state;
	assert_int_equal(parse(arena, "user=olga&reason=5+%25+of+M%c3%bcnchen%0D%0Asecond&empty=&bare&&", &form),
	                 EH_OK);
	assert_int_equal(form.n, 4);
	assert_string_equal(eh_serve_form_get(&form, "user"), "olga");
	assert_string_equal(eh_serve_form_get(&form, "reason"), "5 % of M\xc3\xbcnchen\nsecond");
	assert_string_equal(eh_serve_form_get(&form, "empty"), "");
	assert_string_equal(eh_serve_form_get(&form, "bare"), "");
	assert_null(eh_serve_form_get(&form, "absent"));
	assert_int_equal(parse(arena, "", &form), EH_OK);
	assert_int_equal(form.n, 0);
	assert_int_equal(parse(arena, "a=b=c", &form), EH_OK);
	assert_string_equal(eh_serve_form_get(&form, "a"), "b=c");
}

static void odd_forms_are_refused(void **state)
{
	static const char *const odd[] = {"a=%",      "a=%4",    "a=%4g",     "a=%00", "%00=a",
	                                  "a=%1b",    "a=%7f",   "a=%ff",     "a=%c3", "a=%ed%a0%80",
	                                  "a=%c0%af", "a=1&a=2", "a=1&%61=2", "a=\x01", "a%0D%0Ab=1", "%09=1"};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_form form;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		if (parse(arena, odd[i], &form) != EH_BAD_INPUT)
			fail_msg("%s was taken", odd[i]);
}

static void fields_are_counted(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO b = {0};
	struct eh_form form;

	(void)state;
	for (int i = 0; i < EH_SERVE_FORM_FIELDS; i++)
		eh_buf_printf(&b, "f%d=1&", i);
	assert_int_equal(parse(arena, b.data, &form), EH_OK);
	eh_buf_puts(&b, "more=1");
	assert_int_equal(parse(arena, b.data, &form), EH_BAD_INPUT);
}

static void encoding_comes_back(void **state)
{
	static const char text[] = "race/Black & White?#+%\xe2\x80\xae \"<>'";
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO b = {0};
	struct eh_err err = {0};
	char *back;

	(void)state;
	eh_serve_percent_encode(&b, text, false);
	assert_null(strpbrk(b.data, "/&?#+ \"<>'"));
	assert_int_equal(eh_serve_percent_decode(arena, b.data, b.len, false, &back, &err), EH_OK);
	assert_string_equal(back, text);
	assert_int_equal(eh_serve_percent_decode(arena, "a+b", 3, false, &back, &err), EH_OK);
	assert_string_equal(back, "a+b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_read),
		cmocka_unit_test(odd_forms_are_refused),
		cmocka_unit_test(fields_are_counted),
		cmocka_unit_test(encoding_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
