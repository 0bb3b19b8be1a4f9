/*
 * csv_test.c - tables written and read back, and what a broken record takes with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "source/csv.h"

static char scratch[EH_CSV_RECORD_MAX];
static struct eh_text fields[EH_CSV_FIELDS_MAX];

/* All records of a text as `fault|field|field;`, faults by name. */
static void read_all(const char *text, size_t n, struct eh_buf *out)
{
	struct eh_csv_record r = {.fields = fields};

	while (n > 0) {
		size_t used = eh_csv_take(text, n, scratch, &r);

		assert_true(used > 0 && used <= n);
		if (r.fault != EH_CSV_GOOD) {
			eh_buf_printf(out, "!%s:", eh_csv_fault_text(r.fault));
			eh_buf_put(out, r.raw.at, r.raw.n);
		}
		for (size_t i = 0; r.fault == EH_CSV_GOOD && i < r.fields_n; i++) {
			eh_buf_puts(out, i == 0 ? "" : "|");
			eh_buf_put(out, r.fields[i].at, r.fields[i].n);
		}
		eh_buf_printf(out, "(%zu);", r.lines);
		text += used;
		n -= used;
	}
}

static void reads_as(const char *text, const char *want)
{
	EH_BUF_AUTO out = {0};

	eh_buf_puts(&out, "");
	read_all(text, strlen(text), &out);
	assert_string_equal(out.data, want);
}

static void good_records(void **state)
{
	(void)state;
	reads_as("a,b\nc,d\n", "a|b(1);c|d(1);");
	reads_as("a,b\r\nc,d\r\n", "a|b(1);c|d(1);");
	reads_as("a,b", "a|b(0);");
	reads_as(",\n", "|(1);");
	reads_as("\n", "(1);");
	reads_as("\"a,b\",\"c\"\"d\"\n", "a,b|c\"d(1);");
	reads_as("\"two\nlines\",x\ny\n", "two\nlines|x(2);y(1);");
	reads_as("\"\",\"\"\"\"\n", "|\"(1);");
	reads_as("\"a\"\r\n\"b\"\r\n", "a(1);b(1);");
	reads_as("a\rb\n", "a\rb(1);"); /* a lone CR is a byte like others */
	reads_as("a\r", "a\r(0);");
	reads_as("\"x\"\"\",\"\"\"y\"\n", "x\"|\"y(1);");
}

static void broken_records_take_one_line(void **state)
{
	(void)state;
	reads_as("a,b\"c\nd,e\n", "!misplaced quote:a,b\"c(1);d|e(1);");
	reads_as("\"a\"x,b\nd,e\n", "!misplaced quote:\"a\"x,b(1);d|e(1);");
	reads_as("\"a,b\nc,d\ne,f\n", "!unterminated quote:\"a,b(1);c|d(1);e|f(1);");
	reads_as("1,\"a\n2,\"b\n3,c\n", "!misplaced quote:1,\"a(1);!unterminated quote:2,\"b(1);3|c(1);");
	reads_as("\"a\r\nb\r\n", "!unterminated quote:\"a(1);b(1);");
	reads_as("\"", "!unterminated quote:\"(0);");
	reads_as("a\xff,b\nc\n", "!invalid UTF-8:a\xff,b(1);c(1);");
}

static void nul_is_named(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	read_all("a,\0b\nc\n", 7, &out);
	assert_int_equal(out.len, strlen("!NUL byte:a,.b(1);c(1);"));
	assert_memory_equal(out.data, "!NUL byte:a,\0b(1);c(1);", out.len);
}

/* Two megabytes without a line end, and a quote that swallows more than a record may hold. */
static void long_records_are_given_up(void **state)
{
	size_t n = 2 * EH_CSV_RECORD_MAX + 10;
	char *text = eh_xmalloc(n);
	struct eh_csv_record r = {.fields = fields};

	(void)state;
	memset(text, 'x', n);
	assert_int_equal(eh_csv_take(text, n, scratch, &r), n);
	assert_int_equal(r.fault, EH_CSV_TOO_LONG);
	assert_true(r.open);
	memset(text, '\n', n);
	text[0] = '"';
	text[1] = 'a';
	assert_int_equal(eh_csv_take(text, n, scratch, &r), 3);
	assert_int_equal(r.fault, EH_CSV_UNTERMINATED);
	assert_false(r.open);
	memset(text, ',', n);
	text[n / 4] = '\n';
	assert_int_equal(eh_csv_take(text, n, scratch, &r), n / 4 + 1);
	assert_int_equal(r.fault, EH_CSV_GOOD);
	assert_int_equal(r.fields_n, n / 4 + 1); /* more than fit: counted */
	free(text);
}

