/*
 * clean_test.c - each cleaning rule of the Bureau's method, and the halves of a name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bisg/clean.h"

static void names_are_cleaned(void **state)
{
	static const struct {
		const char *name, *whole, *first, *last, *word;
	} cases[] = {
		{"SMITH", "smith", "", "", ""},
		{"  Smith ", "smith", "", "", ""},
		{"O'Brien", "obrien", "", "", ""},
		{"O Brien", "obrien", "", "", "o"},
		{"D'Angelo", "dangelo", "", "", ""},
		{"d angelo", "dangelo", "", "", "d"},
		{"Smith Jr.", "smith", "", "", ""},
		{"Smith, III", "smith", "", "", ""},
		{"King Sr", "king", "", "", ""},
		{"Lee M.D.", "lee", "", "", ""},
		{"Lee, PhD", "lee", "", "", ""},
		{"Lee DDS iv", "lee", "", "", ""},
		{"Smith J", "smith", "", "", ""},
		{"J Smith", "smith", "", "", ""},
		{"De La Cruz", "delacruz", "", "", "de"},
		{"Sm1th2", "smth", "", "", "sm"},
		{"`Smi{th}", "smith", "", "", "smi"},
		{"Smith-Jones", "smithjones", "smith", "jones", ""},
		{"Smith-Jones Jr", "smithjones", "smith", "jones", ""},
		{"Garcia - Lopez", "garcialopez", "garcia", "lopez", "garcia"},
		{"A-B-C", "abc", "a", "b", ""},
		{"-Smith", "smith", "", "smith", ""},
		{"Smith-", "smith", "smith", "", ""},
		{"O", "o", "", "", ""},
		{"X", "", "", "", ""},
		{"Jr", "", "", "", ""},
		{"Smith,Jr", "smith", "", "", ""},
		{"J.Smith", "smith", "", "", ""},
		{"Smith D", "smith", "", "", ""},
		{"\"Smith\"", "smith", "", "", ""},
		{"Mary Ann", "maryann", "", "", "mary"},
		{"Jos\xc3\xa9", "jos\xc3\xa9", "", "", ""},
		{"", "", "", "", ""},
		{" ' . ", "", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct eh_bisg_name out;

		eh_bisg_clean((struct eh_text){cases[i].name, strlen(cases[i].name)}, &out);
		assert_string_equal(out.whole, cases[i].whole);
		assert_string_equal(out.first, cases[i].first);
		assert_string_equal(out.last, cases[i].last);
		assert_string_equal(out.word, cases[i].word);
	}
}

/* Whatever comes: no byte is written behind the end. */
static void long_names_are_cut(void **state)
{
	char text[4000];
	struct eh_bisg_name out;

	(void)state;
	for (size_t n = 0; n < sizeof text; n += 37) {
		memset(text, 'a', n);
		for (size_t i = 0; i < n; i += 11)
			text[i] = i % 3 ? '-' : i % 2 ? ' ' : 'Q';
		eh_bisg_clean((struct eh_text){text, n}, &out);
		assert_true(strlen(out.whole) < EH_BISG_NAME_MAX && strlen(out.last) < EH_BISG_NAME_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_cleaned),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
