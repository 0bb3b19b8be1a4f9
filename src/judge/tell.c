/*
 * tell.c - see tell.h.
 */
#include "judge/tell.h"

#include <string.h>

#include "alert/alert.h"
#include "base/time.h"
#include "judge/sql.h"
#include "notify/outbox.h"

enum { TABLES = 2, CELLS = 4 };

/* The counts behind the sentence of a finding: both tables of its body, as far as they are there. */
static size_t cells_of(const json_t *body, int64_t cells[TABLES * CELLS])
{
	static const char *const tables[TABLES] = {"since_onset", "fixed_window"};
	size_t n = 0;

	for (int i = 0; i < TABLES; i++) {
		const json_t *t = json_object_get(body, tables[i]);

		if (!json_is_object(t))
			continue;
		int64_t n_p = json_integer_value(json_object_get(t, "n_protected")), k_p = json_integer_value(json_object_get(t, "k_protected"));
		int64_t n_r = json_integer_value(json_object_get(t, "n_reference")), k_r = json_integer_value(json_object_get(t, "k_reference"));
		cells[n++] = k_p;
		cells[n++] = n_p - k_p;
		cells[n++] = k_r;
		cells[n++] = n_r - k_r;
	}
	return n;
}

static unsigned about_of(const char *kind)
{
	if (strcmp(kind, "data") == 0)
		return EH_NOTIFY_DATA;
	return strcmp(kind, "bias") == 0 ? EH_NOTIFY_BIAS : EH_NOTIFY_GOVERNANCE;
}

/* How often a deadline was missed; a step may name its own. */
static int level_of(const struct eh_judge_kept_step *s, const json_t *body)
{
	int level = (int)json_integer_value(json_object_get(json_object_get(body, "life"), "level"));

	return s->level > level ? s->level : level;
}

/* What two people decided concerns both, and whom the step names besides. */
static size_t audience_of(struct eh_judge_writer *w, const struct eh_judge_kept_step *s, const char *const **out)
{
	const char **list = eh_arena_zalloc(w->tick, s->audience_n + 2, sizeof *list);
	size_t n = 0;

	if (s->second != NULL) {
		list[n++] = s->actor;
		list[n++] = s->second;
	}
	for (size_t i = 0; i < s->audience_n; i++)
		list[n++] = s->audience[i];
	*out = list;
	return n;
}

enum eh_rc eh_judge_tell_step(struct eh_judge_writer *w, const struct eh_judge_kept_step *s, struct eh_err *err)
{
	json_error_t why;
	int64_t cells[TABLES * CELLS];
	char evidence[EH_SHA256_HEX], policy[EH_SHA256_HEX];
	enum eh_alert_state from, to;

	if (w->routes == NULL || w->routes->n == 0)
		return EH_OK;
	EH_JSON_AUTO body = json_loads(s->body, 0, &why);
	const struct eh_alert_rule *rule = eh_alert_state_of(s->from, &from) ? eh_alert_find(s->kind, from, s->event) : NULL;
	eh_sha256_hex(&s->evidence_sha256, evidence);
	eh_sha256_hex(&s->policy_sha256, policy);
	struct eh_notify_message m = {.type = "alert",
	                              .abouts = about_of(s->kind) | (s->second != NULL ? EH_NOTIFY_DECISION : 0u),
	                              .key = eh_arena_printf(w->tick, "%s/%d", s->alert_id, s->step_no),
	                              .page = s->page,
	                              .level = level_of(s, body),
	                              .alert = s->alert_id,
	                              .step = s->step_no,
	                              .source_id = s->source_id,
	                              .source = s->source,
	                              .kind = s->kind,
	                              .event = s->event,
	                              .state = s->to,
	                              .over = eh_alert_state_of(s->to, &to) && eh_alert_is_over(to),
	                              .attribute = s->attribute,
	                              .group = s->group,
	                              .what = rule != NULL ? eh_alert_sentence(rule, s->kind) : NULL,
	                              .title = json_string_value(json_object_get(body, "title")),
	                              .sentence = s->sentence,
	                              .cells = cells,
	                              .cells_n = cells_of(body, cells),
	                              .at_us = s->at_us,
	                              .onset_us = s->onset_us,
	                              .evidence = evidence,
	                              .policy = policy};
	m.audience_n = audience_of(w, s, &m.audience);
	return eh_notify_enqueue(w->store->pg, w->routes, &m, err);
}

