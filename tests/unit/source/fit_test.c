/*
 * fit_test.c - what doctor says of a source is what the server does: every set-up is tried by INSERT, UPDATE and DELETE.
 */
#include <stdlib.h>
#include <string.h>

#include "source/fit.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

#define MAP_HEAD "source: log\ntable: pub.decision\n"
#define MAP_TAIL                                                                                                       \
	"columns: {id: id, decided_at: decided_at, decision: decision}\nfavourable: [yes]\n"                             \
	"protected: [{name: sex, column: sex, reference: M}]\n"

static struct eh_arena *arena;
static struct eh_pg *admin;

static const struct eh_map *map_of(const char *middle)
{
	const struct eh_map *map;
	struct eh_err err;
	const char *text = eh_arena_printf(arena, MAP_HEAD "%s" MAP_TAIL, middle);

	expect_rc(EH_OK, eh_map_parse(arena, "map", text, strlen(text), &map, &err), &err);
	return map;
}

static int begin(void **state)
{
	if (eh_test_store_begin(state) != 0)
		return -1;
	arena = eh_arena_new();
	admin = eh_test_open_admin();
	eh_test_sql(admin, "CREATE ROLE pub_owner LOGIN; CREATE ROLE reads_log LOGIN; GRANT CREATE ON DATABASE evenhand TO pub_owner;"
	                   "GRANT CONNECT ON DATABASE evenhand TO pub_owner, reads_log");
	return 0;
}

static int end(void **state)
{
	eh_pg_close(admin);
	eh_arena_free(arena);
	return eh_test_store_end(state);
}

static int reset(void **state)
{
	(void)state;
	eh_test_sql(admin, "RESET ROLE; DROP SCHEMA IF EXISTS pub CASCADE;"
	                   "DO $$ DECLARE p name; BEGIN FOR p IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', p);"
	                   " END LOOP; END $$; CREATE SCHEMA pub AUTHORIZATION pub_owner; ALTER ROLE reads_log NOREPLICATION NOBYPASSRLS");
	return 0;
}

#define COLUMNS "id text, decided_at timestamptz, decision text, sex text, note text"
#define STREAM .mode = EH_MAP_MODE_STREAM
#define PLAIN "SET ROLE pub_owner; CREATE TABLE pub.decision (" COLUMNS ", PRIMARY KEY (id)); RESET ROLE"
#define PARTITIONED                                                                                                    \
	"SET ROLE pub_owner; CREATE TABLE pub.decision (" COLUMNS ", PRIMARY KEY (id)) PARTITION BY HASH (id);"             \
	"CREATE TABLE pub.decision_0 (note text, sex text, decision text, decided_at timestamptz, id text NOT NULL);"        \
	"ALTER TABLE pub.decision ATTACH PARTITION pub.decision_0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);"                 \
	"CREATE TABLE pub.decision_1 PARTITION OF pub.decision FOR VALUES WITH (MODULUS 2, REMAINDER 1); RESET ROLE"

static struct eh_fit *look(const struct eh_map *map, struct eh_fit_wish wish, const char *role)
{
	struct eh_fit *fit = eh_arena_zalloc(arena, 1, sizeof *fit);
	struct eh_err err;

	eh_test_sql(admin, eh_arena_printf(arena, "SET ROLE %s", role));
	expect_rc(EH_OK, eh_fit_look(arena, admin, map, &wish, fit, &err), &err);
	eh_test_sql(admin, "RESET ROLE");
	return fit;
}

static const struct eh_fit_line *failing(const struct eh_fit *fit, const char *what)
{
	for (size_t i = 0; i < fit->n; i++)
		if (fit->line[i].state == EH_FIT_FAILS && strcmp(fit->line[i].what, what) == 0)
			return &fit->line[i];
	return NULL;
}

static bool runs(const char *sql)
{
	struct eh_err err;

	return eh_pg_exec_script(admin, sql, &err) == EH_OK;
}

