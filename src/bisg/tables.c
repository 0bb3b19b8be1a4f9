/*
 * tables.c - see tables.h.
 */
#include "bisg/tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "bisg/clean.h"
#include "bisg/reader.h"

#define PERCENT_SCALE 6
#define COUNT_SCALE 2
#define SUPPRESSED "(S)"

const char *const eh_bisg_class_name[EH_BISG_CLASSES] = {"white", "black", "hispanic", "api", "aian", "mult"};

static const char *const percent_column[EH_BISG_CLASSES] = {"pctwhite", "pctblack", "pcthispanic",
                                                            "pctapi",   "pctaian",  "pct2prace"};

/* A table while it is read. */
struct reading {
	struct eh_arena *arena;
	struct eh_bisg_reader *reader;
	struct eh_err *err;
	struct eh_bisg_entry *entry; /* on the heap, growing */
	double *weight;              /* people of each entry */
	size_t n, cap;
	int key, count, field[EH_BISG_CLASSES];
};

static enum eh_rc fail_at(const struct reading *r, const char *column, const char *what)
{
	return eh_fail(r->err, EH_BAD_INPUT, "%s:%lld: %s %s", eh_bisg_reader_path(r->reader),
	               (long long)eh_bisg_reader_line(r->reader), column, what);
}

/* A number from 0 to `most`; what is none, NaN and the infinities among them, is refused with its line. */
static enum eh_rc read_number(const struct reading *r, struct eh_text text, const char *column, int scale, double most,
                              double *out)
{
	int64_t q;
	enum eh_fixed fixed = text.n == 0 ? EH_FIXED_NOT_NUMBER : eh_fixed_parse(text.at, text.n, scale, &q);

	if (fixed == EH_FIXED_NOT_NUMBER) {
		(void)fail_at(r, column, "is not a number");
		return eh_hint(r->err, "write a decimal number%s",
		               most == 100 ? ", or " SUPPRESSED " where it is suppressed" : "");
	}
	if (fixed == EH_FIXED_TOO_LARGE || q < 0 || eh_fixed_to_double(q, scale) > most) {
		(void)fail_at(r, column, most == 100 ? "is not between 0 and 100" : "is below 0 or too large");
		return eh_hint(r->err, "%s",
		               most == 100 ? "percentages are those of the name, as 12.5 for an eighth"
		                           : "counts of people are whole numbers from 0");
	}
	*out = eh_fixed_to_double(q, scale);
	return EH_OK;
}

static void grow(struct reading *r)
{
	if (r->n < r->cap)
		return;
	r->cap = r->cap == 0 ? 4096 : r->cap * 2;
	r->entry = eh_xrealloc(r->entry, r->cap, sizeof *r->entry);
	r->weight = eh_xrealloc(r->weight, r->cap, sizeof *r->weight);
}

/* ---- a row of names ------------------------------------------------------------------ */

static bool is_suppressed(struct eh_text text)
{
	return text.n == strlen(SUPPRESSED) && memcmp(text.at, SUPPRESSED, text.n) == 0;
}

/* Percentages as shares.  A sum under 99 is no basis for anything: *good is false. */
static enum eh_rc read_shares(const struct reading *r, const struct eh_csv_record *record, double *p, bool *good)
{
	double sum = 0;
	int hidden = 0;

	for (int c = 0; c < EH_BISG_CLASSES; c++) {
		struct eh_text text = record->fields[r->field[c]];
		enum eh_rc rc = EH_OK;

		p[c] = 0;
		if (is_suppressed(text))
			hidden++;
		else
			rc = read_number(r, text, percent_column[c], PERCENT_SCALE, 100, &p[c]);
		if (rc != EH_OK)
			return rc;
		sum += p[c];
	}
	if (sum > 101) {
		(void)fail_at(r, "the percentages", "sum to more than 100");
		return eh_hint(r->err, "each of them is a percentage of the name, and all six add up to 100");
	}
	double left = sum < 100 ? 100 - sum : 0;
	for (int c = 0; c < EH_BISG_CLASSES && hidden > 0; c++)
		if (is_suppressed(record->fields[r->field[c]]))
			p[c] = left / hidden;
	if (hidden > 0)
		sum += left;
	*good = sum >= 99;
	for (int c = 0; c < EH_BISG_CLASSES && *good; c++)
		p[c] /= sum;
	return EH_OK;
}

/* The key as names of people are cleaned, without the rules about titles: Md and O are surnames too. */
static const char *name_key(const struct reading *r, struct eh_text text)
{
	char *key = eh_arena_zalloc(r->arena, text.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (strchr(" '-.,`", c) == NULL || c == '\0')
			key[n++] = c;
	}
	return key;
}

static enum eh_rc take_name(struct reading *r, const struct eh_csv_record *record)
{
	struct eh_bisg_entry entry = {.line = eh_bisg_reader_line(r->reader)};
	double count;
	bool good;
	enum eh_rc rc = read_number(r, record->fields[r->count], "the count", COUNT_SCALE, 1e10, &count);

	if (rc == EH_OK)
		rc = read_shares(r, record, entry.p, &good);
	if (rc != EH_OK || !good || record->fields[r->key].n == 0)
		return rc;
	entry.key = name_key(r, record->fields[r->key]);
	if (entry.key[0] == '\0')
		return EH_OK;
	grow(r);
	r->weight[r->n] = count;
	r->entry[r->n++] = entry;
	return EH_OK;
}

/* ---- a row of places ------------------------------------------------------------------ */

