/*
 * logistic.c - see logistic.h.
 *
 * Everything is done in centred and scaled columns.  A restricted model is the same fit with some terms held at 0,
 * so the penalty of a penalised test keeps the whole design, as it must.
 */
#include "stats/logistic.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats/logistic_part.h"
#include "stats/tail.h"

#define ITERATIONS_MAX 200
#define PENALIZED_ITERATIONS_MAX 1000
#define HALVINGS_MAX 60
#define DECREMENT \
	1e-12 /* g' H^-1 g: the step that is left is a millionth of a standard error; one more halves the digits */
#define PENALIZED_DECREMENT(n) (1e-25 + 1e-30 * (n)) /* scoring with a penalty closes in by a factor a step only */
#define ALIVE 1e-3     /* a step that still moves a row's log odds by this much, when nothing is gained by it */
#define REACH 8.0      /* a row that went further would lose the weight that could bring it back */
#define NOISE 1e-6     /* a thousandth of a standard error */
#define VANISHED 1e-13 /* a pivot of the information that has gone with its weights */

size_t ehs_logistic_doubles(size_t rows, size_t columns)
{
	size_t terms = columns + 1;

	return ehs_regressors_doubles(rows, columns) + 2 * rows + 3 * terms * terms;
}

static double dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t j = 0; j < n; j++)
		sum += a[j] * b[j];
	return sum;
}

/* ln(1 + e), 0 <= e <= 1, to 1e-14: log() is three times as fast as log1p(), and loses digits for a small e only. */
static double log1p_of(double e)
{
	return e > .01 ? log(1 + e) : log1p(e);
}

/* The log-likelihood at beta; keeps each row's gap and weight.  p and 1 - p both to full relative accuracy. */
static void look(struct ehs_newton *t, const double *beta)
{
	size_t terms = t->s->terms;

	t->loglik = 0;
	for (size_t i = 0; i < t->s->rows; i++) {
		double eta = dot(t->s->z + i * terms, beta, terms), e = exp(-fabs(eta)), near = 1 / (1 + e),
		       far = e * near;
		double n = t->s->weight[i], k = (double)t->data->k[i], p = eta > 0 ? near : far,
		       q = eta > 0 ? far : near;

		t->gap[i] = k * q - (n - k) * p;
		t->weight[i] = n * near * far;
		t->loglik -= n * log1p_of(e) + (eta > 0 ? (n - k) * eta : -k * eta);
	}
}

/*
 * The information in its three parts: the sum of the weights at [0][0], under it the weighted means, and the weighted
 * squares about those means.  Kept apart, an outcome of one in 10^9 beside one of a half loses no digit.
 */
static void add_information(struct ehs_newton *t)
{
	size_t terms = t->s->terms;
	double *a = t->information, sum = 0, mean[EHS_TERMS_MAX] = {0};

	memset(a, 0, terms * terms * sizeof *a);
	for (size_t i = 0; i < t->s->rows; i++) {
		sum += t->weight[i];
		for (size_t j = 1; j < terms; j++)
			mean[j] += t->weight[i] * t->s->z[i * terms + j];
	}
	for (size_t j = 1; j < terms; j++)
		a[j * terms] = mean[j] /= sum;
	a[0] = sum;
	ehs_add_squares(a + terms + 1, terms - 1, terms, t->s, t->weight, mean + 1, 1);
}

static void add_score(struct ehs_newton *t)
{
	size_t terms = t->s->terms;

	memset(t->score, 0, sizeof t->score);
	for (size_t i = 0; i < t->s->rows; i++)
		for (size_t j = 0; j < terms; j++)
			t->score[j] += t->gap[i] * t->s->z[i * terms + j];
}

/* The Cholesky factor of the information of some terms, the intercept the first of them; false where it has vanished. */
static bool factor(struct ehs_newton *t, const size_t *of, size_t m)
{
	size_t terms = t->s->terms;
	double *l = t->factor, root = sqrt(t->information[0]);

	l[0] = root;
	for (size_t j = 1; j < m; j++) {
		l[j * m] = root * t->information[of[j] * terms];
		for (size_t k = 1; k <= j; k++)
			l[j * m + k] = t->information[of[j] * terms + of[k]];
	}
	return root > 0 && ehs_cholesky(l + m + 1, m - 1, m, VANISHED) == m - 1;
}

