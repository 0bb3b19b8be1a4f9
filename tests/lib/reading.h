/*
 * reading.h - how hard a text is to read, and whether it says more than it may.
 *
 * The grade is that of Kincaid et al. 1975: .39 words a sentence + 11.8 syllables a word - 15.59.  Syllables are
 * counted by groups of vowels, a silent e left out; a number is one.  A text of a few words has no grade: 0.
 *
 * Threads  any.
 */
#ifndef EH_TESTS_LIB_READING_H
#define EH_TESTS_LIB_READING_H

#define READING_GRADE_MAX 9.0

double reading_grade(const char *text);

/* The first word of the text that no sentence of ours may hold, or NULL. */
const char *reading_banned(const char *text);

#endif
