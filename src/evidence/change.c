/*
 * change.c - see change.h.
 */
#include "evidence/change.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "evidence/part.h"
#include "stats/drift.h"
#include "stats/multiplicity.h"
#include "stats/proportion.h"

#define LEVEL 0.05
#define LEAST_N 30
#define LEAST_RARER 5
#define CONFIDENCE .95

/* Rows, and the p of each, NaN where it has none. */
struct changing {
	struct eh_arena *home;
	json_t *rows;
	double *p;
	size_t n, cap;
};

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_string(text);
}

static json_t *side(struct ehs_2x2 t)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:o}", "n_protected", (json_int_t)t.prot.n, "k_protected", (json_int_t)t.prot.x,
	                 "n_reference", (json_int_t)t.ref.n, "k_reference", (json_int_t)t.ref.x, "ratio",
	                 eh_evidence_decimal(ehs_air_koopman(t, EHS_Z95).est));
}

static void keep(struct changing *c, json_t *row, double p)
{
	EH_ASSERT(row != NULL);
	if (c->n == c->cap) {
		double *more = eh_arena_zalloc(c->home, 2 * c->cap + 16, sizeof *more);

		if (c->n > 0)
			memcpy(more, c->p, c->n * sizeof *more);
		c->p = more;
		c->cap = 2 * c->cap + 16;
	}
	c->p[c->n++] = p;
	json_array_append_new(c->rows, row);
}

static const char *verdict(bool practical, bool statistical)
{
	return practical ? (statistical ? "both" : "practical") : statistical ? "statistical" : "none";
}

static void hold(struct changing *c, const struct eh_evidence_view *before, const struct eh_evidence_view *after,
                 uint32_t group, bool adverse)
{
	const struct eh_pack_line line = {.adverse = adverse};
	struct ehs_2x2 was = eh_evidence_table(&line, before->count[group], before->count[before->named]);
	struct ehs_2x2 is = eh_evidence_table(&line, after->count[group], after->count[after->named]);
	bool enough = ehs_enough(was, LEAST_N, LEAST_RARER) && ehs_enough(is, LEAST_N, LEAST_RARER);
	struct ehs_result shift = ehs_air_shift(is, was, CONFIDENCE);
	double worse = adverse ? shift.est : -shift.est; /* above 0: to the group's disadvantage */
	bool known = enough && isfinite(shift.est);
	json_t *row = json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s?}", "attribute", after->attribute, "group",
	                        after->label[group], "reference", after->label[after->named], "outcome",
	                        adverse ? "adverse" : "favourable", "before", side(was), "after", side(is), "log_ratio_change",
	                        eh_evidence_decimal(shift.est), "lo", eh_evidence_decimal(shift.lo), "hi",
	                        eh_evidence_decimal(shift.hi), "p", eh_evidence_decimal(shift.p), "log10_p",
	                        eh_evidence_decimal(shift.log10_p), "verdict",
	                        !known ? EH_EVIDENCE_NOT_ENOUGH
	                               : verdict(worse >= -log(EH_EVIDENCE_CHANGE_LINE), shift.p < LEVEL && worse > 0),
	                        "reason",
	                        known     ? NULL
	                        : !enough ? "fewer decisions before or after than the test's minimum"
	                                  : "a rate of 0 has no ratio to compare");

	keep(c, row, known ? shift.p : NAN);
}

static void hold_attribute(struct changing *c, const struct eh_evidence_change *change, uint32_t attribute)
{
	struct eh_evidence_book book = {.map = change->map, .shape = change->shape, .names = change->names, .cube = change->before};
	struct eh_evidence_view before, after;

	if (change->map->protect[attribute].proxy != NULL) {
		keep(c, json_pack("{s:s,s:s,s:s}", "attribute", change->map->protect[attribute].name, "verdict",
		                  EH_EVIDENCE_NOT_APPLICABLE, "reason", "membership is estimated"),
		     NAN);
		return;
	}
	eh_evidence_view(c->home, &book, attribute, -1, &before);
	book.cube = change->after;
	eh_evidence_view(c->home, &book, attribute, -1, &after);
	if (after.named == 0) {
		keep(c, json_pack("{s:s,s:s,s:s}", "attribute", after.attribute, "verdict", EH_EVIDENCE_NOT_ENOUGH, "reason",
		                  "the reference group has no decision"),
		     NAN);
		return;
	}
	for (uint32_t g = 1; g < after.groups; g++) {
		if (g == after.named || before.count[g].n + after.count[g].n == 0)
			continue;
		hold(c, &before, &after, g, false);
		hold(c, &before, &after, g, true);
	}
}

/* Decisions after the change that the component stood behind. */
static uint64_t behind(const struct eh_evidence_change *change)
{
	uint64_t n = 0;

	for (size_t i = 0, cells = eh_cube_cells(change->after); i < cells; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(change->after, i);
		const char *at = eh_cube_tuple_is_other(change->names, EH_CUBE_LINEAGE, cell.lineage)
		                         ? NULL
		                         : eh_cube_tuple_field(change->names, EH_CUBE_LINEAGE, cell.lineage, change->role_at);

		n += at != NULL && strcmp(at, change->component) == 0 ? cell.n : 0;
	}
	return n;
}

static void adjust(struct changing *c)
{
	double *holm = eh_arena_zalloc(c->home, c->n + 1, sizeof *holm);
	size_t *order = eh_arena_zalloc(c->home, c->n + 1, sizeof *order);

	EH_ASSERT(ehs_adjust(EHS_HOLM, c->p, c->n, holm, order) == EHS_OK);
	for (size_t i = 0; i < c->n; i++)
		if (!isnan(c->p[i]))
			eh_evidence_put(json_array_get(c->rows, i), "p_holm", eh_evidence_decimal(holm[i]));
}

enum eh_rc eh_evidence_change(const struct eh_evidence_change *change, json_t **result, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct changing c = {.home = home, .rows = json_array()};
	char map[EH_SHA256_HEX];

	for (uint32_t a = 0; a < change->shape->attributes && a < change->map->protect_n; a++)
		hold_attribute(&c, change, a);
	adjust(&c);
	eh_sha256_hex(&change->map->version, map);
	*result = json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:I,s:I,s:o,s:o,s:I,s:I,s:o}", "schema",
	                    "evenhand/change-result/1", "source", change->map->source, "map_sha256", map, "role", change->role,
	                    "component", change->component, "from", instant(change->from_us), "first_seen",
	                    instant(change->first_us), "to", instant(change->to_us), "n_before",
	                    (json_int_t)eh_cube_n(change->before), "n_after", (json_int_t)eh_cube_n(change->after), "n_component",
	                    (json_int_t)behind(change), "line", eh_evidence_decimal(EH_EVIDENCE_CHANGE_LINE), "level",
	                    eh_evidence_decimal(LEVEL), "minimum_n", (json_int_t)LEAST_N, "minimum_rarer", (json_int_t)LEAST_RARER,
	                    "rows", c.rows);
	return *result != NULL ? EH_OK : eh_fail(err, EH_BAD_INPUT, "a name of source %s is not UTF-8", change->map->source);
}
