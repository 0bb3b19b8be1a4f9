/*
 * copy_aside.c - the rows that import could not use.
 */
#include <stdlib.h>
#include <string.h>

#include "source/copy_part.h"

static void count_reason(struct eh_copy *c, const char *reason)
{
	c->sum->set_aside++;
	for (size_t i = 0; i < c->reasons_n; i++)
		if (strcmp(c->reasons[i].reason, reason) == 0) {
			c->reasons[i].rows++;
			return;
		}
	if (c->reasons_n == c->reasons_cap) {
		size_t cap = c->reasons_cap == 0 ? 16 : c->reasons_cap * 2;
		struct eh_copy_reason *more = eh_arena_zalloc(c->arena, cap, sizeof *more);

		if (c->reasons_n > 0)
			memcpy(more, c->reasons, c->reasons_n * sizeof *more);
		c->reasons = more;
		c->reasons_cap = cap;
	}
	c->reasons[c->reasons_n++] = (struct eh_copy_reason){eh_arena_strdup(c->arena, reason), 1};
}

static void *grow(struct eh_arena *arena, const void *old, size_t n, size_t cap, size_t size)
{
	void *more = eh_arena_zalloc(arena, cap, size);

	if (n > 0)
		memcpy(more, old, n * size);
	return more;
}

void eh_copy_set_aside(struct eh_copy *c, int64_t line, const char *reason, struct eh_text raw)
{
	struct eh_copy_wait *w = &c->wait;

	count_reason(c, reason);
	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 64 : w->cap * 2;
		w->line = grow(c->chunk_arena, w->line, w->n, w->cap, sizeof *w->line);
		w->reason = grow(c->chunk_arena, w->reason, w->n, w->cap, sizeof *w->reason);
		w->raw = grow(c->chunk_arena, w->raw, w->n, w->cap, sizeof *w->raw);
	}
	char *bytes = eh_arena_zalloc(c->chunk_arena, raw.n + 1, 1);
	memcpy(bytes, raw.at, raw.n);
	w->line[w->n] = line;
	w->reason[w->n] = eh_arena_strdup(c->chunk_arena, reason);
	w->raw[w->n] = (struct eh_pg_bytes){bytes, raw.n};
	w->n++;
}

enum eh_rc eh_copy_flush_aside(struct eh_copy *c)
{
	struct eh_pg_args args = {0};
	enum eh_rc rc = EH_OK;

	if (c->wait.n > 0) {
		eh_pg_arg_text(&args, c->map->source);
		eh_pg_arg_text(&args, c->file_name);
		eh_pg_arg_int8_array(&args, c->chunk_arena, c->wait.line, c->wait.n);
		eh_pg_arg_text_array(&args, c->chunk_arena, c->wait.reason, c->wait.n);
		eh_pg_arg_bytea_array(&args, c->chunk_arena, c->wait.raw, c->wait.n);
		rc = eh_copy_run(c,
		                 "INSERT INTO evenhand_import.set_aside (source, file, line, reason, raw)"
		                 " SELECT $1::text, $2::text, u.line, u.reason, u.raw"
		                 " FROM unnest($3::bigint[], $4::text[], $5::bytea[]) AS u (line, reason, raw)"
		                 " ON CONFLICT DO NOTHING",
		                 &args, NULL);
	}
	c->wait = (struct eh_copy_wait){0};
	eh_arena_reset(c->chunk_arena);
	return rc;
}

static int by_rows(const void *a, const void *b)
{
	const struct eh_copy_reason *x = a, *y = b;

	if (x->rows != y->rows)
		return x->rows < y->rows ? 1 : -1;
	return strcmp(x->reason, y->reason);
}

void eh_copy_sort_reasons(struct eh_copy *c)
{
	if (c->reasons_n > 0)
		qsort(c->reasons, c->reasons_n, sizeof *c->reasons, by_rows);
	c->sum->reasons = c->reasons;
	c->sum->reasons_n = c->reasons_n;
}
