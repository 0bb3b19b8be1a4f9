/*
 * examples.c - see examples.h.
 *
 * For each attribute, group, decision and lineage set there is a reservoir: a heap
 * of the kept ids with the smallest hashes, the largest on top.  A full reservoir
 * turns almost every decision away by one comparison with its limit.
 *
 * Packed: version 1; attributes, roles; labels that occur per attribute and lineage tuples that occur,
 * as in block.c; how many ids, then each, ascending by hash: a group an attribute, lineage set, 0 or 1
 * for favourable, length and bytes.  Hashes follow from the ids and are not stored.
 */
#include "cube/examples.h"

#include <endian.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cube/inside.h"

#define VERSION 1

_Static_assert(EH_EXAMPLES_KEY_BYTES == crypto_shorthash_KEYBYTES, "the key is SipHash's");

struct kept {
	uint64_t hash;
	struct eh_text id;
	uint32_t lineage;
	uint32_t uses; /* reservoirs that hold it; 0: free */
	bool favourable;
	uint8_t group[EH_CUBE_MAX_ATTRIBUTES];
};

/* The hash stands beside the position: most looks at a reservoir need no more. */
struct held {
	uint64_t hash;
	uint32_t at; /* in `kept` */
};

struct reservoir {
	uint32_t n;
	struct held held[EH_EXAMPLES_MAX]; /* a heap */
};

/* What was found out about one cell last: the largest limit of its reservoirs, which only fall. */
struct cell_limit {
	uint64_t key[3]; /* as cell_of() makes it */
	uint64_t limit;
};

#define CELL_LIMITS 256
#define SEEN_WORDS 64

struct eh_examples {
	struct eh_cube_names *names;
	unsigned char key[EH_EXAMPLES_KEY_BYTES];
	struct cell_limit cell[CELL_LIMITS]; /* a cache: most decisions are turned away by one look */
	uint64_t mask[2];                    /* of the group bytes of a row, those of the attributes that there are */
	uint64_t seen[SEEN_WORDS];           /* a bit by hash: none of a clear bit was ever kept */
	struct eh_table reservoirs; /* key_of() -> position in `reservoir`, limit */
	struct reservoir *reservoir;
	uint32_t reservoir_cap;
	struct kept *kept;
	uint32_t n, cap, in_use;
	uint32_t *unused; /* positions in `kept` whose uses fell to 0 */
	uint32_t unused_n;
	struct eh_arena *ids;
};

void eh_examples_key(const char *source, const struct eh_sha256 *map, unsigned char key[EH_EXAMPLES_KEY_BYTES])
{
	struct eh_sha256_state *state = eh_sha256_begin();

	eh_sha256_add(state, "examples", sizeof "examples");
	eh_sha256_add(state, source, strlen(source) + 1);
	eh_sha256_add(state, map->bytes, sizeof map->bytes);
	struct eh_sha256 digest = eh_sha256_end(state);
	memcpy(key, digest.bytes, EH_EXAMPLES_KEY_BYTES);
}

struct eh_examples *eh_examples_new(struct eh_cube_names *names, const unsigned char key[EH_EXAMPLES_KEY_BYTES])
{
	struct eh_examples *ex = eh_xmalloc(sizeof *ex);

	*ex = (struct eh_examples){.names = names, .ids = eh_arena_new()};
	memcpy(ex->key, key, sizeof ex->key);
	memset(ex->mask, 0xff, names->shape.attributes);
	eh_table_init(&ex->reservoirs, 1);
	return ex;
}

void eh_examples_free(struct eh_examples *ex)
{
	if (ex == NULL)
		return;
	eh_table_free(&ex->reservoirs);
	eh_arena_free(ex->ids);
	free(ex->reservoir);
	free(ex->kept);
	free(ex->unused);
	free(ex);
}

void eh_examples_clear(struct eh_examples *ex)
{
	eh_table_clear(&ex->reservoirs);
	eh_arena_reset(ex->ids);
	ex->n = ex->in_use = ex->unused_n = 0;
	memset(ex->cell, 0, sizeof ex->cell);
	memset(ex->seen, 0, sizeof ex->seen);
}

