/*
 * form_fuzz.c - whatever the bytes, a form, a cookie, a path and a listen address are read without
 * harm; and a form that is taken holds no NUL, no control character and no bytes that are not UTF-8.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "serve/form.h"
#include "serve/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const char *value)
{
	size_t n = strlen(value);

	if (!eh_utf8_valid(value, n))
		abort();
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)value[i] < 0x20 && value[i] != '\n' && value[i] != '\t')
			abort();
}

/* What was decoded, encoded again, decodes to the same. */
static void check_round(struct eh_arena *arena, const char *value)
{
	EH_BUF_AUTO b = {0};
	struct eh_err err;
	char *back;

	eh_serve_percent_encode(&b, value, false);
	if (eh_serve_percent_decode(arena, b.data ? b.data : "", b.len, false, &back, &err) != EH_OK ||
	    strcmp(back, value) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	char *exact = eh_xmalloc(size + 1); /* of its own size, so that a step too far is seen */
	char *text = eh_arena_strndup(arena, (const char *)data, size);
	unsigned char token[EH_SERVE_TOKEN_BYTES];
	struct eh_form form;
	struct eh_text tail;
	struct eh_err err;

	memcpy(exact, data, size);
	if (eh_serve_form_parse(arena, exact, size, &form, &err) == EH_OK)
		for (size_t i = 0; i < form.n; i++) {
			check_value(form.field[i].name);
			check_value(form.field[i].value);
			check_round(arena, form.field[i].value);
		}
	free(exact);
	(void)eh_serve_session_token(text, token);
	(void)eh_serve_route_find("GET", text, EH_SERVE_INSURER, &tail);
	return 0;
}
