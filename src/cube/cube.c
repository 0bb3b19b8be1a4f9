/*
 * cube.c - counting a decision, adding cubes, taking them apart (see cube.h).
 *
 * The joint key has a hash table; what stands per attribute and group lies in
 * dense arrays by group code, so that a row with eight features touches a few
 * cache lines.  EH_CUBE_MAX_ROWS keeps every sum inside its type, so one check
 * of the number of rows stands for all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "cube/inside.h"

#define BINS_STEP 32 /* a histogram grows by whole octaves */

struct eh_cube *eh_cube_new(struct eh_cube_names *names)
{
	struct eh_cube *cube = eh_xmalloc(sizeof *cube);

	*cube = (struct eh_cube){.names = names};
	eh_table_init(&cube->cells, EH_CUBE_KEY_WORDS);
	eh_table_init(&cube->levels, EH_CUBE_LEVEL_WORDS);
	return cube;
}

void eh_cube_free(struct eh_cube *cube)
{
	if (cube == NULL)
		return;
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
		for (uint32_t g = 0; g < cube->groups[a]; g++)
			free(cube->sums[a][g].bins.count);
		free(cube->sums[a]);
		free(cube->numeric[a]);
	}
	eh_table_free(&cube->cells);
	eh_table_free(&cube->levels);
	free(cube);
}

void eh_cube_clear(struct eh_cube *cube)
{
	uint32_t numeric = cube->names->shape.numeric;

	cube->n = 0;
	eh_table_clear(&cube->cells);
	eh_table_clear(&cube->levels);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < cube->groups[a]; g++) {
			struct eh_cube_sums *s = &cube->sums[a][g];

			if (s->count.n == 0)
				continue;
			s->count = (struct eh_cube_count){0};
			s->score = (struct eh_cube_moments){0};
			if (s->bins.n > 0)
				memset(s->bins.count, 0, s->bins.n * sizeof *s->bins.count);
			if (numeric > 0)
				memset(cube->numeric[a] + (size_t)g * numeric, 0, numeric * sizeof **cube->numeric);
		}
}

uint64_t eh_cube_n(const struct eh_cube *cube)
{
	return cube->n;
}

const uint8_t *eh_cube_last_groups(const struct eh_cube *cube)
{
	return eh_cube_key_groups(cube->last);
}

/* ---- room ---- */

static void *grow_zeroed(void *old, size_t had, size_t want, size_t size)
{
	char *grown = eh_xrealloc(old, want, size);

	memset(grown + had * size, 0, (want - had) * size);
	return grown;
}

void eh_cube_room_for_group(struct eh_cube *cube, uint32_t attribute, uint32_t code)
{
	uint32_t had = cube->groups[attribute], want = had < 4 ? 4 : 2 * had;
	uint32_t numeric = cube->names->shape.numeric;

	if (code < had)
		return;
	if (want <= code)
		want = code + 1;
	cube->sums[attribute] = grow_zeroed(cube->sums[attribute], had, want, sizeof **cube->sums);
	if (numeric > 0)
		cube->numeric[attribute] =
			grow_zeroed(cube->numeric[attribute], had, want, numeric * sizeof **cube->numeric);
	cube->groups[attribute] = want;
}

static void widen(struct eh_cube_bins *bins, int64_t key)
{
	int64_t low = key & ~(int64_t)(BINS_STEP - 1), high = low + BINS_STEP;

	if (bins->n > 0 && bins->low < low)
		low = bins->low;
	if (bins->n > 0 && bins->low + bins->n > high)
		high = bins->low + bins->n;
	uint64_t *count = eh_xrealloc(NULL, (size_t)(high - low), sizeof *count);
	memset(count, 0, (size_t)(high - low) * sizeof *count);
	if (bins->n > 0)
		memcpy(count + (bins->low - low), bins->count, bins->n * sizeof *count);
	free(bins->count);
	*bins = (struct eh_cube_bins){.low = low, .n = (uint32_t)(high - low), .count = count};
}

uint64_t *eh_cube_bin_at(struct eh_cube_bins *bins, int64_t key)
{
	if ((uint64_t)(key - bins->low) >= bins->n)
		widen(bins, key);
	return &bins->count[key - bins->low];
}

/* ---- one decision ---- */

/* The numeric features of a row, squared once for all attributes. */
struct measured {
	int64_t q[EH_CUBE_MAX_FEATURES];
	unsigned __int128 square[EH_CUBE_MAX_FEATURES];
	bool has[EH_CUBE_MAX_FEATURES];
};

static unsigned __int128 square_of(int64_t q)
{
	EH_ASSERT(q < EH_FIXED_LIMIT && q > -EH_FIXED_LIMIT);
	return (unsigned __int128)((__int128)q * q);
}

static void add_value(struct eh_cube_moments *m, int64_t q, unsigned __int128 square, bool has)
{
	m->n += has;
	m->sum += q;
	m->square += square;
}