size_t eh_examples_n(const struct eh_examples *ex)
{
	return ex->in_use;
}

/* ---- adding ---- */

static uint64_t hash_of(const struct eh_examples *ex, struct eh_text id)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t hash;

	(void)crypto_shorthash(out, (const unsigned char *)id.at, id.n, ex->key);
	memcpy(&hash, out, sizeof hash);
	return le64toh(hash);
}

/* By hash; two ids of one hash by their bytes. */
static int compare(uint64_t hash_a, struct eh_text a, uint64_t hash_b, struct eh_text b)
{
	if (hash_a != hash_b)
		return hash_a < hash_b ? -1 : 1;
	int c = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);
	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static bool above(const struct eh_examples *ex, struct held a, struct held b)
{
	return a.hash != b.hash ? a.hash > b.hash : compare(a.hash, ex->kept[a.at].id, b.hash, ex->kept[b.at].id) > 0;
}

static uint64_t key_of(uint32_t attribute, uint8_t group, bool favourable, uint32_t lineage)
{
	return (uint64_t)attribute << 48 | (uint64_t)group << 40 | (uint64_t)favourable << 32 | lineage;
}

/* The position of a reservoir and its limit: a larger hash is not taken. */
static uint64_t *reservoir_at(struct eh_examples *ex, uint64_t key)
{
	uint32_t hash = eh_table_hash(&key, 1);
	uint64_t *found = eh_table_find(&ex->reservoirs, &key, 1, hash);

	if (found != NULL)
		return found;
	found = eh_table_insert(&ex->reservoirs, &key, hash);
	uint32_t position = ex->reservoirs.n - 1;
	if (position >= ex->reservoir_cap) {
		ex->reservoir_cap = ex->reservoir_cap == 0 ? 16 : 2 * ex->reservoir_cap;
		ex->reservoir = eh_xrealloc(ex->reservoir, ex->reservoir_cap, sizeof *ex->reservoir);
	}
	ex->reservoir[position].n = 0;
	found[0] = position;
	found[1] = UINT64_MAX;
	return found;
}

static bool wants(const struct eh_examples *ex, const struct reservoir *r, uint64_t hash, struct eh_text id)
{
	if (r->n == EH_EXAMPLES_MAX && compare(hash, id, r->held[0].hash, ex->kept[r->held[0].at].id) >= 0)
		return false;
	if ((ex->seen[hash / 64 % SEEN_WORDS] >> hash % 64 & 1) == 0)
		return true;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->held[i].hash == hash && compare(hash, id, hash, ex->kept[r->held[i].at].id) == 0)
			return false;
	return true;
}

static uint32_t keep(struct eh_examples *ex, const struct kept *row)
{
	uint32_t at = ex->n;

	if (ex->unused_n > 0)
		at = ex->unused[--ex->unused_n];
	else if (ex->n++ == ex->cap) {
		ex->cap = ex->cap == 0 ? 64 : 2 * ex->cap;
		ex->kept = eh_xrealloc(ex->kept, ex->cap, sizeof *ex->kept);
		ex->unused = eh_xrealloc(ex->unused, ex->cap, sizeof *ex->unused);
	}
	ex->kept[at] = *row;
	ex->kept[at].id.at = eh_arena_strndup(ex->ids, row->id.at, row->id.n);
	ex->in_use++;
	ex->seen[row->hash / 64 % SEEN_WORDS] |= UINT64_C(1) << row->hash % 64;
	return at;
}

static void release(struct eh_examples *ex, uint32_t at)
{
	if (--ex->kept[at].uses > 0)
		return;
	ex->unused[ex->unused_n++] = at;
	ex->in_use--;
}

static void sink(const struct eh_examples *ex, struct reservoir *r)
{
	for (uint32_t i = 0, child; (child = 2 * i + 1) < r->n; i = child) {
		if (child + 1 < r->n && above(ex, r->held[child + 1], r->held[child]))
			child++;
		if (!above(ex, r->held[child], r->held[i]))
			return;
		struct held moved = r->held[i];
		r->held[i] = r->held[child];
		r->held[child] = moved;
	}
}

