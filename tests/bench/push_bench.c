/*
 * push_bench.c - what it costs to let the source's database count, beside SQL that an expert writes by hand for the same.
 *
 * A private cluster of its own holds ROWS decisions (1,000,000, or the first argument), 4,630 an hour, with four
 * attributes.  In one run, in turn: one statement that groups by hour, attributes and decision once, sums each
 * attribute's groups and rolls them over 24 hours by window functions, its result read by the client; and gather with
 * mode pushdown of a map that counts rates only: its reader alone, and the whole history into the store.  All have the
 * same work_mem.  Prints medians and ratios of wall and of processor time, which other work on the machine moves less.
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/time.h"
#include "gather/gather.h"
#include "source/push.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ROUNDS 7

static int64_t rows = 1000000;

static const char table_sql[] =
	"CREATE TABLE public.log (id bigint PRIMARY KEY, decided_at timestamptz NOT NULL, decision int2, sex int2, race int2, region int2,"
	" channel int2, score float8, f1 float8, f2 float8, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());";

static const char rows_sql[] =
	"INSERT INTO public.log SELECT i, timestamptz '2026-01-01' + i * (interval '90 days' / 10000000), (random() < 0.1)::int,"
	" (random() < 0.5)::int, random() * 3, random() * 3, random() * 2, random(), random(), random() FROM generate_series(1, $1::bigint) i";

static const char expert_sql[] =
	"WITH cell AS MATERIALIZED (SELECT date_bin('1 hour', decided_at, '2000-01-01 00:00:00+00') AS hour, sex, race, region, channel,"
	" count(*) AS n, count(*) FILTER (WHERE decision = 0) AS k FROM public.log GROUP BY 1, 2, 3, 4, 5),"
	" hourly AS (SELECT hour, 1 AS attribute, sex AS label, sum(n) AS n, sum(k) AS k FROM cell GROUP BY 1, 3"
	" UNION ALL SELECT hour, 2, race, sum(n), sum(k) FROM cell GROUP BY 1, 3"
	" UNION ALL SELECT hour, 3, region, sum(n), sum(k) FROM cell GROUP BY 1, 3"
	" UNION ALL SELECT hour, 4, channel, sum(n), sum(k) FROM cell GROUP BY 1, 3)"
	" SELECT hour, attribute, label, n::bigint, k::bigint, (sum(n) OVER day)::bigint, (sum(k) OVER day)::bigint FROM hourly"
	" WINDOW day AS (PARTITION BY attribute, label ORDER BY hour RANGE BETWEEN interval '23 hours' PRECEDING AND CURRENT ROW)";

static const char map_text[] =
	"source: push_%d\nmode: pushdown\ntable: public.log\nfollow: no\n"
	"columns: {id: id, decided_at: decided_at, decision: decision}\nfavourable: ['0']\n"
	"protected: [{name: sex, column: sex, reference: '1'}, {name: race, column: race, reference: '0'},"
	" {name: region, column: region, reference: '0'}, {name: channel, column: channel, reference: '0'}]\n";

static void make_table(void)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_err err;

	eh_test_sql(pg, table_sql);
	eh_pg_arg_int8(&args, rows);
	expect_rc(EH_OK, eh_pg_query_text(pg, rows_sql, &args, false, &res, &err), &err);
	eh_test_sql(pg, "CREATE INDEX ON public.log (evenhand_xid)");
	eh_test_sql(pg, "VACUUM ANALYZE public.log");
}

/* ---- what a piece of work took -------------------------------------------------------- */

struct cost {
	double wall, cpu; /* cpu: of the client, and of the servers behind its connections */
	double client, source, store;
};

static double cpu_of(struct eh_pg *pg)
{
	char path[64];
	unsigned long long ns = 0;

	if (pg == NULL)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/schedstat", PQbackendPID(eh_pg_conn(pg)));
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu", &ns) != 1)
		ns = 0;
	fclose(file);
	return (double)ns / 1e9;
}

static struct cost now(struct eh_pg *source, struct eh_pg *store)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	double own = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
	double s = cpu_of(source), t = cpu_of(store);
	return (struct cost){(double)eh_time_steady_us() / 1e6, own + s + t, own, s, t};
}

