/*
 * audit_proxies.c - does a feature stand in for the attribute?
 *
 * How closely each feature or stratum of the map's `proxies` (absent: every feature) goes with the groups, over all
 * rows that have both, and what is left of that once the attribute's strata are held equal.  The lines of `strength`
 * are a rule of this house, which no regulator has drawn; they say so in the tree.
 */
#include <math.h>
#include <stdlib.h>

#include "base/fixed.h"
#include "report/audit_design.h"
#include "report/audit_numbers.h"
#include "report/audit_part.h"
#include "stats/association.h"
#include "stats/correlation.h"
#include "stats/rank.h"
#include "stats/summary.h"

#define LINE_WARN 0.1
#define LINE_ALERT 0.3
#define LEAST_ROWS 30

/* One candidate: a row's whole number, or its level. */
struct candidate {
	const char *name;
	struct eh_columns_ref ref;
	const int64_t *q; /* of a number: each row's of the log, or EH_COLUMNS_NO_NUMBER */
};

/* The values of a column whose levels are numbers, at the fewest decimals that hold them all, or as many as fit. */
static const int64_t *level_values(const struct eh_audit *audit, const struct eh_levels *levels, int *scale)
{
	int64_t *q = eh_arena_zalloc(audit->arena, levels->n + 1, sizeof *q);

	for (*scale = 0; *scale <= EH_FIXED_MAX_SCALE; ++*scale) {
		enum eh_fixed worst = EH_FIXED_EXACT;

		for (size_t l = 0; l < levels->n && worst != EH_FIXED_TOO_LARGE; l++) {
			enum eh_fixed is = eh_fixed_parse(levels->text[l].at, levels->text[l].n, *scale, &q[l]);

			worst = is > worst ? is : worst;
		}
		if (worst == EH_FIXED_EXACT || (worst == EH_FIXED_ROUNDED && *scale == EH_FIXED_MAX_SCALE))
			return q;
		if (worst == EH_FIXED_TOO_LARGE)
			break;
	}
	if (--*scale < 0)
		return NULL;
	for (size_t l = 0; l < levels->n; l++)
		(void)eh_fixed_parse(levels->text[l].at, levels->text[l].n, *scale, &q[l]);
	return q;
}

static bool has(const struct candidate *c, uint32_t row)
{
	return c->ref.numbers != NULL ? c->ref.numbers->q[row] != EH_COLUMNS_NO_NUMBER : c->ref.levels->code[row] >= 0;
}

/* Each row's value of a column whose levels are numbers; NULL where they do not fit. */
static const int64_t *row_values(const struct eh_audit *audit, const struct eh_levels *levels)
{
	int scale;
	const int64_t *of_level = level_values(audit, levels, &scale);
	int64_t *q = eh_arena_zalloc(audit->arena, audit->columns->rows + 1, sizeof *q);

	for (size_t i = 0; of_level != NULL && i < audit->columns->rows; i++)
		q[i] = levels->code[i] < 0 ? EH_COLUMNS_NO_NUMBER : of_level[levels->code[i]];
	return of_level == NULL ? NULL : q;
}

/* The rows of X that have it. */
static uint32_t *list_rows(const struct eh_audit *audit, const struct eh_audit_attribute *a, const struct candidate *c,
                           size_t *n)
{
	uint32_t *row = eh_arena_zalloc(audit->arena, a->n + 1, sizeof *row);

	*n = 0;
	for (size_t i = 0; i < a->n; i++)
		if (has(c, a->row[i]))
			row[(*n)++] = a->row[i];
	return row;
}

/* Distinct values in these rows; "5" and "5.0" are one. */
static size_t distinct(const struct eh_audit *audit, const struct eh_levels *levels, const uint32_t *row, size_t n)
{
	bool *used = eh_arena_zalloc(audit->arena, levels->n + 1, sizeof *used);
	size_t values = 0;
	double last = NAN;

	for (size_t i = 0; i < n; i++)
		used[levels->code[row[i]]] = true;
	for (size_t l = 0; l < levels->n; l++)
		if (used[l] && !(levels->value[l] == last)) {
			last = levels->value[l];
			values++;
		}
	return values;
}

