/*
 * tracked_part.h - what the files behind tracked.h share.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_TRACKED_PART_H
#define EH_GATHER_TRACKED_PART_H

#include "gather/tracked.h"

#define EH_TRACKED_HASH 16 /* bytes of an id's SHA-256 that are kept */

/* What is known of the row of an id. */
enum eh_tracked_state { EH_TRACKED_NONE, EH_TRACKED_COUNTED, EH_TRACKED_ASIDE };

/* Of the outcome that a table of its own gave. */
enum eh_tracked_came { EH_TRACKED_NO_OUTCOME, EH_TRACKED_NOT_ADVERSE, EH_TRACKED_ADVERSE };

/* Bytes within eh_tracked.bytes, which moves as it grows. */
struct eh_tracked_span {
	size_t at, n;
};

/* An id of this batch: what the store said, then what it comes to. */
struct eh_tracked_entry {
	unsigned char hash[EH_TRACKED_HASH];
	bool asked, stored, changed; /* may be in the store; is; and something is to be written */
	enum eh_tracked_state state;
	enum eh_tracked_came outcome;
	int64_t version, pane_us, outcome_at_us;
	size_t settled; /* its place among the settled, + 1; 0: it has none */
	struct eh_tracked_span content; /* counted: eh_tracked_content(); aside: the reason */
};

enum eh_tracked_kind { EH_TRACKED_ADD, EH_TRACKED_SET_ASIDE, EH_TRACKED_TAKE, EH_TRACKED_OUTCOME };

/* One thing that was read. */
struct eh_tracked_note {
	enum eh_tracked_kind kind;
	uint32_t entry;
	enum eh_gather_fate fate;
	enum eh_tracked_came outcome;
	int64_t version, pane_us, outcome_at_us;
	struct eh_tracked_span content, id, sentence;
};

struct eh_tracked_write {
	struct eh_buf copy; /* COPY's rows of new ids */
	struct eh_arena *home;
	struct eh_pg_bytes *changed, *payload, *gone; /* ids and payloads; ids */
	int64_t *version, *pane_us;
	size_t news, changes, deletes;
	const char **settled; /* ids as text that are set aside no more; NULL: it is again */
	size_t settles;
};

struct eh_tracked {
	const struct eh_map *map;
	int64_t source_id;
	enum eh_pane pane;
	bool id_unique, outcome_unique, alone;
	uint64_t *filter; /* NULL: the store had entries from the beginning, so each id is asked for */

	struct eh_tracked_entry *entry;
	size_t entries, entries_cap, asks;
	uint32_t *slot, slots; /* by hash: index + 1, 0 empty */
	struct eh_tracked_note *note;
	size_t notes, notes_cap;
	struct eh_buf bytes;
	struct eh_buf again; /* contents at work */

	struct eh_tracked_write write[2]; /* one is stored while the next is made */
	int which;
};

/* Reads the entries that may be in the store (tracked_store.c). */
EH_MUST enum eh_rc eh_tracked_ask(struct eh_tracked *tracked, struct eh_pg *store, struct eh_err *err);

/* Makes `write` of the entries that changed. */
void eh_tracked_make_write(struct eh_tracked *tracked, struct eh_tracked_write *write);
void eh_tracked_free_write(struct eh_tracked_write *write);

#endif
