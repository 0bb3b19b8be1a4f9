/*
 * audit_amounts.c - decisions that are numbers: does a group pay more than others who are alike, and did it cost more?
 *
 * Gaps by least squares in the amount's units, and of its logarithm in per cent, alone and with the map's controls;
 * actual over expected, and losses over the amount, by group.
 */
#include <math.h>

#include "base/fixed.h"
#include "report/audit_design.h"
#include "report/audit_numbers.h"
#include "report/audit_part.h"
#include "stats/actual.h"
#include "stats/least_squares.h"

#define CONF 0.95
#define LEVEL 0.05
#define LINE_PERCENT 5.0 /* of Colorado's draft of 2023, which was not adopted */

/* ---- gaps -------------------------------------------------------------------------------- */

/* Rows that the model may use: with the amount, and for a logarithm above 0.  `also` NULL: all. */
static uint8_t *usable_rows(const struct eh_audit *audit, const struct eh_numbers *amount, bool logs,
                            const uint8_t *also)
{
	uint8_t *use = eh_arena_zalloc(audit->arena, audit->columns->rows + 1, sizeof *use);

	for (size_t i = 0; i < audit->columns->rows; i++)
		use[i] = amount->q[i] != EH_COLUMNS_NO_NUMBER && (!logs || amount->q[i] > 0) &&
		         (also == NULL || also[i]);
	return use;
}

struct ehs_least_squares *eh_audit_amount_fit(const struct eh_audit *audit, size_t attribute,
                                              const struct eh_numbers *amount, bool logs,
                                              struct eh_audit_controls controls, const uint8_t *also,
                                              struct eh_audit_design **design)
{
	struct eh_audit_design *d = eh_audit_design(audit, attribute, controls, usable_rows(audit, amount, logs, also));
	struct ehs_least_squares *fit = eh_arena_zalloc(audit->arena, 1, sizeof *fit);

	*design = d;
	fit->status = EHS_INVALID;
	if (d->too_many)
		return fit;
	double *y = eh_arena_zalloc(audit->arena, d->r.rows + 1, sizeof *y);
	for (size_t i = 0; i < d->r.rows; i++) {
		double value = eh_fixed_to_double(amount->q[d->row[i]], amount->scale);

		y[i] = logs ? log(value) : value;
	}
	size_t doubles = ehs_least_squares_doubles(d->r.rows, d->r.columns);
	double *work = eh_arena_zalloc(audit->arena, doubles + 1, sizeof *work);
	struct ehs_amount_data data = {d->r, y};
	while (ehs_least_squares_fit(&data, CONF, work, fit) == EHS_ILL_CONDITIONED && fit->column != EHS_NO_COLUMN) {
		eh_audit_design_drop(d, fit->column, "the other terms say the same, or it never varies");
		data.r = d->r;
	}
	return fit;
}

/* The ladder of Colorado's draft: significant, and 5 % or more; each said apart. */
static const char *verdict_of(const struct ehs_result *log_gap, double percent)
{
	bool statistical = log_gap->p < LEVEL, practical = fabs(percent) >= LINE_PERCENT;

	if (isnan(log_gap->p))
		return "not_enough_data";
	return statistical ? practical ? "both" : "statistical" : practical ? "practical" : "none";
}

