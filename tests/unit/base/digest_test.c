/*
 * digest_test.c - the examples of FIPS 180-4, and hexadecimal both ways.
 */
#include "base/digest.h"

#include <string.h>

#include "tests/lib/test.h"

static void known_digests(void **state)
{
	static const struct {
		const char *text, *hex;
	} known[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	char hex[EH_SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct eh_sha256 d = eh_sha256_of(known[i].text, strlen(known[i].text));

		eh_sha256_hex(&d, hex);
		assert_string_equal(hex, known[i].hex);
	}
	struct eh_sha256_state *million = eh_sha256_begin();
	char block[1000];
	memset(block, 'a', sizeof block);
	for (int i = 0; i < 1000; i++)
		eh_sha256_add(million, block, sizeof block);
	struct eh_sha256 d = eh_sha256_end(million);
	eh_sha256_hex(&d, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void pieces_give_the_same(void **state)
{
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7);
	struct eh_sha256 whole = eh_sha256_of(text, sizeof text);
	for (size_t cut = 0; cut <= sizeof text; cut += 13) {
		struct eh_sha256_state *s = eh_sha256_begin();

		eh_sha256_add(s, text, cut);
		eh_sha256_add(s, text + cut, sizeof text - cut);
		struct eh_sha256 d = eh_sha256_end(s);
		assert_true(eh_sha256_equal(&whole, &d));
		d.bytes[cut % EH_SHA256_BYTES] ^= 1;
		assert_false(eh_sha256_equal(&whole, &d));
	}
}

static void hexadecimal(void **state)
{
	unsigned char all[256], back[256];
	char hex[513];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	eh_hex(all, sizeof all, hex);
	assert_int_equal(strlen(hex), 512);
	assert_true(strspn(hex, "0123456789abcdef") == 512);
	assert_true(eh_unhex(hex, back, sizeof back));
	assert_memory_equal(all, back, sizeof all);
	assert_true(eh_unhex("aBCdef09", back, 4) && memcmp(back, "\xab\xcd\xef\x09", 4) == 0);
	assert_true(eh_unhex("", back, 0));
	assert_false(eh_unhex("abc", back, 1));
	assert_false(eh_unhex("abcd", back, 1));
	assert_false(eh_unhex("ab", back, 2));
	for (int c = 1; c < 256; c++) {
		char two[3] = {'0', (char)c, 0}, other[3] = {(char)c, '0', 0};
		bool digit = strchr("0123456789abcdefABCDEF", c) != NULL;

		assert_int_equal(eh_unhex(two, back, 1), digit);
		assert_int_equal(eh_unhex(other, back, 1), digit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(known_digests), cmocka_unit_test(pieces_give_the_same),
	                                   cmocka_unit_test(hexadecimal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
