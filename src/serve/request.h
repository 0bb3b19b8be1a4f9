/*
 * request.h - one request as a page sees it, and the answer it makes.
 *
 * Owner    all texts live in the exchange's arena; the reply's buffers are handed to the daemon.
 * Threads  one worker at a time.
 */
#ifndef EH_SERVE_REQUEST_H
#define EH_SERVE_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "serve/form.h"
#include "serve/session.h"

struct eh_route;

struct eh_request {
	bool post, json;           /* json: /api/... or Accept: application/json */
	const char *path;          /* as sent, without /api and without the query */
	const char *query;         /* as sent, "" where there is none */
	struct eh_form args, form; /* the query and the body, decoded */
	const char *tail;          /* what the route's * or ** stood for, decoded */
	const char *cookies, *if_none_match;
	bool same_origin;
	char address[48]; /* of the client's network, /24 or /56 */
	struct eh_session session;
	const struct eh_route *route;
	struct eh_arena *arena;
};

struct eh_reply {
	int status;
	const char *type; /* NULL: text/html; charset=utf-8 */
	struct eh_buf body;
	const char *location; /* of a 303; made here, never taken from the request as it is */
	struct eh_buf cookie; /* Set-Cookie, where not empty */
	int retry_after_s;    /* 0: no such header */
	bool keep;            /* may be kept by the browser (the style sheet); else no-store */
	const char *file;     /* Content-Disposition: attachment of that name; NULL: none */
};

/* What works on requests: a thread's connections and the page templates. */
struct eh_worker {
	struct eh_serve *serve;
	struct eh_pg *reader, *regulator; /* opened when first used */
};

EH_MUST enum eh_rc eh_serve_reader(struct eh_worker *worker, struct eh_pg **pg, struct eh_err *err);
EH_MUST enum eh_rc eh_serve_regulator(struct eh_worker *worker, struct eh_pg **pg, struct eh_err *err);

typedef enum eh_rc eh_serve_handler(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                    struct eh_err *err);

/* A 303 to `format`, printed into the arena. */
enum eh_rc eh_serve_redirect(struct eh_request *rq, struct eh_reply *rp, const char *format, ...) EH_PRINTF(3, 4);

#endif
