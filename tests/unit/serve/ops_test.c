/*
 * ops_test.c - the listener for machines: where it listens, what it answers, and to whom.
 */
#include "serve/ops.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static struct eh_settings settings;
static struct eh_serve_ops *ops;

static int begin(void **state)
{
	struct eh_err err;

	if (eh_test_store_begin(state) != 0)
		return -1;
	settings = (struct eh_settings){.state = eh_test_state(), .ops_listen = "127.0.0.1:0"};
	expect_rc(EH_OK, eh_serve_ops_start(&settings, &ops, &err), &err);
	return 0;
}

static int end(void **state)
{
	eh_serve_ops_stop(ops);
	return eh_test_store_end(state);
}

static const char *ask(const char *head)
{
	static char answer[65536];
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const char *port = strrchr(eh_serve_ops_url(ops), ':');
	size_t len = 0;
	ssize_t n;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10));
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(write(fd, head, strlen(head)), (ssize_t)strlen(head));
	while (len + 1 < sizeof answer && (n = read(fd, answer + len, sizeof answer - 1 - len)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	close(fd);
	return answer;
}

#define GET(PATH) "GET " PATH " HTTP/1.1\r\nHost: 127.0.0.1:8788\r\nConnection: close\r\n\r\n"

static void expect_answer(const char *head, const char *status, const char *part)
{
	const char *answer = ask(head);

	assert_memory_equal(answer, "HTTP/1.1 ", 9);
	assert_memory_equal(answer + 9, status, strlen(status));
	if (strstr(answer, part) == NULL)
		fail_msg("no %s in %s", part, answer);
}

static void three_pages_are_answered(void **state)
{
	(void)state;
	expect_answer(GET("/metrics"), "200", "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	expect_answer(GET("/metrics"), "200", "evenhand_store_up 1\n");
	expect_answer(GET("/healthz"), "200", "ok\n");
	expect_answer(GET("/readyz"), "200", "{\"ready\": true");
	expect_answer(GET("/"), "404", "/metrics");
	expect_answer(GET("/metrics/"), "404", "/metrics");
	expect_answer("HEAD /healthz HTTP/1.1\r\nHost: localhost:8788\r\nConnection: close\r\n\r\n", "200", "Content-Length: 3");
	expect_answer("POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "405", "GET only");
}

/* A site whose name was made to point here sends its own name. */
static void other_hosts_are_refused(void **state)
{
	static const char *const hosts[] = {"evil.example", "127.evil.example", "localhost.evil.example", "10.0.0.1:8788"};

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		char head[200];

		snprintf(head, sizeof head, "GET /metrics HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", hosts[i]);
		expect_answer(head, "403", "localhost");
	}
	expect_answer("GET /metrics HTTP/1.1\r\nHost: [::1]:8788\r\nConnection: close\r\n\r\n", "200", "evenhand_store_up");
}

static void only_loopback_is_bound(void **state)
{
	static const char *const elsewhere[] = {"0.0.0.0:0", "[::]:0", "10.1.2.3:0"};
	struct eh_settings s = settings;
	struct eh_serve_ops *none = NULL;
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		s.ops_listen = elsewhere[i];
		expect_rc(EH_REFUSED, eh_serve_ops_start(&s, &none, &err), &err);
	}
	s.ops_listen = "here";
	expect_rc(EH_BAD_INPUT, eh_serve_ops_start(&s, &none, &err), &err);
	char taken[64];
	snprintf(taken, sizeof taken, "127.0.0.1:%d", atoi(strrchr(eh_serve_ops_url(ops), ':') + 1));
	s.ops_listen = taken;
	expect_rc(EH_AGAIN, eh_serve_ops_start(&s, &none, &err), &err);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_pages_are_answered),
		cmocka_unit_test(other_hosts_are_refused),
		cmocka_unit_test(only_loopback_is_bound),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
