/*
 * bisg_test.c - from small tables to probabilities, held against the formula by hand.
 *
 * The tables are invented: no name or place in them has these figures anywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>

#include "bisg/annotate.h"

static const char surnames[] = "name,rank,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\n"
			       "SMITH,1,1000,70,20,2,1,3,4\n"
			       "GARCIA,2,800,5,1,(S),(S),1,92\n"
			       "\"O'NEIL\",3,100,100,0,0,0,0,0\n"
			       "KIM,4,10,0,0,100,0,0,0\n"
			       "THIN,5,10,50,40,0,0,0,0\n"; /* sums to 90: no basis */
static const char geography[] = "geo,white,black,hispanic,api,aian,mult\n"
				"27601,600,300,50,30,10,10\n"
				"27602,100,800,60,20,10,10\n"
				"27603,0,0,0,0,0,0\n"
				"27604,300,0,0,0,0,0\n";
static const char firstnames[] = "firstname,obs,pcthispanic,pctwhite,pctblack,pctapi,pctaian,pct2prace\n"
				 "MARIA,500,60,25,8,5,1,1\n"
				 "JOHN,1500,5,80,10,3,1,1\n";

static struct eh_arena *arena;
static struct eh_bisg_tables tables;

typedef enum eh_rc reader(struct eh_arena *arena, const char *path, struct eh_bisg_table *out, struct eh_err *err);