static void rise(const struct eh_examples *ex, struct reservoir *r)
{
	for (uint32_t i = r->n - 1; i > 0 && above(ex, r->held[i], r->held[(i - 1) / 2]); i = (i - 1) / 2) {
		struct held moved = r->held[i];

		r->held[i] = r->held[(i - 1) / 2];
		r->held[(i - 1) / 2] = moved;
	}
}

static void take(struct eh_examples *ex, uint64_t *found, uint32_t at)
{
	struct reservoir *r = &ex->reservoir[found[0]];
	struct held held = {.hash = ex->kept[at].hash, .at = at};

	ex->kept[at].uses++;
	if (r->n == EH_EXAMPLES_MAX) {
		release(ex, r->held[0].at);
		r->held[0] = held;
		sink(ex, r);
	} else {
		r->held[r->n++] = held;
		rise(ex, r);
	}
	if (r->n == EH_EXAMPLES_MAX)
		found[1] = r->held[0].hash;
}

/* The place in the cache of the cell of a row, and the key that must stand there; the last word is never 0. */
static struct cell_limit *cell_of(struct eh_examples *ex, const struct kept *row, uint64_t key[3])
{
	memcpy(key, row->group, 2 * sizeof *key);
	key[2] = (uint64_t)row->lineage << 2 | (uint64_t)row->favourable << 1 | 1;
	uint64_t h = (key[0] ^ key[1] * 31 ^ key[2] << 7) * UINT64_C(0x9e3779b97f4a7c15);
	return &ex->cell[h >> 56];
}

_Static_assert(CELL_LIMITS == 1 << 8 && EH_CUBE_MAX_ATTRIBUTES == 16, "as cell_of() counts");

/* Two words, and not a byte for each attribute: cell_of() reads them back as words at once. */
static inline void mask_groups(const struct eh_examples *ex, uint8_t *groups)
{
	uint64_t word[2];

	memcpy(word, groups, sizeof word);
	word[0] &= ex->mask[0];
	word[1] &= ex->mask[1];
	memcpy(groups, word, sizeof word);
}

void eh_examples_add(struct eh_examples *ex, const uint8_t *groups, bool favourable, uint32_t lineage,
                     struct eh_text id)
{
	uint32_t attributes = ex->names->shape.attributes, at = EH_CUBE_NO_CODE;
	struct kept row = {.hash = hash_of(ex, id), .id = id, .lineage = lineage, .favourable = favourable};
	uint64_t key[3], limit = 0;

	memcpy(row.group, groups, sizeof row.group);
	mask_groups(ex, row.group);
	struct cell_limit *cell = cell_of(ex, &row, key);
	bool known = cell->key[2] == key[2] && cell->key[0] == key[0] && cell->key[1] == key[1];
	if (known && row.hash > cell->limit)
		return;
	for (uint32_t a = 0; a < attributes; a++) {
		uint64_t *found = reservoir_at(ex, key_of(a, groups[a], favourable, lineage));

		if (row.hash <= found[1] && wants(ex, &ex->reservoir[found[0]], row.hash, id)) {
			if (at == EH_CUBE_NO_CODE)
				at = keep(ex, &row);
			take(ex, found, at);
		}
		limit = found[1] > limit ? found[1] : limit;
	}
	memcpy(cell->key, key, sizeof key);
	cell->limit = limit;
}

/* ---- packing ---- */

static int by_hash(const void *pa, const void *pb)
{
	const struct kept *a = *(const struct kept *const *)pa, *b = *(const struct kept *const *)pb;

	return compare(a->hash, a->id, b->hash, b->id);
}

static void put_labels(const struct eh_examples *ex, const struct kept **list, uint32_t a, struct eh_buf *out)
{
	struct eh_cube_workshop *shop = eh_cube_workshop(ex->names);
	struct eh_cube_ref refs[EH_CUBE_MAX_GROUPS];
	uint32_t n = 0;

	memset(shop->group_local[a], 0, sizeof shop->group_local[a]);
	for (uint32_t i = 0; i < ex->in_use; i++)
		shop->group_local[a][list[i]->group[a]] = 1;
	for (uint32_t code = 1; code <= EH_CUBE_MAX_GROUPS; code++)
		if (shop->group_local[a][code])
			refs[n++] = (struct eh_cube_ref){&ex->names->group[a].word[code - 1], code};
	eh_cube_put_texts(out, refs, n);
	shop->group_local[a][0] = 0;
	for (uint32_t i = 0; i < n; i++)
		shop->group_local[a][refs[i].code] = (uint8_t)(i + 1);
}

