/*
 * stream_row_test.c - a value of the stream reads as the text that a poll would ask for, in binary and as text.
 */
#include <string.h>

#include "base/time.h"
#include "source/stream_row.h"
#include "tests/lib/test.h"

static struct eh_buf scratch;

static struct eh_field read_value(enum eh_stream_type type, enum eh_poll_form form, enum eh_pgoutput_form as, const char *at,
                                  size_t n)
{
	struct eh_stream_column column = {.type = type, .form = form};
	struct eh_pgoutput_value value = {.form = as, .at = at, .n = (uint32_t)n};
	struct eh_field field;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_stream_read(&column, &value, &scratch, &field, &err), &err);
	return field;
}

static void same_text(const struct eh_field *field, const char *expected)
{
	assert_int_equal(field->form, EH_FIELD_TEXT);
	assert_int_equal(field->text.n, strlen(expected));
	if (field->text.n > 0)
		assert_memory_equal(field->text.at, expected, field->text.n);
}

static void reads_binary(enum eh_stream_type type, const char *at, size_t n, const char *expected)
{
	struct eh_field field = read_value(type, EH_POLL_TEXT, EH_PGOUTPUT_BINARY, at, n);

	same_text(&field, expected);
}

static void reads_text(enum eh_stream_type type, const char *text, const char *expected)
{
	struct eh_field field = read_value(type, EH_POLL_TEXT, EH_PGOUTPUT_TEXT, text, strlen(text));

	same_text(&field, expected);
}

static void binary_reads_as_its_text(void **state)
{
	(void)state;
	reads_binary(EH_STREAM_TEXT, "a b ", 4, "a b ");
	reads_binary(EH_STREAM_TEXT, "", 0, "");
	reads_binary(EH_STREAM_PADDED, "ab  ", 4, "ab");
	reads_binary(EH_STREAM_PADDED, "   ", 3, "");
	reads_binary(EH_STREAM_BOOL, "\1", 1, "true");
	reads_binary(EH_STREAM_BOOL, "\0", 1, "false");
	reads_binary(EH_STREAM_INT2, "\200\0", 2, "-32768");
	reads_binary(EH_STREAM_INT4, "\377\377\377\376", 4, "-2");
	reads_binary(EH_STREAM_INT8, "\200\0\0\0\0\0\0\0", 8, "-9223372036854775808");
	reads_binary(EH_STREAM_DATE, "\0\0\0\0", 4, "2000-01-01");
	reads_binary(EH_STREAM_DATE, "\377\377\377\377", 4, "1999-12-31");
	reads_binary(EH_STREAM_DATE, "\177\377\377\377", 4, "infinity");
	reads_binary(EH_STREAM_UUID, "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\377", 16, "00010203-0405-0607-0809-0a0b0c0d0eff");
	reads_binary(EH_STREAM_ENUM, "glad", 4, "glad");
}

static void text_reads_as_a_cast_to_text(void **state)
{
	(void)state;
	reads_text(EH_STREAM_OTHER, "1.50", "1.50");
	reads_text(EH_STREAM_BOOL, "t", "true");
	reads_text(EH_STREAM_BOOL, "f", "false");
	reads_text(EH_STREAM_PADDED, "ab  ", "ab");
	reads_text(EH_STREAM_INET, "10.0.0.1", "10.0.0.1/32");
	reads_text(EH_STREAM_INET, "10.0.0.0/8", "10.0.0.0/8");
	reads_text(EH_STREAM_INET, "::1", "::1/128");
	reads_text(EH_STREAM_DATE, "2024-02-29", "2024-02-29");
	reads_text(EH_STREAM_ARRAY, "{}", "");
	reads_text(EH_STREAM_ARRAY, "{a,\"b c\",NULL,\"NULL\",\"x\\\"y\\\\z\"}", "a b c NULL x\"y\\z");
	reads_text(EH_STREAM_ARRAY, "{NULL,a}", "a");
	reads_text(EH_STREAM_ARRAY, "{{1,2},{3,NULL}}", "1 2 3");
	reads_text(EH_STREAM_ARRAY, "[0:1]={q,r}", "q r");
	reads_text(EH_STREAM_ARRAY, "{\"\",a}", " a");
	reads_text(EH_STREAM_ARRAY, "{\"open", "open");
}

