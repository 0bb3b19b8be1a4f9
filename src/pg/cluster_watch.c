/*
 * cluster_watch.c - the watcher: stops the private server when nobody uses it any more.
 *
 * It is a process of its own, so that neither Ctrl-C nor kill -9 of a verb reaches
 * it, and it looks instead of being told, so that no verb can forget to tell it.
 * A look takes STATE/lock for an instant and gives it back; only to stop the
 * server are both locks kept, so that a verb that comes just then waits, and
 * finds the server down, and starts it again.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "pg/cluster_inside.h"

#define IDLE_US (60 * EH_SECOND_US)
#define NAME "eh-watcher" /* not "evenhand": who kills all verbs by name must not meet it */

static int64_t idle_us(void)
{
	const char *text = getenv("EVENHAND_IDLE_STOP");
	int64_t us;

	return text != NULL && eh_duration_parse(text, &us) ? us : IDLE_US;
}

/* ---- who is the watcher --------------------------------------------------------- */

struct watcher {
	int pid;
	unsigned long long began;
};

static bool read_watcher(const struct eh_cluster *cluster, struct watcher *w)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	FILE *f = fopen(eh_cluster_file(arena, cluster, "watcher"), "re");
	bool ok = f != NULL && fscanf(f, "%d %llu", &w->pid, &w->began) == 2 && w->pid > 1;

	if (f != NULL)
		fclose(f);
	/* The number alone could have passed to another process. */
	return ok && w->began != 0 && eh_process_began(w->pid) == w->began;
}

static bool write_watcher(const struct eh_cluster *cluster)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	FILE *f = fopen(eh_cluster_file(arena, cluster, "watcher"), "we");

	if (f == NULL)
		return false;
	bool ok = fprintf(f, "%d %llu\n", (int)getpid(), eh_process_began(getpid())) > 0;
	return fclose(f) == 0 && ok;
}

static void remove_watcher(const struct eh_cluster *cluster)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	if (unlink(eh_cluster_file(arena, cluster, "watcher")) != 0 && errno != ENOENT)
		EH_ASSERT(errno != EFAULT); /* a file left behind names a dead process: the next one sees that */
}

void eh_cluster_unwatch(const struct eh_cluster *cluster)
{
	struct watcher w;

	if (read_watcher(cluster, &w) && kill(w.pid, SIGTERM) == 0)
		for (int i = 0; i < 200 && eh_process_began(w.pid) == w.began; i++)
			usleep(5 * 1000);
	remove_watcher(cluster);
}

/* ---- its life ------------------------------------------------------------------- */

struct watch {
	const struct eh_cluster *cluster;
	const char *pid_file;
	int lock, setup;
	int64_t idle_us, used_us; /* used_us: when somebody was last seen */
	struct timespec touched;
};

/* True while somebody holds the lock, or came and went since the last look. */
static bool in_use(struct watch *w)
{
	struct stat st;
	bool used = flock(w->lock, LOCK_EX | LOCK_NB) != 0;

	if (!used)
		flock(w->lock, LOCK_UN);
	if (fstat(w->lock, &st) == 0 &&
	    (st.st_mtim.tv_sec != w->touched.tv_sec || st.st_mtim.tv_nsec != w->touched.tv_nsec)) {
		w->touched = st.st_mtim;
		used = true;
	}
	return used;
}

/* The state folder was removed under us. */
static bool homeless(const struct watch *w)
{
	struct stat st;

	return fstat(w->lock, &st) != 0 || st.st_nlink == 0;
}

static bool server_there(const struct watch *w)
{
	return access(w->pid_file, F_OK) == 0;
}

