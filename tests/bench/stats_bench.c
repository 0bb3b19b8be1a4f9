/*
 * stats_bench.c - what each statistic costs, in nanoseconds a call: ours, and GSL's where it has the same.
 *
 * Prints a line a statistic: name, ours, bar, GSL's, with tabs between and `-` where there is none; the median of
 * rounds.  tests/bench/stats/compare.sh sets R and scipy beside it, which make the same inputs from the same formulas.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stats/anderson.h"
#include "stats/association.h"
#include "stats/attribution.h"
#include "stats/calibration.h"
#include "stats/correlation.h"
#include "stats/difference.h"
#include "stats/distance.h"
#include "stats/entropy.h"
#include "stats/exact.h"
#include "stats/ks.h"
#include "stats/least_squares.h"
#include "stats/logistic.h"
#include "stats/membership.h"
#include "stats/multiplicity.h"
#include "stats/odds.h"
#include "stats/outcome.h"
#include "stats/power.h"
#include "stats/proportion.h"
#include "stats/rank.h"
#include "stats/sequence.h"
#include "stats/shrink.h"
#include "stats/stratified.h"
#include "stats/trend.h"
#include "stats/unconditional.h"

#define ROUNDS 7
#define ROUND_NS 4e6
#define BINS 1024
#define STRATA 16
#define CELLS 256
#define CONTROLS 8
#define PAIRS 1000
#define PS 100

static const struct ehs_2x2 small = {{80, 48}, {60, 12}}, middle = {{2000, 700}, {8000, 3300}};
static const struct ehs_2x2 large = {{100000, 50000}, {100000, 49000}}, tiny = {{25, 2}, {40, 14}};

static volatile double sink; /* so that no call is left away */

/* ---- inputs, made once ---- */

static int64_t key[BINS];
static uint64_t prot_count[BINS], ref_count[BINS];
static struct ehs_histogram prot, ref;
static struct ehs_2x2 strata[STRATA];
static struct ehs_bin trend_bin[6], eb_bin[50];
static double trend_score[6];
static double control[CELLS * (CONTROLS + 1)], amount[CELLS];
static uint64_t cell_n[CELLS], cell_k[CELLS];
static unsigned factor[CONTROLS + 1];
static struct ehs_pair pair[PAIRS], pair_scratch[PAIRS], pair_work[PAIRS];
static double pair_x[PAIRS], pair_y[PAIRS], pair_double[2 * PAIRS];
static double p_value[PS], adjusted[PS], log_e[PS];
static size_t order[PS];
static struct ehs_segment segment[12];
static double *work;
static struct ehs_unconditional_work unconditional;

static void make_cells(void)
{
	for (size_t i = 0; i < CELLS; i++) {
		control[i * (CONTROLS + 1)] = (double)(i & 1);
		for (size_t j = 0; j < CONTROLS; j++)
			control[i * (CONTROLS + 1) + j + 1] = (double)(i * (2 * j + 3) % (17 + 2 * j)) / 16;
		cell_n[i] = 20 + i % 13;
		cell_k[i] = cell_n[i] * (3 + i * 7 % 10) / 16;
		amount[i] = 100 + (double)(i * 31 % 101) / 4;
	}
	for (unsigned j = 0; j <= CONTROLS; j++)
		factor[j] = 0; /* numbers, not levels of a factor */
}

