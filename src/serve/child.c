/*
 * child.c - see child.h.
 */
#include "serve/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/time.h"

#define LOOK_US (EH_SECOND_US / 5)

extern char **environ;

/* Ours, with the store and the state folder said: a connection string may hold a password, and arguments can be seen.
 */
static char **make_environment(struct eh_arena *arena, const struct eh_settings *settings)
{
	size_t n = 0, kept = 0;

	while (environ[n])
		n++;
	char **made = eh_arena_zalloc(arena, n + 3, sizeof *made);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "EVENHAND_STORE=", 15) != 0 && strncmp(environ[i], "EVENHAND_STATE=", 15) != 0)
			made[kept++] = environ[i];
	if (settings->store)
		made[kept++] = eh_arena_printf(arena, "EVENHAND_STORE=%s", settings->store);
	if (settings->state)
		made[kept++] = eh_arena_printf(arena, "EVENHAND_STATE=%s", settings->state);
	return made;
}

/* In a group of its own, with usual signals, and nothing open but what is given. */
static int spawn(pid_t *pid, int out, int said, const char *const *argv, char **environment)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, usual;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, said, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &usual);
	int failed = posix_spawn(pid, "/proc/self/exe", &files, &how, (char *const *)(uintptr_t)argv, environment);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

/* One read; false at the end of the stream. */
static bool drain(int fd, struct eh_buf *to)
{
	char piece[8192];
	ssize_t n = read(fd, piece, sizeof piece);

	if (n > 0)
		eh_buf_put(to, piece, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Until both streams end; false where it took too long, too much came, or who looks on had enough. */
static bool listen_to(int out_fd, int said_fd, int seconds, const struct eh_serve_child_watch *watch, struct eh_buf *out,
                      struct eh_buf *said)
{
	struct pollfd fds[] = {{.fd = out_fd, .events = POLLIN}, {.fd = said_fd, .events = POLLIN}};
	struct eh_buf *to[] = {out, said};
	int64_t until_us = eh_time_steady_us() + seconds * EH_SECOND_US;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left_us = until_us - eh_time_steady_us();
		if (left_us <= 0 || out->len + said->len > EH_SERVE_CHILD_BYTES_MAX)
			return false;
		int64_t wait_us = watch != NULL && left_us > LOOK_US ? LOOK_US : left_us;
		poll(fds, 2, (int)(wait_us / 1000) + 1);
		if (watch != NULL && !watch->look(watch->ctx, said))
			return false;
		for (int i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !drain(fds[i].fd, to[i]))
				fds[i].fd = -1;
	}
	return true;
}

enum eh_rc eh_serve_child(const struct eh_settings *settings, const char *const *argv, int seconds,
                          const struct eh_serve_child_watch *watch, int *code, struct eh_buf *out, struct eh_buf *said,
                          struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	int out_pipe[2], said_pipe[2], status = 0;
	pid_t pid;

	if (pipe2(out_pipe, O_CLOEXEC) != 0)
		return eh_fail(err, EH_AGAIN, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(said_pipe, O_CLOEXEC) != 0) {
		close(out_pipe[0]);
		close(out_pipe[1]);
		return eh_fail(err, EH_AGAIN, "cannot make a pipe: %s", strerror(errno));
	}
	int failed = spawn(&pid, out_pipe[1], said_pipe[1], argv, make_environment(arena, settings));
	close(out_pipe[1]);
	close(said_pipe[1]);
	bool heard = !failed && listen_to(out_pipe[0], said_pipe[0], seconds, watch, out, said);
	close(out_pipe[0]);
	close(said_pipe[0]);
	if (failed)
		return eh_fail(err, EH_AGAIN, "cannot start `evenhand %s`: %s", argv[1], strerror(failed));
	if (!heard)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!heard)
		return eh_fail(err, EH_AGAIN, "`evenhand %s` was ended: it took longer than %d seconds, or the dashboard was stopped",
		               argv[1], seconds);
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	return EH_OK;
}
