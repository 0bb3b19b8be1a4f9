/*
 * block_read.c - reading the packed form of a cube, as block.c lays it down.
 *
 * A block may come from a disk or a network that somebody else had: it is read
 * twice, first only checked and then counted in, by the same code, so that a bad one
 * leaves no trace.  What is checked is that the form is the canonical one, and that
 * the parts agree: every text occurs, every attribute's groups have as many scores,
 * no group has more of anything than it has decisions.
 */
#include <string.h>

#include "base/fixed.h"
#include "cube/inside.h"

struct block {
	struct eh_reader r;
	const char *wrong; /* the first fault, where it is not just a bad or missing number */
	struct eh_cube_names *names;
	struct eh_cube_workshop *shop;
	struct eh_cube *into; /* NULL: only checked */
	uint64_t n;
	uint32_t labels[EH_CUBE_MAX_ATTRIBUTES];
	uint32_t tuples[2];
	uint32_t levels[EH_CUBE_MAX_FEATURES];
	uint32_t first_level[EH_CUBE_MAX_FEATURES]; /* in shop->level */
};

static void fault(struct block *b, const char *what)
{
	if (!b->r.bad)
		b->wrong = what;
	b->r.bad = true;
}

static inline uint64_t take(struct block *b)
{
	struct eh_reader *r = &b->r;

	if (!r->bad && r->at < r->end && *r->at < 0x80)
		return *r->at++;
	return eh_read_varint(r);
}

/* How many things follow, each of at least `bytes` bytes. */
static uint32_t take_number(struct block *b, size_t bytes)
{
	uint64_t n = take(b);

	if (n > (uint64_t)(b->r.end - b->r.at) / bytes || n > UINT32_MAX / 64)
		fault(b, "has more parts than bytes");
	return b->r.bad ? 0 : (uint32_t)n;
}

struct eh_text eh_cube_take_text(struct eh_reader *r, struct eh_text before)
{
	struct eh_text text;

	text.at = eh_read_lenstr(r, &text.n);
	if (r->bad || before.at == NULL)
		return text;
	int c = memcmp(before.at, text.at, before.n < text.n ? before.n : text.n);
	r->bad = c > 0 || (c == 0 && before.n >= text.n);
	return text;
}

static void read_shape(struct block *b)
{
	const struct eh_cube_shape *shape = &b->names->shape;

	if (take(b) != eh_cube_block_version(shape))
		fault(b, "is of another version");
	bool same = take(b) == shape->attributes;
	same = take(b) == shape->strata && same;
	same = take(b) == shape->roles && same;
	same = take(b) == shape->numeric && same;
	same = take(b) == shape->level && same;
	same = take(b) == shape->score && same;
	if (!same)
		fault(b, "is of another shape");
}

static void read_labels(struct block *b, uint32_t a)
{
	struct eh_text label = {0};

	b->labels[a] = take_number(b, 1);
	if (b->labels[a] > EH_CUBE_MAX_GROUPS) {
		fault(b, "has too many labels");
		b->labels[a] = 0;
	}
	b->shop->group_code[a][0] = 0;
	memset(b->shop->count[a], 0, (b->labels[a] + 1) * sizeof b->shop->count[a][0]);
	for (uint32_t i = 1; i <= b->labels[a] && !b->r.bad; i++) {
		label = eh_cube_take_text(&b->r, label);
		if (b->into != NULL)
			b->shop->group_code[a][i] = eh_cube_group(b->names, a, label);
	}
}

/* In shop->tuple stands, by local code: whether it occurred (checking), its code (counting). */
static void read_tuples(struct block *b, enum eh_cube_tuple kind)
{
	uint32_t n = b->tuples[kind] = take_number(b, 1);
	uint32_t *code = eh_cube_span(b->names, &b->shop->tuple[kind], n, sizeof *code);
	struct eh_text text = {0};

	memset(code, 0, n * sizeof *code);
	for (uint32_t i = 0; i < n && !b->r.bad; i++) {
		text = eh_cube_take_text(&b->r, text);
		if (!b->r.bad && !eh_cube_tuple_is_packed(b->names, kind, text.at, text.n))
			fault(b, "has a malformed tuple");
		else if (b->into != NULL)
			code[i] = eh_cube_tuple_of_packed(b->names, kind, text.at, text.n);
	}
}

/* The next key: it comes after the one in `key`, or is the first. */
static void take_key(struct block *b, uint32_t *key, uint32_t fields, bool first)
{
	uint64_t shared = take(b);

	if (shared >= fields || (first && shared != 0)) {
		fault(b, "has a malformed key");
		return;
	}
	uint64_t value = take(b), before = first ? 0 : (uint64_t)key[shared] + 1;
	for (uint32_t f = (uint32_t)shared; f < fields; f++) {
		if (value > UINT32_MAX - before) {
			fault(b, "has a malformed key");
			return;
		}
		key[f] = (uint32_t)(value + before);
		before = 0;
		if (f + 1 < fields)
			value = take(b);
	}
}

