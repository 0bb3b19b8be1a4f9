/*
 * check_inside.h - what the files of the check share; for this room only.
 *
 * Owner    as check.h.
 * Threads  as check.h.
 */
#ifndef EH_LEDGER_CHECK_INSIDE_H
#define EH_LEDGER_CHECK_INSIDE_H

#include "ledger/check.h"

struct eh_ledger_checking {
	struct eh_arena *arena; /* of the findings */
	struct eh_pg *pg;       /* in a snapshot */
	struct eh_ledger_check *check;
	struct eh_ledger_finding **findings_end;
	struct eh_arena *scratch; /* reset for each row */
};

/* Notes a finding and gives it, so that more can be said of where it lies. */
struct eh_ledger_finding *eh_ledger_check_find(struct eh_ledger_checking *c, const char *what, int64_t leaf_index,
                                               const char *format, ...) EH_PRINTF(4, 5);

/* Gives every row of a statement to `take`, in binary. */
EH_MUST enum eh_rc eh_ledger_check_each(struct eh_ledger_checking *c, const struct eh_pg_sql *sql,
                                        void (*take)(struct eh_ledger_checking *c, const PGresult *res, void *ctx),
                                        void *ctx, struct eh_err *err);

/* Holds what a row says (`want`, taken over) against its leaf; `name` says of what.  Either may be absent.  NULL: they
 * agree. */
struct eh_ledger_finding *eh_ledger_check_agrees(struct eh_ledger_checking *c, const char *what, int64_t leaf_index, const char *body,
                            json_t *want, const char *name);

/* Values of a column as JSON, and null for SQL null. */
json_t *eh_ledger_check_int(const PGresult *res, int col);
json_t *eh_ledger_check_text(const PGresult *res, int col);
json_t *eh_ledger_check_instant(const PGresult *res, int col);
json_t *eh_ledger_check_hex(const PGresult *res, int col);

/* The digest of what a delta adds and takes off: see check.h. */
struct eh_sha256 eh_ledger_check_delta(struct eh_pg_bytes block, struct eh_pg_bytes taken);

/* The parts, each over the whole store. */
EH_MUST enum eh_rc eh_ledger_check_commits(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_batches(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_seals(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_closes(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_alerts(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_maps(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_policies(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_requests(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_follows(struct eh_ledger_checking *c, struct eh_err *err);
EH_MUST enum eh_rc eh_ledger_check_packs(struct eh_ledger_checking *c, struct eh_err *err);

#endif
