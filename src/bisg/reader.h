/*
 * reader.h - the records of a CSV file with a header, plain or gzipped or from standard input.
 *
 * A public table that is broken anywhere is refused as a whole, with file and line:
 * a name that is silently missing would give everybody of that name other
 * probabilities.
 *
 * Owner    eh_bisg_reader_open() gives, eh_bisg_reader_close() takes.  A record lives
 *          until the next is asked for.
 * Threads  none.
 */
#ifndef EH_BISG_READER_H
#define EH_BISG_READER_H

#include "base/err.h"
#include "source/csv.h"

struct eh_bisg_reader;

/* Opens `path` (`-`: standard input) and reads its header.  EH_BAD_INPUT where it cannot be read or has none. */
EH_MUST enum eh_rc eh_bisg_reader_open(const char *path, struct eh_bisg_reader **out, struct eh_err *err);
void eh_bisg_reader_close(struct eh_bisg_reader *reader); /* NULL is allowed */

/* The next record, with as many fields as the header; false in *more at the end.  EH_BAD_INPUT with the line. */
EH_MUST enum eh_rc eh_bisg_reader_next(struct eh_bisg_reader *reader, const struct eh_csv_record **record, bool *more,
                                       struct eh_err *err);

/* As messages name the file, and the line where the present record begins. */
const char *eh_bisg_reader_path(const struct eh_bisg_reader *reader);
int64_t eh_bisg_reader_line(const struct eh_bisg_reader *reader);

/* The header as it stood, without its line end. */
struct eh_text eh_bisg_reader_header(const struct eh_bisg_reader *reader);

/* The field of the column of that name, capitals or not; -1. */
int eh_bisg_reader_find(const struct eh_bisg_reader *reader, const char *name);

/* The same; EH_BAD_INPUT where there is no such column, with "did you mean". */
EH_MUST enum eh_rc eh_bisg_reader_need(const struct eh_bisg_reader *reader, const char *name, int *field,
                                       struct eh_err *err);

static inline void eh_bisg_reader_cleanup(struct eh_bisg_reader **reader)
{
	eh_bisg_reader_close(*reader);
}
#define EH_BISG_READER_AUTO __attribute__((cleanup(eh_bisg_reader_cleanup))) struct eh_bisg_reader *

#endif
