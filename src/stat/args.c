/*
 * args.c - see args.h.
 */
#include "stat/args.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/nearest.h"

/* Where a value stands, for the reason of a refusal: key, key[i] or key[i][j]. */
struct place {
	const char *key;
	size_t i, j;
	int depth;
};

void eh_stat_refuse(struct eh_stat_call *c, const char *format, ...)
{
	va_list args;

	if (eh_stat_refused(c))
		return;
	va_start(args, format);
	vsnprintf(c->reason, sizeof c->reason, format, args);
	va_end(args);
}

static void refuse_at(struct eh_stat_call *c, struct place at, const char *wanted)
{
	if (at.depth == 0)
		eh_stat_refuse(c, "inputs.%s should be %s", at.key, wanted);
	else if (at.depth == 1)
		eh_stat_refuse(c, "inputs.%s[%zu] should be %s", at.key, at.i, wanted);
	else
		eh_stat_refuse(c, "inputs.%s[%zu][%zu] should be %s", at.key, at.i, at.j, wanted);
}

static bool was_asked(const struct eh_stat_call *c, const char *key)
{
	for (size_t i = 0; i < c->asked_n; i++)
		if (strcmp(c->asked[i], key) == 0)
			return true;
	return false;
}

/* The input, or NULL; that the test looked for it is remembered. */
static const json_t *ask(struct eh_stat_call *c, const char *key)
{
	const json_t *value = json_object_get(c->inputs, key);

	if (c->asked_n < EH_STAT_ASKED_MAX && !was_asked(c, key))
		c->asked[c->asked_n++] = key;
	return json_is_null(value) ? NULL : value;
}

/* A name in the line that is close to `key`, and that is no other input. */
static const char *slip_for(const struct eh_stat_call *c, const char *key)
{
	const char *name;
	json_t *value;

	json_object_foreach(c->inputs, name,
	                    value) if (!was_asked(c, name) && eh_nearest(name, &key, 1) != NULL) return name;
	return NULL;
}

static const json_t *look(struct eh_stat_call *c, const char *key, const char *wanted)
{
	const json_t *value = ask(c, key);
	const char *slip = value == NULL ? slip_for(c, key) : NULL;

	if (slip != NULL)
		eh_stat_refuse(c, "inputs.%s is missing: it should be %s; is it \"%.40s\" in the line?", key, wanted,
		               slip);
	else if (value == NULL)
		eh_stat_refuse(c, "inputs.%s is missing: it should be %s", key, wanted);
	return value;
}

void eh_stat_refuse_slips(struct eh_stat_call *c)
{
	for (size_t i = 0; i < c->asked_n && c->asked_n < EH_STAT_ASKED_MAX; i++) {
		const char *slip = eh_stat_has(c, c->asked[i]) ? NULL : slip_for(c, c->asked[i]);

		if (slip != NULL)
			eh_stat_refuse(c, "inputs.%.40s is not known to this test, did you mean \"%s\"?", slip,
			               c->asked[i]);
	}
}

/* ---- single values ---- */

static const char count_wanted[] = "a whole number from 0 up";
static const char number_wanted[] = "a number, or \"NaN\", \"Inf\" or \"-Inf\"";

/* A double with a whole value is a count, too: some programs write 3 as 3.0. */
static bool to_count(const json_t *value, uint64_t *out)
{
	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*out = (uint64_t)json_integer_value(value);
		return true;
	}
	double real = json_real_value(value);
	if (!json_is_real(value) || !(real >= 0 && real <= 0x1p53) || real != floor(real))
		return false;
	*out = (uint64_t)real;
	return true;
}

static bool to_number(const json_t *value, double *out)
{
	const char *text = json_string_value(value);

	if (json_is_number(value))
		*out = json_number_value(value);
	else if (text == NULL)
		return false;
	else if (strcmp(text, "NaN") == 0)
		*out = NAN;
	else if (strcmp(text, "Inf") == 0)
		*out = INFINITY;
	else if (strcmp(text, "-Inf") == 0)
		*out = -INFINITY;
	else
		return false;
	return true;
}

static uint64_t count_at(struct eh_stat_call *c, const json_t *value, struct place at)
{
	uint64_t n = 0;

	if (!to_count(value, &n))
		refuse_at(c, at, count_wanted);
	return n;
}

static double number_at(struct eh_stat_call *c, const json_t *value, struct place at)
{
	double x = NAN;

	if (!to_number(value, &x))
		refuse_at(c, at, number_wanted);
	return x;
}

bool eh_stat_has(struct eh_stat_call *c, const char *key)
{
	return ask(c, key) != NULL;
}

