/*
 * tables.h - the public tables behind BISG: surnames, places, first names.
 *
 * The user brings them; none is part of this program.  A table is read whole and
 * checked, or refused with the line that is wrong.  Memory is that of the tables.
 *
 * Owner    the arena.  Read-only from then on.
 * Threads  any, once they are read.
 */
#ifndef EH_BISG_TABLES_H
#define EH_BISG_TABLES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define EH_BISG_CLASSES 6

/* white, black, hispanic, api, aian, mult: the order of every vector here */
extern const char *const eh_bisg_class_name[EH_BISG_CLASSES];

struct eh_bisg_entry {
	const char *key;
	int64_t line; /* of the table */
	double p[EH_BISG_CLASSES];
	double among[EH_BISG_CLASSES]; /* share of the class's people that have this key: P(key | class) */
};

/* Sorted by key. */
struct eh_bisg_table {
	struct eh_bisg_entry *entry;
	size_t n;
};

/* The entry of that key, or NULL. */
const struct eh_bisg_entry *eh_bisg_table_find(const struct eh_bisg_table *table, const char *key);

/*
 * Surnames in the layout of the Census Bureau's list: name, count, pctwhite, pctblack, pctapi, pctaian, pct2prace,
 * pcthispanic, percentages of the name.  `(S)` is a suppressed one: what the others leave of 100 is spread over them
 * equally.  Other columns are passed over.  p = P(class | name).
 */
EH_MUST enum eh_rc eh_bisg_read_surnames(struct eh_arena *arena, const char *path, struct eh_bisg_table *out,
                                         struct eh_err *err);

/* First names in Tzioumis' layout: firstname, obs, and the same percentages.  p as above; among from obs. */
EH_MUST enum eh_rc eh_bisg_read_firstnames(struct eh_arena *arena, const char *path, struct eh_bisg_table *out,
                                           struct eh_err *err);

/* Places: geo, white, black, hispanic, api, aian, mult, counts of people.  p = P(class | place), among = P(place | class). */
EH_MUST enum eh_rc eh_bisg_read_geography(struct eh_arena *arena, const char *path, struct eh_bisg_table *out,
                                          struct eh_err *err);

#endif
