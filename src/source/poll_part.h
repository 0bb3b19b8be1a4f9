/*
 * poll_part.h - what a poll reader holds; for the files of the reader only.
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_POLL_PART_H
#define EH_SOURCE_POLL_PART_H

#include "source/denied.h"
#include "source/poll.h"
#include "source/packing.h"

/* Where a snapshot is only a horizon, the server's clock is known with a delay: what was in progress must end first. */
struct eh_poll_horizon {
	uint64_t next;         /* the transaction id that the server gives next */
	uint64_t waits_for;    /* transactions below it began before waits_us; 0: nothing is waited for */
	int64_t waits_us;
	int64_t clock_us;      /* known so far; INT64_MIN: not at all */
};

/* A connection that reads a stretch of the table; the first is the reader's own. */
struct eh_poll_lane {
	struct eh_pg *pg;
	struct eh_position_range *range; /* NULL: none */
};

struct eh_poll {
	struct eh_pg *pg;
	const struct eh_map *map;
	int64_t table; /* oid */
	bool utf8_known, id_unique, scenario;
	bool standby;  /* the server replays another one's log: its snapshots do not name all open transactions */
	bool by_xmin;  /* no xid8 column: rows are told by the system column xmin */
	struct eh_arena *arena;
	struct eh_packing *packing;
	bool packed;                    /* by a reading, and not only when it was opened */
	int64_t packed_of, columns_now; /* file and columns of the table when the packing was made, and now */
	struct eh_field *fields;
	struct eh_row row;
	const char *table_name, *xid; /* quoted; xid NULL: by xmin */
	char *lock_sql;

	struct eh_position position;
	struct eh_buf snapshot; /* of this reading */
	int64_t clock_us, server_us; /* server_us: as this server's clock says */
	bool streaming, idle; /* idle: this reading did not look */
	bool from_whole;      /* it is of what is new, and not the rest of another one */
	bool by_id;           /* this reading is in the order of ids, not of places */
	struct eh_poll_horizon horizon;
	int64_t look_us, rest_until_us; /* steady time: when the last look began; by xmin, when the next may */
	struct eh_buf sql;
	char *message; /* of the server: the row that was given out last */

	/* Stretches: see poll_ranges.c. */
	uint32_t connections; /* that history may use; 0: one */
	struct eh_poll_lane lane[EH_POLL_CONNECTIONS_MAX];
	uint32_t lanes, at; /* 0: the history has one stretch */
	struct eh_position_range *range; /* of the row at hand; NULL: the position has the place */
};

/* Opens the snapshot, and holds `from` against what the server says now.  *again: the rows must come from the first one
 * on, as their places or transactions mean nothing any more. */
EH_MUST enum eh_rc eh_poll_look(struct eh_poll *poll, const struct eh_position *from, uint32_t *filenode, bool *again,
                                struct eh_err *err);

/* COPY of the rows of history from a place up to a block, into poll->sql. */
void eh_poll_put_history(struct eh_poll *poll, uint32_t block, uint16_t offset, uint32_t end);

/* Divides a history that begins among the connections that it may use; leaves ranges 0 where it is too small. */
EH_MUST enum eh_rc eh_poll_divide(struct eh_poll *poll, struct eh_err *err);

/* Begins to read the stretches of the position that are not whole, and gives the next message of any; NULL: all are. */
EH_MUST enum eh_rc eh_poll_begin_ranges(struct eh_poll *poll, struct eh_err *err);
EH_MUST enum eh_rc eh_poll_next_of_ranges(struct eh_poll *poll, size_t *len, struct eh_err *err);

/* Closes all connections but the reader's own. */
void eh_poll_end_ranges(struct eh_poll *poll);

/* What the session of a connection that reads is set to. */
EH_MUST enum eh_rc eh_poll_set_session(struct eh_pg *pg, struct eh_err *err);

#endif
