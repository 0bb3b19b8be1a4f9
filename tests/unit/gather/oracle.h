/*
 * oracle.h - what decisions come to when each is counted once, by itself.
 *
 * Threads  none.
 */
#ifndef EH_TESTS_GATHER_ORACLE_H
#define EH_TESTS_GATHER_ORACLE_H

#include "cube/tally.h"
#include "gather/delta.h"

/* The tally digest of a delta that only added; the delta is freed. */
static inline struct eh_sha256 oracle_tally(struct eh_delta *delta)
{
	struct eh_cube_tally *tally = eh_cube_tally_begin();
	struct eh_pack pack = {0};

	eh_delta_pack(delta, &pack);
	for (size_t i = 0; i < pack.panes; i++) {
		struct eh_sha256 block = eh_sha256_of(pack.pane[i].block.at, pack.pane[i].block.n);

		eh_cube_tally_block(tally, pack.pane[i].pane_us, &block);
	}
	eh_delta_free_pack(&pack);
	eh_delta_free(delta);
	return eh_cube_tally_end(tally);
}

#endif
