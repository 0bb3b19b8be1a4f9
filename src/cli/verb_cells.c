/*
 * verb_cells.c - evenhand cells [--source NAME] [--from T] [--to T] [--csv].
 */
#include "cli/flags.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "gather/cells_out.h"
#include "pg/store.h"

const char eh_cli_cells_usage[] = "usage: evenhand cells [--source NAME] [--from T] [--to T] [--csv]\n"
				  "\n"
				  "Prints the cells of the cube: for each pane, groups, strata and lineage set\n"
				  "how many decisions there were and how many were favourable.\n"
				  "\n"
				  "  --source NAME  one source; may be left out where there is one\n"
				  "  --from T       panes that begin at T or later\n"
				  "  --to T         panes that begin before T\n"
				  "  --csv          CSV with a head line; by default JSON Lines\n";

int eh_cli_cells(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	struct eh_cells_out out = {.file = stdout};
	const char *name = NULL, *from = NULL, *to = NULL;
	const struct eh_cli_flag flags[] = {
		{"source", &name, NULL}, {"from", &from, NULL}, {"to", &to, NULL}, {"csv", NULL, &out.csv}, {0}};
	struct eh_source source;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_cli_span(from, to, &out.from_us, &out.to_us, &err) != EH_OK ||
	    eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, &err) != EH_OK ||
	    eh_cli_one_source(arena, store, name, &source, &err) != EH_OK || eh_cells_write(store, &source, &out, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (fflush(stdout) != 0) {
		(void)eh_fail(&err, EH_AGAIN, "cannot write the cells: the output is full or closed");
		return eh_cli_failed(&err);
	}
	return 0;
}
