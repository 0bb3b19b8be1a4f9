/*
 * sequence.c - lines for stats/sequence.h and stats/confseq.h.
 */
#include "stats/sequence.h"

#include <math.h>

#include "stats/confseq.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

#define BLOCKS_MAX 65536
#define CONFSEQ_BLOCKS_MAX 4096 /* each costs 2,048 e-values */

static void block_e(struct eh_stat_call *c)
{
	struct ehs_2x2 t = {.prot = {eh_stat_count(c, "n_prot"), eh_stat_count(c, "x_prot")},
	                    .ref = {eh_stat_count(c, "n_ref"), eh_stat_count(c, "x_ref")}};
	double ref = eh_stat_number_in(c, "theta_ref_alt", 0, 1), prot = eh_stat_number_in(c, "theta_prot_alt", 0, 1);
	double tau = eh_stat_number_in(c, "tau", 0, INFINITY);

	if (eh_stat_refused(c))
		return;
	double log_e = ehs_block_log_e(t, ref, prot, tau);
	struct ehs_ratio_point at = ehs_block_projection((double)t.prot.n, (double)t.ref.n, ref, prot, tau);
	eh_stat_status(c, isnan(log_e) ? EHS_INVALID : EHS_OK, NULL);
	eh_stat_put(c, "ripr_ref", at.p_ref);
	eh_stat_put(c, "ripr_prot", at.p_prot);
	eh_stat_put(c, "log_e", log_e);
	eh_stat_put(c, "block_growth_rate", ehs_block_growth((double)t.prot.n, (double)t.ref.n, ref, prot, tau));
}

/* [x_ref, n_ref, x_prot, n_prot] */
static struct ehs_2x2 block_at(struct eh_stat_count_table blocks, size_t i)
{
	const uint64_t *row = blocks.at + 4 * i;

	return (struct ehs_2x2){.prot = {row[3], row[2]}, .ref = {row[1], row[0]}};
}

static void detector(struct eh_stat_call *c)
{
	struct eh_stat_count_table blocks = eh_stat_count_table(c, "blocks", 4, BLOCKS_MAX);
	double ref = eh_stat_number_in(c, "theta_ref_alt", 0, 1), prot = eh_stat_number_in(c, "theta_prot_alt", 0, 1);
	double tau = eh_stat_number_in(c, "tau", 0, INFINITY), log_m = -INFINITY, log_e = 0;

	if (eh_stat_refused(c))
		return;
	double *m = eh_arena_zalloc(c->arena, blocks.rows + 1, sizeof *m);
	double *e = eh_arena_zalloc(c->arena, blocks.rows + 1, sizeof *e);
	for (size_t i = 0; i < blocks.rows; i++) {
		double step = ehs_block_log_e(block_at(blocks, i), ref, prot, tau);

		if (isnan(step))
			eh_stat_status(c, EHS_INVALID, NULL);
		log_e += step;
		log_m = ehs_sr_step(log_m, step);
		e[i] = exp(log_e);
		m[i] = exp(log_m);
	}
	eh_stat_put_numbers(c, "M", m, blocks.rows);
	eh_stat_put_numbers(c, "E", e, blocks.rows);
	eh_stat_put(c, "log_m", log_m);
	eh_stat_put(c, "log_e", log_e);
}

static void confidence_sequence(struct eh_stat_call *c)
{
	struct eh_stat_count_table blocks = eh_stat_count_table(c, "blocks", 4, CONFSEQ_BLOCKS_MAX);
	double conf = eh_stat_conf(c), half_lives = eh_stat_number_or(c, "half_lives", 1 / 168.);

	if (eh_stat_refused(c))
		return;
	struct ehs_confseq *s = eh_arena_zalloc(c->arena, 1, sizeof *s);
	double *lo = eh_arena_zalloc(c->arena, blocks.rows + 1, sizeof *lo);
	double *hi = eh_arena_zalloc(c->arena, blocks.rows + 1, sizeof *hi);
	ehs_confseq_init(s);
	for (size_t i = 0; i < blocks.rows; i++) {
		enum ehs_status status = ehs_confseq_step(s, block_at(blocks, i), half_lives);

		if (status != EHS_OK) {
			eh_stat_status(c, status, NULL);
			return;
		}
		struct ehs_result now = ehs_confseq_limits(s, conf);
		lo[i] = now.lo;
		hi[i] = now.hi;
	}
	struct ehs_result r = ehs_confseq_limits(s, conf);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_numbers(c, "lo_by_block", lo, blocks.rows);
	eh_stat_put_numbers(c, "hi_by_block", hi, blocks.rows);
	eh_stat_put_result(c, &r);
}

const struct eh_stat_test eh_stat_sequence_tests[] = {
	{"evalue_block_air_null", "x_ref, n_ref, x_prot, n_prot, theta_ref_alt, theta_prot_alt, tau",
         "ripr_ref, ripr_prot, log_e, block_growth_rate", block_e},
	{"e_detector_shiryaev_roberts",
         "blocks [[x_ref, n_ref, x_prot, n_prot]] (at most 65,536), theta_ref_alt, theta_prot_alt, tau",
         "M [numbers], E [numbers], log_m, log_e", detector},
	{"confidence_sequence",
         "blocks [[x_ref, n_ref, x_prot, n_prot]] (at most 4,096), half_lives between blocks 1/168, conf .95",
         "lo_by_block [numbers], hi_by_block [numbers], est, lo, hi, conf, n, method", confidence_sequence},
	{0},
};
