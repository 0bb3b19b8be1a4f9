/*
 * part.h - what the files of a pack's result share.  Inside the room only.
 */
#ifndef EH_EVIDENCE_PART_H
#define EH_EVIDENCE_PART_H

#include "evidence/pack_result.h"
#include "stats/ehs.h"

#define EH_EVIDENCE_CELLS_MAX (UINT32_C(1) << 20) /* slices x groups that are held at once */

/* The groups of an attribute, or of two crossed, sorted by name; number 0 is "not recorded". */
struct eh_evidence_view {
	const char *attribute; /* sex, or sex x race */
	uint32_t first, second;
	bool crossed;
	uint32_t groups;            /* with number 0 */
	const char **label;         /* [groups]; NULL for 0 */
	uint32_t *rank[2];          /* code -> number among the sorted labels of each attribute */
	uint32_t width;             /* groups of the second attribute */
	uint32_t *code;             /* number -> code, of a view that is not crossed */
	uint32_t named;             /* the map's reference, or 0 where it does not occur */
	const char *named_label;
	struct eh_cube_count *count; /* [groups] */
	struct eh_cube_outcomes *outcomes;
	uint64_t n, known; /* decisions; those with a group */
};

void eh_evidence_view(struct eh_arena *home, const struct eh_evidence_book *book, uint32_t first, int second,
                      struct eh_evidence_view *view);
uint32_t eh_evidence_group(const struct eh_evidence_view *view, const struct eh_cube_cell *cell);

/* A way in which the book is sliced; a decision that is in no slice by name is in none. */
struct eh_evidence_split {
	const char *kind, *name; /* stratum, strata or role; its name, or NULL for all strata at once */
	uint32_t parts;
	uint32_t *part_of; /* by tuple code; UINT32_MAX: in no part */
	bool lineage;
};

/* Every split of the book that has two parts or more; returns how many.  In the arena. */
size_t eh_evidence_splits(struct eh_arena *home, const struct eh_evidence_book *book, struct eh_evidence_split **out);

/* part x group; in the arena. */
struct eh_cube_count *eh_evidence_slice(struct eh_arena *home, const struct eh_evidence_book *book,
                                        const struct eh_evidence_view *view, const struct eh_evidence_split *split);

/* Two verdicts about one figure. */
struct eh_evidence_finding {
	double est, lo, hi, p, log10_p;
	const char *interval;
	bool practical, statistical;
	bool enough;
};
const char *eh_evidence_verdict(const struct eh_pack_line *line, const struct eh_evidence_finding *finding);
/* Whether x lies beyond the threshold, in the line's direction. */
bool eh_evidence_beyond(const struct eh_pack_line *line, double x);
/* Whether x lies on the group's worse side of `neutral`. */
bool eh_evidence_worse(const struct eh_pack_line *line, double x, double neutral);

/* A table whose outcome is the line's: favourable or adverse decisions. */
struct ehs_2x2 eh_evidence_table(const struct eh_pack_line *line, struct eh_cube_count prot, struct eh_cube_count ref);
struct eh_evidence_finding eh_evidence_rates(const struct eh_pack_line *line, struct ehs_2x2 table);
/* The largest (adverse: smallest) ratio that could have been told from 1; NaN where none. */
double eh_evidence_detectable(const struct eh_pack_line *line, struct ehs_2x2 table);
/* Pooled over the parts: rows of `slices` for the two groups.  An object. */
json_t *eh_evidence_pooled(struct eh_arena *home, const struct eh_pack_line *line, const struct eh_evidence_split *split,
                           const struct eh_evidence_view *view, const struct eh_cube_count *slices, uint32_t group,
                           uint32_t reference);

struct eh_evidence_finding eh_evidence_scores(struct eh_arena *home, const struct eh_evidence_book *book,
                                              const struct eh_evidence_view *view, const struct eh_pack_line *line,
                                              uint32_t group, uint32_t reference);
/* A list of {feature, kind, measure, value, n}, the farthest apart first. */
json_t *eh_evidence_drivers(struct eh_arena *home, const struct eh_evidence_book *book, const struct eh_evidence_view *view,
                            uint32_t group, uint32_t reference);
/* The rows of New York City's form; scoring: of the share above the median. */
json_t *eh_evidence_form(struct eh_arena *home, const struct eh_evidence_book *book, const struct eh_evidence_view *view,
                         bool scoring);

/* Six decimals as text; null where there is no finite number. */
json_t *eh_evidence_decimal(double x);
/* Sets a key; the reference is taken over. */
void eh_evidence_put(json_t *object, const char *key, json_t *value);

#endif
