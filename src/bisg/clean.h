/*
 * clean.h - a person's name as the tables of names write it.
 *
 * The rules are those of the Consumer Financial Protection Bureau's proxy method, so
 * that the same person is found here and there: lower case; {}\,." digits and the
 * backquote become blanks; apostrophes go without leaving a gap; the words jr sr ii
 * iii iv dds md phd go; a word of one letter goes, but for an o or a d before another
 * word (O Brien, not Lee M.D.); blanks go.  A hyphen parts a name in two halves.
 *
 * Source   github.com/cfpb/proxy-methodology, CC0.
 * Threads  any.
 */
#ifndef EH_BISG_CLEAN_H
#define EH_BISG_CLEAN_H

#include "base/text.h"

#define EH_BISG_NAME_MAX 128 /* bytes; a longer one is cut, and is in no table */

/* The forms under which a name is looked up; an empty one is no form. */
struct eh_bisg_name {
	char whole[EH_BISG_NAME_MAX]; /* without hyphens */
	char first[EH_BISG_NAME_MAX]; /* the half before the first hyphen, where there is one */
	char last[EH_BISG_NAME_MAX];  /* the half behind it */
	char word[EH_BISG_NAME_MAX];  /* the first word, where there are several: for first names */
};

void eh_bisg_clean(struct eh_text name, struct eh_bisg_name *out);

#endif
