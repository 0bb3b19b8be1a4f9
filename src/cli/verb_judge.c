/*
 * verb_judge.c - evenhand judge [--once | --stay].
 */
#include <signal.h>

#include "cli/flags.h"
#include "cli/stop.h"
#include "cli/verbs.h"
#include "judge/run.h"
#include "pg/store.h"
#include "stats/ehs.h"

const char eh_cli_judge_usage[] = "usage: evenhand judge [--once | --stay]\n"
				  "\n"
				  "Folds what gather counted, closes panes, and raises alerts. Ends with 0 when\n"
				  "every source is `follow: no` and all of it is judged.\n"
				  "\n"
				  "  --once  judge what can be judged now, then end\n"
				  "  --stay  do not end when all is judged: answer requests and send messages\n";

int eh_cli_judge(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = NULL;
	struct eh_judge_run run = {.settings = settings,
				   .policy = eh_policy_default(home),
				   .stop = eh_cli_stop_on_signal(),
				   .drop = true};
	const struct eh_cli_flag flags[] = {{"once", NULL, &run.once}, {"stay", NULL, &run.stay}, {0}};
	struct eh_err err;

	ehs_init();
	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &pg, &err) != EH_OK)
		return eh_cli_failed(&err);
	run.pg = pg;
	return eh_judge_run(&run, &err) == EH_OK ? 0 : eh_cli_failed(&err);
}
