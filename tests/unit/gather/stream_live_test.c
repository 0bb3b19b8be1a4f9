/*
 * stream_live_test.c - eight sessions write while a stream is read, stopped and read on; and nobody writes at all.
 */
#include <stdlib.h>

#include "tests/unit/gather/stream_rig.h"

/* T passes everything that was committed before it, and a quiet source keeps nothing. */
static void quiet_source_keeps_nothing(void **state)
{
	struct rig_follow follow;
	EH_PG_AUTO admin = eh_test_open_admin();

	(void)state;
	rig_sql(RIG_ROWS(1, 10));
	rig_follow_begin(&follow, rig_map(STREAM("")));
	for (int i = 0; i < 500 && eh_test_int8(admin, "SELECT count(*) FROM evenhand.source_slot") == 0; i++)
		usleep(10000);
	rig_sql("CREATE TABLE public.other (a int); INSERT INTO public.other SELECT generate_series(1, 20000)");
	bool moved = false;
	for (int i = 0; i < 500 && !moved; i++) {
		moved = eh_test_int8(admin, "SELECT count(*) FROM pg_replication_slots s JOIN evenhand.source_state t ON true"
		                            " WHERE confirmed_flush_lsn > pg_current_wal_lsn() - 4096 AND clock_us >"
		                            " (extract(epoch FROM now()) - 2) * 1000000") == 1;
		usleep(10000);
	}
	rig_follow_end(&follow);
	assert_true(moved);
	assert_int_equal(one("SELECT count(*) FROM evenhand.source_slot WHERE retained_bytes >= 0 AND wal_status = 'reserved'"), 1);
}

#define WRITERS 8

static void run(PGconn *conn, const char *sql)
{
	PGresult *res = PQexec(conn, sql);

	EH_ASSERT(PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK);
	PQclear(res);
}

struct writer {
	pthread_t thread;
	struct eh_pg *pg;
	int number;
};

/* Inserts, updates and deletes of its own rows, some rolled back, some in subtransactions. */
static void *write_rows(void *arg)
{
	struct writer *w = arg;
	PGconn *conn = eh_pg_conn(w->pg);
	unsigned seed = (unsigned)w->number * 7919 + 1;
	char sql[512];

	for (int i = 0; i < 150; i++) {
		run(conn, "BEGIN");
		snprintf(sql, sizeof sql,
		         "INSERT INTO public.decision SELECT 'w%d-%d-' || i, clock_timestamp(), 'yes', 0.25, 'F', i, 'z' || i, 'm'"
		         " FROM generate_series(1, %d) i", w->number, i, 1 + rand_r(&seed) % 5);
		run(conn, sql);
		if (i % 5 == 0)
			run(conn, "SAVEPOINT s");
		snprintf(sql, sizeof sql, "UPDATE public.decision SET decision = 'no', score = score + 1 WHERE id = 'w%d-%d-1'", w->number,
		         i - 1);
		run(conn, sql);
		if (i % 5 == 0)
			run(conn, rand_r(&seed) % 2 ? "ROLLBACK TO s" : "RELEASE s");
		snprintf(sql, sizeof sql, "DELETE FROM public.decision WHERE id = 'w%d-%d-2'", w->number, i - 3);
		run(conn, sql);
		usleep((useconds_t)(rand_r(&seed) % 3000));
		run(conn, rand_r(&seed) % 10 != 0 ? "COMMIT" : "ROLLBACK");
	}
	return NULL;
}

/* Eight sessions write while the reader begins, is stopped and begins again; in the end its tallies are those of a poll. */
static void no_change_is_lost_or_doubled(void **state)
{
	struct writer writer[WRITERS];
	struct rig_follow follow;
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 2000));
	if (*state == NULL)
		(void)rig_gather_once(map, 0);
	for (int i = 0; i < WRITERS; i++) {
		writer[i] = (struct writer){.pg = eh_test_open(EH_STORE_SOURCE), .number = i};
		assert_int_equal(pthread_create(&writer[i].thread, NULL, write_rows, &writer[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		rig_follow_begin(&follow, map);
		usleep(250000);
		rig_follow_end(&follow);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(writer[i].thread, NULL), 0);
		eh_pg_close(writer[i].pg);
	}
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta"),
	                 one("SELECT count(*) FROM public.decision WHERE decision <> 'maybe'"));
	expect_recomputed();
	expect_as_polled();
	print_message("%lld commits, %lld corrected, %lld taken\n", (long long)one("SELECT count(*) FROM evenhand.gather_commit"),
	              (long long)one("SELECT sum(n_corrected) FROM evenhand.gather_commit"),
	              (long long)one("SELECT sum(n_taken) FROM evenhand.gather_commit"));
}

int main(void)
{
	static bool with_history = true; /* the writers write while the backfill is read too */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(quiet_source_keeps_nothing, fresh),
		cmocka_unit_test_setup(no_change_is_lost_or_doubled, fresh),
		cmocka_unit_test_prestate_setup_teardown(no_change_is_lost_or_doubled, fresh, NULL, &with_history),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
