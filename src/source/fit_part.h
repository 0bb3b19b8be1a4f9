/*
 * fit_part.h - what the files of fit.h share: the facts about a source's server and table.
 *
 * Owner    texts live in the arena that was given.
 * Threads  as pg.h.
 */
#ifndef EH_SOURCE_FIT_PART_H
#define EH_SOURCE_FIT_PART_H

#include "source/fit.h"

struct eh_fit_facts {
	const struct eh_map *map;
	const struct eh_fit_wish *wish;
	const char *table_name, *publication, *slot;
	bool beside; /* a second table of the same source: the role was looked at, and is made, with the first */

	int version; /* 150004 */
	bool standby, slot_there;
	const char *wal_level, *wal_status;
	int64_t slots, slots_used, senders, senders_used, wal_keep_bytes; /* -1: no limit */
	const char *database, *role;
	bool super, replication, sees_all_rows, may_emit;
	const char *store_roles;

	bool table_there;
	int64_t table;
	char kind, persistence;
	char identity; /* of a partitioned table too: by it the server says whether an old row is whole */
	const char *owner;
	bool may_select, may_use_schema, rows_hidden, owner_may_publish, has_children, owns_it;
	const char *missing_columns;
	bool unique_id;
	const char *xid; /* NULL: no xid8 column */
	bool xid_not_null, xid_indexed;
	bool notifies; /* a trigger already says on our channel that there are new rows */

	struct eh_fit_leaf *leaf;
	size_t leaves;
	struct eh_fit_publication *publications;
	size_t publications_n;
};

EH_MUST enum eh_rc eh_fit_facts(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                const struct eh_fit_wish *wish, struct eh_fit_facts *facts, struct eh_err *err);

/* The lines of a report, and what hinders each way. */
void eh_fit_check(struct eh_arena *arena, const struct eh_fit_facts *facts, struct eh_fit *fit);
void eh_fit_check_stream(struct eh_arena *arena, const struct eh_fit_facts *facts, struct eh_fit *fit);

void eh_fit_say(struct eh_fit *fit, enum eh_fit_state state, const char *what, const char *found, const char *fix);

/* The SQL. */
const char *eh_fit_sql(struct eh_arena *arena, const struct eh_fit_facts *facts);

/* The leaf's replica identity under the wish: f where corrections are wanted, else as it is. */
char eh_fit_identity_wished(const struct eh_fit_facts *facts, const struct eh_fit_leaf *leaf);

/* True where the publication of the map's name is there. */
bool eh_fit_publication_there(const struct eh_fit_facts *facts);

/* True where gather makes the publication by itself: the store's own database, the reader's own table. */
bool eh_fit_is_own(const struct eh_fit_facts *facts);

/* A publication other than ours under which UPDATE and DELETE work, and would fail with the identity that is wished. */
const struct eh_fit_publication *eh_fit_stands_against(const struct eh_fit_facts *facts, const char **why);

#endif
