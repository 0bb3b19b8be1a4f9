/*
 * dictionary.h - names of one kind, in the order they were met, found again by their bytes.
 *
 * A key is one text, or several (a tuple).  A lookup is a few nanoseconds: every
 * row of a backfill makes half a dozen.
 *
 * Owner    the arena.
 * Threads  none.
 */
#ifndef EH_SOURCE_DICTIONARY_H
#define EH_SOURCE_DICTIONARY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

/* A text's first and last bytes, which with its length are the whole of it up to 16 bytes. */
struct eh_dictionary_word {
	uint64_t head, tail;
	const char *at;
	size_t n; /* 0: missing */
};

struct eh_dictionary_entry {
	const struct eh_dictionary_word *key; /* width of them */
	const char *value;                    /* as stored; NULL where it never is */
	uint64_t hash;
	uint32_t code; /* in the cube's names */
};

struct eh_dictionary {
	struct eh_arena *arena;
	const char *kind;
	uint32_t width; /* texts of a key */
	uint32_t cap;   /* at most so many entries; 0: any number */
	uint32_t n, room, stored; /* entries 0 .. stored-1 are in the store */
	struct eh_dictionary_entry *entry;
	uint64_t *slot; /* open addressing: half the hash, then index + 1; 0: empty */
	uint32_t mask;
	struct eh_dictionary_word *asked; /* the key of a lookup, taken apart */
};

void eh_dictionary_init(struct eh_dictionary *d, struct eh_arena *arena, const char *kind, uint32_t width, uint32_t cap);

bool eh_dictionary_full(const struct eh_dictionary *d);

/* The entry of that key, or NULL. */
const struct eh_dictionary_entry *eh_dictionary_find(const struct eh_dictionary *d, const struct eh_text *key);

/* Adds a key that is not there yet, where the dictionary is not full; copies key and value. */
const struct eh_dictionary_entry *eh_dictionary_add(struct eh_dictionary *d, const struct eh_text *key, const char *value,
                                                    uint32_t code);

#endif
