/*
 * examples.h - up to 50 decision ids for each cell, chosen by hash and by nothing else.
 *
 * An alert shows examples of the decisions behind it.  Whoever could choose them
 * could choose what is seen, so the choice is the smallest keyed hashes of the ids:
 * it depends on the set of decisions only, and the choice out of two sets is the
 * choice out of their choices.  A cell here is (pane, group of every attribute,
 * decision, lineage set).  Examples are for display and in no digest.
 *
 * Packed: varint 1; strings (a count, then each with its length); cells (a count,
 * then for each: a string an attribute, 0 or 1 for favourable, a string a lineage
 * role, the ids).  A string is named by its place + 1, 0 where the value is missing.
 * Hashes are not kept: they follow from the ids.
 *
 * Owner    heap memory, freed with eh_examples_free(); names must outlive it.
 * Threads  none.
 */
#ifndef EH_SOURCE_EXAMPLES_H
#define EH_SOURCE_EXAMPLES_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/text.h"
#include "cube/cube.h"

#define EH_EXAMPLES_MAX 50
#define EH_EXAMPLES_KEY 16 /* bytes of the hash key */

struct eh_examples;

/* For cubes of that shape and these names; `key` as eh_examples_key() makes it. */
struct eh_examples *eh_examples_new(struct eh_cube_names *names, const struct eh_cube_shape *shape,
                                    const unsigned char key[EH_EXAMPLES_KEY]);
void eh_examples_free(struct eh_examples *examples); /* NULL is allowed */
void eh_examples_clear(struct eh_examples *examples); /* empties it, keeps its memory */

/* The key of a source follows from its name and its map's version: ids made up to hash low for one source do not for
 * another. */
void eh_examples_key(const char *source, const struct eh_sha256 *map, unsigned char key[EH_EXAMPLES_KEY]);

/* Offers a decision: the codes of its groups, one an attribute, and of its lineage tuple.  The id is copied. */
void eh_examples_add(struct eh_examples *examples, const uint8_t *groups, bool favourable, uint32_t lineage, struct eh_text id);

void eh_examples_encode(struct eh_examples *examples, struct eh_buf *out);

/* Adds what a packed block holds. */
EH_MUST enum eh_rc eh_examples_decode(struct eh_examples *examples, const void *block, size_t len, struct eh_err *err);

/* The chosen ids of one cell, ascending by hash; they live until the next call that changes the examples. */
struct eh_examples_cell {
	const uint8_t *groups;
	bool favourable;
	uint32_t lineage, n;
	struct eh_text id[EH_EXAMPLES_MAX];
	uint64_t hash[EH_EXAMPLES_MAX]; /* so that the choice out of several cells can be made */
};
/* Cells 0 .. eh_examples_cells() - 1, in no order. */
size_t eh_examples_cells(struct eh_examples *examples);
void eh_examples_cell_at(struct eh_examples *examples, size_t i, struct eh_examples_cell *out);

#endif
