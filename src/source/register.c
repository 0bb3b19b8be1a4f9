/*
 * register.c - see register.h.
 */
#include "source/register.h"

#include <string.h>

#include "base/json.h"
#include "ledger/ledger.h"
#include "source/mend.h"
#include "source/sql.h"

#define REGISTER_LOCK INT64_C(0x65685f7265676973) /* "eh_regis": one registration at a time */

struct known {
	bool found, gathered, removed;
	int64_t id;
	int version;
	const char *canonical, *text;
	struct eh_sha256 sha256;
};

static enum eh_rc find(struct eh_arena *arena, struct eh_pg *store, const char *name, struct known *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, name);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_register_find, &args, &res, err);
	*out = (struct known){0};
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	struct eh_pg_bytes sha256 = eh_pg_bytea(res, 0, 4, arena);
	EH_ASSERT(sha256.n == sizeof out->sha256);
	memcpy(out->sha256.bytes, sha256.data, sha256.n);
	out->found = true;
	out->id = eh_pg_int8(res, 0, 0);
	out->version = (int)eh_pg_int8(res, 0, 1);
	out->canonical = eh_arena_strdup(arena, eh_pg_text(res, 0, 2));
	out->text = eh_arena_strdup(arena, eh_pg_text(res, 0, 3));
	out->gathered = eh_pg_bool(res, 0, 5);
	out->removed = eh_pg_bool(res, 0, 6);
	return EH_OK;
}

/* A map without what changes no count. */
static json_t *counting_part(const char *canonical)
{
	static const char *const free_to_change[] = {"conninfo", "mode", "slot", "publication", "follow", "lateness_us", "audit"};
	json_t *doc = json_loads(canonical, 0, NULL);

	EH_ASSERT(json_is_object(doc));
	for (size_t i = 0; i < sizeof free_to_change / sizeof *free_to_change; i++)
		(void)json_object_del(doc, free_to_change[i]);
	return doc;
}

/* What the conditional monitors of one attribute condition on; null: all mapped strata. */
static json_t *audit_strata(const json_t *audits, size_t at, const char **attribute)
{
	const json_t *audit = json_array_get(audits, at);

	*attribute = json_string_value(json_object_get(audit, "attribute"));
	return json_object_get(audit, "strata");
}

static enum eh_rc hint_at_new_source(struct eh_err *err)
{
	return eh_hint(err, "give the changed map another source name; what was counted keeps its own");
}

/* Judge and replay fold the tallies again with the newest map alone: other strata would give other evidence than what is
 * on the record.  The protected attributes of both maps are the same ones. */
static enum eh_rc check_same_strata(const struct known *known, const struct eh_map *map, struct eh_err *err)
{
	EH_JSON_AUTO old = json_loads(known->canonical, 0, NULL);
	EH_JSON_AUTO new = json_loads(map->canonical, 0, NULL);
	const json_t *old_audits = json_object_get(json_object_get(old, "audit"), "attributes");
	const json_t *new_audits = json_object_get(json_object_get(new, "audit"), "attributes");

	EH_ASSERT(json_array_size(old_audits) == map->protect_n && json_array_size(new_audits) == map->protect_n);
	for (size_t i = 0; i < map->protect_n; i++) {
		const char *attribute;

		if (json_equal(audit_strata(old_audits, i, &attribute), audit_strata(new_audits, i, &attribute)))
			continue;
		(void)eh_fail(err, EH_REFUSED, "source %s has counted rows, and this map changes its audit.%s.strata", map->source,
		              attribute);
		return hint_at_new_source(err);
	}
	return EH_OK;
}

/* Whether outcomes are in the cubes of a map (shape.h), as far as its mode says; identity may not change. */
static bool streams_outcomes(const char *canonical)
{
	EH_JSON_AUTO doc = json_loads(canonical, 0, NULL);
	const char *mode = json_string_value(json_object_get(doc, "mode"));
	const char *identity = json_string_value(json_object_get(doc, "identity"));

	EH_ASSERT(mode != NULL && identity != NULL);
	return json_is_string(json_object_get(json_object_get(doc, "columns"), "outcome")) && strcmp(mode, "stream") == 0 &&
	       strcmp(identity, "tracked") != 0;
}

static enum eh_rc check_counts_the_same(struct eh_pg *store, const struct known *known, const struct eh_map *map, struct eh_err *err)
{
	EH_JSON_AUTO old = counting_part(known->canonical);
	EH_JSON_AUTO new = counting_part(map->canonical);

	enum eh_rc rc = known->gathered ? eh_mend_allow(store, known->id, old, new, err) : EH_OK;
	if (rc != EH_OK || !known->gathered)
		return rc;
	if (streams_outcomes(known->canonical) != streams_outcomes(map->canonical)) {
		(void)eh_fail(err, EH_REFUSED, "source %s has counted rows, and only one of the two modes sees outcomes", map->source);
		return hint_at_new_source(err);
	}
	if (json_equal(old, new))
		return check_same_strata(known, map, err);
	(void)eh_fail(err, EH_REFUSED, "source %s was counted under another map, and this one counts differently", map->source);
	return hint_at_new_source(err);
}

