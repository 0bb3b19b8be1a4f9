/*
 * loosen_test.c - what an open alert stands on is taken away, or it is not, however the file is arranged.
 */
#include "policy/diff.h"

#include "tests/unit/policy/versions.h"

static const struct eh_policy_subject woman = {.source = "claims", .attribute = "sex", .group = "female"};

/* The words of everything that becomes looser, or "". */
static const char *looser(struct eh_arena *home, const char *old, const char *now, const struct eh_policy_subject *subject)
{
	EH_BUF_AUTO out = {0};
	struct eh_policy_diff d;
	bool any = eh_policy_loosens(home, version_of(home, old), version_of(home, now), subject, &d);

	assert_int_equal(any, d.n > 0);
	for (size_t i = 0; i < d.n; i++) {
		assert_true(d.change[i].looser);
		eh_buf_printf(&out, "%s%s", i == 0 ? "" : " ", d.change[i].words);
	}
	return d.n == 0 ? "" : eh_arena_strndup(home, out.data, out.len);
}

#define EXPECT(old, now, words) assert_string_equal(looser(home, old, now, &woman), words)

static void what_holds_for_every_monitor(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	EXPECT("policy: p\n", "policy: q\n", "");
	EXPECT("policy: p\n", "policy: p\nbudget: {page: .4}\n", "budget.page falls from 0.5 to 0.4 false alerts a year, so an alert takes more evidence.");
	EXPECT("policy: p\n", "policy: p\nbudget: {page: .6, review: 5}\n", "");
	EXPECT("policy: p\n", "policy: p\nminimum: {n: 31}\n", "minimum.n rises from 30 to 31, so an alert takes more decisions.");
	EXPECT("policy: p\n", "policy: p\nminimum: {n: 29, rarer: 4}\n", "");
	EXPECT("policy: p\nmaturity: 90d\n", "policy: p\n", "maturity goes from 90d to as each map says, so other decisions enter outcome measures.");
	EXPECT("policy: p\n", "policy: p\nwindow: 29d\n", "The window shrinks from 30d to 29d.");
	EXPECT("policy: p\n", "policy: p\nwindow: 31d\n", "");
}

static void lines_and_gates(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	EXPECT("policy: p\n", "policy: p\nlines: [{tau: .9, gate: .85}]\n", "");
	EXPECT("policy: p\n", "policy: p\nlines: [{tau: .95, gate: .9}]\n", "");
	EXPECT("policy: p\nconditional: no\noutcomes: [adverse]\n", "policy: p\nconditional: no\noutcomes: [adverse]\nlines: [{tau: .8, gate: .8}]\n",
	       "For the adverse decisions the lines go from 0.9 (gate 0.85), 0.8 (gate 0.8) to 0.8 (gate 0.8).");
	EXPECT("policy: p\nconditional: no\noutcomes: [adverse]\n",
	       "policy: p\nconditional: no\noutcomes: [adverse]\nlines: [{tau: .9, gate: .84}, {tau: .8, gate: .8}]\n",
	       "For the adverse decisions the lines go from 0.9 (gate 0.85), 0.8 (gate 0.8) to 0.9 (gate 0.84), 0.8 (gate 0.8).");
	EXPECT("policy: p\n", "policy: p\nconditional: no\n",
	       "The favourable decisions within strata are watched no longer. The adverse decisions within strata are watched no longer.");
	EXPECT("policy: p\n", "policy: p\noutcomes: [favourable]\n",
	       "The adverse decisions are watched no longer. The adverse decisions within strata are watched no longer.");
	EXPECT("policy: p\nconditional: no\noutcomes: [adverse, {score: {above: .5}}]\n", "policy: p\nconditional: no\noutcomes: [adverse]\n",
	       "The scores of 0.5 and above are watched no longer.");
}

/* What counts is what is watched, not how it is written. */
static void a_file_may_be_rearranged(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	EXPECT("policy: p\n", "policy: p\nfamilies: [{name: a}]\n", "");
	EXPECT("policy: p\n", "policy: p\nfamilies: [{name: a, outcomes: [adverse]}, {name: b, outcomes: [favourable]}]\n", "");
	EXPECT("policy: p\n", "policy: p\nfamilies: [{name: a, attributes: [sex]}]\n", "");
	EXPECT("policy: p\n", "policy: p\nfamilies: [{name: a, groups: {sex: [female]}}, {name: b, sources: [x]}]\n", "");
}

