/*
 * say_audit_test.c - every sentence is short, easy, and says no more than it may.
 *
 * Easy: grade 9 or less by Flesch and Kincaid (1975), 0.39 words a sentence + 11.8 syllables a word - 15.59, over the
 * sentences of the whole document.  Syllables are counted as groups of vowels, without a silent e at the end.
 */
#include <ctype.h>

#include "page/words.h"
#include "tests/unit/report/said.h"

struct ease {
	double sentences, words, syllables;
};

static bool is_vowel(char c)
{
	return c != '\0' && strchr("aeiouyAEIOUY", c) != NULL;
}

static double syllables_of(const char *word, size_t n)
{
	double groups = 0;

	for (size_t i = 0; i < n; i++)
		groups += is_vowel(word[i]) && (i == 0 || !is_vowel(word[i - 1]));
	if (groups > 1 && n > 2 && word[n - 1] == 'e' && !is_vowel(word[n - 2]) && word[n - 2] != 'l')
		groups--;
	return groups > 0 ? groups : 1;
}

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '\'';
}

static size_t words_of(const char *text, struct ease *ease)
{
	size_t words = 0;

	while (*text) {
		size_t n = 0;

		while (is_letter(text[n]) || (n > 0 && strchr(".-%", text[n]) && text[n] && is_letter(text[n + 1])))
			n++;
		if (n > 0) {
			words++;
			ease->syllables += syllables_of(text, n);
		}
		text += n > 0 ? n : 1;
	}
	return words;
}

static void look_at(const char *sentence, struct ease *ease)
{
	static const char *const banned[] = {"discriminat", "violat", "caus", "prove", "proof"};
	size_t words = words_of(sentence, ease);

	if (words > 20)
		fail_msg("%zu words: %s", words, sentence);
	for (size_t i = 0; i < sizeof banned / sizeof banned[0]; i++)
		if (strcasestr(sentence, banned[i]))
			fail_msg("says too much: %s", sentence);
	ease->words += (double)words;
	ease->sentences++;
}

/* A text may hold several sentences; each ends in a full stop and a blank. */
static void look_at_all(struct eh_arena *arena, const char *text, struct ease *ease)
{
	const char *end;

	while ((end = strstr(text, ". "))) {
		look_at(eh_arena_strndup(arena, text, (size_t)(end - text) + 1), ease);
		text = end + 2;
	}
	if (*text)
		look_at(text, ease);
}

static void look_at_block(struct eh_arena *arena, const json_t *block, struct ease *ease)
{
	const json_t *note = json_object_get(block, "note"), *figure = json_object_get(block, "figure");
	json_t *sentence;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(block, "p"), "sentences"), i, sentence)
		look_at_all(arena, json_string_value(sentence), ease);
	if (note)
		look_at_all(arena, eh_page_json_text(note, "text"), ease);
	if (figure)
		look_at_all(arena, eh_page_json_text(figure, "sentence"), ease);
}

static void sentences_are_short_and_easy(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct ease ease = {0};
	json_t *tree, *document = said_document(arena, &tree), *section, *block, *sentence;
	size_t i, k;

	(void)state;
	json_array_foreach(json_object_get(document, "lede"), i, sentence)
		look_at_all(arena, json_string_value(sentence), &ease);
	json_array_foreach(json_object_get(document, "sections"), i, section)
		json_array_foreach(json_object_get(section, "blocks"), k, block)
			look_at_block(arena, block, &ease);
	double grade = 0.39 * ease.words / ease.sentences + 11.8 * ease.syllables / ease.words - 15.59;
	print_message("%.0f sentences, grade %.1f\n", ease.sentences, grade);
	assert_true(ease.sentences > 60);
	assert_true(grade <= 9);
	json_decref(document);
	json_decref(tree);
}

static const char *first_sentence(struct eh_arena *arena, const char *pairs)
{
	json_error_t error;
	json_t *tree = json_loads(eh_arena_printf(arena, "{\"attributes\": {\"a\": {\"reference\": \"r\", \"pairs\": {%s}}}}", pairs),
	                          0, &error);
	json_t *document = eh_say_audit(arena, tree);
	const char *text =
		eh_arena_strdup(arena, json_string_value(json_array_get(json_object_get(document, "lede"), 0)));

	json_decref(document);
	json_decref(tree);
	return text;
}

/* Too little data is never told as if nothing were the matter. */
static void the_answer_comes_first(void **state)
{
	static const char thin[] = "\"t\": " PAIR("1", "0", "0", "0", "0", "1", "2", "false", "true", "1", "");
	static const char good[] = "\"g\": " PAIR("400", "320", "0.8", "1", "0.9", "1.1", "1", "true", "false", "1", "");
	static const char bad[] = "\"b\": " PAIR("400", "200", "0.5", "0.6", "0.5", "0.7", "2", "true", "true", "0.001", "");
	EH_ARENA_AUTO arena = eh_arena_new();

	(void)state;
	assert_string_equal(first_sentence(arena, thin), "There is not enough data for a verdict on any group.");
	assert_string_equal(first_sentence(arena, good), "No line was crossed for the one group with enough data.");
	assert_string_equal(first_sentence(arena, eh_arena_printf(arena, "%s, %s", thin, good)),
	                    "No line was crossed for the one group with enough data.");
	assert_string_equal(first_sentence(arena, bad), "A line was crossed for the only group that was compared.");
	assert_string_equal(first_sentence(arena, eh_arena_printf(arena, "%s, %s", bad, good)),
	                    "A line was crossed for 1 of 2 groups.");
	assert_string_equal(first_sentence(arena, ""), "There is not enough data: no group could be compared with another.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sentences_are_short_and_easy),
	                                   cmocka_unit_test(the_answer_comes_first)};

	return cmocka_run_group_tests_name("say_audit", tests, NULL, NULL);
}