static struct eh_cube_count take_count(struct block *b)
{
	struct eh_cube_count c;

	c.n = take(b);
	c.favourable = take(b);
	if (c.n == 0 || c.favourable > c.n)
		fault(b, "has an impossible count");
	return c;
}

/* What is known of the outcomes of as many decisions. */
static struct eh_cube_outcomes take_outcomes(struct block *b, struct eh_cube_count c)
{
	uint64_t known = take(b), favourable = known > 0 ? take(b) : 0;
	uint64_t of_favourable = known > 0 ? take(b) : 0, of_others = known > 0 ? take(b) : 0;

	if (known > c.n || favourable > known || favourable > c.favourable || known - favourable > c.n - c.favourable ||
	    of_favourable > favourable || of_others > known - favourable) {
		fault(b, "has impossible outcomes");
		return (struct eh_cube_outcomes){0};
	}
	return (struct eh_cube_outcomes){{{.benign = known - favourable - of_others, .adverse = of_others},
	                                  {.benign = favourable - of_favourable, .adverse = of_favourable}}};
}

/* ---- cells ---- */

static bool cell_key_fits(const struct block *b, const uint32_t *key)
{
	uint32_t attributes = b->names->shape.attributes;

	for (uint32_t a = 0; a < attributes; a++)
		if (key[a] > b->labels[a])
			return false;
	return key[attributes] < b->tuples[EH_CUBE_STRATUM] && key[attributes + 1] < b->tuples[EH_CUBE_LINEAGE];
}

static void count_cell(struct block *b, const uint32_t *local, struct eh_cube_count c, const struct eh_cube_outcomes *o)
{
	uint32_t attributes = b->names->shape.attributes;
	const uint32_t *stratum = b->shop->tuple[EH_CUBE_STRATUM].at, *lineage = b->shop->tuple[EH_CUBE_LINEAGE].at;
	uint64_t key[EH_CUBE_KEY_WORDS] = {0};
	uint8_t *group = (uint8_t *)key;

	for (uint32_t a = 0; a < attributes; a++)
		group[a] = b->shop->group_code[a][local[a]];
	key[EH_CUBE_KEY_WORDS - 1] = (uint64_t)lineage[local[attributes + 1]] << 32 | stratum[local[attributes]];
	uint64_t *counts = eh_table_at(&b->into->cells, key, EH_CUBE_KEY_WORDS);
	counts[0] += c.n;
	counts[1] += c.favourable;
	if (b->names->shape.outcome)
		eh_cube_add_outcomes(b->into, key, o);
}

static void tally_cell(struct block *b, const uint32_t *local, struct eh_cube_count c)
{
	if (c.n > EH_CUBE_MAX_ROWS - b->n) {
		fault(b, "counts more than 2^33 decisions");
		return;
	}
	b->n += c.n;
	for (uint32_t a = 0; a < b->names->shape.attributes; a++) {
		b->shop->count[a][local[a]].n += c.n;
		b->shop->count[a][local[a]].favourable += c.favourable;
	}
}

static void mark_cell(struct block *b, const uint32_t *local)
{
	uint32_t attributes = b->names->shape.attributes;
	uint32_t *stratum = b->shop->tuple[EH_CUBE_STRATUM].at, *lineage = b->shop->tuple[EH_CUBE_LINEAGE].at;

	stratum[local[attributes]] = lineage[local[attributes + 1]] = 1;
}

static bool all_set(const uint32_t *set, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!set[i])
			return false;
	return true;
}

static void check_all_occur(struct block *b)
{
	bool all = true;

	for (int kind = 0; kind < 2; kind++)
		all = all && all_set(b->shop->tuple[kind].at, b->tuples[kind]);
	for (uint32_t a = 0; a < b->names->shape.attributes; a++)
		for (uint32_t g = 1; g <= b->labels[a]; g++)
			all = all && b->shop->count[a][g].n > 0;
	if (!all)
		fault(b, "names what does not occur");
}

