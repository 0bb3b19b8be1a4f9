/*
 * The public Mustache specification's cases: all of six modules, byte for byte.
 */
#include "page/mustache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "../shared/vectors/mustache/"

/* The case's own template is named "", which no partial is. */
static enum eh_rc find_in_case(void *context, const char *name, const char **text, size_t *n, struct eh_err *err)
{
	const json_t *spec = context;
	const json_t *found = *name == '\0' ? json_object_get(spec, "template")
	                                    : json_object_get(json_object_get(spec, "partials"), name);

	(void)err;
	if (found != NULL) { /* the specification lets an unknown partial be nothing */
		*text = json_string_value(found);
		*n = json_string_length(found);
	}
	return EH_OK;
}

static bool case_passes(json_t *spec)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO out = {0};
	const struct eh_template *page;
	struct eh_err err;
	const char *expected = json_string_value(json_object_get(spec, "expected"));
	const char *name = json_string_value(json_object_get(spec, "name"));

	eh_buf_puts(&out, "");
	enum eh_rc rc = eh_page_compile(arena, find_in_case, spec, "", &page, &err);
	if (rc == EH_OK)
		rc = eh_page_render(page, json_object_get(spec, "data"), &out, &err);
	if (rc == EH_OK && strcmp(out.data, expected) == 0)
		return true;
	print_error("%s: %s\n expected [%s]\n got      [%s]\n", name, rc == EH_OK ? "other bytes" : err.text, expected,
	            out.data);
	return false;
}

static void run_module(const char *module, size_t least)
{
	char path[128];
	json_error_t why;

	snprintf(path, sizeof path, FOLDER "%s.json", module);
	json_t *doc = json_load_file(path, 0, &why);
	if (doc == NULL) {
		print_message("skip: ../shared/vectors is not here\n");
		skip();
	}
	json_t *cases = json_object_get(doc, "tests");
	size_t passed = 0, i;
	json_t *spec;
	json_array_foreach(cases, i, spec)
		passed += case_passes(spec);
	size_t n = json_array_size(cases);
	json_decref(doc);
	assert_int_equal(passed, n);
	assert_true(n >= least);
}

static void test_comments(void **state)
{
	(void)state;
	run_module("comments", 12);
}

static void test_delimiters(void **state)
{
	(void)state;
	run_module("delimiters", 14);
}

static void test_interpolation(void **state)
{
	(void)state;
	run_module("interpolation", 42);
}

static void test_inverted(void **state)
{
	(void)state;
	run_module("inverted", 22);
}

static void test_partials(void **state)
{
	(void)state;
	run_module("partials", 12);
}

static void test_sections(void **state)
{
	(void)state;
	run_module("sections", 34);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments), cmocka_unit_test(test_delimiters), cmocka_unit_test(test_interpolation),
		cmocka_unit_test(test_inverted), cmocka_unit_test(test_partials),   cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