uint64_t eh_stat_count(struct eh_stat_call *c, const char *key)
{
	const json_t *value = look(c, key, count_wanted);

	return value != NULL ? count_at(c, value, (struct place){.key = key}) : 0;
}

uint64_t eh_stat_count_or(struct eh_stat_call *c, const char *key, uint64_t otherwise)
{
	return eh_stat_has(c, key) ? eh_stat_count(c, key) : otherwise;
}

double eh_stat_number(struct eh_stat_call *c, const char *key)
{
	const json_t *value = look(c, key, number_wanted);

	return value != NULL ? number_at(c, value, (struct place){.key = key}) : (double)NAN;
}

double eh_stat_number_or(struct eh_stat_call *c, const char *key, double otherwise)
{
	return eh_stat_has(c, key) ? eh_stat_number(c, key) : otherwise;
}

double eh_stat_number_in(struct eh_stat_call *c, const char *key, double above, double below)
{
	double x = eh_stat_number(c, key);

	if (!(x > above && x < below))
		eh_stat_refuse(c, "inputs.%s should lie between %g and %g", key, above, below);
	return x;
}

double eh_stat_conf(struct eh_stat_call *c)
{
	return eh_stat_has(c, "conf") ? eh_stat_number_in(c, "conf", 0, 1) : .95;
}

size_t eh_stat_word(struct eh_stat_call *c, const char *key, const char *const *words)
{
	const json_t *value = ask(c, key);
	char list[160] = "";

	if (value == NULL)
		return 0;
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t used = strlen(list);

		if (json_is_string(value) && strcmp(json_string_value(value), words[i]) == 0)
			return i;
		snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	eh_stat_refuse(c, "inputs.%s should be one of: %s", key, list);
	return 0;
}

/* ---- arrays ---- */

static size_t array_length(struct eh_stat_call *c, const json_t *value, struct place at, size_t min, size_t max)
{
	char wanted[96];
	size_t n = json_array_size(value);

	if (max > EH_STAT_LEN_MAX)
		max = EH_STAT_LEN_MAX;
	if (json_is_array(value) && n >= min && n <= max)
		return n;
	if (min == max)
		snprintf(wanted, sizeof wanted, "an array of %zu", min);
	else
		snprintf(wanted, sizeof wanted, "an array of %zu to %zu", min, max);
	refuse_at(c, at, wanted);
	return 0;
}

static const json_t *look_array(struct eh_stat_call *c, const char *key, size_t min, size_t max, size_t *n)
{
	const json_t *value = look(c, key, "an array");

	*n = value != NULL ? array_length(c, value, (struct place){.key = key}, min, max) : 0;
	return value;
}

static struct place inside(struct place at, size_t i)
{
	if (at.depth == 0)
		at.i = i;
	else
		at.j = i;
	at.depth++;
	return at;
}

static void fill_counts(struct eh_stat_call *c, const json_t *value, struct place at, uint64_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = count_at(c, json_array_get(value, i), inside(at, i));
}

static void fill_numbers(struct eh_stat_call *c, const json_t *value, struct place at, double *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = number_at(c, json_array_get(value, i), inside(at, i));
}

struct eh_stat_counts eh_stat_counts(struct eh_stat_call *c, const char *key, size_t min, size_t max)
{
	size_t n;
	const json_t *value = look_array(c, key, min, max, &n);
	uint64_t *to = eh_arena_zalloc(c->arena, n + 1, sizeof *to);

	fill_counts(c, value, (struct place){.key = key}, to, n);
	return (struct eh_stat_counts){to, n};
}

struct eh_stat_numbers eh_stat_numbers(struct eh_stat_call *c, const char *key, size_t min, size_t max)
{
	size_t n;
	const json_t *value = look_array(c, key, min, max, &n);
	double *to = eh_arena_zalloc(c->arena, n + 1, sizeof *to);

	fill_numbers(c, value, (struct place){.key = key}, to, n);
	return (struct eh_stat_numbers){to, n};
}

void eh_stat_same_length(struct eh_stat_call *c, const char *key, size_t n, const char *other, size_t other_n)
{
	if (n != other_n)
		eh_stat_refuse(c, "inputs.%s has %zu values and inputs.%s has %zu: they should be as many", key, n,
		               other, other_n);
}

