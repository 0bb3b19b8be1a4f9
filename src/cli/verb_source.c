/*
 * verb_source.c - evenhand source list | add | remove | accept-gap: which logs are followed, and what a person decides of them.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "source/follow.h"

const char eh_cli_source_usage[] = "usage: evenhand source list [--json]\n"
				   "       evenhand source add --map M.yaml [--json]\n"
				   "       evenhand source add NAME --reason TEXT [--as USER] [--json]\n"
				   "       evenhand source remove NAME --reason TEXT [--as USER] [--json]\n"
				   "       evenhand source accept-gap NAME --reason TEXT [--as USER] [--json]\n"
				   "\n"
				   "list names the sources that are registered, and what their maps say. add registers a\n"
				   "map without reading its table, or puts back what was removed. remove stops the\n"
				   "following: what was counted stays, with every page about it. accept-gap lets a source\n"
				   "go on behind changes that are lost for good. A running `evenhand run` takes each of\n"
				   "them up within seconds. Each is on the record, with who decided it and why.\n"
				   "\n"
				   "  --map M.yaml   the source map\n"
				   "  --reason TEXT  why\n"
				   "  --as USER      who decides, a user of the dashboard; else who is signed in here\n"
				   "  --json         JSON on standard output\n";

struct ask {
	const char *name, *map, *reason, *user;
	bool json;
};

static json_t *source_json(const struct eh_source *source)
{
	const struct eh_map *map = source->map;
	json_t *protects = json_array();
	char hex[EH_SHA256_HEX];

	for (size_t i = 0; i < map->protect_n; i++)
		(void)json_array_append_new(protects, json_string(map->protect[i].name));
	eh_sha256_hex(&map->version, hex);
	return json_pack("{s:s, s:s, s:s?, s:s, s:b, s:b, s:o, s:i, s:s}", "name", source->name, "mode", eh_map_mode_name(map->mode), "conninfo", map->conninfo,
	                 "pane", eh_map_pane_name(map->pane), "follow", map->follow, "removed", source->removed, "protected", protects, "map_version",
	                 source->version, "map_sha256", hex);
}

static void print_source(const struct eh_source *source)
{
	const struct eh_map *map = source->map;

	printf("%s: %s.%s%s%s, %s, panes of %s, %s, map version %d; protected:", source->name, map->schema, map->table,
	       map->conninfo != NULL ? " at " : "", map->conninfo != NULL ? map->conninfo : "", eh_map_mode_name(map->mode), eh_map_pane_name(map->pane),
	       source->removed ? "removed" : map->follow ? "followed" : "not followed", source->version);
	for (size_t i = 0; i < map->protect_n; i++)
		printf("%s %s", i > 0 ? "," : "", map->protect[i].name);
	printf("\n");
}

static enum eh_rc list(const struct eh_settings *settings, const struct ask *ask, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	EH_JSON_AUTO doc = json_array();
	struct eh_source *all = NULL;
	size_t n = 0;
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, err);

	if (rc == EH_OK)
		rc = eh_source_list(arena, store, &all, &n, err);
	if (rc != EH_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (!ask->json) {
			print_source(&all[i]);
			continue;
		}
		json_t *one = source_json(&all[i]);
		EH_ASSERT(one != NULL && json_object_set_new(one, "table", json_sprintf("%s.%s", all[i].map->schema, all[i].map->table)) == 0);
		EH_ASSERT(json_array_append_new(doc, one) == 0);
	}
	if (ask->json)
		eh_cli_print_json(doc, JSON_INDENT(2));
	else if (n == 0)
		printf("the store has no source\n");
	return EH_OK;
}

/* ---- what a person decides ------------------------------------------------------------------ */

/* Who is signed in to this machine: before sudo, where that is known. */
static const char *os_person(struct eh_arena *arena)
{
	const char *before = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *pw = getpwuid(getuid());

	if (before != NULL && before[0] != '\0')
		return eh_arena_printf(arena, "os:%.60s", before);
	return eh_arena_printf(arena, "os:%.60s", pw != NULL ? pw->pw_name : "unknown");
}

static void tell(const struct ask *ask, const char *verb, const char *source, const char *person, const char *said)
{
	if (!ask->json) {
		printf("%s\n", said);
		return;
	}
	EH_JSON_AUTO doc = json_pack("{s:s, s:s, s:s?, s:s}", "source", source, "did", verb, "by", person, "message", said);
	eh_cli_print_json(doc, JSON_INDENT(2));
}

