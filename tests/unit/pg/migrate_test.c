/*
 * migrate_test.c - forward only, each once, and never over a past that is not ours.
 */
#include <string.h>

#include "pg/migrate.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

/* An empty store, not migrated yet. */
static struct eh_pg *open_empty(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();
	struct eh_pg *pg;
	struct eh_err err;

	eh_test_sql(admin, "DROP SCHEMA IF EXISTS evenhand_regulator, evenhand_privileged CASCADE; DROP SCHEMA evenhand CASCADE");
	eh_test_sql(admin, eh_asset_find("migrations/setup_roles.sql")->data);
	expect_rc(EH_OK, eh_store_open_any(NULL, eh_test_state(), EH_STORE_OWNER, &pg, &err), &err);
	return pg;
}

static void all_are_applied_once(void **state)
{
	EH_PG_AUTO pg = open_empty();
	struct eh_migrate_state at;
	struct eh_err err;
	int applied;

	(void)state;
	expect_rc(EH_OK, eh_migrate_look(pg, &at, &err), &err);
	assert_int_equal(at.applied, 0);
	assert_true(at.known >= 1);
	expect_rc(EH_OK, eh_migrate_run(pg, &applied, &err), &err);
	assert_int_equal(applied, at.known);
	expect_rc(EH_OK, eh_migrate_run(pg, &applied, &err), &err);
	assert_int_equal(applied, 0);
	expect_rc(EH_OK, eh_migrate_look(pg, &at, &err), &err);
	assert_int_equal(at.applied, at.known);
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM evenhand.migration WHERE n = 1"), 1);
}

static void changed_past_is_refused(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_OWNER);
	struct eh_migrate_state at;
	struct eh_err err;
	struct eh_pg *other;
	int applied;

	(void)state;
	eh_test_sql(pg, "UPDATE evenhand.migration SET sha256 = sha256('other'::bytea) WHERE n = 1");
	expect_rc(EH_REFUSED, eh_migrate_look(pg, &at, &err), &err);
	assert_non_null(strstr(err.text, "0001_roles.sql"));
	expect_rc(EH_REFUSED, eh_migrate_run(pg, &applied, &err), &err);
	expect_rc(EH_REFUSED, eh_store_open(NULL, eh_test_state(), EH_STORE_READER, &other, &err), &err);
}

static void newer_store_is_refused(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_OWNER);
	struct eh_migrate_state at;
	struct eh_err err;
	struct eh_pg *other;

	(void)state;
	eh_test_sql(pg, "INSERT INTO evenhand.migration (n, name, sha256) "
			"SELECT max(n) + 1, '9999_future.sql', sha256('x'::bytea) FROM evenhand.migration");
	expect_rc(EH_REFUSED, eh_migrate_look(pg, &at, &err), &err);
	assert_non_null(strstr(err.text, "9999_future.sql"));
	expect_rc(EH_REFUSED, eh_store_open(NULL, eh_test_state(), EH_STORE_WRITER, &other, &err), &err);
}

static void store_behind_is_told(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_OWNER);
	struct eh_err err;
	struct eh_pg *other;

	(void)state;
	if (eh_test_int8(pg, "SELECT count(*) FROM evenhand.migration") < 2)
		return; /* with one migration, behind is empty */
	eh_test_sql(pg, "DELETE FROM evenhand.migration WHERE n > 1");
	expect_rc(EH_AGAIN, eh_store_open(NULL, eh_test_state(), EH_STORE_WRITER, &other, &err), &err);
	assert_non_null(strstr(err.hint, "evenhand migrate"));
}

static void failed_step_leaves_nothing(void **state)
{
	EH_PG_AUTO pg = open_empty();
	struct eh_migrate_state at;
	struct eh_err err;
	int applied;

	(void)state;
	EH_PG_AUTO admin = eh_test_open_admin();
	eh_test_sql(admin, "CREATE FUNCTION public.deny() RETURNS event_trigger LANGUAGE plpgsql AS "
			   "$$BEGIN RAISE EXCEPTION 'the disk is full'; END$$; "
			   "CREATE EVENT TRIGGER deny ON ddl_command_end WHEN TAG IN ('CREATE TABLE') "
			   "EXECUTE FUNCTION public.deny()");
	expect_rc(EH_REFUSED, eh_migrate_run(pg, &applied, &err), &err);
	assert_non_null(strstr(err.text, "0001_roles.sql: the disk is full"));
	eh_test_sql(admin, "DROP EVENT TRIGGER deny; DROP FUNCTION public.deny()");
	expect_rc(EH_OK, eh_migrate_look(pg, &at, &err), &err);
	assert_int_equal(at.applied, 0);
	expect_rc(EH_OK, eh_migrate_run(pg, &applied, &err), &err); /* and the lock was given back */
	assert_int_equal(applied, at.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_applied_once),
		cmocka_unit_test_setup(changed_past_is_refused, eh_test_store_reset),
		cmocka_unit_test_setup(newer_store_is_refused, eh_test_store_reset),
		cmocka_unit_test_setup(store_behind_is_told, eh_test_store_reset),
		cmocka_unit_test(failed_step_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
