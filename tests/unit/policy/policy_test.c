/*
 * policy_test.c - a policy is read whole, or refused with the place and the reason.
 */
#include "policy/policy.h"

#include <string.h>

#include "base/time.h"
#include "tests/lib/test.h"

#define FAMILIES                                                                                                       \
	"policy: two\nfamilies:\n  - name: claims\n    sources: [claims]\n    attributes: [sex, race]\n"              \
	"    groups: {race: [black, hispanic]}\n    intersections: [[sex, race]]\n    segments: [region, channel]\n"    \
	"    outcomes: [adverse, {score: {above: 0.7}}, {score: {above: -3}}]\n    window: 90d\n    conditional: no\n"  \
	"    lines: [{tau: 0.9, gate: 0.9}, {tau: 0.8, gate: 0.75}, {tau: 0.95, gate: 0.94}]\n  - name: rest\n"

static const struct eh_policy *parse(struct eh_arena *home, const char *text)
{
	const struct eh_policy *p;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

static void the_built_in_default(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p = eh_policy_default(home);

	(void)state;
	assert_true(p->window_us == 30 * EH_DAY_US && p->page_ppm == 500000 && p->review_ppm == 4000000);
	assert_true(p->min_n == 30 && p->min_rarer == 5 && p->lines == 2 && p->favourable && p->adverse && p->conditional);
	assert_true(p->line[0].tau_ppm == 900000 && p->line[0].gate_ppm == 850000);
	assert_true(p->line[1].tau_ppm == 800000 && p->line[1].gate_ppm == 800000);
	assert_string_equal(p->canonical,
	                    "{\"budget\":{\"page\":\"0.5\",\"review\":\"4\"},\"conditional\":true,\"detector\":\"shiryaev-roberts-2x2/1\","
	                    "\"lines\":[{\"gate\":\"0.85\",\"tau\":\"0.9\"},{\"gate\":\"0.8\",\"tau\":\"0.8\"}],"
	                    "\"minimum\":{\"n\":30,\"rarer\":5},\"outcomes\":[\"favourable\",\"adverse\"],"
	                    "\"policy\":\"built-in default\",\"window_seconds\":2592000}");
	struct eh_sha256 version = eh_sha256_of(p->canonical, strlen(p->canonical));
	assert_true(eh_sha256_equal(&version, &p->version));
}

/* Whatever is left out has the default's value; the name alone makes another version. */
static void a_file_is_the_default_with_changes(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *same = parse(home, "policy: built-in default\n"), *was = eh_policy_default(home);
	const struct eh_policy *all = parse(home, "policy: all of it\nwindow: 90d\nbudget: {page: 0.001, review: 1000}\nminimum: {n: 1, rarer: 2}\n"
	                                          "lines: [{tau: .95, gate: 0.949999}]\noutcomes: [adverse]\nconditional: no\n");

	(void)state;
	assert_true(eh_sha256_equal(&same->version, &was->version));
	assert_string_equal(all->name, "all of it");
	assert_true(all->window_us == 90 * EH_DAY_US && all->page_ppm == 1000 && all->review_ppm == INT64_C(1000000000));
	assert_true(all->min_n == 1 && all->min_rarer == 2 && all->lines == 1);
	assert_true(all->line[0].tau_ppm == 950000 && all->line[0].gate_ppm == 949999);
	assert_true(all->adverse && !all->favourable && !all->conditional);
	assert_true(eh_policy_fraction(all->line[0].tau_ppm) == .95);
	assert_int_equal(parse(home, "policy: p\nbudget: {page: 4}\n")->page_ppm, 4000000);
	assert_int_equal(parse(home, "policy: p\nwindow: 1d\n")->window_us, EH_DAY_US);
	assert_int_equal(parse(home, "policy: p\nwindow: 366d\n")->window_us, 366 * EH_DAY_US);
}

/* What means the same is the same version, however it is written; what does not is not. */
static void a_version_is_what_is_meant(void **state)
{
	static const char *const other[] = {"policy: q\n", "policy: p\nwindow: 29d\n", "policy: p\nbudget: {page: 0.4}\n",
	                                    "policy: p\nbudget: {review: 5}\n", "policy: p\nminimum: {n: 31}\n",
	                                    "policy: p\nminimum: {rarer: 6}\n", "policy: p\noutcomes: [favourable]\n",
	                                    "policy: p\nconditional: no\n", "policy: p\nlines: [{tau: 0.9, gate: 0.85}]\n",
	                                    "policy: p\nlines: [{tau: 0.9, gate: 0.84}, {tau: 0.8, gate: 0.8}]\n"};
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p = parse(home, "policy: p\n");
	const struct eh_policy *again =
		parse(home, "# a comment\nconditional: yes\noutcomes: [adverse, favourable]\nlines:\n  - tau: 0.90\n    gate: .850000\n"
	                    "  - {gate: \"0.8\", tau: 8e-1}\nminimum: {rarer: 5}\nbudget: {review: 4.0}\nwindow: 720h\npolicy: 'p'\n");

	(void)state;
	assert_string_equal(again->canonical, p->canonical);
	assert_true(eh_sha256_equal(&again->version, &p->version));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(eh_sha256_equal(&parse(home, other[i])->version, &p->version));
}

/* Families: what a list leaves out is all there is, what stands on top holds for every family that does not say otherwise. */
static void families_choose_monitors(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p = parse(home, FAMILIES);
	struct eh_policy_monitor m = {.source = "claims", .attribute = "sex", .group = "female", .outcome = EH_POLICY_ADVERSE, .tau_ppm = 800000};

	(void)state;
	assert_false(p->flat);
	assert_int_equal(p->families, 2);
	assert_string_equal(p->family[0].name, "claims");
	assert_true(p->window_us == 90 * EH_DAY_US && p->lines == 3 && p->cuts == 2 && p->favourable && p->adverse && p->conditional);
	assert_true(p->line[0].tau_ppm == 950000 && p->line[1].tau_ppm == 900000 && p->line[2].tau_ppm == 800000);
	assert_true(p->line[1].gate_ppm == 900000 && p->line[2].gate_ppm == 800000);
	assert_int_equal(eh_policy_gate(p, &m), 800000); /* .75 of "claims", .80 of "rest": the one that fires earlier */
	m.tau_ppm = 950000;
	assert_int_equal(eh_policy_gate(p, &m), 940000);
	m.source = "credit";
	assert_int_equal(eh_policy_gate(p, &m), 0);
	m.tau_ppm = 900000;
	assert_int_equal(eh_policy_gate(p, &m), 850000);
	m.conditional = true;
	assert_int_equal(eh_policy_gate(p, &m), 850000);
	assert_int_equal(eh_policy_window(p, "claims"), 90 * EH_DAY_US);
	assert_int_equal(eh_policy_window(p, "credit"), 30 * EH_DAY_US);
}

static void a_family_is_asked_by_name(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p = parse(home, FAMILIES);
	struct eh_policy_monitor race = {.source = "claims", .attribute = "race", .group = "black", .outcome = EH_POLICY_SCORE, .cut_micro = 700000, .tau_ppm = 950000};
	struct eh_policy_monitor both = race, segment = race;

	(void)state;
	assert_int_equal(eh_policy_gate(p, &race), 940000);
	race.cut_micro = 700001;
	assert_int_equal(eh_policy_gate(p, &race), 0);
	race.cut_micro = -3000000;
	race.group = "white";
	assert_int_equal(eh_policy_gate(p, &race), 0);
	both.other = "sex";
	assert_int_equal(eh_policy_gate(p, &both), 940000);
	both.other = "age";
	assert_int_equal(eh_policy_gate(p, &both), 0);
	segment.segment = "region";
	assert_int_equal(eh_policy_gate(p, &segment), 940000);
	segment.segment = "tier";
	assert_int_equal(eh_policy_gate(p, &segment), 0);
	segment.segment = NULL;
	segment.conditional = true;
	assert_int_equal(eh_policy_gate(p, &segment), 0);
	assert_int_equal(eh_policy_gate(parse(home, "policy: p\n"), &both), 0); /* flat: no intersections, no segments */
}

/* However families, names and lines are ordered, what means the same is one version. */
static void the_order_of_families_does_not_matter(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p = parse(home, FAMILIES);
	const struct eh_policy *again =
		parse(home, "policy: two\nfamilies:\n  - {name: rest, outcomes: [adverse, favourable]}\n  - name: claims\n    window: 90d\n"
	                    "    attributes: [race, sex]\n    groups: {race: [hispanic, black]}\n    intersections: [[race, sex]]\n"
	                    "    segments: [channel, region]\n    sources: [claims]\n    conditional: no\n"
	                    "    outcomes: [{score: {above: -3}}, adverse, {score: {above: .70}}]\n"
	                    "    lines: [{tau: .8, gate: .75}, {tau: .95, gate: .94}, {tau: .9, gate: .9}]\n");

	(void)state;
	assert_string_equal(again->canonical, p->canonical);
	assert_true(eh_sha256_equal(&again->version, &p->version));
	assert_string_equal(p->canonical,
	                    "{\"budget\":{\"page\":\"0.5\",\"review\":\"4\"},\"detector\":\"shiryaev-roberts-2x2/1\",\"families\":["
	                    "{\"attributes\":[\"race\",\"sex\"],\"conditional\":false,\"groups\":[{\"attribute\":\"race\",\"groups\":[\"black\",\"hispanic\"]}],"
	                    "\"intersections\":[[\"race\",\"sex\"]],\"lines\":[{\"gate\":\"0.94\",\"tau\":\"0.95\"},{\"gate\":\"0.9\",\"tau\":\"0.9\"},{\"gate\":\"0.75\",\"tau\":\"0.8\"}],"
	                    "\"name\":\"claims\",\"outcomes\":[\"adverse\",{\"score\":{\"above\":\"-3\"}},{\"score\":{\"above\":\"0.7\"}}],"
	                    "\"segments\":[\"channel\",\"region\"],\"sources\":[\"claims\"],\"window_seconds\":7776000},"
	                    "{\"conditional\":true,\"lines\":[{\"gate\":\"0.85\",\"tau\":\"0.9\"},{\"gate\":\"0.8\",\"tau\":\"0.8\"}],\"name\":\"rest\","
	                    "\"outcomes\":[\"favourable\",\"adverse\"],\"window_seconds\":2592000}],"
	                    "\"minimum\":{\"n\":30,\"rarer\":5},\"policy\":\"two\"}");
}

/* A stored version comes back as it went, whatever the program's default is now; anything else is refused. */
static void a_stored_version_reads_back(void **state)
{
	static const char *const files[] = {"policy: built-in default\n", FAMILIES, "policy: \"a \\\"name\\\" \\\\ \\u00e9\\n\"\nmaturity: 730d\n",
	                                    "policy: p\nfamilies: [{name: a, attributes: [], intersections: all, segments: all}]\n",
	                                    "policy: p\ntwo_sided: yes\nfamilies: [{name: a, two_sided: no}, {name: b, sources: [x]}]\n", "policy: p\ntwo_sided: yes\n",
	                                    "policy: p\nwindow: 36h\nlines: [{tau: .8, gate: .7}, {tau: .9, gate: .7}]\n"};
	static const char *const strange[] = {"", "{}", "policy: p\n", "{\"policy\":\"p\"}", "{\"detector\":\"shiryaev-roberts-2x2/99\",\"policy\":\"p\"}"};
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *again;
	struct eh_err err;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const struct eh_policy *p = parse(home, files[i]);

		expect_rc(EH_OK, eh_policy_parse_canonical(home, p->canonical, strlen(p->canonical), &again, &err), &err);
		assert_string_equal(again->canonical, p->canonical);
		assert_true(again->flat == p->flat && again->lines == p->lines && again->maturity_us == p->maturity_us);
		assert_memory_equal(again->line, p->line, sizeof p->line);
		assert_string_equal(again->name, p->name);
	}
	for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
		assert_int_equal(eh_policy_parse_canonical(home, strange[i], strlen(strange[i]), &again, &err), EH_REFUSED);
	assert_non_null(strstr(err.text, "\"shiryaev-roberts-2x2/99\""));
}

