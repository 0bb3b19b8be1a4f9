/*
 * stream_row.h - from the values of a replicated row to the fields that the row check takes.
 *
 * A row must read the same whether it comes by COPY or by the stream, or the
 * tallies of history and of live would not be those of one log (law 2).  So a
 * column is read here as poll_columns.h asks the server for it there: what is text
 * there is the very same text here, and what is a number is the same number.
 * Values come in binary where that is known for every mapped column, else all
 * as text, which can always be read.
 *
 * Owner    the columns live in the arena; a row's texts live until the next row of the same place, or end with the message.
 * Threads  none.
 */
#ifndef EH_SOURCE_STREAM_ROW_H
#define EH_SOURCE_STREAM_ROW_H

#include "base/arena.h"
#include "base/buf.h"
#include "decision/decision.h"
#include "pg/pg.h"
#include "source/pgoutput.h"
#include "source/poll_columns.h"

enum eh_stream_type {
	EH_STREAM_OTHER, /* its output text is what ::text gives */
	EH_STREAM_TEXT,
	EH_STREAM_PADDED, /* char(n): ::text drops the blanks at its end */
	EH_STREAM_BOOL,
	EH_STREAM_INT2,
	EH_STREAM_INT4,
	EH_STREAM_INT8,
	EH_STREAM_FLOAT8,
	EH_STREAM_TIME,
	EH_STREAM_DATE,
	EH_STREAM_UUID,
	EH_STREAM_ENUM,
	EH_STREAM_ARRAY,
	EH_STREAM_INET
};

/* How one mapped column is read from the rows of the relation as the stream last described it. */
struct eh_stream_column {
	int at; /* index in the row */
	enum eh_stream_type type;
	enum eh_poll_form form; /* what the row check is given */
};

/* What is known of a type; `oid` 0: nothing. */
struct eh_stream_known {
	uint32_t oid;
	enum eh_stream_type type;
	char name[64];
};

#define EH_STREAM_KNOWN_MAX 64

/* Asks the source's catalogue what an oid is; a domain is what lies under it.  A type that is not there any more is
 * OTHER.  What was asked once is kept in known[*n]. */
EH_MUST enum eh_rc eh_stream_type_of(struct eh_pg *pg, uint32_t oid, struct eh_stream_known known[EH_STREAM_KNOWN_MAX],
                                     size_t *n, const struct eh_stream_known **out, struct eh_err *err);

/* Whether the column's binary form can be read, and gives what its text would. */
bool eh_stream_reads_binary(const struct eh_stream_column *column);

/* Reads a value that is there.  `scratch` holds what had to be written anew. */
EH_MUST enum eh_rc eh_stream_read(const struct eh_stream_column *column, const struct eh_pgoutput_value *value,
                                  struct eh_buf *scratch, struct eh_field *out, struct eh_err *err);

/* Whether two fields hold the same value, byte for byte. */
bool eh_stream_same(const struct eh_field *a, const struct eh_field *b);

#endif
