/*
 * sql_test.c - every statement of the program is one the server understands, on a fresh schema.
 */
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static void every_statement_prepares(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_OWNER);
	int failed = 0, n = 0;

	(void)state;
	for (const struct eh_pg_sql *const *sql = eh_pg_sql_all; *sql != NULL; sql++, n++) {
		EH_PGRESULT_AUTO res = PQprepare(eh_pg_conn(pg), "", (*sql)->text, 0, NULL);

		if (PQresultStatus(res) == PGRES_COMMAND_OK)
			continue;
		print_error("%s: %s", (*sql)->name, PQresultErrorMessage(res));
		failed++;
	}
	assert_true(n > 0);
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_statement_prepares)};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
