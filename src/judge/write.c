/*
 * write.c - see write.h; rows.c has the statements.
 */
#include "judge/write.h"

#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "base/failpoint.h"
#include "base/time.h"
#include "judge/display.h"
#include "judge/packs.h"
#include "judge/rows.h"
#include "judge/sql.h"

static enum eh_rc keep_event(void *ctx, const struct eh_judge_event *e, struct eh_err *err);

struct eh_judge_writer *eh_judge_writer_new(struct eh_judge_store *store, const struct eh_answers *answers,
                                            const struct eh_notify_routes *routes)
{
	struct eh_arena *home = eh_arena_new();
	struct eh_judge_writer *w = eh_arena_zalloc(home, 1, sizeof *w);
	struct eh_judge_sink sink = {.ctx = w, .alert = keep_event, .fault = eh_judge_row_fault};

	w->home = home;
	w->store = store;
	w->answers = answers;
	w->routes = routes;
	w->tick = eh_arena_new();
	eh_judge_set_sink(store->judge, &sink);
	return w;
}

void eh_judge_writer_free(struct eh_judge_writer *w)
{
	if (w == NULL)
		return;
	eh_arena_free(w->tick);
	eh_arena_free(w->home);
}

enum eh_rc eh_judge_hold_epoch(const struct eh_judge_store *store, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t held = 0;

	eh_pg_arg_int8(&args, store->epoch);
	enum eh_rc rc = eh_pg_query_int8(store->pg, &eh_sql_judge_hold_epoch, &args, &held, err);
	if (rc != EH_OK || held == 1)
		return rc;
	(void)eh_fail(err, EH_REFUSED, "another judge took this store over");
	return eh_hint(err, "one judge decides for a store; stop the other, or let it go on");
}

enum eh_rc eh_judge_writer_begin(struct eh_judge_writer *w, struct eh_err *err)
{
	eh_arena_reset(w->tick);
	w->leaves = (struct eh_ledger_leaves){.home = w->tick};
	w->closes = NULL;
	w->closes_end = &w->closes;
	w->steps = NULL;
	w->steps_end = &w->steps;
	w->points = NULL;
	w->points_end = &w->points;
	w->months = NULL;
	w->months_end = &w->months;
	w->packs = NULL;
	w->packs_end = &w->packs;
	w->settings = NULL;
	w->settings_end = &w->settings;
	w->new_components = NULL;
	w->new_components_end = &w->new_components;
	w->changes = NULL;
	w->changes_end = &w->changes;
	enum eh_rc rc = eh_pg_begin(w->store->pg, err);
	return rc == EH_OK ? eh_judge_hold_epoch(w->store, err) : rc;
}

enum eh_rc eh_judge_writer_leaf(struct eh_judge_writer *w, const char *kind, json_t *fields, size_t *place,
                                struct eh_err *err)
{
	return eh_ledger_add(&w->leaves, kind, fields, place, err);
}

static json_t *pseudonym_or_null(const char *user_name)
{
	char name[EH_LEDGER_PSEUDONYM];

	if (user_name == NULL)
		return json_null();
	eh_ledger_pseudonym(user_name, name);
	return json_string(name);
}

/* The last step of an alert: pending in this transaction, or in the store.  step_no 0: it is new. */
enum eh_rc eh_judge_row_last(struct eh_judge_writer *w, const char *alert_id, struct eh_judge_kept_step *out,
                            struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	*out = (struct eh_judge_kept_step){.to = ""};
	for (const struct eh_judge_kept_step *s = w->steps; s != NULL; s = s->next)
		if (strcmp(s->alert_id, alert_id) == 0)
			*out = *s;
	if (out->step_no > 0)
		return EH_OK;
	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_alert, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	out->step_no = (int)eh_pg_int8(res, 0, 0);
	out->to = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 1));
	out->page = strcmp(eh_pg_text(res, 0, 2), "page") == 0;
	out->at_us = eh_pg_int8(res, 0, 3);
	out->pane_end_us = eh_pg_null(res, 0, 4) ? INT64_MIN : eh_pg_int8(res, 0, 4);
	out->onset_us = eh_pg_null(res, 0, 5) ? INT64_MIN : eh_pg_int8(res, 0, 5);
	struct eh_pg_bytes evidence = eh_pg_bytea(res, 0, 6, w->tick), policy = eh_pg_bytea(res, 0, 7, w->tick);
	if (evidence.n == EH_SHA256_BYTES)
		memcpy(out->evidence_sha256.bytes, evidence.data, EH_SHA256_BYTES);
	if (policy.n == EH_SHA256_BYTES)
		memcpy(out->policy_sha256.bytes, policy.data, EH_SHA256_BYTES);
	out->body = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 8));
	out->source = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 9));
	out->attribute = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 10));
	out->group = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 11));
	out->source_id = eh_pg_int8(res, 0, 12);
	out->kind = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 13));
	out->episodes = eh_pg_int8(res, 0, 14);
	return EH_OK;
}

