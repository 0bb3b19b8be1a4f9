/*
 * notify.h - takes what lies in the outbox to its receivers, and records every try (law 2).
 *
 * A message was written in the transaction of the alert step it tells of (outbox.h), so it is there
 * or it is not.  It is sent at least once: a crash between the receiver's answer and our record
 * sends it again, and its key (Idempotency-Key, webhook-id, Message-ID, dedup_key) lets the receiver
 * see that.  After a failure the next try waits as the route says, twice as long each time; after the
 * route's last try it is a dead letter, which stays in the store, in sight, until somebody asks for
 * another round.
 *
 * http and https, SMTP, syslog and nothing else; the server's certificate must be valid; no redirect
 * is followed, because a message about people goes where the operator said and nowhere else.  What
 * the receiver answers is thrown away beyond its status.  An address may hold a secret: it stands in
 * no log and no record.
 *
 * Nothing here waits: a tick starts, moves on and records, so that a receiver that hangs holds
 * nobody up; and one that hangs has few messages under way, so that it holds up no other receiver.
 *
 * Owner    eh_notify_open() / eh_notify_close(); the routes must outlive it.
 * Threads  none; the first eh_notify_open() of a process before it has threads (libcurl).
 */
#ifndef EH_NOTIFY_NOTIFY_H
#define EH_NOTIFY_NOTIFY_H

#include "notify/message.h"
#include "notify/route.h"
#include "pg/pg.h"

struct eh_notify;

struct eh_notify_limits {
	long connect_ms, total_ms;
	size_t answer_bytes; /* an answer longer than this is a failure */
	int64_t look_us;     /* the outbox is looked at this often */
};

/* `limits` NULL: 5 s, 10 s, 64 KiB, 1 s.  Without a route a tick does nothing. */
EH_MUST enum eh_rc eh_notify_open(const struct eh_notify_routes *routes, const struct eh_notify_limits *limits,
                                  struct eh_notify **out, struct eh_err *err);
void eh_notify_close(struct eh_notify *notify); /* NULL is allowed; what is under way is given up, and sent again later */

/* Records what was answered, and sends what is due.  `pg` as evenhand_writer, outside a transaction; `now_us` is wall
 * time.  A receiver that fails is no error; a store that does is. */
EH_MUST enum eh_rc eh_notify_tick(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err);

/* Messages that are under way. */
int eh_notify_under_way(const struct eh_notify *notify);

/* One message to one route, now, and without a store: for `notify test` and `deadman`.  Waits for the answer.  `detail`
 * takes what the record of a try would say. */
EH_MUST enum eh_rc eh_notify_send_now(const struct eh_notify_route *route, const struct eh_notify_message *message,
                                      const char *public_url, bool *delivered, char detail[256], struct eh_err *err);

#endif
