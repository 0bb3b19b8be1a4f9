/*
 * pack_result.c - see pack_result.h: line by line, attribute by attribute, group by group.
 */
#include "evidence/pack_result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fixed.h"
#include "base/time.h"
#include "evidence/part.h"
#include "stats/multiplicity.h"

/* One line on its way into JSON. */
struct lining {
	struct eh_arena *home;
	const struct eh_evidence_book *book;
	const struct eh_pack_line *line;
	const struct eh_evidence_split *split;
	size_t splits;
	json_t *rows;
	double *p; /* one a row, NaN where it has no test */
	size_t n, cap;
};

json_t *eh_evidence_decimal(double x)
{
	char text[330];

	if (!isfinite(x))
		return json_null();
	(void)snprintf(text, sizeof text, "%.6f", fabs(x) < 0.5e-6 ? 0.0 : x);
	return json_string(text);
}

void eh_evidence_put(json_t *object, const char *key, json_t *value)
{
	EH_ASSERT(json_object_set_new(object, key, value) == 0);
}

static json_t *ppm_text(int64_t ppm)
{
	char text[32];

	eh_fixed_format(ppm, 6, text);
	return json_string(text);
}

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_string(text);
}

static void keep(struct lining *l, json_t *row, double p)
{
	EH_ASSERT(row != NULL);
	if (l->n == l->cap) {
		double *more = eh_arena_zalloc(l->home, 2 * l->cap + 16, sizeof *more);

		if (l->n > 0)
			memcpy(more, l->p, l->n * sizeof *more);
		l->p = more;
		l->cap = 2 * l->cap + 16;
	}
	l->p[l->n++] = p;
	json_array_append_new(l->rows, row);
}

/* Something that is asked for and cannot be answered: it is said, with the reason. */
static void say(struct lining *l, const char *attribute, const char *group, const char *verdict, const char *reason)
{
	keep(l, json_pack("{s:s?,s:s?,s:s,s:s}", "attribute", attribute, "group", group, "verdict", verdict, "reason", reason), NAN);
}

/* ---- what cannot be answered -------------------------------------------------------------- */

static bool is_of_scores(enum eh_pack_metric metric)
{
	return metric == EH_PACK_MEAN_DIFFERENCE || metric == EH_PACK_T_TEST || metric == EH_PACK_SCORING_TABLE;
}

/* Why a line has no figure in this book at all; NULL: it may have one. */
static const char *why_not(const struct eh_evidence_book *book, const struct eh_pack_line *line)
{
	if (!book->fits)
		return "panes of seven days do not fit into a calendar period";
	if (line->metric == EH_PACK_AMOUNT_GAP)
		return "the cube holds no amounts: `evenhand audit` measures them, on the rows";
	if (is_of_scores(line->metric) && !book->shape->score)
		return "the source has no score";
	if (line->metric == EH_PACK_DRIVERS && book->shape->numeric + book->shape->level == 0)
		return "the source's map names no feature";
	if (line->metric == EH_PACK_FALSE_ADVERSE && !book->shape->outcome)
		return "what became of decisions cannot be seen in this source";
	if (line->metric == EH_PACK_FALSE_ADVERSE && !book->outcomes_due)
		return "outcomes of this period were not due when it closed";
	return NULL;
}

/* ---- one group against its reference ------------------------------------------------------- */

static bool is_rate(enum eh_pack_metric metric)
{
	return metric == EH_PACK_IMPACT_RATIO || metric == EH_PACK_ODDS_RATIO || metric == EH_PACK_RATE_DIFFERENCE ||
	       metric == EH_PACK_Z_TEST;
}

