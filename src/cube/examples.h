/*
 * examples.h - up to 50 decision ids for everything a verdict can be about.
 *
 * An alert shows examples of the decisions behind it.  Whoever could choose them
 * could choose what is seen, so they are the ids with the smallest keyed hashes
 * (SipHash-2-4) per attribute, group, decision and lineage set: this depends on
 * the set of decisions only, and the choice out of two sets is the choice out of
 * their choices (law 1).  Each id is kept once, with all its group codes.  The
 * examples are for display and stand in no digest.
 *
 * Owner    heap memory, freed with eh_examples_free(); the names must outlive it.
 * Threads  none.
 */
#ifndef EH_CUBE_EXAMPLES_H
#define EH_CUBE_EXAMPLES_H

#include "cube/cube.h"

#define EH_EXAMPLES_MAX 50
#define EH_EXAMPLES_KEY_BYTES 16
#define EH_EXAMPLES_ANY UINT32_MAX /* whatever lineage set */

struct eh_examples;

/* The key of a source, from its name and its map: ids made up to hash low for one do not for another. */
void eh_examples_key(const char *source, const struct eh_sha256 *map, unsigned char key[EH_EXAMPLES_KEY_BYTES]);

struct eh_examples *eh_examples_new(struct eh_cube_names *names, const unsigned char key[EH_EXAMPLES_KEY_BYTES]);
void eh_examples_free(struct eh_examples *examples);  /* NULL is allowed */
void eh_examples_clear(struct eh_examples *examples); /* keeps the memory */

/* Offers a decision: the codes of its groups, one an attribute (EH_CUBE_MAX_ATTRIBUTES of them can be read, what is
 * beyond the attributes does not count), and of its lineage set; and its id, copied if kept.
 * An id that is offered twice is kept once for what both have in common. */
void eh_examples_add(struct eh_examples *examples, const uint8_t *groups, bool favourable, uint32_t lineage,
                     struct eh_text id);

/* The packed form, self-contained as a cube's block is and of the same content always the same;
 * and back: decoding adds what it holds.  EH_BAD_INPUT: not such a form, and nothing was added. */
void eh_examples_encode(const struct eh_examples *examples, struct eh_buf *out);
EH_MUST enum eh_rc eh_examples_decode(struct eh_examples *examples, const void *packed, size_t len, struct eh_err *err);

struct eh_example {
	struct eh_text id;    /* until the examples change; also NUL-ended */
	const uint8_t *group; /* codes, one an attribute */
	uint32_t lineage;
	bool favourable;
	uint64_t hash;
};

/* The examples of one group (code) and decision, of one lineage set or EH_EXAMPLES_ANY, ascending by hash;
 * returns how many, at most `max` and at most EH_EXAMPLES_MAX. */
size_t eh_examples_pick(const struct eh_examples *examples, uint32_t attribute, uint32_t group, bool adverse,
                        uint32_t lineage, struct eh_example *out, size_t max);

/* How many ids are kept. */
size_t eh_examples_n(const struct eh_examples *examples);

#endif
