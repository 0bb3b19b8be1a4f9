/*
 * lookout.c - see lookout.h: the sums, and what a look at their totals shows.
 */
#include "judge/lookout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "source/shape.h"

#define LEAST_BEFORE 200 /* decisions to compare with */
#define PARTS 4 /* of what is usual, a week each: after a fault its end must not look like another */
#define LEAST_PART 30
#define NEARER 1.5
#define FARTHER 2.0
#define LATE_NEARER .02
#define LATE_FARTHER .05
#define UNSEEN_NEARER .05
#define UNSEEN_FARTHER .10
#define VOLUME_LOOKS 4    /* the same weekdays that a day is compared with */
#define LEAST_USUAL 20    /* decisions of such a look; with fewer it may be anything */
#define MANY_USUAL 50

static void add_dimension(struct eh_judge_lookout *l, enum eh_lookout_kind kind, uint32_t field, const char *name)
{
	l->dimension[l->dimensions++] = (struct eh_lookout_dimension){.kind = kind, .field = field, .name = name};
}

struct eh_judge_lookout *eh_judge_lookout_new(struct eh_arena *home, const struct eh_judge_source *s)
{
	static const int base[] = {[EH_PANE_DAY] = 28, [EH_PANE_WEEK] = 12, [EH_PANE_MONTH] = 6};
	static const int lag[] = {[EH_PANE_DAY] = 7, [EH_PANE_WEEK] = 2, [EH_PANE_MONTH] = 1};
	struct eh_judge_lookout *l = eh_arena_zalloc(home, 1, sizeof *l);

	l->source = s;
	l->home = home;
	l->kind = s->pane_kind == EH_PANE_HOUR ? EH_PANE_DAY : s->pane_kind;
	l->look_us = INT64_MIN;
	l->base = base[l->kind];
	l->lag = lag[l->kind];
	l->attribute = eh_arena_zalloc(home, s->shape.attributes, sizeof *l->attribute);
	l->dimension = eh_arena_zalloc(home, s->shape.attributes + s->shape.strata + s->shape.roles, sizeof *l->dimension);
	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		add_dimension(l, EH_LOOKOUT_ATTRIBUTE, a, s->map->protect[a].name);
		eh_judge_jump_init(&l->attribute[a].lacks, true);
		for (int side = 0; side < 2; side++)
			ehs_detector_init(&l->attribute[a].hides[side], .5, &ehs_mixture_1);
	}
	for (uint32_t i = 0; i < s->shape.strata; i++)
		add_dimension(l, EH_LOOKOUT_STRATUM, i, s->map->strata[i].name);
	for (uint32_t i = 0; i < s->shape.roles; i++)
		add_dimension(l, EH_LOOKOUT_ROLE, i, s->map->lineage[eh_source_role(s->map, i)].role);
	l->met = eh_arena_zalloc(home, l->dimensions, sizeof *l->met);
	l->routing = eh_arena_zalloc(home, (size_t)l->dimensions * s->shape.attributes, sizeof(struct eh_routing *));
	for (uint32_t d = 0; d < l->dimensions; d++)
		for (uint32_t a = 0; l->dimension[d].kind == EH_LOOKOUT_ROLE && a < s->shape.attributes; a++)
			l->routing[d * s->shape.attributes + a] = eh_judge_routing_new(home);
	eh_judge_jump_init(&l->more, true);
	eh_judge_jump_init(&l->fewer, false);
	eh_judge_jump_init(&l->later, true);
	eh_judge_jump_init(&l->unseen, false);
	return l;
}

struct eh_routing *eh_judge_lookout_routing(const struct eh_judge_lookout *l, uint32_t d, uint32_t a)
{
	return l->routing[d * l->source->shape.attributes + a];
}

void eh_judge_lookout_free(struct eh_judge_lookout *l)
{
	for (uint32_t d = 0; l != NULL && d < l->dimensions; d++) {
		free(l->dimension[d].value);
		free(l->dimension[d].of);
	}
}

/* ---- sums ---- */

static uint32_t value_of(struct eh_judge_lookout *l, struct eh_lookout_dimension *d, const char *label)
{
	uint32_t attributes = l->source->shape.attributes;

	for (uint32_t v = 0; v < d->values; v++)
		if (strcmp(d->value[v].label, label) == 0)
			return v + 1;
	if (d->values == EH_LOOKOUT_VALUES)
		return 0;
	d->value = eh_xrealloc(d->value, d->values + 1, sizeof *d->value);
	struct eh_lookout_value *v = &d->value[d->values++];
	*v = (struct eh_lookout_value){.label = label};
	eh_judge_jump_init(&v->rose, true);
	eh_judge_jump_init(&v->fell, false);
	if (d->kind == EH_LOOKOUT_ATTRIBUTE) {
		v->missing = eh_arena_zalloc(l->home, attributes, sizeof *v->missing);
		v->lacks = eh_arena_zalloc(l->home, attributes, sizeof *v->lacks);
		for (uint32_t a = 0; a < attributes; a++)
			eh_judge_jump_init(&v->lacks[a], true);
	}
	return d->values;
}