/* Rows and columns of an array of arrays; no rows where it was refused. */
static const json_t *look_table(struct eh_stat_call *c, const char *key, size_t max_rows, size_t *rows, size_t *cols)
{
	const json_t *value = look_array(c, key, 1, max_rows, rows);

	if (*cols == 0 && *rows > 0)
		*cols = json_array_size(json_array_get(value, 0));
	for (size_t i = 0; i < *rows; i++) {
		struct place at = {.key = key, .i = i, .depth = 1};

		array_length(c, json_array_get(value, i), at, *cols, *cols);
	}
	if (*rows > 0 && *cols > EH_STAT_LEN_MAX / *rows)
		eh_stat_refuse(c, "inputs.%s should hold at most %zu values", key, EH_STAT_LEN_MAX);
	if (eh_stat_refused(c))
		*rows = 0;
	return value;
}

struct eh_stat_count_table eh_stat_count_table(struct eh_stat_call *c, const char *key, size_t cols, size_t max_rows)
{
	size_t rows;
	const json_t *value = look_table(c, key, max_rows, &rows, &cols);
	uint64_t *to = eh_arena_zalloc(c->arena, rows * cols + 1, sizeof *to);

	for (size_t i = 0; i < rows; i++)
		fill_counts(c, json_array_get(value, i), (struct place){.key = key, .i = i, .depth = 1}, to + i * cols,
		            cols);
	return (struct eh_stat_count_table){to, rows, cols};
}

struct eh_stat_number_table eh_stat_number_table(struct eh_stat_call *c, const char *key, size_t cols, size_t max_rows)
{
	size_t rows;
	const json_t *value = look_table(c, key, max_rows, &rows, &cols);
	double *to = eh_arena_zalloc(c->arena, rows * cols + 1, sizeof *to);

	for (size_t i = 0; i < rows; i++)
		fill_numbers(c, json_array_get(value, i), (struct place){.key = key, .i = i, .depth = 1}, to + i * cols,
		             cols);
	return (struct eh_stat_number_table){to, rows, cols};
}

struct eh_stat_number_table eh_stat_columns(struct eh_stat_call *c, const char *key, size_t rows, size_t most)
{
	struct eh_stat_number_table columns = {NULL, 0, 0};

	if (eh_stat_has(c, key) && rows > 0)
		columns = eh_stat_number_table(c, key, rows, most);
	double *to = eh_arena_zalloc(c->arena, rows * columns.rows + 1, sizeof *to);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns.rows; j++)
			to[i * columns.rows + j] = columns.at[j * rows + i];
	return (struct eh_stat_number_table){to, rows, columns.rows};
}

struct eh_stat_samples eh_stat_samples(struct eh_stat_call *c, const char *key, size_t min, size_t max)
{
	size_t rows;
	const json_t *value = look_array(c, key, min, max, &rows);
	struct eh_stat_numbers *to = eh_arena_zalloc(c->arena, rows + 1, sizeof *to);

	for (size_t i = 0; i < rows; i++) {
		struct place at = {.key = key, .i = i, .depth = 1};
		const json_t *row = json_array_get(value, i);

		to[i].n = array_length(c, row, at, 0, EH_STAT_LEN_MAX);
		to[i].at = eh_arena_zalloc(c->arena, to[i].n + 1, sizeof *to[i].at);
		fill_numbers(c, row, at, to[i].at, to[i].n);
	}
	return (struct eh_stat_samples){to, rows};
}

/* ---- 2x2 tables ---- */

static struct ehs_2x2 table_at(struct eh_stat_call *c, const json_t *value, struct place at)
{
	uint64_t cell[4] = {0};

	fill_counts(c, value, at, cell, array_length(c, value, at, 4, 4));
	if ((cell[0] + cell[1]) >> 63 != 0 || (cell[2] + cell[3]) >> 63 != 0)
		refuse_at(c, at, "a table of groups below 2^63");
	return (struct ehs_2x2){.prot = {cell[0] + cell[1], cell[0]}, .ref = {cell[2] + cell[3], cell[2]}};
}

struct ehs_2x2 eh_stat_2x2(struct eh_stat_call *c, const char *key)
{
	const json_t *value = look(c, key, "an array of 4 counts");

	return value != NULL ? table_at(c, value, (struct place){.key = key}) : (struct ehs_2x2){0};
}

struct eh_stat_2x2s eh_stat_strata(struct eh_stat_call *c, const char *key, size_t max)
{
	size_t n;
	const json_t *value = look_array(c, key, 1, max, &n);
	struct ehs_2x2 *to = eh_arena_zalloc(c->arena, n + 1, sizeof *to);

	for (size_t i = 0; i < n; i++)
		to[i] = table_at(c, json_array_get(value, i), (struct place){.key = key, .i = i, .depth = 1});
	return (struct eh_stat_2x2s){to, n};
}
