/*
 * stream.c - see stream.h.
 */
#include "stat/stream.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "stat/stat.h"

#define CHUNK ((size_t)256 * 1024)
#define PARTS_MAX 4
#define PART_MIN ((size_t)8 * 1024) /* what is worth a thread: at least forty lines */

/* A run of whole lines, and the answers to them. */
struct part {
	struct eh_stat *stat;
	const char *at, *end;
	struct eh_buf answers;
};

struct stream {
	int in, out;
	struct part parts[PARTS_MAX]; /* the first is this thread's own */
	size_t parts_n;
	struct eh_buf line; /* the beginning of a line whose end is not read yet */
	struct eh_buf answers;
	bool skipping; /* in the rest of a line that was too long */
	bool begun;    /* the first bytes are read */
};

static enum eh_rc flush(struct stream *s, struct eh_err *err)
{
	size_t done = 0;

	while (done < s->answers.len) {
		ssize_t n = write(s->out, s->answers.data + done, s->answers.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return eh_fail(err, EH_AGAIN, "cannot write the answers: %s", strerror(errno));
		done += (size_t)n;
	}
	eh_buf_reset(&s->answers);
	return EH_OK;
}

static bool is_blank(const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memchr(" \t\r", line[i], 3) == NULL) /* a NUL is no blank: it gets an answer */
			return false;
	return true;
}

/* The line that was kept, which is whole now. */
static void answer_kept(struct stream *s)
{
	if (s->skipping)
		s->skipping = false;
	else if (!is_blank(s->line.data, s->line.len))
		eh_stat_answer(s->parts[0].stat, s->line.data, s->line.len, &s->answers);
	eh_buf_reset(&s->line);
}

static void *answer_part(void *arg)
{
	struct part *p = arg;
	const char *newline;

	for (; p->at < p->end; p->at = newline + 1) {
		newline = memchr(p->at, '\n', (size_t)(p->end - p->at));
		if (!is_blank(p->at, (size_t)(newline - p->at)))
			eh_stat_answer(p->stat, p->at, (size_t)(newline - p->at), &p->answers);
	}
	return NULL;
}

/* Answers whole lines, many of them by several threads at once, and puts the answers in the order of the lines. */
static void answer_lines(struct stream *s, const char *at, const char *end)
{
	size_t parts = (size_t)(end - at) / PART_MIN, started = 1;
	pthread_t thread[PARTS_MAX];

	parts = parts < 1 ? 1 : parts > s->parts_n ? s->parts_n : parts;
	for (size_t i = 0; i < parts; i++) {
		const char *stop = i + 1 < parts ? at + (size_t)(end - at) / (parts - i) : end;
		const char *newline = memrchr(at, '\n', (size_t)(stop - at));

		s->parts[i].at = at;
		s->parts[i].end = at = newline != NULL ? newline + 1 : at;
	}
	while (started < parts && pthread_create(&thread[started], NULL, answer_part, &s->parts[started]) == 0)
		started++;
	answer_part(&s->parts[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < parts; i++) {
		if (i >= started) /* there was no thread for it */
			answer_part(&s->parts[i]);
		eh_buf_put(&s->answers, s->parts[i].answers.data, s->parts[i].answers.len);
		eh_buf_reset(&s->parts[i].answers);
	}
}

/* What has no end yet is kept, up to the longest line. */
static void keep(struct stream *s, const char *at, size_t n)
{
	if (s->skipping)
		return;
	if (s->line.len + n > EH_STAT_LINE_MAX) {
		eh_stat_answer_too_long(&s->answers);
		eh_buf_free(&s->line);
		s->skipping = true;
		return;
	}
	eh_buf_put(&s->line, at, n);
}

/* Some editors begin a file with this mark, which JSON does not know. */
static size_t byte_order_mark(struct stream *s, const char *at, size_t n)
{
	bool first = !s->begun;

	s->begun = s->begun || n > 0;
	return first && n >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static enum eh_rc take(struct stream *s, const char *at, size_t n, struct eh_err *err)
{
	const char *end = at + n;

	at += byte_order_mark(s, at, n);
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	if (newline != NULL && (s->line.len > 0 || s->skipping)) {
		keep(s, at, (size_t)(newline - at));
		answer_kept(s);
		at = newline + 1;
	}
	newline = memrchr(at, '\n', (size_t)(end - at));
	if (newline != NULL) {
		answer_lines(s, at, newline + 1);
		at = newline + 1;
	}
	if (at < end)
		keep(s, at, (size_t)(end - at));
	return s->answers.len > CHUNK ? flush(s, err) : EH_OK;
}

/* Nothing to read at once: whoever asked may be waiting. */
static bool pauses(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

static enum eh_rc run(struct stream *s, char *chunk, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	ssize_t n = 1;

	while (rc == EH_OK && n > 0) {
		if (s->answers.len > 0 && pauses(s->in) && (rc = flush(s, err)) != EH_OK)
			break;
		n = read(s->in, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			rc = eh_fail(err, EH_AGAIN, "cannot read the lines: %s", strerror(errno));
		else
			rc = take(s, chunk, (size_t)n, err);
	}
	if (rc == EH_OK && s->line.len > 0)
		answer_kept(s);
	return rc == EH_OK ? flush(s, err) : rc;
}

enum eh_rc eh_stat_stream(int in, int out, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct stream s = {.in = in, .out = out};

	s.parts_n = processors < 1 ? 1 : processors > PARTS_MAX ? PARTS_MAX : (size_t)processors;
	for (size_t i = 0; i < s.parts_n; i++)
		s.parts[i].stat = eh_stat_new();
	enum eh_rc rc = run(&s, eh_arena_zalloc(arena, CHUNK, 1), err);
	for (size_t i = 0; i < s.parts_n; i++) {
		eh_stat_free(s.parts[i].stat);
		eh_buf_free(&s.parts[i].answers);
	}
	eh_buf_free(&s.line);
	eh_buf_free(&s.answers);
	return rc;
}
