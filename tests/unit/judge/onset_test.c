/*
 * onset_test.c - the onset against every start tried, what has been since added up again, and the way back.
 */
#include "stats/proportion.h"
#include "stats/stratified.h"

#include "tests/lib/test.h"
#include "tests/unit/judge/slow.h"

static struct slow_pane panes[SLOW_PANES];
static struct slow_block blocks[SLOW_PANES];
static const double tau[] = {.9, .8}, gate[] = {.85, .8};

struct wanted {
	size_t at, first, last;
	double best;
};

/* Every start tried; raw: the latest of the best, and nothing where nothing speaks against H0. */
static struct wanted every_start(const double *score, size_t n, bool raw)
{
	struct wanted w = {.at = n - 1, .best = raw ? 0 : -(double)INFINITY};

	for (size_t i = n; i-- > 0;)
		if (score[i] > w.best) {
			w.best = score[i];
			w.at = i;
		}
	w.first = w.last = w.at;
	for (size_t i = 0; i < n; i++)
		if (score[i] >= w.best - 2 && (!raw || w.best > 0)) {
			w.first = i < w.first ? i : w.first;
			w.last = i > w.last ? i : w.last;
		}
	return w;
}

static double score_of(size_t start, size_t n, int outcome, int kind, const double (*log_e)[4], double line)
{
	struct eh_judge_counts since = {0};
	double sum[4] = {0};

	for (size_t i = start; i < n; i++) {
		slow_sum(&since, &blocks[i].total);
		for (int a = 0; a < 4; a++)
			sum[a] += log_e[i][a];
	}
	return kind == EH_JUDGE_RAW ? ehs_glr_air(slow_turn(&since, outcome), line)
	                            : fmax(fmax(sum[0], sum[1]), fmax(sum[2], sum[3]));
}

/* Counts since a start, and the ratio protected / reference as it is usually written. */
static struct ehs_interval since_start(size_t start, size_t n, int outcome, int kind, struct eh_judge_counts *since)
{
	struct eh_judge_counts stratum[SLOW_STRATA] = {0}, all = {0};
	struct ehs_2x2 table[SLOW_STRATA];
	size_t tables = 0;

	*since = (struct eh_judge_counts){0};
	for (size_t i = start; i < n; i++) {
		slow_sum(&all, &blocks[i].total);
		for (int s = 0; s < SLOW_STRATA; s++)
			slow_sum(&stratum[s], &blocks[i].stratum[s]);
	}
	for (int s = 0; s < SLOW_STRATA; s++)
		if (stratum[s].prot.n > 0 && stratum[s].ref.n > 0) {
			slow_sum(since, &stratum[s]);
			table[tables++] = (struct ehs_2x2){{stratum[s].prot.n, (uint64_t)slow_hits(stratum[s].prot, outcome)},
			                                   {stratum[s].ref.n, (uint64_t)slow_hits(stratum[s].ref, outcome)}};
		}
	if (kind == EH_JUDGE_CONDITIONAL)
		return ehs_cmh(table, tables, EHS_Z90).risk_ratio;
	*since = all;
	return ehs_air_koopman((struct ehs_2x2){{all.prot.n, (uint64_t)slow_hits(all.prot, outcome)},
	                                        {all.ref.n, (uint64_t)slow_hits(all.ref, outcome)}},
	                       EHS_Z90);
}

static bool alike(double a, double b)
{
	return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-8 * fmax(1, fabs(b));
}

static int gates, held;