enum eh_rc eh_judge_tell_history(struct eh_judge_writer *w, const struct eh_judge_feed *feed, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	if (w->routes == NULL || w->routes->n == 0)
		return EH_OK;
	eh_pg_arg_int8(&args, feed->source->source_id);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_summary, &args, &res, err);
	size_t n = rc == EH_OK ? (size_t)PQntuples(res) : 0;
	if (n == 0)
		return rc;
	const char **alerts = eh_arena_zalloc(w->tick, n, sizeof *alerts);
	struct eh_notify_message m = {.type = "history",
	                              .key = eh_arena_printf(w->tick, "history/%s", eh_pg_text(res, 0, 0)),
	                              .source_id = feed->source->source_id,
	                              .source = eh_pg_text(res, 0, 0),
	                              .sentence = "These alerts were found in the history of the source, when it was read.",
	                              .at_us = feed->history_us,
	                              .onset_us = INT64_MIN,
	                              .alerts = alerts,
	                              .alerts_n = n,
	                              .path = "/alerts"};
	for (size_t i = 0; i < n; i++) {
		alerts[i] = eh_pg_text(res, (int)i, 1);
		m.abouts |= about_of(eh_pg_text(res, (int)i, 2));
		m.page |= strcmp(eh_pg_text(res, (int)i, 3), "page") == 0;
	}
	return eh_notify_enqueue(w->store->pg, w->routes, &m, err);
}

enum eh_rc eh_judge_tell_beat(struct eh_judge_writer *w, int64_t now_us, struct eh_err *err)
{
	EH_BUF_AUTO sentence = {0};
	char at[EH_TIME_TEXT];
	int followed = 0;

	if (w->routes == NULL || w->routes->n == 0)
		return EH_OK;
	for (const struct eh_judge_feed *f = w->store->feeds; f != NULL; f = f->next)
		followed += !f->ended;
	eh_time_format(now_us, at);
	eh_buf_printf(&sentence, "The monitor runs, and follows %d source%s.", followed, followed == 1 ? "" : "s");
	struct eh_notify_message m = {.type = "heartbeat",
	                              .abouts = EH_NOTIFY_HEARTBEAT,
	                              .key = eh_arena_printf(w->tick, "heartbeat/%s", at),
	                              .sentence = sentence.data,
	                              .at_us = now_us,
	                              .onset_us = INT64_MIN};
	return eh_notify_enqueue(w->store->pg, w->routes, &m, err);
}

enum eh_rc eh_judge_tell_approved(struct eh_judge_writer *w, const struct eh_judge_approved *a, struct eh_err *err)
{
	const char *const both[] = {a->proposer, a->approver};
	char version[EH_SHA256_HEX], at[EH_TIME_TEXT];

	if (w->routes == NULL || w->routes->n == 0)
		return EH_OK;
	eh_sha256_hex(&a->version, version);
	eh_time_format(a->effective_us, at);
	struct eh_notify_message m = {
		.type = "policy",
		.abouts = EH_NOTIFY_GOVERNANCE | EH_NOTIFY_DECISION,
		.key = eh_arena_printf(w->tick, "policy/%lld", (long long)a->proposal_id),
		.audience = both,
		.audience_n = 2,
		.sentence = eh_arena_printf(w->tick, "Two people approved a version of the policy. For the %s it is in force from %s.", a->layer, at),
		.at_us = eh_time_wall_us(),
		.onset_us = INT64_MIN,
		.policy = version,
		.path = "/policy"};
	return eh_notify_enqueue(w->store->pg, w->routes, &m, err);
}
