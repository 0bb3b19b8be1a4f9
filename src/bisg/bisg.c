/*
 * bisg.c - see bisg.h.
 */
#include "bisg/bisg.h"

#include <math.h>
#include <string.h>

#include "bisg/clean.h"

/* Of a hyphenated surname the first half that is found, else the whole. */
static const struct eh_bisg_entry *find_surname(const struct eh_bisg_table *table, struct eh_text text, bool *half)
{
	struct eh_bisg_name name;
	const struct eh_bisg_entry *entry;

	eh_bisg_clean(text, &name);
	if ((entry = eh_bisg_table_find(table, name.first)) == NULL)
		entry = eh_bisg_table_find(table, name.last);
	*half = entry != NULL;
	return entry != NULL ? entry : eh_bisg_table_find(table, name.whole);
}

/* "Mary Ann" is looked up as maryann, then as mary. */
static const struct eh_bisg_entry *find_first(const struct eh_bisg_table *table, struct eh_text text)
{
	struct eh_bisg_name name;
	const struct eh_bisg_entry *entry;

	eh_bisg_clean(text, &name);
	if ((entry = eh_bisg_table_find(table, name.whole)) == NULL &&
	    (entry = eh_bisg_table_find(table, name.word)) == NULL)
		entry = eh_bisg_table_find(table, name.first);
	return entry;
}

static bool is_zip_plus_4(const char *text, size_t n)
{
	static const char digits[] = "0123456789";

	return n == 10 && strspn(text, digits) == 5 && text[5] == '-' && strspn(text + 6, digits) == 4;
}

/* The place as it stands, blanks around it apart; 12345-6789 also as 12345. */
static const struct eh_bisg_entry *find_place(const struct eh_bisg_table *table, struct eh_text text)
{
	char key[EH_BISG_NAME_MAX];
	const struct eh_bisg_entry *entry;

	while (text.n > 0 && text.at[0] == ' ')
		text = (struct eh_text){text.at + 1, text.n - 1};
	while (text.n > 0 && text.at[text.n - 1] == ' ')
		text.n--;
	if (text.n == 0 || text.n >= sizeof key)
		return NULL;
	memcpy(key, text.at, text.n);
	key[text.n] = '\0';
	entry = eh_bisg_table_find(table, key);
	if (entry != NULL || !is_zip_plus_4(key, text.n))
		return entry;
	key[5] = '\0';
	return eh_bisg_table_find(table, key);
}

/* Millionths that sum to a million: what rounding down leaves goes to the greatest rests, the earlier of equals. */
static void round_to_unit(struct eh_bisg_answer *a)
{
	double rest[EH_BISG_CLASSES];
	uint32_t left = EH_BISG_UNIT;

	for (int c = 0; c < EH_BISG_CLASSES; c++) {
		double exact = a->p[c] * EH_BISG_UNIT, whole = fmin(floor(exact), left);

		a->q[c] = (uint32_t)whole;
		rest[c] = exact - whole;
		left -= a->q[c];
	}
	for (; left > 0; left--) {
		int most = 0;

		for (int c = 1; c < EH_BISG_CLASSES; c++)
			if (rest[c] > rest[most])
				most = c;
		a->q[most]++;
		rest[most] = -1;
	}
}

void eh_bisg_ask(const struct eh_bisg_tables *t, struct eh_text surname, struct eh_text first, struct eh_text geo,
                 struct eh_bisg_answer *out)
{
	*out = (struct eh_bisg_answer){0};
	const struct eh_bisg_entry *s = find_surname(&t->surnames, surname, &out->half),
				   *g = find_place(&t->geography, geo);
	const struct eh_bisg_entry *f = find_first(&t->firstnames, first);
	double sum = 0;

	out->surname = s != NULL;
	out->geo = g != NULL;
	out->first = f != NULL;
	if (s == NULL && g == NULL)
		return;
	for (int c = 0; c < EH_BISG_CLASSES; c++) {
		double u = s != NULL ? s->p[c] * (g != NULL ? g->among[c] : 1) : g->p[c];

		sum += out->p[c] = f != NULL ? u * f->among[c] : u;
	}
	out->known = sum > 0; /* name and place that no class has in common leave nothing */
	for (int c = 0; c < EH_BISG_CLASSES && out->known; c++)
		out->p[c] /= sum;
	if (out->known)
		round_to_unit(out);
}
