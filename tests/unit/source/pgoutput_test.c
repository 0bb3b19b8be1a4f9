/*
 * pgoutput_test.c - messages of logical replication, composed here byte by byte, and every way to cut them short.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "source/pgoutput.h"
#include "tests/lib/test.h"

static struct eh_pgoutput message;

static void put16(struct eh_buf *b, unsigned v)
{
	eh_buf_putc(b, (char)(v >> 8));
	eh_buf_putc(b, (char)v);
}

static void put32(struct eh_buf *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b, v & 0xffff);
}

static void put64(struct eh_buf *b, uint64_t v)
{
	put32(b, (uint32_t)(v >> 32));
	put32(b, (uint32_t)v);
}

static void put_text(struct eh_buf *b, const char *text)
{
	eh_buf_put(b, text, strlen(text) + 1);
}

static void put_value(struct eh_buf *b, char form, const char *text)
{
	eh_buf_putc(b, form);
	if (form == 'n' || form == 'u')
		return;
	put32(b, (uint32_t)strlen(text));
	eh_buf_puts(b, text);
}

/* The message is read from memory that ends where it does, so that a sanitizer sees a byte too many. */
static enum eh_rc decode_n(const char *bytes, size_t n, uint32_t relation, struct eh_err *err)
{
	char *exact = malloc(n > 0 ? n : 1);

	memcpy(exact, bytes, n);
	enum eh_rc rc = eh_pgoutput_decode(exact, n, relation, &message, err);
	free(exact);
	return rc;
}

/* It reads whole, and no shorter or longer one does. */
static void only_whole(const struct eh_buf *b)
{
	EH_BUF_AUTO longer = {0};
	struct eh_err err;

	for (size_t n = 0; n < b->len; n++)
		expect_rc(EH_REFUSED, decode_n(b->data, n, 0, &err), &err);
	eh_buf_put(&longer, b->data, b->len);
	eh_buf_putc(&longer, 'x');
	expect_rc(EH_REFUSED, decode_n(longer.data, longer.len, 0, &err), &err);
	expect_rc(EH_OK, eh_pgoutput_decode(b->data, b->len, 0, &message, &err), &err);
}

static void same_text(struct eh_text text, const char *expected)
{
	assert_int_equal(text.n, strlen(expected));
	assert_memory_equal(text.at, expected, text.n);
}

static void same_value(const struct eh_pgoutput_value *value, char form, const char *expected)
{
	assert_int_equal(value->form, form);
	assert_int_equal(value->n, strlen(expected));
	if (value->n > 0)
		assert_memory_equal(value->at, expected, value->n);
}

static void transaction_has_its_place(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	eh_buf_putc(&b, 'B');
	put64(&b, UINT64_C(0x16B374D848));
	put64(&b, 1000000);
	put32(&b, 731);
	only_whole(&b);
	assert_int_equal(message.kind, EH_PGOUTPUT_BEGIN);
	assert_int_equal(message.lsn, UINT64_C(0x16B374D848));
	assert_int_equal(message.commit_us, INT64_C(946684801) * EH_SECOND_US);
	assert_int_equal(message.xid, 731);
	eh_buf_reset(&b);
	eh_buf_putc(&b, 'C');
	eh_buf_putc(&b, 0);
	put64(&b, 100);
	put64(&b, 148);
	put64(&b, UINT64_C(0x7fffffffffffffff)); /* a time beyond all clocks */
	only_whole(&b);
	assert_int_equal(message.lsn, 100);
	assert_int_equal(message.end_lsn, 148);
	assert_int_equal(message.commit_us, 0);
}

static void put_relation(struct eh_buf *b)
{
	eh_buf_putc(b, 'R');
	put32(b, 16384);
	put_text(b, "public");
	put_text(b, "decision");
	eh_buf_putc(b, 'f');
	put16(b, 2);
	eh_buf_putc(b, 1);
	put_text(b, "id");
	put32(b, 25);
	put32(b, 0xffffffff);
	eh_buf_putc(b, 0);
	put_text(b, "score");
	put32(b, 701);
	put32(b, 0xffffffff);
}

static void relation_names_its_columns(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	put_relation(&b);
	only_whole(&b);
	assert_int_equal(message.relation, 16384);
	same_text(message.schema, "public");
	same_text(message.name, "decision");
	assert_int_equal(message.replica_identity, 'f');
	assert_int_equal(message.columns_n, 2);
	same_text(message.columns[0].name, "id");
	assert_true(message.columns[0].key);
	same_text(message.columns[1].name, "score");
	assert_false(message.columns[1].key);
	assert_int_equal(message.columns[1].type, 701);
}

static void put_tuple(struct eh_buf *b, const char *forms, const char *const *texts)
{
	put16(b, (unsigned)strlen(forms));
	for (size_t i = 0; forms[i] != '\0'; i++)
		put_value(b, forms[i], texts[i]);
}

