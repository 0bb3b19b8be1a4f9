/*
 * copy.c - see copy.h.  The file goes through a staging table in chunks: COPY
 * into it, one INSERT from it, and only where a chunk met ids that were there
 * already a look at which of those rows say something else.
 */
#include "source/copy.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "source/copy_part.h"

#define CHUNK_ROWS 50000
#define CHUNK_BYTES ((int64_t)32 << 20)
#define SEND_BYTES ((size_t)256 << 10)
#define TELL_US (200 * INT64_C(1000))

/* ---- a row in COPY's text form ---------------------------------------------------- */

static void put_escaped(struct eh_buf *out, struct eh_text text)
{
	const char *from = text.at, *end = text.at + text.n;

	for (const char *at = from; at < end; at++) {
		const char *escape = *at == '\t' ? "\\t" : *at == '\n' ? "\\n" : *at == '\r' ? "\\r" : *at == '\\' ? "\\\\" : NULL;

		if (escape == NULL)
			continue;
		eh_buf_put(out, from, (size_t)(at - from));
		eh_buf_put(out, escape, 2);
		from = at + 1;
	}
	eh_buf_put(out, from, (size_t)(end - from));
}

/* Times are written as they were understood, so that PostgreSQL cannot understand them otherwise. */
static void put_time(struct eh_buf *out, int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	eh_buf_puts(out, text);
}

static void put_row(const struct eh_copy *c, struct eh_buf *out, const struct eh_file_row *row)
{
	eh_buf_printf(out, "%lld", (long long)row->line);
	for (size_t i = 0; i < c->columns_n; i++) {
		eh_buf_putc(out, '\t');
		if (row->fields[i].n == 0)
			eh_buf_put(out, "\\N", 2);
		else if ((int)i == c->decided_at)
			put_time(out, row->decision.at_us);
		else if ((int)i == c->outcome_at)
			put_time(out, row->decision.outcome_at_us);
		else if ((int)i == c->received_at)
			put_time(out, row->decision.received_us);
		else
			put_escaped(out, row->fields[i]);
	}
	eh_buf_putc(out, '\n');
}

/* ---- a chunk ----------------------------------------------------------------------- */

/* Rows of one chunk that were staged. */
struct chunk {
	int64_t staged, read;
	int64_t bytes;
	bool copying;
	struct eh_buf out;
};

static void free_chunk(struct chunk *chunk)
{
	eh_buf_free(&chunk->out);
}

static enum eh_rc send_rows(struct eh_copy *c, struct chunk *chunk, size_t least)
{
	enum eh_rc rc = EH_OK;

	if (chunk->out.len < least || chunk->out.len == 0)
		return EH_OK;
	if (!chunk->copying)
		rc = eh_pg_copy_in_begin(c->pg,
		                         eh_arena_printf(c->arena, "COPY pg_temp.evenhand_stage (evenhand_line, %s) FROM STDIN",
		                                         c->list),
		                         c->err);
	chunk->copying = rc == EH_OK;
	if (rc == EH_OK)
		rc = eh_pg_copy_in_put(c->pg, chunk->out.data, chunk->out.len, c->err);
	eh_buf_reset(&chunk->out);
	return rc;
}

static void note_time(struct eh_copy_sum *sum, int64_t us, bool first)
{
	if (first || us < sum->first_us)
		sum->first_us = us;
	if (first || us > sum->last_us)
		sum->last_us = us;
}

static enum eh_rc take_row(struct eh_copy *c, struct chunk *chunk, const struct eh_file_row *row, int64_t usable)
{
	chunk->read++;
	chunk->bytes += (int64_t)row->raw.n;
	if (row->reason != NULL) {
		eh_copy_set_aside(c, row->line, row->reason, row->raw);
		return EH_OK;
	}
	note_time(c->sum, row->decision.at_us, usable == 0);
	c->sum->rounded += row->decision.rounded;
	put_row(c, &chunk->out, row);
	chunk->staged++;
	return send_rows(c, chunk, SEND_BYTES);
}

/* ---- from the staging table to the table --------------------------------------------- */

