/*
 * utf8.c - see utf8.h.  Decision logs are nearly all ASCII: eight bytes are
 * looked at in one step while none has its high bit set and none is NUL.
 */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define LOW_BITS UINT64_C(0x0101010101010101)

static bool is_plain_ascii(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof word);
	/* The subtraction borrows into a high bit where a byte is 0; high bytes are refused first. */
	return (word & HIGH_BITS) == 0 && ((word - LOW_BITS) & HIGH_BITS) == 0;
}

/* Bytes of the well-formed character at `at`, 0 where there is none.  The table is RFC 3629's. */
static size_t char_bytes(const unsigned char *at, const unsigned char *end)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t more;

	if (at[0] < 0x80)
		return at[0] != 0;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	more = at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
	if ((size_t)(end - at) <= more)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i <= more; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return more + 1;
}

size_t eh_utf8_span(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n) {
		if (n - i >= sizeof(uint64_t) && is_plain_ascii(text + i)) {
			i += sizeof(uint64_t);
			continue;
		}
		size_t step = char_bytes((const unsigned char *)text + i, (const unsigned char *)text + n);
		if (step == 0)
			return i;
		i += step;
	}
	return n;
}

bool eh_utf8_valid(const char *text, size_t n)
{
	return eh_utf8_span(text, n) == n;
}
