/*
 * audit_score.c - the score itself: do two groups get different ones?
 */
#include "report/audit_scores.h"

#include <math.h>

#include "report/audit_part.h"
#include "stats/distance.h"
#include "stats/ks.h"
#include "stats/rank.h"

struct two {
	struct ehs_moments focal, ref;
	struct ehs_histogram focal_values, ref_values;
	int64_t focal_median, ref_median; /* twice, in units of q */
	int scale;
	bool exact;
};

static struct ehs_moments together(const struct ehs_moments *a, const struct ehs_moments *b)
{
	return (struct ehs_moments){a->n + b->n, a->sum + b->sum, a->sum_sq + b->sum_sq};
}

static void put_means(json_t *out, const struct two *t)
{
	double unit = pow(10, t->scale);
	struct ehs_mean focal = ehs_mean_of(&t->focal), ref = ehs_mean_of(&t->ref);

	eh_audit_put(out, "mean_focal", eh_audit_number(focal.mean / unit));
	eh_audit_put(out, "mean_ref", eh_audit_number(ref.mean / unit));
	eh_audit_put(out, "sd_focal", eh_audit_number(sqrt(focal.variance) / unit));
	eh_audit_put(out, "sd_ref", eh_audit_number(sqrt(ref.variance) / unit));
	eh_audit_put(out, "median_focal", eh_audit_number((double)t->focal_median / (2 * unit)));
	eh_audit_put(out, "median_ref", eh_audit_number((double)t->ref_median / (2 * unit)));
}

static void put_standardised(json_t *out, const struct two *t)
{
	struct ehs_moments all = together(&t->focal, &t->ref);
	struct ehs_smd smd = ehs_smd(&t->focal, &t->ref, t->scale);
	double sd = sqrt(ehs_mean_of(&all).variance) / pow(10, t->scale);
	json_t *welch = json_object();

	eh_audit_put(out, "cohen_d", eh_audit_number(smd.smd));
	eh_audit_put(out, "smd_avg_var", eh_audit_number(smd.smd_unpooled));
	eh_audit_put(out, "smd_total_sd", eh_audit_number(smd.difference / sd));
	eh_audit_put(out, "hedges_g", eh_audit_number(smd.hedges_g));
	eh_audit_put(welch, "t", eh_audit_number(smd.welch_t));
	eh_audit_put(welch, "df", eh_audit_number(smd.df));
	eh_audit_put(welch, "p", eh_audit_number(smd.p));
	eh_audit_put(welch, "diff_lo", eh_audit_number(smd.diff_lo));
	eh_audit_put(welch, "diff_hi", eh_audit_number(smd.diff_hi));
	eh_audit_put(out, "welch_t", welch);
}

static json_t *ranks_json(const struct two *t)
{
	struct ehs_mann_whitney mw = ehs_mann_whitney(t->focal_values, t->ref_values, EHS_Z95);
	json_t *out = json_object();

	eh_audit_put(out, "u_focal", eh_audit_number(mw.u));
	eh_audit_put(out, "p_no_cc", eh_audit_number(mw.p));
	eh_audit_put(out, "p_cc", eh_audit_number(mw.p_corrected));
	eh_audit_put(out, "auc", eh_audit_number(mw.auc.est));
	eh_audit_put(out, "auc_lo", eh_audit_number(mw.auc.lo));
	eh_audit_put(out, "auc_hi", eh_audit_number(mw.auc.hi));
	eh_audit_put(out, "cliffs_delta", eh_audit_number(2 * mw.auc.est - 1));
	return out;
}

static json_t *distribution_json(const struct two *t)
{
	struct ehs_result ks = ehs_ks(t->focal_values, t->ref_values);
	json_t *out = json_object();

	eh_audit_put(out, "d", eh_audit_number(ks.est));
	eh_audit_put(out, "p", eh_audit_number(ks.p));
	eh_audit_put(out, "p_method", json_string(ks.method));
	return out;
}

static json_t *psi_json(const struct two *t)
{
	struct ehs_result psi = ehs_psi_pooled_deciles(t->focal_values, t->ref_values);
	int64_t edge[9];
	size_t n = ehs_deciles(t->focal_values, t->ref_values, edge);
	json_t *out = json_object(), *edges = json_array();

	for (size_t i = 0; i < n; i++)
		eh_audit_append(edges, eh_audit_number((double)edge[i] / (10 * pow(10, t->scale))));
	eh_audit_put(out, "edges", edges);
	eh_audit_put(out, "value", eh_audit_number(psi.est));
	return out;
}

static json_t *score_json(const struct two *t)
{
	json_t *out = json_object();

	eh_audit_put(out, "n_focal", eh_audit_count(t->focal.n));
	eh_audit_put(out, "n_ref", eh_audit_count(t->ref.n));
	if (t->focal.n < 2 || t->ref.n < 2)
		return out;
	put_means(out, t);
	put_standardised(out, t);
	eh_audit_put(out, "mann_whitney", ranks_json(t));
	eh_audit_put(out, "ks", distribution_json(t));
	eh_audit_put(out, "wasserstein1",
	             eh_audit_number(ehs_wasserstein1(t->focal_values, t->ref_values, t->scale).est));
	eh_audit_put(out, "psi_pooled_deciles", psi_json(t));
	eh_audit_put(out, "binned", json_boolean(!t->exact));
	return out;
}

json_t *eh_audit_score(const struct eh_audit *audit, size_t attribute, int group)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct two t = {.scale = audit->columns->score.scale, .exact = audit->exact};

	if (audit->scored == 0)
		return NULL;
	t.focal = a->score_sums[group];
	t.ref = a->score_sums[a->reference];
	t.focal_values = a->score_values[group];
	t.ref_values = a->score_values[a->reference];
	t.focal_median = a->score_middle[group].twice_median;
	t.ref_median = a->score_middle[a->reference].twice_median;
	return score_json(&t);
}
