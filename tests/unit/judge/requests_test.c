/*
 * requests_test.c - what people ask for, asked of a real store: who may, who may not, and that judge outlives it all.
 *
 * The people are ian and ida (insurers), ann and abe (approvers), ron (regulator) and gone (an insurer who is
 * disabled).  Each of them has a session whose token is the digest of the name.
 */
#include "judge/requests.h"

#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "judge/judge.h"
#include "ledger/check.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ALERT "A-0123456789ab"
#define SESSION_MS INT64_C(3600000)

static const char policy_text[] = "policy: small\nwindow: 2d\nbudget: {page: 100, review: 900}\n";

static const char people[] =
	"INSERT INTO evenhand.app_user (user_name, role, password_hash, disabled_at) VALUES ('ian', 'insurer', '', NULL), "
	"('ida', 'insurer', '', NULL), ('ann', 'approver', '', NULL), ('abe', 'approver', '', NULL), "
	"('ron', 'regulator', '', NULL), ('gone', 'insurer', '', now());"
	"INSERT INTO evenhand.session (token_sha256, user_name) SELECT sha256(user_name::bytea), user_name FROM evenhand.app_user";

static const char raised[] =
	"INSERT INTO evenhand.source (name) VALUES ('risk');"
	"INSERT INTO evenhand.evidence VALUES (sha256('e'), '{}');"
	"INSERT INTO evenhand.alert VALUES ('" ALERT "', 1, 'bias', 'sex', 'F', 'live');"
	"SELECT evenhand.ledger_append('{alert}', '{x}', ARRAY[sha256('x')]);"
	"INSERT INTO evenhand.alert_step VALUES ('" ALERT "', 1, 'raised', '', 'raised', 'review', 0, 0, 0, NULL, NULL, NULL, "
	"sha256('e'), sha256('p'), '{\"sentence\": \"s\"}', 0)";

/* A fresh store with the people and one alert that was raised. */
static int begin_test(void **state)
{
	if (eh_test_store_reset(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, people);
	eh_test_sql(owner, raised);
	return 0;
}

/* ---- what serve's role cannot write ------------------------------------------------------------ */

static void serve_can_ask(void **state)
{
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);

	(void)state;
	eh_test_sql(reader, "INSERT INTO evenhand.session (token_sha256, user_name) VALUES (sha256('new'), 'ian');"
			    "INSERT INTO evenhand.session_seen (token_sha256) VALUES (sha256('new'));"
			    "INSERT INTO evenhand.request (token_sha256, user_name, verb, alert_id, body) "
			    "VALUES (sha256('new'), 'ian', 'note', '" ALERT "', '{}');"
			    "INSERT INTO evenhand.session_end (token_sha256) VALUES (sha256('new')) ON CONFLICT DO NOTHING;"
			    "INSERT INTO evenhand.access (user_name, resource) VALUES ('ron', '/regulator')");
}

static void serve_can_forge_nothing(void **state)
{
	static const char *const forgeries[] = {
		"evenhand.request (os_user, user_name, verb, body) VALUES ('root', 'ian', 'note', '{}')",
		"evenhand.request (token_sha256, os_user, user_name, verb, body) VALUES (NULL, 'root', 'ian', 'note', '{}')",
		"evenhand.request (user_name, verb, body) VALUES ('ian', 'note', '{}')",
		"evenhand.request (token_sha256, user_name, verb, body, requested_at) "
		"VALUES (sha256('ian'), 'ian', 'note', '{}', '2020-01-01')",
		"evenhand.request (request_id, token_sha256, user_name, verb, body) OVERRIDING SYSTEM VALUE "
		"VALUES (-1, sha256('ian'), 'ian', 'note', '{}')",
		"evenhand.session (token_sha256, user_name, created_at) VALUES (sha256('new'), 'ian', '2099-01-01')",
		"evenhand.session_seen (token_sha256, seen_at) VALUES (sha256('ian'), '2099-01-01')",
		"evenhand.session_end (token_sha256, ended_at) VALUES (sha256('ian'), '2099-01-01')",
		"evenhand.access (user_name, resource, viewed_at) VALUES ('ron', '/', '2020-01-01')",
		"evenhand.request_outcome (request_id, done, message) VALUES (1, true, '')",
		"evenhand.app_user (user_name, role, password_hash) VALUES ('eve', 'approver', '')",
	};
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++)
		if (eh_pg_exec_script(reader, eh_arena_printf(home, "INSERT INTO %s", forgeries[i]), &err) == EH_OK)
			fail_msg("serve's role may write %s", forgeries[i]);
	assert_int_equal(eh_test_int8(reader, "SELECT count(*) FROM evenhand.request"), 0);
}