static const char *label_of(const struct eh_judge_lookout *l, const struct eh_lookout_dimension *d, uint32_t code)
{
	const struct eh_cube_names *names = l->source->names;
	enum eh_cube_tuple tuple = d->kind == EH_LOOKOUT_STRATUM ? EH_CUBE_STRATUM : EH_CUBE_LINEAGE;

	if (d->kind == EH_LOOKOUT_ATTRIBUTE)
		return code > 0 ? eh_cube_group_label(names, d->field, code) : NULL;
	return eh_cube_tuple_is_other(names, tuple, code) ? NULL : eh_cube_tuple_field(names, tuple, code, d->field);
}

static uint32_t code_of(const struct eh_lookout_dimension *d, const struct eh_cube_cell *cell)
{
	if (d->kind == EH_LOOKOUT_ATTRIBUTE)
		return cell->group[d->field];
	return d->kind == EH_LOOKOUT_STRATUM ? cell->stratum : cell->lineage;
}

static void make_room(struct eh_lookout_dimension *d, uint32_t code)
{
	uint32_t codes = 2 * code + 8;

	if (code < d->codes)
		return;
	d->of = eh_xrealloc(d->of, codes, sizeof *d->of);
	memset(d->of + d->codes, 0xff, (codes - d->codes) * sizeof *d->of);
	d->codes = codes;
}

struct met {
	const char *label;
	uint32_t code;
};

static int by_label(const void *a, const void *b)
{
	return strcmp(((const struct met *)a)->label, ((const struct met *)b)->label);
}

/* Values that are new with this pane join by label: cells come in the order of a hash table, and what is told of a
 * dimension must not hang on it. */
static void meet(struct eh_judge_lookout *l, struct eh_lookout_dimension *d, const struct eh_cube *pane)
{
	struct met *met = NULL;
	size_t n = 0;

	for (size_t i = 0; i < eh_cube_cells(pane); i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(pane, i);
		uint32_t code = code_of(d, &cell);

		make_room(d, code);
		if (d->of[code] != UINT32_MAX)
			continue;
		const char *label = label_of(l, d, code);
		d->of[code] = 0;
		if (label == NULL)
			continue;
		met = eh_xrealloc(met, n + 1, sizeof *met);
		met[n++] = (struct met){label, code};
	}
	if (n > 1)
		qsort(met, n, sizeof *met, by_label);
	for (size_t i = 0; i < n; i++)
		d->of[met[i].code] = value_of(l, d, met[i].label);
	free(met);
}

/* Whose label is missing in the cell, and by decision; true where some label is there. */
static bool add_labels(struct eh_judge_lookout *l, const struct eh_cube_cell *cell, uint32_t attributes, int slot)
{
	bool seen = false;

	for (uint32_t a = 0; a < attributes; a++) {
		struct eh_lookout_attribute *at = &l->attribute[a];
		uint64_t side[2] = {cell->n - cell->favourable, cell->favourable};
		bool missing = cell->group[a] == 0;

		seen |= !missing;
		at->missing[slot] += missing ? cell->n : 0;
		for (int i = 0; i < 2; i++) {
			at->side[i].n[slot] += side[i];
			at->side[i].missing[slot] += missing ? side[i] : 0;
		}
	}
	return seen;
}

static void add_cell(struct eh_judge_lookout *l, const struct eh_cube_cell *cell, int slot)
{
	uint32_t attributes = l->source->shape.attributes;

	l->n[slot] += cell->n;
	if (add_labels(l, cell, attributes, slot))
		l->monitored[slot] += cell->n;
	for (uint32_t i = 0; i < l->dimensions; i++) {
		struct eh_lookout_dimension *d = &l->dimension[i];
		uint32_t at = d->of[code_of(d, cell)];
		struct eh_lookout_value *v = at > 0 ? &d->value[at - 1] : NULL;

		l->met[i] = at > 0 ? at - 1 : UINT32_MAX;
		if (v == NULL)
			continue;
		d->n[slot] += cell->n;
		for (uint32_t a = 0; d->kind == EH_LOOKOUT_ROLE && a < attributes; a++)
			eh_judge_routing_add(eh_judge_lookout_routing(l, i, a), l->met[i], l->met[a], cell->n);
		v->n[slot] += cell->n;
		for (uint32_t a = 0; v->missing != NULL && a < attributes; a++)
			if (cell->group[a] == 0)
				v->missing[a][slot] += cell->n;
	}
}

