/*
 * buf_test.c - one encoding a value, and a reader that never leaves its bytes.
 */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static uint64_t seed = 11;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct eh_reader reader(const void *bytes, size_t n)
{
	return (struct eh_reader){.at = bytes, .end = (const unsigned char *)bytes + n};
}

static unsigned __int128 random128(void)
{
	unsigned __int128 u = (unsigned __int128)random64() << 64 | random64();

	return u >> (random64() % 128);
}

static void round_trip(unsigned __int128 u)
{
	EH_BUF_AUTO b = {0};

	eh_buf_varint(&b, (uint64_t)u);
	eh_buf_zigzag(&b, (int64_t)(uint64_t)u);
	eh_buf_varint128(&b, u);
	eh_buf_zigzag128(&b, (__int128)u);
	struct eh_reader r = reader(b.data, b.len);
	assert_true(eh_read_varint(&r) == (uint64_t)u);
	assert_true(eh_read_zigzag(&r) == (int64_t)(uint64_t)u);
	assert_true(eh_read_varint128(&r) == u);
	assert_true(eh_read_zigzag128(&r) == (__int128)u);
	assert_true(!r.bad && r.at == r.end);
}

static void values_come_back(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 128; bit++)
		for (int off = -2; off <= 2; off++) {
			round_trip(((unsigned __int128)1 << bit) + (unsigned __int128)(__int128)off);
			round_trip(-((unsigned __int128)1 << bit) + (unsigned __int128)(__int128)off);
		}
	for (int i = 0; i < 20000; i++)
		round_trip(random128());
}

/* Whatever reads well is what writing gives; so no value has two forms. */
static void is_the_only_form(const unsigned char *bytes, size_t n)
{
	struct eh_reader r = reader(bytes, n), wide = r;
	EH_BUF_AUTO b = {0};
	uint64_t value = eh_read_varint(&r);
	unsigned __int128 wide_value = eh_read_varint128(&wide);

	if (!r.bad) {
		eh_buf_varint(&b, value);
		assert_int_equal(b.len, r.at - bytes);
		assert_memory_equal(b.data, bytes, b.len);
		assert_true(!wide.bad && wide_value == value && wide.at == r.at);
	} else {
		assert_true(value == 0 && eh_read_varint(&r) == 0 && eh_read_u8(&r) == 0);
	}
	if (!wide.bad) {
		eh_buf_reset(&b);
		eh_buf_varint128(&b, wide_value);
		assert_int_equal(b.len, wide.at - bytes);
		assert_memory_equal(b.data, bytes, b.len);
		assert_true(!r.bad || wide_value > UINT64_MAX);
	}
}

static void only_the_shortest_form_is_read(void **state)
{
	unsigned char bytes[24];
	int good = 0;

	(void)state;
	for (unsigned i = 0; i < 65536; i++) {
		bytes[0] = (unsigned char)i;
		bytes[1] = (unsigned char)(i >> 8);
		is_the_only_form(bytes, 2);
		is_the_only_form(bytes, 1);
	}
	for (int i = 0; i < 60000; i++) {
		size_t n = random64() % sizeof bytes;

		for (size_t k = 0; k < n; k++)
			bytes[k] = (unsigned char)(random64() % 3 == 0 ? random64() : (random64() % 4 == 0 ? 0x80 : 0xff));
		if (n > 0)
			bytes[n - 1] &= random64() % 2 ? 0x03 : 0xff;
		is_the_only_form(bytes, n);
		struct eh_reader r = reader(bytes, n);
		eh_read_varint128(&r);
		good += !r.bad;
	}
	assert_true(good > 1000); /* the generator meets both kinds */
}

static void the_end_is_not_passed(void **state)
{
	EH_BUF_AUTO b = {0};
	size_t n;

	(void)state;
	eh_buf_varint(&b, UINT64_MAX);
	for (size_t cut = 0; cut < b.len; cut++) {
		unsigned char *exact = malloc(cut + 1); /* the sanitizer sees a read past it */
		memcpy(exact, b.data, cut);
		unsigned char *shrunk = realloc(exact, cut > 0 ? cut : 1);
		struct eh_reader r = reader(shrunk, cut);

		assert_true(eh_read_varint(&r) == 0 && r.bad);
		free(shrunk);
	}
	eh_buf_reset(&b);
	eh_buf_lenstr(&b, "four", 4);
	struct eh_reader r = reader(b.data, b.len - 1);
	assert_string_equal(eh_read_lenstr(&r, &n), "");
	assert_true(r.bad && n == 0);
	r = reader(b.data, b.len);
	assert_memory_equal(eh_read_lenstr(&r, &n), "four", 4);
	assert_true(!r.bad && n == 4 && r.at == r.end);
	assert_true(eh_read_u8(&r) == 0 && r.bad);
	eh_buf_reset(&b);
	eh_buf_varint(&b, UINT64_MAX); /* a length that would wrap a pointer */
	r = reader(b.data, b.len);
	eh_read_lenstr(&r, &n);
	assert_true(r.bad && n == 0);
}

/* 2^64 - 1 fits, 2^64 does not; the same one word up. */
static void a_value_too_large_is_bad(void **state)
{
	EH_BUF_AUTO b = {0};
	static const unsigned char above_128[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
	                                          0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x04};

	(void)state;
	eh_buf_varint128(&b, (unsigned __int128)UINT64_MAX + 1);
	struct eh_reader r = reader(b.data, b.len);
	assert_true(eh_read_varint(&r) == 0 && r.bad);
	r = reader(above_128, sizeof above_128);
	assert_true(eh_read_varint128(&r) == 0 && r.bad);
}

static void text_grows_and_ends_with_nul(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	for (int i = 0; i < 500; i++) {
		eh_buf_printf(&b, "%03d", i);
		eh_buf_putc(&b, '.');
		eh_buf_puts(&b, "x");
		eh_buf_put(&b, "", 0);
		assert_int_equal(b.len, 5 * (i + 1));
		assert_int_equal(strlen(b.data), b.len);
	}
	assert_memory_equal(b.data + 5 * 499, "499.x", 6);
	char *kept = b.data;
	eh_buf_reset(&b);
	assert_true(b.len == 0 && b.data == kept && b.data[0] == '\0');
	eh_buf_free(&b);
	assert_true(b.data == NULL && b.cap == 0);
	eh_buf_reset(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back),       cmocka_unit_test(only_the_shortest_form_is_read),
		cmocka_unit_test(the_end_is_not_passed),  cmocka_unit_test(a_value_too_large_is_bad),
		cmocka_unit_test(text_grows_and_ends_with_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
