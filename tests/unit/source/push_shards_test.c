/*
 * push_shards_test.c - a table whose partitions lie on three servers, by postgres_fdw, is counted as poll counts the
 * union of its rows; the shards do the grouping; and what cannot be read exactly is refused with a sentence.
 *
 * Each server is a cluster of its own behind a UNIX socket.  The first holds one partition itself; the third keeps its
 * texts in LATIN1, so that lengths in bytes differ.
 */
#include <limits.h>
#include <stdlib.h>

#include "pg/cluster.h"
#include "source/push_part.h"
#include "tests/unit/gather/rig.h"

#define SHARDS 2 /* beside the first server */

static char shard_state[SHARDS][PATH_MAX];

static void find_shard(struct eh_arena *arena, int shard, struct eh_cluster *cluster)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_cluster_find(arena, shard_state[shard], cluster, &err), &err);
}

static struct eh_pg *open_shard(int shard, const char *database)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	struct eh_pg *pg;
	struct eh_err err;

	find_shard(arena, shard, &cluster);
	expect_rc(EH_OK, eh_cluster_ensure(&cluster, &err), &err);
	expect_rc(EH_OK, eh_pg_open(eh_cluster_conninfo(arena, &cluster, database, EH_CLUSTER_ADMIN), NULL, &pg, &err), &err);
	return pg;
}

static void stop_shard(int shard)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO said = {0};
	struct eh_cluster cluster;
	struct eh_err err;
	bool was_up, in_use;
	int status;

	find_shard(arena, shard, &cluster);
	expect_rc(EH_OK, eh_cluster_stop(&cluster, &was_up, &in_use, &err), &err);
	const char *const clear[] = {"/bin/rm", "-rf", "--", shard_state[shard], NULL};
	struct eh_process_user me = {.uid = geteuid(), .gid = getegid(), .name = "root", .home = "/"};
	expect_rc(EH_OK, eh_process_run(clear, &me, "/", &said, &status, &err), &err);
}

#define COLUMNS                                                                                                        \
	"id text, decided_at timestamptz, decision text, score float8, sex text, age numeric, tier int, zip varchar(12), model text"

/* Every kind of value, some that no row can be counted with, and ids whose bytes are more than their characters. */
#define ROWS(FROM, TO)                                                                                                 \
	"SELECT CASE WHEN i % 97 = 0 THEN NULL WHEN i % 31 = 0 THEN repeat(chr(235), 300) || i ELSE 'd' || i END,"       \
	" CASE WHEN i % 89 = 0 THEN 'infinity' WHEN i % 83 = 0 THEN NULL"                                                \
	" ELSE timestamptz '2024-01-01 00:00:00+00' + i * interval '3 minutes' END,"                                     \
	" CASE WHEN i % 50 = 0 THEN 'maybe' WHEN i % 3 = 0 THEN 'no' ELSE 'yes' END,"                                    \
	" CASE WHEN i % 71 = 0 THEN 'NaN' ELSE (i % 100) / 100.0 END,"                                                   \
	" CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'F' WHEN 2 THEN 'Zo' || chr(235) ELSE 'M' END, (i % 40 + 20)::numeric(9, 2)," \
	" i % 4, 'z' || i % 20, 'm' || i / 500 FROM generate_series(" #FROM ", " #TO ") AS i"

static const char *const shard_rows[SHARDS] = {ROWS(1001, 2200), ROWS(2201, 3000)};

static void fill_shard(int shard)
{
	EH_PG_AUTO admin = open_shard(shard, "postgres");
	EH_BUF_AUTO sql = {0};

	eh_test_sql(admin, shard == 1 ? "CREATE DATABASE log ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
	                              : "CREATE DATABASE log");
	EH_PG_AUTO pg = open_shard(shard, "log");
	eh_buf_printf(&sql, "CREATE TABLE public.part (shard int, " COLUMNS "); INSERT INTO public.part SELECT %d, r.* FROM (%s) r; "
	              "ANALYZE public.part", shard + 1, shard_rows[shard]);
	eh_test_sql(pg, sql.data);
}

