/*
 * copy_test.c - a CSV file becomes a table, once, whole, with every bad row kept beside it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "source/aside.h"
#include "source/copy.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const char map_text[] = "source: books\ntable: log.books\n"
                               "columns: {id: id, decided_at: at, decision: d, score: s, outcome: o, outcome_at: oat}\n"
                               "favourable: [yes]\nadverse: [no]\nscore: {scale: 2}\noutcome: {adverse: ['1']}\n"
                               "protected: [{name: sex, column: sex, reference: M}]\n";

#define HEADER "id,at,d,s,o,oat,sex,note\n"
#define GOOD_1 "a1,2024-01-01,yes,0.5,,,M,\"first, with \"\"quotes\"\"\nand a line\"\n"
#define GOOD_2 "a2,2024-01-02 03:04:05.5+01,no,,1,2024-02-01T00:00:00Z,F,tab\there\\\n"
#define GOOD_3 "a3,0099-03-04,yes,1,0,,,\n"

static char path[256];
static struct eh_arena *arena;

static const struct eh_map *read_map(const char *text)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err), &err);
	return map;
}

/* Writes a file and imports it. */
static enum eh_rc import_bytes(const struct eh_map *map, const char *text, size_t n, bool gz, struct eh_copy_sum *sum,
                               struct eh_err *err)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	gzFile file = gzopen(path, gz ? "wb" : "wbT");

	assert_non_null(file);
	assert_int_equal(gzwrite(file, text, (unsigned)n), n);
	assert_int_equal(gzclose(file), Z_OK);
	return eh_copy_import(arena, pg, map, path, NULL, sum, err);
}

static void import_text(const char *text, struct eh_copy_sum *sum)
{
	struct eh_err err = {0};

	expect_rc(EH_OK, import_bytes(read_map(map_text), text, strlen(text), false, sum, &err), &err);
}

static void refuse_text(const char *text, const char *want)
{
	struct eh_copy_sum sum;
	struct eh_err err = {0};

	assert_int_equal(import_bytes(read_map(map_text), text, strlen(text), false, &sum, &err), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, want));
	assert_true(err.hint[0] != '\0'); /* what to do about it */
}

static const char *value(const char *sql)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);

	return eh_test_text(pg, sql);
}

static int64_t number(const char *sql)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);

	return eh_test_int8(pg, sql);
}

static void file_becomes_a_table(void **state)
{
	struct eh_copy_sum sum;

	(void)state;
	import_text(HEADER GOOD_1 GOOD_2 GOOD_3, &sum);
	assert_int_equal(sum.read, 3);
	assert_int_equal(sum.imported, 3);
	assert_true(sum.made_table);
	assert_string_equal(value("SELECT note FROM log.books WHERE id = 'a1'"), "first, with \"quotes\"\nand a line");
	assert_string_equal(value("SELECT note FROM log.books WHERE id = 'a2'"), "tab\there\\");
	assert_string_equal(value("SELECT at::text FROM log.books WHERE id = 'a2'"), "2024-01-02 02:04:05.5+00");
	assert_string_equal(value("SELECT at::text FROM log.books WHERE id = 'a3'"), "0099-03-04 00:00:00+00");
	assert_int_equal(number("SELECT count(*) FROM log.books WHERE s IS NULL AND o = '1' AND oat = '2024-02-01Z'"), 1);
	assert_int_equal(number("SELECT count(DISTINCT evenhand_xid) FROM log.books"), 1);
	assert_int_equal(number("SELECT count(*) FROM pg_indexes WHERE schemaname = 'log' AND indexdef LIKE '%btree (evenhand_xid)'"), 1);
	assert_string_equal(value("SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, -1), ',' ORDER BY attnum)"
	                          " FROM pg_attribute a WHERE attrelid = 'log.books'::regclass AND attnum > 0"),
	                    "id text,at timestamp with time zone,d text,s text,o text,oat timestamp with time zone,"
	                    "sex text,note text,evenhand_xid xid8");
}

