/*
 * sql.h - one named SQL statement, as the build takes it from a room's .sql file.
 *
 * Owner    static data.
 * Threads  any.
 */
#ifndef EH_PG_SQL_H
#define EH_PG_SQL_H

struct eh_pg_sql {
	const char *name; /* room_statement: the name it is PREPAREd under */
	const char *text;
};

/* Every statement of the program, ended by NULL: a test prepares them all. */
extern const struct eh_pg_sql *const eh_pg_sql_all[];

#endif