/* The first server's own partition, the others behind postgres_fdw, and a flat table with the rows of all. */
static void make_parent(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO sql = {0};

	eh_test_sql(admin, "CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public");
	eh_buf_puts(&sql, "CREATE TABLE public.log (shard int, " COLUMNS ") PARTITION BY LIST (shard);"
	                  "CREATE TABLE public.log_0 PARTITION OF public.log FOR VALUES IN (0);"
	                  "INSERT INTO public.log_0 SELECT 0, r.* FROM (" ROWS(1, 1000) ") r;");
	for (int s = 0; s < SHARDS; s++) {
		struct eh_cluster cluster;

		find_shard(arena, s, &cluster);
		eh_buf_printf(&sql,
		              "CREATE SERVER shard_%d FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '%s', dbname 'log');"
		              "CREATE USER MAPPING FOR PUBLIC SERVER shard_%d OPTIONS (user '" EH_CLUSTER_ADMIN "', password_required 'false');"
		              "CREATE FOREIGN TABLE public.log_%d PARTITION OF public.log FOR VALUES IN (%d) SERVER shard_%d"
		              " OPTIONS (schema_name 'public', table_name 'part');",
		              s, cluster.run, s, s + 1, s + 1, s);
	}
	eh_buf_puts(&sql, "CREATE TABLE public.flat AS TABLE public.log;"
	                  "ALTER TABLE public.flat ADD evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id();"
	                  "CREATE INDEX ON public.flat (evenhand_xid);"
	                  "CREATE VIEW public.log_view AS TABLE public.log;"
	                  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC");
	eh_test_sql(admin, sql.data);
}

static const struct eh_map *make_map(const char *source, const char *mode, const char *table, const char *rest)
{
	EH_BUF_AUTO text = {0};

	eh_buf_printf(&text,
	              "source: %s\nmode: %s\ntable: public.%s\n"
	              "columns: {id: id, decided_at: decided_at, decision: decision, score: score}\nfavourable: [yes]\nadverse: [no]\n"
	              "score: {scale: 3}\nprotected: [{name: sex, column: sex, reference: M}, {name: age, column: age, reference: 25-44,"
	              " bands: [25, 45]}]\nstrata: [{name: tier, column: tier}]\n"
	              "features: [{name: zip, column: zip, kind: categorical}]\nlineage: [{role: model, column: model}]\n%s",
	              source, mode, table, rest);
	return rig_map(text.data);
}

static const char *set_aside_of(const char *source)
{
	EH_PG_AUTO pg = eh_test_open_admin();
	EH_BUF_AUTO sql = {0};

	eh_buf_printf(&sql,
	              "SELECT string_agg(reason || ' ' || n || ' ' || ids, ', ' ORDER BY reason) FROM (SELECT reason, count(*) n,"
	              " md5(string_agg(coalesce(row_id, '-'), ',' ORDER BY row_id)) ids FROM evenhand.set_aside JOIN evenhand.source"
	              " USING (source_id) WHERE name = '%s' GROUP BY reason) s", source);
	return eh_arena_strdup(rig_arena, eh_test_text(pg, sql.data));
}

static void expect_like_poll(const char *source, const char *table)
{
	struct eh_gather_result polled = rig_gather_once(make_map("polled", "poll", "flat", "follow: no\n"), 0);
	struct eh_gather_result pushed = rig_gather_once(make_map(source, "pushdown", table, "follow: no\n"), 10);
	struct eh_recompute want = rig_recompute("polled"), got = rig_recompute(source);

	assert_memory_equal(polled.rows, pushed.rows, sizeof polled.rows);
	assert_int_equal(pushed.rows[0] + pushed.rows[1] + pushed.rows[2] + pushed.rows[3], 3000);
	assert_true(pushed.rows[0] > 2500 && pushed.rows[3] > 50);
	assert_int_equal(got.differs_n, 0);
	assert_true(eh_sha256_equal(&want.stored, &got.stored));
	assert_true(eh_sha256_equal(&got.stored, &got.found));
	assert_string_equal(set_aside_of("polled"), set_aside_of(source));
	/* What was read once is not read again. */
	pushed = rig_gather_once(make_map(source, "pushdown", table, "follow: no\n"), 10);
	assert_int_equal(pushed.rows[0] + pushed.rows[1] + pushed.rows[2] + pushed.rows[3], 0);
}

static void shards_count_like_poll(void **state)
{
	(void)state;
	make_parent();
	expect_like_poll("pushed", "log");
}

/* Behind a view all is one statement, and the groups are made here: the same integers again. */
static void a_view_counts_like_poll(void **state)
{
	(void)state;
	make_parent();
	expect_like_poll("viewed", "log_view");
}

static int occurrences(const char *text, const char *part)
{
	int n = 0;

	for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
		n++;
	return n;
}

static void explain(struct eh_push *push, const struct eh_push_query *query, struct eh_buf *plan)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_BUF_AUTO sql = {0};
	struct eh_err err;

	eh_push_sql_of(push, query);
	eh_buf_printf(&sql, "EXPLAIN %s", push->sql.data);
	expect_rc(EH_OK, eh_pg_query_text(push->pg, sql.data, NULL, false, &res, &err), &err);
	eh_buf_reset(plan);
	for (int i = 0; i < PQntuples(res); i++)
		eh_buf_printf(plan, "%s\n", eh_pg_text(res, i, 0));
}

