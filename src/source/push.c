/*
 * push.c - one reading of a pushdown, from its snapshot to its place; see push.h.
 */
#include "source/push.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/poll.h"
#include "source/push_part.h"
#include "source/sql.h"

static struct eh_push *self(struct eh_source_reader *reader)
{
	return (struct eh_push *)reader;
}

/* ---- where a reading begins ---------------------------------------------------------- */

/* A table that is followed may have got other types, partitions or files since it was opened; under the lock it keeps
 * its columns.  One partition on another server makes it a table that cannot be followed, as opening it says. */
static enum eh_rc look_again(struct eh_push *push, int64_t columns_now, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (push->xid != NULL)
		rc = eh_push_find_leaves(push, push->texts, err);
	if (rc == EH_OK && push->xid != NULL && push->by_leaf)
		return eh_fail(err, EH_AGAIN, "a partition of %s.%s lies on another server now", push->map->schema, push->map->table);
	if (rc == EH_OK && (!push->looked || push->columns_now != columns_now))
		rc = eh_push_look_at_columns(push, err);
	push->looked = rc == EH_OK;
	push->columns_now = columns_now;
	return rc;
}

static enum eh_rc look(struct eh_push *push, uint32_t *filenode, struct eh_err *err)
{
	EH_PGRESULT_AUTO locked = NULL;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	const char *lock = eh_arena_printf(push->texts, "LOCK TABLE ONLY %s IN ACCESS SHARE MODE", push->name);
	enum eh_rc rc = push->lockable ? eh_pg_query_text(push->pg, lock, NULL, false, &locked, err) : EH_OK;

	eh_pg_arg_int8(&args, push->table);
	if (rc != EH_OK)
		rc = eh_source_while_reading(push->pg, push->map, err);
	else
		rc = eh_pg_query(push->pg, &eh_sql_source_poll_look, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	rc = eh_poll_check_name(push->map, res, err);
	if (rc != EH_OK)
		return rc;
	eh_buf_reset(&push->snapshot);
	eh_buf_puts(&push->snapshot, eh_pg_text(res, 0, 0));
	push->clock_us = eh_pg_time(res, 0, 1);
	*filenode = (uint32_t)eh_pg_int8(res, 0, 2);
	rc = look_again(push, eh_pg_int8(res, 0, 3), err);
	if (rc != EH_OK || !push->scenario)
		return rc;
	return eh_poll_scenario_clock(push->pg, push->map->source, &push->clock_us, err);
}

static uint32_t filenode_of(const struct eh_push *push, uint32_t leaf)
{
	for (size_t i = 0; i < push->leaves_n; i++)
		if (push->leaves[i].oid == leaf)
			return push->leaves[i].filenode;
	return 0;
}

static enum eh_rc check_filenode(struct eh_push *push, const struct eh_position *from, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, from->leaf);
	enum eh_rc rc = eh_pg_query(push->pg, &eh_sql_source_poll_look, &args, &res, err);
	if (rc != EH_OK || (PQntuples(res) == 1 && (uint32_t)eh_pg_int8(res, 0, 2) == from->filenode))
		return rc;
	(void)eh_fail(err, EH_REFUSED, "a table of %s.%s was rewritten (VACUUM FULL, CLUSTER or TRUNCATE) or dropped in the middle of a reading",
	              push->map->schema, push->map->table);
	return eh_hint(err, "the rows have new places, so the reading cannot go on: register the table under another source name");
}

/* What was read before must have been read of this table, in this server's count of transactions. */
static enum eh_rc check_continues(struct eh_push *push, const struct eh_position *from, struct eh_err *err)
{
	const struct eh_map *map = push->map;
	uint64_t then = 0, now = 0;

