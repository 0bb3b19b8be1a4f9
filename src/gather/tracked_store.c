/*
 * tracked_store.c - evenhand.seen: looking ids up and writing what they came to, by batches; see tracked.h.
 *
 * A payload is: state (2 bits), outcome (2 bits) and whether its time is known; that time; what is kept of the row.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "gather/sql.h"
#include "gather/tracked_part.h"

#define HAS_TIME 16

/* ---- payloads ---------------------------------------------------------------------- */

static void put_payload(const struct eh_tracked *t, const struct eh_tracked_entry *e, struct eh_buf *out)
{
	bool has_time = e->outcome != EH_TRACKED_NO_OUTCOME && e->outcome_at_us != INT64_MIN;

	eh_buf_putc(out, (char)((int)e->state | (int)e->outcome << 2 | (has_time ? HAS_TIME : 0)));
	if (has_time)
		eh_buf_zigzag(out, e->outcome_at_us);
	if (e->state != EH_TRACKED_NONE)
		eh_buf_put(out, t->bytes.data + e->content.at, e->content.n);
}

static enum eh_rc read_payload(struct eh_tracked *t, struct eh_tracked_entry *e, struct eh_pg_bytes payload, struct eh_err *err)
{
	const unsigned char *at = payload.data;
	struct eh_reader r = {at, at + payload.n, false};
	unsigned head = eh_read_u8(&r);

	e->state = (enum eh_tracked_state)(head & 3);
	e->outcome = (enum eh_tracked_came)(head >> 2 & 3);
	e->outcome_at_us = (head & HAS_TIME) != 0 ? eh_read_zigzag(&r) : INT64_MIN;
	if (r.bad || e->state > EH_TRACKED_ASIDE || e->outcome > EH_TRACKED_ADVERSE)
		return eh_fail(err, EH_REFUSED, "what the store remembers of a row is not what this program wrote");
	e->content = (struct eh_tracked_span){t->bytes.len, (size_t)(r.end - r.at)};
	eh_buf_put(&t->bytes, r.at, e->content.n);
	return EH_OK;
}

/* ---- asking ------------------------------------------------------------------------ */

static int by_hash(const void *pa, const void *pb)
{
	const struct eh_tracked_entry *const *a = pa, *const *b = pb;

	return memcmp((*a)->hash, (*b)->hash, EH_TRACKED_HASH);
}

/* Neighbours in the index are asked for, and written, one after the other: the server finds their page where it left it. */
static struct eh_tracked_entry **sorted(struct eh_tracked *t, struct eh_arena *home, bool asked, size_t *n)
{
	struct eh_tracked_entry **list = eh_arena_zalloc(home, t->entries + 1, sizeof *list);

	*n = 0;
	for (size_t i = 0; i < t->entries; i++)
		if (asked ? t->entry[i].asked : t->entry[i].changed)
			list[(*n)++] = &t->entry[i];
	if (*n > 0)
		qsort(list, *n, sizeof(struct eh_tracked_entry *), by_hash);
	return list;
}

static enum eh_rc read_entry(struct eh_tracked *t, const PGresult *res, int row, struct eh_tracked_entry *e, struct eh_err *err)
{
	e->stored = true;
	e->version = eh_pg_null(res, row, 1) ? INT64_MIN : eh_pg_int8(res, row, 1);
	e->pane_us = eh_pg_null(res, row, 2) ? INT64_MIN : eh_pg_int8(res, row, 2);
	return read_payload(t, e, eh_pg_bytea(res, row, 3, NULL), err);
}

