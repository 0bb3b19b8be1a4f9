/*
 * tracked_bench.c - what identity: tracked costs: gather's history with every id remembered, beside a COPY of the same columns.
 *
 * A private cluster of its own holds ROWS decisions (1,000,000, or the first argument) of 15 columns.  In one run, in
 * turn: binary COPY of the columns, discarded; the whole history into the store, each id looked up and remembered; the
 * same rows again, as after a rewrite of the table.  Prints the ratio that the bar is about (at least .08 of COPY's
 * rate) and the most memory that the client had.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/time.h"
#include "gather/gather.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ROUNDS 3
#define COLUMNS "id, decided_at, decision, score, sex, age, race, tier, channel, region, model, vendor, f1, f2, zip3"

static const char map_text[] =
	"source: bench_%d\ntable: public.decision\nfollow: no\nidentity: tracked\n"
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score}\nfavourable: [approve]\nscore: {scale: 4}\n"
	"protected:\n  - {name: sex, column: sex, reference: M}\n  - {name: age, column: age, reference: 40-64, bands: [25, 40, 65]}\n"
	"  - {name: race, column: race, reference: white}\n"
	"strata: [{name: tier, column: tier}, {name: channel, column: channel}, {name: region, column: region}]\n"
	"features: [{name: f1, column: f1, kind: numeric, scale: 4}, {name: f2, column: f2, kind: numeric, scale: 4}, "
	"{name: zip3, column: zip3, kind: categorical}]\n"
	"lineage: [{role: model, column: model}, {role: vendor, column: vendor}]\n";

static int64_t rows = 1000000;

static void make_table(void)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	char sql[2048];

	eh_test_sql(pg, "CREATE TABLE public.decision (id text, decided_at timestamptz, decision text, score float8, sex text,"
	                " age int, race text, tier text, channel text, region text, model text, vendor text, f1 float8, f2 float8,"
	                " zip3 text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id())");
	snprintf(sql, sizeof sql,
	         "INSERT INTO public.decision SELECT 'd' || lpad(i::text, 9, '0'), timestamptz '2026-01-01' + i * (interval '90 days' / %lld),"
	         " CASE WHEN random() < 0.1 THEN 'flag' ELSE 'approve' END, round(random()::numeric, 4), CASE WHEN random() < 0.5 THEN 'F'"
	         " ELSE 'M' END, 18 + (random() * 60)::int, (ARRAY['white', 'black', 'hispanic', 'asian'])[1 + (random() * 3)::int],"
	         " 'tier' || (random() * 3)::int, (ARRAY['web', 'agent'])[1 + (random())::int], 'region' || (random())::int,"
	         " 'model-' || i / 700000, 'vendor-a', round(random()::numeric * 100, 4), round(random()::numeric, 4),"
	         " lpad((random() * 99)::int::text, 3, '0') FROM generate_series(1, %lld) AS i",
	         (long long)rows, (long long)rows);
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

static double gather(int round, int64_t counted)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	const struct eh_map *map = NULL;
	struct eh_err err = {0};
	char text[2048];

	snprintf(text, sizeof text, map_text, round);
	expect_rc(EH_OK, eh_map_parse(arena, "bench.yaml", text, strlen(text), &map, &err), &err);
	int64_t began = eh_time_steady_us();
	expect_rc(EH_OK, eh_gather_run(store, source, map, &options, &result, &err), &err);
	assert_int_equal(result.rows[0] + result.rows[2], counted);
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

static void print_line(const char *what, double seconds)
{
	printf("%-44s %7.3f s  %9.0f rows/s\n", what, seconds, (double)rows / seconds);
}

static void print_bytes(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	double ids = (double)rows * ROUNDS;

	printf("bytes remembered of an id: payload %.0f, in the table %.0f, in its index %.0f\n",
	       (double)eh_test_int8(admin, "SELECT sum(length(payload))::bigint FROM evenhand.seen") / ids,
	       (double)eh_test_int8(admin, "SELECT pg_table_size('evenhand.seen')") / ids,
	       (double)eh_test_int8(admin, "SELECT pg_indexes_size('evenhand.seen')") / ids);
}

int main(int argc, char **argv)
{
	double copy[ROUNDS], first[ROUNDS], again[ROUNDS];
	struct rusage use;

	if (argc > 1)
		rows = strtoll(argv[1], NULL, 10);
	if (rows < 1000 || eh_test_store_begin(NULL) != 0)
		return 3;
	make_table();
	(void)copy_discarded(); /* warms the cache */
	for (int i = 0; i < ROUNDS; i++) {
		EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);

		copy[i] = copy_discarded();
		first[i] = gather(i + 1, rows);
		/* Every row was written again, as a restore or an update of the whole table does. */
		eh_test_sql(source, "UPDATE public.decision SET evenhand_xid = pg_current_xact_id()");
		eh_test_sql(source, "VACUUM public.decision");
		again[i] = gather(i + 1, 0);
	}
	print_line("binary COPY, discarded", median(copy));
	print_line("gather, every id remembered", median(first));
	print_line("gather, every id known", median(again));
	printf("rate of gather / COPY %.3f (bar at least .08); known ids %.3f\n", median(copy) / median(first), median(copy) / median(again));
	print_bytes();
	getrusage(RUSAGE_SELF, &use);
	printf("memory of the client at most %ld kB (bar 65536)\n", use.ru_maxrss);
	return eh_test_store_end(NULL);
}
