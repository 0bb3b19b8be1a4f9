/*
 * pgoutput_fuzz.c - any bytes as a message of logical replication: refused whole, or every value lies within the
 * message and reads as a field of any type.
 *
 * The first byte says how a column is taken: its type and its form.
 */
#include <stdlib.h>
#include <string.h>

#include "source/stream_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct eh_pgoutput message;

static void check_within(const char *at, size_t n, const char *from, const char *to)
{
	EH_ASSERT(n == 0 || (at >= from && n <= (size_t)(to - at)));
}

static void check_text(struct eh_text text, const char *from, const char *to)
{
	check_within(text.at, text.n, from, to);
}

/* A column whose type has a form of its own is read in that, or as text. */
static enum eh_poll_form form_of(enum eh_stream_type type, bool own)
{
	static const enum eh_poll_form forms[EH_STREAM_INET + 1] = {[EH_STREAM_INT2] = EH_POLL_INT2,     [EH_STREAM_INT4] = EH_POLL_INT4,
	                                                            [EH_STREAM_INT8] = EH_POLL_INT8,     [EH_STREAM_FLOAT8] = EH_POLL_FLOAT8,
	                                                            [EH_STREAM_TIME] = EH_POLL_TIME};

	return own ? forms[type] : EH_POLL_TEXT;
}

static void read_values(const struct eh_pgoutput_value *values, size_t n, uint8_t how, const char *from, const char *to)
{
	static struct eh_buf scratch;
	static volatile unsigned char sink;

	for (size_t i = 0; i < n; i++) {
		const struct eh_pgoutput_value *v = &values[i];
		enum eh_stream_type type = (enum eh_stream_type)(how % (EH_STREAM_INET + 1));
		struct eh_stream_column column = {.at = (int)i, .type = type, .form = form_of(type, (how & 16) != 0)};
		struct eh_field field = {0};
		struct eh_err err;

		if (v->form != EH_PGOUTPUT_TEXT && v->form != EH_PGOUTPUT_BINARY)
			continue;
		check_within(v->at, v->n, from, to);
		if (v->form == EH_PGOUTPUT_BINARY && !eh_stream_reads_binary(&column))
			continue;
		if (eh_stream_read(&column, v, &scratch, &field, &err) != EH_OK || field.form != EH_FIELD_TEXT)
			continue;
		for (size_t k = 0; k < field.text.n; k++)
			sink = (unsigned char)(sink ^ field.text.at[k]);
		EH_ASSERT(eh_stream_same(&field, &field));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct eh_err err;

	if (n < 1)
		return 0;
	/* A copy of just that size: what is read beyond it is found out. */
	char *bytes = malloc(n - 1 + (n == 1));
	const char *end = bytes + n - 1;
	EH_ASSERT(bytes != NULL);
	memcpy(bytes, data + 1, n - 1);
	if (eh_pgoutput_decode(bytes, n - 1, data[0] & 1 ? 16384 : 0, &message, &err) == EH_OK) {
		EH_ASSERT(message.columns_n <= EH_PGOUTPUT_COLUMNS_MAX && message.values_n <= EH_PGOUTPUT_COLUMNS_MAX);
		if (message.kind == EH_PGOUTPUT_RELATION) {
			check_text(message.schema, bytes, end);
			check_text(message.name, bytes, end);
			for (size_t i = 0; i < message.columns_n; i++)
				check_text(message.columns[i].name, bytes, end);
		}
		if (message.kind == EH_PGOUTPUT_INSERT || message.kind == EH_PGOUTPUT_UPDATE || message.kind == EH_PGOUTPUT_DELETE) {
			read_values(message.values, message.skipped ? 0 : message.values_n, data[0], bytes, end);
			read_values(message.olds, message.skipped ? 0 : message.olds_n, data[0], bytes, end);
		}
		if (message.kind == EH_PGOUTPUT_TRUNCATE) {
			check_within(message.relations, 4 * (size_t)message.relations_n, bytes, end);
			(void)eh_pgoutput_truncates(&message, 16384);
		}
		if (message.kind == EH_PGOUTPUT_MESSAGE) {
			check_text(message.prefix, bytes, end);
			check_text(message.content, bytes, end);
		}
	}
	free(bytes);
	return 0;
}
