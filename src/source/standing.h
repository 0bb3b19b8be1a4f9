/*
 * standing.h - where every source stands: for `status`, the metrics and whoever is on call.
 *
 * A source is in one of these states:
 *
 *   registered  its gather has not committed yet     removed   a person decided that it is followed no more
 *   history     what was there is being read         gap       changes are lost, and nobody has accepted that
 *   live        it is followed                       refused   it cannot be read as it is, and waits for a person
 *   ended       all is counted, not followed         away      it cannot be reached, and is tried again by itself
 *
 * Owner    texts live in the arena that was given.
 * Threads  as pg.h.
 */
#ifndef EH_SOURCE_STANDING_H
#define EH_SOURCE_STANDING_H

#include "base/arena.h"
#include "pg/pg.h"

enum eh_standing_state {
	EH_STANDING_REGISTERED,
	EH_STANDING_HISTORY,
	EH_STANDING_LIVE,
	EH_STANDING_ENDED,
	EH_STANDING_REMOVED,
	EH_STANDING_GAP,
	EH_STANDING_REFUSED,
	EH_STANDING_AWAY,
	EH_STANDING_STATES
};

struct eh_standing {
	int64_t id;
	const char *name, *phase;
	enum eh_standing_state state;
	int64_t commit_no;
	const char *position;         /* NULL: none yet */
	int64_t clock_us;             /* T; INT64_MIN: none yet */
	int64_t progressed_us;        /* wall time at which gather wrote last; INT64_MIN: never */
	int64_t committed_us;         /* the same for rows; INT64_MIN: never */
	int64_t lag_us;               /* how far T stands behind the store's clock while it is live or away; else -1 */
	int64_t lag_bytes;            /* stream: what its server wrote and we have not read; -1: not known */
	int64_t retained_bytes;       /* stream: WAL its server keeps for us; -1: not known */
	int64_t skipped, lost;        /* stream: changes since this gather began; -1: not known */
	const char *wal_status;       /* stream; NULL: not known */
	int64_t gap_no, gaps;         /* the open one, 0: none; and how many there ever were */
	const char *gap_reason;       /* NULL: no open gap */
	const char *gap_accepted_by;  /* NULL: nobody yet */
	struct {
		int64_t n;                /* how many gaps were accepted, also those that are over */
		const char *by, *reason;  /* of the last one; NULL: none */
		int64_t at_us;            /* INT64_MIN: none */
	} accepted;
	const char *trouble, *hint;   /* NULL: nothing keeps it from being read */
	int64_t tries, trouble_us;    /* how often in vain, since when */
	int64_t rows_last_minute;
	int64_t closed_pane_us;       /* start of the last pane that judge closed; INT64_MIN: none */
};

/* All sources by name. */
EH_MUST enum eh_rc eh_standing_read(struct eh_arena *arena, struct eh_pg *store, struct eh_standing **out, size_t *n,
                                    struct eh_err *err);

enum eh_standing_count {
	EH_STANDING_ON_TIME,
	EH_STANDING_EARLY,
	EH_STANDING_LATE,
	EH_STANDING_SET_ASIDE,
	EH_STANDING_REPEATED,
	EH_STANDING_CORRECTED,
	EH_STANDING_TAKEN,
	EH_STANDING_COUNTS
};

/* Adds to `counts` what the commits after `after` up to `upto` met. */
EH_MUST enum eh_rc eh_standing_add_counts(struct eh_pg *store, int64_t source_id, int64_t after, int64_t upto,
                                          int64_t counts[EH_STANDING_COUNTS], struct eh_err *err);

/* registered, history, live, ... */
const char *eh_standing_state_name(enum eh_standing_state state);

#endif
