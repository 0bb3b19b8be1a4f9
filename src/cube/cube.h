/*
 * cube.h - sums of decisions that merge and subtract exactly (law 1).
 *
 * A cube is what is known of a set of decisions without keeping them: counts on
 * the joint key (group of every protected attribute, stratum tuple, lineage
 * set), where outcomes can be seen also by outcome, and per attribute and group the
 * score's moments and histogram, each numeric feature's moments, and each
 * categorical feature's levels; of an attribute that is known by probabilities, sums of weights.  The set
 * may be what one gather commit adds to one pane, a whole pane, a window, or the
 * time since an onset: it is always the same thing, and window = window + new
 * pane - expired pane holds to the last bit, because everything is an integer.
 *
 * Its packed form (block.c) is canonical: it depends on the decisions only, not
 * on their order, the batches they came in, or the numbers that names have in
 * this process.  So its bytes can be digested.
 *
 * Names (group labels, stratum tuples, lineage sets, levels) are interned once
 * in a struct eh_cube_names; cubes that are merged must share one.
 *
 * Owner    eh_cube_names lives in the arena it was made with; a cube owns heap
 *          memory and is freed with eh_cube_free().
 * Threads  none: one names table and its cubes belong to one process.
 */
#ifndef EH_CUBE_CUBE_H
#define EH_CUBE_CUBE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/text.h"

#define EH_CUBE_MAX_ATTRIBUTES 16
#define EH_CUBE_MAX_GROUPS 255 /* groups of one attribute, the missing one aside */
#define EH_CUBE_MAX_FEATURES 64
#define EH_CUBE_MAX_ROWS (UINT64_C(1) << 33) /* so that squares of 47-bit values sum in 128 bits */
#define EH_CUBE_MAX_MEMBERS 8 /* groups of an attribute that is known by probabilities only */
#define EH_CUBE_BUCKETS 16    /* parts that its decisions are put into by their ids */
#define EH_CUBE_WEIGHT_UNIT UINT32_C(1000000)

/* What a cube of one source counts; made once from the source's map. */
struct eh_cube_shape {
	uint32_t attributes; /* protected attributes */
	uint32_t strata;     /* mapped strata; 0: there is one stratum */
	uint32_t roles;      /* lineage roles in the set (retrieval items are a level feature instead) */
	uint32_t numeric;    /* numeric features, at most EH_CUBE_MAX_FEATURES */
	uint32_t level;      /* categorical features and retrieval roles, in this order; at most as many */
	bool score;
	bool outcome; /* what happened afterwards is known of some decisions; false: it cannot be seen, and no cell has it */
	uint8_t members[EH_CUBE_MAX_ATTRIBUTES]; /* of an attribute, groups known by probabilities; 0: it has labels */
};

enum eh_cube_outcome { EH_CUBE_OUTCOME_MISSING, EH_CUBE_OUTCOME_BENIGN, EH_CUBE_OUTCOME_ADVERSE };

/* One decision, ready to be counted. */
struct eh_cube_row {
	uint8_t group[EH_CUBE_MAX_ATTRIBUTES]; /* eh_cube_group() */
	uint32_t stratum;    /* eh_cube_tuple() of kind EH_CUBE_STRATUM, or eh_cube_other() */
	uint32_t lineage;    /* eh_cube_tuple() of kind EH_CUBE_LINEAGE */
	bool favourable;
	enum eh_cube_outcome outcome; /* missing where the shape has none */
	bool has_score;
	int64_t score_q;
	int64_t numeric_q[EH_CUBE_MAX_FEATURES];
	bool has_numeric[EH_CUBE_MAX_FEATURES];
	const uint32_t *levels[EH_CUBE_MAX_FEATURES]; /* codes of eh_cube_level(); several for a retrieval role,
	                                               * where one that stands twice counts once */
	uint32_t n_levels[EH_CUBE_MAX_FEATURES];
	const uint32_t *weight[EH_CUBE_MAX_ATTRIBUTES]; /* probabilities in millionths; NULL: not known */
	uint8_t bucket; /* below EH_CUBE_BUCKETS; follows from the decision's id alone */
};

struct eh_cube_names;
struct eh_cube;

enum eh_cube_tuple { EH_CUBE_STRATUM, EH_CUBE_LINEAGE };

struct eh_cube_names *eh_cube_names_new(struct eh_arena *home, const struct eh_cube_shape *shape);

