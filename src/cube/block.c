/*
 * block.c - the canonical packed form of a cube: writing it (block_read.c reads it).
 *
 *   version   1; 2 where there are outcomes
 *   shape     attributes, strata, roles, numeric, level: varints; score: 0 or 1
 *   labels    per attribute: how many occur, then each as length and bytes, ascending
 *   tuples    strata, then lineage sets: how many occur, then each packed (names.c), ascending
 *   cells     how many; each: key, n, favourable.  Fields: a group an attribute, stratum, lineage
 *             with outcomes each also: how many are known; where any is: how many of the favourable
 *             decisions are, and those with an adverse outcome of the favourable and of the others
 *   scores    where there is a score, per attribute and group (missing first): moments, bins
 *   numeric   per feature, attribute and group: moments
 *   levels    per level feature: how many occur, then each as length and bytes, ascending
 *   entries   how many; each: key, n, favourable.  Fields: feature, level, attribute, group
 *
 * Texts ascend by their bytes, and in keys a text is its place among them; so the
 * form depends on what was counted only.  Keys ascend; a key is written as the number
 * of leading fields that it shares with the key before, how much the next field is
 * above that of the key before, less one, and the other fields.  Moments are n and,
 * where n is not 0, the sum (zigzag) and the sum of squares.  Bins are their number,
 * then each: the key (the first zigzag, the others how much above the one before, less
 * one), n.  All numbers are varints of the shortest form.
 */
#include <stdlib.h>
#include <string.h>

#include "cube/inside.h"

struct writer {
	const struct eh_cube *cube;
	struct eh_cube_names *names;
	struct eh_cube_workshop *shop;
	struct eh_buf *out;
	uint32_t labels[EH_CUBE_MAX_ATTRIBUTES]; /* that occur */
	uint32_t tuples[2];
};

/* Most numbers are small. */
static void put(struct eh_buf *out, uint64_t value)
{
	if (value < 0x80)
		eh_buf_putc(out, (char)value);
	else
		eh_buf_varint(out, value);
}

static int by_bytes(const void *a, const void *b)
{
	const struct eh_cube_word *x = ((const struct eh_cube_ref *)a)->word, *y = ((const struct eh_cube_ref *)b)->word;
	int c = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);

	return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

void eh_cube_put_texts(struct eh_buf *out, struct eh_cube_ref *refs, uint32_t n)
{
	if (n > 1)
		qsort(refs, n, sizeof *refs, by_bytes);
	put(out, n);
	for (uint32_t i = 0; i < n; i++)
		eh_buf_lenstr(out, refs[i].word->text, refs[i].word->n);
}

static void put_shape(const struct writer *w)
{
	const struct eh_cube_shape *shape = &w->names->shape;

	eh_buf_putc(w->out, (char)eh_cube_block_version(shape));
	put(w->out, shape->attributes);
	put(w->out, shape->strata);
	put(w->out, shape->roles);
	put(w->out, shape->numeric);
	put(w->out, shape->level);
	put(w->out, shape->score);
}

static void put_labels(struct writer *w, uint32_t a)
{
	struct eh_cube_ref refs[EH_CUBE_MAX_GROUPS];
	uint32_t n = 0;

	for (uint32_t code = 1; code < w->cube->groups[a]; code++)
		if (w->cube->sums[a][code].count.n > 0)
			refs[n++] = (struct eh_cube_ref){&w->names->group[a].word[code - 1], code};
	eh_cube_put_texts(w->out, refs, n);
	w->shop->group_local[a][0] = w->shop->group_code[a][0] = 0;
	for (uint32_t i = 0; i < n; i++) {
		w->shop->group_local[a][refs[i].code] = (uint8_t)(i + 1);
		w->shop->group_code[a][i + 1] = (uint8_t)refs[i].code;
	}
	w->labels[a] = n;
}

static uint32_t tuple_of(const uint64_t *cell, enum eh_cube_tuple kind)
{
	return (uint32_t)(kind == EH_CUBE_STRATUM ? cell[2] : cell[2] >> 32);
}

