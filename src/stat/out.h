/*
 * out.h - the fields of a result.
 *
 * A number is written so that reading it gives the same bits; what does not exist
 * is the text "NaN", and infinities are "Inf" and "-Inf".
 *
 * Threads  none.
 */
#ifndef EH_STAT_OUT_H
#define EH_STAT_OUT_H

#include "stat/call.h"
#include "stats/ehs.h"

void eh_stat_put(struct eh_stat_call *c, const char *key, double value);
void eh_stat_put_count(struct eh_stat_call *c, const char *key, uint64_t value);
void eh_stat_put_text(struct eh_stat_call *c, const char *key, const char *text);
void eh_stat_put_bool(struct eh_stat_call *c, const char *key, bool value);
void eh_stat_put_numbers(struct eh_stat_call *c, const char *key, const double *at, size_t n);
void eh_stat_put_counts(struct eh_stat_call *c, const char *key, const uint64_t *at, size_t n);

/* "flags":["low_n",...], only where there are some. */
void eh_stat_put_flags(struct eh_stat_call *c, unsigned flags);

/* Every member that exists of a result of the library, under its own name: est, se, lo, hi, ..., method, flags. */
void eh_stat_put_result(struct eh_stat_call *c, const struct ehs_result *r);

/*
 * The status of the line, and where it is not EHS_OK, the field "status" of the result: `word`, or the status's own
 * name where word is NULL.  The last call holds.  EHS_INVALID refuses the line with a general reason.
 */
void eh_stat_status(struct eh_stat_call *c, enum ehs_status status, const char *word);

#endif
