/*
 * cluster.c - see cluster.h.
 */
#include "tests/lib/cluster.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "pg/cluster.h"
#include "pg/migrate.h"
#include "tests/lib/test.h"

static char folder[PATH_MAX];

const char *eh_test_state(void)
{
	return folder;
}

static void find_cluster(struct eh_arena *arena, struct eh_cluster *cluster)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_cluster_find(arena, folder, cluster, &err), &err);
}

int eh_test_store_begin(void **state)
{
	struct eh_err err;
	EH_PG_AUTO pg = NULL;

	(void)state;
	strcpy(folder, "/tmp/evenhand-test-XXXXXX");
	if (mkdtemp(folder) == NULL || setenv("EVENHAND_STATE", folder, 1) != 0 ||
	    setenv("EVENHAND_IDLE_STOP", "10s", 1) != 0)
		return -1;
	if (eh_store_open(NULL, folder, EH_STORE_OWNER, &pg, &err) == EH_OK) {
		/* What a power cut would do to a test's store is of no interest, and waiting for the disk is most of the time. */
		EH_PG_AUTO admin = eh_test_open_admin();
		static const char *const careless[] = {"ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off",
		                                       "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"};

		for (size_t i = 0; i < sizeof careless / sizeof *careless; i++)
			eh_test_sql(admin, careless[i]);
		return 0;
	}
	print_error("no store for the test: %s (hint: %s)\n", err.text, err.hint);
	return -1;
}

void eh_test_store_careful(void)
{
	static const char *const careful[] = {"ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)"};
	EH_PG_AUTO admin = eh_test_open_admin();

	for (size_t i = 0; i < sizeof careful / sizeof *careful; i++)
		eh_test_sql(admin, careful[i]);
}

int eh_test_store_end(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	struct eh_err err;
	EH_BUF_AUTO said = {0};
	bool was_up, in_use;
	int status;

	(void)state;
	find_cluster(arena, &cluster);
	expect_rc(EH_OK, eh_cluster_stop(&cluster, &was_up, &in_use, &err), &err);
	const char *const clear[] = {"/bin/rm", "-rf", "--", folder, NULL};
	struct eh_process_user me = {.uid = geteuid(), .gid = getegid(), .name = "root", .home = "/"};
	expect_rc(EH_OK, eh_process_run(clear, &me, "/", &said, &status, &err), &err);
	return status;
}

struct eh_pg *eh_test_open(enum eh_store_role role)
{
	struct eh_pg *pg;
	struct eh_err err;

	expect_rc(EH_OK, eh_store_open(NULL, folder, role, &pg, &err), &err);
	return pg;
}

struct eh_pg *eh_test_open_admin(void)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	struct eh_pg *pg;
	struct eh_err err;

	find_cluster(arena, &cluster);
	const char *conninfo = eh_cluster_conninfo(arena, &cluster, EH_CLUSTER_DATABASE, EH_CLUSTER_ADMIN);
	expect_rc(EH_OK, eh_pg_open(conninfo, NULL, &pg, &err), &err);
	return pg;
}

int eh_test_store_reset(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	(void)state;
	eh_test_sql(admin, "DROP SCHEMA IF EXISTS evenhand_regulator, evenhand_privileged CASCADE; DROP SCHEMA evenhand CASCADE; "
			   "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	eh_test_sql(admin, eh_asset_find("migrations/setup_roles.sql")->data);
	eh_test_sql(admin, eh_asset_find("migrations/setup_private.sql")->data);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER); /* migrates */
	return 0;
}

const char *eh_test_socket_folder(void)
{
	static char run[PATH_MAX];
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;

	find_cluster(arena, &cluster);
	snprintf(run, sizeof run, "%s", cluster.run);
	return run;
}

void eh_test_sql(struct eh_pg *pg, const char *sql)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_pg_exec_script(pg, sql, &err), &err);
}

int64_t eh_test_int8(struct eh_pg *pg, const char *sql)
{
	return strtoll(eh_test_text(pg, sql), NULL, 10);
}

const char *eh_test_text(struct eh_pg *pg, const char *sql)
{
	static char text[65536];
	EH_PGRESULT_AUTO res = NULL;
	struct eh_err err;

	expect_rc(EH_OK, eh_pg_query_text(pg, sql, NULL, false, &res, &err), &err);
	assert_int_equal(PQntuples(res), 1);
	snprintf(text, sizeof text, "%s", PQgetvalue(res, 0, 0));
	return text;
}

const char *eh_test_program(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);

	assert_true(n > 0);
	path[n] = '\0';
	char *tests = strstr(path, "/tests/");
	assert_non_null(tests);
	memcpy(tests, "/evenhand-faults", sizeof "/evenhand-faults");
	return path;
}
