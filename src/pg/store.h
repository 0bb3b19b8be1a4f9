/*
 * store.h - Evenhand's own database, wherever it lies, entered as one of five roles.
 *
 * The store is either the private cluster (cluster.h), which is made and started
 * when it is needed, or a database the operator names.  In both, a process holds
 * no more rights than its work asks for:
 *
 *   evenhand_owner      owns the schema, runs migrations; nothing else uses it
 *   evenhand_writer     gather, judge, import's bookkeeping
 *   evenhand_reader     serve: reads; inserts requests and sessions
 *   evenhand_regulator  the regulator's pages: suppressed views only
 *   evenhand_counsel    notes of counsel, which no other role sees
 *   evenhand_source     reads decision logs, and owns those that import makes; none of the store's tables
 *
 * In the private cluster a process logs in as the role itself (peer).  In a named
 * database it logs in as the connection string says and then does SET ROLE; the
 * login must be a member of the role.  `evenhand doctor` prints the SQL for that.
 *
 * Owner    the connection is the caller's (pg.h).
 * Threads  as pg.h.
 */
#ifndef EH_PG_STORE_H
#define EH_PG_STORE_H

#include "pg/pg.h"

enum eh_store_role {
	EH_STORE_OWNER,
	EH_STORE_WRITER,
	EH_STORE_READER,
	EH_STORE_REGULATOR,
	EH_STORE_SOURCE,
	EH_STORE_COUNSEL /* notes for which privilege is claimed; the login of judge and serve need not be able to be it */
};

/*
 * Opens the store as `role`: eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &pg, err).
 * `conninfo` NULL or "" means the private cluster in the folder `state`: it is made (with
 * database, roles and schema) where it is absent and started where it is down.  The schema must be
 * the one this program knows: EH_REFUSED where it is newer or was changed, EH_AGAIN with a hint to
 * run `evenhand migrate` where it is behind or, in a named database, absent.
 * EH_STORE_SOURCE looks at no schema.
 */
EH_MUST enum eh_rc eh_store_open(const char *conninfo, const char *state, enum eh_store_role role, struct eh_pg **out,
				 struct eh_err *err);

/* The same without the look at the schema, and without making it: for init, migrate, status and doctor. */
EH_MUST enum eh_rc eh_store_open_any(const char *conninfo, const char *state, enum eh_store_role role,
				     struct eh_pg **out, struct eh_err *err);

/* evenhand_writer and so on. */
const char *eh_store_role_name(enum eh_store_role role);

/* For the long-running verbs, after they read the user's files: where this is root and the store is
 * the private cluster, the process becomes the cluster's OS user for good.  Else does nothing. */
EH_MUST enum eh_rc eh_store_drop_privileges(const char *conninfo, const char *state, struct eh_err *err);

#endif
