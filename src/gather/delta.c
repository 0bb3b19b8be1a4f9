/*
 * delta.c - see delta.h.
 */
#include "gather/delta.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cube/examples.h"

#define KEEP_PANES 256 /* made panes that are kept for the next commit */

struct pane {
	int64_t pane_us, n;
	struct eh_cube *cube;
	struct eh_cube *taken; /* NULL until a row is taken off */
	struct eh_examples *examples;
};

struct eh_delta {
	struct eh_cells *cells;
	enum eh_pane kind;
	unsigned char key[EH_EXAMPLES_KEY_BYTES];

	struct pane **pane; /* the first `n` are in use, the rest wait */
	size_t n, made;
	uint32_t *slot, slots; /* by start: index + 1, 0 empty */
	struct pane *last;
	int64_t last_end_us;

	int64_t fate[EH_GATHER_FATES], other[EH_GATHER_OTHERS];
	struct eh_arena *texts; /* of the rows set aside */
	struct eh_pack_aside *aside;
	size_t asides, asides_cap;
	const char **settled;
	size_t settles;
	struct eh_cube_row row;
};

struct eh_delta *eh_delta_new(struct eh_cells *cells, const struct eh_map *map)
{
	struct eh_delta *delta = eh_xmalloc(sizeof *delta);

	*delta = (struct eh_delta){.cells = cells, .kind = eh_cells_pane(map), .slots = 64};
	delta->slot = eh_xmalloc(delta->slots * sizeof *delta->slot);
	memset(delta->slot, 0, delta->slots * sizeof *delta->slot);
	delta->texts = eh_arena_new();
	eh_examples_key(map->source, &map->version, delta->key);
	return delta;
}

static void free_pane(struct pane *pane)
{
	eh_cube_free(pane->cube);
	eh_cube_free(pane->taken);
	eh_examples_free(pane->examples);
	free(pane);
}

void eh_delta_free(struct eh_delta *delta)
{
	if (delta == NULL)
		return;
	for (size_t i = 0; i < delta->made; i++)
		free_pane(delta->pane[i]);
	free(delta->pane);
	free(delta->slot);
	free(delta->aside);
	free(delta->settled);
	eh_arena_free(delta->texts);
	free(delta);
}

static void clear(struct eh_delta *delta)
{
	while (delta->made > KEEP_PANES)
		free_pane(delta->pane[--delta->made]);
	for (size_t i = 0; i < delta->made && i < delta->n; i++) {
		eh_cube_clear(delta->pane[i]->cube);
		if (delta->pane[i]->taken != NULL)
			eh_cube_clear(delta->pane[i]->taken);
		eh_examples_clear(delta->pane[i]->examples);
		delta->pane[i]->n = 0;
	}
	memset(delta->slot, 0, delta->slots * sizeof *delta->slot);
	memset(delta->fate, 0, sizeof delta->fate);
	memset(delta->other, 0, sizeof delta->other);
	delta->n = 0;
	delta->last = NULL;
	delta->asides = delta->settles = 0;
	eh_arena_reset(delta->texts);
}

/* ---- finding a row's pane ---------------------------------------------------------- */

static uint32_t find_slot(const struct eh_delta *delta, int64_t pane_us)
{
	uint64_t h = (uint64_t)pane_us * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t at = (uint32_t)(h >> 32) & (delta->slots - 1);

	while (delta->slot[at] != 0 && delta->pane[delta->slot[at] - 1]->pane_us != pane_us)
		at = (at + 1) & (delta->slots - 1);
	return at;
}

static void grow_slots(struct eh_delta *delta)
{
	delta->slots *= 2;
	delta->slot = eh_xrealloc(delta->slot, delta->slots, sizeof *delta->slot);
	memset(delta->slot, 0, delta->slots * sizeof *delta->slot);
	for (size_t i = 0; i < delta->n; i++)
		delta->slot[find_slot(delta, delta->pane[i]->pane_us)] = (uint32_t)i + 1;
}

