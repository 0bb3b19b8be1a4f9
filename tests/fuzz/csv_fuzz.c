/*
 * csv_fuzz.c - any bytes: each is consumed once, no line is lost, and what was read as good
 * records is read again from its own CSV.
 */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "source/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char scratch[EH_CSV_RECORD_MAX], scratch_again[EH_CSV_RECORD_MAX];
static struct eh_text fields[EH_CSV_FIELDS_MAX], fields_again[EH_CSV_FIELDS_MAX];

static void write_again(const struct eh_csv_record *r, struct eh_buf *out)
{
	for (size_t i = 0; i < r->fields_n; i++) {
		eh_buf_puts(out, i == 0 ? "\"" : ",\"");
		for (size_t k = 0; k < r->fields[i].n; k++) {
			if (r->fields[i].at[k] == '"')
				eh_buf_putc(out, '"');
			eh_buf_putc(out, r->fields[i].at[k]);
		}
		eh_buf_putc(out, '"');
	}
	eh_buf_puts(out, "\n");
}

static void check_good(const struct eh_csv_record *r)
{
	struct eh_csv_record again = {.fields = fields_again};
	EH_BUF_AUTO text = {0};

	if (r->fields_n > EH_CSV_FIELDS_MAX || r->raw.n > EH_CSV_RECORD_MAX / 4)
		return;
	write_again(r, &text);
	EH_ASSERT(eh_csv_take(text.data, text.len, scratch_again, &again) == text.len);
	EH_ASSERT(again.fault == EH_CSV_GOOD && again.fields_n == r->fields_n);
	for (size_t i = 0; i < r->fields_n; i++) {
		EH_ASSERT(again.fields[i].n == r->fields[i].n);
		EH_ASSERT(r->fields[i].n == 0 || memcmp(again.fields[i].at, r->fields[i].at, r->fields[i].n) == 0);
		EH_ASSERT(eh_utf8_valid(r->fields[i].at, r->fields[i].n));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data;
	size_t lines = 0, newlines = 0;

	for (size_t i = 0; i < n; i++)
		newlines += text[i] == '\n';
	while (n > 0) {
		struct eh_csv_record r = {.fields = fields};
		size_t used = eh_csv_take(text, n, scratch, &r);

		EH_ASSERT(used > 0 && used <= n && r.raw.n <= used && r.raw.at == text);
		if (r.fault == EH_CSV_GOOD)
			check_good(&r);
		lines += r.lines;
		text += used;
		n -= used;
	}
	EH_ASSERT(lines == newlines);
	return 0;
}
