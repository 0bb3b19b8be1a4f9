/*
 * verbs.h - the table of verbs: the first word after `evenhand`.
 *
 * A verb is one file src/cli/verb_NAME.c and one line below.  The file defines
 *
 *   const char eh_cli_NAME_usage[] = "usage: evenhand NAME ...\n...";   printed by `evenhand NAME --help`
 *   int eh_cli_NAME(int argc, char **argv, struct eh_settings *settings);
 *
 * argv[0] is the verb's name; the flags of the settings table are already taken out.
 * The function returns the exit code of design section 7: 0 done, 1 the answer is no,
 * 2 the user's input, 3 the surroundings; eh_cli_failed() logs an error and gives it.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_VERBS_H
#define EH_CLI_VERBS_H

#include "config/settings.h"

/* X(name, what it does) in the order of `evenhand help`. */
#define EH_CLI_VERBS(X)                                                                                                \
	X(demo, "show a year of an invented insurer, three months of it live")                                         \
	X(init, "make the store: private cluster, database, roles and schema")                                         \
	X(migrate, "bring the store's schema to this program's version")                                               \
	X(audit, "compare the groups of a decision log once, by exact methods")                                        \
	X(import, "load a CSV decision log into a table, and register its source")                                     \
	X(setaside, "list the rows that could not be used, and why")                                                   \
	X(judge, "fold what was counted, close panes, raise alerts")                                                    \
	X(stat, "compute statistical tests, one JSON line each")                                                              \
	X(bisg, "estimate group probabilities from names and places, by public tables")        \
	X(replay, "judge history again, without writing, and print every verdict")                                      \
	X(lab, "compare a draft policy with the one in force, on history")                                              \
	X(policy, "show the policy in force, propose and approve versions")                                             \
	X(pack, "list, check and run regulatory packs, and show their results")                                          \
	X(alerts, "list and show alerts, and take their next step")                                                     \
	X(notify, "check and test the routes of messages, list what nobody received")                                   \
	X(counsel, "keep notes of counsel apart")                                                                     \
	X(deadman, "say that judge is silent, from where judge is not")                                                 \
	X(status, "say where the store and its sources stand")                                                         \
	X(ledger, "print the head of the log, or check all that stands in it")                                        \
	X(doctor, "check every precondition, and say how to mend what fails")                                          \
	X(gather, "count a decision log into the store, and follow it")                                                \
	X(recompute, "read the sources again and compare them with what is stored")                                    \
	X(cells, "print the cube's cells for tools of your own")                                                       \
	X(source, "list, add and remove sources, and accept what is lost of one")                                                              \
	X(run, "gather every source, judge and serve, until told to stop")                                             \
	X(serve, "show the dashboard")                                                                                 \
	X(user, "say who may sign in to the dashboard")                                                                \
	X(stop, "stop the private PostgreSQL cluster")

struct eh_cli_verb {
	const char *name, *what, *usage;
	int (*run)(int argc, char **argv, struct eh_settings *settings);
};

#define EH_CLI_DECLARE(name, what)                                                                                     \
	extern const char eh_cli_##name##_usage[];                                                                     \
	int eh_cli_##name(int argc, char **argv, struct eh_settings *settings);
EH_CLI_VERBS(EH_CLI_DECLARE)
#undef EH_CLI_DECLARE

#endif