/* A number: a feature of that kind, or a stratum of numbers with more than two distinct values in these rows. */
static bool is_number(const struct eh_audit *audit, struct candidate *c, enum eh_map_role list, const uint32_t *row,
                      size_t n)
{
	if (c->ref.numbers != NULL)
		c->q = c->ref.numbers->q;
	if (c->q != NULL)
		return true;
	if (list != EH_MAP_STRATUM || !c->ref.levels->numeric || distinct(audit, c->ref.levels, row, n) <= 2)
		return false;
	c->q = row_values(audit, c->ref.levels);
	return c->q != NULL;
}

/* ---- strength ---------------------------------------------------------------------------- */

static json_t *strength_json(const char *measure, double value, size_t n)
{
	const char *verdict = n < LEAST_ROWS || isnan(value) ? "not_enough_data"
	                      : fabs(value) > LINE_ALERT     ? "alert"
	                      : fabs(value) > LINE_WARN      ? "warn"
	                                                     : "none";
	json_t *out = json_object();

	eh_audit_put(out, "measure", json_string(measure));
	eh_audit_put(out, "value", eh_audit_number(value));
	eh_audit_put(out, "line_warn", json_real(LINE_WARN));
	eh_audit_put(out, "line_alert", json_real(LINE_ALERT));
	eh_audit_put(out, "verdict", json_string(verdict));
	eh_audit_put(out, "rule", json_string("house"));
	return out;
}

/* ---- labels ------------------------------------------------------------------------------ */

static json_t *labels_json(const struct eh_audit *audit, const struct eh_audit_attribute *a, const struct candidate *c,
                           const uint32_t *row, size_t n)
{
	const struct eh_levels *levels = c->ref.levels;
	size_t cols = levels->n;
	json_t *out;

	if (cols > EHS_LEVELS_MAX || a->levels->n > EHS_LEVELS_MAX) {
		out = json_object();
		eh_audit_put(out, "kind", json_string("categorical"));
		eh_audit_put(out, "n", eh_audit_count(n));
		eh_audit_put(out, "status", json_string("too_many_levels"));
		return out;
	}
	uint64_t *table = eh_arena_zalloc(audit->arena, a->levels->n * cols + 1, sizeof *table);
	for (size_t i = 0; i < n; i++)
		table[(size_t)a->levels->code[row[i]] * cols + (size_t)levels->code[row[i]]]++;
	out = eh_audit_table_block(table, a->levels->n, cols);
	struct ehs_contingency of = ehs_contingency(table, a->levels->n, cols);
	eh_audit_put(out, "kind", json_string("categorical"));
	eh_audit_put(out, "levels", eh_audit_count(of.cols));
	eh_audit_put(out, "theil_u", eh_audit_number(of.theil_u_row));
	eh_audit_put(out, "strength", strength_json("cramers_v_bergsma", of.cramers_v_corrected, n));
	return out;
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* Only of two groups: the number against membership in the one that is not the reference. */
static double put_two_groups(json_t *out, const struct eh_audit_attribute *a, const struct eh_audit_by_group *by)
{
	int ref = a->reference, focal = 1 - ref;
	struct ehs_correlation point = ehs_point_biserial(&by->sums[focal], &by->sums[ref], EHS_Z95);
	struct ehs_result rho = ehs_spearman_groups(by->values[focal], by->values[ref]);
	struct ehs_result tau = ehs_kendall_groups(by->values[focal], by->values[ref]);
	json_t *of_point = json_object(), *of_rho = json_object();

	eh_audit_put(of_point, "focal", eh_audit_text(a->levels->text[focal]));
	eh_audit_put(of_point, "r", eh_audit_number(point.r.est));
	eh_audit_put(of_point, "p", eh_audit_number(point.p));
	eh_audit_put(of_point, "lo", eh_audit_number(point.r.lo));
	eh_audit_put(of_point, "hi", eh_audit_number(point.r.hi));
	eh_audit_put(of_rho, "rho", eh_audit_number(rho.est));
	eh_audit_put(of_rho, "p", eh_audit_number(rho.p));
	eh_audit_put(out, "point_biserial", of_point);
	eh_audit_put(out, "spearman", of_rho);
	eh_audit_put(out, "kendall_tau_b", eh_audit_number(tau.est));
	return point.r.est;
}

static json_t *number_json(const struct eh_audit *audit, size_t attribute, const struct candidate *c, size_t n)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct eh_audit_by_group by = eh_audit_by_group(audit, attribute, c->q);
	struct ehs_eta eta = ehs_eta_squared(by.sums, a->levels->n);
	struct ehs_result h = ehs_kruskal(by.values, a->levels->n);
	json_t *out = json_object();

	eh_audit_put(out, "kind", json_string("numeric"));
	eh_audit_put(out, "n", eh_audit_count(n));
	eh_audit_put(out, "eta_squared", eh_audit_number(eta.eta_squared));
	eh_audit_put(out, "kruskal_h", eh_audit_number(h.stat));
	eh_audit_put(out, "kruskal_p", eh_audit_number(h.p));
	bool two = a->levels->n == 2 && a->reference >= 0;
	double r = two ? put_two_groups(out, a, &by) : sqrt(eta.eta_squared);
	eh_audit_put(out, "strength", strength_json(two ? "point_biserial_r" : "correlation_ratio", r, n));
	return out;
}

