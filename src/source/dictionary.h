/*
 * dictionary.h - the names of one capped kind, in the order they were met.
 *
 * Threads  none.  Owner: the arena.
 */
#ifndef EH_SOURCE_DICTIONARY_H
#define EH_SOURCE_DICTIONARY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

struct eh_dictionary {
	struct eh_arena *arena;
	const char *kind;
	uint32_t cap, n, stored; /* entries 0 .. stored-1 are in the store */
	struct eh_dictionary_entry {
		struct eh_text key;
		const char *value; /* as stored */
		uint32_t code;     /* in the cube's names */
	} *entry;
	uint32_t *slot; /* open addressing: index + 1, 0 empty */
	uint32_t mask;
};

void eh_dictionary_init(struct eh_dictionary *d, struct eh_arena *arena, const char *kind, uint32_t cap);

/* The entry of that key, or NULL. */
const struct eh_dictionary_entry *eh_dictionary_find(const struct eh_dictionary *d, struct eh_text key);

/* Adds a key that is not there yet; there must be room (n < cap). */
void eh_dictionary_add(struct eh_dictionary *d, struct eh_text key, const char *value, uint32_t code);

#endif
