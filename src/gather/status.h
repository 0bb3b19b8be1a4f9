/*
 * status.h - where every source stands, as one JSON document: what `evenhand status` and the pages show.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_STATUS_H
#define EH_GATHER_STATUS_H

#include <jansson.h>

#include "base/err.h"
#include "pg/pg.h"

/*
 * Puts `tally_digest` (of the one source, or of all by name; null where there is none) and `sources` into
 * `doc`: [{name, phase, position, clock, commit_no, rows: {on_time, early, late, set_aside, repeated, corrected,
 * taken}, panes,
 * tally_digest, capped, follow, map_version, map_sha256, note}], in one snapshot of the store.
 * phase is `registered` before the first commit.  `store` as any role that reads the tallies.
 */
EH_MUST enum eh_rc eh_gather_status(struct eh_pg *store, json_t *doc, struct eh_err *err);

#endif
