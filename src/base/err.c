/*
 * err.c - see err.h.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum eh_rc eh_fail(struct eh_err *err, enum eh_rc rc, const char *format, ...)
{
	va_list args;

	EH_ASSERT(rc != EH_OK);
	err->rc = rc;
	err->hint[0] = '\0';
	va_start(args, format);
	vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	return rc;
}

enum eh_rc eh_hint(struct eh_err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
	va_end(args);
	return err->rc;
}

enum eh_rc eh_while(struct eh_err *err, const char *format, ...)
{
	char before[sizeof err->text];
	va_list args;

	memcpy(before, err->text, sizeof before);
	va_start(args, format);
	int n = vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof err->text)
		n = (int)sizeof err->text - 1;
	int left = (int)sizeof err->text - n; /* said as a precision too, so that the cut is seen to be meant */
	snprintf(err->text + n, (size_t)left, ": %.*s", left, before);
	return err->rc;
}

int eh_rc_exit(enum eh_rc rc)
{
	switch (rc) {
	case EH_OK:
		return 0;
	case EH_AGAIN:
		return 3;
	case EH_BAD_ROW:
	case EH_BAD_INPUT:
	case EH_REFUSED:
		break;
	}
	return 2;
}

void eh_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "evenhand: %s:%d: broken promise: %s\n", file, line, what);
	abort();
}
