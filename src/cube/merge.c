/*
 * merge.c - cubes added to cubes and taken away again (see cube.h).
 *
 * Both are exact because all is whole numbers; subtraction looks at everything
 * before it takes anything, so that a refusal leaves the cube as it was.
 */
#include "cube/inside.h"

/* ---- merge ---- */

/* The wide sums of measure m: what is in the lanes stays there. */
static struct eh_cube_moments *wide_of(struct eh_cube *cube, uint32_t a, uint32_t g, uint32_t m)
{
	return &cube->wide[a][(size_t)g * cube->measures + m];
}

static void add_moments(struct eh_cube_moments *m, struct eh_cube_moments more)
{
	m->n += more.n;
	m->sum += more.sum;
	m->square += more.square;
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

	eh_cube_make_room(cube, a, g);
	struct eh_cube_sums *ours = &cube->sums[a][g];
	ours->count.n += theirs->count.n;
	ours->count.favourable += theirs->count.favourable;
	add_bins(&ours->bins, &theirs->bins);
	for (uint32_t m = 0; m < cube->measures; m++)
		add_moments(wide_of(cube, a, g, m), eh_cube_moments_at(other, a, g, m));
}

enum eh_rc eh_cube_merge(struct eh_cube *cube, const struct eh_cube *other, struct eh_err *err)
{
	EH_ASSERT(cube != other && cube->names == other->names);
	if (other->n > EH_CUBE_MAX_ROWS - cube->n)
		return eh_fail(err, EH_REFUSED, "a sum over more than 2^33 decisions");
	add_table(&cube->cells, &other->cells);
	add_table(&cube->levels, &other->levels);
	if (cube->names->shape.outcome)
		add_table(&cube->outcomes, &other->outcomes);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < other->groups[a]; g++)
			if (other->sums[a][g].count.n > 0)
				add_sums(cube, other, a, g);
	eh_cube_members_merge(cube, other);
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

static bool fates_hold(const struct eh_cube_fates *ours, const struct eh_cube_fates *less)
{
	return ours->missing >= less->missing && ours->benign >= less->benign && ours->adverse >= less->adverse;
}

static bool outcomes_hold(const struct eh_cube *cube, const struct eh_cube *less)
{
	for (uint32_t i = 0; i < less->cells.n; i++) {
		struct eh_cube_outcomes theirs = eh_cube_outcomes_at(less, i);
		struct eh_cube_outcomes ours = eh_cube_outcomes_of(cube, eh_table_entry(&less->cells, i));

		if (!fates_hold(&ours.of[0], &theirs.of[0]) || !fates_hold(&ours.of[1], &theirs.of[1]))
			return false;
	}
	return true;
}

/* Nothing of n is nothing of anything. */
static bool moments_hold(struct eh_cube_moments m, struct eh_cube_moments less)
{
	if (m.n < less.n || m.square < less.square)
		return false;
	return m.n > less.n || (m.sum == less.sum && m.square == less.square);
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
	if (g >= cube->groups[a])
		return false;
	const struct eh_cube_sums *ours = &cube->sums[a][g], *theirs = &other->sums[a][g];
	if (ours->count.n < theirs->count.n || ours->count.favourable < theirs->count.favourable)
		return false;
	if (!bins_hold(&ours->bins, &theirs->bins))
		return false;
	for (uint32_t m = 0; m < cube->measures; m++)
		if (!moments_hold(eh_cube_moments_at(cube, a, g, m), eh_cube_moments_at(other, a, g, m)))
			return false;
	return true;
}

static bool holds(const struct eh_cube *cube, const struct eh_cube *other)
{
	if (cube->n < other->n || !table_holds(&cube->cells, &other->cells) ||
	    !table_holds(&cube->levels, &other->levels))
		return false;
	if (cube->names->shape.outcome && !outcomes_hold(cube, other))
		return false;
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < other->groups[a]; g++)
			if (other->sums[a][g].count.n > 0 && !sums_hold(cube, other, a, g))
				return false;
	return eh_cube_members_hold(cube, other);
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

/* The wide sums may fall below nothing here: only together with the lanes they mean something. */
static void take_moments(struct eh_cube_moments *m, struct eh_cube_moments less)
{
	m->n -= less.n;
	m->sum -= less.sum;
	m->square -= less.square;
}

static void take_sums(struct eh_cube *cube, const struct eh_cube *other, uint32_t a, uint32_t g)
{
	struct eh_cube_sums *ours = &cube->sums[a][g];
	const struct eh_cube_sums *theirs = &other->sums[a][g];

	ours->count.n -= theirs->count.n;
	ours->count.favourable -= theirs->count.favourable;
	for (uint32_t i = 0; i < theirs->bins.n; i++)
		if (theirs->bins.count[i] > 0)
			ours->bins.count[theirs->bins.low + i - ours->bins.low] -= theirs->bins.count[i];
	for (uint32_t m = 0; m < cube->measures; m++)
		take_moments(wide_of(cube, a, g, m), eh_cube_moments_at(other, a, g, m));
}

enum eh_rc eh_cube_subtract(struct eh_cube *cube, const struct eh_cube *other, struct eh_err *err)
{
	EH_ASSERT(cube != other && cube->names == other->names);
	if (!holds(cube, other))
		return eh_fail(err, EH_REFUSED, "a cube of %llu decisions does not hold the %llu to be taken away",
		               (unsigned long long)cube->n, (unsigned long long)other->n);
	take_table(&cube->cells, &other->cells);
	take_table(&cube->levels, &other->levels);
	if (cube->names->shape.outcome)
		take_table(&cube->outcomes, &other->outcomes);
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t g = 0; g < other->groups[a]; g++)
			if (other->sums[a][g].count.n > 0)
				take_sums(cube, other, a, g);
	eh_cube_members_take(cube, other);
	cube->n -= other->n;
	return EH_OK;
}