/* The code of a group label, stratum or lineage tuple, or feature level; made on first sight.
 * Group code 0 is the missing one.  One code is held back for "other": the label after the
 * first EH_CUBE_MAX_GROUPS - 1 and all later ones are counted as that.  Tuples have as many
 * fields as the shape says; a field with at == NULL is missing. */
uint8_t eh_cube_group(struct eh_cube_names *names, uint32_t attribute, struct eh_text label);
uint32_t eh_cube_tuple(struct eh_cube_names *names, enum eh_cube_tuple kind, const struct eh_text *fields, uint32_t n);
uint32_t eh_cube_other(struct eh_cube_names *names, enum eh_cube_tuple kind);
uint32_t eh_cube_level(struct eh_cube_names *names, uint32_t feature, struct eh_text level);

/* Back from codes.  A label is NUL-ended and lives as long as the names; group 0 gives NULL. */
uint32_t eh_cube_groups(const struct eh_cube_names *names, uint32_t attribute); /* codes are 1 .. this */
const char *eh_cube_group_label(const struct eh_cube_names *names, uint32_t attribute, uint32_t code);
uint32_t eh_cube_tuples(const struct eh_cube_names *names, enum eh_cube_tuple kind); /* codes are 0 .. this-1 */
/* Field `i` of a tuple; NULL where missing.  `other` has is_other true and no fields. */
const char *eh_cube_tuple_field(const struct eh_cube_names *names, enum eh_cube_tuple kind, uint32_t code, uint32_t i);
bool eh_cube_tuple_is_other(const struct eh_cube_names *names, enum eh_cube_tuple kind, uint32_t code);
uint32_t eh_cube_levels(const struct eh_cube_names *names, uint32_t feature);
const char *eh_cube_level_label(const struct eh_cube_names *names, uint32_t feature, uint32_t code);

/* Some label had to be counted as "other": which ones then depends on the order of rows. */
bool eh_cube_names_capped(const struct eh_cube_names *names);

struct eh_cube *eh_cube_new(struct eh_cube_names *names);
void eh_cube_free(struct eh_cube *cube); /* NULL is allowed */
void eh_cube_clear(struct eh_cube *cube); /* empties it, keeps its memory */

/* Counts one decision.  Nothing is allocated once the cube has met its cells.
 * Values are below 2^47 in size (base/fixed.h), rows below EH_CUBE_MAX_ROWS: asserted. */
void eh_cube_add(struct eh_cube *cube, const struct eh_cube_row *row);

/* Counts n > 0 alike decisions that a database has grouped: their counts alone (groups, stratum, lineage set,
 * favourable), or alone the measures that the row has (score, numeric features, levels).  A cube is whole, and may be
 * encoded, when the measures of all decisions counted are in it.  More than EH_CUBE_MAX_ROWS decisions are EH_REFUSED;
 * after that the cube is good for nothing but clearing. */
EH_MUST enum eh_rc eh_cube_add_counts(struct eh_cube *cube, const struct eh_cube_row *row, uint64_t n, struct eh_err *err);
EH_MUST enum eh_rc eh_cube_add_measures(struct eh_cube *cube, const struct eh_cube_row *row, uint64_t n, struct eh_err *err);

/* Adds (or takes away) all that `other` holds.  Cells that fall to zero vanish.  Taking away what was
 * never added, or more than EH_CUBE_MAX_ROWS rows, is EH_REFUSED, and the cube is as it was. */
EH_MUST enum eh_rc eh_cube_merge(struct eh_cube *cube, const struct eh_cube *other, struct eh_err *err);
EH_MUST enum eh_rc eh_cube_subtract(struct eh_cube *cube, const struct eh_cube *other, struct eh_err *err);

/* The canonical packed form, and back: decoding adds to `cube` (to take a block away, decode it
 * into an empty cube and subtract that).  A block that is not canonical, or of another shape, is
 * EH_BAD_INPUT; more than EH_CUBE_MAX_ROWS rows EH_REFUSED; the cube is as it was. */
void eh_cube_encode(const struct eh_cube *cube, struct eh_buf *out);
EH_MUST enum eh_rc eh_cube_decode(struct eh_cube *cube, const void *block, size_t len, struct eh_err *err);

uint64_t eh_cube_n(const struct eh_cube *cube);

/* ---- what a cube is asked (slice.c) ---- */

