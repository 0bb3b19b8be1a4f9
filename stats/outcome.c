/*
 * outcome.c - see outcome.h.
 */
#include "stats/outcome.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "stats/proportion.h"
#include "stats/tail.h"

static const char *const rate_name[EHS_OUTCOME_RATES] = {"tpr", "fpr", "fnr",       "tnr",
                                                         "ppv", "npv", "selection", "base_rate"};

const char *ehs_outcome_rate_name(enum ehs_outcome_rate rate)
{
	return (size_t)rate < EHS_OUTCOME_RATES ? rate_name[rate] : "invalid";
}

enum ehs_status ehs_confusion_merge(struct ehs_confusion *sum, const struct ehs_confusion *more)
{
	struct ehs_confusion s;

	if (__builtin_add_overflow(sum->tp, more->tp, &s.tp) || __builtin_add_overflow(sum->fp, more->fp, &s.fp) ||
	    __builtin_add_overflow(sum->fn, more->fn, &s.fn) || __builtin_add_overflow(sum->tn, more->tn, &s.tn))
		return EHS_OVERFLOW;
	*sum = s;
	return EHS_OK;
}

enum ehs_status ehs_confusion_subtract(struct ehs_confusion *sum, const struct ehs_confusion *less)
{
	struct ehs_confusion s;

	if (__builtin_sub_overflow(sum->tp, less->tp, &s.tp) || __builtin_sub_overflow(sum->fp, less->fp, &s.fp) ||
	    __builtin_sub_overflow(sum->fn, less->fn, &s.fn) || __builtin_sub_overflow(sum->tn, less->tn, &s.tn))
		return EHS_OVERFLOW;
	*sum = s;
	return EHS_OK;
}

/* All four fit together into 63 bits, so that no sum or product below can wrap. */
static bool is_countable(const struct ehs_confusion *c)
{
	uint64_t n;

	return !__builtin_add_overflow(c->tp, c->fp, &n) && !__builtin_add_overflow(n, c->fn, &n) &&
	       !__builtin_add_overflow(n, c->tn, &n) && n <= INT64_MAX;
}

struct ehs_bin ehs_outcome_bin(const struct ehs_confusion *c, enum ehs_outcome_rate rate)
{
	uint64_t n = c->tp + c->fp + c->fn + c->tn;

	switch (rate) {
	case EHS_TPR:
		return (struct ehs_bin){c->tp + c->fn, c->tp};
	case EHS_FPR:
		return (struct ehs_bin){c->fp + c->tn, c->fp};
	case EHS_FNR:
		return (struct ehs_bin){c->tp + c->fn, c->fn};
	case EHS_TNR:
		return (struct ehs_bin){c->fp + c->tn, c->tn};
	case EHS_PPV:
		return (struct ehs_bin){c->tp + c->fp, c->tp};
	case EHS_NPV:
		return (struct ehs_bin){c->fn + c->tn, c->tn};
	case EHS_SELECTION:
		return (struct ehs_bin){n, c->tp + c->fp};
	case EHS_BASE_RATE:
		return (struct ehs_bin){n, c->tp + c->fn};
	case EHS_OUTCOME_RATES:
		break;
	}
	return (struct ehs_bin){0, 0};
}

static enum ehs_status check(const struct ehs_confusion *a, const struct ehs_confusion *b, enum ehs_outcome_rate rate,
                             double conf)
{
	if ((size_t)rate >= EHS_OUTCOME_RATES || !(conf > 0 && conf < 1))
		return EHS_INVALID;
	return is_countable(a) && is_countable(b) ? EHS_OK : EHS_OVERFLOW;
}

static void put_interval(struct ehs_result *r, struct ehs_interval i, double conf)
{
	r->est = i.est;
	r->lo = i.lo;
	r->hi = i.hi;
	r->conf = conf;
	r->status = i.status;
}

struct ehs_result ehs_outcome_rate(const struct ehs_confusion *c, enum ehs_outcome_rate rate, double conf)
{
	struct ehs_result r = ehs_result_none(check(c, c, rate, conf), "wilson");

