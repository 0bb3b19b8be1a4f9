/*
 * answer.c - from a request that is in to its answer: who asks, may they, then the page.
 */
#include <stdarg.h>
#include <string.h>

#include "base/log.h"
#include "pg/store.h"
#include "serve/daemon.h"
#include "serve/pages.h"
#include "serve/route.h"
#include "serve/sql.h"

static enum eh_rc open_store(struct eh_worker *worker, enum eh_store_role role, struct eh_pg **pg, struct eh_err *err)
{
	/* Opening may start the private cluster, which one thread may do at a time. */
	static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
	const struct eh_settings *settings = worker->serve->settings;

	if (*pg && eh_pg_alive(*pg))
		return EH_OK;
	eh_pg_close(*pg);
	*pg = NULL;
	pthread_mutex_lock(&opening);
	enum eh_rc rc = eh_store_open(settings->store, settings->state, role, pg, err);
	pthread_mutex_unlock(&opening);
	if (rc == EH_OK)
		rc = eh_pg_run(*pg, &eh_sql_serve_limit_time, NULL, NULL, err);
	return rc;
}

enum eh_rc eh_serve_reader(struct eh_worker *worker, struct eh_pg **pg, struct eh_err *err)
{
	enum eh_rc rc = open_store(worker, EH_STORE_READER, &worker->reader, err);

	*pg = worker->reader;
	return rc;
}

enum eh_rc eh_serve_regulator(struct eh_worker *worker, struct eh_pg **pg, struct eh_err *err)
{
	enum eh_rc rc = open_store(worker, EH_STORE_REGULATOR, &worker->regulator, err);

	*pg = worker->regulator;
	return rc;
}

enum eh_rc eh_serve_redirect(struct eh_request *rq, struct eh_reply *rp, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	rp->location = eh_arena_vprintf(rq->arena, format, args);
	va_end(args);
	rp->status = 303;
	return EH_OK;
}

static const char *title_of(int status)
{
	switch (status) {
	case 400: return "That request cannot be used";
	case 403: return "Not from here";
	case 404: return "No such page";
	case 413: return "Too large";
	case 429: return "Please wait";
	case 503: return "Not available just now";
	default: return status >= 500 ? "Something went wrong" : "That request cannot be used";
	}
}

void eh_serve_answer_error(struct eh_serve *serve, struct eh_request *rq, struct eh_reply *rp, int status,
                           const char *what, const char *hint)
{
	struct eh_err err = {0};
	json_t *model = json_pack("{s:s, s:i, s:s, s:s?}", "title", title_of(status), "status", status, "what", what,
	                          "hint", hint && *hint ? hint : NULL);

	EH_ASSERT(model);
	eh_buf_reset(&rp->body);
	eh_buf_reset(&rp->cookie);
	rp->location = rp->file = rp->type = NULL;
	rp->keep = false;
	rp->status = status;
	if (eh_serve_page_bare(serve, rq, rp, "error", model, &err) == EH_OK)
		return;
	eh_log_err(&err);
	rp->type = "text/plain; charset=utf-8";
	eh_buf_reset(&rp->body);
	eh_buf_printf(&rp->body, "%s\n", what);
}

static enum eh_rc find_session(struct eh_worker *worker, struct eh_request *rq, struct eh_err *err)
{
	unsigned char token[EH_SERVE_TOKEN_BYTES];
	struct eh_pg *pg;

	if (!eh_serve_session_token(rq->cookies, token))
		return EH_OK;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	return rc == EH_OK ? eh_serve_session_find(pg, rq->cookies, worker->serve->limits, &rq->session, err) : rc;
}

/* Who is not signed in is sent to sign in, and back. */
static enum eh_rc send_to_sign_in(struct eh_request *rq, struct eh_reply *rp)
{
	EH_BUF_AUTO next = {0};

	if (strcmp(rq->path, "/") == 0)
		return eh_serve_redirect(rq, rp, "/login");
	eh_serve_percent_encode(&next, rq->path, true);
	return eh_serve_redirect(rq, rp, "/login?next=%s", next.data);
}

/* A deed is done only where the page it was asked from is one of ours, and this session's. */
static enum eh_rc check_deed(const struct eh_request *rq, struct eh_err *err)
{
	if (!rq->same_origin) {
		eh_fail(err, EH_REFUSED, "the request did not come from one of this dashboard's own pages");
		return eh_hint(err, "Open the page here and use its form.");
	}
	if (rq->route->roles != 0 && !eh_serve_session_csrf(&rq->session, eh_serve_form_get(&rq->form, "csrf"))) {
		eh_fail(err, EH_REFUSED, "the form belongs to another sign-in");
		return eh_hint(err, "Reload the page and send it again.");
	}
	return EH_OK;
}

static enum eh_rc answer(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *method = rq->post ? "POST" : "GET";
	struct eh_text tail;
	char *decoded = NULL;
	enum eh_rc rc = EH_OK;

	rq->route = eh_serve_route_find(method, rq->path, EH_SERVE_PUBLIC, &tail);
	if (!rq->route) {
		rc = find_session(worker, rq, err);
		if (rc != EH_OK)
			return rc;
		rq->route = eh_serve_route_find(method, rq->path, rq->session.role, &tail);
	}
	if (!rq->route && rq->session.role == EH_SERVE_PUBLIC && !rq->json && !rq->post &&
	    eh_serve_route_known(method, rq->path))
		return send_to_sign_in(rq, rp);
	if (!rq->route) {
		eh_serve_answer_error(worker->serve, rq, rp, 404, "there is no such page here, or not for this sign-in",
		                      NULL);
		return EH_OK;
	}
	if (tail.at) {
		rc = eh_serve_percent_decode(rq->arena, tail.at, tail.n, false, &decoded, err);
		rq->tail = decoded;
	}
	if (rc == EH_OK && rq->post)
		rc = check_deed(rq, err);
	return rc == EH_OK ? rq->route->handler(worker, rq, rp, err) : rc;
}

static int status_of(enum eh_rc rc)
{
	return rc == EH_BAD_INPUT ? 400 : rc == EH_REFUSED ? 403 : 503;
}

void eh_serve_answer(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp)
{
	struct eh_err err = {0};
	enum eh_rc rc = answer(worker, rq, rp, &err);

	/* A server that was restarted meanwhile has cut our old connection: once more, with a new one. */
	bool cut = (worker->reader && !eh_pg_alive(worker->reader)) ||
	           (worker->regulator && !eh_pg_alive(worker->regulator));
	if (rc == EH_AGAIN && cut && !rq->post) {
		eh_buf_reset(&rp->body);
		memset(&err, 0, sizeof err);
		rc = answer(worker, rq, rp, &err);
	}
	if (rc == EH_AGAIN)
		eh_log_err(&err);
	if (rc == EH_AGAIN)
		eh_serve_answer_error(
			worker->serve, rq, rp, 503, "the store did not answer",
			"It is tried again with every request; the operator finds the reason in the log.");
	else if (rc != EH_OK)
		eh_serve_answer_error(worker->serve, rq, rp, status_of(rc), err.text, err.hint);
	if (rp->status == 0)
		rp->status = 200;
}
