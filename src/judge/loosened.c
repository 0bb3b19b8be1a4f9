/*
 * loosened.c - see loosened.h.
 */
#include "judge/loosened.h"

#include <string.h>

#include "base/time.h"
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
		struct eh_judge_row_rules r = eh_judge_row_about(w, res, i);
		struct eh_policy_subject subject = eh_judge_row_subject(w, &r);
		struct eh_policy_diff diff;
		bool told = false;

		if (eh_policy_loosens(w->tick, e->was, e->is, &subject, &diff))
			rc = tell_policy(w, e, &r, &diff, &told, err);
		*alerts += told;
	}
	return rc;
}
