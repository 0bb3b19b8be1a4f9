/*
 * audit_membership.c - what an audit says where the group is estimated, row by row, as probabilities.
 *
 * Three estimators stand side by side and none alone: the weighted one, which understates a gap, and regression and
 * maximum likelihood, which may overstate it.  A verdict is "sure" where the weighted one is large and more than
 * chance, "review" where only one of the others is.  There are no counts here, hence no table, no Fisher's test and
 * no windows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decision/decision.h"
#include "report/audit_part.h"
#include "report/membership.h"
#include "stats/membership.h"

#define CONF .95
#define SURE_CUT .8 /* of the threshold estimate, for a table of sensitivity */
#define LINE_FAVOURABLE .80
#define LINE_ADVERSE 1.25
#define LEVEL .05
#define LEAST_N 30
#define LEAST_EXPECTED 5

_Static_assert(EH_MAP_PROXY_MAX == EHS_MEMBERSHIP_MAX, "the map takes what the statistics take");

enum { WEIGHTED, REGRESSION, EM, ESTIMATORS };
static const char *const estimator_name[ESTIMATORS] = {"weighted", "regression", "em"};

struct estimates {
	const struct eh_map_protected *map;
	int ref; /* index of the reference label */
	size_t n, n_missing, n_unknown;
	struct ehs_membership_cells cells;
	struct ehs_membership_sums sums;
	struct ehs_membership_rates rates[ESTIMATORS];
	struct ehs_frechet_bounds bounds[EHS_MEMBERSHIP_MAX];
	struct ehs_bin above[EHS_MEMBERSHIP_MAX];
};

/* ---- the cells ------------------------------------------------------------------------ */

static int by_weights(const void *a, const void *b)
{
	const struct ehs_membership_cell *x = a, *y = b;

	for (int g = 0; g < EHS_MEMBERSHIP_MAX; g++)
		if (x->w[g] != y->w[g])
			return x->w[g] < y->w[g] ? -1 : 1;
	return 0;
}

/* Rows with the same vector are one cell, in the order of their vectors: the order of the log does not matter. */
static size_t join_rows(struct ehs_membership_cell *cell, size_t n)
{
	size_t kept = 0;

	qsort(cell, n, sizeof *cell, by_weights);
	for (size_t i = 0; i < n; i++)
		if (kept > 0 && by_weights(&cell[kept - 1], &cell[i]) == 0) {
			cell[kept - 1].n += cell[i].n;
			cell[kept - 1].x += cell[i].x;
		} else {
			cell[kept++] = cell[i];
		}
	return kept;
}

static void take_rows(const struct eh_audit *audit, size_t attribute, struct estimates *e)
{
	const struct eh_columns *c = audit->columns;
	const struct eh_memberships *m = &c->membership[attribute];
	struct ehs_membership_cell *cell = eh_arena_zalloc(audit->arena, c->rows + 1, sizeof *cell);
	size_t k = e->map->labels_n;

	for (size_t i = 0; i < c->rows; i++) {
		e->n_missing += m->is[i] == EH_DECISION_MEMBER_MISSING;
		e->n_unknown += m->is[i] == EH_DECISION_MEMBER_UNKNOWN;
		if (m->is[i] != EH_DECISION_MEMBER_KNOWN)
			continue;
		memcpy(cell[e->n].w, m->w + i * k, k * sizeof *m->w);
		cell[e->n].n = 1;
		cell[e->n++].x = !c->adverse[i];
	}
	e->cells = (struct ehs_membership_cells){cell, join_rows(cell, e->n), (int)k, EH_DECISION_PROXY_UNIT};
}

static void estimate(const struct eh_audit *audit, size_t attribute, struct estimates *e)
{
	struct ehs_frechet_cell bins[EHS_FRECHET_BINS];

	*e = (struct estimates){.map = &audit->map->protect[attribute]};
	while (strcmp(e->map->labels[e->ref], e->map->reference) != 0)
		e->ref++;
	take_rows(audit, attribute, e);
	EH_ASSERT(ehs_membership_init(&e->sums, e->cells.k, e->cells.unit) == EHS_OK);
	for (size_t i = 0; i < e->cells.n_cells; i++) {
		const struct ehs_membership_cell *c = &e->cells.cell[i];

		EH_ASSERT(ehs_membership_add(&e->sums, c->w, c->n, c->x) == EHS_OK);
	}
	e->rates[WEIGHTED] = ehs_membership_weighted(&e->sums);
	e->rates[REGRESSION] = ehs_membership_regression(&e->cells, e->ref, true);
	e->rates[EM] = ehs_membership_em(&e->cells);
	for (int g = 0; g < e->cells.k; g++)
		e->bounds[g] = ehs_frechet_rate(bins, ehs_frechet_bin(&e->cells, g, bins));
	ehs_membership_threshold(&e->cells, SURE_CUT, e->above);
}

