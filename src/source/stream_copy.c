/*
 * stream_copy.c - history of a streamed source: the slot is made, and its snapshot read by COPY; see stream.h.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "source/stream_part.h"

/* ---- beginning --------------------------------------------------------------------- */

static enum eh_rc refuse_poll_position(struct eh_stream *s, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "source %s was read by polling, which leaves no place in the server's log", s->map->source);
	return eh_hint(err, "register the streamed table under another source name; the old source keeps its record");
}

/* A slot of that name that this store does not know may be the only copy of what another store has not read. */
static enum eh_rc refuse_foreign_slot(struct eh_stream *s, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "a replication slot \"%s\" is there already, and this store did not make it", s->slot);
	return eh_hint(err, "name another `slot` in the map, or, where nobody reads from it, run: SELECT pg_drop_replication_slot('%s')",
	               s->slot);
}

enum eh_rc eh_stream_begin_history(struct eh_stream *s, const struct eh_position *from, struct eh_err *err)
{
	struct eh_position *p = &s->position;
	struct eh_replication_system system = {0};
	bool exists = false;
	enum eh_rc rc = EH_OK;

	if (from->kind != EH_POSITION_NONE && from->kind != EH_POSITION_BACKFILL)
		return refuse_poll_position(s, err);
	if (!s->options.history_only) {
		rc = eh_stream_identify(s, &system, err);
		if (rc == EH_OK && from->kind == EH_POSITION_NONE)
			rc = eh_stream_slot_exists(s, &exists, err);
	}
	if (rc != EH_OK)
		return rc;
	if (exists)
		return refuse_foreign_slot(s, err);
	rc = eh_stream_read_clock(s, err);
	eh_position_free(p);
	*p = (struct eh_position){.kind = EH_POSITION_BACKFILL,
	                          .system = system.id, .timeline = system.timeline, .table = s->table,
	                          .start_us = s->clock_us == INT64_MIN ? INT64_MAX : s->clock_us, .last_us = INT64_MIN};
	(void)snprintf(p->slot, sizeof p->slot, "%s", s->slot);
	s->to_make = true;
	return rc;
}

enum eh_rc eh_stream_begin_copy(struct eh_stream *s, struct eh_err *err)
{
	EH_BUF_AUTO sql = {0};

	eh_buf_printf(&sql, "COPY (SELECT %s FROM %s", s->columns, s->table_name);
	if (s->filter != NULL) /* as the server prints the owner's own expression */
		eh_buf_printf(&sql, " WHERE (%s) IS TRUE", s->filter);
	eh_buf_puts(&sql, ") TO STDOUT (FORMAT binary)");
	enum eh_rc rc = eh_pg_copy_out_begin(s->pg, sql.data, err);
	s->copying = rc == EH_OK;
	return rc;
}

/* What a process that was killed left of the same backfill goes; it is the store's own, which says so by its position. */
static enum eh_rc make_slot(struct eh_stream *s, struct eh_replication_slot *made, struct eh_err *err)
{
	enum eh_rc rc = eh_stream_drop_slot(s, err);

	if (rc == EH_OK)
		rc = eh_replication_make_slot(s->link, s->slot, false, s->options.stop, made, err);
	return rc;
}

/* The slot may have been waited for long.  A table that was altered since it was looked at has columns of other types; and
 * one that was rewritten after the snapshot is empty to it, while the stream says nothing of its rows. */
static enum eh_rc check_unaltered(struct eh_stream *s, struct eh_arena *arena, struct eh_err *err)
{
	int64_t now = 0;
	enum eh_rc rc = eh_pg_exec_script(s->pg, eh_arena_printf(arena, "LOCK TABLE ONLY %s IN ACCESS SHARE MODE", s->table_name), err);

	if (rc != EH_OK)
		rc = eh_source_while_reading(s->pg, s->map, err);
	else
		rc = eh_stream_read_look(s, &now, err);
	if (rc != EH_OK || now == s->looked)
		return rc;
	return eh_fail(err, EH_AGAIN, "%s.%s was altered or rewritten while its backfill began", s->map->schema, s->map->table);
}

