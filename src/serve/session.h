/*
 * session.h - who is signed in, as the store says it.
 *
 * A session is a cookie of 32 random bytes; the store keeps its SHA-256 only.  It
 * ends when its user signs out, after half an hour without a request, after twelve
 * hours, or when the user is disabled.  serve may insert sessions, signs of life
 * and ends, and can change nothing: judge reads the same tables and draws its own
 * conclusion about every request.
 *
 * The cookie is named `evenhand` and is HttpOnly and SameSite=Strict.  It has no
 * Secure and no __Host- prefix: only loopback is served, and there over plain HTTP.
 *
 * Owner    the caller.
 * Threads  any, one connection each.
 */
#ifndef EH_SERVE_SESSION_H
#define EH_SERVE_SESSION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "pg/pg.h"

#define EH_SERVE_TOKEN_BYTES 32
#define EH_SERVE_TOKEN_TEXT 44 /* base64url without padding, and a NUL */

/* Bits, for the masks of the table of routes. */
enum eh_role {
	EH_SERVE_PUBLIC = 0, /* not signed in */
	EH_SERVE_INSURER = 1,
	EH_SERVE_ANALYST = 2,
	EH_SERVE_APPROVER = 4,
	EH_SERVE_REGULATOR = 8,
	EH_SERVE_ADMIN = 16,
	EH_SERVE_MACHINE = 32,
	EH_SERVE_REGULATOR_ADMIN = 64, /* sets the floor policy, and sees what a regulator sees */
	EH_SERVE_COUNSEL = 128
};

const char *eh_serve_role_name(enum eh_role role);
enum eh_role eh_serve_role_of(const char *name); /* EH_SERVE_PUBLIC for a name that is no role */

struct eh_session {
	enum eh_role role; /* EH_SERVE_PUBLIC: nobody is signed in, and the rest is empty */
	char user[64];
	struct eh_sha256 token_sha256;
	char csrf[EH_SERVE_TOKEN_TEXT]; /* what every form of this session carries */
	int64_t created_us;
};

struct eh_session_limits {
	int64_t idle_ms, length_ms;
};

/* Looks at the Cookie header (may be NULL); a session that is none, or over, gives EH_SERVE_PUBLIC.
 * Writes a sign of life at most once a minute. */
EH_MUST enum eh_rc eh_serve_session_find(struct eh_pg *pg, const char *cookies, struct eh_session_limits limits,
                                         struct eh_session *out, struct eh_err *err);

/* Begins one for a user whose password was right; always a new token.  *cookie takes the Set-Cookie value. */
EH_MUST enum eh_rc eh_serve_session_begin(struct eh_pg *pg, const char *user, struct eh_buf *cookie,
                                          struct eh_err *err);

EH_MUST enum eh_rc eh_serve_session_end(struct eh_pg *pg, const struct eh_session *session, struct eh_err *err);

/* Ends every other session of the user. */
EH_MUST enum eh_rc eh_serve_session_end_others(struct eh_pg *pg, const struct eh_session *session, struct eh_err *err);

/* The Set-Cookie value that makes the browser forget. */
#define EH_SERVE_COOKIE_FORGET "evenhand=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"

/* True where `csrf` (may be NULL) is the session's, compared in constant time. */
bool eh_serve_session_csrf(const struct eh_session *session, const char *csrf);

/* Takes the token out of a Cookie header: exactly one `evenhand=` of 43 base64url characters. */
bool eh_serve_session_token(const char *cookies, unsigned char token[EH_SERVE_TOKEN_BYTES]);

#endif
