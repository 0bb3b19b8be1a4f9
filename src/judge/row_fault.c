/*
 * row_fault.c - the step of a data alert, and what its page is told.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/time.h"
#include "judge/fault.h"
#include "judge/rows.h"

#define DETAIL                                                                                                                     \
	"This is about the data, not about people: it says that what the monitors of this source see may be incomplete or other " \
	"than it was."

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_string(text);
}

/* The facts of the evidence; where it has ended, since when. */
static json_t *make_body(const struct eh_judge_fault_event *e)
{
	const struct eh_judge_fault_rule *rule = &eh_judge_fault_rules[e->kind];
	const struct eh_policy *policy = eh_judge_policy(e->source, EH_POLICY_HOUSE);
	char evidence[EH_SHA256_HEX], version[EH_SHA256_HEX];
	json_error_t why;
	EH_JSON_AUTO doc = json_loads(e->evidence, 0, &why);

	EH_ASSERT(doc != NULL);
	eh_sha256_hex(&e->evidence_sha256, evidence);
	eh_sha256_hex(&policy->version, version);
	json_t *body = json_pack("{s:s,s:s,s:s,s:s,s:s,s:n,s:n,s:n,s:n,s:s,s:s,s:s,s:O,s:[],s:[],s:[],s:s,s:s,s:s,s:n,s:o}", "alert", e->id,
	                         "kind", "data", "fault", rule->slug, "title", rule->title, "source", e->source->map->source,
	                         "attribute", "group", "reference", "outcome", "sentence", e->sentence, "detail", DETAIL, "todo",
	                         rule->todo, "facts", json_object_get(doc, "facts"), "lineage", "changed", "examples",
	                         "evidence_sha256", evidence, "policy_sha256", version, "policy", policy->name, "owner", "recovery",
	                         strcmp(e->event, "recovered") == 0 ? json_pack("{s:o}", "since", instant(e->at_us)) : json_null());
	EH_ASSERT(body != NULL);
	return body;
}

/* Who took it up stays there. */
static void keep_owner(json_t *body, const char *last)
{
	json_error_t why;
	EH_JSON_AUTO old = json_loads(last, 0, &why);
	json_t *owner = json_object_get(old, "owner");

	if (owner != NULL)
		json_object_set(body, "owner", owner);
}

enum eh_rc eh_judge_row_fault(void *ctx, const struct eh_judge_fault_event *e, struct eh_err *err)
{
	struct eh_judge_writer *w = ctx;
	struct eh_judge_kept_step last, *s = eh_arena_zalloc(w->tick, 1, sizeof *s);
	enum eh_alert_state from;
	enum eh_rc rc = eh_judge_row_last(w, e->id, &last, err);

	if (rc != EH_OK)
		return rc;
	EH_ASSERT(eh_alert_state_of(last.to, &from));
	/* Folded again, a fault may be known that was never told: an earlier release kept the store then. */
	const char *event = last.step_no == 0 && strcmp(e->event, "returned") == 0 ? "raised" : e->event;
	const struct eh_alert_rule *rule = eh_alert_find("data", from, event);
	if (rule == NULL && last.step_no == 0)
		return EH_OK;
	EH_ASSERT(rule != NULL);
	EH_JSON_AUTO body = make_body(e);
	if (last.step_no > 0)
		keep_owner(body, last.body);
	char *text = json_dumps(body, JSON_COMPACT);
	*s = (struct eh_judge_kept_step){.kind = "data",
	                                 .alert_id = eh_arena_strdup(w->tick, e->id),
	                                 .event = event,
	                                 .from = eh_alert_state_name(from),
	                                 .to = eh_alert_state_name(eh_alert_to(rule, from)),
	                                 .step_no = last.step_no + 1,
	                                 .page = eh_judge_fault_rules[e->kind].page,
	                                 .history = e->history,
	                                 .at_us = e->at_us,
	                                 .pane_end_us = e->pane_end_us,
	                                 .onset_us = e->onset_us,
	                                 .evidence = eh_arena_strdup(w->tick, e->evidence),
	                                 .evidence_sha256 = e->evidence_sha256,
	                                 .policy_sha256 = eh_judge_policy(e->source, EH_POLICY_HOUSE)->version,
	                                 .body = eh_arena_strdup(w->tick, text),
	                                 .sentence = eh_arena_strdup(w->tick, e->sentence),
	                                 .source_id = e->source->source_id,
	                                 .source = e->source->map->source,
	                                 .attribute = "",
	                                 .group = ""};
	free(text);
	return eh_judge_row_step(w, s, err);
}
