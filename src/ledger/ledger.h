/*
 * ledger.h - the append-only log that a regulator can check (law 11).
 *
 * A leaf is canonical JSON without floats and without personal data.  Leaves are
 * collected while a transaction does its work and appended by the last statement
 * before COMMIT, so that index order is commit order for any number of writers
 * (design section 2).  The tree over them is RFC 6962's: leaf = SHA-256(0x00 ||
 * body), node = SHA-256(0x01 || left || right); its root is computed from the
 * leaf hashes, so nothing about the tree needs to be stored.
 *
 * Owner    struct eh_ledger_leaves is the caller's; its texts live in its arena.
 * Threads  none.
 */
#ifndef EH_LEDGER_LEDGER_H
#define EH_LEDGER_LEDGER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "pg/pg.h"

/* Leaves that wait for their COMMIT. */
struct eh_ledger_leaves {
	struct eh_arena *home;
	size_t n, cap;
	struct eh_ledger_leaf {
		const char *kind; /* genesis, source, batch, pane, alert, policy, request, scenario, ... */
		const char *body; /* canonical JSON */
		struct eh_sha256 hash;
	} * leaf;
};

/* Adds a leaf {"type": kind, ...fields}.  Takes over the reference to `fields`, an object.  The number
 * returned in *place (0, 1, ...) plus the first index of eh_ledger_append() is the leaf's index. */
EH_MUST enum eh_rc eh_ledger_add(struct eh_ledger_leaves *leaves, const char *kind, json_t *fields, size_t *place,
                                 struct eh_err *err);

/* Appends the collected leaves: the last statement before COMMIT.  *first is the index of the first. */
EH_MUST enum eh_rc eh_ledger_append(struct eh_pg *pg, const struct eh_ledger_leaves *leaves, int64_t *first,
                                    struct eh_err *err);

/* SHA-256 of a JSON text that may hold fractions and that PostgreSQL may have laid out anew (jsonb): of its compact
 * form with sorted keys and shortest numbers.  What is shown to people is covered by this; evidence is canonical.
 * False where the text is no JSON. */
bool eh_ledger_shown_digest(const char *json_text, struct eh_sha256 *digest);

/* RFC 6962 hashes. */
struct eh_sha256 eh_ledger_leaf_hash(const void *body, size_t n);
struct eh_sha256 eh_ledger_node_hash(const struct eh_sha256 *left, const struct eh_sha256 *right);

/* The compact range: the roots of the perfect subtrees of the leaves so far, at most 64. */
struct eh_ledger_range {
	uint64_t size;
	uint32_t n;
	struct eh_sha256 root[64];
};
void eh_ledger_range_add(struct eh_ledger_range *range, const struct eh_sha256 *leaf);
struct eh_sha256 eh_ledger_range_root(const struct eh_ledger_range *range); /* of no leaves: SHA-256 of nothing */

/* A person as leaves name them: no personal datum, and the same in every leaf.  Who knows the list of
 * users can tell who it is; who has the log alone cannot read a name from it. */
#define EH_LEDGER_PSEUDONYM 17
void eh_ledger_pseudonym(const char *user_name, char out[EH_LEDGER_PSEUDONYM]);

/* A word that somebody outside wrote, as leaves carry it: its first 60 bytes, cut where a character ends. */
#define EH_LEDGER_WORD 61
void eh_ledger_word(const char *text, char out[EH_LEDGER_WORD]);

struct eh_ledger_head {
	int64_t size;
	struct eh_sha256 root;
};
EH_MUST enum eh_rc eh_ledger_read_head(struct eh_pg *pg, struct eh_ledger_head *head, struct eh_err *err);

#endif