/* ---- what judge answers ------------------------------------------------------------------------ */

struct bench {
	struct eh_arena *home;
	struct eh_pg *writer, *owner;
	struct eh_judge_store *store;
	struct eh_judge_writer *w;
	struct eh_answers answers;
};

static struct bench begin_bench(void)
{
	struct bench b = {.home = eh_arena_new(), .writer = eh_test_open(EH_STORE_WRITER), .owner = eh_test_open(EH_STORE_OWNER)};
	struct eh_judge_sink none = {0};
	const struct eh_policy *policy;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(b.home, "policy.yaml", policy_text, strlen(policy_text), &policy, &err), &err);
	expect_rc(EH_OK, eh_judge_store_open(b.writer, eh_policies_of(b.home, policy), &none, &b.store, &err), &err);
	b.w = eh_judge_writer_new(b.store, NULL, NULL);
	return b;
}

static void end_bench(struct bench *b)
{
	eh_judge_writer_free(b->w);
	eh_judge_store_close(b->store);
	eh_pg_close(b->writer);
	eh_pg_close(b->owner);
	eh_arena_free(b->home);
}

/* Judge answers what waits; nothing waits then. */
static void answer_all(struct bench *b)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_requests(b->w, b->store, SESSION_MS, &err), &err);
	assert_int_equal(eh_test_int8(b->owner, "SELECT count(*) FROM evenhand.request r WHERE NOT EXISTS "
						"(SELECT FROM evenhand.request_outcome o WHERE o.request_id = r.request_id)"), 0);
}

/* A judge that wakes up after another took its place begins no transaction; one that begins holds the place. */
static void a_predecessor_can_write_nothing(void **state)
{
	struct bench b = begin_bench();
	struct eh_err err;

	(void)state;
	eh_test_sql(b.owner, "UPDATE evenhand.judge_epoch SET epoch = epoch + 1");
	expect_rc(EH_REFUSED, eh_judge_writer_begin(b.w, &err), &err);
	eh_pg_rollback(b.writer);
	b.store->epoch = eh_test_int8(b.owner, "SELECT epoch FROM evenhand.judge_epoch");
	expect_rc(EH_OK, eh_judge_writer_begin(b.w, &err), &err);
	eh_test_sql(b.owner, "SET lock_timeout = '100ms'");
	assert_int_equal(eh_pg_exec_script(b.owner, "UPDATE evenhand.judge_epoch SET epoch = epoch + 1", &err), EH_AGAIN);
	eh_pg_rollback(b.writer);
	end_bench(&b);
}

static int64_t insert(struct bench *b, const char *session, const char *user, const char *verb, const char *alert, const char *body)
{
	return eh_test_int8(b->owner, eh_arena_printf(b->home,
	                                              "INSERT INTO evenhand.request (token_sha256, user_name, verb, alert_id, body) "
	                                              "VALUES (sha256('%s'), '%s', %s, %s, %s) RETURNING request_id",
	                                              session, user, verb, alert, body));
}