static void every_refusal(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"{}\n", "p.yaml:1:1: the file has no \"policy\""},
		{"- a\n", "p.yaml:1:1: the file must be a mapping {..}, it is a list [..]"},
		{"policy:\n", "p.yaml:1:1: policy must be a text, it is empty"},
		{"policy: p\nwindows: 1d\n", "p.yaml:2:1: unknown key \"windows\", did you mean \"window\"?"},
		{"policy: p\nwindow: 30\n", "p.yaml:2:9: window must be a length of time as 90s, 10m, 1h or 30d"},
		{"policy: p\nwindow: 23h\n", "p.yaml:2:9: a window is between 1d and 366d long"},
		{"policy: p\nwindow: 367d\n", "p.yaml:2:9: a window is between 1d and 366d long"},
		{"policy: p\nbudget: 3\n", "p.yaml:2:9: budget must be a mapping {..}, it is a single value"},
		{"policy: p\nbudget: {pages: 1}\n", "p.yaml:2:10: unknown key \"budget.pages\", did you mean \"page\"?"},
		{"policy: p\nbudget: {page: many}\n", "p.yaml:2:16: \"many\" is not a decimal number of at most six places"},
		{"policy: p\nbudget: {page: 0.0000001}\n", "p.yaml:2:16: \"0.0000001\" is not a decimal number of at most six places"},
		{"policy: p\nbudget: {page: 0}\n", "p.yaml:2:16: 0 lies outside 0.001 to 1000"},
		{"policy: p\nbudget: {review: 1001}\n", "p.yaml:2:18: 1001 lies outside 0.001 to 1000"},
		{"policy: p\nbudget: {page: 5}\n", "p.yaml:2:9: the budget for pages is larger than that for the review queue"},
		{"policy: p\nbudget: {page: 2, review: 1}\n", "p.yaml:2:9: the budget for pages is larger than that for the review queue"},
		{"policy: p\nminimum: [30]\n", "p.yaml:2:10: minimum must be a mapping {..}, it is a list [..]"},
		{"policy: p\nminimum: {n: 0}\n", "p.yaml:2:14: minimum.n must be a whole number from 1 to 1000000"},
		{"policy: p\nminimum: {rarer: 1.5}\n", "p.yaml:2:18: minimum.rarer must be a whole number from 1 to 1000000"},
		{"policy: p\nminimum: {m: 1}\n", "p.yaml:2:11: unknown key \"minimum.m\", did you mean \"n\"?"},
		{"policy: p\nlines: .8\n", "p.yaml:2:8: lines must be a list [..], it is a single value"},
		{"policy: p\nlines: []\n", "p.yaml:2:8: a policy has 1 to 4 lines"},
		{"policy: p\nlines: [{tau: .9, gate: .8}, {tau: .8, gate: .8}, {tau: .7, gate: .7}, {tau: .6, gate: .6}, {tau: .5, gate: .5}]\n",
	         "p.yaml:2:8: a policy has 1 to 4 lines"},
		{"policy: p\nlines: [0.8]\n", "p.yaml:2:9: lines[0] must be a mapping {..}, it is a single value"},
		{"policy: p\nlines: [{tau: 0.8}]\n", "p.yaml:2:9: lines[0] has no \"gate\""},
		{"policy: p\nlines: [{gate: 0.8}]\n", "p.yaml:2:9: lines[0] has no \"tau\""},
		{"policy: p\nlines: [{tau: 0.8, gates: 1}]\n", "p.yaml:2:20: unknown key \"lines[0].gates\", did you mean \"gate\"?"},
		{"policy: p\nlines: [{tau: 1, gate: 0.8}]\n", "p.yaml:2:15: 1 lies outside 0.3 to 0.999999"},
		{"policy: p\nlines: [{tau: 0.2, gate: 0.2}]\n", "p.yaml:2:15: 0.2 lies outside 0.3 to 0.999999"},
		{"policy: p\nlines: [{tau: 0.8, gate: 0.05}]\n", "p.yaml:2:26: 0.05 lies outside 0.1 to 0.999999"},
		{"policy: p\nlines: [{tau: 0.8, gate: 0.81}]\n", "p.yaml:2:26: a gate above its tau would let through what the test does not claim"},
		{"policy: p\nlines: [{tau: 0.8, gate: 0.8}, {tau: 0.80, gate: 0.7}]\n", "p.yaml:2:38: this tau is listed twice"},
		{"policy: p\noutcomes: adverse\n", "p.yaml:2:11: outcomes must be a list [..], it is a single value"},
		{"policy: p\noutcomes: []\n", "p.yaml:2:11: a policy watches at least one outcome"},
		{"policy: p\noutcomes: [advers]\n", "p.yaml:2:12: outcomes[0] is \"advers\", did you mean \"adverse\"?"},
		{"policy: p\noutcomes: [scores]\n", "p.yaml:2:12: outcomes[0] is \"scores\", it must be one of: favourable, adverse"},
		{"policy: p\noutcomes: [{scores: 1}]\n", "p.yaml:2:13: unknown key \"outcomes[0].scores\", did you mean \"score\"?"},
		{"policy: p\noutcomes: [{score: {above: 1}}, {score: {above: 1.0}}]\n", "p.yaml:2:49: this cut is listed twice"},
		{"policy: p\nmaturity: 23h\n", "p.yaml:2:11: a maturity is between 1d and 3660d long"},
		{"policy: p\nwindow_seconds: 86400\n", "p.yaml:2:1: unknown key \"window_seconds\""},
		{"policy: p\ndetector: shiryaev\n", "p.yaml:2:11: detector is \"shiryaev\", it must be one of: shiryaev-roberts-2x2/1, shiryaev-roberts-2x2/2"},
		{"policy: p\nfamilies: []\n", "p.yaml:2:11: a policy has 1 to 64 families"},
		{"policy: p\nfamilies: [{sources: [a]}]\n", "p.yaml:2:12: families[0] has no \"name\""},
		{"policy: p\nfamilies: [{name: a}, {name: a}]\n", "p.yaml:2:30: there are two families named \"a\""},
		{"policy: p\nfamilies: [{name: a, attribute: [x]}]\n", "p.yaml:2:22: unknown key \"families[0].attribute\", did you mean \"attributes\"?"},
		{"policy: p\nfamilies: [{name: a, sources: []}]\n", "p.yaml:2:31: a family looks at one source at least"},
		{"policy: p\nfamilies: [{name: a, sources: [x, x]}]\n", "p.yaml:2:35: \"x\" stands twice in families[0].sources"},
		{"policy: p\nfamilies: [{name: a, attributes: []}]\n", "p.yaml:2:34: a family watches one attribute or intersection at least"},
		{"policy: p\nfamilies: [{name: a, attributes: [x], groups: {y: [z]}}]\n", "p.yaml:2:48: the family does not watch \"y\", of which groups are chosen"},
		{"policy: p\nfamilies: [{name: a, groups: {y: []}}]\n", "p.yaml:2:34: no group is named; leave the attribute out of `attributes` instead"},
		{"policy: p\nfamilies: [{name: a, intersections: [[x]]}]\n", "p.yaml:2:38: an intersection is of two attributes, as [sex, age]"},
		{"policy: p\nfamilies: [{name: a, intersections: [[x, y], [y, x]]}]\n", "p.yaml:2:46: this intersection is listed twice"},
		{"policy: p\nfamilies: [{name: a, intersections: some}]\n", "p.yaml:2:37: families[0].intersections must be a list [..], it is a single value"},
		{"policy: p\nfamilies: [{name: a, lines: [{tau: .9, gate: .8}, {tau: .91, gate: .8}, {tau: .92, gate: .8}, {tau: .93, gate: .8}]}, {name: b}]\n",
	         "p.yaml:2:11: all families together have more than 4 different tau"},
		{"policy: p\nconditional: maybe\n", "p.yaml:2:14: conditional must be yes or no"},
		{"policy: p\npolicy: q\n", "p.yaml:2:1: the key \"policy\" is written twice, first in line 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		EH_ARENA_AUTO home = eh_arena_new();
		const struct eh_policy *p;
		struct eh_err err = {0};

		if (eh_policy_parse(home, "p.yaml", cases[i].text, strlen(cases[i].text), &p, &err) != EH_BAD_INPUT)
			fail_msg("taken:\n%s", cases[i].text);
		assert_string_equal(err.text, cases[i].why);
	}
}

static void a_file_that_is_not_there(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p;
	struct eh_err err;

	(void)state;
	assert_int_equal(eh_policy_read(home, "/nonexistent/p.yaml", &p, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "/nonexistent/p.yaml: cannot be opened: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_built_in_default), cmocka_unit_test(a_file_is_the_default_with_changes),
		cmocka_unit_test(a_version_is_what_is_meant), cmocka_unit_test(families_choose_monitors), cmocka_unit_test(a_family_is_asked_by_name),
		cmocka_unit_test(the_order_of_families_does_not_matter), cmocka_unit_test(a_stored_version_reads_back), cmocka_unit_test(every_refusal), cmocka_unit_test(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
