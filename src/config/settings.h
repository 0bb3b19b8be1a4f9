/*
 * settings.h - how to run: the one table of settings.
 *
 * One row of the table in settings.c is one setting: its name, type, default,
 * bounds, unit and prose.  The file evenhand.yaml, the environment (EVENHAND_NAME),
 * the flag (--name) and the printed help all come from that row.  A flag wins over
 * the environment, that over the file, that over the default.
 * Law 12: this says how to run; what is unfair is policy, and is not here.
 *
 * Owner    text fields live in the arena given to eh_settings_read().
 * Threads  read-only after reading.
 */
#ifndef EH_CONFIG_SETTINGS_H
#define EH_CONFIG_SETTINGS_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

struct eh_settings {
	const char *config;		/* the file that was read; NULL: none */
	const char *store;		/* libpq connection string; NULL: the private cluster */
	const char *state;		/* the state folder, absolute */
	const char *listen;		/* host:port of the dashboard */
	const char *ops_listen;		/* host:port of metrics and health */
	const char *register_file;	/* who answers for which component; NULL: none */
	const char *webhook_url;	/* NULL: none */
	const char *notify;		/* the file of routes; NULL: none */
	const char *public_url;		/* where people reach the dashboard; NULL: messages have no link */
	int64_t commit_interval_ms;	/* gather commits at least this often while rows come */
	int64_t poll_interval_ms;	/* gather asks a poll source this often */
	int64_t backfill_connections;	/* history may be read by so many at once */
	int64_t session_idle_ms;	/* sign-in ends after this long without a request */
	int64_t session_length_ms;	/* and after this long in any case */
	int64_t stalled_after_ms;	/* a source whose clock stood still for so long is said to stand still */
	int64_t set_aside_kept_ms;	/* rows that were set aside are kept so long; the counts of them for good */
	int64_t wal_limit_bytes;	/* a server that keeps more WAL for us is said to */
};

/*
 * Reads file, environment and flags.  Flags of the table are taken out of argv (as --name VALUE or
 * --name=VALUE, anywhere before `--`) and *argc goes down; what the table does not know stays for the verb.
 * EH_BAD_INPUT with the place (file:line:column, the variable, the flag) for a wrong value.
 */
EH_MUST enum eh_rc eh_settings_read(struct eh_settings *settings, struct eh_arena *arena, int *argc, char **argv,
				    struct eh_err *err);

/* Puts them into the environment, for programs that this one starts: they read the same, whatever flags were given here. */
void eh_settings_export(const struct eh_settings *settings);

/* The table as help text. */
void eh_settings_help(FILE *out);

#endif