static json_t *instant_or_null(int64_t us)
{
	return eh_judge_time(us);
}

static json_t *hex_of(const struct eh_sha256 *digest)
{
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(digest, hex);
	return json_string(hex);
}

/* What a step shows and why it was taken are covered by digest: both may name people. */
static json_t *reason_digest(const char *reason)
{
	if (reason == NULL)
		return json_null();
	struct eh_sha256 digest = eh_sha256_of(reason, strlen(reason));
	return hex_of(&digest);
}

static enum eh_rc add_step_leaf(struct eh_judge_writer *w, struct eh_judge_kept_step *s, struct eh_err *err)
{
	struct eh_sha256 body;

	EH_ASSERT(eh_ledger_shown_digest(s->body, &body));
	return eh_ledger_add(&w->leaves, "alert",
	                     json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
	                               "alert", s->alert_id, "step", (json_int_t)s->step_no, "event", s->event, "from",
	                               s->from, "to", s->to, "source", s->source, "attribute", s->attribute, "group",
	                               s->group, "severity", s->page ? "page" : "review", "at",
	                               instant_or_null(s->at_us), "pane_end", instant_or_null(s->pane_end_us), "onset",
	                               instant_or_null(s->onset_us), "evidence_sha256", hex_of(&s->evidence_sha256),
	                               "policy_sha256", hex_of(&s->policy_sha256), "actor", pseudonym_or_null(s->actor),
	                               "second_actor", pseudonym_or_null(s->second), "body_sha256", hex_of(&body),
	                               "reason_sha256", reason_digest(s->reason)),
	                     &s->place, err);
}

enum eh_rc eh_judge_row_step(struct eh_judge_writer *w, struct eh_judge_kept_step *s, struct eh_err *err)
{
	enum eh_rc rc = eh_judge_row_life(w, s, err);

	if (rc != EH_OK)
		return rc;
	*w->steps_end = s;
	w->steps_end = &s->next;
	return add_step_leaf(w, s, err);
}

static enum eh_rc keep_event(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct eh_judge_writer *w = ctx;
	struct eh_judge_kept_step last, *s = eh_arena_zalloc(w->tick, 1, sizeof *s);
	const struct eh_judge_source *src = e->alert->source;
	EH_JSON_AUTO body = NULL;
	enum eh_alert_state from;
	enum eh_rc rc = eh_judge_row_last(w, e->alert->id, &last, err);

	if (rc == EH_OK)
		rc = eh_judge_body(w->store, e, w->answers, &body, err);
	if (rc != EH_OK)
		return rc;
	EH_ASSERT(eh_alert_state_of(last.to, &from));
	const struct eh_alert_rule *rule = eh_alert_find("bias", from, e->event);
	EH_ASSERT(rule != NULL);
	char *text = json_dumps(body, JSON_COMPACT);
	*s = (struct eh_judge_kept_step){
		.kind = "bias",
		.alert_id = eh_arena_strdup(w->tick, e->alert->id),
		.event = e->event,
		.from = eh_alert_state_name(from),
		.to = eh_alert_state_name(eh_alert_to(rule, from)),
		.step_no = last.step_no + 1,
		.page = e->alert->page,
		.at_us = e->close->clock_us,
		.pane_end_us = e->pane_end_us,
		.onset_us = e->alert->onset_us,
		.evidence = eh_arena_strdup(w->tick, e->evidence),
		.evidence_sha256 = e->evidence_sha256,
		.policy_sha256 = e->policy->version,
		.body = eh_arena_strdup(w->tick, text),
		.source_id = src->source_id,
		.source = src->map->source,
		.attribute = eh_judge_attribute_name(src, e->alert->pair),
		.group = eh_judge_group_name(src, e->alert->pair),
		.history = e->alert->history,
		.sentence = eh_arena_strdup(w->tick, json_string_value(json_object_get(body, "sentence")))};
	free(text);
	return eh_judge_row_step(w, s, err);
}

/* The body of the last step, with who took it up. */
static char *owned_body(struct eh_judge_writer *w, const char *old, const char *event, const char *actor)
{
	json_error_t why;
	EH_JSON_AUTO body = json_loads(old, 0, &why);

	EH_ASSERT(body != NULL);
	if (strcmp(event, "acknowledge") == 0)
		json_object_set_new(body, "owner", json_string(actor));
	char *text = json_dumps(body, JSON_COMPACT);
	char *kept = eh_arena_strdup(w->tick, text);
	free(text);
	return kept;
}

static const char *fields_text(struct eh_judge_writer *w, const json_t *fields)
{
	char *text = json_dumps(fields, JSON_COMPACT | JSON_SORT_KEYS);
	const char *kept = eh_arena_strdup(w->tick, text);

	free(text);
	return kept;
}

