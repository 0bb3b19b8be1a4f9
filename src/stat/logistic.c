/*
 * logistic.c - lines for stats/logistic.h.
 */
#include "stats/logistic.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

/* "y" [0 or 1], the outcome of all "weights" decisions of a row; or "k", how many of them had it. */
static uint64_t *read_outcomes(struct eh_stat_call *c, size_t rows, const uint64_t *n)
{
	bool counts = eh_stat_has(c, "k");
	struct eh_stat_counts y = eh_stat_counts(c, counts ? "k" : "y", rows, rows);

	for (size_t i = 0; i < y.n && !counts; i++) {
		if (y.at[i] > 1)
			eh_stat_refuse(c, "inputs.y[%zu] should be 0 or 1", i);
		y.at[i] = y.at[i] == 1 && n != NULL ? n[i] : y.at[i];
	}
	for (size_t i = 0; i < y.n && counts; i++)
		if (y.at[i] > (n == NULL ? 1 : n[i]))
			eh_stat_refuse(c, "inputs.k[%zu] should not be above inputs.weights[%zu]", i, i);
	return y.at;
}

static struct eh_stat_number_table read_controls(struct eh_stat_call *c, size_t rows)
{
	if (eh_stat_has(c, "control"))
		return (struct eh_stat_number_table){eh_stat_numbers(c, "control", rows, rows).at, rows, 1};
	return eh_stat_columns(c, "controls", rows, EHS_REGRESSORS_MAX - 1);
}

/* Columns: the group, then its controls. */
static struct ehs_logistic_data read_data(struct eh_stat_call *c)
{
	struct eh_stat_counts group = eh_stat_counts(c, "group", 1, EH_STAT_LEN_MAX), n = {NULL, 0};

	if (eh_stat_has(c, "weights"))
		n = eh_stat_counts(c, "weights", group.n, group.n);
	const uint64_t *k = read_outcomes(c, group.n, eh_stat_refused(c) ? NULL : n.at);
	struct eh_stat_number_table controls = read_controls(c, group.n);
	if (eh_stat_refused(c))
		return (struct ehs_logistic_data){0};
	size_t columns = 1 + controls.cols;
	double *x = eh_arena_zalloc(c->arena, group.n * columns, sizeof *x);
	unsigned *factor = eh_arena_zalloc(c->arena, columns, sizeof *factor);
	factor[0] = 1;
	for (size_t i = 0; i < group.n; i++) {
		if (group.at[i] > 1)
			eh_stat_refuse(c, "inputs.group[%zu] should be 0 or 1", i);
		x[i * columns] = (double)group.at[i];
		for (size_t j = 1; j < columns; j++)
			x[i * columns + j] = controls.at[i * controls.cols + j - 1];
	}
	return (struct ehs_logistic_data){{x, group.n, columns, n.at, factor}, k};
}

static void put_terms(struct eh_stat_call *c, const struct ehs_logistic *fit)
{
	double value[5][EHS_TERMS_MAX];
	static const char *const key[] = {"beta", "se", "z", "p", "log10_p"};

	for (size_t j = 0; j < fit->terms; j++) {
		const struct ehs_result *r = &fit->coef[j];
		double of[] = {r->est, r->se, r->stat, r->p, r->log10_p};

		for (size_t i = 0; i < 5; i++)
			value[i][j] = of[i];
	}
	for (size_t i = 0; i < 5; i++)
		eh_stat_put_numbers(c, key[i], value[i], fit->terms);
}

static void conditional_effect(struct eh_stat_call *c)
{
	static const char *const penalty[] = {"where_separated", "always", NULL};
	struct ehs_logistic_data data = read_data(c);
	double conf = eh_stat_conf(c);
	bool group[EHS_REGRESSORS_MAX] = {true}, always = eh_stat_word(c, "penalty", penalty) == 1;

	if (eh_stat_refused(c))
		return;
	struct ehs_logistic *fit = eh_arena_zalloc(c->arena, 1, sizeof *fit);
	size_t doubles = ehs_logistic_doubles(data.r.rows, data.r.columns);
	double *work = eh_arena_zalloc(c->arena, doubles, sizeof *work);
	enum ehs_status status = (always ? ehs_logistic_firth : ehs_logistic_fit)(&data, conf, work, fit);
	bool apart = status == EHS_SEPARATION || status == EHS_ILL_CONDITIONED;
	eh_stat_status(c, status, apart ? "separation_or_rank_deficient" : NULL);
	if (apart)
		eh_stat_put_text(c, "why", ehs_status_name(status));
	if (fit->column != EHS_NO_COLUMN && apart)
		eh_stat_put_count(c, "column", fit->column);
	put_terms(c, fit);
	eh_stat_put(c, "loglik", fit->loglik);
	eh_stat_put(c, "deviance", fit->deviance);
	struct ehs_result lr = ehs_logistic_lr(&data, fit, group), ame = ehs_logistic_effect(&data, fit, 0, conf);
	struct ehs_result odds = ehs_odds_ratio_of(fit->coef[1]);
	eh_stat_put(c, "lr_stat", lr.stat);
	eh_stat_put(c, "lr_p", lr.p);
	eh_stat_put(c, "lr_log10_p", lr.log10_p);
	eh_stat_put(c, "ame", ame.est);
	eh_stat_put(c, "ame_se", ame.se);
	eh_stat_put(c, "odds_ratio", odds.est);
	eh_stat_put(c, "or_lo", odds.lo);
	eh_stat_put(c, "or_hi", odds.hi);
	if (!isnan(fit->penalized)) {
		struct ehs_result profile = ehs_odds_ratio_of(ehs_logistic_profile(&data, fit, 0, conf));

		eh_stat_put(c, "profile_or_lo", profile.lo);
		eh_stat_put(c, "profile_or_hi", profile.hi);
	}
	eh_stat_put_text(c, "method", fit->coef[1].method);
	eh_stat_put_flags(c, fit->flags);
}

const struct eh_stat_test eh_stat_logistic_tests[] = {
	{"logistic_conditional_effect",
         "group [0 or 1], control [numbers] or controls [[numbers] a column], y [0 or 1] or k [counts], weights "
         "[counts]; penalty \"where_separated\" or \"always\" (Firth's), conf .95",
         "beta, se, z, p, log10_p (intercept, group, controls), loglik, deviance, lr_stat, lr_p, lr_log10_p, ame, "
         "ame_se, "
         "odds_ratio, or_lo, or_hi, profile_or_lo, profile_or_hi (where penalised), method, flags, why, column",
         conditional_effect},
	{0},
};
