/*
 * cube.c - counting a decision (see cube.h).
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
#define MAX_LANES (EH_CUBE_LANE_KINDS * (EH_CUBE_MAX_FEATURES + 2) / 2)

struct eh_cube *eh_cube_new(struct eh_cube_names *names)
{
	struct eh_cube *cube = eh_xmalloc(sizeof *cube);

	*cube = (struct eh_cube){.names = names, .measures = names->shape.numeric + names->shape.score};
	cube->stride = EH_CUBE_LANE_KINDS * ((cube->measures + 1) / 2);
	memset(cube->group_mask, 0xff, names->shape.attributes);
	eh_table_init(&cube->cells, EH_CUBE_KEY_WORDS);
	eh_table_init(&cube->levels, EH_CUBE_LEVEL_WORDS);
	if (names->shape.outcome)
		eh_table_init(&cube->outcomes, EH_CUBE_OUTCOME_WORDS);
	eh_cube_members_new(cube);
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
		free(cube->wide[a]);
		free(cube->lanes[a]);
		free(cube->members[a]);
	}
	eh_table_free(&cube->cells);
	eh_table_free(&cube->levels);
	eh_table_free(&cube->outcomes);
	free(cube);
}

static void clear_group(struct eh_cube *cube, uint32_t a, uint32_t g)
{
	struct eh_cube_sums *s = &cube->sums[a][g];

	s->count = (struct eh_cube_count){0};
	if (s->bins.n > 0)
		memset(s->bins.count, 0, s->bins.n * sizeof *s->bins.count);
	if (cube->measures == 0)
		return;
	memset(cube->wide[a] + (size_t)g * cube->measures, 0, cube->measures * sizeof **cube->wide);
	memset(cube->lanes[a] + (size_t)g * cube->stride, 0, cube->stride * sizeof **cube->lanes);
}

void eh_cube_clear(struct eh_cube *cube)
{
	cube->n = 0;
	cube->in_lanes = 0;
	eh_table_clear(&cube->cells);
	eh_table_clear(&cube->levels);
	if (cube->names->shape.outcome)
		eh_table_clear(&cube->outcomes);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < cube->groups[a]; g++)
			clear_group(cube, a, g);
	eh_cube_members_clear(cube);
}

uint64_t eh_cube_n(const struct eh_cube *cube)
{
	return cube->n;
}

/* ---- room ---- */

static void *grow_zeroed(void *old, size_t had, size_t want, size_t size)
{
	if (size == 0)
		return old;
	char *grown = eh_xrealloc(old, want, size);
	memset(grown + had * size, 0, (want - had) * size);
	return grown;
}

void eh_cube_make_room(struct eh_cube *cube, uint32_t attribute, uint32_t code)
{
	uint32_t had = cube->groups[attribute], want = had < 4 ? 4 : 2 * had;

	if (code < had)
		return;
	if (want <= code)
		want = code + 1;
	cube->sums[attribute] = grow_zeroed(cube->sums[attribute], had, want, sizeof **cube->sums);
	cube->wide[attribute] = grow_zeroed(cube->wide[attribute], had, want, cube->measures * sizeof **cube->wide);
	cube->lanes[attribute] = grow_zeroed(cube->lanes[attribute], had, want, cube->stride * sizeof **cube->lanes);
	cube->groups[attribute] = want;
}

void eh_cube_widen_bins(struct eh_cube_bins *bins, int64_t key)
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

/* ---- moments: lanes and wide sums ---- */

/* Measure m of a row; a missing one is 0 and adds 0 everywhere, so that no branch has to be guessed. */
static inline int64_t value_of(const struct eh_cube_row *row, uint32_t numeric, uint32_t m, bool *has)
{
	int64_t q = m < numeric ? row->numeric_q[m] : row->score_q;

	*has = m < numeric ? row->has_numeric[m] : row->has_score;
	q = *has ? q : 0;
	EH_ASSERT((uint64_t)q + (EH_FIXED_LIMIT - 1) <= 2 * (EH_FIXED_LIMIT - 1));
	return q;
}

/* The square of a value that is there, low part with the count, and high part. */
static inline uint64_t square_of(int64_t q, bool has, uint64_t *high)
{
	unsigned __int128 square = (unsigned __int128)((__int128)q * q);

	*high = (uint64_t)(square >> EH_CUBE_LANE_SPLIT);
	return ((uint64_t)square & ((UINT64_C(1) << EH_CUBE_LANE_SPLIT) - 1)) | (uint64_t)has << EH_CUBE_LANE_COUNT;
}

/* Measures go by twos, a vector a kind: what is stored here is loaded again in the same width. */
static inline void measure(const struct eh_cube *cube, const struct eh_cube_row *row, eh_cube_lanes *to)
{
	uint32_t numeric = cube->names->shape.numeric;

	for (uint32_t m = 0; m < cube->measures; m += 2, to += EH_CUBE_LANE_KINDS) {
		bool has_p, has_r = false;
		uint64_t ph, rh;
		int64_t p = value_of(row, numeric, m, &has_p);
		int64_t r = m + 1 < cube->measures ? value_of(row, numeric, m + 1, &has_r) : 0;
		uint64_t pl = square_of(p, has_p, &ph), rl = square_of(r, has_r, &rh);

		to[0] = (eh_cube_lanes){(uint64_t)p, (uint64_t)r};
		to[1] = (eh_cube_lanes){pl, rl};
		to[2] = (eh_cube_lanes){ph, rh};
	}
}

