/*
 * decision_test.c - which rows count and which are set aside, as a table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "decision/decision.h"

static const char map_text[] =
	"source: s\ntable: t\n"
	"columns: {id: id, decided_at: at, decision: d, score: score, outcome: o, outcome_at: oat}\n"
	"favourable: [yes]\nadverse: [no]\nscore: {scale: 2}\noutcome: {adverse: ['1']}\n"
	"protected:\n"
	"  - {name: sex, column: sex, reference: Male, groups: {M: Male, F: Female}}\n"
	"  - {name: age, column: age, reference: 25-39, bands: [25, 40]}\n"
	"strata: [{name: tier, column: tier}]\n"
	"features: [{name: f, column: f, kind: numeric, scale: 1}, {name: z, column: z, kind: categorical}]\n"
	"lineage: [{role: model, column: m}]\n";

enum { ID, AT, D, SCORE, O, OAT, SEX, AGE, TIER, F, Z, M, COLUMNS };

static const char *const good_row[COLUMNS] = {"a1", "2024-02-29T12:00:00Z", "yes", "0.125", "1", "2024-03-01",
                                              "F",  "39",                   "T2",  "7.5",   "z", "m1"};

static const struct eh_map *the_map;
static struct eh_arena *arena;

static int read_map(void **state)
{
	struct eh_err err = {0};

	(void)state;
	arena = eh_arena_new();
	return eh_map_parse(arena, "m.yaml", map_text, strlen(map_text), &the_map, &err) == EH_OK ? 0 : -1;
}

static int free_map(void **state)
{
	(void)state;
	eh_arena_free(arena);
	return 0;
}

/* The good row with one field exchanged. */
static void make_fields(struct eh_field fields[COLUMNS], int column, const char *value, size_t n)
{
	for (int i = 0; i < COLUMNS; i++)
		fields[i] = (struct eh_field){.text = {good_row[i], strlen(good_row[i])}};
	if (column >= 0)
		fields[column] = (struct eh_field){.text = {value, n}};
}

static enum eh_decision_reason check(int column, const char *value, struct eh_decision *out, struct eh_err *err)
{
	struct eh_field fields[COLUMNS];
	struct eh_row row = {.fields = fields};
	enum eh_decision_reason reason;

	make_fields(fields, column, value, value == NULL ? 0 : strlen(value));
	enum eh_rc rc = eh_decision_check(the_map, &row, out, &reason, err);
	assert_int_equal(rc, reason == EH_DECISION_OK ? EH_OK : EH_BAD_ROW);
	return reason;
}

static void assert_text(struct eh_text text, const char *want)
{
	assert_int_equal(text.n, strlen(want));
	assert_memory_equal(text.at, want, text.n);
}

static void good_row_is_read_whole(void **state)
{
	struct eh_decision d;
	struct eh_err err = {0};

	(void)state;
	assert_int_equal(check(-1, NULL, &d, &err), EH_DECISION_OK);
	assert_text(d.id, "a1");
	assert_int_equal(d.at_us, 1709208000000000);
	assert_true(d.favourable);
	assert_true(d.has_score);
	assert_int_equal(d.score_q, 12); /* .125 to even */
	assert_int_equal(d.rounded, 1);
	assert_true(d.has_outcome && d.outcome_adverse && d.has_outcome_at);
	assert_int_equal(d.outcome_at_us, 1709251200000000);
	assert_text(d.groups[0], "Female");
	assert_int_equal(d.label[0], 1);
	assert_text(d.groups[1], "25-39");
	assert_int_equal(d.label[1], 1);
	assert_text(d.strata[0], "T2");
	assert_true(d.features[0].has);
	assert_int_equal(d.features[0].q, 75);
	assert_text(d.features[1].text, "z");
	assert_text(d.lineage[0], "m1");
}

