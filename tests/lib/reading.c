/*
 * reading.c - see reading.h.
 */
#include "tests/lib/reading.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define WORDS_MIN 7 /* one long word would be the grade of a shorter text */

static const char *const banned[] = {"discriminated", "discriminates", "violated", "violates", "caused",  "causes",
                                     "proves",        "proved",        "proven",   "blame",    "blames",  "blamed",
                                     "guilty",        "biased model",  "main driver", "safe",  "compliant", "passed",
                                     NULL};

static bool is_vowel(char c)
{
	return c != '\0' && strchr("aeiouyAEIOUY", c) != NULL;
}

static unsigned syllables(const char *word, size_t n)
{
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		count += is_vowel(word[i]) && (i == 0 || !is_vowel(word[i - 1]));
	if (n > 2 && word[n - 1] == 'e' && !is_vowel(word[n - 2]) && !(word[n - 2] == 'l' && !is_vowel(word[n - 3])))
		count--;
	if (n > 3 && strncmp(word + n - 2, "ed", 2) == 0 && word[n - 3] != 't' && word[n - 3] != 'd' && !is_vowel(word[n - 3]))
		count--;
	return count > 0 ? count : 1;
}

static bool in_word(char c)
{
	return isalpha((unsigned char)c) || c == '\'' || c == '-' || (unsigned char)c >= 0x80;
}

double reading_grade(const char *text)
{
	double words = 0, sentences = 0, sounds = 0;

	for (const char *at = text; *at != '\0';) {
		size_t n = 0;

		if (isdigit((unsigned char)*at)) {
			while (isdigit((unsigned char)at[n]) || (strchr(".,:/%", at[n]) != NULL && isdigit((unsigned char)at[n + 1])))
				n++;
			words++;
			sounds++;
		} else if (in_word(*at)) {
			while (in_word(at[n]))
				n++;
			words++;
			sounds += syllables(at, n);
		} else {
			sentences += strchr(".!?", *at) != NULL && (at[1] == ' ' || at[1] == '\0');
			n = 1;
		}
		at += n;
	}
	if (words < WORDS_MIN)
		return 0;
	return .39 * words / (sentences > 0 ? sentences : 1) + 11.8 * sounds / words - 15.59;
}

const char *reading_banned(const char *text)
{
	for (const char *const *word = banned; *word != NULL; word++) {
		size_t n = strlen(*word);

		for (const char *at = text; *at != '\0'; at++)
			if (strncasecmp(at, *word, n) == 0 && (at == text || !isalpha((unsigned char)at[-1])) &&
			    !isalpha((unsigned char)at[n]))
				return *word;
	}
	return NULL;
}
