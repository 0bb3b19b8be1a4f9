/*
 * pack_test.c - a pack is read whole or refused; those inside the program say where each of their lines comes from.
 */
#include "policy/pack.h"

#include <string.h>

#include "base/time.h"
#include "tests/lib/test.h"

#define HEAD                                                                                                          \
	"pack: p\ntitle: T\njurisdiction: J\nline_of_business: [life]\ncitation: C\nstatus: house\nsource: S\n"             \
	"checked: 2026-11-20\nnote: to be confirmed by counsel\nenabled: no\nperiod: month\n"
#define LINE "lines:\n  - {name: a, citation: c, metric: adverse_impact_ratio, origin: house"

static const struct eh_pack *parse(struct eh_arena *home, const char *text)
{
	const struct eh_pack *p;
	struct eh_err err;

	expect_rc(EH_OK, eh_pack_parse(home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

static void every_line_inside_the_program_can_be_looked_up(void **state)
{
	static const char *const names[] = {"colorado-2023-life-draft", "four-fifths-ugesp", "house", "nyc-ll144", "nydfs-cl-2024-7"};
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *const *packs;
	struct eh_err err;
	size_t n;

	(void)state;
	expect_rc(EH_OK, eh_pack_built_in(home, &packs, &n, &err), &err);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		const struct eh_pack *p = packs[i];

		assert_string_equal(p->name, names[i]);
		assert_true(strstr(p->note, "to be confirmed by counsel") != NULL && p->business_n > 0);
		for (uint32_t l = 0; l < p->lines; l++) {
			const struct eh_pack_line *line = &p->line[l];
			int64_t us;

			assert_true(*line->citation != '\0' && *line->source != '\0');
			assert_true(strlen(line->checked) == 10 && eh_time_parse(line->checked, 10, &us));
			assert_non_null(eh_pack_status_name(line->status));
		}
	}
}

/* What the issue asks of each of them. */
static void what_the_five_say(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *const *p;
	struct eh_err err;
	size_t n;

	(void)state;
	expect_rc(EH_OK, eh_pack_built_in(home, &p, &n, &err), &err);
	assert_true(p[0]->status == EH_PACK_DRAFT && !p[0]->enabled);
	assert_true(p[0]->line[0].threshold_ppm == -50000 && p[0]->line[0].threshold_origin == EH_PACK_BY_DRAFT);
	assert_true(p[1]->status == EH_PACK_RESCISSION_PENDING && p[1]->line[0].reference == EH_PACK_HIGHEST_RATE);
	assert_true(p[1]->line[0].threshold_ppm == 800000 && p[1]->line[0].threshold_origin == EH_PACK_BY_RULE &&
	            p[1]->line[0].test_origin == EH_PACK_BY_HOUSE);
	assert_true(p[2]->status == EH_PACK_HOUSE && p[2]->enabled && p[2]->period == EH_PACK_MONTH);
	for (uint32_t l = 0; l < p[3]->lines; l++)
		assert_true(!p[3]->line[l].has_threshold && p[3]->line[l].test == EH_PACK_NO_TEST);
	for (uint32_t l = 0; l < p[4]->lines; l++)
		assert_true(p[4]->line[l].threshold_origin == EH_PACK_BY_HOUSE && p[4]->line[l].test_origin == EH_PACK_BY_HOUSE &&
		            p[4]->line[l].minimum_origin == EH_PACK_BY_HOUSE);
	assert_int_equal(p[4]->lines, 7); /* six metrics; the fifth is of two tests */
}

/* The stored form is a pack file, and means the same. */
static void the_canonical_form_reads_back(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *const *packs;
	struct eh_err err;
	size_t n;

	(void)state;
	expect_rc(EH_OK, eh_pack_built_in(home, &packs, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		const struct eh_pack *again = parse(home, packs[i]->canonical);

		assert_string_equal(again->canonical, packs[i]->canonical);
		assert_true(eh_sha256_equal(&again->version, &packs[i]->version));
	}
}

static void calendar_periods(void **state)
{
	static const struct {
		enum eh_pack_period period;
		const char *text;
		struct eh_date from, to;
	} cases[] = {
		{EH_PACK_MONTH, "2025-12", {2025, 12, 1}, {2026, 1, 1}},
		{EH_PACK_QUARTER, "2025-Q4", {2025, 10, 1}, {2026, 1, 1}},
		{EH_PACK_HALF_YEAR, "2025-H2", {2025, 7, 1}, {2026, 1, 1}},
		{EH_PACK_YEAR, "2025", {2025, 1, 1}, {2026, 1, 1}},
	};
	int64_t at = eh_date_to_us((struct eh_date){2025, 12, 31}) + EH_DAY_US - 1;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		int64_t from = eh_pack_period_start(cases[i].period, at);
		char text[EH_PACK_PERIOD_TEXT];

		assert_int_equal(from, eh_date_to_us(cases[i].from));
		assert_int_equal(eh_pack_period_next(cases[i].period, from), eh_date_to_us(cases[i].to));
		eh_pack_period_format(cases[i].period, from, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void a_pack_holds_between_its_dates(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *p = parse(home, HEAD "effective: {from: 2024-07-11, to: 2026-01-01}\n" LINE "}\n");
	int64_t july = eh_date_to_us((struct eh_date){2024, 7, 1}), august = eh_date_to_us((struct eh_date){2024, 8, 1});

	(void)state;
	assert_false(eh_pack_holds(p, july, august));
	assert_true(eh_pack_holds(p, august, eh_date_to_us((struct eh_date){2026, 1, 1})));
	assert_false(eh_pack_holds(p, august, eh_date_to_us((struct eh_date){2026, 2, 1})));
}

static void every_refusal(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"pack: p\n", "p.yaml:1:1: the file has no \"title\""},
		{"pack: P\n", "p.yaml:1:7: a pack's name is of a-z, 0-9 and -, at most 40 long"},
		{HEAD "colour: red\n", "p.yaml:12:1: unknown key \"colour\""},
		{HEAD "effective: {from: 2024-07-11, to: 2024-07-10}\n" LINE "}\n", "p.yaml:12:12: the pack ends before it begins"},
		{HEAD "effective: {from: yesterday}\n", "p.yaml:12:19: \"yesterday\" is not a day as 2024-07-11"},
		{HEAD "lines: []\n", "p.yaml:12:8: a pack has 1 to 32 lines"},
		{HEAD "lines:\n  - {name: a, metric: z_test}\n", "p.yaml:13:5: lines[0] has no \"citation\""},
		{HEAD LINE ", threshold: 0.8, direction: either}\n",
	         "p.yaml:13:84: a threshold has a direction: it is crossed from one side"},
		{HEAD LINE ", threshold: 80}\n", "p.yaml:13:84: 80 lies outside 0.1 to 10"},
		{HEAD LINE ", test: {name: welch, level: 0.05}}\n", "p.yaml:13:79: adverse_impact_ratio is not tested by \"welch\""},
		{HEAD LINE ", test: {name: fisher}}\n", "p.yaml:13:79: lines[0].test has no \"level\""},
		{HEAD "lines: [{name: a, citation: c, metric: z_test, origin: house}]\n",
	         "p.yaml:12:9: z_test needs a test with its level"},
		{HEAD "lines: [{name: a, citation: c, metric: selection_table, origin: rule, threshold: 0.8}]\n",
	         "p.yaml:12:9: selection_table is shown, and has neither threshold nor test"},
		{HEAD "lines: [{name: a, citation: c, metric: t_test, outcome: adverse, origin: rule}]\n",
	         "p.yaml:12:57: t_test is not about a share of decisions"},
		{HEAD LINE "}\n  - {name: a, citation: c}\n", "p.yaml:14:5: two lines are named \"a\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		EH_ARENA_AUTO home = eh_arena_new();
		const struct eh_pack *p;
		struct eh_err err = {0};

		if (eh_pack_parse(home, "p.yaml", cases[i].text, strlen(cases[i].text), &p, &err) != EH_BAD_INPUT)
			fail_msg("taken:\n%s", cases[i].text);
		assert_string_equal(err.text, cases[i].why);
	}
}

/* Nobody switches a draft on by an edit of its file. */
static void a_draft_is_off(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const char *text = "pack: p\ntitle: T\njurisdiction: J\nline_of_business: [life]\ncitation: C\nsource: S\nchecked: 2026-11-20\n"
			   "status: draft, never adopted\nnote: n\nenabled: yes\nperiod: month\n" LINE "}\n";
	const struct eh_pack *p;
	struct eh_err err;

	(void)state;
	assert_int_equal(eh_pack_parse(home, "p.yaml", text, strlen(text), &p, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "p.yaml:10:10: a draft that was never adopted is off until people decide otherwise");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_inside_the_program_can_be_looked_up), cmocka_unit_test(what_the_five_say),
		cmocka_unit_test(the_canonical_form_reads_back), cmocka_unit_test(calendar_periods),
		cmocka_unit_test(a_pack_holds_between_its_dates), cmocka_unit_test(every_refusal), cmocka_unit_test(a_draft_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
