/*
 * betting.c - lines for stats/betting.h.
 */
#include "stats/betting.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

#define UNIT 1000000000 /* weights are taken to 9 digits */
#define HALF_LIFE 500

struct rows {
	struct ehs_betting_row *at;
	size_t n;
	bool rounded;
};

static uint32_t weight_at(struct eh_stat_call *c, const char *key, struct eh_stat_numbers w, size_t i, bool *rounded)
{
	if (!(w.at[i] >= 0 && w.at[i] <= 1)) {
		eh_stat_refuse(c, "inputs.%s[%zu] should be a weight between 0 and 1", key, i);
		return 0;
	}
	double units = round(w.at[i] * UNIT);

	*rounded |= units / UNIT != w.at[i];
	return (uint32_t)units;
}

static struct rows read_rows(struct eh_stat_call *c)
{
	struct eh_stat_numbers prot = eh_stat_numbers(c, "w_prot", 0, EH_STAT_LEN_MAX);
	struct eh_stat_numbers ref = eh_stat_numbers(c, "w_ref", 0, EH_STAT_LEN_MAX);
	struct eh_stat_counts y = eh_stat_counts(c, "y", 0, EH_STAT_LEN_MAX);

	eh_stat_same_length(c, "w_prot", prot.n, "y", y.n);
	eh_stat_same_length(c, "w_ref", ref.n, "y", y.n);
	if (y.n % 2 != 0)
		eh_stat_refuse(c, "inputs.y should hold an even number of rows: the first two are a pair, and so on");
	if (eh_stat_refused(c))
		return (struct rows){0};
	struct rows rows = {eh_arena_zalloc(c->arena, y.n + 1, sizeof *rows.at), y.n, false};
	for (size_t i = 0; i < y.n && !eh_stat_refused(c); i++) {
		if (y.at[i] > 1)
			eh_stat_refuse(c, "inputs.y[%zu] should be 0 or 1", i);
		rows.at[i] = (struct ehs_betting_row){weight_at(c, "w_prot", prot, i, &rows.rounded),
		                                      weight_at(c, "w_ref", ref, i, &rows.rounded), y.at[i] == 1};
	}
	return rows;
}

static void paired_betting(struct eh_stat_call *c)
{
	struct rows rows = read_rows(c);
	double tau = eh_stat_number_in(c, "tau", 0, INFINITY);
	double half_life = eh_stat_number_or(c, "half_life", HALF_LIFE);
	struct ehs_betting bet;

	if (!(half_life > 0))
		eh_stat_refuse(c, "inputs.half_life should be above 0, in pairs");
	if (eh_stat_refused(c))
		return;
	double *log_e = eh_arena_zalloc(c->arena, rows.n / 2 + 1, sizeof *log_e);
	double *log_m = eh_arena_zalloc(c->arena, rows.n / 2 + 1, sizeof *log_m);
	eh_stat_status(c, ehs_betting_init(&bet, tau, half_life), NULL);
	for (size_t i = 0; i < rows.n; i += 2) {
		if (ehs_betting_step(&bet, rows.at[i], rows.at[i + 1], UNIT) != EHS_OK) {
			eh_stat_refuse(
				c,
				"rows %zu and %zu: inputs.w_prot and inputs.w_ref of a row should add up to at most 1",
				i, i + 1);
			return;
		}
		log_e[i / 2] = ehs_betting_log_e(&bet);
		log_m[i / 2] = ehs_betting_log_m(&bet);
	}
	eh_stat_put_numbers(c, "log_e_by_pair", log_e, rows.n / 2);
	eh_stat_put_numbers(c, "log_m_by_pair", log_m, rows.n / 2);
	eh_stat_put(c, "log_e", ehs_betting_log_e(&bet));
	eh_stat_put(c, "log_m", ehs_betting_log_m(&bet));
	eh_stat_put(c, "peak_log_e", bet.peak_log_e);
	eh_stat_put(c, "peak_log_m", bet.peak_log_m);
	if (rows.rounded)
		eh_stat_put_bool(c, "rounded", true);
}

const struct eh_stat_test eh_stat_betting_tests[] = {
	{"paired_betting",
         "w_prot [numbers], w_ref [numbers], y [0 or 1] (rows in the order of their pairs), tau; half_life 500 pairs",
         "log_e_by_pair [numbers], log_m_by_pair [numbers], log_e, log_m, peak_log_e, peak_log_m, rounded",
         paired_betting},
	{0},
};
