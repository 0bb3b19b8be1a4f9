/*
 * strata.h - counts of one attribute by stratum and group, as the conditional monitors need them.
 *
 * An attribute is conditioned on the strata its map names (absent: all mapped
 * ones), jointly: one tuple is one stratum.  A cell of the cube carries the tuple
 * of all mapped strata, so it is projected here, and the projections are numbered
 * in the order they are met.  A decision with a missing stratum is in no stratum.
 *
 * Owner    the arena given; tables are freed with eh_judge_table_free().
 * Threads  none.
 */
#ifndef EH_JUDGE_STRATA_H
#define EH_JUDGE_STRATA_H

#include "cube/cube.h"
#include "decision/map.h"

#define EH_JUDGE_NO_STRATUM UINT32_MAX

struct eh_judge_projection;

/* NULL where the attribute is conditioned on nothing. */
struct eh_judge_projection *eh_judge_projection_new(struct eh_arena *home, const struct eh_map *map, uint32_t attribute,
                                                    struct eh_cube_names *names);

/* The number of the cell's stratum, or EH_JUDGE_NO_STRATUM. */
uint32_t eh_judge_project(struct eh_judge_projection *p, const struct eh_cube_cell *cell);

/* The strata conditioned on, by name, ended by NULL. */
const char *const *eh_judge_projection_names(const struct eh_judge_projection *p);

/* Counts of one attribute: by group, and by stratum x group.  Row 0 of `by_stratum` is stratum 0. */
struct eh_judge_table {
	uint32_t groups; /* columns: codes 0 .. groups - 1 */
	uint32_t strata; /* rows */
	uint32_t cap;    /* rows there is room for */
	struct eh_cube_count *by_group;
	struct eh_cube_count *by_stratum;
	struct eh_cube_members *members; /* EH_CUBE_BUCKETS of them, where groups are known by probabilities; else NULL */
};

/* An empty table of codes 0 .. groups - 1. */
void eh_judge_table_begin(struct eh_judge_table *table, uint32_t groups);
/* Room for codes below `groups`; what is counted stays. */
void eh_judge_table_widen(struct eh_judge_table *table, uint32_t groups);
/* `to` becomes the same as `from`. */
void eh_judge_table_copy(struct eh_judge_table *to, const struct eh_judge_table *from);
/* The row of a stratum, made where there is none. */
struct eh_cube_count *eh_judge_table_row(struct eh_judge_table *table, uint32_t stratum);
/* After counts were taken off below nothing for the moment: what was taken off more often than it came is nothing. */
void eh_judge_table_settle(struct eh_judge_table *table);
void eh_judge_table_free(struct eh_judge_table *table);

#endif
