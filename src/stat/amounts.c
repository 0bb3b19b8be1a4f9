/*
 * amounts.c - lines for stats/least_squares.h and stats/actual.h.
 */
#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"
#include "stats/actual.h"
#include "stats/least_squares.h"

/* ---- gaps in amounts ------------------------------------------------------------------ */

/* Columns: the group, then its controls. */
static struct ehs_amount_data read_amounts(struct eh_stat_call *c)
{
	struct eh_stat_counts group = eh_stat_counts(c, "group", 1, EH_STAT_LEN_MAX);
	struct eh_stat_numbers y = eh_stat_numbers(c, "y", group.n, group.n);
	struct eh_stat_number_table controls = eh_stat_columns(c, "controls", group.n, EHS_REGRESSORS_MAX - 1);

	if (eh_stat_refused(c))
		return (struct ehs_amount_data){0};
	size_t columns = 1 + controls.cols;
	double *x = eh_arena_zalloc(c->arena, group.n * columns, sizeof *x);
	for (size_t i = 0; i < group.n; i++) {
		if (group.at[i] > 1)
			eh_stat_refuse(c, "inputs.group[%zu] should be 0 or 1", i);
		x[i * columns] = (double)group.at[i];
		for (size_t j = 1; j < columns; j++)
			x[i * columns + j] = controls.at[i * controls.cols + j - 1];
	}
	return (struct ehs_amount_data){{x, group.n, columns, NULL, NULL}, y.at};
}

static bool take_logs(struct eh_stat_call *c, const struct ehs_amount_data *data)
{
	static const char *const kinds[] = {"mean", "log", NULL};
	double *y = eh_arena_zalloc(c->arena, data->r.rows + 1, sizeof *y);

	if (eh_stat_word(c, "of", kinds) == 0)
		return false;
	for (size_t i = 0; i < data->r.rows; i++) {
		if (!(data->y[i] > 0))
			eh_stat_refuse(c, "inputs.y[%zu] should be above 0, as its logarithm is asked for", i);
		y[i] = log(data->y[i]);
	}
	for (size_t i = 0; i < data->r.rows; i++)
		((double *)(uintptr_t)data->y)[i] = y[i]; /* arrays are ours to write to */
	return true;
}

static void put_terms(struct eh_stat_call *c, const struct ehs_least_squares *fit)
{
	static const char *const keys[] = {"beta", "se_hc1", "t", "p", "log10_p"};
	double value[5][EHS_TERMS_MAX];

	for (size_t j = 0; j < fit->terms; j++) {
		const struct ehs_result *r = &fit->coef[j];
		double of[] = {r->est, r->se, r->stat, r->p, r->log10_p};

		for (size_t i = 0; i < 5; i++)
			value[i][j] = of[i];
	}
	for (size_t i = 0; i < 5; i++)
		eh_stat_put_numbers(c, keys[i], value[i], fit->terms);
	eh_stat_put_numbers(c, "se", fit->se_classical, fit->terms);
}

static void amount_gap(struct eh_stat_call *c)
{
	struct ehs_amount_data data = read_amounts(c);
	double conf = eh_stat_conf(c);
	bool logs = !eh_stat_refused(c) && take_logs(c, &data);

	if (eh_stat_refused(c))
		return;
	struct ehs_least_squares *fit = eh_arena_zalloc(c->arena, 1, sizeof *fit);
	double *work = eh_arena_zalloc(c->arena, ehs_least_squares_doubles(data.r.rows, data.r.columns), sizeof *work);
	eh_stat_status(c, ehs_least_squares_fit(&data, conf, work, fit), NULL);
	if (fit->column != EHS_NO_COLUMN)
		eh_stat_put_count(c, "column", fit->column);
	put_terms(c, fit);
	eh_stat_put(c, "lo", fit->coef[1].lo);
	eh_stat_put(c, "hi", fit->coef[1].hi);
	eh_stat_put(c, "df", fit->coef[1].df);
	eh_stat_put(c, "sigma", fit->sigma);
	eh_stat_put(c, "r_squared", fit->r_squared);
	if (!logs)
		return;
	struct ehs_result percent = ehs_percent_of_log(fit->coef[1]);
	eh_stat_put(c, "percent", percent.est);
	eh_stat_put(c, "percent_lo", percent.lo);
	eh_stat_put(c, "percent_hi", percent.hi);
}

/* ---- actual over expected --------------------------------------------------------------- */

static void put_ratio(struct eh_stat_call *c, struct ehs_result r)
{
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void count_gap(struct eh_stat_call *c)
{
	uint64_t count1 = eh_stat_count(c, "observed_protected"), count0 = eh_stat_count(c, "observed_reference");
	double expected1 = eh_stat_number(c, "expected_protected"), expected0 = eh_stat_number(c, "expected_reference");
	double conf = eh_stat_conf(c);

	if (!eh_stat_refused(c))
		put_ratio(c, ehs_actual_count_gap(count1, expected1, count0, expected0, conf));
}

/* Losses and a base (expected losses, premium) of a group, row by row. */
static void amount_ratio(struct eh_stat_call *c)
{
	static const char *const keys[] = {"actual", "expected", NULL};
	struct eh_stat_fixed of[2];
	struct ehs_ratio_sums sums = {0};
	bool rounded = false;
	double conf = eh_stat_conf(c), against = eh_stat_number_or(c, "against", 1);

	(void)eh_stat_fixed(c, keys, of, &rounded); /* one scale for both: it leaves the ratio */
	eh_stat_same_length(c, "actual", of[0].n, "expected", of[1].n);
	if (eh_stat_refused(c))
		return;
	for (size_t i = 0; i < of[0].n; i++)
		if (ehs_ratio_add(&sums, of[0].q[i], of[1].q[i]) != EHS_OK) {
			eh_stat_status(c, EHS_OVERFLOW, NULL);
			return;
		}
	put_ratio(c, ehs_actual_amount(&sums, 1, against, conf));
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

const struct eh_stat_test eh_stat_amounts_tests[] = {
	{"amount_gap", "group [0 or 1], y [numbers], controls [[numbers] a column]; of \"mean\" or \"log\", conf .95",
         "beta, se_hc1, t, p, log10_p, se (intercept, group, controls), lo, hi, df (of the group), sigma, r_squared, "
         "percent, "
         "percent_lo, percent_hi, column",
         amount_gap},
	{"actual_expected_count_ratio",
         "observed_protected, expected_protected, observed_reference, expected_reference; conf .95",
         "est, lo, hi, conf, p, log10_p, n, method", count_gap},
	{"actual_expected_amount", "actual [numbers], expected [numbers]; against 1, conf .95",
         "est, se, lo, hi, conf, stat, p, log10_p, n, method, flags, rounded", amount_ratio},
	{0},
};
