/*
 * intern.c - see intern.h.
 */
#include "report/intern.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "cube/table.h"

/* Seeded, as ids are chosen by people: nobody can choose a log whose ids all fall on one slot. */
static uint32_t hash_text(const struct eh_intern *intern, struct eh_text text)
{
	uint64_t h = eh_table_mix(text.n ^ intern->seed, UINT64_C(0xd6e8feb86659fd93));

	for (size_t i = 0; i < text.n; i += 8) {
		uint64_t word = 0;

		memcpy(&word, text.at + i, text.n - i < 8 ? text.n - i : 8);
		h = eh_table_mix(h ^ word, UINT64_C(0xa0761d6478bd642f));
	}
	return (uint32_t)(h ^ h >> 32);
}

struct eh_text eh_intern_text(const struct eh_intern *intern, uint32_t number)
{
	uint64_t from = number == 0 ? 0 : intern->end[number - 1] + 1;

	return (struct eh_text){intern->bytes.data + from, (size_t)(intern->end[number] - from)};
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t find(const struct eh_intern *intern, struct eh_text text, uint32_t hash)
{
	for (uint32_t i = hash & intern->mask;; i = (i + 1) & intern->mask) {
		uint32_t at = intern->slot[i];

		if (at == 0)
			return i;
		if (intern->hash[at - 1] != hash)
			continue;
		struct eh_text known = eh_intern_text(intern, at - 1);
		if (known.n == text.n && memcmp(known.at, text.at, text.n) == 0)
			return i;
	}
}

static void grow(struct eh_intern *intern)
{
	uint32_t cap = intern->cap == 0 ? 64 : intern->cap * 2;

	EH_ASSERT(cap <= UINT32_C(1) << 30);
	if (intern->cap == 0)
		EH_ASSERT(getrandom(&intern->seed, sizeof intern->seed, 0) == (ssize_t)sizeof intern->seed);
	intern->end = eh_xrealloc(intern->end, cap, sizeof *intern->end);
	intern->hash = eh_xrealloc(intern->hash, cap, sizeof *intern->hash);
	free(intern->slot);
	intern->slot = eh_xrealloc(NULL, (size_t)cap * 2, sizeof *intern->slot);
	memset(intern->slot, 0, (size_t)cap * 2 * sizeof *intern->slot);
	intern->cap = cap;
	intern->mask = cap * 2 - 1;
	for (uint32_t i = 0; i < intern->n; i++) {
		uint32_t slot = intern->hash[i] & intern->mask;

		while (intern->slot[slot] != 0)
			slot = (slot + 1) & intern->mask;
		intern->slot[slot] = i + 1;
	}
}

uint32_t eh_intern_at(struct eh_intern *intern, struct eh_text text, bool *fresh)
{
	uint32_t hash, slot;

	if (intern->n == intern->cap)
		grow(intern);
	hash = hash_text(intern, text);
	slot = find(intern, text, hash);
	if (fresh != NULL)
		*fresh = intern->slot[slot] == 0;
	if (intern->slot[slot] != 0)
		return intern->slot[slot] - 1;
	eh_buf_put(&intern->bytes, text.at, text.n);
	intern->end[intern->n] = intern->bytes.len;
	eh_buf_putc(&intern->bytes, '\0');
	intern->hash[intern->n] = hash;
	intern->slot[slot] = ++intern->n;
	return intern->n - 1;
}

void eh_intern_free(struct eh_intern *intern)
{
	eh_buf_free(&intern->bytes);
	free(intern->end);
	free(intern->hash);
	free(intern->slot);
	*intern = (struct eh_intern){0};
}
