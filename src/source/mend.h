/*
 * mend.h - what a new version of a map may add although rows were counted: values that were never counted.
 *
 * A row that was set aside stays so until its value has a meaning.  A map is mended
 * where it gives one to values that so far had none, and leaves all others theirs:
 *
 *   favourable, adverse   where both lists are given; a value in neither was set aside
 *   groups                a value that no counted row had: it is not in the dictionary, which is not full
 *
 * Everything else, and every value taken away or moved, would mix two meanings in one
 * tally (laws 1 and 12).
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_MEND_H
#define EH_SOURCE_MEND_H

#include <jansson.h>

#include "pg/pg.h"

/* Takes the lists out of both canonical maps where `new` has all that `old` has and what it adds was never counted, so
 * that the rest can be compared.  Other lists stay. */
EH_MUST enum eh_rc eh_mend_allow(struct eh_pg *store, int64_t source_id, json_t *old, json_t *new, struct eh_err *err);

#endif
