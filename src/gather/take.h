/*
 * take.h - what one change of a source does to the delta at hand.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_TAKE_H
#define EH_GATHER_TAKE_H

#include "gather/delta.h"
#include "gather/gather.h"
#include "gather/tracked.h"
#include "source/reader.h"

struct eh_gather_taker {
	const struct eh_map *map;
	const struct eh_gather_clock *clock;
	struct eh_delta *delta;
	struct eh_gather_result *result;
	struct eh_tracked *tracked; /* NULL: identity: position */
	struct eh_position *position; /* the reader's: the latest decided_at is kept beside the place */
};

/* Checks the change's row and counts it, or sets it aside; with identity: tracked notes it, to be counted when it is
 * settled.  EH_REFUSED: it cannot be counted, and the source stops. */
EH_MUST enum eh_rc eh_gather_take(const struct eh_gather_taker *take, const struct eh_change *change, struct eh_err *err);

#endif
