/*
 * notify_test.c - the outbox against a real HTTP receiver on the loopback interface, one that fails as receivers do.
 */
#include "notify/notify.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/time.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define NOW INT64_C(1767225600000000) /* 2026-01-01 */

/* ---- the receiver -------------------------------------------------------------------------- */

enum { REQUESTS_MAX = 16 };

static struct receiver {
	int listener, port;
	int silent; /* a connection that gets no answer; 0: none */
	pthread_t thread;
	const char *const *answers; /* one a request; the last for all that follow; "" does not answer */
	atomic_int requests;
	char request[REQUESTS_MAX][4096];
} receiver;

static void read_request(int fd, char *into, size_t cap)
{
	size_t n = 0, want = 0;

	while (n + 1 < cap) {
		ssize_t got = read(fd, into + n, cap - 1 - n);

		if (got <= 0)
			break;
		n += (size_t)got;
		into[n] = '\0';
		const char *end = strstr(into, "\r\n\r\n"), *length = strcasestr(into, "content-length:");
		if (end != NULL && length != NULL)
			want = (size_t)(end + 4 - into) + strtoul(length + 15, NULL, 10);
		if (want > 0 && n >= want)
			break;
	}
}

static void *receive(void *arg)
{
	(void)arg;
	for (;;) {
		int fd = accept(receiver.listener, NULL, NULL), i = receiver.requests;
		const char *const *answer = receiver.answers;

		if (fd < 0)
			return NULL;
		read_request(fd, receiver.request[i % REQUESTS_MAX], sizeof receiver.request[0]);
		for (int k = 0; k < i && answer[1] != NULL; k++)
			answer++;
		receiver.requests++;
		if (**answer == '\0') {
			receiver.silent = fd; /* open, and not a word */
			continue;
		}
		if (write(fd, *answer, strlen(*answer)) < 0)
			perror("receiver");
		close(fd);
	}
}

static void receiver_begin(const char *const *answers)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof at;

	memset(receiver.request, 0, sizeof receiver.request);
	receiver.answers = answers;
	receiver.requests = 0;
	receiver.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(receiver.listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(receiver.listener, 8), 0);
	assert_int_equal(getsockname(receiver.listener, (struct sockaddr *)&at, &n), 0);
	receiver.port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&receiver.thread, NULL, receive, NULL), 0);
}

static void receiver_end(void)
{
	shutdown(receiver.listener, SHUT_RDWR);
	pthread_join(receiver.thread, NULL);
	close(receiver.listener);
	if (receiver.silent != 0)
		close(receiver.silent);
	receiver.silent = 0;
}

/* ---- the sender ------------------------------------------------------------------------------ */

struct sender {
	struct eh_pg *pg;
	struct eh_notify *notify;
	char url[128];
	struct eh_notify_route route;
	struct eh_notify_routes routes;
};

static void sender_begin(struct sender *s, const char *path, const char *extra)
{
	const struct eh_notify_limits limits = {.connect_ms = 1000, .total_ms = 300, .answer_bytes = 2000, .look_us = 0};
	struct eh_err err;

	snprintf(s->url, sizeof s->url, "http://%s127.0.0.1:%d%s", extra, receiver.port, path);
	s->route = (struct eh_notify_route){.name = "webhook", .kind = EH_NOTIFY_WEBHOOK, .tries = 5, .first_ms = 5000, .most_ms = 60000,
	                                    .url = s->url};
	s->routes = (struct eh_notify_routes){.route = &s->route, .n = 1};
	expect_rc(EH_OK, eh_notify_open(&s->routes, &limits, &s->notify, &err), &err);
	s->pg = eh_test_open(EH_STORE_WRITER);
}

static void sender_end(struct sender *s)
{
	eh_notify_close(s->notify);
	eh_pg_close(s->pg);
}

/* Ticks at a time that stands still until nothing is under way. */
static void tick(struct sender *s, int64_t now_us)
{
	struct eh_err err;

	for (int i = 0; i < 500; i++) {
		expect_rc(EH_OK, eh_notify_tick(s->notify, s->pg, now_us, &err), &err);
		if (eh_notify_under_way(s->notify) == 0)
			return;
		usleep(10000);
	}
	fail_msg("the message is still under way");
}

static void put(struct sender *s, const char *key, const char *body)
{
	EH_BUF_AUTO sql = {0};

	eh_buf_printf(&sql, "INSERT INTO evenhand.outbox (route, dedup_key, body) VALUES ('webhook', '%s', '%s')", key, body);
	eh_test_sql(s->pg, sql.data);
}

static const char *tries(struct sender *s)
{
	return eh_test_text(s->pg, "SELECT coalesce(string_agg(attempt_no || ' ' || delivered || ' ' || detail, '; ' ORDER BY outbox_id, "
				   "attempt_no), '') FROM evenhand.outbox_attempt");
}

