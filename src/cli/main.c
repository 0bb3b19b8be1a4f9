/*
 * main.c - finds the verb and runs it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "config/nearest.h"

#define VERB(name, what) {#name, what, eh_cli_##name##_usage, eh_cli_##name},
static const struct eh_cli_verb verbs[] = {EH_CLI_VERBS(VERB)};
#undef VERB

#define N_VERBS (sizeof verbs / sizeof *verbs)

static void print_help(FILE *out)
{
	fprintf(out, "usage: evenhand VERB [FLAGS] [WORDS]\n\n");
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
	fprintf(out, "  %-10s %s\n", "help", "this list, or `evenhand help VERB`");
	fprintf(out, "\nsettings, for every verb (a flag wins over the variable, that over the file):\n\n");
	eh_settings_help(out);
	fprintf(out, "\nexit codes: 0 done, 1 the answer is no, 2 a wrong command or file, "
		     "3 the surroundings failed\n");
}

static const struct eh_cli_verb *find(const char *name)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[N_VERBS];

	for (size_t i = 0; i < N_VERBS; i++)
		names[i] = verbs[i].name;
	const char *near = eh_nearest(name, names, N_VERBS);
	eh_log("there is no verb '%s'", name);
	if (near != NULL)
		eh_log("hint: did you mean `evenhand %s`?", near);
	else
		eh_log("hint: `evenhand help` lists the verbs");
	return 2;
}

static bool is_help_flag(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help_flag(argv[i]))
			return true;
	return false;
}

static int print_usage(const char *name)
{
	const struct eh_cli_verb *verb = find(name);

	if (verb == NULL)
		return unknown(name);
	printf("%s\nevenhand %s: %s.\nThe settings that every verb takes are listed by `evenhand help`.\n", verb->usage,
	       verb->name, verb->what);
	return 0;
}

static int run(int argc, char **argv)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_settings settings;
	struct eh_err err;

	/* Help comes before the settings, so that it is there also where the file is wrong. */
	if (argc > 1 && (strcmp(argv[1], "help") == 0 || is_help_flag(argv[1]))) {
		if (argc > 2)
			return print_usage(argv[2]);
		print_help(stdout);
		return 0;
	}
	if (argc > 2 && find(argv[1]) != NULL && asks_for_help(argc - 1, argv + 1))
		return print_usage(argv[1]);
	if (eh_settings_read(&settings, arena, &argc, argv, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	const struct eh_cli_verb *verb = find(argv[1]);
	if (verb == NULL)
		return unknown(argv[1]);
	eh_log_verb(verb->name);
	return verb->run(argc - 1, argv + 1, &settings);
}

int main(int argc, char **argv)
{
	(void)prctl(PR_SET_NAME, "evenhand"); /* also where it was started by another name, as /proc/self/exe is */
	signal(SIGPIPE, SIG_IGN); /* a reader who left is an error of write(), not an end without a word */
	int code = run(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout)) {
		eh_log("cannot write the output");
		return code != 0 ? code : 3;
	}
	return code;
}
