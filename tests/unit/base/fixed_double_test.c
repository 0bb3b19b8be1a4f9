/*
 * fixed_double_test.c - a double and its text are the same fixed-point value.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "tests/lib/test.h"

/* The definition: the shortest text that reads back as x, parsed. */
static enum eh_fixed by_text(double x, int scale, int64_t *q)
{
	char text[400];
	int n = 0;

	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	return eh_fixed_parse(text, (size_t)n, scale, q);
}

static void expect_same(double x, int scale)
{
	int64_t by_double = 7, want = 7;
	enum eh_fixed got = eh_fixed_of_double(x, scale, &by_double), expected = by_text(x, scale, &want);

	if (got != expected || by_double != want)
		fail_msg("%.17g at scale %d: %d %lld, its text gives %d %lld", x, scale, (int)got, (long long)by_double, (int)expected,
		         (long long)want);
}

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void double_is_its_text(void **state)
{
	static const double edges[] = {0.0,    -0.0,   0.5,   1.5,         2.5,         0.125, 1e14,  99999999999999.0, 140737488355327.0,
	                               140737488355328.0, 1e15, 1e22, 1e-12, 5e-13, 1e-13, 0.1, 0.3, 2.675, 1.005, 1e300, 4.9e-324};

	(void)state;
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
		for (int scale = 0; scale <= EH_FIXED_MAX_SCALE; scale++) {
			expect_same(edges[i], scale);
			expect_same(-edges[i], scale);
		}
	for (int i = 0; i < 200000; i++) {
		int scale = (int)(draw() % (EH_FIXED_MAX_SCALE + 1));
		uint64_t bits = draw();
		double x;

		expect_same((double)(int64_t)(draw() % 100000000) / 10000.0, scale); /* decimals, as logs hold them */
		expect_same((double)(int64_t)(draw() >> 14) / 1e6, scale);
		memcpy(&x, &bits, sizeof x); /* any bits */
		expect_same(x, scale);
	}
}

static void what_is_no_number_is_none(void **state)
{
	int64_t q;

	(void)state;
	assert_int_equal(eh_fixed_of_double(strtod("nan", NULL), 3, &q), EH_FIXED_NOT_NUMBER);
	assert_int_equal(eh_fixed_of_double(strtod("inf", NULL), 3, &q), EH_FIXED_NOT_NUMBER);
	assert_int_equal(eh_fixed_of_double(strtod("-inf", NULL), 3, &q), EH_FIXED_NOT_NUMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(double_is_its_text),
		cmocka_unit_test(what_is_no_number_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
