/*
 * columns_test.c - a file becomes columns: order, levels, what is missing, what is set aside.
 */
#include "report/columns.h"

#include "base/time.h"
#include "tests/unit/report/log.h"

static struct eh_arena *arena;

static const char map_text[] =
	"source: s\ntable: log.s\ncolumns: {id: id, decided_at: at, decision: d, score: s, outcome: o}\n"
	"favourable: [\"yes\"]\nscore: {scale: 2}\noutcome: {adverse: ['1']}\n"
	"protected: [{name: sex, column: sex, reference: M}]\n"
	"strata: [{name: tier, column: tier}]\n"
	"features: [{name: dti, column: dti, kind: numeric, scale: 1}, {name: zip, column: zip, kind: categorical}]\n"
	"audit: {sex: {strata: [tier], controls: [dti, zip]}}\n";
#define HEADER "id,at,d,s,o,sex,tier,dti,zip\n"

static int begin(void **state)
{
	(void)state;
	arena = eh_arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	eh_arena_free(arena);
	return 0;
}

static const struct eh_columns *read_text(const char *text)
{
	return read_log(arena, read_map(arena, map_text), text);
}

static int64_t day(const char *text)
{
	int64_t us;

	assert_true(eh_time_parse(text, strlen(text), &us));
	return us;
}

static void rows_stand_by_id(void **state)
{
	const struct eh_columns *c = read_text(HEADER "b,2024-01-02,no,1.5,1,F,10,7,z\n"
	                                              "a10,2024-01-03,yes,,0,M,2,,y\n"
	                                              "a1,2024-01-01,yes,-.25,,,9,.15,\n");

	(void)state;
	assert_int_equal(c->rows, 3);
	assert_string_equal(c->id[0].at, "a1");
	assert_string_equal(c->id[1].at, "a10");
	assert_string_equal(c->id[2].at, "b");
	assert_int_equal(c->adverse[0], 0);
	assert_int_equal(c->adverse[2], 1);
	assert_int_equal(c->outcome[0], EH_COLUMNS_MISSING);
	assert_int_equal(c->outcome[1], 0);
	assert_int_equal(c->outcome[2], 1);
	assert_int_equal(c->score.q[0], -25);
	assert_true(c->score.q[1] == EH_COLUMNS_NO_NUMBER);
	assert_int_equal(c->score.q[2], 150);
	assert_int_equal(c->numbers[0].q[0], 2); /* .15 at one decimal, half to even */
	assert_true(c->numbers[0].q[1] == EH_COLUMNS_NO_NUMBER);
	assert_null(c->numbers[1].q);
	assert_null(c->levels[0].code);
	assert_int_equal(c->levels[1].code[0], EH_COLUMNS_MISSING);
	assert_int_equal(c->rounded, 1);
	assert_int_equal(c->first_us, day("2024-01-01"));
	assert_int_equal(c->last_us, day("2024-01-03"));
}

static void levels_of_numbers_stand_by_value(void **state)
{
	const struct eh_columns *c = read_text(HEADER "a,2024-01-01,yes,,,F,10,,10\nb,2024-01-01,yes,,,M,2,,2\n"
	                                              "c,2024-01-01,yes,,,F,2.0,,x\nd,2024-01-01,yes,,,F,,,\n");
	const struct eh_levels *tier = &c->strata[0], *zip = &c->levels[1], *sex = &c->protect[0];

	(void)state;
	assert_true(tier->numeric);
	assert_int_equal(tier->n, 3);
	assert_string_equal(tier->text[0].at, "2");
	assert_string_equal(tier->text[1].at, "2.0");
	assert_string_equal(tier->text[2].at, "10");
	assert_true(tier->value[1] == 2 && tier->value[2] == 10);
	assert_int_equal(tier->code[0], 2);
	assert_int_equal(tier->code[3], EH_COLUMNS_MISSING);
	assert_false(zip->numeric);
	assert_null(zip->value);
	assert_string_equal(zip->text[0].at, "10");
	assert_string_equal(zip->text[1].at, "2");
	assert_string_equal(sex->text[0].at, "F");
	assert_int_equal(sex->code[1], 1);
}

static void what_no_double_holds_is_a_label(void **state)
{
	const struct eh_columns *c = read_text(HEADER "a,2024-01-01,yes,,,F,1e400,,10\nb,2024-01-01,yes,,,M,2,,1e308\n");

	(void)state;
	assert_false(c->strata[0].numeric);
	assert_true(c->levels[1].numeric);
	assert_true(c->levels[1].value[1] == 1e308);
}

static void a_period_is_half_open(void **state)
{
	static const char text[] = HEADER "a,2024-01-01,yes,,,F,1,,\nb,2024-01-31T23:59:59.999999Z,yes,,,F,2,.15,\n"
					  "c,2024-02-01,yes,,,M,old,.15,\nd,2023-12-31,yes,,,M,3,,\n";
	const struct eh_map *map = read_map(arena, map_text);
	const struct eh_columns *c = read_log_from(arena, map, text, day("2024-01-01"), day("2024-02-01"));

	(void)state;
	assert_int_equal(c->rows, 2);
	assert_string_equal(c->id[1].at, "b");
	assert_int_equal(c->protect[0].n, 1); /* M is not of the period */
	assert_int_equal(c->strata[0].n, 2);
	assert_false(c->strata[0].numeric); /* "old" is in the log, if not in the period */
	assert_int_equal(c->rounded, 1);
	c = read_log_from(arena, map, text, day("2030-01-01"), INT64_MAX);
	assert_int_equal(c->rows, 0);
	assert_int_equal(c->protect[0].n, 0);
}

