/*
 * conn.h - the inside of a connection, for the files of this room only.
 *
 * Owner    as pg.h.
 * Threads  as pg.h.
 */
#ifndef EH_PG_CONN_H
#define EH_PG_CONN_H

#include "pg/pg.h"

struct eh_pg {
	PGconn *conn;
	const struct eh_pg_sql **prepared; /* what this session knows by name */
	size_t n_prepared, room;
	char state[6]; /* SQLSTATE of the last failure */
	size_t copied; /* bytes that the COPY out has brought */
	int backend;     /* the server's number of this session */
	int patience_ms; /* of silence before the session is asked after; -1: never */
	bool silent;     /* given up: see silence.c */
};

/* Writes the story of a failed result (NULL: of the connection) and files it under what the caller
 * should do.  `what` is the statement's name or what was being done; NULL: the message
 * stands alone. */
enum eh_rc eh_pg_failed(struct eh_pg *pg, const PGresult *res, const char *what, struct eh_err *err);

/* This room's own statements.  The header that the build makes of them has the name of pg/sql.h and stays hidden. */
extern const struct eh_pg_sql eh_sql_pg_try_lock, eh_sql_pg_lock, eh_sql_pg_unlock;
extern const struct eh_pg_sql eh_sql_pg_has_role, eh_sql_pg_has_database, eh_sql_pg_has_migrations;
extern const struct eh_pg_sql eh_sql_pg_migrations, eh_sql_pg_add_migration, eh_sql_pg_session_works;

/* Runs one statement without parameters and throws its rows away. */
EH_MUST enum eh_rc eh_pg_simple(struct eh_pg *pg, const char *sql, const char *what, struct eh_err *err);

/* ---- silence.c: libpq's calls, and no endless wait ------------------------------------------ */

/* Half of the connection's tcp_user_timeout; -1 where it is 0 or not given. */
int eh_pg_patience(PGconn *conn);

/* As PQgetResult, PQgetCopyData, PQputCopyData and PQputCopyEnd. */
PGresult *eh_pg_result(struct eh_pg *pg);
int eh_pg_copy_data(struct eh_pg *pg, char **data);
int eh_pg_put_copy_data(struct eh_pg *pg, const char *data, int n);
int eh_pg_put_copy_end(struct eh_pg *pg, const char *why);

/* Before and after a PQsend...(), whose answer the second takes: false where it could not be sent.  Then the last
 * result, as PQexec gives it. */
void eh_pg_send_begin(struct eh_pg *pg);
bool eh_pg_send_end(struct eh_pg *pg, int sent);
PGresult *eh_pg_last_result(struct eh_pg *pg);

/* As PQexec. */
PGresult *eh_pg_exec(struct eh_pg *pg, const char *sql);

/* Reads what is left of a command until the connection is free for the next. */
void eh_pg_drain(struct eh_pg *pg);

#endif
