/*
 * cluster.c - starting, holding and stopping the private cluster; see cluster.h.
 *
 * Order of locks, everywhere: STATE/lock, then STATE/setup.  The watcher, who must
 * come in from the other side, tries both without waiting.
 */
#include "pg/cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "pg/cluster_inside.h"
#include "pg/conn.h"

/* Crash recovery of a large store may take minutes, and is not to be given up. */
#define START_SECONDS "600"
#define STOP_SECONDS "120"

enum eh_rc eh_cluster_run(const struct eh_cluster *cluster, const char *const *argv, struct eh_err *err)
{
	EH_BUF_AUTO said = {0};
	int status;
	enum eh_rc rc = eh_process_run(argv, &cluster->owner, cluster->state, &said, &status, err);

	if (rc != EH_OK || status == 0)
		return rc;
	const char *words = said.data != NULL ? said.data : "";
	if (strlen(words) > 600) /* the end says what went wrong */
		words += strlen(words) - 600;
	EH_ARENA_AUTO arena = eh_arena_new();
	char *line = eh_arena_strdup(arena, words);
	for (char *c = line; *c != '\0'; c++)
		if (*c == '\n')
			*c = c[1] != '\0' ? ' ' : '\0';
	return eh_fail(err, EH_AGAIN, "%s failed with exit code %d: %s", argv[0], status, line);
}

/* ---- locks ---------------------------------------------------------------------- */

