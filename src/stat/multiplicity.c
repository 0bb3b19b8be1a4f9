/*
 * multiplicity.c - lines for stats/multiplicity.h.
 */
#include "stats/multiplicity.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"
#include "stats/sequence.h"

static const char *const gammas[] = {"j^-1.6/zeta(1.6)", NULL};

static void adjust(struct eh_stat_call *c)
{
	static const char *const key[] = {"bh", "by", "holm", "hochberg"};
	struct eh_stat_numbers p = eh_stat_numbers(c, "p", 0, EH_STAT_LEN_MAX);

	if (eh_stat_refused(c))
		return;
	double *adjusted = eh_arena_zalloc(c->arena, p.n + 1, sizeof *adjusted);
	size_t *order = eh_arena_zalloc(c->arena, p.n + 1, sizeof *order);
	for (enum ehs_adjustment how = EHS_BH; how <= EHS_HOCHBERG; how++) {
		if (ehs_adjust(how, p.at, p.n, adjusted, order) != EHS_OK) {
			eh_stat_refuse(c,
			               "inputs.p should hold numbers between 0 and 1, or \"NaN\" where there is none");
			return;
		}
		eh_stat_put_numbers(c, key[how], adjusted, p.n);
	}
}

/* e-values as they are printed, to logarithms in place; refuses those below 0. */
static struct eh_stat_numbers logs_of(struct eh_stat_call *c, const char *key)
{
	struct eh_stat_numbers e = eh_stat_numbers(c, key, 0, EH_STAT_LEN_MAX);

	for (size_t i = 0; i < e.n; i++) {
		if (e.at[i] < 0)
			eh_stat_refuse(c, "inputs.%s should hold e-values, which are never below 0", key);
		e.at[i] = log(e.at[i]);
	}
	return e;
}

static void put_marked(struct eh_stat_call *c, const char *key, const bool *marked, size_t n)
{
	uint64_t *at = eh_arena_zalloc(c->arena, n + 1, sizeof *at);
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (marked[i])
			at[k++] = i;
	eh_stat_put_counts(c, key, at, k);
}

static void e_bh(struct eh_stat_call *c)
{
	struct eh_stat_numbers e = logs_of(c, "e");
	double alpha = eh_stat_number_in(c, "alpha", 0, 1);

	if (eh_stat_refused(c))
		return;
	bool *rejected = eh_arena_zalloc(c->arena, e.n + 1, sizeof *rejected);
	ehs_ebh(e.at, e.n, alpha, rejected);
	put_marked(c, "rejected_indices0", rejected, e.n);
}

static void mark_detectors(struct eh_stat_call *c,
                           size_t mark(const double *log_value, size_t n, double K, double b, bool *rejected))
{
	struct eh_stat_numbers years = logs_of(c, "evidence_years");
	uint64_t monitors = eh_stat_count_or(c, "monitors", years.n);
	double alerts = eh_stat_number_in(c, "alerts_per_year", 0, INFINITY);

	if (monitors < years.n)
		eh_stat_refuse(c, "inputs.monitors should be at least the %zu that inputs.evidence_years holds",
		               years.n);
	if (eh_stat_refused(c))
		return;
	bool *rejected = eh_arena_zalloc(c->arena, years.n + 1, sizeof *rejected);
	mark(years.at, years.n, (double)monitors, alerts, rejected);
	put_marked(c, "rejected_indices0", rejected, years.n);
}

static void e_d_bh(struct eh_stat_call *c)
{
	mark_detectors(c, ehs_edbh);
}

static void e_d_bonferroni(struct eh_stat_call *c)
{
	mark_detectors(c, ehs_edbonferroni);
}

/* The levels at which the stream was answered, and the answers, 1 or 0. */
struct answers {
	double *alpha;
	uint64_t *rejected;
};

static struct answers answers_of(struct eh_stat_call *c, size_t n)
{
	return (struct answers){eh_arena_zalloc(c->arena, n + 1, sizeof(double)),
	                        eh_arena_zalloc(c->arena, n + 1, sizeof(uint64_t))};
}

