/*
 * children.h - this program once more, as other verbs, kept alive: what `run` and `demo` do.
 *
 * A child that ends by itself is started again, after 1 s, 2 s, 4 s ... at most a minute; one that
 * lived a minute begins anew with 1 s.  A child that says at its first start that its command or a
 * file of the user's is wrong (exit code 2) is not: the whole ends with its words.  Children end
 * with this process, also where it is killed.
 *
 * They read their settings from the environment (eh_settings_export()), so that no secret stands in
 * a command line.
 *
 * Owner    the arena that was given; eh_cli_children_stop() before the end.
 * Threads  main only.
 */
#ifndef EH_CLI_CHILDREN_H
#define EH_CLI_CHILDREN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct eh_cli_child {
	struct eh_cli_child *next;
	const char *name;        /* for messages */
	const char *const *argv; /* argv[0] is the verb; ended by NULL */
	bool settles;            /* exit code 0 means that its work is done */
	bool apart;              /* its exit code 2 ends nobody else: it is tried again like any failure */
	bool unwanted;           /* asked to end, and not started again */
	bool asked;              /* to end, and has not yet; it may be wanted again by now */
	void (*said)(void *ctx, const char *line); /* takes its standard output line by line; NULL: ours */
	void *ctx;

	pid_t pid;   /* 0: not running */
	bool done;   /* settled */
	int code;    /* of its last end */
	int starts;
	int64_t began_us, ended_us, again_us; /* steady time; again_us: when to start it again */
	int out;     /* -1: none */
	char line[512];
	size_t line_n;
};

struct eh_cli_children {
	struct eh_arena *arena;
	struct eh_cli_child *first;
};

/* Starts a child at the next tick.  `argv` is copied. */
struct eh_cli_child *eh_cli_children_add(struct eh_cli_children *all, const char *name, const char *const *argv);

/* Whether it shall run: one that shall not is asked to end; one that shall again is started at the next tick. */
void eh_cli_children_want(struct eh_cli_child *child, bool wanted);

/* Starts what is due, reads what was said, notes who ended.  Waits `wait_ms` at most, less where something happens. */
EH_MUST enum eh_rc eh_cli_children_tick(struct eh_cli_children *all, int wait_ms, struct eh_err *err);

/* Runs one until it ends with exit code 0, beside the others; EH_AGAIN where it ends with another, or was killed
 * again and again.  *stop, where not NULL, ends it early. */
EH_MUST enum eh_rc eh_cli_children_run(struct eh_cli_children *all, struct eh_cli_child *child, const volatile int *stop,
                                       struct eh_err *err);

/* Asks all to end, waits 15 s, then ends them. */
void eh_cli_children_stop(struct eh_cli_children *all);

#endif
