/*
 * row_rules.c - see row_rules.h.
 */
#include "judge/row_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/time.h"
#include "judge/sql.h"

#define DETAIL                                                                                                         \
	"This is about the rules, not about people: the alert it names stays open, with the evidence and the lines that it " \
	"was raised by."
#define UNKNOWN "Why the rule was changed. Those who proposed and approved it gave a reason, which stands on the record."

enum eh_rc eh_judge_row_open(struct eh_judge_writer *w, PGresult **res, struct eh_err *err)
{
	return eh_pg_query(w->store->pg, &eh_sql_judge_read_open_bias, NULL, res, err);
}

/* T of a source now; else when the alert was last stepped. */
static int64_t clock_of(const struct eh_judge_writer *w, int64_t source_id, int64_t at_least_us)
{
	for (const struct eh_judge_feed *f = w->store->feeds; f != NULL; f = f->next)
		if (f->source->source_id == source_id && f->clock_us > at_least_us)
			return f->clock_us;
	return at_least_us;
}

/* One open alert, as the query gives it. */
struct eh_judge_row_rules eh_judge_row_about(const struct eh_judge_writer *w, const PGresult *res, int row)
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

static void name_it(const struct eh_judge_row_rules *r, char id[16])
{
	EH_BUF_AUTO text = {0};
	char hex[EH_SHA256_HEX];

	eh_buf_printf(&text, "%s\ngovernance\n%s\n%s\n%s\n", r->source, r->attribute, r->group, r->cause);
	struct eh_sha256 digest = eh_sha256_of(text.data, text.len);
	eh_sha256_hex(&digest, hex);
	snprintf(id, 16, "A-%.12s", hex);
}

static void add_group(struct eh_pg_args *args, const struct eh_judge_row_rules *r)
{
	eh_pg_arg_int8(args, r->source_id);
	eh_pg_arg_text(args, r->attribute);
	eh_pg_arg_text(args, r->group);
}

/* Whether the cause was told before, by an alert that is open or by one that its people closed since. */
static enum eh_rc was_told(struct eh_judge_writer *w, const struct eh_judge_row_rules *r, bool *told, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t n = 0;

	add_group(&args, r);
	eh_pg_arg_text(&args, r->cause);
	enum eh_rc rc = eh_pg_query_int8(w->store->pg, &eh_sql_judge_read_told, &args, &n, err);
	*told = n > 0;
	return rc;
}

/* The governance alert of the group that is open, be it since this transaction; else a new one, by its cause. */
static enum eh_rc find_alert(struct eh_judge_writer *w, const struct eh_judge_row_rules *r, char id[16], struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	for (const struct eh_judge_kept_step *s = w->steps; s != NULL; s = s->next)
		if (strcmp(s->kind, "governance") == 0 && s->source_id == r->source_id &&
		    strcmp(s->attribute, r->attribute) == 0 && strcmp(s->group, r->group) == 0) {
			snprintf(id, 16, "%s", s->alert_id);
			return EH_OK;
		}
	name_it(r, id);
	add_group(&args, r);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_open_governance, &args, &res, err);
	if (rc == EH_OK && PQntuples(res) > 0)
		snprintf(id, 16, "%s", eh_pg_text(res, 0, 0));
	return rc;
}

/* What was told before stays in the body; true where this cause is among it. */
static bool take_over(json_t *body, const char *last, const char *cause)
{
	json_error_t why;
	EH_JSON_AUTO old = last != NULL ? json_loads(last, 0, &why) : NULL;
	json_t *causes = json_object_get(body, "told"), *facts = json_object_get(body, "facts");
	json_t *was = json_object_get(json_object_get(old, "facts"), "looser"), *owner = json_object_get(old, "owner"), *item;
	bool told = false;
	size_t i;

	json_array_foreach(json_object_get(old, "told"), i, item)
	{
		told |= strcmp(json_string_value(item), cause) == 0;
		json_array_append(causes, item);
	}
	json_array_append_new(causes, json_string(cause));
	if (was != NULL) {
		json_t *both = json_copy(was);

		json_array_extend(both, json_object_get(facts, "looser"));
		json_object_set_new(facts, "looser", both);
	}
	if (owner != NULL)
		json_object_set(body, "owner", owner);
	return told;
}

