/*
 * fold_bench.c - what one decision costs from the server's message to its place in the cube: 4 attributes of 8 groups,
 * 16 strata, 3 models, a score with its histogram, 8 numeric features.
 *
 * The messages of a binary COPY are kept, and taken apart, checked and counted again and again, one step more each time;
 * what is printed is the median of rounds, and what each step added.  Examples and packing are gather's, not the fold's.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "source/cells.h"
#include "source/packing.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ROWS 8192
#define REPEAT 16
#define ROUNDS 15

static const char map_text[] =
	"source: fold\ntable: public.decision\ncolumns: {id: id, decided_at: at, decision: d, score: score}\nfavourable: ['0']\n"
	"score: {scale: 6}\n"
	"protected: [{name: a, column: a, reference: '1'}, {name: b, column: b, reference: '1'}, {name: c, column: c, reference: '1'}, "
	"{name: e, column: e, reference: '1'}]\nstrata: [{name: s, column: s}]\nlineage: [{role: model, column: m}]\n"
	"features: [{name: f1, column: f1, kind: numeric, scale: 4}, {name: f2, column: f2, kind: numeric, scale: 4}, "
	"{name: f3, column: f3, kind: numeric, scale: 4}, {name: f4, column: f4, kind: numeric, scale: 4}, "
	"{name: f5, column: f5, kind: numeric, scale: 4}, {name: f6, column: f6, kind: numeric, scale: 4}, "
	"{name: f7, column: f7, kind: numeric, scale: 4}, {name: f8, column: f8, kind: numeric, scale: 4}]\n";

static const char table_text[] =
	"CREATE TABLE public.decision (id bigint, at timestamptz, d int2, score float8, a int2, b int2, c int2, e int2, s int2, m int2,"
	" f1 float8, f2 float8, f3 float8, f4 float8, f5 float8, f6 float8, f7 float8, f8 float8);"
	"INSERT INTO public.decision SELECT i, timestamptz '2026-01-01' + i * interval '1 s', (random() < .1)::int, round(random()::numeric, 6),"
	" random() * 7, random() * 7, random() * 7, random() * 7, random() * 15, random() * 2, round(random()::numeric * 100, 4),"
	" round(random()::numeric, 4), round(random()::numeric, 4), round(random()::numeric, 4), round(random()::numeric, 4),"
	" round(random()::numeric, 4), round(random()::numeric, 4), round(random()::numeric, 4) FROM generate_series(1, 8192) AS i";

enum step { DECODED, CHECKED, CODED, COUNTED, STEPS };

static const char *const step_names[STEPS] = {"taken apart", "and checked", "and given its cell", "and counted"};

struct message {
	char *data;
	size_t n;
};

struct bench {
	struct eh_arena *arena;
	const struct eh_map *map;
	struct eh_packing *packing;
	struct message message[ROWS];
	struct eh_field *fields;
	struct eh_cells *cells;
	struct eh_cube *cube;
};

static void keep_messages(struct bench *b)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err = {0};
	int n = 0;

	eh_test_sql(pg, table_text);
	expect_rc(EH_OK, eh_map_parse(b->arena, "fold.yaml", map_text, strlen(map_text), &b->map, &err), &err);
	int64_t oid = eh_test_int8(pg, "SELECT 'public.decision'::regclass::oid::bigint");
	expect_rc(EH_OK, eh_packing_make(b->arena, pg, b->map, oid, &b->packing, &err), &err);
	const char *sql = eh_arena_printf(b->arena, "COPY (SELECT %s FROM public.decision) TO STDOUT (FORMAT binary)",
	                                  eh_packing_list(b->packing));
	expect_rc(EH_OK, eh_pg_copy_out_begin(pg, sql, &err), &err);
	for (struct message m;; n++) {
		expect_rc(EH_OK, eh_pg_copy_out_next(pg, &m.data, &m.n, &err), &err);
		if (m.data == NULL)
			break;
		if (n < ROWS)
			b->message[n] = m;
		else
			PQfreemem(m.data); /* the end's mark */
	}
	assert_true(n >= ROWS);
	b->fields = eh_arena_zalloc(b->arena, b->map->columns_n, sizeof *b->fields);
	b->cells = eh_cells_new(b->arena, b->map);
	b->cube = eh_cube_new(eh_cells_names(b->cells));
}

/* One row up to that step; what it gives is used, so that none of it can be left out. */
static uint64_t work(struct bench *b, const struct message *m, enum step step)
{
	struct eh_wire wire = {m->data, m->data + m->n, false};
	struct eh_row row = {.fields = b->fields, .utf8_known = true};
	static struct eh_decision decision;
	static struct eh_cube_row cell;
	struct eh_err err;

	(void)eh_packing_begin(&wire);
	eh_packing_read(b->packing, &wire, b->fields);
	if (step == DECODED)
		return (uint64_t)b->fields[0].integer;
	if (eh_decision_check(b->map, &row, &decision, NULL, &err) != EH_OK)
		fail_msg("%s", err.text);
	if (step == CHECKED)
		return (uint64_t)decision.at_us;
	eh_cells_row(b->cells, &decision, &cell);
	if (step == COUNTED)
		eh_cube_add(b->cube, &cell);
	return cell.stratum;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* This thread's own time: others may use the machine meanwhile. */
static double now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double measure(struct bench *b, enum step step)
{
	double ns[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double began = now_ns();
		uint64_t sum = 0;

		for (int k = 0; k < REPEAT; k++)
			for (int i = 0; i < ROWS; i++)
				sum += work(b, &b->message[i], step);
		ns[r] = (now_ns() - began) / ((double)ROWS * REPEAT);
		__asm__ volatile("" : : "r"(sum));
	}
	qsort(ns, ROUNDS, sizeof *ns, by_value);
	return ns[ROUNDS / 4]; /* of a machine that others use too, the quarter that was disturbed least */
}

int main(void)
{
	struct bench *b;
	double before = 0;

	if (eh_test_store_begin(NULL) != 0)
		return 3;
	b = eh_xmalloc(sizeof *b);
	*b = (struct bench){.arena = eh_arena_new()};
	keep_messages(b);
	for (enum step s = DECODED; s < STEPS; s++) {
		double ns = measure(b, s);

		printf("%-20s %6.1f ns a decision (+ %.1f)\n", step_names[s], ns, ns - before);
		before = ns;
	}
	printf("decode and fold one decision: %.1f ns (bar 60), %zu cells\n", before, eh_cube_cells(b->cube));
	for (int i = 0; i < ROWS; i++)
		PQfreemem(b->message[i].data);
	eh_cube_free(b->cube);
	eh_arena_free(b->arena);
	free(b);
	return eh_test_store_end(NULL);
}
