/*
 * player.c - see player.h.
 */
#include "lab/player.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "lab/sql.h"
#include "ledger/ledger.h"

/* ---- on the record ----------------------------------------------------------------------- */

static enum eh_rc append_leaf(struct eh_pg *store, const char *source, int64_t start_us, int rate, int64_t anchor_us,
                              struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	char start[EH_TIME_TEXT], anchor[EH_TIME_TEXT];
	int64_t index;

	eh_time_format(start_us, start);
	eh_time_format(anchor_us, anchor);
	json_t *leaf = json_pack("{s:s, s:s, s:i, s:s}", "source", source, "start", start, "rate", rate, "anchor", anchor);
	enum eh_rc rc = eh_ledger_add(&leaves, "scenario", leaf, NULL, err);
	return rc == EH_OK ? eh_ledger_append(store, &leaves, &index, err) : rc;
}

static enum eh_rc register_inside(struct eh_pg *store, const char *source, int64_t start_us, int rate, int64_t anchor_us,
                                  struct eh_err *err)
{
	struct eh_pg_args others = {0}, args = {0};
	int64_t n = 0, rows = 0;

	eh_pg_arg_text(&others, source);
	enum eh_rc rc = eh_pg_query_int8(store, &eh_sql_lab_player_others, &others, &n, err);
	if (rc == EH_OK && n > 0) {
		(void)eh_fail(err, EH_REFUSED, "the store has %lld %s not generated", (long long)n, n == 1 ? "source that is" : "sources that are");
		return eh_hint(err, "play scenarios in a store of their own, as `evenhand demo` does");
	}
	eh_pg_arg_text(&args, source);
	eh_pg_arg_int8(&args, start_us);
	eh_pg_arg_int8(&args, rate);
	eh_pg_arg_time(&args, anchor_us);
	if (rc == EH_OK)
		rc = eh_pg_run(store, &eh_sql_lab_player_register, &args, &rows, err);
	if (rc == EH_OK && rows != 1)
		return eh_fail(err, EH_BAD_INPUT, "there is no source \"%s\"", source);
	return rc == EH_OK ? append_leaf(store, source, start_us, rate, anchor_us, err) : rc;
}

enum eh_rc eh_player_register(struct eh_pg *store, const char *source, int64_t start_us, int rate, int64_t anchor_us,
                              struct eh_err *err)
{
	enum eh_rc rc = eh_pg_begin(store, err);

	if (rc == EH_OK)
		rc = register_inside(store, source, start_us, rate, anchor_us, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(store, err);
	else
		eh_pg_rollback(store);
	return rc == EH_OK ? EH_OK : eh_while(err, "registering the scenario's clock");
}

/* ---- playing ------------------------------------------------------------------------------- */

struct eh_player {
	struct eh_arena *arena;
	struct eh_pg *source;
	const struct eh_map *map;
	struct eh_player_rows rows;
	const char *copy_sql;
	struct eh_buf waiting; /* the next row */
	int64_t at_us;         /* its time */
	bool ended;
	int64_t now_us, played;
};

static const char make_clock[] = "CREATE SCHEMA IF NOT EXISTS evenhand_import;"
				 "CREATE TABLE IF NOT EXISTS evenhand_import.scenario_clock ("
				 "source text PRIMARY KEY, now_us bigint NOT NULL)";
static const char set_clock[] = "INSERT INTO evenhand_import.scenario_clock (source, now_us) VALUES ($1::text, $2::bigint) "
				"ON CONFLICT (source) DO UPDATE SET now_us = excluded.now_us";

static enum eh_rc write_clock(struct eh_player *player, int64_t now_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, player->map->source);
	eh_pg_arg_int8(&args, now_us);
	return eh_pg_query_text(player->source, set_clock, &args, false, &res, err);
}

static void take_next(struct eh_player *player)
{
	eh_buf_reset(&player->waiting);
	player->ended = !player->rows.next(player->rows.ctx, &player->at_us, &player->waiting);
}

static const char *copy_statement(struct eh_arena *arena, const struct eh_map *map, const struct eh_player_rows *rows)
{
	EH_BUF_AUTO sql = {0};

	eh_buf_printf(&sql, "COPY %s.%s (", eh_pg_quote_ident(arena, map->schema), eh_pg_quote_ident(arena, map->table));
	for (size_t i = 0; i < rows->columns_n; i++)
		eh_buf_printf(&sql, "%s%s", i > 0 ? ", " : "", eh_pg_quote_ident(arena, rows->columns[i]));
	eh_buf_puts(&sql, ") FROM STDIN (FORMAT csv)");
	return eh_arena_strndup(arena, sql.data, sql.len);
}

enum eh_rc eh_player_open(struct eh_pg *source, const struct eh_map *map, const struct eh_player_rows *rows, int64_t start_us,
                          struct eh_player **out, struct eh_err *err)
{
	struct eh_arena *arena = eh_arena_new();
	struct eh_player *player = eh_arena_zalloc(arena, 1, sizeof *player);

	*out = NULL;
	*player = (struct eh_player){.arena = arena, .source = source, .map = map, .rows = *rows, .now_us = start_us};
	player->copy_sql = copy_statement(arena, map, rows);
	take_next(player);
	enum eh_rc rc = eh_pg_exec_script(source, make_clock, err);
	if (rc == EH_OK)
		rc = write_clock(player, start_us, err);
	if (rc != EH_OK) {
		eh_player_close(player);
		return eh_while(err, "setting the scenario's clock");
	}
	*out = player;
	return EH_OK;
}

void eh_player_close(struct eh_player *player)
{
	if (player == NULL)
		return;
	eh_buf_free(&player->waiting);
	eh_arena_free(player->arena);
}

static enum eh_rc copy_due(struct eh_player *player, int64_t now_us, struct eh_err *err)
{
	int64_t rows = 0;

	if (player->ended || player->at_us > now_us)
		return EH_OK;
	enum eh_rc rc = eh_pg_copy_in_begin(player->source, player->copy_sql, err);
	while (rc == EH_OK && !player->ended && player->at_us <= now_us) {
		rc = eh_pg_copy_in_put(player->source, player->waiting.data, player->waiting.len, err);
		take_next(player);
	}
	if (rc == EH_OK)
		rc = eh_pg_copy_in_end(player->source, &rows, err);
	player->played += rows;
	return rc;
}

enum eh_rc eh_player_play(struct eh_player *player, int64_t now_us, struct eh_err *err)
{
	if (now_us <= player->now_us)
		return EH_OK;
	enum eh_rc rc = eh_pg_begin(player->source, err);
	if (rc == EH_OK)
		rc = copy_due(player, now_us, err);
	if (rc == EH_OK)
		rc = write_clock(player, now_us, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(player->source, err);
	if (rc != EH_OK) {
		eh_pg_rollback(player->source);
		return eh_while(err, "playing the scenario");
	}
	player->now_us = now_us;
	return EH_OK;
}

int64_t eh_player_rows(const struct eh_player *player)
{
	return player->played;
}

bool eh_player_ended(const struct eh_player *player)
{
	return player->ended;
}