static void rows_come_in_every_form(void **state)
{
	static const char *const row[] = {"d1", "\1\2\3", "", ""}, *const old[] = {"d1", "x", "", "the large value"};
	EH_BUF_AUTO b = {0};

	(void)state;
	eh_buf_putc(&b, 'I');
	put32(&b, 16384);
	eh_buf_putc(&b, 'N');
	put_tuple(&b, "tbnt", row);
	only_whole(&b);
	assert_int_equal(message.values_n, 4);
	same_value(&message.values[0], 't', "d1");
	same_value(&message.values[1], 'b', "\1\2\3");
	same_value(&message.values[2], 'n', "");
	same_value(&message.values[3], 't', "");

	eh_buf_reset(&b);
	eh_buf_putc(&b, 'U');
	put32(&b, 16384);
	eh_buf_putc(&b, 'O');
	put_tuple(&b, "ttnt", old);
	eh_buf_putc(&b, 'N');
	put_tuple(&b, "tbnu", row);
	only_whole(&b);
	assert_int_equal(message.old, EH_PGOUTPUT_OLD_ROW);
	same_value(&message.olds[3], 't', "the large value");
	same_value(&message.values[3], 'u', "");

	eh_buf_reset(&b);
	eh_buf_putc(&b, 'U');
	put32(&b, 16384);
	eh_buf_putc(&b, 'N');
	put_tuple(&b, "tt", row);
	only_whole(&b);
	assert_int_equal(message.old, EH_PGOUTPUT_NO_OLD);
	assert_int_equal(message.olds_n, 0);

	eh_buf_reset(&b);
	eh_buf_putc(&b, 'D');
	put32(&b, 16384);
	eh_buf_putc(&b, 'K');
	put_tuple(&b, "tn", row);
	only_whole(&b);
	assert_int_equal(message.old, EH_PGOUTPUT_OLD_KEY);
	assert_int_equal(message.olds_n, 2);
	assert_int_equal(message.values_n, 0);
}

static void row_of_another_relation_is_not_taken_apart(void **state)
{
	static const char bytes[] = "I\0\0\0\7garbage";
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, decode_n(bytes, sizeof bytes, 16384, &err), &err);
	assert_true(message.skipped);
	assert_int_equal(message.relation, 7);
	assert_int_equal(message.values_n, 0);
	expect_rc(EH_REFUSED, decode_n(bytes, sizeof bytes, 7, &err), &err);
}

static void truncate_names_its_relations(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	eh_buf_putc(&b, 'T');
	put32(&b, 2);
	eh_buf_putc(&b, 3);
	put32(&b, 16384);
	put32(&b, 16390);
	only_whole(&b);
	assert_true(message.cascade);
	assert_true(message.restart);
	assert_true(eh_pgoutput_truncates(&message, 16390));
	assert_false(eh_pgoutput_truncates(&message, 16391));
}

static void the_rest_is_known_too(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	eh_buf_putc(&b, 'O');
	put64(&b, 5);
	put_text(&b, "elsewhere");
	only_whole(&b);
	same_text(message.name, "elsewhere");
	eh_buf_reset(&b);
	eh_buf_putc(&b, 'Y');
	put32(&b, 99);
	put_text(&b, "public");
	put_text(&b, "mood");
	only_whole(&b);
	same_text(message.name, "mood");
	eh_buf_reset(&b);
	eh_buf_putc(&b, 'M');
	eh_buf_putc(&b, 1);
	put64(&b, 77);
	put_text(&b, "evenhand");
	put32(&b, 3);
	eh_buf_puts(&b, "log");
	only_whole(&b);
	assert_true(message.transactional);
	same_text(message.prefix, "evenhand");
	same_text(message.content, "log");
}

static void refused(const char *bytes, size_t n)
{
	struct eh_err err;

	expect_rc(EH_REFUSED, decode_n(bytes, n, 0, &err), &err);
}

/* Numbers that promise more than there is, letters that mean nothing, and a new row of other width than the old. */
static void lies_are_refused(void **state)
{
	static const char *const row[] = {"a", "b", "c"};
	EH_BUF_AUTO b = {0};

	(void)state;
	refused("Z", 1);
	refused("I\0\0\0\1N\377\377", 8);
	refused("I\0\0\0\1N\0\1t\377\377\377\377", 13);
	refused("I\0\0\0\1N\0\1t\177\377\377\377x", 14);
	refused("I\0\0\0\1N\0\1q", 9);
	refused("I\0\0\0\1X\0\0", 8);
	refused("D\0\0\0\1N\0\0", 8);
	refused("U\0\0\0\1O\0\0K\0\0", 11);
	refused("T\377\377\377\377\0", 6);
	refused("R\0\0\0\1a\0b\0d\6\101", 12); /* 1601 columns */
	eh_buf_putc(&b, 'U');
	put32(&b, 1);
	eh_buf_putc(&b, 'O');
	put_tuple(&b, "tt", row);
	eh_buf_putc(&b, 'N');
	put_tuple(&b, "ttt", row);
	refused(b.data, b.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transaction_has_its_place),
		cmocka_unit_test(relation_names_its_columns),
		cmocka_unit_test(rows_come_in_every_form),
		cmocka_unit_test(row_of_another_relation_is_not_taken_apart),
		cmocka_unit_test(truncate_names_its_relations),
		cmocka_unit_test(the_rest_is_known_too),
		cmocka_unit_test(lies_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