static void put_finding(json_t *row, const struct eh_pack_line *line, const struct eh_evidence_finding *f)
{
	eh_evidence_put(row, "estimate", eh_evidence_decimal(f->est));
	eh_evidence_put(row, "lo", eh_evidence_decimal(f->lo));
	eh_evidence_put(row, "hi", eh_evidence_decimal(f->hi));
	eh_evidence_put(row, "interval", f->interval != NULL ? json_string(f->interval) : json_null());
	eh_evidence_put(row, "p", eh_evidence_decimal(f->p));
	eh_evidence_put(row, "log10_p", eh_evidence_decimal(f->log10_p));
	eh_evidence_put(row, "practical", line->has_threshold && f->enough ? json_boolean(f->practical) : json_null());
	eh_evidence_put(row, "statistical",
	                line->test != EH_PACK_NO_TEST && f->enough ? json_boolean(f->statistical) : json_null());
	eh_evidence_put(row, "verdict", json_string(eh_evidence_verdict(line, f)));
	eh_evidence_put(row, "reason", f->enough ? json_null() : json_string("fewer decisions than the line's minimum"));
}

static void put_pooled(struct lining *l, const struct eh_evidence_view *view, struct eh_cube_count *const *slices, uint32_t group,
                       uint32_t reference, json_t *row)
{
	json_t *pooled = json_array();

	for (size_t i = 0; i < l->splits; i++)
		if (slices[i] != NULL)
			json_array_append_new(pooled, eh_evidence_pooled(l->home, l->line, &l->split[i], view, slices[i], group, reference));
	eh_evidence_put(row, "pooled", pooled);
}

static struct ehs_2x2 falsely_adverse(const struct eh_evidence_view *view, uint32_t group, uint32_t reference)
{
	const struct eh_cube_outcomes *p = &view->outcomes[group], *r = &view->outcomes[reference];

	return (struct ehs_2x2){{p->of[0].benign + p->of[1].benign, p->of[0].benign},
	                        {r->of[0].benign + r->of[1].benign, r->of[0].benign}};
}

static void compare(struct lining *l, const struct eh_evidence_view *view, struct eh_cube_count *const *slices, uint32_t group,
                    uint32_t reference)
{
	const struct eh_pack_line *line = l->line;
	bool rate = is_rate(line->metric);
	struct ehs_2x2 t = rate ? eh_evidence_table(line, view->count[group], view->count[reference])
	                        : falsely_adverse(view, group, reference);
	json_t *row = json_pack("{s:s,s:s,s:s}", "attribute", view->attribute, "group", view->label[group], "reference",
	                        view->label[reference]);

	if (line->metric == EH_PACK_DRIVERS) {
		eh_evidence_put(row, "verdict", json_string(EH_EVIDENCE_SHOWN));
		eh_evidence_put(row, "drivers", eh_evidence_drivers(l->home, l->book, view, group, reference));
		keep(l, row, NAN);
		return;
	}
	bool counts = rate || line->metric == EH_PACK_FALSE_ADVERSE;
	struct eh_evidence_finding f =
		counts ? eh_evidence_rates(line, t) : eh_evidence_scores(l->home, l->book, view, line, group, reference);
	if (counts) {
		eh_evidence_put(row, "n_protected", json_integer((json_int_t)t.prot.n));
		eh_evidence_put(row, "k_protected", json_integer((json_int_t)t.prot.x));
		eh_evidence_put(row, "n_reference", json_integer((json_int_t)t.ref.n));
		eh_evidence_put(row, "k_reference", json_integer((json_int_t)t.ref.x));
	}
	put_finding(row, line, &f);
	if (rate) {
		eh_evidence_put(row, "detectable_ratio", eh_evidence_decimal(eh_evidence_detectable(line, t)));
		put_pooled(l, view, slices, group, reference, row);
	}
	keep(l, row, f.enough ? f.p : NAN);
}

/* ---- one attribute --------------------------------------------------------------------------- */

static bool is_large(const struct eh_pack_line *line, const struct eh_evidence_view *view, uint32_t group)
{
	return (ehs_uint128)view->count[group].n * EH_PACK_PPM >= (ehs_uint128)view->known * (uint64_t)line->share_ppm;
}