static void read_cells(struct block *b)
{
	uint32_t key[EH_CUBE_MAX_FIELDS] = {0};
	uint32_t fields = b->names->shape.attributes + 2, n = take_number(b, 4);

	for (uint32_t i = 0; i < n && !b->r.bad; i++) {
		take_key(b, key, fields, i == 0);
		struct eh_cube_count c = take_count(b);
		struct eh_cube_outcomes o = {0};
		if (b->names->shape.outcome)
			o = take_outcomes(b, c);
		if (!b->r.bad && !cell_key_fits(b, key))
			fault(b, "has a cell outside its texts");
		if (b->r.bad)
			return;
		tally_cell(b, key, c);
		if (b->into != NULL)
			count_cell(b, key, c, &o);
		else
			mark_cell(b, key);
	}
	if (b->into == NULL && !b->r.bad)
		check_all_occur(b);
}

static void count_groups(struct block *b, uint32_t a)
{
	for (uint32_t g = 0; g <= b->labels[a]; g++) {
		uint32_t code = b->shop->group_code[a][g];

		eh_cube_make_room(b->into, a, code);
		b->into->sums[a][code].count.n += b->shop->count[a][g].n;
		b->into->sums[a][code].count.favourable += b->shop->count[a][g].favourable;
	}
}

/* ---- moments ---- */

static struct eh_cube_moments take_moments(struct block *b, uint64_t most)
{
	const unsigned __int128 limit = EH_FIXED_LIMIT - 1;
	struct eh_cube_moments m = {.n = take(b)};

	if (m.n > most)
		fault(b, "has more values than decisions");
	if (m.n == 0 || b->r.bad)
		return (struct eh_cube_moments){0};
	m.sum = eh_read_zigzag128(&b->r);
	m.square = eh_read_varint128(&b->r);
	unsigned __int128 size = m.sum < 0 ? -(unsigned __int128)m.sum : (unsigned __int128)m.sum;
	if (size > limit * m.n || m.square > limit * limit * m.n)
		fault(b, "has an impossible sum");
	return m;
}

static void add_moments(struct eh_cube_moments *to, const struct eh_cube_moments *m)
{
	to->n += m->n;
	to->sum += m->sum;
	to->square += m->square;
}

static void read_bins(struct block *b, struct eh_cube_bins *into, uint64_t total)
{
	const int64_t last = eh_cube_quantise(EH_FIXED_LIMIT - 1);
	uint32_t n = take_number(b, 2);
	int64_t key = 0;

	for (uint32_t i = 0; i < n && !b->r.bad; i++) {
		uint64_t step = i == 0 ? 0 : take(b);

		if (i == 0)
			key = eh_read_zigzag(&b->r);
		if (key < -last || key > last || step > 2 * (uint64_t)last) {
			fault(b, "has a bin outside the scale");
			return;
		}
		key += i == 0 ? 0 : (int64_t)step + 1;
		uint64_t count = take(b);
		if (key > last || count == 0 || count > total) {
			fault(b, "has an impossible bin");
			return;
		}
		total -= count;
		if (into != NULL)
			*eh_cube_bin_at(into, key) += count;
	}
	if (total != 0)
		fault(b, "has bins that do not add up");
}

/* Measure m of all groups of all attributes; each attribute splits the same values. */
static void read_measure(struct block *b, uint32_t m, bool bins)
{
	struct eh_cube_moments first = {0};

	for (uint32_t a = 0; a < b->names->shape.attributes; a++) {
		struct eh_cube_moments all = {0};

		for (uint32_t g = 0; g <= b->labels[a] && !b->r.bad; g++) {
			struct eh_cube_moments part = take_moments(b, b->shop->count[a][g].n);
			uint32_t code = b->shop->group_code[a][g];

			if (part.n == 0)
				continue;
			add_moments(&all, &part);
			if (b->into != NULL)
				add_moments(&b->into->wide[a][(size_t)code * b->into->measures + m], &part);
			if (bins)
				read_bins(b, b->into != NULL ? &b->into->sums[a][code].bins : NULL, part.n);
		}
		if (a == 0)
			first = all;
		else if (all.n != first.n || all.sum != first.sum || all.square != first.square)
			fault(b, "has attributes that split different values");
	}
}

/* ---- levels ---- */

static void read_levels(struct block *b)
{
	uint32_t all = 0;
	const uint8_t *start = b->r.at;

	/* Each level takes at least a byte, so this much room is enough for all features. */
	uint32_t *code = eh_cube_span(b->names, &b->shop->level, (size_t)(b->r.end - start), sizeof *code);
	for (uint32_t f = 0; f < b->names->shape.level && !b->r.bad; f++) {
		struct eh_text text = {0};

		b->first_level[f] = all;
		b->levels[f] = take_number(b, 1);
		for (uint32_t i = 0; i < b->levels[f] && !b->r.bad; i++) {
			text = eh_cube_take_text(&b->r, text);
			if (!b->r.bad)
				code[all++] = b->into != NULL ? eh_cube_level(b->names, f, text) : 0;
		}
	}
}