/* ---- given the strata -------------------------------------------------------------------- */

/* Membership, the candidate, then the strata: a number as it is, labels as indicators of all levels but the first. */
struct given {
	const struct eh_levels *levels[EHS_CROSS_MAX];
	const int64_t *q[EHS_CROSS_MAX];       /* of each level, its number; NULL: indicators */
	const size_t *variable[EHS_CROSS_MAX]; /* of each level, the variable that tells it; 0: none does */
	size_t n, variables;
	json_t *names;
	bool too_many;
};

static void give(const struct eh_audit *audit, struct given *g, const struct eh_levels *levels, const uint32_t *row,
                 size_t n)
{
	size_t *variable = eh_arena_zalloc(audit->arena, levels->n + 1, sizeof *variable), kept = 0, at = g->variables;
	bool *used = eh_arena_zalloc(audit->arena, levels->n + 1, sizeof *used);
	int scale;

	for (size_t i = 0; i < n; i++)
		used[levels->code[row[i]]] = true;
	for (size_t l = 0; l < levels->n; l++)
		kept += used[l];
	if (kept < 2) /* it says nothing here */
		return;
	const int64_t *q = levels->numeric && kept > 2 ? level_values(audit, levels, &scale) : NULL;
	size_t wanted = q != NULL ? 1 : kept - 1;
	if (at + wanted > EHS_CROSS_MAX) {
		g->too_many = true;
		return;
	}
	for (size_t l = 0, seen = 0; l < levels->n; l++)
		if (used[l] && (q != NULL || seen++ > 0))
			variable[l] = q != NULL ? at : at + seen - 2;
	g->variables = at + wanted;
	g->q[g->n] = q;
	g->variable[g->n] = variable;
	g->levels[g->n++] = levels;
	eh_audit_append(g->names, json_string(levels->name));
}

/* The rows of one pair that have the candidate and every stratum. */
static size_t pair_rows(const struct eh_audit_attribute *a, int group, const struct candidate *c, const uint32_t *row,
                        size_t n, uint32_t *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		int32_t code = a->levels->code[row[i]];
		bool whole = code == group || code == a->reference;

		for (size_t s = 0; s < a->strata_n && whole; s++)
			whole = a->stratum[s] == c->ref.levels || a->stratum[s]->code[row[i]] >= 0;
		if (whole)
			out[kept++] = row[i];
	}
	return kept;
}

