/*
 * stream.h - lines in, answers out, in order.
 *
 * An answer is written as soon as the input pauses, so that a program can ask
 * through a pipe and wait for each answer; while lines keep coming they are
 * answered in bulk.  Blank lines are passed over; a line beyond EH_STAT_LINE_MAX
 * is answered, and skipped to its end.  Where much is there at once, its lines are
 * shared among the processors, and the answers keep the order of the lines.
 *
 * Owner    the caller keeps both descriptors.
 * Threads  one a stream, which starts others and waits for them.
 */
#ifndef EH_STAT_STREAM_H
#define EH_STAT_STREAM_H

#include "base/err.h"

/* Until the end of `in`.  EH_AGAIN where reading or writing fails. */
EH_MUST enum eh_rc eh_stat_stream(int in, int out, struct eh_err *err);

#endif