static enum eh_rc insert_source(struct eh_pg *store, const char *name, int64_t *id, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, name);
	return eh_pg_query_int8(store, &eh_sql_source_register_source, &args, id, err);
}

static enum eh_rc insert_map(struct eh_arena *arena, struct eh_pg *store, const struct eh_map *map, int64_t id, int version,
                             struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, id);
	eh_pg_arg_int8(&args, version);
	eh_pg_arg_text(&args, map->canonical);
	eh_pg_arg_text(&args, eh_arena_strndup(arena, map->text, map->text_len));
	eh_pg_arg_bytea(&args, map->version.bytes, sizeof map->version.bytes);
	return eh_pg_run(store, &eh_sql_source_register_map, &args, NULL, err);
}

static enum eh_rc append_leaf(struct eh_arena *arena, struct eh_pg *store, const struct eh_map *map, int version,
                              struct eh_err *err)
{
	struct eh_ledger_leaves leaves = {.home = arena};
	char hex[EH_SHA256_HEX];
	int64_t index;

	eh_sha256_hex(&map->version, hex);
	json_t *leaf = json_pack("{s:s, s:s, s:i}", "source", map->source, "map_sha256", hex, "version", version);
	enum eh_rc rc = eh_ledger_add(&leaves, "source", leaf, NULL, err);
	return rc == EH_OK ? eh_ledger_append(store, &leaves, &index, err) : rc;
}

static enum eh_rc register_locked(struct eh_arena *arena, struct eh_pg *store, const struct eh_map *map, struct eh_source *out,
                                  struct eh_err *err)
{
	struct known known;
	enum eh_rc rc = find(arena, store, map->source, &known, err);

	if (rc == EH_OK && known.found)
		rc = check_counts_the_same(store, &known, map, err);
	if (rc != EH_OK)
		return rc;
	*out = (struct eh_source){
		.id = known.id, .version = known.version, .removed = known.removed, .name = map->source, .map = map};
	if (known.found && eh_sha256_equal(&known.sha256, &map->version))
		return EH_OK;
	if (!known.found)
		rc = insert_source(store, map->source, &out->id, err);
	out->version = known.version + 1;
	if (rc == EH_OK)
		rc = insert_map(arena, store, map, out->id, out->version, err);
	return rc == EH_OK ? append_leaf(arena, store, map, out->version, err) : rc;
}

enum eh_rc eh_source_register(struct eh_arena *arena, struct eh_pg *store, const struct eh_map *map, struct eh_source *out,
                              struct eh_err *err)
{
	struct eh_err unlock_err;
	enum eh_rc rc = eh_pg_lock(store, REGISTER_LOCK, err);

	if (rc != EH_OK)
		return rc;
	rc = eh_pg_begin(store, err);
	if (rc == EH_OK)
		rc = register_locked(arena, store, map, out, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(store, err);
	else
		eh_pg_rollback(store);
	/* A lock that cannot be given back went with its connection. */
	enum eh_rc unlocked = eh_pg_unlock(store, REGISTER_LOCK, &unlock_err);
	if (rc == EH_OK && unlocked != EH_OK)
		*err = unlock_err;
	return rc == EH_OK ? unlocked : eh_while(err, "registering source %s", map->source);
}

enum eh_rc eh_source_load(struct eh_arena *arena, struct eh_pg *store, const char *name, struct eh_source *out,
                          struct eh_err *err)
{
	struct known known;
	enum eh_rc rc = find(arena, store, name, &known, err);

	if (rc != EH_OK)
		return rc;
	if (!known.found) {
		(void)eh_fail(err, EH_BAD_INPUT, "there is no source \"%s\"", name);
		return eh_hint(err, "`evenhand source list` names the sources of this store");
	}
	*out = (struct eh_source){
		.id = known.id, .version = known.version, .removed = known.removed, .name = eh_arena_strdup(arena, name)};
	rc = eh_map_parse(arena, eh_arena_printf(arena, "map of source %s", name), known.text, strlen(known.text), &out->map, err);
	return rc;
}

enum eh_rc eh_source_list(struct eh_arena *arena, struct eh_pg *store, struct eh_source **out, size_t *n, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_register_list, NULL, &res, err);

	*n = 0;
	if (rc != EH_OK)
		return rc;
	*out = eh_arena_zalloc(arena, (size_t)PQntuples(res) + 1, sizeof **out);
	for (int i = 0; i < PQntuples(res); i++) {
		rc = eh_source_load(arena, store, eh_pg_text(res, i, 0), &(*out)[*n], err);
		if (rc != EH_OK)
			return rc;
		(*n)++;
	}
	return EH_OK;
}
