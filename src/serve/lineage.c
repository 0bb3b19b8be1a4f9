/*
 * lineage.c - see lineage.h.
 */
#include "serve/lineage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/chart.h"
#include "page/words.h"
#include "stats/proportion.h"

#define DOTS_MOST 14

struct component {
	const json_t *item;
	const char *role, *name;
	bool changed;
	int64_t n_group, n_reference, k_group, k_reference, n;
	struct ehs_interval ratio;
};

static int64_t by_group(const json_t *item, const char *key, const char *group)
{
	return eh_page_json_count(json_object_get(item, key), group);
}

static struct component read_component(struct eh_arena *arena, const json_t *item, const char *group,
                                       const char *reference)
{
	const char *version = eh_page_json_text(item, "version"), *name = eh_page_json_text(item, "component");
	struct component c = {
		.item = item,
		.role = eh_page_json_text(item, "role"),
		.changed = json_is_true(json_object_get(item, "changed_since_onset")),
		.n = eh_page_json_count(item, "n"),
		.n_group = by_group(item, "n_by_group", group),
		.n_reference = by_group(item, "n_by_group", reference),
		.k_group = by_group(item, "k_by_group", group),
		.k_reference = by_group(item, "k_by_group", reference),
	};

	c.role = c.role ? c.role : "?";
	c.name = name ? name : version ? version : "?";
	if (version && name && strcmp(version, name) != 0)
		c.name = eh_arena_printf(arena, "%s %s", name, version);
	struct ehs_2x2 table = {.prot = {.n = (uint64_t)c.n_group, .x = (uint64_t)c.k_group},
	                        .ref = {.n = (uint64_t)c.n_reference, .x = (uint64_t)c.k_reference}};
	c.ratio = ehs_air_koopman(table, EHS_Z95);
	return c;
}

static const char *share_of(struct eh_arena *arena, int64_t k, int64_t n)
{
	return n == 0 ? "no decisions"
	              : eh_arena_printf(arena, "%s (%s of %s)", eh_page_words_share(arena, (double)k / (double)n),
	                                eh_page_words_count(arena, k), eh_page_words_count(arena, n));
}

static json_t *make_row(struct eh_arena *arena, const struct component *c)
{
	int64_t seen_us;
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "role", c->role, "name", c->name, "group_rate",
	                        share_of(arena, c->k_group, c->n_group), "reference_rate",
	                        share_of(arena, c->k_reference, c->n_reference), "ratio",
	                        eh_page_words_number(arena, isfinite(c->ratio.est) ? c->ratio.est : NAN, 2), "changed",
	                        c->changed);

	EH_ASSERT(row);
	eh_page_set(row, "vendor", eh_page_json_text(c->item, "vendor"));
	if (eh_page_json_time(c->item, "first_seen", &seen_us))
		eh_page_set(row, "first_seen", eh_page_words_day(arena, seen_us));
	return row;
}

