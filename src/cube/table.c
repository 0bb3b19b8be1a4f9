/*
 * table.c - see table.h.  Linear probing, at most half full; a removal shifts the
 * run back, so there are no tombstones and a table never has to be cleaned.
 */
#include "cube/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define FIRST_ENTRIES 16

void eh_table_init(struct eh_table *t, uint32_t words)
{
	*t = (struct eh_table){.words = words, .cap = FIRST_ENTRIES, .mask = 2 * FIRST_ENTRIES - 1};
	t->entry = eh_xrealloc(NULL, t->cap, (words + 2) * sizeof *t->entry);
	t->slot = eh_xrealloc(NULL, (size_t)t->mask + 1, sizeof *t->slot);
	memset(t->slot, 0, ((size_t)t->mask + 1) * sizeof *t->slot);
}

void eh_table_free(struct eh_table *t)
{
	free(t->entry);
	free(t->slot);
	*t = (struct eh_table){0};
}

void eh_table_clear(struct eh_table *t)
{
	t->n = 0;
	memset(t->slot, 0, ((size_t)t->mask + 1) * sizeof *t->slot);
}

static void take_slot(uint64_t *slot, uint32_t mask, uint64_t value)
{
	uint32_t i = (uint32_t)(value >> 32) & mask;

	while (slot[i] != 0)
		i = (i + 1) & mask;
	slot[i] = value;
}

static void grow(struct eh_table *t)
{
	EH_ASSERT(t->cap < UINT32_C(1) << 29);
	uint32_t mask = 2 * t->mask + 1;
	uint64_t *slot = eh_xrealloc(NULL, (size_t)mask + 1, sizeof *slot);

	memset(slot, 0, ((size_t)mask + 1) * sizeof *slot);
	for (size_t i = 0; i <= t->mask; i++)
		if (t->slot[i] != 0)
			take_slot(slot, mask, t->slot[i]);
	free(t->slot);
	t->slot = slot;
	t->mask = mask;
	t->cap *= 2;
	t->entry = eh_xrealloc(t->entry, t->cap, (t->words + 2) * sizeof *t->entry);
}

uint64_t *eh_table_insert(struct eh_table *t, const uint64_t *key, uint32_t hash)
{
	if (t->n == t->cap)
		grow(t);
	uint64_t *e = eh_table_entry(t, t->n);
	memcpy(e, key, t->words * sizeof *key);
	e[t->words] = e[t->words + 1] = 0;
	t->n++;
	take_slot(t->slot, t->mask, (uint64_t)hash << 32 | t->n);
	return e + t->words;
}

static uint32_t slot_of(const struct eh_table *t, uint32_t position)
{
	uint32_t hash = eh_table_hash(eh_table_entry(t, position), t->words);
	uint64_t wanted = (uint64_t)hash << 32 | (position + 1);
	uint32_t i = hash & t->mask;

	while (t->slot[i] != wanted) {
		EH_ASSERT(t->slot[i] != 0);
		i = (i + 1) & t->mask;
	}
	return i;
}

/* Closes the hole at `hole`: whatever was pushed past it by a collision moves back. */
static void shift_back(struct eh_table *t, uint32_t hole)
{
	for (uint32_t i = (hole + 1) & t->mask; t->slot[i] != 0; i = (i + 1) & t->mask) {
		uint32_t home = (uint32_t)(t->slot[i] >> 32) & t->mask;

		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->slot[hole] = t->slot[i];
		hole = i;
	}
	t->slot[hole] = 0;
}

void eh_table_remove(struct eh_table *t, uint32_t i)
{
	EH_ASSERT(i < t->n);
	uint32_t last = t->n - 1;

	shift_back(t, slot_of(t, i));
	if (i != last) {
		uint32_t moved = slot_of(t, last);

		memcpy(eh_table_entry(t, i), eh_table_entry(t, last), (t->words + 2) * sizeof *t->entry);
		t->slot[moved] = (t->slot[moved] >> 32 << 32) | (i + 1);
	}
	t->n = last;
}
