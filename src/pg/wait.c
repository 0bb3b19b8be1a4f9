/*
 * wait.c - notifications and advisory locks; see pg.h.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "pg/conn.h"

#define TRY_US (2 * EH_SECOND_US)

enum eh_rc eh_pg_listen(struct eh_pg *pg, const char *channel, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	return eh_pg_simple(pg, eh_arena_printf(arena, "LISTEN %s", eh_pg_quote_ident(arena, channel)), "listen", err);
}

static bool take_notifications(struct eh_pg *pg)
{
	bool any = false;

	for (PGnotify *n; (n = PQnotifies(pg->conn)) != NULL; PQfreemem(n))
		any = true;
	return any;
}

enum eh_rc eh_pg_wait(struct eh_pg *pg, int timeout_ms, bool *notified, struct eh_err *err)
{
	int64_t until_us = eh_time_steady_us() + (int64_t)timeout_ms * 1000;

	for (*notified = take_notifications(pg); !*notified;) {
		int64_t left_us = until_us - eh_time_steady_us();
		struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};
		int n = poll(&fd, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);

		if (n == 0 || (n < 0 && errno == EINTR))
			break;
		if (n < 0)
			return eh_fail(err, EH_AGAIN, "cannot wait for PostgreSQL: %s", strerror(errno));
		if (PQconsumeInput(pg->conn) == 0)
			return eh_pg_failed(pg, NULL, "connection lost", err);
		*notified = take_notifications(pg);
	}
	return EH_OK;
}

enum eh_rc eh_pg_try_lock(struct eh_pg *pg, int64_t key, bool *got, struct eh_err *err)
{
	int64_t until_us = eh_time_steady_us() + TRY_US;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, key);
	for (*got = false;; usleep(50 * 1000)) {
		EH_PGRESULT_AUTO res = NULL;
		enum eh_rc rc = eh_pg_query(pg, &eh_sql_pg_try_lock, &args, &res, err);

		*got = rc == EH_OK && eh_pg_bool(res, 0, 0);
		if (rc != EH_OK || *got || eh_time_steady_us() >= until_us)
			return rc;
	}
}

enum eh_rc eh_pg_lock(struct eh_pg *pg, int64_t key, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, key);
	return eh_pg_run(pg, &eh_sql_pg_lock, &args, NULL, err);
}

enum eh_rc eh_pg_unlock(struct eh_pg *pg, int64_t key, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, key);
	return eh_pg_run(pg, &eh_sql_pg_unlock, &args, NULL, err);
}
