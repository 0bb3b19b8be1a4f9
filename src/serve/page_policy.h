/*
 * page_policy.h - the page of the policy, for the deeds that come back to it.
 *
 * Owner    as request.h.
 * Threads  one worker at a time.
 */
#ifndef EH_SERVE_PAGE_POLICY_H
#define EH_SERVE_PAGE_POLICY_H

#include "serve/request.h"

/* The page; `wrong` says what is wrong with the form that came (NULL: nothing), which keeps what was typed. */
EH_MUST enum eh_rc eh_serve_show_policy(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *wrong,
                                        struct eh_err *err);

#endif
