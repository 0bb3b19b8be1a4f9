/*
 * route_test.c - the file of routes: what is read, what is refused and where, and which secrets are taken.
 */
#include "notify/route.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notify/outbox.h"
#include "notify/secret.h"
#include "tests/lib/test.h"

static struct eh_arena *home;
static char folder[64];

static int begin(void **state)
{
	(void)state;
	home = eh_arena_new();
	snprintf(folder, sizeof folder, "/tmp/evenhand-route-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
	static const char *const names[] = {"key", "open", "empty", "lines"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(eh_arena_printf(home, "%s/%s", folder, names[i]));
	rmdir(folder);
	eh_arena_free(home);
	return 0;
}

static void put_file(const char *name, const char *text, mode_t mode)
{
	const char *path = eh_arena_printf(home, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static enum eh_rc parse(const char *text, struct eh_notify_routes *out, struct eh_err *err)
{
	return eh_notify_routes_parse_text(home, eh_arena_printf(home, "%s/routes.yaml", folder), text, strlen(text), true, out, err);
}

static void refused(const char *route, const char *why)
{
	struct eh_notify_routes routes;
	struct eh_err err;

	assert_int_equal(parse(eh_arena_printf(home, "routes:\n  - {%s}\n", route), &routes, &err), EH_BAD_INPUT);
	if (strstr(err.text, why) == NULL)
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_non_null(strstr(err.text, "routes.yaml:2:"));
}

static void every_kind_is_read(void **state)
{
	struct eh_notify_routes routes;
	struct eh_err err;

	(void)state;
	put_file("key", "s3cret\n", 0600);
	expect_rc(EH_OK,
	          parse("routes:\n"
	                "  - {name: hook, kind: webhook, url: 'https://hooks.example.org/x', secret_file: key, kinds: [bias], severities: [page],\n"
	                "     levels: [1, 2], sources: [motor, home], people: [ada], tries: 3, first_wait: 2s, longest_wait: 10s}\n"
	                "  - {name: mail, kind: smtp, host: 'mail.example.org:587', user: u, secret_file: key, from: a@example.org, to: [b@example.org]}\n"
	                "  - {name: am, kind: alertmanager, url: 'http://127.0.0.1:9093/', kinds: [heartbeat, data]}\n"
	                "  - {name: log, kind: syslog, host: 'log.example.org:6514'}\n"
	                "  - {name: sock, kind: syslog, over: unix, host: /dev/log, facility: 4}\n"
	                "  - {name: pd, kind: pagerduty, secret_file: key}\n",
	                &routes, &err),
	          &err);
	assert_int_equal(routes.n, 6);
	const struct eh_notify_route *r = routes.route;
	assert_string_equal(r[0].secret, "s3cret");
	assert_int_equal(r[0].abouts, EH_NOTIFY_BIAS);
	assert_false(r[0].review);
	assert_int_equal(r[0].levels, 6);
	assert_int_equal(r[0].sources_n, 2);
	assert_int_equal(eh_notify_route_wait_us(&r[0], 1), 2000000);
	assert_int_equal(eh_notify_route_wait_us(&r[0], 3), 8000000);
	assert_int_equal(eh_notify_route_wait_us(&r[0], 50), 10000000);
	assert_int_equal(r[1].tls, EH_NOTIFY_STARTTLS);
	assert_string_equal(r[2].url, "http://127.0.0.1:9093/api/v2/alerts");
	assert_int_equal(r[3].transport, EH_NOTIFY_OVER_TLS);
	assert_int_equal(r[4].facility, 4);
	assert_string_equal(r[5].url, "https://events.pagerduty.com/v2/enqueue");
	assert_int_equal(r[5].abouts, EH_NOTIFY_BIAS | EH_NOTIFY_DATA | EH_NOTIFY_GOVERNANCE | EH_NOTIFY_DECISION);
}

static void what_is_nearly_right_is_refused(void **state)
{
	(void)state;
	put_file("key", "s3cret\n", 0600);
	refused("name: a, kind: webhok, url: 'https://x/'", "did you mean");
	refused("name: a, kind: webhook, url: 'https://x/', severity: [page]", "did you mean \"severities\"");
	refused("name: A b, kind: webhook, url: 'https://x/'", "a route's name");
	refused("name: a, kind: webhook", "has no address");
	refused("name: a, kind: webhook, url: 'file:///etc/passwd'", "does not begin with https:// or http://");
	refused("name: a, kind: webhook, url: 'http://hooks.example.org/'", "for this machine alone");
	refused("name: a, kind: webhook, url: 'http://127.0.0.1@evil.example.org/'", "may hold a secret");
	refused("name: a, kind: webhook, url: 'http://127.0.0.1.evil.example.org/'", "for this machine alone");
	refused("name: a, kind: webhook, url: 'https://ada:pw@example.org/'", "may hold a secret");
	refused("name: a, kind: webhook, url: 'https://example.org/?token=1'", "may hold a secret");
	refused("name: a, kind: slack, url: 'https://hooks.slack.com/services/T/B/x'", "url");
	refused("name: a, kind: webhook, url: 'https://x/', kinds: []", "names nothing");
	refused("name: a, kind: webhook, url: 'https://x/', kinds: [bia]", "did you mean \"bias\"");
	refused("name: a, kind: webhook, url: 'https://x/', levels: [10]", "10");
	refused("name: a, kind: webhook, url: 'https://x/', tries: 0", "tries");
	refused("name: a, kind: webhook, url: 'https://x/', first_wait: 2h", "not between");
	refused("name: a, kind: pagerduty", "secret_file");
	refused("name: a, kind: smtp, host: 'mail.example.org:25', tls: none, from: a@b.c, to: [d@e.f]", "for this machine alone");
	refused("name: a, kind: smtp, host: 'mail.example.org', from: a@b.c, to: [d@e.f]", "not HOST:PORT");
	refused("name: a, kind: smtp, host: 'm:25', from: \"a@b.c>\\r\\nRCPT TO:<x@y.z\", to: [d@e.f]", "not an address");
	refused("name: a, kind: smtp, host: 'm:25', from: a@b.c, to: ['d@e.f,g@h.i']", "not an address");
	refused("name: a, kind: smtp, host: 'm:25', user: u, from: a@b.c, to: [d@e.f]", "come together");
	refused("name: a, kind: syslog, over: tcp, host: 'log.example.org:514'", "for this machine alone");
	refused("name: a, kind: syslog, over: udp, host: '10.0.0.1:514'", "for this machine alone");
	refused("name: a, kind: alertmanager, url: 'https://x/', resend: 1m, hold: 2m", "three times resend");
}

static void two_routes_have_two_names(void **state)
{
	struct eh_notify_routes routes;
	struct eh_err err;

	(void)state;
	assert_int_equal(parse("routes:\n  - {name: a, kind: syslog, host: 'x:6514'}\n  - {name: a, kind: syslog, host: 'y:6514'}\n", &routes, &err),
	                 EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "another route named a"));
}

static void a_secret_is_for_its_owner(void **state)
{
	(void)state;
	put_file("open", "s3cret\n", 0604);
	put_file("empty", "\n", 0600);
	put_file("lines", "a\nb\n", 0600);
	refused("name: a, kind: pagerduty, secret_file: open", "can be read by everybody");
	refused("name: a, kind: pagerduty, secret_file: empty", "is empty");
	refused("name: a, kind: pagerduty, secret_file: lines", "not one line");
	refused("name: a, kind: pagerduty, secret_file: none", "No such file");
	refused("name: a, kind: pagerduty, secret_file: /", "is not a file");
}

static void the_short_form_is_a_route(void **state)
{
	struct eh_settings settings = {.webhook_url = "https://hooks.example.org/?token=x", .public_url = "https://evenhand.example.org//"};
	struct eh_notify_routes routes;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_notify_routes_read(home, &settings, &routes, &err), &err);
	assert_int_equal(routes.n, 1);
	assert_string_equal(routes.route[0].name, "webhook");
	assert_string_equal(routes.public_url, "https://evenhand.example.org");
	settings.webhook_url = "file:///etc/passwd";
	assert_int_equal(eh_notify_routes_read(home, &settings, &routes, &err), EH_BAD_INPUT);
	settings.webhook_url = "http://hooks.example.org/"; /* as in the file of routes */
	assert_int_equal(eh_notify_routes_read(home, &settings, &routes, &err), EH_BAD_INPUT);
	settings.webhook_url = "http://127.0.0.1@hooks.example.org/";
	assert_int_equal(eh_notify_routes_read(home, &settings, &routes, &err), EH_BAD_INPUT);
	settings.webhook_url = "http://127.0.0.1:9/";
	expect_rc(EH_OK, eh_notify_routes_read(home, &settings, &routes, &err), &err);
	settings.webhook_url = NULL;
	settings.public_url = "javascript:alert(1)";
	assert_int_equal(eh_notify_routes_read(home, &settings, &routes, &err), EH_BAD_INPUT);
}

static void who_wants_what(void **state)
{
	static const char *const sources[] = {"motor"}, *const ada[] = {"ada"}, *const both[] = {"ben", "ada"};
	struct eh_notify_route r = {.abouts = EH_NOTIFY_BIAS | EH_NOTIFY_DECISION, .page = true, .levels = 1u << 2};
	struct eh_notify_message m = {.type = "alert", .abouts = EH_NOTIFY_BIAS, .page = true, .level = 2, .alert = "A-1", .event = "raised", .source = "motor"};

	(void)state;
	assert_true(eh_notify_wants(&r, &m));
	m.level = 1;
	assert_false(eh_notify_wants(&r, &m));
	m.level = 2;
	m.page = false;
	assert_false(eh_notify_wants(&r, &m));
	m.page = true;
	m.abouts = EH_NOTIFY_DATA;
	assert_false(eh_notify_wants(&r, &m));
	m.abouts = EH_NOTIFY_DATA | EH_NOTIFY_DECISION; /* what two people decided */
	assert_true(eh_notify_wants(&r, &m));
	r.sources = sources;
	r.sources_n = 1;
	assert_true(eh_notify_wants(&r, &m));
	m.source = "home";
	assert_false(eh_notify_wants(&r, &m));
	m.source = "motor";
	r.people = ada; /* a route of Ada's: it is told of what concerns her, and of nothing else */
	r.people_n = 1;
	assert_false(eh_notify_wants(&r, &m));
	m.audience = both;
	m.audience_n = 2;
	assert_true(eh_notify_wants(&r, &m));
	m.level = 99; /* beyond the highest is the highest */
	r.levels = 1u << 9;
	assert_true(eh_notify_wants(&r, &m));
	r.kind = EH_NOTIFY_PAGERDUTY; /* an incident has no remarks */
	m.event = "note";
	assert_false(eh_notify_wants(&r, &m));
	m.type = "heartbeat";
	m.abouts = EH_NOTIFY_HEARTBEAT;
	r.abouts = EH_NOTIFY_HEARTBEAT;
	assert_false(eh_notify_wants(&r, &m));
	m.type = "silence"; /* but the end of heartbeats is one */
	assert_true(eh_notify_wants(&r, &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_kind_is_read, begin, end),
		cmocka_unit_test_setup_teardown(what_is_nearly_right_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(two_routes_have_two_names, begin, end),
		cmocka_unit_test_setup_teardown(a_secret_is_for_its_owner, begin, end),
		cmocka_unit_test_setup_teardown(the_short_form_is_a_route, begin, end),
		cmocka_unit_test(who_wants_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
