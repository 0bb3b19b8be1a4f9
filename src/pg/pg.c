/*
 * pg.c - connections, statements, transactions; see pg.h.
 */
#include "pg/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg/conn.h"

/* What every session starts with: text forms must not depend on the server's settings, and what is committed must be
 * durable, as a source forgets what it was told is stored. */
static const char session_sql[] = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; "
				  "SET bytea_output = 'hex'; SET extra_float_digits = 1; "
				  "SELECT pg_catalog.set_config('synchronous_commit', 'local', false)"
				  " WHERE pg_catalog.current_setting('synchronous_commit') = 'off'; SELECT pg_catalog.pg_backend_pid()";

/* Notices tell a person at a prompt what he did; nobody is at this prompt. */
static void drop_notice(void *context, const PGresult *res)
{
	(void)context;
	(void)res;
}

/* Our own timeouts are for operators who gave none: neither in the string, nor by a
 * service file, nor in the environment. */
static bool wants_default(PQconninfoOption *given, const char *keyword, const char *env)
{
	if (getenv(env) != NULL || getenv("PGSERVICE") != NULL)
		return false;
	for (PQconninfoOption *o = given; o != NULL && o->keyword != NULL; o++)
		if ((strcmp(o->keyword, keyword) == 0 || strcmp(o->keyword, "service") == 0) && o->val != NULL)
			return false;
	return true;
}

/* Whoever is gone is noticed within half a minute: while we send, while we wait, and while nothing happens. */
static const struct {
	const char *keyword, *env, *value;
} defaults[] = {{"connect_timeout", "PGCONNECT_TIMEOUT", "10"},
                {"tcp_user_timeout", "", "30000"},
                {"keepalives_idle", "", "10"},
                {"keepalives_interval", "", "5"},
                {"keepalives_count", "", "4"}};

static PGconn *connect_with(const char *conninfo, const char *user)
{
	const char *keyword[12], *value[12];
	int n = 0;
	PQconninfoOption *given = PQconninfoParse(conninfo, NULL);

	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (wants_default(given, defaults[i].keyword, defaults[i].env)) {
			keyword[n] = defaults[i].keyword;
			value[n++] = defaults[i].value;
		}
	PQconninfoFree(given);
	keyword[n] = "dbname"; /* expanded: what the string says wins over what stands before it */
	value[n++] = conninfo;
	if (user != NULL) {
		keyword[n] = "user";
		value[n++] = user;
	}
	keyword[n] = "client_encoding";
	value[n++] = "UTF8";
	keyword[n] = "fallback_application_name";
	value[n++] = "evenhand";
	keyword[n] = NULL;
	value[n] = NULL;
	return PQconnectdbParams(keyword, value, 1);
}

static enum eh_rc set_up(PGconn *conn, struct eh_pg **out, struct eh_err *err)
{
	EH_PG_AUTO pg = eh_xmalloc(sizeof *pg);

	*out = NULL;
	*pg = (struct eh_pg){.conn = conn, .patience_ms = -1};
	EH_ASSERT(pg->conn != NULL);
	if (PQstatus(pg->conn) != CONNECTION_OK) {
		enum eh_rc rc = eh_pg_failed(pg, NULL, "cannot connect to PostgreSQL", err);

		eh_hint(err, "check that the server runs and that the connection string is right");
		return rc;
	}
	PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
	EH_PGRESULT_AUTO session = eh_pg_exec(pg, session_sql);
	if (PQresultStatus(session) != PGRES_TUPLES_OK)
		return eh_pg_failed(pg, session, "cannot set up the session", err);
	/* Where the server knows no encoding, one text that is not UTF-8 would fail the whole answer: the reader checks each. */
	const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
	if (encoding != NULL && strcmp(encoding, "SQL_ASCII") == 0 && PQsetClientEncoding(pg->conn, "SQL_ASCII") != 0)
		return eh_pg_failed(pg, NULL, "cannot set up the session", err);
	pg->backend = (int)eh_pg_int8(session, 0, 0);
	pg->patience_ms = eh_pg_patience(pg->conn);
	*out = pg;
	pg = NULL;
	return EH_OK;
}

enum eh_rc eh_pg_open(const char *conninfo, const char *user, struct eh_pg **out, struct eh_err *err)
{
	return set_up(connect_with(conninfo != NULL ? conninfo : "", user), out, err);
}

enum eh_rc eh_pg_open_beside(struct eh_pg *pg, struct eh_pg **out, struct eh_err *err)
{
	PQconninfoOption *given = PQconninfo(pg->conn);
	const char *keyword[128], *value[128];
	int n = 0;

	for (PQconninfoOption *o = given; o != NULL && o->keyword != NULL && n < 127; o++)
		if (o->val != NULL) {
			keyword[n] = o->keyword;
			value[n++] = o->val;
		}
	keyword[n] = value[n] = NULL;
	PGconn *conn = PQconnectdbParams(keyword, value, 0);
	PQconninfoFree(given);
	return set_up(conn, out, err);
}

