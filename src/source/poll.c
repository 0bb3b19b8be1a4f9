/*
 * poll.c - see poll.h.
 */
#include "source/poll.h"

#include <endian.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "source/poll_part.h"
#include "source/sql.h"

#define REST_FACTOR 19 /* by xmin: pauses beside the time that a look takes */

void eh_poll_close(struct eh_poll *poll)
{
	if (poll == NULL)
		return;
	eh_poll_end_ranges(poll);
	PQfreemem(poll->message);
	poll->message = NULL;
	eh_buf_free(&poll->sql);
	eh_position_free(&poll->position);
	eh_buf_free(&poll->snapshot);
}

/* ---- one reading ----------------------------------------------------------------- */

void eh_poll_use_scenario(struct eh_poll *poll)
{
	poll->scenario = true;
}

/* Where this reading begins: what is left of the last one, or the next. */
static void set_start(struct eh_poll *poll, const struct eh_position *from, uint32_t filenode)
{
	struct eh_position *p = &poll->position;
	/* A scenario that has not begun has no future. */
	int64_t now_us = !poll->scenario ? poll->server_us : poll->clock_us == INT64_MIN ? INT64_MAX : poll->clock_us;

	if (from->kind == EH_POSITION_HISTORY || from->kind == EH_POSITION_DELTA) {
		eh_position_copy(p, from);
		if (p->start_us == INT64_MIN)
			p->start_us = now_us;
		return;
	}
	if (from->kind == EH_POSITION_WHOLE)
		eh_position_copy(p, from);
	p->kind = from->kind == EH_POSITION_NONE ? EH_POSITION_HISTORY : EH_POSITION_DELTA;
	p->table = (uint32_t)poll->table;
	p->filenode = filenode;
	p->block = 0;
	p->offset = 0;
	p->xid = 0;
	p->start_us = now_us;
	p->last_us = INT64_MIN;
	p->ranges = 0;
	struct eh_buf *target = p->kind == EH_POSITION_HISTORY ? &p->snapshot : &p->until;
	eh_buf_reset(target);
	eh_buf_put(target, poll->snapshot.data, poll->snapshot.len);
}

/* Rows come by COPY, which costs the reader a third of what a result a row does, and the server about the same.  COPY
 * takes no parameters: the values below are numbers, and snapshots that eh_position_snapshot_ok() let through. */
static enum eh_rc begin_copy(struct eh_poll *poll, struct eh_err *err)
{
	eh_buf_puts(&poll->sql, ") TO STDOUT (FORMAT binary)");
	enum eh_rc rc = eh_pg_copy_out_begin(poll->pg, poll->sql.data, err);
	poll->streaming = rc == EH_OK;
	return rc;
}

/* The horizon of a snapshot text "H:H:". */
static uint64_t horizon_of(const struct eh_buf *text)
{
	uint64_t xmin = 0;

	EH_ASSERT(eh_position_snapshot_ok(text->data, text->len, &xmin));
	return xmin;
}

static const char *snapshot_of(const struct eh_buf *text)
{
	EH_ASSERT(eh_position_snapshot_ok(text->data, text->len, NULL));
	return text->data;
}

/* The row's transaction as an expression.  xmin has 32 bits; with those of the next transaction id it is the highest
 * number of 64 bits that is not above that one. */
static void put_xid(struct eh_poll *poll)
{
	uint64_t next = poll->horizon.next;

	if (poll->by_xmin)
		eh_buf_printf(&poll->sql, "(%" PRIu64 " - ((%" PRIu64 " - xmin::text::bigint) & 4294967295))", next, next);
	else
		eh_buf_puts(&poll->sql, poll->xid);
}

static void put_visible(struct eh_poll *poll, const struct eh_buf *snapshot)
{
	if (poll->by_xmin) {
		put_xid(poll);
		eh_buf_printf(&poll->sql, " < %" PRIu64, horizon_of(snapshot));
		return;
	}
	/* What is below the snapshot's xmin it sees; asked first, as that is cheaper than the snapshot. */
	const char *text = snapshot_of(snapshot);
	eh_buf_printf(&poll->sql, "(%s < '%.*s'::xid8 OR pg_visible_in_snapshot(%s, '%s'))", poll->xid, (int)strcspn(text, ":"),
	              text, poll->xid, text);
}

