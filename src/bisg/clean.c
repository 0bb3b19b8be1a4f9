/*
 * clean.c - see clean.h.
 */
#include "bisg/clean.h"

#include <stdbool.h>
#include <string.h>

#define WORDS_MAX 16

/* Words of what is left once the marks are blanks; they point into `text`. */
struct words {
	char text[EH_BISG_NAME_MAX];
	const char *word[WORDS_MAX];
	size_t n;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
	return c != '\0' && strchr(" \t\r\n`{}\\,.\"0123456789", c) != NULL;
}

static void split(struct eh_text name, struct words *w)
{
	size_t len = 0;
	bool in_word = false;

	w->n = 0;
	for (size_t i = 0; i < name.n && len + 2 < sizeof w->text; i++) {
		if (name.at[i] == '\'')
			continue;
		if (is_blank(name.at[i])) {
			if (in_word)
				w->text[len++] = '\0';
			in_word = false;
			continue;
		}
		if (!in_word && w->n == WORDS_MAX)
			break;
		if (!in_word)
			w->word[w->n++] = &w->text[len];
		in_word = true;
		w->text[len++] = lower(name.at[i]);
	}
	w->text[len] = '\0';
}

/* Titles, and single letters that are no part of a name as o and d at its beginning are. */
static bool is_no_name(const char *word, bool last)
{
	static const char *const titles[] = {"jr", "sr", "ii", "iii", "iv", "dds", "md", "phd"};

	if (word[0] >= 'a' && word[0] <= 'z' && word[1] == '\0')
		return last || (word[0] != 'o' && word[0] != 'd');
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		if (strcmp(word, titles[i]) == 0)
			return true;
	return false;
}

static void join(const char *word, char *to)
{
	size_t len = strlen(to);

	for (; *word != '\0' && len + 1 < EH_BISG_NAME_MAX; word++)
		to[len++] = *word;
	to[len] = '\0';
}

static void part(struct eh_bisg_name *name)
{
	char *hyphen = strchr(name->whole, '-'), *to = name->whole;

	if (hyphen == NULL)
		return;
	memcpy(name->first, name->whole, (size_t)(hyphen - name->whole));
	name->first[hyphen - name->whole] = '\0';
	for (const char *at = hyphen + 1; *at != '\0' && *at != '-'; at++)
		strncat(name->last, at, 1);
	for (const char *at = name->whole; *at != '\0'; at++)
		if (*at != '-')
			*to++ = *at;
	*to = '\0';
}

void eh_bisg_clean(struct eh_text name, struct eh_bisg_name *out)
{
	struct words w;
	size_t kept = 0;

	out->whole[0] = out->first[0] = out->last[0] = out->word[0] = '\0';
	split(name, &w);
	for (size_t i = 0; i < w.n; i++) {
		if (is_no_name(w.word[i], i + 1 == w.n && w.n > 1))
			continue;
		if (kept++ == 0)
			join(w.word[i], out->word);
		join(w.word[i], out->whole);
	}
	if (kept < 2)
		out->word[0] = '\0';
	part(out);
}
