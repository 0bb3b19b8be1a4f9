/*
 * attribution.c - lines for stats/attribution.h and stats/drift.h.
 */
#include "stats/attribution.h"

#include <math.h>

#include "stats/drift.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

#define SEGMENTS_MAX 65536

struct segments {
	struct ehs_segment *at;
	size_t n;
};

/* [n_prot, x_prot, n_ref, x_ref] */
static struct ehs_2x2 counts_at(struct eh_stat_count_table t, size_t i)
{
	const uint64_t *row = t.at + 4 * i;

	return (struct ehs_2x2){{row[0], row[1]}, {row[2], row[3]}};
}

static struct segments segments_of(struct eh_stat_call *c, const char *before, const char *after, size_t max)
{
	struct eh_stat_count_table t0 = eh_stat_count_table(c, before, 4, max),
				   t1 = eh_stat_count_table(c, after, 4, max);
	struct segments s = {0};

	eh_stat_same_length(c, before, t0.rows, after, t1.rows);
	if (eh_stat_refused(c))
		return s;
	s.n = t0.rows;
	s.at = eh_arena_zalloc(c->arena, s.n + 1, sizeof *s.at);
	for (size_t i = 0; i < s.n; i++)
		s.at[i] = (struct ehs_segment){counts_at(t0, i), counts_at(t1, i)};
	return s;
}

static void put_parts(struct eh_stat_call *c, const struct ehs_contribution *parts, size_t n)
{
	double *mix = eh_arena_zalloc(c->arena, n + 1, sizeof *mix),
	       *rate = eh_arena_zalloc(c->arena, n + 1, sizeof *rate);

	for (size_t i = 0; i < n; i++) {
		mix[i] = parts[i].mix;
		rate[i] = parts[i].rate;
	}
	eh_stat_put_numbers(c, "mix_by_segment", mix, n);
	eh_stat_put_numbers(c, "rate_by_segment", rate, n);
}

static void kitagawa(struct eh_stat_call *c)
{
	static const char *const kinds[] = {"plain", "centred", NULL};
	struct segments s = segments_of(c, "segments_t0", "segments_t1", SEGMENTS_MAX);
	size_t kind = eh_stat_word(c, "mix", kinds);

	if (eh_stat_refused(c))
		return;
	struct ehs_contribution *parts = eh_arena_zalloc(c->arena, s.n + 1, sizeof *parts);
	struct ehs_decomposition d = ehs_kitagawa(s.at, s.n, kind == 0 ? EHS_MIX_PLAIN : EHS_MIX_CENTRED, parts);
	eh_stat_status(c, d.status, NULL);
	eh_stat_put(c, "disparity0", d.before);
	eh_stat_put(c, "disparity1", d.after);
	eh_stat_put(c, "change", d.change);
	eh_stat_put(c, "mix_total", d.mix);
	eh_stat_put(c, "rate_total", d.rate);
	put_parts(c, parts, s.n);
}

static void lmdi(struct eh_stat_call *c)
{
	struct segments s = segments_of(c, "segments_t0", "segments_t1", SEGMENTS_MAX);

	if (eh_stat_refused(c))
		return;
	struct ehs_contribution *parts = eh_arena_zalloc(c->arena, s.n + 1, sizeof *parts);
	struct ehs_decomposition d = ehs_lmdi_air(s.at, s.n, parts);
	eh_stat_status(c, d.status, NULL);
	eh_stat_put(c, "delta_log_air", d.change);
	eh_stat_put(c, "mix_total", d.mix);
	eh_stat_put(c, "rate_total", d.rate);
	put_parts(c, parts, s.n);
}

static void shapley(struct eh_stat_call *c)
{
	struct segments s = segments_of(c, "t0", "t1", EHS_SHAPLEY_PLAYERS);

	if (eh_stat_refused(c))
		return;
	double phi[EHS_SHAPLEY_PLAYERS] = {0}, swap[EHS_SHAPLEY_PLAYERS] = {0}, without[EHS_SHAPLEY_PLAYERS] = {0};
	double *scratch = eh_arena_zalloc(c->arena, EHS_SHAPLEY_SCRATCH, sizeof *scratch);
	struct ehs_replacement r = ehs_shapley_air(s.at, s.n, phi, swap, scratch);
	eh_stat_status(c, r.status, NULL);
	if (eh_stat_refused(c) || r.status == EHS_OVERFLOW)
		return;
	eh_stat_put(c, "air0", r.before);
	eh_stat_put(c, "air1", r.after);
	eh_stat_put_numbers(c, "shapley", phi, s.n);
	eh_stat_put_numbers(c, "leave_one_out", swap, s.n);
	if (ehs_leave_one_out_air(s.at, s.n, without) == EHS_OK)
		eh_stat_put_numbers(c, "air_without", without, s.n);
}

