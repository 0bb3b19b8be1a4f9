/*
 * tracked_poll_test.c - a tracked source read from a table: what is stored is what a plain source over the rows that
 * count comes to, and recompute agrees.
 */
#include <stdlib.h>

#include "tests/unit/gather/rig.h"

#define COLUMNS "id text, v int, decided_at timestamptz, decision text, score float8, sex text, tier int, zip text, model text"
#define XID ", evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id()"
#define PLAIN(NAME, TABLE, HEAD, COLS, REST)                                                                           \
	"source: " NAME "\ntable: public." TABLE "\n" HEAD                                                               \
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score" COLS "}\n"                          \
	"favourable: [yes]\nadverse: [no]\nscore: {scale: 3}\n"                                                          \
	"protected: [{name: sex, column: sex, reference: M}]\nstrata: [{name: tier, column: tier}]\n"                    \
	"features: [{name: zip, column: zip, kind: categorical}]\nlineage: [{role: model, column: model}]\n" REST
#define LOG(COLS, REST) PLAIN("log", "log", "identity: tracked\n", COLS, REST)

static int reset(void **state)
{
	return eh_test_store_reset(state);
}

/* The digest of the source, which recompute finds too. */
static struct eh_sha256 digest_of(const char *source)
{
	struct eh_recompute r = rig_recompute(source);

	if (r.differs_n != 0)
		fail_msg("%s: %zu panes differ", source, r.differs_n);
	assert_true(eh_sha256_equal(&r.stored, &r.found));
	return r.stored;
}

/* A table of the rows that count, read by position, is what the tracked source must come to. */
static void expect_like(const char *winners)
{
	char sql[2048];

	rig_sql("DROP TABLE IF EXISTS public.plain; CREATE TABLE public.plain (" COLUMNS XID ")");
	snprintf(sql, sizeof sql, "INSERT INTO public.plain SELECT %s", winners);
	rig_sql(sql);
	static int n;
	char map[1024];
	snprintf(map, sizeof map, PLAIN("plain%d", "plain", "follow: no\n", "", ""), ++n);
	(void)rig_gather_once(rig_map(map), 0);
	char name[16];
	snprintf(name, sizeof name, "plain%d", n);
	struct eh_sha256 plain = digest_of(name), tracked = digest_of("log");
	assert_true(eh_sha256_equal(&plain, &tracked));
}

#define ROWS(FROM, TO, V) \
	"INSERT INTO public.log SELECT 'd' || i, " #V ", timestamptz '2024-01-01 00:00:00+00' + i * interval '1 minute'," \
	" CASE WHEN (i + " #V ") % 50 = 0 THEN 'maybe' WHEN (i + " #V ") % 3 = 0 THEN 'no' ELSE 'yes' END, (i % 100) / 100.0," \
	" CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'F' ELSE 'M' END, i % 4, 'z' || (i + " #V ") % 20, 'm'" \
	" FROM generate_series(" #FROM ", " #TO ") AS i ORDER BY md5(i::text)"

static const char newest[] = "DISTINCT ON (id) id, v, decided_at, decision, score, sex, tier, zip, model FROM public.log ORDER BY id, v DESC";

/* Versions in any order, duplicates, in the history and later, in small commits with the program stopped between. */
static void newest_version_counts(void **state)
{
	const struct eh_map *map = rig_map(LOG(", version: v", ""));

	(void)state;
	rig_sql("CREATE TABLE public.log (" COLUMNS XID "); CREATE INDEX ON public.log (evenhand_xid)");
	rig_sql(ROWS(1, 300, 2));
	rig_sql(ROWS(1, 200, 1));
	rig_sql(ROWS(1, 100, 2));
	for (int i = 0; i < 3; i++)
		rig_gather_step(map, 90);
	(void)rig_gather_once(map, 90);
	expect_like(newest);
	rig_sql(ROWS(150, 400, 3));
	rig_sql(ROWS(1, 400, 1));
	rig_sql(ROWS(150, 160, 3));
	for (int i = 0; i < 3; i++)
		rig_gather_step(map, 70);
	(void)rig_gather_once(map, 70);
	expect_like(newest);
	/* What is set aside is exactly what stands so in the newest rows. */
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.set_aside JOIN evenhand.source USING (source_id)"
	                          " WHERE name = 'log' AND settled_commit IS NULL"),
	                 rig_int8("SELECT count(*) FROM (SELECT DISTINCT ON (id) decision FROM public.log ORDER BY id, v DESC) n"
	                          " WHERE decision = 'maybe'"));
}