static void rows_that_count(void **state)
{
	struct eh_decision d;
	struct eh_err err = {0};

	(void)state;
	assert_int_equal(check(D, "no", &d, &err), EH_DECISION_OK);
	assert_false(d.favourable);
	assert_int_equal(check(SCORE, "", &d, &err), EH_DECISION_OK);
	assert_false(d.has_score);
	assert_int_equal(d.rounded, 0);
	assert_int_equal(check(O, NULL, &d, &err), EH_DECISION_OK);
	assert_false(d.has_outcome || d.outcome_adverse);
	assert_int_equal(check(O, "maybe", &d, &err), EH_DECISION_OK); /* any other value: the harm did not happen */
	assert_true(d.has_outcome && !d.outcome_adverse);
	assert_int_equal(check(OAT, "1999-01-01", &d, &err), EH_DECISION_OK); /* before its decision: counts */
	assert_int_equal(check(SEX, "", &d, &err), EH_DECISION_OK);
	assert_null(d.groups[0].at);
	assert_int_equal(d.label[0], -1);
	assert_int_equal(check(SEX, "X", &d, &err), EH_DECISION_OK); /* unmapped: shown as it is */
	assert_text(d.groups[0], "X");
	assert_int_equal(d.label[0], -1);
	assert_int_equal(check(TIER, "NA", &d, &err), EH_DECISION_OK); /* a value */
	assert_text(d.strata[0], "NA");
	assert_int_equal(check(TIER, NULL, &d, &err), EH_DECISION_OK);
	assert_null(d.strata[0].at);
	assert_int_equal(check(F, NULL, &d, &err), EH_DECISION_OK);
	assert_false(d.features[0].has);
	assert_int_equal(check(AT, "2024-02-29 12:00:00.5+00", &d, &err), EH_DECISION_OK); /* PostgreSQL's hand */
	assert_int_equal(d.at_us, 1709208000500000);
}

static void rows_that_are_set_aside(void **state)
{
	static const struct {
		int column;
		const char *value;
		enum eh_decision_reason reason;
		const char *text;
	} rows[] = {
		{ID, "", EH_DECISION_NO_ID, "missing id in column id"},
		{ID, NULL, EH_DECISION_NO_ID, "missing id in column id"},
		{ID, "\xff", EH_DECISION_BAD_UTF8, "invalid UTF-8 in column id"},
		{AT, "", EH_DECISION_NO_TIME, "missing date in column at"},
		{AT, "2023-02-29", EH_DECISION_BAD_TIME, "bad date in column at"},
		{AT, "infinity", EH_DECISION_BAD_TIME, "bad date in column at"},
		{AT, "0044-03-15 BC", EH_DECISION_BAD_TIME, "bad date in column at"},
		{AT, "0001-01-01T00:00:00+01:00", EH_DECISION_BAD_TIME, "bad date in column at"},
		{D, "", EH_DECISION_NO_DECISION, "missing decision in column d"},
		{D, "Yes", EH_DECISION_UNKNOWN_DECISION, "decision neither favourable nor adverse in column d"},
		{SCORE, "NaN", EH_DECISION_NOT_A_NUMBER, "not a number in column score"},
		{SCORE, "-Infinity", EH_DECISION_NOT_A_NUMBER, "not a number in column score"},
		{SCORE, " 1", EH_DECISION_NOT_A_NUMBER, "not a number in column score"},
		{SCORE, "1e15", EH_DECISION_TOO_LARGE, "number too large in column score"},
		{OAT, "soon", EH_DECISION_BAD_TIME, "bad date in column oat"},
		{SEX, "\xc3", EH_DECISION_BAD_UTF8, "invalid UTF-8 in column sex"},
		{AGE, "old", EH_DECISION_NOT_A_NUMBER, "not a number in column age"},
		{F, "nan", EH_DECISION_NOT_A_NUMBER, "not a number in column f"},
		{F, "99999999999999", EH_DECISION_TOO_LARGE, "number too large in column f"},
		{Z, "a\x80", EH_DECISION_BAD_UTF8, "invalid UTF-8 in column z"},
		{M, "a\x80", EH_DECISION_BAD_UTF8, "invalid UTF-8 in column m"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct eh_decision d;
		struct eh_err err = {0};

		assert_int_equal(check(rows[i].column, rows[i].value, &d, &err), rows[i].reason);
		assert_string_equal(err.text, rows[i].text);
	}
}

static void long_values_are_set_aside(void **state)
{
	static char text[70000];
	struct eh_field fields[COLUMNS];
	struct eh_row row = {.fields = fields};
	struct eh_decision d;
	struct eh_err err = {0};
	enum eh_decision_reason reason;
	static const struct {
		int column;
		size_t most;
	} limits[] = {{ID, 1024}, {D, 1024}, {SEX, 1024}, {TIER, 1024}, {Z, 1024}, {M, 65536}};

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		make_fields(fields, limits[i].column, text, limits[i].most + 1);
		assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), EH_BAD_ROW);
		assert_int_equal(reason, EH_DECISION_TOO_LONG);
		make_fields(fields, limits[i].column, text, limits[i].most);
		assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), limits[i].column == D ? EH_BAD_ROW : EH_OK);
		assert_int_equal(reason, limits[i].column == D ? EH_DECISION_UNKNOWN_DECISION : EH_DECISION_OK);
	}
	make_fields(fields, Z, "a\0b", 3);
	assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), EH_BAD_ROW);
	assert_int_equal(reason, EH_DECISION_BAD_UTF8);
}