static json_t *gap_json(const struct ehs_result *r, double se_classical, bool logs)
{
	json_t *out = json_object();
	struct ehs_result percent = ehs_percent_of_log(*r);

	eh_audit_put(out, logs ? "log_gap" : "gap", eh_audit_number(r->est));
	eh_audit_put(out, "se", eh_audit_number(r->se));
	eh_audit_put(out, "se_classical", eh_audit_number(se_classical));
	eh_audit_put(out, "lo", eh_audit_number(r->lo));
	eh_audit_put(out, "hi", eh_audit_number(r->hi));
	eh_audit_put(out, "t", eh_audit_number(r->stat));
	eh_audit_put(out, "df", isfinite(r->df) ? json_integer((json_int_t)r->df) : json_null());
	eh_audit_put(out, "p", eh_audit_number(r->p));
	eh_audit_put(out, "log10_p", eh_audit_number(r->log10_p));
	if (!logs)
		return out;
	eh_audit_put(out, "percent", eh_audit_number(percent.est));
	eh_audit_put(out, "percent_lo", eh_audit_number(percent.lo));
	eh_audit_put(out, "percent_hi", eh_audit_number(percent.hi));
	eh_audit_put(out, "line_percent", json_real(LINE_PERCENT));
	eh_audit_put(out, "verdict", json_string(verdict_of(r, percent.est)));
	return out;
}

static json_t *model_json(const struct eh_audit *audit, size_t attribute, const struct eh_numbers *amount, bool logs,
                          struct eh_audit_controls controls)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	struct eh_audit_design *d;
	const struct ehs_least_squares *fit = eh_audit_amount_fit(&here, attribute, amount, logs, controls, NULL, &d);
	json_t *out = json_object(), *groups = json_object();

	eh_audit_put(out, "controls", eh_audit_control_names(audit, attribute, controls));
	eh_audit_put(out, "n", eh_audit_count(d->r.rows));
	eh_audit_put(out, "n_without_a_control", eh_audit_count(d->listwise));
	eh_audit_put(out, "status", json_string(d->too_many ? "too_many_terms" : ehs_status_name(fit->status)));
	eh_audit_put(out, "dropped", eh_audit_design_dropped(d));
	eh_audit_put(out, "method", json_string("least_squares_hc1"));
	for (size_t t = 0; t < d->term_n && !d->too_many; t++) {
		size_t column = eh_audit_design_group(d, d->term[t].group);
		struct ehs_result none = ehs_result_none(EHS_UNDEFINED, NULL);

		if (d->term[t].group < 0)
			continue;
		bool there = column != EHS_NO_COLUMN;
		eh_audit_put(groups, d->term[t].name,
		             gap_json(there ? &fit->coef[column + 1] : &none,
		                      there ? fit->se_classical[column + 1] : (double)NAN, logs));
	}
	eh_audit_put(out, "groups", groups);
	eh_audit_put(out, "r_squared", eh_audit_number(d->too_many ? NAN : fit->r_squared));
	return out;
}

static json_t *models_json(const struct eh_audit *audit, size_t attribute, const struct eh_numbers *amount, bool logs)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out = json_object();
	size_t not_positive = 0;

	for (size_t i = 0; i < a->n; i++)
		not_positive += amount->q[a->row[i]] <= 0 && amount->q[a->row[i]] != EH_COLUMNS_NO_NUMBER;
	if (logs)
		eh_audit_put(out, "n_not_positive", eh_audit_count(not_positive));
	eh_audit_put(out, "unadjusted", model_json(audit, attribute, amount, logs, eh_audit_no_controls()));
	eh_audit_put(out, "adjusted",
	             model_json(audit, attribute, amount, logs, eh_audit_all_controls(audit, attribute)));
	return out;
}

/* ---- what came --------------------------------------------------------------------------- */

/* actual/base of each group, over the rows that have both. */
static struct ehs_ratio_sums *sum_ratios(const struct eh_audit *audit, const struct eh_audit_attribute *a,
                                         const struct eh_numbers *actual, const struct eh_numbers *base)
{
	struct ehs_ratio_sums *sums = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *sums);

	for (size_t i = 0; i < a->n; i++) {
		int64_t x = actual->q[a->row[i]], y = base->q[a->row[i]];

		if (x != EH_COLUMNS_NO_NUMBER && y != EH_COLUMNS_NO_NUMBER)
			EH_ASSERT(ehs_ratio_add(&sums[a->levels->code[a->row[i]]], x, y) == EHS_OK);
	}
	return sums;
}