/* As the owner: two rows, so that both partitions have some. */
static bool publisher_works(void)
{
	bool inserted = runs("BEGIN; SET LOCAL ROLE pub_owner; INSERT INTO pub.decision (id, decided_at, decision, sex)"
	                     " SELECT 'a' || i, now(), 'yes', 'M' FROM generate_series(1, 20) i; COMMIT");
	if (!inserted)
		eh_test_sql(admin, "ROLLBACK");
	bool updated = runs("BEGIN; SET LOCAL ROLE pub_owner; UPDATE pub.decision SET note = 'x'; COMMIT");
	if (!updated)
		eh_test_sql(admin, "ROLLBACK");
	bool deleted = runs("BEGIN; SET LOCAL ROLE pub_owner; DELETE FROM pub.decision; COMMIT");
	if (!deleted)
		eh_test_sql(admin, "ROLLBACK");
	assert_true(inserted); /* no publication stands against inserts */
	return updated && deleted;
}

/* Every combination: doctor finds fault with exactly those under which the publisher's own statements fail. */
static void verdicts_are_the_server_s(void **state)
{
	static const char *const identities[] = {"DEFAULT", "NOTHING", "FULL", "USING INDEX other_key"};
	static const char *const keys[] = {"SELECT 1", "ALTER TABLE pub.decision DROP CONSTRAINT decision_pkey"};
	static const char *const lists[] = {"", "(id, decided_at, decision, sex)", "(decided_at, decision, sex)"};
	static const char *const filters[] = {"", "WHERE (id <> 'q')", "WHERE (sex = 'M')"};
	static const char *const published[] = {"insert", "insert, update", "insert, delete", "insert, update, delete, truncate"};
	const struct eh_map *map = map_of("");
	int combinations = 0, broken = 0;

	(void)state;
	for (int partitioned = 0; partitioned < 2; partitioned++)
		for (int all = 0; all < 4 * 2 * 3 * 3 * 4; all++) {
			int identity = all % 4, key = all / 4 % 2, list = all / 8 % 3, filter = all / 24 % 3, what = all / 72;
			const char *leaves[] = {partitioned ? "decision_0" : "decision", "decision_1"};

			if (what == 1 && filter > 0)
				continue; /* as update and delete together */
			reset(NULL);
			eh_test_sql(admin, partitioned ? PARTITIONED : PLAIN);
			assert_true(runs(keys[key]));
			for (int i = 0; i <= partitioned; i++) {
				if (identity == 3)
					eh_test_sql(admin, eh_arena_printf(arena, "ALTER TABLE pub.%s ALTER sex SET NOT NULL, ALTER id SET NOT NULL;"
					                                   " CREATE UNIQUE INDEX %s ON pub.%s (id, sex)", leaves[i],
					                                   i == 0 ? "other_key" : "other_key1", leaves[i]));
				eh_test_sql(admin, eh_arena_printf(arena, "ALTER TABLE pub.%s REPLICA IDENTITY %s%s", leaves[i], identities[identity],
				                                   identity == 3 && i == 1 ? "1" : ""));
			}
			eh_test_sql(admin, eh_arena_printf(arena, "CREATE PUBLICATION p FOR TABLE pub.decision %s %s WITH (publish = '%s',"
			                                   " publish_via_partition_root = %s)", lists[list], filters[filter], published[what],
			                                   partitioned ? "true" : "false"));
			bool accepted = failing(look(map, eh_fit_wish_of(map), "reads_log"), "publisher") == NULL, works = publisher_works();

			if (accepted != works)
				print_error("identity %s, key %d, list %s, filter %s, publish %s, partitioned %d: works %d\n", identities[identity],
				            key, lists[list], filters[filter], published[what], partitioned, works);
			assert_int_equal(accepted, works);
			combinations++;
			broken += !works;
		}
	print_message("%d combinations, %d of them break the publisher\n", combinations, broken);
	assert_true(broken > 50 && broken < combinations - 50);
}

