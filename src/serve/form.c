/*
 * form.c - see form.h.
 */
#include "serve/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/utf8.h"

/* Control characters have no business in a form, except tab and line ends. */
static bool has_control(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return true;
	}
	return false;
}

enum eh_rc eh_serve_percent_decode(struct eh_arena *arena, const char *bytes, size_t n, bool plus, char **out,
                                   struct eh_err *err)
{
	char *text = eh_arena_zalloc(arena, n + 1, 1);
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];
		if (c == '%') {
			int high = n - i > 2 ? eh_hex_value(bytes[i + 1]) : -1;
			int low = n - i > 2 ? eh_hex_value(bytes[i + 2]) : -1;
			if (high < 0 || low < 0)
				return eh_fail(err, EH_BAD_INPUT,
				               "a %% that is not followed by two hexadecimal digits");
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		text[length++] = c;
	}
	if (has_control(text, length))
		return eh_fail(err, EH_BAD_INPUT, "a control character");
	if (!eh_utf8_valid(text, length))
		return eh_fail(err, EH_BAD_INPUT, "bytes that are not UTF-8");
	*out = text;
	return EH_OK;
}

void eh_serve_percent_encode(struct eh_buf *out, const char *text, bool keep_slash)
{
	for (const char *at = text; *at; at++) {
		bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
		             strchr("-._~", *at) || (*at == '/' && keep_slash);
		if (plain)
			eh_buf_putc(out, *at);
		else
			eh_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*at);
	}
}

/* Browsers end lines by CR LF, whatever the page was; we keep LF. */
static void unify_line_ends(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\r') {
			if (from[1] != '\n')
				*to++ = '\n';
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

static enum eh_rc add_pair(struct eh_arena *arena, const char *at, size_t n, struct eh_form *out, struct eh_err *err)
{
	const char *equals = memchr(at, '=', n);
	size_t name_length = equals ? (size_t)(equals - at) : n;
	char *name, *value;

	if (out->n == EH_SERVE_FORM_FIELDS)
		return eh_fail(err, EH_BAD_INPUT, "more than %d fields", EH_SERVE_FORM_FIELDS);
	enum eh_rc rc = eh_serve_percent_decode(arena, at, name_length, true, &name, err);
	if (rc != EH_OK)
		return rc;
	rc = eh_serve_percent_decode(arena, equals ? equals + 1 : at, equals ? n - name_length - 1 : 0, true, &value,
	                             err);
	if (rc != EH_OK)
		return rc;
	if (name[strcspn(name, "\t\r\n")])
		return eh_fail(err, EH_BAD_INPUT, "a control character in a field's name");
	if (eh_serve_form_get(out, name))
		return eh_fail(err, EH_BAD_INPUT, "a field that is given twice");
	unify_line_ends(value);
	out->field[out->n++] = (struct eh_form_field){name, value};
	return EH_OK;
}

enum eh_rc eh_serve_form_parse(struct eh_arena *arena, const char *bytes, size_t n, struct eh_form *out,
                               struct eh_err *err)
{
	out->n = 0;
	while (n > 0) {
		const char *end = memchr(bytes, '&', n);
		size_t length = end ? (size_t)(end - bytes) : n;
		if (length > 0) {
			enum eh_rc rc = add_pair(arena, bytes, length, out, err);
			if (rc != EH_OK)
				return rc;
		}
		if (!end)
			break;
		bytes = end + 1;
		n -= length + 1;
	}
	return EH_OK;
}

const char *eh_serve_form_get(const struct eh_form *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++)
		if (strcmp(form->field[i].name, name) == 0)
			return form->field[i].value;
	return NULL;
}

int eh_serve_form_page(const struct eh_form *form, const char *name, int most)
{
	const char *text = eh_serve_form_get(form, name);
	char *end;
	long n = text != NULL ? strtol(text, &end, 10) : 1;

	return text != NULL && (*end != '\0' || n < 1 || n > most) ? 1 : (int)n;
}