static void bands_hold_their_bounds(void **state)
{
	static const struct {
		const char *value, *label;
	} ages[] = {{"24", "under 25"},       {"24.9999999", "under 25"}, {"25", "25-39"},   {"25.0000001", "25-39"}, {"39.9", "25-39"},
	            {"40", "40+"},            {"-1", "under 25"},         {"1e30", "40+"},   {"-1e30", "under 25"},
	            {"39.99999999", "25-39"}, {"2.5e1", "25-39"},         {"400e-1", "40+"}, {"2.49999999e1", "under 25"}};

	(void)state;
	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
		struct eh_decision d;
		struct eh_err err = {0};

		assert_int_equal(check(AGE, ages[i].value, &d, &err), EH_DECISION_OK);
		assert_text(d.groups[1], ages[i].label);
	}
}

/* What a reader brings in binary is the same decision as its text. */
static void binary_forms_agree_with_text(void **state)
{
	struct eh_field fields[COLUMNS];
	struct eh_row row = {.fields = fields, .utf8_known = true};
	struct eh_decision d;
	struct eh_err err = {0};
	enum eh_decision_reason reason;

	(void)state;
	make_fields(fields, -1, NULL, 0);
	fields[AT] = (struct eh_field){.form = EH_FIELD_TIME_US, .us = 1709208000000000};
	fields[SCORE] = (struct eh_field){.form = EH_FIELD_REAL, .real = 0.125};
	fields[AGE] = (struct eh_field){.form = EH_FIELD_INTEGER, .integer = 39};
	fields[F] = (struct eh_field){.form = EH_FIELD_INTEGER, .integer = -7};
	assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), EH_OK);
	assert_int_equal(d.at_us, 1709208000000000);
	assert_int_equal(d.score_q, 12);
	assert_text(d.groups[1], "25-39");
	assert_int_equal(d.features[0].q, -70);
	fields[F].integer = INT64_MAX;
	assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), EH_BAD_ROW);
	assert_int_equal(reason, EH_DECISION_TOO_LARGE);
	fields[F].integer = 1;
	fields[SCORE].real = INFINITY;
	assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), EH_BAD_ROW);
	assert_int_equal(reason, EH_DECISION_NOT_A_NUMBER);
	fields[SCORE].real = 1;
	fields[AT].us = INT64_MAX;
	assert_int_equal(eh_decision_check(the_map, &row, &d, &reason, &err), EH_BAD_ROW);
	assert_int_equal(reason, EH_DECISION_BAD_TIME);
}

/* With one list, every other value is on the other side. */
static void one_list_decides(void **state)
{
	static const char *const texts[] = {
		"source: s\ntable: t\ncolumns: {id: a, decided_at: b, decision: c}\nfavourable: [yes]\n"
		"protected: [{name: p, column: c, reference: x}]\n",
		"source: s\ntable: t\ncolumns: {id: a, decided_at: b, decision: c}\nadverse: [yes]\n"
		"protected: [{name: p, column: c, reference: x}]\n"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct eh_map *map;
		struct eh_err err = {0};
		struct eh_field fields[] = {{.text = {"1", 1}}, {.text = {"2024-01-01", 10}}, {.text = {"yes", 3}}};
		struct eh_row row = {.fields = fields};
		struct eh_decision d;

		assert_int_equal(eh_map_parse(arena, "m", texts[i], strlen(texts[i]), &map, &err), EH_OK);
		assert_int_equal(map->columns_n, 3); /* c is read once for two uses */
		assert_int_equal(eh_decision_check(map, &row, &d, NULL, &err), EH_OK);
		assert_int_equal(d.favourable, i == 0);
		fields[2].text = (struct eh_text){"other", 5};
		assert_int_equal(eh_decision_check(map, &row, &d, NULL, &err), EH_OK);
		assert_int_equal(d.favourable, i == 1);
	}
}

