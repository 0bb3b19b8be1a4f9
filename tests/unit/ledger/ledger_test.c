/*
 * ledger_test.c - leaves in a real store: commit order for writers at once, nothing of what was rolled back.
 */
#include "ledger/ledger.h"

#include <string.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static struct eh_ledger_leaves leaves_of(struct eh_arena *home, const char *who, int from, int n)
{
	struct eh_ledger_leaves leaves = {.home = home};
	struct eh_err err;
	size_t place;

	for (int i = 0; i < n; i++) {
		expect_rc(EH_OK, eh_ledger_add(&leaves, "batch", json_pack("{s:s,s:i}", "who", who, "no", from + i), &place, &err), &err);
		assert_int_equal(place, i);
	}
	return leaves;
}

static void a_leaf_is_canonical(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_ledger_add(&leaves, "pane", json_pack("{s:i,s:[n,b],s:s}", "z", 1, "b", 1, "a", "\n"), NULL, &err), &err);
	assert_string_equal(leaves.leaf[0].kind, "pane");
	assert_string_equal(leaves.leaf[0].body, "{\"a\":\"\\n\",\"b\":[null,true],\"type\":\"pane\",\"z\":1}");
	struct eh_sha256 hash = eh_ledger_leaf_hash(leaves.leaf[0].body, strlen(leaves.leaf[0].body));
	assert_true(eh_sha256_equal(&hash, &leaves.leaf[0].hash));
}

static void floats_and_giants_are_refused(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	static char text[70000];
	struct eh_err err;
	size_t overhead = strlen("{\"t\":\"\",\"type\":\"x\"}");

	(void)state;
	assert_int_equal(eh_ledger_add(&leaves, "x", json_pack("{s:f}", "f", .5), NULL, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "making a x leaf: canonical JSON: a floating-point number has no place here");
	memset(text, 'a', sizeof text - 1);
	text[65536 - overhead] = '\0';
	assert_int_equal(eh_ledger_add(&leaves, "x", json_pack("{s:s}", "t", text), NULL, &err), EH_REFUSED);
	assert_string_equal(err.text, "a x leaf would have 65536 bytes, and a leaf has at most 65535");
	assert_int_equal(leaves.n, 0);
	text[65535 - overhead] = '\0';
	expect_rc(EH_OK, eh_ledger_add(&leaves, "x", json_pack("{s:s}", "t", text), NULL, &err), &err);
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	int64_t first;
	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err); /* the store's own limit is the same */
	expect_rc(EH_OK, eh_ledger_append(pg, &leaves, &first, &err), &err);
	eh_pg_rollback(pg);
}

static void append(struct eh_pg *pg, const char *who, int from, int n, int64_t *first)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = leaves_of(home, who, from, n);
	struct eh_err err;

	expect_rc(EH_OK, eh_ledger_append(pg, &leaves, first, &err), &err);
}

static void begin(struct eh_pg *pg)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err);
}

static void commit(struct eh_pg *pg)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_pg_commit(pg, &err), &err);
}

/* Indexes follow each other, and what was rolled back leaves no hole and no leaf. */
static void a_rollback_leaves_no_trace(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_ledger_head before, after;
	struct eh_err err;
	int64_t first, base = eh_test_int8(pg, "SELECT size FROM evenhand.ledger_head");

	(void)state;
	begin(pg);
	append(pg, "a", 0, 3, &first);
	assert_int_equal(first, base);
	commit(pg);
	expect_rc(EH_OK, eh_ledger_read_head(pg, &before, &err), &err);
	assert_int_equal(before.size, base + 3);
	begin(pg);
	append(pg, "lost", 0, 50, &first);
	assert_int_equal(first, base + 3);
	eh_pg_rollback(pg);
	expect_rc(EH_OK, eh_ledger_read_head(pg, &after, &err), &err);
	assert_true(after.size == before.size && eh_sha256_equal(&before.root, &after.root));
	begin(pg);
	append(pg, "a", 3, 1, &first);
	assert_int_equal(first, base + 3);
	append(pg, "a", 4, 2, &first); /* twice in a transaction */
	assert_int_equal(first, base + 4);
	commit(pg);
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM evenhand.ledger_leaf WHERE body LIKE '%lost%'"), 0);
	assert_int_equal(eh_test_int8(pg, "SELECT max(leaf_index) + 1 FROM evenhand.ledger_leaf"), base + 6);
	assert_int_equal(eh_test_int8(pg, "SELECT size FROM evenhand.ledger_head"), base + 6);
}

