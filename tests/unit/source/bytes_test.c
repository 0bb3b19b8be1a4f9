/*
 * bytes_test.c - every byte of a file comes out once, or the file is refused: plain, gzipped, in members, cut, damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "source/bytes.h"

static char path[] = "/tmp/evenhand-bytes-XXXXXX";
static struct eh_err err;

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);

	return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

/* Appends one gzip member that holds the text. */
static void add_member(struct eh_buf *out, const char *text, size_t n)
{
	z_stream z = {0};
	size_t room = n + n / 100 + 64;
	char *packed = malloc(room);

	assert_non_null(packed);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)n;
	z.next_out = (unsigned char *)packed;
	z.avail_out = (unsigned)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	eh_buf_put(out, packed, room - z.avail_out);
	(void)deflateEnd(&z);
	free(packed);
}

static void write_file(const char *at, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(at, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static enum eh_rc read_path(const char *name, size_t room, struct eh_buf *out)
{
	struct eh_bytes *bytes = NULL;
	char *part = malloc(room);
	enum eh_rc rc = eh_bytes_open(name, &bytes, &err);
	size_t n = 1;

	assert_non_null(part);
	eh_buf_reset(out);
	while (rc == EH_OK && n > 0) {
		rc = eh_bytes_read(bytes, part, room, &n, &err);
		assert_true(n <= room);
		eh_buf_put(out, part, n);
	}
	if (rc == EH_OK) {
		int64_t done, total;

		eh_bytes_progress(bytes, &done, &total);
		assert_int_equal(done, total == 0 ? done : total);
	}
	eh_bytes_close(bytes);
	free(part);
	return rc;
}

static void reads(const struct eh_buf *file, const char *want, size_t n)
{
	static const size_t rooms[] = {1, 7, 100000};
	EH_BUF_AUTO got = {0};

	write_file(file->data, file->len);
	for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
		assert_int_equal(read_path(path, rooms[i], &got), EH_OK);
		assert_int_equal(got.len, n);
		assert_true(n == 0 || memcmp(got.data, want, n) == 0);
	}
}

static void is_refused(const char *at, size_t n, const char *why)
{
	EH_BUF_AUTO got = {0};

	write_file(at, n);
	assert_int_equal(read_path(path, 64, &got), EH_BAD_INPUT);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_true(err.hint[0] != '\0');
}

static void plain_files_come_as_they_are(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "x", "a,b\n1,2\n", "\x1f", "\x1f\x8a is no gzip file"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		EH_BUF_AUTO file = {0};

		eh_buf_puts(&file, texts[i]);
		reads(&file, texts[i], strlen(texts[i]));
	}
}

static void members_come_one_after_another(void **state)
{
	(void)state;
	EH_BUF_AUTO file = {0};

	add_member(&file, "first\n", 6);
	reads(&file, "first\n", 6);
	add_member(&file, "", 0);
	add_member(&file, "second\n", 7);
	reads(&file, "first\nsecond\n", 13);
	eh_buf_put(&file, "\0\0\0\0\0", 5); /* as a tape fills its last block */
	reads(&file, "first\nsecond\n", 13);
}

/* Longer than every buffer, and hard to pack. */
static void long_files_come_whole(void **state)
{
	(void)state;
	EH_BUF_AUTO file = {0}, text = {0};
	uint32_t x = 2026;

	for (unsigned i = 0; i < 300000; i++) {
		x = x * 1664525 + 1013904223;
		eh_buf_printf(&text, "%u\n", x >> (i % 24));
	}
	add_member(&file, text.data, text.len);
	add_member(&file, text.data, text.len / 2);
	size_t half = text.len / 2;
	char *want = malloc(text.len + half);
	assert_non_null(want);
	memcpy(want, text.data, text.len);
	memcpy(want + text.len, text.data, half);
	EH_BUF_AUTO got = {0};
	write_file(file.data, file.len);
	assert_int_equal(read_path(path, 100000, &got), EH_OK);
	assert_int_equal(got.len, text.len + half);
	assert_memory_equal(got.data, want, got.len);
	free(want);
}

/* Wherever a file of two members ends too early, it is refused; only the border between them is an end. */
static void a_file_that_is_cut_off_is_refused(void **state)
{
	(void)state;
	EH_BUF_AUTO file = {0}, got = {0};

	add_member(&file, "id,at\n1,2\n", 10);
	size_t border = file.len;
	add_member(&file, "3,4\n", 4);
	for (size_t n = 2; n < file.len; n++) {
		if (n != border) {
			is_refused(file.data, n, "cut off");
			continue;
		}
		write_file(file.data, n);
		assert_int_equal(read_path(path, 64, &got), EH_OK);
		assert_int_equal(got.len, 10);
	}
}

/* gzread() would end quietly after the first member. */
static void what_is_no_member_is_not_passed_over(void **state)
{
	(void)state;
	EH_BUF_AUTO file = {0};

	add_member(&file, "id,at\n1,2\n", 10);
	size_t border = file.len;
	add_member(&file, "3,4\n", 4);
	for (size_t i = 0; i < 4; i++) { /* magic number, method, and a flag that is reserved */
		char was = file.data[border + i];

		file.data[border + i] = (char)(was ^ 0x40);
		is_refused(file.data, file.len, "damaged");
		file.data[border + i] = was;
	}
	file.data[file.len - 8] ^= 1; /* the checksum */
	is_refused(file.data, file.len, "damaged");
	is_refused("\x1f\x8bno gzip", 9, "damaged");
}

static void what_cannot_be_opened_is_told(void **state)
{
	(void)state;
	EH_BUF_AUTO got = {0};

	assert_int_equal(read_path("/nonexistent/log.csv", 64, &got), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "cannot be opened"));
	assert_int_equal(read_path("/tmp", 64, &got), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "is a folder"));
}

/* A pipe that gives a byte at a time, as the first two say what the file is. */
static void a_slow_pipe_is_read_to_its_end(void **state)
{
	(void)state;
	EH_BUF_AUTO file = {0}, got = {0};
	int ends[2], kept = dup(STDIN_FILENO);

	add_member(&file, "slow\n", 5);
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		for (size_t i = 0; i < file.len; i++) {
			if (write(ends[1], file.data + i, 1) != 1)
				_exit(1);
			(void)usleep(500);
		}
		_exit(0);
	}
	assert_true(child > 0 && kept >= 0);
	(void)close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	(void)close(ends[0]);
	assert_int_equal(read_path("-", 64, &got), EH_OK);
	assert_true(dup2(kept, STDIN_FILENO) >= 0);
	(void)close(kept);
	assert_int_equal(got.len, 5);
	assert_memory_equal(got.data, "slow\n", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_files_come_as_they_are),
		cmocka_unit_test(members_come_one_after_another),
		cmocka_unit_test(long_files_come_whole),
		cmocka_unit_test(a_file_that_is_cut_off_is_refused),
		cmocka_unit_test(what_is_no_member_is_not_passed_over),
		cmocka_unit_test(what_cannot_be_opened_is_told),
		cmocka_unit_test(a_slow_pipe_is_read_to_its_end),
	};

	return cmocka_run_group_tests_name("bytes", tests, make_file, remove_file);
}