/* With both locks kept: stops the server if it is there.  True where the watcher's work is done. */
static bool close_down(struct watch *w, bool only_if_gone)
{
	struct eh_err err; /* nobody reads it; a server that does not stop is tried again at the next look */
	bool done = false;

	if (flock(w->setup, LOCK_EX | LOCK_NB) != 0)
		return false;
	if (flock(w->lock, LOCK_EX | LOCK_NB) == 0 || only_if_gone) {
		done = !server_there(w) || (!only_if_gone && eh_cluster_stop_server(w->cluster, &err) == EH_OK);
		if (done)
			remove_watcher(w->cluster);
		flock(w->lock, LOCK_UN);
	}
	flock(w->setup, LOCK_UN);
	return done;
}

static void watch(struct watch *w)
{
	int64_t pause_us = w->idle_us / 20 < EH_SECOND_US ? w->idle_us / 20 : EH_SECOND_US;

	for (w->used_us = eh_time_steady_us();; usleep((useconds_t)pause_us)) {
		if (homeless(w)) /* the server sees it too, and ends by itself within a minute */
			return;
		if (in_use(w))
			w->used_us = eh_time_steady_us();
		bool gone = !server_there(w);
		if ((gone || eh_time_steady_us() - w->used_us >= w->idle_us) && close_down(w, gone))
			return;
	}
}

/* ---- its birth ------------------------------------------------------------------ */

/* Shows in `ps` as what it is and not as the verb that started it.  Where the words of the command
 * line lie in memory is said by /proc/self/stat (fields 48 and 49). */
static void show_as(const char *state)
{
	char line[2048], *at;
	unsigned long start = 0, end = 0;
	FILE *f = fopen("/proc/self/stat", "re");

	prctl(PR_SET_NAME, NAME);
	if (f == NULL)
		return;
	line[fread(line, 1, sizeof line - 1, f)] = '\0';
	fclose(f);
	at = strrchr(line, ')');
	for (int field = 2; at != NULL && field < 48; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL || sscanf(at, " %lu %lu", &start, &end) != 2 || start == 0 || end <= start)
		return;
	char *words = (char *)start; /* NOLINT: the kernel's own statement of where argv is */
	memset(words, 0, end - start);
	snprintf(words, end - start, "%s %s", NAME, state);
}

__attribute__((noreturn)) static void live(const struct eh_cluster *cluster, int tell)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct watch w = {.cluster = cluster,
			  .pid_file = eh_arena_printf(arena, "%s/postmaster.pid", cluster->data),
			  .idle_us = idle_us()};
	struct stat st;
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	show_as(cluster->state);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(tell, 3) < 0)
		_exit(1);
	close_range(4, ~0U, 0); /* above all, the copy of the verb's lock */
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	w.lock = eh_cluster_open_lock(cluster, "lock");
	w.setup = eh_cluster_open_lock(cluster, "setup");
	if (w.lock < 0 || w.setup < 0 || fstat(w.lock, &st) != 0 || !eh_process_become(&cluster->owner) ||
	    chdir("/") != 0 || !write_watcher(cluster) || write(3, "", 1) != 1)
		_exit(1);
	close(3);
	w.touched = st.st_mtim;
	watch(&w);
	_exit(0);
}

enum eh_rc eh_cluster_watch(const struct eh_cluster *cluster, struct eh_err *err)
{
	struct watcher known;
	int tell[2], status;
	char ready;

	if (read_watcher(cluster, &known))
		return EH_OK;
	if (pipe2(tell, O_CLOEXEC) != 0)
		return eh_fail(err, EH_AGAIN, "cannot start the watcher: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		/* Twice, and in a session of its own: nobody's child, nobody's terminal. */
		setsid();
		if (fork() == 0)
			live(cluster, tell[1]);
		_exit(0);
	}
	close(tell[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ssize_t n;
	while ((n = read(tell[0], &ready, 1)) < 0 && errno == EINTR)
		;
	close(tell[0]);
	if (pid > 0 && n == 1)
		return EH_OK;
	eh_fail(err, EH_AGAIN, "cannot start the watcher of the private PostgreSQL in %s", cluster->state);
	return eh_hint(err, "check that processes can be made and that the folder can be written");
}
