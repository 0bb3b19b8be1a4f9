/*
 * poll_ranges.c - a history that several connections read, each a stretch of the table, in one snapshot; see poll.h.
 *
 * The reader's own connection exports its snapshot and the others take it, so all
 * see the same rows.  The table is divided into a few more stretches than there are
 * connections, so that one that has ended its own helps with what is left.  Each
 * stretch has its own place in the position, and the last is open to the end: after
 * a crash any number of connections, one too, goes on where each was.
 *
 * One thread reads them all in turn: it is the servers that take the time.
 */
#include <inttypes.h>
#include <string.h>

#include "source/poll_part.h"
#include "source/sql.h"

#define STRETCHES 4  /* for each connection */
#define EMPTY_LOOKS 64 /* naps without a row until one connection is waited for, which finds out a server that is gone */

enum eh_rc eh_poll_divide(struct eh_poll *poll, struct eh_err *err)
{
	struct eh_position *p = &poll->position;
	struct eh_pg_args args = {0};
	int64_t blocks = 0;

	/* A standby is there for others' reading too. */
	if (poll->connections < 2 || poll->standby)
		return EH_OK;
	eh_pg_arg_int8(&args, poll->table);
	/* After the snapshot: the rows that it sees lie in blocks that are there now. */
	enum eh_rc rc = eh_pg_query_int8(poll->pg, &eh_sql_source_poll_blocks, &args, &blocks, err);
	if (rc != EH_OK || blocks < 2)
		return rc;
	uint32_t n = poll->connections * STRETCHES;
	n = n < EH_POSITION_RANGES_MAX ? n : EH_POSITION_RANGES_MAX;
	n = n < blocks ? n : (uint32_t)blocks;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t from = (uint32_t)(blocks * i / n), end = (uint32_t)(blocks * (i + 1) / n);

		p->range[i] = (struct eh_position_range){.from = from, .end = i + 1 < n ? end : UINT32_MAX, .block = from};
	}
	p->ranges = n;
	return EH_OK;
}

/* ---- lanes ----------------------------------------------------------------------------- */

void eh_poll_end_ranges(struct eh_poll *poll)
{
	for (uint32_t i = 1; i < poll->lanes; i++)
		eh_pg_close(poll->lane[i].pg);
	memset(poll->lane, 0, sizeof poll->lane);
	poll->lanes = poll->at = 0;
	poll->range = NULL;
}

/* The next stretch that is not whole and that nobody reads. */
static struct eh_position_range *free_range(struct eh_poll *poll)
{
	for (uint32_t i = 0; i < poll->position.ranges; i++) {
		struct eh_position_range *range = &poll->position.range[i];
		bool taken = range->whole;

		for (uint32_t l = 0; l < poll->lanes; l++)
			taken = taken || poll->lane[l].range == range;
		if (!taken)
			return range;
	}
	return NULL;
}

static enum eh_rc begin_next(struct eh_poll *poll, struct eh_poll_lane *lane, struct eh_err *err)
{
	struct eh_position_range *range = free_range(poll);

	lane->range = NULL;
	if (range == NULL)
		return EH_OK;
	eh_poll_put_history(poll, range->block, range->offset, range->end);
	enum eh_rc rc = eh_pg_copy_out_begin(lane->pg, poll->sql.data, err);
	if (rc == EH_OK)
		lane->range = range;
	return rc;
}

/* `snapshot` is a name that the server gave: digits, letters and hyphens.  Whoever asks for the table alone waits for
 * the reader's own lock, and this connection behind him: so it does not wait for long. */
static enum eh_rc join(struct eh_poll *poll, struct eh_pg *pg, const char *snapshot, struct eh_err *err)
{
	EH_PGRESULT_AUTO set = NULL;
	EH_PGRESULT_AUTO locked = NULL;
	EH_BUF_AUTO sql = {0};
	enum eh_rc rc = eh_poll_set_session(pg, err);

	if (rc == EH_OK)
		rc = eh_pg_exec_script(pg, "SET lock_timeout = '5s'", err);
	if (rc == EH_OK)
		rc = eh_pg_begin_snapshot(pg, err);
	eh_buf_printf(&sql, "SET TRANSACTION SNAPSHOT '%s'", snapshot);
	if (rc == EH_OK)
		rc = eh_pg_query_text(pg, sql.data, NULL, false, &set, err);
	return rc == EH_OK ? eh_pg_query_text(pg, poll->lock_sql, NULL, false, &locked, err) : rc;
}

static enum eh_rc open_lanes(struct eh_poll *poll, uint32_t n, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = n > 1 ? eh_pg_query(poll->pg, &eh_sql_source_poll_export, NULL, &res, err) : EH_OK;

	poll->lane[0] = (struct eh_poll_lane){.pg = poll->pg};
	poll->lanes = 1;
	for (uint32_t i = 1; i < n && rc == EH_OK; i++) {
		rc = eh_pg_open_beside(poll->pg, &poll->lane[i].pg, err);
		poll->lanes += rc == EH_OK;
		if (rc == EH_OK)
			rc = join(poll, poll->lane[i].pg, eh_pg_text(res, 0, 0), err);
		if (rc != EH_OK)
			rc = eh_while(err, "connection %u of %u", i + 1, n);
	}
	return rc;
}

enum eh_rc eh_poll_begin_ranges(struct eh_poll *poll, struct eh_err *err)
{
	uint32_t left = 0, n = poll->connections > 0 && !poll->standby ? poll->connections : 1;

	for (uint32_t i = 0; i < poll->position.ranges; i++)
		left += !poll->position.range[i].whole;
	enum eh_rc rc = open_lanes(poll, n < left || left == 0 ? n : left, err);
	for (uint32_t i = 0; i < poll->lanes && rc == EH_OK; i++)
		rc = begin_next(poll, &poll->lane[i], err);
	if (rc != EH_OK)
		eh_poll_end_ranges(poll);
	return rc;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Where nobody has had a row for a while, the first that still reads is waited for. */
static enum eh_rc look(struct eh_poll *poll, struct eh_poll_lane *lane, bool wait, size_t *len, bool *ended, struct eh_err *err)
{
	if (!wait)
		return eh_pg_copy_out_try(lane->pg, &poll->message, len, ended, err);
	enum eh_rc rc = eh_pg_copy_out_next(lane->pg, &poll->message, len, err);
	*ended = poll->message == NULL;
	return rc;
}

enum eh_rc eh_poll_next_of_ranges(struct eh_poll *poll, size_t *len, struct eh_err *err)
{
	uint32_t reading = 0, looks = 0;

	poll->range = NULL;
	for (uint32_t tried = 0;; poll->at = (poll->at + 1) % poll->lanes) {
		struct eh_poll_lane *lane = &poll->lane[poll->at];
		bool ended = false;

		reading += lane->range != NULL;
		enum eh_rc rc = lane->range == NULL ? EH_OK : look(poll, lane, looks > EMPTY_LOOKS, len, &ended, err);
		if (rc != EH_OK || poll->message != NULL) {
			poll->range = lane->range;
			return rc;
		}
		if (ended) {
			lane->range->whole = true;
			rc = begin_next(poll, lane, err);
			if (rc != EH_OK)
				return rc;
		}
		if (++tried < poll->lanes)
			continue;
		if (reading == 0)
			return EH_OK;
		eh_pg_copy_out_nap();
		looks++;
		tried = reading = 0;
	}
}
