/*
 * gather_part.h - one run of gather; for the files of gather.c, gather_rows.c, gather_history.c and gather_live.c only.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_GATHER_PART_H
#define EH_GATHER_GATHER_PART_H

#include "gather/gather.h"
#include "gather/record.h"
#include "gather/take.h"
#include "gather/writer.h"
#include "source/reader.h"

struct eh_gathering {
	struct eh_pg *store, *source;
	const struct eh_map *map;
	const struct eh_gather_options *options;
	struct eh_gather_result *result;
	struct eh_arena *arena;
	struct eh_record record;
	struct eh_source_reader *reader;
	struct eh_delta *delta;
	struct eh_tracked *tracked; /* NULL: identity: position */
	struct eh_writer *writer;
	struct eh_gather_clock clock;
	bool scenario, resumed, gap_open, gap_accepted;
	int64_t store_us;   /* the store's clock when this reading was begun */
	int64_t written_us; /* steady time of the last commit of rows, or of T alone */
	int64_t began_us, told_us;
};

bool eh_gather_stopped(const struct eh_gathering *run);

/* gather_rows.c */

/* Rows that were read since the last commit. */
uint64_t eh_gather_pending(const struct eh_gathering *run);

/* Begins to remember ids, where the map tracks them; again where everything was forgotten. */
EH_MUST enum eh_rc eh_gather_open_tracked(struct eh_gathering *run, struct eh_err *err);

/* Writes what was counted since the last commit, as far as the reading got; it returns when that is in the store. */
EH_MUST enum eh_rc eh_gather_commit_last(struct eh_gathering *run, enum eh_gather_phase phase, int64_t clock_us, bool leaf,
                                         struct eh_err *err);

/* Writes what was counted, at the place where the source stands already. */
EH_MUST enum eh_rc eh_gather_commit_here(struct eh_gathering *run, struct eh_err *err);

/* Reads the rest of the reading; whole commits go out on the way, the last rows stay in the delta.  Ends early, with
 * *whole false, where the program shall stop. */
EH_MUST enum eh_rc eh_gather_read_rows(struct eh_gathering *run, bool history, bool *whole, struct eh_err *err);

/* gather_history.c */
EH_MUST enum eh_rc eh_gather_history(struct eh_gathering *run, struct eh_err *err);
EH_MUST enum eh_rc eh_gather_rest(struct eh_gathering *run, struct eh_err *err); /* of a source that is not followed */

/* retry.c: instead of gathering, rows that were set aside are read again. */
EH_MUST enum eh_rc eh_gather_retry(struct eh_gathering *run, struct eh_err *err);

/* gather_live.c */
EH_MUST enum eh_rc eh_gather_live(struct eh_gathering *run, struct eh_err *err);
EH_MUST enum eh_rc eh_gather_read_clocks(struct eh_gathering *run, int64_t *store_us, struct eh_err *err);

/* What is left of a predecessor's difference ends before this snapshot, so it cannot move T. */
bool eh_gather_is_rest(const struct eh_gathering *run);

#endif
