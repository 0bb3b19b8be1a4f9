/*
 * matured.h - does the rate of adverse outcomes jump from one month of decisions to the next?
 *
 * A month is looked at once, when the maturity has passed since its last pane; what is
 * known by then is counted, as closes folded it, whatever came in between.  Where the
 * log keeps outcomes of one kind only from some month on, the rate among what is known
 * leaps, and error rates of those months mean nothing: that is a fault of the data, and
 * it must not be read as one of people.  So is an outcome that stops coming.
 *
 * Each month is compared with the twelve before it (jump.h: odds of 1.5 times the usual
 * for the evidence, 2 for the gate; 5 and 10 points for what is not known).
 *
 * Owner    eh_judge_matured_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_MATURED_H
#define EH_JUDGE_MATURED_H

#include "judge/fault.h"
#include "judge/jump.h"

struct eh_judge_matured;

struct eh_judge_matured *eh_judge_matured_new(const struct eh_judge_source *source);
void eh_judge_matured_free(struct eh_judge_matured *matured); /* NULL is allowed */

/* A pane at its close, and what came for it later; `taken` may be NULL. */
void eh_judge_matured_add(struct eh_judge_matured *matured, int64_t pane_us, const struct eh_cube *added,
                          const struct eh_cube *taken);

/* Looks at the oldest month that is due at `end_us` and was not looked at: false where there is none.  *due_us: the end of
 * the pane with which it became due. */
bool eh_judge_matured_next(struct eh_judge_matured *matured, int64_t end_us, int64_t *due_us);

struct eh_judge_matured_state {
	struct eh_judge_jump rose, fell, unknown; /* of the rate; of the share not known.  since_us: start of a month */
};
const struct eh_judge_matured_state *eh_judge_matured_state(const struct eh_judge_matured *matured);

void eh_judge_matured_words(const void *source, bool active, struct eh_buf *sentence, json_t *facts);

#endif
