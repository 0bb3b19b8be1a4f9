/*
 * csv.c - see csv.h.
 *
 * Giving up one line costs the bytes that were looked at to see that it is
 * broken.  That stays linear in the file: a quote left open runs only over bytes
 * in which quotes come in pairs, and none of those lines opens one by itself.
 */
#include "source/csv.h"

#include <string.h>

#include "base/utf8.h"

struct scan {
	const char *at, *end; /* end: of the text or of what a record may hold */
	char *scratch;
	struct eh_csv_record *record;
};

const char *eh_csv_fault_text(enum eh_csv_fault fault)
{
	static const char *const texts[EH_CSV_FAULTS] = {
		[EH_CSV_GOOD] = "good",
		[EH_CSV_BAD_QUOTE] = "misplaced quote",
		[EH_CSV_UNTERMINATED] = "unterminated quote",
		[EH_CSV_TOO_LONG] = "record too long",
		[EH_CSV_NUL] = "NUL byte",
		[EH_CSV_BAD_UTF8] = "invalid UTF-8",
	};

	return texts[fault];
}

static void put_field(struct scan *s, const char *at, size_t n)
{
	if (s->record->fields_n < EH_CSV_FIELDS_MAX)
		s->record->fields[s->record->fields_n] = (struct eh_text){at, n};
	s->record->fields_n++;
}

/* The end of a line at `at`: 1 or 2 bytes, 0 where there is none. */
static size_t line_end(const char *at, const char *end)
{
	if (at < end && *at == '\n')
		return 1;
	return at + 1 < end && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

/* `at` stands behind the opening quote; afterwards behind the closing one. */
static enum eh_csv_fault take_quoted(struct scan *s)
{
	const char *from = s->at;
	char *made = NULL;

	for (;;) {
		const char *quote = memchr(s->at, '"', (size_t)(s->end - s->at));

		if (quote == NULL)
			return EH_CSV_UNTERMINATED;
		bool doubled = quote + 1 < s->end && quote[1] == '"';
		if (!doubled && made == NULL) {
			put_field(s, from, (size_t)(quote - from));
			s->at = quote + 1;
			return EH_CSV_GOOD;
		}
		if (made == NULL)
			made = s->scratch;
		size_t n = (size_t)(quote - s->at) + doubled;
		memcpy(s->scratch, s->at, n);
		s->scratch += n;
		s->at = quote + 1 + doubled;
		if (!doubled) {
			put_field(s, made, (size_t)(s->scratch - made));
			return EH_CSV_GOOD;
		}
	}
}

static enum eh_csv_fault take_plain(struct scan *s)
{
	const char *from = s->at, *at = from;

	while (at < s->end && *at != ',' && *at != '\n') {
		if (*at == '"')
			return EH_CSV_BAD_QUOTE;
		at++;
	}
	s->at = at;
	size_t n = (size_t)(at - from);
	if (at < s->end && *at == '\n' && n > 0 && at[-1] == '\r') {
		n--;
		s->at--; /* line_end() wants to see both */
	}
	put_field(s, from, n);
	return EH_CSV_GOOD;
}

/* The fields up to the end of the record; `at` is then at its line end, or at the end. */
static enum eh_csv_fault take_fields(struct scan *s)
{
	for (;;) {
		enum eh_csv_fault fault;

		if (s->at < s->end && *s->at == '"') {
			s->at++;
			fault = take_quoted(s);
		} else {
			fault = take_plain(s);
		}
		if (fault != EH_CSV_GOOD)
			return fault;
		if (s->at == s->end || line_end(s->at, s->end) > 0)
			return EH_CSV_GOOD;
		if (*s->at != ',')
			return EH_CSV_BAD_QUOTE; /* something behind a closing quote */
		s->at++;
	}
}

static size_t count_lines(const char *text, size_t n)
{
	size_t lines = 0;

	for (const char *at = text, *end = text + n; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		lines++;
	return lines;
}

/* A broken record: its first line only. */
static size_t give_up_line(const char *text, size_t n, struct eh_csv_record *record)
{
	const char *newline = memchr(text, '\n', n);
	size_t len = newline == NULL ? n : (size_t)(newline - text);

	record->lines = newline != NULL;
	record->open = newline == NULL && n > EH_CSV_RECORD_MAX;
	record->raw = (struct eh_text){text, len > 0 && newline != NULL && text[len - 1] == '\r' ? len - 1 : len};
	return len + (newline != NULL);
}

size_t eh_csv_take(const char *text, size_t n, char *scratch, struct eh_csv_record *record)
{
	bool whole = n <= EH_CSV_RECORD_MAX;
	struct scan s = {.at = text, .end = text + (whole ? n : EH_CSV_RECORD_MAX), .scratch = scratch, .record = record};

	record->fields_n = 0;
	record->open = false;
	record->fault = take_fields(&s);
	if (record->fault == EH_CSV_GOOD && s.at == s.end && !whole)
		record->fault = EH_CSV_TOO_LONG;
	if (record->fault != EH_CSV_GOOD)
		return give_up_line(text, n, record);
	record->raw = (struct eh_text){text, (size_t)(s.at - text)};
	size_t used = record->raw.n + line_end(s.at, text + n);
	record->lines = count_lines(text, used);
	size_t good = eh_utf8_span(text, record->raw.n);
	if (good < record->raw.n)
		record->fault = text[good] == '\0' ? EH_CSV_NUL : EH_CSV_BAD_UTF8;
	return used;
}
