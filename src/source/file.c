/*
 * file.c - see file.h.
 */
#include "source/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/nearest.h"
#include "source/bytes.h"

#define BUFFER_BYTES (4 * EH_CSV_RECORD_MAX) /* a record must fit, and most reads should be whole */

struct eh_file {
	struct eh_arena *arena;
	const struct eh_map *map;
	struct eh_bytes *bytes;
	const char *path; /* as messages name it: of `bytes` */

	char *buffer;
	size_t from, to; /* what is read and not yet taken */
	bool ended;      /* the file has no more bytes */
	int64_t line;    /* of buffer[from] */

	char *scratch;
	struct eh_csv_record record;
	const char **columns;
	size_t columns_n;
	int *place; /* of each map column: its field */
	struct eh_field *fields;
	struct eh_err row_err;
};

const char *eh_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

const char *const *eh_file_columns(const struct eh_file *file, size_t *n)
{
	*n = file->columns_n;
	return file->columns;
}

void eh_file_progress(const struct eh_file *file, int64_t *done, int64_t *total)
{
	eh_bytes_progress(file->bytes, done, total);
}

void eh_file_close(struct eh_file *file)
{
	if (file == NULL)
		return;
	eh_bytes_close(file->bytes);
	free(file->buffer);
	free(file->scratch);
	free(file->record.fields);
	eh_arena_free(file->arena);
	free(file);
}

/* ---- bytes ---------------------------------------------------------------------- */

/* Reads until a record surely fits or the file ends. */
static enum eh_rc fill(struct eh_file *file, struct eh_err *err)
{
	if (file->ended || file->to - file->from > EH_CSV_RECORD_MAX)
		return EH_OK;
	memmove(file->buffer, file->buffer + file->from, file->to - file->from);
	file->to -= file->from;
	file->from = 0;
	while (!file->ended && file->to < BUFFER_BYTES) {
		size_t n;
		enum eh_rc rc = eh_bytes_read(file->bytes, file->buffer + file->to, BUFFER_BYTES - file->to, &n, err);

		if (rc != EH_OK)
			return rc;
		file->ended = n == 0;
		file->to += n;
	}
	return EH_OK;
}

/* After a line longer than a record may be: drops the rest of it. */
static enum eh_rc skip_line(struct eh_file *file, struct eh_err *err)
{
	for (;;) {
		enum eh_rc rc = fill(file, err);
		char *from = file->buffer + file->from;

		if (rc != EH_OK || file->from == file->to)
			return rc;
		char *newline = memchr(from, '\n', file->to - file->from);
		if (newline != NULL) {
			file->from = (size_t)(newline + 1 - file->buffer);
			file->line++;
			return EH_OK;
		}
		file->from = file->to;
	}
}

/* The next record that is not an empty line.  *line is where it begins. */
static enum eh_rc next_record(struct eh_file *file, int64_t *line, bool *more, struct eh_err *err)
{
	do {
		enum eh_rc rc = file->record.open ? skip_line(file, err) : EH_OK;

		file->record.open = false;
		if (rc != EH_OK || (rc = fill(file, err)) != EH_OK)
			return rc;
		*more = file->from < file->to;
		if (!*more)
			return EH_OK;
		*line = file->line;
		file->from +=
			eh_csv_take(file->buffer + file->from, file->to - file->from, file->scratch, &file->record);
		file->line += (int64_t)file->record.lines;
	} while (file->record.raw.n == 0);
	return EH_OK;
}

/* ---- the header ------------------------------------------------------------------ */

/* Names that PostgreSQL or Evenhand keeps for itself. */
static bool is_reserved(const char *name)
{
	static const char *const reserved[] = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
		if (strcmp(name, reserved[i]) == 0)
			return true;
	return strncmp(name, "evenhand_", strlen("evenhand_")) == 0;
}

static enum eh_rc check_column(struct eh_file *file, size_t at, struct eh_err *err)
{
	const char *name = file->columns[at];

	if (name[0] == '\0')
		return eh_fail(err, EH_BAD_INPUT, "%s:1: column %zu has no name", file->path, at + 1);
	if (strlen(name) > EH_MAP_NAME_MAX)
		return eh_fail(err, EH_BAD_INPUT, "%s:1: the name of column %zu is longer than %d bytes", file->path,
		               at + 1, EH_MAP_NAME_MAX);
	if (is_reserved(name))
		return eh_fail(err, EH_BAD_INPUT, "%s:1: the column name \"%s\" is reserved", file->path, name);
	for (size_t i = 0; i < at; i++)
		if (strcmp(file->columns[i], name) == 0)
			return eh_fail(err, EH_BAD_INPUT, "%s:1: columns %zu and %zu are both named \"%s\"", file->path,
			               i + 1, at + 1, name);
	return EH_OK;
}

static enum eh_rc fail_header(const struct eh_file *file, struct eh_err *err)
{
	enum eh_csv_fault fault = file->record.fault;

	(void)eh_fail(err, EH_BAD_INPUT, "%s:1: this is not the header of a CSV file: %s", file->path,
	              fault != EH_CSV_GOOD ? eh_csv_fault_text(fault) : "too many columns");
	return eh_hint(err, "save the log as CSV in UTF-8, with the names of its columns in the first line");
}

