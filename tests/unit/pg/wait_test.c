/*
 * wait_test.c - notifications wake, time passes, locks exclude.
 */
#include "base/time.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static void notification_wakes(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO other = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err;
	bool notified;

	(void)state;
	expect_rc(EH_OK, eh_pg_listen(pg, "Some \"channel\"", &err), &err);
	int64_t start_us = eh_time_steady_us();
	expect_rc(EH_OK, eh_pg_wait(pg, 50, &notified, &err), &err);
	assert_false(notified);
	assert_true(eh_time_steady_us() - start_us >= 50000);
	eh_test_sql(other, "NOTIFY \"Some \"\"channel\"\"\"");
	start_us = eh_time_steady_us();
	expect_rc(EH_OK, eh_pg_wait(pg, 10000, &notified, &err), &err);
	assert_true(notified && eh_time_steady_us() - start_us < 5 * EH_SECOND_US);
	/* One that came along with the answer to a query is not slept over. */
	eh_test_sql(other, "NOTIFY \"Some \"\"channel\"\"\"");
	eh_test_sql(pg, "SELECT pg_sleep(0.05)");
	expect_rc(EH_OK, eh_pg_wait(pg, 10000, &notified, &err), &err);
	assert_true(notified);
}

static void wait_sees_the_server_go(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO admin = eh_test_open_admin();
	char kill_it[96];
	struct eh_err err;
	bool notified;

	(void)state;
	snprintf(kill_it, sizeof kill_it, "SELECT pg_terminate_backend(%d, 5000)", PQbackendPID(eh_pg_conn(pg)));
	eh_test_text(admin, kill_it);
	expect_rc(EH_AGAIN, eh_pg_wait(pg, 10000, &notified, &err), &err);
	assert_false(eh_pg_alive(pg));
}

static void locks_exclude(void **state)
{
	EH_PG_AUTO one = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO two = eh_test_open(EH_STORE_WRITER);
	struct eh_err err;
	bool got;

	(void)state;
	expect_rc(EH_OK, eh_pg_try_lock(one, -5, &got, &err), &err);
	assert_true(got);
	expect_rc(EH_OK, eh_pg_try_lock(two, -5, &got, &err), &err);
	assert_false(got);
	expect_rc(EH_OK, eh_pg_unlock(one, -5, &err), &err);
	expect_rc(EH_OK, eh_pg_lock(two, -5, &err), &err);
	expect_rc(EH_OK, eh_pg_try_lock(one, -5, &got, &err), &err);
	assert_false(got);
	eh_pg_close(two); /* the lock goes with the connection, as soon as the server has seen it */
	two = NULL;
	for (int i = 0; i < 100 && !got; i++) {
		expect_rc(EH_OK, eh_pg_try_lock(one, -5, &got, &err), &err);
		eh_test_sql(one, "SELECT pg_sleep(0.02)");
	}
	assert_true(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notification_wakes),
		cmocka_unit_test(wait_sees_the_server_go),
		cmocka_unit_test(locks_exclude),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
