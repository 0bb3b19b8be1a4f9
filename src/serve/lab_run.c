/*
 * lab_run.c - see lab_run.h.
 */
#include "serve/lab_run.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "serve/child.h"

#define KEPT 8
#define RUN_S 900

struct run {
	unsigned id; /* 0: none */
	enum eh_serve_lab_state state;
	int done, all;
	char *draft, *form, *result, *wrong;
	char *from, *to, *seed, *runs;
	bool refused;
	const struct eh_settings *settings;
	pthread_t thread;
	bool joined;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct run kept[KEPT];
static unsigned last_id;
static bool ending;

static void forget(struct run *run)
{
	char *const texts[] = {run->draft, run->form, run->result, run->wrong, run->from, run->to, run->seed, run->runs};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	*run = (struct run){0};
}

static char *copy(const char *text)
{
	if (text == NULL)
		return NULL;
	char *made = eh_xmalloc(strlen(text) + 1);
	memcpy(made, text, strlen(text) + 1);
	return made;
}

/* The last line that says how far it is. */
static bool look(void *ctx, const struct eh_buf *said)
{
	struct run *run = ctx;
	const char *last = NULL;

	for (const char *at = said->data; at != NULL && (at = strstr(at, "lab: ")) != NULL; at++)
		last = at;
	pthread_mutex_lock(&lock);
	if (last != NULL && sscanf(last, "lab: %d of %d", &run->done, &run->all) != 2)
		run->all = 0;
	bool go_on = !ending;
	pthread_mutex_unlock(&lock);
	return go_on;
}

static enum eh_rc write_file(const char *text, char path[], struct eh_err *err)
{
	int fd = mkstemp(path);
	size_t n = strlen(text);

	if (fd < 0)
		return eh_fail(err, EH_AGAIN, "cannot write a file in /tmp");
	ssize_t written = write(fd, text, n);
	close(fd);
	if (written == (ssize_t)n)
		return EH_OK;
	unlink(path);
	return eh_fail(err, EH_AGAIN, "cannot write a file in /tmp");
}

/* What was said on standard error, without how far it was. */
static void only_words(struct eh_buf *said, struct eh_buf *out)
{
	for (const char *at = said->data, *end; at != NULL && *at; at = end) {
		end = strchr(at, '\n');
		end = end != NULL ? end + 1 : at + strlen(at);
		if (strncmp(at, "lab: ", 5) != 0)
			eh_buf_put(out, at, (size_t)(end - at));
	}
}

static void *go(void *ctx)
{
	struct run *run = ctx;
	char path[] = "/tmp/evenhand-draft-XXXXXX";
	const char *argv[16] = {"evenhand", "lab", "--json", "--draft", path};
	const char *const more[][2] = {{"--from", run->from}, {"--to", run->to}, {"--seed", run->seed}, {"--runs", run->runs}};
	struct eh_serve_child_watch watch = {look, run};
	EH_BUF_AUTO out = {0};
	EH_BUF_AUTO said = {0};
	EH_BUF_AUTO words = {0};
	struct eh_err err = {0};
	size_t n = 5;
	int code = 0;

	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i][1] != NULL) {
			argv[n++] = more[i][0];
			argv[n++] = more[i][1];
		}
	enum eh_rc rc = write_file(run->draft, path, &err);
	if (rc == EH_OK) {
		rc = eh_serve_child(run->settings, argv, RUN_S, &watch, &code, &out, &said, &err);
		unlink(path);
	}
	only_words(&said, &words);
	pthread_mutex_lock(&lock);
	if (rc == EH_OK && code == 0) {
		run->result = copy(out.data);
		run->state = EH_SERVE_LAB_DONE;
	} else {
		run->wrong = copy(rc != EH_OK ? err.text : words.len > 0 ? words.data : "it ended without a word");
		run->refused = rc == EH_OK && code == 2;
		run->state = EH_SERVE_LAB_FAILED;
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static struct run *running(void)
{
	for (size_t i = 0; i < KEPT; i++)
		if (kept[i].id != 0 && kept[i].state == EH_SERVE_LAB_RUNNING)
			return &kept[i];
	return NULL;
}

/* A thread that has said its last word is waited for before its place is taken. */
static void join(struct run *run)
{
	if (run->id != 0 && !run->joined)
		pthread_join(run->thread, NULL);
	run->joined = true;
}

unsigned eh_serve_lab_start(const struct eh_settings *settings, const struct eh_serve_lab_asked *asked)
{
	unsigned id = 0;

	pthread_mutex_lock(&lock);
	if (running() == NULL && !ending) {
		struct run *run = &kept[(last_id + 1) % KEPT];

		join(run);
		forget(run);
		*run = (struct run){.state = EH_SERVE_LAB_RUNNING,
		                    .draft = copy(asked->draft),
		                    .form = copy(asked->form),
		                    .from = copy(asked->from),
		                    .to = copy(asked->to),
		                    .seed = copy(asked->seed),
		                    .runs = copy(asked->runs),
		                    .settings = settings};
		if (pthread_create(&run->thread, NULL, go, run) == 0)
			id = run->id = ++last_id;
		else
			forget(run);
	}
	pthread_mutex_unlock(&lock);
	return id;
}

void eh_serve_lab_look(unsigned id, struct eh_arena *arena, struct eh_serve_lab_seen *seen)
{
	const struct run *run = &kept[id % KEPT];

	*seen = (struct eh_serve_lab_seen){.state = EH_SERVE_LAB_UNKNOWN};
	pthread_mutex_lock(&lock);
	if (id != 0 && run->id == id)
		*seen = (struct eh_serve_lab_seen){.state = run->state,
		                                   .done = run->done,
		                                   .all = run->all,
		                                   .draft = eh_arena_strdup(arena, run->draft),
		                                   .form = eh_arena_strdup(arena, run->form),
		                                   .result = run->result != NULL ? eh_arena_strdup(arena, run->result) : NULL,
		                                   .wrong = run->wrong != NULL ? eh_arena_strdup(arena, run->wrong) : NULL,
		                                   .refused = run->refused};
	pthread_mutex_unlock(&lock);
}

unsigned eh_serve_lab_running(void)
{
	pthread_mutex_lock(&lock);
	const struct run *run = running();
	unsigned id = run != NULL ? run->id : 0;
	pthread_mutex_unlock(&lock);
	return id;
}

void eh_serve_lab_end(void)
{
	pthread_mutex_lock(&lock);
	ending = true;
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < KEPT; i++)
		join(&kept[i]);
	for (size_t i = 0; i < KEPT; i++)
		forget(&kept[i]);
	ending = false; /* a test starts another daemon in the same process */
}
