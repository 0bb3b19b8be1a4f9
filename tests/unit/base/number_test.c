/*
 * number_test.c - numbers as text, against the C library.
 */
#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static struct eh_buf text;

static const char *written(double value)
{
	eh_buf_reset(&text);
	eh_buf_double(&text, value);
	return text.data;
}

static void known_numbers_have_their_text(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{-0.0, "0"},
		{1, "1"},
		{-17, "-17"},
		{0.1, "0.1"},
		{0.3, "0.3"},
		{0.1 + 0.2, "0.30000000000000004"},
		{1 / 3., "0.3333333333333333"},
		{123.456, "123.456"},
		{-1e-5, "-0.00001"},
		{1.5e-6, "1.5e-06"},
		{1e-7, "1e-07"},
		{9007199254740991, "9007199254740991"},
		{1e17, "1e+17"},
		{0.00012345, "0.00012345"},
		{1e300, "1e+300"},
		{5e-324, "4.94065645841247e-324"},
		{0.9999999999999999, "0.9999999999999999"},
		{999999999999999.9, "999999999999999.9"},
		{1e16, "10000000000000000"},
		{12345678901234567890., "1.2345678901234567e+19"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(written(cases[i].value), cases[i].text);
}

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

static size_t significant(const char *at)
{
	size_t n = 0, zeros = 0;

	for (; *at != '\0' && *at != 'e'; at++) {
		if (*at < '0' || *at > '9' || (n == 0 && *at == '0'))
			continue;
		zeros = *at == '0' ? zeros + 1 : 0;
		n++;
	}
	return n - zeros;
}

static void expect_back(double value)
{
	char library[40];

	if (strtod(written(value), NULL) != value) {
		print_error("%.17g became %s\n", value, text.data);
		fail();
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(library, sizeof library, "%.*g", digits, value);
		if (strtod(library, NULL) == value)
			break;
	}
	if (significant(text.data) > significant(library)) {
		print_error("%s is longer than %s\n", text.data, library);
		fail();
	}
}

static void random_numbers_read_back_to_the_same_bits(void **state)
{
	uint64_t x = 88172645463325252;

	(void)state;
	for (int i = 0; i < 150000; i++) {
		uint64_t bits = next(&x);
		double any;

		memcpy(&any, &bits, sizeof any);
		if (isfinite(any))
			expect_back(any);
		expect_back((double)(next(&x) >> 11) * 0x1p-53);
		expect_back((double)(next(&x) >> 11) * 0x1p-53 * pow(10, (double)(next(&x) % 40) - 20));
		expect_back((double)(next(&x) % 100000) / 1000);
	}
}

static void powers_and_their_neighbours_read_back(void **state)
{
	(void)state;
	for (int e = -1074; e < 1024; e++) {
		double value = ldexp(1, e);

		expect_back(value);
		expect_back(nextafter(value, 0) > 0 ? nextafter(value, 0) : value);
		if (e < 1023)
			expect_back(nextafter(value, INFINITY));
	}
	for (int e = -307; e < 308; e++) {
		double value = pow(10, e);

		expect_back(value);
		expect_back(nextafter(value, 0));
		expect_back(nextafter(value, INFINITY));
	}
}

static int end(void **state)
{
	(void)state;
	eh_buf_free(&text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_numbers_have_their_text),
		cmocka_unit_test(random_numbers_read_back_to_the_same_bits),
		cmocka_unit_test(powers_and_their_neighbours_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
