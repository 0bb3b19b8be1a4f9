/*
 * json_test.c - canonical JSON: the profile's rules, and that writing what was read changes nothing.
 */
#include "base/json.h"

#include <string.h>

#include "tests/lib/test.h"

static void writes(const char *text, const char *want)
{
	EH_BUF_AUTO out = {0};
	EH_JSON_AUTO doc = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct eh_err err;

	assert_non_null(doc);
	expect_rc(EH_OK, eh_json_canonical(doc, &out, &err), &err);
	assert_string_equal(out.data, want);
}

static void refuses(json_t *doc, const char *why)
{
	EH_JSON_AUTO mine = doc;
	EH_BUF_AUTO out = {0};
	struct eh_err err;
	struct eh_sha256 digest;

	assert_int_equal(eh_json_canonical(mine, &out, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, why);
	assert_int_equal(eh_json_digest(mine, &digest, &err), EH_BAD_INPUT);
}

static void the_profile(void **state)
{
	(void)state;
	writes("{ \"b\" : [ ] , \"a\" : { } , \"aa\":null,\"B\":true, \"\" : false}", "{\"\":false,\"B\":true,\"a\":{},\"aa\":null,\"b\":[]}");
	writes("\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\\u007f\\/\\\\\\\"\"", "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f/\\\\\\\"\"");
	writes("\"\\u20ac\\ud83d\\ude02\\u0080\"", "\"\xe2\x82\xac\xf0\x9f\x98\x82\xc2\x80\"");
	writes("[9007199254740991,-9007199254740991,0,-0]", "[9007199254740991,-9007199254740991,0,0]");
	writes("[[[1],2],{\"10\":1,\"9\":2}]", "[[[1],2],{\"10\":1,\"9\":2}]");
}

static void what_has_no_place(void **state)
{
	static const char no_float[] = "canonical JSON: a floating-point number has no place here";

	(void)state;
	refuses(json_real(0.5), no_float);
	refuses(json_pack("{s:[i,{s:f}]}", "a", 1, "b", 2.0), no_float);
	refuses(json_integer(INT64_C(9007199254740992)), "canonical JSON: the integer 9007199254740992 is beyond 2^53 - 1");
	refuses(json_integer(-INT64_C(9007199254740992)), "canonical JSON: the integer -9007199254740992 is beyond 2^53 - 1");
	refuses(json_integer(INT64_MIN), "canonical JSON: the integer -9223372036854775808 is beyond 2^53 - 1");
	refuses(json_pack("{s:i}", "caf\xc3\xa9", 1), "canonical JSON: the key \"caf\xc3\xa9\" is not ASCII");
}

static uint64_t seed = 3;

static unsigned below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

static json_t *random_text(void)
{
	static const char *const bits[] = {"a", "\"", "\\", "\n", "\x01", "\xc3\xa9", "\xf0\x9f\x98\x82", "/", "\x7f", " "};
	char text[64] = "";

	for (unsigned i = below(8); i > 0; i--)
		strcat(text, bits[below(10)]);
	return json_string(text);
}

static json_t *random_doc(unsigned depth)
{
	unsigned what = below(depth > 3 ? 4 : 6);
	json_t *doc;

	if (what == 0)
		return random_text();
	if (what == 1)
		return json_integer((json_int_t)below(1000000) - 500000);
	if (what < 4)
		return what == 2 ? json_null() : json_boolean(below(2));
	doc = what == 4 ? json_array() : json_object();
	for (unsigned i = below(6); i > 0; i--) {
		char key[8];

		snprintf(key, sizeof key, "%c%u", 'A' + (int)below(58), below(20));
		if (what == 4)
			json_array_append_new(doc, random_doc(depth + 1));
		else
			json_object_set_new(doc, key, random_doc(depth + 1));
	}
	return doc;
}

/* Equal documents, however they were made, have equal bytes; and the bytes are the document. */
static void reading_back_changes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		EH_JSON_AUTO doc = random_doc(0);
		EH_BUF_AUTO once = {0};
		EH_BUF_AUTO twice = {0};
		struct eh_sha256 digest;
		struct eh_err err;

		expect_rc(EH_OK, eh_json_canonical(doc, &once, &err), &err);
		EH_JSON_AUTO back = json_loads(once.data, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(back);
		assert_true(json_equal(doc, back));
		expect_rc(EH_OK, eh_json_canonical(back, &twice, &err), &err);
		assert_string_equal(once.data, twice.data);
		expect_rc(EH_OK, eh_json_digest(back, &digest, &err), &err);
		struct eh_sha256 want = eh_sha256_of(once.data, once.len);
		assert_true(eh_sha256_equal(&digest, &want));
	}
}

/* The order in which keys were set does not show. */
static void key_order_does_not_show(void **state)
{
	EH_BUF_AUTO one = {0};
	EH_BUF_AUTO other = {0};
	EH_JSON_AUTO a = json_object();
	EH_JSON_AUTO b = json_object();
	struct eh_err err;

	(void)state;
	for (int i = 0; i < 100; i++) {
		char key[16];

		snprintf(key, sizeof key, "k%d", i);
		json_object_set_new(a, key, json_integer(i));
		snprintf(key, sizeof key, "k%d", 99 - i);
		json_object_set_new(b, key, json_integer(99 - i));
	}
	expect_rc(EH_OK, eh_json_canonical(a, &one, &err), &err);
	expect_rc(EH_OK, eh_json_canonical(b, &other, &err), &err);
	assert_string_equal(one.data, other.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_profile), cmocka_unit_test(what_has_no_place),
	                                   cmocka_unit_test(reading_back_changes_nothing), cmocka_unit_test(key_order_does_not_show)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
