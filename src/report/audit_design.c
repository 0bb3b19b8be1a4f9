/*
 * audit_design.c - see audit_design.h.
 */
#include "report/audit_design.h"

#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"

struct control {
	const char *name;
	struct eh_columns_ref ref;
};

static struct control control_at(const struct eh_audit *audit, const struct eh_audit_attribute *a, size_t i)
{
	struct eh_columns_ref ref = eh_columns_find(audit->columns, a->wants->controls.ref[i]);

	return (struct control){ref.numbers != NULL ? ref.numbers->name : ref.levels->name, ref};
}

static bool has(struct control c, uint32_t row)
{
	return c.ref.numbers != NULL ? c.ref.numbers->q[row] != EH_COLUMNS_NO_NUMBER : c.ref.levels->code[row] >= 0;
}

static bool is_number(struct control c)
{
	return c.ref.numbers != NULL || c.ref.levels->numeric;
}

static double number_of(struct control c, uint32_t row)
{
	if (c.ref.numbers != NULL)
		return eh_fixed_to_double(c.ref.numbers->q[row], c.ref.numbers->scale);
	return c.ref.levels->value[c.ref.levels->code[row]];
}

struct eh_audit_controls eh_audit_no_controls(void)
{
	return (struct eh_audit_controls){NULL, 0};
}

struct eh_audit_controls eh_audit_all_controls(const struct eh_audit *audit, size_t attribute)
{
	return eh_audit_other_controls(audit, attribute, SIZE_MAX);
}

struct eh_audit_controls eh_audit_one_control(const struct eh_audit *audit, size_t control)
{
	size_t *at = eh_arena_zalloc(audit->arena, 1, sizeof *at);

	*at = control;
	return (struct eh_audit_controls){at, 1};
}

struct eh_audit_controls eh_audit_other_controls(const struct eh_audit *audit, size_t attribute, size_t control)
{
	size_t m = audit->attribute[attribute].wants->controls.n, n = 0;
	size_t *at = eh_arena_zalloc(audit->arena, m + 1, sizeof *at);

	for (size_t i = 0; i < m; i++)
		if (i != control)
			at[n++] = i;
	return (struct eh_audit_controls){at, n};
}

/* The rows of X that have everything. */
static void list_rows(const struct eh_audit *audit, const struct eh_audit_attribute *a, struct eh_audit_design *d,
                      struct eh_audit_controls controls, const uint8_t *also)
{
	uint32_t *row = eh_arena_zalloc(audit->arena, a->n + 1, sizeof *row);

	for (size_t i = 0; i < a->n; i++) {
		bool whole = true;

		if (also != NULL && !also[a->row[i]])
			continue;
		for (size_t c = 0; c < controls.n && whole; c++)
			whole = has(control_at(audit, a, controls.at[c]), a->row[i]);
		if (whole)
			row[d->r.rows++] = a->row[i];
		else
			d->listwise++;
	}
	d->row = row;
}

/* Which levels occur in the rows, and in them each group. */
static bool *used_levels(const struct eh_audit *audit, const struct eh_audit_design *d, const struct eh_levels *levels)
{
	bool *used = eh_arena_zalloc(audit->arena, levels->n + 1, sizeof *used);

	for (size_t i = 0; i < d->r.rows; i++)
		used[levels->code[d->row[i]]] = true;
	return used;
}

/* Terms are found by their names.  A group keeps its own but that of the intercept; a control called alike gives way. */
static const char *name_group(const struct eh_audit *audit, const struct eh_audit_attribute *a, const char *group)
{
	return strcmp(group, "(Intercept)") == 0 ? eh_arena_printf(audit->arena, "%s=%s", a->map->name, group) : group;
}

static const char *name_control(const struct eh_audit *audit, const struct eh_audit_design *d, const char *name)
{
	for (size_t t = 0; t < d->term_n && d->term[t].group >= 0; t++) /* the groups stand first */
		if (strcmp(d->term[t].name, name) == 0)
			return eh_arena_printf(audit->arena, "%s (control)", name);
	return name;
}

static void add_groups(const struct eh_audit *audit, const struct eh_audit_attribute *a, struct eh_audit_design *d)
{
	const bool *used = used_levels(audit, d, a->levels);

	for (size_t g = 0; g < a->levels->n; g++) {
		if ((int)g == a->reference)
			continue;
		d->term[d->term_n++] = (struct eh_audit_term){name_group(audit, a, a->levels->text[g].at), 1, (int)g,
		                                              used[g] ? NULL : "it does not occur in these rows"};
		d->r.columns += used[g];
	}
}

