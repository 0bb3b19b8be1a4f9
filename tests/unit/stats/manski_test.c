/*
 * manski_test.c - the bounds are those of every way to give the missing ones a label.
 */
#include "stats/manski.h"

#include "tests/unit/stats/near.h"

/* All ways to put the missing ones into the protected group, the reference, or neither. */
static void by_enumeration(struct ehs_2x2 t, struct ehs_bin missing, double *lo, double *hi)
{
	uint64_t with = missing.x, without = missing.n - missing.x;

	*lo = INFINITY;
	*hi = 0;
	for (uint64_t wp = 0; wp <= with; wp++)
		for (uint64_t wr = 0; wp + wr <= with; wr++)
			for (uint64_t op = 0; op <= without; op++)
				for (uint64_t or = 0; op + or <= without; or++) {
					double a = (double)(t.prot.x + wp) / (double)(t.prot.n + wp + op);
					double b = (double)(t.ref.x + wr) / (double)(t.ref.n + wr + or);

					if (b == 0 && a == 0)
						continue;
					*lo = fmin(*lo, a / b);
					*hi = fmax(*hi, a / b);
				}
}

static void bounds_are_sharp(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct ehs_2x2 t = {.prot.n = 1 + (uint64_t)(uniform() * 9), .ref.n = 1 + (uint64_t)(uniform() * 9)};
		struct ehs_bin missing = {.n = (uint64_t)(uniform() * 7)};
		double lo, hi;

		t.prot.x = (uint64_t)(uniform() * (double)(t.prot.n + 1));
		t.ref.x = 1 + (uint64_t)(uniform() * (double)t.ref.n);
		missing.x = (uint64_t)(uniform() * (double)(missing.n + 1));
		struct ehs_interval b = ehs_manski_ratio(t, missing);
		by_enumeration(t, missing, &lo, &hi);
		assert_int_equal(b.status, EHS_OK);
		expect_near(b.lo, lo, 1e-12);
		expect_near(b.hi, hi, 1e-12);
		assert_true(b.lo <= b.est && b.est <= b.hi);
	}
}

static void emptiness_is_a_status(void **state)
{
	(void)state;
	assert_int_equal(ehs_manski_ratio((struct ehs_2x2){.prot = {0, 0}, .ref = {5, 2}}, (struct ehs_bin){0}).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_manski_ratio((struct ehs_2x2){.prot = {5, 1}, .ref = {5, 2}}, (struct ehs_bin){1, 2}).status, EHS_INVALID);
	struct ehs_interval b = ehs_manski_ratio((struct ehs_2x2){.prot = {5, 1}, .ref = {5, 0}}, (struct ehs_bin){2, 1});
	assert_int_equal(b.status, EHS_UNDEFINED);
	assert_true(isnan(b.est) && isinf(b.hi) && b.lo > 0);
	b = ehs_manski_ratio((struct ehs_2x2){.prot = {10, 5}, .ref = {10, 8}}, (struct ehs_bin){0});
	assert_true(b.lo == b.est && b.est == b.hi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_are_sharp),
		cmocka_unit_test(emptiness_is_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
