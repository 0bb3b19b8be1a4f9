/*
 * notify.h - takes what lies in the outbox to the webhook, and records every try (law 2).
 *
 * A message was written in the transaction of the alert step it tells of, so it is there or it is
 * not.  It is sent at least once: a crash between the receiver's answer and our record sends it
 * again, and the header Idempotency-Key (the message's dedup_key) lets the receiver see that.  After
 * the n-th failure the next try waits 5 s x 2^(n-1), at most an hour; after EH_NOTIFY_TRIES it stays
 * undelivered, which status and pages say.
 *
 * One POST of JSON; http and https only; the server's certificate must be valid; no redirect is
 * followed, because a message about people goes where the operator said and nowhere else.  What the
 * receiver answers is thrown away beyond its status.  The URL may hold a secret: it stands in no
 * log and no record.
 *
 * Nothing here waits: a tick starts, moves on and records, so that a receiver that hangs holds
 * nobody up.
 *
 * Owner    eh_notify_open() / eh_notify_close().
 * Threads  none; the first eh_notify_open() of a process before it has threads (libcurl).
 */
#ifndef EH_NOTIFY_NOTIFY_H
#define EH_NOTIFY_NOTIFY_H

#include "config/settings.h"
#include "pg/pg.h"

#define EH_NOTIFY_TRIES 100

struct eh_notify;

struct eh_notify_limits {
	long connect_ms, total_ms;
	size_t answer_bytes; /* an answer longer than this is a failure */
	int64_t look_us;     /* the outbox is looked at this often */
};

/* `limits` NULL: 5 s, 10 s, 64 KiB, 1 s.  EH_BAD_INPUT where webhook_url is not http:// or https://.  Without a
 * webhook_url a tick does nothing. */
EH_MUST enum eh_rc eh_notify_open(const struct eh_settings *settings, const struct eh_notify_limits *limits,
                                  struct eh_notify **out, struct eh_err *err);
void eh_notify_close(struct eh_notify *notify); /* NULL is allowed; what is under way is given up, and sent again later */

/* Records what was answered, and sends what is due.  `pg` as evenhand_writer, outside a transaction; `now_us` is wall
 * time.  A receiver that fails is no error; a store that does is. */
EH_MUST enum eh_rc eh_notify_tick(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err);

/* Messages that are under way. */
int eh_notify_under_way(const struct eh_notify *notify);

#endif