/* One term for a number, one for each level but the first that occurs; with one level there is nothing to tell apart. */
static void add_control(const struct eh_audit *audit, struct eh_audit_design *d, struct control c, unsigned factor)
{
	const char *own = name_control(audit, d, c.name);
	size_t before = d->term_n;
	bool first = true;

	if (is_number(c)) {
		d->term[d->term_n++] = (struct eh_audit_term){own, 0, -1, NULL};
		d->r.columns++;
		return;
	}
	const bool *used = used_levels(audit, d, c.ref.levels);
	for (size_t l = 0; l < c.ref.levels->n; l++) {
		if (!used[l])
			continue;
		if (!first && d->r.columns <= EHS_REGRESSORS_MAX) {
			const char *name = name_control(
				audit, d, eh_arena_printf(audit->arena, "%s=%s", c.name, c.ref.levels->text[l].at));

			d->term[d->term_n++] = (struct eh_audit_term){name, factor, -1, NULL};
			d->r.columns++;
		}
		first = false;
	}
	if (d->term_n == before && d->r.columns <= EHS_REGRESSORS_MAX)
		d->term[d->term_n++] = (struct eh_audit_term){own, factor, -1, "it never varies in these rows"};
}

/* The values of one control from column `at` on; how many columns it takes. */
static size_t fill_control(const struct eh_audit *audit, struct eh_audit_design *d, struct control c, double *x,
                           size_t at)
{
	if (is_number(c)) {
		for (size_t i = 0; i < d->r.rows; i++)
			x[i * d->r.columns + at] = number_of(c, d->row[i]);
		return 1;
	}
	const bool *used = used_levels(audit, d, c.ref.levels);
	size_t *column = eh_arena_zalloc(audit->arena, c.ref.levels->n + 1, sizeof *column), n = 0;
	for (size_t l = 0; l < c.ref.levels->n; l++)
		column[l] = used[l] ? n++ : 0; /* 0: the first, which has no column */
	for (size_t i = 0; i < d->r.rows; i++) {
		size_t l = column[c.ref.levels->code[d->row[i]]];

		if (l > 0)
			x[i * d->r.columns + at + l - 1] = 1;
	}
	return n > 0 ? n - 1 : 0;
}

static void fill(const struct eh_audit *audit, const struct eh_audit_attribute *a, struct eh_audit_design *d,
                 struct eh_audit_controls controls)
{
	double *x = eh_arena_zalloc(audit->arena, d->r.rows * d->r.columns + 1, sizeof *x);
	unsigned *factor = eh_arena_zalloc(audit->arena, d->r.columns + 1, sizeof *factor);
	size_t at = 0;

	for (size_t t = 0; t < d->term_n; t++)
		if (d->term[t].dropped == NULL)
			factor[at++] = d->term[t].factor;
	for (size_t i = 0; i < d->r.rows; i++) {
		size_t column = eh_audit_design_group(d, a->levels->code[d->row[i]]);

		if (column != EHS_NO_COLUMN)
			x[i * d->r.columns + column] = 1;
	}
	at = 0;
	for (size_t t = 0; t < d->term_n; t++)
		at += d->term[t].group >= 0 && d->term[t].dropped == NULL;
	for (size_t c = 0; c < controls.n; c++)
		at += fill_control(audit, d, control_at(audit, a, controls.at[c]), x, at);
	d->r.x = x;
	d->r.factor = factor;
}

struct eh_audit_design *eh_audit_design(const struct eh_audit *audit, size_t attribute,
                                        struct eh_audit_controls controls, const uint8_t *also)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct eh_audit_design *d = eh_arena_zalloc(audit->arena, 1, sizeof *d);

	list_rows(audit, a, d, controls, also);
	d->term = eh_arena_zalloc(audit->arena, a->levels->n + controls.n + EHS_REGRESSORS_MAX + 1, sizeof *d->term);
	add_groups(audit, a, d);
	for (size_t c = 0; c < controls.n && d->r.columns <= EHS_REGRESSORS_MAX; c++)
		add_control(audit, d, control_at(audit, a, controls.at[c]), (unsigned)c + 2);
	d->too_many = d->r.columns > EHS_REGRESSORS_MAX;
	if (!d->too_many)
		fill(audit, a, d, controls);
	return d;
}

