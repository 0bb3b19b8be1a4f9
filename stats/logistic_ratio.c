/*
 * logistic_ratio.c - what the likelihood loses without a term, or with a term held elsewhere; see logistic.h.
 */
#include <math.h>

#include "stats/logistic_part.h"
#include "stats/root.h"
#include "stats/tail.h"

struct ehs_result ehs_logistic_lr(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                  const bool *without)
{
	bool penalized = (fit->flags & EHS_FLAG_PENALIZED) != 0;
	struct ehs_result r =
		ehs_result_none(fit->status, penalized ? "penalized_likelihood_ratio" : "likelihood_ratio");

	if (isnan(fit->loglik))
		return r;
	struct ehs_newton t = ehs_logistic_ready(data, fit, penalized, without);
	r.n[0] = fit->n;
	r.n[1] = fit->k;
	r.flags = fit->flags;
	r.df = (double)(fit->terms - t.free_n);
	enum ehs_status reached = ehs_logistic_climb(&t);
	/* Terms that are left may part the outcomes only where all of them do: their supremum is reached in the limit. */
	if (reached != EHS_OK) {
		r.status = reached;
		return r;
	}
	r.stat = fmax(0, 2 * ((penalized ? fit->penalized : fit->loglik) - t.target));
	if (r.df > 0) {
		struct ehs_tail tail = ehs_chi2_upper(r.stat, r.df);

		r.p = tail.p;
		r.log10_p = ehs_log10_of(tail);
	} else {
		r.status = EHS_DEGENERATE;
	}
	return r;
}

/* The profile of one coefficient. */
struct profile {
	const struct ehs_logistic_data *data;
	const struct ehs_logistic *fit;
	bool without[EHS_REGRESSORS_MAX];
	size_t term;
	double best, half_drop; /* the likelihood at the optimum, and half the quantile that it may lose */
	double side;            /* 1: the upper limit, -1: the lower */
};

/* At a scaled coefficient `at` further out than the estimate: positive while the loss is still small. */
static double falling(double at, const void *context)
{
	const struct profile *p = context;
	struct ehs_newton t =
		ehs_logistic_ready(p->data, p->fit, (p->fit->flags & EHS_FLAG_PENALIZED) != 0, p->without);

	t.held = p->term;
	t.value = p->fit->beta[p->term] + p->side * at;
	if (ehs_logistic_climb(&t) != EHS_OK)
		return NAN;
	return p->half_drop - (p->best - t.target);
}

static double limit_of(const struct profile *p, double step)
{
	struct ehs_value at = ehs_root_falling(falling, p, step, step, EHS_PROFILE_MAX * step);
	double scaled = p->fit->beta[p->term] + p->side * at.value;

	return at.status == EHS_OK ? scaled / p->fit->scaled.scale[p->term] : (double)NAN;
}

struct ehs_result ehs_logistic_profile(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                       size_t column, double conf)
{
	struct profile p = {.data = data, .fit = fit, .term = column + 1};
	bool penalized = (fit->flags & EHS_FLAG_PENALIZED) != 0;
	struct ehs_result r = ehs_result_none(EHS_INVALID, penalized ? "penalized_profile" : "profile");
	double z = ehs_z_of(conf);

	if (column >= data->r.columns || isnan(z))
		return r;
	r = fit->coef[p.term];
	r.method = penalized ? "penalized_profile" : "profile";
	r.lo = r.hi = NAN;
	r.conf = conf;
	if (isnan(fit->loglik))
		return r;
	p.without[column] = true;
	p.best = penalized ? fit->penalized : fit->loglik;
	p.half_drop = z * z / 2;
	double step = r.se * fit->scaled.scale[p.term];
	p.side = -1;
	r.lo = limit_of(&p, step);
	p.side = 1;
	r.hi = limit_of(&p, step);
	struct ehs_result lr = ehs_logistic_lr(data, fit, p.without);
	r.stat = lr.stat;
	r.df = lr.df;
	r.p = lr.p;
	r.log10_p = lr.log10_p;
	if (isnan(r.lo) || isnan(r.hi))
		r.status = EHS_NO_CONVERGENCE;
	return r;
}
