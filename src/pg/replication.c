/*
 * replication.c - see replication.h.
 */
#include "pg/replication.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "pg/conn.h"

#define PATIENCE_US (2 * EH_SECOND_US) /* a slot whose making waits for nobody is there sooner */

struct eh_replication {
	struct eh_pg pg;
	char *message; /* of libpq: the one that was given out last */
	bool streaming;
};

void eh_pg_lsn_format(uint64_t lsn, char out[EH_PG_LSN_TEXT])
{
	(void)snprintf(out, EH_PG_LSN_TEXT, "%X/%X", (unsigned)(lsn >> 32), (unsigned)lsn);
}

bool eh_pg_lsn_parse(const char *text, uint64_t *lsn)
{
	unsigned high, low;
	int end = -1;

	if (sscanf(text, "%8X/%8X%n", &high, &low, &end) != 2 || end < 0 || text[end] != '\0')
		return false;
	*lsn = (uint64_t)high << 32 | low;
	return true;
}

/* ---- the connection ------------------------------------------------------------- */

/* What `like` was opened with, and that this one is for replication. */
static PGconn *connect_like(PQconninfoOption *given)
{
	const char *keyword[64], *value[64];
	int n = 0;

	for (PQconninfoOption *o = given; o != NULL && o->keyword != NULL && n < 60; o++) {
		if (o->val == NULL || *o->val == '\0' || strcmp(o->keyword, "replication") == 0)
			continue;
		keyword[n] = o->keyword;
		value[n++] = o->val;
	}
	keyword[n] = "replication";
	value[n++] = "database";
	keyword[n] = NULL;
	value[n] = NULL;
	return PQconnectdbParams(keyword, value, 0);
}

/* Text forms must be those of an ordinary session of ours. */
static const char session_sql[] = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; "
				  "SET bytea_output = 'hex'; SET extra_float_digits = 1";

static void drop_notice(void *context, const PGresult *res)
{
	(void)context;
	(void)res;
}

static enum eh_rc refuse_connection(struct eh_replication *r, struct eh_err *err)
{
	const char *why = PQerrorMessage(r->pg.conn);
	bool may_not = strstr(why, "replication role") != NULL;
	enum eh_rc rc = eh_pg_failed(&r->pg, NULL, "cannot open a replication connection", err);

	if (may_not) {
		(void)eh_fail(err, EH_REFUSED, "the role %s may not replicate", PQuser(r->pg.conn));
		return eh_hint(err, "run as a superuser of the source: ALTER ROLE %s REPLICATION", PQuser(r->pg.conn));
	}
	return rc;
}

enum eh_rc eh_replication_open(struct eh_pg *like, struct eh_replication **out, struct eh_err *err)
{
	PQconninfoOption *given = PQconninfo(like->conn);
	struct eh_replication *r = eh_xmalloc(sizeof *r);

	*out = NULL;
	*r = (struct eh_replication){.pg = {.conn = connect_like(given)}};
	PQconninfoFree(given);
	EH_ASSERT(r->pg.conn != NULL);
	enum eh_rc rc = EH_OK;
	if (PQstatus(r->pg.conn) != CONNECTION_OK) {
		rc = refuse_connection(r, err);
	} else {
		PQsetNoticeReceiver(r->pg.conn, drop_notice, NULL);
		rc = eh_pg_simple(&r->pg, session_sql, "cannot set up the session", err);
	}
	if (rc == EH_OK)
		*out = r;
	else
		eh_replication_close(r);
	return rc;
}

void eh_replication_close(struct eh_replication *r)
{
	if (r == NULL)
		return;
	PQfreemem(r->message);
	PQfinish(r->pg.conn);
	free(r->pg.prepared);
	free(r);
}

/* ---- commands ------------------------------------------------------------------- */

enum eh_rc eh_replication_identify(struct eh_replication *r, struct eh_replication_system *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = PQexec(r->pg.conn, "IDENTIFY_SYSTEM");

	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		return eh_pg_failed(&r->pg, res, "identify system", err);
	EH_ASSERT(PQntuples(res) == 1 && PQnfields(res) >= 3);
	out->id = strtoull(PQgetvalue(res, 0, 0), NULL, 10);
	out->timeline = (uint32_t)strtoul(PQgetvalue(res, 0, 1), NULL, 10);
	if (!eh_pg_lsn_parse(PQgetvalue(res, 0, 2), &out->flushed))
		return eh_fail(err, EH_REFUSED, "the server named its place in the log \"%.40s\"", PQgetvalue(res, 0, 2));
	return EH_OK;
}

