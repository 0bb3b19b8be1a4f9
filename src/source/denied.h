/*
 * denied.h - says whose table it was that could not be read, and what its owner can do about it.
 *
 * Threads  any, one connection each.
 */
#ifndef EH_SOURCE_DENIED_H
#define EH_SOURCE_DENIED_H

#include "decision/map.h"
#include "pg/pg.h"

/* Puts "reading SCHEMA.TABLE of source NAME: " before what a statement on `pg` just failed with; where the role may not
 * read the table, a hint at the GRANT.  Returns err->rc. */
enum eh_rc eh_source_while_reading(struct eh_pg *pg, const struct eh_map *map, struct eh_err *err);

/* Whether it failed because the role may not. */
bool eh_source_is_denied(const struct eh_pg *pg, const struct eh_err *err);

#endif
