/*
 * requests.c - see requests.h.
 */
#include "judge/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/check.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "judge/asked.h"
#include "judge/governance.h"
#include "judge/labs.h"
#include "judge/packs.h"
#include "judge/rows.h"
#include "judge/sql.h"

struct answer {
	bool done;
	char message[EH_JUDGE_MESSAGE];
	bool has_deed;
	struct eh_judge_deed deed;
	bool closes; /* the evidence of the pair restarts */
	struct eh_judge_lab *lab;           /* a result of the lab that is to be kept; NULL: none */
	struct eh_judge_governed *governed; /* what is asked of the policy; NULL: nothing is to be written of it */
};

static void refuse(struct answer *a, const char *format, ...) EH_PRINTF(2, 3);
static void refuse(struct answer *a, const char *format, ...)
{
	char text[EH_JUDGE_MESSAGE];
	va_list args;

	*a = (struct answer){0};
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	eh_judge_answer(a->message, "%s", text);
}

static const char *text_of(const json_t *body, const char *key)
{
	return json_string_value(json_object_get(body, key));
}

/* What a step stands on: the alert as it is, its life, the rule. */
struct ground {
	struct eh_judge_kept_step last;
	enum eh_alert_state state;
	json_t *body; /* of the last step */
	const struct eh_alert_rule *rule;
};

static void free_ground(struct ground *g)
{
	json_decref(g->body);
}
#define GROUND_AUTO __attribute__((cleanup(free_ground))) struct ground

/* The rule for an event in the alert's present state, or a refusal. */
static enum eh_rc find_rule(struct eh_judge_writer *w, const char *alert_id, const char *event, struct ground *g,
                            struct answer *a, struct eh_err *err)
{
	json_error_t why;
	enum eh_rc rc = eh_judge_row_last(w, alert_id != NULL ? alert_id : "", &g->last, err);

	if (rc != EH_OK)
		return rc;
	if (g->last.step_no == 0) {
		refuse(a, "there is no alert %s", alert_id != NULL ? alert_id : "(none named)");
		return EH_OK;
	}
	EH_ASSERT(eh_alert_state_of(g->last.to, &g->state));
	g->body = json_loads(g->last.body, 0, &why);
	g->rule = eh_alert_find(g->last.kind, g->state, event);
	if (g->rule == NULL || g->rule->who == EH_ALERT_BY_JUDGE) {
		g->rule = NULL;
		refuse(a, "an alert that is %s has no step \"%s\"", eh_alert_state_name(g->state), event);
	}
	return EH_OK;
}

/* Whether the user may have this part in the step; else a refusal. */
static bool check_part(const struct ground *g, const char *part, unsigned roles, const char *user, const char *role,
                       struct answer *a)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const char *wrong = eh_alert_person_wrong(g->rule, roles, part, user, role, json_object_get(g->body, "life"), home);

	if (wrong != NULL)
		refuse(a, "%s", wrong);
	return wrong == NULL;
}

/* Reason and fields, by the table. */
static bool check_words(const struct eh_judge_writer *w, const struct ground *g, const json_t *body, struct answer *a)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_alert_facts facts = {.at_us = eh_judge_row_clock(w, g->last.source, g->last.at_us),
	                               .wall_us = eh_time_wall_us(),
	                               .episodes = g->last.episodes,
	                               .set = json_object_get(g->body, "life")};
	const char *wrong =
		eh_alert_words_wrong(g->rule, text_of(body, "reason"), json_object_get(body, "fields"), &facts, home);

	if (wrong != NULL)
		refuse(a, "%s", wrong);
	return wrong == NULL;
}

