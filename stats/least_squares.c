/*
 * least_squares.c - see least_squares.h.
 */
#include "stats/least_squares.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A residual this small against the spread of y is rounding. */
#define EXACT 1e-13

size_t ehs_least_squares_doubles(size_t rows, size_t columns)
{
	size_t terms = columns + 1;

	return ehs_regressors_doubles(rows, columns) + 2 * rows + 2 * terms * terms;
}

/* What a fit works on: y centred and scaled, residuals, and two small matrices. */
struct least {
	const struct ehs_scaled *s;
	double *residual, *weight, *factor, *meat;
	double beta[EHS_TERMS_MAX];
	double mean, scale; /* of y */
	double spread;      /* sum of squares of the scaled y */
};

static bool measure_y(const double *y, struct least *t)
{
	double sum = 0, rest = 0, largest = 0;
	size_t rows = t->s->rows;

	for (size_t i = 0; i < rows; i++) {
		if (!isfinite(y[i]))
			return false;
		largest = fmax(largest, fabs(y[i]));
	}
	t->scale = largest > 0 ? ldexp(1, ilogb(largest)) : 1;
	for (size_t i = 0; i < rows; i++)
		sum += y[i] / t->scale;
	double first = sum / (double)rows;
	for (size_t i = 0; i < rows; i++)
		rest += y[i] / t->scale - first;
	t->mean = first + rest / (double)rows;
	t->spread = 0;
	for (size_t i = 0; i < rows; i++) {
		t->residual[i] = y[i] / t->scale - t->mean;
		t->spread += t->residual[i] * t->residual[i];
	}
	return true;
}

static double fitted(const struct least *t, size_t row, const double *beta)
{
	double sum = 0;

	for (size_t j = 0; j < t->s->terms; j++)
		sum += t->s->z[row * t->s->terms + j] * beta[j];
	return sum;
}

/* Normal equations of columns that have mean 0 and deviation 1; the second round mends what rounding left. */
static void solve(struct least *t)
{
	size_t terms = t->s->terms;

	memset(t->beta, 0, sizeof t->beta);
	for (int round = 0; round < 3; round++) {
		double step[EHS_TERMS_MAX] = {0};

		for (size_t i = 0; i < t->s->rows; i++)
			for (size_t j = 0; j < terms; j++)
				step[j] += t->s->z[i * terms + j] * t->residual[i];
		ehs_cholesky_solve(t->factor, terms, step);
		for (size_t i = 0; i < t->s->rows; i++)
			t->residual[i] -= fitted(t, i, step);
		for (size_t j = 0; j < terms; j++)
			t->beta[j] += step[j];
	}
}

/* sqrt(c' (Z'Z)^-1 M (Z'Z)^-1 c), M the sum of e^2 z z'. */
static double robust_se(const struct least *t, const double *contrast)
{
	size_t terms = t->s->terms;
	double v[EHS_TERMS_MAX], sum = 0;

	memcpy(v, contrast, terms * sizeof *v);
	ehs_cholesky_solve(t->factor, terms, v);
	for (size_t j = 0; j < terms; j++)
		for (size_t k = 0; k < terms; k++)
			sum += v[j] * v[k] * t->meat[j >= k ? j * terms + k : k * terms + j];
	return sqrt(fmax(0, sum));
}

static void add_meat(struct least *t)
{
	static const double none[EHS_TERMS_MAX];
	size_t terms = t->s->terms;

	for (size_t i = 0; i < t->s->rows; i++)
		t->weight[i] = t->residual[i] * t->residual[i];
	memset(t->meat, 0, terms * terms * sizeof *t->meat);
	ehs_add_squares(t->meat, terms, terms, t->s, t->weight, none, 0);
}

/* The coefficient's combination of the scaled terms, but for its own scale; for the intercept the means are taken off. */
static void contrast_of(const struct ehs_scaled *s, size_t term, double *contrast)
{
	memset(contrast, 0, s->terms * sizeof *contrast);
	contrast[term] = 1;
	for (size_t j = 1; term == 0 && j < s->terms; j++)
		contrast[j] = -(s->mean[j] + s->rest[j]) / s->scale[j];
}

