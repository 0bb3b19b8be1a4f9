/*
 * Templates: what the specification leaves to us - escapes that show what cannot
 * be seen, errors with their line, limits, one compilation for many renderings.
 */
#include "page/mustache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct pages {
	const char *page, *part;
};

static enum eh_rc find_pages(void *context, const char *name, const char **text, size_t *n, struct eh_err *err)
{
	const struct pages *pages = context;
	const char *found = strcmp(name, "page") == 0 ? pages->page : strcmp(name, "part") == 0 ? pages->part : NULL;

	if (found == NULL)
		return eh_fail(err, EH_BAD_INPUT, "there is no template %s", name);
	*text = found;
	*n = strlen(found);
	return EH_OK;
}

static enum eh_rc fill(struct pages pages, const char *model_text, struct eh_buf *out, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_template *page;
	json_t *model = json_loads(model_text, JSON_ALLOW_NUL, NULL);

	assert_non_null(model);
	eh_buf_puts(out, "");
	enum eh_rc rc = eh_page_compile(arena, find_pages, &pages, "page", &page, err);
	if (rc == EH_OK)
		rc = eh_page_render(page, model, out, err);
	json_decref(model);
	return rc;
}

static void expect(const char *page, const char *part, const char *model, const char *expected)
{
	EH_BUF_AUTO out = {0};
	struct eh_err err = {0};

	assert_int_equal(fill((struct pages){page, part}, model, &out, &err), EH_OK);
	assert_string_equal(out.data, expected);
}

