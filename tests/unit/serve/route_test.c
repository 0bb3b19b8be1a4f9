/*
 * Who may ask for what: every row of the table against every role, compared with what is written here
 * a second time on purpose.
 */
#include "serve/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Letters: i insurer, a analyst, p approver, r regulator, d admin, m machine, - nobody signed in. */
static const struct {
	const char *method, *path, *who;
} expected[] = {
	{"GET", "/static/app.css", "iapcrfdm-"},
	{"GET", "/login", "iapcrfdm-"},
	{"POST", "/login", "iapcrfdm-"},
	{"POST", "/logout", "iapcrfd"},
	{"GET", "/account", "iapcrfd"},
	{"POST", "/account/end-others", "iapcrfd"},
	{"GET", "/help", "iapcrfd"},
	{"GET", "/", "iapcrfd"},
	{"GET", "/monitors", "iapc"},
	{"GET", "/m/underwriting/race/Black/adverse/raw", "iapc"},
	{"GET", "/csv/m/underwriting/race/Black/adverse/raw", "iapc"},
	{"GET", "/sources", "iapc"},
	{"GET", "/packs", "iapc"},
	{"GET", "/alerts", "iapc"},
	{"GET", "/alerts/A-3f9c1b7d2e44", "iapc"},
	{"POST", "/alerts/A-3f9c1b7d2e44/acknowledge", "i"},
	{"POST", "/alerts/A-3f9c1b7d2e44/investigate", "ia"},
	{"POST", "/alerts/A-3f9c1b7d2e44/mitigate", "ia"},
	{"POST", "/alerts/A-3f9c1b7d2e44/verify", "ia"},
	{"POST", "/alerts/A-3f9c1b7d2e44/note", "iapc"},
	{"POST", "/alerts/A-3f9c1b7d2e44/dispute", "iapc"},
	{"POST", "/alerts/A-3f9c1b7d2e44/settle", "i"},
	{"POST", "/alerts/A-3f9c1b7d2e44/notify-regulator", "ic"},
	{"POST", "/alerts/A-3f9c1b7d2e44/reopen", "i"},
	{"POST", "/alerts/A-3f9c1b7d2e44/propose", "ia"},
	{"POST", "/alerts/A-3f9c1b7d2e44/approve", "pc"},
	{"GET", "/lab", "iap"},
	{"POST", "/lab", "ia"},
	{"POST", "/lab/ask", "ia"},
	{"GET", "/policy", "iapcrf"},
	{"POST", "/policy/propose", "iaf"},
	{"POST", "/policy/12/approve", "pf"},
	{"POST", "/policy/12/reject", "iapcf"},
	{"GET", "/audit", "iapc"},
	{"GET", "/r", "rf"},
	{"GET", "/r/access", "irf"},
	{"GET", "/admin", "d"},
};
#define EXPECTED (sizeof expected / sizeof *expected)

static const struct {
	char letter;
	enum eh_role role;
} roles[] = {{'i', EH_SERVE_INSURER}, {'a', EH_SERVE_ANALYST}, {'p', EH_SERVE_APPROVER}, {'r', EH_SERVE_REGULATOR},
             {'c', EH_SERVE_COUNSEL}, {'f', EH_SERVE_REGULATOR_ADMIN}, {'d', EH_SERVE_ADMIN},   {'m', EH_SERVE_MACHINE}, {'-', EH_SERVE_PUBLIC}};

static void each_role_gets_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < EXPECTED; i++)
		for (size_t r = 0; r < sizeof roles / sizeof *roles; r++) {
			bool let_in =
				eh_serve_route_find(expected[i].method, expected[i].path, roles[r].role, NULL) != NULL;
			if (let_in != (strchr(expected[i].who, roles[r].letter) != NULL))
				fail_msg("%s %s for %c: %s", expected[i].method, expected[i].path, roles[r].letter,
				         let_in ? "let in" : "kept out");
		}
}

/* A new row without its line above fails here. */
static void each_row_is_expected(void **state)
{
	(void)state;
	for (size_t row = 0; row < eh_serve_routes_n; row++) {
		size_t hits = 0;
		for (size_t i = 0; i < EXPECTED; i++)
			for (size_t r = 0; r < sizeof roles / sizeof *roles; r++)
				hits += eh_serve_route_find(expected[i].method, expected[i].path, roles[r].role,
				                            NULL) == &eh_serve_routes[row];
		if (hits == 0)
			fail_msg("%s %s is in nobody's expectation", eh_serve_routes[row].method,
			         eh_serve_routes[row].pattern);
	}
}

static void unknown_is_unknown(void **state)
{
	static const char *const paths[] = {"",         "/alerts/",      "/alerts/a/b",  "/m/",     "/monitorsx",
	                                    "/static/", "/static/a/b",   "/../static/x", "/r/",     "/R",
	                                    "//",       "/alerts//note", "/login/",      "/csv/m/", "/alerts/A/delete"};

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		for (size_t r = 0; r < sizeof roles / sizeof *roles; r++)
			assert_null(eh_serve_route_find("GET", paths[i], roles[r].role, NULL));
	assert_null(eh_serve_route_find("POST", "/", EH_SERVE_INSURER, NULL));
	assert_null(eh_serve_route_find("GET", "/alerts/A/note", EH_SERVE_INSURER, NULL));
	assert_true(eh_serve_route_known("GET", "/r"));
	assert_false(eh_serve_route_known("GET", "/alerts/a/b"));
}

static void the_open_part_is_handed_over(void **state)
{
	struct eh_text tail;

	(void)state;
	assert_non_null(eh_serve_route_find("GET", "/m/a/b%2Fc/d", EH_SERVE_INSURER, &tail));
	assert_int_equal(tail.n, 9);
	assert_memory_equal(tail.at, "a/b%2Fc/d", 9);
	assert_non_null(eh_serve_route_find("POST", "/alerts/A-1/note", EH_SERVE_INSURER, &tail));
	assert_int_equal(tail.n, 3);
	assert_memory_equal(tail.at, "A-1", 3);
	assert_non_null(eh_serve_route_find("GET", "/alerts", EH_SERVE_INSURER, &tail));
	assert_null(tail.at);
}

/* Whoever is led to their own page must be let in there. */
static void every_home_is_open(void **state)
{
	(void)state;
	for (size_t r = 0; r < 5; r++)
		assert_non_null(eh_serve_route_find("GET", eh_serve_route_home(roles[r].role), roles[r].role, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_gets_its_own), cmocka_unit_test(each_row_is_expected),
		cmocka_unit_test(unknown_is_unknown),     cmocka_unit_test(the_open_part_is_handed_over),
		cmocka_unit_test(every_home_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