/* A staged row as a record of CSV again: what is set aside for its content was good CSV. */
static void write_record(const PGresult *res, int row, struct eh_buf *out)
{
	eh_buf_reset(out);
	for (int col = 1; col < PQnfields(res); col++) {
		const char *text = eh_pg_null(res, row, col) ? "" : eh_pg_text(res, row, col);
		bool quote = strpbrk(text, "\",\r\n") != NULL;

		if (col > 1)
			eh_buf_putc(out, ',');
		if (quote)
			eh_buf_putc(out, '"');
		for (; *text != '\0'; text++) {
			if (*text == '"')
				eh_buf_putc(out, '"');
			eh_buf_putc(out, *text);
		}
		if (quote)
			eh_buf_putc(out, '"');
	}
}

/* Of the staged rows whose id was there: those that say something else are set aside. */
static enum eh_rc compare_known(struct eh_copy *c, int64_t *differ)
{
	const char *sql = eh_arena_printf(c->chunk_arena,
	                                  "SELECT s.evenhand_line, %s FROM pg_temp.evenhand_stage s JOIN %s t ON t.%s = s.%s"
	                                  " WHERE ROW(%s) IS DISTINCT FROM ROW(%s) ORDER BY s.evenhand_line",
	                                  c->stage_list, c->table, c->id_quoted, c->id_quoted, c->stage_list, c->table_list);
	EH_PGRESULT_AUTO res = NULL;
	EH_BUF_AUTO raw = {0};
	enum eh_rc rc = eh_pg_query_text(c->pg, sql, NULL, false, &res, c->err);

	if (rc != EH_OK)
		return rc;
	*differ = PQntuples(res);
	for (int row = 0; row < PQntuples(res); row++) {
		write_record(res, row, &raw);
		eh_copy_set_aside(c, eh_pg_int8(res, row, 0), EH_COPY_OTHER_CONTENT, (struct eh_text){raw.data, raw.len});
	}
	return EH_OK;
}

static enum eh_rc insert_staged(struct eh_copy *c, const struct chunk *chunk)
{
	int64_t inserted = 0, differ = 0;
	const char *sql = eh_arena_printf(c->chunk_arena,
	                                  "INSERT INTO %s (%s) SELECT %s FROM pg_temp.evenhand_stage s"
	                                  " ORDER BY s.evenhand_line ON CONFLICT (%s) DO NOTHING",
	                                  c->table, c->list, c->stage_list, c->id_quoted);
	enum eh_rc rc = eh_copy_run(c, sql, NULL, &inserted);

	if (rc == EH_OK && inserted < chunk->staged)
		rc = compare_known(c, &differ);
	c->sum->imported += inserted;
	c->sum->skipped += chunk->staged - inserted - differ;
	return rc != EH_OK ? rc : eh_copy_run(c, "TRUNCATE pg_temp.evenhand_stage", NULL, NULL);
}

/* Ends a chunk: everything read so far is in its place, inside the transaction. */
static enum eh_rc finish_chunk(struct eh_copy *c, struct chunk *chunk)
{
	enum eh_rc rc = send_rows(c, chunk, 0);

	if (rc == EH_OK && chunk->copying) {
		rc = eh_pg_copy_in_end(c->pg, NULL, c->err);
		chunk->copying = false;
		if (rc == EH_OK)
			rc = insert_staged(c, chunk);
	}
	if (rc == EH_OK)
		rc = eh_copy_flush_aside(c);
	c->sum->read += chunk->read;
	chunk->staged = chunk->read = chunk->bytes = 0;
	return rc;
}

/* ---- the file ------------------------------------------------------------------------- */

static void tell(const struct eh_copy *c, const struct eh_copy_watch *watch, int64_t rows, int64_t *last_us)
{
	int64_t now = watch == NULL || watch->tell == NULL ? 0 : eh_time_steady_us(), done, total;

	if (now - *last_us < TELL_US)
		return;
	*last_us = now;
	eh_file_progress(c->file, &done, &total);
	watch->tell(watch->context, rows, done, total);
}

