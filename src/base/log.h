/*
 * log.h - what the top floors say while they work, on standard error.
 *
 * A line is `evenhand VERB: what happened`, an error adds `hint: ...`.  No secret
 * and no personal datum goes in; text that came from outside is escaped.
 *
 * Threads  any: one write a line.
 */
#ifndef EH_BASE_LOG_H
#define EH_BASE_LOG_H

#include "base/err.h"

/* The verb that every line names; set once by main. */
void eh_log_verb(const char *verb);
void eh_log(const char *format, ...) EH_PRINTF(1, 2);
void eh_log_err(const struct eh_err *err);

#endif
