/*
 * status.c - see status.h.
 */
#include "gather/status.h"

#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "cube/tally.h"
#include "gather/sql.h"
#include "source/observes.h"
#include "source/register.h"
#include "source/panes.h"

static const char note[] = "poll sees inserts only; updates and deletes are found by recompute";

static json_t *time_or_null(const PGresult *res, int col)
{
	char text[EH_TIME_TEXT];

	if (eh_pg_null(res, 0, col))
		return json_null();
	eh_time_format(eh_pg_int8(res, 0, col), text);
	return json_string(text);
}

static enum eh_rc put_state(struct eh_pg *store, int64_t source_id, json_t *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_gather_read_state, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	json_t *state = PQntuples(res) == 0 ? json_pack("{s:s, s:i, s:n, s:n}", "phase", "registered", "commit_no", 0, "position", "clock")
	                                    : json_pack("{s:s, s:I, s:s, s:o}", "phase", eh_pg_text(res, 0, 0), "commit_no",
	                                                (json_int_t)eh_pg_int8(res, 0, 1), "position", eh_pg_text(res, 0, 2), "clock",
	                                                time_or_null(res, 3));
	EH_ASSERT(state != NULL && json_object_update(out, state) == 0);
	json_decref(state);
	return EH_OK;
}

static enum eh_rc put_fates(struct eh_pg *store, int64_t source_id, json_t *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_gather_read_fates, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	json_t *rows = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "on_time", (json_int_t)eh_pg_int8(res, 0, 0), "early",
	                         (json_int_t)eh_pg_int8(res, 0, 1), "late", (json_int_t)eh_pg_int8(res, 0, 2), "set_aside",
	                         (json_int_t)eh_pg_int8(res, 0, 3), "repeated", (json_int_t)eh_pg_int8(res, 0, 5), "corrected",
	                         (json_int_t)eh_pg_int8(res, 0, 6), "taken", (json_int_t)eh_pg_int8(res, 0, 7));
	EH_ASSERT(json_object_set_new(out, "rows", rows) == 0);
	EH_ASSERT(json_object_set_new(out, "panes", json_integer(eh_pg_int8(res, 0, 4))) == 0);
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

static enum eh_rc make_source(struct eh_pg *store, const struct eh_source *source, json_t *out, struct eh_sha256 *digest,
                              struct eh_err *err)
{
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&source->map->version, hex);
	json_t *head = json_pack("{s:s, s:b, s:i, s:s, s:s}", "name", source->name, "follow", source->map->follow, "map_version",
	                         source->version, "map_sha256", hex, "note", note);
	EH_ASSERT(head != NULL && json_object_update(out, head) == 0);
	json_decref(head);
	EH_ASSERT(json_object_set_new(out, "observes", eh_source_observes_json(source->map)) == 0);
	enum eh_rc rc = put_state(store, source->id, out, err);
	if (rc == EH_OK)
		rc = put_fates(store, source->id, out, err);
	return rc == EH_OK ? put_tally(store, source, out, digest, err) : rc;
}

static enum eh_rc make_all(struct eh_pg *store, json_t *doc, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_source *list = NULL;
	json_t *sources = json_array();
	size_t n = 0;
	char hex[EH_SHA256_HEX];
	enum eh_rc rc = eh_source_list(arena, store, &list, &n, err);
	struct eh_cube_tally_source *tallies = eh_arena_zalloc(arena, n + 1, sizeof *tallies);

	EH_ASSERT(json_object_set_new(doc, "sources", sources) == 0);
	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		json_t *source = json_object();

		EH_ASSERT(json_array_append_new(sources, source) == 0);
		tallies[i].name = list[i].name;
		rc = make_source(store, &list[i], source, &tallies[i].digest, err);
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
