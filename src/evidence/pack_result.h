/*
 * pack_result.h - a regulator's test, run once on a fixed calendar period (law 5).
 *
 * A pack (policy/pack.h) says what to look at; a book is the cube of one source over
 * one period.  For each line of the pack and each group the result holds the counts,
 * the figure with its limits, and two verdicts that never stand for each other:
 * whether the figure lies beyond the line (practical), and whether it is more than
 * chance (statistical).  Too few decisions are a verdict of their own (law 4), and
 * what the cube cannot answer is said by name, never left out.
 *
 * Beside each figure stands the same question pooled over every way in which the book
 * is sliced (strata, roles of lineage) by Mantel and Haenszel's method: where each
 * slice alone is too small to say anything and the pooled figure crosses, the row says
 * so.  A result is a function of the cube and the pack alone: whole numbers and decimal
 * text, sorted by name.
 *
 * Owner    the caller gets a reference to the JSON.
 * Threads  any.
 */
#ifndef EH_EVIDENCE_PACK_RESULT_H
#define EH_EVIDENCE_PACK_RESULT_H

#include "base/json.h"
#include "cube/cube.h"
#include "decision/map.h"
#include "policy/pack.h"

struct eh_evidence_book {
	const struct eh_map *map;
	const struct eh_cube_shape *shape;
	struct eh_cube_names *names;
	const struct eh_cube *cube;
	/* In the shape's order: numeric features, categorical features (and retrieval roles), roles of the lineage set. */
	const char *const *numeric, *const *level, *const *role;
	int64_t from_us, to_us;
	bool outcomes_due; /* the outcomes of the whole period are due: none is counted that another could still change */
	bool fits;         /* panes fit into the period; false: nothing can be said, and the cube is empty */
};

/* The result, as JSON without fractions.  EH_BAD_INPUT only where a name of the source is no UTF-8. */
EH_MUST enum eh_rc eh_evidence_pack(const struct eh_evidence_book *book, const struct eh_pack *pack, json_t **result,
                                    struct eh_err *err);

/* What a verdict is called where it is not one of none, statistical, practical, both. */
#define EH_EVIDENCE_NOT_ENOUGH "not_enough_data"
#define EH_EVIDENCE_NOT_APPLICABLE "not_applicable"
#define EH_EVIDENCE_SHOWN "shown" /* a table of a rule that sets no line */

#endif
