/*
 * position_test.c - a position reads back as it was written, and nothing else is one.
 */
#include <string.h>

#include "source/position.h"
#include "tests/lib/test.h"

static void reads_back_as(const char *text, const char *expected)
{
	EH_POSITION_AUTO position = {0};
	EH_POSITION_AUTO copy = {0};
	EH_BUF_AUTO out = {0};
	struct eh_err err;

	expect_rc(EH_OK, eh_position_parse(text, &position, &err), &err);
	eh_position_copy(&copy, &position);
	eh_position_format(&copy, &out);
	assert_string_equal(out.data, expected);
}

static void round_trip(const char *text)
{
	reads_back_as(text, text);
}

static void every_kind_reads_back(void **state)
{
	(void)state;
	round_trip("history 100:120:101,105 16384 16390 7,65535 1700000000000000 -9223372036854775808");
	round_trip("history 100:100: 16384 16390 4294967295,1 1700000000000000 1600000000000000");
	round_trip("history 100:100: 16384 16390 0,0 1700000000000000 1600000000000000 0-7:all 7-12:7,0 12-4294967295:900,65535");
	round_trip("whole 18446744073709551615:18446744073709551615: 16384");
	round_trip("delta 100:120:101,105 16384 16390 0,0 130:140:131 18446744073709551615 1700000000000000 -9223372036854775808");
	round_trip("delta 100:100: 16384 16390 7,1 130:130: 12 1700000000000000 1600000000000000");
	round_trip("backfill 18446744073709551615 4294967295 evenhand_log 0/0 16384 1700000000000000 -9223372036854775808");
	round_trip("stream 7000000000000000001 1 evenhand_log FFFFFFFF/FFFFFFFF 4294967295 0/0 0");
	round_trip("stream 7000000000000000001 3 s 16/B374D848 7 16/B374D900 18446744073709551615");
	round_trip("push 100:120:101 16384 - -9223372036854775808 16390 16391 7,1 1700000000000000 1600000000000000 1700000000000000");
	round_trip("push 100:120:101 16384 130:130: 1600000000000000 0 0 0,0 1700000000000000 -9223372036854775808 1700000300000000");
	round_trip("once 16384 1700000000000000");
}

/* Stores hold positions from before a delta kept its clock and its latest date. */
static void delta_without_its_clock_is_read(void **state)
{
	(void)state;
	reads_back_as("delta 100:100: 16384 16390 7,1 130:130: 12",
	              "delta 100:100: 16384 16390 7,1 130:130: 12 -9223372036854775808 -9223372036854775808");
}

static void nothing_else_is_a_position(void **state)
{
	static const char *const bad[] = {"",
	                                  "history 1:1: 2 3 0,0 4 5 1-7:1,0 7-4294967295:all",
	                                  "history 1:1: 2 3 0,0 4 5 0-7:1,0 8-4294967295:all",
	                                  "history 1:1: 2 3 0,0 4 5 0-7:7,0 7-4294967295:all",
	                                  "history 1:1: 2 3 0,0 4 5 0-7:1,0 7-20:all",
	                                  "history 1:1: 2 3 0,0 4 5 0-7:1,0 7-4294967295:al",
	                                  "history 1:1: 2 3 0,1 4 5 0-4294967295:all",
	                                  "history 1:1: 2 3 0,0 4 5 ",
	                                  "whole",
	                                  "whole 1:2: ",
	                                  "whole 1:2: 3 ",
	                                  "whole 1:2: 3x",
	                                  "whole 1:2 3",
	                                  "whole 1:2:3:4 5",
	                                  "whole :2: 5",
	                                  "whole 1,2:3: 5",
	                                  "history 1:2: 3 4 5,6 7",
	                                  "delta 1:2: 3 4 5,6 1:2: ",
	                                  "push 1:2: 3 -4 5 6 7,8 9 10 11",
	                                  "push 1:2: 3 - 4 5 6 7,8 9 10",
	                                  "push 1:2: 3 1:2 4 5 6 7,8 9 10 11",
	                                  "once 3",
	                                  "once 3 4 5",
	                                  "delta 1:2: 3 4 5,6 1:2:",
	                                  "delta 1:2: 3 4 5,6 1:2: 7 ",
	                                  "delta 1:2: 3 4 5,6 1:2: 7 8",
	                                  "delta 1:2: 3 4 5,6 1:2: 7 8 9 ",
	                                  "delta 1:2: 3 4 5,6 1:2: 7 8 9 10",
	                                  "backfill 1 2 s 0/1 3 4",
	                                  "backfill 1 2 s 0 3 4 5",
	                                  "backfill 1 2 0/1 3 4 5 6",
	                                  "stream 1 2 s 0/1 3 0/2",
	                                  "stream 1 2 s 0/1 3 0/2 3 ",
	                                  "stream 1 2 s 0/1 3 0/2/3 4",
	                                  "stream 1 s 0/1 3 0/2 3",
	                                  "stream 1 2 "
	                                  "a2345678901234567890123456789012345678901234567890123456789012345 0/1 3 0/2 3",
	                                  "live 1:2: 3"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		EH_POSITION_AUTO position = {0};
		struct eh_err err;

		expect_rc(EH_REFUSED, eh_position_parse(bad[i], &position, &err), &err);
	}
}

static void snapshot_gives_its_xmax(void **state)
{
	uint64_t xmax = 0;

	(void)state;
	assert_true(eh_position_snapshot_ok("12:3456:13,14", 13, &xmax));
	assert_int_equal(xmax, 3456);
	assert_false(eh_position_snapshot_ok("12:34'56:", 9, NULL));
	assert_false(eh_position_snapshot_ok("12", 2, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_reads_back),
		cmocka_unit_test(delta_without_its_clock_is_read),
		cmocka_unit_test(nothing_else_is_a_position),
		cmocka_unit_test(snapshot_gives_its_xmax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