static bool level_key_fits(const struct block *b, const uint32_t *key)
{
	return key[0] < b->names->shape.level && key[1] < b->levels[key[0]] && key[2] < b->names->shape.attributes &&
	       key[3] <= b->labels[key[2]];
}

static void count_level(struct block *b, const uint32_t *key, struct eh_cube_count c)
{
	const uint32_t *code = b->shop->level.at;
	uint64_t word = eh_cube_level_key(key[0], key[2], b->shop->group_code[key[2]][key[3]],
	                                  code[b->first_level[key[0]] + key[1]]);
	uint64_t *counts = eh_table_at(&b->into->levels, &word, EH_CUBE_LEVEL_WORDS);

	counts[0] += c.n;
	counts[1] += c.favourable;
}

static void check_level(struct block *b, const uint32_t *key, struct eh_cube_count c)
{
	const struct eh_cube_count *all = &b->shop->count[key[2]][key[3]];
	uint32_t *occurs = b->shop->level.at;

	if (c.n > all->n || c.favourable > all->favourable || c.n - c.favourable > all->n - all->favourable)
		fault(b, "has more of a level than decisions");
	occurs[b->first_level[key[0]] + key[1]] = 1;
}

static void read_level_entries(struct block *b)
{
	uint32_t key[EH_CUBE_LEVEL_FIELDS] = {0};
	uint32_t n = take_number(b, 4), features = b->names->shape.level;

	for (uint32_t i = 0; i < n && !b->r.bad; i++) {
		take_key(b, key, EH_CUBE_LEVEL_FIELDS, i == 0);
		struct eh_cube_count c = take_count(b);
		if (!b->r.bad && !level_key_fits(b, key))
			fault(b, "has a level entry outside its texts");
		if (b->r.bad)
			return;
		if (b->into != NULL)
			count_level(b, key, c);
		else
			check_level(b, key, c);
	}
	for (uint32_t f = 0; f < features && b->into == NULL && !b->r.bad; f++)
		if (!all_set((const uint32_t *)b->shop->level.at + b->first_level[f], b->levels[f]))
			fault(b, "names what does not occur");
}

/* ---- groups known by probabilities ---- */

static void read_members(struct block *b, uint32_t a)
{
	uint32_t members = b->names->shape.members[a];
	const char *wrong = members == 0 ? NULL : eh_cube_members_read(&b->r, members, b->n, b->into != NULL ? b->into->members[a] : NULL);

	if (wrong != NULL)
		fault(b, wrong);
}

/* ---- the whole ---- */

static void read_block(struct block *b)
{
	const struct eh_cube_shape *shape = &b->names->shape;

	read_shape(b);
	for (uint32_t a = 0; a < shape->attributes && !b->r.bad; a++)
		read_labels(b, a);
	if (!b->r.bad)
		read_tuples(b, EH_CUBE_STRATUM);
	if (!b->r.bad)
		read_tuples(b, EH_CUBE_LINEAGE);
	if (!b->r.bad)
		read_cells(b);
	for (uint32_t a = 0; a < shape->attributes && b->into != NULL; a++)
		count_groups(b, a);
	if (shape->score && !b->r.bad)
		read_measure(b, shape->numeric, true);
	for (uint32_t f = 0; f < shape->numeric && !b->r.bad; f++)
		read_measure(b, f, false);
	if (!b->r.bad)
		read_levels(b);
	if (!b->r.bad)
		read_level_entries(b);
	for (uint32_t a = 0; a < shape->attributes && !b->r.bad; a++)
		read_members(b, a);
	if (!b->r.bad && b->r.at != b->r.end)
		fault(b, "goes on after its end");
}

enum eh_rc eh_cube_decode(struct eh_cube *cube, const void *block, size_t len, struct eh_err *err)
{
	const unsigned char *at = block;
	struct eh_reader start = {.at = at, .end = at + len};
	struct block b = {.r = start, .names = cube->names, .shop = eh_cube_workshop(cube->names)};

	read_block(&b);
	if (b.r.bad)
		return eh_fail(err, EH_BAD_INPUT, "a packed cube of %zu bytes %s (at byte %zu)", len,
		               b.wrong != NULL ? b.wrong : "ends early, or a number or text is out of form",
		               (size_t)(b.r.at - at));
	if (b.n > EH_CUBE_MAX_ROWS - cube->n)
		return eh_fail(err, EH_REFUSED, "a sum over more than 2^33 decisions");
	b.r = start;
	b.n = 0;
	b.into = cube;
	read_block(&b);
	EH_ASSERT(!b.r.bad);
	cube->n += b.n;
	return EH_OK;
}
