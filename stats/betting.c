/*
 * betting.c - see betting.h.
 */
#include "stats/betting.h"

#include <math.h>

#include "stats/sequence.h"

static const double fixed_lambda[EHS_BETTORS - 1] = {.05, .2, .8};

/* What the memory starts with: payoffs of mean 0 and this spread, weighing as much as so many pairs. */
#define PRIOR_PAIRS 20
#define PRIOR_VARIANCE .05

#define PAYOFF_MAX 1.03 /* 1.01 x 1.01, and what products lose that are cut */

static bool is_row(struct ehs_betting_row row, uint32_t unit)
{
	return (row.y == 0 || row.y == 1) &&
	       ((uint64_t)row.w_prot + row.w_ref) * 100 <= (uint64_t)unit * 101; /* sums of rounded probabilities */
}

double ehs_betting_payoff(struct ehs_betting_row i, struct ehs_betting_row j, uint32_t unit, double tau)
{
	if (!(tau > 0) || isinf(tau) || unit == 0 || !is_row(i, unit) || !is_row(j, unit))
		return NAN;
	double scale = (double)unit * (double)unit;
	double ij = (double)i.w_prot * (double)j.w_ref / scale, ji = (double)j.w_prot * (double)i.w_ref / scale;

	return ij * (i.y - tau * j.y) + ji * (j.y - tau * i.y);
}

double ehs_betting_mean_payoff(const struct ehs_betting_sums *s, uint32_t unit, double tau)
{
	if (!(tau > 0) || isinf(tau) || unit == 0 || s->n < 2 || s->wy_prot > s->w_prot || s->wy_ref > s->w_ref)
		return NAN;
	double own = (double)s->cross_y * (double)unit, pairs = (double)s->n * (double)(s->n - 1) / 2;
	double sum = (double)s->wy_prot * (double)s->w_ref - own - tau * ((double)s->w_prot * (double)s->wy_ref - own);

	double mean = sum / ((double)unit * (double)unit * pairs);
	return mean >= -tau * PAYOFF_MAX && mean <= PAYOFF_MAX ? mean : NAN;
}

enum ehs_status ehs_betting_init(struct ehs_betting *b, double tau, double half_life)
{
	*b = (struct ehs_betting){.tau = tau,
	                          .keep = exp2(-1 / half_life),
	                          .n = PRIOR_PAIRS,
	                          .sum_sq = PRIOR_PAIRS * PRIOR_VARIANCE,
	                          .peak_log_m = -INFINITY};
	for (int i = 0; i < EHS_BETTORS; i++)
		b->log_m[i] = -INFINITY;
	return tau > 0 && !isinf(tau) && half_life > 0 ? EHS_OK : EHS_INVALID;
}

/* What the four stake on the next pair; the first as a payoff of this mean and spread asks for: Kelly's, to second order. */
static void stakes(const struct ehs_betting *b, double lambda[EHS_BETTORS])
{
	double mean = b->sum / b->n;

	lambda[0] = fmin(EHS_BETTING_CAP, fmax(0, -mean / (b->sum_sq / b->n)));
	for (int i = 1; i < EHS_BETTORS; i++)
		lambda[i] = fixed_lambda[i - 1];
}

static void remember(struct ehs_betting *b, double g)
{
	b->n = b->n * b->keep + 1;
	b->sum = b->sum * b->keep + g;
	b->sum_sq = b->sum_sq * b->keep + g * g;
}

void ehs_betting_bet(struct ehs_betting *b, double g, double log_e[EHS_BETTORS])
{
	double lambda[EHS_BETTORS];

	stakes(b, lambda); /* before g is remembered: the stake must not know it */
	for (int k = 0; k < EHS_BETTORS; k++)
		log_e[k] += log1p(-lambda[k] * g);
	remember(b, g);
}

enum ehs_status ehs_betting_step(struct ehs_betting *b, struct ehs_betting_row i, struct ehs_betting_row j,
                                 uint32_t unit)
{
	double log_e[EHS_BETTORS] = {0}, g = ehs_betting_payoff(i, j, unit, b->tau);

	if (isnan(g))
		return EHS_INVALID;
	ehs_betting_bet(b, g, log_e);
	for (int k = 0; k < EHS_BETTORS; k++) {
		b->log_e[k] += log_e[k];
		b->log_m[k] = ehs_sr_step(b->log_m[k], log_e[k]);
	}
	b->pairs++;
	b->peak_log_e = fmax(b->peak_log_e, ehs_betting_log_e(b));
	b->peak_log_m = fmax(b->peak_log_m, ehs_betting_log_m(b));
	return EHS_OK;
}

/* ln of the mean of e^x. */
static double log_mean(const double x[EHS_BETTORS])
{
	double most = x[0], sum = 0;

	for (int i = 1; i < EHS_BETTORS; i++)
		most = fmax(most, x[i]);
	if (isinf(most))
		return most;
	for (int i = 0; i < EHS_BETTORS; i++)
		sum += exp(x[i] - most);
	return most + log(sum / EHS_BETTORS);
}

double ehs_betting_log_e(const struct ehs_betting *b)
{
	return log_mean(b->log_e);
}

double ehs_betting_log_m(const struct ehs_betting *b)
{
	return log_mean(b->log_m);
}
