/*
 * check.c - the log against itself; what the parts share.  See check.h.
 */
#include "ledger/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "ledger/check_inside.h"
#include "ledger/sql.h"

/* ---- findings ------------------------------------------------------------------------ */

struct eh_ledger_finding *eh_ledger_check_find(struct eh_ledger_checking *c, const char *what, int64_t leaf_index,
                                               const char *format, ...)
{
	struct eh_ledger_finding *f = eh_arena_zalloc(c->arena, 1, sizeof *f);
	va_list args;

	va_start(args, format);
	*f = (struct eh_ledger_finding){.what = eh_arena_strdup(c->arena, what),
	                                .leaf_index = leaf_index,
	                                .first_pane_us = INT64_MIN,
	                                .last_pane_us = INT64_MIN,
	                                .sentence = eh_arena_vprintf(c->arena, format, args)};
	va_end(args);
	if (c->check->findings_n++ < EH_LEDGER_FINDINGS_KEPT) {
		*c->findings_end = f;
		c->findings_end = &f->next;
	}
	return f;
}

/* ---- rows ---------------------------------------------------------------------------- */

enum eh_rc eh_ledger_check_each(struct eh_ledger_checking *c, const struct eh_pg_sql *sql,
                                void (*take)(struct eh_ledger_checking *c, const PGresult *res, void *ctx), void *ctx,
                                struct eh_err *err)
{
	enum eh_rc rc = eh_pg_stream_begin(c->pg, sql->text, NULL, true, err);

	while (rc == EH_OK) {
		EH_PGRESULT_AUTO res = NULL;

		rc = eh_pg_stream_next(c->pg, &res, err);
		if (rc != EH_OK || res == NULL)
			break;
		take(c, res, ctx);
		eh_arena_reset(c->scratch);
	}
	return rc;
}

json_t *eh_ledger_check_int(const PGresult *res, int col)
{
	return eh_pg_null(res, 0, col) ? json_null() : json_integer(eh_pg_int8(res, 0, col));
}

json_t *eh_ledger_check_text(const PGresult *res, int col)
{
	return eh_pg_null(res, 0, col) ? json_null() : json_string(eh_pg_text(res, 0, col));
}

json_t *eh_ledger_check_instant(const PGresult *res, int col)
{
	char text[EH_TIME_TEXT];

	if (eh_pg_null(res, 0, col))
		return json_null();
	eh_time_format(eh_pg_int8(res, 0, col), text);
	return json_string(text);
}

json_t *eh_ledger_check_hex(const PGresult *res, int col)
{
	char hex[EH_SHA256_HEX];

	if (eh_pg_null(res, 0, col))
		return json_null();
	struct eh_pg_bytes bytes = eh_pg_bytea(res, 0, col, NULL);
	EH_ASSERT(bytes.n == EH_SHA256_BYTES); /* the tables check it */
	eh_hex(bytes.data, bytes.n, hex);
	return json_string(hex);
}

static const char *as_text(struct eh_arena *arena, const json_t *value)
{
	char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	const char *kept = eh_arena_printf(arena, "%.80s%s", text != NULL ? text : "nothing",
	                                   text != NULL && strlen(text) > 80 ? "..." : "");

	free(text);
	return kept;
}

/* The keys that row and leaf disagree on; NULL where they agree. */
static const char *differences(struct eh_arena *arena, const json_t *want, const json_t *leaf)
{
	EH_BUF_AUTO told = {0};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)want, key, value) {
		const json_t *says = json_object_get(leaf, key);

		if (says != NULL && json_equal(value, says))
			continue;
		eh_buf_printf(&told, "%s%s is %s in the store and %s in the leaf", told.len > 0 ? ", " : "", key,
		              as_text(arena, value), as_text(arena, says));
	}
	return told.len > 0 ? eh_arena_strndup(arena, told.data, told.len) : NULL;
}

struct eh_ledger_finding *eh_ledger_check_agrees(struct eh_ledger_checking *c, const char *what, int64_t leaf_index,
                                                 const char *body, json_t *want, const char *name)
{
	EH_JSON_AUTO row = want;
	EH_JSON_AUTO leaf = body != NULL ? json_loads(body, 0, NULL) : NULL;

	if (body == NULL)
		return eh_ledger_check_find(c, what, leaf_index, "%s stands in the store, and the log has no such leaf", name);
	if (row == NULL)
		return eh_ledger_check_find(c, what, leaf_index, "%s was removed from the store: leaf %" PRId64 " speaks of it", what,
		                            leaf_index);
	const char *told = differences(c->scratch, row, leaf);
	return told != NULL ? eh_ledger_check_find(c, what, leaf_index, "%s was altered: %s", name, told) : NULL;
}

/* ---- leaves -------------------------------------------------------------------------- */

struct leaves {
	struct eh_ledger_range range;
	int64_t next; /* the index that should come */
	bool reached;  /* the size that was noted */
	struct eh_sha256 at_noted;
};

