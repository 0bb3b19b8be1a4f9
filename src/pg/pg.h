/*
 * pg.h - the only door to PostgreSQL.
 *
 * Every other room speaks to a server through the functions below, so that three
 * things hold everywhere: values travel as parameters and never inside SQL text,
 * a lost connection is EH_AGAIN, and what the server refuses by rule is EH_REFUSED.
 * The connection string is handed to libpq as it is: service files, .pgpass,
 * sslmode and the PG* environment mean what they mean to psql.
 *
 * Errors   EH_AGAIN    connection lost, server stopping, serialization, lock or
 *                      statement timeout, and everything that is not named below
 *          EH_REFUSED  insufficient privilege, or RAISE EXCEPTION in one of our functions
 *          eh_pg_state() has the SQLSTATE for the few callers who must tell more apart.
 * Owner    eh_pg_open() gives, eh_pg_close() takes; EH_PG_AUTO closes at the end of
 *          the scope.  Results are the caller's: EH_PGRESULT_AUTO clears them.
 * Threads  one connection belongs to one thread.
 */
#ifndef EH_PG_PG_H
#define EH_PG_PG_H

#include <libpq-fe.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "pg/sql.h"

struct eh_pg;

/* ---- a connection --------------------------------------------------------------- */

/* Connects.  `conninfo` is libpq's (NULL or "": its defaults); `user`, where not NULL,
 * wins over the user in it.  The session is set to UTF8, TimeZone UTC, DateStyle ISO. */
EH_MUST enum eh_rc eh_pg_open(const char *conninfo, const char *user, struct eh_pg **out, struct eh_err *err);
void eh_pg_close(struct eh_pg *pg); /* NULL is allowed */

/* Another connection, opened as this one was, to read beside it. */
EH_MUST enum eh_rc eh_pg_open_beside(struct eh_pg *pg, struct eh_pg **out, struct eh_err *err);

PGconn *eh_pg_conn(struct eh_pg *pg);	      /* for libpq calls that have no wrapper here (replication) */
int eh_pg_socket(const struct eh_pg *pg);     /* for poll() */
int eh_pg_server_major(const struct eh_pg *pg); /* 15 */
bool eh_pg_alive(const struct eh_pg *pg);     /* false once the connection was seen to be lost */
const char *eh_pg_state(const struct eh_pg *pg); /* SQLSTATE of the last failed statement, "" if none */

static inline void eh_pg_cleanup(struct eh_pg **pg)
{
	eh_pg_close(*pg);
}
#define EH_PG_AUTO __attribute__((cleanup(eh_pg_cleanup))) struct eh_pg *

static inline void eh_pgresult_cleanup(PGresult **res)
{
	PQclear(*res);
}
#define EH_PGRESULT_AUTO __attribute__((cleanup(eh_pgresult_cleanup))) PGresult *

/* ---- parameters ----------------------------------------------------------------- */

#define EH_PG_ARGS_MAX 32

/* $1, $2, ... in the order they are added; begin with `struct eh_pg_args a = {0};`.
 * The statement gives each its type by a cast: $1::bigint, $2::bytea, $3::text[].
 * Text and bytes are not copied: they must live until the statement was run. */
struct eh_pg_args {
	int n;
	const char *value[EH_PG_ARGS_MAX];
	int length[EH_PG_ARGS_MAX];
	int format[EH_PG_ARGS_MAX]; /* 0 text, 1 binary */
	char digits[EH_PG_ARGS_MAX][32];
};

struct eh_pg_bytes {
	const void *data; /* NULL: SQL null */
	size_t n;
};

void eh_pg_arg_null(struct eh_pg_args *args);
void eh_pg_arg_text(struct eh_pg_args *args, const char *text); /* NULL: SQL null */
void eh_pg_arg_int8(struct eh_pg_args *args, int64_t value);
void eh_pg_arg_bool(struct eh_pg_args *args, bool value);
void eh_pg_arg_time(struct eh_pg_args *args, int64_t us); /* timestamptz, from microseconds since 1970 */
void eh_pg_arg_bytea(struct eh_pg_args *args, const void *data, size_t n); /* NULL: SQL null */