static void expect_error(const char *page, const char *part, const char *model, const char *expected)
{
	EH_BUF_AUTO out = {0};
	struct eh_err err = {0};

	assert_int_equal(fill((struct pages){page, part}, model, &out, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, expected);
}

static void test_escapes(void **state)
{
	(void)state;
	expect("<a title=\"{{x}}\">", NULL, "{\"x\": \"<b> & \\\"c\\\" 'd'\"}",
	       "<a title=\"&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\">");
	expect("{{{x}}}{{&x}}", NULL, "{\"x\": \"<b>\"}", "<b><b>");
}

static void test_shows_what_cannot_be_seen(void **state)
{
	(void)state;
	expect("{{x}}", NULL, "{\"x\": \"Acme\\u202egnp\"}", "Acme&lt;U+202E&gt;gnp");
	expect("{{x}}", NULL, "{\"x\": \"A\\u200bcme\\ufeff\"}", "A&lt;U+200B&gt;cme&lt;U+FEFF&gt;");
	expect("{{x}}", NULL, "{\"x\": \"a\\u0000b\\u0007\\u007f\\u0085\"}", "a&lt;U+0000&gt;b&lt;U+0007&gt;&lt;U+007F&gt;&lt;U+0085&gt;");
	expect("{{x}}", NULL, "{\"x\": \"\\udb40\\udc41\"}", "&lt;U+E0041&gt;");
	expect("{{x}}", NULL, "{\"x\": \"two\\r\\nlines\\tand \\r\"}", "two\r\nlines\tand &lt;U+000D&gt;");
	expect("{{x}}", NULL, "{\"x\": \"M\\u00fcnchen \\u6771\\u4eac \\ud83d\\ude00\"}", "M\xc3\xbcnchen \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80");
}

static void test_bytes_that_are_no_characters(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_page_escape(&out, "a\xff" "b\xc0\x80" "c\xed\xa0\x80\xe2\x82", 11);
	assert_string_equal(out.data, "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd" "c\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_truth(void **state)
{
	(void)state;
	expect("{{#a}}a{{/a}}{{^a}}-{{/a}}{{#b}}b{{/b}}{{^b}}-{{/b}}{{#c}}c{{.}}{{/c}}{{^d}}-{{/d}}", NULL,
	       "{\"a\": \"\", \"b\": [], \"c\": 0, \"d\": null}", "--c0-");
}

static void test_numbers(void **state)
{
	(void)state;
	expect("{{a}} {{b}} {{c}} {{d}}", NULL, "{\"a\": 9007199254740993, \"b\": 0.1, \"c\": 1e-7, \"d\": true}",
	       "9007199254740993 0.1 1e-07 true");
}

static void test_partials_see_the_inner_value(void **state)
{
	(void)state;
	expect("{{#list}}{{>part}}{{/list}}", "[{{name}}{{#more}}{{>part}}{{/more}}]",
	       "{\"list\": [{\"name\": \"a\", \"more\": [{\"name\": \"b\", \"more\": false}]}, {\"name\": \"c\", \"more\": null}]}",
	       "[a[b]][c]");
}

static void test_errors_name_the_line(void **state)
{
	(void)state;
	expect_error("one\n{{two", NULL, "{}", "template page line 2: a tag is opened and never closed: two");
	expect_error("a\n\n{{#open}}\nb\n", NULL, "{}", "template page line 3: section open is never closed");
	expect_error("a\n{{/shut}}", NULL, "{}", "template page line 2: a section is closed that was not opened: shut");
	expect_error("{{#a}}\n{{#b}}\n{{/a}}{{/b}}", NULL, "{}", "template page line 3: {{/a}} closes section b of line 2");
	expect_error("{{ }}", NULL, "{}", "template page line 1: a tag has no name: ");
	expect_error("{{a b}}", NULL, "{}", "template page line 1: a name has white space in it: a b");
	expect_error("{{=| |}}", NULL, "{}", "template page line 1: a tag is opened and never closed: | |}}");
	expect_error("{{=|=}}", NULL, "{}", "template page line 1: delimiters must be two words of 1 to 15 characters: |");
	expect_error("x\n{{>part}}", "\n\n{{#x}}", "{}", "template part line 3: section x is never closed");
	expect_error("{{>missing}}", NULL, "{}", "there is no template missing");
	expect_error("\n{{a}}", NULL, "{\"a\": {}}",
	             "template page line 2: {{a}} names a list or an object, which has no text");
}

static void test_endless_partials_end(void **state)
{
	(void)state;
	expect_error("{{>part}}", "{{>part}}", "{}", "template part line 1: sections and partials nest deeper than 64");
}

static void test_compiled_once_rendered_often(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO out = {0};
	struct pages pages = {"{{#rows}}{{.}};{{/rows}}", NULL};
	const struct eh_template *page;
	struct eh_err err;
	json_t *model = json_pack("{s:[i,i]}", "rows", 1, 2);

	(void)state;
	assert_int_equal(eh_page_compile(arena, find_pages, &pages, "page", &page, &err), EH_OK);
	size_t held = eh_arena_bytes(arena);
	for (int i = 0; i < 3; i++)
		assert_int_equal(eh_page_render(page, model, &out, &err), EH_OK);
	assert_string_equal(out.data, "1;2;1;2;1;2;");
	assert_int_equal(eh_arena_bytes(arena), held);
	json_decref(model);
}

/* Our own frame around a page, as head.html promises it. */
static enum eh_rc find_framed(void *context, const char *name, const char **text, size_t *n, struct eh_err *err)
{
	return strcmp(name, "page") == 0 ? find_pages(context, name, text, n, err) : eh_page_find_page(NULL, name, text, n, err);
}

static void frame(const char *body, json_t *model, struct eh_buf *out)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct pages pages = {body, NULL};
	const struct eh_template *page;
	struct eh_err err = {0};

	assert_non_null(model);
	if (eh_page_compile(arena, find_framed, &pages, "page", &page, &err) != EH_OK ||
	    eh_page_render(page, model, out, &err) != EH_OK)
		fail_msg("%s", err.text);
	json_decref(model);
	assert_null(strstr(out->data, "{{"));
	assert_null(strstr(out->data, " style="));
}

static void test_frame_signed_in(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	frame("{{>head}}\n<h1>x</h1>\n{{>foot}}\n",
	      json_pack("{s:s, s:[{s:s,s:s,s:b},{s:s,s:s,s:b}], s:{s:s,s:s}, s:s, s:{s:s,s:s}, s:s, s:b}", "title", "A <b>", "nav", "href",
	                "/", "label", "Overview", "current", 1, "href", "/lab", "label", "Lab", "current", 0, "ribbon", "state", "stale",
	                "text", "lag 9 s", "banner", "a demo & more", "user", "name", "D. \xe2\x80\xae W", "role", "insurer", "csrf",
	                "t\"k", "live", 1),
	      &out);
	assert_memory_equal(out.data, "<!doctype html>\n", 16);
	assert_non_null(strstr(out.data, "<title>A &lt;b&gt; - Evenhand</title>"));
	assert_non_null(strstr(out.data, "<a href=\"/\" aria-current=\"page\">Overview</a>"));
	assert_non_null(strstr(out.data, "<a href=\"/lab\">Lab</a>"));
	assert_non_null(strstr(out.data, "<use href=\"#g-stale\"/>"));
	assert_non_null(strstr(out.data, "a demo &amp; more"));
	assert_non_null(strstr(out.data, "D. &lt;U+202E&gt; W"));
	assert_non_null(strstr(out.data, "name=\"csrf\" value=\"t&quot;k\""));
	assert_non_null(strstr(out.data, "<main id=\"main\" tabindex=\"-1\" data-live>\n<h1>x</h1>\n</main>"));
	assert_non_null(strstr(out.data, "id=\"pause\""));
}

static void test_frame_before_sign_in(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	frame("{{>head}}\n{{>foot}}\n", json_pack("{s:s}", "title", "Sign in"), &out);
	assert_null(strstr(out.data, "<nav"));
	assert_null(strstr(out.data, "/logout"));
	assert_null(strstr(out.data, "data-live"));
	assert_null(strstr(out.data, "id=\"pause\""));
	assert_null(strstr(out.data, "class=\"banner\""));
	assert_non_null(strstr(out.data, "href=\"/static/app.css\""));
}

static void test_figure_with_table(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	frame("{{>figure}}{{>badge}}",
	      json_loads("{\"title\":\"T\",\"chart\":\"<svg></svg>\",\"state\":\"ok\",\"word\":\"OK\",\"table\":{\"caption\":\"C\",\"omitted\":7,"
	                 "\"columns\":[{\"label\":\"When\",\"numeric\":false},{\"label\":\"n\",\"numeric\":true}],"
	                 "\"rows\":[{\"cells\":[{\"text\":\"Mon\",\"head\":true},{\"text\":\"4<\",\"numeric\":true}]}]}}", 0, NULL),
	      &out);
	assert_non_null(strstr(out.data, "<svg></svg>"));
	assert_non_null(strstr(out.data, "<caption>C; 7 older rows are in the export</caption>"));
	assert_non_null(strstr(out.data, "<th scope=\"col\">When</th><th scope=\"col\" class=\"num\">n</th>"));
	assert_non_null(strstr(out.data, "<tr><th scope=\"row\">Mon</th><td class=\"num\">4&lt;</td></tr>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_shows_what_cannot_be_seen),
		cmocka_unit_test(test_bytes_that_are_no_characters),
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_partials_see_the_inner_value),
		cmocka_unit_test(test_errors_name_the_line),
		cmocka_unit_test(test_endless_partials_end),
		cmocka_unit_test(test_compiled_once_rendered_often),
		cmocka_unit_test(test_frame_signed_in),
		cmocka_unit_test(test_frame_before_sign_in),
		cmocka_unit_test(test_figure_with_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
