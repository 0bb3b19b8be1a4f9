/*
 * packing.h - the columns of a map as one row of binary COPY, in as few values as they fit.
 *
 * A server pays for each value that it sends, whatever its size.  So small whole
 * numbers and booleans come several to an int8, and whole numbers, booleans and uuids
 * that are read as text (an id, a group) come as they are and get their characters
 * here: those of the type's own text, so that import and gather see the same (law 2).
 *
 *   SELECT id, score, coalesce(sex::int2::int8, 65535) # (coalesce(tier::int2::int8, 65535) << 17)
 *
 * Each member of a pack is a number of `width` bits with its sign, the lowest first;
 * members join by exclusive or, so that a negative one needs no mask.  One value
 * that its type cannot have stands for null.
 *
 * Owner    the arena; fields borrow from the message and from the packing, until the next row.
 * Threads  none.
 */
#ifndef EH_SOURCE_PACKING_H
#define EH_SOURCE_PACKING_H

#include "base/arena.h"
#include "decision/decision.h"
#include "decision/map.h"
#include "pg/pg.h"
#include "source/poll_columns.h"

struct eh_packing;

/* Looks at the columns' types.  EH_BAD_INPUT: the table has no such column. */
EH_MUST enum eh_rc eh_packing_make(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t table_oid,
                                   struct eh_packing **out, struct eh_err *err);

/* The same of columns whose types are known. */
struct eh_packing *eh_packing_of(struct eh_arena *arena, const struct eh_poll_column *columns, size_t n);

const char *eh_packing_list(const struct eh_packing *packing); /* of a SELECT, names quoted */
size_t eh_packing_values(const struct eh_packing *packing);    /* that the list gives a row */

/* A message of binary COPY on its way through; bad once anything did not fit. */
struct eh_wire {
	const char *at, *end;
	bool bad;
};

/* Passes over the signature where the message begins with it.  The number of a row's values; -1: no row follows. */
int eh_packing_begin(struct eh_wire *wire);

/* A value and its length; NULL and -1: null, or bad. */
const char *eh_packing_take(struct eh_wire *wire, int32_t *n);

/* Reads the list's values into the fields of map->columns; the wire is bad where they are not of the types that the
 * columns had. */
void eh_packing_read(struct eh_packing *packing, struct eh_wire *wire, struct eh_field *fields);

#endif
