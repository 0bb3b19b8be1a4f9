/*
 * dictionary.c - see dictionary.h.
 */
#include "source/dictionary.h"

#include <string.h>

void eh_dictionary_init(struct eh_dictionary *d, struct eh_arena *arena, const char *kind, uint32_t cap)
{
	uint32_t slots = 16;

	while (slots < 2 * cap)
		slots *= 2;
	*d = (struct eh_dictionary){.arena = arena, .kind = kind, .cap = cap, .mask = slots - 1};
	d->entry = eh_arena_zalloc(arena, cap, sizeof *d->entry);
	d->slot = eh_arena_zalloc(arena, slots, sizeof *d->slot);
}

/* FNV-1a: the table is small and half empty, so a simple hash serves. */
static uint32_t hash(struct eh_text key)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.at[i]) * 16777619U;
	return h ^ h >> 15;
}

/* The slot that holds the key, or the empty one where it would go. */
static uint32_t find_slot(const struct eh_dictionary *d, struct eh_text key)
{
	uint32_t at = hash(key) & d->mask;

	for (; d->slot[at] != 0; at = (at + 1) & d->mask) {
		const struct eh_text *have = &d->entry[d->slot[at] - 1].key;

		if (have->n == key.n && memcmp(have->at, key.at, key.n) == 0)
			break;
	}
	return at;
}

const struct eh_dictionary_entry *eh_dictionary_find(const struct eh_dictionary *d, struct eh_text key)
{
	uint32_t at = d->slot[find_slot(d, key)];

	return at == 0 ? NULL : &d->entry[at - 1];
}

void eh_dictionary_add(struct eh_dictionary *d, struct eh_text key, const char *value, uint32_t code)
{
	uint32_t at = find_slot(d, key);

	EH_ASSERT(d->n < d->cap && d->slot[at] == 0);
	d->entry[d->n] = (struct eh_dictionary_entry){.key = {eh_arena_strndup(d->arena, key.at, key.n), key.n},
	                                              .value = eh_arena_strdup(d->arena, value),
	                                              .code = code};
	d->slot[at] = ++d->n;
}