/* Runs what was printed for one of the two, statement by statement, as psql does. */
static void apply(const char *sql, const char *heading, const char *role)
{
	char *text = eh_arena_strdup(arena, sql), *rest = NULL;
	EH_BUF_AUTO statement = {0};
	bool ours = false;

	eh_test_sql(admin, eh_arena_printf(arena, "SET ROLE %s", role));
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "-- as ", 6) == 0)
			ours = strncmp(line, heading, strlen(heading)) == 0;
		if (!ours || strncmp(line, "--", 2) == 0)
			continue;
		eh_buf_printf(&statement, "%s\n", line);
		if (line[strlen(line) - 1] != ';')
			continue;
		eh_test_sql(admin, statement.data);
		eh_buf_reset(&statement);
	}
	assert_int_equal(statement.len, 0);
	eh_test_sql(admin, "RESET ROLE");
}

static void expect_fit(const struct eh_fit *fit)
{
	for (size_t i = 0; i < fit->n; i++)
		if (fit->line[i].state == EH_FIT_FAILS)
			print_error("%s: %s\n", fit->line[i].what, fit->line[i].found);
	assert_false(fit->unfit);
}

/* Nothing fits at first; what is printed is run by those it names; then all holds, nothing more is printed, and the
 * publisher works. */
static void mends_map(const char *table, const struct eh_map *map, struct eh_fit_wish wish)
{

	eh_test_sql(admin, table);
	struct eh_fit *before = look(map, wish, "reads_log");
	assert_true(before->unfit);
	apply(before->sql, "-- as a superuser", "evenhand_admin");
	apply(before->sql, "-- as the owner", "pub_owner");
	struct eh_fit *after = look(map, (struct eh_fit_wish){.mode = wish.mode, .corrections = wish.corrections}, "reads_log");
	expect_fit(after);
	assert_true(publisher_works());
	if (wish.mode == EH_MAP_MODE_STREAM) {
		assert_string_equal(after->sql, "");
		assert_null(after->hinders[EH_FIT_STREAM]);
	}
}

static void mends(const char *table, struct eh_fit_wish wish)
{
	mends_map(table, map_of(""), wish);
}

static void printed_sql_mends_a_plain_table(void **state)
{
	(void)state;
	mends(PLAIN, (struct eh_fit_wish){STREAM});
	reset(NULL);
	mends(PLAIN, (struct eh_fit_wish){STREAM, .corrections = true});
	reset(NULL);
	mends(PLAIN, (struct eh_fit_wish){STREAM, .where = "sex IS NOT NULL"});
	reset(NULL);
	mends("CREATE TABLE pub.decision (" COLUMNS "); ALTER TABLE pub.decision OWNER TO pub_owner", 
	      (struct eh_fit_wish){STREAM, .corrections = true});
	reset(NULL);
	mends(PLAIN, (struct eh_fit_wish){.mode = EH_MAP_MODE_POLL});
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM pg_trigger WHERE tgname = 'evenhand_tell'"), 1);
}

static bool prints_a_notifier(const char *identity)
{
	return strstr(look(map_of(identity), (struct eh_fit_wish){.mode = EH_MAP_MODE_POLL}, "reads_log")->sql, "pg_notify") != NULL;
}

/* What notifies already, as import made it or as it was printed, is not asked for again; of a longer name it is. */
static void a_trigger_that_notifies_is_enough(void **state)
{
	(void)state;
	eh_test_sql(admin, PLAIN);
	eh_test_sql(admin, "CREATE FUNCTION pub.notify() RETURNS trigger LANGUAGE plpgsql AS"
	                   " $$ BEGIN PERFORM pg_notify(TG_ARGV[0], ''); RETURN NULL; END $$;"
	                   "CREATE TRIGGER evenhand_notify AFTER INSERT ON pub.decision FOR EACH STATEMENT"
	                   " EXECUTE FUNCTION pub.notify('evenhand_logs')");
	assert_true(prints_a_notifier(""));
	eh_test_sql(admin, "CREATE OR REPLACE TRIGGER evenhand_notify AFTER INSERT ON pub.decision FOR EACH STATEMENT"
	                   " EXECUTE FUNCTION pub.notify('evenhand_log')");
	assert_false(prints_a_notifier(""));
	assert_true(prints_a_notifier("identity: tracked\n")); /* updates are to be heard of too */
	eh_test_sql(admin, "ALTER TABLE pub.decision DISABLE TRIGGER evenhand_notify");
	assert_true(prints_a_notifier(""));
	apply(look(map_of("identity: tracked\n"), (struct eh_fit_wish){.mode = EH_MAP_MODE_POLL}, "reads_log")->sql, "-- as the owner",
	      "pub_owner");
	assert_false(prints_a_notifier("identity: tracked\n"));
}