enum eh_rc eh_tracked_ask(struct eh_tracked *t, struct eh_pg *store, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	size_t n;
	struct eh_tracked_entry **list = sorted(t, home, true, &n);
	struct eh_pg_bytes *ids = eh_arena_zalloc(home, n + 1, sizeof *ids);

	for (size_t i = 0; i < n; i++)
		ids[i] = (struct eh_pg_bytes){list[i]->hash, EH_TRACKED_HASH};
	eh_pg_arg_int8(&args, t->source_id);
	eh_pg_arg_uuid_array(&args, home, ids, n);
	enum eh_rc rc = eh_pg_query_binary(store, &eh_sql_gather_seen_ask, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_tracked_entry key, *at = &key;

		EH_ASSERT(PQgetlength(res, i, 0) == EH_TRACKED_HASH);
		memcpy(key.hash, PQgetvalue(res, i, 0), EH_TRACKED_HASH);
		struct eh_tracked_entry **found = bsearch(&at, list, n, sizeof(struct eh_tracked_entry *), by_hash);
		EH_ASSERT(found != NULL);
		rc = read_entry(t, res, i, *found, err);
	}
	return rc;
}

/* ---- writing ----------------------------------------------------------------------- */

static void put16(struct eh_buf *out, uint16_t value)
{
	uint16_t big = htobe16(value);

	eh_buf_put(out, &big, sizeof big);
}

static void put32(struct eh_buf *out, uint32_t value)
{
	uint32_t big = htobe32(value);

	eh_buf_put(out, &big, sizeof big);
}

static void put_int8_or_null(struct eh_buf *out, int64_t value)
{
	uint64_t big = htobe64((uint64_t)value);

	put32(out, value == INT64_MIN ? UINT32_MAX : 8);
	if (value != INT64_MIN)
		eh_buf_put(out, &big, sizeof big);
}

static void put_copy_row(const struct eh_tracked *t, const struct eh_tracked_entry *e, struct eh_buf *out)
{
	put16(out, 5);
	put32(out, EH_TRACKED_HASH);
	eh_buf_put(out, e->hash, EH_TRACKED_HASH);
	put_int8_or_null(out, e->version);
	put_int8_or_null(out, e->pane_us);
	put32(out, 4);
	put32(out, (uint32_t)t->source_id);
	size_t at = out->len;
	put32(out, 0);
	put_payload(t, e, out);
	uint32_t n = htobe32((uint32_t)(out->len - at - 4));
	memcpy(out->data + at, &n, sizeof n);
}

static const char copy_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* the signature with its NUL, no flags, no extension: 19 bytes */

static bool is_empty(const struct eh_tracked_entry *e)
{
	return e->state == EH_TRACKED_NONE && e->outcome == EH_TRACKED_NO_OUTCOME;
}

static void *keep_hash(struct eh_arena *home, const struct eh_tracked_entry *e)
{
	void *copy = eh_arena_zalloc(home, 1, EH_TRACKED_HASH);

	memcpy(copy, e->hash, EH_TRACKED_HASH);
	return copy;
}

static void add_change(const struct eh_tracked *t, const struct eh_tracked_entry *e, struct eh_tracked_write *w)
{
	EH_BUF_AUTO payload = {0};
	size_t i = w->changes++;

	put_payload(t, e, &payload);
	w->changed[i] = (struct eh_pg_bytes){keep_hash(w->home, e), EH_TRACKED_HASH};
	char *copy = eh_arena_zalloc(w->home, payload.len + 1, 1);
	memcpy(copy, payload.data, payload.len);
	w->payload[i] = (struct eh_pg_bytes){copy, payload.len};
	w->version[i] = e->version;
	w->pane_us[i] = e->pane_us;
}

void eh_tracked_make_write(struct eh_tracked *t, struct eh_tracked_write *w)
{
	EH_ARENA_AUTO home = eh_arena_new();
	size_t n;
	struct eh_tracked_entry **list = sorted(t, home, false, &n);
	size_t stored = 0;

	for (size_t i = 0; i < n; i++)
		stored += list[i]->stored;
	w->changed = eh_arena_zalloc(w->home, stored + 1, sizeof *w->changed);
	w->payload = eh_arena_zalloc(w->home, stored + 1, sizeof *w->payload);
	w->gone = eh_arena_zalloc(w->home, stored + 1, sizeof *w->gone);
	w->version = eh_arena_zalloc(w->home, stored + 1, sizeof *w->version);
	w->pane_us = eh_arena_zalloc(w->home, stored + 1, sizeof *w->pane_us);
	w->news = w->changes = w->deletes = 0;
	eh_buf_reset(&w->copy);
	eh_buf_put(&w->copy, copy_head, sizeof copy_head);
	for (size_t i = 0; i < n; i++) {
		const struct eh_tracked_entry *e = list[i];

		if (e->stored && is_empty(e))
			w->gone[w->deletes++] = (struct eh_pg_bytes){keep_hash(w->home, e), EH_TRACKED_HASH};
		else if (e->stored)
			add_change(t, e, w);
		else if (!is_empty(e)) {
			put_copy_row(t, e, &w->copy);
			w->news++;
		}
	}
	put16(&w->copy, UINT16_MAX); /* the end */
}

