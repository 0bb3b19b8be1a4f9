/*
 * examples.c - see examples.h.
 *
 * Ids are appended to one list and the list is cut, by sorting it, when it has
 * grown to several times what can stay: that is cheaper than keeping each cell's
 * choice in order.
 */
#include "source/examples.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

_Static_assert(EH_EXAMPLES_KEY == crypto_shorthash_KEYBYTES, "the key is SipHash's");

struct cell {
	uint8_t groups[EH_CUBE_MAX_ATTRIBUTES];
	uint32_t lineage;
	bool favourable;
	uint64_t limit; /* a hash from here on is not chosen any more */
	uint32_t first, n; /* its entries, after cut() */
};

struct entry {
	uint64_t hash;
	uint32_t cell, at, len; /* where the id lies in `ids` */
};

struct eh_examples {
	struct eh_cube_names *names;
	struct eh_cube_shape shape;
	unsigned char key[EH_EXAMPLES_KEY];
	struct cell *cell;
	uint32_t cells, cells_cap;
	uint32_t *slot, slots; /* open addressing: cell + 1, 0 empty */
	struct entry *entry;
	size_t n, cap, cut_at;
	bool sorted;
	struct eh_buf ids;
};

#define CUT_MIN 1024
#define ROLES_MAX 64

struct eh_examples *eh_examples_new(struct eh_cube_names *names, const struct eh_cube_shape *shape,
                                    const unsigned char key[EH_EXAMPLES_KEY])
{
	struct eh_examples *ex = eh_xmalloc(sizeof *ex);

	*ex = (struct eh_examples){.names = names, .shape = *shape, .cut_at = CUT_MIN, .sorted = true};
	memcpy(ex->key, key, sizeof ex->key);
	return ex;
}

void eh_examples_free(struct eh_examples *ex)
{
	if (ex == NULL)
		return;
	free(ex->cell);
	free(ex->slot);
	free(ex->entry);
	eh_buf_free(&ex->ids);
	free(ex);
}

void eh_examples_clear(struct eh_examples *ex)
{
	if (ex->slots > 0)
		memset(ex->slot, 0, ex->slots * sizeof *ex->slot);
	ex->cells = 0;
	ex->n = 0;
	ex->cut_at = CUT_MIN;
	ex->sorted = true;
	eh_buf_reset(&ex->ids);
}

void eh_examples_key(const char *source, const struct eh_sha256 *map, unsigned char key[EH_EXAMPLES_KEY])
{
	struct eh_sha256_state *state = eh_sha256_begin();

	eh_sha256_add(state, "examples", sizeof "examples");
	eh_sha256_add(state, source, strlen(source) + 1);
	eh_sha256_add(state, map->bytes, sizeof map->bytes);
	struct eh_sha256 digest = eh_sha256_end(state);
	memcpy(key, digest.bytes, EH_EXAMPLES_KEY);
}

/* ---- adding ----------------------------------------------------------------------- */

static uint32_t cell_hash(const struct cell *c, uint32_t attributes)
{
	uint32_t h = (c->lineage * 2 + c->favourable) * 2654435761U;

	for (uint32_t i = 0; i < attributes; i++)
		h = (h ^ c->groups[i]) * 16777619U;
	return h ^ h >> 15;
}

static bool same_cell(const struct cell *a, const struct cell *b, uint32_t attributes)
{
	return a->lineage == b->lineage && a->favourable == b->favourable && memcmp(a->groups, b->groups, attributes) == 0;
}

static uint32_t find_slot(const struct eh_examples *ex, const struct cell *key)
{
	uint32_t at = cell_hash(key, ex->shape.attributes) & (ex->slots - 1);

	while (ex->slot[at] != 0 && !same_cell(&ex->cell[ex->slot[at] - 1], key, ex->shape.attributes))
		at = (at + 1) & (ex->slots - 1);
	return at;
}

static void grow_slots(struct eh_examples *ex)
{
	ex->slots = ex->slots == 0 ? 32 : 2 * ex->slots;
	ex->slot = eh_xrealloc(ex->slot, ex->slots, sizeof *ex->slot);
	memset(ex->slot, 0, ex->slots * sizeof *ex->slot);
	for (uint32_t i = 0; i < ex->cells; i++)
		ex->slot[find_slot(ex, &ex->cell[i])] = i + 1;
}

