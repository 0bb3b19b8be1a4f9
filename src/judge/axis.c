/*
 * axis.c - see axis.h.
 */
#include "judge/axis.h"

#include <string.h>

#include "base/buf.h"

struct both {
	uint8_t a, b;
	const char *label;
};

struct eh_judge_axis {
	struct eh_arena *home;
	const struct eh_cube_names *names;
	struct eh_judge_axis_of of;
	const char *name, *segment, *reference;
	struct both *both; /* of an intersection: code - 1 */
	uint32_t boths, cap;
	bool *inside; /* of a segment: whether a stratum tuple is of its level */
	uint32_t tuples;
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

struct eh_judge_axis *eh_judge_axis_new(struct eh_arena *home, const struct eh_map *map, const struct eh_cube_names *names,
                                        const struct eh_judge_axis_of *of)
{
	struct eh_judge_axis *axis = eh_arena_zalloc(home, 1, sizeof *axis);
	const struct eh_map_protected *a = &map->protect[of->attribute];

	*axis = (struct eh_judge_axis){.home = home, .names = names, .of = *of, .name = a->name, .reference = a->reference};
	if (of->other >= 0) {
		const struct eh_map_protected *b = &map->protect[of->other];

		axis->name = join(home, a->name, b->name);
		axis->reference = join(home, a->reference, b->reference);
	}
	if (of->stratum >= 0) {
		axis->of.level = eh_arena_strdup(home, of->level);
		axis->segment = eh_arena_printf(home, "%s=%s", map->strata[of->stratum].name, of->level);
	}
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

const char *eh_judge_axis_segment(const struct eh_judge_axis *axis)
{
	return axis->segment;
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
		uint32_t have = eh_cube_tuples(axis->names, EH_CUBE_STRATUM), want = 2 * (have > tuple ? have : tuple + 1);
		bool *grown = eh_arena_zalloc(axis->home, want, sizeof *grown);

		if (axis->tuples > 0)
			memcpy(grown, axis->inside, axis->tuples * sizeof *grown);
		for (uint32_t i = axis->tuples; i < have; i++)
			grown[i] = is_of_level(axis, i);
		axis->inside = grown;
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

uint32_t eh_judge_axis_groups(const struct eh_judge_axis *axis)
{
	return axis->of.other < 0 ? eh_cube_groups(axis->names, axis->of.attribute) : axis->boths;
}

const char *eh_judge_axis_label(const struct eh_judge_axis *axis, uint32_t code)
{
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
