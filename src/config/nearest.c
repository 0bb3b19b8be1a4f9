/*
 * nearest.c - see nearest.h.  The distance is Damerau-Levenshtein in its
 * restricted form (optimal string alignment), counted in quarters so that a wrong
 * case costs less than a wrong letter.
 */
#include "config/nearest.h"

#include <ctype.h>
#include <string.h>

#define LONGEST 64
#define STEP 4 /* one insertion, deletion, change or swap */

static unsigned change_cost(char a, char b)
{
	if (a == b)
		return 0;
	return tolower((unsigned char)a) == tolower((unsigned char)b) ? STEP / 4 : STEP;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= nb; j++)
		above[j] = before[j] = (unsigned)j * STEP;
	for (size_t i = 1; i <= na; i++) {
		row[0] = (unsigned)i * STEP;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = least(least(above[j], row[j - 1]) + STEP, above[j - 1] + change_cost(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + STEP);
		}
		unsigned *free_row = before;
		before = above;
		above = row;
		row = free_row;
	}
	return above[nb];
}

const char *eh_nearest(const char *word, const char *const *known, size_t n)
{
	size_t len = strlen(word);
	const char *best = NULL;
	unsigned best_cost = 0;

	if (len == 0 || len > LONGEST)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t known_len = known[i] == NULL ? 0 : strlen(known[i]);

		if (known_len == 0 || known_len > LONGEST)
			continue;
		unsigned cost = distance(word, len, known[i], known_len);
		unsigned allowed = (unsigned)(len > known_len ? len : known_len) * STEP / 3;
		if (cost <= (allowed < STEP ? STEP : allowed) && (best == NULL || cost < best_cost)) {
			best = known[i];
			best_cost = cost;
		}
	}
	return best;
}
