/*
 * utf8_test.c - RFC 3629, byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"

static void known_cases(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n, good;
	} cases[] = {
		{"", 0, 0},
		{"plain", 5, 5},
		{"eight by eight!!!", 17, 17},
		{"\xc3\xa9t\xc3\xa9", 5, 5},
		{"\xe2\x82\xac", 3, 3},
		{"\xf0\x9f\x8f\xa0", 4, 4},
		{"\xf4\x8f\xbf\xbf", 4, 4},
		{"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
		{"\xed\xa0\x80", 3, 0},     /* a surrogate */
		{"\xc0\xaf", 2, 0},         /* overlong */
		{"\xe0\x9f\xbf", 3, 0},
		{"\xf0\x8f\xbf\xbf", 4, 0},
		{"ab\x80", 3, 2},
		{"ab\xc3", 3, 2}, /* cut off */
		{"ab\xe2\x82", 4, 2},
		{"a\0b", 3, 1}, /* NUL */
		{"12345678\0", 9, 8},
		{"\xff", 1, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(eh_utf8_span(cases[i].text, cases[i].n), cases[i].good);
		assert_int_equal(eh_utf8_valid(cases[i].text, cases[i].n), cases[i].good == cases[i].n);
	}
}

/* Every byte at every place of a word: the fast way and the slow way must agree. */
static void word_steps_agree_with_bytes(void **state)
{
	(void)state;
	char text[16];

	for (int place = 0; place < 16; place++)
		for (int byte = 0; byte < 256; byte++) {
			memset(text, 'x', sizeof text);
			text[place] = (char)byte;
			size_t want = byte == 0 || byte >= 0x80 ? (size_t)place : sizeof text;
			assert_int_equal(eh_utf8_span(text, sizeof text), want);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_cases),
		cmocka_unit_test(word_steps_agree_with_bytes),
	};

	return cmocka_run_group_tests_name("base/utf8", tests, NULL, NULL);
}