void eh_pg_close(struct eh_pg *pg)
{
	if (pg == NULL)
		return;
	PQfinish(pg->conn);
	free(pg->prepared);
	free(pg);
}

PGconn *eh_pg_conn(struct eh_pg *pg)
{
	return pg->conn;
}

int eh_pg_socket(const struct eh_pg *pg)
{
	return PQsocket(pg->conn);
}

int eh_pg_server_major(const struct eh_pg *pg)
{
	return PQserverVersion(pg->conn) / 10000;
}

bool eh_pg_alive(const struct eh_pg *pg)
{
	return PQstatus(pg->conn) == CONNECTION_OK;
}

const char *eh_pg_state(const struct eh_pg *pg)
{
	return pg->state;
}

/* ---- errors --------------------------------------------------------------------- */

/* What a SQLSTATE asks of the caller. */
static enum eh_rc rc_of_state(const char *state)
{
	if (strcmp(state, "42501") == 0 || strcmp(state, "P0001") == 0)
		return EH_REFUSED;
	return EH_AGAIN;
}

/* libpq ends its messages with a newline and puts several on lines of their own. */
static void one_line(const char *message, char *out, size_t size)
{
	size_t n = 0;

	for (; *message != '\0' && n + 2 < size; message++) {
		if (*message != '\n')
			out[n++] = *message;
		else if (message[1] != '\0' && message[1] != '\t')
			out[n++] = ' ';
	}
	out[n] = '\0';
}

enum eh_rc eh_pg_failed(struct eh_pg *pg, const PGresult *res, const char *what, struct eh_err *err)
{
	const char *state = res != NULL ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *primary = res != NULL ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *hint = res != NULL ? PQresultErrorField(res, PG_DIAG_MESSAGE_HINT) : NULL;
	char message[768];

	strncpy(pg->state, state != NULL ? state : "", sizeof pg->state - 1);
	if (primary == NULL)
		primary = res != NULL ? PQresultErrorMessage(res) : PQerrorMessage(pg->conn);
	one_line(*primary != '\0' ? primary : PQerrorMessage(pg->conn), message, sizeof message);
	char *tail = strstr(message, " invalid socket"); /* what libpq adds when it is asked again about a lost connection */
	if (tail != NULL)
		*tail = '\0';
	if (pg->silent)
		snprintf(message, sizeof message, "the server fell silent in the middle of an answer, and the connection was given up");
	enum eh_rc rc = rc_of_state(pg->state);
	if (what == NULL || strcmp(pg->state, "P0001") == 0)
		eh_fail(err, rc, "%s", message); /* P0001: our own words, made for the user */
	else
		eh_fail(err, rc, "%s: %s", what, message);
	if (hint != NULL) {
		one_line(hint, message, sizeof message);
		eh_hint(err, "%.500s", message);
	}
	return rc;
}

