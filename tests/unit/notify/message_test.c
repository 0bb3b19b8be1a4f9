/*
 * message_test.c - what a message may hold, whatever is put in; and the forms that receivers lay down.
 */
#include "notify/message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "notify/send.h"
#include "tests/lib/test.h"

#define NOW INT64_C(1767225600000000) /* 2026-01-01, a Thursday */

static const int64_t large[] = {700, 300, 490, 510, 11, 11, 11, 11};
static const char *const ada[] = {"ada.lovelace"};

static struct eh_notify_message finding(void)
{
	return (struct eh_notify_message){.type = "alert",
	                                  .abouts = EH_NOTIFY_BIAS,
	                                  .key = "A-0123456789ab/2",
	                                  .page = true,
	                                  .alert = "A-0123456789ab",
	                                  .step = 2,
	                                  .source = "motor",
	                                  .kind = "bias",
	                                  .event = "escalated",
	                                  .state = "raised",
	                                  .attribute = "race",
	                                  .group = "B",
	                                  .what = "The evidence crossed the line for pages.",
	                                  .sentence = "Rates were 490 of 1000 against 700 of 1000.",
	                                  .cells = large,
	                                  .cells_n = 8,
	                                  .audience = ada,
	                                  .audience_n = 1,
	                                  .at_us = NOW - EH_HOUR_US,
	                                  .onset_us = NOW - EH_DAY_US,
	                                  .evidence = "00ff",
	                                  .policy = "11ee"};
}

static const char *said(const struct eh_notify_message *m)
{
	static char text[4096];
	EH_JSON_AUTO model = eh_notify_model(m, "https://evenhand.example.org");
	char *dump = json_dumps(model, JSON_SORT_KEYS);

	snprintf(text, sizeof text, "%s", dump);
	free(dump);
	return text;
}

static void a_finding_is_told_with_its_link(void **state)
{
	struct eh_notify_message m = finding();
	EH_JSON_AUTO model = eh_notify_model(&m, "https://evenhand.example.org");

	(void)state;
	assert_string_equal(eh_notify_said(model, "sentence"), m.sentence);
	assert_string_equal(eh_notify_said(model, "link"), "https://evenhand.example.org/alerts/A-0123456789ab");
	assert_string_equal(eh_notify_said(model, "onset"), "2025-12-31T00:00:00Z");
	EH_JSON_AUTO without = eh_notify_model(&m, NULL);
	assert_true(json_is_null(json_object_get(without, "link")));
}

/* Each count once below the limit, nothing among them, and none known: no figure leaves. */
static void no_small_count_leaves(void **state)
{
	int64_t cells[8];

	(void)state;
	for (int small = 0; small <= 10; small++)
		for (size_t i = 0; i < 8; i++) {
			struct eh_notify_message m = finding();

			memcpy(cells, large, sizeof cells);
			cells[i] = small;
			m.cells = cells;
			assert_null(strstr(said(&m), "490"));
			assert_non_null(strstr(said(&m), "The figures are on the page of the alert."));
		}
	struct eh_notify_message m = finding();
	m.cells_n = 0;
	assert_null(strstr(said(&m), "490"));
}

/* A message has no place for a person, a decision or what somebody wrote: it is tried with all that can be given. */
static void nobody_and_nothing_written_leaves(void **state)
{
	struct eh_notify_message m = finding();

	(void)state;
	assert_null(strstr(said(&m), "ada"));
	m.kind = "data"; /* a sentence about data quotes what the source holds */
	m.sentence = "The column race holds the value 'Dr. Grace Hopper, 12 Elm Street' in 3 rows.";
	m.title = "Values that the map does not know";
	assert_null(strstr(said(&m), "Grace"));
	assert_null(strstr(said(&m), "3 rows"));
	assert_non_null(strstr(said(&m), "Values that the map does not know: source motor."));
	m.kind = "governance";
	m.title = NULL;
	assert_null(strstr(said(&m), "Grace"));
	assert_non_null(strstr(said(&m), m.what));
}

static void the_keys_are_known(void **state)
{
	static const char *const keys[] = {"alert", "at",    "attribute", "event", "evidence_sha256", "group",    "kind",     "level",  "link", "onset",
	                                   "over",  "policy_sha256", "sentence", "severity", "source", "state", "step", "type", "what"};
	struct eh_notify_message m = finding();
	EH_JSON_AUTO model = eh_notify_model(&m, NULL);

	(void)state;
	assert_int_equal(json_object_size(model), sizeof keys / sizeof *keys); /* whoever adds one thinks of what it may hold */
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_non_null(json_object_get(model, keys[i]));
}

/* ---- the forms ----------------------------------------------------------------------------------------- */