/* ---- tests ------------------------------------------------------------------------------------- */

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define BUSY_ANSWER "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"

static void message_arrives_once(void **state)
{
	static const char *const answers[] = {OK_ANSWER, NULL};
	struct sender s;

	(void)state;
	receiver_begin(answers);
	sender_begin(&s, "/hook", "");
	put(&s, "A-0123456789ab/1", "{\"sentence\":\"caf\xc3\xa9\"}");
	tick(&s, NOW);
	tick(&s, NOW + EH_HOUR_US);
	tick(&s, NOW + EH_DAY_US);
	assert_int_equal(receiver.requests, 1);
	assert_string_equal(tries(&s), "1 true HTTP 200");
	const char *request = receiver.request[0];
	assert_int_equal(strncmp(request, "POST /hook HTTP/1.1\r\n", 21), 0);
	assert_non_null(strstr(request, "\r\nIdempotency-Key: A-0123456789ab/1\r\n"));
	assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(request, "\r\n\r\n{\"sentence\":\"caf\xc3\xa9\"}"));
	sender_end(&s);
	receiver_end();
}

static void failure_is_tried_again_later_and_later(void **state)
{
	static const char *const answers[] = {BUSY_ANSWER, BUSY_ANSWER, OK_ANSWER, NULL};
	struct sender s;

	(void)state;
	receiver_begin(answers);
	sender_begin(&s, "/", "");
	put(&s, "A-1/1", "{}");
	tick(&s, NOW);
	assert_int_equal(receiver.requests, 1);
	tick(&s, NOW + 4 * EH_SECOND_US);
	assert_int_equal(receiver.requests, 1); /* 5 s are not over */
	tick(&s, NOW + 5 * EH_SECOND_US);
	assert_int_equal(receiver.requests, 2);
	tick(&s, NOW + 14 * EH_SECOND_US);
	assert_int_equal(receiver.requests, 2); /* 10 s more */
	tick(&s, NOW + 15 * EH_SECOND_US);
	assert_int_equal(receiver.requests, 3);
	tick(&s, NOW + EH_DAY_US);
	assert_int_equal(receiver.requests, 3);
	assert_string_equal(tries(&s), "1 false HTTP 500; 2 false HTTP 500; 3 true HTTP 200");
	/* The same key each time: the receiver can tell that it is one message. */
	for (int i = 0; i < 3; i++)
		assert_non_null(strstr(receiver.request[i], "Idempotency-Key: A-1/1"));
	sender_end(&s);
	receiver_end();
}

static void one_that_fails_holds_up_no_other(void **state)
{
	static const char *const answers[] = {"", OK_ANSWER, NULL};
	struct sender s;
	struct eh_err err;

	(void)state;
	receiver_begin(answers);
	sender_begin(&s, "/", "");
	put(&s, "A-1/1", "{}");
	put(&s, "A-1/2", "{}");
	int64_t before = eh_time_steady_us();
	expect_rc(EH_OK, eh_notify_tick(s.notify, s.pg, NOW, &err), &err);
	assert_true(eh_time_steady_us() - before < 250000); /* a receiver that hangs does not hold judge */
	tick(&s, NOW);
	tick(&s, NOW + EH_MINUTE_US);
	assert_int_equal(eh_test_int8(s.pg, "SELECT count(*) FROM evenhand.outbox_attempt WHERE delivered"), 2);
	assert_int_equal(eh_test_int8(s.pg, "SELECT count(*) FROM evenhand.outbox_attempt WHERE NOT delivered AND detail ILIKE '%timed out%'"),
	                 1);
	sender_end(&s);
	receiver_end();
}

static void redirect_and_flood_are_failures(void **state)
{
	static char flood[4096] = "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n";
	const char *const answers[] = {"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", flood, NULL};
	struct sender s;

	(void)state;
	memset(flood + strlen(flood), 'x', 3000);
	receiver_begin(answers);
	sender_begin(&s, "/", "");
	put(&s, "A-1/1", "{}");
	tick(&s, NOW);
	tick(&s, NOW + EH_MINUTE_US);
	assert_string_equal(tries(&s), "1 false HTTP 302: redirects are not followed; "
				       "2 false HTTP 200 with an answer of more than 2000 bytes");
	sender_end(&s);
	receiver_end();
}

static void no_receiver_and_no_secret(void **state)
{
	static const char *const answers[] = {OK_ANSWER, NULL};
	struct sender s;

	(void)state;
	receiver_begin(answers);
	sender_begin(&s, "/hook?token=s3cret", "ada:s3cret@");
	receiver_end(); /* nobody listens there any more */
	put(&s, "A-1/1", "{}");
	tick(&s, NOW);
	assert_int_equal(eh_test_int8(s.pg, "SELECT count(*) FROM evenhand.outbox_attempt WHERE NOT delivered"), 1);
	assert_int_equal(eh_test_int8(s.pg, "SELECT count(*) FROM evenhand.outbox_attempt WHERE detail LIKE '%s3cret%'"), 0);
	sender_end(&s);
}

