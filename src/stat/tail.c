/*
 * tail.c - lines for stats/tail.h: laws at many places at once.
 */
#include "stats/tail.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

/* One tail that does not exist is NaN, and says so for the line. */
static void put_tails(struct eh_stat_call *c, const struct ehs_tail *t, size_t n)
{
	double *p = eh_arena_zalloc(c->arena, n, sizeof *p), *log_p = eh_arena_zalloc(c->arena, n, sizeof *log_p);

	for (size_t i = 0; i < n; i++) {
		if (isnan(t[i].p))
			eh_stat_status(c, EHS_UNDEFINED, NULL);
		p[i] = t[i].p;
		log_p[i] = t[i].log_p;
	}
	eh_stat_put_numbers(c, "Q", p, n);
	eh_stat_put_numbers(c, "logQ", log_p, n);
}

static void normal(struct eh_stat_call *c)
{
	struct eh_stat_numbers z = eh_stat_numbers(c, "z", 1, EH_STAT_LEN_MAX);

	if (eh_stat_refused(c))
		return;
	struct ehs_tail *t = eh_arena_zalloc(c->arena, z.n, sizeof *t);
	for (size_t i = 0; i < z.n; i++)
		t[i] = ehs_normal_upper(z.at[i]);
	put_tails(c, t, z.n);
}

static void upper(struct eh_stat_call *c, const char *key, struct ehs_tail (*law)(double, double))
{
	struct eh_stat_numbers x = eh_stat_numbers(c, key, 1, EH_STAT_LEN_MAX);
	struct eh_stat_numbers df = eh_stat_numbers(c, "df", 1, EH_STAT_LEN_MAX);

	eh_stat_same_length(c, key, x.n, "df", df.n);
	if (eh_stat_refused(c))
		return;
	struct ehs_tail *t = eh_arena_zalloc(c->arena, x.n, sizeof *t);
	for (size_t i = 0; i < x.n; i++)
		t[i] = law(x.at[i], df.at[i]);
	put_tails(c, t, x.n);
}

static void chi2(struct eh_stat_call *c)
{
	upper(c, "x", ehs_chi2_upper);
}

static void student(struct eh_stat_call *c)
{
	upper(c, "t", ehs_t_upper);
}

static void beta_quantile(struct eh_stat_call *c)
{
	struct eh_stat_numbers p = eh_stat_numbers(c, "p", 1, EH_STAT_LEN_MAX);
	struct eh_stat_numbers a = eh_stat_numbers(c, "a", 1, EH_STAT_LEN_MAX),
			       b = eh_stat_numbers(c, "b", 1, EH_STAT_LEN_MAX);

	eh_stat_same_length(c, "p", p.n, "a", a.n);
	eh_stat_same_length(c, "p", p.n, "b", b.n);
	if (eh_stat_refused(c))
		return;
	double *q = eh_arena_zalloc(c->arena, p.n, sizeof *q);
	for (size_t i = 0; i < p.n; i++) {
		struct ehs_value v = ehs_beta_quantile(p.at[i], a.at[i], b.at[i]);

		if (v.status != EHS_OK)
			eh_stat_status(c, v.status, NULL);
		q[i] = v.value;
	}
	eh_stat_put_numbers(c, "q", q, p.n);
}

const struct eh_stat_test eh_stat_tail_tests[] = {
	{"cdf_normal_upper", "z [numbers]", "Q, logQ", normal},
	{"cdf_chisq_upper", "x [numbers], df [numbers]", "Q, logQ", chi2},
	{"cdf_t_upper", "t [numbers], df [numbers]", "Q, logQ", student},
	{"beta_quantile", "p [numbers], a [numbers], b [numbers]", "q", beta_quantile},
	{0},
};