/* The group that the others are held against; 0: there is none. */
static uint32_t reference_of(const struct eh_pack_line *line, const struct eh_evidence_view *view)
{
	uint32_t best = 0;

	if (line->reference == EH_PACK_NAMED)
		return view->named != 0 && view->count[view->named].n > 0 ? view->named : 0;
	for (uint32_t g = 1; g < view->groups; g++) {
		const struct eh_cube_count *c = &view->count[g], *b = &view->count[best];

		if (c->n == 0 || !is_large(line, view, g))
			continue;
		if (best == 0 || (ehs_uint128)c->favourable * b->n > (ehs_uint128)b->favourable * c->n)
			best = g;
	}
	return best;
}

static struct eh_cube_count **slice_all(struct lining *l, const struct eh_evidence_view *view)
{
	struct eh_cube_count **slices = eh_arena_zalloc(l->home, l->splits + 1, sizeof *slices);

	for (size_t i = 0; is_rate(l->line->metric) && i < l->splits; i++)
		if ((uint64_t)l->split[i].parts * view->groups <= EH_EVIDENCE_CELLS_MAX)
			slices[i] = eh_evidence_slice(l->home, l->book, view, &l->split[i]);
	return slices;
}

static void compare_all(struct lining *l, const struct eh_evidence_view *view)
{
	uint32_t reference = reference_of(l->line, view);

	if (reference == 0) {
		say(l, view->attribute, NULL, EH_EVIDENCE_NOT_ENOUGH,
		    l->line->reference == EH_PACK_NAMED
			    ? eh_arena_printf(l->home, "the reference group %s has no decision in this period", view->named_label)
			    : "no group has decisions enough to be a reference");
		return;
	}
	struct eh_cube_count **slices = slice_all(l, view);
	uint32_t compared = 0;
	for (uint32_t g = 1; g < view->groups; g++) {
		if (g == reference || view->count[g].n == 0)
			continue;
		compared++;
		if (is_large(l->line, view, g))
			compare(l, view, slices, g, reference);
		else
			say(l, view->attribute, view->label[g], EH_EVIDENCE_NOT_ENOUGH,
			    "a smaller share of the decisions than the line compares");
	}
	if (compared == 0)
		say(l, view->attribute, NULL, EH_EVIDENCE_NOT_ENOUGH, "no other group has a decision in this period");
}

static void missing_share(struct lining *l, const struct eh_evidence_view *view)
{
	uint64_t missing = view->n - view->known;
	bool over = (ehs_uint128)missing * EH_PACK_PPM >= (ehs_uint128)view->n * (uint64_t)l->line->threshold_ppm;
	struct eh_evidence_finding f = {
		.est = view->n > 0 ? (double)missing / (double)view->n : NAN, .enough = view->n > 0, .practical = over};

	keep(l, json_pack("{s:s,s:n,s:I,s:I,s:o,s:s}", "attribute", view->attribute, "group", "n_protected", (json_int_t)view->n,
	                  "k_protected", (json_int_t)missing, "estimate", eh_evidence_decimal(f.est), "verdict",
	                  eh_evidence_verdict(l->line, &f)),
	     NAN);
}

