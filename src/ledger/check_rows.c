/*
 * check_rows.c - closes, alerts, evidence, maps, policies, answers: each against its leaf.  See check.h.
 */
#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "ledger/check_inside.h"
#include "ledger/sql.h"

static const char *body_of(const PGresult *res)
{
	return eh_pg_null(res, 0, 1) ? NULL : eh_pg_text(res, 0, 1);
}

/* ---- closes ---------------------------------------------------------------------------- */

static void take_close(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "pane";

	(void)ctx;
	if (!eh_pg_null(res, 0, 3)) {
		json_t *first = eh_ledger_check_instant(res, 3);

		name = eh_arena_printf(c->scratch, "the close of pane %s of source %s (leaf %" PRId64 ")", json_string_value(first),
		                       eh_pg_text(res, 0, 2), eh_pg_int8(res, 0, 0));
		want = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "source", eh_ledger_check_text(res, 2), "first_pane", first,
		                 "last_pane", eh_ledger_check_instant(res, 4), "clock", eh_ledger_check_instant(res, 5),
		                 "included_index", eh_ledger_check_int(res, 6), "n", eh_ledger_check_int(res, 7), "evidence_sha256",
		                 eh_ledger_check_hex(res, 8), "history", eh_pg_bool(res, 0, 9));
		EH_ASSERT(want != NULL);
		c->check->closes++;
	}
	eh_ledger_check_agrees(c, "pane", eh_pg_int8(res, 0, 0), body_of(res), want, name);
}

enum eh_rc eh_ledger_check_closes(struct eh_ledger_checking *c, struct eh_err *err)
{
	return eh_ledger_check_each(c, &eh_sql_ledger_check_closes, take_close, NULL, err);
}

/* ---- alerts and evidence ----------------------------------------------------------------- */

static json_t *person(const PGresult *res, int col)
{
	char name[EH_LEDGER_PSEUDONYM];

	if (eh_pg_null(res, 0, col))
		return json_null();
	eh_ledger_pseudonym(eh_pg_text(res, 0, col), name);
	return json_string(name);
}

static json_t *hex_of(const struct eh_sha256 *digest)
{
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(digest, hex);
	return json_string(hex);
}

/* The digest of what a step shows, and of the reason that was given. */
static json_t *shown(const PGresult *res, int col)
{
	struct eh_sha256 digest;

	return !eh_pg_null(res, 0, col) && eh_ledger_shown_digest(eh_pg_text(res, 0, col), &digest) ? hex_of(&digest) : json_null();
}

static json_t *said(const PGresult *res, int col)
{
	if (eh_pg_null(res, 0, col))
		return json_null();
	struct eh_sha256 digest = eh_sha256_of(eh_pg_text(res, 0, col), strlen(eh_pg_text(res, 0, col)));
	return hex_of(&digest);
}

static void take_step(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "alert";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		name = eh_arena_printf(c->scratch, "step %" PRId64 " of alert %s (leaf %" PRId64 ")", eh_pg_int8(res, 0, 3),
		                       eh_pg_text(res, 0, 2), eh_pg_int8(res, 0, 0));
		want = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "alert",
		                 eh_ledger_check_text(res, 2), "step", eh_ledger_check_int(res, 3), "event",
		                 eh_ledger_check_text(res, 4), "from", eh_ledger_check_text(res, 5), "to", eh_ledger_check_text(res, 6),
		                 "severity", eh_ledger_check_text(res, 7), "source", eh_ledger_check_text(res, 8), "attribute",
		                 eh_ledger_check_text(res, 9), "group", eh_ledger_check_text(res, 10), "at",
		                 eh_ledger_check_instant(res, 11), "pane_end", eh_ledger_check_instant(res, 12), "onset",
		                 eh_ledger_check_instant(res, 13), "evidence_sha256", eh_ledger_check_hex(res, 14), "policy_sha256",
		                 eh_ledger_check_hex(res, 15), "actor", person(res, 16), "second_actor", person(res, 17), "body_sha256",
		                 shown(res, 18), "reason_sha256", said(res, 19));
		EH_ASSERT(want != NULL);
		c->check->steps++;
	}
	eh_ledger_check_agrees(c, "alert", eh_pg_int8(res, 0, 0), body_of(res), want, name);
}

