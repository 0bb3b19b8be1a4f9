/*
 * membership_fit.c - the estimators that are fitted: regression on the probabilities, and maximum likelihood.
 * See membership.h.
 */
#include <math.h>
#include <string.h>

#include "stats/membership.h"

#define MAX EHS_MEMBERSHIP_MAX
#define LEAST_PIVOT 1e-10 /* of a diagonal entry: what is left below it is rounding */
#define ITERATIONS_MAX 500
#define HALVINGS_MAX 12
#define SMALLEST_STEP 1e-12

typedef double matrix[MAX][MAX];

/* The groups that are fitted: those with weight. */
struct fit {
	const struct ehs_membership_cells *cells;
	int p, at[MAX]; /* at[j]: the group that stands in place j */
	double n, x;
	struct ehs_membership_rates out;
};

/* ---- small linear algebra ------------------------------------------------------------- */

/* The lower triangle of m becomes its Cholesky factor; false where a pivot is lost in rounding. */
static bool factor(matrix m, int p)
{
	for (int j = 0; j < p; j++) {
		double whole = m[j][j];

		for (int l = 0; l < j; l++)
			m[j][j] -= m[j][l] * m[j][l];
		if (!(m[j][j] > LEAST_PIVOT * whole))
			return false;
		m[j][j] = sqrt(m[j][j]);
		for (int i = j + 1; i < p; i++) {
			for (int l = 0; l < j; l++)
				m[i][j] -= m[i][l] * m[j][l];
			m[i][j] /= m[j][j];
		}
	}
	return true;
}

/* b becomes the solution of the factored system. */
static void solve(matrix m, int p, double *b)
{
	for (int i = 0; i < p; i++) {
		for (int l = 0; l < i; l++)
			b[i] -= m[i][l] * b[l];
		b[i] /= m[i][i];
	}
	for (int i = p - 1; i >= 0; i--) {
		for (int l = i + 1; l < p; l++)
			b[i] -= m[l][i] * b[l];
		b[i] /= m[i][i];
	}
}

/* ---- the beginning of both -------------------------------------------------------------- */

static void set_unknown(struct ehs_membership_rates *r, enum ehs_status status)
{
	r->whole = status;
	for (int g = 0; g < MAX; g++) {
		r->rate[g] = r->n_eff[g] = NAN;
		r->status[g] = status;
		for (int h = 0; h < MAX; h++)
			r->cov[g][h] = NAN;
	}
}

/* Finds the groups that have weight; false where there is nothing to fit, with the reason in out. */
static bool begin(struct fit *f, const struct ehs_membership_cells *cells, const char *method)
{
	double weight[MAX] = {0};
	enum ehs_status status = EHS_OK;

	*f = (struct fit){.cells = cells, .out = {.k = cells->k, .method = method}};
	if (cells->k < 2 || cells->k > MAX || cells->unit == 0 || cells->unit > EHS_MEMBERSHIP_UNIT_MAX)
		status = EHS_INVALID;
	for (size_t i = 0; status == EHS_OK && i < cells->n_cells; i++) {
		const struct ehs_membership_cell *c = &cells->cell[i];

		if (c->x > c->n)
			status = EHS_INVALID;
		f->n += (double)c->n;
		f->x += (double)c->x;
		for (int g = 0; g < cells->k; g++) {
			if (c->w[g] > cells->unit)
				status = EHS_INVALID;
			weight[g] += (double)c->w[g] * (double)c->n;
		}
	}
	if (status == EHS_OK && f->n == 0)
		status = EHS_EMPTY_GROUP;
	set_unknown(&f->out, status);
	for (int g = 0; status == EHS_OK && g < cells->k; g++) {
		f->out.status[g] = weight[g] > 0 ? EHS_OK : EHS_EMPTY_GROUP;
		if (weight[g] > 0)
			f->at[f->p++] = g;
	}
	return status == EHS_OK;
}

