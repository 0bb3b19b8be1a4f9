/*
 * loosened.c - see loosened.h.
 */
#include "judge/loosened.h"

#include <string.h>

#include "base/time.h"
#include "judge/inside.h"
#include "judge/row_rules.h"
#include "judge/rows.h"
#include "judge/sql.h"

#define TODO_POLICY                                                                                              \
	"Read the diff on the page of the policy and the reason given with it; propose the old version again if the " \
	"alert should be weighed by the old lines."

static json_t *looser_list(const struct eh_judge_enacted *e, const struct eh_policy_diff *diff)
{
	json_t *list = json_array();
	char at[EH_TIME_TEXT];

	eh_time_format(e->effective_us, at);
	for (size_t i = 0; i < diff->n; i++)
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "what", diff->change[i].words, "rule",
		                                      eh_policy_layer_name(e->layer), "name", e->is->name, "from", at));
	return list;
}

static enum eh_rc tell_policy(struct eh_judge_writer *w, const struct eh_judge_enacted *e, struct eh_judge_row_rules *r,
                              const struct eh_policy_diff *diff, bool *told, struct eh_err *err)
{
	EH_JSON_AUTO looser = looser_list(e, diff);
	char day[EH_TIME_TEXT];

	eh_time_format(e->effective_us, day);
	r->title = "A rule was loosened under an open alert";
	r->todo = TODO_POLICY;
	r->looser = looser;
	r->policy_sha256 = e->is->version;
	r->sentence = eh_arena_printf(w->tick,
	                              "Version \"%s\" of the %s policy, in force from %s, loosens what the open alert %s stands on. %s%s",
	                              e->is->name, eh_policy_layer_name(e->layer), day, r->alert, diff->change[0].words,
	                              diff->n > 1 ? " More is listed." : "");
	return eh_judge_row_rules(w, r, told, err);
}

/* What the alert is about, as a policy names it: race+sex is two attributes, unless the map has one of that name. */
static struct eh_policy_subject subject_of(const struct eh_judge_writer *w, const struct eh_judge_row_rules *r)
{
	struct eh_policy_subject subject = {.source = r->source, .attribute = r->attribute, .group = r->group};
	const char *half[2];

	for (const struct eh_judge_feed *f = w->store->feeds; f != NULL; f = f->next)
		if (strcmp(f->map->source, r->source) == 0 && eh_map_find_protected(f->map, r->attribute) >= 0)
			return subject;
	if (eh_judge_axis_split(w->tick, r->attribute, half)) {
		subject.attribute = half[0];
		subject.other = half[1];
	}
	return subject;
}

static enum eh_rc weigh(struct eh_judge_writer *w, const struct eh_judge_enacted *e, struct eh_judge_row_rules *r, bool *told,
                        struct eh_err *err)
{
	struct eh_policy_subject subject = subject_of(w, r);
	struct eh_policy_diff diff;

	*told = false;
	return eh_policy_loosens(w->tick, e->was, e->is, &subject, &diff) ? tell_policy(w, e, r, &diff, told, err) : EH_OK;
}

enum eh_rc eh_judge_loosened_by_policy(struct eh_judge_writer *w, const struct eh_judge_enacted *e, size_t *alerts,
                                       struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = EH_OK;

	*alerts = 0;
	if (e->was != NULL)
		rc = eh_judge_row_open(w, &res, err);
	for (int i = 0; rc == EH_OK && res != NULL && i < PQntuples(res); i++) {
		struct eh_judge_row_rules r = eh_judge_row_about(w, res, i);
		bool told = false;

		r.cause = eh_arena_printf(w->tick, "policy %lld", (long long)e->proposal_id);
		rc = weigh(w, e, &r, &told, err);
		*alerts += told;
	}
	return rc;
}

/* Versions of the timeline, for one alert. */
static enum eh_rc weigh_coming(struct eh_judge_writer *w, struct eh_judge_row_rules r, int64_t raised_us, int64_t leaf_index,
                               struct eh_err *err)
{
	const struct eh_policies *all = w->store->judge->policies;
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < all->n; i++) {
		const struct eh_policies_version *v = &all->version[i], *was;
		bool told;

		if (v->leaf_index > leaf_index || v->effective_us <= raised_us ||
		    eh_policies_at(all, v->layer, v->effective_us, leaf_index) != v ||
		    (was = eh_policies_at(all, v->layer, v->effective_us - 1, leaf_index)) == NULL)
			continue;
		struct eh_judge_enacted e = {
			.was = was->policy, .is = v->policy, .layer = v->layer, .effective_us = v->effective_us};
		r.cause = eh_arena_printf(w->tick, "policy of leaf %lld, %s", (long long)v->leaf_index, r.alert);
		rc = weigh(w, &e, &r, &told, err);
	}
	return rc;
}

enum eh_rc eh_judge_loosened_by_coming(struct eh_judge_writer *w, const PGresult *open, int64_t seen, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (int i = 0; rc == EH_OK && i < PQntuples(open); i++)
		if (eh_pg_int8(open, i, 7) > seen && eh_pg_bool(open, i, 10))
			rc = weigh_coming(w, eh_judge_row_about(w, open, i), eh_pg_int8(open, i, 9), eh_pg_int8(open, i, 7), err);
	return rc;
}
