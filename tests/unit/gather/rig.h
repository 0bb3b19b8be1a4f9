/*
 * rig.h - a decision log in a private cluster, and a gather over it: what the tests of this folder share.
 *
 * Threads  eh_rig_gather_begin() runs one gather in a thread of its own.
 */
#ifndef EH_TESTS_GATHER_RIG_H
#define EH_TESTS_GATHER_RIG_H

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "gather/clock.h"
#include "gather/gather.h"
#include "gather/recompute.h"
#include "source/panes.h"
#include "source/register.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define RIG_MAP(NAME, REST)                                                                                            \
	"source: " NAME "\ntable: public.decision\ncolumns: {id: id, decided_at: decided_at, decision: decision, score: score}\n" \
	"favourable: [yes]\nadverse: [no]\nscore: {scale: 3}\n"                                                          \
	"protected: [{name: sex, column: sex, reference: M}]\nstrata: [{name: tier, column: tier}]\n"                    \
	"features: [{name: zip, column: zip, kind: categorical}]\nlineage: [{role: model, column: model}]\n" REST

#define RIG_TABLE                                                                                                      \
	"CREATE TABLE public.decision (id text PRIMARY KEY, decided_at timestamptz, decision text, score float8, sex text," \
	" tier int, zip text, model text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"                     \
	"CREATE INDEX ON public.decision (evenhand_xid)"

/* Rows FROM .. TO, one a minute from the start of 2024 on, with every kind of value; every 50th cannot be used. */
#define RIG_ROWS(FROM, TO)                                                                                             \
	"INSERT INTO public.decision SELECT 'd' || i, timestamptz '2024-01-01 00:00:00+00' + i * interval '1 minute',"   \
	" CASE WHEN i % 50 = 0 THEN 'maybe' WHEN i % 3 = 0 THEN 'no' ELSE 'yes' END, (i % 100) / 100.0,"                 \
	" CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'F' ELSE 'M' END, i % 4, 'z' || i % 20, 'm' || i / 500"               \
	" FROM generate_series(" #FROM ", " #TO ") AS i"

static struct eh_arena *rig_arena;

static inline const struct eh_map *rig_map(const char *text)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_map_parse(rig_arena, "m.yaml", text, strlen(text), &map, &err), &err);
	return map;
}

static inline void rig_sql(const char *sql)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);

	eh_test_sql(pg, sql);
}

static inline int64_t rig_int8(const char *sql)
{
	EH_PG_AUTO pg = eh_test_open_admin();

	return eh_test_int8(pg, sql);
}

static inline enum eh_rc rig_gather(const struct eh_map *map, const struct eh_gather_options *options,
                                    struct eh_gather_result *result, struct eh_err *err)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);

	return eh_gather_run(store, source, map, options, result, err);
}

/* What is there now, in commits of that many rows. */
static inline struct eh_gather_result rig_gather_once(const struct eh_map *map, uint32_t commit_rows)
{
	struct eh_gather_options options = {.once = true, .quiet = true, .commit_rows = commit_rows};
	struct eh_gather_result result;
	struct eh_err err = {0};

	expect_rc(EH_OK, rig_gather(map, &options, &result, &err), &err);
	return result;
}

/* One commit of that many rows, as if the program was stopped after it. */
static inline void rig_gather_step(const struct eh_map *map, uint32_t commit_rows)
{
	static const volatile sig_atomic_t stop = 1;
	struct eh_gather_options options = {.quiet = true, .commit_rows = commit_rows, .stop = &stop};
	struct eh_gather_result result;
	struct eh_err err = {0};

	expect_rc(EH_OK, rig_gather(map, &options, &result, &err), &err);
}

static inline struct eh_recompute rig_recompute(const char *source)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_READER);
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_recompute r = {.from_us = INT64_MIN, .to_us = INT64_MAX};
	struct eh_source loaded;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_source_load(rig_arena, store, source, &loaded, &err), &err);
	expect_rc(EH_OK, eh_recompute_run(rig_arena, store, pg, &loaded, &r, &err), &err);
	return r;
}