static enum eh_rc add_map(const struct eh_settings *settings, const struct ask *ask, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	const struct eh_map *map;
	struct eh_source source;
	enum eh_rc rc = eh_map_read(arena, ask->map, &map, err);

	if (rc == EH_OK)
		rc = eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &store, err);
	if (rc == EH_OK)
		rc = eh_source_register(arena, store, map, &source, err);
	if (rc != EH_OK)
		return rc;
	tell(ask, "add", source.name, NULL, eh_arena_printf(arena, "source %s is registered, map version %d%s", source.name, source.version,
	                                                    source.removed ? "; it is removed, and `evenhand source add NAME` puts it back" : ""));
	return EH_OK;
}

static const char *said_of_removal(struct eh_arena *arena, const struct eh_source *source)
{
	const struct eh_map *map = source->map;

	if (map->mode != EH_MAP_MODE_STREAM)
		return eh_arena_printf(arena, "source %s is followed no more; what was counted stays", source->name);
	return eh_arena_printf(arena, "source %s is followed no more; what was counted stays. Its replication slot keeps WAL: drop it with"
	                       " SELECT pg_drop_replication_slot('%s%s') if it shall not come back",
	                       source->name, map->slot != NULL ? "" : "evenhand_", map->slot != NULL ? map->slot : source->name);
}

static enum eh_rc decide(const char *verb, struct eh_arena *arena, struct eh_pg *store, const struct eh_source *source,
                         const struct eh_source_deed *deed, const char **said, struct eh_err *err)
{
	int64_t gap_no = 0;
	enum eh_rc rc;

	if (strcmp(verb, "remove") == 0) {
		rc = eh_source_remove(store, source, deed, err);
		*said = said_of_removal(arena, source);
	} else if (strcmp(verb, "add") == 0) {
		rc = eh_source_put_back(store, source, deed, err);
		*said = eh_arena_printf(arena, "source %s is followed again", source->name);
	} else {
		rc = eh_source_accept_gap(store, source, deed, &gap_no, err);
		*said = eh_arena_printf(arena, "gap %d of source %s is accepted; gather goes on behind it", (int)gap_no, source->name);
	}
	return rc;
}

static enum eh_rc do_deed(const char *verb, const struct eh_settings *settings, const struct ask *ask, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	struct eh_source source;
	const char *said = NULL;
	struct eh_source_deed deed = {.person = ask->user != NULL ? ask->user : os_person(arena), .reason = ask->reason};
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &store, err);

	if (rc == EH_OK)
		rc = eh_source_load(arena, store, ask->name, &source, err);
	if (rc == EH_OK && ask->user != NULL)
		rc = eh_source_check_person(store, ask->user, err);
	if (rc == EH_OK)
		rc = decide(verb, arena, store, &source, &deed, &said, err);
	if (rc == EH_OK)
		tell(ask, verb, source.name, deed.person, said);
	return rc;
}

/* ---- the verb --------------------------------------------------------------------------------- */

static enum eh_rc refuse_words(const char *what, struct eh_err *err)
{
	(void)eh_fail(err, EH_BAD_INPUT, "%s", what);
	return eh_hint(err, "`evenhand source --help` shows how");
}

static enum eh_rc run(int argc, char **argv, const struct eh_settings *settings, struct ask *ask, struct eh_err *err)
{
	const char *verb = argc > 1 ? argv[1] : "";
	bool is_deed = strcmp(verb, "remove") == 0 || strcmp(verb, "accept-gap") == 0 || (strcmp(verb, "add") == 0 && ask->map == NULL);

	if (strcmp(verb, "list") == 0 && argc == 2 && ask->map == NULL)
		return list(settings, ask, err);
	if (strcmp(verb, "add") == 0 && argc == 2 && ask->map != NULL)
		return add_map(settings, ask, err);
	if (is_deed && argc == 3 && ask->map == NULL) {
		ask->name = argv[2];
		return do_deed(verb, settings, ask, err);
	}
	if (is_deed)
		return refuse_words("source remove, accept-gap and add take the name of one source", err);
	return refuse_words("source knows list, add, remove and accept-gap", err);
}

int eh_cli_source(int argc, char **argv, struct eh_settings *settings)
{
	struct ask ask = {0};
	const struct eh_cli_flag flags[] = {
		{"json", NULL, &ask.json}, {"map", &ask.map, NULL}, {"reason", &ask.reason, NULL}, {"as", &ask.user, NULL}, {0}};
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || run(argc, argv, settings, &ask, &err) != EH_OK)
		return eh_cli_failed_json(&err, ask.json);
	return 0;
}
