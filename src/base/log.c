/*
 * log.c - see log.h.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *verb_name = "";

void eh_log_verb(const char *verb)
{
	verb_name = verb;
}

/* Control characters would let a name from outside forge a line. */
static void emit(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 && line[i] != '\t')
			line[i] = '?';
	line[n] = '\n';
	if (write(STDERR_FILENO, line, n + 1) < 0)
		return; /* nobody is left to be told */
}

void eh_log(const char *format, ...)
{
	char line[2048];
	va_list args;
	int n = snprintf(line, sizeof line - 1, "evenhand%s%s: ", *verb_name ? " " : "", verb_name);

	va_start(args, format);
	int m = vsnprintf(line + n, sizeof line - 1 - (size_t)n, format, args);
	va_end(args);
	n += m < 0 ? 0 : m;
	emit(line, (size_t)n < sizeof line - 1 ? (size_t)n : sizeof line - 2);
}

void eh_log_err(const struct eh_err *err)
{
	eh_log("%s", err->text);
	if (err->hint[0] != '\0')
		eh_log("hint: %s", err->hint);
}
