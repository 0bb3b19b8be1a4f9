/*
 * verb_setaside.c - evenhand setaside list and retry: the rows that could not be used, and why; and once more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "gather/gather.h"
#include "pg/store.h"
#include "source/aside.h"
#include "source/register.h"

#define LIMIT_DEFAULT "1000"
#define RAW_SHOWN 100 /* bytes of a raw row in a line of text */

const char eh_cli_setaside_usage[] =
	"usage: evenhand setaside list [--source NAME] [--limit N] [--json]\n"
	"       evenhand setaside retry --source NAME | --map M.yaml [--json]\n"
	"\n"
	"list shows how many rows were set aside for each reason, and those that still stand so,\n"
	"newest first. Import's rows lie beside the source's table, in evenhand_import.set_aside,\n"
	"as they stood in the file.\n"
	"\n"
	"retry reads the rows that gather set aside again by their ids, after the map was mended\n"
	"or they were in the source, and counts those that can be used now, each once. No gather\n"
	"may follow the source meanwhile.\n"
	"\n"
	"  --source NAME  list: of one source only; retry: under its map as it is registered\n"
	"  --map M.yaml   retry: registers this map first, which may give a meaning to values that\n"
	"                 had none, and change no other\n"
	"  --limit N      at most N rows of each kind and source (" LIMIT_DEFAULT ")\n"
	"  --json         one JSON object on standard output\n";

struct listing {
	struct eh_arena *arena;
	struct eh_pg *store;
	const struct eh_settings *settings;
	int64_t limit;
	json_t *rows, *reasons;
};

static void add_row(struct listing *l, json_t *row)
{
	EH_ASSERT(row != NULL && json_array_append_new(l->rows, row) == 0);
}

static json_t *time_json(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_string(text);
}

/* Bytes as text: what is not UTF-8 as \xHH, a backslash as two. */
static json_t *raw_json(struct eh_pg_bytes raw)
{
	EH_BUF_AUTO out = {0};
	const char *at = raw.data, *end = at + raw.n;

	eh_buf_puts(&out, "");
	while (at < end) {
		size_t good = eh_utf8_span(at, (size_t)(end - at));

		for (size_t i = 0; i < good; i++)
			if (at[i] == '\\')
				eh_buf_puts(&out, "\\\\");
			else
				eh_buf_putc(&out, at[i]);
		at += good;
		if (at < end)
			eh_buf_printf(&out, "\\x%02x", (unsigned char)*at++);
	}
	return json_stringn(out.data, out.len);
}

static enum eh_rc list_import(struct listing *l, const struct eh_source *source, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	const struct eh_aside_import *rows;
	size_t n = 0;
	enum eh_rc rc = source->map->conninfo != NULL
	                        ? eh_pg_open(source->map->conninfo, NULL, &pg, err)
	                        : eh_store_open(l->settings->store, l->settings->state, EH_STORE_SOURCE, &pg, err);

	if (rc == EH_OK)
		rc = eh_aside_list_import(l->arena, pg, source->map->source, l->limit, &rows, &n, err);
	for (size_t i = 0; rc == EH_OK && i < n; i++)
		add_row(l, json_pack("{s:s, s:s, s:s, s:I, s:n, s:s, s:o, s:o}", "source", source->map->source, "by", "import",
		                     "file", rows[i].file, "line", (json_int_t)rows[i].line, "id", "reason", rows[i].reason,
		                     "raw", raw_json(rows[i].raw), "at", time_json(rows[i].at_us)));
	return rc;
}

static enum eh_rc list_gather(struct listing *l, const struct eh_source *source, struct eh_err *err)
{
	const struct eh_aside_gather *rows;
	size_t n = 0;
	enum eh_rc rc = eh_aside_list_gather(l->arena, l->store, source->id, l->limit, &rows, &n, err);

