/*
 * store_test.c - the five roles, in the private cluster and in a named database.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pg/migrate.h"
#include "pg/store_check.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const enum eh_store_role roles[] = {EH_STORE_OWNER, EH_STORE_WRITER, EH_STORE_READER, EH_STORE_REGULATOR,
					   EH_STORE_SOURCE};

/* The test's own cluster, named as an operator would name one. */
static const char *named(struct eh_arena *arena, const char *user)
{
	return eh_arena_printf(arena, "host=%s dbname=evenhand user=%s", eh_test_socket_folder(), user);
}

static void each_role_is_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		EH_PG_AUTO pg = eh_test_open(roles[i]);

		assert_string_equal(eh_test_text(pg, "SELECT session_user"), eh_store_role_name(roles[i]));
		assert_string_equal(eh_test_text(pg, "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls "
						     "FROM pg_roles WHERE rolname = current_user"),
				    "f");
	}
}

static void roles_have_no_more_than_they_need(void **state)
{
	static const struct {
		enum eh_store_role role;
		const char *sql;
	} denied[] = {
		{EH_STORE_WRITER, "CREATE TABLE evenhand.x ()"},
		{EH_STORE_WRITER, "CREATE TABLE public.x ()"},
		{EH_STORE_WRITER, "CREATE TEMPORARY TABLE x ()"},
		{EH_STORE_WRITER, "INSERT INTO evenhand.migration VALUES (99, 'x', sha256('x'))"},
		{EH_STORE_READER, "CREATE TABLE evenhand.x ()"},
		{EH_STORE_READER, "DELETE FROM evenhand.migration"},
		{EH_STORE_READER, "SET ROLE evenhand_owner"},
		{EH_STORE_REGULATOR, "CREATE TABLE public.x ()"},
		{EH_STORE_SOURCE, "SELECT * FROM evenhand.migration"},
		{EH_STORE_SOURCE, "SET ROLE evenhand_writer"},
		{EH_STORE_OWNER, "CREATE ROLE x"},
		{EH_STORE_OWNER, "COPY (SELECT 1) TO PROGRAM 'true'"},
	};
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
		EH_PG_AUTO pg = eh_test_open(denied[i].role);

		expect_rc(EH_REFUSED, eh_pg_exec_script(pg, denied[i].sql, &err), &err);
	}
}

static void source_keeps_decision_logs(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);

	(void)state;
	eh_test_sql(pg, "CREATE SCHEMA risk; CREATE TABLE risk.decision (id text); "
			"CREATE TABLE public.decision (id text); CREATE TEMPORARY TABLE staging (id text); "
			"DROP TABLE public.decision; DROP SCHEMA risk CASCADE");
}

static void named_store_sets_the_role(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		EH_PG_AUTO pg = NULL;

		expect_rc(EH_OK, eh_store_open(named(arena, "evenhand_admin"), NULL, roles[i], &pg, &err), &err);
		assert_string_equal(eh_test_text(pg, "SELECT current_user"), eh_store_role_name(roles[i]));
	}
}

static void login_without_membership_is_told(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = NULL;
	struct eh_err err;
	struct eh_store_checks checks;
	const char *conninfo = named(arena, "evenhand_source");

	(void)state;
	expect_rc(EH_AGAIN, eh_store_open(conninfo, NULL, EH_STORE_WRITER, &pg, &err), &err);
	assert_non_null(strstr(err.text, "'evenhand_writer'"));
	assert_non_null(strstr(err.hint, "doctor"));
	eh_store_look(arena, conninfo, NULL, &checks);
	assert_non_null(checks.sql);
	assert_non_null(strstr(checks.sql, "GRANT evenhand_writer TO \"evenhand_source\";"));
	assert_null(strstr(checks.sql, "GRANT evenhand_source TO"));
}

