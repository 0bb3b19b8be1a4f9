/*
 * policies.h - the versions of the policy, as the store has them.
 *
 * A store began under the built-in default of the release that made it.  That version
 * is its genesis and stays so, whatever the default of this program is; what came
 * later was approved by two people (governance.h).  Live, refold and replay read the
 * same timeline, so that each close is judged by the version that ruled it.
 *
 * Owner    the arena given.
 * Threads  none.
 */
#ifndef EH_JUDGE_POLICIES_H
#define EH_JUDGE_POLICIES_H

#include "pg/pg.h"
#include "policy/policies.h"

/* Every version of both layers, in the order of their leaves; empty where no judge ever ran.  EH_REFUSED for a version
 * that this program cannot read, or whose bytes are not those of its name. */
EH_MUST enum eh_rc eh_judge_policies_read(struct eh_pg *pg, struct eh_arena *home, struct eh_policies **policies,
                                          struct eh_err *err);

#endif
