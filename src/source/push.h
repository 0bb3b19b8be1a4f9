/*
 * push.h - reads a decision log by letting its database count (laws 1 and 2).
 *
 * In one snapshot the database groups alike rows by pane and raw column values and
 * sends each combination once, with its number of rows; labels, bands and fixed
 * point are made of it by the same code as of a row.  One statement groups what is
 * counted (groups, strata, lineage, decision), and one each a measure (score, feature,
 * retrieval) with the groups.  A condition that is stricter than the row check, for
 * every type of column, says which rows may be grouped; all others are read one by
 * one as poll does, so that the same rows are set aside for the same reasons.  What
 * comes out is the same integers, to the byte.
 *
 *   with an xid8 column   history and differences of snapshots, by the positions of poll; a
 *                         partitioned table is one source
 *   foreign partitions,   follow: no.  All is read in one go and one commit, a GROUP BY in each
 *   views, Citus          partition, which postgres_fdw hands to its server
 *
 * Panes come in ascending order: of each first the rows that are read one by one, in
 * the order (partition, place), then its groups, in the order of their bytes, then its
 * measures.  So names take their places in the dictionary in the same order each time.
 *
 * Recompute reads row by row what was read up to the stored place; of a source that is
 * read once it compares all that is there now.
 *
 * Owner    as reader.h says.
 * Threads  none.
 */
#ifndef EH_SOURCE_PUSH_H
#define EH_SOURCE_PUSH_H

#include "source/reader.h"

/* A pushdown reader.  EH_REFUSED, naming what is missing, where the table cannot be read so. */
EH_MUST enum eh_rc eh_push_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                       struct eh_source_reader **out, struct eh_err *err);

#endif