static void numbers_are_the_same_in_both_forms(void **state)
{
	struct eh_field a = read_value(EH_STREAM_INT4, EH_POLL_INT4, EH_PGOUTPUT_BINARY, "\377\377\377\376", 4);
	struct eh_field b = read_value(EH_STREAM_INT4, EH_POLL_INT4, EH_PGOUTPUT_TEXT, "-2", 2);

	(void)state;
	assert_int_equal(a.form, EH_FIELD_INTEGER);
	assert_true(eh_stream_same(&a, &b));
	a = read_value(EH_STREAM_FLOAT8, EH_POLL_FLOAT8, EH_PGOUTPUT_BINARY, "\77\300\0\0\0\0\0\0", 8);
	b = read_value(EH_STREAM_FLOAT8, EH_POLL_FLOAT8, EH_PGOUTPUT_TEXT, "0.125", 5);
	assert_int_equal(a.form, EH_FIELD_REAL);
	assert_true(eh_stream_same(&a, &b));
	b = read_value(EH_STREAM_FLOAT8, EH_POLL_FLOAT8, EH_PGOUTPUT_TEXT, "NaN", 3);
	assert_true(b.real != b.real);
	a = read_value(EH_STREAM_TIME, EH_POLL_TIME, EH_PGOUTPUT_BINARY, "\0\0\0\0\0\17\102\100", 8);
	assert_int_equal(a.form, EH_FIELD_TIME_US);
	assert_int_equal(a.us, INT64_C(946684801) * EH_SECOND_US);
	b = read_value(EH_STREAM_INT4, EH_POLL_INT4, EH_PGOUTPUT_NULL, NULL, 0);
	same_text(&b, "");
	assert_false(eh_stream_same(&a, &b));
}

static void refuses(enum eh_stream_type type, enum eh_poll_form form, enum eh_pgoutput_form as, const char *at, size_t n)
{
	struct eh_stream_column column = {.type = type, .form = form};
	struct eh_pgoutput_value value = {.form = as, .at = at, .n = (uint32_t)n};
	struct eh_field field;
	struct eh_err err;

	expect_rc(EH_REFUSED, eh_stream_read(&column, &value, &scratch, &field, &err), &err);
}

static void value_of_another_width_is_refused(void **state)
{
	(void)state;
	refuses(EH_STREAM_INT4, EH_POLL_INT4, EH_PGOUTPUT_BINARY, "\0\0", 2);
	refuses(EH_STREAM_BOOL, EH_POLL_TEXT, EH_PGOUTPUT_BINARY, "\0\0", 2);
	refuses(EH_STREAM_UUID, EH_POLL_TEXT, EH_PGOUTPUT_BINARY, "\0", 1);
	refuses(EH_STREAM_INT4, EH_POLL_INT4, EH_PGOUTPUT_TEXT, "1x", 2);
	refuses(EH_STREAM_FLOAT8, EH_POLL_FLOAT8, EH_PGOUTPUT_TEXT, "one", 3);
}

static void some_types_are_asked_for_as_text(void **state)
{
	(void)state;
	assert_false(eh_stream_reads_binary(&(struct eh_stream_column){.type = EH_STREAM_ARRAY}));
	assert_false(eh_stream_reads_binary(&(struct eh_stream_column){.type = EH_STREAM_OTHER}));
	assert_false(eh_stream_reads_binary(&(struct eh_stream_column){.type = EH_STREAM_FLOAT8, .form = EH_POLL_TEXT}));
	assert_true(eh_stream_reads_binary(&(struct eh_stream_column){.type = EH_STREAM_FLOAT8, .form = EH_POLL_FLOAT8}));
	assert_true(eh_stream_reads_binary(&(struct eh_stream_column){.type = EH_STREAM_INT8, .form = EH_POLL_TEXT}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binary_reads_as_its_text),
		cmocka_unit_test(text_reads_as_a_cast_to_text),
		cmocka_unit_test(numbers_are_the_same_in_both_forms),
		cmocka_unit_test(value_of_another_width_is_refused),
		cmocka_unit_test(some_types_are_asked_for_as_text),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	eh_buf_free(&scratch);
	return failed;
}
