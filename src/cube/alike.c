/*
 * alike.c - counting decisions that a database has grouped already (see cube.h).
 *
 * Counts and measures of the same decisions come apart, as each is grouped by other
 * columns; both are exact, as both are sums.  Values go into the wide sums: n q^2 is
 * below 2^33 2^94, so nothing can run over.
 */
#include "base/fixed.h"
#include "cube/inside.h"

static enum eh_rc refuse_too_many(struct eh_err *err)
{
	return eh_fail(err, EH_REFUSED, "a sum over more than 2^33 decisions");
}

static bool is_over(uint64_t has, uint64_t n)
{
	return n > EH_CUBE_MAX_ROWS || has > EH_CUBE_MAX_ROWS - n;
}

static void count(uint64_t *counts, uint64_t n, bool favourable)
{
	counts[0] += n;
	counts[1] += favourable ? n : 0;
}

enum eh_rc eh_cube_add_counts(struct eh_cube *cube, const struct eh_cube_row *row, uint64_t n, struct eh_err *err)
{
	uint64_t key[EH_CUBE_KEY_WORDS] = {0};

	EH_ASSERT(n > 0);
	if (is_over(cube->n, n))
		return refuse_too_many(err);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
		uint32_t group = row->group[a];

		((uint8_t *)key)[a] = row->group[a];
		eh_cube_make_room(cube, a, group);
		cube->sums[a][group].count.n += n;
		cube->sums[a][group].count.favourable += row->favourable ? n : 0;
	}
	key[EH_CUBE_KEY_WORDS - 1] = (uint64_t)row->lineage << 32 | row->stratum;
	count(eh_table_at(&cube->cells, key, EH_CUBE_KEY_WORDS), n, row->favourable);
	cube->n += n;
	return EH_OK;
}

/* ---- measures ---- */

/* Adds n times the value to measure m of every attribute's group. */
static enum eh_rc add_value(struct eh_cube *cube, const struct eh_cube_row *row, uint32_t m, int64_t q, uint64_t n,
                            struct eh_err *err)
{
	EH_ASSERT(q > -EH_FIXED_LIMIT && q < EH_FIXED_LIMIT);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
		uint32_t group = row->group[a];

		eh_cube_make_room(cube, a, group);
		struct eh_cube_moments *to = &cube->wide[a][(size_t)group * cube->measures + m];
		if (is_over(eh_cube_moments_at(cube, a, group, m).n, n))
			return refuse_too_many(err);
		to->n += n;
		to->sum += (__int128)q * (__int128)n;
		to->square += (unsigned __int128)((__int128)q * q) * n;
	}
	return EH_OK;
}

static enum eh_rc add_score(struct eh_cube *cube, const struct eh_cube_row *row, uint64_t n, struct eh_err *err)
{
	int64_t bin = eh_cube_quantise(row->score_q);
	enum eh_rc rc = add_value(cube, row, cube->names->shape.numeric, row->score_q, n, err);

	for (uint32_t a = 0; rc == EH_OK && a < cube->names->shape.attributes; a++)
		*eh_cube_bin_at(&cube->sums[a][row->group[a]].bins, bin) += n;
	return rc;
}

static bool stood_before(const uint32_t *levels, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (levels[j] == levels[i])
			return true;
	return false;
}

static enum eh_rc add_levels(struct eh_cube *cube, const struct eh_cube_row *row, uint32_t f, uint64_t n, struct eh_err *err)
{
	for (uint32_t i = 0; i < row->n_levels[f]; i++) {
		if (stood_before(row->levels[f], i))
			continue;
		for (uint32_t a = 0; a < cube->names->shape.attributes; a++) {
			uint64_t key = eh_cube_level_key(f, a, row->group[a], row->levels[f][i]);
			uint64_t *counts = eh_table_at(&cube->levels, &key, EH_CUBE_LEVEL_WORDS);

			if (is_over(counts[0], n))
				return refuse_too_many(err);
			count(counts, n, row->favourable);
		}
	}
	return EH_OK;
}

enum eh_rc eh_cube_add_measures(struct eh_cube *cube, const struct eh_cube_row *row, uint64_t n, struct eh_err *err)
{
	const struct eh_cube_shape *shape = &cube->names->shape;
	enum eh_rc rc = EH_OK;

	EH_ASSERT(n > 0 && (shape->score || !row->has_score));
	if (row->has_score)
		rc = add_score(cube, row, n, err);
	for (uint32_t f = 0; rc == EH_OK && f < shape->numeric; f++)
		if (row->has_numeric[f])
			rc = add_value(cube, row, f, row->numeric_q[f], n, err);
	for (uint32_t f = 0; rc == EH_OK && f < shape->level; f++)
		rc = add_levels(cube, row, f, n, err);
	return rc;
}
