/*
 * pack_result_test.c - a pack's result against values made by hand and by the statistics library alone.
 */
#include "evidence/pack_result.h"

#include <string.h>

#include "base/time.h"
#include "stats/exact.h"
#include "tests/lib/test.h"

#define MAP                                                                                                           \
	"source: s\ntable: public.t\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [yes]\n"                   \
	"protected: [{name: sex, column: sex, reference: M}]\nstrata: [{name: tier, column: tier}]\n"                       \
	"lineage: [{role: model, column: model}]\n"
#define PACK                                                                                                          \
	"pack: p\ntitle: T\njurisdiction: J\nline_of_business: [life]\ncitation: C\nstatus: house\nsource: S\n"             \
	"checked: 2026-11-20\nnote: to be confirmed by counsel\nenabled: no\nperiod: month\nlines:\n"
#define RATIO                                                                                                         \
	"  - {name: r, citation: c, metric: adverse_impact_ratio, threshold: 0.8, test: {name: fisher, level: 0.05}, origin: house"

struct world {
	struct eh_arena *home;
	struct eh_cube_shape shape;
	struct eh_evidence_book book;
	struct eh_cube *cube;
	json_t *result;
};

static void begin(struct world *w, const char *map_text)
{
	static const char *const role[] = {"model"}, *const none[] = {NULL};
	const struct eh_map *map;
	struct eh_err err;

	w->home = eh_arena_new();
	expect_rc(EH_OK, eh_map_parse(w->home, "m.yaml", map_text, strlen(map_text), &map, &err), &err);
	w->shape = (struct eh_cube_shape){.attributes = (uint32_t)map->protect_n, .strata = 1, .roles = 1};
	struct eh_cube_names *names = eh_cube_names_new(w->home, &w->shape);
	w->cube = eh_cube_new(names);
	w->book = (struct eh_evidence_book){.map = map,
	                                    .shape = &w->shape,
	                                    .names = names,
	                                    .cube = w->cube,
	                                    .numeric = none,
	                                    .level = none,
	                                    .role = role,
	                                    .from_us = eh_date_to_us((struct eh_date){2026, 3, 1}),
	                                    .to_us = eh_date_to_us((struct eh_date){2026, 4, 1}),
	                                    .fits = true};
	w->result = NULL;
}

static void end(struct world *w)
{
	json_decref(w->result);
	eh_cube_free(w->cube);
	eh_arena_free(w->home);
}

/* n decisions of a group in a tier by a model, k of them favourable. */
static void add(struct world *w, const char *sex, const char *tier, const char *model, unsigned n, unsigned k)
{
	struct eh_text stratum = {tier, strlen(tier)}, lineage = {model, strlen(model)}, label = {sex, strlen(sex)};
	struct eh_cube_row row = {.lineage = eh_cube_tuple(w->book.names, EH_CUBE_LINEAGE, &lineage, 1),
	                          .stratum = eh_cube_tuple(w->book.names, EH_CUBE_STRATUM, &stratum, 1)};

	row.group[0] = *sex == '\0' ? 0 : eh_cube_group(w->book.names, 0, label);
	for (unsigned i = 0; i < n; i++) {
		row.favourable = i < k;
		eh_cube_add(w->cube, &row);
	}
}

static const json_t *evaluate(struct world *w, const char *pack_text)
{
	const struct eh_pack *pack;
	struct eh_err err;

	expect_rc(EH_OK, eh_pack_parse(w->home, "p.yaml", pack_text, strlen(pack_text), &pack, &err), &err);
	json_decref(w->result);
	expect_rc(EH_OK, eh_evidence_pack(&w->book, pack, &w->result, &err), &err);
	return w->result;
}

static const json_t *row_of(const json_t *result, size_t line, size_t row)
{
	const json_t *rows = json_object_get(json_array_get(json_object_get(result, "lines"), line), "rows");

	return json_array_get(rows, row);
}

static const char *text(const json_t *row, const char *key)
{
	const char *value = json_string_value(json_object_get(row, key));

	return value != NULL ? value : "(none)";
}

static void the_two_verdicts_are_apart(void **state)
{
	static const struct {
		unsigned n1, k1, n0, k0;
		const char *verdict, *estimate;
	} cases[] = {
		{200, 84, 200, 120, "both", "0.700000"},
		{30, 10, 32, 15, "practical", "0.711111"},
		{5000, 2250, 5000, 2500, "statistical", "0.900000"},
		{200, 80, 200, 100, "none", "0.800000"},      /* exactly four fifths is not below */
		{200, 120, 200, 84, "none", "1.428571"},      /* better off: neither */
		{29, 1, 200, 120, "not_enough_data", "0.057471"},
		{200, 0, 200, 2, "not_enough_data", "0.000000"}, /* 1 expected of the rarer outcome */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world w;
		char want[32];

		begin(&w, MAP);
		add(&w, "F", "a", "m1", cases[i].n1, cases[i].k1);
		add(&w, "M", "a", "m1", cases[i].n0, cases[i].k0);
		const json_t *row = row_of(evaluate(&w, PACK RATIO "}\n"), 0, 0);
		assert_string_equal(text(row, "verdict"), cases[i].verdict);
		assert_string_equal(text(row, "estimate"), cases[i].estimate);
		struct ehs_2x2 t = {{cases[i].n1, cases[i].k1}, {cases[i].n0, cases[i].k0}};
		(void)snprintf(want, sizeof want, "%.6f", ehs_fisher(t).p);
		assert_string_equal(text(row, "p"), want);
		assert_int_equal(json_integer_value(json_object_get(row, "k_protected")), cases[i].k1);
		end(&w);
	}
}