/* What is to be made as large as can be, at beta: all that a step is judged by.  False: not a number. */
static bool weigh(struct ehs_newton *t, const double *beta)
{
	size_t terms = t->s->terms;

	look(t, beta);
	t->target = t->loglik;
	if (!t->penalized)
		return isfinite(t->target);
	add_information(t);
	if (!factor(t, t->all, terms))
		return false;
	for (size_t j = 0; j < terms; j++)
		t->target += log(t->factor[j * terms + j]);
	return isfinite(t->target);
}

/*
 * Firth's estimate is that of data in which each row had h more decisions, half of them with the outcome, h being the
 * row's leverage: so the gap changes by h (1/2 - p), and a step by the weights of those data is nearly Newton's.
 */
static void add_penalty(struct ehs_newton *t)
{
	size_t terms = t->s->terms;

	for (size_t i = 0; i < t->s->rows; i++) {
		double y[EHS_TERMS_MAX], eta = dot(t->s->z + i * terms, t->beta, terms);

		if (t->s->weight[i] == 0)
			continue;
		memcpy(y, t->s->z + i * terms, terms * sizeof *y);
		ehs_cholesky_forward(t->factor, terms, y);
		double leverage = t->weight[i] * dot(y, y, terms);
		t->gap[i] -= leverage * tanh(eta / 2) / 2; /* p - 1/2 = tanh(eta/2)/2 */
		t->weight[i] *= 1 + leverage / t->s->weight[i];
	}
}

/* Newton's step from beta, whose gaps and weights are at hand. */
static bool aim(struct ehs_newton *t)
{
	double g[EHS_TERMS_MAX];

	if (t->penalized)
		add_penalty(t);
	add_information(t);
	add_score(t);
	if (!factor(t, t->free, t->free_n))
		return false;
	for (size_t j = 0; j < t->free_n; j++)
		g[j] = t->score[t->free[j]];
	ehs_cholesky_solve(t->factor, t->free_n, g);
	t->decrement = 0;
	memset(t->step, 0, sizeof t->step);
	for (size_t j = 0; j < t->free_n; j++) {
		t->step[t->free[j]] = g[j];
		t->decrement += g[j] * t->score[t->free[j]];
	}
	return isfinite(t->decrement);
}

/*
 * The largest change of a row's log odds by the step.  With `astray`, only of a row that is moved away from what was
 * seen in it: to more where there was no outcome, to less where there was nothing else, or a row of both.
 */
static double liveliest(const struct ehs_newton *t, bool astray)
{
	double most = 0;

	for (size_t i = 0; i < t->s->rows; i++) {
		double n = t->s->weight[i], k = (double)t->data->k[i];
		double change = dot(t->s->z + i * t->s->terms, t->step, t->s->terms);

		if (n == 0 || (astray && ((k == 0 && change < 0) || (k == n && change > 0))))
			continue;
		if (fabs(change) > most) /* fmax() would be a call for each row */
			most = fabs(change);
	}
	return most;
}

/* No row's log odds change by more: a column of unit variance is at most sqrt(n) in a row of one or more. */
static double bound(const struct ehs_newton *t)
{
	double sum = 0;

	for (size_t j = 0; j < t->s->terms; j++)
		sum += fabs(t->step[j]);
	return sqrt(t->s->n) * sum;
}

/* Goes the step, no row further than REACH away from what was seen in it, or half of it, or a quarter, until nothing is lost by it. */
static bool go(struct ehs_newton *t)
{
	double from = t->target, slack = 1e-13 * (fabs(from) + 1), next[EHS_TERMS_MAX];
	double size = bound(t) <= REACH ? 1 : fmin(1, REACH / liveliest(t, true));
	size_t terms = t->s->terms;

	for (unsigned halvings = 0; halvings < HALVINGS_MAX; halvings++, size /= 2) {
		for (size_t j = 0; j < terms; j++)
			next[j] = t->beta[j] + size * t->step[j];
		if (weigh(t, next) && t->target >= from - slack) {
			memcpy(t->beta, next, terms * sizeof *next);
			return true;
		}
	}
	weigh(t, t->beta);
	return false;
}