static void what_is_dropped(void **state)
{
	static const char both[] = "The favourable decisions are watched no longer. The adverse decisions are watched no longer.";
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy_subject man = {.source = "claims", .attribute = "sex", .group = "male"};
	const struct eh_policy_subject pair = {.source = "claims", .attribute = "sex", .other = "age", .group = "female, old"};
	static const char old[] = "policy: p\nconditional: no\n";

	(void)state;
	EXPECT("policy: p\nconditional: no\ntwo_sided: yes\noutcomes: [adverse]\n", "policy: p\nconditional: no\noutcomes: [adverse]\n",
	       "The adverse decisions of the reference are watched no longer.");
	EXPECT(old, "policy: p\nconditional: no\nfamilies: [{name: a, sources: [credit]}]\n", both);
	EXPECT(old, "policy: p\nconditional: no\nfamilies: [{name: a, attributes: [age]}]\n", both);
	EXPECT(old, "policy: p\nconditional: no\nfamilies: [{name: a, groups: {sex: [male]}}]\n", both);
	assert_string_equal(looser(home, old, "policy: p\nconditional: no\nfamilies: [{name: a, groups: {sex: [male]}}]\n", &man), "");
	EXPECT("policy: p\nconditional: no\noutcomes: [adverse]\nfamilies: [{name: a, segments: [region]}]\n",
	       "policy: p\nconditional: no\noutcomes: [adverse]\n", "The adverse decisions by region are watched no longer.");
	EXPECT("policy: p\nconditional: no\noutcomes: [adverse]\nfamilies: [{name: a, segments: all}]\n",
	       "policy: p\nconditional: no\noutcomes: [adverse]\nfamilies: [{name: a, segments: [region]}]\n",
	       "The adverse decisions by other segments are watched no longer.");
	assert_string_equal(looser(home, "policy: p\nconditional: no\nfamilies: [{name: a, intersections: [[age, sex]]}]\n", old, &pair), both);
	assert_string_equal(looser(home, old, old, &pair), "");
}

static const char *const names[] = {"claims", "credit", "sex", "age", "female", "male", "region", "tier"};

/* Whether every monitor of the subject that `a` has is one that `b` lets fire as early. */
static bool covered(const struct eh_policy *a, const struct eh_policy *b, const struct eh_policy_subject *s)
{
	for (int which = 0; which < 4 * 2 * 3 * EH_POLICY_LINES_MAX; which++) {
		struct eh_policy_monitor m = {.source = s->source, .attribute = s->attribute, .group = s->group, .cut_micro = 500000};
		uint32_t l = (uint32_t)which % EH_POLICY_LINES_MAX, rest = (uint32_t)which / EH_POLICY_LINES_MAX;
		int64_t tau = l < a->lines ? a->line[l].tau_ppm : 0, best = 0;

		m.outcome = (enum eh_policy_outcome)(rest % 3);
		m.conditional = rest / 3 % 2 == 1;
		m.segment = rest / 6 == 0 ? NULL : rest / 6 == 1 ? "region" : rest / 6 == 2 ? "tier" : "channel";
		m.tau_ppm = tau;
		int64_t gate = eh_policy_gate(a, &m);
		for (uint32_t k = 0; k < b->lines; k++) {
			m.tau_ppm = b->line[k].tau_ppm;
			if (m.tau_ppm >= tau && eh_policy_gate(b, &m) > best)
				best = eh_policy_gate(b, &m);
		}
		if (best < gate)
			return false;
	}
	return a->page_ppm <= b->page_ppm && a->review_ppm <= b->review_ppm && a->min_n >= b->min_n && a->min_rarer >= b->min_rarer &&
	       a->maturity_us == b->maturity_us;
}

/* Of 600 pairs drawn at random: nothing loosens exactly where every monitor is covered and the window is as long. */
static void nothing_loosens_where_all_is_covered(void **state)
{
	uint64_t seed = 1605;
	unsigned loose = 0, kept = 0;

	(void)state;
	for (int i = 0; i < 600; i++) {
		EH_ARENA_AUTO home = eh_arena_new();
		const struct eh_policy *a = draw_version(home, &seed), *b = draw_version(home, &seed);
		const struct eh_policy_subject s = {.source = names[drawn(&seed, 2)], .attribute = names[2 + drawn(&seed, 2)], .group = names[4 + drawn(&seed, 2)]};
		struct eh_policy_diff d;
		bool any = eh_policy_loosens(home, a, b, &s, &d), window = false;

		for (size_t k = 0; k < d.n; k++)
			window |= strcmp(d.change[k].key, "window") == 0;
		assert_int_equal(any, !covered(a, b, &s) || window);
		assert_false(eh_policy_loosens(home, a, a, &s, &d));
		loose += any;
		kept += !any;
	}
	assert_true(loose >= 50 && kept >= 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_for_every_monitor), cmocka_unit_test(lines_and_gates), cmocka_unit_test(a_file_may_be_rearranged),
		cmocka_unit_test(what_is_dropped), cmocka_unit_test(nothing_loosens_where_all_is_covered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
