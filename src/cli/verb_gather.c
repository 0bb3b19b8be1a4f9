/*
 * verb_gather.c - evenhand gather [--map M.yaml | --source NAME] [--through DATE] [--once].
 */
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "cli/flags.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "gather/gather.h"
#include "pg/store.h"

const char eh_cli_gather_usage[] = "usage: evenhand gather --map M.yaml | --source NAME [--through DATE] [--once]\n"
				   "\n"
				   "Counts a decision log into the store: first what is there, then new rows as\n"
				   "they are committed. Ends where the map says `follow: no` and all is counted.\n"
				   "\n"
				   "  --map M.yaml    registers this source map, and gathers its source\n"
				   "  --source NAME   a source that is registered; may be left out where there is one\n"
				   "  --through DATE  where the clock stops after history; by default at the last\n"
				   "                  decision that is not in the future\n"
				   "  --once          counts what is there now, and ends\n";

static volatile sig_atomic_t stop;

static void on_signal(int signal_number)
{
	stop = signal_number;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: a wait shall end */

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
}

static enum eh_rc read_map(struct eh_arena *arena, const struct eh_settings *settings, const char *path, const char *name,
                           const struct eh_map **map, struct eh_err *err)
{
	EH_PG_AUTO store = NULL;
	struct eh_source source;

	if (path != NULL && name != NULL)
		return eh_fail(err, EH_BAD_INPUT, "--map and --source say the same thing: give one of them");
	if (path != NULL)
		return eh_map_read(arena, path, map, err);
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, err);
	if (rc == EH_OK)
		rc = eh_cli_one_source(arena, store, name, &source, err);
	if (rc == EH_OK)
		*map = source.map;
	return rc;
}

int eh_cli_gather(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const char *path = NULL, *name = NULL, *through = NULL;
	struct eh_gather_options options = {.poll_interval_ms = settings->poll_interval_ms,
	                                    .commit_interval_ms = settings->commit_interval_ms,
	                                    .connections = (uint32_t)settings->backfill_connections,
	                                    .stop = &stop};
	const struct eh_cli_flag flags[] = {{"map", &path, NULL},
	                                    {"source", &name, NULL},
	                                    {"through", &through, NULL},
	                                    {"once", NULL, &options.once},
	                                    {0}};
	struct eh_gather_result result;
	const struct eh_map *map = NULL;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK)
		return eh_cli_failed(&err);
	options.has_through = through != NULL;
	if (through != NULL && !eh_gather_parse_through(through, &options.through_us)) {
		(void)eh_fail(&err, EH_BAD_INPUT, "--through %s is not a date", through);
		(void)eh_hint(&err, "write it as 2026-01-31, or with a time as 2026-01-31T12:00:00Z");
		return eh_cli_failed(&err);
	}
	catch_signals();
	if (read_map(arena, settings, path, name, &map, &err) != EH_OK)
		return eh_cli_failed(&err);
	/* A connection that the map names may need the user's own service file or password file. */
	if (map->conninfo == NULL && eh_store_drop_privileges(settings->store, settings->state, &err) != EH_OK)
		return eh_cli_failed(&err);
	return eh_gather_keep(settings, map, &options, &result, &err) == EH_OK ? 0 : eh_cli_failed(&err);
}
