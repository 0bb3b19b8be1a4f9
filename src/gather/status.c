/*
 * status.c - see status.h.
 */
#include "gather/status.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"
#include "cube/tally.h"
#include "gather/sql.h"
#include "source/observes.h"
#include "source/register.h"
#include "source/panes.h"
#include "source/standing.h"

/* What a mode does not see is said wherever its counts are. */
static const char *note_of(const struct eh_map *map)
{
	if (map->mode == EH_MAP_MODE_STREAM)
		return "stream sees what the publication publishes";
	if (map->identity == EH_MAP_IDENTITY_TRACKED)
		return "rows are tracked: a newer version takes the place of the older; deletes are found by recompute";
	return "poll and pushdown see inserts only; updates and deletes are found by recompute";
}

static json_t *instant_or_null(int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static json_t *count_or_null(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

/* Why a source does not go on, or null. */
static json_t *reason_of(const struct eh_standing *s)
{
	EH_BUF_AUTO hint = {0};

	if (s->state == EH_STANDING_GAP) {
		eh_buf_printf(&hint, "find out what was lost, then: evenhand source accept-gap %s --reason TEXT", s->name);
		return json_pack("{s:s, s:s, s:s}", "kind", "gap", "message", s->gap_reason, "hint", hint.data);
	}
	if (s->state == EH_STANDING_AWAY || s->state == EH_STANDING_REFUSED)
		return json_pack("{s:s, s:s, s:s, s:I, s:o}", "kind", eh_standing_state_name(s->state), "message", s->trouble, "hint",
		                 s->hint, "tries", (json_int_t)s->tries, "since", instant_or_null(s->trouble_us));
	return json_null();
}

/* The last gap that somebody accepted, whether it is over or not; null where there is none. */
static json_t *acceptance_of(const struct eh_standing *s)
{
	if (s->accepted.n == 0)
		return json_null();
	return json_pack("{s:s, s:o, s:s}", "by", s->accepted.by, "at", instant_or_null(s->accepted.at_us), "reason", s->accepted.reason);
}

static void put_standing(const struct eh_standing *s, json_t *out)
{
	json_t *state = json_pack(
		"{s:s, s:s, s:I, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:f, s:o, s:{s:I, s:o, s:s?, s:I, s:o}}", "phase", s->phase, "state",
		eh_standing_state_name(s->state), "commit_no", (json_int_t)s->commit_no, "position", s->position, "clock",
		instant_or_null(s->clock_us), "last_commit", instant_or_null(s->committed_us), "progressed",
		instant_or_null(s->progressed_us), "lag_seconds", s->lag_us < 0 ? json_null() : json_real((double)s->lag_us / 1e6),
		"lag_bytes", count_or_null(s->lag_bytes), "retained_bytes", count_or_null(s->retained_bytes), "wal_status", s->wal_status,
		"rows_per_second", (double)s->rows_last_minute / 60, "reason", reason_of(s), "gaps", "total", (json_int_t)s->gaps, "open",
		s->gap_no == 0 ? json_null() : json_integer(s->gap_no), "accepted_by", s->gap_accepted_by, "accepted_total",
		(json_int_t)s->accepted.n, "accepted", acceptance_of(s));

	EH_ASSERT(state != NULL && json_object_update(out, state) == 0);
	json_decref(state);
}

static enum eh_rc put_fates(struct eh_pg *store, const struct eh_standing *s, json_t *out, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t n[EH_STANDING_COUNTS] = {0}, panes = 0, open = 0;
	enum eh_rc rc = eh_standing_add_counts(store, s->id, 0, s->commit_no, n, err);

	eh_pg_arg_int8(&args, s->id);
	if (rc == EH_OK)
		rc = eh_pg_query_int8(store, &eh_sql_gather_count_panes, &args, &panes, err);
	if (rc == EH_OK)
		rc = eh_pg_query_int8(store, &eh_sql_gather_count_open_aside, &args, &open, err);
	if (rc != EH_OK)
		return rc;
	json_t *rows = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "on_time", (json_int_t)n[EH_STANDING_ON_TIME], "early",
	                         (json_int_t)n[EH_STANDING_EARLY], "late", (json_int_t)n[EH_STANDING_LATE], "set_aside",
	                         (json_int_t)n[EH_STANDING_SET_ASIDE], "repeated", (json_int_t)n[EH_STANDING_REPEATED], "corrected",
	                         (json_int_t)n[EH_STANDING_CORRECTED], "taken", (json_int_t)n[EH_STANDING_TAKEN]);
	EH_ASSERT(json_object_set_new(out, "rows", rows) == 0);
	EH_ASSERT(json_object_set_new(out, "panes", json_integer(panes)) == 0);
	EH_ASSERT(json_object_set_new(out, "set_aside_open", json_integer(open)) == 0);
	return EH_OK;
}

static enum eh_rc put_tally(struct eh_pg *store, const struct eh_source *source, json_t *out, struct eh_sha256 *digest,
                            struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cells *cells = eh_cells_new(arena, source->map);
	char hex[EH_SHA256_HEX];
	enum eh_rc rc = eh_panes_load_dictionary(store, source->id, cells, err);

	if (rc == EH_OK)
		rc = eh_panes_digest(store, source->id, eh_cells_names(cells), digest, err);
	if (rc != EH_OK)
		return rc;
	eh_sha256_hex(digest, hex);
	EH_ASSERT(json_object_set_new(out, "tally_digest", json_string(hex)) == 0);
	EH_ASSERT(json_object_set_new(out, "capped", json_boolean(eh_cells_capped(cells))) == 0);
	return EH_OK;
}

static enum eh_rc make_source(struct eh_pg *store, const struct eh_source *source, const struct eh_standing *standing, json_t *out,
                              struct eh_sha256 *digest, struct eh_err *err)
{
	const struct eh_map *map = source->map;
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&map->version, hex);
	json_t *head = json_pack("{s:s, s:s, s:b, s:i, s:s, s:s}", "name", source->name, "mode", eh_map_mode_name(map->mode), "follow",
	                         map->follow, "map_version", source->version, "map_sha256", hex, "note", note_of(map));
	EH_ASSERT(head != NULL && json_object_update(out, head) == 0);
	json_decref(head);
	EH_ASSERT(json_object_set_new(out, "observes", eh_source_observes_json(source->map)) == 0);
	put_standing(standing, out);
	enum eh_rc rc = put_fates(store, standing, out, err);
	return rc == EH_OK ? put_tally(store, source, out, digest, err) : rc;
}