	if (from->table != (uint32_t)push->table) {
		(void)eh_fail(err, EH_REFUSED, "%s.%s is not the table that was read before: it was made anew", map->schema, map->table);
		return eh_hint(err, "register the new table under another source name; the old source keeps its record");
	}
	if (from->kind == EH_POSITION_ONCE)
		return EH_OK;
	if (push->xid == NULL || (from->kind != EH_POSITION_WHOLE && from->kind != EH_POSITION_PUSH)) {
		(void)eh_fail(err, EH_REFUSED, "source %s was read by another mode, or of a table of another kind, up to its stored place",
		              map->source);
		return eh_hint(err, "read it on in the mode it began with, or register the table under another source name");
	}
	(void)eh_position_snapshot_ok(from->snapshot.data, from->snapshot.len, &then);
	(void)eh_position_snapshot_ok(push->snapshot.data, push->snapshot.len, &now);
	if (now < then) {
		(void)eh_fail(err, EH_REFUSED, "the transaction ids of the source's server went back from %" PRIu64 " to %" PRIu64, then, now);
		return eh_hint(err, "the server was restored from a copy: register the table under another source name");
	}
	return from->kind == EH_POSITION_PUSH && from->leaf != 0 ? check_filenode(push, from, err) : EH_OK;
}

/* What is left of the last reading, or the next one. */
static void set_start(struct eh_push *push, const struct eh_position *from)
{
	struct eh_position *p = &push->position;

	push->resumed = from->kind == EH_POSITION_PUSH;
	if (push->resumed || from->kind == EH_POSITION_ONCE || from->kind == EH_POSITION_WHOLE)
		eh_position_copy(p, from);
	if (push->resumed || from->kind == EH_POSITION_ONCE)
		return;
	eh_buf_reset(&p->until);
	struct eh_buf *target = from->kind == EH_POSITION_NONE ? &p->snapshot : &p->until;
	eh_buf_reset(target);
	eh_buf_put(target, push->snapshot.data, push->snapshot.len);
	p->kind = EH_POSITION_PUSH;
	p->table = (uint32_t)push->table;
	p->pane_us = INT64_MIN;
	p->leaf = p->filenode = p->block = 0;
	p->offset = 0;
	p->start_us = push->clock_us == INT64_MIN ? INT64_MAX : push->clock_us; /* a scenario that has not begun has no future */
	p->last_us = INT64_MIN;
}

static void forget_cursors(struct eh_push *push)
{
	eh_push_forget(push->counts);
	eh_push_forget(push->rest);
	for (int i = 0; i < push->measures_n; i++)
		eh_push_forget(&push->measures[i]);
	PQclear(push->single);
	push->single = NULL;
}

static enum eh_rc begin_snapshot(struct eh_push *push, const struct eh_position *from, struct eh_err *err)
{
	uint32_t filenode;

	forget_cursors(push);
	eh_arena_reset(push->texts);
	enum eh_rc rc = eh_pg_begin_snapshot(push->pg, err);
	if (rc == EH_OK)
		rc = look(push, &filenode, err);
	if (rc == EH_OK && from->kind != EH_POSITION_NONE)
		rc = check_continues(push, from, err);
	return rc;
}

static enum eh_rc begin(struct eh_source_reader *reader, const struct eh_position *from, struct eh_err *err)
{
	struct eh_push *push = self(reader);
	enum eh_rc rc = begin_snapshot(push, from, err);

	if (rc != EH_OK)
		return rc;
	/* Nothing was begun or committed on the whole server since: there can be no row. */
	push->idle = from->kind == EH_POSITION_ONCE ||
	             (from->kind == EH_POSITION_WHOLE && strcmp(from->snapshot.data, push->snapshot.data) == 0);
	push->begun = push->again = push->in_groups = false;
	push->early_us = INT64_MAX;
	push->rest_due = push->rest_seen = 0;
	push->groups = push->next_half = 0;
	set_start(push, from);
	return EH_OK;
}

static void tell_early(struct eh_source_reader *reader, int64_t after_us)
{
	self(reader)->early_us = after_us;
}

/* ---- where it ends ------------------------------------------------------------------ */

static enum eh_rc finish(struct eh_push *push, struct eh_err *err)
{
	struct eh_position *p = &push->position;

	if (!push->idle && !push->resumed && push->rest_due != push->rest_seen)
		return eh_push_disagree(push, "rows that are not surely good", push->rest_due, push->rest_seen, err);
	push->idle = true;
	if (push->again || p->kind != EH_POSITION_PUSH)
		return EH_OK;
	if (push->xid == NULL) {
		p->kind = EH_POSITION_ONCE;
		p->start_us = push->clock_us;
		return EH_OK;
	}
	if (p->until.len > 0) {
		struct eh_buf was = p->snapshot;

		p->snapshot = p->until;
		p->until = was;
		eh_buf_reset(&p->until);
	}
	p->kind = EH_POSITION_WHOLE;
	return EH_OK;
}

