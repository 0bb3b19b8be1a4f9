/*
 * inside.h - how names and cubes are laid out; for the files of this room only.
 *
 * Threads  none.
 */
#ifndef EH_CUBE_INSIDE_H
#define EH_CUBE_INSIDE_H

#include "cube/cube.h"
#include "cube/table.h"

/* A cell's key: the group codes, a byte an attribute, then stratum and lineage. */
#define EH_CUBE_KEY_WORDS 3
/* An outcome's key: that of its cell, then the decision, 1 favourable; its numbers: known, adverse. */
#define EH_CUBE_OUTCOME_WORDS 4
/* A level's key in one word: feature, attribute and group a byte each, then the level. */
#define EH_CUBE_LEVEL_WORDS 1

#define EH_CUBE_NO_CODE UINT32_MAX

/* A text that has a code.  `head` and `tail` are its first and last bytes, which with the length
 * are the whole of a text of up to 16 bytes: most lookups compare two words and no string. */
struct eh_cube_word {
	uint64_t head, tail;
	const char *text; /* NUL-ended */
	size_t n;
};

/* The texts of one kind; a text's code is its position. */
struct eh_cube_dict {
	struct eh_cube_word *word;
	uint64_t *slot; /* as in table.h */
	uint32_t n, cap, mask;
};

/* The tuples of one kind.  A tuple's text is its packed form; `fields` holds it taken apart. */
struct eh_cube_tuples {
	struct eh_cube_dict packed;
	const char *const **fields; /* NULL for `other` */
	uint32_t cap, width;
	uint32_t other; /* its code, or EH_CUBE_NO_CODE */
};

/* Memory that grows and is used again, in the arena of the names. */
struct eh_cube_span {
	void *at;
	size_t bytes;
};

struct eh_cube_workshop;

struct eh_cube_names {
	struct eh_arena *home;
	struct eh_cube_shape shape;
	uint64_t seed; /* random: nobody can choose labels that collide */
	struct eh_cube_dict group[EH_CUBE_MAX_ATTRIBUTES];
	struct eh_cube_dict level[EH_CUBE_MAX_FEATURES];
	struct eh_cube_tuples tuple[2];
	struct eh_cube_span packing; /* where a tuple is packed */
	bool capped;
	struct eh_cube_workshop *workshop; /* where blocks are made and read; made on first use */
};

/* At least that much memory; what was in the span is lost. */
void *eh_cube_span(struct eh_cube_names *names, struct eh_cube_span *span, size_t n, size_t size);

/* The code of a tuple by its packed text, taken apart and checked; EH_CUBE_NO_CODE: not a tuple's text. */
uint32_t eh_cube_tuple_of_packed(struct eh_cube_names *names, enum eh_cube_tuple kind, const char *text, size_t n);

/* Whether `text` is a tuple's packed form, without making it one. */
bool eh_cube_tuple_is_packed(const struct eh_cube_names *names, enum eh_cube_tuple kind, const char *text, size_t n);

/* Local codes are those of one block: the place of a text among the sorted texts that occur in it.
 * Of a group: that place + 1, and 0 for the missing one, as everywhere. */
struct eh_cube_workshop {
	uint8_t group_local[EH_CUBE_MAX_ATTRIBUTES][EH_CUBE_MAX_GROUPS + 1];
	uint8_t group_code[EH_CUBE_MAX_ATTRIBUTES][EH_CUBE_MAX_GROUPS + 1];
	struct eh_cube_count count[EH_CUBE_MAX_ATTRIBUTES][EH_CUBE_MAX_GROUPS + 1]; /* by local code */
	struct eh_cube_span tuple[2], level; /* encoding: local by code; decoding: code by local */
	struct eh_cube_span refs, columns, order, spare, buckets, bytes;
};

struct eh_cube_workshop *eh_cube_workshop(struct eh_cube_names *names);

/* A text to be written, and its code. */
struct eh_cube_ref {
	const struct eh_cube_word *word;
	uint32_t code;
};

/* Sorts texts by their bytes and writes how many, then each. */
void eh_cube_put_texts(struct eh_buf *out, struct eh_cube_ref *refs, uint32_t n);

/* Reads one of them.  `before` is the one before it (at == NULL: none); what does not come after that makes
 * the reader bad. */
struct eh_text eh_cube_take_text(struct eh_reader *r, struct eh_text before);

/* A block's first byte is 1, and 1 more with outcomes, 2 more with members; and the fields of a level entry: feature, level, attribute,
 * group. */
#define EH_CUBE_BLOCK_VERSION 1
#define EH_CUBE_BLOCK_OUTCOMES 1
#define EH_CUBE_BLOCK_MEMBERS 2
#define EH_CUBE_LEVEL_FIELDS 4
#define EH_CUBE_MAX_FIELDS (EH_CUBE_MAX_ATTRIBUTES + 2)

/* The histogram of one group: counts of the keys low .. low + n - 1. */
struct eh_cube_bins {
	int64_t low;
	uint32_t n;
	uint64_t *count;
};