struct eh_cube_cell {
	const uint8_t *group; /* codes, one an attribute; until the cube changes */
	uint32_t stratum, lineage;
	uint64_t n, favourable;
};
/* The i-th cell, i < eh_cube_cells(); the order is that of a hash table: sum, do not list. */
size_t eh_cube_cells(const struct eh_cube *cube);
struct eh_cube_cell eh_cube_cell_at(const struct eh_cube *cube, size_t i);

struct eh_cube_count {
	uint64_t n, favourable;
};
/* Counts of every group of an attribute: out[code], code 0 .. eh_cube_groups(). */
void eh_cube_by_group(const struct eh_cube *cube, uint32_t attribute, struct eh_cube_count *out);

/* What became of decisions: by decision (0 adverse, 1 favourable) and outcome.  Those whose outcome is not known,
 * or not known yet, are missing. */
struct eh_cube_outcomes {
	struct eh_cube_fates {
		uint64_t missing, benign, adverse;
	} of[2];
};
/* Outcomes of every group of an attribute: out[code], code 0 .. eh_cube_groups().  Where the shape has no outcome
 * all are missing; whoever shows them asks the shape first and says that they cannot be seen. */
void eh_cube_outcomes_by_group(const struct eh_cube *cube, uint32_t attribute, struct eh_cube_outcomes *out);
/* Outcomes of the i-th cell, as eh_cube_cell_at(): for sums by group and stratum. */
struct eh_cube_outcomes eh_cube_outcomes_at(const struct eh_cube *cube, size_t i);
void eh_cube_outcomes_sum(struct eh_cube_outcomes *to, const struct eh_cube_outcomes *more);

struct eh_cube_moments {
	uint64_t n;
	__int128 sum;             /* of q */
	unsigned __int128 square; /* of q^2 */
};
/* Moments of the score, or of numeric feature f, in one group of an attribute. */
struct eh_cube_moments eh_cube_score(const struct eh_cube *cube, uint32_t attribute, uint32_t group);
struct eh_cube_moments eh_cube_numeric(const struct eh_cube *cube, uint32_t f, uint32_t attribute, uint32_t group);

/* ---- groups known by probabilities (member.c) ---- */

#define EH_CUBE_MEMBER_PAIRS (EH_CUBE_MAX_MEMBERS * (EH_CUBE_MAX_MEMBERS + 1) / 2)

/* Sums over the decisions of one bucket whose probabilities w are known, in millionths; y is 1 where the decision is
 * favourable.  A product of two weights is cut to whole millionths, decision by decision. */
struct eh_cube_members {
	uint64_t n, favourable;
	uint64_t w[EH_CUBE_MAX_MEMBERS], wy[EH_CUBE_MAX_MEMBERS];
	uint64_t ww[EH_CUBE_MEMBER_PAIRS], wwy[EH_CUBE_MEMBER_PAIRS]; /* by eh_cube_member_pair() */
};

/* Where the product of two groups' weights stands. */
static inline uint32_t eh_cube_member_pair(uint32_t g, uint32_t h)
{
	return g > h ? g * (g + 1) / 2 + h : h * (h + 1) / 2 + g;
}

/* The sums of a bucket of an attribute that has members. */
struct eh_cube_members eh_cube_members(const struct eh_cube *cube, uint32_t attribute, uint32_t bucket);
/* And those of all buckets together. */
struct eh_cube_members eh_cube_all_members(const struct eh_cube *cube, uint32_t attribute);

struct eh_cube_bin {
	int64_t key; /* order-preserving quantiser of the fixed-point value: bins sort as scores do */
	uint64_t n;
};
/* The score histogram of one group, sorted by key; made in `home`. */
const struct eh_cube_bin *eh_cube_histogram(const struct eh_cube *cube, uint32_t attribute, uint32_t group,
                                            struct eh_arena *home, size_t *n);

/* Counts of one level of a categorical feature in one group of an attribute. */
struct eh_cube_count eh_cube_level_count(const struct eh_cube *cube, uint32_t feature, uint32_t level,
                                         uint32_t attribute, uint32_t group);

/* The quantiser: sign, exponent and 5 mantissa bits of q, as one signed number.  0 gives 0, |q| < 64
 * gives q itself, q <= r gives key(q) <= key(r), and key(-q) = -key(q): 32 bins an octave. */
int64_t eh_cube_quantise(int64_t q);

/* The smallest q that falls into a bin.  The bin ends where that of key + 1 begins. */
int64_t eh_cube_bin_low(int64_t key);

#endif