/* Not visible in the snapshot; for a column with an index also said so that the index serves. */
static void put_new_since(struct eh_poll *poll, const struct eh_buf *snapshot)
{
	if (poll->by_xmin) {
		put_xid(poll);
		eh_buf_printf(&poll->sql, " >= %" PRIu64, horizon_of(snapshot));
		return;
	}
	eh_buf_printf(&poll->sql, "%s >= pg_snapshot_xmin('%s') AND NOT ", poll->xid, snapshot_of(snapshot));
	put_visible(poll, snapshot);
}

/* The pair of transaction and place, held against that of the last row. */
static void put_pair(struct eh_poll *poll, const char *held, const struct eh_position *p)
{
	eh_buf_putc(&poll->sql, '(');
	put_xid(poll);
	eh_buf_printf(&poll->sql, ", ctid) %s ('%" PRIu64 "'::%s, '(%" PRIu32 ",%" PRIu16 ")'::tid)", held, p->xid,
	              poll->by_xmin ? "bigint" : "xid8", p->block, p->offset);
}

void eh_poll_put_history(struct eh_poll *poll, uint32_t block, uint16_t offset, uint32_t end)
{
	eh_buf_reset(&poll->sql);
	eh_buf_printf(&poll->sql, "COPY (SELECT %s, ctid FROM %s WHERE ctid > '(%" PRIu32 ",%" PRIu16 ")' AND ",
	              eh_packing_list(poll->packing), poll->table_name, block, offset);
	if (end != UINT32_MAX)
		eh_buf_printf(&poll->sql, "ctid < '(%" PRIu32 ",0)' AND ", end);
	put_visible(poll, &poll->position.snapshot);
	eh_buf_puts(&poll->sql, ") TO STDOUT (FORMAT binary)");
}

static enum eh_rc begin_history(struct eh_poll *poll, struct eh_err *err)
{
	const struct eh_position *p = &poll->position;
	bool fresh = p->ranges == 0 && p->block == 0 && p->offset == 0;
	enum eh_rc rc = fresh ? eh_poll_divide(poll, err) : EH_OK;

	if (rc != EH_OK)
		return rc;
	if (p->ranges > 0) {
		rc = eh_poll_begin_ranges(poll, err);
	} else {
		eh_poll_put_history(poll, p->block, p->offset, UINT32_MAX);
		rc = eh_pg_copy_out_begin(poll->pg, poll->sql.data, err);
	}
	poll->streaming = rc == EH_OK;
	return rc;
}

static enum eh_rc begin_delta(struct eh_poll *poll, struct eh_err *err)
{
	const struct eh_position *p = &poll->position;

	eh_buf_reset(&poll->sql);
	eh_buf_printf(&poll->sql, "COPY (SELECT %s, ctid, ", eh_packing_list(poll->packing));
	put_xid(poll);
	eh_buf_printf(&poll->sql, " FROM %s WHERE ", poll->table_name);
	put_new_since(poll, &p->snapshot);
	eh_buf_puts(&poll->sql, " AND ");
	put_visible(poll, &p->until);
	eh_buf_puts(&poll->sql, " AND ");
	put_pair(poll, ">", p);
	eh_buf_puts(&poll->sql, " ORDER BY ");
	put_xid(poll);
	eh_buf_puts(&poll->sql, ", ctid");
	return begin_copy(poll, err);
}

/* By xmin a look reads the whole table, so it may take at most a twentieth of the time. */
static bool is_early(struct eh_poll *poll, const struct eh_position *from)
{
	poll->look_us = eh_time_steady_us();
	return poll->by_xmin && from->kind == EH_POSITION_WHOLE && poll->look_us < poll->rest_until_us;
}

enum eh_rc eh_poll_begin(struct eh_poll *poll, const struct eh_position *from, struct eh_err *err)
{
	static const struct eh_position first = {0};
	uint32_t filenode = 0;
	bool again = false;

	poll->idle = is_early(poll, from);
	if (poll->idle) {
		eh_position_copy(&poll->position, from);
		return EH_OK;
	}
	enum eh_rc rc = eh_poll_look(poll, from, &filenode, &again, err);
	if (rc != EH_OK)
		return rc;
	from = again ? &first : from;
	poll->from_whole = from->kind == EH_POSITION_WHOLE;
	set_start(poll, from, filenode);
	/* Nothing was begun or committed on the whole server since: there can be no row. */
	if (from->kind == EH_POSITION_WHOLE && strcmp(from->snapshot.data, poll->snapshot.data) == 0) {
		poll->streaming = false;
		return EH_OK;
	}
	return poll->position.kind == EH_POSITION_HISTORY ? begin_history(poll, err) : begin_delta(poll, err);
}

