/*
 * axis.c - see axis.h.
 */
#include "judge/axis.h"

#include <string.h>

#include "base/buf.h"
#include "base/fixed.h"

struct both {
	uint8_t a, b;
	const char *label;
};

struct eh_judge_axis {
	struct eh_arena *home;
	const struct eh_cube_names *names;
	struct eh_judge_axis_of of;
	const struct eh_map_protected *estimated; /* NULL: the groups have labels */
	const char *name, *part, *counted, *reference, *only;
	int64_t cut_bin;   /* the first bin on the upper side */
	bool upper_adverse;
	struct both *both; /* of an intersection: code - 1 */
	uint32_t boths, cap;
	bool *inside; /* of a segment: whether a stratum tuple is of its level */
	uint32_t tuples, room;
};

/* A + in a label would make two pairs read alike. */
static void put_label(struct eh_buf *out, const char *label)
{
	for (; *label != '\0'; label++)
		if (*label == '+' || *label == '%')
			eh_buf_printf(out, "%%%02X", (unsigned)*label);
		else
			eh_buf_putc(out, *label);
}

static const char *join(struct eh_arena *home, const char *a, const char *b)
{
	EH_BUF_AUTO text = {0};

	put_label(&text, a);
	eh_buf_putc(&text, '+');
	put_label(&text, b);
	return eh_arena_strndup(home, text.data, text.len);
}

/* What put_label() made of it, undone. */
static const char *read_label(struct eh_arena *home, const char *at, size_t n)
{
	EH_BUF_AUTO text = {0};

	for (size_t i = 0; i < n; i++) {
		bool plus = n - i > 2 && memcmp(at + i, "%2B", 3) == 0, percent = n - i > 2 && memcmp(at + i, "%25", 3) == 0;

		eh_buf_putc(&text, plus ? '+' : at[i]); /* an escaped % begins with itself */
		i += plus || percent ? 2 : 0;
	}
	return eh_arena_strndup(home, text.len > 0 ? text.data : "", text.len);
}

bool eh_judge_axis_split(struct eh_arena *home, const char *joined, const char *half[2])
{
	const char *plus = strchr(joined, '+');

	if (plus == NULL || strchr(plus + 1, '+') != NULL)
		return false;
	half[0] = read_label(home, joined, (size_t)(plus - joined));
	half[1] = read_label(home, plus + 1, strlen(plus + 1));
	return true;
}

/* The cut in units of the score, which are what the bins hold. */
static void cut(struct eh_judge_axis *axis, const struct eh_map *map)
{
	char text[32];
	__int128 q = axis->of.cut_micro;

	for (int i = 0; i < map->score_scale; i++)
		q *= 10;
	q /= 1000000;
	if (q >= EH_FIXED_LIMIT) /* a cut meant for other sources, whose scores are larger: none of these reaches it, or all do */
		axis->cut_bin = INT64_MAX;
	else
		axis->cut_bin = q > -EH_FIXED_LIMIT ? eh_cube_quantise((int64_t)q) : INT64_MIN;
	axis->upper_adverse = map->higher_is == EH_MAP_HIGHER_ADVERSE;
	eh_fixed_format(axis->of.cut_micro, 6, text);
	axis->part = eh_arena_printf(axis->home, "score>=%s", text);
	axis->counted = eh_arena_printf(axis->home, "scored %s or more", text);
}

struct eh_judge_axis *eh_judge_axis_new(struct eh_arena *home, const struct eh_map *map, const struct eh_cube_names *names,
                                        const struct eh_judge_axis_of *of)
{
	struct eh_judge_axis *axis = eh_arena_zalloc(home, 1, sizeof *axis);
	const struct eh_map_protected *a = &map->protect[of->attribute];

	*axis = (struct eh_judge_axis){.home = home, .names = names, .of = *of, .name = a->name, .reference = a->reference};
	if (a->proxy != NULL)
		axis->estimated = a;
	EH_ASSERT(axis->estimated == NULL || (of->other < 0 && of->stratum < 0 && !of->score));
	if (of->other >= 0) {
		const struct eh_map_protected *b = &map->protect[of->other];

		axis->name = join(home, a->name, b->name);
		axis->reference = join(home, a->reference, b->reference);
	}
	if (of->stratum >= 0) {
		axis->of.level = eh_arena_strdup(home, of->level);
		axis->part = eh_arena_printf(home, "%s=%s", map->strata[of->stratum].name, of->level);
	}
	if (of->against != NULL) {
		axis->of.against = axis->reference = eh_arena_strdup(home, of->against);
		axis->only = a->reference;
		axis->part = eh_arena_printf(home, "against=%s", of->against);
	}
	if (of->score)
		cut(axis, map);
	return axis;
}

