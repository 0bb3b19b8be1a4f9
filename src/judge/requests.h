/*
 * requests.h - what people ask of alerts, carried out or refused on the record.
 *
 * judge believes nothing that a request says of its author: user, role, session
 * and state are read again from tables that serve may only read or insert into,
 * and closing takes two people whose names differ.  Every request ends with an
 * outcome and a leaf.
 */
#ifndef EH_JUDGE_REQUESTS_H
#define EH_JUDGE_REQUESTS_H

#include "judge/write.h"

/* Answers every open request, each in a transaction of its own.  `session_ms`: how long a sign-in lasts in any case. */
EH_MUST enum eh_rc eh_judge_requests(struct eh_judge_writer *writer, struct eh_judge_store *store, int64_t session_ms,
                                     struct eh_err *err);

#endif