static enum eh_rc wait_readable(struct eh_replication *r, int ms, struct eh_err *err)
{
	struct pollfd fd = {.fd = PQsocket(r->pg.conn), .events = POLLIN};

	if (poll(&fd, 1, ms) < 0 && errno != EINTR)
		return eh_fail(err, EH_AGAIN, "cannot wait for PostgreSQL: %s", strerror(errno));
	return EH_OK;
}

/* A waiting command is cancelled: left alone it would make its slot long after nobody wants it. */
static enum eh_rc give_up(struct eh_replication *r, struct eh_err *err)
{
	char why[256];
	PGcancel *handle = PQgetCancel(r->pg.conn);

	if (handle != NULL) {
		if (PQcancel(handle, why, sizeof why) != 0)
			for (PGresult *res; (res = PQgetResult(r->pg.conn)) != NULL;)
				PQclear(res);
		PQfreeCancel(handle);
	}
	return eh_fail(err, EH_AGAIN, "the making of the slot was given up, as the program shall stop");
}

static enum eh_rc run_patiently(struct eh_replication *r, const char *sql, const volatile sig_atomic_t *stop, PGresult **out,
                                struct eh_err *err)
{
	int64_t began_us = eh_time_steady_us();

	if (PQsendQuery(r->pg.conn, sql) == 0)
		return eh_pg_failed(&r->pg, NULL, "replication", err);
	while (PQisBusy(r->pg.conn)) {
		bool long_enough = eh_time_steady_us() - began_us > PATIENCE_US;

		if (long_enough && stop != NULL && __atomic_load_n(stop, __ATOMIC_RELAXED) != 0)
			return give_up(r, err);
		enum eh_rc rc = wait_readable(r, 100, err);
		if (rc == EH_OK && PQconsumeInput(r->pg.conn) == 0)
			rc = eh_pg_failed(&r->pg, NULL, "connection lost", err);
		if (rc != EH_OK)
			return rc;
	}
	*out = PQgetResult(r->pg.conn);
	for (PGresult *rest; (rest = PQgetResult(r->pg.conn)) != NULL;)
		PQclear(rest);
	return EH_OK;
}

enum eh_rc eh_replication_make_slot(struct eh_replication *r, const char *name, bool temporary,
                                    const volatile sig_atomic_t *stop, struct eh_replication_slot *out, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PGRESULT_AUTO res = NULL;
	const char *sql = eh_arena_printf(arena, "CREATE_REPLICATION_SLOT %s%s LOGICAL pgoutput (SNAPSHOT 'export')",
	                                  eh_pg_quote_ident(arena, name), temporary ? " TEMPORARY" : "");
	enum eh_rc rc = run_patiently(r, sql, stop, &res, err);

	if (rc != EH_OK)
		return rc;
	if (PQresultStatus(res) != PGRES_TUPLES_OK) {
		rc = eh_pg_failed(&r->pg, res, "cannot make the replication slot", err);
		if (strcmp(r->pg.state, "42710") != 0)
			return rc;
		(void)eh_fail(err, EH_REFUSED, "a replication slot \"%s\" is there already", name);
		return eh_hint(err, "another store may read from it; name another `slot` in the map, or drop it where nobody does: "
		               "SELECT pg_drop_replication_slot('%s')", name);
	}
	EH_ASSERT(PQntuples(res) == 1 && PQnfields(res) >= 3);
	if (!eh_pg_lsn_parse(PQgetvalue(res, 0, 1), &out->consistent))
		return eh_fail(err, EH_REFUSED, "the server named the slot's place \"%.40s\"", PQgetvalue(res, 0, 1));
	(void)snprintf(out->snapshot, sizeof out->snapshot, "%s", PQgetvalue(res, 0, 2));
	return EH_OK;
}

/* A text as the replication grammar quotes it. */
static void put_literal(struct eh_buf *sql, const char *text)
{
	eh_buf_putc(sql, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			eh_buf_putc(sql, '\'');
		eh_buf_putc(sql, *text);
	}
	eh_buf_putc(sql, '\'');
}