static enum eh_rc take_place(struct reading *r, const struct eh_csv_record *record)
{
	struct eh_bisg_entry entry = {.line = eh_bisg_reader_line(r->reader)};
	struct eh_text key = record->fields[r->key];
	double sum = 0;

	for (int c = 0; c < EH_BISG_CLASSES; c++) {
		enum eh_rc rc = read_number(r, record->fields[r->field[c]], eh_bisg_class_name[c], COUNT_SCALE, 1e10,
		                            &entry.p[c]);

		if (rc != EH_OK)
			return rc;
		sum += entry.p[c];
	}
	if (key.n == 0)
		return fail_at(r, "geo", "is empty");
	if (sum == 0) /* nobody lives there */
		return EH_OK;
	for (int c = 0; c < EH_BISG_CLASSES; c++)
		entry.p[c] /= sum;
	entry.key = eh_arena_strndup(r->arena, key.at, key.n);
	grow(r);
	r->weight[r->n] = sum;
	r->entry[r->n++] = entry;
	return EH_OK;
}

/* ---- a table ----------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct eh_bisg_entry *)a)->key, ((const struct eh_bisg_entry *)b)->key);
}

static void set_among(struct reading *r)
{
	double total[EH_BISG_CLASSES] = {0};

	for (size_t i = 0; i < r->n; i++)
		for (int c = 0; c < EH_BISG_CLASSES; c++)
			total[c] += r->weight[i] * r->entry[i].p[c];
	for (size_t i = 0; i < r->n; i++)
		for (int c = 0; c < EH_BISG_CLASSES; c++)
			r->entry[i].among[c] = total[c] > 0 ? r->weight[i] * r->entry[i].p[c] / total[c] : 0;
}

static enum eh_rc finish(struct reading *r, struct eh_bisg_table *out)
{
	set_among(r);
	*out = (struct eh_bisg_table){eh_arena_zalloc(r->arena, r->n + 1, sizeof *r->entry), r->n};
	if (r->n > 0)
		memcpy(out->entry, r->entry, r->n * sizeof *r->entry);
	qsort(out->entry, out->n, sizeof *out->entry, by_key);
	for (size_t i = 1; i < out->n; i++)
		if (strcmp(out->entry[i - 1].key, out->entry[i].key) == 0) {
			(void)eh_fail(r->err, EH_BAD_INPUT, "%s: lines %lld and %lld are of the same key \"%s\"",
			              eh_bisg_reader_path(r->reader), (long long)out->entry[i - 1].line,
			              (long long)out->entry[i].line, out->entry[i].key);
			return eh_hint(
				r->err,
				"keep one of them: capitals, blanks, hyphens and apostrophes make no difference");
		}
	if (r->n > 0)
		return EH_OK;
	(void)eh_fail(r->err, EH_BAD_INPUT, "%s: no line can be used", eh_bisg_reader_path(r->reader));
	return eh_hint(r->err, "docs/howto/estimated-membership.md shows the layout of the three tables");
}

static enum eh_rc find_columns(struct reading *r, const char *key, const char *count, const char *const *classes)
{
	enum eh_rc rc = eh_bisg_reader_need(r->reader, key, &r->key, r->err);

	if (rc == EH_OK && count != NULL)
		rc = eh_bisg_reader_need(r->reader, count, &r->count, r->err);
	for (int c = 0; c < EH_BISG_CLASSES && rc == EH_OK; c++)
		rc = eh_bisg_reader_need(r->reader, classes[c], &r->field[c], r->err);
	if (rc == EH_OK || r->err->hint[0] != '\0')
		return rc;
	return eh_hint(r->err, "docs/howto/estimated-membership.md shows the layout of the three tables");
}

static enum eh_rc read_table(struct eh_arena *arena, const char *path, const char *key, const char *count,
                             struct eh_bisg_table *out, struct eh_err *err)
{
	EH_BISG_READER_AUTO reader = NULL;
	enum eh_rc rc = eh_bisg_reader_open(path, &reader, err);
	struct reading r = {.arena = arena, .reader = reader, .err = err};
	const struct eh_csv_record *record;
	bool more = true;

	if (rc == EH_OK)
		rc = find_columns(&r, key, count, count != NULL ? percent_column : eh_bisg_class_name);
	while (rc == EH_OK && (rc = eh_bisg_reader_next(reader, &record, &more, err)) == EH_OK && more)
		rc = count != NULL ? take_name(&r, record) : take_place(&r, record);
	if (rc == EH_OK)
		rc = finish(&r, out);
	free(r.entry);
	free(r.weight);
	return rc;
}

enum eh_rc eh_bisg_read_surnames(struct eh_arena *arena, const char *path, struct eh_bisg_table *out,
                                 struct eh_err *err)
{
	return read_table(arena, path, "name", "count", out, err);
}

enum eh_rc eh_bisg_read_firstnames(struct eh_arena *arena, const char *path, struct eh_bisg_table *out,
                                   struct eh_err *err)
{
	return read_table(arena, path, "firstname", "obs", out, err);
}

enum eh_rc eh_bisg_read_geography(struct eh_arena *arena, const char *path, struct eh_bisg_table *out,
                                  struct eh_err *err)
{
	return read_table(arena, path, "geo", NULL, out, err);
}

const struct eh_bisg_entry *eh_bisg_table_find(const struct eh_bisg_table *table, const char *key)
{
	struct eh_bisg_entry want = {.key = key};

	if (key[0] == '\0' || table->n == 0)
		return NULL;
	return bsearch(&want, table->entry, table->n, sizeof want, by_key);
}
