/*
 * watch_seen.h - what one look at the store showed of one source, and the words for it.
 *
 * Owner    the arena of the look.
 * Threads  none.
 */
#ifndef EH_JUDGE_WATCH_SEEN_H
#define EH_JUDGE_WATCH_SEEN_H

#include "judge/fault.h"
#include "judge/hours.h"

enum {
	EH_JUDGE_STORE_FIRST = EH_JUDGE_FAULT_STALLED,
	EH_JUDGE_STORE_FAULTS = EH_JUDGE_FAULT_SET_ASIDE - EH_JUDGE_FAULT_STALLED + 1
};

struct eh_judge_limits {
	int64_t stalled_after_us, wal_limit_bytes;
};

/* What was seen of one source at one look. */
struct eh_judge_seen {
	struct eh_judge_seen *next;
	struct eh_judge_source *source;
	struct eh_judge_limits limit;
	bool is[EH_JUDGE_STORE_FAULTS];
	bool begun;   /* gather has read something of it */
	bool removed; /* it is followed no more: whatever was wrong is over */
	int64_t clock_us, now_us; /* clock_us INT64_MIN: none yet */
	int64_t retained_bytes, gap_no, gap_us;
	const char *capped, *wal_status, *gap_reason, *gap_position;
	struct eh_judge_rise rise[EH_JUDGE_HOUR_KINDS];
};

struct eh_judge_seen_fault {
	const struct eh_judge_seen *seen;
	enum eh_judge_fault_kind kind;
};

/* ctx: a struct eh_judge_seen_fault. */
eh_judge_fault_words eh_judge_watch_words;

#endif
