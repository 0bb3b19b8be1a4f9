/*
 * check.h - holds the log against itself and against the rows that it speaks of (law 11).
 *
 * The log cannot keep anyone from altering the store; it makes an alteration visible.
 * What is checked, in one snapshot of the store:
 *
 *   leaves    the stored hash is that of the body, the body is canonical JSON of the leaf's kind,
 *             indexes have no gaps, the head counts them
 *   commits   gather_commit.digest is SHA-256 over, for each of its panes in ascending order, the
 *             pane's start (8 bytes, most significant first) and the SHA-256 of its block; where rows were
 *             taken off, of "taken", that digest and the SHA-256 of what was taken
 *   batches   what a batch leaf says (digest over its commits' digests, counts by fate, position,
 *             clock) follows from its rows; batches follow each other without a gap
 *   seals     commits that were sealed have no deltas any more: what the seal's leaf says (digests of both
 *             sides, judge/seal.h) follows from their digests, for which the batches vouch, and from the
 *             joined rows; these hold as many decisions as the commits counted
 *   the rest  pane closes, alert steps, evidence, maps, policies, answers to requests, results of packs
 *             and scenario clocks each say what their leaf says
 *
 * Whoever owns the store can alter a row, its leaf and every leaf after it.  Only a root that was
 * noted elsewhere finds that: give it as noted_size and noted_root.
 *
 * Not in any leaf, and so not checked: what is for display (pane_delta.examples, the latest figures, which
 * `evenhand replay` makes anew), and the dictionary.
 *
 * Owner    texts and findings live in the caller's arena.
 * Threads  as pg.h.
 */
#ifndef EH_LEDGER_CHECK_H
#define EH_LEDGER_CHECK_H

#include "ledger/ledger.h"

#define EH_LEDGER_FINDINGS_KEPT 200 /* of more, only the number is kept */

struct eh_ledger_finding {
	struct eh_ledger_finding *next;
	const char *what;       /* leaf, head, noted, commit, batch, seal, pane, alert, evidence, source, policy, request, scenario */
	int64_t leaf_index;     /* -1: none */
	int64_t source_id;      /* 0: none */
	const char *source;     /* NULL: none */
	int64_t commit_no;      /* 0: none */
	int64_t first_pane_us, last_pane_us; /* the panes of the commit; INT64_MIN: none */
	const char *sentence;
};

struct eh_ledger_check {
	/* Noted earlier by somebody who wants to know whether the log still begins so. */
	bool noted;
	int64_t noted_size;
	struct eh_sha256 noted_root;

	/* Reads the text of a source map and gives the SHA-256 of what it means; false: it is no map.  From the caller,
	 * because this room knows nothing of maps. */
	bool (*map_means)(const char *text, struct eh_sha256 *version);

	/* Out. */
	struct eh_ledger_head head; /* computed from the bodies */
	int64_t leaves, commits, deltas, uncovered, batches, seals, joined, closes, steps, evidence, maps, policies, requests,
		packs; /* results of packs, and tests of new components */
	const struct eh_ledger_finding *findings; /* in the order they were found; NULL: all agrees */
	size_t findings_n;                        /* also those that were not kept */
};

/* Runs every check; `pg` as evenhand_reader, outside a transaction.  What is found is no error. */
EH_MUST enum eh_rc eh_ledger_check_run(struct eh_arena *arena, struct eh_pg *pg, struct eh_ledger_check *check,
                                       struct eh_err *err);

#endif