static struct cost since(struct cost from, struct eh_pg *source, struct eh_pg *store)
{
	struct cost to = now(source, store);

	return (struct cost){to.wall - from.wall, to.cpu - from.cpu, to.client - from.client, to.source - from.source,
	                     to.store - from.store};
}

/* ---- the work ------------------------------------------------------------------------- */

static struct cost by_expert(void)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_err err;

	eh_test_sql(pg, "SET work_mem = '64MB'; SET jit = off; SET max_parallel_workers_per_gather = 0");
	struct cost from = now(pg, NULL);
	expect_rc(EH_OK, eh_pg_query_text(pg, expert_sql, NULL, true, &res, &err), &err);
	assert_true(PQntuples(res) > 0);
	return since(from, pg, NULL);
}

static const struct eh_map *make_map(struct eh_arena *arena, int round)
{
	const struct eh_map *map;
	struct eh_err err;
	char text[1024];

	int n = snprintf(text, sizeof text, map_text, round);
	expect_rc(EH_OK, eh_map_parse(arena, "bench.yaml", text, (size_t)n, &map, &err), &err);
	return map;
}

static struct cost by_reader(void)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO place = {0};
	const struct eh_change *change;
	struct eh_source_reader *reader;
	struct eh_err err;
	uint64_t n = 0;
	struct cost from = now(pg, NULL);

	expect_rc(EH_OK, eh_push_reader_open(arena, pg, make_map(arena, 0), &reader, &err), &err);
	expect_rc(EH_OK, eh_reader_begin(reader, &place, &err), &err);
	for (;;) {
		expect_rc(EH_OK, eh_reader_next(reader, &change, &err), &err);
		if (change == NULL)
			break;
		n += change->kind == EH_CHANGE_ADD ? change->n : 0;
	}
	expect_rc(EH_OK, eh_reader_end(reader, &err), &err);
	struct cost cost = since(from, pg, NULL);
	eh_reader_close(reader);
	assert_int_equal(n, rows);
	return cost;
}

static struct cost by_gather(int round)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err;
	struct cost from = now(source, store);

	expect_rc(EH_OK, eh_gather_run(store, source, make_map(arena, round), &options, &result, &err), &err);
	struct cost cost = since(from, source, store);
	assert_int_equal(result.rows[0], rows);
	return cost;
}

/* ---- the table ------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double middle(const struct cost *costs, size_t field)
{
	double value[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		value[i] = *(const double *)((const char *)&costs[i] + field);
	qsort(value, ROUNDS, sizeof *value, ascending);
	return value[ROUNDS / 2];
}

static struct cost median(const struct cost *costs)
{
	return (struct cost){middle(costs, offsetof(struct cost, wall)), middle(costs, offsetof(struct cost, cpu)),
	                     middle(costs, offsetof(struct cost, client)), middle(costs, offsetof(struct cost, source)),
	                     middle(costs, offsetof(struct cost, store))};
}

static void print_line(const char *what, const struct cost *c, const struct cost *expert)
{
	printf("%-36s %7.3f %7.3f (%5.3f %5.3f %5.3f) %7.2f %5.2f\n", what, c->wall, c->cpu, c->client, c->source, c->store,
	       c->wall / expert->wall, c->cpu / expert->cpu);
}

static void measure(void **state)
{
	struct cost expert[ROUNDS], reader[ROUNDS], gather[ROUNDS];

	(void)state;
	make_table();
	(void)by_expert(); /* pages into memory */
	for (int i = 0; i < ROUNDS; i++) {
		expert[i] = by_expert();
		reader[i] = by_reader();
		gather[i] = by_gather(i + 1);
	}
	struct cost e = median(expert), r = median(reader), g = median(gather);
	printf("%lld rows, rates only, medians of %d\n", (long long)rows, ROUNDS);
	printf("%-36s %7s %7s (%5s %5s %5s) / expert: wall, cpu\n", "", "wall s", "cpu s", "own", "source", "store");
	print_line("expert SQL with window functions", &e, &e);
	print_line("pushdown, its reader alone", &r, &e);
	print_line("pushdown, gather into the store", &g, &e);
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	printf("bar: the last line's wall / expert <= 1.15; peak of memory of this client %ld MB\n", use.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};

	if (argc > 1)
		rows = strtoll(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
