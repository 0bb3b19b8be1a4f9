/*
 * verb_audit.c - evenhand audit --map M.yaml [FILE.csv[.gz]].
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "gather/gather.h"
#include "report/audit.h"
#include "report/html.h"
#include "report/say_audit.h"
#include "report/text.h"

const char eh_cli_audit_usage[] =
	"usage: evenhand audit --map MAP.yaml [FILE.csv[.gz]] [--from T] [--to T]\n"
	"                      [--by month|year] [--fail-on crossed] [--json] [--html OUT]\n"
	"\n"
	"One period, once, by exact methods: rates of the map's groups, gaps against the\n"
	"reference group and how sure they are, within strata too, and the score.  Without\n"
	"FILE it reads the map's table; with FILE (`-`: standard input) no database at all,\n"
	"and the same bytes come out.\n"
	"\n"
	"  --map FILE         the source map; its `audit:` says what to condition on\n"
	"  --from T, --to T   decisions of the time from T on, and before T\n"
	"  --by month|year    the same comparison for each month or year besides\n"
	"  --fail-on crossed  exit with 1 where a group's ratio is beyond its line (.80 of the\n"
	"                     favourable rate, 1.25 of the adverse one), given enough data\n"
	"  --json             one JSON object on standard output, in place of the text\n"
	"  --html OUT         the report as one page in the file OUT, for any browser; only its\n"
	"                     first lines are printed then\n";

struct wish {
	const char *map_path, *path; /* path NULL: the map's table */
	const char *from, *to, *by, *fail_on, *html;
	bool json;
	struct eh_audit_options options;
};

static enum eh_rc read_by(struct wish *wish, struct eh_err *err)
{
	if (wish->by == NULL)
		return EH_OK;
	if (strcmp(wish->by, "month") != 0 && strcmp(wish->by, "year") != 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "--by is month or year, not '%s'", wish->by);
		return eh_hint(err, "write --by month, or leave it out");
	}
	wish->options.by = wish->by[0] == 'm' ? EH_AUDIT_BY_MONTH : EH_AUDIT_BY_YEAR;
	return EH_OK;
}

static enum eh_rc read_wish(int argc, char **argv, struct wish *wish, struct eh_err *err)
{
	const struct eh_cli_flag flags[] = {{"map", &wish->map_path, NULL},    {"from", &wish->from, NULL},
	                                    {"to", &wish->to, NULL},           {"by", &wish->by, NULL},
	                                    {"fail-on", &wish->fail_on, NULL}, {"html", &wish->html, NULL},
	                                    {"json", NULL, &wish->json},       {0}};
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, err);

	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 1, err);
	if (rc == EH_OK)
		rc = eh_cli_span(wish->from, wish->to, &wish->options.from_us, &wish->options.to_us, err);
	if (rc == EH_OK)
		rc = read_by(wish, err);
	if (rc != EH_OK)
		return rc;
	wish->path = argc > 1 ? argv[1] : NULL;
	if (wish->map_path == NULL) {
		(void)eh_fail(err, EH_BAD_INPUT, "audit needs --map MAP.yaml");
		return eh_hint(err, "docs/reference/source-map.md shows how a map is written");
	}
	if (wish->fail_on != NULL && strcmp(wish->fail_on, "crossed") != 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "--fail-on knows 'crossed' only, not '%s'", wish->fail_on);
		return eh_hint(err, "write --fail-on crossed, or leave it out");
	}
	return EH_OK;
}

static enum eh_rc read_columns(struct eh_arena *arena, const struct eh_settings *settings, const struct eh_map *map,
                               const struct wish *wish, const struct eh_columns **columns, struct eh_err *err)
{
	const struct eh_audit_options *o = &wish->options;
	EH_PG_AUTO pg = NULL;
	enum eh_rc rc;

	if (wish->path != NULL)
		return eh_columns_read_file(arena, map, wish->path, o->from_us, o->to_us, columns, err);
	if ((rc = eh_gather_open_source(settings, map, &pg, err)) != EH_OK)
		return rc;
	return eh_columns_read_table(arena, map, pg, o->from_us, o->to_us, columns, err);
}

/* Whatever is refused says what to do. */
static int fail(struct eh_err *err, const struct wish *wish)
{
	if (err->hint[0] == '\0' && err->rc == EH_BAD_INPUT)
		(void)eh_hint(err, "%s",
		              wish->map_path != NULL && strstr(err->text, wish->map_path) != NULL
		                      ? "docs/reference/source-map.md shows how a map is written"
		                      : "`evenhand audit --help` says what it takes; the map names the file's columns");
	return eh_cli_failed_json(err, wish->json);
}

/* The text report; its first lines only where the whole stands in a page. */
static void print_text(const json_t *document, const char *html)
{
	EH_BUF_AUTO text = {0};

	if (html == NULL)
		eh_text_print(&text, document);
	else
		eh_text_lede(&text, document);
	if (html != NULL)
		eh_buf_printf(&text, "\nThe whole report is in %s\n", html);
	fwrite(text.data, 1, text.len, stdout);
}

static enum eh_rc report(struct eh_arena *arena, const struct wish *wish, const json_t *tree, struct eh_err *err)
{
	EH_JSON_AUTO document = eh_say_audit(arena, tree);
	EH_BUF_AUTO page = {0};
	enum eh_rc rc = EH_OK;

	if (wish->html != NULL)
		rc = eh_html_page(arena, document, &page, err);
	if (wish->html != NULL && rc == EH_OK)
		rc = eh_html_write(arena, wish->html, &page, err);
	if (rc != EH_OK)
		return rc;
	if (wish->json)
		eh_cli_print_json(tree, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
	else
		print_text(document, wish->html);
	return EH_OK;
}

int eh_cli_audit(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct wish wish = {0};
	const struct eh_map *map = NULL;
	const struct eh_columns *columns = NULL;
	struct eh_err err = {0};

	/* --json counts also where another flag is wrong. */
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		wish.json = wish.json || strcmp(argv[i], "--json") == 0;
	if (read_wish(argc, argv, &wish, &err) != EH_OK || eh_map_read(arena, wish.map_path, &map, &err) != EH_OK ||
	    read_columns(arena, settings, map, &wish, &columns, &err) != EH_OK ||
	    eh_audit_check(map, columns, &err) != EH_OK)
		return fail(&err, &wish);
	EH_JSON_AUTO tree = eh_audit_run(arena, map, columns, &wish.options);
	if (report(arena, &wish, tree, &err) != EH_OK)
		return fail(&err, &wish);
	return wish.fail_on != NULL && eh_audit_crossed(tree) ? 1 : 0;
}