static enum eh_rc start_history(struct eh_stream *s, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_replication_slot made = {0};
	enum eh_rc rc = s->options.history_only ? EH_OK : make_slot(s, &made, err);

	s->to_make = false;
	if (rc == EH_OK)
		rc = EH_FAILPOINT("stream.slot_made", err);
	if (rc == EH_OK)
		rc = eh_pg_begin_snapshot(s->pg, err);
	if (rc == EH_OK && !s->options.history_only) {
		s->position.lsn = made.consistent;
		rc = eh_pg_exec_script(s->pg, eh_arena_printf(arena, "SET TRANSACTION SNAPSHOT '%s'", made.snapshot), err);
	}
	if (rc == EH_OK)
		rc = check_unaltered(s, arena, err);
	/* From here on the snapshot is this connection's, and the other one is opened anew when the stream begins. */
	eh_replication_close(s->link);
	s->link = NULL;
	return rc == EH_OK ? eh_stream_begin_copy(s, err) : rc;
}

/* ---- rows --------------------------------------------------------------------------- */

struct left {
	const char *at, *end;
	bool bad;
};

static uint32_t big32(const char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof v);
	return be32toh(v);
}

/* A value and its length; -1: null. */
static const char *take_value(struct left *l, int32_t *n)
{
	const char *at = l->at + 4;

	*n = l->end - l->at >= 4 ? (int32_t)big32(l->at) : -1;
	if (l->end - l->at < 4 || *n > l->end - at) {
		l->bad = true;
		*n = -1;
		return NULL;
	}
	l->at = at + (*n > 0 ? *n : 0);
	return at;
}

static void skip_signature(struct left *l)
{
	static const char signature[] = "PGCOPY\n\377\r\n"; /* and its NUL: 11 bytes */
	int32_t extension;

	if ((size_t)(l->end - l->at) < sizeof signature + 8 || memcmp(l->at, signature, sizeof signature) != 0)
		return;
	l->at += sizeof signature + 4; /* flags: none that concern us */
	(void)take_value(l, &extension);
}

/* *any is false where the message holds no row: the signature alone, or the end's mark. */
static enum eh_rc take_row(struct eh_stream *s, size_t len, bool *any, struct eh_err *err)
{
	struct left l = {s->message, s->message + len, false};
	size_t columns = s->map->columns_n;

	skip_signature(&l);
	int fields = l.end - l.at >= 2 ? (int16_t)((unsigned char)l.at[0] << 8 | (unsigned char)l.at[1]) : -1;
	*any = fields >= 0;
	if (!*any)
		return EH_OK;
	l.at += 2;
	if ((size_t)fields != columns)
		return eh_fail(err, EH_REFUSED, "the server sent a row of %d columns", fields);
	for (size_t i = 0; i < columns && !l.bad; i++) {
		int32_t n;
		const char *at = take_value(&l, &n);

		eh_poll_read(s->forms[i], at, n, &s->now.fields[i]);
	}
	return l.bad ? eh_fail(err, EH_REFUSED, "the server sent a row that is cut off") : EH_OK;
}

static enum eh_rc next_message(struct eh_stream *s, size_t *len, struct eh_err *err)
{
	PQfreemem(s->message);
	s->message = NULL;
	enum eh_rc rc = eh_pg_copy_out_next(s->pg, &s->message, len, err);
	if (rc != EH_OK || s->message == NULL)
		s->copying = false;
	return rc == EH_OK ? rc : eh_while(err, "reading %s.%s", s->map->schema, s->map->table);
}

enum eh_rc eh_stream_next_copied(struct eh_stream *s, const struct eh_change **change, struct eh_err *err)
{
	enum eh_rc rc = s->to_make ? start_history(s, err) : EH_OK;
	bool any = false;
	size_t len;

	while (rc == EH_OK && s->copying && !any) {
		rc = next_message(s, &len, err);
		if (rc == EH_OK && s->message != NULL)
			rc = take_row(s, len, &any, err);
	}
	if (rc != EH_OK)
		return rc;
	s->change = (struct eh_change){.kind = EH_CHANGE_ADD, .row = &s->now.row, .n = 1};
	if (any)
		*change = &s->change;
	else if (!s->compares)
		s->position.kind = EH_POSITION_STREAM;
	return EH_OK;
}

enum eh_rc eh_stream_end_history(struct eh_stream *s, struct eh_err *err)
{
	PQfreemem(s->message);
	s->message = NULL;
	if (s->copying) {
		s->copying = false;
		eh_pg_rollback(s->pg);
		return EH_OK;
	}
	return eh_pg_commit(s->pg, err);
}
