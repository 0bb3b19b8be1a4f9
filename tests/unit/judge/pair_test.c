/*
 * pair_test.c - blocks, bets and evidence of one group against its reference, the slow way beside.
 */
#include "judge/pair.h"

#include "tests/lib/test.h"
#include "tests/unit/judge/slow.h"

static struct slow_pane panes[SLOW_PANES];
static struct slow_block blocks[SLOW_PANES];

/* Hours and days with gaps, empty panes, and some that come late. */
static size_t make_panes(size_t n, struct slow_rates rates)
{
	int64_t at = SLOW_T0;

	for (size_t i = 0; i < n; i++) {
		struct slow_rates now = rates;

		if (i > n / 2)
			now.prot *= .8;
		if (slow_below(20) == 0)
			now.busy = 1; /* nothing happened */
		panes[i] = slow_random_pane(at, EH_HOUR_US, now);
		if (i > 0 && slow_below(12) == 0) {
			panes[i].late = true;
			panes[i].from_us = panes[i - 1].from_us - (int64_t)slow_below(9) * EH_HOUR_US;
			panes[i].at_us = panes[i - 1].at_us;
		} else {
			at += slow_below(25) == 0 ? (int64_t)slow_below(90) * EH_HOUR_US : EH_HOUR_US * (int64_t)(1 + slow_below(8));
		}
	}
	return n;
}

static const struct eh_policy *policy(struct eh_arena *home)
{
	return eh_policy_default(home);
}

static struct eh_judge_pair *new_pair(struct eh_arena *home, bool conditional)
{
	return eh_judge_pair_new(policy(home), 0, SLOW_PROT, conditional, SLOW_T0, 8760);
}

static void blocks_are_joined_panes(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = new_pair(home, true);
	size_t n, made;

	(void)state;
	slow_seed = 31;
	n = make_panes(300, (struct slow_rates){.6, .6, 3});
	for (size_t i = 0; i < n; i++) {
		uint64_t before = pair->blocks_seen, steps = slow_close(pair, &panes[i], NULL, SLOW_STRATA);

		assert_int_equal(steps, pair->blocks_seen - before);
	}
	made = slow_blocks(panes, n, blocks);
	assert_true(made > 60 && made < n);
	assert_int_equal(pair->blocks, made);
	for (size_t i = 0; i < made; i++) {
		const struct eh_judge_block *b = &pair->block[i];
		uint32_t at = b->first;

		assert_true(b->from_us == blocks[i].from_us && b->at_us == blocks[i].at_us);
		assert_true(slow_same(&b->total, &blocks[i].total));
		assert_true(slow_near(b->phi[0], blocks[i].phi[0]) && slow_near(b->phi[1], blocks[i].phi[1]));
		for (uint32_t s = 0; s < SLOW_STRATA; s++)
			if (blocks[i].stratum[s].prot.n + blocks[i].stratum[s].ref.n > 0) {
				assert_int_equal(pair->pool[at].number, s);
				assert_true(slow_same(&pair->pool[at++].counts, &blocks[i].stratum[s]));
			}
		assert_int_equal(at, b->first + b->n);
	}
	eh_judge_pair_free(pair);
}

/* Every track and line, after every pane. */
static void evidence_is_the_sum_over_starts(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	static double log_e[2][2][2][SLOW_PANES][4];
	static const double tau[] = {.9, .8};
	struct eh_judge_pair *pair = new_pair(home, true);
	size_t n, done = 0;

	(void)state;
	slow_seed = 77;
	n = make_panes(260, (struct slow_rates){.6, .65, 4});
	size_t made = slow_blocks(panes, n, blocks);
	for (size_t i = 0; i < n; i++) {
		done += slow_close(pair, &panes[i], NULL, SLOW_STRATA);
		for (int m = 0; m < 8; m++) {
			int o = m / 4, k = m / 2 % 2, l = m % 2;

			if (done > 0)
				slow_log_e(blocks, done - 1, o, k, tau[l], SLOW_T0, log_e[o][k][l][done - 1]);
			double got = eh_judge_log_m(pair, o, k, (uint32_t)l), want = slow_log_m(log_e[o][k][l], done);
			if (!slow_near(got, want))
				fail_msg("block %zu, outcome %d, kind %d, line %d: ln M is %.12g, by sums %.12g", done, o, k, l, got, want);
		}
	}
	assert_int_equal(done, made);
	assert_true(eh_judge_log_m(pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, 0) > 3); /* the fall was seen */
	eh_judge_pair_free(pair);
}