void eh_tracked_free_write(struct eh_tracked_write *w)
{
	eh_buf_free(&w->copy);
	eh_arena_free(w->home);
	free(w->settled);
}

static enum eh_rc copy_news(const struct eh_tracked_write *w, struct eh_pg *store, struct eh_err *err)
{
	int64_t rows = 0;
	enum eh_rc rc = w->news == 0 ? EH_OK
	                             : eh_pg_copy_in_begin(store,
	                                                   "COPY evenhand.seen (id_hash, version, pane_us, source_id, payload)"
	                                                   " FROM STDIN (FORMAT binary)", err);

	if (rc != EH_OK || w->news == 0)
		return rc;
	rc = eh_pg_copy_in_put(store, w->copy.data, w->copy.len, err);
	if (rc == EH_OK)
		rc = eh_pg_copy_in_end(store, &rows, err);
	EH_ASSERT(rc != EH_OK || rows == (int64_t)w->news);
	return rc;
}

static enum eh_rc write_changes(const struct eh_tracked_write *w, struct eh_pg *store, int64_t source_id, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_pg_args args = {0};
	int64_t rows = 0;

	if (w->changes == 0)
		return EH_OK;
	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_uuid_array(&args, home, w->changed, w->changes);
	eh_pg_arg_int8_array(&args, home, w->version, w->changes);
	eh_pg_arg_int8_array(&args, home, w->pane_us, w->changes);
	eh_pg_arg_bytea_array(&args, home, w->payload, w->changes);
	enum eh_rc rc = eh_pg_run(store, &eh_sql_gather_seen_change, &args, &rows, err);
	EH_ASSERT(rc != EH_OK || rows == (int64_t)w->changes);
	return rc;
}

static enum eh_rc write_gone(const struct eh_tracked_write *w, struct eh_pg *store, int64_t source_id, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_pg_args args = {0};

	if (w->deletes == 0)
		return EH_OK;
	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_uuid_array(&args, home, w->gone, w->deletes);
	return eh_pg_run(store, &eh_sql_gather_seen_delete, &args, NULL, err);
}

static enum eh_rc write_settled(const struct eh_tracked_write *w, struct eh_pg *store, int64_t source_id, int64_t commit_no,
                                struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_pg_args args = {0};

	if (w->settles == 0)
		return EH_OK;
	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_int8(&args, commit_no);
	eh_pg_arg_text_array(&args, home, w->settled, w->settles);
	return eh_pg_run(store, &eh_sql_gather_settle_set_aside, &args, NULL, err);
}

enum eh_rc eh_tracked_write(const struct eh_tracked_write *w, struct eh_pg *store, int64_t source_id, int64_t commit_no,
                            struct eh_err *err)
{
	enum eh_rc rc = copy_news(w, store, err);

	if (rc == EH_OK)
		rc = write_changes(w, store, source_id, err);
	if (rc == EH_OK)
		rc = write_gone(w, store, source_id, err);
	return rc == EH_OK ? write_settled(w, store, source_id, commit_no, err) : rc;
}

enum eh_rc eh_tracked_forget(struct eh_pg *store, int64_t source_id, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_run(store, &eh_sql_gather_seen_forget, &args, NULL, err);
	return rc == EH_OK ? eh_pg_run(store, &eh_sql_gather_seen_forget_rest, &args, NULL, err) : rc;
}
