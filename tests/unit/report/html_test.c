/*
 * html_test.c - the page: well-formed, asks for nothing, and a group named <script> stays a name.
 */
#include "report/html.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/report/said.h"

static void make(struct eh_arena *arena, struct eh_buf *page)
{
	struct eh_err err = {0};
	json_t *tree;
	json_t *document = said_document(arena, &tree);

	if (eh_html_page(arena, document, page, &err) != EH_OK)
		fail_msg("%s", err.text);
	json_decref(document);
	json_decref(tree);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void text_of_the_log_is_escaped(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO page = {0};

	(void)state;
	make(arena, &page);
	assert_int_equal(count(page.data, "<script"), 0);
	assert_true(count(page.data, "&lt;script&gt;") >= 6);
	assert_non_null(strstr(page.data, "<h1>Fairness audit of motor &lt;script&gt;alert(1)"));
}

static void it_asks_for_nothing(void **state)
{
	static const char *const never[] = {"http://", "https://", "@import", " src=", "<iframe", "<link rel=\"stylesheet", " style=\""};
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO page = {0};

	(void)state;
	make(arena, &page);
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		if (strstr(page.data, never[i]))
			fail_msg("the page holds %s", never[i]);
	assert_non_null(strstr(page.data, "default-src &#39;none&#39;; style-src &#39;sha256-"));
	assert_int_equal(count(page.data, "url("), count(page.data, "url(#")); /* patterns of its own charts */
	assert_int_equal(count(page.data, "<style>"), 1);
}

/* A verdict has its shape beside its word: crossed, not enough data, to be reviewed. */
static void a_verdict_has_a_shape(void **state)
{
	static const char *const cells[] = {"#g-alert\"/></svg> crossed</td>", "#g-thin\"/></svg> not enough data</td>",
	                                    "#g-watch\"/></svg> to be reviewed</td>"};
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO page = {0};

	(void)state;
	make(arena, &page);
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		if (!strstr(page.data, cells[i]))
			fail_msg("not shown: %s", cells[i]);
}

/* Every id once, every reference to one that is there, every table with a caption, every chart with words. */
static void it_is_whole(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO page = {0};

	(void)state;
	make(arena, &page);
	for (const char *at = page.data; (at = strstr(at, " id=\"")); at++) {
		const char *id = eh_arena_strndup(arena, at, strcspn(at + 5, "\"") + 6);

		if (count(page.data, id) != 1)
			fail_msg("twice:%s", id);
	}
	for (const char *at = page.data; (at = strstr(at, "href=\"#")); at++) {
		const char *id = eh_arena_strndup(arena, at + 7, strcspn(at + 7, "\""));

		if (!strstr(page.data, eh_arena_printf(arena, " id=\"%s\"", id)))
			fail_msg("#%s leads nowhere", id);
	}
	assert_int_equal(count(page.data, "<table"), count(page.data, "<caption>"));
	assert_int_equal(count(page.data, "role=\"img\""), count(page.data, "<desc "));
	assert_true(count(page.data, "role=\"img\"") >= 8); /* four charts, wide and narrow */
}

static void the_same_document_gives_the_same_bytes(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO one = {0}, two = {0};

	(void)state;
	make(arena, &one);
	make(arena, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
}

static void it_is_written_whole_or_not_at_all(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO bytes = {0};
	struct eh_err err = {0};
	char folder[] = "/tmp/evenhand-html-XXXXXX";
	struct stat found;

	(void)state;
	assert_non_null(mkdtemp(folder));
	const char *path = eh_arena_printf(arena, "%s/a.html", folder);
	eh_buf_puts(&bytes, "<!doctype html>first");
	assert_int_equal(eh_html_write(arena, path, &bytes, &err), EH_OK);
	eh_buf_puts(&bytes, " and second");
	assert_int_equal(eh_html_write(arena, path, &bytes, &err), EH_OK);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_size, 31);
	assert_int_equal(eh_html_write(arena, eh_arena_printf(arena, "%s/no/a.html", folder), &bytes, &err), EH_BAD_INPUT);
	assert_int_equal(eh_html_write(arena, folder, &bytes, &err), EH_BAD_INPUT); /* a folder has that name */
	assert_int_equal(eh_html_write(arena, "", &bytes, &err), EH_BAD_INPUT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0); /* nothing else was left */
}

/* As root, a file moved over /dev/null would take it from the whole machine. */
static void what_is_no_file_is_not_replaced(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO bytes = {0};
	struct eh_err err = {0};
	char folder[] = "/tmp/evenhand-html-XXXXXX", got[32] = "";
	struct stat found;

	(void)state;
	assert_non_null(mkdtemp(folder));
	eh_buf_puts(&bytes, "<!doctype html>page");
	const char *pipe = eh_arena_printf(arena, "%s/pipe", folder), *link = eh_arena_printf(arena, "%s/link", folder);
	const char *file = eh_arena_printf(arena, "%s/file", folder);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	int fd = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(eh_html_write(arena, pipe, &bytes, &err), EH_OK);
	assert_int_equal(read(fd, got, sizeof got), 19);
	assert_int_equal(close(fd), 0);
	assert_int_equal(lstat(pipe, &found), 0);
	assert_true(S_ISFIFO(found.st_mode));
	assert_int_equal(eh_html_write(arena, file, &bytes, &err), EH_OK);
	assert_int_equal(symlink(file, link), 0);
	eh_buf_puts(&bytes, " 2");
	assert_int_equal(eh_html_write(arena, link, &bytes, &err), EH_OK);
	assert_int_equal(lstat(link, &found), 0);
	assert_true(S_ISLNK(found.st_mode));
	assert_int_equal(stat(file, &found), 0);
	assert_int_equal(found.st_size, 21);
	assert_int_equal(unlink(link) | unlink(file) | unlink(pipe) | rmdir(folder), 0);
}

/* `--html log.csv` with the page's name forgotten. */
static void a_log_is_not_replaced_by_a_page(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO bytes = {0};
	struct eh_err err = {0};
	char folder[] = "/tmp/evenhand-html-XXXXXX";
	struct stat found;

	(void)state;
	assert_non_null(mkdtemp(folder));
	const char *path = eh_arena_printf(arena, "%s/log.csv", folder);
	FILE *log = fopen(path, "w");
	assert_non_null(log);
	fputs("id,at\n", log);
	assert_int_equal(fclose(log), 0);
	eh_buf_puts(&bytes, "<!doctype html>page");
	assert_int_equal(eh_html_write(arena, path, &bytes, &err), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "is there and is no page"));
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_size, 6);
	assert_int_equal(truncate(path, 0), 0); /* an empty file, as mktemp makes it, is nobody's loss */
	assert_int_equal(eh_html_write(arena, path, &bytes, &err), EH_OK);
	assert_int_equal(unlink(path) | rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_the_log_is_escaped),
		cmocka_unit_test(a_log_is_not_replaced_by_a_page),
		cmocka_unit_test(it_asks_for_nothing),
		cmocka_unit_test(it_is_whole),
		cmocka_unit_test(a_verdict_has_a_shape),
		cmocka_unit_test(the_same_document_gives_the_same_bytes),
		cmocka_unit_test(it_is_written_whole_or_not_at_all),
		cmocka_unit_test(what_is_no_file_is_not_replaced),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