/* The next pane that waits, or a new one; the list has room for powers of two. */
static struct pane *take_pane(struct eh_delta *delta)
{
	if (delta->n < delta->made)
		return delta->pane[delta->n++];
	if ((delta->made & (delta->made - 1)) == 0)
		delta->pane = eh_xrealloc(delta->pane, delta->made == 0 ? 1 : 2 * delta->made, sizeof(struct pane *));
	struct pane *pane = eh_xmalloc(sizeof *pane);
	*pane = (struct pane){.cube = eh_cube_new(eh_cells_names(delta->cells)),
	                      .examples = eh_examples_new(eh_cells_names(delta->cells), delta->key)};
	delta->pane[delta->made++] = pane;
	delta->n++;
	return pane;
}

static struct pane *pane_of(struct eh_delta *delta, int64_t at_us)
{
	/* Logs are written in time order: most rows lie in the pane of the row before. */
	if (delta->last != NULL && at_us >= delta->last->pane_us && at_us < delta->last_end_us)
		return delta->last;
	int64_t pane_us = eh_pane_start(delta->kind, at_us);
	if (2 * (delta->n + 1) > delta->slots)
		grow_slots(delta);
	uint32_t at = find_slot(delta, pane_us);
	if (delta->slot[at] == 0) {
		take_pane(delta)->pane_us = pane_us;
		delta->slot[at] = (uint32_t)delta->n;
	}
	delta->last = delta->pane[delta->slot[at] - 1];
	delta->last_end_us = eh_pane_next(delta->kind, pane_us);
	return delta->last;
}

/* ---- rows -------------------------------------------------------------------------- */

void eh_delta_add(struct eh_delta *delta, const struct eh_decision *decision, enum eh_gather_fate fate)
{
	struct pane *pane = pane_of(delta, decision->at_us);

	eh_cells_row(delta->cells, decision, &delta->row);
	eh_cube_add(pane->cube, &delta->row);
	eh_examples_add(pane->examples, delta->row.group, decision->favourable, delta->row.lineage, decision->id);
	pane->n++;
	delta->fate[fate]++;
}

static struct eh_cube *taken_of(struct eh_delta *delta, int64_t at_us)
{
	struct pane *pane = pane_of(delta, at_us);

	if (pane->taken == NULL)
		pane->taken = eh_cube_new(eh_cells_names(delta->cells));
	return pane->taken;
}

/* The examples stay: they are for display, and an id that is taken may have been shown already. */
void eh_delta_take(struct eh_delta *delta, const struct eh_decision *decision, enum eh_gather_other why)
{
	EH_ASSERT(why != EH_GATHER_REPEATED);
	eh_cells_row(delta->cells, decision, &delta->row);
	eh_cube_add(taken_of(delta, decision->at_us), &delta->row);
	delta->other[why]++;
}

enum eh_rc eh_delta_take_block(struct eh_delta *delta, int64_t pane_us, struct eh_text block, enum eh_gather_other why,
                               struct eh_err *err)
{
	struct eh_cube *taken = taken_of(delta, pane_us);
	uint64_t before = eh_cube_n(taken);
	enum eh_rc rc = eh_cube_decode(taken, block.at, block.n, err);

	EH_ASSERT(why != EH_GATHER_REPEATED && eh_pane_start(delta->kind, pane_us) == pane_us);
	delta->other[why] += (int64_t)(eh_cube_n(taken) - before);
	return rc;
}

void eh_delta_repeated(struct eh_delta *delta, uint64_t n)
{
	delta->other[EH_GATHER_REPEATED] += (int64_t)n;
}

enum eh_rc eh_delta_add_counts(struct eh_delta *delta, const struct eh_decision *decision, uint64_t n,
                               enum eh_gather_fate fate, struct eh_err *err)
{
	struct pane *pane = pane_of(delta, decision->at_us);

	eh_cells_row(delta->cells, decision, &delta->row);
	enum eh_rc rc = eh_cube_add_counts(pane->cube, &delta->row, n, err);
	if (rc != EH_OK)
		return rc;
	pane->n += (int64_t)n;
	delta->fate[fate] += (int64_t)n;
	return EH_OK;
}

