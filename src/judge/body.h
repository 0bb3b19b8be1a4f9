/*
 * body.h - what an alert's page and its readers are told: sentence, numbers, linked lineage, examples.
 *
 * The evidence (evidence.c) is what can be checked; the body is made to be read.
 * It links the components that stood behind the decisions since the onset, says
 * what changed, and who answers.  No sentence says discriminated, violated, caused
 * or proves (law 10).
 */
#ifndef EH_JUDGE_BODY_H
#define EH_JUDGE_BODY_H

#include "judge/store.h"
#include "lineage/answers.h"

/* The body of an event as JSON, keys as docs/reference/alert.md lists them. */
EH_MUST enum eh_rc eh_judge_body(struct eh_judge_store *store, const struct eh_judge_event *event,
                                 const struct eh_answers *answers, json_t **body, struct eh_err *err);

/* The linked lineage of an attribute's decisions from the onset to the end of the last closed pane. */
EH_MUST enum eh_rc eh_judge_lineage(struct eh_judge_store *store, const struct eh_judge_alert *alert,
                                    const struct eh_answers *answers, json_t **lineage, json_t **changed,
                                    struct eh_err *err);

#endif
