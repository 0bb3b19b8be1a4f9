/*
 * fit.h - which mode fits a source, what it lacks, and the SQL that its table's owner must run (law 2).
 *
 * Evenhand alters nothing in a database that is not its own: it looks, says what is
 * missing, and prints SQL.  What it prints, and what it accepts, must never make the
 * publisher's own UPDATE or DELETE fail, as PostgreSQL lets it where
 *
 *   - updates or deletes of a table without a replica identity are published,
 *   - a row filter names a column outside the replica identity,
 *   - a column list leaves out a column of the replica identity, or stands beside
 *     REPLICA IDENTITY FULL.
 *
 * Source   PostgreSQL 15, src/backend/executor/execReplication.c (CheckCmdReplicaIdentity) and
 *          src/backend/commands/publicationcmds.c; the test holds every combination against a server.
 * Owner    texts live in the arena that was given.
 * Threads  as pg.h.
 */
#ifndef EH_SOURCE_FIT_H
#define EH_SOURCE_FIT_H

#include "decision/map.h"
#include "pg/pg.h"

/* What is asked for beside the map. */
struct eh_fit_wish {
	enum eh_map_mode mode;
	bool corrections;  /* stream: updates and deletes shall be seen, so whole old rows are needed */
	const char *where; /* stream: a row filter for the publication that is printed; NULL: none */
};

/* The wish that a map stands for: corrections where it has outcomes or tracks its rows. */
struct eh_fit_wish eh_fit_wish_of(const struct eh_map *map);

enum eh_fit_state { EH_FIT_HOLDS, EH_FIT_ADVICE, EH_FIT_FAILS };

struct eh_fit_line {
	enum eh_fit_state state;
	const char *what, *found;
	const char *fix; /* NULL where it holds */
};

#define EH_FIT_LINES_MAX 64

enum eh_fit_way { EH_FIT_STREAM, EH_FIT_POLL, EH_FIT_POLL_XMIN, EH_FIT_PUSHDOWN, EH_FIT_WAYS };

struct eh_fit {
	struct eh_fit_line line[EH_FIT_LINES_MAX];
	size_t n;
	bool unfit; /* a line fails */
	const char *hinders[EH_FIT_WAYS]; /* why the table cannot be read that way; NULL: it can */
	const char *sql; /* what must be run; "" : nothing */
};

/* stream, poll by xid8, poll by xmin, pushdown */
const char *eh_fit_way_name(enum eh_fit_way way);

/* Looks at the table of the map, as the role that will read it.  EH_AGAIN where the server cannot be asked. */
EH_MUST enum eh_rc eh_fit_look(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                               const struct eh_fit_wish *wish, struct eh_fit *fit, struct eh_err *err);

/* The SQL that makes a role, where nobody could connect as it: by the map alone. */
const char *eh_fit_sql_of_role(struct eh_arena *arena, const struct eh_map *map, const struct eh_fit_wish *wish);

/* EH_REFUSED where whoever this connection is may take on a role of a store: what reads a source must not be
 * able to write tallies. */
EH_MUST enum eh_rc eh_fit_refuse_store_role(struct eh_pg *pg, struct eh_err *err);

/* ---- the rule about publishers, by itself -------------------------------------------------- */

/* A table that holds rows. */
struct eh_fit_leaf {
	int64_t oid;
	const char *schema, *table;
	char kind, persistence;
	char identity;        /* pg_class.relreplident: d, n, f, i */
	bool has_key;         /* d, i: there is such an index */
	bool key_holds_id;
	const char *key;      /* its columns, one a line; NULL: none */
};

/* How a publication publishes a leaf. */
struct eh_fit_publication {
	const char *name;
	const struct eh_fit_leaf *leaf;
	bool inserts, updates, deletes, truncates, via_root;
	bool has_list, has_filter;
	bool list_holds_key, filter_within_key;
	const char *unlisted; /* columns of the map that the list leaves out, "": none */
};

/* Why UPDATE or DELETE of the leaf would fail under the publication, were the leaf's replica identity `identity`;
 * NULL: they would not. */
const char *eh_fit_breaks(const struct eh_fit_publication *publication, char identity);

#endif
