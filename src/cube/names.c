/*
 * names.c - every text gets a small number once (see cube.h).
 *
 * This is on the way of every row, several times, so a text of up to 16 bytes is
 * compared as two words.  Nothing here decides what is digested: block.c writes
 * the texts, sorted, never the numbers.
 */
#include <string.h>
#include <sys/random.h>

#include "cube/inside.h"

static const char other_text[] = "other";
static const char other_tuple[] = "\xff";

/* ---- texts ---- */

static uint64_t load(const char *at, size_t n)
{
	uint64_t word = 0;

	if (n >= 8) {
		memcpy(&word, at, 8);
	} else if (n >= 4) {
		uint32_t first, last;

		memcpy(&first, at, 4);
		memcpy(&last, at + n - 4, 4);
		word = (uint64_t)first << 32 | last;
	} else if (n > 0) {
		word = (uint64_t)(uint8_t)at[0] << 16 | (uint64_t)(uint8_t)at[n / 2] << 8 | (uint8_t)at[n - 1];
	}
	return word;
}

static struct eh_cube_word word_of(struct eh_text text)
{
	struct eh_cube_word w = {.head = load(text.at, text.n), .text = text.at, .n = text.n};

	if (text.n > 8)
		memcpy(&w.tail, text.at + text.n - 8, 8);
	return w;
}

static uint32_t hash_word(const struct eh_cube_word *w, uint64_t seed)
{
	uint64_t h = eh_table_mix(w->head ^ seed, w->tail ^ UINT64_C(0x8bb84b93962eacc9) ^ w->n);

	for (size_t i = 8; i + 8 < w->n; i += 8) {
		uint64_t middle;

		memcpy(&middle, w->text + i, 8);
		h = eh_table_mix(h ^ middle, UINT64_C(0xd6e8feb86659fd93));
	}
	h = eh_table_mix(h ^ seed, UINT64_C(0x9e3779b97f4a7c15));
	return (uint32_t)(h ^ h >> 32);
}

static bool same_word(const struct eh_cube_word *a, const struct eh_cube_word *b)
{
	if (a->head != b->head || a->tail != b->tail || a->n != b->n)
		return false;
	return a->n <= 16 || memcmp(a->text, b->text, a->n) == 0;
}

static void dict_init(struct eh_arena *home, struct eh_cube_dict *d)
{
	d->cap = 8;
	d->mask = 2 * d->cap - 1;
	d->word = eh_arena_zalloc(home, d->cap, sizeof *d->word);
	d->slot = eh_arena_zalloc(home, (size_t)d->mask + 1, sizeof *d->slot);
}

static uint32_t dict_find(const struct eh_cube_dict *d, const struct eh_cube_word *w, uint32_t hash)
{
	for (uint32_t i = hash & d->mask;; i = (i + 1) & d->mask) {
		uint64_t s = d->slot[i];

		if (s == 0)
			return EH_CUBE_NO_CODE;
		if (s >> 32 == hash && same_word(&d->word[(uint32_t)s - 1], w))
			return (uint32_t)s - 1;
	}
}

static void take_slot(struct eh_cube_dict *d, uint64_t value)
{
	uint32_t i = (uint32_t)(value >> 32) & d->mask;

	while (d->slot[i] != 0)
		i = (i + 1) & d->mask;
	d->slot[i] = value;
}

static void dict_grow(struct eh_arena *home, struct eh_cube_dict *d)
{
	EH_ASSERT(d->cap < UINT32_C(1) << 29);
	struct eh_cube_dict old = *d;

	d->cap *= 2;
	d->mask = 2 * d->cap - 1;
	d->word = eh_arena_zalloc(home, d->cap, sizeof *d->word);
	d->slot = eh_arena_zalloc(home, (size_t)d->mask + 1, sizeof *d->slot);
	memcpy(d->word, old.word, old.n * sizeof *d->word);
	for (size_t i = 0; i <= old.mask; i++)
		if (old.slot[i] != 0)
			take_slot(d, old.slot[i]);
}

static uint32_t dict_insert(struct eh_arena *home, struct eh_cube_dict *d, const struct eh_cube_word *w, uint32_t hash)
{
	if (d->n == d->cap)
		dict_grow(home, d);
	d->word[d->n] = *w;
	d->word[d->n].text = eh_arena_strndup(home, w->text, w->n);
	d->n++;
	take_slot(d, (uint64_t)hash << 32 | d->n);
	return d->n - 1;
}