/* RR = (4*10/20 + 10*10/30) / (8*10/20 + 6*20/30) = 5.3333/8. */
static void pooled_by_hand(void **state)
{
	struct world w;

	(void)state;
	begin(&w, MAP);
	add(&w, "F", "a", "m1", 10, 4);
	add(&w, "M", "a", "m1", 10, 8);
	add(&w, "F", "b", "m1", 20, 10);
	add(&w, "M", "b", "m1", 10, 6);
	const json_t *row = row_of(evaluate(&w, PACK RATIO ", minimum: {n: 30, rarer: 1}}\n"), 0, 0);
	const json_t *pooled = json_array_get(json_object_get(row, "pooled"), 0);
	assert_string_equal(text(pooled, "over"), "tier");
	assert_string_equal(text(pooled, "estimate"), "0.666667");
	assert_int_equal(json_array_size(json_object_get(row, "pooled")), 1); /* there is one model only */
	end(&w);
}

/* Twelve tiers of ten women each: none says anything, and together they do. */
static void slicing_hides_nothing(void **state)
{
	char tier[3] = "t?";
	struct world w;

	(void)state;
	begin(&w, MAP);
	for (int i = 0; i < 12; i++) {
		tier[1] = (char)('a' + i);
		/* Where few are favoured there are many men: the crude rates come out alike. */
		add(&w, "F", tier, i % 2 ? "m1" : "m2", 10, i % 2 ? 6 : 2);
		add(&w, "M", tier, i % 2 ? "m1" : "m2", i % 2 ? 10 : 40, i % 2 ? 9 : 14);
	}
	const json_t *result = evaluate(&w, PACK RATIO "}\n"), *row = row_of(result, 0, 0), *pooled = json_object_get(row, "pooled");
	assert_string_equal(text(row, "verdict"), "none");
	assert_string_equal(text(json_array_get(pooled, 0), "verdict"), "both");
	assert_true(json_is_true(json_object_get(json_array_get(pooled, 0), "hidden_by_slicing")));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(pooled, 0), "parts")), 12);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(pooled, 0), "parts_enough")), 0);
	assert_false(json_is_true(json_object_get(json_array_get(pooled, 1), "hidden_by_slicing"))); /* two models of 60 */
	assert_int_equal(json_integer_value(json_object_get(json_object_get(result, "summary"), "hidden_by_slicing")), 1);
	end(&w);
}

static void the_highest_rate_is_no_handful(void **state)
{
	struct world w;

	(void)state;
	begin(&w, MAP);
	add(&w, "A", "a", "m1", 500, 250);
	add(&w, "B", "a", "m1", 500, 400);
	add(&w, "C", "a", "m1", 10, 10);
	const json_t *result = evaluate(&w, PACK RATIO ", reference: highest rate, share: 0.02}\n");
	assert_string_equal(text(row_of(result, 0, 0), "reference"), "B");
	assert_string_equal(text(row_of(result, 0, 0), "estimate"), "0.625000");
	assert_string_equal(text(row_of(result, 0, 1), "verdict"), "not_enough_data");
	assert_string_equal(text(row_of(result, 0, 1), "group"), "C");
	end(&w);
}

static void what_cannot_be_answered_is_said(void **state)
{
	static const struct {
		const char *line, *verdict, *reason;
	} cases[] = {
		{"{name: r, citation: c, metric: t_test, test: {name: welch, level: 0.05}, origin: house}", "not_applicable",
	         "the source has no score"},
		{"{name: r, citation: c, metric: drivers_of_disparity, origin: house}", "not_applicable",
	         "the source's map names no feature"},
		{"{name: r, citation: c, metric: amount_gap, threshold: 0.05, origin: house}", "not_applicable",
	         "the cube holds no amounts: `evenhand audit` measures them, on the rows"},
		{"{name: r, citation: c, metric: false_adverse_difference, threshold: 0.05, origin: house}", "not_applicable",
	         "what became of decisions cannot be seen in this source"},
		{"{name: r, citation: c, metric: rate_difference, attributes: [race], origin: house}", "not_applicable",
	         "the source has no attribute race"},
		{"{name: r, citation: c, metric: rate_difference, origin: house}", "not_enough_data",
	         "the reference group M has no decision in this period"},
	};
	struct world w;

	(void)state;
	begin(&w, MAP);
	add(&w, "F", "a", "m1", 100, 50);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const json_t *row = row_of(evaluate(&w, eh_arena_printf(w.home, PACK "  - %s\n", cases[i].line)), 0, 0);

		assert_string_equal(text(row, "verdict"), cases[i].verdict);
		assert_string_equal(text(row, "reason"), cases[i].reason);
	}
	w.book.fits = false;
	assert_string_equal(text(row_of(evaluate(&w, PACK RATIO "}\n"), 0, 0), "reason"),
	                    "panes of seven days do not fit into a calendar period");
	end(&w);
}

