/*
 * page_lab.c - /lab : what another policy would have said of the same history, and of histories like it.
 *
 * A run is a child process (lab_run.h): POST starts it and leads to a page that says how
 * far it is, and then shows what it found.  Nothing changes by it.  A result can be kept,
 * and a proposal can rest on it: both are requests that judge carries out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "page/words.h"
#include "serve/lab_form.h"
#include "serve/lab_run.h"
#include "serve/lab_view.h"
#include "serve/daemon.h"
#include "serve/pages.h"
#include "serve/sql.h"

#define REASON_MAX 2000

/* ---- what there is besides the form and the result ---- */

static enum eh_rc put_kept(struct eh_pg *pg, struct eh_arena *arena, json_t *model, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	json_t *list = json_array();
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_serve_kept_labs, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		eh_page_append(list,
		               json_pack("{s:s, s:s, s:s, s:s, s:b}", "href",
		                         eh_arena_printf(arena, "/lab?kept=%s", eh_pg_text(res, i, 0)), "name", eh_pg_text(res, i, 1),
		                         "digest", eh_arena_printf(arena, "%.12s", eh_pg_text(res, i, 0)), "by", eh_pg_text(res, i, 2),
		                         "proposed", eh_pg_int8(res, i, 4) > 0));
	json_object_set_new(model, "any_kept", json_boolean(json_array_size(list) > 0));
	eh_page_put(model, "kept", list);
	return rc;
}

static enum eh_rc put_requests(struct eh_pg *pg, json_t *model, struct eh_err *err)
{
	static const char *const labels[] = {"Asked by", "For", "Reason", "Judge's answer", NULL};
	EH_PGRESULT_AUTO res = NULL;
	json_t *table = eh_page_table_begin("The last requests about drafts", labels);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_serve_lab_requests, NULL, &res, err);
	int n = rc == EH_OK ? PQntuples(res) : 0;

	for (int i = 0; i < n; i++)
		eh_page_table_row(table,
		                  (const char *const[]){eh_pg_text(res, i, 0),
		                                        strcmp(eh_pg_text(res, i, 1), "lab-keep") == 0 ? "keep" : "approval",
		                                        eh_pg_null(res, i, 3) ? "" : eh_pg_text(res, i, 3),
		                                        eh_pg_null(res, i, 5) ? "waits for judge" : eh_pg_text(res, i, 5)});
	if (n > 0)
		eh_page_put(model, "requests", table);
	else
		json_decref(table);
	return rc;
}

/* ---- which result ---- */

struct shown {
	unsigned run;           /* 0: none */
	const char *kept;       /* digest of a kept one; NULL: none */
	const char *wrong;
	struct eh_serve_lab_seen seen;
	json_t *result;
};

static unsigned run_of(const char *text)
{
	if (text == NULL || *text == '\0' || strlen(text) > 8 || text[strspn(text, "0123456789")] != '\0')
		return 0;
	return (unsigned)strtoul(text, NULL, 10);
}

static enum eh_rc read_kept(struct eh_pg *pg, struct shown *shown, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, shown->kept);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_serve_kept_lab, &args, &res, err);
	if (rc == EH_OK && PQntuples(res) == 0)
		shown->wrong = "no result is kept under that digest";
	else if (rc == EH_OK)
		shown->result = eh_page_json_load(eh_pg_text(res, 0, 0));
	return rc;
}

/* The run or the kept result that `form` names. */
static enum eh_rc find(struct eh_pg *pg, struct eh_arena *arena, const struct eh_form *form, struct shown *shown,
                       struct eh_err *err)
{
	*shown = (struct shown){.run = run_of(eh_serve_form_get(form, "run")), .kept = eh_serve_form_get(form, "kept")};
	if (shown->kept != NULL)
		return read_kept(pg, shown, err);
	if (shown->run == 0)
		return EH_OK;
	eh_serve_lab_look(shown->run, arena, &shown->seen);
	if (shown->seen.state == EH_SERVE_LAB_DONE)
		shown->result = eh_page_json_load(shown->seen.result);
	else if (shown->seen.state == EH_SERVE_LAB_FAILED)
		shown->wrong = shown->seen.wrong;
	else if (shown->seen.state == EH_SERVE_LAB_UNKNOWN)
		shown->wrong = "that run is not here any more; the same draft with the same seed gives the same result again";
	return EH_OK;
}