/* ---- writing it down ------------------------------------------------------------------- */

static json_t *result_json(const struct ehs_result *r, const char *name)
{
	json_t *out = json_object();

	eh_audit_put(out, name, eh_audit_number(r->est));
	eh_audit_put(out, "se", eh_audit_number(r->se));
	eh_audit_put(out, "lo", eh_audit_number(r->lo));
	eh_audit_put(out, "hi", eh_audit_number(r->hi));
	if (isfinite(r->stat)) {
		eh_audit_put(out, "p", eh_audit_number(r->p));
		eh_audit_put(out, "log10_p", eh_audit_number(r->log10_p));
	}
	eh_audit_put(out, "status", json_string(ehs_status_name(r->status)));
	return out;
}

static json_t *group_json(const struct estimates *e, int g)
{
	json_t *out = json_object();
	double n = (double)e->sums.w[g] / e->sums.unit;

	eh_audit_put(out, "sum_w", eh_audit_number(n));
	eh_audit_put(out, "share", eh_audit_number(n / (double)e->n));
	eh_audit_put(out, "n_eff", eh_audit_number(e->rates[WEIGHTED].n_eff[g]));
	for (int m = 0; m < ESTIMATORS; m++) {
		struct ehs_result r = ehs_membership_rate(&e->rates[m], g, CONF);

		eh_audit_put(out, estimator_name[m], result_json(&r, "rate"));
	}
	eh_audit_put(out, "frechet", eh_audit_range(e->bounds[g].lo, e->bounds[g].hi));
	eh_audit_put(out, "above_80", json_pack("[I, I]", (json_int_t)e->above[g].n, (json_int_t)e->above[g].x));
	return out;
}

/* A group against the reference by all three. */
struct pair {
	struct ehs_result difference[ESTIMATORS], ratio[ESTIMATORS];
	double adverse_ratio[ESTIMATORS];
};

static struct pair compare(const struct estimates *e, int g)
{
	struct pair p;

	for (int m = 0; m < ESTIMATORS; m++) {
		const struct ehs_membership_rates *r = &e->rates[m];

		p.difference[m] = ehs_membership_difference(r, g, e->ref, CONF);
		p.ratio[m] = ehs_membership_ratio(r, g, e->ref, CONF);
		p.adverse_ratio[m] = (1 - r->rate[g]) / (1 - r->rate[e->ref]);
	}
	return p;
}

/* From the lowest lower to the highest upper limit of the three: estimators and chance together. */
static struct ehs_membership_bracket limits_of(const struct ehs_result *r)
{
	struct ehs_membership_bracket all = {.lo = NAN, .hi = NAN};

	for (int m = 0; m < ESTIMATORS; m++) {
		all.lo = fmin(all.lo, r[m].lo);
		all.hi = fmax(all.hi, r[m].hi);
		all.n_estimates += isfinite(r[m].lo);
	}
	return all;
}

static json_t *compared_json(const struct ehs_result *r, const char *name, struct ehs_frechet_bounds bounds)
{
	struct ehs_membership_bracket b = ehs_membership_bracket(&r[WEIGHTED], &r[REGRESSION], &r[EM]);
	json_t *out = json_object();

	for (int m = 0; m < ESTIMATORS; m++)
		eh_audit_put(out, estimator_name[m], result_json(&r[m], name));
	eh_audit_put(out, "bracket", eh_audit_range(b.lo, b.hi));
	b = limits_of(r);
	eh_audit_put(out, "limits", eh_audit_range(b.lo, b.hi));
	eh_audit_put(out, "frechet", eh_audit_range(bounds.lo, bounds.hi));
	return out;
}

/* Large, to the disadvantage of the group, and more than chance. */
static bool crosses(const struct pair *p, int m)
{
	bool large = p->ratio[m].est < LINE_FAVOURABLE || p->adverse_ratio[m] > LINE_ADVERSE;

	return large && p->difference[m].est < 0 && p->difference[m].p < LEVEL;
}

/* Rows, or members that are expected: Kish's n alone is as large as the log where everybody has the same small weight. */
static double rows_of(const struct estimates *e, int g)
{
	return fmin((double)e->sums.w[g] / e->sums.unit, e->rates[WEIGHTED].n_eff[g]);
}

