/*
 * verb_bisg.c - evenhand bisg --surnames FILE --geography FILE [--firstnames FILE] IN.csv.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "bisg/annotate.h"
#include "cli/flags.h"
#include "cli/verbs.h"

const char eh_cli_bisg_usage[] =
	"usage: evenhand bisg --surnames FILE --geography FILE [--firstnames FILE]\n"
	"                     [--columns surname=NAME,geo=NAME,first=NAME] IN.csv[.gz]\n"
	"\n"
	"Estimates from surname and place, and first name, how probable each of six groups is\n"
	"for each row (BISG, with --firstnames BIFSG), by public tables that you bring.  Writes\n"
	"the file to standard output with p_white, p_black, p_hispanic, p_api, p_aian, p_mult\n"
	"and bisg_match behind each row, and the rates of matches to standard error.\n"
	"`-` is standard input.  Needs no store.\n"
	"\n"
	"  --surnames FILE    name, count, pctwhite, pctblack, pctapi, pctaian, pct2prace, pcthispanic\n"
	"  --geography FILE   geo, white, black, hispanic, api, aian, mult: counts of people\n"
	"  --firstnames FILE  firstname, obs, and the percentages as in --surnames\n"
	"  --columns LIST     columns of IN.csv; by default surname, geo and first\n";

struct wish {
	const char *surnames, *geography, *firstnames, *columns;
	struct eh_bisg_columns names;
};

/* One KEY=NAME of --columns. */
static enum eh_rc take_column(struct wish *wish, char *part, struct eh_err *err)
{
	const struct {
		const char *key;
		const char **to;
	} keys[] = {{"surname", &wish->names.surname}, {"geo", &wish->names.geo}, {"first", &wish->names.first}};
	char *equals = strchr(part, '=');

	for (size_t i = 0; equals != NULL && equals[1] != '\0' && i < sizeof keys / sizeof *keys; i++)
		if (strncmp(part, keys[i].key, (size_t)(equals - part)) == 0 && keys[i].key[equals - part] == '\0') {
			*keys[i].to = equals + 1;
			return EH_OK;
		}
	(void)eh_fail(err, EH_BAD_INPUT, "--columns cannot use \"%s\"", part);
	return eh_hint(err, "write --columns surname=NAME,geo=NAME,first=NAME; each may be left out");
}

static enum eh_rc read_columns(struct eh_arena *arena, struct wish *wish, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	wish->names = (struct eh_bisg_columns){"surname", "geo", "first"};
	if (wish->columns == NULL)
		return EH_OK;
	for (char *list = eh_arena_strdup(arena, wish->columns), *part;
	     rc == EH_OK && (part = strsep(&list, ",")) != NULL;)
		rc = take_column(wish, part, err);
	return rc;
}

static enum eh_rc read_wish(struct eh_arena *arena, int *argc, char **argv, struct wish *wish, struct eh_err *err)
{
	const struct eh_cli_flag flags[] = {{"surnames", &wish->surnames, NULL},
	                                    {"geography", &wish->geography, NULL},
	                                    {"firstnames", &wish->firstnames, NULL},
	                                    {"columns", &wish->columns, NULL},
	                                    {0}};
	enum eh_rc rc = eh_cli_flags(argc, argv, flags, err);

	if (rc == EH_OK)
		rc = eh_cli_words(*argc, argv, 1, 1, err);
	if (rc == EH_OK && (wish->surnames == NULL || wish->geography == NULL)) {
		(void)eh_fail(err, EH_BAD_INPUT, "bisg needs --%s FILE",
		              wish->surnames == NULL ? "surnames" : "geography");
		return eh_hint(err, "docs/howto/estimated-membership.md says where the tables are and how they look");
	}
	return rc == EH_OK ? read_columns(arena, wish, err) : rc;
}

static enum eh_rc read_tables(struct eh_arena *arena, const struct wish *wish, struct eh_bisg_tables *tables,
                              struct eh_err *err)
{
	enum eh_rc rc = eh_bisg_read_surnames(arena, wish->surnames, &tables->surnames, err);

	if (rc == EH_OK)
		rc = eh_bisg_read_geography(arena, wish->geography, &tables->geography, err);
	if (rc == EH_OK && wish->firstnames != NULL)
		rc = eh_bisg_read_firstnames(arena, wish->firstnames, &tables->firstnames, err);
	return rc;
}

static void tell(const char *what, int64_t n, int64_t rows)
{
	eh_log("%10" PRId64 "  %5.1f %%  %s", n, rows > 0 ? 100.0 * (double)n / (double)rows : 0, what);
}

static void tell_sum(const struct eh_bisg_sum *sum, bool first)
{
	eh_log("%10" PRId64 "  rows", sum->rows);
	tell("surname found", sum->surname, sum->rows);
	if (sum->half > 0)
		tell("of these by one half of a hyphenated name", sum->half, sum->rows);
	tell("place found", sum->geo, sum->rows);
	if (first)
		tell("first name found", sum->first, sum->rows);
	tell("surname and place found", sum->both, sum->rows);
	tell("without an estimate", sum->none, sum->rows);
}

int eh_cli_bisg(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct wish wish = {0};
	struct eh_bisg_tables tables = {0};
	struct eh_bisg_sum sum;
	struct eh_err err = {0};

	(void)settings;
	if (read_wish(arena, &argc, argv, &wish, &err) != EH_OK || read_tables(arena, &wish, &tables, &err) != EH_OK ||
	    eh_bisg_annotate(&tables, argv[1], &wish.names, stdout, &sum, &err) != EH_OK)
		return eh_cli_failed(&err);
	tell_sum(&sum, wish.firstnames != NULL);
	return 0;
}