/* The first step: weighted least squares on the log odds of (k + 1/2)/(n + 1). */
static bool begin(struct ehs_newton *t)
{
	for (size_t i = 0; i < t->s->rows; i++) {
		double n = t->s->weight[i], k = (double)t->data->k[i], p = (k + .5) / (n + 1),
		       q = (n - k + .5) / (n + 1);

		t->weight[i] = n * p * q;
		t->gap[i] = t->weight[i] * log(p / q) + k * q - (n - k) * p;
	}
	memset(t->beta, 0, sizeof t->beta);
	t->beta[t->held] = t->value;
	if (t->penalized || t->held > 0)
		return weigh(t, t->beta);
	if (!aim(t))
		return false;
	double start[EHS_TERMS_MAX];
	memcpy(start, t->step, sizeof start);
	memcpy(t->beta, start, sizeof start);
	if (weigh(t, start))
		return true;
	memset(t->beta, 0, sizeof t->beta); /* a start from nothing is slower, and always good */
	return weigh(t, t->beta);
}

/*
 * Nothing is left to gain.  Where cells of 10^12 decisions stand beside cells of 5, the rounding of their sums keeps the
 * decrement from falling further: it no longer falls, and is of no account.
 */
static bool is_done(const struct ehs_newton *t, double last)
{
	if (t->decrement <= (t->penalized ? PENALIZED_DECREMENT(t->s->n) : DECREMENT))
		return true;
	return t->decrement < NOISE && t->decrement >= .9 * last;
}

enum ehs_status ehs_logistic_climb(struct ehs_newton *t)
{
	const enum ehs_status lost = t->penalized ? EHS_NO_CONVERGENCE : EHS_SEPARATION;
	unsigned most = t->penalized ? PENALIZED_ITERATIONS_MAX : ITERATIONS_MAX;
	double last = INFINITY;

	if (!begin(t))
		return lost;
	for (t->iterations = 1; t->iterations <= most; t->iterations++, last = t->decrement) {
		if (!aim(t))
			return lost;
		bool done = is_done(t, last);
		if (done && !t->penalized && liveliest(t, false) > ALIVE)
			return EHS_SEPARATION;
		if (!go(t))
			return done ? EHS_OK : EHS_NO_CONVERGENCE;
		if (done)
			return EHS_OK;
	}
	return EHS_NO_CONVERGENCE;
}

/* The column on which the step that does not die out lies most. */
static size_t parting_column(const struct ehs_newton *t)
{
	size_t at = EHS_NO_COLUMN;
	double most = 0;

	for (size_t j = 1; j < t->s->terms; j++)
		if (fabs(t->step[j]) > most) {
			most = fabs(t->step[j]);
			at = j - 1;
		}
	return at;
}

struct ehs_newton ehs_logistic_ready(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                     bool penalized, const bool *without)
{
	size_t terms = fit->scaled.terms;
	double *rest = fit->work + ehs_regressors_doubles(data->r.rows, data->r.columns);
	struct ehs_newton t = {.data = data, .s = &fit->scaled, .penalized = penalized, .target = -INFINITY};

	t.gap = rest;
	t.weight = rest + data->r.rows;
	t.information = t.weight + data->r.rows;
	t.factor = t.information + terms * terms;
	t.final = t.factor + terms * terms;
	for (size_t j = 0; j < terms; j++) {
		t.all[j] = j;
		if (j == 0 || without == NULL || !without[j - 1])
			t.free[t.free_n++] = j;
	}
	return t;
}

