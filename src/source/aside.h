/*
 * aside.h - the rows that could not be used: what import and gather set aside, and why.
 *
 * Import's lie beside the source's table, in evenhand_import.set_aside, with their
 * bytes; gather's lie in the store and name the row by its id, as the row itself
 * stays in the source (law 2: nothing is lost).
 *
 * Owner    what is listed lives in the caller's arena.
 * Threads  none.
 */
#ifndef EH_SOURCE_ASIDE_H
#define EH_SOURCE_ASIDE_H

#include "base/arena.h"
#include "pg/pg.h"

struct eh_aside_import {
	const char *file, *reason;
	int64_t line, at_us;
	struct eh_pg_bytes raw; /* as it stood in the file: it may be no text */
};

struct eh_aside_gather {
	const char *row_id; /* NULL where it had none */
	const char *reason;
	int64_t at_us;
};

/* The last `limit` rows of a source that import set aside, newest import first, then by file and
 * line; none where import never ran.  `pg` is the source's database. */
EH_MUST enum eh_rc eh_aside_list_import(struct eh_arena *arena, struct eh_pg *pg, const char *source, int64_t limit,
                                        const struct eh_aside_import **rows, size_t *n, struct eh_err *err);

/* How many rows a source had set aside for one reason. */
struct eh_aside_reason {
	const char *reason;
	int64_t rows, settled; /* settled: of them counted by now, or gone from the source */
};

/* By reason, of those that gather set aside: most that still stand first. */
EH_MUST enum eh_rc eh_aside_count(struct eh_arena *arena, struct eh_pg *store, int64_t source_id, const struct eh_aside_reason **reasons,
                                  size_t *n, struct eh_err *err);

/* The last `limit` that gather set aside and that still stand so, newest first. */
EH_MUST enum eh_rc eh_aside_list_gather(struct eh_arena *arena, struct eh_pg *store, int64_t source_id, int64_t limit,
                                        const struct eh_aside_gather **rows, size_t *n, struct eh_err *err);

#endif