/* What the stretches have been read of. */
static void put_ranges(struct eh_poll *poll, const struct eh_position *position)
{
	for (uint32_t i = 0; i < position->ranges; i++) {
		const struct eh_position_range *r = &position->range[i];

		eh_buf_printf(&poll->sql, "%sctid >= '(%" PRIu32 ",0)' AND ctid ", i == 0 ? " AND (" : " OR ", r->from);
		if (r->whole)
			eh_buf_printf(&poll->sql, "< '(%" PRIu32 ",0)'", r->end);
		else
			eh_buf_printf(&poll->sql, "<= '(%" PRIu32 ",%" PRIu16 ")'", r->block, r->offset);
	}
	eh_buf_putc(&poll->sql, ')');
}

static void put_again(struct eh_poll *poll, const struct eh_position *position)
{
	eh_buf_reset(&poll->sql);
	eh_buf_printf(&poll->sql, "COPY (SELECT %s, ctid FROM %s WHERE ctid > '(0,0)' AND (", eh_packing_list(poll->packing),
	              poll->table_name);
	put_visible(poll, &position->snapshot);
	if (position->kind == EH_POSITION_HISTORY && position->ranges > 0)
		put_ranges(poll, position);
	else if (position->kind == EH_POSITION_HISTORY)
		eh_buf_printf(&poll->sql, " AND ctid <= '(%" PRIu32 ",%" PRIu16 ")'", position->block, position->offset);
	if (position->kind == EH_POSITION_DELTA) {
		eh_buf_puts(&poll->sql, " OR ");
		put_visible(poll, &position->until);
		eh_buf_puts(&poll->sql, " AND ");
		put_pair(poll, "<=", position);
	}
	eh_buf_putc(&poll->sql, ')');
}

enum eh_rc eh_poll_begin_again(struct eh_poll *poll, const struct eh_position *position, bool by_id, struct eh_err *err)
{
	struct eh_position *p = &poll->position;
	uint32_t filenode = 0;
	bool again = false;

	EH_ASSERT(position->kind != EH_POSITION_NONE);
	enum eh_rc rc = eh_poll_look(poll, position, &filenode, &again, err);
	if (rc != EH_OK)
		return rc;
	put_again(poll, position);
	if (by_id)
		eh_buf_printf(&poll->sql, " ORDER BY %s::text COLLATE \"C\"",
		              eh_pg_quote_ident(poll->arena, poll->map->columns[poll->map->id].name));
	poll->by_id = by_id;
	*p = (struct eh_position){.kind = EH_POSITION_HISTORY, .snapshot = p->snapshot, .until = p->until, .outcomes = p->outcomes};
	return begin_copy(poll, err);
}

int64_t eh_poll_clock_us(const struct eh_poll *poll)
{
	return poll->clock_us;
}

static void finish(struct eh_poll *poll)
{
	struct eh_position *p = &poll->position;

	poll->streaming = false;
	if (p->kind == EH_POSITION_DELTA) {
		struct eh_buf was = p->snapshot;

		p->snapshot = p->until;
		p->until = was;
	}
	p->kind = EH_POSITION_WHOLE;
	p->ranges = 0;
	poll->range = NULL;
}

static uint32_t big32(const char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof v);
	return be32toh(v);
}

static uint16_t big16(const char *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof v);
	return be16toh(v);
}

/* Rows must come in ascending order, or a place would not say what was read. */
static enum eh_rc take_place(struct eh_poll *poll, struct eh_wire *r, struct eh_err *err)
{
	struct eh_position *p = &poll->position;
	int32_t tid_n, xid_n = 8;
	const char *tid = eh_packing_take(r, &tid_n), *xid_at = NULL;
	uint64_t xid = 0;

