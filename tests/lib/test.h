/*
 * test.h - cmocka with what it wants included before it, and the one check that every test of ours makes.
 *
 * Threads  none.
 */
#ifndef EH_TESTS_LIB_TEST_H
#define EH_TESTS_LIB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"

/* The call gives `want`; else its story is printed. */
#define expect_rc(want, call, err)                                                                                     \
	do {                                                                                                           \
		enum eh_rc expect_rc_got = (call);                                                                     \
		if (expect_rc_got != (want)) {                                                                         \
			if (expect_rc_got != EH_OK)                                                                    \
				print_error("%s: %s (hint: %s)\n", #call, (err)->text, (err)->hint);                   \
			assert_int_equal(expect_rc_got, want);                                                         \
		}                                                                                                      \
	} while (0)

#endif
