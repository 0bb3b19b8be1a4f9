/*
 * notify.c - see notify.h.
 */
#include "notify/notify.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/failpoint.h"
#include "notify/sql.h"

#define FLIGHTS 4 /* messages under way at once */

struct flight {
	CURL *easy; /* NULL: free */
	struct curl_slist *headers;
	struct eh_notify *notify;
	int64_t outbox_id;
	int attempt_no;
	size_t answered; /* bytes */
	char why[CURL_ERROR_SIZE];
};

struct eh_notify {
	char *url;
	struct eh_notify_limits limits;
	CURLM *multi;
	struct flight flight[FLIGHTS];
	int64_t look_at_us; /* wall time of the next look into the outbox */
};

static const struct eh_notify_limits usual = {
	.connect_ms = 5000, .total_ms = 10000, .answer_bytes = 65536, .look_us = 1000000};

enum eh_rc eh_notify_open(const struct eh_settings *settings, const struct eh_notify_limits *limits, struct eh_notify **out,
                          struct eh_err *err)
{
	static bool ready; /* libcurl's own state, once a process */
	const char *url = settings->webhook_url;

	*out = NULL;
	if (url != NULL && strncasecmp(url, "https://", 8) != 0 && strncasecmp(url, "http://", 7) != 0)
		return eh_fail(err, EH_BAD_INPUT, "webhook_url does not begin with https:// or http://");
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return eh_fail(err, EH_AGAIN, "cannot start libcurl");
	ready = true;
	struct eh_notify *notify = eh_xmalloc(sizeof *notify);
	*notify = (struct eh_notify){.limits = limits != NULL ? *limits : usual, .multi = curl_multi_init()};
	EH_ASSERT(notify->multi != NULL);
	if (url != NULL) {
		notify->url = eh_xmalloc(strlen(url) + 1);
		memcpy(notify->url, url, strlen(url) + 1);
	}
	*out = notify;
	return EH_OK;
}

static void land(struct flight *f)
{
	(void)curl_multi_remove_handle(f->notify->multi, f->easy);
	curl_easy_cleanup(f->easy);
	curl_slist_free_all(f->headers);
	f->easy = NULL;
	f->headers = NULL;
}

void eh_notify_close(struct eh_notify *notify)
{
	if (notify == NULL)
		return;
	for (int i = 0; i < FLIGHTS; i++)
		if (notify->flight[i].easy != NULL)
			land(&notify->flight[i]);
	(void)curl_multi_cleanup(notify->multi);
	free(notify->url);
	free(notify);
}

int eh_notify_under_way(const struct eh_notify *notify)
{
	int n = 0;

	for (int i = 0; i < FLIGHTS; i++)
		n += notify->flight[i].easy != NULL;
	return n;
}

/* ---- one message ------------------------------------------------------------------------ */

/* The answer is counted, not kept; a short count makes libcurl give up. */
static size_t count_answer(char *data, size_t size, size_t n, void *ctx)
{
	struct flight *f = ctx;

	(void)data;
	f->answered += size * n;
	return f->answered > f->notify->limits.answer_bytes ? 0 : size * n;
}

static enum eh_rc record(struct eh_pg *pg, int64_t outbox_id, int attempt_no, int64_t now_us, bool delivered, const char *detail,
                         struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, outbox_id);
	eh_pg_arg_int8(&args, attempt_no);
	eh_pg_arg_time(&args, now_us);
	eh_pg_arg_bool(&args, delivered);
	eh_pg_arg_text(&args, detail);
	return eh_pg_run(pg, &eh_sql_notify_write_attempt, &args, NULL, err);
}

/* A key that would end the header line is not sent. */
static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

static void set_up(struct flight *f, const char *key, const char *body)
{
	const struct eh_notify *notify = f->notify;
	char line[512];

	snprintf(line, sizeof line, "Idempotency-Key: %s", key);
	f->headers = curl_slist_append(NULL, "Content-Type: application/json");
	f->headers = curl_slist_append(f->headers, line);
	f->headers = curl_slist_append(f->headers, "Expect:"); /* no second round trip for a short body */
	f->easy = curl_easy_init();
	EH_ASSERT(f->easy != NULL && f->headers != NULL);
	CURLcode rc = curl_easy_setopt(f->easy, CURLOPT_URL, notify->url);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_FOLLOWLOCATION, 0L);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_CONNECTTIMEOUT_MS, notify->limits.connect_ms);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, notify->limits.total_ms);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_USERAGENT, "evenhand");
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_COPYPOSTFIELDS, body);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, count_answer);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->why);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
	EH_ASSERT(rc == CURLE_OK); /* a libcurl without one of these is not the one we were built with */
	EH_ASSERT(curl_multi_add_handle(notify->multi, f->easy) == CURLM_OK);
}

