/*
 * copy_part.h - what the files of import share among themselves; nobody else includes it.
 *
 * Owner    the struct lives on the stack of eh_copy_import().
 * Threads  none.
 */
#ifndef EH_SOURCE_COPY_PART_H
#define EH_SOURCE_COPY_PART_H

#include "base/buf.h"
#include "source/copy.h"
#include "source/file.h"

struct eh_copy {
	struct eh_arena *arena; /* of the call */
	struct eh_pg *pg;
	const struct eh_map *map;
	const char *file_name;
	struct eh_file *file;
	struct eh_copy_sum *sum;
	struct eh_err *err;

	const char *const *columns; /* of the file */
	size_t columns_n;
	int id, decided_at, outcome_at, received_at; /* which of them; -1: none */

	const char *table;      /* quoted, with its schema */
	const char *id_quoted;  /* the id column */
	const char *list;       /* "a", "b", ... */
	const char *stage_list; /* the same, as s."a", s."b", ... */
	const char *table_list; /* the same, as t."a", t."b", ... */

	/* Rows set aside that wait for the end of the COPY; in chunk_arena. */
	struct eh_arena *chunk_arena;
	struct eh_copy_wait {
		int64_t *line;
		const char **reason;
		struct eh_pg_bytes *raw;
		size_t n, cap;
	} wait;

	struct eh_copy_reason *reasons;
	size_t reasons_n, reasons_cap;
};

/* Finds or makes the table, and the table of rows set aside (copy_table.c). */
EH_MUST enum eh_rc eh_copy_prepare_table(struct eh_copy *c);

/* Remembers a row that is set aside, counts its reason, and keeps it until the flush (copy_aside.c). */
void eh_copy_set_aside(struct eh_copy *c, int64_t line, const char *reason, struct eh_text raw);
EH_MUST enum eh_rc eh_copy_flush_aside(struct eh_copy *c);
void eh_copy_sort_reasons(struct eh_copy *c);

/* Runs text made at run time, for its effect. */
EH_MUST enum eh_rc eh_copy_run(struct eh_copy *c, const char *sql, const struct eh_pg_args *args, int64_t *rows);

#endif
