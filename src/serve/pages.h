/*
 * pages.h - the handlers that the table of routes names.
 *
 * A page makes one JSON model and gives it to eh_serve_page(), which adds the
 * frame (who, where, how far the data go) and fills the template of that name, or
 * answers with the model itself.  A deed (do_...) checks what was sent, writes at
 * most one request row, and redirects: a reload repeats nothing.
 *
 * Owner    as request.h.
 * Threads  one worker at a time.
 */
#ifndef EH_SERVE_PAGES_H
#define EH_SERVE_PAGES_H

#include <jansson.h>

#include "serve/request.h"

eh_serve_handler eh_serve_page_static, eh_serve_page_sign_in, eh_serve_do_sign_in, eh_serve_do_sign_out;
eh_serve_handler eh_serve_page_account, eh_serve_do_end_others, eh_serve_page_help, eh_serve_page_home;
eh_serve_handler eh_serve_page_overview, eh_serve_page_monitors, eh_serve_page_monitor, eh_serve_page_monitor_csv;
eh_serve_handler eh_serve_page_alerts, eh_serve_page_alert, eh_serve_page_sources, eh_serve_page_packs;
eh_serve_handler eh_serve_do_step, eh_serve_do_propose, eh_serve_do_approve;
eh_serve_handler eh_serve_page_lab, eh_serve_do_lab, eh_serve_do_lab_ask, eh_serve_page_audit;
eh_serve_handler eh_serve_page_policy, eh_serve_do_policy_propose, eh_serve_do_policy_approve, eh_serve_do_policy_reject;
eh_serve_handler eh_serve_page_regulator, eh_serve_page_access, eh_serve_page_admin;

/* Takes over `model`, an object with at least a `title`; `name` is the template's.  The reply's status stays as it
 * was set (0: 200).  Keys that end in _svg are for the template and left out of JSON, as is `chart`. */
EH_MUST enum eh_rc eh_serve_page(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *name,
                                 json_t *model, struct eh_err *err);

/* The same for pages that need no store: no ribbon, no navigation. */
EH_MUST enum eh_rc eh_serve_page_bare(struct eh_serve *serve, struct eh_request *rq, struct eh_reply *rp,
                                      const char *name, json_t *model, struct eh_err *err);

/* /static/NAME?v=DIGEST: what may be kept for ever, as another file would have another address. */
const char *eh_serve_static_url(struct eh_arena *arena, const char *name);

#endif