static void switch_contrast(struct eh_stat_call *c)
{
	struct segments s = segments_of(c, "strata_old", "strata_new", SEGMENTS_MAX);
	double conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_switch_contrast(s.at, s.n, conf);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void air_shift(struct eh_stat_call *c)
{
	struct ehs_2x2 current = eh_stat_2x2(c, "current"), reference = eh_stat_2x2(c, "reference");
	double conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_air_shift(current, reference, conf);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void charts(struct eh_stat_call *c)
{
	struct eh_stat_numbers x = eh_stat_numbers(c, "x", 0, EH_STAT_LEN_MAX);
	double k = eh_stat_number(c, "k"), delta = eh_stat_number(c, "delta");

	if (!isfinite(k + delta))
		eh_stat_refuse(c, "inputs.k and inputs.delta should be finite");
	if (eh_stat_refused(c))
		return;
	struct ehs_cusum cusum = ehs_cusum_init(k);
	struct ehs_page_hinkley ph = ehs_page_hinkley_init(delta);
	double *s = eh_arena_zalloc(c->arena, x.n + 1, sizeof *s), *h = eh_arena_zalloc(c->arena, x.n + 1, sizeof *h);
	for (size_t i = 0; i < x.n; i++) {
		s[i] = ehs_cusum_step(&cusum, x.at[i]);
		h[i] = ehs_page_hinkley_step(&ph, x.at[i]);
	}
	eh_stat_put_numbers(c, "cusum", s, x.n);
	eh_stat_put_numbers(c, "page_hinkley", h, x.n);
}

static void ewma(struct eh_stat_call *c)
{
	struct eh_stat_numbers x = eh_stat_numbers(c, "x", 0, EH_STAT_LEN_MAX);
	double lambda = eh_stat_number(c, "lambda"), L = eh_stat_number_or(c, "L", 2.7);

	if (!(lambda > 0 && lambda <= 1))
		eh_stat_refuse(c, "inputs.lambda should be above 0 and at most 1");
	if (!(L > 0) || isinf(L))
		eh_stat_refuse(c, "inputs.L should be finite and above 0");
	if (eh_stat_refused(c))
		return;
	struct ehs_ewma chart = ehs_ewma_init(lambda);
	double *z = eh_arena_zalloc(c->arena, x.n + 1, sizeof *z),
	       *limit = eh_arena_zalloc(c->arena, x.n + 1, sizeof *z);
	double *stat = eh_arena_zalloc(c->arena, x.n + 1, sizeof *z);
	double *steady = eh_arena_zalloc(c->arena, x.n + 1, sizeof *z);
	for (size_t i = 0; i < x.n; i++) {
		z[i] = ehs_ewma_step(&chart, x.at[i]);
		limit[i] = ehs_ewma_limit(&chart, L);
		stat[i] = ehs_ewma_stat(&chart);
		steady[i] = ehs_ewma_stat_steady(&chart);
		if (!isfinite(z[i]))
			eh_stat_status(c, EHS_OVERFLOW, NULL);
	}
	eh_stat_put_numbers(c, "z", z, x.n);
	eh_stat_put_numbers(c, "limit", limit, x.n);
	eh_stat_put_numbers(c, "stat", stat, x.n);
	eh_stat_put_numbers(c, "stat_steady", steady, x.n);
}

const struct eh_stat_test eh_stat_attribution_tests[] = {
	{"kitagawa_das_gupta_disparity_change",
         "segments_t0, segments_t1 [[n_prot, x_prot, n_ref, x_ref]] (at most 65,536); mix \"plain\" or \"centred\"",
         "disparity0, disparity1, change, mix_total, rate_total, mix_by_segment, rate_by_segment", kitagawa},
	{"lmdi_log_air_change", "segments_t0, segments_t1 [[n_prot, x_prot, n_ref, x_ref]] (at most 65,536)",
         "delta_log_air, mix_total, rate_total, mix_by_segment, rate_by_segment", lmdi},
	{"shapley_source_replacement_air", "t0, t1 [[n_prot, x_prot, n_ref, x_ref]] (at most 12)",
         "air0, air1, shapley, leave_one_out (the source put back), air_without (the source left out)", shapley},
	{"switch_contrast", "strata_old, strata_new [[n_prot, x_prot, n_ref, x_ref]] (at most 65,536); conf .95",
         "est, se, lo, hi, conf, stat, p, log10_p, n, method, flags", switch_contrast},
	{"air_shift", "current [a, b, c, d], reference [a, b, c, d]; conf .95",
         "est, se, lo, hi, conf, stat, p, log10_p, n, method, flags", air_shift},
	{"cusum_page_hinkley", "x [numbers], k, delta", "cusum [numbers], page_hinkley [numbers]", charts},
	{"ewma", "x [numbers, standardised], lambda; L 2.7 standard deviations",
         "z [numbers], limit [numbers] (of z on either side), stat [numbers], stat_steady [numbers]", ewma},
	{0},
};