static void put_answers(struct eh_stat_call *c, struct answers a, size_t n)
{
	eh_stat_put_numbers(c, "alpha_t", a.alpha, n);
	eh_stat_put_counts(c, "rejected", a.rejected, n);
}

static void e_lond(struct eh_stat_call *c)
{
	struct eh_stat_numbers e = logs_of(c, "e");
	double alpha = eh_stat_number_in(c, "alpha", 0, 1);
	struct ehs_elond s;

	eh_stat_word(c, "gamma", gammas);
	if (eh_stat_refused(c))
		return;
	struct answers a = answers_of(c, e.n);
	eh_stat_status(c, ehs_elond_init(&s, alpha), NULL);
	for (size_t i = 0; i < e.n; i++)
		a.rejected[i] = ehs_elond_step(&s, e.at[i], &a.alpha[i]);
	put_answers(c, a, e.n);
}

static void run_online(struct eh_stat_call *c, bool is_saffron)
{
	struct eh_stat_numbers p = eh_stat_numbers(c, "p", 0, EH_STAT_LEN_MAX);
	double alpha = eh_stat_number_in(c, "alpha", 0, 1), lambda = is_saffron ? eh_stat_number_in(c, "lam", 0, 1) : 0;
	double w0 = eh_stat_number_in(c, "w0", 0, 1);
	struct ehs_online s;

	eh_stat_word(c, "gamma", gammas);
	if (eh_stat_refused(c))
		return;
	if ((is_saffron ? ehs_saffron_init(&s, alpha, w0, lambda) : ehs_lord_init(&s, alpha, w0)) != EHS_OK) {
		eh_stat_refuse(c, "inputs.w0 should be at most %s", is_saffron ? "(1 - lam) alpha" : "alpha");
		return;
	}
	struct answers a = answers_of(c, p.n);
	for (size_t i = 0; i < p.n; i++)
		a.rejected[i] = ehs_online_step(&s, p.at[i], &a.alpha[i]);
	put_answers(c, a, p.n);
}

static void lord(struct eh_stat_call *c)
{
	run_online(c, false);
}

static void saffron(struct eh_stat_call *c)
{
	run_online(c, true);
}

static void p_to_e(struct eh_stat_call *c)
{
	double p = eh_stat_number(c, "p"), kappa = eh_stat_number_or(c, "kappa", .5);

	if (eh_stat_refused(c))
		return;
	double power = ehs_log_e_of_p(p, kappa), mixture = ehs_log_e_of_p_mixture(p);
	eh_stat_status(c, isnan(power) ? EHS_INVALID : EHS_OK, NULL);
	eh_stat_put(c, "log_e", power);
	eh_stat_put(c, "log_e_mixture", mixture);
}

const struct eh_stat_test eh_stat_multiplicity_tests[] = {
	{"multiplicity_adjust", "p [numbers]", "bh, by, holm, hochberg [numbers]", adjust},
	{"e_bh", "e [numbers], alpha", "rejected_indices0 [counts]", e_bh},
	{"e_d_bh",
         "evidence_years [numbers] (M over the blocks of a year), alerts_per_year; monitors as many as there are "
         "numbers",
         "rejected_indices0 [counts]", e_d_bh},
	{"e_d_bonferroni",
         "evidence_years [numbers] (M over the blocks of a year), alerts_per_year; monitors as many as there are "
         "numbers",
         "rejected_indices0 [counts]", e_d_bonferroni},
	{"e_lond", "e [numbers], alpha; gamma \"j^-1.6/zeta(1.6)\"", "alpha_t [numbers], rejected [1 or 0]", e_lond},
	{"lord_plus_plus", "p [numbers], alpha, w0; gamma \"j^-1.6/zeta(1.6)\"", "alpha_t [numbers], rejected [1 or 0]",
         lord},
	{"saffron", "p [numbers], alpha, w0, lam; gamma \"j^-1.6/zeta(1.6)\"", "alpha_t [numbers], rejected [1 or 0]",
         saffron},
	{"p_to_e", "p; kappa .5", "log_e, log_e_mixture", p_to_e},
	{0},
};
