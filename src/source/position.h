/*
 * position.h - how far a source was read (law 2: position and tallies commit in one transaction).
 *
 * A poll source is read by snapshots, not by a last id: under concurrent writers
 * rows become visible out of id order, and a reader of ids loses some of them.
 * Each kind of position is a line of text in the store:
 *
 *   history SNAPSHOT TABLE FILENODE BLOCK,OFFSET START_US LAST_US [FROM-END:BLOCK,OFFSET | FROM-END:all]...
 *           rows visible in SNAPSHOT are read in the order of their place in the table, up to the place; where several
 *           connections read, in each stretch of blocks from FROM up to END by itself
 *   whole   SNAPSHOT TABLE
 *           every row visible in SNAPSHOT was read, and no other
 *   delta   SNAPSHOT TABLE FILENODE BLOCK,OFFSET UNTIL XID [START_US LAST_US]
 *           the rows that UNTIL sees and SNAPSHOT does not are read in the order (xid, place), up to the pair; older
 *           stores hold deltas without the last two
 *   push    SNAPSHOT TABLE UNTIL PANE_US LEAF FILENODE BLOCK,OFFSET START_US LAST_US EDGE_US
 *           pushdown, within a reading: panes before PANE_US are read, and of its pane the rows that do not come grouped,
 *           in the order (partition, place), up to the place in the table LEAF; UNTIL is - in history; rows decided after
 *           EDGE_US do not come grouped
 *   once    TABLE CLOCK_US
 *           pushdown of what has no snapshots that can be gone on from: all was read in one go, as of that clock
 *
 * A source that is read by logical replication has two more:
 *
 *   backfill SYSTEM TIMELINE SLOT LSN TABLE START_US LAST_US
 *           the rows of the slot's snapshot are being read; nobody can go on there, as the snapshot ends with its
 *           connection: what was counted is taken off and the slot made anew.  LSN 0/0: the slot is not made yet
 *   stream SYSTEM TIMELINE SLOT LSN TABLE COMMIT ORDINAL
 *           every transaction whose commit lies before LSN was read, and of the one whose commit lies at COMMIT the first
 *           ORDINAL changes of the table; COMMIT 0/0: of no other
 *
 * Where outcomes have a table of their own, ` + ` and the place in it follow, which is history, whole or delta.
 *
 * SYSTEM and TIMELINE say in which server's log these places are.
 *
 * TABLE is the table's oid; FILENODE names its file, as a rewritten table has
 * its rows at other places, so that a reading cannot go on where it stopped.
 *
 * Owner    the struct owns its texts; EH_POSITION_AUTO frees them at the end of the scope.
 * Threads  none.
 */
#ifndef EH_SOURCE_POSITION_H
#define EH_SOURCE_POSITION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum eh_position_kind {
	EH_POSITION_NONE,
	EH_POSITION_HISTORY,
	EH_POSITION_WHOLE,
	EH_POSITION_DELTA,
	EH_POSITION_BACKFILL,
	EH_POSITION_STREAM,
	EH_POSITION_PUSH,
	EH_POSITION_ONCE
};

#define EH_POSITION_RANGES_MAX 32

/* A stretch of the table from a block up to, but not with, another; and how far it was read. */
struct eh_position_range {
	uint32_t from, end; /* the last one's end is UINT32_MAX */
	uint32_t block;     /* of the last row read; from,0 before the first */
	uint16_t offset;
	bool whole; /* read to its end */
};

struct eh_position {
	enum eh_position_kind kind;
	struct eh_buf snapshot; /* as pg_snapshot prints it */
	struct eh_buf outcomes; /* the place in the table of outcomes, as text; empty: there is none */
	struct eh_buf until;    /* delta, push; empty in the history of push */
	uint32_t table, filenode;
	int64_t pane_us;   /* push; INT64_MIN: rows without a pane are being read */
	int64_t edge_us;   /* push: of the reading */
	uint32_t leaf;     /* push: the oid of the table that the place is in */
	uint32_t block;    /* history, delta, push: the place of the last row read; 0,0 before the first */
	uint16_t offset;
	uint64_t xid;      /* delta: of the last row read; 0 before the first */
	int64_t start_us;  /* history, delta, backfill, push: the source's clock when its snapshot was taken; INT64_MIN: not kept */
	int64_t last_us;   /* the same: the latest accepted decided_at that is not after start_us; INT64_MIN: none */
	/* backfill, stream */
	uint64_t system;
	uint32_t timeline;
	char slot[64];
	uint64_t lsn, commit, ordinal;
	/* history that several connections read: each stretch has a place of its own, and block,offset is 0,0 */
	uint32_t ranges;
	struct eh_position_range range[EH_POSITION_RANGES_MAX];
};

void eh_position_format(const struct eh_position *position, struct eh_buf *out);
EH_MUST enum eh_rc eh_position_parse(const char *text, struct eh_position *out, struct eh_err *err);

void eh_position_copy(struct eh_position *to, const struct eh_position *from);
void eh_position_free(struct eh_position *position);

/* True where the place lies within the difference of two snapshots, whose rest comes first. */
bool eh_position_is_rest(const struct eh_position *position);

/* True where the text is a pg_snapshot: `xmin:xmax:` and a list of xids.  *xmax may be NULL. */
bool eh_position_snapshot_ok(const char *text, size_t n, uint64_t *xmax);

#define EH_POSITION_AUTO __attribute__((cleanup(eh_position_free))) struct eh_position

#endif
