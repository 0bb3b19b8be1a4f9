/*
 * poll_test.c - a table that cannot be followed exactly is refused by name; columns come in every type.
 */
#include <string.h>

#include "base/time.h"
#include "source/poll.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const char map_text[] = "source: log\ntable: public.decision\n"
                               "columns: {id: id, decided_at: at, decision: d, score: s}\nfavourable: [yes, 'true', '1']\n"
                               "score: {scale: 3}\n"
                               "protected: [{name: sex, column: sex, reference: M}, {name: age, column: age, reference: 40-64, "
                               "bands: [25, 40, 65]}]\n"
                               "lineage: [{role: retrieval, column: docs}]\n";

static struct eh_arena *arena;
static const struct eh_map *map;

static enum eh_rc open_poll(struct eh_pg *pg, struct eh_poll **poll, struct eh_err *err)
{
	return eh_poll_open(arena, pg, map, poll, err);
}

static void expect_refused(const char *sql, const char *says, const char *hints)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_poll *poll;
	struct eh_err err = {0};

	eh_test_sql(pg, sql);
	assert_int_not_equal(open_poll(pg, &poll, &err), EH_OK);
	if (strstr(err.text, says) == NULL || strstr(err.hint, hints) == NULL)
		fail_msg("it says \"%s\" and hints \"%s\"", err.text, err.hint);
}

#define COLUMNS "id text, at timestamptz, d text, s float8, sex text, age int, docs text"

static void table_that_cannot_be_followed_is_refused(void **state)
{
	(void)state;
	expect_refused("SELECT 1", "source log: the table public.decision does not exist", "import");
	expect_refused("CREATE TABLE public.decision (" COLUMNS ")", "no column evenhand_xid",
	               "ALTER TABLE \"public\".\"decision\" ADD evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id()");
	expect_refused("ALTER TABLE public.decision ADD evenhand_xid xid8 DEFAULT pg_current_xact_id()", "no index on \"evenhand_xid\"",
	               "CREATE INDEX ON \"public\".\"decision\" (\"evenhand_xid\")");
	expect_refused("CREATE INDEX ON public.decision (evenhand_xid); INSERT INTO public.decision (id, evenhand_xid) VALUES ('a', NULL)",
	               "\"evenhand_xid\" is null", "SET NOT NULL");
	expect_refused("DELETE FROM public.decision; ALTER TABLE public.decision DROP COLUMN docs", "no column \"docs\"", "map");
	expect_refused("ALTER TABLE public.decision RENAME TO other; CREATE VIEW public.decision AS SELECT * FROM public.other",
	               "not a plain table", "behind the view");
}

static void other_xid8_column_serves_where_it_is_the_only_one(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_poll *poll = NULL;
	struct eh_err err = {0};

	(void)state;
	eh_test_sql(pg, "CREATE TABLE public.decision (" COLUMNS ", x xid8 NOT NULL DEFAULT pg_current_xact_id(), y xid8);"
	                "CREATE INDEX ON public.decision (x)");
	expect_rc(EH_OK, open_poll(pg, &poll, &err), &err);
	assert_false(eh_poll_id_is_unique(poll));
	eh_poll_close(poll);
	expect_refused("CREATE INDEX ON public.decision (y)", "several indexed xid8 columns", "RENAME");
}

static void no_row(struct eh_poll *poll)
{
	const struct eh_row *row;
	struct eh_err err;

	expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
	assert_null(row);
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
}

static struct eh_decision one_decision(struct eh_poll *poll)
{
	const struct eh_row *row;
	struct eh_decision decision;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
	assert_non_null(row);
	expect_rc(EH_OK, eh_decision_check(map, row, &decision, NULL, &err), &err);
	return decision;
}

static void expect_types(const char *types, const char *values, int64_t at_us, int64_t score_q, const char *docs)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO none = {0};
	struct eh_poll *poll = NULL;
	struct eh_err err = {0};
	char sql[1024];

	snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS public.decision; CREATE TABLE public.decision (%s, evenhand_xid xid8 NOT NULL "
	         "DEFAULT pg_current_xact_id()); CREATE INDEX ON public.decision (evenhand_xid);"
	         "INSERT INTO public.decision VALUES (%s)", types, values);
	eh_test_sql(pg, sql);
	expect_rc(EH_OK, open_poll(pg, &poll, &err), &err);
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	struct eh_decision d = one_decision(poll);
	assert_int_equal(d.at_us, at_us);
	assert_true(d.favourable);
	assert_true(d.has_score);
	assert_int_equal(d.score_q, score_q);
	assert_memory_equal(d.groups[1].at, "25-39", 5);
	assert_int_equal(d.lineage[0].n, strlen(docs));
	assert_memory_equal(d.lineage[0].at, docs, strlen(docs));
	no_row(poll);
	eh_poll_close(poll);
}