static const struct eh_standing *standing_of(const struct eh_standing *all, size_t n, int64_t source_id)
{
	size_t i = 0;

	while (i < n && all[i].id != source_id)
		i++;
	EH_ASSERT(i < n); /* every source stands somewhere */
	return &all[i];
}

static enum eh_rc make_all(struct eh_pg *store, json_t *doc, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_source *list = NULL;
	json_t *sources = json_array();
	struct eh_standing *standings = NULL;
	size_t n = 0, standings_n = 0;
	char hex[EH_SHA256_HEX];
	enum eh_rc rc = eh_source_list(arena, store, &list, &n, err);

	if (rc == EH_OK)
		rc = eh_standing_read(arena, store, &standings, &standings_n, err);
	struct eh_cube_tally_source *tallies = eh_arena_zalloc(arena, n + 1, sizeof *tallies);

	EH_ASSERT(json_object_set_new(doc, "sources", sources) == 0);
	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		json_t *source = json_object();

		EH_ASSERT(json_array_append_new(sources, source) == 0);
		tallies[i].name = list[i].name;
		rc = make_source(store, &list[i], standing_of(standings, standings_n, list[i].id), source, &tallies[i].digest, err);
	}
	if (rc != EH_OK)
		return rc;
	struct eh_sha256 all = eh_cube_tally_store(tallies, n);
	eh_sha256_hex(&all, hex);
	EH_ASSERT(json_object_set_new(doc, "tally_digest", n == 0 ? json_null() : json_string(hex)) == 0);
	return EH_OK;
}

enum eh_rc eh_gather_status(struct eh_pg *store, json_t *doc, struct eh_err *err)
{
	enum eh_rc rc = eh_pg_begin_snapshot(store, err);

	if (rc == EH_OK)
		rc = make_all(store, doc, err);
	if (rc == EH_OK)
		return eh_pg_commit(store, err);
	eh_pg_rollback(store);
	return rc;
}
