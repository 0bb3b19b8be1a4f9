/*
 * dictionary.c - see dictionary.h.
 */
#include "source/dictionary.h"

#include <string.h>

#define FIRST_ROOM 32

static void make_slots(struct eh_dictionary *d)
{
	d->slot = eh_arena_zalloc(d->arena, 2 * (size_t)d->room, sizeof *d->slot);
	d->mask = 2 * d->room - 1;
}

void eh_dictionary_init(struct eh_dictionary *d, struct eh_arena *arena, const char *kind, uint32_t width, uint32_t cap)
{
	*d = (struct eh_dictionary){.arena = arena, .kind = kind, .width = width, .cap = cap, .room = FIRST_ROOM};
	d->entry = eh_arena_zalloc(arena, d->room, sizeof *d->entry);
	d->asked = eh_arena_zalloc(arena, width + 1, sizeof *d->asked);
	make_slots(d);
}

bool eh_dictionary_full(const struct eh_dictionary *d)
{
	return d->cap != 0 && d->n == d->cap;
}

static inline uint64_t eight_bytes(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

static inline struct eh_dictionary_word take_apart(struct eh_text text)
{
	struct eh_dictionary_word word = {.at = text.at, .n = text.n};
	uint32_t half;

	if (text.n >= 8) {
		word.head = eight_bytes(text.at);
		word.tail = eight_bytes(text.at + text.n - 8);
	} else if (text.n >= 4) {
		memcpy(&half, text.at, sizeof half);
		word.head = half;
		memcpy(&half, text.at + text.n - 4, sizeof half);
		word.tail = half;
	} else if (text.n > 0) {
		const unsigned char *at = (const unsigned char *)text.at;

		word.head = (uint64_t)at[0] << 16 | (uint64_t)at[text.n / 2] << 8 | at[text.n - 1];
	}
	return word;
}

/* The middle of a long text takes no part: such names differ at their ends, and are compared whole. */
static inline uint64_t mix(uint64_t h, const struct eh_dictionary_word *word)
{
	h = (h ^ word->head ^ word->n << 56) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ word->tail) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static uint64_t ask(const struct eh_dictionary *d, const struct eh_text *key)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < d->width; i++) {
		d->asked[i] = take_apart(key[i]);
		h = mix(h, &d->asked[i]);
	}
	return h;
}

static inline bool same_word(const struct eh_dictionary_word *a, const struct eh_dictionary_word *b)
{
	return a->n == b->n && a->head == b->head && a->tail == b->tail && (a->n <= 16 || memcmp(a->at, b->at, a->n) == 0);
}

static inline bool same_key(uint32_t width, const struct eh_dictionary_word *a, const struct eh_dictionary_word *b)
{
	for (uint32_t i = 0; i < width; i++)
		if (!same_word(&a[i], &b[i]))
			return false;
	return true;
}

/* A slot has the upper half of the hash beside the number, so that an entry is looked at when it is the one. */
static inline uint64_t slot_of(uint64_t hash, uint32_t n)
{
	return (hash >> 32) << 32 | n;
}

static void take_slot(struct eh_dictionary *d, uint64_t hash, uint32_t n)
{
	uint32_t at = (uint32_t)hash & d->mask;

	while (d->slot[at] != 0)
		at = (at + 1) & d->mask;
	d->slot[at] = slot_of(hash, n);
}

static inline const struct eh_dictionary_entry *find(const struct eh_dictionary *d, const struct eh_dictionary_word *key,
                                                     uint32_t width, uint64_t hash)
{
	for (uint32_t at = (uint32_t)hash & d->mask; d->slot[at] != 0; at = (at + 1) & d->mask) {
		uint32_t n = (uint32_t)d->slot[at];

		if (d->slot[at] == slot_of(hash, n) && same_key(width, d->entry[n - 1].key, key))
			return &d->entry[n - 1];
	}
	return NULL;
}

const struct eh_dictionary_entry *eh_dictionary_find(const struct eh_dictionary *d, const struct eh_text *key)
{
	if (d->width == 1) {
		struct eh_dictionary_word word = take_apart(*key);

		return find(d, &word, 1, mix(0, &word));
	}
	uint64_t hash = ask(d, key);
	return find(d, d->asked, d->width, hash);
}

static void grow(struct eh_dictionary *d)
{
	struct eh_dictionary_entry *entry = eh_arena_zalloc(d->arena, 2 * (size_t)d->room, sizeof *entry);

	memcpy(entry, d->entry, d->n * sizeof *entry);
	d->entry = entry;
	d->room *= 2;
	make_slots(d);
	for (uint32_t i = 0; i < d->n; i++)
		take_slot(d, entry[i].hash, i + 1);
}

const struct eh_dictionary_entry *eh_dictionary_add(struct eh_dictionary *d, const struct eh_text *key, const char *value,
                                                    uint32_t code)
{
	struct eh_dictionary_word *copy = eh_arena_zalloc(d->arena, d->width + 1, sizeof *copy);
	uint64_t hash = ask(d, key);

	EH_ASSERT(!eh_dictionary_full(d));
	if (d->n == d->room)
		grow(d);
	EH_ASSERT(find(d, d->asked, d->width, hash) == NULL);
	for (uint32_t i = 0; i < d->width; i++) {
		copy[i] = d->asked[i];
		copy[i].at = key[i].n > 0 ? eh_arena_strndup(d->arena, key[i].at, key[i].n) : NULL;
	}
	d->entry[d->n] = (struct eh_dictionary_entry){
		.key = copy, .value = value == NULL ? NULL : eh_arena_strdup(d->arena, value), .hash = hash, .code = code};
	take_slot(d, hash, ++d->n);
	return &d->entry[d->n - 1];
}
