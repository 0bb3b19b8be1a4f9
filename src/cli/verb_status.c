/*
 * verb_status.c - evenhand status [--json].
 */
#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/migrate.h"
#include "pg/store.h"

const char eh_cli_status_usage[] = "usage: evenhand status [--json]\n"
				   "\n"
				   "Says where the store stands.\n"
				   "\n"
				   "  --json  one JSON object on standard output\n";

static void print_json(const struct eh_settings *settings, struct eh_pg *pg, const struct eh_migrate_state *at)
{
	EH_JSON_AUTO doc = json_pack("{s:n, s:[], s:{s:s, s:s?, s:i, s:i, s:i}}", "tally_digest", "sources", "store",
				     "kind", settings->store != NULL ? "named" : "private", "state",
				     settings->store != NULL ? NULL : settings->state, "server_major",
				     eh_pg_server_major(pg), "schema", at->applied, "schema_known", at->known);

	EH_ASSERT(doc != NULL && json_dumpf(doc, stdout, JSON_INDENT(2)) == 0);
	putchar('\n');
}

static void print_text(const struct eh_settings *settings, struct eh_pg *pg, const struct eh_migrate_state *at)
{
	printf("store   %s, PostgreSQL %d\n", settings->store != NULL ? "as the setting `store` says" : settings->state,
	       eh_pg_server_major(pg));
	if (at->applied == at->known)
		printf("schema  version %d\n", at->applied);
	else
		printf("schema  version %d, behind: this program needs %d; run `evenhand migrate`\n", at->applied,
		       at->known);
}

int eh_cli_status(int argc, char **argv, struct eh_settings *settings)
{
	bool json = false;
	const struct eh_cli_flag flags[] = {{"json", NULL, &json}, {0}};
	EH_PG_AUTO pg = NULL;
	struct eh_migrate_state at;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_store_open_any(settings->store, settings->state, EH_STORE_READER, &pg, &err) != EH_OK ||
	    eh_migrate_look(pg, &at, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	if (json)
		print_json(settings, pg, &at);
	else
		print_text(settings, pg, &at);
	return 0;
}
