/*
 * live_bench.c - how soon a decision is tallied after it was committed, and how fast a backlog of the stream is counted.
 *
 * One session commits 500 transactions a second, each one row and synchronous; the store tells by NOTIFY when a commit
 * of gather is there.  What is printed runs from before the INSERT is sent until that notification has come: by
 * mode poll, woken by the owner's trigger, and by mode stream.  Then a backlog of transactions of 1,000 rows is read by
 * a client that does nothing but PQgetCopyData(), and by gather into the store, in turn.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "gather/gather.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define RATE 500
#define ROUNDS 3

static const char map_text[] =
	"source: %s\ntable: public.decision\nmode: %s\n"
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score}\nfavourable: ['0']\nscore: {scale: 4}\n"
	"protected:\n  - {name: sex, column: sex, reference: '1'}\n  - {name: age, column: age, reference: 40-64, bands: [25, 40, 65]}\n"
	"  - {name: race, column: race, reference: '1'}\nstrata: [{name: tier, column: tier}]\n"
	"features: [{name: f1, column: f1, kind: numeric, scale: 4}, {name: f2, column: f2, kind: numeric, scale: 4}]\n"
	"lineage: [{role: model, column: model}]\n";

static const char table_text[] =
	"CREATE TABLE public.decision (id bigint PRIMARY KEY, decided_at timestamptz, decision int2, score float8, sex int2, age int2,"
	" race int2, tier int2, model int2, f1 float8, f2 float8, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"
	"CREATE INDEX ON public.decision (evenhand_xid);"
	"CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS"
	" 'BEGIN PERFORM pg_notify(''evenhand_polled'', ''''); RETURN NULL; END';"
	"CREATE TRIGGER tell AFTER INSERT ON public.decision FOR EACH STATEMENT EXECUTE FUNCTION public.tell()";

static const char told_text[] =
	"CREATE FUNCTION public.tallied() RETURNS trigger LANGUAGE plpgsql AS"
	" 'BEGIN PERFORM pg_notify(''tallied'', (NEW.n_on_time + NEW.n_early + NEW.n_late)::text); RETURN NULL; END';"
	"CREATE TRIGGER tallied AFTER INSERT ON evenhand.gather_commit FOR EACH ROW EXECUTE FUNCTION public.tallied()";

#define ROW "now(), (random() < .1)::int, round(random()::numeric, 4), random(), 18 + random() * 60, random() * 3, random() * 3, 1," \
	    " round(random()::numeric, 4), round(random()::numeric, 4)"
#define COLUMNS "id, decided_at, decision, score, sex, age, race, tier, model, f1, f2"

static int rows = 2500;
static int64_t backlog = 200000, next_id = 1;

/* ---- a gather beside -------------------------------------------------------------------- */

struct follower {
	pthread_t thread;
	struct eh_arena *arena;
	const struct eh_map *map;
	struct eh_pg *store, *source;
	struct eh_gather_options options;
	struct eh_gather_result result;
	volatile sig_atomic_t stop;
	enum eh_rc rc;
	struct eh_err err;
};

static void open_follower(struct follower *f, const char *name, const char *mode)
{
	struct eh_err err = {0};
	char text[2048];

	*f = (struct follower){.arena = eh_arena_new()};
	f->store = eh_test_open(EH_STORE_WRITER);
	f->source = eh_test_open(EH_STORE_SOURCE);
	f->options = (struct eh_gather_options){.quiet = true, .poll_interval_ms = 1000, .commit_interval_ms = 1, .stop = &f->stop};
	snprintf(text, sizeof text, map_text, name, mode);
	expect_rc(EH_OK, eh_map_parse(f->arena, "live.yaml", text, strlen(text), &f->map, &err), &err);
}

static void close_follower(struct follower *f)
{
	eh_pg_close(f->store);
	eh_pg_close(f->source);
	eh_arena_free(f->arena);
}

static void *follow(void *arg)
{
	struct follower *f = arg;

	f->rc = eh_gather_run(f->store, f->source, f->map, &f->options, &f->result, &f->err);
	return NULL;
}

/* ---- what the store tells ----------------------------------------------------------------- */

struct listener {
	struct eh_pg *pg;
	int64_t *told_us; /* of the n-th row */
	int n, wanted;
	volatile bool done;
};

static void note(struct listener *l, int more)
{
	int64_t now = eh_time_steady_us();

	for (; more > 0 && l->n < l->wanted; more--)
		l->told_us[l->n++] = now;
}

