/*
 * silence.c - waiting for a server, and finding out when it is worth no more waiting; see conn.h.
 *
 * libpq waits for ever.  TCP finds out by itself that nobody is there (tcp_user_timeout, keepalives), but not
 * where something between still answers for a server that does not: a proxy that stalls, a process that is
 * stopped.  So half of tcp_user_timeout of silence is a reason to ask on a second connection what the first one's
 * session does.  A server that still works on the statement is waited for, however long it takes.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/time.h"
#include "pg/conn.h"

#define ASK_S "5" /* each of the two questions below may take so long */

enum word { WORKS, SILENT };

/* ---- asking on a second connection ------------------------------------------------------- */

static void set(const char **keywords, const char **values, size_t *n, const char *keyword, const char *value)
{
	keywords[*n] = keyword;
	values[(*n)++] = value;
}

/* What the server says of the session; an answer that it may not give counts for the session. */
static enum word read_word(const PGresult *res)
{
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		return WORKS;
	return PQntuples(res) == 1 && eh_pg_bool(res, 0, 0) ? WORKS : SILENT;
}

static enum word ask_session(PGconn *second, int backend)
{
	struct eh_pg_args args = {0};
	int64_t until_us = eh_time_steady_us() + 5 * EH_SECOND_US;

	eh_pg_arg_int8(&args, backend);
	if (PQsendQueryParams(second, eh_sql_pg_session_works.text, 1, NULL, args.value, NULL, NULL, 0) == 0)
		return SILENT;
	while (PQisBusy(second)) {
		int64_t left_us = until_us - eh_time_steady_us();
		struct pollfd fd = {.fd = PQsocket(second), .events = POLLIN};

		if (left_us <= 0 || (poll(&fd, 1, (int)(left_us / 1000) + 1) < 0 && errno != EINTR) || PQconsumeInput(second) == 0)
			return SILENT;
	}
	EH_PGRESULT_AUTO res = PQgetResult(second);
	return read_word(res);
}

/* A server that refuses a second connection, because it has no room for one, has answered too. */
static enum word ask(struct eh_pg *pg)
{
	PQconninfoOption *given = PQconninfo(pg->conn);
	const char *keywords[128], *values[128];
	size_t n = 0;

	for (PQconninfoOption *o = given; o != NULL && o->keyword != NULL && n < 120; o++)
		if (o->val != NULL && strcmp(o->keyword, "connect_timeout") != 0)
			set(keywords, values, &n, o->keyword, o->val);
	set(keywords, values, &n, "connect_timeout", ASK_S);
	set(keywords, values, &n, NULL, NULL);
	PGconn *second = PQconnectdbParams(keywords, values, 0);
	enum word word = PQstatus(second) == CONNECTION_OK                       ? ask_session(second, pg->backend)
	                 : PQpingParams(keywords, values, 0) == PQPING_OK ? WORKS
	                                                                  : SILENT;
	PQfinish(second);
	PQconninfoFree(given);
	return word;
}

/* ---- waiting --------------------------------------------------------------------------------- */

int eh_pg_patience(PGconn *conn)
{
	PQconninfoOption *given = PQconninfo(conn);
	long ms = 0;

	for (PQconninfoOption *o = given; o != NULL && o->keyword != NULL; o++)
		if (strcmp(o->keyword, "tcp_user_timeout") == 0 && o->val != NULL)
			ms = strtol(o->val, NULL, 10);
	PQconninfoFree(given);
	return ms > 0 && ms / 2 < INT32_MAX ? (int)(ms / 2) : -1;
}

/* Once the socket is shut, libpq finds by itself that the connection is lost, and everything after it is as ever. */
static void give_up(struct eh_pg *pg)
{
	pg->silent = true;
	(void)shutdown(PQsocket(pg->conn), SHUT_RDWR);
}