/* `body`: of the request that asked for it first. */
static void take_deed(struct answer *a, const struct ground *g, const char *alert_id, const char *actor,
                      const char *second, const json_t *body)
{
	enum eh_alert_state to = eh_alert_to(g->rule, g->state);

	a->done = a->has_deed = true;
	a->closes = to != g->state && (to == EH_ALERT_CLOSED_FIXED || to == EH_ALERT_CLOSED_NOT_CONFIRMED);
	a->deed = (struct eh_judge_deed){.alert_id = alert_id,
	                                 .event = g->rule->event,
	                                 .actor = actor,
	                                 .second = second,
	                                 .reason = text_of(body, "reason"),
	                                 .fields = json_object_get(body, "fields"),
	                                 .from = eh_alert_state_name(g->state),
	                                 .to = eh_alert_state_name(to)};
	snprintf(a->message, sizeof a->message, "%s", g->rule->sentence);
}

static enum eh_rc answer_propose(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct answer *a, struct eh_err *err)
{
	const char *asked = text_of(r->body, "event");
	char event[EH_LEDGER_WORD];
	GROUND_AUTO g = {0};

	if (asked == NULL) {
		refuse(a, "a proposal names an event and gives a reason");
		return EH_OK;
	}
	eh_ledger_word(asked, event);
	enum eh_rc rc = find_rule(w, r->alert_id, event, &g, a, err);
	if (rc != EH_OK || g.rule == NULL)
		return rc;
	if (g.rule->who != EH_ALERT_BY_TWO) {
		refuse(a, "\"%s\" needs no second person: ask for it directly", event);
		return EH_OK;
	}
	if (!check_part(&g, "propose", g.rule->roles, r->user, r->role, a) || !check_words(w, &g, r->body, a))
		return EH_OK;
	a->done = true;
	snprintf(a->message, sizeof a->message, "waits for a second person to approve");
	return EH_OK;
}

/* A proposal as its row has it. */
struct proposal {
	int64_t id;
	const char *proposer, *alert_id, *event;
	const char *role; /* of who proposed, now */
	json_t *body;
};

/* Whether a proposal waits for its second person; else a refusal. */
static enum eh_rc read_proposal(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                                struct proposal *p, struct answer *a, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	json_error_t why;

	eh_pg_arg_int8(&args, p->id);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_proposal, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0 || !eh_pg_bool(res, 0, 4))
		refuse(a, "request %lld is no proposal that waits for approval", (long long)p->id);
	else if (eh_pg_bool(res, 0, 5))
		refuse(a, "request %lld was approved already", (long long)p->id);
	else if (eh_pg_bool(res, 0, 6))
		refuse(a, "the alert has moved on since request %lld was made: propose it anew", (long long)p->id);
	else if (strcmp(eh_pg_text(res, 0, 0), r->user) == 0)
		refuse(a, "who proposed it cannot approve it: two people are needed");
	else {
		p->proposer = eh_arena_strdup(home, eh_pg_text(res, 0, 0));
		p->alert_id = eh_arena_strdup(home, eh_pg_text(res, 0, 1));
		p->event = eh_arena_strdup(home, eh_pg_text(res, 0, 2));
		p->body = json_loads(eh_pg_text(res, 0, 3), 0, &why);
		p->role = eh_pg_bool(res, 0, 8) ? "" : eh_arena_strdup(home, eh_pg_text(res, 0, 7));
	}
	return EH_OK;
}

/* *keep: the body of the proposal, which the deed points into. */
static enum eh_rc answer_approve(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                                 json_t **keep, struct answer *a, struct eh_err *err)
{
	struct proposal p = {0};
	GROUND_AUTO g = {0};

	if (!eh_judge_asked_number(r, "request_id", &p.id)) {
		refuse(a, "an approval names the proposal by its number");
		return EH_OK;
	}
	enum eh_rc rc = read_proposal(w, r, home, &p, a, err);
	if (rc != EH_OK || p.alert_id == NULL)
		return rc;
	*keep = p.body;
	rc = find_rule(w, p.alert_id, p.event, &g, a, err);
	if (rc != EH_OK || g.rule == NULL || !check_part(&g, "approve", g.rule->second, r->user, r->role, a))
		return rc;
	if (!(eh_alert_role_of(p.role) & g.rule->roles)) {
		refuse(a, "who proposed it has not the role for it any more: it must be proposed anew");
		return EH_OK;
	}
	if (check_part(&g, "propose", g.rule->roles, p.proposer, p.role, a) && check_words(w, &g, p.body, a))
		take_deed(a, &g, p.alert_id, p.proposer, eh_arena_strdup(home, r->user), p.body);
	return EH_OK;
}