static void make_inputs(void)
{
	for (size_t i = 0; i < BINS; i++) {
		key[i] = (int64_t)i;
		prot_count[i] = 1 + i * 37 % 101;
		ref_count[i] = 1 + i * 53 % 97;
	}
	prot = (struct ehs_histogram){key, prot_count, BINS};
	ref = (struct ehs_histogram){key, ref_count, BINS};
	for (size_t i = 0; i < STRATA; i++)
		strata[i] = (struct ehs_2x2){{50 + 4 * i, 20 + 3 * i}, {45 + 2 * i + i * 7 % 11, 25 + 2 * i}};
	for (size_t i = 0; i < 6; i++) {
		trend_bin[i] = (struct ehs_bin){100 + 10 * i, 20 + 6 * i};
		trend_score[i] = (double)i;
	}
	for (size_t i = 0; i < 50; i++)
		eb_bin[i] = (struct ehs_bin){50 + i, 10 + i * 7 % 31};
	for (size_t i = 0; i < PAIRS; i++) {
		pair[i] = (struct ehs_pair){(int64_t)(i * 7919 % 1009), (int64_t)(i * 104729 % 997 + i)};
		pair_x[i] = (double)pair[i].x;
		pair_y[i] = (double)pair[i].y;
	}
	for (size_t i = 0; i < PS; i++) {
		p_value[i] = (double)(i * 37 % 101 + 1) / 1000;
		log_e[i] = (double)(i * 37 % 101) / 10;
	}
	for (size_t i = 0; i < 12; i++)
		segment[i] = (struct ehs_segment){{{100 + i, 40 + i}, {200 + i, 90 + 3 * i}},
		                                  {{120 + i, 50}, {210, 100 + i}}};
	make_cells();
	size_t need = ehs_logistic_doubles(CELLS, CONTROLS + 1) + ehs_least_squares_doubles(CELLS, CONTROLS + 1);
	work = malloc((need + EHS_SHAPLEY_SCRATCH + EHS_KS_EXACT_MAX) * sizeof *work);
	if (work == NULL)
		exit(3);
}

/* ---- the calls: ours, then GSL's ---- */

#define CALL(name, expression)       \
	static void name(void)       \
	{                            \
		sink = (expression); \
	}

CALL(block_log_e, ehs_block_log_e(((struct ehs_2x2){{8, 3}, {33, 20}}), .6, .3, .8))
CALL(koopman, ehs_air_koopman(middle, EHS_Z95).lo)
CALL(koopman_small, ehs_air_koopman(small, EHS_Z95).lo)
CALL(mn_ratio, ehs_air_mn(middle, EHS_Z95).lo)
CALL(katz, ehs_air_katz(middle, EHS_Z95).lo)
CALL(wilson, ehs_wilson(middle.prot, EHS_Z95).lo)
CALL(clopper_pearson, ehs_clopper_pearson(middle.prot, .95).lo)
CALL(newcombe, ehs_rd_newcombe(middle, EHS_Z95).lo)
CALL(mn_difference, ehs_rd(middle, EHS_RD_MN, EHS_Z95).lo)
CALL(pooled_z, ehs_z_pooled(middle).p)
CALL(fisher_small, ehs_fisher(small).p)
CALL(fisher_large, ehs_fisher(large).p)
CALL(conditional_odds, ehs_or_conditional(small, .95).lo)
CALL(woolf, ehs_or_woolf(middle, EHS_Z95, false).lo)
CALL(barnard, ehs_barnard(tiny, EHS_TWO_SIDED, &unconditional).p)
CALL(boschloo, ehs_boschloo(tiny, EHS_LESS, &unconditional).p)
CALL(contingency, ehs_contingency(prot_count, 4, 5).p)
CALL(trend, ehs_trend(trend_bin, trend_score, 6).p)
CALL(cmh, ehs_cmh(strata, STRATA, EHS_Z95).p)
CALL(breslow_day, ehs_breslow_day(strata, STRATA).p)
CALL(mann_whitney, ehs_mann_whitney(prot, ref, EHS_Z95).p)
CALL(ks, ehs_ks(prot, ref).p)
CALL(anderson, ehs_anderson(((struct ehs_histogram[]){prot, ref}), 2).t_v2)
CALL(kruskal, ehs_kruskal(((struct ehs_histogram[]){prot, ref}), 2).p)
CALL(wasserstein, ehs_wasserstein1(prot, ref, 0).est)
CALL(distances, ehs_distances(prot_count, ref_count, 20, 1).kl)
CALL(shrink, ehs_beta_prior_of(eb_bin, 50).alpha)
CALL(detectable, ehs_minimum_detectable(2000, 8000, .4, .8, .05).value)
CALL(shapley, ehs_shapley_air(segment, 12, work, work + 12, work + 24).after)
CALL(e_bh, (double)ehs_ebh(log_e, PS, .05, (bool[PS]){false}))
CALL(bh, (double)ehs_adjust(EHS_BH, p_value, PS, adjusted, order))
CALL(parity,
     ehs_equalized_odds(&(struct ehs_confusion){400, 100, 200, 1300}, &(struct ehs_confusion){300, 50, 80, 870}, .95)
             .est)