static bool succeeded(const PGresult *res)
{
	ExecStatusType status = PQresultStatus(res);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

enum eh_rc eh_pg_simple(struct eh_pg *pg, const char *sql, const char *what, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = eh_pg_exec(pg, sql);

	return succeeded(res) ? EH_OK : eh_pg_failed(pg, res, what, err);
}

/* ---- statements ----------------------------------------------------------------- */

static enum eh_rc prepare_once(struct eh_pg *pg, const struct eh_pg_sql *sql, struct eh_err *err)
{
	for (size_t i = 0; i < pg->n_prepared; i++)
		if (pg->prepared[i] == sql)
			return EH_OK;
	eh_pg_drain(pg);
	eh_pg_send_begin(pg);
	if (!eh_pg_send_end(pg, PQsendPrepare(pg->conn, sql->name, sql->text, 0, NULL)))
		return eh_pg_failed(pg, NULL, sql->name, err);
	EH_PGRESULT_AUTO res = eh_pg_last_result(pg);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		return eh_pg_failed(pg, res, sql->name, err);
	if (pg->n_prepared == pg->room) {
		pg->room = pg->room > 0 ? pg->room * 2 : 32;
		pg->prepared = eh_xrealloc(pg->prepared, pg->room, sizeof(const struct eh_pg_sql *));
	}
	pg->prepared[pg->n_prepared++] = sql;
	return EH_OK;
}

static const struct eh_pg_args no_args;

static enum eh_rc run_prepared(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args, int format,
			       PGresult **out, struct eh_err *err)
{
	const struct eh_pg_args *a = args != NULL ? args : &no_args;

	*out = NULL;
	enum eh_rc rc = prepare_once(pg, sql, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_drain(pg);
	eh_pg_send_begin(pg);
	if (!eh_pg_send_end(pg, PQsendQueryPrepared(pg->conn, sql->name, a->n, a->value, a->length, a->format, format)))
		return eh_pg_failed(pg, NULL, sql->name, err);
	PGresult *res = eh_pg_last_result(pg);
	if (!succeeded(res)) {
		rc = eh_pg_failed(pg, res, sql->name, err);
		PQclear(res);
		return rc;
	}
	*out = res;
	return EH_OK;
}

enum eh_rc eh_pg_query(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args, PGresult **out,
		       struct eh_err *err)
{
	return run_prepared(pg, sql, args, 0, out, err);
}

enum eh_rc eh_pg_query_binary(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args,
			      PGresult **out, struct eh_err *err)
{
	return run_prepared(pg, sql, args, 1, out, err);
}

enum eh_rc eh_pg_run(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args, int64_t *rows,
		     struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = run_prepared(pg, sql, args, 0, &res, err);

	if (rc == EH_OK && rows != NULL)
		*rows = strtoll(PQcmdTuples(res), NULL, 10);
	return rc;
}

enum eh_rc eh_pg_query_int8(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args,
			    int64_t *value, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = run_prepared(pg, sql, args, 0, &res, err);

	if (rc != EH_OK)
		return rc;
	EH_ASSERT(PQntuples(res) == 1 && PQnfields(res) == 1);
	*value = eh_pg_int8(res, 0, 0);
	return EH_OK;
}

enum eh_rc eh_pg_query_text(struct eh_pg *pg, const char *sql, const struct eh_pg_args *args, bool binary,
			    PGresult **out, struct eh_err *err)
{
	const struct eh_pg_args *a = args != NULL ? args : &no_args;

	*out = NULL;
	eh_pg_drain(pg);
	eh_pg_send_begin(pg);
	if (!eh_pg_send_end(pg, PQsendQueryParams(pg->conn, sql, a->n, NULL, a->value, a->length, a->format, binary ? 1 : 0)))
		return eh_pg_failed(pg, NULL, "query", err);
	PGresult *res = eh_pg_last_result(pg);
	if (!succeeded(res)) {
		enum eh_rc rc = eh_pg_failed(pg, res, "query", err);

		PQclear(res);
		return rc;
	}
	*out = res;
	return EH_OK;
}

enum eh_rc eh_pg_stream_begin(struct eh_pg *pg, const char *sql, const struct eh_pg_args *args, bool binary,
			      struct eh_err *err)
{
	const struct eh_pg_args *a = args != NULL ? args : &no_args;

	eh_pg_send_begin(pg);
	if (!eh_pg_send_end(pg, PQsendQueryParams(pg->conn, sql, a->n, NULL, a->value, a->length, a->format, binary ? 1 : 0)))
		return eh_pg_failed(pg, NULL, "query", err);
	EH_ASSERT(PQsetSingleRowMode(pg->conn) == 1);
	return EH_OK;
}

enum eh_rc eh_pg_stream_next(struct eh_pg *pg, PGresult **out, struct eh_err *err)
{
	PGresult *res = eh_pg_result(pg);

	*out = NULL;
	if (PQresultStatus(res) == PGRES_SINGLE_TUPLE) {
		*out = res;
		return EH_OK;
	}
	enum eh_rc rc = succeeded(res) ? EH_OK : eh_pg_failed(pg, res, "query", err);
	PQclear(res);
	eh_pg_drain(pg);
	return rc;
}

enum eh_rc eh_pg_exec_script(struct eh_pg *pg, const char *sql, struct eh_err *err)
{
	return eh_pg_simple(pg, sql, NULL, err);
}

/* ---- transactions --------------------------------------------------------------- */

enum eh_rc eh_pg_begin(struct eh_pg *pg, struct eh_err *err)
{
	return eh_pg_simple(pg, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "begin", err);
}

enum eh_rc eh_pg_begin_snapshot(struct eh_pg *pg, struct eh_err *err)
{
	return eh_pg_simple(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "begin", err);
}

enum eh_rc eh_pg_commit(struct eh_pg *pg, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = eh_pg_exec(pg, "COMMIT");

	if (!succeeded(res))
		return eh_pg_failed(pg, res, "commit", err);
	/* After a failed statement COMMIT succeeds by rolling back: whoever ignored that error must not go on. */
	if (strcmp(PQcmdStatus(res), "COMMIT") != 0)
		return eh_fail(err, EH_AGAIN, "commit: the server rolled the transaction back");
	return EH_OK;
}

/* A command that is under way is cancelled first: a stream of a billion rows would else be read to its end. */
static void cancel(struct eh_pg *pg)
{
	char why[256];
	PGcancel *handle = PQgetCancel(pg->conn);

	if (handle != NULL) {
		if (PQcancel(handle, why, sizeof why) == 0)
			pg->state[0] = '\0'; /* then it is read to its end */
		PQfreeCancel(handle);
	}
	eh_pg_drain(pg);
}

void eh_pg_rollback(struct eh_pg *pg)
{
	if (PQtransactionStatus(pg->conn) == PQTRANS_ACTIVE)
		cancel(pg);
	PGTransactionStatusType status = PQtransactionStatus(pg->conn);
	if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
		PQclear(eh_pg_exec(pg, "ROLLBACK"));
}