static void *listen_for_rows(void *arg)
{
	struct listener *l = arg;
	PGconn *conn = eh_pg_conn(l->pg);

	while (l->n < l->wanted && !__atomic_load_n(&l->done, __ATOMIC_RELAXED)) {
		struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};

		(void)poll(&fd, 1, 100);
		if (PQconsumeInput(conn) == 0)
			break;
		for (PGnotify *notice; (notice = PQnotifies(conn)) != NULL; PQfreemem(notice))
			note(l, (int)strtol(notice->extra, NULL, 10));
	}
	return NULL;
}

/* ---- latency -------------------------------------------------------------------------------- */

static void insert_at_rate(int64_t *sent_us)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	int64_t due = eh_time_steady_us();
	char sql[512];

	for (int i = 0; i < rows; i++, due += EH_SECOND_US / RATE) {
		int64_t wait = due - eh_time_steady_us();
		struct timespec pause = {.tv_nsec = wait * 1000};

		if (wait > 0)
			(void)nanosleep(&pause, NULL);
		snprintf(sql, sizeof sql, "INSERT INTO public.decision (" COLUMNS ") SELECT %lld, " ROW, (long long)next_id++);
		sent_us[i] = eh_time_steady_us();
		PQclear(PQexec(eh_pg_conn(pg), sql));
	}
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void print_latency(const char *mode, int64_t *us, int n)
{
	qsort(us, (size_t)n, sizeof *us, by_value);
	printf("commit to tallied, %-6s %d transactions at %d a second: p50 %.2f ms, p99 %.2f ms (bar 10), worst %.2f ms\n", mode, n, RATE,
	       (double)us[n / 2] / 1e3, (double)us[n * 99 / 100] / 1e3, (double)us[n - 1] / 1e3);
}

static void wait_for_phase(const char *name)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	struct timespec pause = {.tv_nsec = 20000000};
	char sql[256];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM evenhand.source_state JOIN evenhand.source USING (source_id)"
	         " WHERE name = '%s' AND phase = 'live'", name);
	for (int i = 0; eh_test_int8(admin, sql) == 0; i++) {
		assert_true(i < 1500);
		(void)nanosleep(&pause, NULL);
	}
}

static void bench_latency(const char *name, const char *mode)
{
	int64_t *sent = eh_xmalloc((size_t)rows * sizeof *sent), *told = eh_xmalloc((size_t)rows * sizeof *told);
	struct listener l = {.pg = eh_test_open_admin(), .told_us = told, .wanted = rows};
	struct timespec pause = {.tv_sec = 1};
	struct follower f;
	pthread_t thread;

	open_follower(&f, name, mode);
	assert_int_equal(pthread_create(&f.thread, NULL, follow, &f), 0);
	wait_for_phase(name);
	(void)nanosleep(&pause, NULL); /* what it begins with is behind it */
	eh_test_sql(l.pg, "LISTEN tallied");
	assert_int_equal(pthread_create(&thread, NULL, listen_for_rows, &l), 0);
	insert_at_rate(sent);
	for (int i = 0; i < 100 && __atomic_load_n(&l.n, __ATOMIC_RELAXED) < rows; i++) {
		struct timespec look = {.tv_nsec = 100000000};

		(void)nanosleep(&look, NULL);
	}
	__atomic_store_n(&l.done, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(thread, NULL), 0);
	__atomic_store_n(&f.stop, 1, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(f.thread, NULL), 0);
	expect_rc(EH_OK, f.rc, &f.err);
	assert_int_equal(l.n, rows);
	for (int i = 0; i < rows; i++)
		told[i] -= sent[i];
	print_latency(mode, told, rows);
	eh_pg_close(l.pg);
	close_follower(&f);
	free(sent);
	free(told);
}

/* ---- a backlog of the stream ------------------------------------------------------------------ */

static void insert_backlog(void)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	char sql[1024];

	snprintf(sql, sizeof sql,
	         "DO $$ BEGIN FOR t IN 0 .. %lld LOOP INSERT INTO public.decision (" COLUMNS ") SELECT %lld + t * 1000 + i, " ROW
	         " FROM generate_series(0, 999) AS i; COMMIT; END LOOP; END $$",
	         (long long)(backlog / 1000 - 1), (long long)next_id);
	eh_test_sql(pg, sql);
	next_id += backlog;
}

