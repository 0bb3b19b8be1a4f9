/*
 * gather_bench.c - what gather's history costs beside reading the same columns and throwing them away.
 *
 * A private cluster of its own holds ROWS decisions (1,000,000, or the first argument) of 15 columns, 4,630 an hour as 10 million in 90 days, twice:
 * as an analyst's table (bigint, smallint, float8) and as a log of texts.  In one run, in turn: binary COPY of the
 * columns by a client that does nothing but PQgetCopyData(), gather's reader alone, and gather's whole history into the
 * store, by one connection and by two.  Prints medians, the processor time a row of client,
 * source's server (the first connection) and store's server, the ratios that the bars are about, the bytes that the
 * tallies take, and the client's peak of memory.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/time.h"
#include "gather/gather.h"
#include "source/poll.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define ROUNDS 5
#define COLUMNS "id, decided_at, decision, score, sex, age, race, tier, channel, region, model, vendor, f1, f2, zip3"

enum work { COPIED, READ, GATHERED, BY_TWO, WORKS };

static const char *const work_names[WORKS] = {"binary COPY, discarded", "gather's reader alone", "gather into the store",
                                             "gather, two connections"};

/* One way of holding a decision. */
struct form {
	const char *name, *table, *columns, *rows;
	const char *favourable, *age, *reference;
};

static const struct form forms[] = {
	{"numbers", "typed",
         "id bigint PRIMARY KEY, decided_at timestamptz, decision int2, score float8, sex int2, age int2, race int2, tier int2, channel int2,"
	 " region int2, model int2, vendor int2, f1 float8, f2 float8, zip3 int2",
	 "i, timestamptz '2026-01-01' + i * (interval '90 days' / 10000000), (random() < 0.1)::int, round(random()::numeric, 4),"
	 " (random() < 0.5)::int, 18 + random() * 60, random() * 3, random() * 3, random(), random(), i / 700000, 1,"
	 " round(random()::numeric * 100, 4), round(random()::numeric, 4), random() * 99",
	 "'0'", "40-64", "'1'"},
	{"texts", "texts",
	 "id text PRIMARY KEY, decided_at timestamptz, decision text, score float8, sex text, age int, race text, tier text, channel text,"
	 " region text, model text, vendor text, f1 float8, f2 float8, zip3 text",
	 "'d' || lpad(i::text, 9, '0'), timestamptz '2026-01-01' + i * (interval '90 days' / 10000000),"
	 " CASE WHEN random() < 0.1 THEN 'flag' ELSE 'approve' END, round(random()::numeric, 4), CASE WHEN random() < 0.5 THEN 'F'"
	 " ELSE 'M' END, 18 + (random() * 60)::int, (ARRAY['white', 'black', 'hispanic', 'asian'])[1 + (random() * 3)::int],"
	 " 'tier' || (random() * 3)::int, (ARRAY['web', 'agent'])[1 + (random())::int], 'region' || (random())::int,"
	 " 'model-' || i / 700000, 'vendor-a', round(random()::numeric * 100, 4), round(random()::numeric, 4),"
	 " lpad((random() * 99)::int::text, 3, '0')",
	 "approve", "40-64", "M"},
};

static const char map_text[] =
	"source: bench_%s_%d_%d\ntable: public.%s\nfollow: no\n"
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score}\nfavourable: [%s]\nscore: {scale: 4}\n"
	"protected:\n  - {name: sex, column: sex, reference: %s}\n  - {name: age, column: age, reference: %s, bands: [25, 40, 65]}\n"
	"  - {name: race, column: race, reference: %s}\n"
	"strata: [{name: tier, column: tier}, {name: channel, column: channel}, {name: region, column: region}]\n"
	"features: [{name: f1, column: f1, kind: numeric, scale: 4}, {name: f2, column: f2, kind: numeric, scale: 4}, "
	"{name: zip3, column: zip3, kind: categorical}]\n"
	"lineage: [{role: model, column: model}, {role: vendor, column: vendor}]\n";

static int64_t rows = 1000000;

static void make_table(const struct form *form)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	char sql[2048];

	snprintf(sql, sizeof sql, "CREATE TABLE public.%s (%s, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id())", form->table,
	         form->columns);
	eh_test_sql(pg, sql);
	snprintf(sql, sizeof sql, "INSERT INTO public.%s SELECT %s FROM generate_series(1, %lld) AS i", form->table, form->rows,
	         (long long)rows);
	eh_test_sql(pg, sql);
	snprintf(sql, sizeof sql, "CREATE INDEX ON public.%s (evenhand_xid)", form->table);
	eh_test_sql(pg, sql);
	snprintf(sql, sizeof sql, "VACUUM ANALYZE public.%s", form->table);
	eh_test_sql(pg, sql);
}

/* ---- what a piece of work took -------------------------------------------------------- */

struct cost {
	double wall, client, source, store;
	double peak_mb; /* of the client's memory meanwhile */
};

/* The kernel forgets the peak so far, and says what it was since. */
static void forget_peak(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "w");

	if (file == NULL)
		return;
	fputs("5", file);
	fclose(file);
}

static double peak_mb(void)
{
	char line[256];
	double kb = 0;
	FILE *file = fopen("/proc/self/status", "r");

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtod(line + 6, NULL);
	if (file != NULL)
		fclose(file);
	return kb / 1024;
}

