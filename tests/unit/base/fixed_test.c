/*
 * fixed_test.c - decimals against long division in 128 bits, with half-even rounding done by remainder.
 */
#include "base/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static uint64_t seed = 7;

static unsigned below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* mantissa * 10^power as q, the slow way: at most 25 digits and powers from -60 to 60. */
static enum eh_fixed oracle(unsigned __int128 mantissa, int power, int64_t *q)
{
	unsigned __int128 value = mantissa, unit = 1;
	bool exact = true;

	for (; power > 0 && value != 0; power--) {
		value *= 10;
		if (value >= (unsigned __int128)EH_FIXED_LIMIT)
			return EH_FIXED_TOO_LARGE;
	}
	if (power < -37) { /* far less than half of the last place */
		*q = 0;
		return mantissa == 0 ? EH_FIXED_EXACT : EH_FIXED_ROUNDED;
	}
	for (; power < 0; power++)
		unit *= 10;
	unsigned __int128 rest = value % unit;
	value /= unit;
	exact = rest == 0;
	if (rest > unit - rest || (rest != 0 && rest == unit - rest && value % 2 == 1))
		value++;
	if (value >= (unsigned __int128)EH_FIXED_LIMIT)
		return EH_FIXED_TOO_LARGE;
	*q = (int64_t)value;
	return exact ? EH_FIXED_EXACT : EH_FIXED_ROUNDED;
}

struct number {
	char text[96];
	unsigned __int128 mantissa;
	int power;
	bool negative;
};

/* Digits that like to be 0, 5 and 9, so that ties and carries are common. */
static struct number random_number(void)
{
	static const char digits[] = "0123456789005500995";
	struct number x = {.negative = below(3) == 0};
	unsigned n = 1 + below(below(4) == 0 ? 25 : 12), point = below(n + 1);
	bool with_point = below(4) != 0;
	int exponent = below(3) == 0 ? (int)below(40) - 20 : 0;
	size_t at = 0;

	if (x.negative || below(5) == 0)
		x.text[at++] = x.negative ? '-' : '+';
	for (unsigned i = 0; i < n; i++) {
		if (with_point && i == point)
			x.text[at++] = '.';
		char c = digits[below(sizeof digits - 1)];
		x.text[at++] = c;
		x.mantissa = x.mantissa * 10 + (unsigned)(c - '0');
	}
	if (with_point && point == n)
		x.text[at++] = '.';
	x.power = exponent - (with_point ? (int)(n - point) : 0);
	if (exponent != 0)
		snprintf(x.text + at, sizeof x.text - at, "%c%s%d", below(2) ? 'e' : 'E', exponent > 0 && below(2) ? "+" : "", exponent);
	return x;
}

static void agrees_with_long_division(void **state)
{
	int kinds[4] = {0};

	(void)state;
	for (int i = 0; i < 300000; i++) {
		struct number x = random_number();
		int scale = (int)below(EH_FIXED_MAX_SCALE + 1);
		int64_t want = 0, got = 0;
		enum eh_fixed kind = oracle(x.mantissa, x.power + scale, &want), is = eh_fixed_parse(x.text, strlen(x.text), scale, &got);

		kinds[kind]++;
		if (is != kind || (kind <= EH_FIXED_ROUNDED && got != (x.negative ? -want : want)))
			fail_msg("%s at scale %d: %d %lld, by long division %d %lld", x.text, scale, is, (long long)got, kind, (long long)want);
	}
	assert_true(kinds[EH_FIXED_EXACT] > 10000 && kinds[EH_FIXED_ROUNDED] > 10000 && kinds[EH_FIXED_TOO_LARGE] > 10000);
}