static const char *outcome(struct bench *b, int64_t id, bool done)
{
	const char *where = eh_arena_printf(b->home, "FROM evenhand.request_outcome WHERE request_id = %lld", (long long)id);
	char *said = eh_arena_strdup(b->home, eh_test_text(b->owner, eh_arena_printf(b->home, "SELECT message %s", where)));

	if (strcmp(eh_test_text(b->owner, eh_arena_printf(b->home, "SELECT done %s", where)), done ? "t" : "f") != 0)
		fail_msg("request %lld: %s", (long long)id, said);
	return said;
}

/* One request of a user with his own session, on the alert. */
static int64_t ask(struct bench *b, const char *user, const char *verb, const char *body)
{
	int64_t id = insert(b, user, user, eh_arena_printf(b->home, "'%s'", verb), "'" ALERT "'", eh_arena_printf(b->home, "'%s'", body));

	answer_all(b);
	return id;
}

static int64_t expect_done(struct bench *b, const char *user, const char *verb, const char *body)
{
	int64_t id = ask(b, user, verb, body);

	outcome(b, id, true);
	return id;
}

static void expect_refused(struct bench *b, const char *user, const char *verb, const char *body, const char *message)
{
	assert_string_equal(outcome(b, ask(b, user, verb, body), false), message);
}

static const char *approval(struct bench *b, int64_t id)
{
	return eh_arena_printf(b->home, "{\"request_id\": %lld, \"reason\": \"r\"}", (long long)id);
}

static void expect_state(struct bench *b, const char *state)
{
	assert_string_equal(eh_test_text(b->owner, "SELECT state FROM evenhand.alert_now"), state);
}

/* Every answer has its leaf, and the two agree. */
static void expect_sound_record(struct bench *b)
{
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_ledger_check check = {0};
	struct eh_err err;

	expect_rc(EH_OK, eh_ledger_check_run(b->home, reader, &check, &err), &err);
	for (const struct eh_ledger_finding *f = check.findings; f != NULL; f = f->next)
		if (strcmp(f->what, "request") == 0)
			fail_msg("%s", f->sentence);
	assert_int_equal(check.requests, eh_test_int8(b->owner, "SELECT count(*) FROM evenhand.request"));
}

#define REASON "{\"reason\": \"seen\"}"
#define AWARE "{\"reason\": \"seen\", \"fields\": {\"aware_at\": \"2025-01-02T00:00:00Z\"}}"
#define LOOK "{\"reason\": \"seen\", \"fields\": {\"hypotheses\": [\"model 4\"], \"legal_hold\": \"no\", \"clock\": \"EU15\"}}"
#define CLOSE \
	"{\"event\": \"close-not-confirmed\", \"reason\": \"mended\", \"fields\": {\"why\": \"data-fault\", \"evidence_link\": \"ticket 7\", \"episodes\": 1}}"
#define ACCEPT                                                                                                                        \
	"{\"event\": \"accept-risk\", \"reason\": \"r\", \"fields\": {\"rationale\": \"a\", \"alternatives\": \"b\", \"residual\": \"c\", " \
	"\"expires_on\": \"1970-12-31\", \"episodes\": 1}}"

/* Up to where an alert can be closed. */
static void take_up(struct bench *b)
{
	expect_done(b, "ian", "acknowledge", AWARE);
	expect_done(b, "ian", "investigate", LOOK);
}