static void take_evidence(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct eh_pg_bytes key = eh_pg_bytea(res, 0, 0, NULL);
	int64_t leaf = eh_pg_null(res, 0, 4) ? -1 : eh_pg_int8(res, 0, 4);
	char hex[EH_SHA256_HEX];

	(void)ctx;
	eh_hex(key.data, key.n, hex);
	if (leaf < 0) {
		eh_ledger_check_find(c, "evidence", -1, "evidence %s stands in the store, and no alert step rests on it", hex);
		return;
	}
	if (eh_pg_null(res, 0, 1)) {
		eh_ledger_check_find(c, "evidence", leaf, "evidence %s of alert %s was removed", hex, eh_pg_text(res, 0, 2));
		return;
	}
	struct eh_sha256 found = eh_sha256_of(eh_pg_text(res, 0, 1), strlen(eh_pg_text(res, 0, 1)));
	if (memcmp(found.bytes, key.data, sizeof found.bytes) != 0)
		eh_ledger_check_find(c, "evidence", leaf, "evidence %s of alert %s was altered: it has another SHA-256", hex,
		                     eh_pg_text(res, 0, 2));
	c->check->evidence++;
}

enum eh_rc eh_ledger_check_alerts(struct eh_ledger_checking *c, struct eh_err *err)
{
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_steps, take_step, NULL, err);

	return rc == EH_OK ? eh_ledger_check_each(c, &eh_sql_ledger_check_evidence, take_evidence, NULL, err) : rc;
}

/* ---- maps and scenario clocks: their leaves name them ---------------------------------------- */

struct naming {
	struct naming *next;
	int64_t leaf_index;
	const char *kind, *body;
	json_t *doc;
	bool met;
};

struct namings {
	struct eh_arena *home;
	struct naming *first, **end;
};

static void take_naming(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct namings *all = ctx;
	struct naming *n = eh_arena_zalloc(all->home, 1, sizeof *n);

	(void)c;
	*n = (struct naming){.leaf_index = eh_pg_int8(res, 0, 0),
	                     .kind = eh_arena_strdup(all->home, eh_pg_text(res, 0, 1)),
	                     .body = eh_arena_strdup(all->home, eh_pg_text(res, 0, 2))};
	n->doc = json_loads(n->body, 0, NULL);
	*all->end = n;
	all->end = &n->next;
}

/* The leaf of that kind about that source; `version` 0: of any. */
static struct naming *leaf_about(const struct namings *all, const char *kind, const char *source, int64_t version)
{
	for (struct naming *n = all->first; n != NULL; n = n->next) {
		const char *name = json_string_value(json_object_get(n->doc, "source"));

		if (strcmp(n->kind, kind) == 0 && name != NULL && strcmp(name, source) == 0 &&
		    (version == 0 || json_integer_value(json_object_get(n->doc, "version")) == version))
			return n;
	}
	return NULL;
}

static void check_named(struct eh_ledger_checking *c, const struct namings *all, const char *kind, const char *source,
                        int64_t version, json_t *want, const char *name)
{
	struct naming *leaf = leaf_about(all, kind, source, version);

	if (leaf != NULL)
		leaf->met = true;
	eh_ledger_check_agrees(c, kind, leaf != NULL ? leaf->leaf_index : -1, leaf != NULL ? leaf->body : NULL, want, name);
}

/* The map's canonical form must have its name as SHA-256, and the text that judge reads must say the same. */
static void check_map_text(struct eh_ledger_checking *c, const PGresult *res, const char *name)
{
	const char *canonical = eh_pg_text(res, 0, 2), *text = eh_pg_text(res, 0, 3);
	struct eh_pg_bytes sha256 = eh_pg_bytea(res, 0, 4, NULL);
	struct eh_sha256 found = eh_sha256_of(canonical, strlen(canonical));
	struct eh_sha256 means;

	if (memcmp(found.bytes, sha256.data, sizeof found.bytes) != 0)
		eh_ledger_check_find(c, "source", -1, "%s was altered: its canonical form has another SHA-256", name);
	if (!c->check->map_means(text, &means))
		eh_ledger_check_find(c, "source", -1, "%s was altered: its text is no map any more", name);
	else if (memcmp(means.bytes, sha256.data, sizeof means.bytes) != 0)
		eh_ledger_check_find(c, "source", -1, "%s was altered: its text means something else than was registered", name);
}

static void take_map(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	const char *source = eh_pg_text(res, 0, 0);

	if (eh_pg_null(res, 0, 1)) {
		eh_ledger_check_find(c, "source", -1, "source %s has no map", source);
		return;
	}
	const char *name = eh_arena_printf(c->scratch, "version %" PRId64 " of the map of source %s", eh_pg_int8(res, 0, 1), source);
	check_map_text(c, res, name);
	check_named(c, ctx, "source", source, eh_pg_int8(res, 0, 1),
	            json_pack("{s:s, s:o, s:o}", "source", source, "version", eh_ledger_check_int(res, 1), "map_sha256",
	                      eh_ledger_check_hex(res, 4)),
	            name);
	c->check->maps++;
}