static void measure(const struct eh_cube_row *row, uint32_t numeric, struct measured *out)
{
	for (uint32_t f = 0; f < numeric; f++) {
		out->has[f] = row->has_numeric[f];
		out->q[f] = row->has_numeric[f] ? row->numeric_q[f] : 0;
		out->square[f] = square_of(out->q[f]);
	}
}

static void count_cell(struct eh_table *t, const uint64_t *key, uint32_t words, bool favourable)
{
	uint64_t *counts = eh_table_at(t, key, words);

	counts[0]++;
	counts[1] += favourable;
}

static bool stood_before(const uint32_t *levels, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (levels[j] == levels[i])
			return true;
	return false;
}

static void add_levels(struct eh_cube *cube, const struct eh_cube_row *row, const uint8_t *group)
{
	for (uint32_t f = 0; f < cube->names->shape.level; f++)
		for (uint32_t i = 0; i < row->n_levels[f]; i++) {
			if (stood_before(row->levels[f], i))
				continue;
			for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
				uint64_t key = eh_cube_level_key(f, a, group[a], row->levels[f][i]);

				count_cell(&cube->levels, &key, EH_CUBE_LEVEL_WORDS, row->favourable);
			}
		}
}

static void add_group(struct eh_cube *cube, uint32_t attribute, uint32_t code, const struct eh_cube_row *row,
                      int64_t bin, unsigned __int128 score_square, const struct measured *measured)
{
	eh_cube_room_for_group(cube, attribute, code);
	struct eh_cube_sums *s = &cube->sums[attribute][code];

	s->count.n++;
	s->count.favourable += row->favourable;
	if (row->has_score) {
		add_value(&s->score, row->score_q, score_square, true);
		++*eh_cube_bin_at(&s->bins, bin);
	}
	uint32_t numeric = cube->names->shape.numeric;
	if (numeric == 0)
		return;
	struct eh_cube_moments *m = cube->numeric[attribute] + (size_t)code * numeric;
	for (uint32_t f = 0; f < numeric; f++)
		add_value(&m[f], measured->q[f], measured->square[f], measured->has[f]);
}

void eh_cube_add(struct eh_cube *cube, const struct eh_cube_row *row)
{
	const struct eh_cube_shape *shape = &cube->names->shape;
	uint64_t *key = cube->last;
	uint8_t *group = (uint8_t *)key;
	struct measured measured;

	EH_ASSERT(cube->n < EH_CUBE_MAX_ROWS && (shape->score || !row->has_score));
	for (uint32_t a = 0; a < shape->attributes; a++)
		group[a] = (uint8_t)eh_cube_group(cube->names, a, row->group[a]);
	key[2] = (uint64_t)row->lineage << 32 | row->stratum;
	count_cell(&cube->cells, key, EH_CUBE_KEY_WORDS, row->favourable);
	measure(row, shape->numeric, &measured);
	int64_t bin = row->has_score ? eh_cube_quantise(row->score_q) : 0;
	unsigned __int128 score_square = row->has_score ? square_of(row->score_q) : 0;
	for (uint32_t a = 0; a < shape->attributes; a++)
		add_group(cube, a, group[a], row, bin, score_square, &measured);
	if (shape->level > 0)
		add_levels(cube, row, group);
	cube->n++;
}

/* ---- merge ---- */

static void add_moments(struct eh_cube_moments *m, const struct eh_cube_moments *more)
{
	m->n += more->n;
	m->sum += more->sum;
	m->square += more->square;
}

static void add_table(struct eh_table *t, const struct eh_table *more)
{
	for (uint32_t i = 0; i < more->n; i++) {
		const uint64_t *e = eh_table_entry(more, i), *theirs = e + t->words;
		uint64_t *ours = eh_table_at(t, e, t->words);

		ours[0] += theirs[0];
		ours[1] += theirs[1];
	}
}

static void add_bins(struct eh_cube_bins *bins, const struct eh_cube_bins *more)
{
	for (uint32_t i = 0; i < more->n; i++)
		if (more->count[i] > 0)
			*eh_cube_bin_at(bins, more->low + i) += more->count[i];
}

static void add_sums(struct eh_cube *cube, const struct eh_cube *other, uint32_t a, uint32_t g)
{
	const struct eh_cube_sums *theirs = &other->sums[a][g];
	uint32_t numeric = cube->names->shape.numeric;

	eh_cube_room_for_group(cube, a, g);
	struct eh_cube_sums *ours = &cube->sums[a][g];
	ours->count.n += theirs->count.n;
	ours->count.favourable += theirs->count.favourable;
	add_moments(&ours->score, &theirs->score);
	add_bins(&ours->bins, &theirs->bins);
	for (uint32_t f = 0; f < numeric; f++)
		add_moments(&cube->numeric[a][(size_t)g * numeric + f], &other->numeric[a][(size_t)g * numeric + f]);
}

enum eh_rc eh_cube_merge(struct eh_cube *cube, const struct eh_cube *other, struct eh_err *err)
{
	EH_ASSERT(cube != other && cube->names == other->names);
	if (other->n > EH_CUBE_MAX_ROWS - cube->n)
		return eh_fail(err, EH_REFUSED, "a sum over more than 2^33 decisions");
	add_table(&cube->cells, &other->cells);
	add_table(&cube->levels, &other->levels);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < other->groups[a]; g++)
			if (other->sums[a][g].count.n > 0)
				add_sums(cube, other, a, g);
	cube->n += other->n;
	return EH_OK;
}

