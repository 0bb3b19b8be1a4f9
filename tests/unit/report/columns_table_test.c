/*
 * columns_table_test.c - a table of any types gives the columns that its text would.
 */
#include "report/columns.h"
#include "report/audit.h"
#include "base/json.h"
#include "base/time.h"
#include "tests/lib/cluster.h"
#include "tests/unit/report/log.h"

static struct eh_arena *arena;

static const char map_text[] =
	"source: s\ntable: public.log\ncolumns: {id: id, decided_at: at, decision: d, score: s, outcome: o, "
	"outcome_at: oat, received_at: rec}\n"
	"favourable: [\"yes\"]\nscore: {scale: 2}\noutcome: {adverse: ['1']}\n"
	"protected: [{name: sex, column: sex, reference: M}, {name: age, column: age, reference: 30-59, bands: [30, "
	"60]}]\n"
	"strata: [{name: tier, column: tier}]\nfeatures: [{name: dti, column: dti, kind: numeric, scale: 1}]\n"
	"amounts: [{name: premium, column: prem, scale: 2, expected: el, actual: loss}]\n"
	"override: {column: ov, yes: [\"true\"]}\naudit: {sex: {controls: [dti]}}\n";

static const char make_table[] =
	"CREATE TABLE public.log (id bigint, at timestamptz, d text, s float8, o int, oat "
	"timestamp, sex char(1), age smallint,"
	" tier varchar, dti numeric, rec timestamptz, prem float8, el int, loss numeric, ov boolean);"
	"INSERT INTO public.log SELECT i, timestamptz '2024-01-01Z' + i * interval '7 hours', "
	"CASE WHEN i % 3 = 0 THEN 'no' ELSE 'yes' END,"
	" i / 4.0, CASE WHEN i % 5 > 0 THEN i % 2 END, timestamp '2025-01-01', CASE WHEN i % "
	"7 > 0 THEN substr('MF', 1 + i % 2, 1) END,"
	" 20 + i % 60, (i % 4)::text, i / 2.0, timestamptz '2024-01-01Z' + i * interval '7 hours' - (i % 9) * interval "
        "'1 minute', "
	"300 + i / 4.0, i % 11, CASE WHEN i % 6 > 0 THEN i % 13 END, i % 10 = 0 FROM generate_series(1, 400) i;"
	"INSERT INTO public.log (id, at, d) VALUES (1001, 'infinity', 'yes'), (1002, NULL, "
	"'yes'), (1003, '2024-01-01', NULL);"
	"GRANT SELECT ON public.log TO evenhand_source";

static int begin(void **state)
{
	arena = eh_arena_new();
	return eh_test_store_begin(state);
}

static int end(void **state)
{
	eh_arena_free(arena);
	return eh_test_store_end(state);
}

static const struct eh_columns *read_table(const struct eh_map *map)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	const struct eh_columns *columns = NULL;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_columns_read_table(arena, map, pg, INT64_MIN, INT64_MAX, &columns, &err), &err);
	return columns;
}

static char *audit_text(const struct eh_map *map, const struct eh_columns *columns)
{
	EH_JSON_AUTO tree = eh_audit_run(arena, map, columns, NULL);
	char *text = json_dumps(tree, JSON_REAL_PRECISION(17));

	assert_non_null(text);
	return text;
}

