/*
 * outbox.h - writes a message for every route that wants it, beside what it tells of (law 2).
 *
 * The one door: the row of a message is written in the transaction of the step it
 * tells of, so that there is no step without its message and no message without
 * its step.  Writing the same key again for the same route does nothing.
 *
 * Threads  none.
 */
#ifndef EH_NOTIFY_OUTBOX_H
#define EH_NOTIFY_OUTBOX_H

#include "notify/message.h"
#include "pg/pg.h"

/* Whether a route is to be told: what it is about, severity, level, source, people; and whether its kind can say it. */
bool eh_notify_wants(const struct eh_notify_route *route, const struct eh_notify_message *message);

/* A row for each route that wants it; inside the caller's transaction, as evenhand_writer. */
EH_MUST enum eh_rc eh_notify_enqueue(struct eh_pg *pg, const struct eh_notify_routes *routes,
                                     const struct eh_notify_message *message, struct eh_err *err);

#endif