/* ---- regression -------------------------------------------------------------------------- */

/* The p - 1 regressors are the weights of all places but the last, which holds the group left out. */
struct line {
	double mean[MAX], slope[MAX], mean_y;
	matrix cross; /* factored */
};

static void put_last(struct fit *f, int ref)
{
	int n = 0;

	for (int j = 0; j < f->p; j++)
		if (f->at[j] != ref)
			f->at[n++] = f->at[j];
	if (n < f->p)
		f->at[n] = ref;
}

static void centre(const struct fit *f, const struct ehs_membership_cell *c, const struct line *l, double *d)
{
	for (int j = 0; j < f->p - 1; j++)
		d[j] = (double)c->w[f->at[j]] / f->cells->unit - l->mean[j];
}

/* Means first, then sums of squares about them: two passes lose no digits. */
static bool fit_line(const struct fit *f, struct line *l)
{
	const struct ehs_membership_cells *cells = f->cells;
	double d[MAX];

	memset(l, 0, sizeof *l);
	l->mean_y = f->x / f->n;
	for (size_t i = 0; i < cells->n_cells; i++)
		for (int j = 0; j < f->p - 1; j++)
			l->mean[j] += (double)cells->cell[i].w[f->at[j]] * (double)cells->cell[i].n;
	for (int j = 0; j < f->p - 1; j++)
		l->mean[j] /= f->n * cells->unit;
	for (size_t i = 0; i < cells->n_cells; i++) {
		const struct ehs_membership_cell *c = &cells->cell[i];

		centre(f, c, l, d);
		for (int j = 0; j < f->p - 1; j++) {
			l->slope[j] += d[j] * ((double)c->x - (double)c->n * l->mean_y);
			for (int m = 0; m <= j; m++)
				l->cross[j][m] += (double)c->n * d[j] * d[m];
		}
	}
	for (int j = 0; j < f->p - 1; j++) /* a weight that does not vary leaves rounding alone */
		if (!(l->cross[j][j] > 1e-24 * f->n))
			return false;
	if (!factor(l->cross, f->p - 1))
		return false;
	solve(l->cross, f->p - 1, l->slope);
	return true;
}

/* How much the fitted rate of place j moves with the outcome of one row at d: its row of the hat. */
static double influence(const struct fit *f, const struct line *l, const double *lever, int j)
{
	double move = 1 / f->n;

	for (int m = 0; m < f->p - 1; m++)
		move += ((m == j) - l->mean[m]) * lever[m];
	return move;
}

static void add_errors(struct fit *f, struct line *l, double scale)
{
	double d[MAX], h[MAX];

	for (size_t i = 0; i < f->cells->n_cells; i++) {
		const struct ehs_membership_cell *c = &f->cells->cell[i];
		double fitted = l->mean_y;

		centre(f, c, l, d);
		for (int j = 0; j < f->p - 1; j++)
			fitted += l->slope[j] * d[j];
		double squares = (double)c->x * (1 - fitted) * (1 - fitted) + (double)(c->n - c->x) * fitted * fitted;
		solve(l->cross, f->p - 1, d);
		for (int j = 0; j < f->p; j++)
			h[j] = influence(f, l, d, j);
		for (int j = 0; j < f->p; j++)
			for (int m = 0; m < f->p; m++)
				f->out.cov[f->at[j]][f->at[m]] += scale * squares * h[j] * h[m];
	}
}

static void clear_errors(struct fit *f)
{
	for (int j = 0; j < f->p; j++)
		for (int m = 0; m < f->p; m++)
			f->out.cov[f->at[j]][f->at[m]] = 0;
}

struct ehs_membership_rates ehs_membership_regression(const struct ehs_membership_cells *cells, int ref, bool hc1)
{
	struct fit f;
	struct line l;

