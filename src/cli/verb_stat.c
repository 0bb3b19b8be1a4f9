/*
 * verb_stat.c - evenhand stat [--list].
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/flags.h"
#include "cli/verbs.h"
#include "stat/stat.h"
#include "stat/stream.h"

const char eh_cli_stat_usage[] =
	"usage: evenhand stat [--list]\n"
	"\n"
	"Reads statistical tests from standard input, one JSON object a line, and answers\n"
	"each with a line on standard output. Needs no store, no map and no settings.\n"
	"\n"
	"  echo '{\"id\": 1, \"test\": \"fisher_exact_2x2\", \"inputs\": {\"table\": [3, 1, 1, 3]}}' |\n"
	"    evenhand stat\n"
	"\n"
	"A line that cannot be read is answered with status \"invalid\" and a reason, and the\n"
	"next line is still served.\n"
	"\n"
	"  --list  print the tests with their inputs and the fields of their results\n";

static void print_tests(void)
{
	const char *name, *inputs, *result;

	for (size_t i = 0; eh_stat_test_at(i, &name, &inputs, &result); i++)
		printf("%s\n  inputs  %s\n  result  %s\n", name, inputs, result);
}

int eh_cli_stat(int argc, char **argv, struct eh_settings *settings)
{
	bool list = false;
	const struct eh_cli_flag flags[] = {{"list", NULL, &list}, {0}};
	struct eh_err err;

	(void)settings;
	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (list) {
		print_tests();
		return 0;
	}
	return eh_stat_stream(STDIN_FILENO, STDOUT_FILENO, &err) == EH_OK ? 0 : eh_cli_failed(&err);
}
