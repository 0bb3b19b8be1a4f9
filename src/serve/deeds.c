/*
 * deeds.c - what people ask for on an alert's page: one request row each, that judge carries out or refuses.
 *
 * serve decides nothing here.  The table of routes says which role may ask for what;
 * judge looks at session, role, state and the two-person rule again, and answers on
 * the record.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/field.h"
#include "base/json.h"
#include "page/words.h"
#include "serve/pages.h"
#include "serve/sql.h"

#define REASON_MAX 2000

/* Whole lines of spaces are no reason. */
static enum eh_rc get_reason(const struct eh_request *rq, const char **reason, struct eh_err *err)
{
	*reason = eh_serve_form_get(&rq->form, "reason");
	if (!*reason || (*reason)[strspn(*reason, " \t\n")] == '\0') {
		eh_fail(err, EH_BAD_INPUT, "no reason was given");
		return eh_hint(err, "Go back and write a sentence: it is part of the record.");
	}
	if (strlen(*reason) > REASON_MAX)
		return eh_fail(err, EH_BAD_INPUT, "the reason is longer than %d bytes", REASON_MAX);
	return EH_OK;
}

/* Writes the request and goes back to the alert.  Takes over `body`. */
static enum eh_rc put(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *verb,
                      json_t *body, struct eh_err *err)
{
	EH_JSON_AUTO owned = body;
	EH_BUF_AUTO id = {0};
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	int64_t rows = 0;
	char *text = json_dumps(owned, JSON_COMPACT | JSON_SORT_KEYS);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	EH_ASSERT(text);
	eh_pg_arg_bytea(&args, rq->session.token_sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, rq->session.user);
	eh_pg_arg_text(&args, verb);
	eh_pg_arg_text(&args, rq->tail);
	eh_pg_arg_text(&args, text);
	if (rc == EH_OK)
		rc = eh_pg_run(pg, &eh_sql_serve_put_request, &args, &rows, err);
	free(text);
	if (rc != EH_OK)
		return rc;
	if (rows == 0)
		return eh_fail(err, EH_BAD_INPUT, "there is no such alert");
	eh_serve_percent_encode(&id, rq->tail, false);
	return eh_serve_redirect(rq, rp, "/alerts/%s#requests", id.data);
}

/* What the form has of the fields that steps need; which this step does, judge knows. */
static enum eh_rc get_fields(const struct eh_request *rq, json_t *body, struct eh_err *err)
{
	json_t *fields = json_object();

	for (size_t i = 0; i < eh_alert_fields_n; i++) {
		const char *typed = eh_serve_form_get(&rq->form, eh_alert_fields[i].key);
		json_t *value = typed && *typed ? eh_alert_field_read(&eh_alert_fields[i], typed) : NULL;

		if (typed && *typed && value == NULL) {
			json_decref(fields);
			(void)eh_fail(err, EH_BAD_INPUT, "\"%s\" cannot be read", eh_alert_fields[i].label);
			return eh_hint(err, "Go back; an instant is written as 2026-01-31 09:30, in UTC.");
		}
		if (value != NULL)
			json_object_set_new(fields, eh_alert_fields[i].key, value);
	}
	if (json_object_size(fields) > 0)
		json_object_set(body, "fields", fields);
	json_decref(fields);
	return EH_OK;
}

/* A step of one person; the verb is the last part of the path, which the table of routes has let in. */
enum eh_rc eh_serve_do_step(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *reason;
	enum eh_rc rc = get_reason(rq, &reason, err);

	if (rc != EH_OK)
		return rc;
	json_t *body = json_pack("{s:s}", "reason", reason);
	rc = get_fields(rq, body, err);
	if (rc == EH_OK)
		return put(worker, rq, rp, strrchr(rq->path, '/') + 1, body, err);
	json_decref(body);
	return rc;
}

static bool takes_two(const char *event)
{
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		if (eh_alert_rules[i].who == EH_ALERT_BY_TWO && strcmp(eh_alert_rules[i].event, event) == 0)
			return true;
	return false;
}

enum eh_rc eh_serve_do_propose(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *event = eh_serve_form_get(&rq->form, "event"), *reason;
	enum eh_rc rc = get_reason(rq, &reason, err);

	if (rc != EH_OK)
		return rc;
	if (!event || !takes_two(event))
		return eh_fail(err, EH_BAD_INPUT, "there is nothing of that name to propose");
	json_t *body = json_pack("{s:s, s:s}", "event", event, "reason", reason);
	rc = get_fields(rq, body, err);
	if (rc == EH_OK)
		return put(worker, rq, rp, "propose", body, err);
	json_decref(body);
	return rc;
}

enum eh_rc eh_serve_do_approve(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *id = eh_serve_form_get(&rq->form, "request_id"), *reason;
	enum eh_rc rc = get_reason(rq, &reason, err);

	if (rc != EH_OK)
		return rc;
	if (!id || !*id || strlen(id) > 18 || id[strspn(id, "0123456789")])
		return eh_fail(err, EH_BAD_INPUT, "the request that is approved is not named");
	return put(worker, rq, rp, "approve",
	           json_pack("{s:I, s:s}", "request_id", (json_int_t)strtoll(id, NULL, 10), "reason", reason), err);
}
