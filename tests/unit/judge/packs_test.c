/*
 * packs_test.c - packs and new components, run by judge over a real store, with a restart in the middle.
 *
 * A day is a pane; 80 days from 2025-01-01.  Model m1 until 2025-02-08, then m2, which favours fewer of the group F.
 * The people are ian (insurer) and ann (approver).
 */
#include "judge/packs.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/requests.h"
#include "ledger/check.h"
#include "policy/policies.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define DAYS 80
#define NEW_MODEL 38 /* 2025-02-08 */
#define DAY0 INT64_C(1735689600000000)
#define SESSION_MS INT64_C(3600000)

static const char policy_text[] = "policy: quiet\nminimum: {n: 1000000}\n";

static const char map_text[] = "source: risk\ntable: public.risk\npane: 1d\ncolumns: {id: id, decided_at: at, decision: decision}\n"
			       "favourable: [yes]\nprotected: [{name: sex, column: sex, reference: M}]\n"
			       "lineage: [{role: model, column: model}]\n";

static void add(struct eh_cube_names *names, struct eh_cube *cube, const char *sex, const char *model, int n, int k)
{
	struct eh_text label = {sex, strlen(sex)}, lineage = {model, strlen(model)};
	struct eh_cube_row row = {.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0),
	                          .lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, &lineage, 1)};

	row.group[0] = eh_cube_group(names, 0, label);
	for (int i = 0; i < n; i++) {
		row.favourable = i < k;
		eh_cube_add(cube, &row);
	}
}

static void write_delta(struct eh_arena *home, struct eh_pg *owner, int day, int commit, int n_women)
{
	const struct eh_cube_shape shape = {.attributes = 1, .roles = 1};
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);
	struct eh_cube *cube = eh_cube_new(names);
	const char *model = day < NEW_MODEL ? "m1" : "m2";
	EH_BUF_AUTO block = {0};

	add(names, cube, "M", model, 20, 14);
	add(names, cube, "F", model, n_women, n_women * (day < NEW_MODEL ? 7 : 4) / 10);
	eh_cube_encode(cube, &block);
	char *hex = eh_arena_zalloc(home, 2 * block.len + 1, 1);
	eh_hex(block.data, block.len, hex);
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.pane_delta VALUES (1, %lld, %d, %llu, '\\x%s', '')",
	                                   (long long)(DAY0 + day * EH_DAY_US), commit, (unsigned long long)eh_cube_n(cube), hex));
	eh_cube_free(cube);
}

static int begin_store(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_map *map;
	char hex[EH_SHA256_HEX];
	struct eh_err err;

	if (eh_test_store_reset(state) != 0)
		return -1;
	expect_rc(EH_OK, eh_map_parse(home, "m.yaml", map_text, strlen(map_text), &map, &err), &err);
	eh_sha256_hex(&map->version, hex);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "BEGIN");
	eh_test_sql(owner, "ALTER TABLE evenhand.alert_step DISABLE TRIGGER USER"); /* what a change of volume raises is no matter here */
	eh_test_sql(owner, "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('ian', 'insurer', ''), ('ann', 'approver', '')");
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (1, 1, '{}', $map$%s$map$, '\\x%s')", map_text, hex));
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_state VALUES (1, 'live', 1, 'p', %lld)",
	                                   (long long)(DAY0 + DAYS * EH_DAY_US)));
	for (int day = 0; day < DAYS; day++)
		write_delta(home, owner, day, 1, 20);
	eh_test_sql(owner, "SELECT evenhand.ledger_append('{batch}', '{x}', ARRAY[sha256('x')])");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.batch VALUES (1, 1, 1, 0, %lld)", (long long)(DAY0 + DAYS * EH_DAY_US)));
	eh_test_sql(owner, "COMMIT");
	return 0;
}

struct bench {
	struct eh_arena *home;
	struct eh_pg *pg, *owner;
	struct eh_judge_store *store;
	struct eh_judge_writer *w;
};

/* As judge starts: it folds again what was closed. */
static struct bench begin_bench(void)
{
	struct bench b = {.home = eh_arena_new(), .pg = eh_test_open(EH_STORE_WRITER), .owner = eh_test_open(EH_STORE_OWNER)};
	static const struct eh_answers answers;
	const struct eh_judge_sink none = {0};
	struct eh_judge_refold how = {.check = true};
	const struct eh_policy *policy;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(b.home, "policy.yaml", policy_text, strlen(policy_text), &policy, &err), &err);

	expect_rc(EH_OK, eh_judge_store_open(b.pg, eh_policies_of(b.home, policy), &none, &b.store, &err), &err);
	expect_rc(EH_OK, eh_judge_store_refold(b.store, &how, &err), &err);
	b.store->epoch = eh_test_int8(b.owner, "SELECT epoch FROM evenhand.judge_epoch");
	b.w = eh_judge_writer_new(b.store, &answers, NULL);
	return b;
}