static void take_scenario(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	const char *source = eh_pg_text(res, 0, 0);
	char anchor[EH_TIME_TEXT];

	eh_time_format(eh_pg_time(res, 0, 3), anchor);
	check_named(c, ctx, "scenario", source, 0,
	            json_pack("{s:s, s:o, s:o, s:s}", "source", source, "start", eh_ledger_check_instant(res, 1), "rate",
	                      eh_ledger_check_int(res, 2), "anchor", anchor),
	            eh_arena_printf(c->scratch, "the scenario clock of source %s", source));
}

enum eh_rc eh_ledger_check_maps(struct eh_ledger_checking *c, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct namings all = {.home = home};

	all.end = &all.first;
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_naming_leaves, take_naming, &all, err);
	if (rc == EH_OK)
		rc = eh_ledger_check_each(c, &eh_sql_ledger_check_maps, take_map, &all, err);
	if (rc == EH_OK)
		rc = eh_ledger_check_each(c, &eh_sql_ledger_check_scenarios, take_scenario, &all, err);
	for (struct naming *n = all.first; n != NULL; n = n->next) {
		if (rc == EH_OK && !n->met)
			eh_ledger_check_agrees(c, n->kind, n->leaf_index, n->body, NULL, n->kind);
		json_decref(n->doc);
	}
	return rc;
}

/* ---- policies and answers --------------------------------------------------------------------- */

/* Who put a version in force, and from when; the genesis has nothing of it. */
static void put_enactment(const PGresult *res, json_t *want)
{
	if (eh_pg_null(res, 0, 4))
		return;
	json_t *more = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "layer", eh_pg_text(res, 0, 5), "effective",
	                         eh_ledger_check_instant(res, 4), "proposal", eh_ledger_check_int(res, 6), "proposer", person(res, 7),
	                         "approver", person(res, 8), "lab_sha256", eh_ledger_check_hex(res, 9));
	EH_ASSERT(more != NULL && json_object_update(want, more) == 0);
	json_decref(more);
}

static void take_policy(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	int64_t index = eh_pg_int8(res, 0, 0);
	json_t *want = NULL;
	const char *name = "policy";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		const char *canonical = eh_pg_text(res, 0, 3);
		struct eh_pg_bytes sha256 = eh_pg_bytea(res, 0, 2, NULL);
		struct eh_sha256 found = eh_sha256_of(canonical, strlen(canonical));

		want = json_pack("{s:o, s:s}", "policy_sha256", eh_ledger_check_hex(res, 2), "policy", canonical);
		name = eh_arena_printf(c->scratch, "the policy of leaf %" PRId64, index);
		EH_ASSERT(want != NULL);
		put_enactment(res, want);
		if (memcmp(found.bytes, sha256.data, sizeof found.bytes) != 0)
			eh_ledger_check_find(c, "policy", index, "%s was altered: it has another SHA-256", name);
		c->check->policies++;
	}
	eh_ledger_check_agrees(c, "policy", index, body_of(res), want, name);
}

enum eh_rc eh_ledger_check_policies(struct eh_ledger_checking *c, struct eh_err *err)
{
	return eh_ledger_check_each(c, &eh_sql_ledger_check_policies, take_policy, NULL, err);
}

static json_t *word(const PGresult *res, int col)
{
	char text[EH_LEDGER_WORD];

	if (eh_pg_null(res, 0, col))
		return json_null();
	eh_ledger_word(eh_pg_text(res, 0, col), text);
	return json_string(text);
}

static void take_request(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	int64_t index = eh_pg_null(res, 0, 0) ? -1 : eh_pg_int8(res, 0, 0);
	json_t *want = NULL;
	const char *name = "request";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		want = json_pack("{s:o, s:o, s:o, s:o, s:b, s:o}", "request", eh_ledger_check_int(res, 2), "person", person(res, 3), "verb",
		                 word(res, 4), "alert", word(res, 5), "done", eh_pg_bool(res, 0, 6),
		                 "message", eh_ledger_check_text(res, 7));
		EH_ASSERT(want != NULL);
		name = eh_arena_printf(c->scratch, "the answer to request %" PRId64, eh_pg_int8(res, 0, 2));
		c->check->requests++;
	}
	eh_ledger_check_agrees(c, "request", index, body_of(res), want, name);
}

enum eh_rc eh_ledger_check_requests(struct eh_ledger_checking *c, struct eh_err *err)
{
	return eh_ledger_check_each(c, &eh_sql_ledger_check_requests, take_request, NULL, err);
}