static uint64_t less(const struct eh_cube *late, const struct eh_cube *taken)
{
	uint64_t n = late != NULL ? eh_cube_n(late) : 0, off = taken != NULL ? eh_cube_n(taken) : 0;

	return n > off ? n - off : 0;
}

void eh_judge_lookout_add(struct eh_judge_lookout *l, const struct eh_judge_close *close)
{
	if (l->look_us == INT64_MIN) {
		if (close->pane == NULL)
			return;
		l->look_us = eh_pane_start(l->kind, close->last_pane_us);
	}
	int slot = eh_judge_lookout_slot(l);
	for (uint32_t d = 0; close->pane != NULL && d < l->dimensions; d++)
		meet(l, &l->dimension[d], close->pane);
	for (size_t i = 0; close->pane != NULL && i < eh_cube_cells(close->pane); i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(close->pane, i);

		add_cell(l, &cell, slot);
	}
	if (!close->history) {
		uint64_t late = less(close->late, close->late_taken) + less(close->older, close->older_taken);

		l->late[slot] += late;
		l->live[slot] += late + (close->pane != NULL ? eh_cube_n(close->pane) : 0);
	}
}

/* ---- what was usual ---- */

static struct ehs_bin stretch(const struct eh_judge_lookout *l, const uint64_t *x, const uint64_t *n, int first, int last,
                              int by)
{
	struct ehs_bin sum = {0};

	for (int back = first; back <= last && back <= l->no; back += by) {
		size_t slot = (size_t)((l->no - back) % EH_LOOKOUT_LOOKS);

		sum.n += n[slot];
		sum.x += x[slot];
	}
	return sum;
}

static void widen(struct eh_lookout_usual *u, struct ehs_bin part)
{
	double share = (double)part.x / (double)part.n;

	if (part.n < LEAST_PART)
		return;
	u->low = fmin(u->low, share);
	u->high = fmax(u->high, share);
}

struct eh_lookout_usual eh_judge_lookout_usual(const struct eh_judge_lookout *l, const uint64_t *x, const uint64_t *n)
{
	struct eh_lookout_usual u = {.base = stretch(l, x, n, l->lag + 1, l->lag + l->base, 1)};

	u.enough = u.base.n >= LEAST_BEFORE && l->no >= l->lag + l->base / 4;
	if (!u.enough)
		return u;
	u.low = u.high = (double)u.base.x / (double)u.base.n;
	for (int i = 0; i < PARTS; i++) {
		int first = l->lag + 1 + i * l->base / PARTS;

		widen(&u, stretch(l, x, n, first, first + l->base / PARTS - 1, 1));
	}
	if (l->kind == EH_PANE_DAY)
		widen(&u, stretch(l, x, n, 14, 35, 7));
	return u;
}

uint64_t eh_judge_lookout_sum(const struct eh_judge_lookout *l, const uint64_t *x, int looks)
{
	return stretch(l, x, x, 0, looks - 1, 1).x;
}

double eh_judge_lookout_a_year(const struct eh_judge_lookout *l)
{
	return eh_pane_per_year(l->kind);
}

const char *eh_judge_lookout_before(const struct eh_judge_lookout *l)
{
	return l->kind == EH_PANE_DAY ? "28 days" : l->kind == EH_PANE_WEEK ? "12 weeks" : "6 months";
}

/* ---- a look ---- */