	if (!begin(&f, cells, hc1 ? "regression_hc1" : "regression_hc0"))
		return f.out;
	put_last(&f, ref);
	if (ref < 0 || ref >= cells->k)
		set_unknown(&f.out, EHS_INVALID);
	else if (f.out.status[ref] != EHS_OK)
		set_unknown(&f.out, EHS_EMPTY_GROUP);
	else if (f.n <= f.p)
		set_unknown(&f.out, EHS_LOW_N);
	else if (!fit_line(&f, &l))
		set_unknown(&f.out, EHS_ILL_CONDITIONED);
	if (f.out.whole != EHS_OK)
		return f.out;
	double base = l.mean_y;
	for (int j = 0; j < f.p - 1; j++)
		base -= l.slope[j] * l.mean[j];
	for (int j = 0; j < f.p; j++)
		f.out.rate[f.at[j]] = j < f.p - 1 ? base + l.slope[j] : base;
	clear_errors(&f);
	add_errors(&f, &l, hc1 ? f.n / (f.n - f.p) : 1);
	for (int j = 0; j < f.p; j++)
		if (f.x == 0 || f.x == f.n || !(f.out.cov[f.at[j]][f.at[j]] > 0))
			f.out.status[f.at[j]] = EHS_DEGENERATE;
	return f.out;
}

/* ---- maximum likelihood ------------------------------------------------------------------ */

/* What one pass over the cells says of theta. */
struct slope {
	double loglik;
	double yes[MAX], no[MAX]; /* sums of p/m over y = 1 and of p/(1 - m) over y = 0; the gradient is yes - no */
	matrix info;              /* minus the second derivatives */
};

static void look(const struct fit *f, const double *theta, struct slope *s)
{
	double p[MAX];

	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < f->cells->n_cells; i++) {
		const struct ehs_membership_cell *c = &f->cells->cell[i];
		double sum = 0, m = 0, rest = 0, x = (double)c->x, y0 = (double)(c->n - c->x);

		for (int j = 0; j < f->p; j++)
			sum += p[j] = (double)c->w[f->at[j]];
		if (sum == 0)
			continue;
		for (int j = 0; j < f->p; j++) {
			p[j] /= sum;
			m += p[j] * theta[j];
			rest += p[j] * (1 - theta[j]);
		}
		double up = x > 0 ? x / m : 0, down = y0 > 0 ? y0 / rest : 0;
		double bend = (x > 0 ? up / m : 0) + (y0 > 0 ? down / rest : 0);
		s->loglik += (x > 0 ? x * log(m) : 0) + (y0 > 0 ? y0 * log(rest) : 0);
		for (int j = 0; j < f->p; j++) {
			s->yes[j] += p[j] * up;
			s->no[j] += p[j] * down;
			for (int l = 0; l <= j; l++)
				s->info[j][l] += p[j] * p[l] * bend;
		}
	}
}

/* Places where theta may move: not those held at 0 or 1 by a slope that points outwards. */
static int free_places(const struct fit *f, const double *theta, const struct slope *s, int *places)
{
	int n = 0;

	for (int j = 0; j < f->p; j++) {
		double up = s->yes[j] - s->no[j];

		if (!(theta[j] <= 0 && up <= 0) && !(theta[j] >= 1 && up >= 0))
			places[n++] = j;
	}
	return n;
}

/* The factor of the information about the free places. */
static bool factor_free(const struct slope *s, const int *places, int n, matrix m)
{
	for (int j = 0; j < n; j++)
		for (int l = 0; l <= j; l++)
			m[j][l] = s->info[places[j]][places[l]];
	return factor(m, n);
}

static double move(double *to, const double *from, const double *by, const int *places, int n, int p, double share)
{
	double most = 0;

	memcpy(to, from, (size_t)p * sizeof *to);
	for (int j = 0; j < n; j++) {
		int at = places[j];

		to[at] = fmin(1, fmax(0, from[at] + share * by[j]));
		most = fmax(most, fabs(to[at] - from[at]));
	}
	return most;
}