static uint32_t intern_cell(struct eh_examples *ex, const struct cell *key)
{
	if (2 * (ex->cells + 1) > ex->slots)
		grow_slots(ex);
	uint32_t at = find_slot(ex, key);
	if (ex->slot[at] != 0)
		return ex->slot[at] - 1;
	if (ex->cells == ex->cells_cap) {
		ex->cells_cap = ex->cells_cap == 0 ? 16 : 2 * ex->cells_cap;
		ex->cell = eh_xrealloc(ex->cell, ex->cells_cap, sizeof *ex->cell);
	}
	ex->cell[ex->cells] = *key;
	ex->cell[ex->cells].limit = UINT64_MAX;
	ex->slot[at] = ++ex->cells;
	return ex->cells - 1;
}

static int compare_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;

	if (a->cell != b->cell)
		return a->cell < b->cell ? -1 : 1;
	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* Keeps the ids of the entries that stayed. */
static void pack_ids(struct eh_examples *ex)
{
	struct eh_buf ids = {0};

	for (size_t i = 0; i < ex->n; i++) {
		size_t at = ids.len;

		eh_buf_put(&ids, ex->ids.data + ex->entry[i].at, ex->entry[i].len);
		ex->entry[i].at = (uint32_t)at;
	}
	eh_buf_free(&ex->ids);
	ex->ids = ids;
}

/* Sorts by cell and hash and drops what is not among a cell's first 50. */
static void cut(struct eh_examples *ex)
{
	size_t kept = 0, before = ex->n;

	if (ex->n > 1 && !ex->sorted)
		qsort(ex->entry, ex->n, sizeof *ex->entry, compare_entries);
	for (uint32_t c = 0; c < ex->cells; c++)
		ex->cell[c].n = 0;
	for (size_t i = 0; i < ex->n; i++) {
		struct cell *cell = &ex->cell[ex->entry[i].cell];

		if (cell->n == EH_EXAMPLES_MAX)
			continue;
		if (cell->n++ == 0)
			cell->first = (uint32_t)kept;
		if (cell->n == EH_EXAMPLES_MAX)
			cell->limit = ex->entry[i].hash;
		ex->entry[kept++] = ex->entry[i];
	}
	ex->n = kept;
	ex->sorted = true;
	ex->cut_at = 2 * kept < CUT_MIN ? CUT_MIN : 2 * kept;
	if (kept < before)
		pack_ids(ex);
}

static void append(struct eh_examples *ex, uint32_t cell, struct eh_text id)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t hash;

	(void)crypto_shorthash(out, (const unsigned char *)id.at, id.n, ex->key);
	memcpy(&hash, out, sizeof hash);
	if (hash >= ex->cell[cell].limit)
		return;
	if (ex->n == ex->cut_at)
		cut(ex);
	if (ex->n == ex->cap) {
		ex->cap = ex->cap == 0 ? 64 : 2 * ex->cap;
		ex->entry = eh_xrealloc(ex->entry, ex->cap, sizeof *ex->entry);
	}
	EH_ASSERT(ex->ids.len + id.n < UINT32_MAX);
	ex->entry[ex->n++] =
		(struct entry){.hash = hash, .cell = cell, .at = (uint32_t)ex->ids.len, .len = (uint32_t)id.n};
	eh_buf_put(&ex->ids, id.at, id.n);
	ex->sorted = false;
}

void eh_examples_add(struct eh_examples *ex, const uint8_t *groups, bool favourable, uint32_t lineage, struct eh_text id)
{
	struct cell key = {.lineage = lineage, .favourable = favourable};

	memcpy(key.groups, groups, ex->shape.attributes);
	append(ex, intern_cell(ex, &key), id);
}

/* ---- packing ---------------------------------------------------------------------- */

/* Strings of one block; names are interned, so a pointer tells a string. */
struct strings {
	const char **text;
	uint32_t n, cap;
};

static uint32_t place_of(struct strings *s, const char *text)
{
	if (text == NULL)
		return 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->text[i] == text)
			return i + 1;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 32 : 2 * s->cap;
		s->text = eh_xrealloc(s->text, s->cap, sizeof *s->text);
	}
	s->text[s->n++] = text;
	return s->n;
}

