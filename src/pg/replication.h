/*
 * replication.h - the other door to PostgreSQL: a connection that receives a logical stream.
 *
 * Law 2 hangs on two things that only this door can say: from which place on the
 * server sends (START_REPLICATION), and up to which place it may forget (status
 * updates).  Nothing is acknowledged that the caller did not name.
 *
 * A message that tells of this connection never holds its password: libpq's own
 * messages do not, and the string is not repeated.
 *
 * Owner    eh_replication_open() gives, eh_replication_close() takes.  A message
 *          lives until the next is asked for.
 * Threads  one connection belongs to one thread.
 */
#ifndef EH_PG_REPLICATION_H
#define EH_PG_REPLICATION_H

#include <signal.h>

#include "pg/pg.h"

#define EH_REPLICATION_NAME 64 /* bytes of a slot's or a snapshot's name with its end */

struct eh_replication;

/* Opens a second connection to where `like` leads, as the same user, for replication of that database.
 * EH_REFUSED where the role may not replicate. */
EH_MUST enum eh_rc eh_replication_open(struct eh_pg *like, struct eh_replication **out, struct eh_err *err);
void eh_replication_close(struct eh_replication *r); /* NULL is allowed */

struct eh_replication_system {
	uint64_t id; /* of the cluster, given at initdb */
	uint32_t timeline;
	uint64_t flushed; /* how far its log is on disk */
};

EH_MUST enum eh_rc eh_replication_identify(struct eh_replication *r, struct eh_replication_system *out, struct eh_err *err);

struct eh_replication_slot {
	uint64_t consistent;                /* the stream begins here */
	char snapshot[EH_REPLICATION_NAME]; /* sees exactly what was committed before it */
};

/*
 * Makes a slot of pgoutput and exports its snapshot, which lives until the next call on this connection.  The server
 * first waits for every transaction that is open: so the call may take long.  It is given up (EH_AGAIN) when *stop is
 * set (NULL: never).  EH_REFUSED where a slot of that name is there.
 */
EH_MUST enum eh_rc eh_replication_make_slot(struct eh_replication *r, const char *name, bool temporary,
                                            const volatile sig_atomic_t *stop, struct eh_replication_slot *out,
                                            struct eh_err *err);

/* Begins to receive transactions whose commit lies at `from` or after it; `text`: columns come as text, else in
 * binary.  EH_AGAIN where another connection reads from the slot. */
EH_MUST enum eh_rc eh_replication_start(struct eh_replication *r, const char *slot, uint64_t from, const char *publication,
                                        bool text, struct eh_err *err);

struct eh_replication_message {
	bool data;         /* false: a sign of life */
	bool wants_answer; /* of a sign of life */
	uint64_t start;    /* of data: its place in the log; 0 where it has none */
	uint64_t end;      /* the server has sent everything up to here */
	const char *at;    /* of data: what the output plugin wrote */
	size_t n;
};

/* The next message that is here; *any is false where there is none, without waiting. */
EH_MUST enum eh_rc eh_replication_next(struct eh_replication *r, struct eh_replication_message *out, bool *any,
                                       struct eh_err *err);

/* Tells the server that everything before `stored` is durable here; `answer`: it shall send a sign of life. */
EH_MUST enum eh_rc eh_replication_acknowledge(struct eh_replication *r, uint64_t stored, bool answer, struct eh_err *err);

/* Returns when something came, `ms` passed, or a signal arrived. */
EH_MUST enum eh_rc eh_replication_wait(struct eh_replication *r, int ms, struct eh_err *err);

/* A place in the log as PostgreSQL writes it: 16/B374D848. */
#define EH_PG_LSN_TEXT 20
void eh_pg_lsn_format(uint64_t lsn, char out[EH_PG_LSN_TEXT]);
bool eh_pg_lsn_parse(const char *text, uint64_t *lsn); /* the whole text */

#endif
