/*
 * live_test.c - sixteen writers with roll-backs and one that stays open: none lost, none doubled, no stall.
 */
#include <stdlib.h>

#include "base/time.h"
#include "tests/unit/gather/rig.h"

#define WRITERS 16
#define TRANSACTIONS 120

static int64_t count_committed; /* with atomics */

/* In a thread nothing of cmocka may be called: a failure stops the program. */
static void run(PGconn *conn, const char *sql)
{
	PGresult *res = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(res);

	EH_ASSERT(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
	PQclear(res);
}

struct writer {
	pthread_t thread;
	struct eh_pg *pg;
	int number;
};

/* Transactions of one or several rows, open for up to 3 ms, one in twenty rolled back, some in a subtransaction. */
static void *write_rows(void *arg)
{
	struct writer *w = arg;
	unsigned seed = (unsigned)w->number * 7919 + 1;
	PGconn *conn = eh_pg_conn(w->pg);
	char sql[512];

	for (int i = 0; i < TRANSACTIONS; i++) {
		int rows = 1 + rand_r(&seed) % 3;
		bool keep = rand_r(&seed) % 20 != 0;

		run(conn, "BEGIN");
		if (i % 5 == 0)
			run(conn, "SAVEPOINT s");
		snprintf(sql, sizeof sql,
		         "INSERT INTO public.decision SELECT 'w%d-%d-' || i, clock_timestamp(), 'yes', 0.25, 'F', 1, 'z', 'm'"
		         " FROM generate_series(1, %d) i", w->number, i, rows);
		run(conn, sql);
		usleep((useconds_t)(rand_r(&seed) % 3000));
		run(conn, keep ? "COMMIT" : "ROLLBACK");
		if (keep)
			__atomic_add_fetch(&count_committed, rows, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static int64_t counted(struct eh_pg *pg)
{
	return eh_test_int8(pg, "SELECT coalesce(sum(n_on_time + n_early + n_late), 0)::bigint FROM evenhand.gather_commit");
}

/* Waits until that many rows are counted; the long writer is still open. */
static void expect_no_stall(struct eh_pg *pg, int64_t rows)
{
	for (int i = 0; i < 1000 && counted(pg) < rows; i++)
		usleep(10000);
	assert_int_equal(counted(pg), rows);
}

static void no_row_is_lost_or_doubled(void **state)
{
	struct writer writer[WRITERS];
	struct rig_follow follow;
	EH_PG_AUTO admin = eh_test_open_admin();
	EH_PG_AUTO long_writer = eh_test_open(EH_STORE_SOURCE);

	(void)state;
	rig_sql(RIG_ROWS(1, 20));
	eh_test_sql(long_writer, "BEGIN; INSERT INTO public.decision VALUES ('long', now(), 'yes', 0.5, 'F', 1, 'z', 'm')");
	rig_follow_begin(&follow, rig_map(RIG_MAP("log", "")));
	for (int i = 0; i < WRITERS; i++) {
		writer[i] = (struct writer){.pg = eh_test_open(EH_STORE_SOURCE), .number = i};
		assert_int_equal(pthread_create(&writer[i].thread, NULL, write_rows, &writer[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(writer[i].thread, NULL), 0);
		eh_pg_close(writer[i].pg);
	}
	expect_no_stall(admin, count_committed + 20); /* of the first 20 none is set aside */
	eh_test_sql(long_writer, "COMMIT");
	expect_no_stall(admin, count_committed + 21);
	rig_follow_end(&follow);
	assert_int_equal(rig_int8("SELECT count(*) FROM public.decision"), count_committed + 21);
	rig_expect_equal("log", count_committed + 21);
	print_message("%lld rows in %lld commits under %lld leaves\n", (long long)count_committed + 21,
	              (long long)rig_int8("SELECT count(*) FROM evenhand.gather_commit"),
	              (long long)rig_int8("SELECT count(*) FROM evenhand.batch"));
}

/* The leaf comes within a second of the first commit that it covers, and T moves by itself. */
static void leaf_follows_within_a_second(void **state)
{
	struct rig_follow follow;
	EH_PG_AUTO admin = eh_test_open_admin();

	(void)state;
	rig_follow_begin(&follow, rig_map(RIG_MAP("log", "")));
	for (int i = 0; i < 500 && eh_test_int8(admin, "SELECT count(*) FROM evenhand.source_state WHERE phase = 'live'") == 0; i++)
		usleep(10000);
	rig_sql(RIG_ROWS(1, 10));
	usleep(1600000);
	assert_int_equal(counted(admin), 10);
	assert_int_equal(eh_test_int8(admin, "SELECT max(last_commit) FROM evenhand.batch"),
	                 eh_test_int8(admin, "SELECT max(commit_no) FROM evenhand.gather_commit"));
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.source_state"
	                                     " WHERE clock_us > (extract(epoch FROM now()) - 3) * 1000000"), 1);
	rig_follow_end(&follow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_row_is_lost_or_doubled, rig_reset),
		cmocka_unit_test_setup(leaf_follows_within_a_second, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
