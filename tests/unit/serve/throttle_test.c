/*
 * Guessing is slowed down, by account and by address, and nobody is locked out for good.
 */
#include "serve/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"

static struct eh_throttle throttle;

static int begin(void **state)
{
	(void)state;
	eh_serve_throttle_init(&throttle);
	return 0;
}

static void an_account_waits_longer_each_time(void **state)
{
	static const int waits[] = {1, 2, 4, 8, 16, 32, 60, 60};
	int64_t now_us = EH_HOUR_US;

	(void)state;
	for (int i = 0; i < EH_SERVE_THROTTLE_FREE_FAILURES; i++) {
		assert_int_equal(eh_serve_throttle_take(&throttle, "olga", "10.0.0.0", now_us), 0);
		eh_serve_throttle_tell(&throttle, "olga", false, now_us);
	}
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		assert_int_equal(eh_serve_throttle_take(&throttle, "olga", "10.0.0.0", now_us), waits[i]);
		assert_int_equal(eh_serve_throttle_take(&throttle, "peter", "10.1.0.0", now_us), 0);
		eh_serve_throttle_tell(&throttle, "peter", true, now_us);
		now_us += waits[i] * EH_SECOND_US;
		assert_int_equal(eh_serve_throttle_take(&throttle, "olga", "10.0.0.0", now_us), 0);
		eh_serve_throttle_tell(&throttle, "olga", false, now_us);
	}
	now_us += 60 * EH_SECOND_US;
	assert_int_equal(eh_serve_throttle_take(&throttle, "olga", "10.0.0.0", now_us), 0);
	eh_serve_throttle_tell(&throttle, "olga", true, now_us);
	assert_int_equal(eh_serve_throttle_take(&throttle, "olga", "10.0.0.0", now_us), 0);
}

static void an_address_has_a_bucket(void **state)
{
	int64_t now_us = EH_HOUR_US;
	char user[16];

	(void)state;
	for (int i = 0; i < EH_SERVE_THROTTLE_BURST; i++) {
		snprintf(user, sizeof user, "u%d", i);
		assert_int_equal(eh_serve_throttle_take(&throttle, user, "10.0.0.0", now_us), 0);
	}
	assert_int_equal(eh_serve_throttle_take(&throttle, "next", "10.0.0.0", now_us), EH_SERVE_THROTTLE_REFILL_S);
	assert_int_equal(eh_serve_throttle_take(&throttle, "next", "10.0.1.0", now_us), 0);
	now_us += EH_SERVE_THROTTLE_REFILL_S * EH_SECOND_US;
	assert_int_equal(eh_serve_throttle_take(&throttle, "next", "10.0.0.0", now_us), 0);
	assert_int_equal(eh_serve_throttle_take(&throttle, "more", "10.0.0.0", now_us), EH_SERVE_THROTTLE_REFILL_S);
}

/* Names by the thousand push out the oldest, and the table stays as large as it is. */
static void memory_is_bounded(void **state)
{
	char user[16];

	(void)state;
	for (int i = 0; i < 3 * EH_SERVE_THROTTLE_PLACES; i++) {
		snprintf(user, sizeof user, "u%d", i);
		eh_serve_throttle_tell(&throttle, user, false, EH_HOUR_US + i);
	}
	assert_int_equal(eh_serve_throttle_take(&throttle, "u0", "10.0.0.0", 2 * EH_HOUR_US), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_account_waits_longer_each_time, begin),
		cmocka_unit_test_setup(an_address_has_a_bucket, begin),
		cmocka_unit_test_setup(memory_is_bounded, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
