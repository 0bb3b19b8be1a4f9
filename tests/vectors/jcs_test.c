/*
 * jcs_test.c - canonical JSON against RFC 8785's own examples, as far as the profile goes.
 *
 * The profile has no floating point and ASCII keys only; an example that has either
 * must be refused, never written some other way.
 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

#define FOLDER "../shared/vectors/jcs/"

static char *read_all(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return NULL;
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static bool fits(const json_t *doc)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_real(doc))
		return false;
	json_object_foreach((json_t *)(uintptr_t)doc, key, value) {
		for (const char *c = key; *c != '\0'; c++)
			if ((unsigned char)*c >= 0x80)
				return false;
		if (!fits(value))
			return false;
	}
	json_array_foreach(doc, i, value) {
		if (!fits(value))
			return false;
	}
	return true;
}

static void the_examples(void **state)
{
	static const char *const names[] = {"arrays", "french", "structures", "unicode", "values", "weird"};
	int written = 0;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[128];
		EH_BUF_AUTO out = {0};
		struct eh_err err;

		snprintf(path, sizeof path, FOLDER "input/%s.json", names[i]);
		const char *text = read_all(path);
		if (text == NULL) {
			print_message("skip: ../shared/vectors is not here\n");
			skip();
		}
		EH_JSON_AUTO doc = json_loads(text, JSON_DECODE_ANY, NULL);
		assert_non_null(doc);
		if (!fits(doc)) {
			assert_int_equal(eh_json_canonical(doc, &out, &err), EH_BAD_INPUT);
			continue;
		}
		written++;
		expect_rc(EH_OK, eh_json_canonical(doc, &out, &err), &err);
		snprintf(path, sizeof path, FOLDER "output/%s.json", names[i]);
		const char *want = read_all(path);
		assert_non_null(want);
		assert_memory_equal(out.data, want, out.len);
		assert_true(strspn(want + out.len, "\n") == strlen(want + out.len));
	}
	assert_true(written >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_examples)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