/* Where rows are tracked, a corrected row gets a new transaction id, and is read again. */
static void printed_sql_renews_corrected_rows(void **state)
{
	(void)state;
	mends_map("SET ROLE pub_owner; CREATE TABLE pub.decision (" COLUMNS ", PRIMARY KEY (id), evenhand_xid xid8 NOT NULL DEFAULT "
	          "pg_current_xact_id()); CREATE INDEX ON pub.decision (evenhand_xid); RESET ROLE",
	          map_of("identity: tracked\n"), (struct eh_fit_wish){.mode = EH_MAP_MODE_POLL});
	eh_test_sql(admin, "INSERT INTO pub.decision (id) VALUES ('r')");
	eh_test_sql(admin, "CREATE TABLE pub.was AS SELECT evenhand_xid FROM pub.decision; UPDATE pub.decision SET note = 'y'");
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM pub.decision d JOIN pub.was w ON d.evenhand_xid > w.evenhand_xid"), 1);
	reset(NULL);
	mends_map(PLAIN, map_of("identity: tracked\n"), (struct eh_fit_wish){.mode = EH_MAP_MODE_POLL}); /* by xmin: no column */
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM pg_attribute WHERE attname = 'evenhand_xid'"
	                                     " AND attrelid = 'pub.decision'::regclass"), 0);
}

/* Outcomes in a table of their own: both are looked at, and both are mended. */
static void printed_sql_mends_two_tables(void **state)
{
	const struct eh_map *map = map_of("identity: tracked\noutcomes: {table: pub.outcome, id: id, outcome: harm}\n"
	                                  "outcome: {adverse: [\"1\"]}\n");

	(void)state;
	eh_test_sql(admin, "SET ROLE pub_owner; CREATE TABLE pub.outcome (id text PRIMARY KEY, harm text); RESET ROLE");
	mends_map(PLAIN, map, (struct eh_fit_wish){.mode = EH_MAP_MODE_POLL});
	assert_true(eh_test_int8(admin, "SELECT has_table_privilege('reads_log', 'pub.outcome', 'SELECT')::int") == 1);
	eh_test_sql(admin, "DROP TABLE pub.outcome");
	assert_non_null(failing(look(map, eh_fit_wish_of(map), "reads_log"), "table"));
}

static void printed_sql_mends_a_partitioned_table(void **state)
{
	(void)state;
	mends(PARTITIONED, (struct eh_fit_wish){STREAM});
	reset(NULL);
	mends(PARTITIONED, (struct eh_fit_wish){STREAM, .corrections = true});
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM pg_class WHERE relreplident = 'f' AND relname LIKE 'decision%'"), 3);
	reset(NULL);
	mends(PARTITIONED, (struct eh_fit_wish){.mode = EH_MAP_MODE_PUSHDOWN});
}

/* A publication that was right for inserts is made anew where corrections are asked for later. */
static void a_publication_is_changed_without_a_moment_that_breaks(void **state)
{
	const struct eh_map *map = map_of("");

	(void)state;
	mends(PLAIN, (struct eh_fit_wish){STREAM});
	const char *sql = look(map, (struct eh_fit_wish){STREAM, .corrections = true}, "reads_log")->sql;
	assert_non_null(strstr(sql, "DROP PUBLICATION"));
	apply(sql, "-- as the owner", "pub_owner");
	expect_fit(look(map, (struct eh_fit_wish){STREAM, .corrections = true}, "reads_log"));
	assert_true(publisher_works());
}