static uint32_t dict_code(struct eh_cube_names *names, struct eh_cube_dict *d, struct eh_text text)
{
	struct eh_cube_word w = word_of(text);
	uint32_t hash = hash_word(&w, names->seed);
	uint32_t code = dict_find(d, &w, hash);

	return code != EH_CUBE_NO_CODE ? code : dict_insert(names->home, d, &w, hash);
}

/* ---- names ---- */

struct eh_cube_names *eh_cube_names_new(struct eh_arena *home, const struct eh_cube_shape *shape)
{
	struct eh_cube_names *names = eh_arena_zalloc(home, 1, sizeof *names);

	EH_ASSERT(shape->attributes <= EH_CUBE_MAX_ATTRIBUTES);
	EH_ASSERT(shape->numeric <= EH_CUBE_MAX_FEATURES && shape->level <= EH_CUBE_MAX_FEATURES);
	names->home = home;
	names->shape = *shape;
	EH_ASSERT(getrandom(&names->seed, sizeof names->seed, 0) == (ssize_t)sizeof names->seed);
	for (uint32_t a = 0; a < shape->attributes; a++)
		dict_init(home, &names->group[a]);
	for (uint32_t f = 0; f < shape->level; f++)
		dict_init(home, &names->level[f]);
	for (int kind = 0; kind < 2; kind++) {
		dict_init(home, &names->tuple[kind].packed);
		names->tuple[kind].width = kind == EH_CUBE_STRATUM ? shape->strata : shape->roles;
		names->tuple[kind].other = EH_CUBE_NO_CODE;
	}
	return names;
}

void *eh_cube_span(struct eh_cube_names *names, struct eh_cube_span *span, size_t n, size_t size)
{
	EH_ASSERT(size == 0 || n < SIZE_MAX / 4 / size);
	if (span->bytes < n * size || span->at == NULL) {
		span->bytes = 2 * n * size + 64;
		span->at = eh_arena_zalloc(names->home, span->bytes, 1);
	}
	return span->at;
}

struct eh_cube_workshop *eh_cube_workshop(struct eh_cube_names *names)
{
	if (names->workshop == NULL)
		names->workshop = eh_arena_zalloc(names->home, 1, sizeof *names->workshop);
	return names->workshop;
}

bool eh_cube_names_capped(const struct eh_cube_names *names)
{
	return names->capped;
}

uint8_t eh_cube_group(struct eh_cube_names *names, uint32_t attribute, struct eh_text label)
{
	EH_ASSERT(attribute < names->shape.attributes);
	if (label.at == NULL)
		return 0;
	struct eh_cube_dict *d = &names->group[attribute];
	struct eh_cube_word w = word_of(label);
	uint32_t hash = hash_word(&w, names->seed);
	uint32_t code = dict_find(d, &w, hash);

	if (code != EH_CUBE_NO_CODE)
		return (uint8_t)(code + 1);
	if (d->n < EH_CUBE_MAX_GROUPS - 1)
		return (uint8_t)(dict_insert(names->home, d, &w, hash) + 1);
	if (label.n != strlen(other_text) || memcmp(label.at, other_text, label.n) != 0)
		names->capped = true;
	return (uint8_t)(dict_code(names, d, (struct eh_text){other_text, strlen(other_text)}) + 1);
}

uint32_t eh_cube_level(struct eh_cube_names *names, uint32_t feature, struct eh_text level)
{
	EH_ASSERT(feature < names->shape.level && level.at != NULL);
	return dict_code(names, &names->level[feature], level);
}

uint32_t eh_cube_groups(const struct eh_cube_names *names, uint32_t attribute)
{
	return names->group[attribute].n;
}

const char *eh_cube_group_label(const struct eh_cube_names *names, uint32_t attribute, uint32_t code)
{
	EH_ASSERT(code <= names->group[attribute].n);
	return code == 0 ? NULL : names->group[attribute].word[code - 1].text;
}

uint32_t eh_cube_levels(const struct eh_cube_names *names, uint32_t feature)
{
	return names->level[feature].n;
}

const char *eh_cube_level_label(const struct eh_cube_names *names, uint32_t feature, uint32_t code)
{
	EH_ASSERT(code < names->level[feature].n);
	return names->level[feature].word[code].text;
}

/* ---- tuples: each field is varint(length + 1) and its bytes, 0 where missing ---- */

static size_t pack_length(char *to, size_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		to[n++] = (char)(value | 0x80);
	to[n++] = (char)value;
	return n;
}

static struct eh_text pack_tuple(struct eh_cube_names *names, const struct eh_text *fields, uint32_t n)
{
	size_t bytes = 1;

