/*
 * number.h - numbers as text that reads back to the same bits, quickly.
 *
 * The C library prints a double to 17 digits in a microsecond; where a line of
 * statistics has twenty of them, that is most of the work.
 *
 * Threads  any.
 */
#ifndef EH_BASE_NUMBER_H
#define EH_BASE_NUMBER_H

#include "base/buf.h"

/* The least of 15, 16 or 17 digits that reads back to `value`, which is finite; a whole number below 2^53 has no point. */
void eh_buf_double(struct eh_buf *b, double value);

void eh_buf_uint(struct eh_buf *b, uint64_t value);

#endif
