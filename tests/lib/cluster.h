/*
 * cluster.h - a store of its own for a test program: a private cluster in a folder under /tmp.
 *
 *   cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end)
 *
 * begin makes the folder, points EVENHAND_STATE at it (so that programs the test
 * starts find the same store) and makes cluster, roles and schema, about a second.
 * end stops the server and removes the folder.  Where the test dies in between,
 * the watcher stops the server after 10 s.
 *
 * Owner    connections are the test's (EH_PG_AUTO).
 * Threads  none.
 */
#ifndef EH_TESTS_LIB_CLUSTER_H
#define EH_TESTS_LIB_CLUSTER_H

#include "pg/store.h"

int eh_test_store_begin(void **state);
int eh_test_store_end(void **state);

/* From here on the store waits for the disk as a user's does, which tests have no use for: for what is measured.
 * Connections that are open already are asked to, too. */
void eh_test_store_careful(void);

/* The folder, for eh_store_open(NULL, eh_test_state(), ...). */
const char *eh_test_state(void);

/* A connection in that role; the test fails where there is none. */
struct eh_pg *eh_test_open(enum eh_store_role role);

/* A connection as the superuser, as a DBA would have. */
struct eh_pg *eh_test_open_admin(void);

/* An empty store again: fresh schema, and no table in public.  As a cmocka setup it serves each test. */
int eh_test_store_reset(void **state);

/* The program with failpoints that was built beside the test. */
const char *eh_test_program(void);

/* The host of libpq, for tests that name the store. */
const char *eh_test_socket_folder(void);

/* Runs SQL and fails the test where the server does. */
void eh_test_sql(struct eh_pg *pg, const char *sql);

/* The one value of a query, as integer or as text (in a buffer that the next call overwrites). */
int64_t eh_test_int8(struct eh_pg *pg, const char *sql);
const char *eh_test_text(struct eh_pg *pg, const char *sql);

#endif
