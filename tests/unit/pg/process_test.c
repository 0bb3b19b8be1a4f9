/*
 * process_test.c - what a child program gets from us, and what it does not.
 */
#include "pg/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

static struct eh_process_user me(void)
{
	return (struct eh_process_user){.uid = geteuid(), .gid = getegid(), .name = "root", .home = "/tmp"};
}

static void output_and_code_come_back(void **state)
{
	const char *const argv[] = {"/bin/sh", "-c", "echo out; echo err >&2; pwd; exit 7", NULL};
	const char *const killed[] = {"/bin/sh", "-c", "kill -9 $$", NULL};
	const char *const absent[] = {"/nowhere/program", NULL};
	struct eh_process_user user = me();
	EH_BUF_AUTO said = {0};
	struct eh_err err;
	int status;

	(void)state;
	expect_rc(EH_OK, eh_process_run(argv, &user, "/usr", &said, &status, &err), &err);
	assert_int_equal(status, 7);
	assert_string_equal(said.data, "out\nerr\n/usr\n");
	expect_rc(EH_OK, eh_process_run(killed, &user, "/", &said, &status, &err), &err);
	assert_int_equal(status, 128 + 9);
	expect_rc(EH_OK, eh_process_run(absent, &user, "/", &said, &status, &err), &err);
	assert_int_equal(status, 127);
}

static void nothing_is_inherited(void **state)
{
	const char *const argv[] = {"/bin/sh", "-c", "ls /proc/self/fd | wc -l; echo $HOME; env | grep -c SECRET",
				    NULL};
	struct eh_process_user user = me();
	EH_BUF_AUTO said = {0};
	struct eh_err err;
	int status;

	(void)state;
	int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, as a library might */
	assert_true(fd > 2);
	setenv("SECRET_PASSWORD", "x", 1);
	expect_rc(EH_OK, eh_process_run(argv, &user, "/", &said, &status, &err), &err);
	assert_string_equal(said.data, "4\n/tmp\n0\n"); /* 0, 1, 2, and the folder that ls reads */
	close(fd);
}

static void root_becomes_another_for_good(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_process_user nobody;

	(void)state;
	if (geteuid() != 0) {
		print_message("skip: needs root\n");
		skip();
	}
	assert_true(eh_process_user_named(arena, "nobody", &nobody));
	pid_t pid = fork();
	if (pid == 0) {
		gid_t groups[4];

		_exit(eh_process_become(&nobody) && geteuid() == nobody.uid && getuid() == nobody.uid &&
				      getegid() == nobody.gid && getgroups(4, groups) == 1 && setuid(0) != 0 ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void began_tells_processes_apart(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_true(eh_process_began(pid) >= eh_process_began(getpid()));
	assert_true(eh_process_began(getpid()) > 0);
	kill(pid, SIGKILL);
	usleep(100 * 1000);
	assert_int_equal(eh_process_began(pid), 0); /* dead, though not reaped yet */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(eh_process_began(pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_code_come_back),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(root_becomes_another_for_good),
		cmocka_unit_test(began_tells_processes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