/* What is kept of one group of an attribute; its moments lie in blocks of their own. */
struct eh_cube_sums {
	struct eh_cube_count count;
	struct eh_cube_bins bins;
};

/* Moments stand in two places.  A row is added to narrow lanes, 64 bits each, with no carry from one
 * to the next: a value q with q^2 = h 2^43 + l, |q| < 2^47, adds q, 2^53 + l and h, and the same vector of all
 * measures is added to each attribute's group.  After EH_CUBE_LANE_ROWS rows the lanes could run over:
 * they are emptied into the wide sums.  What is asked is always the sum of both. */
#define EH_CUBE_LANE_ROWS (UINT32_C(1) << 10)
#define EH_CUBE_LANE_KINDS 3
#define EH_CUBE_LANE_SPLIT 43
#define EH_CUBE_LANE_COUNT 53 /* the bit from which on the values are counted, above the sum of l */

typedef uint64_t eh_cube_lanes __attribute__((vector_size(16)));

struct eh_cube {
	struct eh_cube_names *names;
	uint64_t n;
	struct eh_table cells;
	struct eh_table levels;
	struct eh_table outcomes; /* where the shape has outcomes */
	uint64_t group_mask[2]; /* of the bytes of a key, those of the attributes that there are */
	uint32_t measures; /* the numeric features, then the score if there is one */
	uint32_t stride;   /* vectors of lanes a group */
	uint32_t in_lanes; /* rows since the lanes were emptied */
	uint32_t groups[EH_CUBE_MAX_ATTRIBUTES];              /* of an attribute, that have room below */
	struct eh_cube_sums *sums[EH_CUBE_MAX_ATTRIBUTES];    /* groups[a] */
	struct eh_cube_moments *wide[EH_CUBE_MAX_ATTRIBUTES]; /* groups[a] x measures */
	eh_cube_lanes *lanes[EH_CUBE_MAX_ATTRIBUTES];         /* groups[a] x stride: two measures, then all kinds of them */
	struct eh_cube_members *members[EH_CUBE_MAX_ATTRIBUTES]; /* EH_CUBE_BUCKETS; NULL: the attribute has labels */
};

/* Every attribute that has members (member.c). */
void eh_cube_members_new(struct eh_cube *cube);
void eh_cube_members_clear(struct eh_cube *cube);
void eh_cube_members_add(struct eh_cube *cube, const struct eh_cube_row *row);
void eh_cube_members_merge(struct eh_cube *cube, const struct eh_cube *other);
bool eh_cube_members_hold(const struct eh_cube *cube, const struct eh_cube *less);
void eh_cube_members_take(struct eh_cube *cube, const struct eh_cube *less);
void eh_cube_members_put(const struct eh_cube *cube, uint32_t attribute, struct eh_buf *out);
/* Reads what put wrote of an attribute of `members` groups and `n` decisions, and adds it to `into` (may be NULL).  NULL,
 * or what is wrong with it. */
const char *eh_cube_members_read(struct eh_reader *r, uint32_t members, uint64_t n, struct eh_cube_members *into);
/* The shape has an attribute that is known by probabilities. */
bool eh_cube_has_members(const struct eh_cube_shape *shape);

static inline uint8_t eh_cube_block_version(const struct eh_cube_shape *shape)
{
	return (uint8_t)(EH_CUBE_BLOCK_VERSION + (shape->outcome ? EH_CUBE_BLOCK_OUTCOMES : 0) +
	                 (eh_cube_has_members(shape) ? EH_CUBE_BLOCK_MEMBERS : 0));
}

/* Moments of measure m; the group must have room. */
struct eh_cube_moments eh_cube_moments_at(const struct eh_cube *cube, uint32_t attribute, uint32_t group, uint32_t m);

_Static_assert(EH_CUBE_MAX_ATTRIBUTES == 16 && EH_CUBE_KEY_WORDS == 3, "two words of groups, one of tuples");

static inline const uint8_t *eh_cube_key_groups(const uint64_t *key)
{
	return (const uint8_t *)key;
}

static inline uint64_t eh_cube_level_key(uint32_t feature, uint32_t attribute, uint32_t group, uint32_t level)
{
	return (uint64_t)feature << 56 | (uint64_t)attribute << 48 | (uint64_t)group << 40 | level;
}

/* Outcomes of a cell of the cube, and what was written of one added to it. */
struct eh_cube_outcomes eh_cube_outcomes_of(const struct eh_cube *cube, const uint64_t *cell);
void eh_cube_add_outcomes(struct eh_cube *cube, const uint64_t *cell, const struct eh_cube_outcomes *more);

/* Makes room for a group code that the cube has not met, and for those below it. */
void eh_cube_make_room(struct eh_cube *cube, uint32_t attribute, uint32_t code);

void eh_cube_widen_bins(struct eh_cube_bins *bins, int64_t key);

/* The counter of a histogram key, made where it is new. */
static inline uint64_t *eh_cube_bin_at(struct eh_cube_bins *bins, int64_t key)
{
	if ((uint64_t)(key - bins->low) >= bins->n)
		eh_cube_widen_bins(bins, key);
	return &bins->count[key - bins->low];
}

#endif