const struct eh_judge_axis_of *eh_judge_axis_is(const struct eh_judge_axis *axis)
{
	return &axis->of;
}

const char *eh_judge_axis_name(const struct eh_judge_axis *axis)
{
	return axis->name;
}

const char *eh_judge_axis_part(const struct eh_judge_axis *axis)
{
	return axis->part;
}

const char *eh_judge_axis_counted(const struct eh_judge_axis *axis)
{
	return axis->counted;
}

bool eh_judge_axis_is_part(const struct eh_judge_axis *axis)
{
	return axis->of.stratum >= 0 || axis->of.score;
}

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int eh_judge_axis_compare(const struct eh_judge_axis_of *a, const struct eh_judge_axis_of *b)
{
	int by = order(a->stratum >= 0 || a->score, b->stratum >= 0 || b->score);

	if (by == 0)
		by = order(a->against != NULL, b->against != NULL);
	if (by == 0)
		by = order(a->other >= 0, b->other >= 0);
	if (by == 0)
		by = order(a->attribute, b->attribute);
	if (by == 0)
		by = order(a->other, b->other);
	if (by == 0)
		by = order(a->stratum, b->stratum);
	if (by == 0 && a->against != NULL)
		by = strcmp(a->against, b->against);
	if (by == 0 && a->stratum >= 0)
		by = strcmp(a->level, b->level);
	return by != 0 ? by : order(a->score ? a->cut_micro : INT64_MIN, b->score ? b->cut_micro : INT64_MIN);
}

const char *eh_judge_axis_only(const struct eh_judge_axis *axis)
{
	return axis->only;
}

const char *eh_judge_axis_reference(const struct eh_judge_axis *axis)
{
	return axis->reference;
}

static bool is_of_level(const struct eh_judge_axis *axis, uint32_t tuple)
{
	const char *field = eh_cube_tuple_is_other(axis->names, EH_CUBE_STRATUM, tuple)
	                            ? NULL
	                            : eh_cube_tuple_field(axis->names, EH_CUBE_STRATUM, tuple, (uint32_t)axis->of.stratum);

	return field != NULL && strcmp(field, axis->of.level) == 0;
}

/* Each tuple is looked at once. */
static bool is_inside(struct eh_judge_axis *axis, uint32_t tuple)
{
	if (axis->of.stratum < 0)
		return true;
	if (tuple >= axis->tuples) {
		uint32_t have = eh_cube_tuples(axis->names, EH_CUBE_STRATUM);

		EH_ASSERT(tuple < have);
		if (have > axis->room) {
			bool *grown = eh_arena_zalloc(axis->home, 2 * (size_t)have, sizeof *grown);

			if (axis->tuples > 0)
				memcpy(grown, axis->inside, axis->tuples * sizeof *grown);
			axis->inside = grown;
			axis->room = 2 * have;
		}
		for (uint32_t i = axis->tuples; i < have; i++)
			axis->inside[i] = is_of_level(axis, i);
		axis->tuples = have;
	}
	return axis->inside[tuple];
}

static uint32_t code_of_both(struct eh_judge_axis *axis, uint8_t a, uint8_t b)
{
	for (uint32_t i = 0; i < axis->boths; i++)
		if (axis->both[i].a == a && axis->both[i].b == b)
			return i + 1;
	if (axis->boths == axis->cap) {
		axis->cap = axis->cap > 0 ? 2 * axis->cap : 16;
		struct both *grown = eh_arena_zalloc(axis->home, axis->cap, sizeof *grown);

		if (axis->boths > 0)
			memcpy(grown, axis->both, axis->boths * sizeof *grown);
		axis->both = grown;
	}
	axis->both[axis->boths] =
		(struct both){.a = a,
	                      .b = b,
	                      .label = join(axis->home, eh_cube_group_label(axis->names, axis->of.attribute, a),
	                                    eh_cube_group_label(axis->names, (uint32_t)axis->of.other, b))};
	return ++axis->boths;
}

