/*
 * text_test.c - the text report: its words, its width, its bytes.
 */
#include "report/text.h"

#include "page/words.h"
#include "tests/unit/report/said.h"

static void contains(const struct eh_buf *text, const char *want)
{
	if (!strstr(text->data, want))
		fail_msg("not said: %s", want);
}

static void the_report(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO text = {0};
	json_t *tree;
	json_t *document = said_document(arena, &tree);

	(void)state;
	eh_text_print(&text, document);
	assert_golden_bytes("audit.txt", &text);
	json_decref(document);
	json_decref(tree);
}

/* What must never be hidden is said in words. */
static void nothing_is_hidden(void **state)
{
	static const char *const said[] = {
		"There is not enough data for a verdict on this group.",
		"missing is counted and is never a group",
		"The value <script> is not in the map",
		"3 rows could not be read",
		"branch can say nothing about sex: the same everywhere.",
		"1 level of tier cannot inform",
		"The direction turns",
		"crossed the four-fifths line of 0.80",
		"a ratio of 0.91 or less would",
		"under 2 %: no ratio",
		"too large for exact ranks",
		"group that has the highest rate: here women",
		"is estimated by probabilities, not asked",
		"1 group that is estimated should be reviewed by a person.",
		"Of 1 such answer, 0 stay rare",
		"the premium of women is 7.4 % higher than that of men",
		"turns it round",
		"People overturned 5 of every 100 decisions on women.",
		"Half of the decisions on women took 2 days or less.",
	};
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO text = {0}, flat = {0};
	json_t *tree;
	json_t *document = said_document(arena, &tree);

	(void)state;
	eh_text_print(&text, document);
	for (size_t i = 0; i < text.len; i++) /* lines may break anywhere */
		eh_buf_putc(&flat, text.data[i] == '\n' ? ' ' : text.data[i]);
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		contains(&flat, said[i]);
	json_decref(document);
	json_decref(tree);
}

static void no_line_is_wider_than_a_hundred(void **state)
{
	static const char *const labels[] = {"Name", "#A number with a long head", "What is remarkable of it", NULL};
	static const char *const row[] = {
		"a name of rather many words that goes on and on until nobody knows where it began",
		"123\u202f456\u202f789", "anunbrokenwordofmorethanonehundredcharactersxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
	json_t *table = eh_page_table_begin("A table that must be made to fit", labels);
	EH_BUF_AUTO text = {0};

	(void)state;
	eh_page_table_row(table, row);
	eh_text_table(&text, table);
	contains(&text, "123 456 789");
	for (const char *line = text.data; *line; line += strcspn(line, "\n") + 1)
		assert_true(eh_text_chars(line, strcspn(line, "\n")) <= EH_TEXT_WIDTH);
	json_decref(table);
}

static void hidden_characters_are_shown(void **state)
{
	EH_BUF_AUTO text = {0};

	(void)state;
	eh_text_plain(&text, "a\u202eb\nc\x1b[31m", 12);
	assert_string_equal(text.data, "a<U+202E>b c<U+001B>[31m");
	assert_int_equal(eh_text_chars("\u00e9t\u00e9", 5), 3);
}

static void words_wrap_at_blanks(void **state)
{
	EH_BUF_AUTO text = {0};

	(void)state;
	eh_text_wrap(&text, "one two three 1\u202f000 four", 2, 9);
	assert_string_equal(text.data, "one two\n  three\n  1 000\n  four\n");
}

/* A tree that says nothing gives a report that says so. */
static void an_empty_audit(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO text = {0};
	json_t *tree = json_object();
	json_t *document = eh_say_audit(arena, tree);

	(void)state;
	eh_text_print(&text, document);
	contains(&text, "There is not enough data: no group could be compared with another.");
	json_decref(document);
	json_decref(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_report),
		cmocka_unit_test(nothing_is_hidden),
		cmocka_unit_test(no_line_is_wider_than_a_hundred),
		cmocka_unit_test(hidden_characters_are_shown),
		cmocka_unit_test(words_wrap_at_blanks),
		cmocka_unit_test(an_empty_audit),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
