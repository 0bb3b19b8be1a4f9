/*
 * guard.h - refuses requests that two parsers could read in two ways.
 *
 * libmicrohttpd 0.9.75 is lax: it takes the first of two lengths, a length beside
 * chunks, a header with a space before its colon.  Behind a proxy each of these
 * lets one request be hidden in another.  So every request is looked at once more,
 * before its body is read, and what is not plainly well-formed is answered 400 and
 * the connection closed, which drops whatever was sent behind it.
 *
 * What cannot be seen from here (folded headers, bare line feeds) is harmless, as
 * no header that a proxy might add is ever trusted.
 *
 * Owner    the caller; texts are read during the call only.
 * Threads  any.
 */
#ifndef EH_SERVE_GUARD_H
#define EH_SERVE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EH_SERVE_HEADERS 64
#define EH_SERVE_URI_MAX 2048
#define EH_SERVE_BODY_MAX 65536

struct eh_header {
	const char *name, *value;
	size_t name_length, value_length;
};

struct eh_head {
	const char *method, *version, *uri; /* as they were sent: nothing decoded */
	size_t n;
	bool overflow; /* there were more than EH_SERVE_HEADERS */
	struct eh_header header[EH_SERVE_HEADERS];
};

struct eh_guard_verdict {
	int status;      /* 0: let it in; else the answer, after which the connection is closed */
	const char *why; /* for the answer's text */
	uint64_t length; /* of the body that is to come */
};

struct eh_guard_verdict eh_serve_guard(const struct eh_head *head);

/* The value of the first header of that name (names in any case), or NULL. */
const char *eh_serve_header(const struct eh_head *head, const char *name);

/* True for a Host that can only mean this machine: 127.x.x.x, ::1 or localhost, any port.  A page of another
 * site whose name was turned to 127.0.0.1 still sends its own name, and is refused. */
bool eh_serve_host_is_ours(const char *host);

/* A POST must come from one of our own pages: Sec-Fetch-Site, where sent, says same-origin; Origin, where sent,
 * is http:// and our Host; at least one of them was sent. */
bool eh_serve_same_origin(const struct eh_head *head);

#endif
