/*
 * verb_stop.c - evenhand stop.
 */
#include <stdio.h>

#include "base/log.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/cluster.h"

const char eh_cli_stop_usage[] = "usage: evenhand stop\n"
				 "\n"
				 "Stops the private PostgreSQL and its watcher. Connections that are open are\n"
				 "ended; what was committed stays. The next verb that needs it starts it again.\n";

int eh_cli_stop(int argc, char **argv, struct eh_settings *settings)
{
	const struct eh_cli_flag flags[] = {{0}};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	struct eh_err err;
	bool was_up, in_use;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_cluster_find(arena, settings->state, &cluster, &err) != EH_OK ||
	    eh_cluster_stop(&cluster, &was_up, &in_use, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (in_use && was_up)
		eh_log("another evenhand process was using the store, and lost its connection");
	printf("the private PostgreSQL in %s %s\n", cluster.state, was_up ? "is stopped" : "was not running");
	return 0;
}