static void put_tuples(struct writer *w, enum eh_cube_tuple kind)
{
	const struct eh_table *cells = &w->cube->cells;
	const struct eh_cube_dict *d = &w->names->tuple[kind].packed;
	uint32_t *local = eh_cube_span(w->names, &w->shop->tuple[kind], d->n, sizeof *local);
	struct eh_cube_ref *refs = eh_cube_span(w->names, &w->shop->refs, d->n, sizeof *refs);
	uint32_t n = 0;

	memset(local, 0, d->n * sizeof *local);
	for (uint32_t i = 0; i < cells->n; i++) {
		uint32_t code = tuple_of(eh_table_entry(cells, i), kind);

		if (local[code]++ == 0)
			refs[n++] = (struct eh_cube_ref){&d->word[code], code};
	}
	eh_cube_put_texts(w->out, refs, n);
	for (uint32_t i = 0; i < n; i++)
		local[refs[i].code] = i;
	w->tuples[kind] = n;
}

/* ---- entries in the order of their keys ---- */

/* One stable counting sort by one field; the last field goes first. */
static void sort_by(const uint32_t *column, uint32_t most, uint32_t *bucket, uint32_t n, const uint32_t *from,
                    uint32_t *to)
{
	uint32_t at = 0;

	memset(bucket, 0, ((size_t)most + 1) * sizeof *bucket);
	for (uint32_t i = 0; i < n; i++)
		bucket[column[i]]++;
	for (uint32_t v = 0; v <= most; v++) {
		uint32_t count = bucket[v];

		bucket[v] = at;
		at += count;
	}
	for (uint32_t i = 0; i < n; i++)
		to[bucket[column[from[i]]]++] = from[i];
}

/* The positions 0 .. n-1 in the order of their fields; columns[f * n + i] is field f of position i, and
 * most[f] not below any of them. */
static const uint32_t *sort_keys(struct writer *w, const uint32_t *columns, uint32_t n, const uint32_t *most,
                                 uint32_t fields)
{
	uint32_t *order = eh_cube_span(w->names, &w->shop->order, n, sizeof *order);
	uint32_t *spare = eh_cube_span(w->names, &w->shop->spare, n, sizeof *spare);

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t f = fields; f-- > 0;) {
		uint32_t *bucket = eh_cube_span(w->names, &w->shop->buckets, (size_t)most[f] + 1, sizeof *bucket);
		uint32_t *sorted = spare;

		if (most[f] == 0)
			continue;
		sort_by(columns + (size_t)f * n, most[f], bucket, n, order, sorted);
		spare = order;
		order = sorted;
	}
	return order;
}

/* As put(), where room is known to be enough. */
static inline uint8_t *write_number(uint8_t *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	return to;
}

static uint8_t *write_key(uint8_t *to, const uint32_t *columns, uint32_t n, uint32_t fields, uint32_t i,
                          uint32_t before)
{
	uint32_t f = 0;

	while (columns[(size_t)f * n + i] == columns[(size_t)f * n + before])
		f++;
	to = write_number(to, f);
	to = write_number(to, columns[(size_t)f * n + i] - columns[(size_t)f * n + before] - 1);
	while (++f < fields)
		to = write_number(to, columns[(size_t)f * n + i]);
	return to;
}

static uint8_t *write_first_key(uint8_t *to, const uint32_t *columns, uint32_t n, uint32_t fields, uint32_t i)
{
	to = write_number(to, 0);
	for (uint32_t f = 0; f < fields; f++)
		to = write_number(to, columns[(size_t)f * n + i]);
	return to;
}

static uint8_t *write_outcomes(uint8_t *to, const struct eh_cube *cube, const uint64_t *cell)
{
	struct eh_cube_outcomes o = eh_cube_outcomes_of(cube, cell);
	uint64_t favourable = o.of[1].benign + o.of[1].adverse, known = favourable + o.of[0].benign + o.of[0].adverse;

	to = write_number(to, known);
	if (known == 0)
		return to;
	to = write_number(to, favourable);
	to = write_number(to, o.of[1].adverse);
	return write_number(to, o.of[0].adverse);
}

