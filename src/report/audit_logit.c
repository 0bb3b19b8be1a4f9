/*
 * audit_logit.c - the group's odds of an adverse decision, alone and with the controls held equal.
 *
 * Keys as docs/reference/audit.md lists them.  Where a term parts the decisions there is no finite estimate: the terms
 * are null and `firth` holds the penalised ones.
 */
#include <math.h>

#include "report/audit_design.h"
#include "report/audit_part.h"
#include "stats/logistic.h"

#define CONF 0.95
#define PROFILE_CELLS 20000 /* above it 40 penalised fits take too long, and Wald's limits do */

struct eh_audit_logit_fit eh_audit_logit_fit(const struct eh_audit *audit, size_t attribute,
                                             struct eh_audit_controls controls, const uint8_t *also)
{
	struct eh_audit_logit_fit m = {.design = eh_audit_design(audit, attribute, controls, also)};
	struct eh_audit_design *d = m.design;

	m.n = d->r.rows;
	if (d->too_many)
		return m;
	m.fit = eh_arena_zalloc(audit->arena, 1, sizeof *m.fit);
	eh_audit_design_join(audit, d, &m.data.k);
	double *work = eh_arena_zalloc(audit->arena, ehs_logistic_doubles(d->r.rows, d->r.columns), sizeof *work);
	m.data.r = d->r;
	while (ehs_logistic_fit(&m.data, CONF, work, m.fit) == EHS_ILL_CONDITIONED) {
		eh_audit_design_drop(d, m.fit->column, "the other terms say the same, or it never varies");
		m.data.r = d->r;
	}
	return m;
}

static json_t *effect_json(const struct eh_audit_logit_fit *m, size_t column)
{
	struct ehs_result e = ehs_logistic_effect(&m->data, m->fit, column, CONF);
	json_t *out = json_object();

	eh_audit_put(out, "value", eh_audit_number(e.est));
	eh_audit_put(out, "se", eh_audit_number(e.se));
	eh_audit_put(out, "lo", eh_audit_number(e.lo));
	eh_audit_put(out, "hi", eh_audit_number(e.hi));
	eh_audit_put(out, "p", eh_audit_number(e.p));
	return out;
}

static json_t *ratio_test_json(const struct eh_audit_logit_fit *m, const bool *without)
{
	struct ehs_result lr = ehs_logistic_lr(&m->data, m->fit, without);
	json_t *out = json_object();

	eh_audit_put(out, "stat", eh_audit_number(lr.stat));
	eh_audit_put(out, "df", isfinite(lr.df) ? json_integer((json_int_t)lr.df) : json_null());
	eh_audit_put(out, "p", eh_audit_number(lr.p));
	eh_audit_put(out, "log10_p", eh_audit_number(lr.log10_p));
	return out;
}

/* NULL: the term has no number. */
static json_t *term_json(const struct ehs_result *r)
{
	struct ehs_result none = ehs_result_none(EHS_UNDEFINED, NULL), odds;
	json_t *out = json_object();

	if (r == NULL)
		r = &none;
	odds = ehs_odds_ratio_of(*r);
	eh_audit_put(out, "coef", eh_audit_number(r->est));
	eh_audit_put(out, "se", eh_audit_number(r->se));
	eh_audit_put(out, "z", eh_audit_number(r->stat));
	eh_audit_put(out, "p", eh_audit_number(r->p));
	eh_audit_put(out, "log10_p", eh_audit_number(r->log10_p));
	eh_audit_put(out, "odds_ratio", eh_audit_number(odds.est));
	eh_audit_put(out, "or_lo", eh_audit_number(odds.lo));
	eh_audit_put(out, "or_hi", eh_audit_number(odds.hi));
	return out;
}

/* The limits to read of a penalised estimate: Wald's are symmetric, the truth lies to one side. */
static void put_profile(json_t *of, const struct eh_audit_logit_fit *m, size_t column)
{
	struct ehs_result odds = ehs_odds_ratio_of(ehs_logistic_profile(&m->data, m->fit, column, CONF));

	eh_audit_put(of, "profile_or_lo", eh_audit_number(odds.lo));
	eh_audit_put(of, "profile_or_hi", eh_audit_number(odds.hi));
}

