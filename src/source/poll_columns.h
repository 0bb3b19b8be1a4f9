/*
 * poll_columns.h - how each mapped column is asked for and read.
 *
 * A column comes in binary where its PostgreSQL type has a form that the row
 * check takes as it is (struct eh_field); everything else is asked for as text, so
 * that import and gather see the same characters.
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_POLL_COLUMNS_H
#define EH_SOURCE_POLL_COLUMNS_H

#include "base/arena.h"
#include "base/buf.h"
#include "decision/decision.h"
#include "decision/map.h"
#include "pg/pg.h"

enum eh_poll_form { EH_POLL_TEXT, EH_POLL_TIME, EH_POLL_INT2, EH_POLL_INT4, EH_POLL_INT8, EH_POLL_FLOAT8 };

struct eh_poll_column {
	enum eh_poll_form form;
	const char *name; /* quoted */
	const char *type; /* its name in pg_type; `array` where its elements are listed */
	const char *text; /* what to ask for */
};

/* Looks at one column of the map.  EH_BAD_INPUT: the table has no such column. */
EH_MUST enum eh_rc eh_poll_column(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t table_oid,
                                  size_t column, struct eh_poll_column *out, struct eh_err *err);

/* Puts the columns' select list into `list` and the forms into forms[map->columns_n]. */
EH_MUST enum eh_rc eh_poll_columns(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t table_oid,
                                   enum eh_poll_form *forms, struct eh_buf *list, struct eh_err *err);

/* The form of one column whose type has that name, as eh_poll_columns() chooses it. */
enum eh_poll_form eh_poll_form_of(const struct eh_map *map, int column, const char *type);

/* Reads a column's binary value that is not text and not missing. */
void eh_poll_read_number(enum eh_poll_form form, const char *at, int32_t n, struct eh_field *out);

/* Reads a column's binary value; n 0 or less: null or empty, which are the missing value alike. */
static inline void eh_poll_read(enum eh_poll_form form, const char *at, int32_t n, struct eh_field *out)
{
	if (form == EH_POLL_TEXT || n <= 0) {
		out->form = EH_FIELD_TEXT;
		out->text.at = n > 0 ? at : NULL;
		out->text.n = n > 0 ? (size_t)n : 0;
		return;
	}
	eh_poll_read_number(form, at, n, out);
}

#endif
