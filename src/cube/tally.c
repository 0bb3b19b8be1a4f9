/*
 * tally.c - see tally.h.
 */
#include "cube/tally.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

static const char version_line[] = "evenhand/tally/v1\n";

struct eh_cube_tally {
	struct eh_sha256_state *state;
	int64_t last_us;
	bool any;
	struct eh_buf block;
};

struct eh_cube_tally *eh_cube_tally_begin(void)
{
	struct eh_cube_tally *tally = eh_xmalloc(sizeof *tally);

	*tally = (struct eh_cube_tally){.state = eh_sha256_begin()};
	eh_sha256_add(tally->state, version_line, strlen(version_line));
	return tally;
}

void eh_cube_tally_block(struct eh_cube_tally *tally, int64_t pane_us, const struct eh_sha256 *block)
{
	uint64_t start = htobe64((uint64_t)pane_us);

	EH_ASSERT(!tally->any || pane_us > tally->last_us);
	eh_sha256_add(tally->state, &start, sizeof start);
	eh_sha256_add(tally->state, block->bytes, sizeof block->bytes);
	tally->last_us = pane_us;
	tally->any = true;
}

void eh_cube_tally_pane(struct eh_cube_tally *tally, int64_t pane_us, const struct eh_cube *pane)
{
	if (eh_cube_n(pane) == 0)
		return;
	eh_buf_reset(&tally->block);
	eh_cube_encode(pane, &tally->block);
	struct eh_sha256 digest = eh_sha256_of(tally->block.data, tally->block.len);
	eh_cube_tally_block(tally, pane_us, &digest);
}

struct eh_sha256 eh_cube_tally_end(struct eh_cube_tally *tally)
{
	struct eh_sha256 digest = eh_sha256_end(tally->state);

	eh_buf_free(&tally->block);
	free(tally);
	return digest;
}

static int by_name(const void *a, const void *b)
{
	const struct eh_cube_tally_source *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

struct eh_sha256 eh_cube_tally_store(const struct eh_cube_tally_source *sources, size_t n)
{
	if (n == 1)
		return sources[0].digest;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_cube_tally_source **sorted = eh_arena_zalloc(arena, n, sizeof *sorted);
	struct eh_sha256_state *state = eh_sha256_begin();
	for (size_t i = 0; i < n; i++)
		sorted[i] = &sources[i];
	if (n > 1)
		qsort(sorted, n, sizeof *sorted, by_name);
	for (size_t i = 0; i < n; i++) {
		char hex[EH_SHA256_HEX];

		eh_sha256_hex(&sorted[i]->digest, hex);
		eh_sha256_add(state, sorted[i]->name, strlen(sorted[i]->name));
		eh_sha256_add(state, "\n", 1);
		eh_sha256_add(state, hex, sizeof hex - 1);
		eh_sha256_add(state, "\n", 1);
	}
	return eh_sha256_end(state);
}