static void an_id_counts_once(void **state)
{
	const struct eh_columns *c = read_text(HEADER "a,2024-01-01T00:00:00Z,yes,1,,F,1,,\na,2024-01-01,yes,1,,F,1,,\n"
	                                              "a,2024-01-01,no,1,,F,1,,\na,2024-01-01,yes,1.0,,F,1,,\n"
	                                              "b,2024-01-01,no,1,,F,1,,\n");

	(void)state;
	assert_int_equal(c->rows, 2);
	assert_int_equal(c->adverse[0], 0); /* the first one */
	assert_int_equal(c->set_aside, 2);
	assert_int_equal(c->reasons_n, 1);
	assert_string_equal(c->reasons[0].reason, "id known with other content");
}

static void reasons_are_counted(void **state)
{
	const struct eh_columns *c =
		read_text(HEADER ",2024-01-01,yes,,,F,1,,\na,never,yes,,,F,1,,\nb,2024-01-01,yes\n"
	                         "c,2024-01-01,,,,F,1,,\nd,soon,yes,,,F,1,,\ne,2024-01-01,yes,,,F,1,,\n");

	(void)state;
	assert_int_equal(c->rows, 1);
	assert_int_equal(c->set_aside, 5);
	assert_int_equal(c->reasons_n, 4);
	assert_string_equal(c->reasons[0].reason, "bad date in column at");
	assert_int_equal(c->reasons[0].rows, 2);
	assert_string_equal(c->reasons[1].reason, "missing decision in column d");
	assert_string_equal(c->reasons[3].reason, "wrong field count");
}

static void names_under_audit_are_found(void **state)
{
	const struct eh_map *map = read_map(arena, map_text);
	const struct eh_columns *c = read_log(arena, map, HEADER "a,2024-01-01,yes,,,F,1,,\n");

	(void)state;
	assert_ptr_equal(eh_columns_find(c, map->audit[0].strata.ref[0]).levels, &c->strata[0]);
	assert_ptr_equal(eh_columns_find(c, map->audit[0].controls.ref[0]).numbers, &c->numbers[0]);
	assert_null(eh_columns_find(c, map->audit[0].controls.ref[0]).levels);
	assert_ptr_equal(eh_columns_find(c, map->audit[0].controls.ref[1]).levels, &c->levels[1]);
}

static void many_rows_keep_their_places(void **state)
{
	EH_BUF_AUTO text = {0};

	(void)state;
	eh_buf_puts(&text, HEADER);
	for (unsigned i = 0; i < 5000; i++)
		eh_buf_printf(&text, "%05u,2024-01-01,%s,%u,,%c,%u,%u,\n", i * 3331 % 5000, i % 3 ? "yes" : "no", i,
		              i % 2 ? 'F' : 'M', i, i);
	const struct eh_columns *c = read_text(text.data);
	assert_int_equal(c->rows, 5000);
	for (size_t i = 0; i < c->rows; i++) {
		uint64_t was = (uint64_t)c->score.q[i] / 100;

		assert_int_equal(was * 3331 % 5000, i);
		assert_int_equal(c->adverse[i], was % 3 == 0);
		assert_int_equal(c->strata[0].code[i], was); /* sorted as numbers */
		assert_int_equal(c->numbers[0].q[i], was * 10);
	}
}

/* Also where the one name that this makes is too long for a name. */
static void other_separators_are_told(void **state)
{
	static const char *const heads[] = {"id;at;d", "id\tat\td",
	                                    "id;at;d;s;o;sex;tier;dti;zip;and;so;many;more;that;the;name;is;long"};

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		char path[] = "/tmp/evenhand-log-XXXXXX";
		const struct eh_columns *columns = NULL;
		struct eh_err err = {0};
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, heads[i], strlen(heads[i])), strlen(heads[i]));
		assert_int_equal(close(fd), 0);
		assert_int_equal(eh_columns_read_file(arena, read_map(arena, map_text), path, INT64_MIN, INT64_MAX, &columns, &err),
		                 EH_BAD_INPUT);
		assert_non_null(strstr(err.hint, "separated by commas"));
		assert_int_equal(unlink(path), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_stand_by_id),
		cmocka_unit_test(levels_of_numbers_stand_by_value),
		cmocka_unit_test(what_no_double_holds_is_a_label),
		cmocka_unit_test(a_period_is_half_open),
		cmocka_unit_test(an_id_counts_once),
		cmocka_unit_test(reasons_are_counted),
		cmocka_unit_test(names_under_audit_are_found),
		cmocka_unit_test(other_separators_are_told),
		cmocka_unit_test(many_rows_keep_their_places),
	};

	return cmocka_run_group_tests_name("columns", tests, begin, end);
}