/* Evidence without the late blocks is that of a pair that never saw them, to the bit. */
static void without_late_blocks_it_is_as_if_none_had_come(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = new_pair(home, true), *punctual = new_pair(home, true);
	struct eh_judge_counts since = {0};
	size_t n;

	(void)state;
	slow_seed = 41;
	n = make_panes(260, (struct slow_rates){.6, .65, 4});
	for (size_t i = 0; i < n; i++) {
		slow_close(pair, &panes[i], NULL, SLOW_STRATA);
		if (!panes[i].late)
			slow_close(punctual, &panes[i], NULL, SLOW_STRATA);
		for (int m = 0; m < 8; m++)
			assert_true(eh_judge_log_m_punctual(pair, m / 4, m / 2 % 2, (uint32_t)m % 2) ==
			            eh_judge_log_m(punctual, m / 4, m / 2 % 2, (uint32_t)m % 2));
	}
	assert_true(pair->late_blocks > 3 && pair->blocks == punctual->blocks + pair->late_blocks);
	assert_true(eh_judge_log_m(pair, 0, 0, 0) != eh_judge_log_m(punctual, 0, 0, 0));
	struct eh_judge_onset onset = eh_judge_find_onset(pair, 0, EH_JUDGE_RAW, 0, slow_bar(0));
	struct eh_judge_onset without = eh_judge_since_punctual(pair, 0, EH_JUDGE_RAW, &onset, slow_bar(0));
	for (uint32_t i = onset.block; i < pair->blocks; i++)
		if (!pair->block[i].late)
			eh_judge_counts_add(&since, &pair->block[i].total);
	assert_memory_equal(&without.since, &since, sizeof since);
	eh_judge_pair_reset(pair);
	assert_true(pair->late_blocks == 0 && isinf(eh_judge_log_m_punctual(pair, 0, 0, 0)));
	eh_judge_pair_free(pair);
	eh_judge_pair_free(punctual);
}