static void same_file_changes_nothing(void **state)
{
	static const char file[] = HEADER GOOD_1 "bad\n" GOOD_2;
	struct eh_copy_sum sum;

	(void)state;
	import_text(file, &sum);
	char *before = strdup(value("SELECT md5(string_agg(b::text, ';' ORDER BY id)) FROM log.books b"));
	char *aside = strdup(value("SELECT md5(string_agg(s::text, ';')) FROM evenhand_import.set_aside s"));
	import_text(file, &sum);
	assert_int_equal(sum.read, 3);
	assert_int_equal(sum.imported, 0);
	assert_int_equal(sum.skipped, 2);
	assert_int_equal(sum.set_aside, 1);
	assert_false(sum.made_table);
	assert_string_equal(value("SELECT md5(string_agg(b::text, ';' ORDER BY id)) FROM log.books b"), before);
	assert_string_equal(value("SELECT md5(string_agg(s::text, ';')) FROM evenhand_import.set_aside s"), aside);
	free(before);
	free(aside);
}

static void bad_rows_are_kept_with_line_and_reason(void **state)
{
	static const char file[] = HEADER GOOD_1 /* lines 2 and 3 */
		"b1,2024-01-01,yes\n"                    /* 4 */
		"b2,2024-13-01,yes,1,,,M,\n"             /* 5 */
		"b3,2024-01-01,yes,NaN,,,M,\n"           /* 6 */
		"b4,2024-01-01,maybe,1,,,M,\n"           /* 7 */
		"b5,2024-01-01,yes,1,,,\xff,\n"          /* 8 */
		"\n"                                     /* 9: nothing */
		"b6,2024-01-01,yes,1,,,M,\"open\n"       /* 10 */
		GOOD_2                                   /* 11 */
		"b7,2024-01-01,yes,1,,,M,\0\n"           /* 12 */
		",2024-01-01,yes,1,,,M,\n"               /* 13 */
		"b8,2024-01-01,yes,1,,soon,M,x\n";       /* 14 */
	static const struct {
		int64_t line;
		const char *reason;
	} want[] = {{4, "wrong field count"},       {5, "bad date in column at"},
	            {6, "not a number in column s"}, {7, "decision neither favourable nor adverse in column d"},
	            {8, "invalid UTF-8"},            {10, "unterminated quote"},
	            {12, "NUL byte"},                {13, "missing id in column id"},
	            {14, "bad date in column oat"}};
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	const struct eh_aside_import *rows;
	struct eh_copy_sum sum;
	struct eh_err err = {0};
	size_t n;

	(void)state;
	expect_rc(EH_OK, import_bytes(read_map(map_text), file, sizeof file - 1, true, &sum, &err), &err);
	assert_int_equal(sum.imported, 2);
	assert_int_equal(sum.set_aside, 9);
	assert_int_equal(sum.reasons_n, 9);
	expect_rc(EH_OK, eh_aside_list_import(arena, pg, "books", 100, &rows, &n, &err), &err);
	assert_int_equal(n, 9);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].line, want[i].line);
		assert_string_equal(rows[i].reason, want[i].reason);
	}
	assert_int_equal(rows[6].raw.n, strlen("b7,2024-01-01,yes,1,,,M,") + 1);
	assert_string_equal((const char *)rows[5].raw.data, "b6,2024-01-01,yes,1,,,M,\"open");
	expect_rc(EH_OK, eh_aside_list_import(arena, pg, "other", 100, &rows, &n, &err), &err);
	assert_int_equal(n, 0);
}

static void known_id_with_other_content_is_set_aside(void **state)
{
	struct eh_copy_sum sum;

	(void)state;
	import_text(HEADER "x,2024-01-01,yes,1,,,M,\"a, b\"\n"
	                   "x,2024-01-01T00:00:00Z,yes,1,,,M,\"a, b\"\n"  /* the same, written otherwise */
	                   "x,2024-01-01,no,1,,,M,\"a, b\"\n",            /* not the same */
	            &sum);
	assert_int_equal(sum.imported, 1);
	assert_int_equal(sum.skipped, 1);
	assert_int_equal(sum.set_aside, 1);
	assert_string_equal(sum.reasons[0].reason, "id known with other content");
	assert_string_equal(value("SELECT line || ' ' || convert_from(raw, 'UTF8') FROM evenhand_import.set_aside"),
	                    "4 x,2024-01-01 00:00:00+00,no,1,,,M,\"a, b\"");
	assert_string_equal(value("SELECT d FROM log.books"), "yes"); /* the first one stays */
	import_text(HEADER "x,2024-01-01,yes,2,,,M,\"a, b\"\n", &sum); /* line 2 of another file */
	assert_int_equal(sum.set_aside, 1);
	assert_int_equal(number("SELECT count(*) FROM evenhand_import.set_aside"), 2);
	assert_int_equal(number("SELECT count(*) FROM log.books"), 1);
}