static void encode_cell(const struct eh_examples *ex, const struct cell *cell, struct strings *strings, struct eh_buf *out)
{
	for (uint32_t a = 0; a < ex->shape.attributes; a++)
		eh_buf_varint(out, place_of(strings, eh_cube_group_label(ex->names, a, cell->groups[a])));
	eh_buf_varint(out, cell->favourable);
	for (uint32_t r = 0; r < ex->shape.roles; r++)
		eh_buf_varint(out, place_of(strings, eh_cube_tuple_field(ex->names, EH_CUBE_LINEAGE, cell->lineage, r)));
	eh_buf_varint(out, cell->n);
	for (uint32_t i = cell->first; i < cell->first + cell->n; i++)
		eh_buf_lenstr(out, ex->ids.data + ex->entry[i].at, ex->entry[i].len);
}

void eh_examples_encode(struct eh_examples *ex, struct eh_buf *out)
{
	struct strings strings = {0};
	EH_BUF_AUTO body = {0};

	cut(ex);
	for (uint32_t c = 0; c < ex->cells; c++)
		encode_cell(ex, &ex->cell[c], &strings, &body);
	eh_buf_varint(out, 1);
	eh_buf_varint(out, strings.n);
	for (uint32_t i = 0; i < strings.n; i++)
		eh_buf_lenstr(out, strings.text[i], strlen(strings.text[i]));
	eh_buf_varint(out, ex->cells);
	eh_buf_put(out, body.data, body.len);
	free(strings.text);
}

static struct eh_text read_string(struct eh_reader *r, const struct eh_text *strings, uint64_t n)
{
	uint64_t place = eh_read_varint(r);

	if (place > n)
		r->bad = true;
	return r->bad || place == 0 ? (struct eh_text){0} : strings[place - 1];
}

static void decode_cell(struct eh_examples *ex, struct eh_reader *r, const struct eh_text *strings, uint64_t n)
{
	struct cell key = {0};
	struct eh_text fields[ROLES_MAX] = {0};

	for (uint32_t a = 0; a < ex->shape.attributes; a++) {
		struct eh_text label = read_string(r, strings, n);

		key.groups[a] = label.n == 0 ? 0 : (uint8_t)eh_cube_group(ex->names, a, label);
	}
	uint64_t favourable = eh_read_varint(r);
	key.favourable = favourable == 1;
	for (uint32_t i = 0; i < ex->shape.roles; i++)
		fields[i] = read_string(r, strings, n);
	uint64_t ids = eh_read_varint(r);
	if (r->bad || favourable > 1 || ids > EH_EXAMPLES_MAX) {
		r->bad = true;
		return;
	}
	key.lineage = eh_cube_tuple(ex->names, EH_CUBE_LINEAGE, fields, ex->shape.roles);
	uint32_t cell = intern_cell(ex, &key);
	for (uint64_t i = 0; i < ids && !r->bad; i++) {
		struct eh_text id;

		id.at = eh_read_lenstr(r, &id.n);
		if (!r->bad)
			append(ex, cell, id);
	}
}

enum eh_rc eh_examples_decode(struct eh_examples *ex, const void *block, size_t len, struct eh_err *err)
{
	struct eh_reader r = {block, (const unsigned char *)block + len, false};
	uint64_t version = eh_read_varint(&r), n = eh_read_varint(&r);
	EH_ARENA_AUTO home = eh_arena_new();

	if (r.bad || version != 1 || n > len)
		return eh_fail(err, EH_BAD_INPUT, "a block of examples begins with what this program does not write");
	struct eh_text *strings = eh_arena_zalloc(home, n + 1, sizeof *strings);
	for (uint64_t i = 0; i < n; i++)
		strings[i].at = eh_read_lenstr(&r, &strings[i].n);
	for (uint64_t cells = eh_read_varint(&r); cells > 0 && !r.bad; cells--)
		decode_cell(ex, &r, strings, n);
	if (r.bad || r.at != r.end)
		return eh_fail(err, EH_BAD_INPUT, "a block of examples is damaged");
	return EH_OK;
}

/* ---- asking ----------------------------------------------------------------------- */

size_t eh_examples_cells(struct eh_examples *ex)
{
	cut(ex);
	return ex->cells;
}

void eh_examples_cell_at(struct eh_examples *ex, size_t i, struct eh_examples_cell *out)
{
	const struct cell *cell = &ex->cell[i];

	EH_ASSERT(i < ex->cells && ex->sorted);
	out->groups = cell->groups;
	out->favourable = cell->favourable;
	out->lineage = cell->lineage;
	out->n = cell->n;
	for (uint32_t k = 0; k < cell->n; k++) {
		const struct entry *entry = &ex->entry[cell->first + k];

		out->id[k] = (struct eh_text){ex->ids.data + entry->at, entry->len};
		out->hash[k] = entry->hash;
	}
}