enum eh_rc eh_judge_writer_deed(struct eh_judge_writer *w, const struct eh_judge_deed *deed, struct eh_err *err)
{
	struct eh_judge_kept_step last, *s = eh_arena_zalloc(w->tick, 1, sizeof *s);
	enum eh_rc rc = eh_judge_row_last(w, deed->alert_id, &last, err);

	if (rc != EH_OK)
		return rc;
	EH_ASSERT(last.step_no > 0);
	*s = last;
	s->next = NULL;
	s->audience_n = 0;
	s->alert_id = eh_arena_strdup(w->tick, deed->alert_id);
	s->event = eh_arena_strdup(w->tick, deed->event);
	s->from = eh_arena_strdup(w->tick, deed->from);
	s->to = eh_arena_strdup(w->tick, deed->to);
	s->step_no = last.step_no + 1;
	s->actor = deed->actor != NULL ? eh_arena_strdup(w->tick, deed->actor) : NULL;
	s->second = deed->second != NULL ? eh_arena_strdup(w->tick, deed->second) : NULL;
	s->reason = deed->reason != NULL ? eh_arena_strdup(w->tick, deed->reason) : NULL;
	s->at_us = eh_judge_row_clock(w, last.source, last.at_us);
	s->evidence = NULL;
	s->body = owned_body(w, last.body, deed->event, deed->actor);
	s->fields = deed->fields != NULL ? fields_text(w, deed->fields) : NULL;
	s->sentence = NULL;
	return eh_judge_row_step(w, s, err);
}

static void keep_close(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                       size_t place)
{
	struct eh_judge_kept_close *c = eh_arena_zalloc(w->tick, 1, sizeof *c);

	*c = (struct eh_judge_kept_close){.feed = feed, .step = *step, .place = place};
	*w->closes_end = c;
	w->closes_end = &c->next;
	for (struct eh_judge_kept_month *m = w->months; m != NULL; m = m->next)
		if (m->place == SIZE_MAX)
			m->place = place;
	if (step->n > 0) {
		w->last_in_this = feed;
		w->last_place = place;
	}
}

static enum eh_rc add_close_leaf(struct eh_judge_writer *w, const struct eh_judge_feed *feed,
                                 const struct eh_judge_step *step, size_t *place, struct eh_err *err)
{
	char digest[EH_SHA256_HEX];

	eh_sha256_hex(&step->digest, digest);
	return eh_ledger_add(&w->leaves, "pane",
	                     json_pack("{s:s,s:o,s:o,s:o,s:I,s:I,s:s,s:b}", "source", feed->source->map->source,
	                               "first_pane", eh_judge_time(step->first_pane_us), "last_pane",
	                               eh_judge_time(step->last_pane_us), "clock", eh_judge_time(step->clock_us),
	                               "included_index", (json_int_t)step->included, "n", (json_int_t)step->n,
	                               "evidence_sha256", digest, "history", step->history),
	                     place, err);
}

enum eh_rc eh_judge_writer_fold(struct eh_judge_writer *w, struct eh_judge_feed *feed, struct eh_judge_step *step,
                                struct eh_err *err)
{
	const struct eh_judge_source *s = feed->source;
	size_t place;
	enum eh_rc rc = EH_OK;

	/* Before a day's first close is folded, the last close of the day before becomes a point of the charts. */
	if (s->any && eh_pane_start(EH_PANE_DAY, s->pane_start_us) != eh_pane_start(EH_PANE_DAY, step->last_pane_us))
		eh_judge_row_points(w, feed);
	rc = eh_judge_store_fold(w->store, feed, step, err);
	if (rc == EH_OK)
		rc = eh_judge_row_month(w, feed, step, err);
	if (rc == EH_OK)
		rc = add_close_leaf(w, feed, step, &place, err);
	if (rc == EH_OK)
		keep_close(w, feed, step, place);
	if (rc == EH_OK)
		rc = eh_judge_row_changes(w, feed, step, err); /* before packs: it looks at the close's pane */
	return rc == EH_OK ? eh_judge_row_packs(w, feed, step, err) : rc;
}

enum eh_rc eh_judge_writer_commit(struct eh_judge_writer *w, struct eh_err *err)
{
	int64_t first = 0;
	enum eh_rc rc = EH_OK;

	if (w->leaves.n > 0)
		rc = eh_ledger_append(w->store->pg, &w->leaves, &first, err);
	if (rc == EH_OK)
		rc = eh_judge_rows_write(w, first, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.before_commit", err);
	if (rc == EH_OK)
		rc = eh_pg_commit(w->store->pg, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.after_commit", err);
	if (rc != EH_OK)
		eh_pg_rollback(w->store->pg);
	w->last_in_this = NULL;
	return rc;
}
