/*
 * verb_import.c - evenhand import --map M.yaml FILE.csv[.gz].
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "source/copy.h"
#include "source/file.h"
#include "source/register.h"

#define BAR_CELLS 24
#define LINE_EVERY_US (10 * EH_SECOND_US) /* where no terminal shows a bar */

const char eh_cli_import_usage[] =
	"usage: evenhand import --map MAP.yaml FILE.csv[.gz] [--strict] [--json]\n"
	"\n"
	"Loads a decision log into the map's table, which is made where it is absent, and\n"
	"registers the source.  `-` is standard input.  A row that cannot be used is set aside\n"
	"with its line and reason (`evenhand setaside list`); a row whose id is there with the\n"
	"same content is skipped.  All or nothing: a file that breaks off leaves no trace.\n"
	"\n"
	"  --map FILE  the source map\n"
	"  --strict    exit with 1 where a row was set aside\n"
	"  --json      one JSON object on standard output\n";

struct bar {
	bool terminal;
	int64_t start_us, last_line_us;
};

struct work {
	struct eh_arena *arena;
	const struct eh_settings *settings;
	const struct eh_map *map;
	struct eh_pg *store;
	struct eh_source source; /* as it was registered */
	struct bar bar;
};

/* ---- progress ---------------------------------------------------------------------- */

static void print_bar(int64_t rows, int64_t per_second, int percent, int64_t left_s)
{
	char cells[BAR_CELLS + 1];

	for (int i = 0; i < BAR_CELLS; i++)
		cells[i] = i * 100 < percent * BAR_CELLS ? '#' : '.';
	cells[BAR_CELLS] = '\0';
	if (percent < 0)
		fprintf(stderr, "\r%" PRId64 " rows, %" PRId64 " rows/s\033[K", rows, per_second);
	else
		fprintf(stderr, "\r[%s] %3d %%  %" PRId64 " rows, %" PRId64 " rows/s, %" PRId64 ":%02" PRId64 " left\033[K",
		        cells, percent, rows, per_second, left_s / 60, left_s % 60);
}

static void show(void *context, int64_t rows, int64_t done, int64_t total)
{
	struct bar *bar = &((struct work *)context)->bar;
	int64_t now = eh_time_steady_us(), took = now - bar->start_us + 1;
	int64_t per_second = rows * EH_SECOND_US / took;
	int percent = total > 0 ? (int)(done * 100 / total) : -1;

	if (bar->terminal) {
		print_bar(rows, per_second, percent, total > 0 && done > 0 ? took * (total - done) / done / EH_SECOND_US : 0);
		return;
	}
	if (now - bar->last_line_us < LINE_EVERY_US)
		return;
	bar->last_line_us = now;
	if (percent < 0)
		eh_log("%" PRId64 " rows, %" PRId64 " rows/s", rows, per_second);
	else
		eh_log("%" PRId64 " rows, %d %%, %" PRId64 " rows/s", rows, percent, per_second);
}

/* ---- the summary --------------------------------------------------------------------- */