static void columns_come_in_every_type(void **state)
{
	int64_t at_us = INT64_C(1704110400) * EH_SECOND_US; /* 2024-01-01 12:00 UTC */

	(void)state;
	expect_types("id text, at timestamptz, d text, s float8, sex text, age int4, docs text",
	             "'a', '2024-01-01 13:00:00+01', 'yes', 0.125, 'F', 30, 'x y'", at_us, 125, "x y");
	expect_types("id bigint, at timestamp, d boolean, s numeric, sex char(1), age int2, docs text[]",
	             "1, '2024-01-01 12:00:00', true, 0.125, 'F', 30, '{x,y}'", at_us, 125, "x y");
	expect_types("id uuid, at text, d int, s text, sex varchar, age int8, docs varchar",
	             "'00000000-0000-0000-0000-000000000001', '2024-01-01T12:00:00Z', 1, '0.125', 'F', 30, 'x'", at_us, 125, "x");
	expect_types("id text, at date, d text, s float4, sex text, age numeric(5, 1), docs text",
	             "'a', '2024-01-01', 'yes', 0.125, 'F', 39.9, 'x'", at_us - 12 * EH_HOUR_US, 125, "x");
}

static void infinite_time_is_a_bad_date(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO none = {0};
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_decision decision;
	enum eh_decision_reason reason;
	struct eh_err err = {0};

	(void)state;
	eh_test_sql(pg, "CREATE TABLE public.decision (" COLUMNS ", evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"
	                "CREATE INDEX ON public.decision (evenhand_xid);"
	                "INSERT INTO public.decision VALUES ('a', 'infinity', 'yes'), ('b', '294276-01-01', 'yes'), ('c', '4000-01-01 BC', 'yes')");
	expect_rc(EH_OK, open_poll(pg, &poll, &err), &err);
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	for (int i = 0; i < 3; i++) {
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		assert_non_null(row);
		expect_rc(EH_BAD_ROW, eh_decision_check(map, row, &decision, &reason, &err), &err);
		assert_int_equal(reason, EH_DECISION_BAD_TIME);
	}
	no_row(poll);
	eh_poll_close(poll);
}

#define TABLE                                                                                                          \
	"CREATE TABLE public.decision (" COLUMNS ", evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"           \
	"CREATE INDEX ON public.decision (evenhand_xid)"
#define ROWS(A, B) "INSERT INTO public.decision SELECT i::text, now(), 'yes' FROM generate_series(" #A "," #B ") i"

/* A table whose rows got other places cannot be read on in the middle; whole, it can. */
static void rewritten_table_is_noticed(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO other = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO none = {0};
	EH_POSITION_AUTO middle = {0};
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_err err = {0};

	(void)state;
	eh_test_sql(other, TABLE);
	eh_test_sql(other, ROWS(1, 100));
	expect_rc(EH_OK, open_poll(pg, &poll, &err), &err);
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	for (int i = 0; i < 50; i++)
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
	eh_position_copy(&middle, eh_poll_position(poll));
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_test_sql(other, "VACUUM FULL public.decision");
	expect_rc(EH_REFUSED, eh_poll_begin(poll, &middle, &err), &err);
	assert_non_null(strstr(err.text, "rewritten"));
	eh_pg_rollback(pg);
	middle.kind = EH_POSITION_WHOLE;
	expect_rc(EH_OK, eh_poll_begin(poll, &middle, &err), &err);
	no_row(poll);
	eh_test_sql(other, "DROP TABLE public.decision;" TABLE);
	eh_poll_close(poll);
	expect_rc(EH_OK, open_poll(pg, &poll, &err), &err);
	expect_rc(EH_REFUSED, eh_poll_begin(poll, &middle, &err), &err);
	assert_non_null(strstr(err.text, "made anew"));
	eh_poll_close(poll);
}

static void history_is_what_its_snapshot_sees(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO other = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO middle = {0};
	EH_POSITION_AUTO none = {0};
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_err err = {0};
	int n = 0;

	(void)state;
	eh_test_sql(other, TABLE);
	eh_test_sql(other, ROWS(1, 100));
	expect_rc(EH_OK, open_poll(pg, &poll, &err), &err);
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	for (; n < 50; n++)
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
	eh_position_copy(&middle, eh_poll_position(poll));
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_test_sql(other, ROWS(101, 130)); /* not in the snapshot that history began with */
	expect_rc(EH_OK, eh_poll_begin(poll, &middle, &err), &err);
	for (;; n++) {
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		if (row == NULL)
			break;
	}
	assert_int_equal(n, 100);
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_position_copy(&middle, eh_poll_position(poll));
	expect_rc(EH_OK, eh_poll_begin(poll, &middle, &err), &err);
	for (;; n++) {
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		if (row == NULL)
			break;
	}
	assert_int_equal(n, 130);
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_poll_close(poll);
}

static int begin(void **state)
{
	struct eh_err err = {0};

	arena = eh_arena_new();
	expect_rc(EH_OK, eh_map_parse(arena, "m.yaml", map_text, strlen(map_text), &map, &err), &err);
	return eh_test_store_begin(state);
}

static int end(void **state)
{
	eh_arena_free(arena);
	return eh_test_store_end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(table_that_cannot_be_followed_is_refused, eh_test_store_reset),
		cmocka_unit_test_setup(other_xid8_column_serves_where_it_is_the_only_one, eh_test_store_reset),
		cmocka_unit_test_setup(columns_come_in_every_type, eh_test_store_reset),
		cmocka_unit_test_setup(infinite_time_is_a_bad_date, eh_test_store_reset),
		cmocka_unit_test_setup(rewritten_table_is_noticed, eh_test_store_reset),
		cmocka_unit_test_setup(history_is_what_its_snapshot_sees, eh_test_store_reset),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
