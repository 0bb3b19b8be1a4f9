/*
 * table.h - from a few words to two numbers: the one hash table of this room.
 *
 * The entries lie side by side in the order in which they came, so that they are
 * walked without gaps; an open-addressing index finds them.  Each is `words` words
 * of key and two numbers.  Cells of a cube, levels of a feature and reservoirs of
 * example ids are such entries.
 *
 * Owner    who holds the struct; eh_table_free().
 * Threads  none.  Pointers to entries end with the next insertion or removal.
 */
#ifndef EH_CUBE_TABLE_H
#define EH_CUBE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct eh_table {
	uint64_t *entry; /* n entries of words + 2 numbers */
	uint64_t *slot;  /* 0: free; else 32 bits of hash, then the entry's position + 1 */
	uint32_t words, n, cap, mask;
};

void eh_table_init(struct eh_table *t, uint32_t words);
void eh_table_free(struct eh_table *t);
void eh_table_clear(struct eh_table *t); /* keeps the memory */

/* Adds a key that is not there, with both numbers 0; returns the numbers. */
uint64_t *eh_table_insert(struct eh_table *t, const uint64_t *key, uint32_t hash);

/* Takes entry i away; the last one moves to its place. */
void eh_table_remove(struct eh_table *t, uint32_t i);

static inline uint64_t *eh_table_entry(const struct eh_table *t, size_t i)
{
	return t->entry + i * (t->words + 2);
}

/* Multiplies two words and folds the product: one round of mixing. */
static inline uint64_t eh_table_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* `words` stands here again as a constant of the caller's, so that the loop unrolls. */
static inline uint32_t eh_table_hash(const uint64_t *key, uint32_t words)
{
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15);

	for (uint32_t i = 0; i < words; i++)
		h = eh_table_mix(h ^ key[i], UINT64_C(0xd6e8feb86659fd93) + 2 * i);
	return (uint32_t)(h ^ h >> 32);
}

/* The two numbers of a key, or NULL. */
static inline uint64_t *eh_table_find(const struct eh_table *t, const uint64_t *key, uint32_t words, uint32_t hash)
{
	for (uint32_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		uint64_t s = t->slot[i];

		if (s == 0)
			return NULL;
		if (s >> 32 != hash)
			continue;
		uint64_t *e = t->entry + (size_t)((uint32_t)s - 1) * (words + 2);
		uint64_t differ = 0;
		for (uint32_t w = 0; w < words; w++)
			differ |= e[w] ^ key[w];
		if (differ == 0)
			return e + words;
	}
}

/* The two numbers of a key, which is added where it is new. */
static inline uint64_t *eh_table_at(struct eh_table *t, const uint64_t *key, uint32_t words)
{
	uint32_t hash = eh_table_hash(key, words);
	uint64_t *found = eh_table_find(t, key, words, hash);

	return found != NULL ? found : eh_table_insert(t, key, hash);
}

#endif