static void key_cannot_end_the_header(void **state)
{
	static const char *const answers[] = {OK_ANSWER, NULL};
	struct sender s;

	(void)state;
	receiver_begin(answers);
	sender_begin(&s, "/", "");
	put(&s, "A-1/1\r\nX-Other: 1", "{}");
	tick(&s, NOW);
	assert_int_equal(receiver.requests, 0);
	assert_string_equal(tries(&s), "1 false its key does not fit into a header");
	sender_end(&s);
	receiver_end();
}

static void it_ends_after_so_many_tries(void **state)
{
	static const char *const answers[] = {BUSY_ANSWER, NULL};
	struct sender s;

	(void)state;
	receiver_begin(answers);
	sender_begin(&s, "/", "");
	put(&s, "A-1/1", "{}");
	for (int day = 0; day < 9; day++)
		tick(&s, NOW + day * EH_DAY_US);
	assert_int_equal(receiver.requests, 5);
	assert_int_equal(eh_test_int8(s.pg, "SELECT count(*) FROM evenhand.outbox_waiting"), 0);
	assert_int_equal(eh_test_int8(s.pg, "SELECT attempt_no FROM evenhand.outbox_attempt WHERE dead"), 5); /* in sight */
	sender_end(&s);
	receiver_end();
}

/* The alert was raised while the receiver was away, and is over when it is back: the old message opens no incident anew. */
static void an_old_message_undoes_no_later_one(void **state)
{
	static const char *const answers[] = {BUSY_ANSWER, OK_ANSWER, NULL};
	struct sender s;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	(void)state;
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk');"
	                   "INSERT INTO evenhand.alert VALUES ('A-0123456789ab', 1, 'data', '', '', 'live'), ('A-ba9876543210', 1, 'data', '', 'b', 'live')");
	for (int kind = 0; kind < 2; kind++) {
		receiver_begin(answers);
		sender_begin(&s, "/", "");
		s.route.kind = kind == 0 ? EH_NOTIFY_PAGERDUTY : EH_NOTIFY_WEBHOOK;
		s.route.secret = "key";
		s.route.secret_n = 3;
		const char *id = kind == 0 ? "A-0123456789ab" : "A-ba9876543210";
		for (int step = 1; step <= 2; step++) {
			EH_BUF_AUTO sql = {0};

			eh_buf_printf(&sql, "INSERT INTO evenhand.outbox (route, dedup_key, body, alert_id, step_no) VALUES ('webhook', '%s/%d', "
			              "'{\"type\":\"alert\",\"alert\":\"%s\",\"event\":\"%s\",\"over\":%s}', '%s', %d)",
			              id, step, id, step == 1 ? "raised" : "close-fixed", step == 1 ? "false" : "true", id, step);
			eh_test_sql(s.pg, sql.data);
			tick(&s, NOW);
		}
		tick(&s, NOW + EH_MINUTE_US);
		assert_int_equal(receiver.requests, kind == 0 ? 2 : 3); /* a webhook is told all that happened */
		assert_int_equal(eh_test_int8(s.pg, "SELECT count(*) FROM evenhand.outbox_waiting"), 0);
		sender_end(&s);
		receiver_end();
	}
	assert_string_equal(eh_test_text(owner, "SELECT detail FROM evenhand.outbox_attempt ORDER BY outbox_id, attempt_no DESC LIMIT 1"),
	                    "not sent: a later message of the alert was taken, and this one would undo it");
}

static void without_a_route_nothing_is_looked_at(void **state)
{
	struct eh_notify_routes none = {0};
	struct eh_notify *notify;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_notify_open(&none, NULL, &notify, &err), &err);
	expect_rc(EH_OK, eh_notify_tick(notify, NULL, NOW, &err), &err); /* no store is needed */
	eh_notify_close(notify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(message_arrives_once, eh_test_store_reset),
		cmocka_unit_test_setup(failure_is_tried_again_later_and_later, eh_test_store_reset),
		cmocka_unit_test_setup(one_that_fails_holds_up_no_other, eh_test_store_reset),
		cmocka_unit_test_setup(redirect_and_flood_are_failures, eh_test_store_reset),
		cmocka_unit_test_setup(no_receiver_and_no_secret, eh_test_store_reset),
		cmocka_unit_test_setup(key_cannot_end_the_header, eh_test_store_reset),
		cmocka_unit_test_setup(it_ends_after_so_many_tries, eh_test_store_reset),
		cmocka_unit_test_setup(an_old_message_undoes_no_later_one, eh_test_store_reset),
		cmocka_unit_test(without_a_route_nothing_is_looked_at),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