static enum eh_rc answer_step(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct answer *a, struct eh_err *err)
{
	GROUND_AUTO g = {0};
	enum eh_rc rc = find_rule(w, r->alert_id, r->verb, &g, a, err);
	if (rc != EH_OK || g.rule == NULL)
		return rc;
	if (g.rule->who == EH_ALERT_BY_TWO)
		refuse(a, "\"%s\" needs two people: propose it, and let a second person approve", r->verb);
	else if (check_part(&g, r->verb, g.rule->roles, r->user, r->role, a) && check_words(w, &g, r->body, a))
		take_deed(a, &g, r->alert_id, r->user, NULL, r->body);
	return EH_OK;
}

/* A note of counsel is not here; its salted digest goes on the record, and nothing else of it. */
static void answer_note(const struct eh_judge_asked *r, struct answer *a)
{
	static const char *const roles[] = {"counsel", NULL};
	const char *digest = eh_judge_asked_text(r, "sha256");

	if (!eh_judge_asked_by(r, roles, a->message))
		return;
	if (digest == NULL || strlen(digest) != EH_SHA256_HEX - 1 || strspn(digest, "0123456789abcdef") != EH_SHA256_HEX - 1) {
		refuse(a, "a note of counsel is named by its digest");
		return;
	}
	a->done = true;
	eh_judge_answer(a->message, "a note is kept apart, privilege claimed: SHA-256 %s", digest);
}

static enum eh_rc decide(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home, json_t **keep,
                         struct answer *a, struct eh_err *err)
{
	if (eh_judge_governs(r->verb)) {
		enum eh_rc rc = eh_judge_govern(w, r, home, &a->governed, a->message, err);

		a->done = rc == EH_OK && a->governed != NULL;
		return rc;
	}
	if (strcmp(r->verb, EH_JUDGE_LAB_KEEP) == 0)
		return eh_judge_lab_keep(w, r, home, &a->lab, &a->done, a->message, err);
	if (eh_judge_pack_asks(r->verb))
		return eh_judge_pack_answer(w, r, home, &a->done, a->message, err);
	if (!eh_judge_asked_by(r, NULL, a->message))
		return EH_OK;
	if (strcmp(r->verb, "counsel-note") == 0) {
		answer_note(r, a);
		return EH_OK;
	}
	if (strcmp(r->verb, "propose") == 0)
		return answer_propose(w, r, a, err);
	if (strcmp(r->verb, "approve") == 0)
		return answer_approve(w, r, home, keep, a, err);
	return answer_step(w, r, a, err);
}

static enum eh_rc add_leaf(struct eh_judge_writer *w, const struct eh_judge_asked *r, const struct answer *a, size_t *place,
                           struct eh_err *err)
{
	char person[EH_LEDGER_PSEUDONYM];

	eh_ledger_pseudonym(r->user, person);
	return eh_judge_writer_leaf(w, "request",
	                            json_pack("{s:I,s:s,s:s,s:s?,s:b,s:s}", "request", (json_int_t)r->id, "person",
	                                      person, "verb", r->verb, "alert", r->alert_id, "done", a->done, "message",
	                                      a->message),
	                            place, err);
}

/* Deed, leaf and outcome, and the commit. */
static enum eh_rc write_answer(struct eh_judge_writer *w, const struct eh_judge_asked *r, const struct answer *a,
                               struct eh_err *err)
{
	struct eh_pg_args args = {0};
	size_t place = 0;
	int64_t first;
	enum eh_rc rc = a->has_deed ? eh_judge_writer_deed(w, &a->deed, err) : EH_OK;

