/*
 * axis.h - what monitors tell groups apart by, and what they count: an attribute, two attributes jointly, one level of a
 * stratum, a cut of the score.
 *
 * A protected attribute of the map is an axis, whose groups are the attribute's own.  An intersection is another: its
 * groups are pairs of labels (Black+Female), its reference is the pair of the references.  A segment is an axis too:
 * the attribute's groups, counted in the decisions of one level of one stratum only; what it finds is found about the
 * attribute's group, and folds into that group's alert (design section 9).  So does a cut of the score: among decisions
 * that have a score, those on the adverse side of the cut count as adverse.  The cube keeps scores in bins (cube.h), so
 * a cut means the lower end of its bin.  Where a family is two-sided, an attribute is turned for each of its groups: the
 * map's reference is the protected one, and the group is what it is held against.  All are made from the cube, so a new one can be asked of old panes.
 *
 * An attribute that is known by probabilities has its groups in the order of their labels; what is counted of one is the
 * sum of its weights, in whole decisions, and the table holds the sums by bucket beside.
 *
 * Codes of an intersection are numbered in the order in which they are met; nothing that is told depends on it.
 *
 * Owner    the arena given.
 * Threads  none.
 */
#ifndef EH_JUDGE_AXIS_H
#define EH_JUDGE_AXIS_H

#include "judge/strata.h"

struct eh_judge_axis;

struct eh_judge_axis_of {
	uint32_t attribute;
	int other;         /* the second attribute of an intersection; -1: none */
	int stratum;       /* of a segment, the index of the map's stratum; -1: the whole book */
	const char *level; /* its level */
	const char *against; /* the reference is the protected group, held against this one; NULL: as the map has it */
	bool score;        /* counts sides of a cut of the score */
	int64_t cut_micro;
};

/* The names must be those of the cubes that are asked. */
struct eh_judge_axis *eh_judge_axis_new(struct eh_arena *home, const struct eh_map *map, const struct eh_cube_names *names,
                                        const struct eh_judge_axis_of *of);

const struct eh_judge_axis_of *eh_judge_axis_is(const struct eh_judge_axis *axis);

/* "sex", "race+sex": the attribute as alerts and lines name it. */
const char *eh_judge_axis_name(const struct eh_judge_axis *axis);
/* What follows the monitor's name: "tier=gold", "score>=0.7"; NULL: nothing does. */
const char *eh_judge_axis_part(const struct eh_judge_axis *axis);
/* What a decision on the counted side of a cut is, in words: "scored 0.7 or more"; NULL where the axis is no cut. */
const char *eh_judge_axis_counted(const struct eh_judge_axis *axis);
/* True where what is found is found about a group of the attribute itself. */
bool eh_judge_axis_is_part(const struct eh_judge_axis *axis);
/* The two names of a joined one, race+sex or Black+F; false where it is none. */
bool eh_judge_axis_split(struct eh_arena *home, const char *joined, const char *half[2]);
/* The order in which axes stand: attributes, then intersections, then parts.  0 only for the same axis. */
int eh_judge_axis_compare(const struct eh_judge_axis_of *a, const struct eh_judge_axis_of *b);
/* The label of the one group that is protected along the axis; NULL: all but the reference are. */
const char *eh_judge_axis_only(const struct eh_judge_axis *axis);
/* The label of the reference group. */
const char *eh_judge_axis_reference(const struct eh_judge_axis *axis);

/* True where groups are known by probabilities: no cell has one, and sums of weights stand for counts. */
bool eh_judge_axis_is_estimated(const struct eh_judge_axis *axis);

/* The code of a cell's group, 0 where a label is missing; EH_JUDGE_OUTSIDE where the cell is in another segment. */
#define EH_JUDGE_OUTSIDE UINT32_MAX
uint32_t eh_judge_axis_code(struct eh_judge_axis *axis, const struct eh_cube_cell *cell);

/* Codes are 1 .. this. */
uint32_t eh_judge_axis_groups(const struct eh_judge_axis *axis);
/* Lives as long as the axis; code 0 gives NULL. */
const char *eh_judge_axis_label(const struct eh_judge_axis *axis, uint32_t code);
/* Counts of a cube along the axis, by group and, where there is a projection, by stratum x group.  What was taken off
 * (or NULL) is taken off again; where that is more than there is of a count, nothing is left of it. */
void eh_judge_axis_fill(struct eh_judge_axis *axis, struct eh_judge_table *table, const struct eh_cube *cube,
                        const struct eh_cube *taken, struct eh_judge_projection *projection);

/* Adds the counts of a cube to what is there, or takes them off exactly: what is taken off was added. */
void eh_judge_axis_move(struct eh_judge_axis *axis, struct eh_judge_table *table, const struct eh_cube *cube,
                        struct eh_judge_projection *projection, bool take);

/* The code of a label; 0 where nobody of it was seen. */
uint32_t eh_judge_axis_find(const struct eh_judge_axis *axis, const char *label);

#endif
