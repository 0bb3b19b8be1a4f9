/*
 * run.h - judge at work: one process, fenced, that folds what gather tallied and decides.
 *
 * On start it folds the ledger's closes again and compares every digest with the
 * stored one, so that a store whose deltas were altered is found out before
 * anything is added to it.
 */
#ifndef EH_JUDGE_RUN_H
#define EH_JUDGE_RUN_H

#include <signal.h>

#include "config/settings.h"
#include "judge/store.h"
#include "pg/pg.h"

struct eh_judge_run {
	const struct eh_settings *settings;
	struct eh_pg *pg; /* as evenhand_writer */
	const struct eh_policy *policy;    /* that a new store begins under; an old one goes on under its own */
	bool once;                         /* judge what can be judged now, then end */
	bool stay;                         /* go on when all is judged: requests and messages still come */
	bool quiet;                        /* say nothing of progress */
	bool drop;                         /* as root: become the store's OS user once the register file is read */
	const volatile sig_atomic_t *stop; /* a signal sets it; NULL: never */
	enum eh_rc (*verdict)(void *ctx, const char *line,
	                      struct eh_err *err); /* also told of every verdict line; may be NULL */
	enum eh_rc (*alert)(void *ctx, const char *line, struct eh_err *err);
	void *ctx;
};

/* Ends with EH_OK when every source is done and judged and nobody said to stay, after --once, or when told to stop. */
EH_MUST enum eh_rc eh_judge_run(const struct eh_judge_run *run, struct eh_err *err);

#endif