uint8_t *eh_audit_whole_rows(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	uint8_t *whole = eh_arena_zalloc(audit->arena, audit->columns->rows + 1, sizeof *whole);

	for (size_t i = 0; i < a->n; i++) {
		whole[a->row[i]] = 1;
		for (size_t c = 0; c < a->wants->controls.n; c++)
			whole[a->row[i]] &= has(control_at(audit, a, c), a->row[i]);
	}
	return whole;
}

size_t eh_audit_design_group(const struct eh_audit_design *design, int group)
{
	size_t column = 0;

	for (size_t t = 0; t < design->term_n; t++) {
		if (design->term[t].group == group && design->term[t].dropped == NULL)
			return column;
		column += design->term[t].dropped == NULL;
	}
	return EHS_NO_COLUMN;
}

/* The arrays are the design's own, whatever the regressors promise not to do to them. */
void eh_audit_design_drop(struct eh_audit_design *design, size_t column, const char *reason)
{
	size_t m = design->r.columns, left = 0;
	double *x = (double *)(uintptr_t)design->r.x;
	unsigned *factor = (unsigned *)(uintptr_t)design->r.factor;

	for (size_t t = 0, at = 0; t < design->term_n; t++) {
		if (design->term[t].dropped == NULL && at++ == column) {
			design->term[t].dropped = reason;
			break;
		}
	}
	memmove(factor + column, factor + column + 1, (m - column - 1) * sizeof *factor);
	for (size_t i = 0; i < design->r.rows; i++)
		for (size_t j = 0; j < m; j++)
			if (j != column)
				x[left++] = x[i * m + j];
	design->r.columns = m - 1;
}

/* ---- cells ------------------------------------------------------------------------------ */

static int by_values(const void *a, const void *b, void *context)
{
	const struct ehs_regressors *r = context;
	const double *x = r->x + *(const uint32_t *)a * r->columns, *y = r->x + *(const uint32_t *)b * r->columns;

	for (size_t j = 0; j < r->columns; j++)
		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	return 0;
}

void eh_audit_design_join(const struct eh_audit *audit, struct eh_audit_design *design, const uint64_t **k)
{
	struct ehs_regressors *r = &design->r;
	uint32_t *order = eh_arena_zalloc(audit->arena, r->rows + 1, sizeof *order);
	uint64_t *n = eh_arena_zalloc(audit->arena, r->rows + 1, sizeof *n);
	uint64_t *adverse = eh_arena_zalloc(audit->arena, r->rows + 1, sizeof *adverse);
	double *x = eh_arena_zalloc(audit->arena, r->rows * r->columns + 1, sizeof *x);
	size_t cells = 0;

	for (size_t i = 0; i < r->rows; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, r->rows, sizeof *order, by_values, r);
	for (size_t i = 0; i < r->rows; i++) {
		if (i == 0 || by_values(&order[i - 1], &order[i], r) != 0)
			memcpy(x + r->columns * cells++, r->x + r->columns * order[i], r->columns * sizeof *x);
		n[cells - 1]++;
		adverse[cells - 1] += audit->columns->adverse[design->row[order[i]]];
	}
	r->x = x;
	r->n = n;
	r->rows = cells;
	*k = adverse;
}

/* ---- what is said of it ----------------------------------------------------------------- */

const char *eh_audit_control_name(const struct eh_audit *audit, size_t attribute, size_t control)
{
	return control_at(audit, &audit->attribute[attribute], control).name;
}

json_t *eh_audit_control_names(const struct eh_audit *audit, size_t attribute, struct eh_audit_controls controls)
{
	json_t *out = json_array();

	for (size_t i = 0; i < controls.n; i++)
		eh_audit_append(out, json_string(eh_audit_control_name(audit, attribute, controls.at[i])));
	return out;
}

json_t *eh_audit_design_dropped(const struct eh_audit_design *design)
{
	json_t *out = json_array();

	for (size_t t = 0; t < design->term_n; t++)
		if (design->term[t].dropped != NULL)
			eh_audit_append(out, json_pack("{s:s, s:s}", "term", design->term[t].name, "reason",
			                               design->term[t].dropped));
	return out;
}