/* ---- the page ---- */

static json_t *make_progress(struct eh_arena *arena, const struct shown *shown)
{
	const char *far = shown->seen.all == 0
	                          ? "The stored history is being replayed under both policies."
	                          : eh_arena_printf(arena, "%d of %d histories are through.", shown->seen.done, shown->seen.all);

	return json_pack("{s:s, s:i, s:i, s:b, s:s}", "sentence", far, "done", shown->seen.done, "all", shown->seen.all, "begun",
	                 shown->seen.all > 0, "href", eh_arena_printf(arena, "/lab?run=%u", shown->run));
}

static const char *digest_of(struct eh_arena *arena, const json_t *result)
{
	struct eh_sha256 digest;
	struct eh_err why;
	char hex[EH_SHA256_HEX];

	if (eh_json_digest(result, &digest, &why) != EH_OK)
		return "";
	eh_sha256_hex(&digest, hex);
	return eh_arena_strdup(arena, hex);
}

static enum eh_rc put_result(struct eh_worker *worker, struct eh_request *rq, const struct shown *shown, json_t *model,
                             struct eh_err *err)
{
	const char *here = shown->kept != NULL ? eh_arena_printf(rq->arena, "/lab?kept=%s&", digest_of(rq->arena, shown->result))
	                                       : eh_arena_printf(rq->arena, "/lab?run=%u&", shown->run);
	unsigned about = run_of(eh_serve_form_get(&rq->args, "about"));
	json_t *view = NULL;
	enum eh_rc rc = eh_serve_lab_view(worker, rq->arena, shown->result, about > 0 ? about - 1 : 0, here, &view, err);

	if (rc != EH_OK)
		return rc;
	eh_page_set(view, "digest", digest_of(rq->arena, shown->result));
	eh_page_set(view, "run", shown->kept == NULL ? eh_arena_printf(rq->arena, "%u", shown->run) : NULL);
	eh_page_set(view, "kept_digest", shown->kept);
	json_object_set_new(view, "may_ask", json_boolean((rq->session.role & (EH_SERVE_ANALYST | EH_SERVE_INSURER)) != 0));
	json_object_set_new(model, "result", view);
	return EH_OK;
}

static enum eh_rc show(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct shown *shown,
                       const struct eh_form *sent, struct eh_err *err)
{
	bool running = shown->seen.state == EH_SERVE_LAB_RUNNING && shown->kept == NULL && shown->run != 0;
	json_t *model = json_pack("{s:s, s:o, s:b, s:b}", "title", "Lab", "form", eh_serve_lab_form(rq->arena, sent), "may_run",
	                          (rq->session.role & (EH_SERVE_ANALYST | EH_SERVE_INSURER)) != 0, "live", running);
	struct eh_pg *pg;

	EH_ASSERT(model);
	eh_page_set(model, "wrong", shown->wrong);
	if (running)
		eh_page_put(model, "progress", make_progress(rq->arena, shown));
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK && shown->result != NULL)
		rc = put_result(worker, rq, shown, model, err);
	if (rc == EH_OK)
		rc = put_kept(pg, rq->arena, model, err);
	if (rc == EH_OK)
		rc = put_requests(pg, model, err);
	json_decref(shown->result);
	shown->result = NULL;
	if (rc == EH_OK)
		return eh_serve_page(worker, rq, rp, "lab", model, err);
	json_decref(model);
	return rc;
}

enum eh_rc eh_serve_page_lab(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	struct eh_form sent = {0};
	struct shown shown;
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = find(pg, rq->arena, &rq->args, &shown, err);
	if (rc == EH_OK && shown.seen.form != NULL)
		rc = eh_serve_form_parse(rq->arena, shown.seen.form, strlen(shown.seen.form), &sent, err);
	if (rc != EH_OK)
		return rc;
	if (shown.seen.state == EH_SERVE_LAB_FAILED)
		rp->status = shown.seen.refused ? 400 : 503;
	return show(worker, rq, rp, &shown, &sent, err);
}