/* Without an xid8 column the system column tells which rows are new: updates come, and a rewritten table comes again. */
static void table_without_an_xid_is_followed_by_xmin(void **state)
{
	const struct eh_map *map = rig_map(LOG("", ""));
	static const char as_is[] = "id, v, decided_at, decision, score, sex, tier, zip, model FROM public.log";

	(void)state;
	rig_sql("CREATE TABLE public.log (" COLUMNS ", PRIMARY KEY (id))");
	rig_sql(ROWS(1, 300, 1));
	rig_gather_step(map, 100);
	rig_sql("UPDATE public.log SET decision = 'no', zip = 'other' WHERE id IN ('d7', 'd8')");
	(void)rig_gather_once(map, 100);
	expect_like(as_is);
	rig_sql(ROWS(301, 350, 1));
	rig_sql("UPDATE public.log SET score = 0.5, decided_at = decided_at + interval '2 hours' WHERE v = 1 AND tier = 1");
	rig_gather_step(map, 20);
	(void)rig_gather_once(map, 20);
	expect_like(as_is);
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	eh_test_sql(pg, "VACUUM FULL public.log");
	(void)rig_gather_once(map, 0);
	/* As a restore does: other transactions, another table of the same name. */
	eh_test_sql(pg, "CREATE TABLE public.new (LIKE public.log INCLUDING ALL); INSERT INTO public.new SELECT * FROM public.log;"
	                "DROP TABLE public.log; ALTER TABLE public.new RENAME TO log");
	rig_sql(ROWS(351, 360, 1));
	rig_gather_step(map, 50);
	(void)rig_gather_once(map, 50);
	expect_like(as_is);
	assert_int_equal(rig_int8("SELECT (sum(n_repeated) > 300)::int FROM evenhand.gather_commit JOIN evenhand.source USING (source_id)"
	                          " WHERE name = 'log'"), 1);
}

static void long_writer_holds_rows_and_clock_by_xmin(void **state)
{
	EH_PG_AUTO writer = eh_test_open(EH_STORE_SOURCE);
	const struct eh_map *map = rig_map(LOG("", ""));

	(void)state;
	rig_sql("CREATE TABLE public.log (" COLUMNS ", PRIMARY KEY (id))");
	(void)rig_gather_once(map, 0);
	eh_test_sql(writer, "BEGIN; INSERT INTO public.log (id, decided_at, decision) VALUES ('long', now(), 'yes')");
	rig_sql("INSERT INTO public.log (id, decided_at, decision) VALUES ('short', now(), 'yes')");
	(void)rig_gather_once(map, 0);
	assert_int_equal(rig_int8("SELECT coalesce(sum(n_on_time + n_late), 0)::bigint FROM evenhand.gather_commit"), 0);
	int64_t held = rig_int8("SELECT clock_us FROM evenhand.source_state");
	eh_test_sql(writer, "COMMIT");
	(void)rig_gather_once(map, 0);
	assert_int_equal(rig_int8("SELECT sum(n_on_time)::bigint FROM evenhand.gather_commit"), 2);
	assert_true(rig_int8("SELECT clock_us FROM evenhand.source_state") > held);
	(void)digest_of("log");
}

#define OUTCOMES "outcome: {adverse: [bad]}\noutcomes: {table: public.outcome, id: decision_id, outcome: what, outcome_at: at}\n"