static int by_count(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Between the two in the middle of the same weekday of four weeks, or of four looks; 0 where the source is not that old. */
static double usual_n(const struct eh_judge_lookout *l)
{
	uint64_t n[VOLUME_LOOKS];
	int by = l->kind == EH_PANE_DAY ? 7 : 1;

	if (l->no < VOLUME_LOOKS * by)
		return 0;
	for (int i = 0; i < VOLUME_LOOKS; i++)
		n[i] = l->n[(l->no - (i + 1) * by) % EH_LOOKOUT_LOOKS];
	qsort(n, VOLUME_LOOKS, sizeof *n, by_count);
	return ((double)n[1] + (double)n[2]) / 2;
}

/* The most that came in one look of late: a month's first day, or an end of a quarter, comes again. */
static double most_n(const struct eh_judge_lookout *l)
{
	uint64_t most = 0;

	for (int back = 1; back <= l->lag + l->base && back <= l->no; back++) {
		uint64_t n = l->n[(l->no - back) % EH_LOOKOUT_LOOKS];

		most = n > most ? n : most;
	}
	return (double)most;
}

static void look_at_volume(struct eh_judge_lookout *l)
{
	double usual = usual_n(l), line = eh_judge_jump_line(2, eh_judge_lookout_a_year(l));
	uint64_t n = l->n[eh_judge_lookout_slot(l)];

	if (usual < LEAST_USUAL) { /* what was little for a month is usual */
		eh_judge_jump_drop(&l->more);
		eh_judge_jump_drop(&l->fewer);
		return;
	}
	eh_judge_jump_count(&l->more, n, l->more.is ? usual : fmax(usual, most_n(l)), NEARER, FARTHER, l->look_us, line);
	/* Where few come anyway, one day with fewer is a holiday; no ratio is as low as -1. */
	bool again = usual >= MANY_USUAL || (l->fewer.begun && l->fewer.since_us < l->look_us);
	eh_judge_jump_count(&l->fewer, n, usual, 1 / NEARER, again ? 1 / FARTHER : -1, l->look_us, line);
}

static void look_at_late(struct eh_judge_lookout *l)
{
	struct eh_lookout_usual u = eh_judge_lookout_usual(l, l->late, l->live);
	int slot = eh_judge_lookout_slot(l);

	l->later.usual = u.base;
	if (u.enough)
		eh_judge_jump_share(&l->later, (struct ehs_bin){l->live[slot], l->late[slot]}, u.high + LATE_NEARER,
		                    u.high + LATE_FARTHER, l->look_us, eh_judge_jump_line(1, eh_judge_lookout_a_year(l)));
}

bool eh_judge_lookout_covers(const struct eh_judge_lookout *l)
{
	for (uint32_t a = 0; a < l->source->shape.attributes; a++)
		if (l->source->shape.members[a] > 0)
			return false;
	return true;
}

static void look_at_coverage(struct eh_judge_lookout *l)
{
	struct eh_lookout_usual u = eh_judge_lookout_usual(l, l->monitored, l->n);
	int slot = eh_judge_lookout_slot(l);

	l->unseen.usual = u.base;
	if (!eh_judge_lookout_covers(l) || l->source->shape.attributes < 2) /* one: its missing labels, told by themselves */
		return;
	if (u.enough && u.low > 2 * UNSEEN_FARTHER)
		eh_judge_jump_share(&l->unseen, (struct ehs_bin){l->n[slot], l->monitored[slot]}, u.low - UNSEEN_NEARER,
		                    u.low - UNSEEN_FARTHER, l->look_us, eh_judge_jump_line(1, eh_judge_lookout_a_year(l)));
	else
		eh_judge_jump_drop(&l->unseen);
}

void eh_judge_lookout_say(struct eh_judge_lookout *l, enum eh_judge_fault_kind kind, const struct eh_judge_jump *j)
{
	l->is[kind] |= j->is;
	l->fresh[kind] |= j->fresh;
	l->settled[kind] |= j->settled;
}

static void look(struct eh_judge_lookout *l)
{
	memset(l->is, 0, sizeof l->is);
	memset(l->fresh, 0, sizeof l->fresh);
	memset(l->settled, 0, sizeof l->settled);
	look_at_volume(l);
	look_at_late(l);
	look_at_coverage(l);
	eh_judge_lookout_say(l, EH_JUDGE_FAULT_VOLUME, &l->more);
	eh_judge_lookout_say(l, EH_JUDGE_FAULT_VOLUME, &l->fewer);
	eh_judge_lookout_say(l, EH_JUDGE_FAULT_LATE_ROWS, &l->later);
	eh_judge_lookout_say(l, EH_JUDGE_FAULT_COVERAGE, &l->unseen);
	eh_judge_lookout_labels(l);
	eh_judge_lookout_values(l);
	eh_judge_lookout_versions(l);
}

static void forget(uint64_t *x, size_t slot)
{
	x[slot] = 0;
}

static void begin_look(struct eh_judge_lookout *l)
{
	l->no++;
	l->look_us = eh_pane_next(l->kind, l->look_us);
	size_t slot = (size_t)eh_judge_lookout_slot(l);
	forget(l->n, slot);
	forget(l->monitored, slot);
	forget(l->live, slot);
	forget(l->late, slot);
	for (uint32_t a = 0; a < l->source->shape.attributes; a++) {
		forget(l->attribute[a].missing, slot);
		for (int i = 0; i < 2; i++) {
			forget(l->attribute[a].side[i].n, slot);
			forget(l->attribute[a].side[i].missing, slot);
		}
	}
	for (uint32_t d = 0; d < l->dimensions; d++) {
		forget(l->dimension[d].n, slot);
		for (uint32_t v = 0; v < l->dimension[d].values; v++) {
			forget(l->dimension[d].value[v].n, slot);
			for (uint32_t a = 0; l->dimension[d].value[v].missing != NULL && a < l->source->shape.attributes; a++)
				forget(l->dimension[d].value[v].missing[a], slot);
		}
	}
}

bool eh_judge_lookout_next(struct eh_judge_lookout *l, int64_t end_us, int64_t *look_end_us)
{
	if (l->look_us == INT64_MIN || eh_pane_next(l->kind, l->look_us) > end_us)
		return false;
	*look_end_us = eh_pane_next(l->kind, l->look_us);
	look(l);
	begin_look(l);
	return true;
}
