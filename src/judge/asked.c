/*
 * asked.c - see asked.h.
 */
#include "judge/asked.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

void eh_judge_answer(char message[EH_JUDGE_MESSAGE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, EH_JUDGE_MESSAGE, format, args);
	va_end(args);
	message[eh_utf8_span(message, strlen(message))] = '\0'; /* no half character at its end */
}

static bool has_role(const struct eh_judge_asked *r, const char *const *roles, char message[EH_JUDGE_MESSAGE])
{
	EH_BUF_AUTO list = {0};

	for (const char *const *role = roles; *role != NULL; role++) {
		if (strcmp(r->role, *role) == 0)
			return true;
		eh_buf_printf(&list, "%s%s", role == roles ? "" : " or ", *role);
	}
	eh_judge_answer(message, "%s needs the role %s, and the user has the role %s", r->verb, list.data, r->role);
	return false;
}

bool eh_judge_asked_by(const struct eh_judge_asked *r, const char *const *roles, char message[EH_JUDGE_MESSAGE])
{
	if (r->role == NULL || r->disabled)
		eh_judge_answer(message, "there is no active user of that name");
	else if (r->session_differs)
		eh_judge_answer(message, "the session does not belong to that user");
	else if (r->session_over)
		eh_judge_answer(message, "the session was over when this was asked");
	else
		return roles == NULL || has_role(r, roles, message);
	return false;
}

const char *eh_judge_asked_text(const struct eh_judge_asked *r, const char *key)
{
	return json_string_value(json_object_get(r->body, key));
}

bool eh_judge_asked_number(const struct eh_judge_asked *r, const char *key, int64_t *number)
{
	const json_t *value = json_object_get(r->body, key);
	const char *digits = json_string_value(value);

	if (digits != NULL) {
		size_t n = strlen(digits);

		*number = strtoll(digits, NULL, 10);
		return n > 0 && n <= 18 && strspn(digits, "0123456789") == n;
	}
	*number = json_integer_value(value);
	return json_is_integer(value) && *number >= 0;
}