static void report(struct least *t, double conf, struct ehs_least_squares *out)
{
	size_t terms = t->s->terms;
	double squares = 0, n = (double)t->s->rows, df = n - (double)terms, contrast[EHS_TERMS_MAX];

	for (size_t i = 0; i < t->s->rows; i++)
		squares += t->residual[i] * t->residual[i];
	bool exact = squares <= t->spread * EXACT * EXACT;
	double sigma = sqrt(squares / df), hc1 = sqrt(n / df);
	out->status = exact ? EHS_ZERO_VARIANCE : EHS_OK;
	out->sigma = sigma * t->scale;
	out->r_squared = t->spread > 0 ? 1 - squares / t->spread : NAN;
	for (size_t j = 0; j < terms; j++) {
		struct ehs_result *r = &out->coef[j];
		double sum = 0, unit = t->scale / t->s->scale[j];

		contrast_of(t->s, j, contrast);
		for (size_t k = 0; k < terms; k++)
			sum += contrast[k] * t->beta[k];
		*r = ehs_result_none(out->status, "ols_hc1");
		r->est = (sum + (j == 0 ? t->mean : 0)) * unit;
		r->se = robust_se(t, contrast) * hc1 * unit;
		r->n[0] = out->n;
		out->se_classical[j] = sqrt(ehs_contrast_variance(t->factor, terms, contrast)) * sigma * unit;
		if (!exact)
			ehs_wald(r, conf, df);
	}
}

static enum ehs_status nothing(struct ehs_least_squares *out, enum ehs_status status)
{
	out->status = status;
	out->sigma = out->r_squared = NAN;
	for (size_t j = 0; j < EHS_TERMS_MAX; j++) {
		out->coef[j] = ehs_result_none(status, "ols_hc1");
		out->se_classical[j] = NAN;
	}
	return status;
}

enum ehs_status ehs_least_squares_fit(const struct ehs_amount_data *data, double conf, double *work,
                                      struct ehs_least_squares *out)
{
	size_t rows = data->r.rows, terms = data->r.columns + 1;
	struct ehs_scaled s;

	memset(out, 0, sizeof *out);
	out->terms = terms;
	out->n = rows;
	out->column = EHS_NO_COLUMN;
	if (!(conf > 0 && conf < 1) || data->r.n != NULL || data->r.columns > EHS_REGRESSORS_MAX)
		return nothing(out, EHS_INVALID);
	if (rows == 0)
		return nothing(out, EHS_EMPTY_GROUP);
	enum ehs_status status = ehs_regressors_scale(&data->r, work, &s, &out->column);
	if (status != EHS_OK)
		return nothing(out, status);
	struct least t = {.s = &s, .residual = work + ehs_regressors_doubles(rows, data->r.columns)};
	t.weight = t.residual + rows;
	t.factor = t.weight + rows;
	t.meat = t.factor + terms * terms;
	if (!measure_y(data->y, &t))
		return nothing(out, EHS_INVALID);
	static const double none[EHS_TERMS_MAX];
	memset(t.factor, 0, terms * terms * sizeof *t.factor);
	ehs_add_squares(t.factor, terms, terms, &s, s.weight, none, 0);
	if (ehs_cholesky(t.factor, terms, terms, EHS_COLLINEAR / 2) < terms)
		return nothing(out, EHS_ILL_CONDITIONED);
	solve(&t);
	add_meat(&t);
	report(&t, conf, out);
	for (size_t j = 0; j < terms; j++)
		if (!isfinite(out->coef[j].est) || !isfinite(out->coef[j].se) || !isfinite(out->se_classical[j]))
			return nothing(out, EHS_OVERFLOW);
	return out->status;
}

struct ehs_result ehs_percent_of_log(struct ehs_result coef)
{
	coef.est = 100 * expm1(coef.est);
	coef.lo = 100 * expm1(coef.lo);
	coef.hi = 100 * expm1(coef.hi);
	coef.se = NAN;
	return coef;
}
