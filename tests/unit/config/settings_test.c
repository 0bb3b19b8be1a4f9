/*
 * settings_test.c - one table, four places, and who wins.
 */
#include "config/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define ARGV_MAX 12

/* Reads the settings with these words behind the program's name, ended by NULL. */
static enum eh_rc read_with(struct eh_settings *s, struct eh_arena *arena, const char *const *words, char **argv,
			    int *argc, struct eh_err *err)
{
	*argc = 0;
	argv[(*argc)++] = eh_arena_strdup(arena, "evenhand");
	for (; *words != NULL; words++)
		argv[(*argc)++] = eh_arena_strdup(arena, *words);
	argv[*argc] = NULL;
	return eh_settings_read(s, arena, argc, argv, err);
}

#define READ(s, ...) read_with(s, arena, (const char *const[]){__VA_ARGS__, NULL}, argv, &argc, &err)

static char file[64];

static int clear_env(void **state)
{
	extern char **environ;

	(void)state;
	for (char **e = environ; *e != NULL;) {
		char name[64];

		snprintf(name, sizeof name, "%.*s", (int)strcspn(*e, "="), *e);
		if (strncmp(name, "EVENHAND_", 9) == 0)
			unsetenv(name);
		else
			e++;
	}
	setenv("HOME", "/nowhere", 1);
	return 0;
}

static void write_file(const char *text)
{
	strcpy(file, "/tmp/evenhand-settings-XXXXXX");
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void presets_stand_where_nothing_is_said(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings s;
	struct eh_err err;
	char *argv[ARGV_MAX];
	int argc;

	(void)state;
	expect_rc(EH_OK, READ(&s, "status"), &err);
	assert_null(s.store);
	assert_null(s.config);
	assert_null(s.webhook_url);
	assert_string_equal(s.listen, "127.0.0.1:8787");
	assert_int_equal(s.poll_interval_ms, 1000);
	assert_int_equal(s.stalled_after_ms, 30 * 60 * 1000);
	assert_true(s.wal_limit_bytes == INT64_C(4) << 30);
	assert_int_equal(s.session_idle_ms, 30 * 60 * 1000);
	assert_string_equal(s.state, geteuid() == 0 ? "/var/lib/evenhand" : "/nowhere/.local/state/evenhand");
}

static void flag_wins_over_env_over_file(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings s;
	struct eh_err err;
	char *argv[ARGV_MAX];
	int argc;

	(void)state;
	write_file("poll_interval: 2s\ncommit_interval: 5ms\nlisten: 127.0.0.1:1\nwal_limit: 500MB\n");
	setenv("EVENHAND_CONFIG", file, 1);
	setenv("EVENHAND_COMMIT_INTERVAL", "7", 1);
	setenv("EVENHAND_LISTEN", "127.0.0.1:2", 1);
	expect_rc(EH_OK, READ(&s, "--listen", "127.0.0.1:3", "status", "--json"), &err);
	assert_int_equal(s.poll_interval_ms, 2000);
	assert_int_equal(s.wal_limit_bytes, 500 << 20);
	assert_int_equal(s.commit_interval_ms, 7);
	assert_string_equal(s.listen, "127.0.0.1:3");
	assert_string_equal(s.config, file);
	assert_int_equal(argc, 3);
	assert_string_equal(argv[1], "status");
	assert_string_equal(argv[2], "--json");
	assert_null(argv[3]);
	unlink(file);
}

static void flags_are_taken_out_up_to_two_dashes(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings s;
	struct eh_err err;
	char *argv[ARGV_MAX];
	int argc;

	(void)state;
	expect_rc(EH_OK, READ(&s, "gather", "--store=service=x", "--webhook_url", "http://[::1]:1/", "--", "--state", "x"),
		  &err);
	assert_string_equal(s.store, "service=x");
	assert_string_equal(s.webhook_url, "http://[::1]:1/");
	assert_int_equal(argc, 5);
	assert_string_equal(argv[2], "--");
	assert_string_equal(argv[3], "--state");
	assert_string_equal(argv[4], "x");
}

static void paths_become_absolute(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings s;
	struct eh_err err;
	char *argv[ARGV_MAX], cwd[4096];
	int argc;

	(void)state;
	expect_rc(EH_OK, READ(&s, "--state", "~/here", "--register", "r.yaml"), &err);
	assert_string_equal(s.state, "/nowhere/here");
	assert_non_null(getcwd(cwd, sizeof cwd));
	assert_string_equal(s.register_file, eh_arena_printf(arena, "%s/r.yaml", cwd));
}

static void wrong_flags_are_refused(void **state)
{
	static const char *const wrong[][2] = {
		{"--listen", "8787"},	      {"--listen", "localhost:"},      {"--listen", ":80"},
		{"--listen", "h:65536"},      {"--listen", "::1:80"},	       {"--poll-interval", "soon"},
		{"--poll-interval", "-1s"},   {"--poll-interval", "4"},	       {"--poll-interval", "2h"},
		{"--commit-interval", "0ms"}, {"--commit-interval", "9999999999999999999s"},
		{"--state", ""},	      {"--poll-interval", "1.5s"},     {"--wal-limit", "4gb"},
		{"--wal-limit", "1kB"},	      {"--wal-limit", "2000000TB"},    {"--stalled-after", "1GB"},
	};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings s;
	struct eh_err err;
	char *argv[ARGV_MAX];
	int argc;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		expect_rc(EH_BAD_INPUT, READ(&s, "status", wrong[i][0], wrong[i][1]), &err);
		assert_non_null(strstr(err.text, wrong[i][0]));
	}
	expect_rc(EH_BAD_INPUT, READ(&s, "status", "--listen"), &err);
	setenv("EVENHAND_SESSION_IDLE", "1s", 1);
	expect_rc(EH_BAD_INPUT, READ(&s, "status"), &err);
	assert_non_null(strstr(err.text, "EVENHAND_SESSION_IDLE"));
}

static void wrong_file_is_refused_with_its_place(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings s;
	struct eh_err err;
	char *argv[ARGV_MAX];
	int argc;

	(void)state;
	write_file("listen: 127.0.0.1:1\npoll_intervall: 2s\n");
	expect_rc(EH_BAD_INPUT, READ(&s, "status", "--config", file), &err);
	assert_non_null(strstr(err.text, ":2:1: "));
	unlink(file);
	write_file("poll_interval: soon\n");
	expect_rc(EH_BAD_INPUT, READ(&s, "status", "--config", file), &err);
	assert_non_null(strstr(err.text, ":1:16: "));
	unlink(file);
	expect_rc(EH_BAD_INPUT, READ(&s, "status", "--config", "/nowhere/evenhand.yaml"), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(presets_stand_where_nothing_is_said, clear_env),
		cmocka_unit_test_setup(flag_wins_over_env_over_file, clear_env),
		cmocka_unit_test_setup(flags_are_taken_out_up_to_two_dashes, clear_env),
		cmocka_unit_test_setup(paths_become_absolute, clear_env),
		cmocka_unit_test_setup(wrong_flags_are_refused, clear_env),
		cmocka_unit_test_setup(wrong_file_is_refused_with_its_place, clear_env),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
