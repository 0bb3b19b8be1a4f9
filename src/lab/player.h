/*
 * player.h - plays a generated decision log: rows become due by a scenario's clock (design section 2, "The clock").
 *
 * A scenario is for the demo and for tests.  Its source takes T from evenhand_import.scenario_clock in
 * the source's own database; the player moves that clock in the transaction that commits the rows
 * due by then, so whoever sees a time in it sees every decision that was made before.  The clock is
 * on the record as a leaf {type: scenario, source, start, rate, anchor}, and a store that has any
 * source which is not generated refuses it.
 *
 * Owner    eh_player_open() / eh_player_close(); the rows are the caller's.
 * Threads  as pg.h.
 */
#ifndef EH_LAB_PLAYER_H
#define EH_LAB_PLAYER_H

#include "base/buf.h"
#include "decision/map.h"
#include "pg/pg.h"

/* Says that the source is generated: its clock stood at `start_us` when the wall clock stood at `anchor_us`, and runs
 * `rate` times as fast.  `store` as evenhand_writer.  EH_REFUSED where another source of the store is not generated. */
EH_MUST enum eh_rc eh_player_register(struct eh_pg *store, const char *source, int64_t start_us, int rate, int64_t anchor_us,
                                      struct eh_err *err);

/* What is played: rows in the order of their time. */
struct eh_player_rows {
	void *ctx;
	/* Gives the time of the next row and appends it as one CSV line; false after the last. */
	bool (*next)(void *ctx, int64_t *at_us, struct eh_buf *csv);
	const char *const *columns; /* the names of the CSV's columns, which are the table's */
	size_t columns_n;
};

struct eh_player;

/* Sets the clock to `start_us`, and makes its table where it is absent.  `source` is a connection to the map's
 * database with the rights of its import, outside a transaction; both must outlive the player. */
EH_MUST enum eh_rc eh_player_open(struct eh_pg *source, const struct eh_map *map, const struct eh_player_rows *rows,
                                  int64_t start_us, struct eh_player **out, struct eh_err *err);
void eh_player_close(struct eh_player *player); /* NULL is allowed */

/* Commits the rows up to `now_us`, and with them the clock, which never goes back. */
EH_MUST enum eh_rc eh_player_play(struct eh_player *player, int64_t now_us, struct eh_err *err);

int64_t eh_player_rows(const struct eh_player *player); /* played so far */
bool eh_player_ended(const struct eh_player *player);   /* no row is left */

#endif
