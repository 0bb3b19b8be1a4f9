/*
 * poll_look.c - what the server says when a reading begins: its snapshot, its clock, and whether the place that was
 * read up to still means the same; see poll.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/poll_part.h"
#include "source/sql.h"

/* Its table is made by the generator, in the source's database and not in our schema. */
static const char scenario_sql[] = "SELECT (SELECT now_us FROM evenhand_import.scenario_clock WHERE source = $1::text)";

enum eh_rc eh_poll_scenario_clock(struct eh_pg *pg, const char *source, int64_t *us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, source);
	enum eh_rc rc = eh_pg_query_text(pg, scenario_sql, &args, false, &res, err);
	if (rc == EH_OK)
		*us = eh_pg_null(res, 0, 0) ? INT64_MIN : eh_pg_int8(res, 0, 0);
	return rc == EH_OK ? rc : eh_while(err, "reading the scenario's clock of source %s", source);
}

/* Whether snapshots are horizons, "H:H:": every transaction below H has ended. */
static bool is_horizon(const struct eh_poll *poll)
{
	return poll->standby || poll->by_xmin;
}

/* Transactions below H have ended and were read.  Others may have been committed before now; but one that began after a
 * look ends after it, so when all that had begun by then is below H, everything committed before that look was read. */
static void move_horizon_clock(struct eh_poll_horizon *h, uint64_t xmin, int64_t now_us)
{
	if (xmin >= h->next || (h->waits_for != 0 && xmin >= h->waits_for)) {
		int64_t known_us = xmin >= h->next ? now_us : h->waits_us;

		h->clock_us = known_us > h->clock_us ? known_us : h->clock_us;
		h->waits_for = 0;
	}
	if (h->waits_for == 0 && xmin < h->next) {
		h->waits_for = h->next;
		h->waits_us = now_us;
	}
}

static enum eh_rc ask_standby_clock(struct eh_poll *poll, int64_t *us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(poll->pg, &eh_sql_source_poll_standby_clock, NULL, &res, err);

	if (rc == EH_OK)
		*us = eh_pg_null(res, 0, 0) ? INT64_MIN : eh_pg_time(res, 0, 0);
	return rc;
}

enum eh_rc eh_poll_check_name(const struct eh_map *map, const PGresult *looked, struct eh_err *err)
{
	if (PQntuples(looked) != 1)
		return eh_fail(err, EH_REFUSED, "the table %s.%s was dropped", map->schema, map->table);
	if (strcmp(eh_pg_text(looked, 0, 4), map->schema) == 0 && strcmp(eh_pg_text(looked, 0, 5), map->table) == 0)
		return EH_OK;
	(void)eh_fail(err, EH_REFUSED, "the table that was read as %s.%s is %s.%s now", map->schema, map->table, eh_pg_text(looked, 0, 4),
	              eh_pg_text(looked, 0, 5));
	return eh_hint(err, "give it its name back, or register the table that has the name now under another source name");
}

static enum eh_rc look(struct eh_poll *poll, int64_t standby_us, uint32_t *filenode, struct eh_err *err)
{
	EH_PGRESULT_AUTO locked = NULL;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	bool horizon = is_horizon(poll);
	uint64_t xmin = 0;

