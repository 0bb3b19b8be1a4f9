/*
 * cube_bench.c - what counting one decision costs: 4 attributes of 8 groups, 16
 * strata, 3 lineage sets, histogram, 8 numeric features; and what the packed
 * form of an hour of 4,630 such decisions costs; and offering an example id.  Prints
 * medians of rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cube/cube.h"
#include "cube/examples.h"

#define ATTRIBUTES 4
#define GROUPS 8
#define STRATA 16
#define SETS 3
#define NUMERIC 8
#define ROWS 8192 /* made once, counted again and again */
#define REPEAT 64
#define ROUNDS 9
#define PANE_ROWS 4630

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * UINT64_C(2685821657736338717) >> 16;
}

static const char *const labels[GROUPS] = {
	"F", "M", "White", "Black", "Hispanic", "African-American", "25-39", "40-64"};

/* What a reader holds of a decision; the cube's own row is filled anew for each, as gather does. */
struct drawn {
	uint8_t group[EH_CUBE_MAX_ATTRIBUTES];
	uint32_t stratum, lineage;
	int64_t score_q, numeric_q[NUMERIC];
	bool favourable, has_numeric[NUMERIC];
};

static void add(struct eh_cube *cube, struct eh_cube_row *row, const struct drawn *d)
{
	memcpy(row->group, d->group, sizeof d->group);
	row->stratum = d->stratum;
	row->lineage = d->lineage;
	row->favourable = d->favourable;
	row->has_score = true;
	row->score_q = d->score_q;
	memcpy(row->numeric_q, d->numeric_q, sizeof d->numeric_q);
	memcpy(row->has_numeric, d->has_numeric, sizeof d->has_numeric);
	eh_cube_add(cube, row);
}

static struct eh_cube_names *make_rows(struct eh_arena *home, struct drawn *rows)
{
	struct eh_cube_shape shape = {
		.attributes = ATTRIBUTES, .strata = 1, .roles = 1, .numeric = NUMERIC, .score = true};
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);

	for (int i = 0; i < ROWS; i++) {
		char text[32];

		for (int a = 0; a < ATTRIBUTES; a++) {
			const char *label = labels[draw() % GROUPS];

			rows[i].group[a] = eh_cube_group(names, (uint32_t)a, (struct eh_text){label, strlen(label)});
		}
		struct eh_text field = {text, (size_t)snprintf(text, sizeof text, "tier %d", (int)(draw() % STRATA))};
		rows[i].stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, &field, 1);
		field.n = (size_t)snprintf(text, sizeof text, "model-%d", (int)(draw() % SETS));
		rows[i].lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, &field, 1);
		rows[i].favourable = draw() % 10 != 0;
		rows[i].score_q = (int64_t)(draw() % 1000000);
		for (int f = 0; f < NUMERIC; f++) {
			rows[i].has_numeric[f] = draw() % 50 != 0;
			rows[i].numeric_q[f] = (int64_t)(draw() % 1000000000) - 500000000;
		}
	}
	return names;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_value);
	return values[ROUNDS / 2];
}

static void bench_add(struct eh_cube *cube, const struct drawn *rows)
{
	double ns[ROUNDS];
	struct eh_cube_row row = {0};

	for (int r = 0; r < ROUNDS; r++) {
		int64_t start = eh_time_steady_us();

		for (int k = 0; k < REPEAT; k++)
			for (int i = 0; i < ROWS; i++)
				add(cube, &row, &rows[i]);
		ns[r] = (double)(eh_time_steady_us() - start) * 1e3 / ((double)REPEAT * ROWS);
	}
	printf("add          %7.1f ns a decision (%zu cells)\n", median(ns), eh_cube_cells(cube));
}

static void bench_pane(struct eh_cube_names *names, const struct drawn *rows)
{
	double fill[ROUNDS], encode[ROUNDS], decode[ROUNDS], merge[ROUNDS], subtract[ROUNDS];
	struct eh_cube *pane = eh_cube_new(names), *window = eh_cube_new(names);
	EH_BUF_AUTO block = {0};
	struct eh_cube_row row = {0};
	struct eh_err err;

	for (int r = 0; r < ROUNDS; r++) {
		int64_t t[6];

		eh_cube_clear(pane);
		eh_buf_reset(&block);
		t[0] = eh_time_steady_us();
		for (int i = 0; i < PANE_ROWS; i++)
			add(pane, &row, &rows[i]);
		t[1] = eh_time_steady_us();
		eh_cube_encode(pane, &block);
		t[2] = eh_time_steady_us();
		EH_ASSERT(eh_cube_decode(window, block.data, block.len, &err) == EH_OK);
		t[3] = eh_time_steady_us();
		EH_ASSERT(eh_cube_merge(window, pane, &err) == EH_OK);
		t[4] = eh_time_steady_us();
		EH_ASSERT(eh_cube_subtract(window, pane, &err) == EH_OK);
		t[5] = eh_time_steady_us();
		fill[r] = (double)(t[1] - t[0]);
		encode[r] = (double)(t[2] - t[1]);
		decode[r] = (double)(t[3] - t[2]);
		merge[r] = (double)(t[4] - t[3]);
		subtract[r] = (double)(t[5] - t[4]);
	}
	printf("pane of %d: %zu cells, block of %zu bytes, %.1f a decision\n", PANE_ROWS, eh_cube_cells(pane), block.len,
	       (double)block.len / PANE_ROWS);
	printf("  fill       %7.0f us\n  encode     %7.0f us\n  decode     %7.0f us\n  merge      %7.0f us\n"
	       "  subtract   %7.0f us\n",
	       median(fill), median(encode), median(decode), median(merge), median(subtract));
	eh_cube_free(pane);
	eh_cube_free(window);
}

/* Ids go on being new, so the reservoirs are full and almost every one is turned away. */
static void bench_examples(struct eh_cube_names *names, const struct drawn *rows)
{
	static const unsigned char key[EH_EXAMPLES_KEY_BYTES];
	struct eh_examples *examples = eh_examples_new(names, key);
	double ns[ROUNDS];
	uint64_t next = 0;

	for (int r = 0; r < ROUNDS; r++) {
		int64_t start = eh_time_steady_us();

		for (int k = 0; k < REPEAT; k++)
			for (int i = 0; i < ROWS; i++, next++) {
				struct eh_text id = {(const char *)&next, sizeof next};

				eh_examples_add(examples, rows[i].group, rows[i].favourable, rows[i].lineage, id);
			}
		ns[r] = (double)(eh_time_steady_us() - start) * 1e3 / ((double)REPEAT * ROWS);
	}
	printf("examples     %7.1f ns a decision (%zu ids kept)\n", median(ns), eh_examples_n(examples));
	eh_examples_free(examples);
}

int main(void)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct drawn *rows = eh_arena_zalloc(home, ROWS, sizeof *rows);
	struct eh_cube_names *names = make_rows(home, rows);
	struct eh_cube *cube = eh_cube_new(names);

	bench_add(cube, rows);
	bench_examples(names, rows);
	bench_pane(names, rows);
	eh_cube_free(cube);
	return 0;
}