static json_t *ratio_json(const struct ehs_result *r)
{
	json_t *out = json_object();

	eh_audit_put(out, "value", eh_audit_number(r->est));
	eh_audit_put(out, "se", eh_audit_number(r->se));
	eh_audit_put(out, "lo", eh_audit_number(r->lo));
	eh_audit_put(out, "hi", eh_audit_number(r->hi));
	eh_audit_put(out, "p", eh_audit_number(r->p));
	eh_audit_put(out, "status", json_string(ehs_status_name(r->status)));
	return out;
}

/* `key` under each group and each pair; `base_key` names the sum below the line. */
static void put_ratios(const struct eh_audit *audit, size_t attribute, const struct eh_numbers *actual,
                       const struct eh_numbers *base, const char *key, const char *base_key, double against,
                       json_t *groups, json_t *pairs)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const struct ehs_ratio_sums *sums = sum_ratios(audit, a, actual, base);
	struct ehs_result ref = ehs_result_none(EHS_EMPTY_GROUP, NULL);
	double unit = pow(10, actual->scale);

	if (a->reference >= 0)
		ref = ehs_actual_amount(&sums[a->reference], 1, against, CONF);
	for (size_t g = 0; g < a->levels->n; g++) {
		struct ehs_result of = ehs_actual_amount(&sums[g], 1, against, CONF);
		json_t *one = ratio_json(&of);

		eh_audit_put(one, "n", eh_audit_count(sums[g].n));
		eh_audit_put(one, "actual", eh_audit_number((double)sums[g].a / unit));
		eh_audit_put(one, base_key, eh_audit_number((double)sums[g].b / unit));
		eh_audit_put(json_object_get(groups, a->levels->text[g].at), key, one);
		if ((int)g == a->reference || a->reference < 0)
			continue;
		struct ehs_result gap = ehs_actual_amount_gap(of, ref, CONF);
		eh_audit_put(json_object_get(pairs, a->levels->text[g].at), key, ratio_json(&gap));
	}
}

static json_t *amount_json(const struct eh_audit *audit, size_t attribute, const struct eh_columns_amount *amount)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct eh_audit_by_group by = eh_audit_by_group(&here, attribute, amount->amount.q);
	json_t *out = json_object(), *groups = json_object(), *pairs = json_object();

	eh_audit_put(out, "n", eh_audit_count(by.n));
	eh_audit_put(out, "n_missing", eh_audit_count(a->n - by.n));
	eh_audit_put(out, "groups", groups);
	eh_audit_put(out, "pairs", pairs);
	for (size_t g = 0; g < a->levels->n; g++) {
		json_t *of = json_object();

		eh_audit_put_mean(of, &by, g, amount->amount.scale);
		eh_audit_put_text(groups, a->levels->text[g], of);
		if ((int)g != a->reference && a->reference >= 0)
			eh_audit_put_text(pairs, a->levels->text[g], json_object());
	}
	if (amount->actual.q != NULL && amount->expected.q != NULL)
		put_ratios(audit, attribute, &amount->actual, &amount->expected, "actual_expected", "expected", 1,
		           groups, pairs);
	if (amount->actual.q != NULL)
		put_ratios(audit, attribute, &amount->actual, &amount->amount, "loss_ratio", "amount", NAN, groups,
		           pairs);
	if (a->reference < 0)
		return out;
	eh_audit_put(out, "mean_gap", models_json(audit, attribute, &amount->amount, false));
	eh_audit_put(out, "log_gap", models_json(audit, attribute, &amount->amount, true));
	return out;
}

json_t *eh_audit_amounts(const struct eh_audit *audit, size_t attribute)
{
	json_t *out = json_object();

	for (size_t i = 0; i < audit->map->amounts_n; i++)
		eh_audit_put(out, audit->map->amounts[i].name,
		             amount_json(audit, attribute, &audit->columns->amounts[i]));
	if (audit->map->amounts_n > 0)
		return out;
	json_decref(out);
	return NULL;
}