/* The example of Standard Webhooks' own documents. */
static void the_signature_is_that_of_the_standard(void **state)
{
	static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", body[] = "{\"test\": 2432232314}";
	struct eh_notify_route r = {.secret = secret, .secret_n = sizeof secret - 1};
	char signature[64];

	(void)state;
	eh_notify_sign(&r, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), signature);
	assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	r.secret = "not base64!"; /* the key as it stands */
	r.secret_n = 11;
	eh_notify_sign(&r, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), signature);
	assert_int_equal(strlen(signature), 47);
	assert_string_not_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static json_t *payload(enum eh_notify_kind kind, const struct eh_notify_message *m)
{
	struct eh_notify_route r = {.kind = kind, .secret = "routing", .secret_n = 7, .hold_ms = 3600000};
	EH_JSON_AUTO model = eh_notify_model(m, "https://evenhand.example.org");
	EH_BUF_AUTO text = {0};
	json_error_t why;

	eh_notify_payload(&r, m->key, model, NOW, &text);
	json_t *doc = json_loads(text.data, 0, &why);
	assert_non_null(doc);
	return doc;
}

static void alertmanager_ends_what_became_another(void **state)
{
	struct eh_notify_message m = finding();
	EH_JSON_AUTO two = payload(EH_NOTIFY_ALERTMANAGER, &m);

	(void)state;
	assert_int_equal(json_array_size(two), 2);
	assert_string_equal(eh_notify_said(json_array_get(two, 0), "startsAt"), "2025-12-31T23:00:00Z");
	assert_string_equal(eh_notify_said(json_array_get(two, 0), "endsAt"), "2026-01-01T01:00:00Z");
	assert_string_equal(eh_notify_said(json_object_get(json_array_get(two, 1), "labels"), "severity"), "review");
	assert_string_equal(eh_notify_said(json_array_get(two, 1), "endsAt"), "2026-01-01T00:00:00Z");
	m.event = "close-fixed";
	m.over = true;
	EH_JSON_AUTO one = payload(EH_NOTIFY_ALERTMANAGER, &m);
	assert_int_equal(json_array_size(one), 1);
	assert_string_equal(eh_notify_said(json_array_get(one, 0), "endsAt"), "2026-01-01T00:00:00Z");
	m.at_us = NOW + EH_DAY_US; /* a played source is ahead: nothing starts after its end */
	EH_JSON_AUTO ahead = payload(EH_NOTIFY_ALERTMANAGER, &m);
	assert_string_equal(eh_notify_said(json_array_get(ahead, 0), "startsAt"), "2026-01-01T00:00:00Z");
}

static void pagerduty_turns(void **state)
{
	static const char *const turns[][2] = {{"raised", "trigger"}, {"escalated", "trigger"}, {"acknowledge", "acknowledge"}, {"investigate", "acknowledge"},
	                                       {"returned", "trigger"}, {"deadline-missed", "trigger"}, {"reopen", "trigger"}, {"expired", "trigger"}};
	struct eh_notify_message m = finding();

	(void)state;
	for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
		m.event = turns[i][0];
		EH_JSON_AUTO doc = payload(EH_NOTIFY_PAGERDUTY, &m);
		assert_string_equal(eh_notify_said(doc, "event_action"), turns[i][1]);
		assert_string_equal(eh_notify_said(doc, "dedup_key"), "A-0123456789ab");
		assert_string_equal(eh_notify_said(json_object_get(doc, "payload"), "severity"), "critical");
	}
	m.over = true;
	EH_JSON_AUTO end = payload(EH_NOTIFY_PAGERDUTY, &m);
	assert_string_equal(eh_notify_said(end, "event_action"), "resolve");
	EH_BUF_AUTO longer = {0};
	for (int i = 0; i < 1000; i++)
		eh_buf_puts(&longer, "\xc3\xa9");
	m.sentence = longer.data;
	EH_JSON_AUTO cut = payload(EH_NOTIFY_PAGERDUTY, &m);
	assert_int_equal(strlen(eh_notify_said(json_object_get(cut, "payload"), "summary")), 1000); /* a whole character at its end */
}

static void slack_marks_are_told_apart(void **state)
{
	struct eh_notify_message m = finding();
	m.sentence = "<!channel> & <https://evil.example.org|click>";
	EH_JSON_AUTO doc = payload(EH_NOTIFY_SLACK, &m);
	const json_t *section = json_array_get(json_object_get(doc, "blocks"), 1);

	(void)state;
	assert_int_equal(strncmp(eh_notify_said(json_object_get(section, "text"), "text"),
	                         "&lt;!channel&gt; &amp; &lt;https://evil.example.org|click&gt;", 60),
	                 0);
}

