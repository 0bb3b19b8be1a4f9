/*
 * check_test.c - every kind of row, altered as the owner of the store could, is named by the check.
 *
 * The store is written here by hand, not by gather and judge, so that the rule for each digest is
 * written down twice.
 */
#include "ledger/check.h"

#include <string.h>

#include "base/time.h"
#include "decision/map.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define T0 INT64_C(1743465600000000) /* 2025-04-01T00:00:00Z */

static const char map_text[] = "source: risk\n"
			       "columns: {id: id, decided_at: at, decision: decision}\n"
			       "favourable: [yes]\n"
			       "protected: [{name: sex, column: sex, reference: M}]\n"
			       "table: public.risk\n";

/* ---- a store by hand ------------------------------------------------------------------ */

struct making {
	struct eh_arena *arena;
	struct eh_pg *owner;
	struct eh_ledger_leaves leaves;
};

static void sql(struct making *m, const char *text)
{
	eh_test_sql(m->owner, text);
}

static char *hex_of(struct making *m, const void *bytes, size_t n)
{
	char *hex = eh_arena_zalloc(m->arena, 2 * n + 1, 1);

	eh_hex(bytes, n, hex);
	return hex;
}

static char *sha(struct making *m, const char *text)
{
	struct eh_sha256 digest = eh_sha256_of(text, strlen(text));

	return hex_of(m, digest.bytes, sizeof digest.bytes);
}

static int leaf(struct making *m, const char *kind, json_t *fields)
{
	struct eh_err err;
	size_t place;

	assert_non_null(fields);
	expect_rc(EH_OK, eh_ledger_add(&m->leaves, kind, fields, &place, &err), &err);
	return (int)place;
}

/* A commit of two panes or one; gives its digest. */
static struct eh_sha256 commit(struct making *m, int no, const char *const *blocks, int n)
{
	struct eh_sha256_state *state = eh_sha256_begin();

	for (int i = 0; i < n; i++) {
		int64_t pane = T0 + i * EH_HOUR_US;
		unsigned char start[8];
		struct eh_sha256 block = eh_sha256_of(blocks[i], strlen(blocks[i]));

		for (int b = 0; b < 8; b++)
			start[b] = (unsigned char)((uint64_t)pane >> (8 * (7 - b)));
		eh_sha256_add(state, start, 8);
		eh_sha256_add(state, block.bytes, 32);
		sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.pane_delta VALUES (1, %lld, %d, 10, '%s', '')",
		                       (long long)pane, no, blocks[i]));
	}
	struct eh_sha256 digest = eh_sha256_end(state);
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.gather_commit VALUES (1, %d, 'p%d', NULL, %d, 0, 0, 1, '\\x%s')", no,
	                       no, 10 * n, hex_of(m, digest.bytes, 32)));
	return digest;
}

static void make_batches(struct making *m)
{
	static const char *const first[] = {"block a", "block b"}, *const second[] = {"block c"}, *const third[] = {"block d"};
	struct eh_sha256 d[3] = {commit(m, 1, first, 2), commit(m, 2, second, 1), commit(m, 3, third, 1)};
	struct eh_sha256 both = eh_sha256_of(d, 64), last = eh_sha256_of(&d[2], 32);
	const char *map = sha(m, eh_test_text(m->owner, "SELECT canonical FROM evenhand.source_map"));
	int at = leaf(m, "batch", json_pack("{s:s,s:i,s:i,s:s,s:i,s:i,s:i,s:i,s:s,s:n,s:s}", "source", "risk", "commit_first", 1,
	                                    "commit_last", 2, "position", "p2", "n_on_time", 30, "n_early", 0, "n_late", 0,
	                                    "n_set_aside", 2, "digest", hex_of(m, &both, 32), "clock", "map_sha256", map));

	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.batch VALUES (1, 1, 2, %d, NULL)", at));
	at = leaf(m, "batch", json_pack("{s:s,s:i,s:i,s:s,s:i,s:i,s:i,s:i,s:s,s:s,s:s}", "source", "risk", "commit_first", 3,
	                                "commit_last", 3, "position", "p3", "n_on_time", 10, "n_early", 0, "n_late", 0,
	                                "n_set_aside", 1, "digest", hex_of(m, &last, 32), "clock", "2025-04-02T00:00:00Z",
	                                "map_sha256", map));
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.batch VALUES (1, 3, 3, %d, %lld)", at, (long long)(T0 + EH_DAY_US)));
	sql(m, "INSERT INTO evenhand.source_state VALUES (1, 'live', 3, 'p3', NULL)");
}

