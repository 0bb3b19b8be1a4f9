/*
 * ranges_test.c - a history that several connections read is the history that one reads, wherever it is cut off.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/unit/gather/rig.h"

#define ROWS 6000

static uint64_t state = 88172645463325252u;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % below;
}

static enum eh_rc gather_by(const struct eh_map *map, uint32_t connections, uint32_t commit_rows, bool stops, struct eh_err *err)
{
	static const volatile sig_atomic_t stop = 1;
	struct eh_gather_options options = {.once = !stops, .quiet = true, .commit_rows = commit_rows, .connections = connections};
	struct eh_gather_result result;

	if (stops)
		options.stop = &stop;
	return rig_gather(map, &options, &result, err);
}

static bool in_history(const char *source)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM evenhand.source_state JOIN evenhand.source USING (source_id)"
	         " WHERE name = '%s' AND phase <> 'history'", source);
	return rig_int8(sql) == 0;
}

static struct eh_sha256 digest_of_one(int64_t rows)
{
	rig_gather_once(rig_map(RIG_MAP("one", "")), 0);
	return rig_expect_equal("one", rows);
}

static void many_connections_count_what_one_counts(void **unused)
{
	struct eh_err err = {0};

	(void)unused;
	rig_sql(RIG_ROWS(1, 6000));
	struct eh_sha256 one = digest_of_one(ROWS);
	expect_rc(EH_OK, gather_by(rig_map(RIG_MAP("many", "")), 4, 700, false, &err), &err);
	struct eh_sha256 many = rig_expect_equal("many", ROWS);
	assert_true(eh_sha256_equal(&one, &many));
	/* One commit of the middle had several places. */
	assert_true(rig_int8("SELECT count(*) FROM evenhand.gather_commit WHERE position LIKE 'history % % % 0,0 % % 0-%:% %'") > 3);
}

/* Stopped after each commit, gone on with by any number of connections, with rows inserted meanwhile. */
static void any_number_goes_on_where_others_stopped(void **unused)
{
	const struct eh_map *map = rig_map(RIG_MAP("many", ""));
	struct eh_err err = {0};

	(void)unused;
	rig_sql(RIG_ROWS(1, 6000));
	for (int i = 0; in_history("many"); i++) {
		assert_true(i < 60);
		expect_rc(EH_OK, gather_by(map, i == 0 ? 3 : 1 + draw(5), 100 + draw(900), true, &err), &err);
		if (i == 2)
			rig_sql(RIG_ROWS(6001, 6500));
		if (i % 3 == 0)
			assert_int_equal(rig_recompute("many").differs_n, 0);
	}
	rig_gather_once(map, 200);
	struct eh_sha256 many = rig_expect_equal("many", 6500), one = digest_of_one(6500);
	assert_true(eh_sha256_equal(&one, &many));
}

/* Gathers in a process of its own, which is killed after a while. */
static void gather_and_kill(const char *text, uint32_t connections, uint32_t commit_rows, uint32_t after_us)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct eh_err err;

		_exit(gather_by(rig_map(text), connections, commit_rows, false, &err) == EH_OK ? 0 : 1);
	}
	usleep(after_us);
	(void)kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void killed_anywhere_goes_on(void **unused)
{
	static const char text[] = RIG_MAP("many", "");
	struct eh_err err = {0};

	(void)unused;
	rig_sql(RIG_ROWS(1, 6000));
	for (int i = 0; i < 25; i++)
		gather_and_kill(text, 1 + draw(4), 50 + draw(300), 5000 + draw(60000));
	/* A killed gather's lock goes when the server notices. */
	while (gather_by(rig_map(text), 2, 0, false, &err) != EH_OK)
		usleep(50000);
	struct eh_sha256 many = rig_expect_equal("many", ROWS), one = digest_of_one(ROWS);
	assert_true(eh_sha256_equal(&one, &many));
}

static void small_tables_are_read_by_one(void **unused)
{
	struct eh_err err = {0};

	(void)unused;
	expect_rc(EH_OK, gather_by(rig_map(RIG_MAP("empty", "")), 4, 0, false, &err), &err);
	rig_sql(RIG_ROWS(1, 3));
	expect_rc(EH_OK, gather_by(rig_map(RIG_MAP("few", "")), 4, 0, false, &err), &err);
	rig_expect_equal("few", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(many_connections_count_what_one_counts, rig_reset),
		cmocka_unit_test_setup(any_number_goes_on_where_others_stopped, rig_reset),
		cmocka_unit_test_setup(killed_anywhere_goes_on, rig_reset),
		cmocka_unit_test_setup(small_tables_are_read_by_one, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