uint32_t eh_judge_axis_code(struct eh_judge_axis *axis, const struct eh_cube_cell *cell)
{
	uint8_t a = cell->group[axis->of.attribute];

	if (!is_inside(axis, cell->stratum))
		return EH_JUDGE_OUTSIDE;
	if (axis->of.other < 0)
		return a;
	uint8_t b = cell->group[axis->of.other];
	return a == 0 || b == 0 ? 0 : code_of_both(axis, a, b);
}

bool eh_judge_axis_is_estimated(const struct eh_judge_axis *axis)
{
	return axis->estimated != NULL;
}

uint32_t eh_judge_axis_groups(const struct eh_judge_axis *axis)
{
	if (axis->estimated != NULL)
		return (uint32_t)axis->estimated->labels_n;
	return axis->of.other < 0 ? eh_cube_groups(axis->names, axis->of.attribute) : axis->boths;
}

const char *eh_judge_axis_label(const struct eh_judge_axis *axis, uint32_t code)
{
	if (axis->estimated != NULL)
		return code == 0 ? NULL : axis->estimated->labels[code - 1];
	if (axis->of.other < 0)
		return eh_cube_group_label(axis->names, axis->of.attribute, code);
	EH_ASSERT(code <= axis->boths);
	return code == 0 ? NULL : axis->both[code - 1].label;
}

uint32_t eh_judge_axis_find(const struct eh_judge_axis *axis, const char *label)
{
	for (uint32_t code = 1; code <= eh_judge_axis_groups(axis); code++)
		if (strcmp(eh_judge_axis_label(axis, code), label) == 0)
			return code;
	return 0;
}

/* ---- counting ---- */

static void add(struct eh_cube_count *to, uint64_t n, uint64_t favourable, bool take)
{
	to->n += take ? -n : n; /* below nothing for the moment, perhaps: a sum does not depend on the order */
	to->favourable += take ? -favourable : favourable;
}

static void count_cells(struct eh_judge_axis *axis, struct eh_judge_table *t, const struct eh_cube *cube,
                        struct eh_judge_projection *projection, bool take)
{
	for (size_t i = 0, n = eh_cube_cells(cube); i < n; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(cube, i);
		uint32_t g = eh_judge_axis_code(axis, &cell);

		if (g == EH_JUDGE_OUTSIDE)
			continue;
		EH_ASSERT(g < t->groups);
		add(&t->by_group[g], cell.n, cell.favourable, take);
		uint32_t s = projection == NULL ? EH_JUDGE_NO_STRATUM : eh_judge_project(projection, &cell);
		if (s != EH_JUDGE_NO_STRATUM)
			add(eh_judge_table_row(t, s) + g, cell.n, cell.favourable, take);
	}
}

/* Those with a score; the adverse side of the cut is adverse, whatever was decided. */
static void count_scores(struct eh_judge_axis *axis, struct eh_judge_table *t, const struct eh_cube *cube, bool take)
{
	EH_ARENA_AUTO scratch = eh_arena_new();

	for (uint32_t g = 0; g < t->groups; g++) {
		size_t bins;
		const struct eh_cube_bin *bin = eh_cube_histogram(cube, axis->of.attribute, g, scratch, &bins);
		uint64_t n = 0, upper = 0;

		for (size_t i = 0; i < bins; i++) {
			n += bin[i].n;
			upper += bin[i].key >= axis->cut_bin ? bin[i].n : 0;
		}
		add(&t->by_group[g], n, axis->upper_adverse ? n - upper : upper, take);
	}
}

/* Sums of weights as whole decisions. */
static uint64_t whole(uint64_t weight)
{
	return (weight + EH_CUBE_WEIGHT_UNIT / 2) / EH_CUBE_WEIGHT_UNIT;
}

