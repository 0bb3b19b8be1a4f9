/*
 * send.h - one message on its way to one receiver, without waiting for it.
 *
 * Inside the room only.  A flight is begun, moved on by the multi handle it was
 * given, and is over at some time: delivered or not, with what the record says of
 * it.  What it says names a status or libcurl's word, and no address and no secret.
 *
 * Owner    eh_notify_flight_begin(), _spared() / _end().
 * Threads  none.
 */
#ifndef EH_NOTIFY_SEND_H
#define EH_NOTIFY_SEND_H

#include <curl/curl.h>
#include <jansson.h>

#include "base/buf.h"
#include "notify/notify.h"
#include "notify/route.h"

struct eh_notify_flight {
	const struct eh_notify_route *route;
	const struct eh_notify_limits *limits;
	CURLM *multi;
	CURL *easy; /* NULL: it was over at once */
	struct curl_slist *headers, *to;
	struct eh_buf body;
	size_t sent;      /* of body, where we write it ourselves */
	size_t answered;  /* bytes */
	bool draining;    /* all is written, and the receiver's machine has not taken all */
	int64_t begun_us; /* steady */
	bool over, delivered;
	long status; /* 0: none */
	char why[CURL_ERROR_SIZE], detail[CURL_ERROR_SIZE];

	int64_t outbox_id; /* the caller's: 0 none */
	int tries;    /* before this one, in this round */
	int64_t most; /* tries of a round */
	int alerts; /* of a refresh: how many it tells of; -1: it is none */
};

/* `model` is what eh_notify_model() made; `key` its key; `now_us` the wall time. */
struct eh_notify_flight *eh_notify_flight_begin(CURLM *multi, const struct eh_notify_route *route,
                                                const struct eh_notify_limits *limits, const char *key, const json_t *model,
                                                int64_t now_us);

/* One that is over before it begins: taken, by what was told after it. */
struct eh_notify_flight *eh_notify_flight_spared(CURLM *multi, const struct eh_notify_route *route,
                                                 const struct eh_notify_limits *limits);

/* What libcurl says when it is done with it. */
void eh_notify_flight_answer(struct eh_notify_flight *flight, CURLcode result);
/* For what libcurl does not move: to be called now and then until it is over. */
void eh_notify_flight_move(struct eh_notify_flight *flight);
void eh_notify_flight_end(struct eh_notify_flight *flight);

#define EH_NOTIFY_KEY_MAX 512      /* bytes of the key that signs for a webhook */
#define EH_NOTIFY_SECRET_LINE 4200 /* a header that holds a secret of EH_NOTIFY_SECRET_MAX */

/* ---- what each kind says (payload.c, mail.c, syslog.c) ---- */

void eh_notify_payload(const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us, struct eh_buf *out);

/* The element of an Alertmanager's list. */
json_t *eh_notify_payload_alert(const struct eh_notify_route *route, const json_t *model, int64_t now_us);

/* The value of webhook-signature: `v1,` and the HMAC-SHA256 over id, timestamp and body, in base64. */
void eh_notify_sign(const struct eh_notify_route *route, const char *id, long long timestamp, const char *body, size_t n,
                    char out[64]);

void eh_notify_mail(const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us, struct eh_buf *out);
void eh_notify_syslog(const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us, struct eh_buf *out);

/* One datagram to a local socket or port.  False with errno where it was not taken. */
bool eh_notify_syslog_throw(const struct eh_notify_route *route, const struct eh_buf *line);

/* A text of the model, or "". */
const char *eh_notify_said(const json_t *model, const char *key);

/* One line that says what it is: a subject, a heading. */
void eh_notify_headline(const json_t *model, struct eh_buf *out);

/* What a person wants to see of it, in order: calls with each label and its text that is not empty. */
void eh_notify_facts(const json_t *model, void (*visit)(void *ctx, const char *label, const char *text), void *ctx);

#endif
