/*
 * deeds.c - what people ask for on an alert's page: one request row each, that judge carries out or refuses.
 *
 * serve decides nothing here.  The table of routes says which role may ask for what;
 * judge looks at session, role, state and the two-person rule again, and answers on
 * the record.
 */
#include <stdlib.h>
#include <string.h>

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

/* A verb that has a reason and nothing else. */
static enum eh_rc put_plain(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *verb,
                            struct eh_err *err)
{
	const char *reason;
	enum eh_rc rc = get_reason(rq, &reason, err);

	return rc == EH_OK ? put(worker, rq, rp, verb, json_pack("{s:s}", "reason", reason), err) : rc;
}

#define PLAIN(verb)                                                                                         \
	enum eh_rc eh_serve_do_##verb(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, \
	                              struct eh_err *err)                                                   \
	{                                                                                                   \
		return put_plain(worker, rq, rp, #verb, err);                                               \
	}
PLAIN(acknowledge)
PLAIN(investigate)
PLAIN(mitigate)
PLAIN(verify)
PLAIN(note)
PLAIN(reopen)

enum eh_rc eh_serve_do_propose(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *event = eh_serve_form_get(&rq->form, "event"), *reason;
	enum eh_rc rc = get_reason(rq, &reason, err);

	if (rc != EH_OK)
		return rc;
	if (!event || (strcmp(event, "close-fixed") != 0 && strcmp(event, "close-not-confirmed") != 0 &&
	               strcmp(event, "accept-risk") != 0))
		return eh_fail(err, EH_BAD_INPUT, "there is nothing of that name to propose");
	return put(worker, rq, rp, "propose", json_pack("{s:s, s:s}", "event", event, "reason", reason), err);
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
