/*
 * push_test.c - pushdown gives what poll gives, to the byte: over tables of every type of column with every kind of
 * value, in history, in differences, and stopped at any place; and it refuses what it cannot read exactly.
 */
#include <stdlib.h>

#include "tests/unit/gather/rig.h"

#define ROUNDS 8

static unsigned seed = 20261121;

static unsigned draw(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* ---- tables --------------------------------------------------------------------------- */

/* A type of column, and expressions of i, some of them values that no row can be counted with. */
struct type {
	const char *name;
	const char *value[12];
};

#define END NULL

/* What a label, a stratum or a level may stand in. */
static const struct type label_types[] = {
	{"text", {"'F'", "'M'", "''", "NULL", "'F '", "'Zoë'", "repeat('x', 300)", "repeat('ü', 600)", "repeat('y', 1024)",
	          "CASE i % 40 WHEN 0 THEN repeat('z', 1025) ELSE 'F' END", "'it''s \"q\" \\ ; --'", END}},
	{"varchar(8)", {"'F'", "'M'", "NULL", "''", "'other'", END}},
	{"char(6)", {"'F'", "'M'", "NULL", "'F  '", END}},
	{"int4", {"1", "2", "NULL", "-7", "i % 300", END}},
	{"int8", {"9223372036854775807", "0", "NULL", END}},
	{"int2", {"3", "-32768", "NULL", END}},
	{"bool", {"true", "false", "NULL", END}},
	{"numeric", {"1", "1.0", "1.00", "NULL", "'NaN'", "(10::numeric ^ 2000)", END}},
	{"float8", {"0", "'-0'", "0.1", "'NaN'", "'Infinity'", "NULL", END}},
	{"float4", {"0.1", "'-0'", "0", "1e20", END}},
	{"push_mood", {"'glad'", "'sad'", "NULL", END}},
	{"uuid", {"'00000000-0000-0000-0000-000000000001'", "NULL", END}},
	{"date", {"'2024-01-01'", "'infinity'", "NULL", END}},
	{"timestamptz", {"'2024-01-01 00:00:00+00'", "'infinity'", "NULL", END}},
	{"text[]", {"'{a,b}'", "'{}'", "NULL", "'{a,NULL}'", END}},
	{"push_domain", {"'F'", "'M'", "NULL", END}},
	{"text COLLATE push_ci", {"'F'", "'f'", "'M'", "NULL", END}},
	{"interval", {"'1 mon'", "'30 days'", "NULL", END}},
};

/* What a number may stand in. */
static const struct type number_types[] = {
	{"float8", {"(i % 100) / 100.0", "'NaN'", "'Infinity'", "'-Infinity'", "1e300", "NULL", "'-0'", "0", "0.1234567891", "140737488355",
	            END}},
	{"float4", {"(i % 10) / 10.0", "'NaN'", "NULL", "'-0'", "3.4e38", END}},
	{"numeric", {"0.5", "0.50", "0.12345678901234567890123", "'NaN'", "'Infinity'", "(10::numeric ^ 40)", "NULL", "-12.5", END}},
	{"int4", {"i % 10", "NULL", "2147483647", "-2147483648", END}},
	{"int8", {"i % 3", "NULL", "9223372036854775807", "140737488355", "140737488356", END}},
	{"int2", {"i % 7", "NULL", END}},
	{"text", {"'0.5'", "'.5'", "'5.'", "' 7'", "'1e2'", "''", "NULL", "'abc'", "'-3.25'", "'+1'", "repeat('9', 40)", END}},
	{"varchar(20)", {"'0.25'", "'1e-3'", "NULL", "'NaN'", END}},
	{"bool", {"true", "NULL", END}},
	{"text COLLATE push_ci", {"'0.5'", "'1E2'", "NULL", END}},
};

static const struct type time_types[] = {
	{"timestamptz", {"'2024-01-01 00:00:00+00'::timestamptz + i * interval '7 minutes'", "NULL", "'infinity'", "'-infinity'",
	                 "'2024-01-01 10:00:00+00'", "'2040-02-29 23:59:59.999999+00'", "'0001-01-01 05:00:00+00'", "'10000-01-01 00:00:00+00'",
	                 "'4713-01-01 00:00:00+00 BC'", END}},
	{"timestamp", {"'2024-01-01 00:00:00'::timestamp + i * interval '31 minutes'", "NULL", "'infinity'", "'9999-12-31 12:00:00'", END}},
	{"date", {"'2024-01-01'::date + i % 90", "NULL", "'infinity'", "'-infinity'", END}},
};

static const struct type decision_types[] = {
	{"text", {"'yes'", "'no'", "'maybe'", "''", "NULL", "'no'", "'yes '", END}},
	{"varchar(5)", {"'yes'", "'no'", "NULL", END}},
	{"push_answer", {"'yes'", "'no'", "'maybe'", "NULL", END}},
	{"text COLLATE push_ci", {"'yes'", "'YES'", "'no'", END}},
};

static const struct type id_types[] = {
	{"text", {"'d' || i", "NULL", "''", "repeat('i', 1030) || i", "repeat('ï', 200) || i", END}},
	{"int8", {"i", "NULL", END}},
	{"numeric", {"i + 0.50", "NULL", END}},
};

static const struct type instant_types[] = {
	{"timestamptz", {"'2025-01-01 00:00:00+00'", "NULL", "'infinity'", END}},
	{"date", {"'2024-05-05'", "NULL", "'infinity'", END}},
	{"text", {"'2024-05-05'", "'2024-02-30'", "''", "NULL", END}},
};

#define PICK(types) (&(types)[draw(sizeof(types) / sizeof *(types))])

/* An expression that takes one of the type's values by a hash of i; the good ones come more often. */
static void put_value(struct eh_buf *sql, const struct type *type, unsigned salt)
{
	unsigned n = 0;

	while (type->value[n] != END)
		n++;
	eh_buf_printf(sql, "CASE abs(hashint4(i * 31 + %u)) %% %u", salt, 3 * n);
	for (unsigned v = 0; v < n; v++)
		eh_buf_printf(sql, " WHEN %u THEN (%s)::text", v, type->value[v]);
	eh_buf_printf(sql, " ELSE (%s)::text END", type->value[0]);
}

struct table {
	struct eh_buf insert; /* up to generate_series */
	const char *type[16];
};

static const char *const column_names[] = {"id",  "at",    "decision", "score", "outcome", "outcome_at", "sex",
                                           "age", "tier",  "grade",    "zip",   "income",  "model",      "docs"};
#define COLUMNS (sizeof column_names / sizeof *column_names)

/* public.log, plain or in partitions, is pushed down; public.flat, with the same rows, is polled. */
static void make_table(struct table *table, bool partitioned)
{
	const struct type *types[COLUMNS] = {PICK(id_types),     PICK(time_types),  PICK(decision_types), PICK(number_types),
	                                     PICK(label_types),  PICK(instant_types), PICK(label_types), PICK(number_types),
	                                     PICK(label_types),  PICK(label_types), PICK(label_types),    PICK(number_types),
	                                     PICK(label_types),  PICK(label_types)};
	EH_BUF_AUTO columns = {0};
	EH_BUF_AUTO create = {0};

	eh_buf_reset(&table->insert);
	eh_buf_puts(&table->insert, "SELECT ");
	for (unsigned c = 0; c < COLUMNS; c++) {
		table->type[c] = types[c]->name;
		eh_buf_printf(&columns, "%s %s, ", column_names[c], types[c]->name);
		eh_buf_puts(&table->insert, c > 0 ? ", (" : "(");
		put_value(&table->insert, types[c], draw(100000));
		const char *collate = strstr(types[c]->name, " COLLATE");
		eh_buf_printf(&table->insert, ")::%.*s", (int)(collate != NULL ? collate - types[c]->name : 99), types[c]->name);
	}
	eh_buf_printf(&create,
	              "DROP TABLE IF EXISTS public.log, public.flat CASCADE;"
	              "CREATE TABLE public.flat (%sevenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"
	              "CREATE TABLE public.log (%sevenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id()) %s;",
	              columns.data, columns.data, partitioned ? "PARTITION BY HASH (id)" : "");
	for (int part = 0; partitioned && part < 3; part++)
		eh_buf_printf(&create, "CREATE TABLE public.log_%d PARTITION OF public.log FOR VALUES WITH (MODULUS 3, REMAINDER %d);", part, part);
	eh_buf_puts(&create, "CREATE INDEX ON public.flat (evenhand_xid); CREATE INDEX ON public.log (evenhand_xid)");
	rig_sql(create.data);
}

static void insert_rows(struct table *table, int from, int to)
{
	static const char *const tables[] = {"flat", "log"};

	for (int t = 0; t < 2; t++) {
		EH_BUF_AUTO sql = {0};

		eh_buf_printf(&sql, "INSERT INTO public.%s %s FROM generate_series(%d, %d) AS i", tables[t], table->insert.data, from, to);
		rig_sql(sql.data);
	}
}

static const struct eh_map *make_map(const char *source, const char *mode, const char *pane, const char *rest)
{
	EH_BUF_AUTO text = {0};

	eh_buf_printf(&text,
	              "source: %s\nmode: %s\npane: %s\ntable: public.%s\n"
	              "columns: {id: id, decided_at: at, decision: decision, score: score, outcome: outcome, outcome_at: outcome_at}\n"
	              "favourable: [yes]\nadverse: [no]\nscore: {scale: 3}\noutcome: {adverse: ['1']}\n"
	              "protected: [{name: sex, column: sex, reference: Male, groups: {M: Male, F: Female}}, {name: age, column: age, "
	              "reference: '0-4', bands: [0, 5]}]\n"
	              "strata: [{name: tier, column: tier}, {name: grade, column: grade}]\n"
	              "features: [{name: zip, column: zip, kind: categorical}, {name: income, column: income, kind: numeric, scale: 2},"
	              " {name: mark, column: score, kind: numeric, scale: 1}]\n"
	              "lineage: [{role: model, column: model}, {role: retrieval, column: docs}]\n%s",
	              source, mode, pane, strcmp(mode, "poll") == 0 ? "flat" : "log", rest);
	return rig_map(text.data);
}

/* ---- the comparison --------------------------------------------------------------------- */

static char names[2][32]; /* of the two sources of this round: by poll, by pushdown */

/* The same answer for both sources; the query reads from what is called `of`. */
static void same(const char *what, const char *select)
{
	EH_PG_AUTO pg = eh_test_open_admin();
	EH_BUF_AUTO polled = {0};
	EH_BUF_AUTO pushed = {0};
	EH_BUF_AUTO answer = {0};

	eh_buf_printf(&polled, "WITH of AS (SELECT source_id FROM evenhand.source WHERE name = '%s') %s", names[0], select);
	eh_buf_printf(&pushed, "WITH of AS (SELECT source_id FROM evenhand.source WHERE name = '%s') %s", names[1], select);
	eh_buf_puts(&answer, eh_test_text(pg, polled.data));
	const char *other = eh_test_text(pg, pushed.data);
	if (strcmp(answer.data, other) != 0) {
		print_error("%s: polled %s, pushed %s\n", what, answer.data, other);
		fail();
	}
}

static void expect_same(bool live)
{
	struct eh_recompute polled = rig_recompute(names[0]), pushed = rig_recompute(names[1]);

	assert_int_equal(polled.differs_n, 0);
	assert_int_equal(pushed.differs_n, 0);
	assert_true(eh_sha256_equal(&polled.stored, &pushed.stored));
	assert_true(eh_sha256_equal(&pushed.stored, &pushed.found));
	assert_int_equal(polled.rows, pushed.rows);
	assert_int_equal(polled.set_aside, pushed.set_aside);
	print_message("  %llu of %llu rows counted\n", (unsigned long long)(polled.rows - polled.set_aside), (unsigned long long)polled.rows);
	same("fates", "SELECT coalesce(sum(n_on_time + n_early + n_late), 0) || ' ' || coalesce(sum(n_set_aside), 0)"
	              " FROM evenhand.gather_commit JOIN of USING (source_id)");
	same("set aside", "SELECT coalesce(string_agg(reason || ' ' || n || ' ' || ids, ', ' ORDER BY reason), '') FROM (SELECT reason,"
	                  " count(*) n, md5(string_agg(coalesce(row_id, '-'), ',' ORDER BY row_id)) ids FROM evenhand.set_aside"
	                  " JOIN of USING (source_id) GROUP BY reason) s");
	if (!live)
		same("clock", "SELECT coalesce(max(clock_us), 0)::text FROM evenhand.source_state JOIN of USING (source_id)");
}

static const char *const panes[] = {"1h", "1d", "7d", "1mo"};

static void say_table(const struct table *table, unsigned round)
{
	print_message("round %u:", round);
	for (unsigned c = 0; c < COLUMNS; c++)
		print_message(" %s %s", column_names[c], table->type[c]);
	print_message("\n");
}

static void pushdown_is_poll(void **state)
{
	struct table table = {0};

	(void)state;
	rig_sql("CREATE TYPE push_mood AS ENUM ('glad', 'sad'); CREATE TYPE push_answer AS ENUM ('yes', 'no', 'maybe');"
	        "CREATE DOMAIN push_domain AS text; CREATE COLLATION push_ci (provider = icu, locale = 'und-u-ks-level2',"
	        " deterministic = false)");
	for (unsigned round = 0; round < ROUNDS; round++) {
		bool follow = round % 3 == 0;
		const char *pane = panes[draw(4)], *rest = follow ? "follow: yes\n" : "follow: no\n";

		snprintf(names[0], sizeof names[0], "polled%u", round);
		snprintf(names[1], sizeof names[1], "pushed%u", round);
		make_table(&table, round % 2 == 1);
		say_table(&table, round);
		insert_rows(&table, 1, 1200);
		const struct eh_map *polled = make_map(names[0], "poll", pane, rest), *pushed = make_map(names[1], "pushdown", pane, rest);
		rig_gather_once(polled, 0);
		if (draw(2))
			for (unsigned step = draw(6); step > 0; step--) {
				rig_gather_step(pushed, 1 + draw(200));
				struct eh_recompute r = rig_recompute(names[1]);
				assert_int_equal(r.differs_n, 0);
			}
		rig_gather_once(pushed, draw(2) ? 0 : 50);
		expect_same(follow);
		insert_rows(&table, 1201, 1700);
		rig_gather_once(polled, 0);
		if (draw(2))
			for (unsigned step = draw(4); step > 0; step--) {
				rig_gather_step(pushed, 1 + draw(60));
				struct eh_recompute r = rig_recompute(names[1]);
				assert_int_equal(r.differs_n, 0);
			}
		rig_gather_once(pushed, 0);
		expect_same(true);
	}
	eh_buf_free(&table.insert);
}

/* ---- while others write ---------------------------------------------------------------- */

#define WRITERS 4
#define TRANSACTIONS 60

struct writer {
	pthread_t thread;
	struct eh_pg *pg;
	int number;
	int64_t kept;
};

/* Transactions of a few rows, open for a moment, one in five rolled back; some rows cannot be used.  In a thread nothing
 * of cmocka may be called. */
static void *write_rows(void *arg)
{
	struct writer *w = arg;
	unsigned own = (unsigned)w->number * 7919 + 1;
	char sql[512];

	for (int i = 0; i < TRANSACTIONS; i++) {
		bool keep = rand_r(&own) % 5 != 0;

		snprintf(sql, sizeof sql,
		         "BEGIN; INSERT INTO public.decision SELECT 'w%d-%d-' || i, clock_timestamp(), CASE i %% 7 WHEN 0 THEN 'maybe'"
		         " ELSE 'yes' END, 0.25, 'F', i %% 2, 'z' || i, 'm' FROM generate_series(1, 20) i",
		         w->number, i);
		PGresult *res = PQexec(eh_pg_conn(w->pg), sql);
		EH_ASSERT(PQresultStatus(res) == PGRES_COMMAND_OK);
		PQclear(res);
		usleep((useconds_t)(rand_r(&own) % 4000));
		res = PQexec(eh_pg_conn(w->pg), keep ? "COMMIT" : "ROLLBACK");
		EH_ASSERT(PQresultStatus(res) == PGRES_COMMAND_OK);
		PQclear(res);
		w->kept += keep ? 20 : 0;
	}
	return NULL;
}

/* None is lost, none doubled, and the tallies are those of a poll of the same table afterwards. */
static void followed_while_others_write(void **state)
{
	struct writer writer[WRITERS];
	struct rig_follow follow;
	int64_t kept = 500;

	(void)state;
	rig_sql(RIG_ROWS(1, 500));
	rig_follow_begin(&follow, rig_map(RIG_MAP("pushed", "mode: pushdown\n")));
	for (int i = 0; i < WRITERS; i++) {
		writer[i] = (struct writer){.pg = eh_test_open(EH_STORE_SOURCE), .number = i};
		assert_int_equal(pthread_create(&writer[i].thread, NULL, write_rows, &writer[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(pthread_join(writer[i].thread, NULL), 0);
		eh_pg_close(writer[i].pg);
		kept += writer[i].kept;
	}
	rig_follow_end(&follow);
	rig_gather_once(rig_map(RIG_MAP("pushed", "mode: pushdown\n")), 0); /* what the last look did not see yet */
	rig_gather_once(rig_map(RIG_MAP("polled", "")), 0);
	struct eh_sha256 pushed = rig_expect_equal("pushed", kept), polled = rig_expect_equal("polled", kept);
	assert_true(eh_sha256_equal(&pushed, &polled));
	assert_true(rig_int8("SELECT count(*) FROM evenhand.gather_commit JOIN evenhand.source USING (source_id) WHERE name = 'pushed'") > 3);
}

/* A number that becomes a text while its source is followed is read as the text that it is. */
static void column_takes_another_type(void **state)
{
	struct rig_follow follow;

	(void)state;
	rig_sql(RIG_ROWS(1, 400));
	rig_follow_begin(&follow, rig_map(RIG_MAP("pushed", "mode: pushdown\n")));
	for (int i = 0; i < 200 && rig_int8("SELECT count(*) FROM evenhand.source_state WHERE phase = 'live'") == 0; i++)
		usleep(20000);
	usleep(300000);
	rig_sql("ALTER TABLE public.decision ALTER tier TYPE text USING tier::text; INSERT INTO public.decision"
	        " SELECT 'x' || i, timestamptz '2024-01-03 00:00:00+00' + i * interval '1 minute', 'yes', .5, 'F', 'gold', 'z', 'm'"
	        " FROM generate_series(1, 60) i");
	usleep(500000);
	rig_follow_end(&follow);
	rig_gather_once(rig_map(RIG_MAP("pushed", "mode: pushdown\n")), 0);
	rig_gather_once(rig_map(RIG_MAP("polled", "")), 0);
	struct eh_sha256 pushed = rig_expect_equal("pushed", 460), polled = rig_expect_equal("polled", 460);
	assert_true(eh_sha256_equal(&pushed, &polled));
}

/* With one list every other value is of the other kind: a long one of the list must not be taken for such. */
static void long_value_of_the_one_list_is_its_own(void **state)
{
	char pushed[2048], polled[2048], list[1024] = "";

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(list, "ü");
	snprintf(pushed, sizeof pushed, "source: pushed\nmode: pushdown\ntable: public.decision\ncolumns: {id: id, decided_at: decided_at,"
	         " decision: decision}\nfavourable: [yes, '%s']\nprotected: [{name: sex, column: sex, reference: M}]\n", list);
	snprintf(polled, sizeof polled, "source: polled\ntable: public.decision\ncolumns: {id: id, decided_at: decided_at,"
	         " decision: decision}\nfavourable: [yes, '%s']\nprotected: [{name: sex, column: sex, reference: M}]\n", list);
	rig_sql(RIG_ROWS(1, 100));
	rig_sql("UPDATE public.decision SET decision = repeat('ü', 200) WHERE tier = 1");
	rig_gather_once(rig_map(pushed), 0);
	rig_gather_once(rig_map(polled), 0);
	struct eh_sha256 a = rig_expect_equal("pushed", 100), b = rig_expect_equal("polled", 100);
	assert_true(eh_sha256_equal(&a, &b));
}

/* ---- a database that does not know its encoding ------------------------------------------ */

static struct eh_pg *open_ascii(void)
{
	char conninfo[512];
	struct eh_pg *pg;
	struct eh_err err;

	snprintf(conninfo, sizeof conninfo, "host=%s dbname=push_ascii", eh_test_socket_folder());
	expect_rc(EH_OK, eh_pg_open(conninfo, "evenhand_admin", &pg, &err), &err);
	return pg;
}

static struct eh_gather_result gather_ascii(const char *source, const char *mode)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO pg = open_ascii();
	EH_BUF_AUTO text = {0};
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	eh_buf_printf(&text,
	              "source: %s\nmode: %s\nfollow: no\ntable: public.log\ncolumns: {id: id, decided_at: at, decision: decision}\n"
	              "favourable: [yes, 'ja, natürlich']\nadverse: [no]\nprotected: [{name: sex, column: sex, reference: M}]\n"
	              "strata: [{name: tier, column: tier}]\nfeatures: [{name: zip, column: zip, kind: categorical}]\n",
	              source, mode);
	expect_rc(EH_OK, eh_gather_run(store, pg, rig_map(text.data), &options, &result, &err), &err);
	return result;
}

/* Its texts may be any bytes: those that are not UTF-8 are set aside, good ones beyond ASCII are read one by one. */
static void bytes_that_are_no_text_are_set_aside(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	(void)state;
	eh_test_sql(admin, "CREATE DATABASE push_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	{
		EH_PG_AUTO pg = open_ascii();

		eh_test_sql(pg, "CREATE TABLE public.log (id text, at timestamptz, decision text, sex varchar(9), tier text, zip text,"
		                " evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id()); CREATE INDEX ON public.log (evenhand_xid);"
		                "INSERT INTO public.log SELECT CASE WHEN i % 37 = 0 THEN E'\\xff' || i ELSE 'd' || i END,"
		                " timestamptz '2024-01-01 00:00:00+00' + i * interval '5 minutes',"
		                " CASE i % 5 WHEN 0 THEN E'ja, nat\\xc3\\xbcrlich' WHEN 1 THEN 'no' WHEN 2 THEN E'y\\xe9s' ELSE 'yes' END,"
		                " CASE i % 7 WHEN 0 THEN E'\\xc3' WHEN 1 THEN E'Zo\\xc3\\xab' WHEN 2 THEN 'F' ELSE 'M' END,"
		                " CASE i % 11 WHEN 0 THEN E'\\xed\\xa0\\x80' ELSE 'gold' END, CASE i % 13 WHEN 0 THEN E'\\xfe' ELSE 'z' || i % 9 END"
		                " FROM generate_series(1, 3000) i");
	}
	struct eh_gather_result polled = gather_ascii("polled", "poll"), pushed = gather_ascii("pushed", "pushdown");
	assert_memory_equal(polled.rows, pushed.rows, sizeof polled.rows);
	assert_true(pushed.rows[0] > 500 && pushed.rows[3] > 500);
	snprintf(names[0], sizeof names[0], "polled");
	snprintf(names[1], sizeof names[1], "pushed");
	same("panes", "SELECT count(*) || ' ' || md5(string_agg(md5(block), ',' ORDER BY pane_us)) FROM evenhand.pane_delta JOIN of"
	              " USING (source_id)");
	same("set aside", "SELECT string_agg(reason || ' ' || n, ', ' ORDER BY reason) FROM (SELECT reason, count(*) n FROM"
	                  " evenhand.set_aside JOIN of USING (source_id) GROUP BY reason) s");
	eh_test_sql(admin, "DROP DATABASE push_ascii");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pushdown_is_poll, rig_reset),
		cmocka_unit_test_setup(followed_while_others_write, rig_reset),
		cmocka_unit_test_setup(column_takes_another_type, rig_reset),
		cmocka_unit_test_setup(long_value_of_the_one_list_is_its_own, rig_reset),
		cmocka_unit_test_setup(bytes_that_are_no_text_are_set_aside, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
