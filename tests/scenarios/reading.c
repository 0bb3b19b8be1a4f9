/*
 * reading.c - reads sentences, one a line, and names each that is too hard or says more than it may.  Exit code 1
 * where there is one.
 */
#include <stdio.h>
#include <string.h>

#include "tests/lib/reading.h"

int main(void)
{
	static char line[65536];
	int bad = 0;

	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		const char *word = reading_banned(line);
		double grade = reading_grade(line);

		if (word != NULL)
			printf("says \"%s\": %s\n", word, line);
		else if (grade > READING_GRADE_MAX)
			printf("has reading grade %.1f: %s\n", grade, line);
		bad |= word != NULL || grade > READING_GRADE_MAX;
	}
	return bad;
}
