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
 * `doc`: [{name, mode, follow, phase, state, reason: {kind, message, hint, tries, since}, position, clock, commit_no,
 * last_commit, progressed, lag_seconds, lag_bytes, retained_bytes, wal_status, rows_per_second, gaps: {total, open,
 * accepted_by, accepted_total, accepted: {by, at, reason}}, rows: {on_time, early, late, set_aside, repeated, corrected, taken}, set_aside_open, panes,
 * tally_digest, capped, map_version, map_sha256, note}], in one snapshot of the store.  source/standing.h says what they mean.
 * phase is `registered` before the first commit.  `store` as any role that reads the tallies.
 */
EH_MUST enum eh_rc eh_gather_status(struct eh_pg *store, json_t *doc, struct eh_err *err);

#endif
