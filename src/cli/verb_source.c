/*
 * verb_source.c - evenhand source list [--json].
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "pg/store.h"

const char eh_cli_source_usage[] = "usage: evenhand source list [--json]\n"
				   "\n"
				   "Names the sources that are registered, and what their maps say.\n"
				   "\n"
				   "  --json  a JSON array on standard output\n";

static json_t *source_json(const struct eh_source *source)
{
	const struct eh_map *map = source->map;
	json_t *protects = json_array();
	char hex[EH_SHA256_HEX];

	for (size_t i = 0; i < map->protect_n; i++)
		(void)json_array_append_new(protects, json_string(map->protect[i].name));
	eh_sha256_hex(&map->version, hex);
	return json_pack("{s:s, s:s, s:s?, s:s, s:b, s:o, s:i, s:s}", "name", source->name, "mode", "poll", "conninfo", map->conninfo,
	                 "pane", eh_map_pane_name(map->pane), "follow", map->follow, "protected", protects, "map_version",
	                 source->version, "map_sha256", hex);
}

static void print_source(const struct eh_source *source)
{
	const struct eh_map *map = source->map;

	printf("%s: %s.%s%s%s, panes of %s, %s, map version %d; protected:", source->name, map->schema, map->table,
	       map->conninfo != NULL ? " at " : "", map->conninfo != NULL ? map->conninfo : "", eh_map_pane_name(map->pane),
	       map->follow ? "followed" : "not followed", source->version);
	for (size_t i = 0; i < map->protect_n; i++)
		printf("%s %s", i > 0 ? "," : "", map->protect[i].name);
	printf("\n");
}

static enum eh_rc check_words(int argc, char **argv, struct eh_err *err)
{
	enum eh_rc rc = eh_cli_words(argc, argv, 1, 1, err);

	if (rc != EH_OK || strcmp(argv[1], "list") == 0)
		return rc;
	(void)eh_fail(err, EH_BAD_INPUT, "source knows no '%s'", argv[1]);
	return eh_hint(err, "`evenhand source list` is what there is");
}

int eh_cli_source(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	EH_JSON_AUTO doc = json_array();
	bool json = false;
	const struct eh_cli_flag flags[] = {{"json", NULL, &json}, {0}};
	struct eh_source *list = NULL;
	size_t n = 0;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || check_words(argc, argv, &err) != EH_OK ||
	    eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, &err) != EH_OK ||
	    eh_source_list(arena, store, &list, &n, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	for (size_t i = 0; i < n; i++) {
		if (json) {
			json_t *one = source_json(&list[i]);
			EH_ASSERT(one != NULL && json_object_set_new(one, "table", json_sprintf("%s.%s", list[i].map->schema, list[i].map->table)) == 0);
			EH_ASSERT(json_array_append_new(doc, one) == 0);
		} else {
			print_source(&list[i]);
		}
	}
	if (json) {
		eh_cli_print_json(doc, JSON_INDENT(2));
	} else if (n == 0) {
		printf("the store has no source\n");
	}
	return 0;
}
