/*
 * stream_rig.h - a log that is followed by logical replication, and what its tallies are held against.
 *
 * Threads  as rig.h.
 */
#ifndef EH_TESTS_GATHER_STREAM_RIG_H
#define EH_TESTS_GATHER_STREAM_RIG_H

#include "tests/unit/gather/rig.h"

#define STREAM(REST) RIG_MAP("log", "mode: stream\n" REST)

/* The server takes a moment to notice that a reader has ended, and until then its slot is in use. */
#define SLOTS_ARE_FREE                                                                                          \
	"DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_replication_slots WHERE active) LOOP PERFORM pg_sleep(.02); " \
	"END LOOP; END $$;"

/* What the server keeps of the test before: the slot and the publication are in no schema. */
static inline int fresh(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	eh_test_sql(admin, SLOTS_ARE_FREE);
	eh_test_sql(admin, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;"
	                   "DROP PUBLICATION IF EXISTS evenhand_log");
	return rig_reset(state);
}

static inline void as_admin(const char *sql)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	eh_test_sql(admin, sql);
}

static inline int64_t one(const char *sql)
{
	return rig_int8(sql);
}

/* The tally digest that a poll of the same rows comes to, counted into a source of its own. */
static inline struct eh_sha256 polled(void)
{
	static int number;
	char name[32], text[2048];

	(void)snprintf(name, sizeof name, "again%d", number++);
	(void)snprintf(text, sizeof text, "%s", RIG_MAP("log", ""));
	char *at = strstr(text, "source: log");
	char rest[2048];
	(void)snprintf(rest, sizeof rest, "%s", at + strlen("source: log"));
	(void)snprintf(at, sizeof text - (size_t)(at - text), "source: %s%s", name, rest);
	(void)rig_gather_once(rig_map(text), 0);
	return rig_recompute(name).stored;
}

static inline struct eh_sha256 stored(const char *name)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_READER);
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_source source;
	struct eh_sha256 digest;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_source_load(arena, store, name, &source, &err), &err);
	struct eh_cells *cells = eh_cells_new(arena, source.map);
	expect_rc(EH_OK, eh_panes_load_dictionary(store, source.id, cells, &err), &err);
	expect_rc(EH_OK, eh_panes_digest(store, source.id, eh_cells_names(cells), &digest, &err), &err);
	return digest;
}

static inline void expect_as_polled(void)
{
	struct eh_sha256 want = polled(), got = stored("log");

	assert_true(eh_sha256_equal(&want, &got));
	rig_expect_digests();
}

static inline void expect_recomputed(void)
{
	struct eh_recompute r = rig_recompute("log");

	assert_int_equal(r.differs_n, 0);
	assert_true(eh_sha256_equal(&r.stored, &r.found));
}

#endif