static void end_bench(struct bench *b)
{
	eh_judge_writer_free(b->w);
	eh_judge_store_close(b->store);
	eh_pg_close(b->pg);
	eh_pg_close(b->owner);
	eh_arena_free(b->home);
}

/* Closes days first .. last - 1, in one transaction. */
static void fold(struct bench *b, int first, int last)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_writer_begin(b->w, &err), &err);
	for (int day = first; day < last; day++) {
		int64_t at = DAY0 + day * EH_DAY_US;
		struct eh_judge_step step = {.first_pane_us = at,
		                             .last_pane_us = at,
		                             .clock_us = at + EH_DAY_US,
		                             .included = b->store->feeds->included,
		                             .history = true};

		expect_rc(EH_OK, eh_judge_writer_fold(b->w, b->store->feeds, &step, &err), &err);
	}
	expect_rc(EH_OK, eh_judge_writer_commit(b->w, &err), &err);
}

static const char *told(struct bench *b, const char *sql)
{
	return eh_arena_strdup(b->home, eh_test_text(b->owner, sql));
}

#define BODY(key) "SELECT body::jsonb" key " FROM evenhand.pack_result WHERE period_us = 1738368000000000" /* February */
#define ALL "SELECT string_agg(pack || ' ' || (body::jsonb->>'period') || ' ' || n, ', ' ORDER BY period_us, pack) FROM evenhand.pack_result"

/* The end of a month is a result; a judge that starts anew makes none twice, and knows the components that wait. */
static void a_period_is_run_once(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	fold(&b, 0, 30);
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.pack_result"), 0);
	fold(&b, 30, 50);
	assert_string_equal(told(&b, ALL), "house 2025-01 1240");
	end_bench(&b);
	b = begin_bench();
	fold(&b, 50, DAYS);
	assert_string_equal(told(&b, ALL), "house 2025-01 1240, house 2025-02 1120");
	assert_string_equal(told(&b, BODY("->'lines'->0->'rows'->0->>'verdict'")), "both");
	assert_string_equal(told(&b, BODY("->>'source'")), "risk");
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.pack_result r JOIN evenhand.ledger_leaf l USING (leaf_index) "
					       "WHERE l.kind = 'pack' AND l.body::json->>'result_sha256' = encode(r.result_sha256, 'hex') "
					       "AND sha256(r.body::bytea) = r.result_sha256"),
	                 2);
	end_bench(&b);
}

static void a_new_component_is_tested_once(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	fold(&b, 0, NEW_MODEL + 27);
	assert_string_equal(told(&b, "SELECT string_agg(component || ' ' || standing, ', ' ORDER BY component) FROM evenhand.component_first"),
	                    "m1 initial, m2 new");
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.change_result"), 0);
	end_bench(&b);
	b = begin_bench(); /* what waits is read from the store */
	fold(&b, NEW_MODEL + 27, NEW_MODEL + 28);
	assert_string_equal(told(&b, "SELECT component || ' ' || ((to_us - first_us) / 86400000000) || ' ' || ((first_us - from_us) / 86400000000) "
				     "FROM evenhand.change_result"),
	                    "m2 28 28");
	/* .7/.7 before; 8 of 20 against 14 of 20 after: the ratio fell to 4/7 of what it was */
	assert_string_equal(told(&b, "SELECT body::jsonb->'rows'->0->>'log_ratio_change' FROM evenhand.change_result"), "-0.559616");
	assert_string_equal(told(&b, "SELECT string_agg(r->>'outcome' || ' ' || (r->>'verdict'), ', ') FROM evenhand.change_result, "
				     "jsonb_array_elements(body::jsonb->'rows') r"),
	                    "favourable both, adverse both");
	fold(&b, NEW_MODEL + 28, DAYS);
	assert_int_equal(eh_test_int8(b.owner, "SELECT count(*) FROM evenhand.change_result"), 1);
	end_bench(&b);
}

