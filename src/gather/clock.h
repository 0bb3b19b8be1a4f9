/*
 * clock.h - the fate of a row, from the source's clock T (law 3: only a clock moves a window, never a row).
 *
 * Threads  any.
 */
#ifndef EH_GATHER_CLOCK_H
#define EH_GATHER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "cube/pane.h"

#define EH_GATHER_EARLY_US (5 * INT64_C(60000000)) /* design section 2: decided_at beyond T + 5 min is early */

enum eh_gather_fate { EH_GATHER_ON_TIME, EH_GATHER_EARLY, EH_GATHER_LATE, EH_GATHER_SET_ASIDE, EH_GATHER_FATES };

struct eh_gather_clock {
	enum eh_pane pane;
	int64_t lateness_us;
	bool fates;         /* false in history, where every row is on time */
	int64_t before_us;  /* T before this commit; INT64_MIN: none */
	int64_t now_us;     /* T that commits with the row; INT64_MAX: no row is early */
	int64_t closed_us;  /* start of the last pane with a close on the record; INT64_MIN: none */
};

enum eh_gather_fate eh_gather_fate_of(const struct eh_gather_clock *clock, int64_t at_us);

/* Whether T, moving so, gets to the end of a pane and its lateness: judge may close it from then on. */
bool eh_gather_crosses(const struct eh_gather_clock *clock, int64_t from_us, int64_t to_us);

#endif
