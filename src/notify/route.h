/*
 * route.h - where messages go: the file of routes, read strictly (law 12: how to run, and nothing of what is unfair).
 *
 * A route is a receiver and what it wants to be told.  A message goes to every
 * route that wants it; what a route is good for is decided when the message is
 * written, how it is sent when it is sent.  So a route may get another address
 * between two tries, and one that is taken out of the file keeps its messages
 * waiting in the store, where `evenhand notify list` names them.
 *
 * Secrets (keys, passwords, addresses that are secrets in themselves) stand in
 * files of their own that not everybody may read.  They are read here, once, and
 * are in no message, record, argument or line of a log.
 *
 * Owner    everything lives in the arena given to eh_notify_routes_read().
 * Threads  read-only after reading.
 */
#ifndef EH_NOTIFY_ROUTE_H
#define EH_NOTIFY_ROUTE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/settings.h"

enum eh_notify_kind {
	EH_NOTIFY_WEBHOOK,
	EH_NOTIFY_SMTP,
	EH_NOTIFY_ALERTMANAGER,
	EH_NOTIFY_SYSLOG,
	EH_NOTIFY_PAGERDUTY,
	EH_NOTIFY_SLACK,
	EH_NOTIFY_TEAMS,
	EH_NOTIFY_KINDS
};

/* What a message is about, as bits: a closing by two people is about its alert and a decision. */
enum eh_notify_about {
	EH_NOTIFY_BIAS = 1,
	EH_NOTIFY_DATA = 2,
	EH_NOTIFY_GOVERNANCE = 4,
	EH_NOTIFY_HEARTBEAT = 8,
	EH_NOTIFY_DECISION = 16
};

#define EH_NOTIFY_LEVELS 10 /* escalation levels 0 to 9 */

enum eh_notify_tls { EH_NOTIFY_STARTTLS, EH_NOTIFY_WRAPPED, EH_NOTIFY_NO_TLS };
enum eh_notify_transport { EH_NOTIFY_OVER_TLS, EH_NOTIFY_OVER_TCP, EH_NOTIFY_OVER_UDP, EH_NOTIFY_OVER_UNIX };

struct eh_notify_route {
	const char *name;
	enum eh_notify_kind kind;

	/* what it wants */
	unsigned abouts; /* enum eh_notify_about */
	bool review, page;
	unsigned levels;            /* bit n: level n */
	const char *const *sources; /* NULL: all */
	size_t sources_n;
	const char *const *people; /* NULL: not for named people only */
	size_t people_n;

	/* how it is tried */
	int64_t tries, first_ms, most_ms; /* so often, after so long, doubling up to so long */

	/* how it is reached */
	const char *url; /* of the HTTP kinds; may be a secret */
	const char *secret;
	size_t secret_n;
	const char *ca_file; /* whom to trust; NULL: the system's list */
	const char *host;    /* host:port of smtp and syslog; the socket's path for EH_NOTIFY_OVER_UNIX */
	const char *user, *from;
	const char *const *to;
	size_t to_n;
	enum eh_notify_tls tls;
	enum eh_notify_transport transport;
	int64_t facility;
	int64_t resend_ms, hold_ms; /* alertmanager */
};

struct eh_notify_routes {
	const struct eh_notify_route *route;
	size_t n;
	const char *public_url; /* of the dashboard, without a slash at its end; NULL: messages have no link */
};

/* The routes of the settings: those of the file `notify`, and `webhook_url` as a route named webhook that wants
 * everything but heartbeats.  Neither: none.  EH_BAD_INPUT with file:line:column. */
EH_MUST enum eh_rc eh_notify_routes_read(struct eh_arena *home, const struct eh_settings *settings,
                                         struct eh_notify_routes *out, struct eh_err *err);

/* One file alone, as `evenhand notify check` reads it. */
EH_MUST enum eh_rc eh_notify_routes_parse(struct eh_arena *home, const char *path, struct eh_notify_routes *out,
                                          struct eh_err *err);
/* The same from its text; where `secrets` is false, the files of secrets are not opened. */
EH_MUST enum eh_rc eh_notify_routes_parse_text(struct eh_arena *home, const char *path, const char *text, size_t n, bool secrets,
                                               struct eh_notify_routes *out, struct eh_err *err);

const struct eh_notify_route *eh_notify_route_find(const struct eh_notify_routes *routes, const char *name);
const char *eh_notify_kind_name(enum eh_notify_kind kind);

/* The wait after the n-th failure of a round, n from 1. */
int64_t eh_notify_route_wait_us(const struct eh_notify_route *route, int64_t n);

#endif