	if (rc == EH_OK)
		rc = add_leaf(w, r, a, &place, err);
	if (rc == EH_OK)
		rc = eh_ledger_append(w->store->pg, &w->leaves, &first, err);
	if (rc == EH_OK)
		rc = eh_judge_rows_write(w, first, err);
	if (rc == EH_OK && a->governed != NULL)
		rc = eh_judge_govern_write(w, a->governed, first, first + (int64_t)place, err);
	if (rc == EH_OK && a->lab != NULL)
		rc = eh_judge_lab_write(w, a->lab, first, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, r->id);
	eh_pg_arg_bool(&args, a->done);
	eh_pg_arg_text(&args, a->message);
	eh_pg_arg_int8(&args, first + (int64_t)place);
	rc = eh_pg_run(w->store->pg, &eh_sql_judge_write_outcome, &args, NULL, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.before_answer_commit", err);
	if (rc == EH_OK)
		rc = eh_pg_commit(w->store->pg, err);
	return rc == EH_OK ? EH_FAILPOINT("judge.after_answer_commit", err) : rc;
}

/* What cannot be written as it was decided is refused in words that always can: one request must not stop judge. */
static enum eh_rc refuse_instead(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct answer *a,
                                 struct eh_err *err)
{
	eh_log("request %lld is refused: %s", (long long)r->id, err->text);
	eh_pg_rollback(w->store->pg);
	enum eh_rc rc = eh_judge_writer_begin(w, err);
	refuse(a, "it cannot be put on the record as it is");
	return rc == EH_OK ? write_answer(w, r, a, err) : rc;
}

static enum eh_rc answer_one(struct eh_judge_writer *w, struct eh_judge_store *store, const struct eh_judge_asked *r,
                             struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_JSON_AUTO keep = NULL;
	struct answer a = {0};
	enum eh_rc rc = eh_judge_writer_begin(w, err);

	if (rc != EH_OK)
		return rc;
	rc = decide(w, r, home, &keep, &a, err);
	if (rc == EH_OK)
		rc = write_answer(w, r, &a, err);
	if (rc == EH_BAD_INPUT || rc == EH_REFUSED)
		rc = refuse_instead(w, r, &a, err);
	if (rc != EH_OK)
		eh_pg_rollback(store->pg);
	else if (a.governed != NULL)
		rc = eh_judge_govern_done(store, a.governed, err);
	else if (a.closes)
		eh_judge_close_alert(store->judge, a.deed.alert_id);
	else if (a.has_deed && strcmp(a.deed.event, "reopen") == 0)
		eh_judge_reopen_alert(store->judge, a.deed.alert_id);
	return rc;
}

enum eh_rc eh_judge_requests(struct eh_judge_writer *w, struct eh_judge_store *store, int64_t session_ms,
                             struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, session_ms);
	enum eh_rc rc = eh_pg_query(store->pg, &eh_sql_judge_read_requests, &args, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		json_error_t why;
		EH_JSON_AUTO body = json_loads(eh_pg_text(res, i, 4), 0, &why);
		const char *session_user = eh_pg_text(res, i, 6);
		struct eh_judge_asked r = {.id = eh_pg_int8(res, i, 0),
		                    .user = eh_pg_text(res, i, 1),
		                    .body = body,
		                    .role = eh_pg_text(res, i, 7),
		                    .disabled = eh_pg_bool(res, i, 8),
		                    .session_over = eh_pg_bool(res, i, 9)};

		eh_ledger_word(eh_pg_text(res, i, 2), r.verb);
		if (!eh_pg_null(res, i, 3)) {
			eh_ledger_word(eh_pg_text(res, i, 3), r.alert);
			r.alert_id = r.alert;
		}
		r.session_differs =
			eh_pg_null(res, i, 5) && (session_user == NULL || strcmp(session_user, r.user) != 0);
		rc = answer_one(w, store, &r, err);
	}
	return rc;
}
