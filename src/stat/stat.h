/*
 * stat.h - one statistical test a line: JSON in, JSON out.
 *
 * `evenhand stat` lets any other program use the arithmetic of stats/ without a
 * database and without a map.  A line is {"id": a text, number, true, false or null, "test": NAME, "inputs": {...}};
 * its answer is {"id", "status", "result": {...}}.  Emptiness is a status and never
 * stops a line (law 4); what cannot be read is answered with status "invalid" and a
 * reason that names the field.  This room knows JSON and no statistics: it carries
 * the numbers to stats/ and back.
 *
 * Owner    the caller keeps the struct eh_stat, whose memory is used again line by line.
 * Threads  any, one struct each.
 */
#ifndef EH_STAT_STAT_H
#define EH_STAT_STAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A longer line is refused; 16 MiB hold about a million numbers. */
#define EH_STAT_LINE_MAX ((size_t)16 << 20)

struct eh_stat;

struct eh_stat *eh_stat_new(void);
void eh_stat_free(struct eh_stat *s); /* NULL is allowed */

/* Appends the answer to one line, ended by a newline.  `line` holds `len` bytes without its own. */
void eh_stat_answer(struct eh_stat *s, const char *line, size_t len, struct eh_buf *out);

/* The answer to a line that was longer than EH_STAT_LINE_MAX and was not kept. */
void eh_stat_answer_too_long(struct eh_buf *out);

/* The tests in the order of their families; false beyond the last.  The texts say what stands in inputs and result. */
bool eh_stat_test_at(size_t i, const char **name, const char **inputs, const char **result);

static inline void eh_stat_cleanup(struct eh_stat **s)
{
	eh_stat_free(*s);
}
#define EH_STAT_AUTO __attribute__((cleanup(eh_stat_cleanup))) struct eh_stat *

#endif