/* Coefficients in the columns' own units, and their errors from the information at the optimum. */
static bool report(struct ehs_newton *t, double conf, struct ehs_logistic *out)
{
	size_t terms = t->s->terms;
	double beta[EHS_TERMS_MAX], se[EHS_TERMS_MAX], *l = t->final;

	add_information(t);
	if (!factor(t, t->all, terms))
		return false;
	memcpy(l, t->factor, terms * terms * sizeof *l);
	memcpy(beta, t->beta, sizeof beta);
	memcpy(out->beta, t->beta, sizeof out->beta);
	out->factor = l;
	ehs_scaled_to_raw(t->s, beta, l, se);
	for (size_t j = 0; j < terms; j++)
		if (!isfinite(beta[j]) || !isfinite(se[j]))
			return false;
	for (size_t j = 0; j < terms; j++) {
		struct ehs_result *r = &out->coef[j];

		*r = ehs_result_none(out->status, t->penalized ? "logistic_firth" : "logistic_ml");
		r->est = beta[j];
		r->se = se[j];
		r->flags = out->flags;
		r->n[0] = out->n;
		r->n[1] = out->k;
		ehs_wald(r, conf, INFINITY);
	}
	out->loglik = t->loglik;
	out->deviance = -2 * t->loglik;
	out->penalized = t->penalized ? t->target : NAN;
	out->iterations = t->iterations;
	return true;
}

static void nothing(struct ehs_logistic *out, enum ehs_status status)
{
	out->status = status;
	out->loglik = out->deviance = out->penalized = NAN;
	for (size_t j = 0; j < EHS_TERMS_MAX; j++)
		out->coef[j] = ehs_result_none(status, "logistic_ml");
}

/* Counts, scaled columns, and what can be said before a fit. */
static enum ehs_status prepare(const struct ehs_logistic_data *data, double conf, double *work,
                               struct ehs_logistic *out)
{
	memset(out, 0, sizeof *out);
	out->work = work;
	out->terms = data->r.columns + 1;
	out->null_loglik = NAN;
	nothing(out, EHS_INVALID);
	if (!(conf > 0 && conf < 1) || data->r.columns > EHS_REGRESSORS_MAX)
		return EHS_INVALID;
	for (size_t i = 0; i < data->r.rows; i++) {
		uint64_t n = data->r.n == NULL ? 1 : data->r.n[i];

		if (data->k[i] > n)
			return EHS_INVALID;
		if (__builtin_add_overflow(out->n, n, &out->n))
			return EHS_OVERFLOW;
		out->k += data->k[i];
	}
	if (out->n == 0)
		return EHS_EMPTY_GROUP;
	uint64_t rarer = out->k < out->n - out->k ? out->k : out->n - out->k;
	out->flags = rarer < 5 * data->r.columns || out->n < 30 ? EHS_FLAG_LOW_N : 0;
	enum ehs_status status = ehs_regressors_scale(&data->r, work, &out->scaled, &out->column);
	if (status != EHS_OK)
		return status;
	if (rarer == 0)
		return EHS_DEGENERATE;
	double n = (double)out->n, k = (double)out->k;
	out->null_loglik = k * log(k / n) + (n - k) * log1p(-k / n);
	return EHS_OK;
}

static enum ehs_status fit_penalized(const struct ehs_logistic_data *data, double conf, struct ehs_logistic *out,
                                     enum ehs_status status)
{
	struct ehs_newton t = ehs_logistic_ready(data, out, true, NULL);
	enum ehs_status reached = ehs_logistic_climb(&t);

	out->status = status;
	out->flags |= EHS_FLAG_PENALIZED;
	if (reached != EHS_OK || !report(&t, conf, out))
		nothing(out, EHS_NO_CONVERGENCE);
	return out->status;
}

enum ehs_status ehs_logistic_firth(const struct ehs_logistic_data *data, double conf, double *work,
                                   struct ehs_logistic *out)
{
	enum ehs_status status = prepare(data, conf, work, out);

	if (status != EHS_OK) {
		nothing(out, status);
		return status;
	}
	return fit_penalized(data, conf, out, EHS_OK);
}

enum ehs_status ehs_logistic_fit(const struct ehs_logistic_data *data, double conf, double *work,
                                 struct ehs_logistic *out)
{
	enum ehs_status status = prepare(data, conf, work, out);

	if (status != EHS_OK) {
		nothing(out, status);
		return status;
	}
	struct ehs_newton t = ehs_logistic_ready(data, out, false, NULL);
	out->status = ehs_logistic_climb(&t);
	if (out->status == EHS_OK && report(&t, conf, out))
		return EHS_OK;
	if (out->status != EHS_SEPARATION) {
		nothing(out, EHS_NO_CONVERGENCE);
		return out->status;
	}
	out->column = parting_column(&t);
	return fit_penalized(data, conf, out, EHS_SEPARATION);
}
