/*
 * slice.c - what a cube is asked (see cube.h).
 */
#include <stdlib.h>
#include <string.h>

#include "cube/inside.h"

#define MANTISSA 5 /* bits after the leading one */
#define OCTAVE (INT64_C(1) << MANTISSA)
#define LAST_KEY ((63 - MANTISSA) * OCTAVE + OCTAVE) /* of the size 2^63 */

size_t eh_cube_cells(const struct eh_cube *cube)
{
	return cube->cells.n;
}

struct eh_cube_cell eh_cube_cell_at(const struct eh_cube *cube, size_t i)
{
	EH_ASSERT(i < cube->cells.n);
	const uint64_t *e = eh_table_entry(&cube->cells, i);

	return (struct eh_cube_cell){
		.group = eh_cube_key_groups(e),
		.stratum = (uint32_t)e[2],
		.lineage = (uint32_t)(e[2] >> 32),
		.n = e[EH_CUBE_KEY_WORDS],
		.favourable = e[EH_CUBE_KEY_WORDS + 1],
	};
}

static const struct eh_cube_sums *sums_of(const struct eh_cube *cube, uint32_t attribute, uint32_t group)
{
	static const struct eh_cube_sums none;

	EH_ASSERT(attribute < cube->names->shape.attributes);
	return group < cube->groups[attribute] ? &cube->sums[attribute][group] : &none;
}

void eh_cube_by_group(const struct eh_cube *cube, uint32_t attribute, struct eh_cube_count *out)
{
	for (uint32_t g = 0; g <= eh_cube_groups(cube->names, attribute); g++)
		out[g] = sums_of(cube, attribute, g)->count;
}

static struct eh_cube_moments moments_of(const struct eh_cube *cube, uint32_t attribute, uint32_t group, uint32_t m)
{
	EH_ASSERT(attribute < cube->names->shape.attributes);
	if (group >= cube->groups[attribute])
		return (struct eh_cube_moments){0};
	return eh_cube_moments_at(cube, attribute, group, m);
}

struct eh_cube_moments eh_cube_score(const struct eh_cube *cube, uint32_t attribute, uint32_t group)
{
	if (!cube->names->shape.score)
		return (struct eh_cube_moments){0};
	return moments_of(cube, attribute, group, cube->names->shape.numeric);
}

struct eh_cube_moments eh_cube_numeric(const struct eh_cube *cube, uint32_t f, uint32_t attribute, uint32_t group)
{
	EH_ASSERT(f < cube->names->shape.numeric);
	return moments_of(cube, attribute, group, f);
}

const struct eh_cube_bin *eh_cube_histogram(const struct eh_cube *cube, uint32_t attribute, uint32_t group,
                                            struct eh_arena *home, size_t *n)
{
	const struct eh_cube_bins *bins = &sums_of(cube, attribute, group)->bins;
	size_t used = 0;

	for (uint32_t i = 0; i < bins->n; i++)
		used += bins->count[i] > 0;
	struct eh_cube_bin *out = eh_arena_zalloc(home, used, sizeof *out);
	*n = used;
	used = 0;
	for (uint32_t i = 0; i < bins->n; i++)
		if (bins->count[i] > 0)
			out[used++] = (struct eh_cube_bin){.key = bins->low + i, .n = bins->count[i]};
	return out;
}

/* ---- outcomes ---- */

static struct eh_cube_fates fates_of(const struct eh_cube *cube, const uint64_t *cell, bool favourable, uint64_t n)
{
	uint64_t key[EH_CUBE_OUTCOME_WORDS] = {cell[0], cell[1], cell[2], favourable};
	const uint64_t *known = NULL;

	if (cube->names->shape.outcome)
		known = eh_table_find(&cube->outcomes, key, EH_CUBE_OUTCOME_WORDS,
		                      eh_table_hash(key, EH_CUBE_OUTCOME_WORDS));
	if (known == NULL)
		return (struct eh_cube_fates){.missing = n};
	return (struct eh_cube_fates){.missing = n - known[0], .benign = known[0] - known[1], .adverse = known[1]};
}