static const uint32_t *put_lineages(const struct eh_examples *ex, const struct kept **list, struct eh_buf *out)
{
	struct eh_cube_workshop *shop = eh_cube_workshop(ex->names);
	const struct eh_cube_dict *d = &ex->names->tuple[EH_CUBE_LINEAGE].packed;
	uint32_t *local = eh_cube_span(ex->names, &shop->tuple[EH_CUBE_LINEAGE], d->n, sizeof *local);
	struct eh_cube_ref *refs = eh_cube_span(ex->names, &shop->refs, d->n, sizeof *refs);
	uint32_t n = 0;

	memset(local, 0, d->n * sizeof *local);
	for (uint32_t i = 0; i < ex->in_use; i++)
		if (local[list[i]->lineage]++ == 0)
			refs[n++] = (struct eh_cube_ref){&d->word[list[i]->lineage], list[i]->lineage};
	eh_cube_put_texts(out, refs, n);
	for (uint32_t i = 0; i < n; i++)
		local[refs[i].code] = i;
	return local;
}

void eh_examples_encode(const struct eh_examples *ex, struct eh_buf *out)
{
	struct eh_cube_workshop *shop = eh_cube_workshop(ex->names);
	const struct kept **list = eh_cube_span(ex->names, &shop->columns, ex->in_use, sizeof *list);
	uint32_t attributes = ex->names->shape.attributes, n = 0;

	for (uint32_t i = 0; i < ex->n; i++)
		if (ex->kept[i].uses > 0)
			list[n++] = &ex->kept[i];
	if (n > 1)
		qsort(list, n, sizeof *list, by_hash);
	eh_buf_putc(out, VERSION);
	eh_buf_varint(out, attributes);
	eh_buf_varint(out, ex->names->shape.roles);
	for (uint32_t a = 0; a < attributes; a++)
		put_labels(ex, list, a, out);
	const uint32_t *lineage = put_lineages(ex, list, out);
	eh_buf_varint(out, n);
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t a = 0; a < attributes; a++)
			eh_buf_varint(out, shop->group_local[a][list[i]->group[a]]);
		eh_buf_varint(out, lineage[list[i]->lineage]);
		eh_buf_varint(out, list[i]->favourable);
		eh_buf_lenstr(out, list[i]->id.at, list[i]->id.n);
	}
}

/* ---- reading: checked first, then added ---- */

struct packed {
	struct eh_reader r;
	struct eh_examples *ex;
	bool adding;
	uint32_t labels[EH_CUBE_MAX_ATTRIBUTES], lineages;
	uint32_t *lineage; /* codes, when adding */
};

static uint32_t take_number(struct packed *p)
{
	uint64_t n = eh_read_varint(&p->r);

	p->r.bad = p->r.bad || n > (uint64_t)(p->r.end - p->r.at) || n > UINT32_MAX / 64;
	return p->r.bad ? 0 : (uint32_t)n;
}

static void read_labels(struct packed *p, uint32_t a)
{
	uint8_t *code = eh_cube_workshop(p->ex->names)->group_code[a];
	struct eh_text label = {0};

	p->labels[a] = take_number(p);
	p->r.bad = p->r.bad || p->labels[a] > EH_CUBE_MAX_GROUPS;
	code[0] = 0;
	for (uint32_t i = 1; i <= p->labels[a] && !p->r.bad; i++) {
		label = eh_cube_take_text(&p->r, label);
		if (p->adding)
			code[i] = eh_cube_group(p->ex->names, a, label);
	}
}