	if (r.status != EHS_OK)
		return r;
	struct ehs_bin bin = ehs_outcome_bin(c, rate);
	put_interval(&r, ehs_wilson(bin, ehs_z_of(conf)), conf);
	r.n[0] = bin.n;
	return r;
}

static struct ehs_2x2 both(const struct ehs_confusion *prot, const struct ehs_confusion *ref,
                           enum ehs_outcome_rate rate)
{
	return (struct ehs_2x2){ehs_outcome_bin(prot, rate), ehs_outcome_bin(ref, rate)};
}

static void put_sizes(struct ehs_result *r, struct ehs_2x2 table)
{
	r->n[0] = table.prot.n;
	r->n[1] = table.ref.n;
	if (!ehs_enough(table, 30, 5))
		r->flags |= EHS_FLAG_LOW_N;
}

struct ehs_result ehs_outcome_difference(const struct ehs_confusion *prot, const struct ehs_confusion *ref,
                                         enum ehs_outcome_rate rate, double conf)
{
	struct ehs_result r = ehs_result_none(check(prot, ref, rate, conf), "newcombe_pooled_z");

	if (r.status != EHS_OK)
		return r;
	struct ehs_2x2 table = both(prot, ref, rate);
	struct ehs_test z = ehs_z_pooled(table);

	put_interval(&r, ehs_rd_newcombe(table, ehs_z_of(conf)), conf);
	put_sizes(&r, table);
	r.stat = z.stat;
	r.p = z.p;
	r.log10_p = isnan(z.stat) ? log10(z.p) : ehs_log10_of(ehs_normal_two_sided(z.stat));
	if (r.status == EHS_OK)
		r.status = z.status;
	return r;
}

struct ehs_result ehs_outcome_ratio(const struct ehs_confusion *prot, const struct ehs_confusion *ref,
                                    enum ehs_outcome_rate rate, double conf)
{
	struct ehs_result r = ehs_result_none(check(prot, ref, rate, conf), "koopman_score");

	if (r.status != EHS_OK)
		return r;
	struct ehs_2x2 table = both(prot, ref, rate);
	put_interval(&r, ehs_air_koopman(table, ehs_z_of(conf)), conf);
	put_sizes(&r, table);
	return r;
}

/* The interval of |d| that follows from that of d. */
static double least(const struct ehs_result *d)
{
	return d->lo <= 0 && d->hi >= 0 ? 0 : fmin(fabs(d->lo), fabs(d->hi));
}

static double most(const struct ehs_result *d)
{
	return fmax(fabs(d->lo), fabs(d->hi));
}

struct ehs_result ehs_equalized_odds(const struct ehs_confusion *prot, const struct ehs_confusion *ref, double conf)
{
	double each = 1 - (1 - conf) / 2;
	struct ehs_result tpr = ehs_outcome_difference(prot, ref, EHS_TPR, each);
	struct ehs_result fpr = ehs_outcome_difference(prot, ref, EHS_FPR, each);
	struct ehs_result r = ehs_result_none(check(prot, ref, EHS_TPR, conf), "newcombe_bonferroni_pair");

	if (r.status != EHS_OK)
		return r;
	if (isnan(tpr.est) || isnan(fpr.est)) {
		r.status = isnan(tpr.est) ? tpr.status : fpr.status;
		return r;
	}
	r.est = fmax(fabs(tpr.est), fabs(fpr.est));
	r.lo = fmax(least(&tpr), least(&fpr));
	r.hi = fmax(most(&tpr), most(&fpr));
	r.conf = conf;
	r.p = fmin(1, 2 * fmin(tpr.p, fpr.p));
	r.log10_p = fmin(0, log10(2) + fmin(tpr.log10_p, fpr.log10_p));
	r.n[0] = tpr.n[0] + fpr.n[0];
	r.n[1] = tpr.n[1] + fpr.n[1];
	r.flags = tpr.flags | fpr.flags;
	return r;
}