static void an_insurer_takes_it_up(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	expect_refused(&b, "ann", "acknowledge", REASON, "acknowledge needs the role insurer, and the user has the role approver");
	expect_refused(&b, "ron", "acknowledge", REASON, "acknowledge needs the role insurer, and the user has the role regulator");
	expect_refused(&b, "gone", "acknowledge", REASON, "there is no active user of that name");
	expect_refused(&b, "ian", "acknowledge", "{}", "\"acknowledge\" needs a reason");
	expect_refused(&b, "ian", "verify", REASON, "an alert that is raised has no step \"verify\"");
	expect_refused(&b, "ian", "recovered", REASON, "an alert that is raised has no step \"recovered\"");
	expect_refused(&b, "ian", "close-fixed", REASON, "an alert that is raised has no step \"close-fixed\"");
	expect_refused(&b, "ian", "acknowledge", REASON, "\"acknowledge\" needs aware_at: Aware since");
	expect_state(&b, "raised");
	expect_done(&b, "ian", "acknowledge", AWARE);
	expect_state(&b, "acknowledged");
	expect_refused(&b, "ian", "causal-link", REASON, "\"causal-link\" needs two people: propose it, and let a second person approve");
	assert_string_equal(eh_test_text(b.owner, "SELECT actor FROM evenhand.alert_now"), "ian");
	assert_string_equal(eh_test_text(b.owner, "SELECT body -> 'fields' ->> 'aware_at' FROM evenhand.alert_now"), "2025-01-02T00:00:00Z");
	assert_string_equal(eh_test_text(b.owner, "SELECT body -> 'life' ->> 'aware_by' FROM evenhand.alert_now"), "ian");
	expect_sound_record(&b);
	end_bench(&b);
}

static void a_session_speaks_for_its_own_user_while_it_lasts(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	int64_t other = insert(&b, "ida", "ian", "'note'", "'" ALERT "'", "'" REASON "'");
	answer_all(&b);
	assert_string_equal(outcome(&b, other, false), "the session does not belong to that user");
	eh_test_sql(b.owner, "INSERT INTO evenhand.session_end (token_sha256) VALUES (sha256('ian'))");
	expect_refused(&b, "ian", "note", REASON, "the session was over when this was asked");
	eh_test_sql(b.owner, "UPDATE evenhand.session SET created_at = now() - interval '2 hours' WHERE user_name = 'ida'");
	expect_refused(&b, "ida", "note", REASON, "the session was over when this was asked");
	eh_test_sql(b.owner, "INSERT INTO evenhand.request (os_user, user_name, verb, alert_id, body) "
			     "VALUES ('root', 'ian', 'note', '" ALERT "', '" REASON "')");
	answer_all(&b); /* the shell needs no session */
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.alert_step"), 2);
	end_bench(&b);
}

static void closing_takes_two_people(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	expect_refused(&b, "ian", "propose", CLOSE, "an alert that is raised has no step \"close-not-confirmed\"");
	take_up(&b);
	expect_refused(&b, "ann", "propose", CLOSE, "propose needs the role insurer or analyst, and the user has the role approver");
	expect_refused(&b, "ian", "propose", "{\"reason\": \"r\"}", "a proposal names an event and gives a reason");
	expect_refused(&b, "ian", "propose", "{\"event\": \"close-not-confirmed\"}", "\"close-not-confirmed\" needs a reason");
	expect_refused(&b, "ian", "propose", "{\"event\": \"note\", \"reason\": \"r\"}", "\"note\" needs no second person: ask for it directly");
	int64_t id = expect_done(&b, "ian", "propose", CLOSE);
	expect_refused(&b, "ida", "approve", approval(&b, id), "approve needs the role approver, and the user has the role insurer");
	expect_refused(&b, "ann", "approve", approval(&b, id + 1), eh_arena_printf(b.home, "request %lld is no proposal that waits for approval", (long long)id + 1));
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET role = 'approver' WHERE user_name = 'ian'"); /* changed sides */
	expect_refused(&b, "ian", "approve", approval(&b, id), "who proposed it cannot approve it: two people are needed");
	expect_refused(&b, "ann", "approve", approval(&b, id), "who proposed it has not the role for it any more: it must be proposed anew");
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET role = 'insurer' WHERE user_name = 'ian'");
	expect_state(&b, "investigating");
	expect_done(&b, "ann", "approve", approval(&b, id));
	expect_state(&b, "closed-not-confirmed");
	assert_string_equal(eh_test_text(b.owner, "SELECT actor || ' ' || second_actor FROM evenhand.alert_step ORDER BY step_no DESC LIMIT 1"), "ian ann");
	expect_refused(&b, "abe", "approve", approval(&b, id), eh_arena_printf(b.home, "request %lld was approved already", (long long)id));
	expect_sound_record(&b);
	end_bench(&b);
}

