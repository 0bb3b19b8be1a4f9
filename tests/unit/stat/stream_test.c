/*
 * stream_test.c - lines through a pipe: waiting, blank, too long, without an end.
 */
#include "stat/stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stat/stat.h"
#include "tests/lib/test.h"

#define LINE "{\"id\":1,\"test\":\"fisher_exact_2x2\",\"inputs\":{\"table\":[3,1,1,3]}}"

struct rig {
	pthread_t thread;
	int in, out; /* where lines are written, and answers read */
	int of[2];
	enum eh_rc rc;
};

static void *serve(void *arg)
{
	struct rig *rig = arg;
	struct eh_err err;

	rig->rc = eh_stat_stream(rig->of[0], rig->of[1], &err);
	close(rig->of[0]);
	close(rig->of[1]);
	return NULL;
}

static void begin(struct rig *rig)
{
	int lines[2], answers[2];

	assert_int_equal(pipe(lines), 0);
	assert_int_equal(pipe(answers), 0);
	*rig = (struct rig){.in = lines[1], .out = answers[0], .of = {lines[0], answers[1]}};
	assert_int_equal(pthread_create(&rig->thread, NULL, serve, rig), 0);
}

static void say(const struct rig *rig, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t done = write(rig->in, text, n);

		assert_true(done > 0);
		text += done;
		n -= (size_t)done;
	}
}

/* Reads until `lines` newlines have come. */
static size_t hear(const struct rig *rig, char *text, size_t size, size_t lines)
{
	size_t n = 0, seen = 0;

	while (seen < lines) {
		assert_true(n + 1 < size);
		assert_int_equal(read(rig->out, text + n, 1), 1);
		seen += text[n++] == '\n';
	}
	text[n] = '\0';
	return n;
}

static void end(struct rig *rig)
{
	char rest;

	close(rig->in);
	assert_int_equal(read(rig->out, &rest, 1), 0);
	pthread_join(rig->thread, NULL);
	close(rig->out);
	assert_int_equal(rig->rc, EH_OK);
}

static void an_answer_comes_while_the_asker_waits(void **state)
{
	struct rig rig;
	char text[4096];

	(void)state;
	begin(&rig);
	for (int i = 0; i < 3; i++) {
		say(&rig, LINE "\n", sizeof LINE);
		hear(&rig, text, sizeof text, 1);
		assert_non_null(strstr(text, "\"status\":\"ok\""));
	}
	end(&rig);
}

static void blank_lines_are_passed_over_and_pieces_joined(void **state)
{
	static const char lines[] = "\n  \r\n" LINE "\r\n\n";
	struct rig rig;
	char text[4096];

	(void)state;
	begin(&rig);
	for (size_t i = 0; i < sizeof lines - 1; i++)
		say(&rig, lines + i, 1);
	say(&rig, LINE, sizeof LINE - 1); /* no newline before the end */
	close(rig.in);
	hear(&rig, text, sizeof text, 2);
	assert_null(strstr(text, "invalid"));
	rig.in = dup(rig.out);
	end(&rig);
}

/* What some editors put before a file, and what a broken disk puts into one. */
static void a_byte_order_mark_is_passed_over_and_nuls_are_answered(void **state)
{
	static const char lines[] = "\xEF\xBB\xBF" LINE "\n\0\0\n\xEF\xBB\xBF" LINE "\n";
	struct rig rig;
	char text[4096];

	(void)state;
	begin(&rig);
	say(&rig, lines, sizeof lines - 1);
	hear(&rig, text, sizeof text, 1);
	assert_non_null(strstr(text, "\"status\":\"ok\""));
	hear(&rig, text, sizeof text, 1);
	assert_non_null(strstr(text, "not JSON"));
	hear(&rig, text, sizeof text, 1); /* in the middle of a file it is no mark */
	assert_non_null(strstr(text, "not JSON"));
	end(&rig);
}

static void a_line_without_end_is_answered_and_skipped(void **state)
{
	size_t n = EH_STAT_LINE_MAX + 100000;
	char *line = malloc(n);
	struct rig rig;
	char text[4096];

	(void)state;
	assert_non_null(line);
	memset(line, '7', n);
	begin(&rig);
	say(&rig, line, n);
	hear(&rig, text, sizeof text, 1);
	assert_non_null(strstr(text, "longer than"));
	say(&rig, line, 1000);
	say(&rig, "\n" LINE "\n", sizeof LINE + 1);
	hear(&rig, text, sizeof text, 1);
	assert_non_null(strstr(text, "\"status\":\"ok\""));
	end(&rig);
	free(line);
}

/* Enough at once for every thread; some lines take much longer than others. */
static void answers_keep_the_order_of_the_lines(void **state)
{
	enum { LINES = 5000 };
	EH_BUF_AUTO lines = {0};
	char path[] = "/tmp/evenhand-stream-XXXXXX", out_path[] = "/tmp/evenhand-stream-XXXXXX", text[1024];
	int in = mkstemp(path), out = mkstemp(out_path);
	struct eh_err err;
	int want = 0, id;

	(void)state;
	assert_true(in >= 0 && out >= 0);
	for (int i = 0; i < LINES; i++)
		eh_buf_printf(&lines,
		              "{\"id\":%d,\"test\":\"fisher_exact_2x2\",\"inputs\":{\"table\":[%d,7,%d,9]}}\n%s", i,
		              i % 7 == 0 ? 100000 : i, i % 7 == 0 ? 100000 : 3, i % 11 == 0 ? "\n" : "");
	assert_int_equal(write(in, lines.data, lines.len), (ssize_t)lines.len);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	expect_rc(EH_OK, eh_stat_stream(in, out, &err), &err);
	FILE *answers = fopen(out_path, "r");
	assert_non_null(answers);
	while (fgets(text, sizeof text, answers) != NULL) {
		assert_int_equal(sscanf(text, "{\"id\":%d,\"status\":\"ok\"", &id), 1);
		assert_int_equal(id, want);
		want++;
	}
	assert_int_equal(want, LINES);
	assert_int_equal(fclose(answers) | close(in) | close(out) | unlink(path) | unlink(out_path), 0);
}

static void a_reader_who_left_is_an_error(void **state)
{
	int lines[2], answers[2];
	struct eh_err err;

	(void)state;
	assert_int_equal(pipe(lines), 0);
	assert_int_equal(pipe(answers), 0);
	assert_int_equal(write(lines[1], LINE "\n", sizeof LINE), (ssize_t)sizeof LINE);
	close(lines[1]);
	close(answers[1]);
	expect_rc(EH_AGAIN, eh_stat_stream(lines[0], answers[0], &err), &err); /* an end that only reads */
	close(lines[0]);
	close(answers[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_while_the_asker_waits),
		cmocka_unit_test(blank_lines_are_passed_over_and_pieces_joined),
		cmocka_unit_test(a_byte_order_mark_is_passed_over_and_nuls_are_answered),
		cmocka_unit_test(a_line_without_end_is_answered_and_skipped),
		cmocka_unit_test(answers_keep_the_order_of_the_lines),
		cmocka_unit_test(a_reader_who_left_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
