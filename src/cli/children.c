/*
 * children.c - see children.h.
 */
#include "cli/children.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"

#define LONGEST_US (60 * EH_SECOND_US)
#define STOP_US (15 * EH_SECOND_US)
#define ARGS_MAX 16

struct eh_cli_child *eh_cli_children_add(struct eh_cli_children *all, const char *name, const char *const *argv)
{
	struct eh_cli_child *child = eh_arena_zalloc(all->arena, 1, sizeof *child), **end = &all->first;
	const char **kept = eh_arena_zalloc(all->arena, ARGS_MAX, sizeof *kept);

	for (size_t i = 0; argv[i] != NULL; i++) {
		EH_ASSERT(i + 1 < ARGS_MAX);
		kept[i] = eh_arena_strdup(all->arena, argv[i]);
	}
	*child = (struct eh_cli_child){.name = eh_arena_strdup(all->arena, name), .argv = kept, .out = -1};
	while (*end != NULL)
		end = &(*end)->next;
	*end = child;
	return child;
}

/* ---- one child -------------------------------------------------------------------------- */

/* In the child, between fork and exec: a group of its own, so that Ctrl-C reaches the parent alone, who decides. */
__attribute__((noreturn)) static void become(const struct eh_cli_child *child, pid_t parent, int out)
{
	char *args[ARGS_MAX];
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent || null < 0 || dup2(null, 0) < 0 ||
	    (out >= 0 && dup2(out, 1) < 0))
		_exit(126);
	memcpy(args, child->argv, sizeof args); /* execv takes them without const, and leaves them as they are */
	char *with_name[ARGS_MAX + 1] = {(char[]){"evenhand"}};
	for (int i = 0; i < ARGS_MAX; i++)
		with_name[i + 1] = args[i];
	execv("/proc/self/exe", with_name);
	_exit(127);
}

static enum eh_rc start(struct eh_cli_child *child, struct eh_err *err)
{
	pid_t parent = getpid();
	int pipe_fd[2] = {-1, -1};

	if (child->said != NULL && pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK) != 0)
		return eh_fail(err, EH_AGAIN, "cannot start %s: %s", child->name, strerror(errno));
	if (child->said != NULL && fcntl(pipe_fd[1], F_SETFL, 0) != 0)
		return eh_fail(err, EH_AGAIN, "cannot start %s: %s", child->name, strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		become(child, parent, pipe_fd[1]);
	int why = errno;
	if (pipe_fd[1] >= 0)
		close(pipe_fd[1]);
	child->out = pipe_fd[0];
	child->line_n = 0;
	if (pid < 0)
		return eh_fail(err, EH_AGAIN, "cannot start %s: %s", child->name, strerror(why));
	child->pid = pid;
	child->starts++;
	child->began_us = eh_time_steady_us();
	return EH_OK;
}

static void read_said(struct eh_cli_child *child)
{
	char part[512];
	ssize_t n;

	while (child->out >= 0 && (n = read(child->out, part, sizeof part)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (part[i] != '\n') {
				if (child->line_n + 1 < sizeof child->line)
					child->line[child->line_n++] = part[i];
				continue;
			}
			child->line[child->line_n] = '\0';
			child->line_n = 0;
			child->said(child->ctx, child->line);
		}
}

static void note_end(struct eh_cli_child *child, int status)
{
	int64_t now = eh_time_steady_us();
	int64_t pause = EH_SECOND_US;

	read_said(child);
	if (child->out >= 0)
		close(child->out);
	child->out = -1;
	child->pid = 0;
	child->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	child->ended_us = now;
	bool asked = child->asked;
	child->asked = false;
	child->done = child->settles && child->code == 0 && !asked;
	if (child->unwanted || asked) { /* neither a failure nor the end of its work */
		child->starts = 0;
		child->again_us = now;
		return;
	}
	if (now - child->began_us < LONGEST_US)
		for (int i = 1; i < child->starts && pause < LONGEST_US; i++)
			pause *= 2;
	else
		child->starts = 1;
	child->again_us = now + (pause < LONGEST_US ? pause : LONGEST_US);
}

/* Whether it ended.  What a child of ours says with exit code 2 at its first start will not mend itself. */
static enum eh_rc reap(struct eh_cli_child *child, struct eh_err *err)
{
	int status;

	if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return EH_OK;
	bool asked = child->asked;
	note_end(child, status);
	if (child->done || asked)
		return EH_OK;
	if (child->code == 2 && child->starts == 1 && !child->apart)
		return eh_fail(err, EH_BAD_INPUT, "%s cannot begin", child->name);
	eh_log("%s ended with %s %d, and is started again in %lld s", child->name, child->code > 128 ? "signal" : "exit code",
	       child->code > 128 ? child->code - 128 : child->code, (long long)((child->again_us - child->ended_us) / EH_SECOND_US));
	return EH_OK;
}

/* ---- all of them --------------------------------------------------------------------------- */

static void wait_a_moment(struct eh_cli_children *all, int wait_ms)
{
	struct pollfd fds[8];
	nfds_t n = 0;

	for (const struct eh_cli_child *c = all->first; c != NULL && n < 8; c = c->next)
		if (c->out >= 0)
			fds[n++] = (struct pollfd){.fd = c->out, .events = POLLIN};
	(void)poll(fds, n, wait_ms); /* a signal may cut it short */
}

void eh_cli_children_want(struct eh_cli_child *child, bool wanted)
{
	if (wanted == !child->unwanted)
		return;
	child->unwanted = !wanted;
	child->done = false;
	if (wanted || child->pid <= 0)
		return;
	child->asked = true;
	kill(child->pid, SIGTERM);
}

enum eh_rc eh_cli_children_tick(struct eh_cli_children *all, int wait_ms, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	wait_a_moment(all, wait_ms);
	for (struct eh_cli_child *c = all->first; rc == EH_OK && c != NULL; c = c->next) {
		read_said(c);
		rc = reap(c, err);
		if (rc == EH_OK && c->pid == 0 && !c->done && !c->unwanted && eh_time_steady_us() >= c->again_us)
			rc = start(c, err);
	}
	return rc;
}

enum eh_rc eh_cli_children_run(struct eh_cli_children *all, struct eh_cli_child *child, const volatile int *stop,
                               struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	child->settles = true;
	while (rc == EH_OK && !child->done && (stop == NULL || *stop == 0)) {
		rc = eh_cli_children_tick(all, 20, err);
		/* A kill is none of its own doing. */
		if (rc == EH_OK && child->ended_us != 0 && child->pid == 0 && !child->done && (child->code < 128 || child->starts > 5))
			rc = eh_fail(err, EH_AGAIN, "%s ended with exit code %d", child->name, child->code);
	}
	return rc;
}

void eh_cli_children_stop(struct eh_cli_children *all)
{
	int64_t until = eh_time_steady_us() + STOP_US;
	bool left = true;

	for (struct eh_cli_child *c = all->first; c != NULL; c = c->next)
		if (c->pid > 0)
			kill(c->pid, SIGTERM);
	while (left) {
		left = false;
		for (struct eh_cli_child *c = all->first; c != NULL; c = c->next) {
			int status;

			if (c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
				note_end(c, status);
			else if (c->pid > 0 && eh_time_steady_us() > until)
				kill(c->pid, SIGKILL);
			left = left || c->pid > 0;
		}
		if (left)
			usleep(10000);
	}
}