static void make_source(struct making *m)
{
	const struct eh_map *map;
	struct eh_err err;

	expect_rc(EH_OK, eh_map_parse(m->arena, "map", map_text, strlen(map_text), &map, &err), &err);
	sql(m, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.source_map VALUES (1, 1, $c$%s$c$, $t$%s$t$, '\\x%s')", map->canonical,
	                       map_text, sha(m, map->canonical)));
	leaf(m, "source", json_pack("{s:s,s:s,s:i}", "source", "risk", "map_sha256", sha(m, map->canonical), "version", 1));
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.scenario VALUES (1, %lld, 86400, '2026-01-01T00:00:00Z')", (long long)T0));
	leaf(m, "scenario", json_pack("{s:s,s:s,s:i,s:s}", "source", "risk", "start", "2025-04-01T00:00:00Z", "rate", 86400, "anchor",
	                              "2026-01-01T00:00:00Z"));
}

static void make_verdicts(struct making *m)
{
	static const char policy[] = "{\"policy\":\"default\"}", evidence[] = "{\"evidence\":1}";
	const char *zero = sha(m, "");
	int at = leaf(m, "genesis", json_pack("{s:s,s:s,s:i}", "policy_sha256", sha(m, policy), "policy", policy, "format", 1));

	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.policy_version VALUES ('\\x%s', '%s', NULL, %d)", sha(m, policy), policy, at));
	at = leaf(m, "pane", json_pack("{s:s,s:s,s:s,s:s,s:i,s:i,s:s,s:b}", "source", "risk", "first_pane", "2025-04-01T00:00:00Z",
	                               "last_pane", "2025-04-01T00:00:00Z", "clock", "2025-04-01T01:00:00Z", "included_index", 3, "n", 30,
	                               "evidence_sha256", zero, "history", 1));
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.pane_close VALUES (1, %lld, %lld, %lld, 3, %d, 30, '\\x%s', true)",
	                       (long long)T0, (long long)T0, (long long)(T0 + EH_HOUR_US), at, zero));
	at = leaf(m, "alert", json_pack("{s:s,s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:n,s:s,s:s,s:n,s:n,s:s,s:n}", "alert", "A-1", "step", 1,
	                                "event", "raised", "from", "", "to", "raised", "source", "risk", "attribute", "sex", "group", "F",
	                                "severity", "review", "at", "2025-04-01T01:00:00Z", "pane_end", "2025-04-01T01:00:00Z", "onset",
	                                "evidence_sha256", sha(m, evidence), "policy_sha256", sha(m, policy), "actor", "second_actor",
	                                "body_sha256", sha(m, "{}"), "reason_sha256"));
	sql(m, "INSERT INTO evenhand.alert VALUES ('A-1', 1, 'bias', 'sex', 'F', 'history')");
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.evidence VALUES ('\\x%s', '%s')", sha(m, evidence), evidence));
	sql(m, eh_arena_printf(m->arena,
	                       "INSERT INTO evenhand.alert_step VALUES ('A-1', 1, 'raised', '', 'raised', 'review', %lld, %lld, NULL, NULL, "
	                       "NULL, NULL, '\\x%s', '\\x%s', '{}', %d)",
	                       (long long)(T0 + EH_HOUR_US), (long long)(T0 + EH_HOUR_US), sha(m, evidence), sha(m, policy), at));
}

static void make_request(struct making *m)
{
	char person[EH_LEDGER_PSEUDONYM];
	int at;

	eh_ledger_pseudonym("ada", person);
	sql(m, "INSERT INTO evenhand.app_user VALUES ('ada', 'insurer', 'x')");
	sql(m, "INSERT INTO evenhand.request (os_user, user_name, verb, alert_id, body) VALUES ('ada', 'ada', 'note', 'A-1', '{}')");
	at = leaf(m, "request", json_pack("{s:i,s:s,s:s,s:s,s:b,s:s}", "request", 1, "person", person, "verb", "note", "alert", "A-1",
	                                  "done", 1, "message", "noted"));
	sql(m, eh_arena_printf(m->arena, "INSERT INTO evenhand.request_outcome VALUES (1, true, 'noted', %d)", at));
}

