/*
 * figures.c - the descriptive figures that stand beside the verdicts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/display.h"
#include "judge/fault.h"
#include "judge/lookout.h"
#include "judge/inside.h"
#include "judge/proof.h"
#include "source/shape.h"
#include "stats/association.h"
#include "stats/exact.h"
#include "stats/power.h"
#include "stats/proportion.h"
#include "stats/score.h"
#include "stats/stratified.h"

#define RECENT_DAYS 7 /* the stretch in which a rise of missing labels is looked for */
#define BEFORE_DAYS 30
#define NOTABLE_RISE 0.02 /* points of share */

json_t *eh_judge_real(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

json_t *eh_judge_time(int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

json_t *eh_judge_interval(struct ehs_interval i)
{
	return json_pack("{s:o,s:o,s:o}", "est", eh_judge_real(i.est), "lo", eh_judge_real(i.lo), "hi",
	                 eh_judge_real(i.hi));
}

static struct ehs_moments moments(struct eh_cube_moments m)
{
	return (struct ehs_moments){.n = m.n, .sum = m.sum, .sum_sq = (ehs_int128)m.square};
}

/* A group's score histogram as the statistics library takes it; in the arena. */
static struct ehs_histogram histogram(const struct eh_judge_source *s, uint32_t attribute, uint32_t group,
                                      struct eh_arena *home)
{
	size_t n;
	const struct eh_cube_bin *bin = eh_cube_histogram(s->window, attribute, group, home, &n);
	int64_t *key = eh_arena_zalloc(home, n, sizeof *key);
	uint64_t *count = eh_arena_zalloc(home, n, sizeof *count);

	for (size_t i = 0; i < n; i++) {
		key[i] = bin[i].key;
		count[i] = bin[i].n;
	}
	return (struct ehs_histogram){.key = key, .count = count, .n_bins = n};
}

static json_t *score(const struct eh_judge_source *s, const struct eh_judge_pair *pair)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_judge_axis_of *of = eh_judge_axis_is(s->attribute[pair->attribute].axis);

	/* Scores stand by the groups of one attribute, in the whole book. */
	if (!s->shape.score || pair->reference == 0 || of->other >= 0 || of->stratum >= 0)
		return json_null();
	struct ehs_moments prot = moments(eh_cube_score(s->window, of->attribute, pair->group));
	struct ehs_moments ref = moments(eh_cube_score(s->window, of->attribute, pair->reference));
	struct ehs_smd smd = ehs_smd(&prot, &ref, s->map->score_scale);
	struct ehs_mann_whitney mw = ehs_mann_whitney(histogram(s, of->attribute, pair->group, home),
	                                              histogram(s, of->attribute, pair->reference, home), EHS_Z95);
	double unit = pow(10.0, -s->map->score_scale);
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:o}", "smd", eh_judge_real(smd.smd), "auc",
	                 eh_judge_real(mw.auc.est), "auc_lo", eh_judge_real(mw.auc.lo), "auc_hi",
	                 eh_judge_real(mw.auc.hi), "mean_protected", eh_judge_real(ehs_mean_of(&prot).mean * unit),
	                 "mean_reference", eh_judge_real(ehs_mean_of(&ref).mean * unit), "n_protected",
	                 (json_int_t)prot.n, "n_reference", (json_int_t)ref.n, "mann_whitney_p", eh_judge_real(mw.p));
}

static json_t *stratified(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome)
{
	EH_ARENA_AUTO home = eh_arena_new();

	if (!pair->conditional)
		return json_null();
	struct eh_judge_window w = eh_judge_in_window(s, pair, outcome, EH_JUDGE_CONDITIONAL, home);
	struct ehs_cmh cmh = ehs_cmh(w.strata, w.strata_n, EHS_Z95);
	return json_pack(
		"{s:o,s:o,s:o,s:o,s:I,s:I}", "p", eh_judge_real(cmh.p), "or_mh", eh_judge_real(cmh.odds_ratio.est),
		"lo", eh_judge_real(cmh.odds_ratio.lo), "hi", eh_judge_real(cmh.odds_ratio.hi), "strata",
		(json_int_t)w.strata_met, "informative", (json_int_t)cmh.n_informative);
}

