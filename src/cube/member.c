/*
 * member.c - sums of an attribute whose groups are known by probabilities only (see cube.h).
 *
 * A decision goes into one of a few buckets by its id.  Within a bucket, from the sums of w, w y, w w and w w y the
 * payoffs of all pairs of its decisions follow, with no pair of a decision with itself; and they are sums, so they merge
 * and subtract as everything here does (law 1).
 */
#include <stdlib.h>
#include <string.h>

#include "cube/inside.h"

#define WEIGHT_MAX (EH_CUBE_WEIGHT_UNIT + EH_CUBE_WEIGHT_UNIT / 100) /* probabilities may sum to 1.01 */

bool eh_cube_has_members(const struct eh_cube_shape *shape)
{
	for (uint32_t a = 0; a < shape->attributes; a++)
		if (shape->members[a] > 0)
			return true;
	return false;
}

void eh_cube_members_new(struct eh_cube *cube)
{
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		if (cube->names->shape.members[a] > 0)
			cube->members[a] = eh_xmalloc(EH_CUBE_BUCKETS * sizeof *cube->members[a]);
	eh_cube_members_clear(cube);
}

void eh_cube_members_clear(struct eh_cube *cube)
{
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		if (cube->members[a] != NULL)
			memset(cube->members[a], 0, EH_CUBE_BUCKETS * sizeof *cube->members[a]);
}

static void add_row(struct eh_cube_members *to, const uint32_t *w, uint32_t members, bool favourable)
{
	to->n++;
	to->favourable += favourable;
	for (uint32_t g = 0, pair = 0; g < members; g++) {
		EH_ASSERT(w[g] <= WEIGHT_MAX);
		to->w[g] += w[g];
		to->wy[g] += favourable ? w[g] : 0;
		for (uint32_t h = 0; h <= g; h++, pair++) {
			uint64_t product = (uint64_t)w[g] * w[h] / EH_CUBE_WEIGHT_UNIT;

			to->ww[pair] += product;
			to->wwy[pair] += favourable ? product : 0;
		}
	}
}

void eh_cube_members_add(struct eh_cube *cube, const struct eh_cube_row *row)
{
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		if (cube->members[a] != NULL && row->weight[a] != NULL) {
			EH_ASSERT(row->bucket < EH_CUBE_BUCKETS);
			add_row(&cube->members[a][row->bucket], row->weight[a], cube->names->shape.members[a], row->favourable);
		}
}

/* A bucket's sums one after the other: n, favourable, then w, wy, ww, wwy as far as there are members. */
static uint32_t flatten(const struct eh_cube_members *m, uint32_t members, uint64_t *flat)
{
	uint32_t pairs = members * (members + 1) / 2, n = 0;

	flat[n++] = m->n;
	flat[n++] = m->favourable;
	memcpy(flat + n, m->w, members * sizeof *flat);
	memcpy(flat + n + members, m->wy, members * sizeof *flat);
	n += 2 * members;
	memcpy(flat + n, m->ww, pairs * sizeof *flat);
	memcpy(flat + n + pairs, m->wwy, pairs * sizeof *flat);
	return n + 2 * pairs;
}

#define FLAT_MAX (2 + 2 * EH_CUBE_MAX_MEMBERS + 2 * EH_CUBE_MEMBER_PAIRS)
_Static_assert(sizeof(struct eh_cube_members) == FLAT_MAX * sizeof(uint64_t), "sums of 64 bits, and nothing else");

static void sum(struct eh_cube_members *to, const struct eh_cube_members *more, int sign)
{
	uint64_t *ours = &to->n;
	const uint64_t *theirs = &more->n;

	for (size_t i = 0; i < FLAT_MAX; i++)
		ours[i] += sign > 0 ? theirs[i] : -theirs[i];
}

static void each_bucket(struct eh_cube *cube, const struct eh_cube *other, int sign)
{
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t b = 0; cube->members[a] != NULL && b < EH_CUBE_BUCKETS; b++)
			sum(&cube->members[a][b], &other->members[a][b], sign);
}

void eh_cube_members_merge(struct eh_cube *cube, const struct eh_cube *other)
{
	each_bucket(cube, other, 1);
}

void eh_cube_members_take(struct eh_cube *cube, const struct eh_cube *less)
{
	each_bucket(cube, less, -1);
}

/* Nothing of n is nothing of anything. */
static bool bucket_holds(const struct eh_cube_members *ours, const struct eh_cube_members *less)
{
	const uint64_t *have = &ours->n, *want = &less->n;

	for (size_t i = 0; i < FLAT_MAX; i++)
		if (have[i] < want[i] || (ours->n == less->n && have[i] != want[i]))
			return false;
	return ours->n - less->n >= ours->favourable - less->favourable;
}