static void a_value_is_no_link_in_teams(void **state)
{
	struct eh_notify_message m = finding();
	m.sentence = "An indicator for [click](https://evil.example.org) caf\xc3\xa9.";
	EH_JSON_AUTO doc = payload(EH_NOTIFY_TEAMS, &m);
	const json_t *body = json_object_get(json_object_get(json_array_get(json_object_get(doc, "attachments"), 0), "content"), "body");

	(void)state;
	assert_string_equal(eh_notify_said(json_array_get(body, 1), "text"), "An indicator for \\[click\\](https://evil.example.org) caf\xc3\xa9.");
}

static void mail_has_two_parts_and_one_head(void **state)
{
	static const char *const to[] = {"ada@example.org", "ben@example.org"};
	struct eh_notify_route r = {.from = "evenhand@example.org", .to = to, .to_n = 2};
	struct eh_notify_message m = finding();
	EH_BUF_AUTO mail = {0};
	EH_BUF_AUTO again = {0};

	(void)state;
	m.group = "B\r\nBcc: eve@example.org\xe2\x82\xac";
	EH_JSON_AUTO model = eh_notify_model(&m, NULL);
	eh_notify_mail(&r, m.key, model, NOW, &mail);
	const char *body = strstr(mail.data, "\r\n\r\n");
	assert_non_null(strstr(mail.data, "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"));
	assert_non_null(strstr(mail.data, "To: <ada@example.org>,\r\n <ben@example.org>\r\n"));
	assert_non_null(strstr(mail.data, "Subject: =?UTF-8?B?"));
	assert_null(strstr(mail.data, "Bcc"));
	assert_non_null(strstr(body, "Content-Type: text/plain"));
	assert_non_null(strstr(body, "Content-Type: text/html"));
	for (const char *line = mail.data; (line = strstr(line, "\r\n")) != NULL; line += 2)
		assert_true(strcspn(line + 2, "\r\n") <= 120);
	eh_notify_mail(&r, m.key, model, NOW + EH_HOUR_US, &again); /* a try later: the same mail by its id */
	const char *id = strstr(mail.data, "Message-ID: ");
	assert_int_equal(strncmp(id, strstr(again.data, "Message-ID: "), 40), 0);
}

static void syslog_keeps_to_one_line(void **state)
{
	struct eh_notify_route r = {.facility = 16};
	struct eh_notify_message m = finding();
	EH_BUF_AUTO line = {0};

	(void)state;
	m.group = "B\"]\\\n<13>1 forged";
	m.sentence = "one\n<13>1 two";
	EH_JSON_AUTO model = eh_notify_model(&m, NULL);
	eh_notify_syslog(&r, m.key, model, NOW, &line);
	assert_int_equal(strncmp(line.data, "<131>1 2026-01-01T00:00:00Z ", 28), 0);
	assert_null(strchr(line.data, '\n'));
	assert_non_null(strstr(line.data, "group=\"B\\\"\\]\\\\"));
}

/* A socket as /dev/log is; and one where nobody is any more. */
static void syslog_reaches_a_local_socket(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct eh_notify_route r = {.facility = 16, .transport = EH_NOTIFY_OVER_UNIX, .host = at.sun_path};
	EH_BUF_AUTO line = {0};
	char got[64] = "";

	(void)state;
	snprintf(at.sun_path, sizeof at.sun_path, "/tmp/evenhand-log-%d", (int)getpid());
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	eh_buf_puts(&line, "<131>1 - - - - - - a line");
	assert_true(eh_notify_syslog_throw(&r, &line));
	assert_int_equal(recv(fd, got, sizeof got - 1, MSG_DONTWAIT), (ssize_t)line.len);
	assert_string_equal(got, line.data);
	close(fd);
	assert_false(eh_notify_syslog_throw(&r, &line));
	unlink(at.sun_path);
	assert_false(eh_notify_syslog_throw(&r, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_is_told_with_its_link),
		cmocka_unit_test(no_small_count_leaves),
		cmocka_unit_test(nobody_and_nothing_written_leaves),
		cmocka_unit_test(the_keys_are_known),
		cmocka_unit_test(the_signature_is_that_of_the_standard),
		cmocka_unit_test(alertmanager_ends_what_became_another),
		cmocka_unit_test(pagerduty_turns),
		cmocka_unit_test(slack_marks_are_told_apart),
		cmocka_unit_test(a_value_is_no_link_in_teams),
		cmocka_unit_test(mail_has_two_parts_and_one_head),
		cmocka_unit_test(syslog_keeps_to_one_line),
		cmocka_unit_test(syslog_reaches_a_local_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
