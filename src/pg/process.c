/*
 * process.c - see process.h.
 */
#include "pg/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A change of user takes away the wish to die with one's parent; a parent that died meanwhile is made up for. */
static bool keep_parent(int wish, pid_t parent)
{
	if (wish == 0)
		return true;
	if (prctl(PR_SET_PDEATHSIG, wish) != 0)
		return false;
	return getppid() == parent || raise(wish) == 0;
}

bool eh_process_become(const struct eh_process_user *user)
{
	int wish = 0;
	pid_t parent = getppid();

	if (geteuid() != 0)
		return geteuid() == user->uid;
	if (prctl(PR_GET_PDEATHSIG, &wish) != 0)
		return false;
	/* initgroups() would ask the system for them here, and allocate, in a child of which other threads held locks. */
	if (setgroups(user->groups_n, user->groups) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
		return false;
	if (user->uid != 0 && setuid(0) == 0)
		return false; /* the way back must be shut */
	return keep_parent(wish, parent);
}

static void copy_user(struct eh_arena *arena, const struct passwd *pw, struct eh_process_user *user)
{
	int n = 1;
	gid_t one, *groups;

	(void)getgrouplist(pw->pw_name, pw->pw_gid, &one, &n); /* says how many there are */
	groups = eh_arena_zalloc(arena, (size_t)n, sizeof *groups);
	if (getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0) {
		groups[0] = pw->pw_gid; /* they changed just now: the fewest rights that are surely its own */
		n = 1;
	}
	*user = (struct eh_process_user){.groups = groups,
					 .groups_n = (size_t)n,
					 .uid = pw->pw_uid,
					 .gid = pw->pw_gid,
					 .name = eh_arena_strdup(arena, pw->pw_name),
					 .home = eh_arena_strdup(arena, pw->pw_dir)};
}

bool eh_process_user_named(struct eh_arena *arena, const char *name, struct eh_process_user *user)
{
	char room[4096];
	struct passwd pw, *found = NULL;

	if (getpwnam_r(name, &pw, room, sizeof room, &found) != 0 || found == NULL)
		return false;
	copy_user(arena, found, user);
	return true;
}

bool eh_process_user_of(struct eh_arena *arena, uid_t uid, struct eh_process_user *user)
{
	char room[4096];
	struct passwd pw, *found = NULL;

	if (getpwuid_r(uid, &pw, room, sizeof room, &found) != 0 || found == NULL)
		return false;
	copy_user(arena, found, user);
	return true;
}

unsigned long long eh_process_began(pid_t pid)
{
	char path[64], line[1024];
	unsigned long long began = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, line, sizeof line - 1);
	close(fd);
	line[n > 0 ? n : 0] = '\0';
	/* The name stands in brackets and may hold anything; the start is field 22, the 20th behind it. */
	const char *at = strrchr(line, ')');
	if (at == NULL || sscanf(at + 1,
				 " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
				 &began) != 1)
		return 0;
	return at[2] == 'Z' ? 0 : began;
}

/* ---- running -------------------------------------------------------------------- */

/* In the child: only calls that are safe after fork. */
__attribute__((noreturn)) static void become_program(const char *const *argv, char *const *env,
						     const struct eh_process_user *as, const char *cwd, int out)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	umask(077);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	close_range(3, ~0U, 0);
	if (!eh_process_become(as) || chdir(cwd) != 0)
		_exit(126);
	char *args[32]; /* execve takes them without const, and leaves them as they are */
	memcpy(args, argv, sizeof args);
	execve(args[0], args, env);
	_exit(127);
}

static void read_all(int fd, struct eh_buf *said)
{
	char part[4096];

	for (;;) {
		ssize_t n = read(fd, part, sizeof part);

		if (n > 0)
			eh_buf_put(said, part, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return;
	}
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum eh_rc eh_process_run(const char *const *argv, const struct eh_process_user *as, const char *cwd,
			  struct eh_buf *said, int *status, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	char *const env[] = {eh_arena_strdup(arena, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"),
			     eh_arena_strdup(arena, "LC_ALL=C"), eh_arena_strdup(arena, "TZ=UTC"),
			     eh_arena_printf(arena, "HOME=%s", as->home), NULL};
	const char *args[32] = {0};
	int pipe_fd[2];

	for (size_t i = 0; argv[i] != NULL; i++) {
		EH_ASSERT(i + 1 < sizeof args / sizeof *args);
		args[i] = argv[i];
	}
	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return eh_fail(err, EH_AGAIN, "cannot run %s: %s", argv[0], strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		become_program(args, env, as, cwd, pipe_fd[1]);
	int fork_errno = errno;
	close(pipe_fd[1]);
	if (pid > 0) {
		read_all(pipe_fd[0], said);
		*status = wait_for(pid);
	}
	close(pipe_fd[0]);
	if (pid < 0)
		return eh_fail(err, EH_AGAIN, "cannot run %s: %s", argv[0], strerror(fork_errno));
	return EH_OK;
}
