/*
 * log.h - a small decision log for the tests of this room: text in, columns out.
 *
 * Threads  none.
 */
#ifndef EH_TESTS_UNIT_REPORT_LOG_H
#define EH_TESTS_UNIT_REPORT_LOG_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/columns.h"
#include "tests/lib/test.h"

static inline const struct eh_map *read_map(struct eh_arena *arena, const char *text)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err), &err);
	return map;
}

static inline const struct eh_columns *read_log_from(struct eh_arena *arena, const struct eh_map *map, const char *text,
                                                     int64_t from_us, int64_t to_us)
{
	char path[] = "/tmp/evenhand-log-XXXXXX";
	const struct eh_columns *columns = NULL;
	struct eh_err err = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	expect_rc(EH_OK, eh_columns_read_file(arena, map, path, from_us, to_us, &columns, &err), &err);
	assert_int_equal(unlink(path), 0);
	return columns;
}

static inline const struct eh_columns *read_log(struct eh_arena *arena, const struct eh_map *map, const char *text)
{
	return read_log_from(arena, map, text, INT64_MIN, INT64_MAX);
}

#endif