/* `shown` false: names without numbers.  A term other than the intercept has its effect and, for a group, its test. */
static json_t *terms_json(const struct eh_audit_logit_fit *m, bool shown)
{
	json_t *out = json_object();
	size_t column = 0;

	eh_audit_put(out, "(Intercept)", term_json(shown ? &m->fit->coef[0] : NULL));
	for (size_t t = 0; t < m->design->term_n; t++) {
		const struct eh_audit_term *term = &m->design->term[t];
		bool there = shown && term->dropped == NULL;
		json_t *of = term_json(there ? &m->fit->coef[column + 1] : NULL);

		if (there)
			eh_audit_put(of, "average_marginal_effect", effect_json(m, column));
		if (there && term->group >= 0) {
			bool without[EHS_REGRESSORS_MAX] = {false};

			without[column] = true;
			eh_audit_put(of, "likelihood_ratio", ratio_test_json(m, without));
			if ((m->fit->flags & EHS_FLAG_PENALIZED) != 0 && m->data.r.rows <= PROFILE_CELLS)
				put_profile(of, m, column);
		}
		eh_audit_put(out, term->name, of);
		column += term->dropped == NULL;
	}
	return out;
}

/* All groups at once: does the attribute matter at all, with the controls held equal? */
static json_t *all_groups_json(const struct eh_audit_logit_fit *m)
{
	bool without[EHS_REGRESSORS_MAX] = {false};

	for (size_t t = 0; t < m->design->term_n; t++)
		if (m->design->term[t].group >= 0 && m->design->term[t].dropped == NULL)
			without[eh_audit_design_group(m->design, m->design->term[t].group)] = true;
	return ratio_test_json(m, without);
}

static const char *parting_term(const struct eh_audit_logit_fit *m)
{
	size_t column = 0;

	for (size_t t = 0; t < m->design->term_n; t++) {
		if (m->design->term[t].dropped == NULL && column++ == m->fit->column)
			return m->design->term[t].name;
	}
	return "(Intercept)";
}

static void put_separation(const struct eh_audit *audit, size_t attribute, const struct eh_audit_logit_fit *m,
                           json_t *out)
{
	const char *term = parting_term(m);
	json_t *firth = json_object();

	eh_audit_put(firth, "separated_by", json_string(term));
	eh_audit_put(firth, "terms", terms_json(m, true));
	eh_audit_put(firth, "likelihood_ratio_groups", all_groups_json(m));
	eh_audit_put(out, "firth", firth);
	eh_audit_warn(audit, "separation", attribute, NULL, NULL,
	              "The logistic model of %s has no finite estimate, as %s parts the decisions without overlap: "
	              "estimates with Firth's penalty stand in its place.",
	              audit->map->protect[attribute].name, term);
}

static json_t *model_json(const struct eh_audit *audit, size_t attribute, struct eh_audit_controls controls)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct eh_audit_logit_fit m = eh_audit_logit_fit(&here, attribute, controls, NULL);
	json_t *out = json_object();

	eh_audit_put(out, "response", json_string("adverse"));
	eh_audit_put(out, "reference", json_string(a->map->reference));
	eh_audit_put(out, "controls", eh_audit_control_names(audit, attribute, controls));
	eh_audit_put(out, "n", eh_audit_count(m.n));
	eh_audit_put(out, "n_without_a_control", eh_audit_count(m.design->listwise));
	if (m.fit == NULL) {
		eh_audit_put(out, "status", json_string("too_many_terms"));
		return out;
	}
	bool shown = m.fit->status == EHS_OK;
	eh_audit_put(out, "status", json_string(ehs_status_name(m.fit->status)));
	eh_audit_put(out, "dropped", eh_audit_design_dropped(m.design));
	eh_audit_put(out, "method", json_string("newton_at_the_optimum"));
	eh_audit_put(out, "iterations", json_integer(m.fit->iterations));
	eh_audit_put(out, "loglik", eh_audit_number(shown ? m.fit->loglik : NAN));
	eh_audit_put(out, "low_n", json_boolean((m.fit->flags & EHS_FLAG_LOW_N) != 0));
	eh_audit_put(out, "terms", terms_json(&m, shown));
	if (shown)
		eh_audit_put(out, "likelihood_ratio_groups", all_groups_json(&m));
	if (m.fit->status == EHS_SEPARATION)
		put_separation(audit, attribute, &m, out);
	return out;
}

json_t *eh_audit_logit(const struct eh_audit *audit, size_t attribute)
{
	if (audit->attribute[attribute].reference < 0)
		return json_null();
	json_t *out = json_object();
	eh_audit_put(out, "unadjusted", model_json(audit, attribute, eh_audit_no_controls()));
	eh_audit_put(out, "adjusted", model_json(audit, attribute, eh_audit_all_controls(audit, attribute)));
	return out;
}