static void check(const struct eh_judge_pair *pair, size_t n, int o, int k, uint32_t l, const double (*log_e)[4])
{
	struct eh_judge_onset got = eh_judge_find_onset(pair, o, k, l, slow_bar(l));
	static double score[SLOW_PANES];
	struct eh_judge_counts since;

	for (size_t i = 0; i < n; i++)
		score[i] = score_of(i, n, o, k, log_e, tau[l]);
	struct wanted w = every_start(score, n, k == EH_JUDGE_RAW);
	assert_true(got.found);
	if (got.onset_us != blocks[w.at].from_us || got.first_us != blocks[w.first].from_us || got.last_us != blocks[w.last].from_us)
		fail_msg("%zu blocks, outcome %d, kind %d, line %u: another onset than by trying", n, o, k, l);
	struct ehs_interval ratio = since_start(w.at, n, o, k, &since);
	assert_true(slow_same(&got.since, &since));
	assert_true(alike(got.ratio.est, ratio.est) && alike(got.ratio.lo, ratio.lo) && alike(got.ratio.hi, ratio.hi));
	bool beyond = o == EH_JUDGE_FAVOURABLE ? ratio.est <= gate[l] && ratio.hi < tau[l]
	                                       : ratio.est >= 1 / gate[l] && ratio.lo > 1 / tau[l];
	assert_int_equal(got.gate, beyond);
	double all = (double)(since.prot.n + since.ref.n), fav = (double)(since.prot.favourable + since.ref.favourable);
	double rarer = fmin(fav, all - fav) / all;
	bool enough = since.prot.n >= 30 && (double)since.prot.n * rarer >= 5 && (double)since.ref.n * rarer >= 5;
	assert_int_equal(got.enough, enough);
	held += got.gate;
	gates++;
}

static void the_onset_is_the_best_start(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	static double log_e[SLOW_PANES][4];

	(void)state;
	slow_seed = 12;
	for (int round = 0; round < 6; round++) {
		struct eh_judge_pair *pair = eh_judge_pair_new(eh_policy_default(home), 0, SLOW_PROT, true, SLOW_T0, 8760);
		size_t panes_n = 140, n;

		for (size_t i = 0; i < panes_n; i++) {
			double fall = i > 90 ? .5 + .1 * round : 1;

			panes[i] = slow_random_pane(SLOW_T0 + (int64_t)i * 7 * EH_HOUR_US, EH_HOUR_US, (struct slow_rates){.7 * fall, .7, 5});
		}
		n = slow_blocks(panes, panes_n, blocks);
		for (size_t i = 0; i < panes_n; i++)
			slow_close(pair, &panes[i], NULL, SLOW_STRATA);
		assert_int_equal(pair->blocks, n);
		for (int m = 0; m < 8; m++) {
			int o = m / 4, k = m / 2 % 2;
			uint32_t l = (uint32_t)m % 2;

			for (size_t i = 0; i < n; i++)
				slow_log_e(blocks, i, o, k, tau[l], SLOW_T0, log_e[i]);
			check(pair, n, o, k, l, log_e);
		}
		eh_judge_pair_free(pair);
	}
	print_message("the gate held for %d of %d onsets\n", held, gates);
	assert_true(held > 4 && held < gates - 4);
}

/* No block yet, and a single one in which nobody of the strata met. */
static void too_little_to_say(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_pair *pair = eh_judge_pair_new(eh_policy_default(home), 0, SLOW_PROT, true, SLOW_T0, 8760);
	struct slow_pane p = {.from_us = SLOW_T0, .at_us = SLOW_T0 + EH_HOUR_US, .total = {.prot = {9, 3}, .ref = {9, 6}}};

	(void)state;
	assert_false(eh_judge_find_onset(pair, 0, 0, 0, slow_bar(0)).found);
	p.stratum[0].prot = p.total.prot;
	p.stratum[1].ref = p.total.ref;
	slow_close(pair, &p, NULL, SLOW_STRATA);
	for (int o = 0; o < EH_JUDGE_OUTCOMES; o++) {
		struct eh_judge_onset onset = eh_judge_find_onset(pair, o, EH_JUDGE_CONDITIONAL, 0, slow_bar(0));

		assert_true(onset.found && !onset.gate && !onset.enough);
		assert_int_equal(onset.since.prot.n, 0);
	}
	/* And where no decision of the block has a stratum at all. */
	eh_judge_pair_reset(pair);
	p.stratum[0].prot = p.stratum[1].ref = (struct eh_cube_count){0};
	slow_close(pair, &p, NULL, SLOW_STRATA);
	assert_true(eh_judge_find_onset(pair, 1, EH_JUDGE_CONDITIONAL, 1, slow_bar(1)).found);
	eh_judge_pair_free(pair);
}