/* The same rows as text. */
static void write_csv(struct eh_buf *out)
{
	char at[EH_TIME_TEXT];

	eh_buf_puts(out, "id,at,d,s,o,oat,sex,age,tier,dti,rec,prem,el,loss,ov\n");
	for (int i = 1; i <= 400; i++) {
		eh_time_format(eh_date_to_us((struct eh_date){2024, 1, 1}) + 7 * EH_HOUR_US * i, at);
		eh_buf_printf(out, "%d,%s,%s,%g,", i, at, i % 3 == 0 ? "no" : "yes", i / 4.0);
		if (i % 5 > 0)
			eh_buf_printf(out, "%d", i % 2);
		eh_buf_printf(out, ",2025-01-01,%s,%d,%d,%g,",
		              i % 7 == 0 ? ""
		              : i % 2    ? "F"
		                         : "M",
		              20 + i % 60, i % 4, i / 2.0);
		eh_time_format(eh_date_to_us((struct eh_date){2024, 1, 1}) + 7 * EH_HOUR_US * i - i % 9 * EH_MINUTE_US,
		               at);
		eh_buf_printf(out, "%s,%g,%d,", at, 300 + i / 4.0, i % 11);
		if (i % 6 > 0)
			eh_buf_printf(out, "%d", i % 13);
		eh_buf_printf(out, ",%s\n", i % 10 == 0 ? "true" : "false");
	}
	eh_buf_puts(out, "1001,infinity,yes,,,,,,,,,,,,\n1002,,yes,,,,,,,,,,,,\n1003,2024-01-01,,,,,,,,,,,,,\n");
}

static void types_do_not_matter(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	const struct eh_map *map = read_map(arena, map_text);
	EH_BUF_AUTO csv = {0};

	(void)state;
	eh_test_sql(admin, make_table);
	write_csv(&csv);
	char *table = audit_text(map, read_table(map)), *file = audit_text(map, read_log(arena, map, csv.data));
	assert_string_equal(table, file);
	assert_non_null(strstr(table, "\"rows\": 400"));
	assert_non_null(strstr(table, "bad date in column at"));
	free(table);
	free(file);
}

static void a_view_will_do(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	char text[sizeof map_text];

	(void)state;
	eh_test_sql(admin, "CREATE VIEW public.lov AS SELECT * FROM public.log WHERE id <= 100;"
	                   "GRANT SELECT ON public.lov TO evenhand_source");
	memcpy(text, map_text, sizeof text);
	memcpy(strstr(text, "public.log"), "public.lov", 10);
	assert_int_equal(read_table(read_map(arena, text))->rows, 100);
}

static void rows_twice_count_once(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	const struct eh_map *map = read_map(arena, map_text);
	int64_t before = read_table(map)->set_aside;

	(void)state;
	eh_test_sql(admin,
	            "INSERT INTO public.log SELECT * FROM public.log WHERE id <= 5;"
	            "INSERT INTO public.log SELECT * FROM public.log WHERE id = 6;"
	            "UPDATE public.log SET d = 'perhaps' WHERE ctid = (SELECT max(ctid) FROM public.log WHERE id = 6)");
	const struct eh_columns *c = read_table(map);
	assert_int_equal(c->rows, 400);
	assert_int_equal(c->set_aside, before + 1);
}

static void what_is_not_there_is_said(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	const struct eh_columns *columns = NULL;
	struct eh_err err = {0};
	char text[sizeof map_text];

	(void)state;
	memcpy(text, map_text, sizeof text);
	memcpy(strstr(text, "public.log"), "public.lag", 10);
	expect_rc(EH_BAD_INPUT,
	          eh_columns_read_table(arena, read_map(arena, text), pg, INT64_MIN, INT64_MAX, &columns, &err), &err);
	assert_non_null(strstr(err.text, "does not exist"));
	memcpy(text, map_text, sizeof text);
	memcpy(strstr(text, "column: tier"), "column: tear", 12);
	expect_rc(EH_BAD_INPUT,
	          eh_columns_read_table(arena, read_map(arena, text), pg, INT64_MIN, INT64_MAX, &columns, &err), &err);
	assert_non_null(strstr(err.text, "tear"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_do_not_matter),
		cmocka_unit_test(a_view_will_do),
		cmocka_unit_test(rows_twice_count_once),
		cmocka_unit_test(what_is_not_there_is_said),
	};

	return cmocka_run_group_tests_name("columns of a table", tests, begin, end);
}
