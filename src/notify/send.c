/*
 * send.c - see send.h: what libcurl is asked for, and what the record says of it.
 */
#include "notify/send.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/time.h"

static void finish(struct eh_notify_flight *f, bool delivered, const char *format, ...) EH_PRINTF(3, 4);
static void finish(struct eh_notify_flight *f, bool delivered, const char *format, ...)
{
	va_list args;

	f->over = true;
	f->delivered = delivered;
	va_start(args, format);
	vsnprintf(f->detail, sizeof f->detail, format, args);
	va_end(args);
	for (char *c = f->detail; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
}

/* The answer is counted, not kept; a short count makes libcurl give up. */
static size_t count_answer(char *data, size_t size, size_t n, void *ctx)
{
	struct eh_notify_flight *f = ctx;

	(void)data;
	f->answered += size * n;
	return f->answered > f->limits->answer_bytes ? 0 : size * n;
}

static size_t give_body(char *into, size_t size, size_t n, void *ctx)
{
	struct eh_notify_flight *f = ctx;
	size_t left = f->body.len - f->sent, take = left < size * n ? left : size * n;

	memcpy(into, f->body.data + f->sent, take);
	f->sent += take;
	return take;
}

static void add_header(struct eh_notify_flight *f, const char *format, ...) EH_PRINTF(2, 3);
static void add_header(struct eh_notify_flight *f, const char *format, ...)
{
	char line[EH_NOTIFY_SECRET_LINE];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	EH_ASSERT(n >= 0 && (size_t)n < sizeof line);
	f->headers = curl_slist_append(f->headers, line);
	EH_ASSERT(f->headers != NULL);
	explicit_bzero(line, sizeof line);
}

#define SET(option, value) EH_ASSERT(curl_easy_setopt(f->easy, option, value) == CURLE_OK)

/* A libcurl without one of these is not the one we were built with. */
static void set_common(struct eh_notify_flight *f, const char *url, const char *protocols)
{
	f->easy = curl_easy_init();
	EH_ASSERT(f->easy != NULL);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, protocols);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_CONNECTTIMEOUT_MS, f->limits->connect_ms);
	SET(CURLOPT_TIMEOUT_MS, f->limits->total_ms);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_WRITEFUNCTION, count_answer);
	SET(CURLOPT_WRITEDATA, f);
	SET(CURLOPT_ERRORBUFFER, f->why);
	SET(CURLOPT_PRIVATE, f);
	if (f->route->ca_file != NULL)
		SET(CURLOPT_CAINFO, f->route->ca_file);
}

static void set_http(struct eh_notify_flight *f, const char *key, const json_t *model, int64_t now_us)
{
	const struct eh_notify_route *route = f->route;
	long long timestamp = now_us / EH_SECOND_US;

	set_common(f, route->url, "http,https");
	eh_notify_payload(route, key, model, now_us, &f->body);
	add_header(f, "Content-Type: application/json");
	add_header(f, "Expect:"); /* no second round trip for a short body */
	add_header(f, "Idempotency-Key: %s", key);
	if (route->kind == EH_NOTIFY_WEBHOOK) {
		add_header(f, "webhook-id: %s", key);
		add_header(f, "webhook-timestamp: %lld", timestamp);
	}
	if (route->kind == EH_NOTIFY_WEBHOOK && route->secret != NULL) {
		char signature[64];

		eh_notify_sign(route, key, timestamp, f->body.data, f->body.len, signature);
		add_header(f, "webhook-signature: %s", signature);
	}
	if (route->kind == EH_NOTIFY_ALERTMANAGER && route->secret != NULL)
		add_header(f, "Authorization: Bearer %s", route->secret);
	SET(CURLOPT_USERAGENT, "evenhand");
	SET(CURLOPT_HTTPHEADER, f->headers);
	SET(CURLOPT_POSTFIELDSIZE, (long)f->body.len);
	SET(CURLOPT_POSTFIELDS, f->body.data);
}

static void set_smtp(struct eh_notify_flight *f, const char *key, const json_t *model, int64_t now_us)
{
	const struct eh_notify_route *route = f->route;
	char url[340], from[300];

	snprintf(url, sizeof url, "%s://%s", route->tls == EH_NOTIFY_WRAPPED ? "smtps" : "smtp", route->host);
	snprintf(from, sizeof from, "<%s>", route->from);
	set_common(f, url, "smtp,smtps");
	eh_notify_mail(route, key, model, now_us, &f->body);
	for (size_t i = 0; i < route->to_n; i++) {
		char to[300];

		snprintf(to, sizeof to, "<%s>", route->to[i]);
		f->to = curl_slist_append(f->to, to);
		EH_ASSERT(f->to != NULL);
	}
	SET(CURLOPT_USE_SSL, (long)(route->tls == EH_NOTIFY_NO_TLS ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	SET(CURLOPT_MAIL_FROM, from);
	SET(CURLOPT_MAIL_RCPT, f->to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give_body);
	SET(CURLOPT_READDATA, f);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)f->body.len);
	if (route->user != NULL) {
		SET(CURLOPT_USERNAME, route->user);
		SET(CURLOPT_PASSWORD, route->secret);
	}
}

/* libcurl connects and does TLS with all its checks; what goes over the connection is ours. */
static void set_syslog(struct eh_notify_flight *f)
{
	char url[340];

	snprintf(url, sizeof url, "%s://%s/", f->route->transport == EH_NOTIFY_OVER_TLS ? "https" : "http", f->route->host);
	set_common(f, url, "http,https");
	SET(CURLOPT_CONNECT_ONLY, 1L);
	SET(CURLOPT_SSL_ENABLE_ALPN, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_FRESH_CONNECT, 1L);
}