/* Outcomes before and after their decisions, corrected, and of decisions that never came. */
static void outcomes_amend_their_decisions(void **state)
{
	const struct eh_map *map = rig_map(LOG("", OUTCOMES));
	const struct eh_map *plain = rig_map(PLAIN("own", "joined", "identity: tracked\n", ", outcome: what", "outcome: {adverse: [bad]}\n"));

	(void)state;
	rig_sql("CREATE TABLE public.log (" COLUMNS XID "); CREATE INDEX ON public.log (evenhand_xid);"
	        "CREATE TABLE public.outcome (decision_id text, what text, at timestamptz" XID ");"
	        "CREATE INDEX ON public.outcome (evenhand_xid)");
	rig_sql(ROWS(1, 200, 1));
	rig_sql("INSERT INTO public.outcome SELECT 'd' || i, CASE WHEN i % 7 = 0 THEN 'bad' ELSE 'good' END,"
	        " timestamptz '2024-06-01' + i * interval '1 hour' FROM generate_series(100, 300) i");
	for (int i = 0; i < 4; i++)
		rig_gather_step(map, 60);
	(void)rig_gather_once(map, 60);
	rig_sql(ROWS(201, 260, 1));
	rig_sql("INSERT INTO public.outcome SELECT 'd' || i, 'bad', timestamptz '2025-01-01' FROM generate_series(150, 155) i;"
	        "INSERT INTO public.outcome SELECT 'd' || i, 'good', timestamptz '2020-01-01' FROM generate_series(140, 145) i;"
	        "INSERT INTO public.outcome SELECT 'd' || i, CASE WHEN i % 2 = 0 THEN 'bad' END, NULL FROM generate_series(20, 40) i");
	for (int i = 0; i < 2; i++)
		rig_gather_step(map, 30);
	(void)rig_gather_once(map, 30);
	rig_sql("CREATE TABLE public.joined (" COLUMNS ", what text" XID "); CREATE INDEX ON public.joined (evenhand_xid);"
	        "INSERT INTO public.joined SELECT l.id, l.v, l.decided_at, l.decision, l.score, l.sex, l.tier, l.zip, l.model, o.what"
	        " FROM public.log l LEFT JOIN (SELECT DISTINCT ON (decision_id) decision_id, what FROM public.outcome WHERE what <> ''"
	        " ORDER BY decision_id, coalesce(at, '-infinity') DESC, what) o ON o.decision_id = l.id");
	(void)rig_gather_once(plain, 0);
	struct eh_sha256 own = digest_of("own"), two = digest_of("log");
	assert_true(eh_sha256_equal(&own, &two));
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.seen JOIN evenhand.source USING (source_id)"
	                          " WHERE name = 'log' AND pane_us IS NULL AND length(payload) > 2"), 40 + 3); /* waiting; three of them of rows set aside */
}

static struct eh_gather_result retry(const struct eh_map *map)
{
	struct eh_gather_options options = {.once = true, .quiet = true, .retry = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	expect_rc(EH_OK, rig_gather(map, &options, &result, &err), &err);
	return result;
}

static void expect_open(int64_t rows)
{
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.set_aside WHERE settled_commit IS NULL"), rows);
}

#define MENDED(NAME, TABLE, HEAD, FAVOURABLE, ADVERSE, SEX)                                                              \
	"source: " NAME "\ntable: public." TABLE "\n" HEAD                                                               \
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score}\n"                                  \
	"favourable: [" FAVOURABLE "]\nadverse: [" ADVERSE "]\nscore: {scale: 3}\n"                                     \
	"protected: [{name: sex, column: sex, reference: M, groups: {M: M" SEX "}}]\nstrata: [{name: tier, column: tier}]\n"            \
	"features: [{name: zip, column: zip, kind: categorical}]\nlineage: [{role: model, column: model}]\n"

static void expect_map_refused(const char *text)
{
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	expect_rc(EH_REFUSED, rig_gather(rig_map(text), &options, &result, &err), &err);
	assert_non_null(strstr(err.text, "counts differently"));
}