/* Correlation of being in the group with the outcome: both are 0/1, so it is phi of the table. */
static json_t *point_biserial(struct ehs_2x2 t)
{
	struct ehs_moments prot = {.n = t.prot.n, .sum = (ehs_int128)t.prot.x, .sum_sq = (ehs_int128)t.prot.x};
	struct ehs_moments ref = {.n = t.ref.n, .sum = (ehs_int128)t.ref.x, .sum_sq = (ehs_int128)t.ref.x};
	struct ehs_correlation c = ehs_point_biserial(&prot, &ref, EHS_Z95);

	return json_pack("{s:o,s:o,s:o,s:o}", "r", eh_judge_real(c.r.est), "lo", eh_judge_real(c.r.lo), "hi",
	                 eh_judge_real(c.r.hi), "p", eh_judge_real(c.p));
}

/* Cramer's V (bias-corrected) between the attribute and the decision, over all groups in the window. */
static double decision_v(const struct eh_judge_source *s, uint32_t attribute)
{
	const struct eh_judge_table *t = &s->attribute[attribute].window;
	uint64_t *table = eh_xmalloc((size_t)t->groups * 2 * sizeof *table);

	for (uint32_t g = 1; g < t->groups; g++) {
		table[2 * (g - 1)] = t->by_group[g].favourable;
		table[2 * (g - 1) + 1] = t->by_group[g].n - t->by_group[g].favourable;
	}
	struct ehs_contingency c = ehs_contingency(table, t->groups - 1, 2);
	free(table);
	return c.cramers_v_corrected;
}

static json_t *years(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome, int kind)
{
	json_t *list = json_array();

	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &s->judge->standing[i];
		const struct eh_policy *policy = eh_judge_policy(s, st->layer);
		double k = eh_judge_monitors(s->judge, st->layer);

		if (st->outcome != outcome || st->kind != kind)
			continue;
		double log_years = eh_judge_log_years(pair, st->layer, outcome, kind, st->line);
		json_t *line = json_pack("{s:f,s:o,s:f,s:f}", "tau", eh_policy_fraction(st->tau_ppm), "log10_years",
		                         eh_judge_real(log_years / log(10.0)), "page_line_years",
		                         k / eh_policy_fraction(policy->page_ppm), "review_line_years",
		                         k / eh_policy_fraction(policy->review_ppm));
		if (st->layer == EH_POLICY_FLOOR)
			json_object_set_new(line, "layer", json_string(eh_policy_layer_name(st->layer)));
		json_array_append_new(list, line);
	}
	return list;
}

/* What the ratio could be if the missing labels of the window were known; null where none is missing. */
static json_t *bounds(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome)
{
	struct ehs_interval b;

	if (outcome > EH_JUDGE_ADVERSE || !eh_judge_bounds(s, pair, outcome, &b))
		return json_null();
	return json_pack("{s:o,s:o,s:o,s:I}", "est", eh_judge_real(b.est), "lo", eh_judge_real(b.lo), "hi", eh_judge_real(b.hi),
	                 "missing", (json_int_t)s->attribute[pair->attribute].window.by_group[0].n);
}

/* The test costs more the more was decided, and is the same for favourable and adverse, and mostly for raw and within
 * strata: so it is made of the favourable counts alone, and the last one is kept. */
static double fisher_p(const struct eh_judge_counts *counts)
{
	static _Thread_local struct {
		struct ehs_2x2 table;
		double p;
		bool any;
	} last;
	struct ehs_2x2 table = eh_judge_natural(counts, EH_JUDGE_FAVOURABLE);

	if (!last.any || memcmp(&last.table, &table, sizeof table) != 0) {
		last.table = table;
		last.p = ehs_fisher(table).p;
		last.any = true;
	}
	return last.p;
}

json_t *eh_judge_battery(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome, int kind)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_window w = eh_judge_in_window(s, pair, outcome, kind, home);
	struct ehs_2x2 t = eh_judge_natural(&w.counts, outcome);
	double reference_rate = t.ref.n > 0 ? (double)t.ref.x / (double)t.ref.n : NAN;
	json_t *battery = json_pack(
		"{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:o}", "rate_protected",
		eh_judge_interval(ehs_wilson(t.prot, EHS_Z95)), "rate_reference",
		eh_judge_interval(ehs_wilson(t.ref, EHS_Z95)), "risk_difference",
		eh_judge_interval(ehs_rd_newcombe(t, EHS_Z95)), "fisher_p", eh_judge_real(fisher_p(&w.counts)), "cmh",
		stratified(s, pair, outcome), "score", score(s, pair), "point_biserial", point_biserial(t), "cramers_v",
		eh_judge_real(decision_v(s, pair->attribute)), "detectable_air",
		eh_judge_real(ehs_minimum_detectable(t.prot.n, t.ref.n, reference_rate, 0.8, 0.05).value), "years",
		years(s, pair, outcome, kind), "blocks", (json_int_t)pair->blocks_seen, "shortfall",
		eh_judge_real((double)t.prot.n * reference_rate - (double)t.prot.x));

	EH_ASSERT(battery != NULL);
	json_object_set_new(battery, "bounds", bounds(s, pair, outcome));
	json_object_set_new(battery, "proof", eh_judge_proof(s, pair, &w, outcome, kind));
	json_object_set_new(battery, "confidence", kind == EH_JUDGE_RAW ? eh_judge_confidence(s, pair, outcome) : json_null());
	return battery;
}