CALL(t_tail, ehs_t_two_sided(2.1, 57.3).p)
CALL(normal_tail, ehs_normal_two_sided(2.1).p)
CALL(chi2_tail, ehs_chi2_upper(5.1, 4).p)
CALL(beta_quantile, ehs_beta_quantile(.025, 48, 33).value)

static void welch(void)
{
	struct ehs_moments a = {800, 401230, 251230000}, b = {1200, 581234, 331234567};

	sink = ehs_smd(&a, &b, 2).p;
}

static void spearman(void)
{
	for (size_t i = 0; i < PAIRS; i++)
		pair_work[i] = pair[i];
	sink = ehs_spearman(pair_work, PAIRS, pair_scratch).est;
}

static void kendall(void)
{
	for (size_t i = 0; i < PAIRS; i++)
		pair_work[i] = pair[i];
	sink = ehs_kendall(pair_work, PAIRS, pair_scratch).est;
}

static struct ehs_regressors regressors(void)
{
	return (struct ehs_regressors){control, CELLS, CONTROLS + 1, cell_n, factor};
}

static void logistic(void)
{
	static struct ehs_logistic fit;
	struct ehs_logistic_data data = {regressors(), cell_k};

	sink = (double)ehs_logistic_fit(&data, .95, work, &fit);
}

static void gsl_clopper_pearson(void)
{
	sink = gsl_cdf_beta_Pinv(.025, 700, 1301) + gsl_cdf_beta_Pinv(.975, 701, 1300);
}

/* What a first program would do: the sum of the pmf over the whole support. */
static double gsl_fisher(struct ehs_2x2 t)
{
	unsigned n1 = (unsigned)(t.prot.x + t.ref.x), n2 = (unsigned)(t.prot.n + t.ref.n) - n1, k = (unsigned)t.prot.n;
	double seen = gsl_ran_hypergeometric_pdf((unsigned)t.prot.x, n1, n2, k), p = 0;

	for (unsigned x = k > n2 ? k - n2 : 0; x <= (k < n1 ? k : n1); x++) {
		double at = gsl_ran_hypergeometric_pdf(x, n1, n2, k);

		p += at <= seen * (1 + 1e-7) ? at : 0;
	}
	return p;
}
CALL(gsl_fisher_small, gsl_fisher(small))
CALL(gsl_fisher_large, gsl_fisher(large))
CALL(gsl_spearman, gsl_stats_spearman(pair_x, 1, pair_y, 1, PAIRS, pair_double))
CALL(gsl_t, 2 * gsl_cdf_tdist_Q(2.1, 57.3))
CALL(gsl_normal, 2 * gsl_cdf_ugaussian_Q(2.1))
CALL(gsl_chi2, gsl_cdf_chisq_Q(5.1, 4))
CALL(gsl_beta, gsl_cdf_beta_Pinv(.025, 48, 33))