static void the_head_is_the_tree_over_the_leaves(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_ledger_range range = {0};
	struct eh_ledger_head head;
	struct eh_err err;
	int64_t first;

	(void)state;
	expect_rc(EH_OK, eh_ledger_read_head(pg, &head, &err), &err);
	struct eh_sha256 nothing = eh_sha256_of("", 0);
	assert_true(head.size == 0 && eh_sha256_equal(&head.root, &nothing));
	for (int i = 0; i < 9; i++) {
		struct eh_ledger_leaves leaves = leaves_of(home, "a", 10 * i, i + 1);

		begin(pg);
		expect_rc(EH_OK, eh_ledger_append(pg, &leaves, &first, &err), &err);
		commit(pg);
		assert_int_equal(first, range.size);
		for (size_t l = 0; l < leaves.n; l++)
			eh_ledger_range_add(&range, &leaves.leaf[l].hash);
		expect_rc(EH_OK, eh_ledger_read_head(pg, &head, &err), &err);
		struct eh_sha256 root = eh_ledger_range_root(&range);
		assert_true(head.size == (int64_t)range.size && eh_sha256_equal(&head.root, &root));
	}
}

/* Two writers at once: the second waits for the first's COMMIT, whichever began before. */
static void index_order_is_commit_order(void **state)
{
	EH_PG_AUTO one = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO two = eh_test_open(EH_STORE_WRITER);
	int64_t first, later, base = eh_test_int8(one, "SELECT size FROM evenhand.ledger_head");
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = leaves_of(home, "two", 0, 2);
	struct eh_err err;

	(void)state;
	begin(two); /* began first, and appends second */
	assert_int_equal(eh_test_int8(two, "SELECT count(*) FROM evenhand.ledger_leaf"), base);
	begin(one);
	append(one, "one", 0, 3, &first);
	eh_test_sql(two, "SET LOCAL lock_timeout = '100ms'");
	eh_test_sql(two, "SAVEPOINT waits");
	assert_int_not_equal(eh_ledger_append(two, &leaves, &later, &err), EH_OK); /* one has not committed */
	eh_test_sql(two, "ROLLBACK TO SAVEPOINT waits");
	commit(one);
	expect_rc(EH_OK, eh_ledger_append(two, &leaves, &later, &err), &err);
	commit(two);
	assert_true(first == base && later == base + 3);
	assert_string_equal(eh_test_text(one, "SELECT string_agg(body::json->>'who', ' ' ORDER BY leaf_index) FROM evenhand.ledger_leaf "
	                                      "WHERE body ~ '\"(one|two)\"'"),
	                    "one one one two two");
	/* And where the first gives up, its indexes go to the second. */
	begin(one);
	append(one, "lost", 0, 3, &first);
	eh_pg_rollback(one);
	begin(two);
	append(two, "two", 2, 1, &later);
	commit(two);
	assert_true(first == base + 5 && later == base + 5);
}

static void nobody_takes_a_leaf_back(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	int64_t first;
	struct eh_err err;

	(void)state;
	begin(pg);
	append(pg, "a", 0, 1, &first);
	commit(pg);
	assert_int_not_equal(eh_pg_exec_script(pg, "UPDATE evenhand.ledger_leaf SET body = '{}'", &err), EH_OK);
	assert_int_not_equal(eh_pg_exec_script(pg, "DELETE FROM evenhand.ledger_leaf", &err), EH_OK);
	assert_int_not_equal(eh_pg_exec_script(reader, "INSERT INTO evenhand.ledger_leaf VALUES (9, 'x', '{}', '')", &err), EH_OK);
	assert_int_not_equal(eh_pg_exec_script(reader, "SELECT evenhand.ledger_append('{x}', '{x}', '{x}')", &err), EH_OK);
}

static void a_pseudonym_is_no_name(void **state)
{
	char ada[EH_LEDGER_PSEUDONYM], again[EH_LEDGER_PSEUDONYM], bob[EH_LEDGER_PSEUDONYM];

	(void)state;
	eh_ledger_pseudonym("ada", ada);
	eh_ledger_pseudonym("ada", again);
	eh_ledger_pseudonym("bob", bob);
	assert_string_equal(ada, again);
	assert_string_not_equal(ada, bob);
	assert_true(strspn(ada, "0123456789abcdef") == 16 && strlen(ada) == 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leaf_is_canonical),
		cmocka_unit_test(floats_and_giants_are_refused),
		cmocka_unit_test(the_head_is_the_tree_over_the_leaves), /* begins with an empty ledger */
		cmocka_unit_test(a_rollback_leaves_no_trace),
		cmocka_unit_test(index_order_is_commit_order),
		cmocka_unit_test(nobody_takes_a_leaf_back),
		cmocka_unit_test(a_pseudonym_is_no_name),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