struct stretch {
	uint64_t n, missing;
};

/* Decisions and missing labels of days [now - from, now - to). */
static struct stretch days(const struct eh_judge_source *s, uint32_t attribute, int from, int to)
{
	struct stretch sum = {0};
	int64_t now = s->days > 0 ? s->day[s->days - 1].day_us + EH_DAY_US : 0;

	for (uint32_t i = 0; i < s->days; i++)
		if (s->day[i].day_us >= now - from * EH_DAY_US && s->day[i].day_us < now - to * EH_DAY_US) {
			sum.n += s->day[i].n;
			sum.missing += s->day[i].missing[attribute];
		}
	return sum;
}

static double share(struct stretch s)
{
	return s.n > 0 ? (double)s.missing / (double)s.n : NAN;
}

static json_t *missing(const struct eh_judge_source *s, uint32_t a)
{
	struct stretch recent = days(s, a, RECENT_DAYS, 0), before = days(s, a, RECENT_DAYS + BEFORE_DAYS, RECENT_DAYS);
	const char *name = s->map->protect[a].name;
	json_t *sentence = json_null();

	if (before.n > 0 && recent.n > 0 && share(recent) - share(before) >= NOTABLE_RISE)
		sentence = json_sprintf("%s is missing in %.1f of 100 decisions of the last %d days, against %.1f of "
		                        "100 in the %d days before; "
		                        "those decisions are in no group and in no ratio",
		                        name, 100.0 * share(recent), RECENT_DAYS, 100.0 * share(before), BEFORE_DAYS);
	return json_pack("{s:s,s:I,s:I,s:o,s:o,s:o}", "attribute", name, "n", (json_int_t)recent.n, "n_missing",
	                 (json_int_t)recent.missing, "share",
	                 eh_judge_real(share(recent)), "share_before", eh_judge_real(share(before)), "sentence",
	                 sentence);
}

static json_t *numeric_proxy(const struct eh_judge_source *s, uint32_t f, uint32_t a)
{
	uint32_t groups = eh_cube_groups(s->names, a);
	struct ehs_moments *m = eh_xmalloc((groups + 1) * sizeof *m);
	uint64_t n = 0;

	for (uint32_t g = 1; g <= groups; g++) {
		m[g - 1] = moments(eh_cube_numeric(s->window, f, a, g));
		n += m[g - 1].n;
	}
	struct ehs_eta eta = ehs_eta_squared(m, groups);
	free(m);
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:I}", "feature", s->map->features[eh_source_numeric(s->map, f)].name,
	                 "kind", "numeric", "attribute", s->map->protect[a].name, "measure", "eta", "value",
	                 eh_judge_real(sqrt(eta.eta_squared)), "n", (json_int_t)n);
}

static json_t *level_proxy(const struct eh_judge_source *s, uint32_t f, uint32_t a)
{
	uint32_t groups = eh_cube_groups(s->names, a), levels = eh_cube_levels(s->names, f);
	uint64_t *table = eh_xmalloc(((size_t)groups * levels + 1) * sizeof *table), n = 0;

	for (uint32_t g = 1; g <= groups; g++)
		for (uint32_t l = 0; l < levels; l++) {
			uint64_t count = eh_cube_level_count(s->window, f, l, a, g).n;

			table[(size_t)(g - 1) * levels + l] = count;
			n += count;
		}
	struct ehs_contingency c = ehs_contingency(table, groups, levels);
	free(table);
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:I}", "feature",
	                 s->map->features[eh_source_categorical(s->map, f)].name, "kind", "categorical", "attribute",
	                 s->map->protect[a].name, "measure", "cramers_v", "value", eh_judge_real(c.cramers_v_corrected),
	                 "n", (json_int_t)n);
}

