/*
 * stream.c - see stream.h.
 */
#include "stat/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "stat/stat.h"

#define CHUNK ((size_t)256 * 1024)

struct stream {
	int in, out;
	struct eh_stat *stat;
	struct eh_buf line; /* the beginning of a line whose end is not read yet */
	struct eh_buf answers;
	bool skipping; /* in the rest of a line that was too long */
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
		if (strchr(" \t\r", line[i]) == NULL)
			return false;
	return true;
}

static enum eh_rc answer(struct stream *s, const char *line, size_t n, struct eh_err *err)
{
	if (s->skipping)
		s->skipping = false;
	else if (!is_blank(line, n))
		eh_stat_answer(s->stat, line, n, &s->answers);
	return s->answers.len > CHUNK ? flush(s, err) : EH_OK;
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

static enum eh_rc take(struct stream *s, const char *at, size_t n, struct eh_err *err)
{
	const char *end = at + n, *newline;
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (s->line.len > 0) {
			keep(s, at, (size_t)(newline - at));
			rc = answer(s, s->line.data, s->line.len, err);
			eh_buf_reset(&s->line);
		} else {
			rc = answer(s, at, (size_t)(newline - at), err);
		}
		at = newline + 1;
	}
	if (rc == EH_OK && at < end)
		keep(s, at, (size_t)(end - at));
	return rc;
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
		rc = answer(s, s->line.data, s->line.len, err);
	return rc == EH_OK ? flush(s, err) : rc;
}

enum eh_rc eh_stat_stream(int in, int out, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_STAT_AUTO stat = eh_stat_new();
	struct stream s = {.in = in, .out = out, .stat = stat};
	enum eh_rc rc = run(&s, eh_arena_zalloc(arena, CHUNK, 1), err);

	eh_buf_free(&s.line);
	eh_buf_free(&s.answers);
	return rc;
}