/* ---- subtract: looks at everything first, then takes away ---- */

static bool table_holds(const struct eh_table *t, const struct eh_table *less)
{
	for (uint32_t i = 0; i < less->n; i++) {
		const uint64_t *e = eh_table_entry(less, i), *theirs = e + t->words;
		const uint64_t *ours = eh_table_find(t, e, t->words, eh_table_hash(e, t->words));

		if (ours == NULL || ours[0] < theirs[0] || ours[1] < theirs[1] ||
		    ours[0] - theirs[0] < ours[1] - theirs[1])
			return false;
	}
	return true;
}

/* Nothing of n is nothing of anything. */
static bool moments_hold(const struct eh_cube_moments *m, const struct eh_cube_moments *less)
{
	if (m->n < less->n || m->square < less->square)
		return false;
	return m->n > less->n || (m->sum == less->sum && m->square == less->square);
}

static bool bins_hold(const struct eh_cube_bins *bins, const struct eh_cube_bins *less)
{
	for (uint32_t i = 0; i < less->n; i++) {
		uint64_t at = (uint64_t)(less->low + i - bins->low);

		if (less->count[i] > 0 && (at >= bins->n || bins->count[at] < less->count[i]))
			return false;
	}
	return true;
}

static bool sums_hold(const struct eh_cube *cube, const struct eh_cube *other, uint32_t a, uint32_t g)
{
	uint32_t numeric = cube->names->shape.numeric;

	if (g >= cube->groups[a])
		return false;
	const struct eh_cube_sums *ours = &cube->sums[a][g], *theirs = &other->sums[a][g];
	if (ours->count.n < theirs->count.n || ours->count.favourable < theirs->count.favourable)
		return false;
	if (!moments_hold(&ours->score, &theirs->score) || !bins_hold(&ours->bins, &theirs->bins))
		return false;
	for (uint32_t f = 0; f < numeric; f++)
		if (!moments_hold(&cube->numeric[a][(size_t)g * numeric + f],
		                  &other->numeric[a][(size_t)g * numeric + f]))
			return false;
	return true;
}

static bool holds(const struct eh_cube *cube, const struct eh_cube *other)
{
	if (cube->n < other->n || !table_holds(&cube->cells, &other->cells) ||
	    !table_holds(&cube->levels, &other->levels))
		return false;
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < other->groups[a]; g++)
			if (other->sums[a][g].count.n > 0 && !sums_hold(cube, other, a, g))
				return false;
	return true;
}

static void take_table(struct eh_table *t, const struct eh_table *less)
{
	for (uint32_t i = 0; i < less->n; i++) {
		const uint64_t *e = eh_table_entry(less, i), *theirs = e + t->words;
		uint64_t *ours = eh_table_find(t, e, t->words, eh_table_hash(e, t->words));

		ours[0] -= theirs[0];
		ours[1] -= theirs[1];
		if (ours[0] == 0)
			eh_table_remove(t, (uint32_t)((size_t)(ours - t->entry) / (t->words + 2)));
	}
}

static void take_moments(struct eh_cube_moments *m, const struct eh_cube_moments *less)
{
	m->n -= less->n;
	m->sum -= less->sum;
	m->square -= less->square;
}

static void take_sums(struct eh_cube *cube, const struct eh_cube *other, uint32_t a, uint32_t g)
{
	struct eh_cube_sums *ours = &cube->sums[a][g];
	const struct eh_cube_sums *theirs = &other->sums[a][g];
	uint32_t numeric = cube->names->shape.numeric;

	ours->count.n -= theirs->count.n;
	ours->count.favourable -= theirs->count.favourable;
	take_moments(&ours->score, &theirs->score);
	for (uint32_t i = 0; i < theirs->bins.n; i++)
		if (theirs->bins.count[i] > 0)
			ours->bins.count[theirs->bins.low + i - ours->bins.low] -= theirs->bins.count[i];
	for (uint32_t f = 0; f < numeric; f++)
		take_moments(&cube->numeric[a][(size_t)g * numeric + f], &other->numeric[a][(size_t)g * numeric + f]);
}

enum eh_rc eh_cube_subtract(struct eh_cube *cube, const struct eh_cube *other, struct eh_err *err)
{
	EH_ASSERT(cube != other && cube->names == other->names);
	if (!holds(cube, other))
		return eh_fail(err, EH_REFUSED, "a cube of %llu decisions does not hold the %llu to be taken away",
		               (unsigned long long)cube->n, (unsigned long long)other->n);
	take_table(&cube->cells, &other->cells);
	take_table(&cube->levels, &other->levels);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < other->groups[a]; g++)
			if (other->sums[a][g].count.n > 0)
				take_sums(cube, other, a, g);
	cube->n -= other->n;
	return EH_OK;
}