struct eh_cube_outcomes eh_cube_outcomes_of(const struct eh_cube *cube, const uint64_t *cell)
{
	const uint64_t *counts = eh_table_find(&cube->cells, cell, EH_CUBE_KEY_WORDS, eh_table_hash(cell, EH_CUBE_KEY_WORDS));

	if (counts == NULL)
		return (struct eh_cube_outcomes){0};
	return (struct eh_cube_outcomes){
		{fates_of(cube, cell, false, counts[0] - counts[1]), fates_of(cube, cell, true, counts[1])}};
}

void eh_cube_add_outcomes(struct eh_cube *cube, const uint64_t *cell, const struct eh_cube_outcomes *more)
{
	for (uint64_t d = 0; d < 2; d++) {
		uint64_t key[EH_CUBE_OUTCOME_WORDS] = {cell[0], cell[1], cell[2], d};
		uint64_t known = more->of[d].benign + more->of[d].adverse;

		if (known == 0)
			continue;
		uint64_t *counts = eh_table_at(&cube->outcomes, key, EH_CUBE_OUTCOME_WORDS);
		counts[0] += known;
		counts[1] += more->of[d].adverse;
	}
}

struct eh_cube_outcomes eh_cube_outcomes_at(const struct eh_cube *cube, size_t i)
{
	EH_ASSERT(i < cube->cells.n);
	return eh_cube_outcomes_of(cube, eh_table_entry(&cube->cells, i));
}

void eh_cube_outcomes_sum(struct eh_cube_outcomes *to, const struct eh_cube_outcomes *more)
{
	for (int d = 0; d < 2; d++) {
		to->of[d].missing += more->of[d].missing;
		to->of[d].benign += more->of[d].benign;
		to->of[d].adverse += more->of[d].adverse;
	}
}

void eh_cube_outcomes_by_group(const struct eh_cube *cube, uint32_t attribute, struct eh_cube_outcomes *out)
{
	memset(out, 0, (eh_cube_groups(cube->names, attribute) + 1) * sizeof *out);
	EH_ASSERT(attribute < cube->names->shape.attributes);
	for (size_t i = 0; i < cube->cells.n; i++) {
		struct eh_cube_outcomes cell = eh_cube_outcomes_at(cube, i);

		eh_cube_outcomes_sum(&out[eh_cube_key_groups(eh_table_entry(&cube->cells, i))[attribute]], &cell);
	}
}

struct eh_cube_count eh_cube_level_count(const struct eh_cube *cube, uint32_t feature, uint32_t level,
                                         uint32_t attribute, uint32_t group)
{
	uint64_t key = eh_cube_level_key(feature, attribute, group, level);
	const uint64_t *counts = eh_table_find(&cube->levels, &key, EH_CUBE_LEVEL_WORDS,
	                                       eh_table_hash(&key, EH_CUBE_LEVEL_WORDS));

	if (counts == NULL)
		return (struct eh_cube_count){0};
	return (struct eh_cube_count){.n = counts[0], .favourable = counts[1]};
}

/* ---- the quantiser ---- */

/* For a size from 32 on, shifted right until six bits are left: 32 .. 63, and 32 more for every
 * shift.  The keys of one octave end where those of the next begin, and the first is exact. */
int64_t eh_cube_quantise(int64_t q)
{
	uint64_t size = q < 0 ? -(uint64_t)q : (uint64_t)q;

	if (size < 2 * OCTAVE)
		return q;
	int shift = 63 - __builtin_clzll(size) - MANTISSA;
	int64_t key = shift * OCTAVE + (int64_t)(size >> shift);
	return q < 0 ? -key : key;
}

/* The smallest size in the bin of a key that is not negative. */
static uint64_t size_low(uint64_t key)
{
	if (key < 2 * OCTAVE)
		return key;
	uint64_t shift = key / OCTAVE - 1;
	return (key - shift * OCTAVE) << shift;
}

int64_t eh_cube_bin_low(int64_t key)
{
	EH_ASSERT(key >= -LAST_KEY && key <= LAST_KEY);
	if (key == LAST_KEY)
		return INT64_MAX;
	if (key >= 0)
		return (int64_t)size_low((uint64_t)key);
	uint64_t high = size_low((uint64_t)-key + 1) - 1; /* the largest size in the bin is the smallest q */
	return high > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)high;
}