/* What is wrong with a map that somebody typed does not ail the source. */
static void expect_retry_refused_without_trouble(const char *text)
{
	const struct eh_settings settings = {.state = eh_test_state()};
	struct eh_gather_options options = {.once = true, .quiet = true, .retry = true};
	struct eh_gather_result result = {0};
	struct eh_err err = {0};

	expect_rc(EH_REFUSED, eh_gather_keep(&settings, rig_map(text), &options, &result, &err), &err);
	assert_non_null(strstr(err.text, "counts differently"));
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.source_trouble"), 0);
}

/* A value gets its meaning later: the rows that had it are counted once, and recompute agrees. */
static void mended_rows_are_counted_once(void **state)
{
	(void)state;
	rig_sql("CREATE TABLE public.log (" COLUMNS XID ", PRIMARY KEY (id)); CREATE INDEX ON public.log (evenhand_xid)");
	rig_sql(ROWS(1, 300, 1));
	(void)rig_gather_once(rig_map(MENDED("log", "log", "", "yes", "no", "")), 0);
	expect_open(6);
	assert_int_equal(retry(rig_map(MENDED("log", "log", "", "yes", "no", ""))).rows[0], 0);
	expect_map_refused(MENDED("log", "log", "", "yes", "maybe", ""));
	expect_map_refused(MENDED("log", "log", "", "no", "yes, maybe", ""));
	expect_map_refused(MENDED("log", "log", "", "yes", "no, maybe", ", F: Female"));
	expect_retry_refused_without_trouble(MENDED("log", "log", "", "yes", "maybe", ""));
	const struct eh_map *mended = rig_map(MENDED("log", "log", "", "yes", "no, maybe", ", X: Other"));
	struct eh_gather_result r = retry(mended);
	assert_int_equal(r.looked, 6);
	assert_int_equal(r.rows[0] + r.rows[2], 6);
	expect_open(0);
	(void)digest_of("log");
	assert_int_equal(retry(mended).looked, 0);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'retry'"), 2);
	/* Tracked: a row that was mended in the source itself, under the same map. */
	const struct eh_map *tracked = rig_map(MENDED("t", "log", "identity: tracked\n", "yes", "no", ""));
	(void)rig_gather_once(tracked, 0);
	expect_open(6);
	rig_sql("UPDATE public.log SET decision = 'yes' WHERE id = 'd49'");
	assert_int_equal(retry(tracked).rows[2], 1); /* long after its pane */
	assert_int_equal(retry(tracked).rows[2], 0);
	expect_open(5);
	(void)rig_gather_once(tracked, 0);
	expect_open(5);
}

/* The cubes of a stream hold outcomes, those of a poll do not: the same source cannot have both. */
static void mode_that_sees_outcomes_is_another_source(void **state)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	struct eh_source source;
	struct eh_err err = {0};
	static const char outcome[] = "outcome: {adverse: [bad]}\n";
	char text[1024];

	(void)state;
	rig_sql("CREATE TABLE public.log (" COLUMNS ", what text" XID ", PRIMARY KEY (id)); CREATE INDEX ON public.log (evenhand_xid)");
	rig_sql("INSERT INTO public.log (id, decided_at, decision) VALUES ('a', '2024-01-01', 'yes')");
	(void)rig_gather_once(rig_map(PLAIN("log", "log", "", ", outcome: what", "outcome: {adverse: [bad]}\n")), 0);
	snprintf(text, sizeof text, PLAIN("log", "log", "mode: stream\n", ", outcome: what", "%s"), outcome);
	expect_rc(EH_REFUSED, eh_source_register(rig_arena, store, rig_map(text), &source, &err), &err);
	assert_non_null(strstr(err.text, "sees outcomes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(newest_version_counts, reset),
		cmocka_unit_test_setup(table_without_an_xid_is_followed_by_xmin, reset),
		cmocka_unit_test_setup(long_writer_holds_rows_and_clock_by_xmin, reset),
		cmocka_unit_test_setup(outcomes_amend_their_decisions, reset),
		cmocka_unit_test_setup(mended_rows_are_counted_once, reset),
		cmocka_unit_test_setup(mode_that_sees_outcomes_is_another_source, reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
