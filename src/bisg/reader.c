/*
 * reader.c - see reader.h.
 */
#include "bisg/reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "config/nearest.h"
#include "source/bytes.h"

#define BUFFER_BYTES (2 * EH_CSV_RECORD_MAX)

struct eh_bisg_reader {
	struct eh_arena *arena;
	struct eh_bytes *bytes;
	const char *path; /* of `bytes` */
	char *buffer, *scratch;
	size_t from, to; /* what is read and not yet taken */
	bool ended;
	int64_t line, next_line; /* of the present record, and of buffer[from] */
	struct eh_csv_record record;
	struct eh_text header;
	const char **columns;
	size_t columns_n;
};

const char *eh_bisg_reader_path(const struct eh_bisg_reader *r)
{
	return r->path;
}

int64_t eh_bisg_reader_line(const struct eh_bisg_reader *r)
{
	return r->line;
}

struct eh_text eh_bisg_reader_header(const struct eh_bisg_reader *r)
{
	return r->header;
}

void eh_bisg_reader_close(struct eh_bisg_reader *r)
{
	if (r == NULL)
		return;
	eh_bytes_close(r->bytes);
	free(r->buffer);
	free(r->scratch);
	free(r->record.fields);
	eh_arena_free(r->arena);
	free(r);
}

/* Reads until a record surely fits or the file ends. */
static enum eh_rc fill(struct eh_bisg_reader *r, struct eh_err *err)
{
	if (r->ended || r->to - r->from > EH_CSV_RECORD_MAX)
		return EH_OK;
	memmove(r->buffer, r->buffer + r->from, r->to - r->from);
	r->to -= r->from;
	r->from = 0;
	while (!r->ended && r->to < BUFFER_BYTES) {
		size_t n;
		enum eh_rc rc = eh_bytes_read(r->bytes, r->buffer + r->to, BUFFER_BYTES - r->to, &n, err);

		if (rc != EH_OK)
			return rc;
		r->ended = n == 0;
		r->to += n;
	}
	return EH_OK;
}

/* The next record that is not an empty line. */
static enum eh_rc take(struct eh_bisg_reader *r, bool *more, struct eh_err *err)
{
	do {
		enum eh_rc rc = fill(r, err);

		if (rc != EH_OK)
			return rc;
		*more = r->from < r->to;
		if (!*more)
			return EH_OK;
		r->line = r->next_line;
		r->from += eh_csv_take(r->buffer + r->from, r->to - r->from, r->scratch, &r->record);
		r->next_line += (int64_t)r->record.lines;
	} while (r->record.raw.n == 0);
	if (r->record.fault == EH_CSV_GOOD && r->record.fields_n <= EH_CSV_FIELDS_MAX)
		return EH_OK;
	(void)eh_fail(err, EH_BAD_INPUT, "%s:%lld: %s", r->path, (long long)r->line,
	              r->record.fault != EH_CSV_GOOD ? eh_csv_fault_text(r->record.fault) : "too many columns");
	return eh_hint(err, "save the file again as CSV with commas, in UTF-8");
}

enum eh_rc eh_bisg_reader_next(struct eh_bisg_reader *r, const struct eh_csv_record **record, bool *more,
                               struct eh_err *err)
{
	enum eh_rc rc = take(r, more, err);

	*record = &r->record;
	if (rc != EH_OK || !*more || r->record.fields_n == r->columns_n)
		return rc;
	(void)eh_fail(err, EH_BAD_INPUT, "%s:%lld: %zu fields, the header has %zu", r->path, (long long)r->line,
	              r->record.fields_n, r->columns_n);
	return eh_hint(err, "put a field that holds a comma into double quotes");
}

/* ---- the header ------------------------------------------------------------------- */

static enum eh_rc read_header(struct eh_bisg_reader *r, struct eh_err *err)
{
	bool more;
	enum eh_rc rc = fill(r, err);

	if (rc != EH_OK)
		return rc;
	if (r->to >= 3 && memcmp(r->buffer, "\xef\xbb\xbf", 3) == 0) /* the mark that spreadsheets put first */
		r->from = 3;
	if ((rc = take(r, &more, err)) != EH_OK)
		return rc;
	if (!more) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s: the file is empty", r->path);
		return eh_hint(err, "give a CSV file whose first line names its columns");
	}
	r->header = (struct eh_text){eh_arena_strndup(r->arena, r->record.raw.at, r->record.raw.n), r->record.raw.n};
	r->columns_n = r->record.fields_n;
	r->columns = eh_arena_zalloc(r->arena, r->columns_n, sizeof *r->columns);
	for (size_t i = 0; i < r->columns_n; i++) {
		struct eh_text name = r->record.fields[i];

		r->columns[i] = name.n == 0 ? "" : eh_arena_strndup(r->arena, name.at, name.n);
	}
	return EH_OK;
}

int eh_bisg_reader_find(const struct eh_bisg_reader *r, const char *name)
{
	for (size_t i = 0; i < r->columns_n; i++)
		if (strcasecmp(r->columns[i], name) == 0)
			return (int)i;
	return -1;
}

enum eh_rc eh_bisg_reader_need(const struct eh_bisg_reader *r, const char *name, int *field, struct eh_err *err)
{
	*field = eh_bisg_reader_find(r, name);
	if (*field >= 0)
		return EH_OK;
	const char *near = eh_nearest(name, r->columns, r->columns_n);
	if (near != NULL)
		return eh_fail(err, EH_BAD_INPUT, "%s:1: there is no column \"%s\", did you mean \"%s\"?", r->path,
		               name, near);
	return eh_fail(err, EH_BAD_INPUT, "%s:1: there is no column \"%s\"", r->path, name);
}

/* ---- opening ------------------------------------------------------------------------ */

enum eh_rc eh_bisg_reader_open(const char *path, struct eh_bisg_reader **out, struct eh_err *err)
{
	struct eh_bisg_reader *r = eh_xmalloc(sizeof *r);
	enum eh_rc rc;

	*r = (struct eh_bisg_reader){.arena = eh_arena_new(), .next_line = 1};
	r->buffer = eh_xmalloc(BUFFER_BYTES);
	r->scratch = eh_xmalloc(EH_CSV_RECORD_MAX);
	r->record.fields = eh_xrealloc(NULL, EH_CSV_FIELDS_MAX, sizeof *r->record.fields);
	if ((rc = eh_bytes_open(path, &r->bytes, err)) == EH_OK) {
		r->path = eh_bytes_path(r->bytes);
		rc = read_header(r, err);
	}
	if (rc == EH_OK)
		*out = r;
	else
		eh_bisg_reader_close(r);
	return rc;
}