/* Past twelve values the search is by halves: every value must still be found, and no neighbour. */
static void many_groups_are_found(void **state)
{
	char text[4096] = "source: s\ntable: t\ncolumns: {id: a, decided_at: b, decision: c}\nfavourable: [x]\n"
	                  "protected: [{name: p, column: d, reference: L0, groups: {";
	struct eh_err err = {0};
	const struct eh_map *map;

	(void)state;
	for (int i = 0; i < 60; i++)
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), "%sv%d: L%d", i ? ", " : "", i, i);
	strcat(text, "}}]\n");
	assert_int_equal(eh_map_parse(arena, "m", text, strlen(text), &map, &err), EH_OK);
	for (int i = 0; i < 70; i++) {
		char value[16], label[16];
		struct eh_field fields[] = {{.text = {"1", 1}}, {.text = {"2024-01-01", 10}}, {.text = {"x", 1}}, {0}};
		struct eh_row row = {.fields = fields};
		struct eh_decision d;

		(void)snprintf(value, sizeof value, "v%d", i);
		(void)snprintf(label, sizeof label, i < 60 ? "L%d" : "v%d", i);
		fields[3].text = (struct eh_text){value, strlen(value)};
		assert_int_equal(eh_decision_check(map, &row, &d, NULL, &err), EH_OK);
		assert_text(d.groups[0], label);
		assert_int_equal(d.label[0], i < 60 ? i : -1);
	}
}

/* A vector is known, missing or unknown as a whole; a number that is no probability sets the row aside. */
static void probabilities_are_read(void **state)
{
	static const struct {
		const char *w[3];
		enum eh_decision_reason reason;
		enum eh_decision_membership is;
		unsigned rounded;
	} cases[] = {
		{{"0.5", "0.3", "0.2"}, EH_DECISION_OK, EH_DECISION_MEMBER_KNOWN, 0},
		{{"1", "0", "0"}, EH_DECISION_OK, EH_DECISION_MEMBER_KNOWN, 0},
		{{"0.3333333", "0.3333333", "3.333333e-1"}, EH_DECISION_OK, EH_DECISION_MEMBER_KNOWN, 3},
		{{"0.5", "0.3", "0.19"}, EH_DECISION_OK, EH_DECISION_MEMBER_KNOWN, 0},
		{{"0.5", "0.3", "0.21"}, EH_DECISION_OK, EH_DECISION_MEMBER_KNOWN, 0},
		{{"0.5", "0.3", "0.189999"}, EH_DECISION_OK, EH_DECISION_MEMBER_UNKNOWN, 0},
		{{"0.5", "0.3", "0.210001"}, EH_DECISION_OK, EH_DECISION_MEMBER_UNKNOWN, 0},
		{{"0", "0", "0"}, EH_DECISION_OK, EH_DECISION_MEMBER_UNKNOWN, 0},
		{{"0.5", "", "0.5"}, EH_DECISION_OK, EH_DECISION_MEMBER_MISSING, 0},
		{{"", "", ""}, EH_DECISION_OK, EH_DECISION_MEMBER_MISSING, 0},
		{{"1.000001", "0", "0"}, EH_DECISION_NOT_A_PROBABILITY, 0, 0},
		{{"-0.1", "0.6", "0.5"}, EH_DECISION_NOT_A_PROBABILITY, 0, 0},
		{{"1e30", "", ""}, EH_DECISION_NOT_A_PROBABILITY, 0, 0},
		{{"NaN", "0", "1"}, EH_DECISION_NOT_A_NUMBER, 0, 0},
	};
	static const char text[] = "source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [y]\n"
	                           "protected: [{name: race, proxy: {a: a, b: b, c: c}, reference: a}]\n";
	const struct eh_map *map;
	struct eh_err err = {0};

	(void)state;
	assert_int_equal(eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err), EH_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *const values[] = {"1", "2024-01-01", "y", cases[i].w[0], cases[i].w[1], cases[i].w[2]};
		struct eh_field fields[6];
		struct eh_decision d;
		enum eh_decision_reason reason;

		for (int f = 0; f < 6; f++)
			fields[f] = (struct eh_field){.text = {values[f], strlen(values[f])}};
		enum eh_rc rc = eh_decision_check(map, &(struct eh_row){.fields = fields}, &d, &reason, &err);
		assert_int_equal(reason, cases[i].reason);
		assert_int_equal(rc, reason == EH_DECISION_OK ? EH_OK : EH_BAD_ROW);
		if (rc != EH_OK)
			continue;
		assert_int_equal(d.proxy[0].is, cases[i].is);
		assert_int_equal(d.rounded, cases[i].rounded);
		assert_true(d.groups[0].n == 0 && d.label[0] == -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_row_is_read_whole),
		cmocka_unit_test(rows_that_count),
		cmocka_unit_test(rows_that_are_set_aside),
		cmocka_unit_test(long_values_are_set_aside),
		cmocka_unit_test(bands_hold_their_bounds),
		cmocka_unit_test(binary_forms_agree_with_text),
		cmocka_unit_test(one_list_decides),
		cmocka_unit_test(many_groups_are_found),
		cmocka_unit_test(probabilities_are_read),
	};

	return cmocka_run_group_tests_name("decision/decision", tests, read_map, free_map);
}