/* REPLICA IDENTITY FULL would break UPDATE under somebody else's publication with a column list: it is not printed. */
static void other_publications_are_not_broken(void **state)
{
	const struct eh_map *map = map_of("");
	struct eh_fit_wish wish = {STREAM, .corrections = true};

	(void)state;
	eh_test_sql(admin, PLAIN);
	eh_test_sql(admin, "CREATE PUBLICATION theirs FOR TABLE pub.decision (id, sex)");
	assert_true(publisher_works());
	const char *sql = look(map, wish, "reads_log")->sql;
	assert_null(strstr(sql, "REPLICA IDENTITY FULL"));
	assert_null(strstr(sql, "CREATE PUBLICATION"));
	assert_non_null(strstr(sql, "\"theirs\""));
	eh_test_sql(admin, "ALTER TABLE pub.decision REPLICA IDENTITY FULL");
	assert_false(publisher_works()); /* it is as was said */
}

static void a_role_of_the_store_is_refused(void **state)
{
	const struct eh_map *map = map_of("");
	struct eh_err err;

	(void)state;
	eh_test_sql(admin, PLAIN);
	assert_non_null(failing(look(map, eh_fit_wish_of(map), "evenhand_writer"), "role"));
	eh_test_sql(admin, "GRANT evenhand_reader TO reads_log; SET ROLE reads_log");
	expect_rc(EH_REFUSED, eh_fit_refuse_store_role(admin, &err), &err);
	eh_test_sql(admin, "RESET ROLE; REVOKE evenhand_reader FROM reads_log; SET ROLE reads_log");
	expect_rc(EH_OK, eh_fit_refuse_store_role(admin, &err), &err);
	eh_test_sql(admin, "RESET ROLE");
	assert_null(failing(look(map, eh_fit_wish_of(map), "reads_log"), "role"));
}

static void what_else_stands_against_a_source_is_named(void **state)
{
	const struct eh_map *map = map_of("");

	(void)state;
	assert_non_null(failing(look(map, eh_fit_wish_of(map), "reads_log"), "table"));
	eh_test_sql(admin, PLAIN);
	struct eh_fit *fit = look(map, eh_fit_wish_of(map), "reads_log");
	assert_non_null(failing(fit, "schema"));
	assert_non_null(failing(fit, "SELECT"));
	assert_non_null(failing(fit, "xid8"));
	eh_test_sql(admin, "ALTER TABLE pub.decision ENABLE ROW LEVEL SECURITY, DROP COLUMN sex");
	fit = look(map, eh_fit_wish_of(map), "reads_log");
	assert_non_null(failing(fit, "row security"));
	assert_non_null(failing(fit, "columns"));
	eh_test_sql(admin, "DROP TABLE pub.decision; CREATE UNLOGGED TABLE pub.decision (" COLUMNS "); CREATE PUBLICATION evenhand_log FOR ALL TABLES");
	assert_non_null(failing(look(map, (struct eh_fit_wish){STREAM}, "reads_log"), "publication"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(verdicts_are_the_server_s, reset),
		cmocka_unit_test_setup(printed_sql_mends_a_plain_table, reset),
		cmocka_unit_test_setup(a_trigger_that_notifies_is_enough, reset),
		cmocka_unit_test_setup(printed_sql_renews_corrected_rows, reset),
		cmocka_unit_test_setup(printed_sql_mends_two_tables, reset),
		cmocka_unit_test_setup(printed_sql_mends_a_partitioned_table, reset),
		cmocka_unit_test_setup(a_publication_is_changed_without_a_moment_that_breaks, reset),
		cmocka_unit_test_setup(other_publications_are_not_broken, reset),
		cmocka_unit_test_setup(a_role_of_the_store_is_refused, reset),
		cmocka_unit_test_setup(what_else_stands_against_a_source_is_named, reset),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