enum eh_rc eh_replication_start(struct eh_replication *r, const char *slot, uint64_t from, const char *publication, bool text,
                                struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO sql = {0};
	char lsn[EH_PG_LSN_TEXT];

	eh_pg_lsn_format(from, lsn);
	eh_buf_printf(&sql, "START_REPLICATION SLOT %s LOGICAL %s (proto_version '1', publication_names ",
	              eh_pg_quote_ident(arena, slot), lsn);
	put_literal(&sql, eh_pg_quote_ident(arena, publication)); /* a list of identifiers inside a literal */
	eh_buf_puts(&sql, text ? ")" : ", binary 'true')");
	EH_PGRESULT_AUTO res = PQexec(r->pg.conn, sql.data);
	r->streaming = PQresultStatus(res) == PGRES_COPY_BOTH;
	if (r->streaming)
		return EH_OK;
	return eh_pg_failed(&r->pg, res, "cannot start to read from the replication slot", err);
}

/* ---- the stream ------------------------------------------------------------------ */

static uint64_t big64(const char *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof v);
	return be64toh(v);
}

#define DATA_HEAD 25 /* 'w', start, end, the server's clock */
#define LIFE_HEAD 18 /* 'k', end, the server's clock, whether it wants an answer */

static enum eh_rc take(struct eh_replication *r, size_t n, struct eh_replication_message *out, struct eh_err *err)
{
	const char *at = r->message;

	*out = (struct eh_replication_message){0};
	if (n >= DATA_HEAD && at[0] == 'w') {
		out->data = true;
		out->start = big64(at + 1);
		out->end = big64(at + 9);
		out->at = at + DATA_HEAD;
		out->n = n - DATA_HEAD;
		return EH_OK;
	}
	if (n >= LIFE_HEAD && at[0] == 'k') {
		out->end = big64(at + 1);
		out->wants_answer = at[17] != 0;
		return EH_OK;
	}
	return eh_fail(err, EH_AGAIN, "the server sent a replication message of an unknown kind");
}

/* The stream ended: the server says why, or that it stops. */
static enum eh_rc finish(struct eh_replication *r, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = PQgetResult(r->pg.conn);

	r->streaming = false;
	if (res != NULL && PQresultStatus(res) == PGRES_FATAL_ERROR)
		return eh_pg_failed(&r->pg, res, "the stream broke off", err);
	return eh_fail(err, EH_AGAIN, "the server ended the stream");
}

enum eh_rc eh_replication_next(struct eh_replication *r, struct eh_replication_message *out, bool *any, struct eh_err *err)
{
	EH_ASSERT(r->streaming);
	PQfreemem(r->message);
	r->message = NULL;
	*any = false;
	int n = PQgetCopyData(r->pg.conn, &r->message, 1);
	if (n == 0) {
		if (PQconsumeInput(r->pg.conn) == 0)
			return eh_pg_failed(&r->pg, NULL, "connection lost", err);
		n = PQgetCopyData(r->pg.conn, &r->message, 1);
	}
	if (n == 0)
		return EH_OK;
	if (n < 0)
		return finish(r, err);
	*any = true;
	return take(r, (size_t)n, out, err);
}

enum eh_rc eh_replication_acknowledge(struct eh_replication *r, uint64_t stored, bool answer, struct eh_err *err)
{
	char message[34] = {'r'};
	uint64_t lsn = htobe64(stored), now = htobe64((uint64_t)(eh_time_wall_us() - EH_PG_EPOCH_US));

	EH_ASSERT(r->streaming);
	memcpy(message + 1, &lsn, 8);  /* written */
	memcpy(message + 9, &lsn, 8);  /* flushed: what the slot is moved by */
	memcpy(message + 17, &lsn, 8); /* applied */
	memcpy(message + 25, &now, 8);
	message[33] = answer ? 1 : 0;
	if (PQputCopyData(r->pg.conn, message, sizeof message) != 1 || PQflush(r->pg.conn) < 0)
		return eh_pg_failed(&r->pg, NULL, "connection lost", err);
	return EH_OK;
}

enum eh_rc eh_replication_wait(struct eh_replication *r, int ms, struct eh_err *err)
{
	return wait_readable(r, ms, err);
}
