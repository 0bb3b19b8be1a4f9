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
	make_slots(d);
}

bool eh_dictionary_full(const struct eh_dictionary *d)
{
	return d->cap != 0 && d->n == d->cap;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t eight_bytes(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* The bytes of a text of less than 8, each in one word at least. */
static uint64_t few_bytes(struct eh_text text)
{
	uint32_t head, tail;

	if (text.n >= 4) {
		memcpy(&head, text.at, sizeof head);
		memcpy(&tail, text.at + text.n - 4, sizeof tail);
		return (uint64_t)head << 32 | tail;
	}
	if (text.n == 0)
		return 0;
	const unsigned char *at = (const unsigned char *)text.at;
	return (uint64_t)at[0] << 16 | (uint64_t)at[text.n / 2] << 8 | at[text.n - 1];
}

/* Eight bytes at a time; the last eight may overlap those before, which does no harm. */
static uint64_t hash_text(uint64_t h, struct eh_text text)
{
	h = mix(h, text.n);
	if (text.n < 8)
		return mix(h, few_bytes(text));
	for (size_t i = 8; i < text.n; i += 8)
		h = mix(h, eight_bytes(text.at + i - 8));
	return mix(h, eight_bytes(text.at + text.n - 8));
}

static uint64_t hash_key(const struct eh_dictionary *d, const struct eh_text *key)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < d->width; i++)
		h = hash_text(h, key[i]);
	return h;
}

static bool same_text(struct eh_text a, struct eh_text b)
{
	if (a.n != b.n)
		return false;
	if (a.n < 8)
		return few_bytes(a) == few_bytes(b);
	if (a.n <= 16)
		return eight_bytes(a.at) == eight_bytes(b.at) && eight_bytes(a.at + a.n - 8) == eight_bytes(b.at + b.n - 8);
	return memcmp(a.at, b.at, a.n) == 0;
}

static bool same_key(const struct eh_dictionary *d, const struct eh_text *a, const struct eh_text *b)
{
	for (uint32_t i = 0; i < d->width; i++)
		if (!same_text(a[i], b[i]))
			return false;
	return true;
}

/* The slot that holds the key, or the empty one where it would go. */
static uint32_t find_slot(const struct eh_dictionary *d, const struct eh_text *key, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & d->mask;

	for (; d->slot[at] != 0; at = (at + 1) & d->mask) {
		const struct eh_dictionary_entry *entry = &d->entry[d->slot[at] - 1];

		if (entry->hash == hash && same_key(d, entry->key, key))
			break;
	}
	return at;
}

const struct eh_dictionary_entry *eh_dictionary_find(const struct eh_dictionary *d, const struct eh_text *key)
{
	uint32_t at = d->slot[find_slot(d, key, hash_key(d, key))];

	return at == 0 ? NULL : &d->entry[at - 1];
}

static void grow(struct eh_dictionary *d)
{
	struct eh_dictionary_entry *entry = eh_arena_zalloc(d->arena, 2 * (size_t)d->room, sizeof *entry);

	memcpy(entry, d->entry, d->n * sizeof *entry);
	d->entry = entry;
	d->room *= 2;
	make_slots(d);
	for (uint32_t i = 0; i < d->n; i++)
		d->slot[find_slot(d, entry[i].key, entry[i].hash)] = i + 1;
}

const struct eh_dictionary_entry *eh_dictionary_add(struct eh_dictionary *d, const struct eh_text *key, const char *value,
                                                    uint32_t code)
{
	struct eh_text *copy = eh_arena_zalloc(d->arena, d->width + 1, sizeof *copy);
	uint64_t hash = hash_key(d, key);

	EH_ASSERT(!eh_dictionary_full(d));
	if (d->n == d->room)
		grow(d);
	uint32_t at = find_slot(d, key, hash);
	EH_ASSERT(d->slot[at] == 0);
	for (uint32_t i = 0; i < d->width; i++)
		if (key[i].n > 0)
			copy[i] = (struct eh_text){eh_arena_strndup(d->arena, key[i].at, key[i].n), key[i].n};
	d->entry[d->n] = (struct eh_dictionary_entry){
		.key = copy, .value = value == NULL ? NULL : eh_arena_strdup(d->arena, value), .hash = hash, .code = code};
	d->slot[at] = ++d->n;
	return &d->entry[d->n - 1];
}
