/*
 * verb_init.c - evenhand init.
 */
#include <stdio.h>

#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/migrate.h"
#include "pg/store.h"

const char eh_cli_init_usage[] = "usage: evenhand init\n"
				 "\n"
				 "Makes the store that the settings name: without --store the private PostgreSQL\n"
				 "with its database and roles, and in both cases the schema. Where all is there\n"
				 "already, nothing happens.\n";

int eh_cli_init(int argc, char **argv, struct eh_settings *settings)
{
	const struct eh_cli_flag flags[] = {{0}};
	EH_PG_AUTO pg = NULL;
	struct eh_migrate_state at;
	struct eh_err err;
	int applied;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (eh_store_open_any(settings->store, settings->state, EH_STORE_OWNER, &pg, &err) != EH_OK ||
	    eh_migrate_run(pg, &applied, &err) != EH_OK || eh_migrate_look(pg, &at, &err) != EH_OK)
		return eh_cli_failed(&err);
	printf("store   %s\n", settings->store != NULL ? "as the setting `store` says" : settings->state);
	printf("schema  version %d%s\n", at.applied, applied > 0 ? "" : ", was there already");
	return 0;
}
