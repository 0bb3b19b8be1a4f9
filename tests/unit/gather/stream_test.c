/*
 * stream_test.c - a log followed by logical replication: every change once, wherever the reader is stopped.
 */
#include <stdlib.h>

#include "base/time.h"
#include "tests/unit/gather/rig.h"

#define STREAM(REST) RIG_MAP("log", "mode: stream\n" REST)

/* What the server keeps of the test before: the slot and the publication are in no schema. */
static int fresh(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	eh_test_sql(admin, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active;"
	                   "DROP PUBLICATION IF EXISTS evenhand_log");
	return rig_reset(state);
}

static int64_t one(const char *sql)
{
	return rig_int8(sql);
}

/* The tally digest that a poll of the same rows comes to, counted into a source of its own. */
static struct eh_sha256 polled(void)
{
	static int number;
	char name[32], text[2048];

	(void)snprintf(name, sizeof name, "again%d", number++);
	(void)snprintf(text, sizeof text, "%s", RIG_MAP("log", ""));
	char *at = strstr(text, "source: log");
	char rest[2048];
	(void)snprintf(rest, sizeof rest, "%s", at + strlen("source: log"));
	(void)snprintf(at, sizeof text - (size_t)(at - text), "source: %s%s", name, rest);
	(void)rig_gather_once(rig_map(text), 0);
	return rig_recompute(name).stored;
}

static struct eh_sha256 stored(const char *name)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_READER);
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_source source;
	struct eh_sha256 digest;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_source_load(arena, store, name, &source, &err), &err);
	struct eh_cells *cells = eh_cells_new(arena, source.map);
	expect_rc(EH_OK, eh_panes_load_dictionary(store, source.id, cells, &err), &err);
	expect_rc(EH_OK, eh_panes_digest(store, source.id, eh_cells_names(cells), &digest, &err), &err);
	return digest;
}

static void expect_as_polled(void)
{
	struct eh_sha256 want = polled(), got = stored("log");

	assert_true(eh_sha256_equal(&want, &got));
	rig_expect_digests();
}

static void history_and_stream_join(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 1000));
	struct eh_gather_result r = rig_gather_once(map, 100);
	assert_int_equal(r.rows[0], 980);
	assert_int_equal(r.rows[3], 20);
	expect_as_polled();
	rig_sql(RIG_ROWS(1001, 1500));
	r = rig_gather_once(map, 100);
	assert_int_equal(r.rows[0] + r.rows[2], 490);
	expect_as_polled();
	r = rig_gather_once(map, 100);
	assert_int_equal(r.rows[0] + r.rows[2] + r.rows[3], 0);
}

static void changes_are_counted_as_what_they_are(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 300));
	(void)rig_gather_once(map, 0);
	rig_sql("UPDATE public.decision SET decision = 'no' WHERE id IN ('d1', 'd2', 'd50');"
	        "UPDATE public.decision SET evenhand_xid = evenhand_xid WHERE id = 'd4';"
	        "DELETE FROM public.decision WHERE id IN ('d7', 'd8', 'd100')");
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n_corrected) FROM evenhand.gather_commit"), 2);
	assert_int_equal(one("SELECT sum(n_taken) FROM evenhand.gather_commit"), 2);
	expect_as_polled();
	rig_sql("TRUNCATE public.decision; " RIG_ROWS(400, 450));
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta JOIN evenhand.source USING (source_id) WHERE name = 'log'"),
	                 49);
	assert_int_equal(one("SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'restate'"), 1);
	expect_as_polled();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(history_and_stream_join, fresh),
		cmocka_unit_test_setup(changes_are_counted_as_what_they_are, fresh),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
