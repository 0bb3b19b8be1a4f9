/*
 * verb_doctor.c - evenhand doctor [--source NAME | --map M.yaml] [--sql] [--json].
 */
#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/doctor_source.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "notify/route.h"
#include "pg/store_check.h"

const char eh_cli_doctor_usage[] = "usage: evenhand doctor [--json]\n"
				   "       evenhand doctor --source NAME | --map M.yaml [--mode MODE] [--append-only | --corrections]\n"
				   "                       [--where EXPRESSION] [--sql] [--json]\n"
				   "\n"
				   "Checks every precondition and says how to mend what fails; exit 1 where one does.\n"
				   "For a store that the settings name it prints the SQL a DBA must run.\n"
				   "With a source it looks at the source's database instead: which mode fits, what is\n"
				   "missing, and the SQL that the table's owner must run, which it never runs itself.\n"
				   "\n"
				   "  --source NAME  a source that is registered\n"
				   "  --map M.yaml   or a map that is not registered yet\n"
				   "  --mode MODE    as if the map said so: poll, stream or pushdown\n"
				   "  --append-only  stream: only inserts matter (default without an outcome column)\n"
				   "  --corrections  stream: updates and deletes matter too (default with one)\n"
				   "  --where EXPRESSION  stream: a row filter for the publication that is printed\n"
				   "  --sql          prints the SQL alone\n"
				   "  --json         one JSON object on standard output\n";

static bool all_hold(const struct eh_store_checks *checks)
{
	for (size_t i = 0; i < checks->n; i++)
		if (checks->check[i].fix != NULL)
			return false;
	return true;
}

static void print_text(const struct eh_store_checks *checks)
{
	for (size_t i = 0; i < checks->n; i++) {
		const struct eh_store_check *c = &checks->check[i];

		printf("%-4s %s: %s\n", c->fix == NULL ? "ok" : "FAIL", c->what, c->found);
		if (c->fix != NULL)
			printf("     hint: %s\n", c->fix);
	}
	if (checks->sql != NULL)
		printf("\n%s", checks->sql);
}

static void print_json(const struct eh_store_checks *checks)
{
	EH_JSON_AUTO list = json_array();

	for (size_t i = 0; i < checks->n; i++) {
		const struct eh_store_check *c = &checks->check[i];
		json_t *one = json_pack("{s:s, s:b, s:s, s:s?}", "check", c->what, "ok", c->fix == NULL, "found",
					c->found, "fix", c->fix);

		EH_ASSERT(one != NULL && json_array_append_new(list, one) == 0);
	}
	EH_JSON_AUTO doc = json_pack("{s:b, s:O, s:s?}", "ok", all_hold(checks), "checks", list, "sql", checks->sql);
	eh_cli_print_json(doc, JSON_INDENT(2));
}

/* The routes of messages, where the settings name any. */
static void look_at_routes(struct eh_arena *arena, const struct eh_settings *settings, struct eh_store_checks *checks)
{
	struct eh_store_check *check = &checks->check[checks->n];
	struct eh_notify_routes routes;
	struct eh_err err = {0};

	if ((settings->notify == NULL && settings->webhook_url == NULL) || checks->n == EH_STORE_CHECKS_MAX)
		return;
	checks->n++;
	*check = (struct eh_store_check){.what = "routes of messages"};
	if (eh_notify_routes_read(arena, settings, &routes, &err) == EH_OK) {
		check->found = eh_arena_printf(arena, "%zu, and the files of their secrets", routes.n);
		return;
	}
	check->found = eh_arena_strdup(arena, err.text);
	check->fix = err.hint[0] != '\0' ? eh_arena_strdup(arena, err.hint) : "mend the file, and start judge again.";
}

static int look_at_store(const struct eh_settings *settings, bool json)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_store_checks checks;

	eh_store_look(arena, settings->store, settings->state, &checks);
	look_at_routes(arena, settings, &checks);
	if (json)
		print_json(&checks);
	else
		print_text(&checks);
	return all_hold(&checks) ? 0 : 1;
}

static enum eh_rc check_flags(const struct eh_cli_doctor_source *ask, struct eh_err *err)
{
	if (ask->name != NULL && ask->map != NULL)
		return eh_fail(err, EH_BAD_INPUT, "--map and --source say the same thing: give one of them");
	if (ask->name != NULL || ask->map != NULL)
		return EH_OK;
	if (ask->mode == NULL && ask->where == NULL && !ask->append_only && !ask->corrections && !ask->sql)
		return EH_OK;
	(void)eh_fail(err, EH_BAD_INPUT, "--mode, --append-only, --corrections, --where and --sql ask about a source");
	return eh_hint(err, "say which with --source NAME or --map M.yaml");
}

int eh_cli_doctor(int argc, char **argv, struct eh_settings *settings)
{
	struct eh_cli_doctor_source ask = {0};
	const struct eh_cli_flag flags[] = {{"json", NULL, &ask.json},
	                                    {"source", &ask.name, NULL},
	                                    {"map", &ask.map, NULL},
	                                    {"mode", &ask.mode, NULL},
	                                    {"where", &ask.where, NULL},
	                                    {"append-only", NULL, &ask.append_only},
	                                    {"corrections", NULL, &ask.corrections},
	                                    {"sql", NULL, &ask.sql},
	                                    {0}};
	bool holds = false;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    check_flags(&ask, &err) != EH_OK)
		return eh_cli_failed_json(&err, ask.json);
	if (ask.name == NULL && ask.map == NULL)
		return look_at_store(settings, ask.json);
	if (eh_cli_doctor_source(&ask, settings, &holds, &err) != EH_OK)
		return eh_cli_failed_json(&err, ask.json);
	return holds ? 0 : 1;
}