static json_t *time_json(const struct eh_copy_sum *sum, int64_t us)
{
	char text[EH_TIME_TEXT];

	if (sum->imported + sum->skipped == 0)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static void print_json(const struct eh_map *map, const char *path, const struct eh_copy_sum *sum,
                       const struct eh_source *source)
{
	char sha256[EH_SHA256_HEX];
	json_t *reasons = json_array();

	eh_sha256_hex(&map->version, sha256);
	for (size_t i = 0; i < sum->reasons_n; i++)
		EH_ASSERT(json_array_append_new(reasons, json_pack("{s:s, s:I}", "reason", sum->reasons[i].reason, "rows",
		                                                   (json_int_t)sum->reasons[i].rows)) == 0);
	EH_JSON_AUTO doc = json_pack(
		"{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:s}", "source", map->source,
		"file", eh_file_name(path), "schema", map->schema, "table", map->table, "made_table", sum->made_table, "read",
		(json_int_t)sum->read, "imported", (json_int_t)sum->imported, "skipped", (json_int_t)sum->skipped, "set_aside",
		(json_int_t)sum->set_aside, "reasons", reasons, "rounded", (json_int_t)sum->rounded, "first",
		time_json(sum, sum->first_us), "last", time_json(sum, sum->last_us), "map_version",
		json_integer(source->version),
		"map_sha256", sha256);

	eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
}

static void print_text(const struct eh_map *map, const struct eh_copy_sum *sum, const struct eh_source *source,
                       int64_t took_us)
{
	char first[EH_TIME_TEXT], last[EH_TIME_TEXT];

	printf("%" PRId64 " rows read in %.1f s, %" PRId64 " rows/s\n", sum->read, (double)took_us / 1e6,
	       sum->read * EH_SECOND_US / (took_us + 1));
	printf("  %10" PRId64 "  imported into %s.%s%s\n", sum->imported, map->schema, map->table,
	       sum->made_table ? ", a new table" : "");
	printf("  %10" PRId64 "  skipped: there already with the same content\n", sum->skipped);
	printf("  %10" PRId64 "  set aside%s\n", sum->set_aside, sum->set_aside > 0 ? ", of these:" : "");
	for (size_t i = 0; i < sum->reasons_n; i++)
		printf("  %10" PRId64 "    %s\n", sum->reasons[i].rows, sum->reasons[i].reason);
	if (sum->rounded > 0)
		printf("  %10" PRId64 "  values rounded to their scale\n", sum->rounded);
	if (sum->imported + sum->skipped > 0) {
		eh_time_format(sum->first_us, first);
		eh_time_format(sum->last_us, last);
		printf("decisions from %s to %s\n", first, last);
	}
	printf("source %s, map version %d\n", map->source, source->version);
	if (sum->set_aside > 0)
		printf("`evenhand setaside list --source %s` shows what was set aside\n", map->source);
}

/* ---- the verb -------------------------------------------------------------------------- */

/* The map goes on the record when the rows are known to be good, and before they are there to be counted. */
static enum eh_rc register_source(void *context, struct eh_err *err)
{
	struct work *work = context;

	return eh_source_register(work->arena, work->store, work->map, &work->source, err);
}

static enum eh_rc open_source(const struct work *work, struct eh_pg **source, struct eh_err *err)
{
	if (work->map->conninfo != NULL)
		return eh_pg_open(work->map->conninfo, NULL, source, err);
	return eh_store_open(work->settings->store, work->settings->state, EH_STORE_SOURCE, source, err);
}

static enum eh_rc import(struct work *work, const char *path, struct eh_copy_sum *sum, struct eh_err *err)
{
	EH_PG_AUTO store = NULL;
	EH_PG_AUTO source = NULL;
	struct eh_copy_watch watch = {.context = work, .tell = show, .before_commit = register_source};
	enum eh_rc rc = eh_store_open(work->settings->store, work->settings->state, EH_STORE_WRITER, &store, err);

	if (rc == EH_OK)
		rc = open_source(work, &source, err);
	work->store = store;
	work->bar.start_us = work->bar.last_line_us = eh_time_steady_us();
	if (rc == EH_OK)
		rc = eh_copy_import(work->arena, source, work->map, path, &watch, sum, err);
	if (work->bar.terminal)
		fputs("\r\033[K", stderr);
	return rc;
}

int eh_cli_import(int argc, char **argv, struct eh_settings *settings)
{
	const char *map_path = NULL;
	bool strict = false, json = false, history = false;
	const struct eh_cli_flag flags[] = {
		{"map", &map_path, NULL}, {"strict", NULL, &strict}, {"json", NULL, &json}, {"history", NULL, &history}, {0}};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct work work = {.arena = arena, .settings = settings, .bar = {.terminal = isatty(STDERR_FILENO) == 1}};
	struct eh_copy_sum sum;
	struct eh_err err = {0};

	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 1, 1, &err);
	if (rc == EH_OK && map_path == NULL)
		rc = eh_fail(&err, EH_BAD_INPUT, "import needs --map MAP.yaml");
	if (rc == EH_OK && history)
		rc = eh_fail(&err, EH_BAD_INPUT, "import --history is not built yet");
	if (rc != EH_OK || (rc = eh_map_read(arena, map_path, &work.map, &err)) != EH_OK ||
	    (rc = import(&work, argv[1], &sum, &err)) != EH_OK)
		return eh_cli_failed_json(&err, json);
	if (json)
		print_json(work.map, argv[1], &sum, &work.source);
	else
		print_text(work.map, &sum, &work.source, eh_time_steady_us() - work.bar.start_us);
	return strict && sum.set_aside > 0 ? 1 : 0;
}
