/*
 * labs_test.c - a result of the lab is kept by its digest, once, by whom it may be; and a proposal can name no other.
 */
#include "judge/labs.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "judge/requests.h"
#include "judge/run.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define SESSION_MS INT64_C(3600000)

struct bench {
	struct eh_arena *home;
	struct eh_pg *writer, *owner;
	struct eh_judge_store *store;
	struct eh_judge_writer *w;
};

static const struct eh_policy *policy_of(struct bench *b, const char *text)
{
	const struct eh_policy *p = NULL;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(b->home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

static struct bench begin(void)
{
	struct bench b = {.home = eh_arena_new(), .writer = eh_test_open(EH_STORE_WRITER), .owner = eh_test_open(EH_STORE_OWNER)};
	struct eh_settings settings = {.session_length_ms = 1000};
	struct eh_judge_run run = {
		.settings = &settings, .pg = b.writer, .policy = eh_policy_default(b.home), .once = true, .quiet = true};
	struct eh_judge_sink none = {0};
	struct eh_policies *policies;
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_run(&run, &err), &err);
	eh_test_sql(b.owner, "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('ian', 'insurer', ''), "
	                     "('ana', 'analyst', ''), ('ann', 'approver', '') ON CONFLICT DO NOTHING;"
	                     "INSERT INTO evenhand.session (token_sha256, user_name) SELECT sha256(user_name::bytea), user_name "
	                     "FROM evenhand.app_user ON CONFLICT DO NOTHING");
	policies = eh_policies_of(b.home, eh_policy_default(b.home));
	expect_rc(EH_OK, eh_judge_store_open(b.writer, policies, &none, &b.store, &err), &err);
	b.store->epoch = eh_test_int8(b.owner, "SELECT epoch FROM evenhand.judge_epoch");
	b.w = eh_judge_writer_new(b.store, NULL, NULL);
	return b;
}

static void end(struct bench *b)
{
	eh_judge_writer_free(b->w);
	eh_judge_store_close(b->store);
	eh_pg_close(b->writer);
	eh_pg_close(b->owner);
	eh_arena_free(b->home);
}

static json_t *version_of(const struct eh_policy *policy)
{
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&policy->version, hex);
	return json_pack("{s:s,s:s,s:o}", "name", policy->name, "sha256", hex, "policy", json_loads(policy->canonical, 0, NULL));
}

static json_t *result_of(struct bench *b, const struct eh_policy *draft)
{
	return json_pack("{s:s,s:o,s:o,s:n,s:s,s:i,s:i,s:i,s:[]}", "type", "evenhand/lab/v1", "draft", version_of(draft), "in_force",
	                 version_of(eh_policy_default(b->home)), "from", "to", "2026-01-01T00:00:00Z", "seed", 7, "runs", 20,
	                 "leaves_below", 3, "gained");
}

/* Takes over `body`. */
static void ask(struct bench *b, const char *user, const char *verb, json_t *body, bool done, const char *message)
{
	struct eh_err err;
	char *text = json_dumps(body, JSON_COMPACT);
	int64_t id = eh_test_int8(b->owner, eh_arena_printf(b->home,
	                                                    "INSERT INTO evenhand.request (token_sha256, user_name, verb, body) "
	                                                    "VALUES (sha256('%s'), '%s', '%s', $j$%s$j$) RETURNING request_id",
	                                                    user, user, verb, text));

	free(text);
	json_decref(body);
	expect_rc(EH_OK, eh_judge_requests(b->w, b->store, SESSION_MS, &err), &err);
	const char *where = eh_arena_printf(b->home, "FROM evenhand.request_outcome WHERE request_id = %lld", (long long)id);
	assert_string_equal(eh_test_text(b->owner, eh_arena_printf(b->home, "SELECT message %s", where)), message);
	assert_string_equal(eh_test_text(b->owner, eh_arena_printf(b->home, "SELECT done %s", where)), done ? "t" : "f");
}

static json_t *keeping(json_t *result)
{
	return json_pack("{s:o}", "result", result);
}

