/*
 * stretch.h - says where history has a long empty stretch before its last rows (law 3).
 *
 * T stands after history at the last decision that is not in the future.  A few rows
 * with a wrong date would set it far beyond the rest, and everything later would be late.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_STRETCH_H
#define EH_GATHER_STRETCH_H

#include "gather/record.h"

/* Warns on the log where there is one. */
EH_MUST enum eh_rc eh_stretch_warn(struct eh_pg *store, const struct eh_record *record, struct eh_err *err);

#endif