static double client_cpu(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* What the process behind a connection has used so far. */
static double server_cpu(struct eh_pg *pg)
{
	char path[64];
	unsigned long long ns = 0;

	snprintf(path, sizeof path, "/proc/%d/schedstat", PQbackendPID(eh_pg_conn(pg)));
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu", &ns) != 1)
		ns = 0;
	fclose(file);
	return (double)ns / 1e9;
}

static struct cost begin_cost(struct eh_pg *source, struct eh_pg *store)
{
	return (struct cost){(double)eh_time_steady_us() / 1e6, client_cpu(), server_cpu(source), store != NULL ? server_cpu(store) : 0, 0};
}

static struct cost end_cost(struct cost from, struct eh_pg *source, struct eh_pg *store)
{
	struct cost to = begin_cost(source, store);

	return (struct cost){to.wall - from.wall, to.client - from.client, to.source - from.source, to.store - from.store, peak_mb()};
}

/* ---- the work ------------------------------------------------------------------------- */

/* The minimal client: libpq's own call and nothing else. */
static struct cost copy_discarded(const struct form *form)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	PGconn *conn = eh_pg_conn(pg);
	struct cost from = begin_cost(pg, NULL);
	int64_t n = 0;
	char sql[512], *data;

	snprintf(sql, sizeof sql, "COPY (SELECT " COLUMNS " FROM public.%s) TO STDOUT (FORMAT binary)", form->table);
	PQclear(PQexec(conn, sql));
	for (; PQgetCopyData(conn, &data, 0) > 0; n++)
		PQfreemem(data);
	struct cost cost = end_cost(from, pg, NULL);
	assert_true(n >= rows);
	return cost;
}

static const struct eh_map *make_map(struct eh_arena *arena, const struct form *form, int round, enum work work)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};
	char text[2048];

	snprintf(text, sizeof text, map_text, form->table, round, (int)work, form->table, form->favourable, form->reference, form->age,
	         form->reference);
	expect_rc(EH_OK, eh_map_parse(arena, "bench.yaml", text, strlen(text), &map, &err), &err);
	return map;
}

static struct cost read_alone(const struct form *form)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO none = {0};
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_err err = {0};
	int64_t n = 0;

	expect_rc(EH_OK, eh_poll_open(arena, pg, make_map(arena, form, 0, READ), &poll, &err), &err);
	struct cost from = begin_cost(pg, NULL);
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	for (;; n++) {
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		if (row == NULL)
			break;
	}
	struct cost cost = end_cost(from, pg, NULL);
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_poll_close(poll);
	assert_int_equal(n, rows);
	return cost;
}

static struct cost gather_history(const struct form *form, int round, enum work work)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	struct eh_gather_options options = {.once = true, .quiet = true, .connections = work == BY_TWO ? 2 : 1};
	struct eh_gather_result result;
	struct eh_err err = {0};
	const struct eh_map *map = make_map(arena, form, round, work);
	forget_peak();
	struct cost from = begin_cost(source, store);

	expect_rc(EH_OK, eh_gather_run(store, source, map, &options, &result, &err), &err);
	struct cost cost = end_cost(from, source, store);
	assert_int_equal(result.rows[0], rows);
	return cost;
}

/* ---- the table ------------------------------------------------------------------------- */

static int by_wall(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	return (x->wall > y->wall) - (x->wall < y->wall);
}

static struct cost median(struct cost *costs)
{
	qsort(costs, ROUNDS, sizeof *costs, by_wall);
	return costs[ROUNDS / 2];
}

static void print_line(const char *what, struct cost c)
{
	double ns = 1e9 / (double)rows;

	printf("  %-28s %6.3f s %9.0f rows/s   ns a row: client %4.0f, source %4.0f, store %4.0f   %3.0f MB\n", what, c.wall,
	       (double)rows / c.wall, c.client * ns, c.source * ns, c.store * ns, c.peak_mb);
}

static void print_bytes(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	double millions = (double)eh_test_int8(admin, "SELECT sum(n) FROM evenhand.pane_delta") / 1e6;

	printf("bytes per million decisions: blocks %.0f, examples %.0f, table of both with indexes %.0f\n",
	       (double)eh_test_int8(admin, "SELECT sum(length(block)) FROM evenhand.pane_delta") / millions,
	       (double)eh_test_int8(admin, "SELECT sum(length(examples)) FROM evenhand.pane_delta") / millions,
	       (double)eh_test_int8(admin, "SELECT pg_total_relation_size('evenhand.pane_delta')") / millions);
}

static void bench_form(const struct form *form)
{
	struct cost costs[WORKS][ROUNDS], middle[WORKS];

	make_table(form);
	(void)copy_discarded(form); /* warms the cache */
	for (int i = 0; i < ROUNDS; i++) {
		costs[COPIED][i] = copy_discarded(form);
		costs[READ][i] = read_alone(form);
		for (enum work w = GATHERED; w < WORKS; w++)
			costs[w][i] = gather_history(form, i, w);
	}
	printf("%s: %lld rows of 15 columns\n", form->name, (long long)rows);
	for (int w = 0; w < WORKS; w++) {
		middle[w] = median(costs[w]);
		print_line(work_names[w], middle[w]);
	}
	printf("  gather / COPY %.2f (bar 0.80)   two / one %.2f (bar 1.7)\n",
	       middle[GATHERED].wall / middle[COPIED].wall, middle[GATHERED].wall / middle[BY_TWO].wall);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rows = strtoll(argv[1], NULL, 10);
	if (rows < 1000 || eh_test_store_begin(NULL) != 0)
		return 3;
	eh_test_store_careful();
	for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
		bench_form(&forms[f]);
	print_bytes();
	return eh_test_store_end(NULL);
}