/* Newton's step on the free places, halved until the likelihood does not fall; false where that does not come. */
static bool newton(const struct fit *f, double *theta, struct slope *s, const int *places, int n, double *moved)
{
	matrix m;
	double by[MAX], to[MAX], share = 1;
	struct slope there;

	if (!factor_free(s, places, n, m))
		return false;
	for (int j = 0; j < n; j++)
		by[j] = s->yes[places[j]] - s->no[places[j]];
	solve(m, n, by);
	for (int i = 0; i < HALVINGS_MAX; i++, share /= 2) {
		*moved = move(to, theta, by, places, n, f->p, share);
		look(f, to, &there);
		if (there.loglik >= s->loglik - 1e-14 * fabs(s->loglik)) { /* NaN and minus infinity are not */
			memcpy(theta, to, sizeof to);
			*s = there;
			return true;
		}
	}
	return false;
}

/* The step of the EM algorithm: always upwards, slow near the end. */
static double em(const struct fit *f, double *theta, struct slope *s)
{
	double most = 0;

	for (int j = 0; j < f->p; j++) {
		double yes = theta[j] * s->yes[j], no = (1 - theta[j]) * s->no[j], to = yes / (yes + no);

		if (!(yes + no > 0))
			continue;
		most = fmax(most, fabs(to - theta[j]));
		theta[j] = to;
	}
	look(f, theta, s);
	return most;
}

static enum ehs_status climb(struct fit *f, double *theta, struct slope *s)
{
	int places[MAX] = {0};
	double moved = 1;
	bool settled = false;

	for (int j = 0; j < f->p; j++)
		theta[j] = f->x / f->n;
	look(f, theta, s);
	em(f, theta, s); /* one plain step first: from equal rates towards the side where the truth is */
	while (!settled && f->out.iterations++ < ITERATIONS_MAX) {
		int n = free_places(f, theta, s, places);

		if (n == 0)
			return EHS_OK;
		if (!newton(f, theta, s, places, n, &moved))
			moved = em(f, theta, s);
		settled = moved < SMALLEST_STEP;
	}
	return settled ? EHS_OK : EHS_NO_CONVERGENCE;
}

/* The inverse information about the places inside (0, 1); those at an end have no error. */
static enum ehs_status set_covariance(struct fit *f, const double *theta, const struct slope *s)
{
	int places[MAX] = {0}, n = 0;
	matrix m;

	for (int j = 0; j < f->p; j++)
		if (theta[j] > 0 && theta[j] < 1)
			places[n++] = j;
		else
			f->out.status[f->at[j]] = EHS_DEGENERATE;
	if (!factor_free(s, places, n, m))
		return EHS_ILL_CONDITIONED;
	for (int j = 0; j < n; j++) {
		double unit[MAX] = {0};

		unit[j] = 1;
		solve(m, n, unit);
		for (int l = 0; l < n; l++)
			f->out.cov[f->at[places[l]]][f->at[places[j]]] = unit[l];
	}
	return EHS_OK;
}

struct ehs_membership_rates ehs_membership_em(const struct ehs_membership_cells *cells)
{
	struct fit f;
	struct slope s;
	double theta[MAX] = {0};
	enum ehs_status status;

	if (!begin(&f, cells, "em_observed_information"))
		return f.out;
	if (f.x == 0 || f.x == f.n) {
		for (int j = 0; j < f.p; j++) {
			f.out.rate[f.at[j]] = f.x / f.n;
			f.out.status[f.at[j]] = EHS_DEGENERATE;
		}
		return f.out;
	}
	status = climb(&f, theta, &s);
	if (status == EHS_OK)
		status = set_covariance(&f, theta, &s);
	if (status != EHS_OK)
		set_unknown(&f.out, status);
	for (int j = 0; status == EHS_OK && j < f.p; j++)
		f.out.rate[f.at[j]] = theta[j];
	return f.out;
}
