/*
 * governed.h - a store that judge has begun, people who ask it for versions of the policy, and open alerts in any state.
 *
 * The people are ian (insurer), ana (analyst), ann and abe (approvers), ron (regulator), rita and rolf (regulator-admins).
 */
#ifndef TESTS_UNIT_JUDGE_GOVERNED_H
#define TESTS_UNIT_JUDGE_GOVERNED_H

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "judge/policies.h"
#include "judge/requests.h"
#include "judge/run.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ALERT "A-0123456789ab"
#define SESSION_MS INT64_C(3600000)
#define FUTURE "2201-01-01T00:00:00Z"

static const char people[] =
	"INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('ian', 'insurer', ''), ('ana', 'analyst', ''), "
	"('ann', 'approver', ''), ('abe', 'approver', ''), ('ron', 'regulator', ''), ('rita', 'regulator-admin', ''), "
	"('rolf', 'regulator-admin', ''), ('adam', 'admin', '');"
	"INSERT INTO evenhand.session (token_sha256, user_name) SELECT sha256(user_name::bytea), user_name FROM evenhand.app_user";

struct bench {
	struct eh_arena *home;
	struct eh_pg *writer, *owner;
	struct eh_policies *policies;
	struct eh_judge_store *store;
	struct eh_judge_writer *w;
};

static inline const struct eh_policy *policy_of(struct eh_arena *home, const char *text)
{
	const struct eh_policy *p = NULL;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

static const char *const of_ana[] = {"ana"}, *const of_ann[] = {"ann"}, *const of_bob[] = {"bob"};
static const struct eh_notify_route told[] = {
	{.name = "ana", .abouts = EH_NOTIFY_DECISION, .review = true, .levels = ~0u, .people = of_ana, .people_n = 1},
	{.name = "ann", .abouts = EH_NOTIFY_DECISION, .review = true, .levels = ~0u, .people = of_ann, .people_n = 1},
	{.name = "bob", .abouts = EH_NOTIFY_DECISION, .review = true, .levels = ~0u, .people = of_bob, .people_n = 1},
	{.name = "office", .abouts = EH_NOTIFY_GOVERNANCE, .review = true, .page = true, .levels = ~0u},
};
static const struct eh_notify_routes routes = {.route = told, .n = 4};

/* A store that judge has begun, under a policy of this text. */
static inline struct bench begin(const char *genesis)
{
	struct bench b = {.home = eh_arena_new(), .writer = eh_test_open(EH_STORE_WRITER), .owner = eh_test_open(EH_STORE_OWNER)};
	struct eh_settings settings = {.session_length_ms = 1000};
	struct eh_judge_run run = {
		.settings = &settings, .pg = b.writer, .policy = policy_of(b.home, genesis), .once = true, .quiet = true};
	struct eh_judge_sink none = {0};
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_run(&run, &err), &err);
	eh_test_sql(b.owner, people);
	expect_rc(EH_OK, eh_judge_policies_read(b.writer, b.home, &b.policies, &err), &err);
	expect_rc(EH_OK, eh_judge_store_open(b.writer, b.policies, &none, &b.store, &err), &err);
	b.store->epoch = eh_test_int8(b.owner, "SELECT epoch FROM evenhand.judge_epoch");
	b.w = eh_judge_writer_new(b.store, NULL, &routes);
	return b;
}

static inline void end(struct bench *b)
{
	eh_judge_writer_free(b->w);
	eh_judge_store_close(b->store);
	eh_pg_close(b->writer);
	eh_pg_close(b->owner);
	eh_arena_free(b->home);
}

/* An alert about women in the source risk, in some state. */
static inline void put_alert_at(struct bench *b, const char *id, const char *group, const char *state, int64_t leaf)
{
	eh_test_sql(b->owner,
	            eh_arena_printf(b->home,
	                            "INSERT INTO evenhand.source (name) VALUES ('risk') ON CONFLICT DO NOTHING;"
	                            "INSERT INTO evenhand.evidence VALUES (sha256('e'), '{}') ON CONFLICT DO NOTHING;"
	                            "INSERT INTO evenhand.alert VALUES ('%s', 1, 'bias', 'sex', '%s', 'live');"
	                            "ALTER TABLE evenhand.alert_step DISABLE TRIGGER USER;"
	                            "INSERT INTO evenhand.alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, "
	                            "pane_end_us, onset_us, evidence_sha256, policy_sha256, body, leaf_index) "
	                            "VALUES ('%s', 1, 'raised', '', '%s', 'review', 0, 0, 0, sha256('e'), sha256('p'), "
	                            "'{\"sentence\": \"s\"}', %lld);"
	                            "ALTER TABLE evenhand.alert_step ENABLE TRIGGER USER",
	                            id, group, id, state, (long long)leaf));
}

static inline void put_alert(struct bench *b, const char *id, const char *group, const char *state)
{
	put_alert_at(b, id, group, state, 0);
}

static inline int64_t ask(struct bench *b, const char *user, const char *verb, const char *body)
{
	struct eh_err err;
	int64_t id = eh_test_int8(b->owner, eh_arena_printf(b->home,
	                                                    "INSERT INTO evenhand.request (token_sha256, user_name, verb, body) "
	                                                    "VALUES (sha256('%s'), '%s', '%s', $j$%s$j$) RETURNING request_id",
	                                                    user, user, verb, body));

	expect_rc(EH_OK, eh_judge_requests(b->w, b->store, SESSION_MS, &err), &err);
	return id;
}

static inline const char *outcome(struct bench *b, int64_t id, bool done)
{
	const char *where = eh_arena_printf(b->home, "FROM evenhand.request_outcome WHERE request_id = %lld", (long long)id);
	char *said = eh_arena_strdup(b->home, eh_test_text(b->owner, eh_arena_printf(b->home, "SELECT message %s", where)));

	if (strcmp(eh_test_text(b->owner, eh_arena_printf(b->home, "SELECT done %s", where)), done ? "t" : "f") != 0)
		fail_msg("request %lld: %s", (long long)id, said);
	return said;
}

static inline void expect_refused(struct bench *b, const char *user, const char *verb, const char *body, const char *message)
{
	assert_string_equal(outcome(b, ask(b, user, verb, body), false), message);
}

static inline const char *body_of(struct bench *b, const char *text, const char *layer, const char *effective)
{
	EH_JSON_AUTO body = json_pack("{s:s,s:s,s:s,s:s}", "layer", layer, "canonical", policy_of(b->home, text)->canonical,
	                              "effective", effective, "reason", "we looked at it");
	char *dumped = json_dumps(body, JSON_COMPACT);
	char *kept = eh_arena_strdup(b->home, dumped);

	free(dumped);
	return kept;
}

static inline int64_t propose(struct bench *b, const char *user, const char *text, const char *layer, const char *effective)
{
	int64_t id = ask(b, user, "policy-propose", body_of(b, text, layer, effective));

	assert_non_null(strstr(outcome(b, id, true), "it waits for a second person"));
	return id;
}

static inline const char *number(struct bench *b, int64_t id)
{
	return eh_arena_printf(b->home, "{\"proposal\": %lld, \"reason\": \"r\"}", (long long)id);
}

static inline const char *enact(struct bench *b, const char *text, const char *effective)
{
	int64_t id = propose(b, "ian", text, "house", effective);

	return outcome(b, ask(b, "ann", "policy-approve", number(b, id)), true);
}

static inline int64_t count(struct bench *b, const char *what)
{
	return eh_test_int8(b->owner, eh_arena_printf(b->home, "SELECT count(*) FROM evenhand.%s", what));
}

#define TOLD "alert WHERE kind = 'governance'"

#endif
