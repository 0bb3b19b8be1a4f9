/*
 * lab_run.h - runs of the lab that somebody asked for on its page, while they run and for a while afterwards.
 *
 * A run is a child process that takes seconds to minutes; the page is asked again for
 * how far it is.  One runs at a time, because it takes what the machine has.  The last
 * few are remembered, with the draft and the result; a restart of the dashboard forgets
 * them, and the same draft with the same seed gives the same result again.
 *
 * Owner    this file; what is looked at is copied into the arena given.
 * Threads  any; each run has one of its own.
 */
#ifndef EH_SERVE_LAB_RUN_H
#define EH_SERVE_LAB_RUN_H

#include "base/arena.h"
#include "config/settings.h"

enum eh_serve_lab_state { EH_SERVE_LAB_UNKNOWN, EH_SERVE_LAB_RUNNING, EH_SERVE_LAB_DONE, EH_SERVE_LAB_FAILED };

struct eh_serve_lab_seen {
	enum eh_serve_lab_state state;
	int done, all;     /* while it runs; all 0: it replays still */
	const char *draft; /* YAML */
	const char *form;  /* as the form was sent, to fill it in again */
	const char *result; /* canonical JSON */
	const char *wrong;  /* why it failed */
	bool refused;       /* because of the draft */
};

/* What is asked for: texts are copied. */
struct eh_serve_lab_asked {
	const char *draft, *form;
	const char *from, *to, *seed, *runs; /* NULL: as `evenhand lab` has it by itself */
};

/* Starts a run and gives it an id; 0 where another is running. */
unsigned eh_serve_lab_start(const struct eh_settings *settings, const struct eh_serve_lab_asked *asked);

void eh_serve_lab_look(unsigned id, struct eh_arena *arena, struct eh_serve_lab_seen *seen);

/* The run that goes on now; 0: none. */
unsigned eh_serve_lab_running(void);

/* Ends what runs, and forgets everything. */
void eh_serve_lab_end(void);

#endif