static const char commas[] = "the columns of a CSV file are separated by commas; write it again with commas";

static bool is_other_separated(const struct eh_file *file)
{
	return file->columns_n == 1 && strpbrk(file->columns[0], ";\t|") != NULL;
}

static enum eh_rc read_header(struct eh_file *file, struct eh_err *err)
{
	struct eh_csv_record *r = &file->record;
	int64_t line;
	bool more;
	enum eh_rc rc = fill(file, err);

	if (rc != EH_OK)
		return rc;
	if (file->to >= 3 && memcmp(file->buffer, "\xef\xbb\xbf", 3) == 0) /* the mark that spreadsheets put first */
		file->from = 3;
	if ((rc = next_record(file, &line, &more, err)) != EH_OK)
		return rc;
	if (!more) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s: the file is empty", file->path);
		return eh_hint(err, "the first line of a log names its columns, and each further line is a decision");
	}
	if (r->fault != EH_CSV_GOOD || r->fields_n > EH_CSV_FIELDS_MAX - 8)
		return fail_header(file, err);
	file->columns_n = r->fields_n;
	file->columns = eh_arena_zalloc(file->arena, r->fields_n, sizeof *file->columns);
	for (size_t i = 0; i < r->fields_n; i++) {
		file->columns[i] =
			eh_arena_strndup(file->arena, r->fields[i].at == NULL ? "" : r->fields[i].at, r->fields[i].n);
		if ((rc = check_column(file, i, err)) != EH_OK)
			return eh_hint(err, "%s", is_other_separated(file) ? commas
			                                                   : "give every column of the file's first line a name of its own");
	}
	return rc;
}

static enum eh_rc fail_absent(const struct eh_file *file, const char *name, struct eh_err *err)
{
	const char *near = eh_nearest(name, file->columns, file->columns_n);

	if (near != NULL) {
		(void)eh_fail(err, EH_BAD_INPUT,
		              "%s:1: the file has no column \"%s\", which the map names; did you mean \"%s\"?",
		              file->path, name, near);
		return eh_hint(err, "correct the column's name in the map, or in the file's first line");
	}
	eh_fail(err, EH_BAD_INPUT, "%s:1: the file has no column \"%s\", which the map names", file->path, name);
	if (is_other_separated(file))
		return eh_hint(err, "%s", commas);
	return eh_hint(err, "correct the column's name in the map, or in the file's first line");
}

static enum eh_rc match_columns(struct eh_file *file, struct eh_err *err)
{
	const struct eh_map *map = file->map;

	file->place = eh_arena_zalloc(file->arena, map->columns_n, sizeof *file->place);
	file->fields = eh_arena_zalloc(file->arena, map->columns_n, sizeof *file->fields);
	for (size_t c = 0; c < map->columns_n; c++) {
		size_t i = 0;

		while (i < file->columns_n && strcmp(file->columns[i], map->columns[c].name) != 0)
			i++;
		if (i == file->columns_n)
			return fail_absent(file, map->columns[c].name, err);
		file->place[c] = (int)i;
	}
	return EH_OK;
}

/* ---- the file -------------------------------------------------------------------- */

enum eh_rc eh_file_open(const char *path, const struct eh_map *map, struct eh_file **out, struct eh_err *err)
{
	struct eh_file *file = eh_xmalloc(sizeof *file);
	enum eh_rc rc;

	*file = (struct eh_file){.arena = eh_arena_new(), .map = map, .line = 1};
	file->buffer = eh_xmalloc(BUFFER_BYTES);
	file->scratch = eh_xmalloc(EH_CSV_RECORD_MAX);
	file->record.fields = eh_xrealloc(NULL, EH_CSV_FIELDS_MAX, sizeof *file->record.fields);
	if ((rc = eh_bytes_open(path, &file->bytes, err)) == EH_OK) {
		file->path = eh_bytes_path(file->bytes);
		rc = read_header(file, err);
	}
	if (rc == EH_OK)
		rc = match_columns(file, err);
	if (rc == EH_OK)
		*out = file;
	else
		eh_file_close(file);
	return rc;
}

/* Why the record at hand is set aside, or NULL. */
static const char *check_record(struct eh_file *file, struct eh_decision *decision)
{
	const struct eh_csv_record *r = &file->record;
	struct eh_row row = {.fields = file->fields, .utf8_known = true};

	if (r->fault != EH_CSV_GOOD)
		return eh_csv_fault_text(r->fault);
	if (r->fields_n != file->columns_n)
		return "wrong field count";
	for (size_t c = 0; c < file->map->columns_n; c++)
		file->fields[c].text = r->fields[file->place[c]];
	return eh_decision_check(file->map, &row, decision, NULL, &file->row_err) == EH_OK ? NULL : file->row_err.text;
}

enum eh_rc eh_file_next(struct eh_file *file, struct eh_file_row *row, bool *more, struct eh_err *err)
{
	enum eh_rc rc = next_record(file, &row->line, more, err);

	if (rc != EH_OK || !*more)
		return rc;
	row->raw = file->record.raw;
	row->fields = file->record.fields;
	row->reason = check_record(file, &row->decision);
	return EH_OK;
}