static void check_form(struct eh_ledger_checking *c, int64_t index, const char *kind, const char *body)
{
	EH_JSON_AUTO doc = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	EH_BUF_AUTO canonical = {0};
	struct eh_err err;

	if (!json_is_object(doc) || eh_json_canonical(doc, &canonical, &err) != EH_OK || strcmp(canonical.data, body) != 0) {
		eh_ledger_check_find(c, "leaf", index, "leaf %" PRId64 " is not canonical JSON", index);
		return;
	}
	const char *type = json_string_value(json_object_get(doc, "type"));
	if (type == NULL || strcmp(type, kind) != 0)
		eh_ledger_check_find(c, "leaf", index, "leaf %" PRId64 " stands as %s and says of itself that it is %s", index, kind,
		                     type != NULL ? type : "nothing");
}

static void take_leaf(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct leaves *l = ctx;
	int64_t index = eh_pg_int8(res, 0, 0);
	const char *kind = eh_pg_text(res, 0, 1), *body = eh_pg_text(res, 0, 2);
	struct eh_pg_bytes stored = eh_pg_bytea(res, 0, 3, NULL);
	struct eh_sha256 hash = eh_ledger_leaf_hash(body, strlen(body));

	if (index > l->next)
		eh_ledger_check_find(c, "leaf", l->next,
		                     index == l->next + 1 ? "leaf %" PRId64 " is missing" : "leaves %" PRId64 " to %" PRId64 " are missing",
		                     l->next, index - 1);
	l->next = index + 1;
	if (stored.n != sizeof hash || memcmp(stored.data, hash.bytes, sizeof hash) != 0)
		eh_ledger_check_find(c, "leaf", index, "leaf %" PRId64 " (%s) was altered: its body does not have the hash stored with it",
		                     index, kind);
	check_form(c, index, kind, body);
	eh_ledger_range_add(&l->range, &hash);
	c->check->leaves++;
	if (c->check->noted && c->check->leaves == c->check->noted_size) {
		l->reached = true;
		l->at_noted = eh_ledger_range_root(&l->range);
	}
}

static void check_noted(struct eh_ledger_checking *c, const struct leaves *l)
{
	const struct eh_ledger_check *check = c->check;

	if (!check->noted)
		return;
	if (check->noted_size > check->leaves) {
		eh_ledger_check_find(c, "noted", -1, "the log has %" PRId64 " leaves, and %" PRId64 " were noted: leaves were taken away",
		                     check->leaves, check->noted_size);
		return;
	}
	struct eh_sha256 root = l->reached ? l->at_noted : eh_sha256_of("", 0); /* of no leaves */
	if (!eh_sha256_equal(&root, &check->noted_root))
		eh_ledger_check_find(c, "noted", -1, "the first %" PRId64 " leaves do not have the root that was noted: the log was rewritten",
		                     check->noted_size);
}

static enum eh_rc check_leaves(struct eh_ledger_checking *c, struct eh_err *err)
{
	struct leaves l = {0};
	int64_t size = 0;
	enum eh_rc rc = eh_pg_query_int8(c->pg, &eh_sql_ledger_read_size, NULL, &size, err);

	if (rc == EH_OK)
		rc = eh_ledger_check_each(c, &eh_sql_ledger_check_leaves, take_leaf, &l, err);
	if (rc != EH_OK)
		return rc;
	c->check->head = (struct eh_ledger_head){.size = c->check->leaves, .root = eh_ledger_range_root(&l.range)};
	if (l.next < size)
		eh_ledger_check_find(c, "leaf", l.next, "the last %" PRId64 " leaves are missing", size - l.next);
	else if (l.next > size)
		eh_ledger_check_find(c, "head", -1, "the head says %" PRId64 " leaves, and there are %" PRId64, size, l.next);
	check_noted(c, &l);
	return EH_OK;
}

/* ---- the whole ------------------------------------------------------------------------- */

static enum eh_rc check_all(struct eh_ledger_checking *c, struct eh_err *err)
{
	static enum eh_rc (*const parts[])(struct eh_ledger_checking *, struct eh_err *) = {
		check_leaves,           eh_ledger_check_commits, eh_ledger_check_batches, eh_ledger_check_seals,
		eh_ledger_check_closes, eh_ledger_check_alerts,  eh_ledger_check_maps,    eh_ledger_check_policies,
		eh_ledger_check_requests, eh_ledger_check_follows, eh_ledger_check_packs};
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < sizeof parts / sizeof *parts; i++)
		rc = parts[i](c, err);
	return rc;
}

enum eh_rc eh_ledger_check_run(struct eh_arena *arena, struct eh_pg *pg, struct eh_ledger_check *check, struct eh_err *err)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	struct eh_ledger_finding *first = NULL;
	struct eh_ledger_checking c = {.arena = arena, .pg = pg, .check = check, .findings_end = &first, .scratch = scratch};
	enum eh_rc rc = eh_pg_begin_snapshot(pg, err);

	if (rc == EH_OK)
		rc = check_all(&c, err);
	if (rc == EH_OK)
		rc = eh_pg_commit(pg, err);
	else
		eh_pg_rollback(pg);
	check->findings = first;
	return rc == EH_OK ? EH_OK : eh_while(err, "checking the ledger");
}
