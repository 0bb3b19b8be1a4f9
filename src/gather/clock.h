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

/* What else a commit meets, beside the fates of the rows that it adds. */
enum eh_gather_other {
	EH_GATHER_REPEATED,  /* the same row again: not counted */
	EH_GATHER_CORRECTED, /* an old row taken off, because a newer version of it was added */
	EH_GATHER_TAKEN,     /* a row taken off for good: deleted, or its source is counted again from the start */
	EH_GATHER_OTHERS
};

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
