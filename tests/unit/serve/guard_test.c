/*
 * The guard: a plain request passes, and each oddity alone is refused.
 */
#include "serve/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A head from lines `Name: value`, ended by NULL. */
static struct eh_head head_of(const char *method, const char *uri, const char *const *lines)
{
	struct eh_head head = {.method = method, .version = "HTTP/1.1", .uri = uri};

	for (; *lines; lines++) {
		const char *colon = strchr(*lines, ':');
		assert_non_null(colon);
		head.header[head.n++] = (struct eh_header){.name = *lines,
		                                           .name_length = (size_t)(colon - *lines),
		                                           .value = colon + 2,
		                                           .value_length = strlen(colon + 2)};
	}
	return head;
}

static int status_of(const char *method, const char *uri, const char *const *lines)
{
	struct eh_head head = head_of(method, uri, lines);

	return eh_serve_guard(&head).status;
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define HOST "Host: 127.0.0.1:8787"

static void plain_requests_pass(void **state)
{
	(void)state;
	assert_int_equal(status_of("GET", "/", LINES(HOST)), 0);
	assert_int_equal(status_of("HEAD", "/m/a/b%20c/d?days=90&x=%2F", LINES(HOST, "Accept: */*")), 0);
	assert_int_equal(status_of("POST", "/login", LINES(HOST, "Content-Length: 12")), 0);
	assert_int_equal(status_of("GET", "/", LINES("host: localhost")), 0);
	assert_int_equal(status_of("GET", "/", LINES("Host: [::1]:80", "Content-Length: 0")), 0);
}

static void odd_requests_do_not(void **state)
{
	static const struct {
		int status;
		const char *method, *uri;
		const char *line[4];
	} odd[] = {
		{400, "GET", "/", {"Accept: */*"}},
		{400, "GET", "/", {HOST, HOST}},
		{400, "GET", "/", {"Host: evil.example"}},
		{400, "GET", "/", {"Host: 127.0.0.1.evil.example"}},
		{400, "GET", "/", {"Host: 127.0.0.1:80:80"}},
		{400, "GET", "/", {"Host: localhost.evil.example"}},
		{400, "GET", "http://evil/a", {HOST}},
		{400, "GET", "*", {HOST}},
		{400, "GET", "", {HOST}},
		{400, "GET", "/a b", {HOST}},
		{400, "GET", "/\x80", {HOST}},
		{400, "GET", "/a#b", {HOST}},
		{405, "PUT", "/", {HOST}},
		{405, "get", "/", {HOST}},
		{405, "TRACE", "/", {HOST}},
		{400, "GE\x01", "/", {HOST}},
		{400, "POST", "/", {HOST, "Content-Length: 5", "Content-Length: 5"}},
		{400, "POST", "/", {HOST, "Content-Length: 5", "Transfer-Encoding: chunked"}},
		{411, "POST", "/", {HOST, "Transfer-Encoding: chunked"}},
		{411, "POST", "/", {HOST, "Transfer-Encoding: identity, chunked"}},
		{411, "POST", "/", {HOST}},
		{400, "POST", "/", {HOST, "Content-Length: +5"}},
		{400, "POST", "/", {HOST, "Content-Length: -1"}},
		{400, "POST", "/", {HOST, "Content-Length: 5, 5"}},
		{400, "POST", "/", {HOST, "Content-Length: 9999999999999999999999"}},
		{413, "POST", "/", {HOST, "Content-Length: 65537"}},
		{400, "GET", "/", {HOST, "Content-Length: 5"}},
		{400, "GET", "/", {HOST, "Content-Length : 5"}},
		{400, "GET", "/", {HOST, "X-A: b\rc"}},
		{400, "GET", "/", {HOST, "Cookie: a=1", "Cookie: a=2"}},
		{400, "GET", "/", {HOST, "Origin: http://127.0.0.1:8787", "Origin: null"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		int status = status_of(odd[i].method, odd[i].uri, odd[i].line);
		if (status != odd[i].status)
			fail_msg("row %zu: %d and not %d", i, status, odd[i].status);
	}
}

static void a_value_with_nul_is_refused(void **state)
{
	struct eh_head head = head_of("GET", "/", LINES(HOST, "X-A: bc"));

	(void)state;
	head.header[1].value = "b\0c";
	head.header[1].value_length = 3;
	assert_int_equal(eh_serve_guard(&head).status, 400);
}

static void size_has_limits(void **state)
{
	static char uri[EH_SERVE_URI_MAX + 8];
	struct eh_head head;

	(void)state;
	memset(uri, 'a', sizeof uri - 1);
	uri[0] = '/';
	assert_int_equal(status_of("GET", uri, LINES(HOST)), 414);
	head = head_of("GET", "/", LINES(HOST));
	head.overflow = true;
	assert_int_equal(eh_serve_guard(&head).status, 431);
	head = head_of("GET", "/", LINES(HOST));
	head.version = "HTTP/0.9";
	assert_int_equal(eh_serve_guard(&head).status, 505);
}

static bool same_origin(const char *const *lines)
{
	struct eh_head head = head_of("POST", "/", lines);

	return eh_serve_same_origin(&head);
}

static void deeds_come_from_our_own_pages(void **state)
{
	(void)state;
	assert_true(same_origin(LINES(HOST, "Origin: http://127.0.0.1:8787")));
	assert_true(same_origin(LINES(HOST, "Sec-Fetch-Site: same-origin")));
	assert_true(same_origin(LINES(HOST, "Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1:8787")));
	assert_false(same_origin(LINES(HOST)));
	assert_false(same_origin(LINES(HOST, "Origin: null")));
	assert_false(same_origin(LINES(HOST, "Origin: http://127.0.0.1:8788")));
	assert_false(same_origin(LINES(HOST, "Origin: https://127.0.0.1:8787")));
	assert_false(same_origin(LINES(HOST, "Sec-Fetch-Site: same-site")));
	assert_false(same_origin(LINES(HOST, "Sec-Fetch-Site: cross-site", "Origin: http://127.0.0.1:8787")));
	assert_false(same_origin(LINES(HOST, "Sec-Fetch-Site: same-origin", "Origin: http://evil.example")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_requests_pass),           cmocka_unit_test(odd_requests_do_not),
		cmocka_unit_test(a_value_with_nul_is_refused),   cmocka_unit_test(size_has_limits),
		cmocka_unit_test(deeds_come_from_our_own_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
