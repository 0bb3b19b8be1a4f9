/*
 * audit_ll144.c - the tables of New York City's rule, as it prints them; the arithmetic is stats/ll144.h.
 *
 * A category is a group of an attribute, or a cell of two attributes crossed.
 *
 * Source   6 RCNY 5-301 (b) to (d).
 */
#include "report/audit_part.h"
#include "stats/ll144.h"

/* What is tabled: every row of the log has a category, or none. */
struct tabled {
	const struct eh_audit *audit;
	const struct eh_levels *a, *b; /* b NULL: one attribute */
	size_t n;                      /* categories */
	struct ehs_bin *selected, *scored;
	uint64_t rows, rows_scored, unknown;
};

/* The category of a row, or -1. */
static int64_t category_of(const struct tabled *t, size_t row)
{
	int64_t a = t->a->code[row], b = t->b ? t->b->code[row] : 0;

	return a < 0 || b < 0 ? -1 : a * (int64_t)(t->b ? t->b->n : 1) + b;
}

static void count(struct tabled *t)
{
	const struct eh_columns *c = t->audit->columns;

	t->n = t->a->n * (t->b ? t->b->n : 1);
	t->selected = eh_arena_zalloc(t->audit->arena, t->n + 1, sizeof *t->selected);
	t->scored = eh_arena_zalloc(t->audit->arena, t->n + 1, sizeof *t->scored);
	for (size_t i = 0; i < c->rows; i++) {
		int64_t at = category_of(t, i);

		if (at < 0) {
			t->unknown++;
			continue;
		}
		t->rows++;
		t->selected[at].n++;
		t->selected[at].x += !c->adverse[i];
		if (c->score.q == NULL || c->score.q[i] == EH_COLUMNS_NO_NUMBER)
			continue;
		t->rows_scored++;
		t->scored[at].n++;
		t->scored[at].x += 2 * c->score.q[i] > t->audit->twice_median;
	}
}

static json_t *category_json(const struct tabled *t, size_t at)
{
	const struct eh_levels *a = t->a, *b = t->b;

	if (!b)
		return json_stringn(a->text[at].at, a->text[at].n);
	return json_sprintf("%s, %s", a->text[at / b->n].at, b->text[at % b->n].at);
}

static json_t *tenths(int permille)
{
	return permille < 0 ? json_null() : json_real(permille / 10.0);
}

static json_t *row_json(const struct tabled *t, size_t at, struct ehs_bin bin, const struct ehs_ll144_row *row)
{
	json_t *out = json_object();

	eh_audit_put(out, "category", category_json(t, at));
	eh_audit_put(out, "n", eh_audit_count(bin.n));
	eh_audit_put(out, "k", eh_audit_count(bin.x));
	eh_audit_put(out, "rate_pct", tenths(row->permille));
	eh_audit_put(out, "impact_ratio", row->ratio < 0 ? json_null() : json_real(row->ratio / 100.0));
	eh_audit_put(out, "under_2pct", json_boolean(row->small));
	eh_audit_put(out, "highest", json_boolean(row->highest));
	return out;
}

/* Cells that nobody is in do not stand in the table. */
static json_t *table_json(const struct tabled *t, const struct ehs_bin *bin, uint64_t total)
{
	struct ehs_ll144_row *row = eh_arena_zalloc(t->audit->arena, t->n + 1, sizeof *row);
	json_t *out = json_object(), *rows = json_array();
	enum ehs_status status = ehs_ll144(bin, t->n, total, row);

	EH_ASSERT(status != EHS_INVALID);
	for (size_t i = 0; i < t->n; i++)
		if (bin[i].n > 0)
			eh_audit_append(rows, row_json(t, i, bin[i], &row[i]));
	eh_audit_put(out, "status", json_string(ehs_status_name(status)));
	eh_audit_put(out, "n", eh_audit_count(total));
	eh_audit_put(out, "rows", rows);
	return out;
}

static json_t *tables_json(struct tabled *t)
{
	json_t *out = json_object();

	count(t);
	eh_audit_put(out, "n_unknown", eh_audit_count(t->unknown));
	eh_audit_put(out, "selection", table_json(t, t->selected, t->rows));
	if (t->rows_scored > 0)
		eh_audit_put(out, "scoring", table_json(t, t->scored, t->rows_scored));
	return out;
}

json_t *eh_audit_ll144(const struct eh_audit *audit, size_t attribute)
{
	struct tabled t = {.audit = audit, .a = audit->attribute[attribute].levels};

	return tables_json(&t);
}

json_t *eh_audit_ll144_cells(const struct eh_audit *audit, size_t first, size_t second)
{
	struct tabled t = {.audit = audit, .a = audit->attribute[first].levels, .b = audit->attribute[second].levels};

	return tables_json(&t);
}