static void write_file(const char *text, char path[32])
{
	strcpy(path, "/tmp/evenhand-bisg-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static enum eh_rc read_text(reader *read, const char *text, struct eh_bisg_table *out, struct eh_err *err)
{
	char path[32];

	write_file(text, path);
	enum eh_rc rc = read(arena, path, out, err);
	unlink(path);
	return rc;
}

static int read_tables(void **state)
{
	struct eh_err err = {0};

	(void)state;
	arena = eh_arena_new();
	return read_text(eh_bisg_read_surnames, surnames, &tables.surnames, &err) == EH_OK &&
	                       read_text(eh_bisg_read_geography, geography, &tables.geography, &err) == EH_OK &&
	                       read_text(eh_bisg_read_firstnames, firstnames, &tables.firstnames, &err) == EH_OK
	               ? 0
	               : -1;
}

static int free_tables(void **state)
{
	(void)state;
	eh_arena_free(arena);
	return 0;
}

static struct eh_bisg_answer ask(const char *surname, const char *first, const char *geo)
{
	struct eh_bisg_answer a;

	eh_bisg_ask(&tables, (struct eh_text){surname, strlen(surname)}, (struct eh_text){first, strlen(first)},
	            (struct eh_text){geo, strlen(geo)}, &a);
	return a;
}

static void assert_near(double a, double b)
{
	assert_true(fabs(a - b) <= 1e-12 * fmax(1, fabs(b)));
}

static void assert_proportional(const struct eh_bisg_answer *a, const double *u)
{
	double sum = 0;
	uint32_t q = 0;

	assert_true(a->known);
	for (int c = 0; c < EH_BISG_CLASSES; c++)
		sum += u[c];
	for (int c = 0; c < EH_BISG_CLASSES; c++) {
		assert_near(a->p[c], u[c] / sum);
		assert_true(fabs(a->q[c] - a->p[c] * EH_BISG_UNIT) <= 1);
		q += a->q[c];
	}
	assert_int_equal(q, EH_BISG_UNIT);
}

/* P(r|s) P(g|r), and the same by P(r|s) P(r|g) / P(r). */
static void surname_and_place_are_multiplied(void **state)
{
	static const double s[] = {.70, .20, .04, .02, .01, .03}, total[] = {1000, 1100, 110, 50, 20, 20};
	static const double here[] = {600, 300, 50, 30, 10, 10};
	double u[EH_BISG_CLASSES], v[EH_BISG_CLASSES];
	struct eh_bisg_answer a = ask("Smith Jr.", "", "27601");

	(void)state;
	for (int c = 0; c < EH_BISG_CLASSES; c++) {
		u[c] = s[c] * here[c] / total[c];
		v[c] = s[c] * (here[c] / 1000) / (total[c] / 2300);
	}
	assert_true(a.surname && a.geo && !a.first && !a.half);
	assert_proportional(&a, u);
	assert_proportional(&a, v);
}

static void a_first_name_is_a_factor(void **state)
{
	static const double s[] = {.70, .20, .04, .02, .01, .03}, total[] = {1000, 1100, 110, 50, 20, 20};
	static const double here[] = {600, 300, 50, 30, 10, 10};
	static const double maria[] = {125, 40, 300, 25, 5, 5}, john[] = {1200, 150, 75, 45, 15, 15};
	double u[EH_BISG_CLASSES];
	struct eh_bisg_answer a = ask("Smith", "Maria J.", "27601"), b = ask("Smith", "Zzz", "27601");

	(void)state;
	for (int c = 0; c < EH_BISG_CLASSES; c++)
		u[c] = s[c] * here[c] / total[c] * maria[c] / (maria[c] + john[c]);
	assert_true(a.first && !b.first && b.known);
	assert_proportional(&a, u);
}

/* What the known five leave of 100 goes to the suppressed ones in equal parts. */
static void suppressed_cells_share_what_is_left(void **state)
{
	const struct eh_bisg_entry *e = eh_bisg_table_find(&tables.surnames, "garcia");

	(void)state;
	assert_non_null(e);
	assert_near(e->p[0], .05);
	assert_near(e->p[2], .92);
	assert_near(e->p[3], .005);
	assert_near(e->p[4], .005);
	assert_null(eh_bisg_table_find(&tables.surnames, "thin"));
	assert_null(eh_bisg_table_find(&tables.surnames, ""));
}

static void what_is_missing_is_left_out(void **state)
{
	static const double smith[] = {.70, .20, .04, .02, .01, .03}, here[] = {100, 800, 60, 20, 10, 10};
	struct eh_bisg_answer a = ask("Smith", "", "99999"), b = ask("Nobody", "", "27602"),
			      c = ask("Nobody", "Maria", "");

	(void)state;
	assert_proportional(&a, smith);
	assert_proportional(&b, here);
	assert_true(!c.known && c.first); /* a first name alone is no basis */
	assert_false(
		ask("Thin", "", "27603").known); /* the table's own gaps: a sum under .99, a place without people */
	c = ask("Kim", "", "27604");
	assert_true(c.surname && c.geo && !c.known); /* no class has both */
}

static void halves_and_forms_are_tried(void **state)
{
	(void)state;
	assert_true(ask("Smith-Unknown", "", "").half);
	assert_true(ask("Unknown-Smith", "", "").half);
	assert_false(ask("O'Neil", "", "").half);
	assert_true(ask("o neil", "", "").surname);
	assert_true(ask("Smith", "", " 27601 ").geo);
	assert_true(ask("Smith", "", "27601-1234").geo);
	assert_false(ask("Smith", "", "27601-12345").geo);
	assert_false(ask("Smith", "", "2760").geo);
}

static void bad_tables_are_refused(void **state)
{
	static const struct {
		reader *read;
		const char *text, *want;
	} bad[] = {
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,1,NaN,0,0,0,0,0\n",
	         ":2: pctwhite is not a number"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,1,100,0,0,0,0,0\nB,1,,0,0,0,0,"
	         "0\n",
	         ":3: pctwhite is not a number"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,1,101,0,0,0,0,0\n",
	         ":2: pctwhite is not between 0 and 100"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,1,-1,0,0,0,0,0\n",
	         ":2: pctwhite is not between 0 and 100"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,1,90,20,0,0,0,0\n",
	         ":2: the percentages sum to more than 100"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,inf,90,10,0,0,0,0\n",
	         ":2: the count is not a number"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nA,1,100,0,0,0,0\n",
	         ":2: 7 fields, the header has 8"},
		{eh_bisg_read_surnames,
	         "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\nAB,1,100,0,0,0,0,0\na-b,1,100,0,0,"
	         "0,0,0\n",
	         ": lines 2 and 3 are of the same key \"ab\""},
		{eh_bisg_read_surnames, "name,count,pctwhite,pctblack,pctapi,pctaian,pct2prace,pcthispanic\n",
	         ": no line can be used"},
		{eh_bisg_read_surnames, "name,count,pctwhite,pctblak,pctapi,pctaian,pct2prace,pcthispanic\n",
	         ":1: there is no column \"pctblack\", did you mean \"pctblak\"?"},
		{eh_bisg_read_surnames, "", ": the file is empty"},
		{eh_bisg_read_geography, "geo,white,black,hispanic,api,aian,mult\n1,-5,0,0,0,0,0\n",
	         ":2: white is below 0 or too large"},
		{eh_bisg_read_geography, "geo,white,black,hispanic,api,aian,mult\n1,1e300,0,0,0,0,0\n",
	         ":2: white is below 0 or too large"},
		{eh_bisg_read_geography, "geo,white,black,hispanic,api,aian,mult\n1,x,0,0,0,0,0\n",
	         ":2: white is not a number"},
		{eh_bisg_read_geography, "geo,white,black,hispanic,api,aian,mult\n,1,0,0,0,0,0\n", ":2: geo is empty"},
		{eh_bisg_read_geography, "geo,white,black,hispanic,api,aian,mult\n\"1,1,0,0,0,0,0\n",
	         ":2: unterminated quote"},
		{eh_bisg_read_firstnames, "name,obs,pctwhite\n", ":1: there is no column \"firstname\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct eh_bisg_table table;
		struct eh_err err = {0};

		assert_int_equal(read_text(bad[i].read, bad[i].text, &table, &err), EH_BAD_INPUT);
		if (strstr(err.text, bad[i].want) == NULL)
			fail_msg("\"%s\" does not hold \"%s\"", err.text, bad[i].want);
		assert_true(err.hint[0] != '\0' || strstr(err.text, "did you mean") != NULL ||
		            strstr(err.text, "geo is") != NULL);
	}
	struct eh_err err = {0};
	struct eh_bisg_table table;
	assert_int_equal(eh_bisg_read_surnames(arena, "/nowhere/at.all", &table, &err), EH_BAD_INPUT);
}

/* ---- a file with its probabilities -------------------------------------------------- */

static enum eh_rc annotate(const char *text, struct eh_bisg_columns columns, char **out, struct eh_bisg_sum *sum,
                           struct eh_err *err)
{
	char path[32];
	size_t n;
	FILE *f = open_memstream(out, &n);

	write_file(text, path);
	enum eh_rc rc = eh_bisg_annotate(&tables, path, &columns, f, sum, err);
	unlink(path);
	assert_int_equal(fclose(f), 0);
	return rc;
}

static void a_file_comes_out_as_it_stood(void **state)
{
	static const char in[] = "id,last,zip,given\r\n"
				 "1,Smith,27604,\r\n"
				 "2,\"Kim, Jr\",99999,\"a \"\"b\"\"\"\n"
				 "3,Nobody,,x\n"
				 "4,Smith-Zed,,\n";
	static const char want[] = "id,last,zip,given,p_white,p_black,p_hispanic,p_api,p_aian,p_mult,bisg_match\n"
				   "1,Smith,27604,,1.000000,0.000000,0.000000,0.000000,0.000000,0.000000,surname+geo\n"
				   "2,\"Kim, Jr\",99999,\"a \"\"b\"\"\","
				   "0.000000,0.000000,0.000000,1.000000,0.000000,0.000000,surname\n"
				   "3,Nobody,,x,,,,,,,none\n"
				   "4,Smith-Zed,,,0.700000,0.200000,0.040000,0.020000,0.010000,0.030000,surname/2\n";
	struct eh_bisg_sum sum;
	struct eh_err err = {0};
	char *out = NULL;

	(void)state;
	assert_int_equal(annotate(in, (struct eh_bisg_columns){"last", "zip", "given"}, &out, &sum, &err), EH_OK);
	assert_string_equal(out, want);
	free(out);
	assert_true(sum.rows == 4 && sum.surname == 3 && sum.half == 1 && sum.geo == 1 && sum.both == 1 &&
	            sum.none == 1);
}

static void files_that_cannot_be_used_are_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{"surname,zip,first\n", ":1: there is no column \"geo\""},
		{"surname,geo\n", ":1: there is no column \"first\""},
		{"surname,geo,first,P_White\n", ":1: the file has a column \"p_white\" already"},
		{"surname,geo,first,bisg_match\n", ":1: the file has a column \"bisg_match\" already"},
		{"surname,geo,first\nSmith,1\n", ":2: 2 fields, the header has 3"},
		{"surname,geo,first\nSmith,1,x\n\"Smi,1,x\n", ":3: unterminated quote"},
		{"surname,geo,first\nSmith,1,x\nSmith,2,x\nSmith,1\n", ":4: 2 fields, the header has 3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct eh_bisg_sum sum;
		struct eh_err err = {0};
		char *out = NULL;

		assert_int_equal(
			annotate(bad[i].text, (struct eh_bisg_columns){"surname", "geo", "first"}, &out, &sum, &err),
			EH_BAD_INPUT);
		assert_string_equal(out, ""); /* not even the rows before the bad one */
		free(out);
		if (strstr(err.text, bad[i].want) == NULL)
			fail_msg("\"%s\" does not hold \"%s\"", err.text, bad[i].want);
		assert_true(err.hint[0] != '\0');
		assert_null(strstr(err.text, "Smi")); /* nothing of a person's row */
	}
}

static void a_full_disk_is_told(void **state)
{
	struct eh_bisg_columns columns = {"surname", "geo", "first"};
	struct eh_bisg_sum sum;
	struct eh_err err = {0};
	char path[32];
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (full == NULL)
		skip();
	write_file("surname,geo,first\nSmith,1,x\n", path);
	assert_int_equal(eh_bisg_annotate(&tables, path, &columns, full, &sum, &err), EH_AGAIN);
	unlink(path);
	assert_non_null(strstr(err.text, "cannot write the output"));
	(void)fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(surname_and_place_are_multiplied),
		cmocka_unit_test(a_first_name_is_a_factor),
		cmocka_unit_test(suppressed_cells_share_what_is_left),
		cmocka_unit_test(what_is_missing_is_left_out),
		cmocka_unit_test(halves_and_forms_are_tried),
		cmocka_unit_test(bad_tables_are_refused),
		cmocka_unit_test(a_file_comes_out_as_it_stood),
		cmocka_unit_test(files_that_cannot_be_used_are_refused),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, read_tables, free_tables);
}