/* As many as a table would need. */
static bool is_enough(const struct estimates *e, int g)
{
	double rate = (double)e->sums.x / (double)e->sums.n, rarer = fmin(rate, 1 - rate);

	return rows_of(e, g) >= LEAST_N && rows_of(e, g) * rarer >= LEAST_EXPECTED &&
	       rows_of(e, e->ref) * rarer >= LEAST_EXPECTED;
}

static enum eh_membership_verdict judge(const struct estimates *e, const struct pair *p, int g)
{
	if (!is_enough(e, g))
		return EH_MEMBERSHIP_NOT_ENOUGH;
	if (crosses(p, WEIGHTED))
		return EH_MEMBERSHIP_SURE;
	return crosses(p, REGRESSION) || crosses(p, EM) ? EH_MEMBERSHIP_REVIEW : EH_MEMBERSHIP_NONE;
}

static struct ehs_membership_bracket rate_bracket(const struct estimates *e, int g)
{
	struct ehs_result r[ESTIMATORS];

	for (int m = 0; m < ESTIMATORS; m++)
		r[m] = ehs_membership_rate(&e->rates[m], g, CONF);
	return ehs_membership_bracket(&r[WEIGHTED], &r[REGRESSION], &r[EM]);
}

static json_t *sentence_json(const struct estimates *e, const struct pair *p, int g, enum eh_membership_verdict verdict)
{
	const struct ehs_result *d = p->difference;
	struct eh_membership_story story = {
		.group = e->map->labels[g],
		.reference = e->map->reference,
		.attribute = e->map->name,
		.rate = rate_bracket(e, g),
		.rate_ref = rate_bracket(e, e->ref),
		.gap = ehs_membership_bracket(&d[WEIGHTED], &d[REGRESSION], &d[EM]),
		.limits = limits_of(d),
		.verdict = verdict,
	};
	EH_BUF_AUTO text = {0};

	eh_membership_say(&text, &story);
	return json_string(text.data);
}

static json_t *pair_json(const struct estimates *e, int g)
{
	struct pair p = compare(e, g);
	enum eh_membership_verdict verdict = judge(e, &p, g);
	json_t *out = json_object();

	eh_audit_put(out, "difference",
	             compared_json(p.difference, "est", ehs_frechet_difference(e->bounds[g], e->bounds[e->ref])));
	eh_audit_put(out, "ratio", compared_json(p.ratio, "est", ehs_frechet_ratio(e->bounds[g], e->bounds[e->ref])));
	eh_audit_put(out, "verdict", json_string(eh_membership_verdict_name(verdict)));
	eh_audit_put(out, "sentence", sentence_json(e, &p, g, verdict));
	return out;
}

static json_t *estimates_json(const struct estimates *e)
{
	json_t *out = json_object(), *groups = json_object(), *pairs = json_object();

	eh_audit_put(out, "reference", json_string(e->map->reference));
	eh_audit_put(out, "n", eh_audit_count(e->n));
	eh_audit_put(out, "n_missing", eh_audit_count(e->n_missing));
	eh_audit_put(out, "n_unknown", eh_audit_count(e->n_unknown));
	eh_audit_put(out, "cells", eh_audit_count(e->cells.n_cells));
	eh_audit_put(out, "em_iterations", json_integer(e->rates[EM].iterations));
	for (int g = 0; g < e->cells.k; g++)
		eh_audit_put(groups, e->map->labels[g], group_json(e, g));
	eh_audit_put(out, "groups", groups);
	for (int g = 0; g < e->cells.k; g++)
		if (g != e->ref)
			eh_audit_put(pairs, e->map->labels[g], pair_json(e, g));
	eh_audit_put(out, "pairs", pairs);
	return out;
}

json_t *eh_audit_membership(const struct eh_audit *audit, size_t attribute)
{
	struct estimates e;
	json_t *out = json_object();

	estimate(audit, attribute, &e);
	if (e.n_unknown > 0)
		eh_audit_warn(audit, "membership_unknown", attribute, NULL, NULL,
		              "The probabilities of %zu rows do not sum to 1: these rows are in no figure of %s.",
		              e.n_unknown, e.map->name);
	eh_audit_put(out, "reference", json_string(e.map->reference));
	eh_audit_put(out, "n", eh_audit_count(e.n));
	eh_audit_put(out, "n_missing", eh_audit_count(e.n_missing));
	eh_audit_put(out, "membership", estimates_json(&e));
	return out;
}
