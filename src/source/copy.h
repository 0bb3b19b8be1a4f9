/*
 * copy.h - import: a CSV decision log becomes a table that gather can read.
 *
 * Everything of one import is in one transaction: a file is in, or it is not.
 * Nothing is lost and nothing counted twice (law 2): a row whose id is there with
 * the same content is skipped and counted, a row that cannot be used goes to
 * evenhand_import.set_aside beside the table, with its line, its reason and its
 * bytes; the same file again changes nothing.
 *
 * The table, made where it is absent: the map's id column as primary key, its
 * decided_at, outcome_at and received_at as timestamptz, every other column of the file as
 * text, an empty field as NULL, and evenhand_xid, by which gather finds new rows.
 *
 * Owner    the connection is the caller's; nothing outlives the call.
 * Threads  none.
 */
#ifndef EH_SOURCE_COPY_H
#define EH_SOURCE_COPY_H

#include "base/arena.h"
#include "decision/map.h"
#include "pg/pg.h"

/* The reason of a row whose id was there before and said something else. */
#define EH_COPY_OTHER_CONTENT "id known with other content"

/* Who looks on.  Each function may be NULL. */
struct eh_copy_watch {
	void *context;
	/* How far it is, a few times a second; bytes_total 0: not known. */
	void (*tell)(void *context, int64_t rows, int64_t bytes_done, int64_t bytes_total);
	/* All rows are in, nothing is committed yet: the last chance to refuse. */
	enum eh_rc (*before_commit)(void *context, struct eh_err *err);
};

struct eh_copy_reason {
	const char *reason;
	int64_t rows;
};

struct eh_copy_sum {
	int64_t read, imported, skipped, set_aside; /* read is the sum of the others */
	const struct eh_copy_reason *reasons;       /* of those set aside, most frequent first; in the caller's arena */
	size_t reasons_n;
	int64_t rounded;           /* values that have more decimals than their scale */
	bool made_table;           /* the table was absent */
	int64_t first_us, last_us; /* earliest and latest decided_at of the usable rows; where there are any */
};

/* Imports `path` (`-`: standard input) into the map's table over `pg`, the source's database.
 * EH_BAD_INPUT: the file, or a table that is there and is not as import would have made it.
 * EH_REFUSED: no right to create the schema or the table. */
EH_MUST enum eh_rc eh_copy_import(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const char *path,
                                  const struct eh_copy_watch *watch, struct eh_copy_sum *sum, struct eh_err *err);

#endif
