/*
 * gather_bench.c - what gather's history costs beside reading the same columns and throwing them away.
 *
 * A private cluster of its own holds ROWS decisions (2,000,000, or the first argument) of 15 columns over 90 days.
 * In one run, three times each in turn: binary COPY of the columns, discarded; gather's reader alone; gather's whole history into the store.  Prints the medians, the ratio that the bar is about
 * (gather / COPY, at most 1.3), and the bytes that the tallies take.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/time.h"
#include "gather/gather.h"
#include "source/poll.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ROUNDS 3
#define COLUMNS "id, decided_at, decision, score, sex, age, race, tier, channel, region, model, vendor, f1, f2, zip3"

static const char map_text[] =
	"source: bench_%d\ntable: public.decision\nfollow: no\n"
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score}\nfavourable: [approve]\nscore: {scale: 4}\n"
	"protected:\n  - {name: sex, column: sex, reference: M}\n  - {name: age, column: age, reference: 40-64, bands: [25, 40, 65]}\n"
	"  - {name: race, column: race, reference: white}\n"
	"strata: [{name: tier, column: tier}, {name: channel, column: channel}, {name: region, column: region}]\n"
	"features: [{name: f1, column: f1, kind: numeric, scale: 4}, {name: f2, column: f2, kind: numeric, scale: 4}, "
	"{name: zip3, column: zip3, kind: categorical}]\n"
	"lineage: [{role: model, column: model}, {role: vendor, column: vendor}]\n";

static int64_t rows = 2000000;

static void make_table(void)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	char sql[2048];

	eh_test_sql(pg, "CREATE TABLE public.decision (id text PRIMARY KEY, decided_at timestamptz, decision text, score float8, sex text,"
	                " age int, race text, tier text, channel text, region text, model text, vendor text, f1 float8, f2 float8,"
	                " zip3 text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id())");
	snprintf(sql, sizeof sql,
	         "INSERT INTO public.decision SELECT 'd' || lpad(i::text, 9, '0'), timestamptz '2026-01-01' + i * (interval '90 days' / 2000000),"
	         " CASE WHEN random() < 0.1 THEN 'flag' ELSE 'approve' END, round(random()::numeric, 4), CASE WHEN random() < 0.5 THEN 'F'"
	         " ELSE 'M' END, 18 + (random() * 60)::int, (ARRAY['white', 'black', 'hispanic', 'asian'])[1 + (random() * 3)::int],"
	         " 'tier' || (random() * 3)::int, (ARRAY['web', 'agent'])[1 + (random())::int], 'region' || (random())::int,"
	         " 'model-' || i / 700000, 'vendor-a', round(random()::numeric * 100, 4), round(random()::numeric, 4),"
	         " lpad((random() * 99)::int::text, 3, '0') FROM generate_series(1, %lld) AS i",
	         (long long)rows);
	eh_test_sql(pg, sql);
	eh_test_sql(pg, "CREATE INDEX ON public.decision (evenhand_xid)");
	eh_test_sql(pg, "VACUUM ANALYZE public.decision");
}

static double copy_discarded(void)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	int64_t began = eh_time_steady_us(), n = 0;
	struct eh_err err;
	char *data;
	size_t len;

	expect_rc(EH_OK, eh_pg_copy_out_begin(pg, "COPY (SELECT " COLUMNS " FROM public.decision) TO STDOUT (FORMAT binary)", &err), &err);
	for (;; n++) {
		expect_rc(EH_OK, eh_pg_copy_out_next(pg, &data, &len, &err), &err);
		if (data == NULL)
			break;
		PQfreemem(data);
	}
	assert_true(n >= rows);
	return (double)(eh_time_steady_us() - began) / 1e6;
}

static const struct eh_map *make_map(struct eh_arena *arena, int round)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};
	char text[2048];

	snprintf(text, sizeof text, map_text, round);
	expect_rc(EH_OK, eh_map_parse(arena, "bench.yaml", text, strlen(text), &map, &err), &err);
	return map;
}

static double read_alone(void)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO none = {0};
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_err err = {0};
	int64_t n = 0;

	expect_rc(EH_OK, eh_poll_open(arena, pg, make_map(arena, 0), &poll, &err), &err);
	int64_t began = eh_time_steady_us();
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	for (;; n++) {
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		if (row == NULL)
			break;
	}
	double seconds = (double)(eh_time_steady_us() - began) / 1e6;
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_poll_close(poll);
	assert_int_equal(n, rows);
	return seconds;
}

static double gather_history(int round)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};
	const struct eh_map *map = make_map(arena, round);
	int64_t began = eh_time_steady_us();

	expect_rc(EH_OK, eh_gather_run(store, source, map, &options, &result, &err), &err);
	assert_int_equal(result.rows[0], rows);
	return (double)(eh_time_steady_us() - began) / 1e6;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof *v, compare_doubles);
	return v[ROUNDS / 2];
}

static double client_cpu(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void print_line(const char *what, double seconds, double cpu)
{
	printf("%-34s %7.3f s  %9.0f rows/s  client %4.0f ns/row\n", what, seconds, (double)rows / seconds,
	       cpu / ROUNDS / (double)rows * 1e9);
}

static void print_bytes(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	double millions = (double)rows * ROUNDS / 1e6;

	printf("bytes per million decisions: blocks %.0f, examples %.0f, table of both with indexes %.0f\n",
	       (double)eh_test_int8(admin, "SELECT sum(length(block)) FROM evenhand.pane_delta") / millions,
	       (double)eh_test_int8(admin, "SELECT sum(length(examples)) FROM evenhand.pane_delta") / millions,
	       (double)eh_test_int8(admin, "SELECT pg_total_relation_size('evenhand.pane_delta')") / millions);
}

int main(int argc, char **argv)
{
	double copy[ROUNDS], reader[ROUNDS], gather[ROUNDS], cpu[4] = {0};
	struct rusage use;

	if (argc > 1)
		rows = strtoll(argv[1], NULL, 10);
	if (rows < 1000 || eh_test_store_begin(NULL) != 0)
		return 3;
	make_table();
	(void)copy_discarded(); /* warms the cache */
	for (int i = 0; i < ROUNDS; i++) {
		double at = client_cpu();

		copy[i] = copy_discarded();
		cpu[0] += client_cpu() - at;
		at = client_cpu();
		reader[i] = read_alone();
		cpu[1] += client_cpu() - at;
		at = client_cpu();
		gather[i] = gather_history(i + 1);
		cpu[2] += client_cpu() - at;
	}
	print_line("binary COPY, discarded", median(copy), cpu[0]);
	print_line("history's reader alone", median(reader), cpu[1]);
	print_line("gather, history into the store", median(gather), cpu[2]);
	printf("gather / COPY %.2f (bar 1.3)\n", median(gather) / median(copy));
	print_bytes();
	getrusage(RUSAGE_SELF, &use);
	printf("memory of the client at most %ld kB\n", use.ru_maxrss);
	return eh_test_store_end(NULL);
}