/* Decisions that come late are counted in their pane, and a result that stands is not made again. */
static void late_rows_alter_no_result(void **state)
{
	struct bench b = begin_bench();
	struct eh_err err;

	(void)state;
	fold(&b, 0, 40);
	const char *was = told(&b, "SELECT body FROM evenhand.pack_result");
	write_delta(b.home, b.owner, 3, 2, 400);
	eh_test_sql(b.owner, "INSERT INTO evenhand.batch SELECT 1, 2, 2, evenhand.ledger_append('{batch}', '{y}', ARRAY[sha256('y')]), clock_us FROM evenhand.batch");
	eh_test_sql(b.owner, "UPDATE evenhand.source_state SET commit_no = 2");
	expect_rc(EH_OK, eh_judge_store_look(b.store, &err), &err);
	fold(&b, 40, DAYS);
	assert_string_equal(told(&b, "SELECT body FROM evenhand.pack_result WHERE period_us = 1735689600000000"), was);
	assert_string_equal(told(&b, ALL), "house 2025-01 1240, house 2025-02 1120");
	EH_JSON_AUTO now = NULL;
	const struct eh_pack *const *packs;
	size_t n;
	expect_rc(EH_OK, eh_judge_packs_on(b.pg, b.home, &packs, &n, &err), &err);
	expect_rc(EH_OK, eh_judge_pack_once(b.pg, "risk", packs[0], DAY0, DAY0 + 31 * EH_DAY_US, &now, &err), &err);
	assert_int_equal(json_integer_value(json_object_get(now, "n")), 1240 + 420); /* who asks now sees them */
	end_bench(&b);
}

/* ---- people -------------------------------------------------------------------------------- */

/* The policy's maturity rules a pack's outcomes too: nothing is read off what is known too early. */
static void outcomes_wait_for_the_policy(void **state)
{
	struct bench b = {.home = eh_arena_new(), .pg = eh_test_open(EH_STORE_WRITER), .owner = eh_test_open(EH_STORE_OWNER)};
	static const char text[] = "policy: patient\nmaturity: 60d\n";
	const struct eh_judge_sink none = {0};
	const struct eh_policy *policy;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_policy_parse(b.home, "policy.yaml", text, strlen(text), &policy, &err), &err);
	expect_rc(EH_OK, eh_judge_store_open(b.pg, eh_policies_of(b.home, policy), &none, &b.store, &err), &err);
	for (int days = 59; days <= 60; days++) {
		struct eh_evidence_book book;
		int64_t to_us = DAY0 + 10 * EH_DAY_US;

		expect_rc(EH_OK, eh_judge_book(b.store, b.store->feeds, b.home, DAY0, to_us, to_us + days * EH_DAY_US, 0, &book, &err), &err);
		assert_int_equal(book.outcomes_due, days == 60);
		eh_cube_free((struct eh_cube *)(uintptr_t)book.cube);
	}
	eh_judge_store_close(b.store);
	eh_pg_close(b.pg);
	eh_pg_close(b.owner);
	eh_arena_free(b.home);
}

static int64_t ask(struct bench *b, const char *user, const char *verb, const char *body)
{
	struct eh_err err;
	int64_t id = eh_test_int8(b->owner, eh_arena_printf(b->home, "INSERT INTO evenhand.request (os_user, user_name, verb, body) VALUES "
							    "('root', '%s', '%s', $b$%s$b$) RETURNING request_id", user, verb, body));

	expect_rc(EH_OK, eh_judge_requests(b->w, b->store, SESSION_MS, &err), &err);
	return id;
}

static void expect_answer(struct bench *b, int64_t id, bool done, const char *message)
{
	const char *said = told(b, eh_arena_printf(b->home, "SELECT done || ' ' || message FROM evenhand.request_outcome WHERE request_id = %lld",
						   (long long)id));

	assert_string_equal(said, eh_arena_printf(b->home, "%s %s", done ? "true" : "false", message));
}

