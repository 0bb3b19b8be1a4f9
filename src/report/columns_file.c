/*
 * columns_file.c - columns from a CSV file; see columns.h.
 */
#include <string.h>

#include "report/columns_part.h"
#include "source/file.h"

/* What import would compare: every column of the file, times as they were understood. */
struct form {
	const char *const *columns;
	size_t n;
	size_t decided_at, outcome_at, received_at; /* which of them; n: none */
};

static size_t place_of(const struct form *form, const struct eh_map *map, int map_column)
{
	size_t i = 0;

	if (map_column < 0)
		return form->n;
	while (i < form->n && strcmp(form->columns[i], map->columns[map_column].name) != 0)
		i++;
	return i;
}

static struct eh_text write_content(struct eh_buf *out, const struct form *form, const struct eh_file_row *row)
{
	eh_buf_reset(out);
	for (size_t i = 0; i < form->n; i++)
		if (row->fields[i].n > 0 && i == form->decided_at)
			eh_buf_zigzag(out, row->decision.at_us);
		else if (row->fields[i].n > 0 && i == form->outcome_at)
			eh_buf_zigzag(out, row->decision.outcome_at_us);
		else if (row->fields[i].n > 0 && i == form->received_at)
			eh_buf_zigzag(out, row->decision.received_us);
		else
			eh_buf_lenstr(out, row->fields[i].n == 0 ? "" : row->fields[i].at, row->fields[i].n);
	return (struct eh_text){out->data, out->len};
}

static enum eh_rc read_rows(struct eh_columns_builder *b, struct eh_file *file, struct eh_err *err)
{
	struct form form;
	struct eh_file_row row;
	bool more = true;

	form.columns = eh_file_columns(file, &form.n);
	form.decided_at = place_of(&form, b->map, b->map->decided_at);
	form.outcome_at = place_of(&form, b->map, b->map->outcome_at);
	form.received_at = place_of(&form, b->map, b->map->received_at);
	for (;;) {
		enum eh_rc rc = eh_file_next(file, &row, &more, err);

		if (rc != EH_OK || !more)
			return rc;
		if (row.reason != NULL)
			eh_columns_set_aside(b, row.reason, 1);
		else
			eh_columns_take(b, &row.decision, write_content(&b->content, &form, &row));
	}
}

enum eh_rc eh_columns_read_file(struct eh_arena *arena, const struct eh_map *map, const char *path, int64_t from_us,
                                int64_t to_us, const struct eh_columns **out, struct eh_err *err)
{
	EH_COLUMNS_BUILDER_AUTO b = {.arena = arena, .map = map, .from_us = from_us, .to_us = to_us};
	EH_FILE_AUTO file = NULL;
	enum eh_rc rc = eh_file_open(path, map, &file, err);

	if (rc == EH_OK)
		rc = read_rows(&b, file, err);
	if (rc == EH_OK)
		*out = eh_columns_end(&b);
	return rc;
}
