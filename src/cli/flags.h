/*
 * flags.h - the flags and words of one verb.
 *
 *   const char *map = NULL;
 *   bool json = false;
 *   const struct eh_cli_flag flags[] = {{"map", &map, NULL}, {"json", NULL, &json}, {0}};
 *   if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK)
 *           return eh_cli_failed(&err);
 *
 * Owner    the texts point into argv.
 * Threads  main only.
 */
#ifndef EH_CLI_FLAGS_H
#define EH_CLI_FLAGS_H

#include <jansson.h>

#include "base/err.h"

struct eh_cli_flag {
	const char *name;  /* without the dashes; one letter for a short one, as o for -o */
	const char **text; /* a flag that takes a value, as --name VALUE or --name=VALUE */
	bool *on;	   /* or a flag that takes none */
};

/* Takes the flags out of argv (a list ended by a null name): afterwards argv[0] is the verb and
 * argv[1] .. argv[*argc - 1] are its words.  `-` is a word; after `--` all are.  A flag given twice,
 * without its value, or unknown is EH_BAD_INPUT, the last with "did you mean". */
EH_MUST enum eh_rc eh_cli_flags(int *argc, char **argv, const struct eh_cli_flag *flags, struct eh_err *err);

/* EH_BAD_INPUT unless there are `least` to `most` words after the verb. */
EH_MUST enum eh_rc eh_cli_words(int argc, char **argv, int least, int most, struct eh_err *err);

/* Logs the error and gives the verb's exit code. */
int eh_cli_failed(const struct eh_err *err);

/* The same where --json was given or not: standard output then has {"error": ..., "hint": ...}. */
int eh_cli_failed_json(const struct eh_err *err, bool json);

/* A document, not NULL, and the end of its line on standard output, by jansson's flags.  Where nobody takes it, as in
 * `| head`, main() says so and ends with 3. */
void eh_cli_print_json(const json_t *doc, size_t flags);

#endif