/* ---- a property: what is written as RFC 4180 says is read back ----------------------- */

static uint64_t seed = 0x9e3779b97f4a7c15u;

static unsigned below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 33) % n);
}

static void random_field(struct eh_buf *b)
{
	static const char *const pieces[] = {"a", "\"", ",", "\n", "\r\n", "\r", " ", "\xc3\xa9", "0", "\"\"", "\xe2\x82\xac", "x"};

	for (unsigned n = below(7); n > 0; n--)
		eh_buf_puts(b, pieces[below(sizeof pieces / sizeof pieces[0])]);
}

static void write_field(struct eh_buf *out, const char *text, size_t n)
{
	bool must = memchr(text, '"', n) != NULL || memchr(text, ',', n) != NULL || memchr(text, '\n', n) != NULL ||
	            memchr(text, '\r', n) != NULL;

	if (!must && below(4) > 0) {
		eh_buf_put(out, text, n);
		return;
	}
	eh_buf_putc(out, '"');
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '"')
			eh_buf_putc(out, '"');
		eh_buf_putc(out, text[i]);
	}
	eh_buf_putc(out, '"');
}

static void random_tables_come_back(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		EH_BUF_AUTO file = {0};
		EH_BUF_AUTO cells = {0};
		unsigned rows = 1 + below(5), columns = 1 + below(5);
		size_t lens[25], n = 0;

		for (unsigned r = 0; r < rows; r++) {
			for (unsigned c = 0; c < columns; c++) {
				EH_BUF_AUTO field = {0};

				random_field(&field);
				eh_buf_put(&cells, field.data == NULL ? "" : field.data, field.len);
				lens[n++] = field.len;
				if (c > 0)
					eh_buf_putc(&file, ',');
				write_field(&file, field.data == NULL ? "" : field.data, field.len);
			}
			if (r + 1 < rows || columns == 1 || below(3) > 0) /* a lone empty field needs its line end */
				eh_buf_puts(&file, below(2) ? "\n" : "\r\n");
		}
		struct eh_csv_record rec = {.fields = fields};
		const char *at = file.data, *cell = cells.data;
		size_t left = file.len, k = 0;
		for (unsigned r = 0; r < rows; r++) {
			size_t used = eh_csv_take(at, left, scratch, &rec);

			assert_int_equal(rec.fault, EH_CSV_GOOD);
			assert_int_equal(rec.fields_n, columns);
			for (unsigned c = 0; c < columns; c++, k++) {
				assert_int_equal(rec.fields[c].n, lens[k]);
				if (lens[k] > 0)
					assert_memory_equal(rec.fields[c].at, cell, lens[k]);
				cell += lens[k];
			}
			at += used;
			left -= used;
		}
		assert_int_equal(left, 0);
	}
}

/* Any bytes at all: every byte is consumed once, and no line is lost. */
static void any_bytes_are_consumed_once(void **state)
{
	static const char bytes[] = "\",\n\r\"a\",\n\n\0\xff";

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[40];
		size_t n = 1 + below(sizeof text), newlines = 0, lines = 0, done = 0;
		struct eh_csv_record r = {.fields = fields};

		for (size_t i = 0; i < n; i++) {
			text[i] = bytes[below(sizeof bytes - 1)];
			newlines += text[i] == '\n';
		}
		while (done < n) {
			done += eh_csv_take(text + done, n - done, scratch, &r);
			lines += r.lines;
		}
		assert_int_equal(done, n);
		assert_int_equal(lines, newlines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_records),
		cmocka_unit_test(broken_records_take_one_line),
		cmocka_unit_test(nul_is_named),
		cmocka_unit_test(long_records_are_given_up),
		cmocka_unit_test(random_tables_come_back),
		cmocka_unit_test(any_bytes_are_consumed_once),
	};

	return cmocka_run_group_tests_name("source/csv", tests, NULL, NULL);
}