enum eh_rc eh_delta_add_measures(struct eh_delta *delta, const struct eh_decision *decision, uint64_t n, struct eh_err *err)
{
	struct pane *pane = pane_of(delta, decision->at_us);

	eh_cells_measures(delta->cells, decision, &delta->row);
	return eh_cube_add_measures(pane->cube, &delta->row, n, err);
}

/* An id that the store can hold: not longer than an id may be, and cut between characters. */
static const char *keep_id(struct eh_arena *arena, struct eh_text id)
{
	size_t n = id.n > EH_DECISION_ID_MAX ? EH_DECISION_ID_MAX : id.n;

	if (id.n == 0 || memchr(id.at, '\0', id.n) != NULL)
		return NULL;
	while (n < id.n && n > 0 && ((unsigned char)id.at[n] & 0xc0) == 0x80)
		n--;
	return eh_arena_strndup(arena, id.at, n);
}

void eh_delta_set_aside(struct eh_delta *delta, struct eh_text id, enum eh_decision_reason reason, const char *sentence)
{
	if (delta->asides == delta->asides_cap) {
		delta->asides_cap = delta->asides_cap == 0 ? 64 : 2 * delta->asides_cap;
		delta->aside = eh_xrealloc(delta->aside, delta->asides_cap, sizeof *delta->aside);
	}
	const char *text = eh_arena_strdup(delta->texts, sentence);
	bool usable = reason != EH_DECISION_BAD_UTF8; /* which of the texts is bad is not known here */
	delta->aside[delta->asides++] = (struct eh_pack_aside){.id = usable ? keep_id(delta->texts, id) : NULL, .reason = text};
	delta->fate[EH_GATHER_SET_ASIDE]++;
}

/* What this commit set aside itself is not written at all; there are few such rows. */
static bool unlist(struct eh_delta *delta, struct eh_text id)
{
	for (size_t i = delta->asides; i-- > 0;) {
		const char *have = delta->aside[i].id;

		if (have == NULL || strlen(have) != id.n || memcmp(have, id.at, id.n) != 0)
			continue;
		delta->asides--;
		memmove(&delta->aside[i], &delta->aside[i + 1], (delta->asides - i) * sizeof *delta->aside);
		return true;
	}
	return false;
}

void eh_delta_settle(struct eh_delta *delta, struct eh_text id)
{
	if (unlist(delta, id))
		return;
	if ((delta->settles & (delta->settles - 1)) == 0)
		delta->settled = eh_xrealloc(delta->settled, delta->settles == 0 ? 1 : 2 * delta->settles, sizeof *delta->settled);
	delta->settled[delta->settles++] = eh_arena_strndup(delta->texts, id.at, id.n);
}

uint64_t eh_delta_rows(const struct eh_delta *delta)
{
	int64_t n = 0;

	for (int f = 0; f < EH_GATHER_FATES; f++)
		n += delta->fate[f];
	for (int o = 0; o < EH_GATHER_OTHERS; o++)
		n += delta->other[o];
	return (uint64_t)n;
}

/* ---- packing ----------------------------------------------------------------------- */

static int by_start(const void *pa, const void *pb)
{
	const struct pane *a = *(struct pane *const *)pa, *b = *(struct pane *const *)pb;

	return a->pane_us < b->pane_us ? -1 : a->pane_us > b->pane_us;
}

static struct eh_sha256 pack_cube(const struct eh_cube *cube, struct eh_buf *out, size_t *n)
{
	size_t at = out->len;

	eh_cube_encode(cube, out);
	*n = out->len - at;
	return eh_sha256_of(out->data + at, *n);
}

/* One digest for what is added and what is taken.  A block never begins with a letter: neither can stand for the other. */
static struct eh_sha256 both(const struct eh_sha256 *block, const struct eh_sha256 *taken)
{
	struct eh_sha256_state *state = eh_sha256_begin();

	eh_sha256_add(state, "taken", 5);
	eh_sha256_add(state, block->bytes, sizeof block->bytes);
	eh_sha256_add(state, taken->bytes, sizeof taken->bytes);
	return eh_sha256_end(state);
}

