/*
 * audit_windows.c - the same comparison month by month or year by year, of decided_at in UTC.
 */
#include <stdlib.h>

#include "base/time.h"
#include "report/audit_part.h"

struct windows {
	const struct eh_audit_attribute *a;
	enum eh_audit_by by;
	const int64_t *number; /* of the month or year, rising */
	size_t n;
	struct ehs_bin *group; /* of each window and level */
};

static int64_t window_of(enum eh_audit_by by, int64_t us)
{
	struct eh_date date = eh_date_of_us(us);

	return by == EH_AUDIT_BY_YEAR ? date.year : (int64_t)date.year * 12 + date.month - 1;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The windows that occur: a forged date in the year 9999 is one more, and no desert before it. */
static void list_windows(const struct eh_audit *audit, struct windows *w)
{
	int64_t *number = eh_arena_zalloc(audit->arena, w->a->n + 1, sizeof *number);

	for (size_t i = 0; i < w->a->n; i++)
		number[i] = window_of(w->by, audit->columns->at_us[w->a->row[i]]);
	if (w->a->n > 0)
		qsort(number, w->a->n, sizeof *number, by_number);
	for (size_t i = 0; i < w->a->n; i++)
		if (w->n == 0 || number[w->n - 1] != number[i])
			number[w->n++] = number[i];
	w->number = number;
}

static void count(const struct eh_audit *audit, struct windows *w)
{
	const struct eh_columns *c = audit->columns;

	list_windows(audit, w);
	w->group = eh_arena_zalloc(audit->arena, w->n * w->a->levels->n + 1, sizeof *w->group);
	for (size_t i = 0; i < w->a->n; i++) {
		uint32_t row = w->a->row[i];
		int64_t number = window_of(w->by, c->at_us[row]);
		const int64_t *found = bsearch(&number, w->number, w->n, sizeof number, by_number);
		struct ehs_bin *bin =
			&w->group[(size_t)(found - w->number) * w->a->levels->n + (size_t)w->a->levels->code[row]];

		bin->n++;
		bin->x += !c->adverse[row];
	}
}

static json_t *name_json(const struct windows *w, size_t at)
{
	int64_t number = w->number[at];

	if (w->by == EH_AUDIT_BY_YEAR)
		return json_sprintf("%04d", (int)number);
	return json_sprintf("%04d-%02d", (int)(number / 12), (int)(number % 12) + 1);
}

/* The parts of the P-block that are shown for each window. */
static json_t *pair_json(struct ehs_2x2 table)
{
	static const char *const shown[] = {"air", "risk_difference", "z_pooled", "hypergeom_sd"};
	json_t *block = eh_audit_pair_block(table), *out = json_object();
	const json_t *fisher = json_object_get(block, "fisher");

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		EH_ASSERT(json_object_set(out, shown[i], json_object_get(block, shown[i])) == 0);
	EH_ASSERT(json_object_set(out, "fisher_p",
	                          json_is_object(fisher) ? json_object_get(fisher, "p_two_sided") : json_null()) == 0);
	json_decref(block);
	return out;
}

static json_t *window_json(const struct windows *w, size_t at)
{
	const struct ehs_bin *bin = &w->group[at * w->a->levels->n];
	json_t *out = json_object(), *groups = json_object(), *pairs = json_object();
	uint64_t n = 0;

	for (size_t g = 0; g < w->a->levels->n; g++) {
		eh_audit_put_text(groups, w->a->levels->text[g],
		                  json_pack("[I, I]", (json_int_t)bin[g].n, (json_int_t)bin[g].x));
		n += bin[g].n;
		if ((int)g == w->a->reference || w->a->reference < 0 || bin[g].n == 0 || bin[w->a->reference].n == 0)
			continue;
		eh_audit_put_text(pairs, w->a->levels->text[g],
		                  pair_json((struct ehs_2x2){bin[g], bin[w->a->reference]}));
	}
	eh_audit_put(out, "window", name_json(w, at));
	eh_audit_put(out, "n", eh_audit_count(n));
	eh_audit_put(out, "groups", groups);
	eh_audit_put(out, "pairs", pairs);
	return out;
}

static json_t *attribute_json(const struct eh_audit *audit, size_t attribute)
{
	struct windows w = {.a = &audit->attribute[attribute], .by = audit->by};
	json_t *out = json_object(), *list = json_array();

	count(audit, &w);
	for (size_t at = 0; at < w.n; at++)
		eh_audit_append(list, window_json(&w, at));
	eh_audit_put(out, "attribute", json_string(w.a->map->name));
	eh_audit_put(out, "reference", json_string(w.a->map->reference));
	eh_audit_put(out, "unit", json_string(w.by == EH_AUDIT_BY_YEAR ? "year" : "month"));
	eh_audit_put(out, "windows", list);
	return out;
}

void eh_audit_put_windows(const struct eh_audit *audit, json_t *tree)
{
	if (audit->by == EH_AUDIT_BY_NOTHING)
		return;
	json_t *more = NULL;
	bool first = true;
	for (size_t i = 0; i < audit->map->protect_n; i++) {
		if (audit->map->protect[i].proxy != NULL) /* probabilities have no counts to put into windows */
			continue;
		if (first)
			eh_audit_put(tree, "tumbling_windows", attribute_json(audit, i));
		else
			eh_audit_append(more = more == NULL ? json_array() : more, attribute_json(audit, i));
		first = false;
	}
	eh_audit_put(tree, "tumbling_windows_more", more);
}