	for (uint32_t i = 0; i < n; i++)
		bytes += (fields[i].at != NULL ? fields[i].n : 0) + 10;
	char *start = eh_cube_span(names, &names->packing, bytes, 1), *to = start;
	for (uint32_t i = 0; i < n; i++) {
		if (fields[i].at == NULL) {
			*to++ = 0;
			continue;
		}
		to += pack_length(to, fields[i].n + 1);
		memcpy(to, fields[i].at, fields[i].n);
		to += fields[i].n;
	}
	return (struct eh_text){start, (size_t)(to - start)};
}

/* The next field of a packed tuple; at == NULL where missing. */
static struct eh_text unpack_field(struct eh_reader *r)
{
	uint64_t n = eh_read_varint(r);

	if (r->bad || n == 0)
		return (struct eh_text){0};
	if (n - 1 > (uint64_t)(r->end - r->at)) {
		r->bad = true;
		return (struct eh_text){0};
	}
	struct eh_text field = {(const char *)r->at, (size_t)n - 1};
	r->at += n - 1;
	return field;
}

static struct eh_reader reader_of(struct eh_text text)
{
	const unsigned char *at = (const unsigned char *)text.at;

	return (struct eh_reader){.at = at, .end = at + text.n};
}

static bool is_other(struct eh_text packed)
{
	return packed.n == 1 && packed.at[0] == other_tuple[0];
}

bool eh_cube_tuple_is_packed(const struct eh_cube_names *names, enum eh_cube_tuple kind, const char *text, size_t n)
{
	struct eh_text packed = {text, n};
	struct eh_reader r = reader_of(packed);

	if (is_other(packed))
		return true;
	for (uint32_t i = 0; i < names->tuple[kind].width && !r.bad; i++)
		unpack_field(&r);
	return !r.bad && r.at == r.end;
}

static const char *const *take_apart(struct eh_cube_names *names, uint32_t width, struct eh_text packed)
{
	const char **fields = eh_arena_zalloc(names->home, width, sizeof *fields);
	struct eh_reader r = reader_of(packed);

	for (uint32_t i = 0; i < width; i++) {
		struct eh_text field = unpack_field(&r);

		fields[i] = field.at != NULL ? eh_arena_strndup(names->home, field.at, field.n) : NULL;
	}
	return fields;
}

static uint32_t code_of_packed(struct eh_cube_names *names, struct eh_cube_tuples *t, struct eh_text packed)
{
	uint32_t known = t->packed.n;
	uint32_t code = dict_code(names, &t->packed, packed);

	if (code < known)
		return code;
	if (t->cap < t->packed.cap) {
		const char *const **fields = eh_arena_zalloc(names->home, t->packed.cap, sizeof *fields);

		if (known > 0)
			memcpy(fields, t->fields, known * sizeof *fields);
		t->fields = fields;
		t->cap = t->packed.cap;
	}
	if (is_other(packed))
		t->other = code;
	else
		t->fields[code] = take_apart(names, t->width, packed);
	return code;
}

uint32_t eh_cube_tuple_of_packed(struct eh_cube_names *names, enum eh_cube_tuple kind, const char *text, size_t n)
{
	if (!eh_cube_tuple_is_packed(names, kind, text, n))
		return EH_CUBE_NO_CODE;
	return code_of_packed(names, &names->tuple[kind], (struct eh_text){text, n});
}

uint32_t eh_cube_tuple(struct eh_cube_names *names, enum eh_cube_tuple kind, const struct eh_text *fields, uint32_t n)
{
	EH_ASSERT(n == names->tuple[kind].width);
	return code_of_packed(names, &names->tuple[kind], pack_tuple(names, fields, n));
}

uint32_t eh_cube_other(struct eh_cube_names *names, enum eh_cube_tuple kind)
{
	struct eh_cube_tuples *t = &names->tuple[kind];

	return t->other != EH_CUBE_NO_CODE ? t->other : code_of_packed(names, t, (struct eh_text){other_tuple, 1});
}

uint32_t eh_cube_tuples(const struct eh_cube_names *names, enum eh_cube_tuple kind)
{
	return names->tuple[kind].packed.n;
}

const char *eh_cube_tuple_field(const struct eh_cube_names *names, enum eh_cube_tuple kind, uint32_t code, uint32_t i)
{
	const struct eh_cube_tuples *t = &names->tuple[kind];

	EH_ASSERT(code < t->packed.n && i < t->width && code != t->other);
	return t->fields[code][i];
}

bool eh_cube_tuple_is_other(const struct eh_cube_names *names, enum eh_cube_tuple kind, uint32_t code)
{
	EH_ASSERT(code < names->tuple[kind].packed.n);
	return code == names->tuple[kind].other;
}
