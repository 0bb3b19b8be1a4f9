/*
 * logistic_effect.c - what a coefficient means in decisions; see logistic.h.
 */
#include <math.h>
#include <string.h>

#include "stats/logistic.h"

static double dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t j = 0; j < n; j++)
		sum += a[j] * b[j];
	return sum;
}

/* A row as if its decision were in the group of `term` (at 1) or in the reference group (at 0). */
static void pose(const struct ehs_logistic_data *data, const struct ehs_scaled *s, size_t row, size_t term, double at,
                 double *z)
{
	unsigned factor = data->r.factor[term - 1];

	memcpy(z, s->z + row * s->terms, s->terms * sizeof *z);
	for (size_t j = 1; j < s->terms; j++)
		if (data->r.factor[j - 1] == factor)
			z[j] = ehs_scaled_value(s, j, j == term ? at : 0);
}

static double chance(double eta)
{
	return eta > 0 ? 1 / (1 + exp(-eta)) : exp(eta) / (1 + exp(eta));
}

struct slope {
	double effect, gradient[EHS_TERMS_MAX];
};

static void add_discrete(const struct ehs_logistic_data *data, const struct ehs_logistic *fit, size_t row, size_t term,
                         double share, struct slope *sum)
{
	size_t terms = fit->scaled.terms;
	double one[EHS_TERMS_MAX], none[EHS_TERMS_MAX];

	pose(data, &fit->scaled, row, term, 1, one);
	pose(data, &fit->scaled, row, term, 0, none);
	double eta1 = dot(one, fit->beta, terms), eta0 = dot(none, fit->beta, terms);
	double w1 = chance(eta1) * chance(-eta1), w0 = chance(eta0) * chance(-eta0);
	sum->effect += share * (chance(eta1) - chance(eta0));
	for (size_t j = 0; j < terms; j++)
		sum->gradient[j] += share * (w1 * one[j] - w0 * none[j]);
}

/* Per unit of the scaled column: the caller divides. */
static void add_continuous(const struct ehs_logistic *fit, size_t row, size_t term, double share, struct slope *sum)
{
	size_t terms = fit->scaled.terms;
	const double *z = fit->scaled.z + row * terms;
	double eta = dot(z, fit->beta, terms), w = chance(eta) * chance(-eta);

	sum->effect += share * fit->beta[term] * w;
	sum->gradient[term] += share * w;
	for (size_t j = 0; j < terms; j++)
		sum->gradient[j] += share * fit->beta[term] * w * -tanh(eta / 2) * z[j];
}

struct ehs_result ehs_logistic_effect(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                      size_t column, double conf)
{
	struct ehs_result r = ehs_result_none(fit->status, "average_marginal_effect");
	size_t term = column + 1;
	struct slope sum = {0};

	if (column >= data->r.columns || !(conf > 0 && conf < 1)) {
		r.status = EHS_INVALID;
		return r;
	}
	if (isnan(fit->loglik))
		return r;
	bool discrete = data->r.factor != NULL && data->r.factor[column] != 0;
	for (size_t i = 0; i < fit->scaled.rows; i++) {
		double share = (data->r.n == NULL ? 1 : (double)data->r.n[i]) / fit->scaled.n;

		if (discrete)
			add_discrete(data, fit, i, term, share, &sum);
		else
			add_continuous(fit, i, term, share, &sum);
	}
	double unit = discrete ? 1 : fit->scaled.scale[term];
	r.est = sum.effect / unit;
	r.se = sqrt(ehs_contrast_variance(fit->factor, fit->terms, sum.gradient)) / unit;
	r.n[0] = fit->n;
	r.n[1] = fit->k;
	r.flags = fit->flags;
	ehs_wald(&r, conf, INFINITY);
	return r;
}

struct ehs_result ehs_odds_ratio_of(struct ehs_result coef)
{
	coef.est = exp(coef.est);
	coef.lo = exp(coef.lo);
	coef.hi = exp(coef.hi);
	return coef;
}