static void put_entries(struct writer *w, const struct eh_table *t, const uint32_t *columns, const uint32_t *most,
                        uint32_t fields)
{
	const uint32_t *order = sort_keys(w, columns, t->n, most, fields);
	bool outcomes = w->names->shape.outcome && t == &w->cube->cells;
	size_t longest = 1 + (size_t)fields * 5 + (outcomes ? 6U : 2U) * 10;
	uint8_t *start = eh_cube_span(w->names, &w->shop->bytes, t->n * longest, 1), *to = start;

	put(w->out, t->n);
	for (uint32_t i = 0; i < t->n; i++) {
		const uint64_t *counts = eh_table_entry(t, order[i]) + t->words;

		if (i == 0)
			to = write_first_key(to, columns, t->n, fields, order[i]);
		else
			to = write_key(to, columns, t->n, fields, order[i], order[i - 1]);
		to = write_number(to, counts[0]);
		to = write_number(to, counts[1]);
		if (outcomes)
			to = write_outcomes(to, w->cube, eh_table_entry(t, order[i]));
	}
	eh_buf_put(w->out, start, (size_t)(to - start));
}

static void put_cells(struct writer *w)
{
	const struct eh_table *cells = &w->cube->cells;
	uint32_t attributes = w->names->shape.attributes, fields = attributes + 2, n = cells->n;
	uint32_t *columns = eh_cube_span(w->names, &w->shop->columns, (size_t)n * fields, sizeof *columns);
	const uint32_t *stratum = w->shop->tuple[EH_CUBE_STRATUM].at, *lineage = w->shop->tuple[EH_CUBE_LINEAGE].at;
	uint32_t most[EH_CUBE_MAX_FIELDS];

	for (uint32_t i = 0; i < n; i++) {
		const uint64_t *e = eh_table_entry(cells, i);
		const uint8_t *group = eh_cube_key_groups(e);

		for (uint32_t a = 0; a < attributes; a++)
			columns[(size_t)a * n + i] = w->shop->group_local[a][group[a]];
		columns[(size_t)attributes * n + i] = stratum[tuple_of(e, EH_CUBE_STRATUM)];
		columns[((size_t)attributes + 1) * n + i] = lineage[tuple_of(e, EH_CUBE_LINEAGE)];
	}
	memcpy(most, w->labels, attributes * sizeof *most);
	most[attributes] = w->tuples[EH_CUBE_STRATUM];
	most[attributes + 1] = w->tuples[EH_CUBE_LINEAGE];
	put_entries(w, cells, columns, most, fields);
}

/* ---- moments ---- */

static uint64_t put_moments(struct writer *w, uint32_t a, uint32_t group, uint32_t measure)
{
	struct eh_cube_moments m = {0};

	if (group < w->cube->groups[a])
		m = eh_cube_moments_at(w->cube, a, group, measure);
	put(w->out, m.n);
	if (m.n == 0)
		return 0;
	eh_buf_zigzag128(w->out, m.sum);
	eh_buf_varint128(w->out, m.square);
	return m.n;
}

static void put_bins(struct eh_buf *out, const struct eh_cube_bins *bins)
{
	uint32_t used = 0;
	int64_t before = 0;
	bool first = true;

	for (uint32_t i = 0; i < bins->n; i++)
		used += bins->count[i] > 0;
	put(out, used);
	for (uint32_t i = 0; i < bins->n; i++) {
		if (bins->count[i] == 0)
			continue;
		if (first)
			eh_buf_zigzag(out, bins->low + i);
		else
			put(out, (uint64_t)(bins->low + i - before - 1));
		put(out, bins->count[i]);
		before = bins->low + i;
		first = false;
	}
}