static PGconn *open_replication(void)
{
	EH_PG_AUTO like = eh_test_open(EH_STORE_SOURCE);
	PQconninfoOption *given = PQconninfo(eh_pg_conn(like));
	const char *keyword[128], *value[128];
	int n = 0;

	for (PQconninfoOption *o = given; o->keyword != NULL; o++)
		if (o->val != NULL && strcmp(o->keyword, "replication") != 0) {
			keyword[n] = o->keyword;
			value[n++] = o->val;
		}
	keyword[n] = "replication";
	value[n++] = "database";
	keyword[n] = value[n] = NULL;
	PGconn *conn = PQconnectdbParams(keyword, value, 0);
	PQconninfoFree(given);
	if (PQstatus(conn) != CONNECTION_OK)
		fail_msg("%s", PQerrorMessage(conn));
	return conn;
}

/* Counts the inserts that pass and looks at nothing else; the slot is not moved on, so each round drops it. */
static double discard(int round)
{
	PGconn *conn = open_replication();
	int64_t began = eh_time_steady_us(), n = 0;
	char sql[256], *data;
	int got;

	snprintf(sql, sizeof sql, "START_REPLICATION SLOT bench_%d LOGICAL 0/0 (proto_version '1', publication_names 'evenhand_streamed', "
	         "binary 'true')", round);
	PQclear(PQexec(conn, sql));
	while (n < backlog && (got = PQgetCopyData(conn, &data, 0)) > 0) {
		n += data[0] == 'w' && got > 25 && data[25] == 'I';
		PQfreemem(data);
	}
	if (n != backlog)
		fail_msg("%s", PQerrorMessage(conn));
	double seconds = (double)(eh_time_steady_us() - began) / 1e6;
	PQfinish(conn);
	return seconds;
}

static double gather_backlog(void)
{
	struct follower f;

	open_follower(&f, "streamed", "stream");
	f.options.once = true;
	f.options.commit_interval_ms = 200; /* as it is by default */
	int64_t began = eh_time_steady_us();
	follow(&f);
	double seconds = (double)(eh_time_steady_us() - began) / 1e6;
	expect_rc(EH_OK, f.rc, &f.err);
	assert_int_equal(f.result.rows[0] + f.result.rows[1] + f.result.rows[2], backlog);
	close_follower(&f);
	return seconds;
}

static double middle(double *v)
{
	double low = v[0] < v[1] ? v[0] : v[1], high = v[0] < v[1] ? v[1] : v[0];

	return v[2] < low ? low : v[2] > high ? high : v[2];
}

static void bench_backlog(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	double bare[ROUNDS], gather[ROUNDS];
	char sql[128];

	for (int r = 0; r < ROUNDS; r++) {
		snprintf(sql, sizeof sql, "SELECT pg_create_logical_replication_slot('bench_%d', 'pgoutput')", r);
		eh_test_sql(admin, sql);
		insert_backlog();
		bare[r] = discard(r);
		gather[r] = gather_backlog();
		snprintf(sql, sizeof sql, "SELECT pg_drop_replication_slot('bench_%d') FROM pg_sleep(0.2)", r);
		eh_test_sql(admin, sql);
	}
	printf("backlog of %lld rows: discarded %.3f s (%.0f rows/s), gather %.3f s (%.0f rows/s), rate of gather / discarded %.2f (bar 0.95)\n",
	       (long long)backlog, middle(bare), (double)backlog / middle(bare), middle(gather), (double)backlog / middle(gather),
	       middle(bare) / middle(gather));
}

_Static_assert(ROUNDS == 3, "as middle() counts");

int main(int argc, char **argv)
{
	if (argc > 1)
		rows = (int)strtol(argv[1], NULL, 10);
	if (argc > 2)
		backlog = strtoll(argv[2], NULL, 10) / 1000 * 1000;
	if (rows < 100 || backlog < 1000 || eh_test_store_begin(NULL) != 0)
		return 3;
	eh_test_store_careful();
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO admin = eh_test_open_admin();
	eh_test_sql(source, table_text);
	eh_test_sql(admin, told_text);
	bench_latency("polled", "poll");
	bench_latency("streamed", "stream");
	bench_backlog();
	eh_pg_close(source);
	source = NULL;
	eh_pg_close(admin);
	admin = NULL;
	return eh_test_store_end(NULL);
}