	if (p->kind == EH_POSITION_DELTA)
		xid_at = eh_packing_take(r, &xid_n);
	if (r->bad || tid_n != 6 || xid_n != 8)
		return eh_fail(err, EH_REFUSED, "the server sent a row without its place");
	uint32_t block = big32(tid);
	uint16_t offset = big16(tid + 4);
	if (xid_at != NULL)
		xid = (uint64_t)big32(xid_at) << 32 | big32(xid_at + 4);
	uint32_t *last_block = poll->range != NULL ? &poll->range->block : &p->block;
	uint16_t *last_offset = poll->range != NULL ? &poll->range->offset : &p->offset;
	bool ascends = xid != p->xid ? xid > p->xid : block != *last_block ? block > *last_block : offset > *last_offset;
	if (!ascends && !poll->by_id)
		return eh_fail(err, EH_REFUSED, "the server gave row (%" PRIu32 ",%" PRIu16 ") after (%" PRIu32 ",%" PRIu16 ")", block, offset,
		               *last_block, *last_offset);
	*last_block = block;
	*last_offset = offset;
	p->xid = xid;
	return EH_OK;
}

/* Takes a message apart; *any is false where it holds no row: the signature alone, or the end's mark. */
static enum eh_rc take_row(struct eh_poll *poll, size_t len, bool *any, struct eh_err *err)
{
	struct eh_wire wire = {poll->message, poll->message + len, false};
	size_t values = eh_packing_values(poll->packing) + (poll->position.kind == EH_POSITION_DELTA ? 2 : 1);
	int fields = eh_packing_begin(&wire);

	*any = fields >= 0;
	if (!*any)
		return EH_OK;
	if ((size_t)fields != values)
		return eh_fail(err, EH_REFUSED, "the server sent a row of %d columns", fields);
	eh_packing_read(poll->packing, &wire, poll->fields);
	if (wire.bad)
		return eh_fail(err, EH_AGAIN, "the server sent a row of other types than %s.%s had", poll->map->schema, poll->map->table);
	return take_place(poll, &wire, err);
}

/* The next message that the server sends; NULL at the end. */
static enum eh_rc next_message(struct eh_poll *poll, size_t *len, struct eh_err *err)
{
	PQfreemem(poll->message);
	poll->message = NULL;
	enum eh_rc rc = poll->lanes > 0 ? eh_poll_next_of_ranges(poll, len, err)
	                                : eh_pg_copy_out_next(poll->pg, &poll->message, len, err);
	if (rc != EH_OK)
		poll->streaming = false;
	return rc == EH_OK ? rc : eh_while(err, "reading %s.%s", poll->map->schema, poll->map->table);
}

enum eh_rc eh_poll_next(struct eh_poll *poll, const struct eh_row **row, struct eh_err *err)
{
	size_t len;
	bool any = false;

	*row = NULL;
	while (poll->streaming) {
		enum eh_rc rc = next_message(poll, &len, err);

		if (rc == EH_OK && poll->message != NULL)
			rc = take_row(poll, len, &any, err);
		if (rc != EH_OK)
			return rc;
		if (any) {
			*row = &poll->row;
			return EH_OK;
		}
		if (poll->message == NULL)
			break;
	}
	if (poll->position.kind != EH_POSITION_WHOLE)
		finish(poll);
	return EH_OK;
}

struct eh_position *eh_poll_position(struct eh_poll *poll)
{
	return &poll->position;
}

enum eh_rc eh_poll_end(struct eh_poll *poll, struct eh_err *err)
{
	int64_t now_us = eh_time_steady_us();

	PQfreemem(poll->message);
	poll->message = NULL;
	eh_poll_end_ranges(poll);
	if (poll->idle)
		return EH_OK;
	if (poll->from_whole) /* what follows a history, or a rest, is due at once */
		poll->rest_until_us = now_us + REST_FACTOR * (now_us - poll->look_us);
	if (poll->streaming) {
		poll->streaming = false;
		eh_pg_rollback(poll->pg);
		return EH_OK;
	}
	return eh_pg_commit(poll->pg, err);
}

void eh_poll_use_connections(struct eh_poll *poll, uint32_t n)
{
	poll->connections = n < EH_POLL_CONNECTIONS_MAX ? n : EH_POLL_CONNECTIONS_MAX;
}

bool eh_poll_hears(const struct eh_poll *poll)
{
	return !poll->standby;
}

bool eh_poll_id_is_unique(const struct eh_poll *poll)
{
	return poll->id_unique;
}