static void take_row(struct ehs_cross *m, const struct given *g, const struct eh_audit_attribute *a, int group,
                     const struct candidate *c, uint32_t row)
{
	int64_t q[EHS_CROSS_MAX] = {a->levels->code[row] == group, c->q[row]};

	for (size_t s = 0; s < g->n; s++) {
		int32_t code = g->levels[s]->code[row];
		size_t variable = g->variable[s][code];

		if (variable > 0)
			q[variable] = g->q[s] != NULL ? g->q[s][code] : 1;
	}
	EH_ASSERT(ehs_cross_take(m, q) == EHS_OK);
}

/* Memory of its own: a list of rows for each of many groups would outgrow the log. */
static json_t *partial_json(const struct eh_audit *audit, const struct eh_audit_attribute *a, int group,
                            const struct candidate *c, const uint32_t *row, size_t n)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	uint32_t *kept = eh_arena_zalloc(scratch, n + 1, sizeof *kept);
	size_t rows = pair_rows(a, group, c, row, n, kept), controls[EHS_CROSS_MAX];
	struct given g = {.variables = 2, .names = json_array()};
	json_t *out = json_object();

	for (size_t s = 0; s < a->strata_n; s++)
		if (a->stratum[s] != c->ref.levels)
			give(&here, &g, a->stratum[s], kept, rows);
	struct ehs_cross m = {.p = g.variables};
	m.sum = eh_arena_zalloc(scratch, m.p, sizeof *m.sum);
	m.product = eh_arena_zalloc(scratch, EHS_CROSS_PRODUCTS(m.p), sizeof *m.product);
	for (size_t i = 0; i < rows && !g.too_many; i++)
		take_row(&m, &g, a, group, c, kept[i]);
	for (size_t i = 2; i < g.variables; i++)
		controls[i - 2] = i;
	struct ehs_result r = ehs_result_none(EHS_INVALID, "partial");
	if (!g.too_many)
		r = ehs_partial(&m, 0, 1, controls, g.variables - 2, EHS_Z95);
	eh_audit_put(out, "given", g.names);
	eh_audit_put(out, "n", eh_audit_count(rows));
	eh_audit_put(out, "r", eh_audit_number(r.est));
	eh_audit_put(out, "lo", eh_audit_number(r.lo));
	eh_audit_put(out, "hi", eh_audit_number(r.hi));
	eh_audit_put(out, "p", eh_audit_number(r.p));
	eh_audit_put(out, "status", json_string(g.too_many ? "too_many_terms" : ehs_status_name(r.status)));
	return out;
}

static json_t *partials_json(const struct eh_audit *audit, const struct eh_audit_attribute *a,
                             const struct candidate *c, const uint32_t *row, size_t n)
{
	json_t *out = json_object();

	for (size_t g = 0; g < a->levels->n && a->reference >= 0; g++)
		if ((int)g != a->reference)
			eh_audit_put_text(out, a->levels->text[g], partial_json(audit, a, (int)g, c, row, n));
	return out;
}

/* ---- the part ---------------------------------------------------------------------------- */

static void put_candidate(const struct eh_audit *audit, size_t attribute, struct eh_map_ref ref, json_t *out)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct candidate c = {.ref = eh_columns_find(audit->columns, ref)};
	size_t n;
	json_t *of;

	c.name = c.ref.numbers != NULL ? c.ref.numbers->name : c.ref.levels->name;
	const uint32_t *row = list_rows(&here, a, &c, &n);
	if (is_number(&here, &c, ref.list, row, n)) {
		of = number_json(&here, attribute, &c, n);
		eh_audit_put(of, "partial", partials_json(&here, a, &c, row, n));
	} else {
		of = labels_json(&here, a, &c, row, n);
	}
	eh_audit_put(out, c.name, of);
}

json_t *eh_audit_proxies(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_map_refs *wants = &audit->attribute[attribute].wants->proxies;
	json_t *out = json_object();

	for (size_t i = 0; i < wants->n; i++)
		put_candidate(audit, attribute, wants->ref[i], out);
	for (size_t i = 0; !wants->given && i < audit->map->features_n; i++)
		put_candidate(audit, attribute, (struct eh_map_ref){.list = EH_MAP_FEATURE, .at = (int)i}, out);
	return out;
}