static void an_empty_pane_never_steps(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = new_pair(home, true);
	struct slow_pane four = {.from_us = SLOW_T0, .at_us = SLOW_T0 + 1, .total = {.prot = {400, 200}, .ref = {4, 2}}};
	struct slow_pane none = four, one = four;

	(void)state;
	none.total = (struct eh_judge_counts){0};
	one.total = (struct eh_judge_counts){.ref = {1, 1}};
	assert_int_equal(slow_close(pair, &four, NULL, SLOW_STRATA), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(slow_close(pair, &none, NULL, SLOW_STRATA), 0);
	assert_true(isinf(eh_judge_log_m(pair, 0, 0, 0)) && isinf(eh_judge_log_years(pair, EH_POLICY_HOUSE, 0, 0, 0)));
	assert_int_equal(slow_close(pair, &one, NULL, SLOW_STRATA), 1);
	assert_int_equal(pair->block[0].total.ref.n, 5);
	double then = eh_judge_log_m(pair, 0, 0, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(slow_close(pair, &none, NULL, SLOW_STRATA), 0);
	assert_true(isfinite(then) && eh_judge_log_m(pair, 0, 0, 0) == then);
	eh_judge_pair_free(pair);
}

/* The reference was not seen yet: everything waits. */
static void without_a_reference_nothing_steps(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = new_pair(home, true);
	struct slow_pane p = {.from_us = SLOW_T0, .at_us = SLOW_T0 + 1, .total = {.prot = {50, 20}, .ref = {50, 20}}};
	struct eh_judge_table table;
	uint32_t steps = 0;

	(void)state;
	slow_table(&p, NULL, &table, SLOW_STRATA);
	eh_judge_pair_close(pair, &table, 0, p.from_us, p.at_us, false, &steps);
	assert_int_equal(steps, 0);
	eh_judge_pair_close(pair, &table, SLOW_REF, p.from_us, p.at_us, false, &steps);
	assert_int_equal(steps, 1);
	assert_int_equal(pair->block[0].total.prot.n, 100);
	assert_int_equal(pair->block[0].total.ref.n, 50);
	eh_judge_table_free(&table);
	eh_judge_pair_free(pair);
}

static struct eh_judge_counts exchanged(struct eh_judge_counts c)
{
	return (struct eh_judge_counts){.prot = {c.ref.n, c.ref.n - c.ref.favourable}, .ref = {c.prot.n, c.prot.n - c.prot.favourable}};
}

static void adverse_is_favourable_with_the_groups_exchanged(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *one = new_pair(home, true), *other = new_pair(home, true);

	(void)state;
	slow_seed = 5;
	for (size_t i = 0, n = make_panes(400, (struct slow_rates){.5, .6, 4}); i < n; i++) {
		struct slow_pane turned = panes[i];

		turned.total = exchanged(panes[i].total);
		for (int s = 0; s < SLOW_STRATA; s++)
			turned.stratum[s] = exchanged(panes[i].stratum[s]);
		slow_close(one, &panes[i], NULL, SLOW_STRATA);
		slow_close(other, &turned, NULL, SLOW_STRATA);
		for (int k = 0; k < EH_JUDGE_KINDS; k++)
			for (uint32_t l = 0; l < 2; l++) {
				assert_true(slow_near(eh_judge_log_m(one, EH_JUDGE_ADVERSE, k, l), eh_judge_log_m(other, EH_JUDGE_FAVOURABLE, k, l)));
				assert_true(slow_near(eh_judge_log_m(one, EH_JUDGE_FAVOURABLE, k, l), eh_judge_log_m(other, EH_JUDGE_ADVERSE, k, l)));
			}
	}
	eh_judge_pair_free(one);
	eh_judge_pair_free(other);
}

/* A stratum's number says when this process met it, and nothing about the data: to the last bit. */
static void the_numbers_of_strata_do_not_matter(void **state)
{
	static const uint32_t rows[][SLOW_STRATA] = {{5, 4, 3, 2, 1, 0}, {0, 9, 3, 40, 11, 2}, {30, 1, 2, 17, 4, 5}};
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = new_pair(home, true), *again[3];

	(void)state;
	slow_seed = 90;
	for (int i = 0; i < 3; i++)
		again[i] = new_pair(home, true);
	for (size_t i = 0, n = make_panes(300, (struct slow_rates){.6, .7, 4}); i < n; i++) {
		if (i < n / 3) /* one is met late */
			panes[i].stratum[2] = panes[i].stratum[5] = (struct eh_judge_counts){0};
		slow_close(pair, &panes[i], NULL, SLOW_STRATA);
		for (int p = 0; p < 3; p++) {
			slow_close(again[p], &panes[i], rows[p], 41);
			for (int o = 0; o < EH_JUDGE_OUTCOMES; o++) {
				double a = eh_judge_log_m(pair, o, EH_JUDGE_CONDITIONAL, 0), b = eh_judge_log_m(again[p], o, EH_JUDGE_CONDITIONAL, 0);

				if (a != b)
					fail_msg("pane %zu, numbering %d: ln M %.17g and %.17g", i, p, a, b);
			}
		}
	}
	for (int i = 0; i < 3; i++)
		eh_judge_pair_free(again[i]);
	eh_judge_pair_free(pair);
}

static void the_calendar_is_set_once(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = new_pair(home, false);

	(void)state;
	slow_seed = 8;
	make_panes(100, (struct slow_rates){.6, .6, 12});
	for (int i = 0; i < 50; i++)
		slow_close(pair, &panes[i], NULL, SLOW_STRATA);
	double log_m = eh_judge_log_m(pair, 0, 0, 0);
	uint64_t seen = pair->blocks_seen;
	eh_judge_pair_calendar(pair, SLOW_T0 + 28 * EH_DAY_US - 1);
	assert_true(pair->year[EH_POLICY_HOUSE].blocks == 8760 && slow_near(eh_judge_log_years(pair, EH_POLICY_HOUSE, 0, 0, 0), log_m - log(8760)));
	eh_judge_pair_calendar(pair, SLOW_T0 + 28 * EH_DAY_US);
	assert_true(seen > 20 && slow_near(pair->year[EH_POLICY_HOUSE].blocks, (double)seen * 365 / 28));
	for (int i = 50; i < 100; i++)
		slow_close(pair, &panes[i], NULL, SLOW_STRATA);
	eh_judge_pair_calendar(pair, SLOW_T0 + 400 * EH_DAY_US);
	assert_true(slow_near(pair->year[EH_POLICY_HOUSE].blocks, (double)seen * 365 / 28));
	eh_judge_pair_free(pair);
	pair = new_pair(home, false);
	eh_judge_pair_calendar(pair, SLOW_T0 + 90 * EH_DAY_US);
	assert_true(pair->year[EH_POLICY_HOUSE].blocks == 12);
	eh_judge_pair_free(pair);
}

/* After a reset the evidence is that of the blocks since, on rates remembered from before. */
static void a_reset_starts_at_nothing(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	static double log_e[SLOW_PANES][4];
	struct eh_judge_pair *pair = new_pair(home, true);
	size_t n, made, done = 0, from;

	(void)state;
	slow_seed = 15;
	n = make_panes(120, (struct slow_rates){.5, .6, 5});
	for (size_t k = 0; k < n; k++)
		panes[k].late = false; /* a reset drops what waits for its block; on time, nothing waits right after a step */
	made = slow_blocks(panes, n, blocks);
	size_t i = 0;
	for (; done < made / 2; i++)
		done += slow_close(pair, &panes[i], NULL, SLOW_STRATA);
	from = done;
	eh_judge_pair_reset(pair);
	assert_true(pair->blocks == 0 && pair->blocks_seen == from);
	assert_true(isinf(eh_judge_log_m(pair, 1, 1, 1)));
	assert_false(eh_judge_find_onset(pair, 0, 0, 0, slow_bar(0)).found);
	for (; i < n; i++) {
		done += slow_close(pair, &panes[i], NULL, SLOW_STRATA);
		assert_int_equal(pair->blocks_seen, done);
		if (done == from)
			continue;
		slow_log_e(blocks, done - 1, EH_JUDGE_ADVERSE, EH_JUDGE_CONDITIONAL, .8, SLOW_T0, log_e[done - 1 - from]);
		assert_true(slow_near(eh_judge_log_m(pair, EH_JUDGE_ADVERSE, EH_JUDGE_CONDITIONAL, 1), slow_log_m(log_e, done - from)));
	}
	assert_int_equal(pair->blocks, done - from);
	eh_judge_pair_free(pair);
}

/* The ring of days against a list of the blocks, over gaps and more than a year. */
static void the_trailing_year_forgets_what_is_older(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	static int64_t at[3000];
	size_t n = 0;
	int64_t now = SLOW_T0;
	struct eh_judge_pair *pair = eh_judge_pair_new(eh_policy_default(home), 0, 2, false, SLOW_T0, 8760);
	struct eh_cube_count by_group[] = {{0}, {20, 10}, {20, 10}};
	struct eh_judge_table pane = {.groups = 3, .by_group = by_group};

	(void)state;
	slow_seed = 12;
	while (n < 3000) {
		uint32_t steps = 0;

		now += slow_below(400) == 0 ? (int64_t)slow_below(500) * EH_DAY_US : (int64_t)(1 + slow_below(30)) * EH_HOUR_US;
		eh_judge_pair_close(pair, &pane, 1, now - EH_HOUR_US, now, false, &steps);
		at[n++] = now;
		if (now < SLOW_T0 + 365 * EH_DAY_US)
			continue;
		int64_t end = now + (int64_t)slow_below(30) * EH_DAY_US, day = (end - 1) / EH_DAY_US;
		double counted = 0;
		for (size_t i = 0; i < n; i++)
			counted += (at[i] - 1) / EH_DAY_US > day - 365;
		eh_judge_pair_new_version(pair, EH_POLICY_HOUSE, end);
		assert_true(pair->year[EH_POLICY_HOUSE].blocks == fmax(12, counted));
	}
	eh_judge_pair_new_version(pair, EH_POLICY_HOUSE, now + 400 * EH_DAY_US);
	assert_true(pair->year[EH_POLICY_HOUSE].blocks == 12);
	eh_judge_pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_joined_panes),
		cmocka_unit_test(evidence_is_the_sum_over_starts),
		cmocka_unit_test(without_late_blocks_it_is_as_if_none_had_come),
		cmocka_unit_test(an_empty_pane_never_steps),
		cmocka_unit_test(without_a_reference_nothing_steps),
		cmocka_unit_test(adverse_is_favourable_with_the_groups_exchanged),
		cmocka_unit_test(the_numbers_of_strata_do_not_matter),
		cmocka_unit_test(the_calendar_is_set_once),
		cmocka_unit_test(the_trailing_year_forgets_what_is_older),
		cmocka_unit_test(a_reset_starts_at_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
