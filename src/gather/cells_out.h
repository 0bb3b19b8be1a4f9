/*
 * cells_out.h - the cube's cells, decoded, as CSV or JSON Lines: for a data scientist's own tools.
 *
 * One line a cell: a pane's start, the group of every attribute, the strata, the
 * lineage set, how many decisions and how many of them favourable.  Lines come by
 * pane, then sorted by these names, so that two runs give the same bytes.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_CELLS_OUT_H
#define EH_GATHER_CELLS_OUT_H

#include <stdio.h>

#include "pg/pg.h"
#include "source/register.h"

struct eh_cells_out {
	int64_t from_us, to_us; /* panes whose start lies in [from, to) */
	bool csv;               /* else JSON Lines */
	FILE *file;
};

/* `store` as any role that reads the tallies.  Writing errors of the file are left to its ferror(). */
EH_MUST enum eh_rc eh_cells_write(struct eh_pg *store, const struct eh_source *source, const struct eh_cells_out *out,
                                  struct eh_err *err);

#endif