static enum eh_rc read_file(struct eh_copy *c, const struct eh_copy_watch *watch)
{
	__attribute__((cleanup(free_chunk))) struct chunk chunk = {0};
	int64_t told_us = 0, usable = 0;
	bool more = true;
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK) {
		struct eh_file_row row;

		if ((rc = eh_file_next(c->file, &row, &more, c->err)) != EH_OK || !more)
			break;
		rc = take_row(c, &chunk, &row, usable);
		usable += row.reason == NULL;
		if (rc == EH_OK && (chunk.read >= CHUNK_ROWS || chunk.bytes >= CHUNK_BYTES))
			rc = finish_chunk(c, &chunk);
		if ((chunk.read & 255) == 0)
			tell(c, watch, c->sum->read + chunk.read, &told_us);
	}
	if (rc == EH_OK)
		return finish_chunk(c, &chunk);
	if (chunk.copying && eh_pg_alive(c->pg))
		eh_pg_copy_in_abort(c->pg, "the import was given up");
	return rc;
}

static const char *list_columns(const struct eh_copy *c, const char *prefix)
{
	EH_BUF_AUTO list = {0};

	for (size_t i = 0; i < c->columns_n; i++)
		eh_buf_printf(&list, "%s%s%s", i == 0 ? "" : ", ", prefix, eh_pg_quote_ident(c->arena, c->columns[i]));
	return eh_arena_strndup(c->arena, list.data, list.len);
}

static int place_of(const struct eh_copy *c, int map_column)
{
	size_t i = 0;

	if (map_column < 0)
		return -1;
	while (strcmp(c->columns[i], c->map->columns[map_column].name) != 0)
		i++;
	return (int)i;
}

static void name_columns(struct eh_copy *c)
{
	c->columns = eh_file_columns(c->file, &c->columns_n);
	c->id = place_of(c, c->map->id);
	c->decided_at = place_of(c, c->map->decided_at);
	c->outcome_at = place_of(c, c->map->outcome_at);
	c->received_at = place_of(c, c->map->received_at);
	c->table = eh_arena_printf(c->arena, "%s.%s", eh_pg_quote_ident(c->arena, c->map->schema),
	                           eh_pg_quote_ident(c->arena, c->map->table));
	c->id_quoted = eh_pg_quote_ident(c->arena, c->columns[c->id]);
	c->list = list_columns(c, "");
	c->stage_list = list_columns(c, "s.");
	c->table_list = list_columns(c, "t.");
}

static enum eh_rc make_stage(struct eh_copy *c)
{
	return eh_copy_run(c,
	                   eh_arena_printf(c->arena,
	                                   "CREATE TEMPORARY TABLE evenhand_stage ON COMMIT DROP AS"
	                                   " SELECT 0::bigint AS evenhand_line, %s FROM %s t WITH NO DATA",
	                                   c->table_list, c->table),
	                   NULL, NULL);
}

static enum eh_rc ask_watch(const struct eh_copy *c, const struct eh_copy_watch *watch)
{
	return watch == NULL || watch->before_commit == NULL ? EH_OK : watch->before_commit(watch->context, c->err);
}

static enum eh_rc import_file(struct eh_copy *c, const struct eh_copy_watch *watch)
{
	enum eh_rc rc;

	if ((rc = eh_pg_begin(c->pg, c->err)) != EH_OK)
		return rc;
	if ((rc = eh_copy_prepare_table(c)) != EH_OK || (rc = make_stage(c)) != EH_OK || (rc = read_file(c, watch)) != EH_OK ||
	    (rc = ask_watch(c, watch)) != EH_OK || (rc = eh_pg_commit(c->pg, c->err)) != EH_OK)
		eh_pg_rollback(c->pg);
	return rc;
}

enum eh_rc eh_copy_import(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const char *path,
                          const struct eh_copy_watch *watch, struct eh_copy_sum *sum, struct eh_err *err)
{
	EH_FILE_AUTO file = NULL;
	EH_ARENA_AUTO chunk_arena = eh_arena_new();
	struct eh_copy c = {
		.arena = arena, .pg = pg, .map = map, .sum = sum, .err = err, .chunk_arena = chunk_arena};
	enum eh_rc rc = eh_file_open(path, map, &file, err);

	*sum = (struct eh_copy_sum){0};
	if (rc != EH_OK)
		return rc;
	c.file = file;
	c.file_name = eh_file_name(path);
	name_columns(&c);
	rc = import_file(&c, watch);
	eh_copy_sort_reasons(&c);
	EH_ASSERT(rc != EH_OK || sum->read == sum->imported + sum->skipped + sum->set_aside);
	return rc;
}
