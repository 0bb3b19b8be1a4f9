/*
 * player_test.c - a small log played on a scenario's clock.
 */
#include "lab/player.h"

#include <string.h>

#include "base/time.h"
#include "ledger/check.h"
#include "source/copy.h"
#include "source/register.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define T0 INT64_C(1743465600000000) /* 2025-04-01T00:00:00Z */

#define MAP                                                                                                            \
	"source: %s\n"                                                                                                 \
	"columns: {id: id, decided_at: at, decision: decision}\n"                                                      \
	"favourable: [yes]\n"                                                                                          \
	"protected: [{name: sex, column: sex, reference: M}]\n"                                                        \
	"table: demo.%s\n"

struct log {
	int at; /* rows given so far, one an hour */
};

static bool next(void *ctx, int64_t *at_us, struct eh_buf *csv)
{
	struct log *log = ctx;
	char at[EH_TIME_TEXT];

	if (log->at == 5)
		return false;
	*at_us = T0 + log->at++ * EH_HOUR_US;
	eh_time_format(*at_us, at);
	eh_buf_printf(csv, "id%d,%s,yes,%s\n", log->at, at, log->at == 3 ? "" : "M");
	return true;
}

static const struct eh_map *import_history(struct eh_arena *arena, struct eh_pg *source, const char *name)
{
	char path[] = "/tmp/evenhand-player-XXXXXX";
	const char *text = eh_arena_printf(arena, MAP, name, name);
	const struct eh_map *map;
	struct eh_copy_sum sum;
	struct eh_err err;

	expect_rc(EH_OK, eh_map_parse(arena, "map", text, strlen(text), &map, &err), &err);
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	fputs("id,at,decision,sex\nid0,2025-03-31T23:00:00Z,yes,M\n", f);
	assert_int_equal(fclose(f), 0);
	expect_rc(EH_OK, eh_copy_import(arena, source, map, path, NULL, &sum, &err), &err);
	assert_int_equal(sum.imported, 1);
	remove(path);
	return map;
}

static void rows_and_clock_move_together(void **state)
{
	static const char *const columns[] = {"id", "at", "decision", "sex"};
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	struct log log = {0};
	const struct eh_player_rows rows = {.ctx = &log, .next = next, .columns = columns, .columns_n = 4};
	const struct eh_map *map = import_history(arena, source, "score");
	struct eh_player *player;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_player_open(source, map, &rows, T0 - 1, &player, &err), &err);
	EH_PG_AUTO other = eh_test_open(EH_STORE_SOURCE);
	assert_int_equal(eh_test_int8(other, "SELECT now_us FROM evenhand_import.scenario_clock WHERE source = 'score'"), T0 - 1);
	expect_rc(EH_OK, eh_player_play(player, T0 + 2 * EH_HOUR_US, &err), &err);
	assert_int_equal(eh_player_rows(player), 3);
	assert_int_equal(eh_test_int8(other, "SELECT count(*) FROM demo.score"), 4);
	assert_int_equal(eh_test_int8(other, "SELECT count(*) FROM demo.score WHERE sex IS NULL"), 1); /* as import writes it */
	/* The same transaction: whoever sees the clock sees the rows. */
	assert_int_equal(eh_test_int8(other, "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM demo.score WHERE id > 'id0' UNION ALL "
				      "SELECT xmin FROM evenhand_import.scenario_clock) t"),
			 1);
	expect_rc(EH_OK, eh_player_play(player, T0, &err), &err); /* never back */
	assert_int_equal(eh_test_int8(other, "SELECT now_us FROM evenhand_import.scenario_clock"), T0 + 2 * EH_HOUR_US);
	assert_false(eh_player_ended(player));
	expect_rc(EH_OK, eh_player_play(player, T0 + EH_DAY_US, &err), &err);
	assert_true(eh_player_ended(player));
	assert_int_equal(eh_player_rows(player), 5);
	assert_int_equal(eh_test_int8(other, "SELECT now_us FROM evenhand_import.scenario_clock"), T0 + EH_DAY_US);
	eh_player_close(player);
}

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

static void a_real_source_refuses_the_clock(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	const struct eh_map *first = import_history(arena, source, "first"), *other = import_history(arena, source, "other");
	struct eh_source registered;
	struct eh_ledger_check check = {.map_means = map_means};
	struct eh_err err;

	(void)state;
	assert_int_equal(eh_player_register(store, "first", T0, 86400, T0, &err), EH_BAD_INPUT); /* not there yet */
	expect_rc(EH_OK, eh_source_register(arena, store, first, &registered, &err), &err);
	expect_rc(EH_OK, eh_player_register(store, "first", T0, 86400, T0 + 1, &err), &err);
	assert_string_equal(eh_test_text(store, "SELECT body FROM evenhand.ledger_leaf WHERE kind = 'scenario'"),
			    "{\"anchor\":\"2025-04-01T00:00:00.000001Z\",\"rate\":86400,\"source\":\"first\","
			    "\"start\":\"2025-04-01T00:00:00Z\",\"type\":\"scenario\"}");
	expect_rc(EH_OK, eh_source_register(arena, store, other, &registered, &err), &err);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	expect_rc(EH_OK, eh_ledger_check_run(arena, owner, &check, &err), &err);
	assert_int_equal(check.findings_n, 0);
	eh_test_sql(owner, "DELETE FROM evenhand.scenario");
	assert_int_equal(eh_player_register(store, "first", T0, 86400, T0, &err), EH_REFUSED);
	assert_non_null(strstr(err.text, "1 source that is not generated"));
	assert_int_equal(eh_test_int8(store, "SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'scenario'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rows_and_clock_move_together, eh_test_store_reset),
		cmocka_unit_test_setup(a_real_source_refuses_the_clock, eh_test_store_reset),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
