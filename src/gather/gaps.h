/*
 * gaps.h - what a source's own server says of it, on the record: how its slot stands, and what is lost.
 *
 * A gap is found by a reader, written here, and stops the source; a person accepts it
 * (`evenhand source accept-gap`), and the next gather goes on behind it.  The row stays.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_GAPS_H
#define EH_GATHER_GAPS_H

#include "gather/record.h"
#include "source/reader.h"

/* Whether a gap of the source is open, and whether somebody has accepted it. */
EH_MUST enum eh_rc eh_gather_gap_find(struct eh_pg *store, int64_t source_id, bool *open, bool *accepted, struct eh_err *err);

/* Writes the gap that begins where the record stands; one that is open already is left as it is. */
EH_MUST enum eh_rc eh_gather_gap_write(struct eh_record *record, const char *reason, struct eh_err *err);

/* The source is read again, from `position`: an open gap ends. */
EH_MUST enum eh_rc eh_gather_gap_end(struct eh_pg *store, int64_t source_id, const struct eh_position *position,
                                     struct eh_err *err);

EH_MUST enum eh_rc eh_gather_slot_write(struct eh_pg *store, int64_t source_id, const struct eh_reader_state *state,
                                        struct eh_err *err);

#endif
