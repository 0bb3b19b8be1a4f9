/*
 * insurer_csv.c - the year as text.  See insurer.h.
 */
#include <string.h>

#include "examples/insurer/insurer.h"

#define COLUMN(name) {#name, offsetof(struct eh_insurer_row, name)}

static const struct {
	const char *name;
	size_t offset;
} columns[] = {
	COLUMN(decision_id),   COLUMN(decided_at), COLUMN(decision), COLUMN(score),   COLUMN(sex),
	COLUMN(age),           COLUMN(race_group), COLUMN(region),   COLUMN(tier),    COLUMN(channel),
	COLUMN(model_version), COLUMN(vendor),     COLUMN(feed),     COLUMN(doc_ids), COLUMN(reason_codes),
	COLUMN(dti),           COLUMN(zip3),
};

_Static_assert(sizeof columns / sizeof columns[0] == EH_INSURER_COLUMNS, "every column is listed once");

const char *eh_insurer_column_name(int column)
{
	EH_ASSERT(column >= 0 && column < EH_INSURER_COLUMNS);
	return columns[column].name;
}

const char *eh_insurer_column(const struct eh_insurer_row *row, int column)
{
	const char *text;

	EH_ASSERT(column >= 0 && column < EH_INSURER_COLUMNS);
	memcpy(&text, (const char *)row + columns[column].offset, sizeof text);
	return text;
}

void eh_insurer_csv_header(struct eh_buf *out)
{
	for (int i = 0; i < EH_INSURER_COLUMNS; i++) {
		eh_buf_puts(out, eh_insurer_column_name(i));
		eh_buf_putc(out, i + 1 < EH_INSURER_COLUMNS ? ',' : '\n');
	}
}

void eh_insurer_csv_row(struct eh_buf *out, const struct eh_insurer_row *row)
{
	for (int i = 0; i < EH_INSURER_COLUMNS; i++) {
		const char *text = eh_insurer_column(row, i);

		EH_ASSERT(strpbrk(text, ",\"\r\n") == NULL);
		eh_buf_puts(out, text);
		eh_buf_putc(out, i + 1 < EH_INSURER_COLUMNS ? ',' : '\n');
	}
}
