/*
 * csv.h - one record of a CSV file (RFC 4180): a pure function over bytes.
 *
 * A broken record must not take its neighbours with it (law 2: nothing is lost).
 * Where the quoting is broken, only the first line of the record is given up and
 * reading goes on at the next; what the line held comes back as it was.
 *
 * Taken: comma, CRLF or LF, quotes doubled inside quotes, any bytes but NUL in
 * well-formed UTF-8, a last line without its end.  Not taken: a quote in the
 * middle of an unquoted field, anything between a closing quote and the comma.
 *
 * Owner    the caller owns the record, its field array and the scratch; the fields
 *          point into the text or into the scratch.
 * Threads  any.
 */
#ifndef EH_SOURCE_CSV_H
#define EH_SOURCE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define EH_CSV_RECORD_MAX ((size_t)1 << 20) /* bytes of a record */
#define EH_CSV_FIELDS_MAX 1600              /* columns that a table of PostgreSQL can have */

enum eh_csv_fault {
	EH_CSV_GOOD,
	EH_CSV_BAD_QUOTE,    /* a quote where none may be */
	EH_CSV_UNTERMINATED, /* a quote that is not closed before the end, or within EH_CSV_RECORD_MAX */
	EH_CSV_TOO_LONG,
	EH_CSV_NUL,
	EH_CSV_BAD_UTF8,
	EH_CSV_FAULTS
};

struct eh_csv_record {
	enum eh_csv_fault fault;
	struct eh_text raw;     /* as it stood, without its line end; of a broken record its first line */
	struct eh_text *fields; /* the caller's, room for EH_CSV_FIELDS_MAX; whole where fault is EH_CSV_GOOD */
	size_t fields_n;        /* may exceed EH_CSV_FIELDS_MAX: then only the first ones were written */
	size_t lines;           /* line ends that were consumed */
	bool open;              /* TOO_LONG and no line end in sight: drop bytes up to the next one */
};

/* Takes one record from the beginning of text[0..n), n > 0.  The text must reach to the end of the
 * file or hold more than EH_CSV_RECORD_MAX bytes.  `scratch` has room for EH_CSV_RECORD_MAX bytes.
 * Gives the bytes consumed, at least 1. */
size_t eh_csv_take(const char *text, size_t n, char *scratch, struct eh_csv_record *record);

/* A fault as it is counted and shown. */
const char *eh_csv_fault_text(enum eh_csv_fault fault);

#endif