/* Empties the tables: a tenth of the time of a fresh schema. */
static int make_store(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_err err;
	int64_t first;

	(void)state;
	eh_test_sql(owner, "BEGIN; SET LOCAL synchronous_commit = off; TRUNCATE evenhand.source, evenhand.app_user, evenhand.evidence, "
			   "evenhand.ledger_leaf, evenhand.policy_version RESTART IDENTITY CASCADE; "
			   "UPDATE evenhand.ledger_head SET size = 0; COMMIT; SET synchronous_commit = off");
	struct making m = {.arena = arena, .owner = owner, .leaves = {.home = arena}};
	make_source(&m);
	make_batches(&m);
	make_verdicts(&m);
	make_request(&m);
	expect_rc(EH_OK, eh_ledger_append(owner, &m.leaves, &first, &err), &err);
	assert_int_equal(first, 0);
	return 0;
}

/* ---- what is found ----------------------------------------------------------------------- */

static bool map_means(const char *text, struct eh_sha256 *version)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *map;
	struct eh_err err;

	if (eh_map_parse(arena, "map", text, strlen(text), &map, &err) != EH_OK)
		return false;
	*version = map->version;
	return true;
}

static void run(struct eh_arena *arena, struct eh_ledger_check *check)
{
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_err err;

	expect_rc(EH_OK, eh_ledger_check_run(arena, reader, check, &err), &err);
}

static void expect_finding(const struct eh_ledger_check *check, const char *what, const char *part)
{
	for (const struct eh_ledger_finding *f = check->findings; f != NULL; f = f->next)
		if (strcmp(f->what, what) == 0 && strstr(f->sentence, part) != NULL)
			return;
	for (const struct eh_ledger_finding *f = check->findings; f != NULL; f = f->next)
		print_error("found: %s: %s\n", f->what, f->sentence);
	fail_msg("no finding of kind %s says \"%s\"", what, part);
}

static void whole_store_agrees(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_ledger_check check = {.map_means = map_means};

	(void)state;
	run(arena, &check);
	for (const struct eh_ledger_finding *f = check.findings; f != NULL; f = f->next)
		print_error("found: %s: %s\n", f->what, f->sentence);
	assert_int_equal(check.findings_n, 0);
	assert_int_equal(check.leaves, 8);
	assert_int_equal(check.commits, 3);
	assert_int_equal(check.deltas, 4);
	assert_int_equal(check.batches, 2);
	assert_int_equal(check.uncovered, 0);
	assert_int_equal(check.closes + check.steps + check.evidence + check.maps + check.policies + check.requests, 6);
}

