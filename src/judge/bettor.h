/*
 * bettor.h - places the bets of one track, and remembers the rates they are based on.
 *
 * The memory has a half-life of 7 days of T, starts at 25 of 50, and holds the
 * rate of the oriented .ref: raw, or one a stratum.  A bet is placed on what was
 * remembered before the block; feed it the block afterwards.
 *
 * What is bet on and how long is remembered is fixed by the version of the detector,
 * which the policy names: 2 has an alternative for large gaps, and forgets no
 * decision in favour of fewer than 100.  A version in use is never changed.
 *
 * Owner    eh_judge_bettor_begin() / _end().
 * Threads  none.
 */
#ifndef EH_JUDGE_BETTOR_H
#define EH_JUDGE_BETTOR_H

#include "judge/pair.h"

void eh_judge_bettor_begin(struct eh_judge_bettor *b, int64_t now_us, int detector_version);
void eh_judge_bettor_end(struct eh_judge_bettor *b);
/* `to` forgets what it knew and remembers what `from` does. */
void eh_judge_bettor_copy(struct eh_judge_bettor *to, const struct eh_judge_bettor *from);

/* The alternatives of a version of the detector, from 1. */
const struct ehs_mixture *eh_judge_bettor_mixture(int detector_version);

/* log e of the block for the alternatives at tau, tempered; conditional: the sum over its strata. */
void eh_judge_bet(struct eh_judge_bettor *b, const struct eh_judge_block *block, const struct eh_judge_stratum *strata,
                  int outcome, int kind, double tau, double log_e[EHS_ALTERNATIVES]);
void eh_judge_bettor_feed(struct eh_judge_bettor *b, const struct eh_judge_block *block,
                          const struct eh_judge_stratum *strata, int outcome, int kind);

#endif