/* One-dimensional arrays, built in `arena` and sent in binary, for unnest($1::bigint[], ...).
 * The cast must be to bigint[], text[] or bytea[] and no other type. */
void eh_pg_arg_int8_array(struct eh_pg_args *args, struct eh_arena *arena, const int64_t *items, size_t n);
void eh_pg_arg_text_array(struct eh_pg_args *args, struct eh_arena *arena, const char *const *items, size_t n);
void eh_pg_arg_bytea_array(struct eh_pg_args *args, struct eh_arena *arena, const struct eh_pg_bytes *items, size_t n);

/* Items of 16 bytes, for $2::uuid[]. */
void eh_pg_arg_uuid_array(struct eh_pg_args *args, struct eh_arena *arena, const struct eh_pg_bytes *items, size_t n);

/* ---- statements ----------------------------------------------------------------- */

/* Runs a named statement (PREPAREd at its first use on this connection); *out is the
 * caller's to clear, and is NULL after an error.  `args` may be NULL. */
EH_MUST enum eh_rc eh_pg_query(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args,
			       PGresult **out, struct eh_err *err);
/* The same with columns in binary. */
EH_MUST enum eh_rc eh_pg_query_binary(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args,
				      PGresult **out, struct eh_err *err);
/* The same where no rows are wanted; `rows`, where not NULL, receives how many were affected. */
EH_MUST enum eh_rc eh_pg_run(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args,
			     int64_t *rows, struct eh_err *err);
/* Runs a query that must give exactly one row of one column and reads it as eh_pg_int8() does. */
EH_MUST enum eh_rc eh_pg_query_int8(struct eh_pg *pg, const struct eh_pg_sql *sql, const struct eh_pg_args *args,
				    int64_t *value, struct eh_err *err);

/* Text made at run time, for tables whose names come from a source map and for nothing
 * else: every name in it went through eh_pg_quote_ident() or eh_pg_quote_table(). */
EH_MUST enum eh_rc eh_pg_query_text(struct eh_pg *pg, const char *sql, const struct eh_pg_args *args, bool binary,
				    PGresult **out, struct eh_err *err);

/* The same read row by row, however many there are: after begin, each next gives a result of
 * one row, then NULL at the end.  The connection does nothing else until the NULL or an error. */
EH_MUST enum eh_rc eh_pg_stream_begin(struct eh_pg *pg, const char *sql, const struct eh_pg_args *args, bool binary,
				      struct eh_err *err);
EH_MUST enum eh_rc eh_pg_stream_next(struct eh_pg *pg, PGresult **out, struct eh_err *err);

/* Several statements at once, outside any transaction that the script does not open itself,
 * in which case they are one transaction: migrations only. */
EH_MUST enum eh_rc eh_pg_exec_script(struct eh_pg *pg, const char *sql, struct eh_err *err);

/* Transactions.  begin is READ COMMITTED; begin_snapshot is REPEATABLE READ, READ ONLY.
 * A commit that the server turned into a rollback is an error.  Rollback cannot fail: on a
 * lost connection the server has rolled back by itself. */
EH_MUST enum eh_rc eh_pg_begin(struct eh_pg *pg, struct eh_err *err);
EH_MUST enum eh_rc eh_pg_begin_snapshot(struct eh_pg *pg, struct eh_err *err);
EH_MUST enum eh_rc eh_pg_commit(struct eh_pg *pg, struct eh_err *err);
void eh_pg_rollback(struct eh_pg *pg); /* does nothing outside a transaction */

/* ---- reading results ------------------------------------------------------------ */

/* Each takes text and binary columns.  A value that is not of the kind, or is null where the
 * function cannot say so, is a broken promise of our SQL and asserts. */