enum eh_rc eh_push_disagree(const struct eh_push *push, const char *what, uint64_t n, uint64_t m, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "the database counted %" PRIu64 " %s of %s.%s, and then gave %" PRIu64, n, what, push->map->schema,
	              push->map->table, m);
	return eh_hint(err, "a server behind it groups by other rules (an encoding, a collation, a view that is not stable): use mode: poll "
	               "on each shard");
}

static enum eh_rc end(struct eh_source_reader *reader, struct eh_err *err)
{
	struct eh_push *push = self(reader);
	bool within = push->begun && !push->idle;

	forget_cursors(push);
	push->begun = false;
	push->idle = true;
	if (!within)
		return eh_pg_commit(push->pg, err);
	eh_pg_rollback(push->pg);
	return EH_OK;
}

/* ---- one change ---------------------------------------------------------------------- */

/* Grouped rows: the columns that they were grouped by, and for the rest what surely passes. */
void eh_push_clear_row(struct eh_push *push, int64_t at_us, struct eh_text decision)
{
	const struct eh_map *map = push->map;

	memset(push->fields, 0, map->columns_n * sizeof *push->fields); /* all missing */
	push->fields[map->id] = (struct eh_field){.form = EH_FIELD_TEXT, .text = {"-", 1}};
	push->fields[map->decision] = (struct eh_field){.form = EH_FIELD_TEXT, .text = decision};
	push->fields[map->decided_at] = (struct eh_field){.form = EH_FIELD_TIME_US, .us = at_us};
}

/* The characters of a whole number, as its type writes them. */
static struct eh_text whole_text(char *room, const char *at, int32_t n)
{
	uint64_t value = (at[0] & 0x80) != 0 ? UINT64_MAX : 0;
	char *end = room + 23, *to = end;

	for (int32_t i = 0; i < n; i++)
		value = value << 8 | (unsigned char)at[i];
	bool negative = (int64_t)value < 0;
	value = negative ? 0 - value : value;
	do {
		*--to = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	if (negative)
		*--to = '-';
	return (struct eh_text){to, (size_t)(end - to)};
}

void eh_push_read_key(struct eh_push *push, int column, const char *at, int32_t n)
{
	const struct eh_push_column *c = &push->columns[column];
	struct eh_field *field = &push->fields[column];

	if (c->kind == EH_PUSH_WHOLE && c->form == EH_POLL_TEXT && n > 0)
		*field = (struct eh_field){.form = EH_FIELD_TEXT, .text = whole_text(push->digits[column], at, n)};
	else
		eh_poll_read(c->form, at, n, field);
}

static void give_row(struct eh_push *push, const struct eh_change **change)
{
	push->change = (struct eh_change){.kind = EH_CHANGE_ADD, .row = &push->row, .n = 1, .open = push->xid == NULL};
	*change = &push->change;
}

static void read_columns(struct eh_push *push, const PGresult *res, int row, int first)
{
	for (int i = 0; i < (int)push->map->columns_n; i++) {
		int col = first + i;
		int n = PQgetisnull(res, row, col) ? -1 : PQgetlength(res, row, col);

		eh_poll_read(push->columns[i].form, PQgetvalue(res, row, col), n, &push->fields[i]);
	}
}

/* The next row that is read by itself, and its place. */
void eh_push_give_rest(struct eh_push *push, const struct eh_change **change)
{
	struct eh_push_query *q = push->rest;
	struct eh_position *p = &push->position;
	int64_t pane_us = eh_push_pane_at(q);

	if (push->xid != NULL) {
		const unsigned char *tid = (const unsigned char *)PQgetvalue(q->batch, q->row, 2);
		uint32_t leaf = (uint32_t)eh_pg_int8(q->batch, q->row, 1);

		if (leaf != p->leaf)
			p->filenode = filenode_of(push, leaf);
		p->leaf = leaf;
		p->block = (uint32_t)tid[0] << 24 | (uint32_t)tid[1] << 16 | (uint32_t)tid[2] << 8 | tid[3];
		p->offset = (uint16_t)(tid[4] << 8 | tid[5]);
		p->pane_us = pane_us;
	}
	read_columns(push, q->batch, q->row, push->xid != NULL ? 3 : 1);
	q->row++;
	push->rest_seen++;
	give_row(push, change);
}

static enum eh_rc next_again(struct eh_push *push, const struct eh_change **change, struct eh_err *err)
{
	PQclear(push->single);
	push->single = NULL;
	enum eh_rc rc = eh_pg_stream_next(push->pg, &push->single, err);
	if (rc != EH_OK || push->single == NULL) {
		push->idle = rc == EH_OK;
		return rc;
	}
	read_columns(push, push->single, 0, 0);
	give_row(push, change);
	return EH_OK;
}

static enum eh_rc next(struct eh_source_reader *reader, const struct eh_change **change, struct eh_err *err)
{
	struct eh_push *push = self(reader);
	enum eh_rc rc = EH_OK;