static inline void add_lanes(eh_cube_lanes *to, const eh_cube_lanes *lanes, uint32_t stride)
{
	const eh_cube_lanes *end = lanes + stride;

	for (; lanes < end; lanes += EH_CUBE_LANE_KINDS, to += EH_CUBE_LANE_KINDS) {
		to[0] += lanes[0];
		to[1] += lanes[1];
		to[2] += lanes[2];
	}
}

struct eh_cube_moments eh_cube_moments_at(const struct eh_cube *cube, uint32_t attribute, uint32_t group, uint32_t m)
{
	struct eh_cube_moments sum = cube->wide[attribute][(size_t)group * cube->measures + m];
	const eh_cube_lanes *lane = cube->lanes[attribute] + (size_t)group * cube->stride + m / 2 * EH_CUBE_LANE_KINDS;
	uint32_t half = m % 2;

	if (cube->in_lanes == 0 || lane[1][half] == 0)
		return sum;
	sum.n += lane[1][half] >> EH_CUBE_LANE_COUNT;
	sum.sum += (int64_t)lane[0][half];
	sum.square += ((unsigned __int128)lane[2][half] << EH_CUBE_LANE_SPLIT) + (lane[1][half] & ((UINT64_C(1) << EH_CUBE_LANE_COUNT) - 1));
	return sum;
}

static void empty_lanes(struct eh_cube *cube)
{
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
		for (uint32_t g = 0; g < cube->groups[a]; g++)
			for (uint32_t m = 0; m < cube->measures; m++)
				cube->wide[a][(size_t)g * cube->measures + m] = eh_cube_moments_at(cube, a, g, m);
		if (cube->groups[a] > 0 && cube->stride > 0)
			memset(cube->lanes[a], 0, (size_t)cube->groups[a] * cube->stride * sizeof **cube->lanes);
	}
	cube->in_lanes = 0;
}

/* ---- one decision ---- */

/* Of both numbers: all, and those of one kind: the favourable ones, those with an adverse outcome. */
static inline void count_cell(struct eh_table *t, const uint64_t *key, uint32_t words, bool of_kind)
{
	uint64_t *counts = eh_table_at(t, key, words);

	counts[0]++;
	counts[1] += of_kind;
}

static void count_outcome(struct eh_cube *cube, const uint64_t *cell, const struct eh_cube_row *row)
{
	uint64_t key[EH_CUBE_OUTCOME_WORDS] = {cell[0], cell[1], cell[2], row->favourable};

	if (row->outcome != EH_CUBE_OUTCOME_MISSING)
		count_cell(&cube->outcomes, key, EH_CUBE_OUTCOME_WORDS, row->outcome == EH_CUBE_OUTCOME_ADVERSE);
}

static bool stood_before(const uint32_t *levels, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (levels[j] == levels[i])
			return true;
	return false;
}

static void add_levels(struct eh_cube *cube, const struct eh_cube_row *row)
{
	for (uint32_t f = 0; f < cube->names->shape.level; f++)
		for (uint32_t i = 0; i < row->n_levels[f]; i++) {
			if (stood_before(row->levels[f], i))
				continue;
			for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
				uint64_t key = eh_cube_level_key(f, a, row->group[a], row->levels[f][i]);

				count_cell(&cube->levels, &key, EH_CUBE_LEVEL_WORDS, row->favourable);
			}
		}
}

/* The cell's key; its place in the index is asked for early, so that it has come when it is needed. */
static inline void cell_key(const struct eh_cube *cube, const struct eh_cube_row *row, uint64_t *key)
{
	memcpy(key, row->group, sizeof row->group);
	key[0] &= cube->group_mask[0];
	key[1] &= cube->group_mask[1];
	key[2] = (uint64_t)row->lineage << 32 | row->stratum;
	__builtin_prefetch(&cube->cells.slot[eh_table_hash(key, EH_CUBE_KEY_WORDS) & cube->cells.mask]);
}

static inline void add_group(struct eh_cube *cube, uint32_t attribute, const struct eh_cube_row *row, int64_t bin,
                      const eh_cube_lanes *lanes)
{
	uint32_t group = row->group[attribute];

	if (group >= cube->groups[attribute])
		eh_cube_make_room(cube, attribute, group);
	struct eh_cube_sums *s = &cube->sums[attribute][group];
	s->count.n++;
	s->count.favourable += row->favourable;
	if (row->has_score)
		++*eh_cube_bin_at(&s->bins, bin);
	add_lanes(cube->lanes[attribute] + (size_t)group * cube->stride, lanes, cube->stride);
}

void eh_cube_add(struct eh_cube *cube, const struct eh_cube_row *row)
{
	const struct eh_cube_shape *shape = &cube->names->shape;
	uint64_t key[EH_CUBE_KEY_WORDS];
	eh_cube_lanes lanes[MAX_LANES];

	EH_ASSERT(cube->n < EH_CUBE_MAX_ROWS && (shape->score || !row->has_score));
	EH_ASSERT(shape->outcome || row->outcome == EH_CUBE_OUTCOME_MISSING);
	if (cube->in_lanes == EH_CUBE_LANE_ROWS)
		empty_lanes(cube);
	cell_key(cube, row, key);
	measure(cube, row, lanes);
	int64_t bin = row->has_score ? eh_cube_quantise(row->score_q) : 0;
	for (uint32_t a = 0; a < shape->attributes; a++)
		add_group(cube, a, row, bin, lanes);
	count_cell(&cube->cells, key, EH_CUBE_KEY_WORDS, row->favourable);
	if (shape->outcome)
		count_outcome(cube, key, row);
	if (shape->level > 0)
		add_levels(cube, row);
	eh_cube_members_add(cube, row);
	cube->in_lanes++;
	cube->n++;
}