static void two_people_decide_what_is_run(void **state)
{
	struct bench b = begin_bench();
	int64_t asked;

	(void)state;
	expect_answer(&b, ask(&b, "ann", "pack-enable", "{\"pack\": \"nyc-ll144\", \"reason\": \"r\"}"), false,
	              "pack-enable needs the role insurer, and the user has the role approver");
	expect_answer(&b, ask(&b, "ian", "pack-enable", "{\"pack\": \"nyc-ll144\"}"), false, "a proposal gives a reason of at most 2000 bytes");
	expect_answer(&b, ask(&b, "ian", "pack-enable", "{\"pack\": \"none\", \"reason\": \"r\"}"), false, "there is no pack of that name");
	expect_answer(&b, ask(&b, "ian", "pack-enable", "{\"pack\": \"own\", \"reason\": \"r\", \"text\": \"pack: own\"}"), false,
	              "the proposed pack cannot be used: `evenhand pack check` says why");
	asked = ask(&b, "ian", "pack-disable", "{\"pack\": \"house\", \"reason\": \"r\"}");
	expect_answer(&b, asked, true, "waits for a second person to approve");
	fold(&b, 0, 31); /* still on */
	expect_answer(&b, ask(&b, "ian", "pack-approve", eh_arena_printf(b.home, "{\"request_id\": %lld}", (long long)asked)), false,
	              "pack-approve needs the role approver, and the user has the role insurer");
	expect_answer(&b, ask(&b, "ann", "pack-approve", "{\"request_id\": \"1\"}"), false,
	              "request 1 is no proposal about a pack that waits for approval");
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET disabled_at = now() WHERE user_name = 'ian'"); /* and then ian left */
	expect_answer(&b, ask(&b, "ann", "pack-approve", eh_arena_printf(b.home, "{\"request_id\": %lld}", (long long)asked)), false,
	              "who proposed it has not the role for it any more: it must be proposed anew");
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET disabled_at = NULL WHERE user_name = 'ian'");
	expect_answer(&b, ask(&b, "ann", "pack-approve", eh_arena_printf(b.home, "{\"request_id\": %lld}", (long long)asked)), true,
	              "pack house is not run from now on");
	expect_answer(&b, ask(&b, "ann", "pack-approve", eh_arena_printf(b.home, "{\"request_id\": %lld}", (long long)asked)), false,
	              eh_arena_printf(b.home, "request %lld was approved already", (long long)asked));
	fold(&b, 31, DAYS);
	assert_string_equal(told(&b, ALL), "house 2025-01 1240");
	assert_string_equal(told(&b, "SELECT actor || second_actor || enabled FROM evenhand.pack_setting"), "ianannfalse");
	end_bench(&b);
}

/* ---- the log --------------------------------------------------------------------------------- */

static bool map_means(const char *text, struct eh_sha256 *version)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_map *map;
	struct eh_err err;

	if (eh_map_parse(home, "m.yaml", text, strlen(text), &map, &err) != EH_OK)
		return false;
	*version = map->version;
	return true;
}

/* The one finding about packs after an alteration. */
static void expect_found(struct bench *b, const char *sql, const char *what, const char *part)
{
	struct eh_ledger_check check = {.map_means = map_means};
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	bool found = false;
	struct eh_err err;

	eh_test_sql(b->owner, sql);
	expect_rc(EH_OK, eh_ledger_check_run(b->home, reader, &check, &err), &err);
	for (const struct eh_ledger_finding *f = check.findings; f != NULL; f = f->next)
		found |= strcmp(f->what, what) == 0 && strstr(f->sentence, part) != NULL;
	if (found != (*part != '\0'))
		fail_msg("after \"%s\" a finding about %s is %s", sql, what, found ? "there" : "missing");
}

static void an_altered_result_is_found_out(void **state)
{
	struct bench b = begin_bench();

	(void)state;
	fold(&b, 0, DAYS);
	ask(&b, "ian", "pack-disable", "{\"pack\": \"house\", \"reason\": \"r\"}");
	ask(&b, "ann", "pack-approve", "{\"request_id\": 1}");
	struct eh_ledger_check check = {.map_means = map_means};
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_err err;
	expect_rc(EH_OK, eh_ledger_check_run(b.home, reader, &check, &err), &err);
	assert_int_equal(check.packs, 3);
	for (const struct eh_ledger_finding *f = check.findings; f != NULL; f = f->next)
		if (strncmp(f->what, "pack", 4) == 0 || strcmp(f->what, "change") == 0)
			fail_msg("found: %s", f->sentence);
	expect_found(&b, "UPDATE evenhand.pack_result SET body = replace(body, 'both', 'none') WHERE period_us > 1735689600000000", "pack",
	             "was altered: it has another SHA-256");
	expect_found(&b, "UPDATE evenhand.pack_result SET n = n + 1", "pack", "n is 1241 in the store and 1240 in the leaf");
	expect_found(&b, "UPDATE evenhand.pack_version SET canonical = canonical || ' '", "pack", "pack house, as it was run was altered");
	expect_found(&b, "UPDATE evenhand.change_result SET component = 'm1'", "change", "component_sha256 is");
	expect_found(&b, "DELETE FROM evenhand.pack_setting", "pack-setting", "leaf");
	end_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_period_is_run_once, begin_store),
		cmocka_unit_test_setup(a_new_component_is_tested_once, begin_store),
		cmocka_unit_test_setup(late_rows_alter_no_result, begin_store),
		cmocka_unit_test_setup(outcomes_wait_for_the_policy, begin_store),
		cmocka_unit_test_setup(two_people_decide_what_is_run, begin_store),
		cmocka_unit_test_setup(an_altered_result_is_found_out, begin_store),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
