/*
 * json.c - see json.h.  Jansson sorts keys by their bytes, which for ASCII keys
 * is the UTF-16 order of RFC 8785; its own printer differs in control characters.
 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define SAFE_INTEGER (((json_int_t)1 << 53) - 1)

void eh_json_string(struct eh_buf *out, const char *text, size_t n)
{
	static const char shorts[] = "btnvfr"; /* 0x08 .. 0x0d; 0x0b has no short form */

	eh_buf_putc(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			eh_buf_printf(out, "\\%c", c);
		else if (c >= 0x08 && c <= 0x0d && c != 0x0b)
			eh_buf_printf(out, "\\%c", shorts[c - 0x08]);
		else if (c < 0x20)
			eh_buf_printf(out, "\\u%04x", c);
		else
			eh_buf_putc(out, (char)c);
	}
	eh_buf_putc(out, '"');
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static enum eh_rc write_object(const json_t *doc, struct eh_buf *out, struct eh_err *err)
{
	size_t n = 0;
	const char **keys = eh_xmalloc((json_object_size(doc) + 1) * sizeof *keys);
	enum eh_rc rc = EH_OK;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)doc, key, value) {
		keys[n++] = key;
	}
	qsort(keys, n, sizeof *keys, by_bytes);
	eh_buf_putc(out, '{');
	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		if (!is_ascii(keys[i])) {
			rc = eh_fail(err, EH_BAD_INPUT, "canonical JSON: the key \"%s\" is not ASCII", keys[i]);
			break;
		}
		if (i > 0)
			eh_buf_putc(out, ',');
		eh_json_string(out, keys[i], strlen(keys[i]));
		eh_buf_putc(out, ':');
		rc = eh_json_canonical(json_object_get(doc, keys[i]), out, err);
	}
	eh_buf_putc(out, '}');
	free(keys);
	return rc;
}

static enum eh_rc write_array(const json_t *doc, struct eh_buf *out, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	eh_buf_putc(out, '[');
	for (size_t i = 0; rc == EH_OK && i < json_array_size(doc); i++) {
		if (i > 0)
			eh_buf_putc(out, ',');
		rc = eh_json_canonical(json_array_get(doc, i), out, err);
	}
	eh_buf_putc(out, ']');
	return rc;
}

enum eh_rc eh_json_canonical(const json_t *doc, struct eh_buf *out, struct eh_err *err)
{
	json_int_t n;

	switch (json_typeof(doc)) {
	case JSON_OBJECT:
		return write_object(doc, out, err);
	case JSON_ARRAY:
		return write_array(doc, out, err);
	case JSON_STRING:
		eh_json_string(out, json_string_value(doc), json_string_length(doc));
		return EH_OK;
	case JSON_INTEGER:
		n = json_integer_value(doc);
		if (n > SAFE_INTEGER || n < -SAFE_INTEGER)
			return eh_fail(err, EH_BAD_INPUT, "canonical JSON: the integer %lld is beyond 2^53 - 1", (long long)n);
		eh_buf_printf(out, "%lld", (long long)n);
		return EH_OK;
	case JSON_TRUE:
		eh_buf_puts(out, "true");
		return EH_OK;
	case JSON_FALSE:
		eh_buf_puts(out, "false");
		return EH_OK;
	case JSON_NULL:
		eh_buf_puts(out, "null");
		return EH_OK;
	case JSON_REAL:
		break;
	}
	return eh_fail(err, EH_BAD_INPUT, "canonical JSON: a floating-point number has no place here");
}

enum eh_rc eh_json_digest(const json_t *doc, struct eh_sha256 *out, struct eh_err *err)
{
	EH_BUF_AUTO text = {0};
	enum eh_rc rc = eh_json_canonical(doc, &text, err);

	if (rc == EH_OK)
		*out = eh_sha256_of(text.data, text.len);
	return rc;
}
