/*
 * deeds_policy.c - what people ask of the policy: one request row each, that judge carries out or refuses.
 *
 * A draft that cannot be read comes back with the line and the reason, and nothing is written.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "policy/policy.h"
#include "serve/page_policy.h"
#include "serve/pages.h"
#include "serve/sql.h"

#define REASON_MAX 2000

/* Writes the request and goes back to the page.  Takes over `body`. */
static enum eh_rc put(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *verb, json_t *body,
                      struct eh_err *err)
{
	EH_JSON_AUTO owned = body;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	char *text = json_dumps(owned, JSON_COMPACT | JSON_SORT_KEYS);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	EH_ASSERT(text);
	eh_pg_arg_bytea(&args, rq->session.token_sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, rq->session.user);
	eh_pg_arg_text(&args, verb);
	eh_pg_arg_text(&args, text);
	if (rc == EH_OK)
		rc = eh_pg_run(pg, &eh_sql_serve_put_policy_request, &args, NULL, err);
	free(text);
	return rc == EH_OK ? eh_serve_redirect(rq, rp, "/policy#waiting") : rc;
}

static const char *reason_of(const struct eh_request *rq)
{
	const char *reason = eh_serve_form_get(&rq->form, "reason");

	return reason != NULL && reason[strspn(reason, " \t\n")] != '\0' ? reason : NULL;
}

/* The draft as judge takes it, or what is wrong with it. */
static enum eh_rc read_form(const struct eh_request *rq, json_t **body, struct eh_err *why)
{
	const char *text = eh_serve_form_get(&rq->form, "policy"), *effective = eh_serve_form_get(&rq->form, "effective");
	const char *layer = eh_serve_form_get(&rq->form, "layer"), *lab = eh_serve_form_get(&rq->form, "lab_sha256");
	const char *reason = reason_of(rq);
	const struct eh_policy *policy;
	int64_t effective_us;
	char at[EH_TIME_TEXT];

	if (reason == NULL || strlen(reason) > REASON_MAX)
		return eh_fail(why, EH_BAD_INPUT, "a reason of at most %d bytes is needed: it is part of the record", REASON_MAX);
	if (effective == NULL || !eh_time_parse(effective, strlen(effective), &effective_us))
		return eh_fail(why, EH_BAD_INPUT, "the instant is written as 2027-01-01T00:00:00Z");
	if (text == NULL || layer == NULL)
		return eh_fail(why, EH_BAD_INPUT, "there is no draft");
	enum eh_rc rc = eh_policy_parse(rq->arena, "draft", text, strlen(text), &policy, why);
	if (rc != EH_OK)
		return rc;
	eh_time_format(effective_us, at);
	*body = json_pack("{s:s, s:s, s:s, s:s, s:s?}", "layer", layer, "canonical", policy->canonical, "effective", at, "reason", reason,
	                  "lab_sha256", lab != NULL && *lab != '\0' ? lab : NULL);
	EH_ASSERT(*body);
	return EH_OK;
}

enum eh_rc eh_serve_do_policy_propose(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	json_t *body = NULL;
	struct eh_err why = {0};

	if (read_form(rq, &body, &why) == EH_OK)
		return put(worker, rq, rp, "policy-propose", body, err);
	rp->status = 400;
	return eh_serve_show_policy(worker, rq, rp, eh_arena_strdup(rq->arena, why.text), err);
}

/* The proposal is in the path, and the version that was seen in the form. */
static enum eh_rc put_decision(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *verb,
                               struct eh_err *err)
{
	const char *id = rq->tail, *seen = eh_serve_form_get(&rq->form, "sha256"), *reason = reason_of(rq);

	if (strlen(id) > 18 || id[strspn(id, "0123456789")])
		return eh_fail(err, EH_BAD_INPUT, "there is no such proposal");
	if (reason == NULL || strlen(reason) > REASON_MAX) {
		eh_fail(err, EH_BAD_INPUT, "a reason of at most %d bytes is needed", REASON_MAX);
		return eh_hint(err, "Go back and write a sentence: it is part of the record.");
	}
	return put(worker, rq, rp, verb,
	           json_pack("{s:I, s:s?, s:s}", "proposal", (json_int_t)strtoll(id, NULL, 10), "sha256", seen, "reason", reason), err);
}

enum eh_rc eh_serve_do_policy_approve(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	return put_decision(worker, rq, rp, "policy-approve", err);
}

enum eh_rc eh_serve_do_policy_reject(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	return put_decision(worker, rq, rp, "policy-reject", err);
}
