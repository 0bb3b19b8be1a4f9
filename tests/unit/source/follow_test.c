/*
 * follow_test.c - removing a source, putting it back, accepting a gap: rows, leaves, and what is refused.
 */
#include <string.h>

#include "ledger/check.h"
#include "source/follow.h"
#include "source/standing.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static struct eh_arena *arena;
static const struct eh_source_deed deed = {.person = "os:tester", .reason = "the table moved"};

static int begin(void **state)
{
	arena = eh_arena_new();
	return eh_test_store_begin(state);
}

static int end(void **state)
{
	eh_arena_free(arena);
	return eh_test_store_end(state);
}

static struct eh_source load(struct eh_pg *store)
{
	struct eh_source source;
	struct eh_err err;

	expect_rc(EH_OK, eh_source_load(arena, store, "log", &source, &err), &err);
	return source;
}

static struct eh_source source_in(struct eh_pg *store)
{
	static const char text[] = "source: log\ntable: public.decision\ncolumns: {id: id, decided_at: at, decision: decision}\n"
				   "favourable: [yes]\nprotected: [{name: sex, column: sex, reference: M}]\n";
	const struct eh_map *map;
	struct eh_source source;
	struct eh_err err;

	expect_rc(EH_OK, eh_map_parse(arena, "map", text, strlen(text), &map, &err), &err);
	expect_rc(EH_OK, eh_source_register(arena, store, map, &source, &err), &err);
	return source;
}

static const struct eh_standing *standing(struct eh_pg *store)
{
	struct eh_standing *all;
	struct eh_err err;
	size_t n;

	expect_rc(EH_OK, eh_standing_read(arena, store, &all, &n, &err), &err);
	assert_int_equal(n, 1);
	return &all[0];
}

static enum eh_standing_state state_now(struct eh_pg *store)
{
	return standing(store)->state;
}

static void expect_acceptance(struct eh_pg *store, int64_t n, const char *by)
{
	const struct eh_standing *s = standing(store);

	assert_int_equal(s->accepted.n, n);
	assert_string_equal(s->accepted.by, by);
	assert_string_equal(s->accepted.reason, deed.reason);
	assert_true(s->accepted.at_us > 0);
}

static bool means(const char *text, struct eh_sha256 *version)
{
	const struct eh_map *map;
	struct eh_err err;

	if (eh_map_parse(arena, "map", text, strlen(text), &map, &err) != EH_OK)
		return false;
	*version = map->version;
	return true;
}

static size_t findings(void)
{
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_ledger_check check = {.map_means = means};
	struct eh_err err;

	expect_rc(EH_OK, eh_ledger_check_run(arena, reader, &check, &err), &err);
	for (const struct eh_ledger_finding *f = check.findings; f != NULL; f = f->next)
		print_message("%s\n", f->sentence);
	return check.findings_n;
}

static void a_source_is_removed_and_put_back(void **state)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO admin = eh_test_open_admin();
	struct eh_source source = source_in(store);
	struct eh_err err;

	(void)state;
	eh_test_sql(store, "INSERT INTO evenhand.source_state (source_id, phase, commit_no, epoch) VALUES (1, 'live', 0, 7)");
	expect_rc(EH_REFUSED, eh_source_put_back(store, &source, &deed, &err), &err);
	expect_rc(EH_BAD_INPUT, eh_source_remove(store, &source, &(struct eh_source_deed){.person = "a"}, &err), &err);
	expect_rc(EH_OK, eh_source_remove(store, &source, &deed, &err), &err);
	assert_int_equal(eh_test_int8(store, "SELECT epoch FROM evenhand.source_state"), 8); /* who reads it can write no more */
	assert_int_equal(state_now(store), EH_STANDING_REMOVED);
	source = load(store);
	assert_true(source.removed);
	expect_rc(EH_REFUSED, eh_source_remove(store, &source, &deed, &err), &err);
	expect_rc(EH_OK, eh_source_put_back(store, &source, &deed, &err), &err);
	source = load(store);
	assert_false(source.removed);
	assert_int_equal(eh_test_int8(store, "SELECT count(*) FROM evenhand.source_follow f JOIN evenhand.ledger_leaf l USING (leaf_index)"
	                                     " WHERE l.kind = 'follow' AND l.body NOT LIKE '%tester%' AND l.body NOT LIKE '%moved%'"), 2);
	assert_int_equal(findings(), 0);
	eh_test_sql(admin, "UPDATE evenhand.source_follow SET reason = 'another' WHERE nr = 1");
	assert_int_equal(findings(), 1);
}

static void a_gap_is_accepted_once(void **state)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO admin = eh_test_open_admin();
	struct eh_source source = source_in(store);
	struct eh_err err;
	int64_t gap_no;

	(void)state;
	expect_rc(EH_REFUSED, eh_source_accept_gap(store, &source, &deed, &gap_no, &err), &err);
	eh_test_sql(store, "INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position) VALUES (1, 1, 'slot gone', 'stream 1')");
	assert_int_equal(state_now(store), EH_STANDING_GAP);
	expect_rc(EH_OK, eh_source_accept_gap(store, &source, &deed, &gap_no, &err), &err);
	assert_int_equal(gap_no, 1);
	assert_int_equal(state_now(store), EH_STANDING_REGISTERED);
	expect_acceptance(store, 1, "os:tester");
	expect_rc(EH_REFUSED, eh_source_accept_gap(store, &source, &deed, &gap_no, &err), &err);
	assert_int_equal(eh_test_int8(store, "SELECT count(*) FROM evenhand.source_gap g JOIN evenhand.ledger_leaf l USING (leaf_index)"
	                                     " WHERE l.kind = 'gap' AND g.accepted_by = 'os:tester'"), 1);
	assert_int_equal(findings(), 0);
	eh_test_sql(admin, "UPDATE evenhand.source_gap SET accepted_by = 'somebody else'");
	assert_int_equal(findings(), 1);
	eh_test_sql(admin, "UPDATE evenhand.source_gap SET accepted_by = 'os:tester', resumed_at = now(), resumed_position = 'stream 2'");
	assert_int_equal(findings(), 0);
	expect_acceptance(store, 1, "os:tester"); /* over, and still on the record */
	/* gather would go on behind an acceptance that is on no record */
	eh_test_sql(store, "INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position) VALUES (1, 2, 'slot gone', 'stream 2')");
	assert_int_equal(findings(), 0);
	eh_test_sql(store, "UPDATE evenhand.source_gap SET accepted_at = now(), accepted_by = 'nobody', accept_reason = 'none' WHERE gap_no = 2");
	assert_int_equal(findings(), 1);
}

static void only_active_users_are_named(void **state)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO admin = eh_test_open_admin();
	struct eh_err err;

	(void)state;
	eh_test_sql(admin, "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('ann', 'admin', ''), ('bob', 'admin', '');"
	                   "UPDATE evenhand.app_user SET disabled_at = now() WHERE user_name = 'bob'");
	expect_rc(EH_OK, eh_source_check_person(store, "ann", &err), &err);
	expect_rc(EH_BAD_INPUT, eh_source_check_person(store, "bob", &err), &err);
	expect_rc(EH_BAD_INPUT, eh_source_check_person(store, "eve", &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_source_is_removed_and_put_back, eh_test_store_reset),
		cmocka_unit_test_setup(a_gap_is_accepted_once, eh_test_store_reset),
		cmocka_unit_test_setup(only_active_users_are_named, eh_test_store_reset),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