/* PostgreSQL hands a GROUP BY to a shard where everything in it can be handed over. */
static void shards_group_by_themselves(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_BUF_AUTO plan = {0};
	struct eh_source_reader *reader;
	EH_POSITION_AUTO from = {0};
	struct eh_err err;

	(void)state;
	make_parent();
	expect_rc(EH_OK, eh_push_reader_open(rig_arena, pg, make_map("pushed", "pushdown", "log", "follow: no\n"), &reader, &err), &err);
	struct eh_push *push = (struct eh_push *)reader;
	expect_rc(EH_OK, eh_reader_begin(reader, &from, &err), &err);
	push->position.edge_us = push->position.start_us;
	explain(push, push->counts, &plan);
	if (occurrences(plan.data, "Aggregate on") != SHARDS)
		fail_msg("the plan is\n%s", plan.data);
	explain(push, &push->measures[0], &plan);
	if (occurrences(plan.data, "Aggregate on") != SHARDS)
		fail_msg("the plan is\n%s", plan.data);
	expect_rc(EH_OK, eh_reader_end(reader, &err), &err);
	eh_reader_close(reader);
}

static void refuse(const char *table, const char *rest, const char *says)
{
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	assert_int_equal(rig_gather(make_map("refused", "pushdown", table, rest), &options, &result, &err), EH_REFUSED);
	if (strstr(err.text, says) == NULL)
		fail_msg("it says \"%s\"", err.text);
	assert_string_not_equal(err.hint, "");
}

static void what_cannot_be_followed_is_refused(void **state)
{
	(void)state;
	make_parent();
	refuse("log", "follow: yes\n", "rows of public.log lie on other servers or behind a view");
	refuse("log_view", "follow: yes\n", "rows of public.log_view lie on other servers or behind a view");
	rig_sql("CREATE TABLE public.plain (" COLUMNS ")");
	refuse("plain", "follow: yes\n", "public.plain has no indexed column evenhand_xid");
	rig_sql("CREATE TABLE public.texts (" COLUMNS "); ALTER TABLE public.texts ALTER decided_at TYPE text");
	refuse("texts", "follow: no\n", "panes can be grouped by a time only");
}

static int begin_all(void **state)
{
	if (rig_begin(state) != 0)
		return -1;
	for (int s = 0; s < SHARDS; s++) {
		strcpy(shard_state[s], "/tmp/evenhand-test-XXXXXX");
		if (mkdtemp(shard_state[s]) == NULL)
			return -1;
		fill_shard(s);
	}
	return 0;
}

static int end_all(void **state)
{
	int rc = rig_end(state);

	for (int s = 0; s < SHARDS; s++)
		stop_shard(s);
	return rc;
}

static int reset(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	eh_test_sql(admin, "DROP EXTENSION IF EXISTS postgres_fdw CASCADE");
	return eh_test_store_reset(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(shards_count_like_poll, reset),
		cmocka_unit_test_setup(a_view_counts_like_poll, reset),
		cmocka_unit_test_setup(shards_group_by_themselves, reset),
		cmocka_unit_test_setup(what_cannot_be_followed_is_refused, reset),
	};

	return cmocka_run_group_tests(tests, begin_all, end_all);
}