	for (size_t i = 0; rc == EH_OK && i < n; i++)
		add_row(l, json_pack("{s:s, s:s, s:n, s:n, s:s?, s:s, s:n, s:o}", "source", source->map->source, "by", "gather",
		                     "file", "line", "id", rows[i].row_id, "reason", rows[i].reason, "raw", "at",
		                     time_json(rows[i].at_us)));
	return rc;
}

static enum eh_rc count_gather(struct listing *l, const struct eh_source *source, struct eh_err *err)
{
	const struct eh_aside_reason *reasons;
	size_t n = 0;
	enum eh_rc rc = eh_aside_count(l->arena, l->store, source->id, &reasons, &n, err);

	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		json_t *row = json_pack("{s:s, s:s, s:I, s:I}", "source", source->map->source, "reason", reasons[i].reason, "rows",
		                        (json_int_t)reasons[i].rows, "settled", (json_int_t)reasons[i].settled);

		EH_ASSERT(row != NULL && json_array_append_new(l->reasons, row) == 0);
	}
	return rc;
}

/* What came from outside goes to a terminal without its control characters, and not at any length. */
static void print_safely(const char *text, size_t most)
{
	size_t n = strlen(text), shown = n < most ? n : most;

	while (shown < n && ((unsigned char)text[shown] & 0xc0) == 0x80)
		shown++; /* not in the middle of a character */
	for (size_t i = 0; i < shown; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			printf("\\x%02x", (unsigned char)text[i]);
		else
			putchar(text[i]);
	if (shown < n)
		fputs("...", stdout);
}

static void print_reasons(const json_t *reasons)
{
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *row = json_array_get(reasons, i);
		json_int_t rows = json_integer_value(json_object_get(row, "rows"));
		json_int_t settled = json_integer_value(json_object_get(row, "settled"));

		printf("%s: %" JSON_INTEGER_FORMAT " set aside by gather, %s", json_string_value(json_object_get(row, "source")),
		       rows - settled, json_string_value(json_object_get(row, "reason")));
		if (settled > 0)
			printf(" (and %" JSON_INTEGER_FORMAT " that were counted later, or are gone)", settled);
		putchar('\n');
	}
}

static void print_text(const json_t *rows)
{
	size_t i;
	json_t *row;

	if (json_array_size(rows) == 0)
		puts("nothing is set aside");
	json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
		const char *raw = json_string_value(json_object_get(row, "raw"));
		const char *id = json_string_value(json_object_get(row, "id"));

		printf("%s  %s  ", json_string_value(json_object_get(row, "at")),
		       json_string_value(json_object_get(row, "source")));
		if (raw != NULL) {
			print_safely(json_string_value(json_object_get(row, "file")), RAW_SHOWN);
			printf(":%" JSON_INTEGER_FORMAT ": ", json_integer_value(json_object_get(row, "line")));
		} else {
			fputs("id ", stdout);
			print_safely(id == NULL ? "missing" : id, RAW_SHOWN);
			fputs(": ", stdout);
		}
		printf("%s\n", json_string_value(json_object_get(row, "reason")));
		if (raw != NULL) {
			fputs("    ", stdout);
			print_safely(raw, RAW_SHOWN);
			putchar('\n');
		}
	}
}

static enum eh_rc list_source(struct listing *l, const struct eh_source *source, struct eh_err *err)
{
	enum eh_rc rc = list_import(l, source, err);

	if (rc == EH_OK)
		rc = count_gather(l, source, err);
	return rc != EH_OK ? rc : list_gather(l, source, err);
}

static enum eh_rc list(struct listing *l, const char *name, struct eh_err *err)
{
	struct eh_source *sources, one;
	size_t n = 0;
	enum eh_rc rc;

	if (name != NULL) {
		rc = eh_source_load(l->arena, l->store, name, &one, err);
		return rc != EH_OK ? rc : list_source(l, &one, err);
	}
	rc = eh_source_list(l->arena, l->store, &sources, &n, err);
	for (size_t i = 0; rc == EH_OK && i < n; i++)
		rc = list_source(l, &sources[i], err);
	return rc;
}