static void a_result_is_kept_once(void **state)
{
	struct bench b = begin();
	const struct eh_policy *draft = policy_of(&b, "policy: draft\nlines: [{tau: .85, gate: .8}]\n");
	EH_BUF_AUTO canonical = {0};
	EH_JSON_AUTO result = result_of(&b, draft);
	struct eh_err err;
	char hex[EH_SHA256_HEX];

	(void)state;
	expect_rc(EH_OK, eh_json_canonical(result, &canonical, &err), &err);
	struct eh_sha256 digest = eh_sha256_of(canonical.data, canonical.len);
	eh_sha256_hex(&digest, hex);
	ask(&b, "ana", "lab-keep", keeping(json_incref(result)), true, "the result is kept");
	ask(&b, "ian", "lab-keep", keeping(json_incref(result)), true, "the result is kept");
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.lab_result"), 1);
	assert_string_equal(eh_test_text(b.owner, "SELECT encode(sha256, 'hex') FROM evenhand.lab_result WHERE kept_by = 'ana' AND seed = 7 "
	                                          "AND runs = 20 AND from_us IS NULL AND to_us = 1767225600000000 AND leaves_below = 3"),
	                    hex);
	assert_string_equal(eh_test_text(b.owner, "SELECT canonical FROM evenhand.lab_result"), canonical.data);
	assert_string_equal(eh_test_text(b.owner, "SELECT l.body::json ->> 'result_sha256' FROM evenhand.ledger_leaf l "
	                                          "JOIN evenhand.lab_result r USING (leaf_index) WHERE l.kind = 'lab'"),
	                    hex);
	end(&b);
}

static void what_is_no_result_is_refused(void **state)
{
	static const char no[] = "what is to be kept is no result of the lab";
	struct bench b = begin();
	const struct eh_policy *draft = policy_of(&b, "policy: other\n");
	json_t *result;

	(void)state;
	ask(&b, "ann", "lab-keep", keeping(result_of(&b, draft)), false,
	    "lab-keep needs the role analyst or insurer, and the user has the role approver");
	ask(&b, "ana", "lab-keep", json_object(), false, no);
	ask(&b, "ana", "lab-keep", keeping(json_object()), false, no);
	result = result_of(&b, draft);
	json_object_set_new(result, "seed", json_real(.5)); /* no floats */
	ask(&b, "ana", "lab-keep", keeping(result), false, no);
	result = result_of(&b, draft);
	json_object_set_new(json_object_get(json_object_get(result, "draft"), "policy"), "policy", json_string("renamed"));
	ask(&b, "ana", "lab-keep", keeping(result), false, no); /* not the version that it says */
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.lab_result WHERE draft = sha256('x')"), 0);
	end(&b);
}

static void a_proposal_names_a_run_about_itself(void **state)
{
	struct bench b = begin();
	const struct eh_policy *draft = policy_of(&b, "policy: third\n"), *other = policy_of(&b, "policy: fourth\n");
	const struct eh_policy *proposed[] = {draft, other};
	EH_JSON_AUTO result = result_of(&b, draft);
	struct eh_sha256 digest;
	struct eh_err err;
	char hex[EH_SHA256_HEX];

	(void)state;
	expect_rc(EH_OK, eh_json_digest(result, &digest, &err), &err);
	eh_sha256_hex(&digest, hex);
	for (int kept = 0; kept < 2; kept++) {
		for (int i = 0; i < 2 - kept; i++)
			ask(&b, "ana", "policy-propose",
			    json_pack("{s:s,s:s,s:s,s:s,s:s}", "layer", "house", "canonical", proposed[kept ? 1 : i]->canonical, "effective",
			              "2201-01-01T00:00:00Z", "reason", "r", "lab_sha256", hex),
			    false,
			    kept ? "the run of the lab of that digest tried another policy"
			         : "no result of the lab is kept under that digest");
		ask(&b, "ana", "lab-keep", keeping(json_incref(result)), true, "the result is kept");
	}
	int64_t before = eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.policy_proposal");
	EH_JSON_AUTO body = json_pack("{s:s,s:s,s:s,s:s,s:s}", "layer", "house", "canonical", draft->canonical, "effective",
	                              "2201-01-01T00:00:00Z", "reason", "r", "lab_sha256", hex);
	char *text = json_dumps(body, JSON_COMPACT);
	eh_test_sql(b.owner, eh_arena_printf(b.home, "INSERT INTO evenhand.request (token_sha256, user_name, verb, body) "
	                                             "VALUES (sha256('ana'), 'ana', 'policy-propose', $j$%s$j$)", text));
	free(text);
	expect_rc(EH_OK, eh_judge_requests(b.w, b.store, SESSION_MS, &err), &err);
	assert_int_equal(eh_test_int8(b.owner, eh_arena_printf(b.home, "SELECT count(*) FROM evenhand.policy_proposal WHERE lab_sha256 = '\\x%s'", hex)),
	                 before + 1);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_is_kept_once),
		cmocka_unit_test(what_is_no_result_is_refused),
		cmocka_unit_test(a_proposal_names_a_run_about_itself),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
