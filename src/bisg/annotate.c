/*
 * annotate.c - see annotate.h.
 *
 * The rows wait in a file without a name until the last one is good: standard input
 * cannot be read twice, and half an output looks like a whole one.
 */
#include "bisg/annotate.h"

#include <errno.h>
#include <string.h>

#include "bisg/reader.h"

#define MATCH_COLUMN "bisg_match"

struct work {
	const struct eh_bisg_tables *tables;
	struct eh_bisg_reader *reader;
	FILE *out;
	int surname, geo, first; /* fields; first -1: none */
};

static enum eh_rc need(struct work *w, const char *name, const char *what, int *field, struct eh_err *err)
{
	enum eh_rc rc = eh_bisg_reader_need(w->reader, name, field, err);

	return rc == EH_OK ? rc : eh_hint(err, "say which column it is with --columns %s=NAME", what);
}

static enum eh_rc check_free(const struct work *w, const char *name, struct eh_err *err)
{
	if (eh_bisg_reader_find(w->reader, name) < 0)
		return EH_OK;
	(void)eh_fail(err, EH_BAD_INPUT, "%s:1: the file has a column \"%s\" already", eh_bisg_reader_path(w->reader),
	              name);
	return eh_hint(err, "give the file as it was before, or rename that column");
}

static enum eh_rc find_columns(struct work *w, const struct eh_bisg_columns *columns, struct eh_err *err)
{
	char name[16];
	enum eh_rc rc = need(w, columns->surname, "surname", &w->surname, err);

	w->first = -1;
	if (rc == EH_OK)
		rc = need(w, columns->geo, "geo", &w->geo, err);
	if (rc == EH_OK && w->tables->firstnames.n > 0)
		rc = need(w, columns->first, "first", &w->first, err);
	for (int c = 0; c < EH_BISG_CLASSES && rc == EH_OK; c++) {
		snprintf(name, sizeof name, "p_%s", eh_bisg_class_name[c]);
		rc = check_free(w, name, err);
	}
	return rc == EH_OK ? check_free(w, MATCH_COLUMN, err) : rc;
}

static void write_header(const struct work *w)
{
	struct eh_text header = eh_bisg_reader_header(w->reader);

	fwrite(header.at, 1, header.n, w->out);
	for (int c = 0; c < EH_BISG_CLASSES; c++)
		fprintf(w->out, ",p_%s", eh_bisg_class_name[c]);
	fputs("," MATCH_COLUMN "\n", w->out);
}

static void write_match(const struct work *w, const struct eh_bisg_answer *a)
{
	const char *plus = "";

	if (a->surname) {
		fputs(a->half ? "surname/2" : "surname", w->out);
		plus = "+";
	}
	if (a->geo) {
		fprintf(w->out, "%sgeo", plus);
		plus = "+";
	}
	if (a->first)
		fprintf(w->out, "%sfirst", plus);
	if (!a->surname && !a->geo && !a->first)
		fputs("none", w->out);
}

static void write_row(const struct work *w, const struct eh_csv_record *record, const struct eh_bisg_answer *a)
{
	fwrite(record->raw.at, 1, record->raw.n, w->out);
	for (int c = 0; c < EH_BISG_CLASSES; c++)
		if (a->known)
			fprintf(w->out, ",%u.%06u", a->q[c] / EH_BISG_UNIT, a->q[c] % EH_BISG_UNIT);
		else
			fputc(',', w->out);
	fputc(',', w->out);
	write_match(w, a);
	fputc('\n', w->out);
}

static void count(struct eh_bisg_sum *sum, const struct eh_bisg_answer *a)
{
	sum->rows++;
	sum->surname += a->surname;
	sum->half += a->half;
	sum->geo += a->geo;
	sum->first += a->first;
	sum->both += a->surname && a->geo;
	sum->none += !a->known;
}

static enum eh_rc fail_writing(const char *what, struct eh_err *err)
{
	(void)eh_fail(err, EH_AGAIN, "cannot write %s: %s", what, strerror(errno));
	return eh_hint(err, "make room on the disk, for the output and as much again under " P_tmpdir);
}

static enum eh_rc annotate_rows(struct work *w, struct eh_bisg_sum *sum, struct eh_err *err)
{
	const struct eh_csv_record *record;
	bool more = true;
	enum eh_rc rc = EH_OK;

	write_header(w);
	while (!ferror(w->out) && (rc = eh_bisg_reader_next(w->reader, &record, &more, err)) == EH_OK && more) {
		struct eh_text first = w->first < 0 ? (struct eh_text){0} : record->fields[w->first];
		struct eh_bisg_answer answer;

		eh_bisg_ask(w->tables, record->fields[w->surname], first, record->fields[w->geo], &answer);
		write_row(w, record, &answer);
		count(sum, &answer);
	}
	if (rc == EH_OK && (ferror(w->out) || fflush(w->out) != 0))
		return fail_writing("the temporary file", err);
	return rc;
}

/* The whole of `from`, which is known to be good, to `to`. */
static enum eh_rc hand_over(FILE *from, FILE *to, struct eh_err *err)
{
	char bytes[64 * 1024];
	size_t n;

	rewind(from);
	while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
		if (fwrite(bytes, 1, n, to) < n)
			return fail_writing("the output", err);
	if (ferror(from))
		return eh_fail(err, EH_AGAIN, "cannot read the temporary file: %s", strerror(errno));
	return fflush(to) != 0 || ferror(to) ? fail_writing("the output", err) : EH_OK;
}

static void close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file); /* it has no name and goes with this */
}

enum eh_rc eh_bisg_annotate(const struct eh_bisg_tables *tables, const char *path,
                            const struct eh_bisg_columns *columns, FILE *out, struct eh_bisg_sum *sum,
                            struct eh_err *err)
{
	EH_BISG_READER_AUTO reader = NULL;
	__attribute__((cleanup(close_file))) FILE *made = NULL;
	enum eh_rc rc = eh_bisg_reader_open(path, &reader, err);
	struct work w = {.tables = tables, .reader = reader};

	*sum = (struct eh_bisg_sum){0};
	if (rc == EH_OK)
		rc = find_columns(&w, columns, err);
	if (rc == EH_OK && (w.out = made = tmpfile()) == NULL)
		rc = fail_writing("a temporary file", err);
	if (rc == EH_OK)
		rc = annotate_rows(&w, sum, err);
	return rc == EH_OK ? hand_over(made, out, err) : rc;
}