/* Odds ratio 2.25 of adverse decisions; a difference of ten points; z by hand. */
static void other_figures(void **state)
{
	struct world w;

	(void)state;
	begin(&w, MAP);
	add(&w, "F", "a", "m1", 200, 80);
	add(&w, "M", "a", "m1", 200, 120);
	add(&w, "", "a", "m1", 100, 100);
	const json_t *result = evaluate(
		&w, PACK "  - {name: o, citation: c, metric: odds_ratio, outcome: adverse, threshold: 2.25, origin: house}\n"
			 "  - {name: d, citation: c, metric: rate_difference, threshold: -0.2, test: {name: z, level: 0.05}, origin: house}\n"
			 "  - {name: z, citation: c, metric: z_test, test: {name: z, level: 0.05}, origin: house}\n"
			 "  - {name: m, citation: c, metric: missing_share, threshold: 0.2, origin: house}\n"
			 "  - {name: l, citation: c, metric: selection_table, reference: highest rate, origin: rule}\n");
	assert_string_equal(text(row_of(result, 0, 0), "estimate"), "2.250000");
	assert_string_equal(text(row_of(result, 0, 0), "verdict"), "none"); /* 2.25 is not above 2.25 */
	assert_string_equal(text(row_of(result, 1, 0), "estimate"), "-0.200000");
	assert_string_equal(text(row_of(result, 1, 0), "verdict"), "both"); /* at most -.2, and p 6e-5 */
	assert_string_equal(text(row_of(result, 2, 0), "estimate"), "-4.000000"); /* -.2/sqrt(.25*2/200) */
	assert_string_equal(text(row_of(result, 2, 0), "verdict"), "statistical");
	assert_string_equal(text(row_of(result, 3, 0), "estimate"), "0.200000");
	assert_string_equal(text(row_of(result, 3, 0), "verdict"), "practical");
	assert_string_equal(text(row_of(result, 4, 0), "estimate"), "0.670000"); /* 40.0/60.0, as the form rounds */
	assert_string_equal(text(row_of(result, 4, 0), "verdict"), "shown");
	assert_string_equal(text(row_of(result, 4, 2), "reason"), "100 decisions without a recorded group");
	end(&w);
}

/* Three groups: Holm times the number of tests still open, beside the bare p. */
static void many_groups_are_many_chances(void **state)
{
	struct world w;

	(void)state;
	begin(&w, MAP);
	add(&w, "M", "a", "m1", 400, 240);
	add(&w, "F", "a", "m1", 200, 100);
	add(&w, "X", "a", "m1", 200, 118);
	const json_t *result = evaluate(&w, PACK RATIO "}\n");
	double p = strtod(text(row_of(result, 0, 0), "p"), NULL), holm = strtod(text(row_of(result, 0, 0), "p_holm"), NULL);
	assert_true(p < .05 && holm > 2 * p - 2e-6 && holm < 2 * p + 2e-6);
	end(&w);
}

/* The order in which decisions and names were met leaves no trace. */
static void the_same_book_gives_the_same_bytes(void **state)
{
	struct world a, b;
	struct eh_err err;
	EH_BUF_AUTO one = {0};
	EH_BUF_AUTO two = {0};

	(void)state;
	begin(&a, MAP);
	begin(&b, MAP);
	for (int i = 0; i < 8; i++) {
		int k = 7 - i;
		char t1[2] = {(char)('a' + i % 4), 0}, t2[2] = {(char)('a' + k % 4), 0}, m1[2] = {(char)('p' + i / 2), 0},
		     m2[2] = {(char)('p' + k / 2), 0};

		add(&a, i % 2 ? "F" : "M", t1, m1, 50 + (unsigned)i, 20 + (unsigned)(3 * i));
		add(&b, k % 2 ? "F" : "M", t2, m2, 50 + (unsigned)k, 20 + (unsigned)(3 * k));
	}
	expect_rc(EH_OK, eh_json_canonical(evaluate(&a, PACK RATIO "}\n"), &one, &err), &err);
	expect_rc(EH_OK, eh_json_canonical(evaluate(&b, PACK RATIO "}\n"), &two, &err), &err);
	assert_string_equal(one.data, two.data);
	end(&a);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_two_verdicts_are_apart),      cmocka_unit_test(pooled_by_hand),
		cmocka_unit_test(slicing_hides_nothing),           cmocka_unit_test(the_highest_rate_is_no_handful),
		cmocka_unit_test(what_cannot_be_answered_is_said), cmocka_unit_test(other_figures),
		cmocka_unit_test(many_groups_are_many_chances),    cmocka_unit_test(the_same_book_gives_the_same_bytes),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
