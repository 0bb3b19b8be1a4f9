/*
 * page_policy.c - /policy : what is in force and what is to come, who proposed and approved it, and what each version
 * changed in the one it followed.
 *
 * Everybody who is signed in sees both layers.  The regulator's side reads them through its own database role, which
 * names people of that side alone.
 */
#include <string.h>

#include "base/time.h"
#include "page/words.h"
#include "policy/history.h"
#include "serve/page_policy.h"
#include "serve/pages.h"
#include "serve/route.h"
#include "serve/sql.h"

#define SHORT_VERSION 12 /* digits shown of a SHA-256 */

static bool is_regulator(const struct eh_request *rq)
{
	return (rq->session.role & EH_SERVE_REGULATORS) != 0;
}

static bool may(const struct eh_request *rq, enum eh_policy_layer layer, unsigned house_roles)
{
	return ((unsigned)rq->session.role & (layer == EH_POLICY_FLOOR ? (unsigned)EH_SERVE_REGULATOR_ADMIN : house_roles)) != 0;
}

/* ---- one version ---- */

static json_t *make_changes(struct eh_arena *arena, const struct eh_policy_entry *e)
{
	struct eh_policy_diff diff = {0};
	json_t *list = json_array();

	if (e->before != NULL)
		eh_policy_diff(arena, e->before, e->policy, &diff);
	for (size_t i = 0; i < diff.n; i++)
		eh_page_append(list, json_pack("{s:s, s:b}", "words", diff.change[i].words, "looser", diff.change[i].looser));
	return list;
}

static const char *who_words(struct eh_arena *arena, const struct eh_policy_entry *e)
{
	const char *decided = e->standing == EH_POLICY_REJECTED ? "rejected" : "approved";

	if (e->proposal_id == 0)
		return "The built-in default that this store began under.";
	if (e->proposer == NULL)
		return e->leaf_index >= 0 ? "Proposed and approved by two people of the house." : "Proposed by the house.";
	if (e->decided_by == NULL)
		return eh_arena_printf(arena, "Proposed by %s.", e->proposer);
	return eh_arena_printf(arena, "Proposed by %s, %s by %s.", e->proposer, decided, e->decided_by);
}

static const char *when_words(struct eh_arena *arena, const struct eh_policy_entry *e)
{
	return e->effective_us == EH_POLICIES_ALWAYS ? "from the beginning"
	                                             : eh_arena_printf(arena, "from %s", eh_page_words_instant(arena, e->effective_us));
}

static json_t *make_entry(const struct eh_request *rq, const struct eh_policy_entry *e)
{
	struct eh_arena *arena = rq->arena;
	char version[EH_SHA256_HEX];
	json_t *changes = make_changes(arena, e);

	eh_sha256_hex(&e->policy->version, version);
	json_t *made = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:I, s:b}", "name", e->policy->name, "layer",
		eh_policy_layer_name(e->layer), "layer_label", e->layer == EH_POLICY_FLOOR ? "Floor" : "House", "standing",
		eh_policy_standing_name(e->standing), "sha256", version, "when", when_words(arena, e), "who", who_words(arena, e),
		"file", eh_policy_file(arena, e->policy), "any_changes", json_array_size(changes) > 0, "changes", changes, "proposal",
		(json_int_t)e->proposal_id, "in_force", e->standing == EH_POLICY_IN_FORCE);
	EH_ASSERT(made);
	eh_page_set(made, "version", eh_arena_strndup(arena, version, SHORT_VERSION));
	eh_page_set(made, "reason", e->reason);
	eh_page_set(made, "decided_why", e->decided_why);
	eh_page_set(made, "lab", e->lab);
	if (e->lab != NULL && (rq->session.role & (EH_SERVE_INSURER | EH_SERVE_ANALYST | EH_SERVE_APPROVER)) != 0)
		eh_page_set(made, "lab_href", eh_arena_printf(arena, "/lab?kept=%s", e->lab));
	if (e->leaf_index >= 0)
		eh_page_put(made, "leaf", json_integer(e->leaf_index));
	if (e->standing != EH_POLICY_WAITING && e->standing != EH_POLICY_LAPSED)
		return made;
	bool own = e->proposer != NULL && strcmp(e->proposer, rq->session.user) == 0;
	bool approves = may(rq, e->layer, EH_SERVE_APPROVER), proposes = may(rq, e->layer, EH_SERVE_INSURER | EH_SERVE_ANALYST);
	eh_page_put(made, "may_approve", json_boolean(approves && !own && e->standing == EH_POLICY_WAITING));
	eh_page_put(made, "may_reject", json_boolean(own ? proposes : approves));
	eh_page_put(made, "own", json_boolean(own));
	return made;
}

static json_t *make_list(const struct eh_request *rq, const struct eh_policy_history *h, unsigned standings)
{
	json_t *list = json_array();

	for (size_t i = h->n; i-- > 0;)
		if ((standings >> h->entry[i].standing & 1u) != 0)
			eh_page_append(list, make_entry(rq, &h->entry[i]));
	return list;
}

/* ---- the page ---- */

static json_t *make_requests(struct eh_arena *arena, const PGresult *res)
{
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(res); i++)
		eh_page_append(list, json_pack("{s:I, s:s, s:s, s:s}", "id", (json_int_t)eh_pg_int8(res, i, 0), "who",
		                               eh_pg_text(res, i, 1), "what", eh_pg_text(res, i, 2) + strlen("policy-"), "outcome",
		                               eh_pg_null(res, i, 4)
		                                       ? "waits for judge"
		                                       : eh_arena_printf(arena, "refused: %s", eh_pg_text(res, i, 4))));
	return list;
}