static enum eh_rc read_limit(const char *text, int64_t *limit, struct eh_err *err)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits] != '\0')
		return eh_fail(err, EH_BAD_INPUT, "--limit must be a number of rows");
	*limit = strtoll(text, NULL, 10);
	return EH_OK;
}

static int list_all(const struct eh_settings *settings, const char *name, int64_t limit, bool json, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	EH_JSON_AUTO rows = json_array();
	EH_JSON_AUTO reasons = json_array();
	struct listing l = {.arena = arena, .settings = settings, .limit = limit, .rows = rows, .reasons = reasons};
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, err);

	l.store = store;
	if (rc == EH_OK)
		rc = list(&l, name, err);
	if (rc != EH_OK)
		return eh_cli_failed_json(err, json);
	if (!json) {
		print_reasons(reasons);
		print_text(rows);
		return 0;
	}
	EH_JSON_AUTO doc = json_pack("{s:O, s:O}", "set_aside", rows, "reasons", reasons);
	eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	return 0;
}

/* ---- once more ------------------------------------------------------------------------ */

static enum eh_rc read_map(struct eh_arena *arena, const struct eh_settings *settings, const char *path, const char *name,
                           const struct eh_map **map, struct eh_err *err)
{
	EH_PG_AUTO store = NULL;
	struct eh_source source;

	if ((path == NULL) == (name == NULL)) {
		(void)eh_fail(err, EH_BAD_INPUT, "setaside retry needs a source");
		return eh_hint(err, "give --source NAME, or --map M.yaml with the mended map");
	}
	if (path != NULL)
		return eh_map_read(arena, path, map, err);
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, err);
	if (rc == EH_OK)
		rc = eh_source_load(arena, store, name, &source, err);
	*map = rc == EH_OK ? source.map : NULL;
	return rc;
}

static int retry(const struct eh_settings *settings, const char *path, const char *name, bool json, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_gather_options options = {.once = true, .retry = true, .quiet = json};
	struct eh_gather_result result = {0};
	const struct eh_map *map = NULL;
	enum eh_rc rc = read_map(arena, settings, path, name, &map, err);

	if (rc == EH_OK)
		rc = eh_gather_keep(settings, map, &options, &result, err);
	if (rc != EH_OK)
		return eh_cli_failed_json(err, json);
	int64_t counted = result.rows[0] + result.rows[1] + result.rows[2];
	if (!json) {
		printf("source %s: %" PRId64 " rows read again, %" PRId64 " counted now\n", map->source, result.looked, counted);
		return 0;
	}
	EH_JSON_AUTO doc = json_pack("{s:s, s:I, s:I}", "source", map->source, "looked", (json_int_t)result.looked, "counted",
	                             (json_int_t)counted);
	eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	return 0;
}

int eh_cli_setaside(int argc, char **argv, struct eh_settings *settings)
{
	const char *name = NULL, *limit = NULL, *path = NULL;
	bool json = false;
	const struct eh_cli_flag flags[] = {
		{"source", &name, NULL}, {"map", &path, NULL}, {"limit", &limit, NULL}, {"json", NULL, &json}, {0}};
	int64_t rows = 0;
	struct eh_err err = {0};
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);

	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 1, 1, &err);
	bool again = rc == EH_OK && strcmp(argv[1], "retry") == 0;
	if (rc == EH_OK && !again && strcmp(argv[1], "list") != 0)
		rc = eh_fail(&err, EH_BAD_INPUT, "setaside has no word \"%s\", it has: list, retry", argv[1]);
	if (rc == EH_OK && !again && path != NULL)
		rc = eh_fail(&err, EH_BAD_INPUT, "--map belongs to setaside retry");
	if (rc == EH_OK)
		rc = read_limit(limit == NULL ? LIMIT_DEFAULT : limit, &rows, &err);
	if (rc != EH_OK)
		return eh_cli_failed_json(&err, json);
	return again ? retry(settings, path, name, json, &err) : list_all(settings, name, rows, json, &err);
}