static void look_at(struct lining *l, uint32_t first, int second)
{
	enum eh_pack_metric metric = l->line->metric;
	struct eh_evidence_view view;

	if (second >= 0 && (uint64_t)eh_cube_groups(l->book->names, first) * eh_cube_groups(l->book->names, (uint32_t)second) >
	                           EH_EVIDENCE_CELLS_MAX / 256) {
		say(l, l->book->map->protect[first].name, NULL, EH_EVIDENCE_NOT_APPLICABLE, "the two attributes have too many groups crossed");
		return;
	}
	eh_evidence_view(l->home, l->book, first, second, &view);
	if (second >= 0 && (is_of_scores(metric) || metric == EH_PACK_DRIVERS)) {
		say(l, view.attribute, NULL, EH_EVIDENCE_NOT_APPLICABLE, "the cube holds scores and features an attribute, not crossed");
		return;
	}
	if (metric == EH_PACK_MISSING_SHARE) {
		missing_share(l, &view);
	} else if (metric == EH_PACK_SELECTION_TABLE || metric == EH_PACK_SCORING_TABLE) {
		json_t *rows = eh_evidence_form(l->home, l->book, &view, metric == EH_PACK_SCORING_TABLE), *row;
		size_t i;

		json_array_foreach(rows, i, row)
			keep(l, json_incref(row), NAN);
		json_decref(rows);
		say(l, view.attribute, "(not recorded)", EH_EVIDENCE_SHOWN,
		    eh_arena_printf(l->home, "%llu decisions without a recorded group", (unsigned long long)(view.n - view.known)));
	} else {
		compare_all(l, &view);
	}
}

/* ---- one line ---------------------------------------------------------------------------------- */

static void look_at_named(struct lining *l, const char *name)
{
	int a = eh_map_find_protected(l->book->map, name);

	if (a < 0)
		say(l, name, NULL, EH_EVIDENCE_NOT_APPLICABLE, eh_arena_printf(l->home, "the source has no attribute %s", name));
	else if (l->book->map->protect[a].proxy != NULL)
		say(l, name, NULL, EH_EVIDENCE_NOT_APPLICABLE, "membership is estimated: `evenhand audit` measures it, on the rows");
	else
		look_at(l, (uint32_t)a, -1);
}

static void look_at_all(struct lining *l)
{
	const struct eh_map *map = l->book->map;

	for (size_t i = 0; i < l->line->attributes_n; i++)
		look_at_named(l, l->line->attributes[i]);
	for (size_t i = 0; l->line->attributes == NULL && i < map->protect_n; i++)
		look_at_named(l, map->protect[i].name);
	for (size_t i = 0; l->line->intersections && i < map->intersections_n; i++) {
		const int *pair = map->intersections[i];

		if (map->protect[pair[0]].proxy == NULL && map->protect[pair[1]].proxy == NULL)
			look_at(l, (uint32_t)pair[0], pair[1]);
		else
			say(l, eh_arena_printf(l->home, "%s x %s", map->protect[pair[0]].name, map->protect[pair[1]].name), NULL,
			    EH_EVIDENCE_NOT_APPLICABLE, "membership is estimated: `evenhand audit` measures it, on the rows");
	}
}

/* The tests of one line are one family: many groups are many chances to be wrong. */
static void adjust(struct lining *l)
{
	double *holm = eh_arena_zalloc(l->home, l->n + 1, sizeof *holm), *bh = eh_arena_zalloc(l->home, l->n + 1, sizeof *bh);
	size_t *order = eh_arena_zalloc(l->home, l->n + 1, sizeof *order);

	EH_ASSERT(ehs_adjust(EHS_HOLM, l->p, l->n, holm, order) == EHS_OK && ehs_adjust(EHS_BH, l->p, l->n, bh, order) == EHS_OK);
	for (size_t i = 0; i < l->n; i++) {
		if (isnan(l->p[i]))
			continue;
		eh_evidence_put(json_array_get(l->rows, i), "p_holm", eh_evidence_decimal(holm[i]));
		eh_evidence_put(json_array_get(l->rows, i), "p_bh", eh_evidence_decimal(bh[i]));
	}
}