static json_t *make_alerts(const PGresult *res)
{
	json_t *list = json_array();

	for (int i = 0; res != NULL && i < PQntuples(res); i++)
		eh_page_append(list, json_pack("{s:s, s:s, s:s}", "id", eh_pg_text(res, i, 0), "about", eh_pg_text(res, i, 1), "sentence",
		                               eh_pg_text(res, i, 2)));
	return list;
}

/* The form holds what was typed; at first what is in force, from the beginning of the day after tomorrow. */
static json_t *make_form(const struct eh_request *rq, const struct eh_policy_history *h)
{
	enum eh_policy_layer layer = rq->session.role == EH_SERVE_REGULATOR_ADMIN ? EH_POLICY_FLOOR : EH_POLICY_HOUSE;
	const struct eh_policy_entry *now = eh_policy_history_in_force(h, layer);
	const char *text = eh_serve_form_get(&rq->form, "policy"), *effective = eh_serve_form_get(&rq->form, "effective");
	const char *reason = eh_serve_form_get(&rq->form, "reason"), *lab = eh_serve_form_get(&rq->form, "lab_sha256");
	int64_t wall_us = eh_time_wall_us(), day_us = (h->at_us > wall_us ? h->at_us : wall_us) / EH_DAY_US * EH_DAY_US + 2 * EH_DAY_US;
	char at[EH_TIME_TEXT];

	eh_time_format(day_us, at);
	if (now == NULL)
		now = eh_policy_history_in_force(h, EH_POLICY_HOUSE);
	json_t *form = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "layer", eh_policy_layer_name(layer), "title",
	                         layer == EH_POLICY_FLOOR ? "Propose a floor" : "Propose a version", "policy",
	                         text != NULL ? text : eh_policy_file(rq->arena, now != NULL ? now->policy : eh_policy_default(rq->arena)),
	                         "effective", effective != NULL ? effective : at, "reason", reason != NULL ? reason : "", "lab_sha256",
	                         lab != NULL ? lab : "");
	EH_ASSERT(form);
	return form;
}

static json_t *make_model(const struct eh_request *rq, const struct eh_policy_history *h, const PGresult *requests,
                          const PGresult *alerts, const char *wrong)
{
	const struct eh_policy_entry *house = eh_policy_history_in_force(h, EH_POLICY_HOUSE);
	const struct eh_policy_entry *floor = eh_policy_history_in_force(h, EH_POLICY_FLOOR);
	json_t *next = make_list(rq, h, 1u << EH_POLICY_TO_COME), *waiting = make_list(rq, h, 1u << EH_POLICY_WAITING | 1u << EH_POLICY_LAPSED);
	json_t *past = make_list(rq, h, ~0u), *asked = make_requests(rq->arena, requests), *told = make_alerts(alerts);
	bool proposes = may(rq, EH_POLICY_HOUSE, EH_SERVE_INSURER | EH_SERVE_ANALYST) || may(rq, EH_POLICY_FLOOR, 0);
	json_t *model = json_pack("{s:s, s:s, s:b, s:b, s:o, s:b, s:o, s:b, s:o, s:b, s:o, s:b, s:o, s:b}", "title", "Policy", "at",
	                          eh_page_words_instant(rq->arena, h->at_us), "none", house == NULL, "no_floor", floor == NULL, "next",
	                          next, "any_next", json_array_size(next) > 0, "waiting", waiting, "any_waiting",
	                          json_array_size(waiting) > 0, "history", past, "any_history", json_array_size(past) > 0, "asked", asked,
	                          "any_asked", json_array_size(asked) > 0, "alerts", told, "any_alerts", json_array_size(told) > 0);

	EH_ASSERT(model);
	if (house != NULL)
		eh_page_put(model, "house", make_entry(rq, house));
	if (floor != NULL)
		eh_page_put(model, "floor", make_entry(rq, floor));
	if (proposes)
		eh_page_put(model, "form", make_form(rq, h));
	eh_page_set(model, "wrong", wrong);
	return model;
}

static enum eh_rc read_all(struct eh_worker *worker, const struct eh_request *rq, struct eh_policy_history *h, PGresult **requests,
                           PGresult **alerts, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	struct eh_pg *reader, *own;
	int64_t at_us = 0;
	enum eh_rc rc = eh_serve_reader(worker, &reader, err);

	own = reader;
	if (rc == EH_OK && is_regulator(rq))
		rc = eh_serve_regulator(worker, &own, err);
	if (rc == EH_OK)
		rc = eh_policy_clock(reader, &at_us, err);
	if (rc == EH_OK)
		rc = eh_policy_history_read(own, rq->arena, is_regulator(rq), at_us, h, err);
	eh_pg_arg_text(&args, is_regulator(rq) ? rq->session.user : NULL);
	if (rc == EH_OK)
		rc = eh_pg_query(reader, &eh_sql_serve_policy_requests, &args, requests, err);
	if (rc == EH_OK && (rq->session.role & EH_SERVE_VIEWERS) != 0)
		rc = eh_pg_query(reader, &eh_sql_serve_policy_alerts, NULL, alerts, err);
	return rc;
}

enum eh_rc eh_serve_show_policy(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *wrong,
                                struct eh_err *err)
{
	EH_PGRESULT_AUTO requests = NULL;
	EH_PGRESULT_AUTO alerts = NULL;
	struct eh_policy_history h;
	enum eh_rc rc = read_all(worker, rq, &h, &requests, &alerts, err);

	return rc == EH_OK ? eh_serve_page(worker, rq, rp, "policy", make_model(rq, &h, requests, alerts, wrong), err) : rc;
}

enum eh_rc eh_serve_page_policy(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	return eh_serve_show_policy(worker, rq, rp, NULL, err);
}