/* The texts' places are set when all bytes are there, as the buffer moves while it grows. */
static void pack_pane(const struct pane *pane, struct eh_pack *out, struct eh_pack_pane *packed, struct eh_sha256_state *state)
{
	uint64_t start = htobe64((uint64_t)pane->pane_us);

	packed->pane_us = pane->pane_us;
	packed->n = pane->n;
	struct eh_sha256 digest = pack_cube(pane->cube, &out->bytes, &packed->block.n);
	size_t at = out->bytes.len;
	eh_examples_encode(pane->examples, &out->bytes);
	packed->examples.n = out->bytes.len - at;
	if (pane->taken != NULL && eh_cube_n(pane->taken) > 0) {
		packed->n_taken = (int64_t)eh_cube_n(pane->taken);
		struct eh_sha256 taken = pack_cube(pane->taken, &out->bytes, &packed->taken.n);
		digest = both(&digest, &taken);
	}
	eh_sha256_add(state, &start, sizeof start);
	eh_sha256_add(state, digest.bytes, sizeof digest.bytes);
}

static void place_text(struct eh_text *text, const struct eh_buf *bytes, size_t *at)
{
	text->at = bytes->data + *at;
	*at += text->n;
}

static void pack_panes(struct eh_delta *delta, struct eh_pack *out)
{
	struct eh_sha256_state *state = eh_sha256_begin();
	size_t at = 0;

	if (delta->n > 0)
		qsort(delta->pane, delta->n, sizeof(struct pane *), by_start);
	out->panes = delta->n;
	out->pane = eh_arena_zalloc(out->home, delta->n + 1, sizeof *out->pane);
	for (size_t i = 0; i < delta->n; i++)
		pack_pane(delta->pane[i], out, &out->pane[i], state);
	for (size_t i = 0; i < delta->n; i++) {
		place_text(&out->pane[i].block, &out->bytes, &at);
		place_text(&out->pane[i].examples, &out->bytes, &at);
		place_text(&out->pane[i].taken, &out->bytes, &at);
	}
	out->digest = eh_sha256_end(state);
}

static const char *copy_or_null(struct eh_arena *arena, const char *text)
{
	return text == NULL ? NULL : eh_arena_strdup(arena, text);
}

static void pack_lists(struct eh_delta *delta, struct eh_pack *out)
{
	out->asides = delta->asides;
	out->aside = eh_arena_zalloc(out->home, out->asides + 1, sizeof *out->aside);
	for (size_t i = 0; i < out->asides; i++)
		out->aside[i] = (struct eh_pack_aside){copy_or_null(out->home, delta->aside[i].id),
		                                       eh_arena_strdup(out->home, delta->aside[i].reason)};
	out->settles = delta->settles;
	out->settled = eh_arena_zalloc(out->home, out->settles + 1, sizeof *out->settled);
	for (size_t i = 0; i < out->settles; i++)
		out->settled[i] = eh_arena_strdup(out->home, delta->settled[i]);
	out->entries = eh_cells_new_entries(delta->cells);
	out->entry = eh_arena_zalloc(out->home, out->entries + 1, sizeof *out->entry);
	for (size_t i = 0; i < out->entries; i++) {
		struct eh_cells_entry entry = eh_cells_new_entry(delta->cells, i);

		out->entry[i] = (struct eh_cells_entry){eh_arena_strdup(out->home, entry.kind), entry.ordinal,
		                                        eh_arena_strdup(out->home, entry.value)};
	}
	eh_cells_stored(delta->cells);
}

void eh_delta_pack(struct eh_delta *delta, struct eh_pack *out)
{
	if (out->home == NULL)
		out->home = eh_arena_new();
	eh_arena_reset(out->home);
	eh_buf_reset(&out->bytes);
	memcpy(out->fate, delta->fate, sizeof out->fate);
	memcpy(out->other, delta->other, sizeof out->other);
	pack_panes(delta, out);
	pack_lists(delta, out);
	clear(delta);
}

void eh_delta_free_pack(struct eh_pack *pack)
{
	eh_arena_free(pack->home);
	eh_buf_free(&pack->bytes);
}
