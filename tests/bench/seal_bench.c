/*
 * seal_bench.c - what a store that is fed by small commits takes, before its old deltas are joined and after.
 *
 * Decisions come one pane after the other, in commits of some rows each, 2 % of them a day late and 2 % corrected.
 * Bytes are those of tables with their indexes and TOAST, after VACUUM FULL: what a copy of the store takes.
 *
 *   seal_bench [ROWS [ROWS A COMMIT]]
 */
#include <stdio.h>

#include "judge/run.h"
#include "stats/ehs.h"
#include "tests/unit/gather/commits.h"

#define DAYS 6 /* the last two stay open */

static int64_t rows = 200000, a_commit = 20;

static void judge(void)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_settings settings = {.session_length_ms = 1000, .set_aside_kept_ms = EH_DAY_US};
	struct eh_judge_run run = {
		.settings = &settings, .pg = pg, .policy = eh_policy_default(home), .once = true, .quiet = true};
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_judge_run(&run, &err), &err);
}

static void one_commit(struct commits *c)
{
	c->clock_us += DAYS * EH_DAY_US / (rows / a_commit);
	for (int64_t i = 0; i < a_commit; i++) {
		uint64_t what = commits_random(c) % 50;

		if (what == 0)
			commits_add(c, c->clock_us - EH_DAY_US, EH_GATHER_LATE);
		else if (what == 1 && c->n > 0)
			commits_correct(c, commits_random(c) % c->n, c->clock_us, EH_GATHER_ON_TIME);
		else
			commits_add(c, c->clock_us - EH_SECOND_US, EH_GATHER_ON_TIME);
	}
	commits_write(c, c->record.commit_no % 50 == 0);
}

static void print_size(const char *when)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	double millions = (double)rows / 1e6;

	eh_test_sql(admin, "VACUUM FULL evenhand.pane_delta");
	eh_test_sql(admin, "VACUUM FULL evenhand.pane_sealed");
	double deltas = (double)eh_test_int8(admin, "SELECT pg_total_relation_size('evenhand.pane_delta')");
	double sealed = (double)eh_test_int8(admin, "SELECT pg_total_relation_size('evenhand.pane_sealed')");
	double commits = (double)eh_test_int8(admin, "SELECT pg_total_relation_size('evenhand.gather_commit')");
	printf("  %-15s %6lld deltas, %4lld joined rows; bytes per million decisions: deltas %10.0f, joined %9.0f, both %10.0f"
	       " (commits beside them %.0f)\n",
	       when, (long long)eh_test_int8(admin, "SELECT count(*) FROM evenhand.pane_delta"),
	       (long long)eh_test_int8(admin, "SELECT count(*) FROM evenhand.pane_sealed"), deltas / millions, sealed / millions,
	       (deltas + sealed) / millions, commits / millions);
}

static void bench(void **state)
{
	struct commits c;
	struct eh_err err = {0};

	(void)state;
	ehs_init();
	commits_begin(&c, 4711, false);
	c.clock_us = COMMITS_START_US;
	for (int64_t n = 0; n < rows; n += a_commit)
		one_commit(&c);
	expect_rc(EH_OK, eh_record_cover(&c.record, &err), &err);
	printf("sealing: %lld decisions over %d days in commits of %lld\n", (long long)rows, DAYS, (long long)a_commit);
	print_size("before sealing");
	int64_t from_us = eh_time_steady_us();
	judge();
	double seconds = (double)(eh_time_steady_us() - from_us) / 1e6;
	print_size("after sealing");
	commits_expect_equal(&c);
	printf("  %.2f s to judge and seal them; the tally is that of the rows that are left\n", seconds);
	commits_end(&c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(bench)};

	if (argc > 1)
		rows = strtoll(argv[1], NULL, 10);
	if (argc > 2)
		a_commit = strtoll(argv[2], NULL, 10);
	return cmocka_run_group_tests_name("bench/seal", tests, eh_test_store_begin, eh_test_store_end);
}