	eh_pg_arg_int8(&args, poll->table);
	/* Before the snapshot is taken: nobody rewrites the table between its file's name and its rows. */
	enum eh_rc rc = eh_pg_query_text(poll->pg, poll->lock_sql, NULL, false, &locked, err);
	if (rc != EH_OK)
		rc = eh_source_while_reading(poll->pg, poll->map, err);
	else
		rc = eh_pg_query(poll->pg, horizon ? &eh_sql_source_poll_look_horizon : &eh_sql_source_poll_look, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	rc = eh_poll_check_name(poll->map, res, err);
	if (rc != EH_OK)
		return rc;
	eh_buf_reset(&poll->snapshot);
	eh_buf_puts(&poll->snapshot, eh_pg_text(res, 0, 0));
	poll->clock_us = poll->server_us = eh_pg_time(res, 0, 1);
	*filenode = (uint32_t)eh_pg_int8(res, 0, 2);
	poll->columns_now = eh_pg_int8(res, 0, 3);
	if (horizon) {
		(void)eh_position_snapshot_ok(poll->snapshot.data, poll->snapshot.len, &xmin);
		poll->horizon.next = (uint64_t)eh_pg_int8(res, 0, 6);
		move_horizon_clock(&poll->horizon, xmin, poll->standby ? standby_us : poll->clock_us);
		poll->clock_us = poll->horizon.clock_us;
	}
	return poll->scenario ? eh_poll_scenario_clock(poll->pg, poll->map->source, &poll->clock_us, err) : EH_OK;
}

/* Whether the rows may simply be read again from the first one: with identity: tracked those that were counted are known.
 * An xid8 column goes with its rows into another table or server, where its numbers mean nothing. */
static bool may_come_again(const struct eh_poll *poll, const struct eh_position *from, uint32_t filenode)
{
	uint64_t then = 0, now = 0;

	if (poll->map->identity != EH_MAP_IDENTITY_TRACKED)
		return false;
	(void)eh_position_snapshot_ok(from->snapshot.data, from->snapshot.len, &then);
	(void)eh_position_snapshot_ok(poll->snapshot.data, poll->snapshot.len, &now);
	if (poll->by_xmin && !poll->standby && (from->table != (uint32_t)poll->table || now < then))
		return true;
	return from->table == (uint32_t)poll->table && from->kind != EH_POSITION_WHOLE && from->filenode != filenode;
}

/* Of a system xmin only 32 bits are kept: rows further back than that cannot be told from new ones. */
static enum eh_rc check_not_wrapped(const struct eh_poll *poll, uint64_t then, struct eh_err *err)
{
	if (!poll->by_xmin || poll->horizon.next - then < UINT64_C(1) << 32)
		return EH_OK;
	(void)eh_fail(err, EH_REFUSED, "the source's server has begun %" PRIu64 " transactions since %s.%s was read last, and xmin tells apart "
	              "2^32 only", poll->horizon.next - then, poll->map->schema, poll->map->table);
	return eh_hint(err, "register the table under another source name, or give it an xid8 column, which does not wrap");
}

/* What was read before must have been read of this table, in this server's count of transactions. */
static enum eh_rc check_continues(const struct eh_poll *poll, const struct eh_position *from, uint32_t filenode,
                                  struct eh_err *err)
{
	const struct eh_map *map = poll->map;
	uint64_t then = 0, now = 0;

	if (from->table != (uint32_t)poll->table) {
		(void)eh_fail(err, EH_REFUSED, "%s.%s is not the table that was read before: it was made anew", map->schema, map->table);
		return eh_hint(err, "register the new table under another source name; the old source keeps its record");
	}
	(void)eh_position_snapshot_ok(from->snapshot.data, from->snapshot.len, &then);
	(void)eh_position_snapshot_ok(poll->snapshot.data, poll->snapshot.len, &now);
	if (now < then && poll->standby) /* the server asked before was ahead: this one will get there */
		return eh_fail(err, EH_AGAIN, "the standby has replayed up to transaction %" PRIu64 ", and %" PRIu64 " was read", now, then);
	if (now < then) {
		(void)eh_fail(err, EH_REFUSED, "the transaction ids of the source's server went back from %" PRIu64 " to %" PRIu64, then, now);
		return eh_hint(err, "the server was restored from a copy: register the table under another source name");
	}
	if (from->kind != EH_POSITION_WHOLE && from->filenode != filenode) {
		(void)eh_fail(err, EH_REFUSED, "%s.%s was rewritten (VACUUM FULL, CLUSTER or TRUNCATE) in the middle of a reading",
		              map->schema, map->table);
		return eh_hint(err, "the rows have new places, so the reading cannot go on: register the table under another source name");
	}
	return check_not_wrapped(poll, then, err);
}

enum eh_rc eh_poll_look(struct eh_poll *poll, const struct eh_position *from, uint32_t *filenode, bool *again, struct eh_err *err)
{
	int64_t standby_us = INT64_MIN;
	/* Before the snapshot: replay goes on, and what it reached by now the snapshot has. */
	enum eh_rc rc = poll->standby ? ask_standby_clock(poll, &standby_us, err) : EH_OK;

	EH_ASSERT(!poll->streaming);
	if (rc == EH_OK)
		rc = eh_pg_begin_snapshot(poll->pg, err);
	if (rc == EH_OK)
		rc = look(poll, standby_us, filenode, err);
	/* A column may have got another type, or the name of another; under the lock it keeps both. */
	if (rc == EH_OK && (!poll->packed || poll->packed_of != poll->columns_now)) {
		rc = eh_packing_make(poll->arena, poll->pg, poll->map, poll->table, &poll->packing, err);
		poll->packed_of = poll->columns_now;
		poll->packed = rc == EH_OK;
	}
	if (rc != EH_OK || from->kind == EH_POSITION_NONE)
		return rc;
	*again = may_come_again(poll, from, *filenode);
	return *again ? EH_OK : check_continues(poll, from, *filenode, err);
}