/* What was proposed of one state is not approved in another. */
static void a_stale_proposal_is_refused(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	take_up(&b);
	int64_t one = expect_done(&b, "ian", "propose", CLOSE), two = expect_done(&b, "ida", "propose", CLOSE);
	expect_done(&b, "ian", "note", REASON); /* a note changes no state */
	expect_done(&b, "ann", "approve", approval(&b, two));
	expect_done(&b, "ian", "reopen", REASON);
	expect_refused(&b, "ann", "approve", approval(&b, one),
	               eh_arena_printf(b.home, "the alert has moved on since request %lld was made: propose it anew", (long long)one));
	expect_state(&b, "reopened");
	expect_refused(&b, "ian", "acknowledge", AWARE, "aware_at was set already, and is set once");
	expect_done(&b, "ian", "acknowledge", REASON);
	expect_done(&b, "ian", "investigate", LOOK);
	expect_done(&b, "ann", "approve", approval(&b, expect_done(&b, "ian", "propose", CLOSE)));
	expect_state(&b, "closed-not-confirmed");
	expect_sound_record(&b);
	end_bench(&b);
}

/* 7, "7" and "007" are one request. */
static void a_proposal_is_approved_once(void **state)
{
	static const char *const odd[] = {"\" %lld\"", "\"+%lld\"", "\"%lldx\"", "%lld.5", "[%lld]", "\"-%lld\"", "\"000000000000000000%lld\""};
	struct bench b = begin_bench();

	(void)state;
	take_up(&b);
	int64_t id = expect_done(&b, "ian", "propose", ACCEPT);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		EH_BUF_AUTO body = {0};
		const char *mark = strstr(odd[i], "%lld");

		eh_buf_printf(&body, "{\"request_id\": %.*s%lld%s}", (int)(mark - odd[i]), odd[i], (long long)id, mark + 4);
		expect_refused(&b, "ann", "approve", body.data, "an approval names the proposal by its number");
	}
	expect_done(&b, "ann", "approve", eh_arena_printf(b.home, "{\"request_id\": \"00%lld\"}", (long long)id));
	expect_state(&b, "accepted-risk");
	expect_refused(&b, "abe", "approve", eh_arena_printf(b.home, "{\"request_id\": \"0%lld\"}", (long long)id),
	               eh_arena_printf(b.home, "request %lld was approved already", (long long)id));
	expect_refused(&b, "abe", "approve", approval(&b, id), eh_arena_printf(b.home, "request %lld was approved already", (long long)id));
	end_bench(&b);
}

/* ---- what would have stopped judge ------------------------------------------------------------- */

/* Requests older than the bounds of the store are answered as well. */
static void overlong_requests_are_answered(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	eh_test_sql(b.owner, "ALTER TABLE evenhand.request DROP CONSTRAINT request_bounds");
	insert(&b, "ian", "ian", "repeat('v', 70000)", "'" ALERT "'", "'" REASON "'");
	insert(&b, "ann", "ann", "'x' || repeat('\u00e9', 300)", "'" ALERT "'", "'" REASON "'");
	insert(&b, "ian", "ian", "'note'", "repeat('a', 70000)", "'" REASON "'");
	insert(&b, "ian", "ian", "'note'", "'a' || repeat('\u20ac', 200)", "'" REASON "'");
	for (int i = 0; i < 4; i++) /* a message is cut at 399 bytes, a word at 60: at each place in a character */
		insert(&b, "ian", "ian", "'propose'", "'" ALERT "'",
		       eh_arena_printf(b.home, "jsonb_build_object('reason', 'r', 'event', repeat('a', %d) || repeat('\U0001F600', 200))", i));
	insert(&b, "ian", "ian", "'note'", "'" ALERT "'", "jsonb_build_object('reason', repeat('r', 200000))");
	answer_all(&b);
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.request_outcome WHERE done"), 1); /* the note */
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.request_outcome WHERE octet_length(message) > 200"), 0);
	expect_sound_record(&b);
	end_bench(&b);
}