static void failed_import_leaves_nothing(void **state)
{
	char text[20000] = HEADER;
	struct eh_copy_sum sum;
	struct eh_err err = {0};

	(void)state;
	for (int i = 0; i < 400; i++)
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), "r%d,2024-01-01,yes,%d,,,M,%08x\n", i, i,
		               (unsigned)rand());
	assert_int_equal(import_bytes(read_map(map_text), text, strlen(text), true, &sum, &err), EH_OK);
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	eh_test_sql(pg, "DROP SCHEMA log CASCADE");
	assert_int_equal(truncate(path, 3000), 0);
	assert_int_equal(eh_copy_import(arena, pg, read_map(map_text), path, NULL, &sum, &err), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "the gzip file is cut off"));
	assert_non_null(strstr(err.hint, "again"));
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM pg_namespace WHERE nspname = 'log'"), 0);
	/* The connection is good for another. */
	import_text(HEADER GOOD_1, &sum);
	assert_int_equal(sum.imported, 1);
}

static enum eh_rc refuse_at_the_end(void *context, struct eh_err *err)
{
	*(int *)context += 1;
	return eh_fail(err, EH_REFUSED, "no");
}

static void last_word_before_commit(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	int asked = 0;
	struct eh_copy_watch watch = {.context = &asked, .before_commit = refuse_at_the_end};
	struct eh_copy_sum sum;
	struct eh_err err = {0};

	(void)state;
	import_text(HEADER GOOD_1, &sum);
	eh_test_sql(pg, "TRUNCATE log.books");
	assert_int_equal(eh_copy_import(arena, pg, read_map(map_text), path, &watch, &sum, &err), EH_REFUSED);
	assert_int_equal(asked, 1);
	assert_int_equal(number("SELECT count(*) FROM log.books"), 0);
}

static void files_that_are_refused(void **state)
{
	(void)state;
	refuse_text("", "the file is empty");
	refuse_text("id,at,d,s,o,oat,gender,note\n", ":1: the file has no column \"sex\", which the map names");
	refuse_text("id,at,d,s,o,oat,sexx\n", "the file has no column \"sex\", which the map names; did you mean \"sexx\"?");
	refuse_text("id,at,d,s,o,oat,sex,sex\n", ":1: columns 7 and 8 are both named \"sex\"");
	refuse_text("id,at,d,s,o,oat,sex,\n", ":1: column 8 has no name");
	refuse_text("id,at,d,s,o,oat,sex,evenhand_xid\n", "is reserved");
	refuse_text("id;at;d;s;o;oat;sex\n", "the file has no column \"id\"");
	refuse_text("\"id\n", "this is not the header of a CSV file: unterminated quote");
	struct eh_copy_sum sum;
	struct eh_err err = {0};
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	assert_int_equal(eh_copy_import(arena, pg, read_map(map_text), "/nowhere/x.csv", NULL, &sum, &err), EH_BAD_INPUT);
	assert_int_equal(eh_copy_import(arena, pg, read_map(map_text), "/tmp", NULL, &sum, &err), EH_BAD_INPUT);
}

static void tables_that_are_refused(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);

	(void)state;
	eh_test_sql(pg, "CREATE SCHEMA log");
	eh_test_sql(pg, "CREATE TABLE log.books (id int)");
	refuse_text(HEADER GOOD_1, "its column \"id\" is integer where import writes text");
	eh_test_sql(pg, "DROP TABLE log.books");
	eh_test_sql(pg, "CREATE TABLE log.books (id text)");
	refuse_text(HEADER GOOD_1, "its column \"id\" has no unique index");
	eh_test_sql(pg, "ALTER TABLE log.books ADD PRIMARY KEY (id)");
	refuse_text(HEADER GOOD_1, "has no column \"at\"");
	eh_test_sql(pg, "ALTER TABLE log.books ADD at timestamptz, ADD d text, ADD s text, ADD o text, ADD oat timestamptz, "
	                "ADD sex text, ADD note text");
	refuse_text(HEADER GOOD_1, "has no column \"evenhand_xid\"");
	eh_test_sql(pg, "ALTER TABLE log.books ADD evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id()");
	struct eh_copy_sum sum;
	import_text(HEADER GOOD_1, &sum);
	assert_int_equal(sum.imported, 1);
}