static json_t *proxies(const struct eh_judge_source *s)
{
	json_t *list = json_array();

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		for (uint32_t f = 0; f < s->shape.numeric; f++)
			json_array_append_new(list, numeric_proxy(s, f, a));
		for (uint32_t f = 0; f < s->shape.level && eh_source_categorical(s->map, f) >= 0; f++)
			json_array_append_new(list, level_proxy(s, f, a));
	}
	return list;
}

static void add_groups(json_t *list, const struct eh_judge_source *s, uint32_t a, const struct eh_cube_count *count)
{
	for (uint32_t g = 1; g <= eh_cube_groups(s->names, a); g++)
		if (count[g].n > 0)
			json_array_append_new(
				list, json_pack("{s:s,s:s,s:I,s:I,s:b}", "attribute", s->map->protect[a].name, "group",
			                        eh_cube_group_label(s->names, a, g), "n", (json_int_t)count[g].n,
			                        "favourable", (json_int_t)count[g].favourable, "reference",
			                        strcmp(eh_cube_group_label(s->names, a, g),
			                               s->map->protect[a].reference) == 0));
}

json_t *eh_judge_groups(const struct eh_judge_source *s, const struct eh_cube *cube)
{
	json_t *list = json_array();

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		struct eh_cube_count *count = eh_xmalloc((eh_cube_groups(s->names, a) + 1) * sizeof *count);

		eh_cube_by_group(cube, a, count);
		add_groups(list, s, a, count);
		free(count);
	}
	return list;
}

static json_t *daily(const struct eh_judge_source *s)
{
	json_t *list = json_array();

	for (uint32_t i = s->days > 90 ? s->days - 90 : 0; i < s->days; i++) {
		char day[EH_TIME_TEXT];

		eh_time_format(s->day[i].day_us, day);
		json_array_append_new(list, json_pack("{s:s#,s:I}", "day", day, 10, "n", (json_int_t)s->day[i].n));
	}
	return list;
}

struct unmapped {
	const char *attribute;
	json_t *list;
};

static void add_unmapped(void *ctx, const char *value, uint64_t n, int64_t since_us)
{
	struct unmapped *u = ctx;

	json_array_append_new(u->list, json_pack("{s:s,s:s,s:I,s:o}", "attribute", u->attribute, "value", value, "n", (json_int_t)n,
	                                         "since", eh_judge_time(since_us)));
}

static json_t *unmapped(const struct eh_judge_source *s)
{
	struct unmapped u = {.list = json_array()};

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		u.attribute = s->map->protect[a].name;
		eh_judge_unmapped(s, a, add_unmapped, &u);
	}
	return u.list;
}

/* Decisions with a group in at least one attribute, of the last looks and of all. */
static json_t *monitored(const struct eh_judge_source *s)
{
	const struct eh_judge_lookout *l = s->lookout;

	if (l->look_us == INT64_MIN || !eh_judge_lookout_covers(l))
		return json_null();
	return json_pack("{s:I,s:I,s:s}", "n", (json_int_t)eh_judge_lookout_sum(l, l->n, l->base + 1), "monitored",
	                 (json_int_t)eh_judge_lookout_sum(l, l->monitored, l->base + 1), "over", eh_judge_lookout_before(l));
}

json_t *eh_judge_figures(const struct eh_judge_source *s)
{
	json_t *lacking = json_array(), *association = json_array();

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		json_array_append_new(lacking, missing(s, a));
		json_array_append_new(association, json_pack("{s:s,s:o}", "attribute", s->map->protect[a].name,
		                                             "cramers_v", eh_judge_real(decision_v(s, a))));
	}
	json_t *figures = json_pack(
		"{s:o,s:o,s:I,s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:I,s:o}", "window_start", eh_judge_time(s->window_start_us),
		"pane_end", eh_judge_time(s->pane_end_us), "n", (json_int_t)eh_cube_n(s->window), "missing", lacking,
		"proxies", proxies(s), "association", association, "naive_alerts", (json_int_t)s->naive_alerts,
		"naive_since", eh_judge_time(s->naive_since_us), "groups", eh_judge_groups(s, s->window), "daily",
		daily(s), "monitors_watched", (json_int_t)eh_judge_monitors(s->judge, EH_POLICY_HOUSE), "unmapped", unmapped(s));
	EH_ASSERT(figures != NULL);
	json_object_set_new(figures, "monitored", monitored(s));
	return figures;
}