	*change = NULL;
	if (!push->idle && push->again)
		return next_again(push, change, err);
	if (!push->idle && !push->begun)
		rc = eh_push_start(push, err);
	if (rc == EH_OK && !push->idle)
		rc = eh_push_walk(push, change, err);
	if (rc == EH_OK && *change == NULL)
		rc = finish(push, err);
	return rc != EH_OK && eh_source_is_denied(push->pg, err) ? eh_source_while_reading(push->pg, push->map, err) : rc;
}

static enum eh_rc begin_again(struct eh_source_reader *reader, const struct eh_position *position, struct eh_err *err)
{
	struct eh_push *push = self(reader);
	enum eh_rc rc = begin_snapshot(push, position, err);

	EH_ASSERT(position->kind != EH_POSITION_NONE);
	if (rc != EH_OK)
		return rc;
	push->again = push->begun = true;
	push->idle = false;
	eh_push_sql_again(push, position);
	return eh_pg_stream_begin(push->pg, push->sql.data, NULL, true, err);
}

/* ---- the reader ----------------------------------------------------------------------- */

static enum eh_rc follow(struct eh_source_reader *reader, struct eh_err *err)
{
	char channel[128];

	(void)snprintf(channel, sizeof channel, "evenhand_%s", self(reader)->map->source);
	return eh_pg_listen(self(reader)->pg, channel, err);
}

static enum eh_rc wait_for_notice(struct eh_source_reader *reader, int ms, struct eh_err *err)
{
	bool notified;

	return eh_pg_wait(self(reader)->pg, ms, &notified, err);
}

static void use_scenario(struct eh_source_reader *reader)
{
	self(reader)->scenario = true;
}

static struct eh_position *position(struct eh_source_reader *reader)
{
	return &self(reader)->position;
}

static int64_t clock_us(const struct eh_source_reader *reader)
{
	return ((const struct eh_push *)reader)->clock_us;
}

/* Each reading is of everything that its snapshot sees. */
static bool caught_up(const struct eh_source_reader *reader)
{
	(void)reader;
	return true;
}

static bool id_is_unique(const struct eh_source_reader *reader)
{
	return ((const struct eh_push *)reader)->id_unique;
}

static void close_push(struct eh_source_reader *reader)
{
	struct eh_push *push = self(reader);

	forget_cursors(push);
	eh_arena_free(push->texts);
	eh_position_free(&push->position);
	eh_buf_free(&push->snapshot);
	eh_buf_free(&push->sql);
	eh_buf_free(&push->bytes);
	free(push->group);
}

static const struct eh_reader_ops ops = {.begin = begin,
                                         .begin_again = begin_again,
                                         .next = next,
                                         .end = end,
                                         .follow = follow,
                                         .wait = wait_for_notice,
                                         .use_scenario = use_scenario,
                                         .tell_early = tell_early,
                                         .position = position,
                                         .clock_us = clock_us,
                                         .proven_us = clock_us,
                                         .caught_up = caught_up,
                                         .id_is_unique = id_is_unique,
                                         .close = close_push};

enum eh_rc eh_push_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, struct eh_source_reader **out,
                               struct eh_err *err)
{
	struct eh_push *push = eh_arena_zalloc(arena, 1, sizeof *push);

	*out = NULL;
	push->reader.ops = &ops;
	push->arena = arena;
	push->pg = pg;
	push->map = map;
	push->idle = true;
	enum eh_rc rc = eh_push_open(push, err);
	if (rc != EH_OK) {
		close_push(&push->reader);
		return rc;
	}
	push->texts = eh_arena_new();
	*out = &push->reader;
	return EH_OK;
}
