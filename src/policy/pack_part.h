/*
 * pack_part.h - what the two files of a pack share: its words.  Inside the room only.
 */
#ifndef EH_POLICY_PACK_PART_H
#define EH_POLICY_PACK_PART_H

#include "policy/pack.h"

extern const char *const eh_pack_statuses[], *const eh_pack_periods[], *const eh_pack_origins[], *const eh_pack_metrics[];
extern const char *const eh_pack_directions[], *const eh_pack_tests[], *const eh_pack_references[];

/* Writes the canonical form and names the version by it. */
void eh_pack_seal(struct eh_arena *home, struct eh_pack *pack);

#endif