static json_t *line_json(const struct eh_pack_line *line)
{
	json_t *doc = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:s,s:s,s:s}", "line", line->name, "metric",
	                        eh_pack_metric_name(line->metric), "outcome", line->adverse ? "adverse" : "favourable", "citation",
	                        line->citation, "reference_rule", eh_pack_reference_name(line->reference), "direction",
	                        eh_pack_direction_name(line->direction), "minimum_n", (json_int_t)line->min_n, "minimum_rarer",
	                        (json_int_t)line->min_rarer, "threshold_origin", eh_pack_origin_name(line->threshold_origin),
	                        "test_origin", eh_pack_origin_name(line->test_origin), "status", eh_pack_status_name(line->status));

	EH_ASSERT(doc != NULL);
	eh_evidence_put(doc, "threshold", line->has_threshold ? ppm_text(line->threshold_ppm) : json_null());
	eh_evidence_put(doc, "test", json_string(eh_pack_test_name(line->test)));
	eh_evidence_put(doc, "level", line->test != EH_PACK_NO_TEST ? ppm_text(line->level_ppm) : json_null());
	eh_evidence_put(doc, "note", line->note != NULL ? json_string(line->note) : json_null());
	return doc;
}

/* Verdicts by name, and rows that only the pooled figure shows. */
static void count_up(const json_t *rows, json_t *summary)
{
	json_t *row, *pooled;
	size_t i, j;

	json_array_foreach(rows, i, row) {
		const char *verdict = json_string_value(json_object_get(row, "verdict"));
		bool hidden = false;

		eh_evidence_put(summary, verdict, json_integer(json_integer_value(json_object_get(summary, verdict)) + 1));
		json_array_foreach(json_object_get(row, "pooled"), j, pooled)
			hidden |= json_is_true(json_object_get(pooled, "hidden_by_slicing"));
		if (hidden)
			eh_evidence_put(summary, "hidden_by_slicing",
			                json_integer(json_integer_value(json_object_get(summary, "hidden_by_slicing")) + 1));
	}
}

static json_t *evaluate(struct lining *l, json_t *summary)
{
	const char *why = why_not(l->book, l->line);
	json_t *doc = line_json(l->line);

	l->rows = json_array();
	l->n = 0;
	if (why != NULL) {
		say(l, NULL, NULL, EH_EVIDENCE_NOT_APPLICABLE, why);
	} else {
		look_at_all(l);
		adjust(l);
	}
	count_up(l->rows, summary);
	eh_evidence_put(doc, "rows", l->rows);
	return doc;
}

static json_t *empty_summary(void)
{
	static const char *const keys[] = {"both", "practical", "statistical", "none", EH_EVIDENCE_NOT_ENOUGH,
	                                   EH_EVIDENCE_NOT_APPLICABLE, EH_EVIDENCE_SHOWN, "hidden_by_slicing"};
	json_t *summary = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		eh_evidence_put(summary, keys[i], json_integer(0));
	return summary;
}

enum eh_rc eh_evidence_pack(const struct eh_evidence_book *book, const struct eh_pack *pack, json_t **result,
                            struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_evidence_split *split;
	struct lining l = {.home = home, .book = book, .splits = eh_evidence_splits(home, book, &split)};
	char period[EH_PACK_PERIOD_TEXT], version[EH_SHA256_HEX], map[EH_SHA256_HEX];
	json_t *lines = json_array(), *summary = empty_summary();

	l.split = split;
	for (uint32_t i = 0; i < pack->lines; i++) {
		l.line = &pack->line[i];
		json_array_append_new(lines, evaluate(&l, summary));
	}
	eh_pack_period_format(pack->period, book->from_us, period);
	eh_sha256_hex(&pack->version, version);
	eh_sha256_hex(&book->map->version, map);
	*result = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:I,s:o,s:o}", "schema", "evenhand/pack-result/1", "pack",
	                    pack->name, "title", pack->title, "pack_sha256", version, "status", eh_pack_status_name(pack->status),
	                    "note", pack->note, "source", book->map->source, "map_sha256", map, "from", instant(book->from_us), "to",
	                    instant(book->to_us), "period", period, "n", (json_int_t)eh_cube_n(book->cube), "lines", lines, "summary",
	                    summary);
	return *result != NULL ? EH_OK : eh_fail(err, EH_BAD_INPUT, "a name of source %s is not UTF-8", book->map->source);
}