static void printed_sql_is_what_a_dba_needs(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO admin = eh_test_open_admin();
	EH_PG_AUTO pg = NULL;
	struct eh_store_checks checks;
	struct eh_err err;
	const char *conninfo;

	(void)state;
	/* A database of its own and a login that owns nothing; the map of the cluster lets it in as the source. */
	eh_test_sql(admin, "CREATE DATABASE other");
	conninfo = eh_arena_printf(arena, "host=%s dbname=other user=evenhand_source", eh_test_socket_folder());
	eh_store_look(arena, conninfo, NULL, &checks);
	assert_non_null(checks.sql);
	EH_PG_AUTO dba = NULL;
	expect_rc(EH_OK, eh_pg_open(conninfo, "evenhand_admin", &dba, &err), &err);
	eh_test_sql(dba, checks.sql);
	expect_rc(EH_AGAIN, eh_store_open(conninfo, NULL, EH_STORE_WRITER, &pg, &err), &err);
	assert_non_null(strstr(err.text, "no schema"));
	EH_PG_AUTO owner = NULL;
	int applied;
	expect_rc(EH_OK, eh_store_open_any(conninfo, NULL, EH_STORE_OWNER, &owner, &err), &err);
	expect_rc(EH_OK, eh_migrate_run(owner, &applied, &err), &err);
	expect_rc(EH_OK, eh_store_open(conninfo, NULL, EH_STORE_WRITER, &pg, &err), &err);
	eh_store_look(arena, conninfo, NULL, &checks);
	assert_null(checks.sql);
	for (size_t i = 0; i < checks.n; i++)
		assert_null(checks.check[i].fix);
	eh_test_sql(admin, "REVOKE evenhand_owner, evenhand_writer, evenhand_reader, evenhand_regulator "
			   "FROM evenhand_source");
}

/* Runs what in a process of its own; true where it answers true. */
static pid_t start(bool (*what)(void))
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(what() ? 0 : 1);
	assert_true(pid > 0);
	return pid;
}

static bool open_as_writer(void)
{
	EH_PG_AUTO pg = NULL;
	struct eh_err err;

	if (eh_store_open(NULL, eh_test_state(), EH_STORE_WRITER, &pg, &err) == EH_OK)
		return true;
	print_error("%s (hint: %s)\n", err.text, err.hint);
	return false;
}

static void first_verbs_at_once_share_one_schema(void **state)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	pid_t pids[6];
	int status;

	(void)state;
	eh_test_sql(admin, "DROP SCHEMA IF EXISTS evenhand_regulator, evenhand_privileged CASCADE; DROP SCHEMA evenhand CASCADE");
	eh_test_sql(admin, eh_asset_find("migrations/setup_roles.sql")->data);
	for (size_t i = 0; i < sizeof pids / sizeof *pids; i++)
		pids[i] = start(open_as_writer);
	for (size_t i = 0; i < sizeof pids / sizeof *pids; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

/* A store half way through its migrations looks like one that is behind; only the lock tells them apart. */
static void migration_going_on_is_waited_for(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_err err;
	int status;

	(void)state;
	expect_rc(EH_OK, eh_pg_lock(owner, EH_MIGRATE_LOCK_KEY, &err), &err);
	eh_test_sql(owner, "CREATE TABLE evenhand.aside AS SELECT * FROM evenhand.migration WHERE n > 1; "
			   "DELETE FROM evenhand.migration WHERE n > 1");
	pid_t pid = start(open_as_writer);
	usleep(300 * 1000);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	eh_test_sql(owner, "INSERT INTO evenhand.migration SELECT * FROM evenhand.aside; DROP TABLE evenhand.aside");
	expect_rc(EH_OK, eh_pg_unlock(owner, EH_MIGRATE_LOCK_KEY, &err), &err);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static bool drop_and_open(void)
{
	struct eh_err err;

	if (eh_store_drop_privileges(NULL, eh_test_state(), &err) != EH_OK || geteuid() == 0)
		return false;
	return open_as_writer();
}

static void dropped_privileges_still_open_the_store(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("skip: needs root\n");
		skip();
	}
	pid_t pid = start(drop_and_open);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_is_itself),
		cmocka_unit_test(roles_have_no_more_than_they_need),
		cmocka_unit_test(source_keeps_decision_logs),
		cmocka_unit_test(named_store_sets_the_role),
		cmocka_unit_test(login_without_membership_is_told),
		cmocka_unit_test(printed_sql_is_what_a_dba_needs),
		cmocka_unit_test(first_verbs_at_once_share_one_schema),
		cmocka_unit_test(migration_going_on_is_waited_for),
		cmocka_unit_test(dropped_privileges_still_open_the_store),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