static const struct {
	const char *name;
	void (*ours)(void);
	double bar_ns;
	void (*gsl)(void);
} all[] = {
	{"block log e-value", block_log_e, 200, NULL},
	{"Koopman interval, n 10,000", koopman, 4000, NULL},
	{"Koopman interval, n 140", koopman_small, 4000, NULL},
	{"Fisher, n 200,000", fisher_large, 15000, gsl_fisher_large},
	{"Fisher, n 140", fisher_small, 0, gsl_fisher_small},
	{"CMH, 16 strata", cmh, 2000, NULL},
	{"Mann-Whitney and AUC, 1024 bins", mann_whitney, 5000, NULL},
	{"logistic, 8 controls, 256 cells", logistic, 100000, NULL},
	{"Miettinen-Nurminen ratio", mn_ratio, 0, NULL},
	{"Miettinen-Nurminen difference", mn_difference, 0, NULL},
	{"Newcombe difference", newcombe, 0, NULL},
	{"Katz ratio", katz, 0, NULL},
	{"Wilson", wilson, 0, NULL},
	{"Clopper-Pearson", clopper_pearson, 0, gsl_clopper_pearson},
	{"pooled z", pooled_z, 0, NULL},
	{"odds ratio, conditional, exact", conditional_odds, 0, NULL},
	{"odds ratio, Woolf", woolf, 0, NULL},
	{"Barnard, 25 and 40", barnard, 0, NULL},
	{"Boschloo, 25 and 40", boschloo, 0, NULL},
	{"chi-square and G, 4 x 5", contingency, 0, NULL},
	{"Cochran-Armitage, 6 groups", trend, 0, NULL},
	{"Breslow-Day, 16 strata", breslow_day, 0, NULL},
	{"Welch and Hedges g, from sums", welch, 0, NULL},
	{"Kolmogorov-Smirnov, 1024 bins", ks, 0, NULL},
	{"Anderson-Darling, 1024 bins", anderson, 0, NULL},
	{"Kruskal-Wallis, 1024 bins", kruskal, 0, NULL},
	{"Wasserstein-1, 1024 bins", wasserstein, 0, NULL},
	{"nine distances, 20 bins", distances, 0, NULL},
	{"Spearman, 1000 pairs", spearman, 0, gsl_spearman},
	{"Kendall, 1000 pairs", kendall, 0, NULL},
	{"equalized odds", parity, 0, NULL},
	{"beta-binomial fit, 50 groups", shrink, 0, NULL},
	{"minimum detectable gap", detectable, 0, NULL},
	{"Shapley of AIR, 12 sources", shapley, 0, NULL},
	{"Benjamini-Hochberg, 100", bh, 0, NULL},
	{"e-BH, 100", e_bh, 0, NULL},
	{"Student's tail", t_tail, 0, gsl_t},
	{"normal tail", normal_tail, 0, gsl_normal},
	{"chi-square tail", chi2_tail, 0, gsl_chi2},
	{"beta quantile", beta_quantile, 0, gsl_beta},
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double round_ns(void (*call)(void), long times)
{
	double began = now_ns();

	for (long i = 0; i < times; i++)
		call();
	return (now_ns() - began) / (double)times;
}

/* The median of rounds, each of about ROUND_NS. */
static double cost_ns(void (*call)(void))
{
	double ns[ROUNDS], once = round_ns(call, 1);
	long times = once < ROUND_NS / 100 ? (long)(ROUND_NS / (round_ns(call, 100) + 1)) + 1 : 1;

	for (int i = 0; i < ROUNDS; i++)
		ns[i] = round_ns(call, times);
	gsl_sort(ns, 1, ROUNDS);
	return ns[ROUNDS / 2];
}

static void print_ns(double ns)
{
	if (ns > 0)
		printf("\t%.0f", ns);
	else
		printf("\t-");
}

int main(void)
{
	ehs_init();
	make_inputs();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		printf("%s", all[i].name);
		print_ns(cost_ns(all[i].ours));
		print_ns(all[i].bar_ns);
		print_ns(all[i].gsl != NULL ? cost_ns(all[i].gsl) : 0);
		printf("\n");
		fflush(stdout);
	}
	free(work);
	return 0;
}
