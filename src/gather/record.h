/*
 * record.h - what gather writes into the store: commits, positions, batch leaves (law 2).
 *
 * A commit is one transaction: pane deltas, rows set aside, new dictionary entries,
 * the commit's own row, and the source's position and clock.  A batch leaf covers
 * every commit since the last; it is appended by the last statements of a
 * transaction, with a commit or by itself.
 *
 * Owner    the caller; eh_record_free() frees what the struct holds.
 * Threads  none.
 */
#ifndef EH_GATHER_RECORD_H
#define EH_GATHER_RECORD_H

#include "gather/delta.h"
#include "gather/tracked.h"
#include "pg/pg.h"
#include "source/position.h"
#include "source/register.h"

enum eh_gather_phase { EH_GATHER_HISTORY, EH_GATHER_LIVE, EH_GATHER_ENDED };

struct eh_record {
	struct eh_pg *store;
	struct eh_source source;
	struct eh_cells *cells;

	/* As stored. */
	int64_t epoch; /* whoever takes the source over raises it, and this one can write no more */
	bool lost;     /* somebody took the source over, or removed it */
	bool reads;    /* it has committed something */
	enum eh_gather_phase phase;
	int64_t commit_no;
	int64_t clock_us; /* T; INT64_MIN: none yet */
	struct eh_position position;

	/* Commits that no leaf covers: first == 0 means none. */
	int64_t first_uncovered, uncovered[EH_GATHER_FATES], uncovered_other[EH_GATHER_OTHERS];
	int64_t uncovered_since_us; /* steady time of the first */
	struct eh_buf uncovered_digests;
	struct eh_buf last_position; /* of the last uncovered commit */
};

/* Takes the source over from whoever had it before; reads the state, the dictionary and the commits that no leaf covers. */
EH_MUST enum eh_rc eh_record_open(struct eh_record *record, struct eh_err *err);

/* Says why the state is not the one that this gather knows: the source was taken over, or removed. */
EH_MUST enum eh_rc eh_record_refuse_lost(struct eh_record *record, struct eh_err *err);
void eh_record_free(struct eh_record *record);

/* What the next transaction makes of the source. */
struct eh_record_step {
	const struct eh_pack *pack; /* NULL: only T and the position move */
	const struct eh_position *position;
	enum eh_gather_phase phase;
	int64_t clock_us; /* INT64_MIN: none yet */
	const struct eh_tracked_write *seen; /* what identity: tracked decided; NULL: nothing */
	bool leaf;        /* write the batch leaf in the same transaction */
};

/* Runs the transaction.  After an error the record must be opened anew. */
EH_MUST enum eh_rc eh_record_write(struct eh_record *record, const struct eh_record_step *step, struct eh_err *err);

/* What kept a predecessor from reading is over: with the first commit, and where there was nothing to commit. */
EH_MUST enum eh_rc eh_record_clear_trouble(struct eh_record *record, struct eh_err *err);

/* Writes the leaf for what is uncovered, if anything is. */
EH_MUST enum eh_rc eh_record_cover(struct eh_record *record, struct eh_err *err);

int64_t eh_record_uncovered_rows(const struct eh_record *record);

/* history, live, ended */
const char *eh_record_phase_name(enum eh_gather_phase phase);

#endif