static void wait_for(struct eh_pg *pg, short events)
{
	for (;;) {
		struct pollfd fd = {.fd = PQsocket(pg->conn), .events = events};
		int n = poll(&fd, 1, pg->patience_ms);

		if (n > 0 || (n < 0 && errno != EINTR))
			return;
		if (n < 0)
			continue;
		if (ask(pg) == WORKS || poll(&fd, 1, 1000) > 0)
			continue; /* an answer that was on its way while we asked counts */
		give_up(pg);
		return;
	}
}

/* ---- libpq's calls, with it ---------------------------------------------------------------------- */

PGresult *eh_pg_result(struct eh_pg *pg)
{
	while (PQisBusy(pg->conn)) {
		wait_for(pg, POLLIN);
		if (PQconsumeInput(pg->conn) == 0)
			break; /* the result says why */
	}
	return PQgetResult(pg->conn);
}

int eh_pg_copy_data(struct eh_pg *pg, char **data)
{
	int n;

	while ((n = PQgetCopyData(pg->conn, data, 1)) == 0) {
		wait_for(pg, POLLIN);
		if (PQconsumeInput(pg->conn) == 0)
			return -2;
	}
	return n;
}

/* Sends what libpq holds back.  The server may send too, and neither must wait for the other. */
static bool flush(struct eh_pg *pg)
{
	int left;

	while ((left = PQflush(pg->conn)) > 0) {
		wait_for(pg, POLLIN | POLLOUT);
		if (PQconsumeInput(pg->conn) == 0)
			return false;
	}
	return left == 0;
}

int eh_pg_put_copy_data(struct eh_pg *pg, const char *data, int n)
{
	int put;

	while ((put = PQputCopyData(pg->conn, data, n)) == 0) {
		wait_for(pg, POLLIN | POLLOUT);
		if (PQconsumeInput(pg->conn) == 0)
			return -1;
	}
	return put;
}

int eh_pg_put_copy_end(struct eh_pg *pg, const char *why)
{
	int put;

	while ((put = PQputCopyEnd(pg->conn, why)) == 0) {
		wait_for(pg, POLLIN | POLLOUT);
		if (PQconsumeInput(pg->conn) == 0)
			return -1;
	}
	if (put == 1 && !flush(pg))
		put = -1;
	return put;
}

static bool is_copy(const PGresult *res)
{
	ExecStatusType status = PQresultStatus(res);

	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

PGresult *eh_pg_last_result(struct eh_pg *pg)
{
	PGresult *last = NULL;

	for (PGresult *res; (res = eh_pg_result(pg)) != NULL;) {
		PQclear(last);
		last = res;
		if (is_copy(res) || PQstatus(pg->conn) != CONNECTION_OK)
			break;
	}
	return last;
}

void eh_pg_send_begin(struct eh_pg *pg)
{
	(void)PQsetnonblocking(pg->conn, 1); /* a lost connection is told by what is sent next */
}

bool eh_pg_send_end(struct eh_pg *pg, int sent)
{
	bool ok = sent == 1 && flush(pg);

	return PQsetnonblocking(pg->conn, 0) == 0 && ok;
}

void eh_pg_drain(struct eh_pg *pg)
{
	for (PGresult *res; (res = eh_pg_result(pg)) != NULL; PQclear(res)) {
		ExecStatusType status = PQresultStatus(res);

		if (status == PGRES_COPY_IN && eh_pg_put_copy_end(pg, "given up") < 0) {
			PQclear(res);
			break;
		}
		if (status == PGRES_COPY_OUT) {
			char *row;

			while (eh_pg_copy_data(pg, &row) > 0)
				PQfreemem(row);
		}
		if (PQstatus(pg->conn) != CONNECTION_OK) {
			PQclear(res);
			break;
		}
	}
}

PGresult *eh_pg_exec(struct eh_pg *pg, const char *sql)
{
	eh_pg_drain(pg);
	eh_pg_send_begin(pg);
	return eh_pg_send_end(pg, PQsendQuery(pg->conn, sql)) ? eh_pg_last_result(pg) : NULL;
}