static void read_lineages(struct packed *p)
{
	struct eh_cube_names *names = p->ex->names;
	struct eh_cube_workshop *shop = eh_cube_workshop(names);
	struct eh_text text = {0};

	p->lineages = take_number(p);
	p->lineage = eh_cube_span(names, &shop->tuple[EH_CUBE_LINEAGE], p->lineages, sizeof *p->lineage);
	for (uint32_t i = 0; i < p->lineages && !p->r.bad; i++) {
		text = eh_cube_take_text(&p->r, text);
		if (!p->r.bad && !eh_cube_tuple_is_packed(names, EH_CUBE_LINEAGE, text.at, text.n))
			p->r.bad = true;
		else if (p->adding)
			p->lineage[i] = eh_cube_tuple_of_packed(names, EH_CUBE_LINEAGE, text.at, text.n);
	}
}

static void read_id(struct packed *p)
{
	struct eh_cube_workshop *shop = eh_cube_workshop(p->ex->names);
	uint8_t group[EH_CUBE_MAX_ATTRIBUTES] = {0};
	struct eh_text id;

	for (uint32_t a = 0; a < p->ex->names->shape.attributes; a++) {
		uint64_t local = eh_read_varint(&p->r);

		p->r.bad = p->r.bad || local > p->labels[a];
		group[a] = p->r.bad ? 0 : shop->group_code[a][local];
	}
	uint64_t lineage = eh_read_varint(&p->r), favourable = eh_read_varint(&p->r);
	id.at = eh_read_lenstr(&p->r, &id.n);
	p->r.bad = p->r.bad || lineage >= p->lineages || favourable > 1;
	if (p->adding)
		eh_examples_add(p->ex, group, favourable == 1, p->lineage[lineage], id);
}

static bool read_packed(struct packed *p)
{
	uint32_t attributes = p->ex->names->shape.attributes;

	if (eh_read_varint(&p->r) != VERSION || eh_read_varint(&p->r) != attributes ||
	    eh_read_varint(&p->r) != p->ex->names->shape.roles)
		return false;
	for (uint32_t a = 0; a < attributes && !p->r.bad; a++)
		read_labels(p, a);
	if (!p->r.bad)
		read_lineages(p);
	uint32_t n = take_number(p);
	for (uint32_t i = 0; i < n && !p->r.bad; i++)
		read_id(p);
	return !p->r.bad && p->r.at == p->r.end;
}

enum eh_rc eh_examples_decode(struct eh_examples *ex, const void *packed, size_t len, struct eh_err *err)
{
	const unsigned char *at = packed;
	struct packed p = {.r = {.at = at, .end = at + len}, .ex = ex};

	if (!read_packed(&p))
		return eh_fail(err, EH_BAD_INPUT, "packed example ids of %zu bytes are malformed or of another shape", len);
	p = (struct packed){.r = {.at = at, .end = at + len}, .ex = ex, .adding = true};
	EH_ASSERT(read_packed(&p));
	return EH_OK;
}

/* ---- asking ---- */

static bool matches(const struct kept *k, uint32_t attribute, uint32_t group, bool adverse, uint32_t lineage)
{
	return k->uses > 0 && k->group[attribute] == group && k->favourable != adverse &&
	       (lineage == EH_EXAMPLES_ANY || k->lineage == lineage);
}

/* Ids that are kept for other reservoirs only may match too, but then 50 smaller ones do. */
size_t eh_examples_pick(const struct eh_examples *ex, uint32_t attribute, uint32_t group, bool adverse,
                        uint32_t lineage, struct eh_example *out, size_t max)
{
	size_t n = 0;

	EH_ASSERT(attribute < ex->names->shape.attributes);
	if (max > EH_EXAMPLES_MAX)
		max = EH_EXAMPLES_MAX;
	for (uint32_t i = 0; i < ex->n; i++) {
		const struct kept *k = &ex->kept[i];
		size_t to = n;

		if (!matches(k, attribute, group, adverse, lineage))
			continue;
		while (to > 0 && compare(k->hash, k->id, out[to - 1].hash, out[to - 1].id) < 0)
			to--;
		if (to == max)
			continue;
		n += n < max;
		memmove(out + to + 1, out + to, (n - to - 1) * sizeof *out);
		out[to] = (struct eh_example){.id = k->id, .group = k->group, .lineage = k->lineage,
		                              .favourable = k->favourable, .hash = k->hash};
	}
	return n;
}