/* Sums that some decisions could have. */
static bool is_sound(const struct eh_cube_members *m)
{
	bool sound = m->favourable <= m->n;

	for (uint32_t g = 0; g < EH_CUBE_MAX_MEMBERS; g++)
		sound &= m->wy[g] <= m->w[g];
	for (uint32_t pair = 0; pair < EH_CUBE_MEMBER_PAIRS; pair++)
		sound &= m->wwy[pair] <= m->ww[pair];
	return sound;
}

/* A bucket of which more was taken off than came is nothing; so is one of which others were taken off than came, as by
 * the correction of a decision, where what is left is nobody's. */
static void take_bucket(struct eh_cube_members *from, const struct eh_cube_members *less)
{
	uint64_t *ours = &from->n;
	const uint64_t *theirs = &less->n;
	bool held = true;

	for (size_t i = 0; i < sizeof *from / sizeof *ours; i++)
		held &= ours[i] >= theirs[i];
	for (size_t i = 0; i < sizeof *from / sizeof *ours; i++)
		ours[i] = held ? ours[i] - theirs[i] : 0;
	if (!is_sound(from))
		*from = (struct eh_cube_members){0};
}

static void count_members(const struct eh_judge_axis *axis, struct eh_judge_table *t, const struct eh_cube *cube,
                          const struct eh_cube *taken)
{
	struct eh_cube_count all;
	uint64_t known = 0, favourable = 0, w[EH_CUBE_MAX_MEMBERS] = {0}, wy[EH_CUBE_MAX_MEMBERS] = {0};

	if (t->members == NULL)
		t->members = eh_xmalloc(EH_CUBE_BUCKETS * sizeof *t->members);
	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++) {
		struct eh_cube_members *m = &t->members[b];

		*m = eh_cube_members(cube, axis->of.attribute, b);
		if (taken != NULL) {
			struct eh_cube_members less = eh_cube_members(taken, axis->of.attribute, b);

			take_bucket(m, &less);
		}
		known += m->n;
		favourable += m->favourable;
		for (uint32_t g = 0; g < axis->estimated->labels_n; g++) {
			w[g] += m->w[g];
			wy[g] += m->wy[g];
		}
	}
	for (uint32_t g = 0; g < axis->estimated->labels_n; g++)
		t->by_group[g + 1] = (struct eh_cube_count){whole(w[g]), whole(wy[g])};
	eh_cube_by_group(cube, axis->of.attribute, &all); /* nobody has a label */
	t->by_group[0] = (struct eh_cube_count){all.n > known ? all.n - known : 0, all.favourable > favourable ? all.favourable - favourable : 0};
}

/* Codes of an intersection are made before the table has its width. */
static void meet(struct eh_judge_axis *axis, const struct eh_cube *cube)
{
	for (size_t i = 0, n = eh_cube_cells(cube); axis->of.other >= 0 && i < n; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(cube, i);

		(void)eh_judge_axis_code(axis, &cell);
	}
}

static void count(struct eh_judge_axis *axis, struct eh_judge_table *t, const struct eh_cube *cube,
                  struct eh_judge_projection *projection, bool take)
{
	if (axis->of.score)
		count_scores(axis, t, cube, take);
	else
		count_cells(axis, t, cube, projection, take);
}

void eh_judge_axis_fill(struct eh_judge_axis *axis, struct eh_judge_table *t, const struct eh_cube *cube,
                        const struct eh_cube *taken, struct eh_judge_projection *projection)
{
	meet(axis, cube);
	if (taken != NULL)
		meet(axis, taken);
	eh_judge_table_begin(t, eh_judge_axis_groups(axis) + 1);
	if (axis->estimated != NULL) {
		count_members(axis, t, cube, taken);
		return;
	}
	count(axis, t, cube, projection, false);
	if (taken == NULL)
		return;
	count(axis, t, taken, projection, true);
	eh_judge_table_settle(t);
}

void eh_judge_axis_move(struct eh_judge_axis *axis, struct eh_judge_table *t, const struct eh_cube *cube,
                        struct eh_judge_projection *projection, bool take)
{
	meet(axis, cube);
	eh_judge_table_widen(t, eh_judge_axis_groups(axis) + 1);
	count(axis, t, cube, projection, take);
}
