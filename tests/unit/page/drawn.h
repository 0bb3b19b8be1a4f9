/*
 * drawn.h - what the chart tests share: is it XML, and are these the bytes we had?
 *
 * A golden file is written anew by `EVENHAND_GOLDEN=write build/tests/unit/page/...`;
 * look at it before you commit it.
 */
#ifndef TESTS_UNIT_PAGE_DRAWN_H
#define TESTS_UNIT_PAGE_DRAWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#ifndef GOLDEN_FOLDER
#define GOLDEN_FOLDER "tests/unit/page/golden/"
#endif

/* A bare reader of elements, quoted attributes and references, enough to refuse what an XML reader refuses in ours. */
struct xml {
	const char *at, *why;
	char open[32][24];
	int depth;
};

static inline bool xml_fail(struct xml *x, const char *why)
{
	x->why = why;
	return false;
}

static inline bool xml_text(struct xml *x, char until)
{
	for (; *x->at != until && *x->at != '\0'; x->at++) {
		if (*x->at == '<' || (unsigned char)*x->at < 0x20)
			return xml_fail(x, "a bare < or a control character");
		if (*x->at == '&' && strncmp(x->at, "&amp;", 5) != 0 && strncmp(x->at, "&lt;", 4) != 0 &&
		    strncmp(x->at, "&gt;", 4) != 0 && strncmp(x->at, "&quot;", 6) != 0 && strncmp(x->at, "&#39;", 5) != 0)
			return xml_fail(x, "a bare ampersand");
	}
	return true;
}

static inline size_t xml_name(const char *at)
{
	return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
}

static inline bool xml_attributes(struct xml *x)
{
	while (*x->at == ' ') {
		x->at++;
		size_t n = xml_name(x->at);
		if (n == 0 || x->at[n] != '=' || x->at[n + 1] != '"')
			return xml_fail(x, "an attribute without quotes");
		if (strncmp(x->at, "style", n) == 0)
			return xml_fail(x, "a style attribute, which our policy forbids");
		x->at += n + 2;
		if (!xml_text(x, '"') || *x->at != '"')
			return xml_fail(x, x->why ? x->why : "an attribute that does not end");
		x->at++;
	}
	return true;
}

static inline bool xml_element(struct xml *x)
{
	bool closing = x->at[1] == '/';

	x->at += closing ? 2 : 1;
	size_t n = xml_name(x->at);
	if (n == 0 || n >= sizeof x->open[0])
		return xml_fail(x, "a tag without a name");
	const char *name = x->at;
	x->at += n;
	if (closing) {
		if (x->depth == 0 || strlen(x->open[x->depth - 1]) != n || memcmp(x->open[x->depth - 1], name, n) != 0)
			return xml_fail(x, "an end that does not match");
		x->depth--;
	} else if (!xml_attributes(x)) {
		return false;
	} else if (*x->at == '/') {
		x->at++;
	} else {
		if (x->depth == 32)
			return xml_fail(x, "nested too deep");
		memcpy(x->open[x->depth], name, n);
		x->open[x->depth++][n] = '\0';
	}
	return *x->at++ == '>' ? true : xml_fail(x, "a tag that does not end");
}

static inline void assert_well_formed(const char *text)
{
	struct xml x = {.at = text};
	bool fine = true;

	while (fine && *x.at != '\0')
		fine = *x.at == '<' ? xml_element(&x) : xml_text(&x, '<');
	if (fine && x.depth > 0)
		fine = xml_fail(&x, "an element that does not end");
	if (!fine)
		fail_msg("%s, before: %.60s", x.why, x.at);
}

static inline void assert_golden_bytes(const char *name, const struct eh_buf *drawn)
{
	char path[256], known[65536];
	const char *mode = getenv("EVENHAND_GOLDEN");

	snprintf(path, sizeof path, GOLDEN_FOLDER "%s", name);
	if (mode != NULL && strcmp(mode, "write") == 0) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(drawn->data, 1, drawn->len, file), drawn->len);
		assert_int_equal(fclose(file), 0);
	}
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t n = fread(known, 1, sizeof known - 1, file);
	fclose(file);
	known[n] = '\0';
	assert_string_equal(drawn->data, known);
}

/* The same, and it must be XML. */
static inline void assert_golden(const char *name, const struct eh_buf *drawn)
{
	assert_well_formed(drawn->data);
	assert_golden_bytes(name, drawn);
}

static inline size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

#endif
