/*
 * membership.c - lines for stats/membership.h: a protected group and the rest.
 */
#include "stats/membership.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

#define UNIT EHS_MEMBERSHIP_UNIT_MAX

/* A row by itself.  Refuses what is no probability; *rounded where it has more than 9 decimals. */
static struct ehs_membership_cell row_of(struct eh_stat_call *c, double w, uint64_t y, bool *rounded)
{
	struct ehs_membership_cell row = {.n = 1, .x = y};

	if (!(w >= 0 && w <= 1)) {
		eh_stat_refuse(c, "w must hold numbers from 0 to 1");
		return row;
	}
	if (y > 1)
		eh_stat_refuse(c, "y must hold 0 or 1");
	double exact = w * UNIT;
	row.w[0] = (uint32_t)llrint(exact);
	row.w[1] = UNIT - row.w[0];
	*rounded |= fabs(exact - row.w[0]) > 1e-6;
	return row;
}

static void put_fitted(struct eh_stat_call *c, const struct ehs_membership_rates *r, const char *rd, const char *se,
                       const char *status)
{
	struct ehs_result d = ehs_membership_difference(r, 0, 1, .95);

	eh_stat_put(c, rd, d.est);
	eh_stat_put(c, se, d.se);
	if (d.status != EHS_OK)
		eh_stat_put_text(c, status, ehs_status_name(d.status));
}

static void put_weighted(struct eh_stat_call *c, const struct ehs_membership_rates *r)
{
	struct ehs_result d = ehs_membership_difference(r, 0, 1, .95), q = ehs_membership_ratio(r, 0, 1, .95);

	eh_stat_status(c, d.status, NULL);
	eh_stat_put(c, "rate_prot", r->rate[0]);
	eh_stat_put(c, "rate_ref", r->rate[1]);
	eh_stat_put(c, "var_prot", r->cov[0][0]);
	eh_stat_put(c, "var_ref", r->cov[1][1]);
	eh_stat_put(c, "cov", r->cov[0][1]);
	eh_stat_put(c, "rd", d.est);
	eh_stat_put(c, "var_rd", d.se * d.se);
	eh_stat_put(c, "log_air", log(q.est));
	eh_stat_put(c, "var_log_air", q.se * q.se);
	eh_stat_put(c, "kish_neff_prot", r->n_eff[0]);
	eh_stat_put(c, "kish_neff_ref", r->n_eff[1]);
}

static void membership(struct eh_stat_call *c)
{
	struct eh_stat_numbers w = eh_stat_numbers(c, "w", 1, EH_STAT_LEN_MAX);
	struct eh_stat_counts y = eh_stat_counts(c, "y", 1, EH_STAT_LEN_MAX);
	struct ehs_membership_sums sums;
	bool rounded = false;

	eh_stat_same_length(c, "w", w.n, "y", y.n);
	if (eh_stat_refused(c))
		return;
	struct ehs_membership_cell *rows = eh_arena_zalloc(c->arena, w.n, sizeof *rows);
	EH_ASSERT(ehs_membership_init(&sums, 2, UNIT) == EHS_OK);
	for (size_t i = 0; i < w.n && !eh_stat_refused(c); i++) {
		rows[i] = row_of(c, w.at[i], y.at[i], &rounded);
		if (!eh_stat_refused(c) && ehs_membership_add(&sums, rows[i].w, 1, rows[i].x) != EHS_OK)
			eh_stat_refuse(c, "w has too many rows to add up");
	}
	if (eh_stat_refused(c))
		return;
	struct ehs_membership_cells cells = {rows, w.n, 2, UNIT};
	struct ehs_membership_rates weighted = ehs_membership_weighted(&sums), em = ehs_membership_em(&cells);
	struct ehs_membership_rates line = ehs_membership_regression(&cells, 1, true);
	put_weighted(c, &weighted);
	put_fitted(c, &line, "rd_regression", "se_rd_regression", "status_regression");
	put_fitted(c, &em, "rd_em", "se_rd_em", "status_em");
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

static void frechet(struct eh_stat_call *c)
{
	struct eh_stat_number_table t = eh_stat_number_table(c, "cells_n_pa_py", 3, EH_STAT_LEN_MAX);

	if (eh_stat_refused(c))
		return;
	struct ehs_frechet_cell *cells = eh_arena_zalloc(c->arena, t.rows + 1, sizeof *cells);
	for (size_t i = 0; i < t.rows; i++)
		cells[i] = (struct ehs_frechet_cell){t.at[3 * i], t.at[3 * i + 1], t.at[3 * i + 2]};
	struct ehs_frechet_bounds prot = ehs_frechet_rate(cells, t.rows), ref = ehs_frechet_rest(cells, t.rows);
	struct ehs_frechet_bounds air = ehs_frechet_ratio(prot, ref), rd = ehs_frechet_difference(prot, ref);
	if (prot.status == EHS_INVALID)
		eh_stat_refuse(c, "cells_n_pa_py must hold n from 0 and two probabilities");
	if (eh_stat_refused(c))
		return;
	eh_stat_status(c, air.status, NULL);
	eh_stat_put(c, "rate_prot_lo", prot.lo);
	eh_stat_put(c, "rate_prot_hi", prot.hi);
	eh_stat_put(c, "rate_ref_lo", ref.lo);
	eh_stat_put(c, "rate_ref_hi", ref.hi);
	eh_stat_put(c, "air_lo", air.lo);
	eh_stat_put(c, "air_hi", air.hi);
	eh_stat_put(c, "rd_lo", rd.lo);
	eh_stat_put(c, "rd_hi", rd.hi);
}

const struct eh_stat_test eh_stat_membership_tests[] = {
	{"probabilistic_membership", "w [probabilities of the protected group], y [0 or 1]",
         "rate_prot, rate_ref, var_prot, var_ref, cov, rd, var_rd, log_air, var_log_air, kish_neff_prot, "
         "kish_neff_ref, "
         "rd_regression, se_rd_regression, status_regression, rd_em, se_rd_em, status_em, rounded",
         membership},
	{"proxy_frechet_bounds", "cells_n_pa_py [[n, probability of the group, share with the outcome], ...]",
         "rate_prot_lo, rate_prot_hi, rate_ref_lo, rate_ref_hi, air_lo, air_hi, rd_lo, rd_hi", frechet},
	{0},
};