bool eh_cube_members_hold(const struct eh_cube *cube, const struct eh_cube *less)
{
	for (uint32_t a = 0; a < cube->names->shape.attributes; a++)
		for (uint32_t b = 0; cube->members[a] != NULL && b < EH_CUBE_BUCKETS; b++)
			if (!bucket_holds(&cube->members[a][b], &less->members[a][b]))
				return false;
	return true;
}

struct eh_cube_members eh_cube_members(const struct eh_cube *cube, uint32_t attribute, uint32_t bucket)
{
	EH_ASSERT(cube->members[attribute] != NULL && bucket < EH_CUBE_BUCKETS);
	return cube->members[attribute][bucket];
}

struct eh_cube_members eh_cube_all_members(const struct eh_cube *cube, uint32_t attribute)
{
	struct eh_cube_members all = {0};

	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++)
		sum(&all, &cube->members[attribute][b], 1);
	return all;
}

/* ---- packed ---- */

/* How many buckets have decisions; of each, how many empty ones lie before it, and its sums. */
void eh_cube_members_put(const struct eh_cube *cube, uint32_t attribute, struct eh_buf *out)
{
	uint32_t used = 0, next = 0;

	if (cube->members[attribute] == NULL)
		return;
	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++)
		used += cube->members[attribute][b].n > 0;
	eh_buf_varint(out, used);
	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++) {
		uint64_t flat[FLAT_MAX];

		if (cube->members[attribute][b].n == 0)
			continue;
		uint32_t n = flatten(&cube->members[attribute][b], cube->names->shape.members[attribute], flat);
		eh_buf_varint(out, b - next);
		for (uint32_t i = 0; i < n; i++)
			eh_buf_varint(out, flat[i]);
		next = b + 1;
	}
}

static bool pairs_make_sense(const struct eh_cube_members *m, uint32_t g)
{
	for (uint32_t h = 0; h <= g; h++) {
		uint32_t pair = eh_cube_member_pair(g, h);
		uint64_t smaller = m->w[g] < m->w[h] ? m->w[g] : m->w[h];

		if (m->wwy[pair] > m->ww[pair] || m->ww[pair] > smaller + smaller / 100 + 1)
			return false;
	}
	return true;
}

static bool makes_sense(const struct eh_cube_members *m, uint32_t members)
{
	if (m->n == 0 || m->favourable > m->n)
		return false;
	for (uint32_t g = 0; g < members; g++)
		if (m->wy[g] > m->w[g] || m->w[g] > m->n * WEIGHT_MAX || m->wy[g] > m->favourable * WEIGHT_MAX ||
		    m->w[g] - m->wy[g] > (m->n - m->favourable) * WEIGHT_MAX || !pairs_make_sense(m, g))
			return false;
	return true;
}

static void read_sums(struct eh_reader *r, struct eh_cube_members *m, uint32_t members)
{
	uint32_t pairs = members * (members + 1) / 2;

	*m = (struct eh_cube_members){0};
	m->n = eh_read_varint(r);
	m->favourable = eh_read_varint(r);
	for (uint32_t g = 0; g < members; g++)
		m->w[g] = eh_read_varint(r);
	for (uint32_t g = 0; g < members; g++)
		m->wy[g] = eh_read_varint(r);
	for (uint32_t i = 0; i < pairs; i++)
		m->ww[i] = eh_read_varint(r);
	for (uint32_t i = 0; i < pairs; i++)
		m->wwy[i] = eh_read_varint(r);
}

const char *eh_cube_members_read(struct eh_reader *r, uint32_t members, uint64_t n, struct eh_cube_members *into)
{
	uint64_t used = eh_read_varint(r), bucket = 0;

	if (used > EH_CUBE_BUCKETS)
		return "has too many buckets";
	for (uint64_t i = 0; i < used && !r->bad; i++) {
		struct eh_cube_members m;
		uint64_t gap = eh_read_varint(r);

		if (gap >= EH_CUBE_BUCKETS - bucket)
			return "has a bucket that there is not";
		bucket += gap;
		read_sums(r, &m, members);
		if (r->bad)
			break;
		if (m.n > n || !makes_sense(&m, members))
			return "has impossible sums of weights";
		n -= m.n;
		if (into != NULL)
			sum(&into[bucket], &m, 1);
		bucket++;
	}
	return NULL;
}
