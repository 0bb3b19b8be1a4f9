/*
 * verb_run.c - evenhand run: gather for every source, judge and serve, as processes of their own.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "cli/children.h"
#include "cli/flags.h"
#include "cli/stop.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "source/register.h"

#define LOOK_US (5 * EH_SECOND_US) /* how often new sources are looked for */

const char eh_cli_run_usage[] = "usage: evenhand run\n"
                                "\n"
                                "Starts gather for every registered source, judge, and serve, and starts again what\n"
                                "ends, after 1 s, 2 s, 4 s and at most a minute. Prints where the dashboard is. A source\n"
                                "that is registered meanwhile is gathered too, and one that is removed no more. A source\n"
                                "that fails waits with its reason in `evenhand status` and holds no other. Ends on SIGINT\n"
                                "or SIGTERM, after its processes have.\n";

struct run {
	struct eh_arena *arena;
	const struct eh_settings *settings;
	struct eh_cli_children children;
	struct eh_pg *pg; /* as evenhand_reader; NULL while the store is away */
	int64_t look_us;
};

static void tell_url(void *ctx, const char *line)
{
	(void)ctx;
	printf("dashboard %s\n", line);
	fflush(stdout);
}

static bool gathers(const struct eh_cli_child *child, const char *name)
{
	return strcmp(child->argv[0], "gather") == 0 && strcmp(child->argv[2], name) == 0;
}

static struct eh_cli_child *gather_of(const struct run *run, const char *name)
{
	for (struct eh_cli_child *c = run->children.first; c != NULL; c = c->next)
		if (gathers(c, name))
			return c;
	return NULL;
}

static void add_gather(struct run *run, const char *name)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const char *const argv[] = {"gather", "--source", name, NULL};
	struct eh_cli_child *child = eh_cli_children_add(&run->children, eh_arena_printf(arena, "gather %s", name), argv);

	child->settles = true;
	child->apart = true; /* what fails one source ends no other, and not the whole */
}

/* One gather a source that is followed; none for one that was removed. */
static enum eh_rc add_gathers(struct run *run, bool *own_conninfo, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_source *sources;
	size_t n;
	enum eh_rc rc = eh_source_list(arena, run->pg, &sources, &n, err);

	*own_conninfo = false;
	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		struct eh_cli_child *child = gather_of(run, sources[i].name);

		*own_conninfo |= sources[i].map->conninfo != NULL;
		if (child == NULL && !sources[i].removed)
			add_gather(run, sources[i].name);
		else if (child != NULL)
			eh_cli_children_want(child, !sources[i].removed);
		/* It ended because its source was removed, and that was put back before anybody looked. */
		if (child != NULL && !sources[i].removed && sources[i].map->follow)
			child->done = false;
	}
	return rc;
}

/* New sources, every few seconds.  A store that is away is no end: those who need it wait for it too. */
static void look_for_sources(struct run *run)
{
	struct eh_err err;
	bool own_conninfo;

	if (eh_time_steady_us() < run->look_us)
		return;
	run->look_us = eh_time_steady_us() + LOOK_US;
	if (run->pg == NULL &&
	    eh_store_open(run->settings->store, run->settings->state, EH_STORE_READER, &run->pg, &err) != EH_OK)
		return;
	if (add_gathers(run, &own_conninfo, &err) != EH_OK) {
		eh_pg_close(run->pg);
		run->pg = NULL;
	}
}

static enum eh_rc begin(struct run *run, struct eh_err *err)
{
	static const char *const judge[] = {"judge", "--stay", NULL}, *const serve[] = {"serve", NULL};
	bool own_conninfo = false;
	enum eh_rc rc = eh_store_open(run->settings->store, run->settings->state, EH_STORE_READER, &run->pg, err);

	if (rc != EH_OK)
		return rc;
	eh_settings_export(run->settings);
	eh_cli_children_add(&run->children, "judge", judge); /* which stays: requests and messages come when all is judged */
	eh_cli_children_add(&run->children, "serve", serve)->said = tell_url;
	rc = add_gathers(run, &own_conninfo, err);
	/* Where a source is reached by the user's own service file, its gather must be able to read it. */
	if (rc == EH_OK && !own_conninfo)
		rc = eh_store_drop_privileges(run->settings->store, run->settings->state, err);
	return rc;
}

int eh_cli_run(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct run run = {.arena = arena, .settings = settings, .children = {.arena = arena}};
	const struct eh_cli_flag flags[] = {{0}};
	const volatile sig_atomic_t *stop = eh_cli_stop_on_signal();
	struct eh_err err;

	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 0, &err);
	if (rc == EH_OK)
		rc = begin(&run, &err);
	while (rc == EH_OK && *stop == 0) {
		rc = eh_cli_children_tick(&run.children, 200, &err);
		look_for_sources(&run);
	}
	eh_cli_children_stop(&run.children);
	eh_pg_close(run.pg);
	return rc == EH_OK ? 0 : eh_cli_failed(&err);
}
