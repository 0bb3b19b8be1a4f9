/*
 * flags.c - see flags.h.
 */
#include "cli/flags.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "config/nearest.h"

static enum eh_rc unknown(const char *verb, const char *word, size_t n, const struct eh_cli_flag *flags,
			  struct eh_err *err)
{
	const char *names[64];
	size_t count = 0;
	char name[64];

	for (; flags[count].name != NULL && count < 64; count++)
		names[count] = flags[count].name;
	snprintf(name, sizeof name, "%.*s", (int)n, word);
	eh_fail(err, EH_BAD_INPUT, "%s has no flag --%s", verb, name);
	const char *near = eh_nearest(name, names, count);
	if (near != NULL)
		return eh_hint(err, "did you mean --%s?", near);
	return eh_hint(err, "`evenhand %s --help` lists the flags", verb);
}

/* Takes one flag; *i moves on where the value is the next word. */
static enum eh_rc take(int argc, char **argv, int *i, const struct eh_cli_flag *flags, struct eh_err *err)
{
	const char *word = argv[*i] + strspn(argv[*i], "-"), *equals = strchr(word, '=');
	size_t n = equals != NULL ? (size_t)(equals - word) : strlen(word);
	const struct eh_cli_flag *f = flags;

	while (f->name != NULL && (strlen(f->name) != n || strncmp(f->name, word, n) != 0))
		f++;
	if (f->name == NULL)
		return unknown(argv[0], word, n, flags, err);
	if (f->on != NULL) {
		if (equals != NULL)
			return eh_fail(err, EH_BAD_INPUT, "--%s takes no value", f->name);
		*f->on = true;
		return EH_OK;
	}
	if (equals == NULL && *i + 1 >= argc)
		return eh_fail(err, EH_BAD_INPUT, "--%s needs a value", f->name);
	if (*f->text != NULL)
		return eh_fail(err, EH_BAD_INPUT, "--%s is given twice", f->name);
	*f->text = equals != NULL ? equals + 1 : argv[++*i];
	return EH_OK;
}

/* `-` alone stands for standard input. */
static bool is_flag(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

enum eh_rc eh_cli_flags(int *argc, char **argv, const struct eh_cli_flag *flags, struct eh_err *err)
{
	int kept = 1;
	bool words_only = false;

	for (int i = 1; i < *argc; i++) {
		enum eh_rc rc = EH_OK;

		if (words_only || !is_flag(argv[i]))
			argv[kept++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			words_only = true;
		else
			rc = take(*argc, argv, &i, flags, err);
		if (rc != EH_OK)
			return rc;
	}
	argv[kept] = NULL;
	*argc = kept;
	return EH_OK;
}

enum eh_rc eh_cli_words(int argc, char **argv, int least, int most, struct eh_err *err)
{
	if (argc - 1 >= least && argc - 1 <= most)
		return EH_OK;
	if (argc - 1 > most)
		eh_fail(err, EH_BAD_INPUT, "%s does not know what to do with '%s'", argv[0], argv[most + 1]);
	else
		eh_fail(err, EH_BAD_INPUT, "%s needs %d more word%s", argv[0], least - (argc - 1),
			least - (argc - 1) > 1 ? "s" : "");
	return eh_hint(err, "`evenhand %s --help` shows how it is written", argv[0]);
}

int eh_cli_failed(const struct eh_err *err)
{
	eh_log_err(err);
	return eh_rc_exit(err->rc);
}

int eh_cli_failed_json(const struct eh_err *err, bool json)
{
	if (json) {
		EH_JSON_AUTO doc = json_pack("{s:s%, s:s%}", "error", err->text, strlen(err->text), "hint", err->hint,
					     strlen(err->hint));

		/* A message cut in the middle of a character is no JSON text: standard error has it all the same. */
		if (doc == NULL || json_dumpf(doc, stdout, 0) != 0)
			fputs("{\"error\": \"see standard error\"}", stdout);
		putchar('\n');
	}
	return eh_cli_failed(err);
}

void eh_cli_print_json(const json_t *doc, size_t flags)
{
	EH_ASSERT(doc != NULL);
	EH_ASSERT(json_dumpf(doc, stdout, flags) == 0 || ferror(stdout));
	putchar('\n');
}