/* H0 "still at or beyond the gate": the product since raising, with the groups the other way round and rates forgotten. */
static void recovery_is_the_product_since(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	size_t panes_n = 150, raised_at = 60;

	(void)state;
	slow_seed = 40;
	for (int m = 0; m < 8; m++) {
		int o = m / 4, k = m / 2 % 2, l = m % 2;
		struct eh_judge_pair *pair = eh_judge_pair_new(eh_policy_default(home), 0, SLOW_PROT, true, SLOW_T0, 8760);
		struct eh_judge_recovery r = {0};
		double product[4] = {1, 1, 1, 1};
		size_t begun = 0, n;

		for (size_t i = 0; i < panes_n; i++)
			panes[i] = slow_random_pane(SLOW_T0 + (int64_t)i * 9 * EH_HOUR_US, EH_HOUR_US, (struct slow_rates){.6, .6, 5});
		n = slow_blocks(panes, panes_n, blocks);
		for (size_t i = 0; i < panes_n; i++) {
			slow_close(pair, &panes[i], NULL, SLOW_STRATA);
			if (i == raised_at) {
				begun = pair->blocks;
				eh_judge_recovery_begin(&r, pair, o, k, slow_bar((uint32_t)l)->gate_ppm);
			}
			if (i >= raised_at && i % 3 == 0)
				eh_judge_recovery_step(&r, pair);
		}
		eh_judge_recovery_step(&r, pair);
		for (size_t i = 0; i < n; i++) { /* the groups change places */
			struct eh_cube_count c = blocks[i].total.prot;

			blocks[i].total.prot = blocks[i].total.ref;
			blocks[i].total.ref = c;
			for (int s = 0; s < SLOW_STRATA; s++) {
				c = blocks[i].stratum[s].prot;
				blocks[i].stratum[s].prot = blocks[i].stratum[s].ref;
				blocks[i].stratum[s].ref = c;
			}
		}
		for (size_t i = begun; i < n; i++) {
			double log_e[4];

			slow_log_e(blocks + begun, i - begun, o, k, 1 / gate[l], blocks[begun - 1].at_us, log_e);
			for (int a = 0; a < 4; a++)
				product[a] *= exp(log_e[a]);
		}
		double want = log((product[0] + product[1] + product[2] + product[3]) / 4), got = ehs_eprocess_log_e(&r.process);
		if (!slow_near(got, want))
			fail_msg("outcome %d, kind %d, line %d: ln e %.12g, by products %.12g", o, k, l, got, want);
		assert_true(got > 0); /* equal rates speak for it */
		eh_judge_recovery_free(&r);
		eh_judge_pair_free(pair);
	}
}

/* Where the ratio stays at the gate, recovery does not grow. */
static void what_stays_at_the_gate_does_not_recover(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	int recovered = 0;

	(void)state;
	slow_seed = 55;
	for (int round = 0; round < 40; round++) {
		struct eh_judge_pair *pair = eh_judge_pair_new(eh_policy_default(home), 0, SLOW_PROT, false, SLOW_T0, 8760);
		struct eh_judge_recovery r;
		bool reached = false;

		eh_judge_recovery_begin(&r, pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, slow_bar(0)->gate_ppm);
		for (int i = 0; i < 200; i++) {
			struct slow_pane p = slow_random_pane(SLOW_T0 + i * 6 * EH_HOUR_US, EH_HOUR_US, (struct slow_rates){.6 * .85, .6, 8});

			slow_close(pair, &p, NULL, SLOW_STRATA);
			eh_judge_recovery_step(&r, pair);
			reached |= ehs_eprocess_log_e(&r.process) >= log(20);
		}
		recovered += reached;
		eh_judge_recovery_free(&r);
		eh_judge_pair_free(pair);
	}
	assert_true(recovered <= 4); /* at most 1 in 20 each, tempered */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_onset_is_the_best_start),
		cmocka_unit_test(too_little_to_say),
		cmocka_unit_test(recovery_is_the_product_since),
		cmocka_unit_test(what_stays_at_the_gate_does_not_recover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