/* ---- a tick ------------------------------------------------------------------------------- */

static bool is_under_way(const struct eh_notify *notify, int64_t outbox_id)
{
	for (int i = 0; i < FLIGHTS; i++)
		if (notify->flight[i].easy != NULL && notify->flight[i].outbox_id == outbox_id)
			return true;
	return false;
}

static struct flight *free_flight(struct eh_notify *notify)
{
	for (int i = 0; i < FLIGHTS; i++)
		if (notify->flight[i].easy == NULL)
			return &notify->flight[i];
	return NULL;
}

static enum eh_rc send_due(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_time(&args, now_us);
	eh_pg_arg_int8(&args, EH_NOTIFY_TRIES);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_notify_read_due, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		int64_t outbox_id = eh_pg_int8(res, i, 0);
		const char *key = eh_pg_text(res, i, 1);
		int attempt_no = (int)eh_pg_int8(res, i, 3) + 1;
		struct flight *f = free_flight(notify);

		if (f == NULL)
			break;
		if (is_under_way(notify, outbox_id))
			continue;
		if (!is_plain(key) || strlen(key) > 400) {
			rc = record(pg, outbox_id, attempt_no, now_us, false, "its key does not fit into a header", err);
			continue;
		}
		*f = (struct flight){.notify = notify, .outbox_id = outbox_id, .attempt_no = attempt_no};
		set_up(f, key, eh_pg_text(res, i, 2));
	}
	return rc;
}

/* What the record says of a try: a status, or libcurl's word, which names host and port and no more. */
static bool outcome(struct flight *f, CURLcode result, char *detail, size_t n)
{
	long status = 0;

	(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
	if (f->answered > f->notify->limits.answer_bytes)
		snprintf(detail, n, "HTTP %ld with an answer of more than %zu bytes", status, f->notify->limits.answer_bytes);
	else if (result != CURLE_OK)
		snprintf(detail, n, "%s", f->why[0] != '\0' ? f->why : curl_easy_strerror(result));
	else if (status >= 300 && status < 400)
		snprintf(detail, n, "HTTP %ld: redirects are not followed", status);
	else
		snprintf(detail, n, "HTTP %ld", status);
	for (char *c = detail; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
	return result == CURLE_OK && status >= 200 && status < 300;
}

static enum eh_rc record_finished(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	CURLMsg *message;
	int left;

	while (rc == EH_OK && (message = curl_multi_info_read(notify->multi, &left)) != NULL) {
		struct flight *f = NULL;
		char detail[CURL_ERROR_SIZE];

		if (message->msg != CURLMSG_DONE || curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &f) != CURLE_OK)
			continue;
		bool delivered = outcome(f, message->data.result, detail, sizeof detail);
		int64_t outbox_id = f->outbox_id;
		int attempt_no = f->attempt_no;

		land(f); /* before the store may fail: the flight is over in any case */
		rc = EH_FAILPOINT("notify.before_record", err);
		if (rc == EH_OK)
			rc = record(pg, outbox_id, attempt_no, now_us, delivered, detail, err);
	}
	return rc;
}

enum eh_rc eh_notify_tick(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	int running;

	if (notify->url == NULL)
		return EH_OK;
	if (eh_notify_under_way(notify) > 0) {
		EH_ASSERT(curl_multi_perform(notify->multi, &running) == CURLM_OK);
		rc = record_finished(notify, pg, now_us, err);
	}
	if (rc == EH_OK && (now_us >= notify->look_at_us || now_us < notify->look_at_us - notify->limits.look_us)) {
		notify->look_at_us = now_us + notify->limits.look_us;
		rc = send_due(notify, pg, now_us, err);
	}
	if (rc == EH_OK && eh_notify_under_way(notify) > 0) {
		EH_ASSERT(curl_multi_perform(notify->multi, &running) == CURLM_OK);
		rc = record_finished(notify, pg, now_us, err);
	}
	return rc == EH_OK ? EH_OK : eh_while(err, "taking messages to the webhook");
}