static json_t *make_body(const struct eh_judge_row_rules *r, const char *id)
{
	char policy[EH_SHA256_HEX];

	eh_sha256_hex(&r->policy_sha256, policy);
	json_t *body = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:n,s:n,s:{s:s,s:o},s:[],s:[],s:[],s:[],s:s,s:n,s:n}",
	                         "alert", id, "kind", "governance", "title", r->title, "source", r->source, "attribute",
	                         r->attribute, "group", r->group, "sentence", r->sentence, "detail", DETAIL, "unknown", UNKNOWN,
	                         "todo", r->todo, "reference", "outcome", "facts", "about", r->alert, "looser",
	                         json_deep_copy(r->looser), "lineage", "changed", "examples", "told", "policy_sha256",
	                         policy, "owner", "recovery");
	EH_ASSERT(body != NULL);
	return body;
}

static enum eh_rc write_evidence(const struct eh_judge_row_rules *r, const char *id, const char *event, struct eh_buf *out,
                                 struct eh_err *err)
{
	char policy[EH_SHA256_HEX], at[EH_TIME_TEXT];

	eh_sha256_hex(&r->policy_sha256, policy);
	eh_time_format(r->at_us, at);
	EH_JSON_AUTO doc = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:O}", "schema", "evenhand/governance/1", "alert", id,
	                             "event", event, "about", r->alert, "source", r->source, "attribute", r->attribute,
	                             "group", r->group, "at", at, "policy_sha256", policy, "looser", r->looser);
	EH_ASSERT(doc != NULL);
	return eh_json_canonical(doc, out, err);
}

static enum eh_rc keep(struct eh_judge_writer *w, const struct eh_judge_row_rules *r, const char *id,
                       const struct eh_judge_kept_step *last, const char *body, struct eh_err *err)
{
	struct eh_judge_kept_step *s = eh_arena_zalloc(w->tick, 1, sizeof *s);
	EH_BUF_AUTO evidence = {0};
	enum eh_alert_state from;
	const char *event = last->step_no == 0 ? "raised" : "folded";

	EH_ASSERT(eh_alert_state_of(last->to, &from));
	const struct eh_alert_rule *rule = eh_alert_find("governance", from, event);
	if (rule == NULL) /* its people closed it, and the cause is an old one */
		return EH_OK;
	enum eh_rc rc = write_evidence(r, id, event, &evidence, err);
	if (rc != EH_OK)
		return rc;
	*s = (struct eh_judge_kept_step){.kind = "governance",
	                                 .alert_id = eh_arena_strdup(w->tick, id),
	                                 .event = event,
	                                 .from = eh_alert_state_name(from),
	                                 .to = eh_alert_state_name(eh_alert_to(rule, from)),
	                                 .step_no = last->step_no + 1,
	                                 .page = r->page || last->page,
	                                 .at_us = r->at_us,
	                                 .pane_end_us = INT64_MIN,
	                                 .onset_us = INT64_MIN,
	                                 .evidence = eh_arena_strndup(w->tick, evidence.data, evidence.len),
	                                 .evidence_sha256 = eh_sha256_of(evidence.data, evidence.len),
	                                 .policy_sha256 = r->policy_sha256,
	                                 .body = body,
	                                 .sentence = eh_arena_strdup(w->tick, r->sentence),
	                                 .source_id = r->source_id,
	                                 .source = eh_arena_strdup(w->tick, r->source),
	                                 .attribute = eh_arena_strdup(w->tick, r->attribute),
	                                 .group = eh_arena_strdup(w->tick, r->group)};
	return eh_judge_row_step(w, s, err);
}

enum eh_rc eh_judge_row_rules(struct eh_judge_writer *w, const struct eh_judge_row_rules *r, bool *told, struct eh_err *err)
{
	struct eh_judge_kept_step last;
	char id[16];
	bool before = false;
	enum eh_rc rc = was_told(w, r, &before, err);

	*told = false;
	if (rc != EH_OK || before)
		return rc;
	rc = find_alert(w, r, id, err);
	if (rc == EH_OK)
		rc = eh_judge_row_last(w, id, &last, err);
	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO body = make_body(r, id);
	if (take_over(body, last.step_no > 0 ? last.body : NULL, r->cause))
		return EH_OK;
	char *text = json_dumps(body, JSON_COMPACT);
	const char *kept = eh_arena_strdup(w->tick, text);
	free(text);
	*told = true;
	return keep(w, r, id, &last, kept, err);
}
