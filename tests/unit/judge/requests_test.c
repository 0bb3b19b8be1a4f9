/*
 * requests_test.c - what people ask for, asked of a real store: who may, who may not, and that judge outlives it all.
 *
 * The people are ian and ida (insurers), ann and abe (approvers), ron (regulator) and gone (an insurer who is
 * disabled).  Each of them has a session whose token is the digest of the name.
 */

#include "alert/alert.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ALERT "A-0123456789ab"

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

/* A fresh store with the people, the rules and one alert that was raised. */
static int begin_test(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	if (eh_test_store_reset(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.alert_rule VALUES ('%s', '%s', '%s', %s)",
		                                   eh_alert_state_name(eh_alert_rules[i].from), eh_alert_rules[i].event,
		                                   eh_alert_state_name(eh_alert_rules[i].to),
		                                   eh_alert_rules[i].who == EH_ALERT_BY_TWO_PEOPLE ? "true" : "false"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(serve_can_ask, begin_test),
		cmocka_unit_test_setup(serve_can_forge_nothing, begin_test),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
