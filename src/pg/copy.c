/*
 * copy.c - COPY in and out; see pg.h.
 */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "pg/conn.h"

/* PQputCopyData takes an int. */
#define PUT_MAX ((size_t)1 << 30)

static enum eh_rc begin(struct eh_pg *pg, const char *sql, ExecStatusType want, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = eh_pg_exec(pg, sql);

	if (PQresultStatus(res) == want)
		return EH_OK;
	return eh_pg_failed(pg, res, "copy", err);
}

/* The server's last word on a COPY: how many rows, or why not. */
static enum eh_rc finish(struct eh_pg *pg, int64_t *rows, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	bool first = true;

	(void)PQsetnonblocking(pg->conn, 0); /* all was sent: what fails here fails below */
	for (PGresult *res; (res = eh_pg_result(pg)) != NULL; PQclear(res)) {
		if (first && PQresultStatus(res) != PGRES_COMMAND_OK)
			rc = eh_pg_failed(pg, res, "copy", err);
		else if (first && rows != NULL)
			*rows = strtoll(PQcmdTuples(res), NULL, 10);
		first = false;
	}
	if (first)
		return eh_pg_failed(pg, NULL, "copy", err);
	return rc;
}

enum eh_rc eh_pg_copy_in_begin(struct eh_pg *pg, const char *sql, struct eh_err *err)
{
	enum eh_rc rc = begin(pg, sql, PGRES_COPY_IN, err);

	if (rc == EH_OK)
		eh_pg_send_begin(pg); /* until finish(): a put must not wait for ever */
	return rc;
}

/* Where the server gave up in the middle, its reason is in the final result, not in the connection. */
static enum eh_rc put_failed(struct eh_pg *pg, struct eh_err *err)
{
	enum eh_rc rc = finish(pg, NULL, err);

	return rc != EH_OK ? rc : eh_pg_failed(pg, NULL, "copy", err);
}

enum eh_rc eh_pg_copy_in_put(struct eh_pg *pg, const void *data, size_t n, struct eh_err *err)
{
	const char *at = data;

	while (n > 0) {
		size_t part = n < PUT_MAX ? n : PUT_MAX;

		if (eh_pg_put_copy_data(pg, at, (int)part) != 1)
			return put_failed(pg, err);
		at += part;
		n -= part;
	}
	return EH_OK;
}

enum eh_rc eh_pg_copy_in_end(struct eh_pg *pg, int64_t *rows, struct eh_err *err)
{
	if (eh_pg_put_copy_end(pg, NULL) != 1)
		return put_failed(pg, err);
	return finish(pg, rows, err);
}

void eh_pg_copy_in_abort(struct eh_pg *pg, const char *why)
{
	struct eh_err refusal; /* that the server refuses the COPY is what was asked for */

	if (eh_pg_put_copy_end(pg, why) == 1)
		EH_ASSERT(finish(pg, NULL, &refusal) != EH_OK);
}

/* A reader that sleeps on its socket is woken at every 8 KB that the server sends, and the server pays for the waking: an
 * eighth of its time in a backfill.  Where much has come, more will: the reader naps with its back to the socket, which
 * fills meanwhile, and then takes all that is there.  A short answer never meets a nap. */
#define PATIENT_AFTER ((size_t)256 << 10)
#define NAP_NS 100000
#define GULPS 5 /* each may double libpq's buffer, which begins with 16 KB and then stays as large */

enum eh_rc eh_pg_copy_out_begin(struct eh_pg *pg, const char *sql, struct eh_err *err)
{
	pg->copied = 0;
	return begin(pg, sql, PGRES_COPY_OUT, err);
}

/* What has come, into libpq's buffer.  A lost connection is told by the next read. */
static void gulp(struct eh_pg *pg)
{
	int left = 1;

	for (int i = 0; i < GULPS && left > 0; i++)
		if (PQconsumeInput(pg->conn) == 0 || ioctl(PQsocket(pg->conn), FIONREAD, &left) != 0)
			left = 0;
}

void eh_pg_copy_out_nap(void)
{
	struct timespec nap = {.tv_nsec = NAP_NS};

	(void)nanosleep(&nap, NULL); /* a signal may cut it short */
}

static enum eh_rc take(struct eh_pg *pg, int got, char **data, size_t *n, struct eh_err *err)
{
	*n = got > 0 ? (size_t)got : 0;
	pg->copied += *n;
	if (got > 0)
		return EH_OK;
	*data = NULL;
	return finish(pg, NULL, err);
}

enum eh_rc eh_pg_copy_out_next(struct eh_pg *pg, char **data, size_t *n, struct eh_err *err)
{
	bool patient = pg->copied > PATIENT_AFTER;
	int got = patient ? PQgetCopyData(pg->conn, data, 1) : 0;

	if (patient && got == 0) {
		eh_pg_copy_out_nap();
		gulp(pg);
	}
	if (got == 0)
		got = eh_pg_copy_data(pg, data);
	return take(pg, got, data, n, err);
}

enum eh_rc eh_pg_copy_out_try(struct eh_pg *pg, char **data, size_t *n, bool *ended, struct eh_err *err)
{
	int got = PQgetCopyData(pg->conn, data, 1);

	if (got == 0) {
		gulp(pg);
		got = PQgetCopyData(pg->conn, data, 1);
	}
	*ended = got < 0;
	if (got != 0)
		return take(pg, got, data, n, err);
	*data = NULL;
	*n = 0;
	return EH_OK;
}