int eh_cluster_open_lock(const struct eh_cluster *cluster, const char *name)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	int fd = open(eh_cluster_file(arena, cluster, name), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	/* Made by root, it must be open to the owner too. */
	if (fd >= 0 && geteuid() == 0 && fchown(fd, cluster->owner.uid, cluster->owner.gid) != 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static enum eh_rc lock_failed(const struct eh_cluster *cluster, const char *name, struct eh_err *err)
{
	return eh_fail(err, EH_AGAIN, "cannot lock %s/%s: %s", cluster->state, name, strerror(errno));
}

static int flock_retry(int fd, int how)
{
	int rc;

	while ((rc = flock(fd, how)) != 0 && errno == EINTR)
		;
	return rc;
}

/* The shared locks of this process: one a cluster, never given back. */
static struct {
	dev_t dev;
	ino_t ino;
	int fd;
} held[8];
static size_t n_held;

static bool holds(const struct stat *st)
{
	for (size_t i = 0; i < n_held; i++)
		if (held[i].dev == st->st_dev && held[i].ino == st->st_ino)
			return true;
	return false;
}

static enum eh_rc hold_shared(const struct eh_cluster *cluster, struct eh_err *err)
{
	struct stat st;
	int fd = eh_cluster_open_lock(cluster, "lock");

	if (fd < 0 || fstat(fd, &st) != 0)
		return lock_failed(cluster, "lock", err);
	if (holds(&st)) {
		close(fd);
		return EH_OK;
	}
	/* The time on the file tells the watcher of a verb that was quicker than its look. */
	if (flock_retry(fd, LOCK_SH) != 0 || futimens(fd, NULL) != 0) {
		enum eh_rc rc = lock_failed(cluster, "lock", err);

		close(fd);
		return rc;
	}
	if (n_held == sizeof held / sizeof *held) { /* only a test program meets so many */
		close(held[0].fd);
		memmove(held, held + 1, --n_held * sizeof *held);
	}
	held[n_held].dev = st.st_dev;
	held[n_held].ino = st.st_ino;
	held[n_held++].fd = fd;
	return EH_OK;
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_AUTO __attribute__((cleanup(close_fd))) int

static enum eh_rc lock_setup(const struct eh_cluster *cluster, int *fd, struct eh_err *err)
{
	*fd = eh_cluster_open_lock(cluster, "setup");
	if (*fd >= 0 && flock_retry(*fd, LOCK_EX) == 0)
		return EH_OK;
	return lock_failed(cluster, "setup", err);
}

/* ---- up and down ---------------------------------------------------------------- */

static PGPing ping(const struct eh_cluster *cluster)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const char *conninfo = eh_cluster_conninfo(arena, cluster, "postgres", EH_CLUSTER_ADMIN);

	return PQping(eh_arena_printf(arena, "%s connect_timeout=5", conninfo));
}

/* A server that is starting or stopping answers, and says no: its decision is waited for. */
static PGPing settled(const struct eh_cluster *cluster)
{
	int64_t until_us = eh_time_steady_us() + 600 * EH_SECOND_US;
	PGPing answer;

	while ((answer = ping(cluster)) == PQPING_REJECT && eh_time_steady_us() < until_us)
		usleep(50 * 1000);
	return answer;
}

/* Whether any process works in the data folder, as every process of a server does. */
static bool anybody_inside(const struct eh_cluster *cluster)
{
	DIR *proc = opendir("/proc");
	bool found = false;

	for (const struct dirent *d; proc != NULL && !found && (d = readdir(proc)) != NULL;) {
		char link[300], cwd[PATH_MAX];

		snprintf(link, sizeof link, "/proc/%.200s/cwd", d->d_name);
		ssize_t n = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? readlink(link, cwd, sizeof cwd - 1) : -1;
		if (n > 0) {
			cwd[n] = '\0';
			found = strcmp(cwd, cluster->data) == 0;
		}
	}
	if (proc != NULL)
		closedir(proc);
	return found;
}

static enum eh_rc remove_stale(const char *path, struct eh_err *err)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return EH_OK;
	return eh_fail(err, EH_AGAIN, "cannot remove %s: %s", path, strerror(errno));
}

/*
 * After a power cut the number in postmaster.pid, and in the lock of the socket, may belong to
 * somebody else (or, where nobody reaps, to the dead server), and PostgreSQL would then refuse to
 * start for ever.  Whether a server is really there is seen by who works in the data folder;
 * after kill -9 of its head the children need a moment to leave.
 */
static enum eh_rc clear_stale_pid(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	int64_t until_us = eh_time_steady_us() + 60 * EH_SECOND_US;

	while (anybody_inside(cluster)) {
		if (eh_time_steady_us() > until_us) {
			eh_fail(err, EH_AGAIN, "processes of an earlier server still work in %s", cluster->data);
			return eh_hint(err, "wait for them or end them; `fuser -v %s` lists them", cluster->data);
		}
		usleep(100 * 1000);
	}
	enum eh_rc rc = remove_stale(eh_arena_printf(arena, "%s/postmaster.pid", cluster->data), err);
	return rc == EH_OK ? remove_stale(eh_arena_printf(arena, "%s/.s.PGSQL.5432.lock", cluster->run), err) : rc;
}

static const char *last_words(struct eh_arena *arena, const struct eh_cluster *cluster)
{
	char text[600] = "";
	FILE *f = fopen(eh_cluster_file(arena, cluster, "server.log"), "re");

	if (f == NULL)
		return "";
	if (fseek(f, -(long)(sizeof text - 1), SEEK_END) != 0)
		rewind(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\n')
			*c = ' ';
	return eh_arena_strdup(arena, text);
}

static enum eh_rc start_server(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const char *const argv[] = {eh_arena_printf(arena, "%s/pg_ctl", cluster->bin), "start", "-w", "-s",
				    "-t", START_SECONDS, "-D", cluster->data,
				    "-l", eh_cluster_file(arena, cluster, "server.log"), NULL};
	enum eh_rc rc = clear_stale_pid(cluster, err);

	if (rc == EH_OK)
		rc = eh_cluster_make_run(cluster, err);
	if (rc == EH_OK)
		rc = eh_cluster_write_config(cluster, cluster->data, err);
	if (rc != EH_OK || eh_cluster_run(cluster, argv, err) == EH_OK)
		return rc;
	eh_fail(err, EH_AGAIN, "the private PostgreSQL in %s does not start: %s", cluster->state,
		last_words(arena, cluster));
	return eh_hint(err, "all of its words are in %s/server.log", cluster->state);
}

enum eh_rc eh_cluster_stop_server(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const char *const argv[] = {eh_arena_printf(arena, "%s/pg_ctl", cluster->bin), "stop", "-w", "-s",
				    "-m", "fast", "-t", STOP_SECONDS, "-D", cluster->data, NULL};

	enum eh_rc rc = eh_cluster_run(cluster, argv, err);
	if (rc == EH_OK && rmdir(cluster->run) != 0 && errno != ENOENT && errno != ENOTEMPTY)
		return eh_fail(err, EH_AGAIN, "cannot remove %s: %s", cluster->run, strerror(errno));
	return rc;
}

/* ---- the whole way -------------------------------------------------------------- */

static enum eh_rc make_and_start(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	enum eh_rc rc = EH_OK;

	if (!eh_cluster_made(cluster))
		rc = eh_cluster_make_data(cluster, err);
	if (rc == EH_OK && settled(cluster) != PQPING_OK)
		rc = start_server(cluster, err);
	if (rc == EH_OK && access(eh_cluster_file(arena, cluster, "ready"), F_OK) != 0)
		rc = eh_cluster_make_database(cluster, err);
	return rc == EH_OK ? eh_cluster_watch(cluster, err) : rc;
}

enum eh_rc eh_cluster_ensure(const struct eh_cluster *cluster, struct eh_err *err)
{
	FD_AUTO setup = -1;
	enum eh_rc rc = eh_cluster_make_state(cluster, err);

	if (rc == EH_OK)
		rc = hold_shared(cluster, err);
	if (rc == EH_OK)
		rc = lock_setup(cluster, &setup, err);
	return rc == EH_OK ? make_and_start(cluster, err) : rc;
}

enum eh_rc eh_cluster_stop(const struct eh_cluster *cluster, bool *was_up, bool *in_use, struct eh_err *err)
{
	FD_AUTO setup = -1;
	*was_up = *in_use = false;
	if (!eh_cluster_made(cluster))
		return EH_OK;
	enum eh_rc rc = lock_setup(cluster, &setup, err);
	if (rc != EH_OK)
		return rc;
	FD_AUTO lock = eh_cluster_open_lock(cluster, "lock");
	*in_use = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0;
	*was_up = settled(cluster) != PQPING_NO_RESPONSE;
	if (*was_up)
		rc = eh_cluster_stop_server(cluster, err);
	if (rc == EH_OK)
		eh_cluster_unwatch(cluster);
	return rc;
}

enum eh_rc eh_cluster_drop_privileges(const struct eh_cluster *cluster, struct eh_err *err)
{
	if (geteuid() != 0)
		return EH_OK;
	if (!eh_process_become(&cluster->owner))
		return eh_fail(err, EH_AGAIN, "cannot become the user '%s': %s", cluster->owner.name, strerror(errno));
	umask(077);
	if (setenv("HOME", cluster->owner.home, 1) != 0 || setenv("USER", cluster->owner.name, 1) != 0 ||
	    setenv("LOGNAME", cluster->owner.name, 1) != 0)
		return eh_fail(err, EH_AGAIN, "cannot set the environment: %s", strerror(errno));
	return EH_OK;
}
