/*
 * outcomes.c - see outcomes.h.
 */
#include "judge/outcomes.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/display.h"
#include "judge/sql.h"
#include "source/observes.h"
#include "stats/outcome.h"

#define CONFIDENCE .95

/* By attribute and code, over the panes walked. */
struct sums {
	const struct eh_judge_source *source;
	struct eh_cube_outcomes *of[EH_MAP_PROTECTED_MAX], *pane;
	uint32_t cap;
	uint64_t n;
};

static void make_room(struct sums *sums, uint32_t groups)
{
	uint32_t cap = 2 * groups + 2;

	if (groups < sums->cap)
		return;
	for (uint32_t a = 0; a < sums->source->shape.attributes; a++) {
		sums->of[a] = eh_xrealloc(sums->of[a], cap, sizeof *sums->of[a]);
		memset(sums->of[a] + sums->cap, 0, (cap - sums->cap) * sizeof *sums->of[a]);
	}
	sums->pane = eh_xrealloc(sums->pane, cap, sizeof *sums->pane);
	sums->cap = cap;
}

static void add_pane(void *ctx, int64_t pane_us, const struct eh_cube *pane)
{
	struct sums *sums = ctx;
	const struct eh_judge_source *s = sums->source;

	(void)pane_us;
	sums->n += eh_cube_n(pane);
	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		uint32_t groups = eh_cube_groups(s->names, a);

		make_room(sums, groups);
		eh_cube_outcomes_by_group(pane, a, sums->pane);
		for (uint32_t g = 0; g <= groups; g++)
			eh_cube_outcomes_sum(&sums->of[a][g], &sums->pane[g]);
	}
}

static uint64_t known(const struct ehs_confusion *c)
{
	return c->tp + c->fp + c->fn + c->tn;
}

static struct ehs_confusion confusion(const struct eh_cube_outcomes *o)
{
	return (struct ehs_confusion){
		.tp = o->of[0].adverse, .fp = o->of[0].benign, .fn = o->of[1].adverse, .tn = o->of[1].benign};
}

static json_t *rate(const struct ehs_confusion *c, enum ehs_outcome_rate which)
{
	struct ehs_result r = ehs_outcome_rate(c, which, CONFIDENCE);
	struct ehs_bin bin = ehs_outcome_bin(c, which);

	return json_pack("{s:o,s:o,s:o,s:I,s:I}", "est", eh_judge_real(r.est), "lo", eh_judge_real(r.lo), "hi", eh_judge_real(r.hi),
	                 "x", (json_int_t)bin.x, "n", (json_int_t)bin.n);
}

static json_t *difference(const struct ehs_confusion *prot, const struct ehs_confusion *ref, enum ehs_outcome_rate which)
{
	struct ehs_result r = ehs_outcome_difference(prot, ref, which, CONFIDENCE);

	if (r.status != EHS_OK && r.status != EHS_DEGENERATE)
		return json_null();
	return json_pack("{s:o,s:o,s:o}", "est", eh_judge_real(r.est), "lo", eh_judge_real(r.lo), "hi", eh_judge_real(r.hi));
}

static void add_groups(const struct sums *sums, uint32_t a, json_t *list)
{
	const struct eh_judge_source *s = sums->source;
	struct ehs_confusion ref = {0};

	for (uint32_t g = 1; g <= eh_cube_groups(s->names, a) && g < sums->cap; g++)
		if (strcmp(eh_cube_group_label(s->names, a, g), s->map->protect[a].reference) == 0)
			ref = confusion(&sums->of[a][g]);
	for (uint32_t g = 1; g <= eh_cube_groups(s->names, a) && g < sums->cap; g++) {
		const struct eh_cube_outcomes *o = &sums->of[a][g];
		const char *label = eh_cube_group_label(s->names, a, g);
		struct ehs_confusion c = confusion(o);
		bool reference = strcmp(label, s->map->protect[a].reference) == 0;
		uint64_t missing = o->of[0].missing + o->of[1].missing, all = missing + known(&c);

		if (all == 0)
			continue;
		json_array_append_new(
			list, json_pack("{s:s,s:s,s:b,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o}", "attribute", s->map->protect[a].name,
		                        "group", label, "reference", reference, "n", (json_int_t)all, "known",
		                        (json_int_t)known(&c), "missing", (json_int_t)missing, "tpr", rate(&c, EHS_TPR), "fpr",
		                        rate(&c, EHS_FPR), "fnr", rate(&c, EHS_FNR), "ppv", rate(&c, EHS_PPV), "tpr_difference",
		                        reference ? json_null() : difference(&c, &ref, EHS_TPR), "fpr_difference",
		                        reference ? json_null() : difference(&c, &ref, EHS_FPR)));
	}
}

static json_t *not_observable(const struct eh_map *map)
{
	return json_pack("{s:b,s:s,s:n,s:n,s:n,s:n,s:n,s:n}", "observable", 0, "reason", eh_source_observes(map).outcomes_why,
	                 "maturity_days", "window_start", "window_end", "n", "immature", "groups");
}

static enum eh_rc count_immature(struct eh_judge_store *store, const struct eh_judge_feed *feed, int64_t from_us, int64_t *n,
                                 struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, feed->source->source_id);
	eh_pg_arg_int8(&args, from_us);
	eh_pg_arg_int8(&args, feed->next_pane_us);
	return eh_pg_query_int8(store->pg, &eh_sql_judge_count_decisions, &args, n, err);
}

enum eh_rc eh_judge_outcomes(struct eh_judge_store *store, struct eh_judge_feed *feed, json_t **out, struct eh_err *err)
{
	const struct eh_judge_source *s = feed->source;
	struct sums sums = {.source = s};
	int64_t immature = 0;

	if (!s->shape.outcome) {
		*out = not_observable(feed->map);
		return EH_OK;
	}
	int64_t end_us = eh_pane_start(s->pane_kind, feed->next_pane_us - eh_judge_maturity_us(feed->source));
	int64_t from_us = eh_pane_start(s->pane_kind, end_us - EH_JUDGE_OUTCOME_DAYS * EH_DAY_US);
	make_room(&sums, 1);
	enum eh_rc rc = eh_judge_store_walk(store, feed, from_us, end_us - 1, feed->last_included, add_pane, &sums, err);
	if (rc == EH_OK)
		rc = count_immature(store, feed, end_us, &immature, err);
	if (rc == EH_OK) {
		json_t *groups = json_array();

		for (uint32_t a = 0; a < s->shape.attributes; a++)
			add_groups(&sums, a, groups);
		*out = json_pack("{s:b,s:n,s:I,s:o,s:o,s:I,s:I,s:o}", "observable", 1, "reason", "maturity_days",
		                 (json_int_t)(eh_judge_maturity_us(feed->source) / EH_DAY_US), "window_start", eh_judge_time(from_us), "window_end",
		                 eh_judge_time(end_us), "n", (json_int_t)sums.n, "immature", (json_int_t)immature, "groups", groups);
		EH_ASSERT(*out != NULL);
	}
	for (uint32_t a = 0; a < s->shape.attributes; a++)
		free(sums.of[a]);
	free(sums.pane);
	return rc;
}
