/*
 * audit_variables.c - the variable test: what each control does to the group's gap when it comes in.
 *
 * All models stand on the same rows, those that have every control, so that a gap moves by the control and not by the
 * people.  A control may come in first (the groups alone, then the groups and it) or last (all the others, then all):
 * of controls that say the same, the first takes everything and the last nothing, and both are shown.  Of decisions
 * the average marginal effect is compared; a coefficient of the logit moves by any strong control, related or not.
 */
#include <math.h>

#include "report/audit_design.h"
#include "report/audit_part.h"
#include "stats/least_squares.h"
#include "stats/logistic.h"

#define CONF 0.95

/* A model's gap of each group: .est, .p; by the group's code. */
struct gaps {
	struct ehs_result *of;
};

typedef struct gaps fit_gaps(const struct eh_audit *audit, size_t attribute, struct eh_audit_controls controls,
                             const uint8_t *rows, const struct eh_numbers *amount);

static struct gaps no_gaps(const struct eh_audit *audit, size_t attribute)
{
	size_t n = audit->attribute[attribute].levels->n;
	struct gaps g = {eh_arena_zalloc(audit->arena, n + 1, sizeof *g.of)};

	for (size_t i = 0; i < n; i++)
		g.of[i] = ehs_result_none(EHS_UNDEFINED, NULL);
	return g;
}

static struct gaps decision_gaps(const struct eh_audit *audit, size_t attribute, struct eh_audit_controls controls,
                                 const uint8_t *rows, const struct eh_numbers *amount)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	struct gaps g = no_gaps(audit, attribute);
	struct eh_audit_logit_fit fit = eh_audit_logit_fit(&here, attribute, controls, rows);

	(void)amount;
	for (size_t i = 0; fit.fit != NULL && i < audit->attribute[attribute].levels->n; i++) {
		size_t column = eh_audit_design_group(fit.design, (int)i);

		if (column != EHS_NO_COLUMN)
			g.of[i] = ehs_logistic_effect(&fit.data, fit.fit, column, CONF);
	}
	return g;
}

static struct gaps amount_gaps(const struct eh_audit *audit, size_t attribute, struct eh_audit_controls controls,
                               const uint8_t *rows, const struct eh_numbers *amount)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	struct gaps g = no_gaps(audit, attribute);
	struct eh_audit_design *design;
	const struct ehs_least_squares *fit =
		eh_audit_amount_fit(&here, attribute, amount, false, controls, rows, &design);

	for (size_t i = 0; !design->too_many && i < audit->attribute[attribute].levels->n; i++) {
		size_t column = eh_audit_design_group(design, (int)i);

		if (column != EHS_NO_COLUMN)
			g.of[i] = fit->coef[column + 1];
	}
	return g;
}

static json_t *step_json(const struct ehs_result *before, const struct ehs_result *after)
{
	json_t *out = json_object();

	eh_audit_put(out, "before", eh_audit_number(before->est));
	eh_audit_put(out, "before_p", eh_audit_number(before->p));
	eh_audit_put(out, "after", eh_audit_number(after->est));
	eh_audit_put(out, "after_p", eh_audit_number(after->p));
	eh_audit_put(out, "share_taken", eh_audit_number(1 - after->est / before->est));
	return out;
}

static json_t *test_json(const struct eh_audit *audit, size_t attribute, fit_gaps *fit, const struct eh_numbers *amount)
{
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const uint8_t *rows = eh_audit_whole_rows(&here, attribute);
	struct gaps none = fit(audit, attribute, eh_audit_no_controls(), rows, amount);
	struct gaps all = fit(audit, attribute, eh_audit_all_controls(audit, attribute), rows, amount);
	json_t *out = json_array();

	for (size_t c = 0; c < a->wants->controls.n; c++) {
		struct gaps one = fit(audit, attribute, eh_audit_one_control(audit, c), rows, amount);
		struct gaps others = fit(audit, attribute, eh_audit_other_controls(audit, attribute, c), rows, amount);
		json_t *entry = json_object(), *groups = json_object();

		eh_audit_put(entry, "control", json_string(eh_audit_control_name(audit, attribute, c)));
		for (size_t g = 0; g < a->levels->n; g++) {
			json_t *of = json_object();

			if ((int)g == a->reference) {
				json_decref(of);
				continue;
			}
			eh_audit_put(of, "first", step_json(&none.of[g], &one.of[g]));
			eh_audit_put(of, "last", step_json(&others.of[g], &all.of[g]));
			eh_audit_put_text(groups, a->levels->text[g], of);
		}
		eh_audit_put(entry, "groups", groups);
		eh_audit_append(out, entry);
	}
	return out;
}

json_t *eh_audit_variable_test(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out, *amounts;

	if (a->reference < 0 || a->wants->controls.n == 0)
		return NULL;
	out = json_object();
	eh_audit_put(out, "measure", json_string("average_marginal_effect"));
	eh_audit_put(out, "decision", test_json(audit, attribute, decision_gaps, NULL));
	if (audit->map->amounts_n == 0)
		return out;
	eh_audit_put(out, "amounts", amounts = json_object());
	for (size_t i = 0; i < audit->map->amounts_n; i++)
		eh_audit_put(amounts, audit->map->amounts[i].name,
		             test_json(audit, attribute, amount_gaps, &audit->columns->amounts[i].amount));
	return out;
}
