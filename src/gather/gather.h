/*
 * gather.h - turns one source into pane deltas (laws 2 and 3); it knows no statistics.
 *
 * First the history: all rows of the source's first snapshot, none of them late.
 * Then live: the rows of each further snapshot, with the fate that the clock T
 * gives them.  One gather a source, fenced by an advisory lock.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_GATHER_H
#define EH_GATHER_GATHER_H

#include <signal.h>

#include "config/settings.h"
#include "decision/map.h"
#include "pg/pg.h"

#define EH_GATHER_COMMIT_ROWS 65536

struct eh_gather_options {
	bool once;              /* history and what is there now, then end */
	bool history_only;      /* end when history is read, T standing where it left it: replay */
	bool has_through;
	int64_t through_us;     /* where T stops after history */
	int64_t poll_interval_ms, commit_interval_ms;
	uint32_t connections;   /* that history may be read by; 0: one */
	uint32_t commit_rows;   /* 0: EH_GATHER_COMMIT_ROWS */
	bool again;             /* this process followed the source before: the lock may be its own lost session's */
	bool retry;             /* nothing is gathered: rows that were set aside are read again by their ids */
	bool quiet;             /* says nothing but warnings */
	const volatile sig_atomic_t *stop; /* NULL, or set by a signal handler: end cleanly */
};

/* What a run did. */
struct eh_gather_result {
	int64_t rows[4];   /* by fate: on time, early, late, set aside */
	uint64_t rounded;  /* values that had more decimals than their scale */
	int64_t looked;    /* retry: rows that were read again; of them rows[] were counted */
	bool taken;        /* another gather has the source, or it was removed: nothing ails it */
	bool removed;      /* it was removed, before or meanwhile */
	bool began;        /* store and source were reached, and the source can be gathered */
	bool ended;        /* the source is not followed, and all of it is tallied */
};

/*
 * Registers the map in `store` (as evenhand_writer) and gathers from `source` until the source
 * has ended, `once` is done or `stop` is set.  EH_AGAIN: a connection was lost;
 * what was committed stays, and another call goes on there.  Where another session follows the source
 * it is EH_REFUSED, and EH_AGAIN with the option `again`.
 */
EH_MUST enum eh_rc eh_gather_run(struct eh_pg *store, struct eh_pg *source, const struct eh_map *map,
                                 const struct eh_gather_options *options, struct eh_gather_result *result, struct eh_err *err);

/* The same with connections of its own, opened again with growing pauses while the surroundings
 * fail; with `once`, or where the first try cannot begin, the failure is returned. */
EH_MUST enum eh_rc eh_gather_keep(const struct eh_settings *settings, const struct eh_map *map,
                                  const struct eh_gather_options *options, struct eh_gather_result *result,
                                  struct eh_err *err);

/* The connection that a map names: its conninfo, or the store's own database as evenhand_source. */
EH_MUST enum eh_rc eh_gather_open_source(const struct eh_settings *settings, const struct eh_map *map, struct eh_pg **out,
                                         struct eh_err *err);

/* Reads `--through`: an instant, or a day, which means that day's end. */
bool eh_gather_parse_through(const char *text, int64_t *us);

#endif