static void broken_bodies_are_answered(void **state)
{
	static const char *const bodies[] = {"null", "1", "[]", "\"x\"", "{\"reason\": 1}", "{\"reason\": {}}", "{\"event\": []}",
	                                     "{\"request_id\": 1e400}", "{\"request_id\": 99999999999999999999}", "{\"request_id\": -1}",
	                                     "{\"request_id\": \"99999999999999999999\"}", "{\"request_id\": null}"};
	static const char *const verbs[] = {"", "note", "propose", "approve", "\u00e9", "{\"", "%s%n"};
	struct bench b = begin_bench();

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++)
			insert(&b, strcmp(verbs[v], "approve") == 0 ? "ann" : "ian", strcmp(verbs[v], "approve") == 0 ? "ann" : "ian",
			       eh_arena_printf(b.home, "'%s'", verbs[v]), i % 2 ? "'" ALERT "'" : "NULL", eh_arena_printf(b.home, "'%s'", bodies[i]));
	for (int turn = 0; turn < 2; turn++) { /* 50 in one turn */
		struct eh_err err;

		expect_rc(EH_OK, eh_judge_requests(b.w, b.store, SESSION_MS, &err), &err);
	}
	answer_all(&b);
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.request_outcome WHERE done"), 0);
	expect_sound_record(&b);
	end_bench(&b);
}

/* A step whose own leaf would be too long is refused in fixed words, and nothing of it stays. */
static void what_has_no_leaf_is_refused(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	eh_test_sql(b.owner, "UPDATE evenhand.alert SET grp = repeat('g', 70000)");
	expect_refused(&b, "ian", "acknowledge", AWARE, "it cannot be put on the record as it is");
	expect_state(&b, "raised");
	eh_test_sql(b.owner, "UPDATE evenhand.alert SET grp = 'F'");
	expect_done(&b, "ian", "acknowledge", AWARE);
	expect_sound_record(&b);
	end_bench(&b);
}

static void the_store_takes_no_overlong_request(void **state)
{
	static const char *const values[] = {"repeat('v', 41), NULL, '{}'", "'note', repeat('a', 41), '{}'",
	                                     "'note', NULL, jsonb_build_object('reason', repeat('r', 65536))"};
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (eh_pg_exec_script(reader, eh_arena_printf(home, "INSERT INTO evenhand.request (token_sha256, user_name, verb, alert_id, body) "
		                                                    "VALUES (sha256('ian'), 'ian', %s)", values[i]), &err) == EH_OK)
			fail_msg("the store takes %s", values[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_predecessor_can_write_nothing, begin_test),
		cmocka_unit_test_setup(serve_can_ask, begin_test),
		cmocka_unit_test_setup(serve_can_forge_nothing, begin_test),
		cmocka_unit_test_setup(an_insurer_takes_it_up, begin_test),
		cmocka_unit_test_setup(a_session_speaks_for_its_own_user_while_it_lasts, begin_test),
		cmocka_unit_test_setup(closing_takes_two_people, begin_test),
		cmocka_unit_test_setup(a_stale_proposal_is_refused, begin_test),
		cmocka_unit_test_setup(a_proposal_is_approved_once, begin_test),
		cmocka_unit_test_setup(overlong_requests_are_answered, begin_test),
		cmocka_unit_test_setup(broken_bodies_are_answered, begin_test),
		cmocka_unit_test_setup(what_has_no_leaf_is_refused, begin_test),
		cmocka_unit_test_setup(the_store_takes_no_overlong_request, begin_test),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
