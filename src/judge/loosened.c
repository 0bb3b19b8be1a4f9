/*
 * loosened.c - see loosened.h.
 */
#include "judge/loosened.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "judge/row_rules.h"
#include "judge/rows.h"
#include "judge/sql.h"

#define TODO_POLICY                                                                                              \
	"Read the diff on the page of the policy and the reason given with it; propose the old version again if the " \
	"alert should be weighed by the old lines."

/* T of a source now; else when the alert was last stepped. */
static int64_t clock_of(const struct eh_judge_writer *w, int64_t source_id, int64_t at_least_us)
{
	for (const struct eh_judge_feed *f = w->store->feeds; f != NULL; f = f->next)
		if (f->source->source_id == source_id && f->clock_us > at_least_us)
			return f->clock_us;
	return at_least_us;
}

/* One open alert, as the query gives it. */
static struct eh_judge_row_rules about(const struct eh_judge_writer *w, const PGresult *res, int row)
{
	int64_t source_id = eh_pg_int8(res, row, 1);

	return (struct eh_judge_row_rules){.alert = eh_pg_text(res, row, 0),
	                                   .source_id = source_id,
	                                   .source = eh_pg_text(res, row, 2),
	                                   .attribute = eh_pg_text(res, row, 3),
	                                   .group = eh_pg_text(res, row, 4),
	                                   .page = strcmp(eh_pg_text(res, row, 5), "page") == 0,
	                                   .at_us = clock_of(w, source_id, eh_pg_int8(res, row, 6))};
}

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
	r->cause = eh_arena_printf(w->tick, "policy %lld", (long long)e->proposal_id);
	r->sentence = eh_arena_printf(w->tick,
	                              "Version \"%s\" of the %s policy, in force from %s, loosens what the open alert %s stands on. %s%s",
	                              e->is->name, eh_policy_layer_name(e->layer), day, r->alert, diff->change[0].words,
	                              diff->n > 1 ? " More is listed." : "");
	return eh_judge_row_rules(w, r, told, err);
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
		struct eh_judge_row_rules r = about(w, res, i);
		struct eh_policy_subject subject = {.source = r.source, .attribute = r.attribute, .group = r.group};
		struct eh_policy_diff diff;
		bool told = false;

		if (eh_policy_loosens(w->tick, e->was, e->is, &subject, &diff))
			rc = tell_policy(w, e, &r, &diff, &told, err);
		*alerts += told;
	}
	return rc;
}