static void names_are_names(void **state)
{
	static const char odd[] = "source: odd\ntable: 'My \"x; Log.T''s'\n"
	                          "columns: {id: 'my id', decided_at: \"a\\\"t\", decision: 'D;'}\nfavourable: [y]\n"
	                          "protected: [{name: p, column: select, reference: q}]\n";
	static const char file[] = "my id,\"a\"\"t\",D;,select\n1,2024-01-01,y,q\n";
	struct eh_copy_sum sum;
	struct eh_err err = {0};
	const struct eh_map *map;

	(void)state;
	/* A double quote in a table's name is refused by the map, in a column's name it is quoted. */
	assert_int_equal(eh_map_parse(arena, "m", odd, strlen(odd), &map, &err), EH_BAD_INPUT);
	char *text = eh_arena_strdup(arena, odd);
	*strchr(text, '"') = '_';
	expect_rc(EH_OK, import_bytes(read_map(text), file, strlen(file), false, &sum, &err), &err);
	assert_int_equal(sum.imported, 1);
	assert_int_equal(number("SELECT count(*) FROM \"My _x; Log\".\"T's\" WHERE \"my id\" = '1' AND \"select\" = 'q'"), 1);
}

static void import_wakes_who_listens(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_copy_sum sum;
	struct eh_err err = {0};
	bool notified = false;

	(void)state;
	expect_rc(EH_OK, eh_pg_listen(pg, "evenhand_books", &err), &err);
	import_text(HEADER GOOD_1, &sum);
	expect_rc(EH_OK, eh_pg_wait(pg, 5000, &notified, &err), &err);
	assert_true(notified);
}

/* More rows than one chunk holds, with an id that comes again in a later one. */
static void chunks_join(void **state)
{
	size_t cap = 8 << 20, n = 0;
	char *text = malloc(cap);
	struct eh_copy_sum sum;

	(void)state;
	n += (size_t)sprintf(text + n, HEADER);
	for (int i = 0; i < 110000; i++)
		n += (size_t)sprintf(text + n, i % 1000 == 7 ? "r%d,2024-01-01,yes\n" : "r%d,2024-01-01,yes,1,,,M,\n", i % 100000);
	import_text(text, &sum);
	free(text);
	assert_int_equal(sum.read, 110000);
	assert_int_equal(sum.imported, 99900);
	assert_int_equal(sum.skipped, 9990);
	assert_int_equal(sum.set_aside, 110);
	assert_int_equal(number("SELECT count(*) FROM evenhand_import.set_aside"), 110);
	assert_int_equal(number("SELECT count(*) FROM log.books"), 99900);
}

static int begin(void **state)
{
	arena = eh_arena_new();
	if (eh_test_store_begin(state) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/in.csv", eh_test_state());
	return 0;
}

static int end(void **state)
{
	eh_arena_free(arena);
	return eh_test_store_end(state);
}

/* A source database as it was before any import. */
static int clear(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);

	(void)state;
	eh_test_sql(pg, "DROP SCHEMA IF EXISTS evenhand_import CASCADE");
	eh_test_sql(pg, "DROP SCHEMA IF EXISTS log CASCADE");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(file_becomes_a_table, clear),
		cmocka_unit_test_setup(same_file_changes_nothing, clear),
		cmocka_unit_test_setup(bad_rows_are_kept_with_line_and_reason, clear),
		cmocka_unit_test_setup(known_id_with_other_content_is_set_aside, clear),
		cmocka_unit_test_setup(failed_import_leaves_nothing, clear),
		cmocka_unit_test_setup(last_word_before_commit, clear),
		cmocka_unit_test_setup(files_that_are_refused, clear),
		cmocka_unit_test_setup(tables_that_are_refused, clear),
		cmocka_unit_test_setup(names_are_names, clear),
		cmocka_unit_test_setup(import_wakes_who_listens, clear),
		cmocka_unit_test_setup(chunks_join, clear),
	};

	return cmocka_run_group_tests_name("source/copy", tests, begin, end);
}
