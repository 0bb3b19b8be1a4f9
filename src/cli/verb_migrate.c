/*
 * verb_migrate.c - evenhand migrate [--dry-run].
 */
#include <stdio.h>

#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/migrate.h"
#include "pg/store.h"

const char eh_cli_migrate_usage[] =
	"usage: evenhand migrate [--dry-run]\n"
	"\n"
	"Brings the store's schema to the version this program knows, one transaction a\n"
	"step. A schema that is newer, or that was changed, is refused.\n"
	"\n"
	"  --dry-run  only print the SQL that would run; exit 1 where there is any\n";

static int print_missing(struct eh_pg *pg)
{
	struct eh_migrate_state at;
	struct eh_err err;

	if (eh_migrate_look(pg, &at, &err) != EH_OK)
		return eh_cli_failed(&err);
	for (int n = at.applied + 1; n <= at.known; n++) {
		const struct eh_asset *asset = eh_migrate_asset(n);

		printf("-- %s\nBEGIN;\n%s\nCOMMIT;\n\n", asset->name, asset->data);
	}
	if (at.applied == at.known)
		printf("-- the schema is at version %d, nothing is missing\n", at.applied);
	return at.applied == at.known ? 0 : 1;
}

int eh_cli_migrate(int argc, char **argv, struct eh_settings *settings)
{
	bool dry_run = false;
	const struct eh_cli_flag flags[] = {{"dry-run", NULL, &dry_run}, {0}};
	EH_PG_AUTO pg = NULL;
	struct eh_err err;
	int applied;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_store_open_any(settings->store, settings->state, EH_STORE_OWNER, &pg, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (dry_run)
		return print_missing(pg);
	if (eh_migrate_run(pg, &applied, &err) != EH_OK)
		return eh_cli_failed(&err);
	struct eh_migrate_state at;
	if (eh_migrate_look(pg, &at, &err) != EH_OK)
		return eh_cli_failed(&err);
	printf("%d migration%s applied, the schema is at version %d\n", applied, applied == 1 ? "" : "s", at.applied);
	return 0;
}