static void half_goes_to_even(void **state)
{
	static const struct {
		const char *text;
		int64_t q;
	} cases[] = {{"0.5", 0},  {"1.5", 2},  {"2.5", 2},  {"-0.5", 0}, {"-1.5", -2}, {"-2.5", -2}, {"2.500000000000000000000001", 3},
	             {"2.4999999999999999999999", 2}, {"0.05e1", 0}, {"15e-1", 2}, {".5", 0}, {"5e-1", 0}, {"51e-2", 1}, {"9.5", 10},
	             {"0.05", 0}, {"0.95", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t q = -99;

		assert_int_equal(eh_fixed_parse(cases[i].text, strlen(cases[i].text), 0, &q), EH_FIXED_ROUNDED);
		if (q != cases[i].q)
			fail_msg("%s gives %lld", cases[i].text, (long long)q);
	}
}

static void the_limit(void **state)
{
	int64_t q = 0;

	(void)state;
	assert_int_equal(eh_fixed_parse("140737488355327", 15, 0, &q), EH_FIXED_EXACT);
	assert_int_equal(q, EH_FIXED_LIMIT - 1);
	assert_int_equal(eh_fixed_parse("-140737488355327", 16, 0, &q), EH_FIXED_EXACT);
	assert_int_equal(q, 1 - EH_FIXED_LIMIT);
	assert_int_equal(eh_fixed_parse("140737488355328", 15, 0, &q), EH_FIXED_TOO_LARGE);
	assert_int_equal(eh_fixed_parse("140737488355327.5", 17, 0, &q), EH_FIXED_TOO_LARGE); /* rounds up to it */
	assert_int_equal(eh_fixed_parse("140737488355327.4", 17, 0, &q), EH_FIXED_ROUNDED);
	assert_int_equal(eh_fixed_parse("140.737488355328", 16, 12, &q), EH_FIXED_TOO_LARGE);
	assert_int_equal(eh_fixed_parse("1e99999999999999999999", 22, 0, &q), EH_FIXED_TOO_LARGE);
	assert_int_equal(eh_fixed_parse("0e99999999999999999999", 22, 0, &q), EH_FIXED_EXACT);
	assert_int_equal(eh_fixed_parse("1e-99999999999999999999", 23, 0, &q), EH_FIXED_ROUNDED);
	assert_int_equal(q, 0);
}

static void what_is_no_number(void **state)
{
	static const char *const bad[] = {"",    "+",   "-",    ".",    "-.",    "e5",  "1e",  "1e+", "1e-", "1.2.3", "1,5", " 1", "1 ",
	                                  "0x10", "NaN", "nan", "inf", "Infinity", "--1", "+-1", "1e5.0", "1_000", "1e5e5", "\xd9\xa1"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t q;

		if (eh_fixed_parse(bad[i], strlen(bad[i]), 6, &q) != EH_FIXED_NOT_NUMBER)
			fail_msg("\"%s\" was read", bad[i]);
	}
}

static void text_comes_back(void **state)
{
	char text[32];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t q = (int64_t)(((uint64_t)below(1u << 31) << 16 | below(65536)) >> below(47)), back;
		int scale = (int)below(EH_FIXED_MAX_SCALE + 1);

		q = below(2) ? -q : q;
		eh_fixed_format(q, scale, text);
		assert_int_equal(eh_fixed_parse(text, strlen(text), scale, &back), EH_FIXED_EXACT);
		assert_true(back == q);
		assert_true(strchr(text, '.') == NULL || text[strlen(text) - 1] != '0');
		assert_true(strtod(text, NULL) == eh_fixed_to_double(q, scale));
	}
	eh_fixed_format(-500000, 6, text);
	assert_string_equal(text, "-0.5");
	eh_fixed_format(0, 6, text);
	assert_string_equal(text, "0");
	eh_fixed_format(1, 12, text);
	assert_string_equal(text, "0.000000000001");
}

/* A double means the shortest decimal that reads back as it: .1 is one tenth. */
static void doubles(void **state)
{
	int64_t q = 0;

	(void)state;
	assert_int_equal(eh_fixed_of_double(.1, 6, &q), EH_FIXED_EXACT);
	assert_int_equal(q, 100000);
	assert_int_equal(eh_fixed_of_double(.1 + .2, 12, &q), EH_FIXED_ROUNDED);
	assert_int_equal(q, INT64_C(300000000000));
	assert_int_equal(eh_fixed_of_double(-2.5, 0, &q), EH_FIXED_ROUNDED);
	assert_int_equal(q, -2);
	assert_int_equal(eh_fixed_of_double(1e300, 0, &q), EH_FIXED_TOO_LARGE);
	assert_int_equal(eh_fixed_of_double(5e-324, 12, &q), EH_FIXED_ROUNDED);
	assert_int_equal(q, 0);
	assert_int_equal(eh_fixed_of_double(-0.0, 6, &q), EH_FIXED_EXACT);
	assert_int_equal(q, 0);
	assert_int_equal(eh_fixed_of_double((double)NAN, 6, &q), EH_FIXED_NOT_NUMBER);
	assert_int_equal(eh_fixed_of_double(-(double)INFINITY, 6, &q), EH_FIXED_NOT_NUMBER);
	for (int i = 0; i < 50000; i++) {
		int scale = (int)below(10), digits = (int)below(10);
		int64_t p = (int64_t)below(1000000000) * (below(2) ? 1 : -1);

		assert_true(eh_fixed_of_double(eh_fixed_to_double(p, digits), 9, &q) != EH_FIXED_ROUNDED);
		assert_int_equal(eh_fixed_of_double(eh_fixed_to_double(p, scale), scale, &q), EH_FIXED_EXACT);
		assert_true(q == p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_long_division), cmocka_unit_test(half_goes_to_even), cmocka_unit_test(the_limit),
		cmocka_unit_test(what_is_no_number),         cmocka_unit_test(text_comes_back),   cmocka_unit_test(doubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
