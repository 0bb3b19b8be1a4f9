/*
 * poll.h - reads a decision log by the difference of snapshots (law 2).
 *
 * The table carries, in an xid8 column with the default pg_current_xact_id(), the
 * transaction that inserted each row.  A row is delivered by the first snapshot
 * that sees that transaction and by no other:
 *
 *   history  the rows that the first snapshot sees, in the order of their place in the table
 *   live     the rows that a new snapshot sees and the last one did not
 *
 * so that no concurrent writer, roll-back or long transaction can make a row be
 * lost, doubled or waited for (PostgreSQL: pg_visible_in_snapshot()).  Rows must be
 * append-only; updates and deletes are not seen, recompute finds them.  A row whose
 * xid8 was forged into the future waits until that transaction id has been.
 *
 * A standby's snapshots do not name the open transactions, and the system column xmin,
 * which serves where there is no xid8 column, cannot be held against names.  There a
 * snapshot is a horizon, "H:H:": every transaction below H has ended.  Then a row waits
 * for every transaction that is older than its own, and so does the clock.  By xmin each
 * look reads the whole table and may take a twentieth of the time; updated rows are
 * delivered again with what they say now; a rewritten or restored table comes again from
 * its first row.  So it needs identity: tracked.
 *
 * Use: open; then any number of begin, next ... until NULL, end.  After each row
 * eh_poll_position() gives where a later reader goes on.
 *
 * Owner    the caller owns connection, map and the arena, and closes the reader before them; a row
 *          lives until the next call.
 * Threads  none.
 */
#ifndef EH_SOURCE_POLL_H
#define EH_SOURCE_POLL_H

#include "base/arena.h"
#include "decision/decision.h"
#include "decision/map.h"
#include "pg/pg.h"
#include "source/position.h"
#include "source/reader.h"

struct eh_poll;

/* Looks at the table.  EH_REFUSED, naming what is missing, where it cannot be followed exactly. */
EH_MUST enum eh_rc eh_poll_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, struct eh_poll **out,
                                struct eh_err *err);

/* Frees what the arena does not; NULL is allowed. */
void eh_poll_close(struct eh_poll *poll);

/* Lets history be read by up to so many connections, each a stretch of the table, in one exported snapshot. */
#define EH_POLL_CONNECTIONS_MAX 8
void eh_poll_use_connections(struct eh_poll *poll, uint32_t n);

/* False where no unique index guards the id column: a row inserted twice is counted twice. */
bool eh_poll_id_is_unique(const struct eh_poll *poll);

/* False on a standby, where LISTEN is not allowed: its rows are asked for in intervals. */
bool eh_poll_hears(const struct eh_poll *poll);

/* Opens a snapshot and the reading that follows `from` (kind NONE: history from its first row).
 * A position that this table cannot be read on from is EH_REFUSED. */
EH_MUST enum eh_rc eh_poll_begin(struct eh_poll *poll, const struct eh_position *from, struct eh_err *err);

/* Opens a reading of all rows that were read up to `position`, as they are now, in the order of their place, or by their
 * ids so that those of one id stand together: what recompute compares.  eh_poll_position() means nothing in it. */
EH_MUST enum eh_rc eh_poll_begin_again(struct eh_poll *poll, const struct eh_position *position, bool by_id, struct eh_err *err);

/* Takes the clock from evenhand_import.scenario_clock in the source's database, in the snapshot of the rows, instead
 * of from the server: the source is generated, and its generator writes rows and clock in one transaction. */
void eh_poll_use_scenario(struct eh_poll *poll);

/* That clock, of the snapshot that is open; INT64_MIN: it has not begun. */
EH_MUST enum eh_rc eh_poll_scenario_clock(struct eh_pg *pg, const char *source, int64_t *us, struct eh_err *err);

/* Holds a row of the statement poll_look against the map: EH_REFUSED where the table has gone or has another name, under
 * which it is not read; whatever has its name is another table. */
EH_MUST enum eh_rc eh_poll_check_name(const struct eh_map *map, const PGresult *looked, struct eh_err *err);

/* The source's clock: whatever was committed before it is in the snapshot of this reading.  INT64_MIN: a scenario that
 * has not begun. */
int64_t eh_poll_clock_us(const struct eh_poll *poll);

/* The next row, or NULL when the reading is whole. */
EH_MUST enum eh_rc eh_poll_next(struct eh_poll *poll, const struct eh_row **row, struct eh_err *err);

/* The place after the last row; after the NULL, that everything was read.  The caller keeps
 * last_us in it. */
struct eh_position *eh_poll_position(struct eh_poll *poll);

/* Closes the snapshot; also in the middle of a reading, whose rest the server then drops. */
EH_MUST enum eh_rc eh_poll_end(struct eh_poll *poll, struct eh_err *err);

/* A poll reader behind the interface of reader.h. */
EH_MUST enum eh_rc eh_poll_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                       const struct eh_reader_options *options, struct eh_source_reader **out,
                                       struct eh_err *err);

#endif
