/*
 * daemon.h - what one running dashboard holds: for the files of this room only.
 *
 * Owner    eh_serve_start().
 * Threads  everything but the throttle, the tree and the pools is read-only once it was started.
 */
#ifndef EH_SERVE_DAEMON_H
#define EH_SERVE_DAEMON_H

#include <netinet/in.h>
#include <pthread.h>

#include "ledger/ledger.h"
#include "page/mustache.h"
#include "serve/pool.h"
#include "serve/serve.h"
#include "serve/throttle.h"
#include "serve/watchdog.h"

struct MHD_Daemon;

#define EH_SERVE_PAGES_MAX 32

struct eh_serve {
	const struct eh_settings *settings;
	struct eh_session_limits limits;
	struct eh_arena *arena; /* of the compiled templates */
	size_t pages_n;
	struct eh_serve_page_template {
		const char *name;
		const struct eh_template *template;
	} page[EH_SERVE_PAGES_MAX];
	struct eh_throttle throttle;
	struct eh_pool *pages, *passwords;
	struct eh_watchdog *dog;
	struct MHD_Daemon *mhd;
	char url[80];

	pthread_mutex_t tree_lock; /* the ledger's tree as far as a page has asked for it */
	struct eh_ledger_range tree;
};

/* Makes the answer to a request whose head and body are in: session, route, form token, page, error page.
 * Never fails: what goes wrong becomes a page that says so. */
void eh_serve_answer(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp);

/* A small page (or JSON) that says what went wrong; needs no store. */
void eh_serve_answer_error(struct eh_serve *serve, struct eh_request *rq, struct eh_reply *rp, int status,
                           const char *what, const char *hint);

/* Reads host:port; only loopback is let in. */
EH_MUST enum eh_rc eh_serve_listen_address(const char *text, struct sockaddr_storage *out, socklen_t *n,
                                           struct eh_err *err);

/* Compiles every template of dashboards/pages. */
EH_MUST enum eh_rc eh_serve_compile_pages(struct eh_serve *serve, struct eh_err *err);

#endif
