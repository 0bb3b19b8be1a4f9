/*
 * governance.h - how a new version of the policy comes into force (law 8).
 *
 * Somebody proposes it, judge checks it, another person approves it, and it takes
 * effect at an instant that was in the future when it was approved: later than wall
 * time and than every source's T, so that no close that was already judged could have
 * been under it.  (In a store whose sources are all generated, T alone counts.)  The
 * leaf `policy` is written before the version acts.
 *
 *   house   insurer or analyst proposes, approver approves
 *   floor   regulator-admin proposes, another regulator-admin approves
 *
 * The proposer may take a proposal back; whoever may approve may reject it.  What was
 * proposed is kept for good.
 *
 * Owner    the arena given to eh_judge_govern().
 * Threads  none.
 */
#ifndef EH_JUDGE_GOVERNANCE_H
#define EH_JUDGE_GOVERNANCE_H

#include "judge/asked.h"
#include "judge/write.h"

#define EH_JUDGE_POLICY_BYTES 40000 /* of a canonical policy: it has to fit a leaf, twice escaped */

struct eh_judge_governed;

/* policy-propose, policy-approve, policy-reject */
bool eh_judge_governs(const char *verb);

/*
 * Checks what is asked, inside the writer's transaction, and keeps the leaves of what follows from it.  `message` gets
 * the answer; *out is NULL where it is refused.  The body of a request:
 *   policy-propose  {layer: house|floor, canonical, effective: 2027-01-01T00:00:00Z, reason, lab_sha256}
 *   policy-approve  {proposal, sha256: what the approver saw, reason}
 *   policy-reject   {proposal, reason}
 */
EH_MUST enum eh_rc eh_judge_govern(struct eh_judge_writer *writer, const struct eh_judge_asked *asked,
                                   struct eh_arena *home, struct eh_judge_governed **out, char message[EH_JUDGE_MESSAGE],
                                   struct eh_err *err);

/* Writes the rows, once the leaves of the transaction have their indexes: `first` is the first, `answer` that of the
 * answer to the request. */
EH_MUST enum eh_rc eh_judge_govern_write(struct eh_judge_writer *writer, struct eh_judge_governed *governed, int64_t first,
                                         int64_t answer, struct eh_err *err);

/* After the commit: the core learns of a version that was approved. */
EH_MUST enum eh_rc eh_judge_govern_done(struct eh_judge_store *store, const struct eh_judge_governed *governed,
                                        struct eh_err *err);

#endif