static void put_scores(struct writer *w, uint32_t a)
{
	for (uint32_t g = 0; g <= w->labels[a]; g++) {
		uint32_t code = w->shop->group_code[a][g];

		if (put_moments(w, a, code, w->names->shape.numeric) > 0)
			put_bins(w->out, &w->cube->sums[a][code].bins);
	}
}

/* ---- levels ---- */

/* Writes the levels that occur, feature by feature; local codes stand in shop->level from first[f] on. */
static void put_levels(struct writer *w, uint32_t *first, uint32_t *most)
{
	const struct eh_table *levels = &w->cube->levels;
	uint32_t features = w->names->shape.level, all = 0;

	for (uint32_t f = 0; f < features; f++) {
		first[f] = all;
		all += w->names->level[f].n;
	}
	uint32_t *local = eh_cube_span(w->names, &w->shop->level, all, sizeof *local);
	struct eh_cube_ref *refs = eh_cube_span(w->names, &w->shop->refs, all, sizeof *refs);
	memset(local, 0, all * sizeof *local);
	for (uint32_t i = 0; i < levels->n; i++) {
		uint64_t key = *eh_table_entry(levels, i);

		local[first[key >> 56] + (uint32_t)key] = 1;
	}
	for (uint32_t f = 0; f < features; f++) {
		uint32_t n = 0;

		for (uint32_t code = 0; code < w->names->level[f].n; code++)
			if (local[first[f] + code])
				refs[n++] = (struct eh_cube_ref){&w->names->level[f].word[code], code};
		eh_cube_put_texts(w->out, refs, n);
		for (uint32_t i = 0; i < n; i++)
			local[first[f] + refs[i].code] = i;
		if (*most < n)
			*most = n;
	}
}

static void put_level_entries(struct writer *w)
{
	const struct eh_table *levels = &w->cube->levels;
	uint32_t n = levels->n, first[EH_CUBE_MAX_FEATURES];
	uint32_t most[EH_CUBE_LEVEL_FIELDS] = {w->names->shape.level, 0, w->names->shape.attributes, EH_CUBE_MAX_GROUPS};

	put_levels(w, first, &most[1]);
	const uint32_t *local = w->shop->level.at;
	uint32_t *columns =
		eh_cube_span(w->names, &w->shop->columns, (size_t)n * EH_CUBE_LEVEL_FIELDS, sizeof *columns);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t key = *eh_table_entry(levels, i);
		uint32_t feature = (uint32_t)(key >> 56), attribute = key >> 48 & 0xff;

		columns[i] = feature;
		columns[n + i] = local[first[feature] + (uint32_t)key];
		columns[2 * (size_t)n + i] = attribute;
		columns[3 * (size_t)n + i] = w->shop->group_local[attribute][key >> 40 & 0xff];
	}
	put_entries(w, levels, columns, most, EH_CUBE_LEVEL_FIELDS);
}

void eh_cube_encode(const struct eh_cube *cube, struct eh_buf *out)
{
	const struct eh_cube_shape *shape = &cube->names->shape;
	struct writer w = {.cube = cube, .names = cube->names, .shop = eh_cube_workshop(cube->names), .out = out};

	put_shape(&w);
	for (uint32_t a = 0; a < shape->attributes; a++)
		put_labels(&w, a);
	put_tuples(&w, EH_CUBE_STRATUM);
	put_tuples(&w, EH_CUBE_LINEAGE);
	put_cells(&w);
	for (uint32_t a = 0; shape->score && a < shape->attributes; a++)
		put_scores(&w, a);
	for (uint32_t f = 0; f < shape->numeric; f++)
		for (uint32_t a = 0; a < shape->attributes; a++)
			for (uint32_t g = 0; g <= w.labels[a]; g++)
				put_moments(&w, a, w.shop->group_code[a][g], f);
	put_level_entries(&w);
	for (uint32_t a = 0; a < shape->attributes; a++)
		eh_cube_members_put(cube, a, out);
}