/* What the owner of the store does, and what must be said of it. */
static const struct {
	const char *sql, *what, *says;
} alterations[] = {
	/* tallies */
	{"UPDATE evenhand.pane_delta SET block = 'block z' WHERE commit_no = 2", "commit",
         "source risk, batch 1-2 (leaf 2), commit 2, pane 2025-04-01T00:00:00Z: what the commit counted was altered"},
	{"UPDATE evenhand.pane_delta SET block = 'block z' WHERE block = 'block b'", "commit",
         "commit 1, one of the panes 2025-04-01T00:00:00Z to 2025-04-01T01:00:00Z: what the commit counted was altered"},
	{"DELETE FROM evenhand.pane_delta WHERE block = 'block b'", "commit", "commit 1, pane 2025-04-01T00:00:00Z: what"},
	{"UPDATE evenhand.pane_delta SET pane_us = pane_us + 1 WHERE commit_no = 3", "commit", "batch 3-3 (leaf 3), commit 3"},
	{"UPDATE evenhand.pane_delta SET n = 11 WHERE commit_no = 2", "commit", "counted 10 decisions, and its panes say 11"},
	{"INSERT INTO evenhand.pane_delta VALUES (1, 0, 77, 1, 'x', '')", "commit", "a commit that gather never made"},
	{"UPDATE evenhand.gather_commit SET digest = sha256('x') WHERE commit_no = 2", "batch", "digest is"},
	{"UPDATE evenhand.gather_commit SET n_late = 1, n_on_time = 9 WHERE commit_no = 3", "batch", "n_late is 1 in the store and 0"},
	{"UPDATE evenhand.gather_commit SET position = 'p9' WHERE commit_no = 2", "batch", "position is \"p9\""},
	{"UPDATE evenhand.gather_commit SET clock_us = 9000000000000000 WHERE commit_no = 3", "batch", "a clock beyond that of its batch"},
	{"DELETE FROM evenhand.gather_commit WHERE commit_no = 2; DELETE FROM evenhand.pane_delta WHERE commit_no = 2", "commit",
         "commits 2 to 2 are missing before it"},
	{"DELETE FROM evenhand.gather_commit WHERE commit_no = 2; DELETE FROM evenhand.pane_delta WHERE commit_no = 2", "batch",
         "covers 2 commits, and 1 are stored"},
	{"DELETE FROM evenhand.gather_commit WHERE commit_no = 3; DELETE FROM evenhand.pane_delta WHERE commit_no = 3", "commit",
         "source risk stands at commit 3, and its last is 2"},
	{"UPDATE evenhand.batch SET clock_us = 1 WHERE first_commit = 3", "batch", "clock is \"1970-01-01T00:00:00.000001Z\""},
	{"DELETE FROM evenhand.batch WHERE first_commit = 3", "batch", "batch was removed from the store: leaf 3"},
	{"INSERT INTO evenhand.batch VALUES (1, 4, 4, 99, NULL)", "batch", "covers 1 commits, and 0 are stored"},
	/* verdicts and alerts */
	{"UPDATE evenhand.pane_close SET n = 31", "pane",
         "the close of pane 2025-04-01T00:00:00Z of source risk (leaf 5) was altered: n is 31 in the store and 30 in the leaf"},
	{"DELETE FROM evenhand.pane_close", "pane", "leaf 5 speaks of it"},
	{"UPDATE evenhand.alert_step SET severity = 'page'", "alert",
         "step 1 of alert A-1 (leaf 6) was altered: severity is \"page\" in the store and \"review\" in the leaf"},
	{"UPDATE evenhand.alert_step SET actor = 'ada'", "alert", "actor is"},
	{"UPDATE evenhand.alert_step SET reason = 'it was nothing'", "alert", "reason_sha256 is"},
	{"UPDATE evenhand.alert_step SET body = '{\"sentence\": \"nothing\"}'", "alert", "body_sha256 is"},
	{"UPDATE evenhand.alert SET grp = 'M'", "alert", "group is \"M\""},
	{"DELETE FROM evenhand.alert_step", "alert", "leaf 6 speaks of it"},
	{"INSERT INTO evenhand.alert_step SELECT alert_id, 2, "
	 "'folded', 'raised', to_state, severity, at_us, pane_end_us, onset_us, actor, second_actor, reason, evidence_sha256, policy_sha256, "
	 "body, 70 FROM evenhand.alert_step",
         "alert", "step 2 of alert A-1 (leaf 70) stands in the store, and the log has no such leaf"},
	{"UPDATE evenhand.evidence SET body = '{}'", "evidence", "of alert A-1 was altered"},
	{"INSERT INTO evenhand.evidence VALUES (sha256('x'), 'x')", "evidence", "no alert step rests on it"},
	/* what was laid down */
	{"UPDATE evenhand.source_map SET map_text = replace(map_text, '[yes]', '[no]')", "source", "its text means something else"},
	{"UPDATE evenhand.source_map SET map_text = 'source:'", "source", "its text is no map any more"},
	{"UPDATE evenhand.source_map SET canonical = '{}', sha256 = sha256('{}')", "source", "map_sha256 is"},
	{"UPDATE evenhand.source SET name = 'other'", "source", "the map of source other stands in the store"},
	{"DELETE FROM evenhand.source_map", "source", "source risk has no map"},
	{"UPDATE evenhand.scenario SET rate = 1", "scenario", "the scenario clock of source risk was altered: rate is 1"},
	{"DELETE FROM evenhand.scenario", "scenario", "leaf 1 speaks of it"},
	{"UPDATE evenhand.policy_version SET canonical = '{}'", "policy", "it has another SHA-256"},
	{"UPDATE evenhand.policy_version SET canonical = '{}', sha256 = sha256('{}')", "policy", "policy_sha256 is"},
	{"UPDATE evenhand.request_outcome SET done = false", "request", "the answer to request 1 was altered: done is false"},
	{"INSERT INTO evenhand.app_user VALUES ('eve', 'insurer', 'x'); UPDATE evenhand.request SET user_name = 'eve'", "request",
         "person is"},
	{"UPDATE evenhand.request_outcome SET leaf_index = NULL", "request", "the log has no such leaf"},
	/* the log itself */
	{"UPDATE evenhand.ledger_leaf SET body = replace(body, 'review', 'page') WHERE leaf_index = 6", "leaf",
         "leaf 6 (alert) was altered"},
	{"UPDATE evenhand.ledger_leaf SET hash = sha256('x') WHERE leaf_index = 2", "leaf", "leaf 2 (batch) was altered"},
	{"UPDATE evenhand.ledger_leaf SET kind = 'pane' WHERE leaf_index = 2", "leaf", "leaf 2 stands as pane and says of itself that it is batch"},
	{"UPDATE evenhand.ledger_leaf SET body = ' ' || body, hash = sha256('\\x00'::bytea || convert_to(' ' || body, 'UTF8')) "
         "WHERE leaf_index = 6",
         "leaf", "leaf 6 is not canonical JSON"},
	{"DELETE FROM evenhand.ledger_leaf WHERE leaf_index = 4", "leaf", "leaf 4 is missing"},
	{"DELETE FROM evenhand.ledger_leaf WHERE leaf_index >= 6", "leaf", "the last 2 leaves are missing"},
	{"UPDATE evenhand.ledger_head SET size = 5", "head", "the head says 5 leaves, and there are 8"},
};