/* Starts a run: they are long, so the answer is where to look for it. */
enum eh_rc eh_serve_do_lab(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	struct eh_serve_lab_asked asked;
	struct shown shown = {0};
	struct eh_err wrong = {0};
	enum eh_rc rc = eh_serve_lab_read(rq->arena, &rq->form, &asked, &wrong);
	unsigned id = rc == EH_OK ? eh_serve_lab_start(worker->serve->settings, &asked) : 0;

	if (id != 0)
		return eh_serve_redirect(rq, rp, "/lab?run=%u", id);
	rp->status = rc == EH_OK ? 503 : 400;
	shown.wrong = rc == EH_OK ? "another run goes on; try again when it is through" : eh_arena_strdup(rq->arena, wrong.text);
	return show(worker, rq, rp, &shown, &rq->form, err);
}

/* ---- keep, and ask for approval ---- */

static enum eh_rc put_request(struct eh_pg *pg, const struct eh_request *rq, const char *verb, json_t *body,
                              struct eh_err *err)
{
	EH_JSON_AUTO owned = body;
	struct eh_pg_args args = {0};
	char *text = json_dumps(owned, JSON_COMPACT | JSON_SORT_KEYS);

	EH_ASSERT(text);
	eh_pg_arg_bytea(&args, rq->session.token_sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, rq->session.user);
	eh_pg_arg_text(&args, verb);
	eh_pg_arg_text(&args, text);
	enum eh_rc rc = eh_pg_run(pg, &eh_sql_serve_put_lab_request, &args, NULL, err);
	free(text);
	return rc;
}

static enum eh_rc ask_approval(struct eh_pg *pg, const struct eh_request *rq, const json_t *result, const char *reason,
                               const char *effective, struct eh_err *err)
{
	EH_BUF_AUTO canonical = {0};
	char at[EH_TIME_TEXT];
	int64_t us;

	if (effective == NULL || !eh_time_parse(effective, strlen(effective), &us))
		return eh_fail(err, EH_BAD_INPUT, "\"%s\" is not the instant from which it is to be in force",
		               effective != NULL ? effective : "");
	eh_time_format(us, at);
	enum eh_rc rc = eh_json_canonical(json_object_get(json_object_get(result, "draft"), "policy"), &canonical, err);
	if (rc != EH_OK)
		return rc;
	return put_request(pg, rq, "policy-propose",
	                   json_pack("{s:s, s:s, s:s, s:s, s:s}", "layer", "house", "canonical", canonical.data, "effective", at,
	                             "reason", reason, "lab_sha256", digest_of(rq->arena, result)),
	                   err);
}

/* The result is kept first: what judge refuses to keep, nothing can rest on. */
enum eh_rc eh_serve_do_lab_ask(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *reason = eh_serve_form_get(&rq->form, "reason"), *what = eh_serve_form_get(&rq->form, "what");
	struct shown shown;
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = find(pg, rq->arena, &rq->form, &shown, err);
	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO result = shown.result;
	if (result == NULL)
		return eh_fail(err, EH_BAD_INPUT, "%s", shown.wrong != NULL ? shown.wrong : "there is no result yet");
	if (reason == NULL || reason[strspn(reason, " \t\n")] == '\0' || strlen(reason) > REASON_MAX) {
		eh_fail(err, EH_BAD_INPUT, "a reason of at most %d bytes is needed", REASON_MAX);
		return eh_hint(err, "Go back and write a sentence: it is part of the record.");
	}
	if (shown.kept == NULL)
		rc = put_request(pg, rq, "lab-keep", json_pack("{s:O, s:s}", "result", result, "reason", reason), err);
	if (rc == EH_OK && what != NULL && strcmp(what, "approval") == 0)
		rc = ask_approval(pg, rq, result, reason, eh_serve_form_get(&rq->form, "effective"), err);
	if (rc != EH_OK)
		return rc;
	if (shown.kept != NULL)
		return eh_serve_redirect(rq, rp, "/lab?kept=%s#requests", digest_of(rq->arena, result));
	return eh_serve_redirect(rq, rp, "/lab?run=%u#requests", shown.run);
}