static void begin_syslog(struct eh_notify_flight *f, const char *key, const json_t *model, int64_t now_us)
{
	EH_BUF_AUTO line = {0};

	eh_notify_syslog(f->route, key, model, now_us, &line);
	if (f->route->transport == EH_NOTIFY_OVER_TLS || f->route->transport == EH_NOTIFY_OVER_TCP) {
		eh_buf_printf(&f->body, "%zu ", line.len); /* RFC 6587, octet counting */
		eh_buf_put(&f->body, line.data, line.len);
		set_syslog(f);
	} else if (eh_notify_syslog_throw(f->route, &line)) {
		finish(f, true, "sent; syslog answers nothing");
	} else {
		finish(f, false, "%s", strerror(errno));
	}
}

/* A key that would end the header line is not sent. */
static bool is_key(const char *text)
{
	if (strlen(text) > 400)
		return false;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

struct eh_notify_flight *eh_notify_flight_begin(CURLM *multi, const struct eh_notify_route *route,
                                                const struct eh_notify_limits *limits, const char *key, const json_t *model,
                                                int64_t now_us)
{
	struct eh_notify_flight *f = eh_xmalloc(sizeof *f);

	*f = (struct eh_notify_flight){
		.route = route, .limits = limits, .multi = multi, .begun_us = eh_time_steady_us(), .alerts = -1};
	if (!is_key(key))
		finish(f, false, "its key does not fit into a header");
	else if (model == NULL)
		finish(f, false, "its text is no message");
	else if (route->kind == EH_NOTIFY_SMTP)
		set_smtp(f, key, model, now_us);
	else if (route->kind == EH_NOTIFY_SYSLOG)
		begin_syslog(f, key, model, now_us);
	else
		set_http(f, key, model, now_us);
	if (f->easy != NULL)
		EH_ASSERT(curl_multi_add_handle(multi, f->easy) == CURLM_OK);
	return f;
}

struct eh_notify_flight *eh_notify_flight_spared(CURLM *multi, const struct eh_notify_route *route,
                                                 const struct eh_notify_limits *limits)
{
	struct eh_notify_flight *f = eh_xmalloc(sizeof *f);

	*f = (struct eh_notify_flight){
		.route = route, .limits = limits, .multi = multi, .begun_us = eh_time_steady_us(), .alerts = -1};
	finish(f, true, "not sent: a later message of the alert was taken, and this one would undo it");
	return f;
}

/* ---- what became of it --------------------------------------------------------------------------- */

static void answer_http(struct eh_notify_flight *f, CURLcode result)
{
	if (f->answered > f->limits->answer_bytes)
		finish(f, false, "HTTP %ld with an answer of more than %zu bytes", f->status, f->limits->answer_bytes);
	else if (result != CURLE_OK)
		finish(f, false, "%s", f->why[0] != '\0' ? f->why : curl_easy_strerror(result));
	else if (f->status >= 300 && f->status < 400)
		finish(f, false, "HTTP %ld: redirects are not followed", f->status);
	else
		finish(f, f->status >= 200 && f->status < 300, "HTTP %ld", f->status);
}

void eh_notify_flight_answer(struct eh_notify_flight *f, CURLcode result)
{
	(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &f->status);
	if (f->route->kind == EH_NOTIFY_SMTP && result == CURLE_OK)
		finish(f, true, "SMTP %ld", f->status);
	else if (f->route->kind == EH_NOTIFY_SMTP)
		finish(f, false, "%s", f->why[0] != '\0' ? f->why : curl_easy_strerror(result));
	else if (f->route->kind == EH_NOTIFY_SYSLOG && result == CURLE_OK)
		f->draining = true; /* connected */
	else
		answer_http(f, result);
}

static bool all_is_taken(struct eh_notify_flight *f)
{
	curl_socket_t at = CURL_SOCKET_BAD;
	int waiting = 1, broken = 0;
	socklen_t n = sizeof broken;

	if (curl_easy_getinfo(f->easy, CURLINFO_ACTIVESOCKET, &at) != CURLE_OK || at == CURL_SOCKET_BAD ||
	    getsockopt(at, SOL_SOCKET, SO_ERROR, &broken, &n) != 0 || broken != 0) {
		finish(f, false, "the connection broke: %s", broken != 0 ? strerror(broken) : "it is gone");
		return false;
	}
	return ioctl(at, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

void eh_notify_flight_move(struct eh_notify_flight *f)
{
	if (!f->draining || f->over)
		return;
	if (eh_time_steady_us() - f->begun_us > f->limits->total_ms * 1000) {
		finish(f, false, "the receiver took too long");
		return;
	}
	while (f->sent < f->body.len) {
		size_t n = 0;
		CURLcode rc = curl_easy_send(f->easy, f->body.data + f->sent, f->body.len - f->sent, &n);

		if (rc == CURLE_AGAIN)
			return;
		if (rc != CURLE_OK) {
			finish(f, false, "%s", curl_easy_strerror(rc));
			return;
		}
		f->sent += n;
	}
	if (all_is_taken(f))
		finish(f, true, "sent; syslog answers nothing");
}

void eh_notify_flight_end(struct eh_notify_flight *f)
{
	if (f->easy != NULL) {
		(void)curl_multi_remove_handle(f->multi, f->easy);
		curl_easy_cleanup(f->easy);
	}
	curl_slist_free_all(f->headers);
	curl_slist_free_all(f->to);
	eh_buf_free(&f->body);
	free(f);
}
