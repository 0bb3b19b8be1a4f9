/*
 * route.h - the one table of what may be asked for, and by whom.
 *
 * Whoever is not in a row's mask learns no more than that there is no such page.
 *
 * Owner    static data.
 * Threads  any.
 */
#ifndef EH_SERVE_ROUTE_H
#define EH_SERVE_ROUTE_H

#include "base/text.h"
#include "serve/request.h"

#define EH_SERVE_VIEWERS (EH_SERVE_INSURER | EH_SERVE_ANALYST | EH_SERVE_APPROVER | EH_SERVE_COUNSEL)
#define EH_SERVE_REGULATORS (EH_SERVE_REGULATOR | EH_SERVE_REGULATOR_ADMIN)
#define EH_SERVE_PEOPLE (EH_SERVE_VIEWERS | EH_SERVE_REGULATORS | EH_SERVE_ADMIN)
#define EH_SERVE_ROWS (EH_SERVE_INSURER | EH_SERVE_APPROVER) /* may see ids of rows that were set aside */

struct eh_route {
	const char *method; /* GET (also HEAD) or POST */
	const char
		*pattern; /* a path; a last part of * stands for one part, of ** for one or more; one * may be inside */
	unsigned roles;   /* a mask; 0: no sign-in is needed */
	eh_serve_handler *handler;
	bool slow; /* checks a password: made by the password thread */
};

extern const struct eh_route eh_serve_routes[];
extern const size_t eh_serve_routes_n;

/* The row for the method and path that lets `role` in, or NULL.  *tail, where a part was open, takes its
 * raw bytes, NULL else. */
const struct eh_route *eh_serve_route_find(const char *method, const char *path, enum eh_role role,
                                           struct eh_text *tail);

/* True where some role may ask for it: who is not signed in is sent to sign in instead of 404. */
bool eh_serve_route_known(const char *method, const char *path);

/* Where a role begins. */
const char *eh_serve_route_home(enum eh_role role);

#endif
