/*
 * route.c - see route.h.
 */
#include "serve/route.h"

#include <string.h>

#include "serve/pages.h"

#define VIEWERS EH_SERVE_VIEWERS
#define PEOPLE EH_SERVE_PEOPLE
#define INSURER EH_SERVE_INSURER
#define EITHER (EH_SERVE_INSURER | EH_SERVE_ANALYST)

const struct eh_route eh_serve_routes[] = {
	{"GET", "/static/*", 0, eh_serve_page_static, false},
	{"GET", "/login", 0, eh_serve_page_sign_in, false},
	{"POST", "/login", 0, eh_serve_do_sign_in, true},
	{"POST", "/logout", PEOPLE, eh_serve_do_sign_out, false},
	{"GET", "/account", PEOPLE, eh_serve_page_account, false},
	{"POST", "/account/end-others", PEOPLE, eh_serve_do_end_others, false},
	{"GET", "/help", PEOPLE, eh_serve_page_help, false},

	{"GET", "/", VIEWERS, eh_serve_page_overview, false},
	{"GET", "/", EH_SERVE_REGULATORS | EH_SERVE_ADMIN, eh_serve_page_home, false},
	{"GET", "/monitors", VIEWERS, eh_serve_page_monitors, false},
	{"GET", "/m/**", VIEWERS, eh_serve_page_monitor, false},
	{"GET", "/csv/m/**", VIEWERS, eh_serve_page_monitor_csv, false},
	{"GET", "/sources", VIEWERS, eh_serve_page_sources, false},
	{"GET", "/packs", VIEWERS, eh_serve_page_packs, false},
	{"GET", "/alerts", VIEWERS, eh_serve_page_alerts, false},
	{"GET", "/alerts/*", VIEWERS, eh_serve_page_alert, false},
	{"POST", "/alerts/*/acknowledge", INSURER, eh_serve_do_step, false},
	{"POST", "/alerts/*/investigate", EITHER, eh_serve_do_step, false},
	{"POST", "/alerts/*/mitigate", EITHER, eh_serve_do_step, false},
	{"POST", "/alerts/*/verify", EITHER, eh_serve_do_step, false},
	{"POST", "/alerts/*/note", VIEWERS, eh_serve_do_step, false},
	{"POST", "/alerts/*/dispute", VIEWERS, eh_serve_do_step, false},
	{"POST", "/alerts/*/settle", INSURER, eh_serve_do_step, false},
	{"POST", "/alerts/*/notify-regulator", INSURER | EH_SERVE_COUNSEL, eh_serve_do_step, false},
	{"POST", "/alerts/*/reopen", INSURER, eh_serve_do_step, false},
	{"POST", "/alerts/*/propose", EITHER, eh_serve_do_propose, false},
	{"POST", "/alerts/*/approve", EH_SERVE_APPROVER | EH_SERVE_COUNSEL, eh_serve_do_approve, false},
	{"GET", "/lab", EH_SERVE_ANALYST | INSURER | EH_SERVE_APPROVER, eh_serve_page_lab, false},
	{"POST", "/lab", EH_SERVE_ANALYST | INSURER, eh_serve_do_lab, false},
	{"POST", "/lab/ask", EH_SERVE_ANALYST | INSURER, eh_serve_do_lab_ask, false},
	{"GET", "/policy", VIEWERS | EH_SERVE_REGULATORS, eh_serve_page_policy, false},
	{"POST", "/policy/propose", INSURER | EH_SERVE_ANALYST | EH_SERVE_REGULATOR_ADMIN, eh_serve_do_policy_propose, false},
	{"POST", "/policy/*/approve", EH_SERVE_APPROVER | EH_SERVE_REGULATOR_ADMIN, eh_serve_do_policy_approve, false},
	{"POST", "/policy/*/reject", VIEWERS | EH_SERVE_REGULATOR_ADMIN, eh_serve_do_policy_reject, false},
	{"GET", "/audit", VIEWERS, eh_serve_page_audit, false},

	{"GET", "/r", EH_SERVE_REGULATORS, eh_serve_page_regulator, false},
	{"GET", "/r/access", EH_SERVE_REGULATORS | INSURER, eh_serve_page_access, false},

	{"GET", "/admin", EH_SERVE_ADMIN, eh_serve_page_admin, false},
};
const size_t eh_serve_routes_n = sizeof eh_serve_routes / sizeof *eh_serve_routes;

static bool starts_with(struct eh_text text, const char *prefix, size_t n)
{
	return text.n >= n && memcmp(text.at, prefix, n) == 0;
}

/* Literal up to a star, the open part, literal after it. */
static bool fits(const char *pattern, const char *path, struct eh_text *tail)
{
	const char *star = strchr(pattern, '*');
	struct eh_text rest = {path, strlen(path)};

	*tail = (struct eh_text){0};
	if (!star)
		return strcmp(pattern, path) == 0;
	size_t before = (size_t)(star - pattern);
	bool many = star[1] == '*';
	const char *suffix = star + (many ? 2 : 1);
	size_t after = strlen(suffix);
	if (!starts_with(rest, pattern, before) || rest.n <= before + after)
		return false;
	if (memcmp(path + rest.n - after, suffix, after) != 0)
		return false;
	*tail = (struct eh_text){path + before, rest.n - before - after};
	return many || !memchr(tail->at, '/', tail->n);
}

const struct eh_route *eh_serve_route_find(const char *method, const char *path, enum eh_role role,
                                           struct eh_text *tail)
{
	struct eh_text open;

	for (size_t i = 0; i < eh_serve_routes_n; i++) {
		const struct eh_route *route = &eh_serve_routes[i];
		bool let_in = route->roles == 0 || (route->roles & (unsigned)role) != 0;
		if (let_in && strcmp(route->method, method) == 0 && fits(route->pattern, path, &open)) {
			if (tail)
				*tail = open;
			return route;
		}
	}
	return NULL;
}

bool eh_serve_route_known(const char *method, const char *path)
{
	struct eh_text open;

	for (size_t i = 0; i < eh_serve_routes_n; i++)
		if (strcmp(eh_serve_routes[i].method, method) == 0 && fits(eh_serve_routes[i].pattern, path, &open))
			return true;
	return false;
}

const char *eh_serve_route_home(enum eh_role role)
{
	return (role & EH_SERVE_REGULATORS) != 0 ? "/r" : role == EH_SERVE_ADMIN ? "/admin" : "/";
}
