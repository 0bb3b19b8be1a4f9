/*
 * pulse.h - judge's own sign of life, and what it finds wrong with itself: that it was silent, that nobody hears it.
 *
 * Once an hour of wall time judge writes a heartbeat: a leaf with the wall clock
 * and the clock T of every source, a row that readers see, a message to the routes
 * that ask for it.  Where the one before is older than two hours, judge was
 * silent: a data alert says from when to when, in the transaction of the beat that
 * ends the silence, so that no crash loses it.  Judge cannot tell of its own end;
 * `evenhand deadman` does, from elsewhere.
 *
 * A dead letter is a data alert of the source it tells of, until its route has
 * taken a later message.  Played sources are left out of both.
 *
 * Owner    eh_judge_pulse_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_PULSE_H
#define EH_JUDGE_PULSE_H

#include "judge/write.h"

#define EH_JUDGE_BEAT_US (60 * INT64_C(60000000))    /* a beat an hour */
#define EH_JUDGE_SILENT_US (120 * INT64_C(60000000)) /* more between two of them is a silence */

struct eh_judge_pulse;

/* `silences`: say where judge was silent; false for a judge that is started now and then, to work off what is there. */
struct eh_judge_pulse *eh_judge_pulse_new(struct eh_judge_writer *writer, struct eh_judge_store *store, bool silences);
void eh_judge_pulse_free(struct eh_judge_pulse *pulse); /* NULL is allowed */

/* Beats where it is time, and looks for dead letters now and then; `now_us` is wall time.  Transactions of its own. */
EH_MUST enum eh_rc eh_judge_pulse_look(struct eh_judge_pulse *pulse, int64_t now_us, struct eh_err *err);

#endif