static void every_alteration_is_named(void **state)
{
	for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
		EH_ARENA_AUTO arena = eh_arena_new();
		struct eh_ledger_check check = {.map_means = map_means};

		if (i > 0)
			assert_int_equal(make_store(state), 0);
		/* Owning the store, one can switch its constraints off first. */
		EH_PG_AUTO admin = eh_test_open_admin();
		eh_test_sql(admin, "SET session_replication_role = replica");
		eh_test_sql(admin, alterations[i].sql);
		run(arena, &check);
		expect_finding(&check, alterations[i].what, alterations[i].says);
	}
}

static void a_noted_root_finds_a_rewritten_log(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO admin = eh_test_open_admin();
	struct eh_ledger_check first = {.map_means = map_means}, check = {.map_means = map_means, .noted = true, .noted_size = 8};
	struct eh_err err;

	(void)state;
	run(arena, &first);
	check.noted_root = first.head.root;
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_ledger_head head;
	expect_rc(EH_OK, eh_ledger_read_head(reader, &head, &err), &err);
	assert_int_equal(head.size, 8);
	assert_true(eh_sha256_equal(&head.root, &first.head.root));

	/* A log that grew extends what was noted. */
	struct eh_ledger_leaves leaves = {.home = arena};
	int64_t index;
	expect_rc(EH_OK, eh_ledger_add(&leaves, "heartbeat", json_object(), NULL, &err), &err);
	expect_rc(EH_OK, eh_ledger_append(admin, &leaves, &index, &err), &err);
	run(arena, &check);
	assert_int_equal(check.findings_n, 0);

	/* Row and leaf altered alike: nothing inside the store disagrees, and the root does. */
	eh_test_sql(admin, "UPDATE evenhand.pane_close SET n = 31; UPDATE evenhand.ledger_leaf SET body = replace(body, '\"n\":30', '\"n\":31') "
			   "WHERE kind = 'pane'; UPDATE evenhand.ledger_leaf SET hash = sha256('\\x00'::bytea || convert_to(body, 'UTF8'))");
	struct eh_ledger_check inside = {.map_means = map_means}, against = {.map_means = map_means, .noted = true, .noted_size = 8, .noted_root = first.head.root};
	run(arena, &inside);
	assert_int_equal(inside.findings_n, 0);
	run(arena, &against);
	assert_int_equal(against.findings_n, 1);
	expect_finding(&against, "noted", "the first 8 leaves do not have the root that was noted");

	struct eh_ledger_check longer = {.map_means = map_means, .noted = true, .noted_size = 10, .noted_root = first.head.root};
	run(arena, &longer);
	expect_finding(&longer, "noted", "the log has 9 leaves, and 10 were noted");
	struct eh_ledger_check nothing = {.map_means = map_means, .noted = true, .noted_size = 0, .noted_root = eh_sha256_of("", 0)};
	run(arena, &nothing);
	assert_int_equal(nothing.findings_n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole_store_agrees, make_store),
		cmocka_unit_test_setup(every_alteration_is_named, make_store),
		cmocka_unit_test_setup(a_noted_root_finds_a_rewritten_log, make_store),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
