/*
 * history.h - everything that was ever proposed, and what became of it, read from a store.
 *
 * For those who show it: what is in force at an instant of T, what is to come, what
 * waits for a second person, and what each version changed in the one it followed.
 *
 * Owner    the arena given.
 * Threads  none.
 */
#ifndef EH_POLICY_HISTORY_H
#define EH_POLICY_HISTORY_H

#include "base/json.h"
#include "pg/pg.h"
#include "policy/diff.h"
#include "policy/policies.h"

enum eh_policy_standing {
	EH_POLICY_IN_FORCE,
	EH_POLICY_TO_COME, /* approved, its instant has not come */
	EH_POLICY_OVER,    /* another one followed, or overtook it */
	EH_POLICY_WAITING, /* for a second person */
	EH_POLICY_LAPSED,  /* waits, but its instant has passed: it cannot be approved any more */
	EH_POLICY_REJECTED
};
/* in force, to come, over, waiting, lapsed, rejected */
const char *eh_policy_standing_name(enum eh_policy_standing standing);

struct eh_policy_entry {
	enum eh_policy_standing standing;
	enum eh_policy_layer layer;
	const struct eh_policy *policy;
	int64_t effective_us;               /* EH_POLICIES_ALWAYS: the genesis */
	int64_t leaf_index;                 /* -1: not approved */
	int64_t proposal_id;                /* 0: the genesis */
	const char *proposer, *decided_by;  /* NULL: nobody yet, or not shown to this reader */
	const char *reason, *decided_why;   /* the same */
	const char *lab;                    /* hex digest of a lab run, or NULL */
	const struct eh_policy *before;     /* what it followed, or would; NULL: nothing of its layer */
};

struct eh_policy_history {
	int64_t at_us; /* of which the standings are told */
	struct eh_policy_entry *entry;
	size_t n;
};

/* T of the store: the newest of any source; where there is none, wall time.  Not for the regulator's role. */
EH_MUST enum eh_rc eh_policy_clock(struct eh_pg *pg, int64_t *at_us, struct eh_err *err);

/* `regulator`: through the regulator's views. */
EH_MUST enum eh_rc eh_policy_history_read(struct eh_pg *pg, struct eh_arena *home, bool regulator, int64_t at_us,
                                          struct eh_policy_history *out, struct eh_err *err);

/* The version of a layer in force; NULL: none. */
const struct eh_policy_entry *eh_policy_history_in_force(const struct eh_policy_history *history,
                                                         enum eh_policy_layer layer);

/* The entry of a proposal, or NULL. */
const struct eh_policy_entry *eh_policy_history_proposal(const struct eh_policy_history *history, int64_t proposal_id);

/* {layer, name, sha256, standing, effective, leaf, proposal, proposer, decided_by, reason, decided_why, lab_sha256,
 * changes: as eh_policy_diff_json() from what it followed} with null for what is not there. */
json_t *eh_policy_entry_json(struct eh_arena *home, const struct eh_policy_entry *entry);

#endif
