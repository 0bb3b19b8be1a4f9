/*
 * verb_doctor.c - evenhand doctor [--json].
 */
#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/store_check.h"

const char eh_cli_doctor_usage[] = "usage: evenhand doctor [--json]\n"
				   "\n"
				   "Checks every precondition and says how to mend what fails; exit 1 where one does.\n"
				   "For a store that the settings name it prints the SQL a DBA must run.\n"
				   "\n"
				   "  --json  one JSON object on standard output\n";

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

int eh_cli_doctor(int argc, char **argv, struct eh_settings *settings)
{
	bool json = false;
	const struct eh_cli_flag flags[] = {{"json", NULL, &json}, {0}};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_store_checks checks;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	eh_store_look(arena, settings->store, settings->state, &checks);
	if (json)
		print_json(&checks);
	else
		print_text(&checks);
	return all_hold(&checks) ? 0 : 1;
}
