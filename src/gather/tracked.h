/*
 * tracked.h - identity: tracked: each id counts once, whatever comes again, changes or goes (law 2).
 *
 * Where an id may come more than once (no unique index, rows that are corrected, a
 * reader that delivers again what it delivered) the place in the source does not
 * say what is counted.  The table evenhand.seen does: for each id the version that
 * counts and what it was counted as, written in the transaction of the tallies.
 *
 *   newer version       the old row is taken off, the new one added
 *   older version       not counted: "repeated"
 *   the same version,   the one delivered later where the source has each id once at a time; else
 *   or none             the one whose content has the greater SHA-256, so that order never matters
 *   gone                what was counted under the id is taken off
 *   outcome             of a table of its own: the decision is taken off and added with it; one that
 *                       comes before its decision waits for it
 *
 * A row that cannot be used is set aside and takes part like any other: it may be
 * corrected, and comes again without being set aside again.
 *
 * Use: any number of add, aside, take and outcome; then settle, which looks the ids up
 * and counts into the delta; then write, in the transaction that stores the delta.
 * Ids are looked up and written by batches: a COPY, and no statement a row.  Where the
 * table was empty at the beginning a filter in memory knows of most ids that they
 * are new.
 *
 * Owner    heap memory, freed with eh_tracked_free().
 * Threads  none; what settle gives out may be written by another thread while the next rows are noted.
 */
#ifndef EH_GATHER_TRACKED_H
#define EH_GATHER_TRACKED_H

#include "gather/clock.h"
#include "gather/delta.h"
#include "pg/pg.h"

#define EH_TRACKED_COMMIT_ROWS 16384 /* what is noted at a time is held in memory */

struct eh_tracked;
struct eh_tracked_write;

/* `id_unique`: at any one time the source has each id once.  `outcome_unique`: the same of the table of outcomes. */
struct eh_tracked *eh_tracked_new(const struct eh_map *map, bool id_unique, bool outcome_unique);
void eh_tracked_free(struct eh_tracked *tracked); /* NULL is allowed */

/* Looks whether the store remembers anything of the source. */
EH_MUST enum eh_rc eh_tracked_open(struct eh_tracked *tracked, struct eh_pg *store, int64_t source_id, struct eh_err *err);

/* Instead of open: nothing is remembered between two settles, and the store is not asked. */
void eh_tracked_alone(struct eh_tracked *tracked);

/* What was read, in order.  Nothing is borrowed. */
void eh_tracked_add(struct eh_tracked *tracked, const struct eh_decision *decision, enum eh_gather_fate fate);
void eh_tracked_aside(struct eh_tracked *tracked, struct eh_text id, int64_t version, enum eh_decision_reason reason,
                      const char *sentence);
void eh_tracked_take(struct eh_tracked *tracked, struct eh_text id);

/* What came of a decision; `at_us` INT64_MIN: the time is not known. */
void eh_tracked_outcome(struct eh_tracked *tracked, struct eh_text id, bool adverse, int64_t at_us);

size_t eh_tracked_pending(const struct eh_tracked *tracked); /* noted since the last settle */

/* Whether settle must ask the store; everything written before must then be there. */
bool eh_tracked_asks(const struct eh_tracked *tracked);

/* Decides and counts what was noted.  `rows` is raised by fate.  *write lives until the settle after the next. */
EH_MUST enum eh_rc eh_tracked_settle(struct eh_tracked *tracked, struct eh_pg *store, struct eh_delta *delta,
                                     const struct eh_gather_clock *clock, int64_t rows[EH_GATHER_FATES],
                                     const struct eh_tracked_write **write, struct eh_err *err);

/* Writes what was decided: within the transaction of commit `commit_no`. */
EH_MUST enum eh_rc eh_tracked_write(const struct eh_tracked_write *write, struct eh_pg *store, int64_t source_id,
                                    int64_t commit_no, struct eh_err *err);

/* Forgets all rows, in the transaction that takes everything off: the source is counted from its first row again.  Outcomes
 * from a table of their own stay: that table is read on from where it was. */
EH_MUST enum eh_rc eh_tracked_forget(struct eh_pg *store, int64_t source_id, struct eh_err *err);

/* Of two rows of one id, whether the one that came later counts: by version, then where the id is not unique by content.
 * The contents are eh_tracked_content()'s. */
bool eh_tracked_wins(int64_t version, struct eh_text content, int64_t before_version, struct eh_text before, bool id_unique);

/* What is kept of a decision: all that a cell is made of and nothing else.  Reading it back gives a decision whose
 * texts lie in `content`, without an id, at the start of its pane. */
void eh_tracked_content(const struct eh_map *map, const struct eh_decision *decision, struct eh_buf *out);
EH_MUST enum eh_rc eh_tracked_decision(const struct eh_map *map, struct eh_text content, int64_t pane_us,
                                       struct eh_decision *out, struct eh_err *err);

#endif
