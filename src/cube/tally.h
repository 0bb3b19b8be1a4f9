/*
 * tally.h - one digest for all accepted decisions of a source, and one for a store (law 2).
 *
 * A source's tally digest depends on its accepted rows and its map only: live,
 * recomputed, pushed down, by any number of gathers and after any crash it is the
 * same.  It is SHA-256 over "evenhand/tally/v1\n" and, for each pane that is not
 * empty, ascending by start: the start in microseconds as 8 bytes, most significant
 * first (two's complement), and the SHA-256 of the canonical block (cube.h) of all
 * that the pane holds.
 *
 * Owner    eh_cube_tally_begin() gives a handle that eh_cube_tally_end() takes back.
 * Threads  any, one handle each.
 */
#ifndef EH_CUBE_TALLY_H
#define EH_CUBE_TALLY_H

#include "cube/cube.h"

struct eh_cube_tally;

struct eh_cube_tally *eh_cube_tally_begin(void);

/* The next pane: all that was accepted for it, merged.  Starts ascend strictly (asserted);
 * an empty cube is passed over. */
void eh_cube_tally_pane(struct eh_cube_tally *tally, int64_t pane_us, const struct eh_cube *pane);

/* The same by the digest of the pane's block, where that is at hand; not for an empty pane. */
void eh_cube_tally_block(struct eh_cube_tally *tally, int64_t pane_us, const struct eh_sha256 *block);

struct eh_sha256 eh_cube_tally_end(struct eh_cube_tally *tally); /* frees the handle */

struct eh_cube_tally_source {
	const char *name;
	struct eh_sha256 digest;
};

/* The store's: that of its only source; of several, SHA-256 over name, newline, 64 hex digits,
 * newline, sorted by the bytes of the name. */
struct eh_sha256 eh_cube_tally_store(const struct eh_cube_tally_source *sources, size_t n);

#endif