/* What says most comes first: what changed since the onset, then what lies farthest above parity for sure. */
static int by_weight(const void *a, const void *b)
{
	const struct component *x = a, *y = b;
	double x_lo = isfinite(x->ratio.est) ? x->ratio.lo : -1, y_lo = isfinite(y->ratio.est) ? y->ratio.lo : -1;

	if (x->changed != y->changed)
		return x->changed ? -1 : 1;
	if (x_lo > y_lo || x_lo < y_lo)
		return x_lo > y_lo ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* ---- who answers ---- */

static const char *of(const json_t *answers, const char *key)
{
	const char *text = eh_page_json_text(answers, key);

	return text ? text : "";
}

/* The entry for that party, made where it is new. */
static json_t *party(json_t *parties, const json_t *answers)
{
	json_t *entry;
	size_t i;

	json_array_foreach(parties, i, entry)
		if (strcmp(of(entry, "accountable"), of(answers, "accountable")) == 0 &&
		    strcmp(of(entry, "contact"), of(answers, "contact")) == 0)
			return entry;
	entry = json_pack("{s:s, s:s, s:s, s:[]}", "accountable", of(answers, "accountable"), "contact",
	                  of(answers, "contact"), "deputy", of(answers, "deputy"), "components");
	eh_page_append(parties, entry);
	return entry;
}

/* Each accountable party once, with what it answers for; what nobody answers for comes last. */
static json_t *make_answers(const struct component *components, size_t n, json_t *unanswered)
{
	json_t *parties = json_array();

	for (size_t i = 0; i < n; i++) {
		const json_t *answers = json_object_get(components[i].item, "answers");
		json_t *to =
			json_is_object(answers) ? json_object_get(party(parties, answers), "components") : unanswered;
		eh_page_append(to, json_pack("{s:s, s:s}", "role", components[i].role, "name", components[i].name));
	}
	return parties;
}

/* Above the drift line with its whole interval: alert.  Few decisions: thin.  Else nothing is said of it. */
static enum eh_state state_of(const struct component *c)
{
	if (!isfinite(c->ratio.est) || c->n_group < 30)
		return EH_PAGE_STATE_THIN;
	return c->ratio.lo > 1 / .9 ? EH_PAGE_STATE_ALERT : EH_PAGE_STATE_OK;
}

static json_t *make_chart(struct eh_arena *arena, const struct component *components, size_t n, const char *group,
                          const char *reference)
{
	struct eh_chart_dot dots[DOTS_MOST];
	static const struct eh_chart_rule rules[] = {{1, "parity", EH_PAGE_RULE_PARITY},
	                                             {1 / .9, "drift line 1.11", EH_PAGE_RULE_OWN}};
	size_t drawn = 0;
	EH_BUF_AUTO svg = {0};

	for (size_t i = 0; i < n && drawn < DOTS_MOST; i++) {
		const struct component *c = &components[i];
		if (!isfinite(c->ratio.est) || c->ratio.est <= 0)
			continue;
		dots[drawn++] = (struct eh_chart_dot){
			.label = eh_arena_printf(arena, "%s %s", c->role, c->name),
			.note = eh_arena_printf(arena, "n %s", eh_page_words_count(arena, c->n_group)),
			.value = c->ratio.est,
			.lo = c->ratio.lo > 0 ? c->ratio.lo : NAN,
			.hi = isfinite(c->ratio.hi) ? c->ratio.hi : NAN,
			.state = state_of(c)};
	}
	if (drawn == 0)
		return NULL;
	struct eh_chart_dots chart = {
		.about =
			{"components", "Adverse ratio by component",
	                 eh_arena_printf(
				 arena,
				 "The adverse rate of %s divided by that of %s, among the decisions "
				 "that each component stood behind since the onset, with 95\u00a0%% intervals.",
				 group, reference)},
		.unit = "ratio",
		.rows = dots,
		.n = drawn,
		.rules = rules,
		.n_rules = 2,
		.log = true,
		.decimals = 2};
	eh_page_chart_dots(&svg, &chart);
	return json_pack("{s:s, s:s, s:s, s:o}", "title", chart.about.title, "sentence", chart.about.desc, "chart",
	                 svg.data, "table", eh_page_chart_dots_table(&chart));
}

void eh_serve_lineage(struct eh_arena *arena, const json_t *body, json_t *model)
{
	const json_t *lineage = json_object_get(body, "lineage");
	const char *group = eh_page_json_text(body, "group"), *reference = eh_page_json_text(body, "reference");
	size_t n = json_array_size(lineage);
	json_t *rows = json_array();

	if (n == 0 || !group || !reference) {
		json_decref(rows);
		return;
	}
	struct component *components = eh_arena_zalloc(arena, n, sizeof *components);
	for (size_t i = 0; i < n; i++)
		components[i] = read_component(arena, json_array_get(lineage, i), group, reference);
	qsort(components, n, sizeof *components, by_weight);
	for (size_t i = 0; i < n; i++)
		eh_page_append(rows, make_row(arena, &components[i]));
	eh_page_put(model, "lineage",
	            json_pack("{s:s, s:s, s:o}", "group", group, "reference", reference, "rows", rows));
	json_t *unanswered = json_array(), *parties = make_answers(components, n, unanswered);
	eh_page_put(model, "answers",
	            json_pack("{s:o, s:o, s:b}", "parties", parties, "unanswered", unanswered, "any_unanswered",
	                      json_array_size(unanswered) > 0));
	json_t *chart = make_chart(arena, components, n, group, reference);
	if (chart)
		eh_page_put(model, "components", chart);
}