bool eh_pg_null(const PGresult *res, int row, int col);
int64_t eh_pg_int8(const PGresult *res, int row, int col); /* any integer type; null asserts */
bool eh_pg_bool(const PGresult *res, int row, int col);
int64_t eh_pg_time(const PGresult *res, int row, int col); /* timestamptz as microseconds since 1970 */
const char *eh_pg_text(const PGresult *res, int row, int col); /* NULL for null; lives as long as res */
/* Bytes of a bytea column: inside res when it is binary, decoded into `arena` when it is text; .data NULL for null. */
struct eh_pg_bytes eh_pg_bytea(const PGresult *res, int row, int col, struct eh_arena *arena);

/* ---- names ---------------------------------------------------------------------- */

/* The one function that makes an identifier fit for SQL text, always in double quotes. */
char *eh_pg_quote_ident(struct eh_arena *arena, const char *name);
/* `schema.table` or `table` (then public) as "schema"."table"; a part may itself be quoted
 * in double quotes as SQL does it.  EH_BAD_INPUT where it is not one or two names. */
EH_MUST enum eh_rc eh_pg_quote_table(struct eh_arena *arena, const char *name, char **out, struct eh_err *err);
/* The two parts, unquoted. */
EH_MUST enum eh_rc eh_pg_split_table(struct eh_arena *arena, const char *name, char **schema, char **table,
				     struct eh_err *err);

/* ---- waiting -------------------------------------------------------------------- */

EH_MUST enum eh_rc eh_pg_listen(struct eh_pg *pg, const char *channel, struct eh_err *err);
/* Returns when a notification came (*notified), `timeout_ms` passed, or a signal arrived.
 * Notifications that were already here count; all that came are taken. */
EH_MUST enum eh_rc eh_pg_wait(struct eh_pg *pg, int timeout_ms, bool *notified, struct eh_err *err);

/* Session-level advisory locks; they go with the connection.  try_lock is patient for 2 s: the server may take a moment
 * to notice that a process which held it has ended. */
EH_MUST enum eh_rc eh_pg_try_lock(struct eh_pg *pg, int64_t key, bool *got, struct eh_err *err);
EH_MUST enum eh_rc eh_pg_lock(struct eh_pg *pg, int64_t key, struct eh_err *err); /* waits */
EH_MUST enum eh_rc eh_pg_unlock(struct eh_pg *pg, int64_t key, struct eh_err *err);

/* ---- COPY ----------------------------------------------------------------------- */

/* `sql` is a COPY ... FROM STDIN whose names are quoted as above. */
EH_MUST enum eh_rc eh_pg_copy_in_begin(struct eh_pg *pg, const char *sql, struct eh_err *err);
EH_MUST enum eh_rc eh_pg_copy_in_put(struct eh_pg *pg, const void *data, size_t n, struct eh_err *err);
EH_MUST enum eh_rc eh_pg_copy_in_end(struct eh_pg *pg, int64_t *rows, struct eh_err *err); /* rows may be NULL */
void eh_pg_copy_in_abort(struct eh_pg *pg, const char *why);

/* `sql` is a COPY ... TO STDOUT.  next gives one message of the server (one row), which the
 * caller frees with PQfreemem(), and NULL at the end. */
EH_MUST enum eh_rc eh_pg_copy_out_begin(struct eh_pg *pg, const char *sql, struct eh_err *err);
EH_MUST enum eh_rc eh_pg_copy_out_next(struct eh_pg *pg, char **data, size_t *n, struct eh_err *err);
/* The same without waiting, for who reads several at once: NULL and not *ended where nothing is here yet.  nap is for
 * the time in which a socket fills. */
EH_MUST enum eh_rc eh_pg_copy_out_try(struct eh_pg *pg, char **data, size_t *n, bool *ended, struct eh_err *err);
void eh_pg_copy_out_nap(void);

#endif
