/*
 * logits.h - logs drawn from a logit, and the slow Newton in long double that their fits are held against.
 */
#ifndef TESTS_UNIT_STATS_LOGITS_H
#define TESTS_UNIT_STATS_LOGITS_H

#include <string.h>

#include "stats/logistic.h"
#include "tests/unit/stats/near.h"

#define ROWS_MAX 4096
#define TERMS_MAX 12

static double work[ROWS_MAX * 16 + 3 * 64 * 64];
static struct ehs_logistic fit;

/* A world of `rows` cells: a group column, then numbers; outcomes drawn from a logit. */
struct world {
	double x[ROWS_MAX * TERMS_MAX];
	uint64_t n[ROWS_MAX], k[ROWS_MAX];
	unsigned factor[TERMS_MAX];
	struct ehs_logistic_data data;
};

static struct world w;

static inline void draw(size_t rows, size_t columns, uint64_t most)
{
	memset(w.factor, 0, sizeof w.factor);
	w.factor[0] = 1;
	for (size_t i = 0; i < rows; i++) {
		double eta = -.5;

		for (size_t j = 0; j < columns; j++) {
			double *x = &w.x[i * columns + j];

			*x = j == 0 ? (double)(uniform() < .4) : uniform() * 2 - 1 + (j > 1 ? .3 * x[-1] : 0);
			eta += *x * (j % 2 == 0 ? .8 : -.6);
		}
		w.n[i] = most == 1 ? 1 : (uint64_t)(uniform() * (double)most);
		w.k[i] = 0;
		for (uint64_t d = 0; d < w.n[i]; d++)
			w.k[i] += uniform() < 1 / (1 + exp(-eta));
	}
	w.data = (struct ehs_logistic_data){{w.x, rows, columns, w.n, w.factor}, w.k};
}

/* ---- the oracle: Newton in long double on raw columns, Gauss elimination with pivots, 60 steps ---- */

struct slow {
	long double beta[TERMS_MAX], inverse[TERMS_MAX][TERMS_MAX], loglik;
};

static inline void invert(long double a[TERMS_MAX][TERMS_MAX], size_t m, long double to[TERMS_MAX][TERMS_MAX])
{
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < m; j++)
			to[i][j] = i == j;
	for (size_t j = 0; j < m; j++) {
		size_t best = j;

		for (size_t i = j; i < m; i++)
			if (fabsl(a[i][j]) > fabsl(a[best][j]))
				best = i;
		for (size_t k = 0; k < m; k++) {
			long double t = a[j][k], u = to[j][k];

			a[j][k] = a[best][k];
			a[best][k] = t;
			to[j][k] = to[best][k];
			to[best][k] = u;
		}
		long double pivot = a[j][j];
		for (size_t k = 0; k < m; k++) {
			a[j][k] /= pivot;
			to[j][k] /= pivot;
		}
		for (size_t i = 0; i < m; i++) {
			long double f = a[i][j];

			for (size_t k = 0; k < m && i != j; k++) {
				a[i][k] -= f * a[j][k];
				to[i][k] -= f * to[j][k];
			}
		}
	}
}

static inline long double x_of(size_t i, size_t j)
{
	return j == 0 ? 1 : (long double)w.x[i * w.data.r.columns + j - 1];
}

static inline void slow_fit(struct slow *s)
{
	size_t m = w.data.r.columns + 1;

	memset(s, 0, sizeof *s);
	for (int step = 0; step < 60; step++) {
		long double g[TERMS_MAX] = {0}, h[TERMS_MAX][TERMS_MAX] = {{0}};

		s->loglik = 0;
		for (size_t i = 0; i < w.data.r.rows; i++) {
			long double eta = 0, n = w.n[i], k = w.k[i];

			for (size_t j = 0; j < m; j++)
				eta += s->beta[j] * x_of(i, j);
			long double p = 1 / (1 + expl(-eta));
			s->loglik += k * logl(p) + (n - k) * logl(1 - p);
			for (size_t j = 0; j < m; j++) {
				g[j] += (k - n * p) * x_of(i, j);
				for (size_t l = 0; l < m; l++)
					h[j][l] += n * p * (1 - p) * x_of(i, j) * x_of(i, l);
			}
		}
		invert(h, m, s->inverse);
		for (size_t j = 0; j < m; j++)
			for (size_t l = 0; l < m; l++)
				s->beta[j] += s->inverse[j][l] * g[l];
	}
}

#endif