/* The server computes the digests of commits and leaves from what is stored, by their definitions. */
static inline void rig_expect_digests(void)
{
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.gather_commit c WHERE digest <> (SELECT sha256(coalesce(string_agg("
	                          "int8send(pane_us) || CASE WHEN taken IS NULL THEN sha256(block)"
	                          " ELSE sha256('taken' || sha256(block) || sha256(taken)) END,"
	                          " '' ORDER BY pane_us), '')) FROM evenhand.pane_delta d"
	                          " WHERE d.source_id = c.source_id AND d.commit_no = c.commit_no)"), 0);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.batch b JOIN evenhand.ledger_leaf l USING (leaf_index) JOIN LATERAL"
	                          " (SELECT encode(sha256(string_agg(digest, '' ORDER BY commit_no)), 'hex') AS digest,"
	                          " sum(n_on_time)::text AS on_time, sum(n_late)::text AS late FROM evenhand.gather_commit c"
	                          " WHERE c.source_id = b.source_id AND c.commit_no BETWEEN b.first_commit AND b.last_commit) c ON true"
	                          " WHERE l.kind <> 'batch' OR l.body::jsonb->>'digest' <> c.digest"
	                          " OR l.body::jsonb->>'n_on_time' <> c.on_time OR l.body::jsonb->>'n_late' <> c.late"), 0);
}

/* Recompute finds nothing, and reads as many rows as the commits counted. */
static inline struct eh_sha256 rig_expect_equal(const char *source, int64_t rows)
{
	struct eh_recompute r = rig_recompute(source);
	char sql[256];

	assert_int_equal(r.differs_n, 0);
	assert_true(eh_sha256_equal(&r.stored, &r.found));
	assert_int_equal(r.rows, rows);
	snprintf(sql, sizeof sql,
	         "SELECT sum(n_on_time + n_early + n_late + n_set_aside)::bigint FROM evenhand.gather_commit"
	         " JOIN evenhand.source USING (source_id) WHERE name = '%s'", source);
	assert_int_equal(rig_int8(sql), rows);
	/* Every commit is covered by exactly one leaf. */
	snprintf(sql, sizeof sql,
	         "SELECT count(*) FROM evenhand.gather_commit c JOIN evenhand.source s USING (source_id) WHERE s.name = '%s'"
	         " AND 1 <> (SELECT count(*) FROM evenhand.batch b WHERE b.source_id = c.source_id"
	         " AND c.commit_no BETWEEN b.first_commit AND b.last_commit)", source);
	assert_int_equal(rig_int8(sql), 0);
	rig_expect_digests();
	return r.stored;
}

/* A gather that follows, in a thread. */
struct rig_follow {
	pthread_t thread;
	const struct eh_map *map;
	volatile sig_atomic_t stop;
	enum eh_rc rc;
	struct eh_err err;
	struct eh_gather_result result;
	struct eh_pg *store, *source;
};

static inline void *rig_follow_run(void *arg)
{
	struct rig_follow *f = arg;
	struct eh_gather_options options = {.quiet = true, .poll_interval_ms = 20, .commit_interval_ms = 5, .stop = &f->stop};

	f->rc = eh_gather_run(f->store, f->source, f->map, &options, &f->result, &f->err);
	return NULL;
}

static inline void rig_follow_begin(struct rig_follow *f, const struct eh_map *map)
{
	*f = (struct rig_follow){.map = map, .store = eh_test_open(EH_STORE_WRITER), .source = eh_test_open(EH_STORE_SOURCE)};
	assert_int_equal(pthread_create(&f->thread, NULL, rig_follow_run, f), 0);
}

static inline void rig_follow_end(struct rig_follow *f)
{
	__atomic_store_n(&f->stop, 1, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(f->thread, NULL), 0);
	eh_pg_close(f->store);
	eh_pg_close(f->source);
	expect_rc(EH_OK, f->rc, &f->err);
}

static inline int rig_begin(void **state)
{
	rig_arena = eh_arena_new();
	return eh_test_store_begin(state);
}

static inline int rig_end(void **state)
{
	eh_arena_free(rig_arena);
	return eh_test_store_end(state);
}

static inline int rig_reset(void **state)
{
	int rc = eh_test_store_reset(state);

	rig_sql(RIG_TABLE);
	return rc;
}

#endif
