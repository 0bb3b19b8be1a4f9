/*
 * result.c - see result.h.  The keys are in docs/reference/lab.md.
 */
#include "lab/result.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "base/fixed.h"
#include "base/json.h"
#include "base/time.h"
#include "lab/reach.h"

static const char *const side_name[EH_LAB_SIDES] = {"in_force", "draft"};

static json_t *decimal(double x, int places)
{
	char text[64];

	snprintf(text, sizeof text, "%.*f", places, x);
	return json_string(text);
}

static json_t *ppm(int64_t value)
{
	char text[32];

	eh_fixed_format(value, 6, text);
	return json_string(text);
}

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN || us == INT64_MAX)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static json_t *policy_json(const struct eh_policy *policy)
{
	char version[EH_SHA256_HEX];
	json_error_t why;

	eh_sha256_hex(&policy->version, version);
	return json_pack("{s:s,s:s,s:o}", "name", policy->name, "sha256", version, "policy",
	                 json_loads(policy->canonical, 0, &why));
}

/* ---- the two replays ---- */

static json_t *alert_json(const struct eh_lab_alert *a)
{
	return json_pack("{s:o,s:o,s:s,s:o,s:s}", "at", instant(a->at_us), "onset", instant(a->onset_us), "outcome",
	                 a->outcome, "paged", instant(a->page_us), "severity", a->page ? "page" : "review");
}

static json_t *missing_from(const struct eh_lab_alerts *in, const struct eh_lab_alerts *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < in->n; i++)
		if (eh_lab_alert_like(out, &in->alert[i]) == NULL)
			json_array_append_new(list, json_pack("{s:s,s:o}", "about", in->alert[i].about, "alert",
			                                      alert_json(&in->alert[i])));
	return list;
}

static json_t *in_both(const struct eh_lab_alerts *in_force, const struct eh_lab_alerts *draft)
{
	json_t *list = json_array();

	for (size_t i = 0; i < in_force->n; i++) {
		const struct eh_lab_alert *a = &in_force->alert[i], *b = eh_lab_alert_like(draft, a);

		if (b != NULL)
			json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:s}", "about", a->about, "in_force",
			                                      alert_json(a), "draft", alert_json(b), "draft_is",
			                                      b->at_us < a->at_us   ? "earlier"
			                                      : b->at_us > a->at_us ? "later"
			                                                            : "same"));
	}
	return list;
}

/* ---- drawn pasts ---- */

/* What the number of false alerts a year is below, with 95 % confidence, however few were seen (Garwood 1936). */
static double upper_limit(uint64_t alerts, double years)
{
	return gsl_cdf_chisq_Pinv(0.95, 2.0 * (double)(alerts + 1)) / 2.0 / years;
}

static json_t *rate_json(uint64_t alerts, double years)
{
	if (!(years > 0.0))
		return json_null();
	return json_pack("{s:I,s:o,s:o}", "alerts", (json_int_t)alerts, "a_year", decimal((double)alerts / years, 3),
	                 "a_year_at_most", decimal(upper_limit(alerts, years), 3));
}

static json_t *false_json(const struct eh_lab_trials *t)
{
	static const char *const kinds[EH_LAB_NULLS] = {"permuted", "bootstrapped"};
	json_t *doc = json_object();

	for (int kind = 0; kind < EH_LAB_NULLS; kind++) {
		json_t *of = json_pack("{s:o}", "years", decimal(t->years[kind], 3));

		for (int side = 0; side < EH_LAB_SIDES; side++)
			json_object_set_new(
				of, side_name[side],
				json_pack("{s:o,s:o}", "review",
			                  rate_json(t->alerts[kind][side][EH_LAB_REVIEW], t->years[kind]), "page",
			                  rate_json(t->alerts[kind][side][EH_LAB_PAGE], t->years[kind])));
		json_object_set_new(doc, kinds[kind], of);
	}
	return doc;
}

static json_t *days(int64_t us)
{
	return us == INT64_MAX ? json_null() : decimal((double)us / (double)EH_DAY_US, 1);
}

static json_t *delay_json(const struct eh_lab_delay *d)
{
	return json_pack("{s:i,s:i,s:o,s:o}", "planted", (int)d->planted, "found", (int)d->found, "median_days",
	                 days(d->median_us), "nine_of_ten_days", days(d->late_us));
}

static json_t *delays_json(const struct eh_lab_trials *t)
{
	json_t *list = json_array();

	for (int r = 0; t->runs > 0 && r < EH_LAB_RATIOS; r++) {
		json_t *of = json_pack("{s:o}", "ratio", ppm(eh_lab_ratio_ppm[r]));

		for (int side = 0; side < EH_LAB_SIDES; side++)
			json_object_set_new(of, side_name[side],
			                    json_pack("{s:o,s:o}", "review",
			                              delay_json(&t->delay[r][side][EH_LAB_REVIEW]), "page",
			                              delay_json(&t->delay[r][side][EH_LAB_PAGE])));
		json_array_append_new(list, of);
	}
	return list;
}

static json_t *point_json(const struct eh_lab_trials *t, int side, int bar)
{
	uint64_t alerts = t->alerts[EH_LAB_PERMUTED][side][bar] + t->alerts[EH_LAB_BOOTSTRAPPED][side][bar];
	json_t *median = json_array();

	for (int r = 0; r < EH_LAB_RATIOS; r++)
		json_array_append_new(median, days(t->delay[r][side][bar].median_us));
	return json_pack("{s:o,s:o}", "false",
	                 rate_json(alerts, t->years[EH_LAB_PERMUTED] + t->years[EH_LAB_BOOTSTRAPPED]), "median_days",
	                 median);
}

/* The policy as it is, and every budget of the sweep. */
static json_t *trade_off_json(const struct eh_lab_portfolio *p, const struct eh_lab_trials *t)
{
	json_t *doc = json_object();

	for (int side = 0; t->runs > 0 && side < EH_LAB_SIDES; side++) {
		json_t *sweep = json_array(), *own = point_json(t, side, EH_LAB_REVIEW);

		json_object_set_new(own, "budget", ppm(p->policy[side]->review_ppm));
		for (int i = 0; i < EH_LAB_BUDGETS; i++) {
			json_t *point = point_json(t, side, EH_LAB_SWEEP + i);

			json_object_set_new(point, "budget", ppm(eh_lab_budget_ppm[i]));
			json_array_append_new(sweep, point);
		}
		json_object_set_new(doc, side_name[side], json_pack("{s:o,s:o}", "own", own, "sweep", sweep));
	}
	return doc;
}

/* ---- reach ---- */

static json_t *reached_json(enum eh_lab_reached reached, double in_days)
{
	switch (reached) {
	case EH_LAB_REACHED:
		return decimal(in_days, 1);
	case EH_LAB_BEHIND_THE_GATE:
		return json_string("gate");
	case EH_LAB_BEYOND_A_YEAR:
		return json_string("never");
	default:
		return json_null();
	}
}

static json_t *reach_json(const struct eh_lab_portfolio *p, const struct eh_lab_reach *reach)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < p->monitors; i++) {
		const struct eh_lab_monitor *m = &p->monitor[i];
		const struct eh_lab_pair *pair = &p->pair[m->pair];
		json_t *row = json_pack("{s:s,s:s,s:s?,s:s,s:s,s:b,s:o,s:o}", "source", pair->source->name, "attribute",
		                        eh_lab_attribute_of(pair)->name, "part", eh_lab_attribute_of(pair)->part, "group", eh_lab_group_of(pair), "outcome",
		                        eh_judge_outcome_name(m->outcome), "conditional",
		                        m->kind == EH_JUDGE_CONDITIONAL, "tau", ppm(m->tau_ppm), "decisions_a_day",
		                        decimal(reach[i].a_day, 1));

		for (int side = 0; side < EH_LAB_SIDES; side++) {
			json_t *to = json_array();

			for (int r = 0; r < EH_LAB_RATIOS && m->gate_ppm[side] != 0; r++)
				json_array_append_new(
					to, reached_json(reach[i].to[side][r].reached, reach[i].to[side][r].days));
			json_object_set_new(row, side_name[side], m->gate_ppm[side] != 0 ? to : json_null());
			if (m->gate_ppm[side] == 0)
				json_decref(to);
		}
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *ratios_json(void)
{
	json_t *list = json_array();

	for (int r = 0; r < EH_LAB_RATIOS; r++)
		json_array_append_new(list, ppm(eh_lab_ratio_ppm[r]));
	return list;
}

static json_t *history_json(const struct eh_lab_portfolio *p)
{
	const struct eh_lab_history *h = p->history;
	bool any = h->panes > 0;

	return json_pack("{s:o,s:o,s:I,s:{s:I,s:I}}", "from", any ? instant(h->from_us) : json_null(), "to",
	                 any ? instant(h->to_us) : json_null(), "panes", (json_int_t)h->panes, "monitors", "in_force",
	                 (json_int_t)p->watched[EH_LAB_IN_FORCE], "draft", (json_int_t)p->watched[EH_LAB_DRAFT]);
}

static json_t *result_json(const struct eh_lab_run *run, const struct eh_lab_compared *c,
                           const struct eh_lab_portfolio *p, const struct eh_lab_trials *t,
                           const struct eh_lab_reach *reach)
{
	const struct eh_lab_alerts *in_force = &c->side[EH_LAB_IN_FORCE], *draft = &c->side[EH_LAB_DRAFT];
	json_t *doc = json_pack("{s:s,s:o,s:o,s:o,s:o,s:I,s:o,s:I,s:i,s:s}", "type", "evenhand/lab/v1", "in_force",
	                        policy_json(run->in_force), "draft",
	                        policy_json(run->compare.draft), "from", instant(run->compare.from_us),
	                        "to", instant(run->compare.to_us), "leaves_below", (json_int_t)c->below, "history",
	                        history_json(p), "seed", (json_int_t)run->seed, "runs", (int)run->runs, "generator",
	                        EH_LAB_GENERATOR);

	EH_ASSERT(doc != NULL);
	json_object_set_new(doc, "gained", missing_from(draft, in_force));
	json_object_set_new(doc, "lost", missing_from(in_force, draft));
	json_object_set_new(doc, "both", in_both(in_force, draft));
	json_object_set_new(doc, "ratios", ratios_json());
	json_object_set_new(doc, "false_alerts", false_json(t));
	json_object_set_new(doc, "delays", delays_json(t));
	json_object_set_new(doc, "trade_off", trade_off_json(p, t));
	json_object_set_new(doc, "reach", reach_json(p, reach));
	return doc;
}

enum eh_rc eh_lab_result(const struct eh_lab_run *run, struct eh_buf *out, struct eh_sha256 *digest, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_lab_compared compared;
	struct eh_lab_trials trials;
	size_t before = out->len;
	enum eh_rc rc = eh_lab_compare(&run->compare, home, &compared, err);

	if (rc == EH_OK) {
		const struct eh_lab_portfolio *p =
			eh_lab_portfolio(home, compared.history, run->in_force,
		                         run->compare.draft);

		eh_lab_try(&(struct eh_lab_try){.portfolio = p,
		                                .seed = run->seed,
		                                .runs = run->runs,
		                                .threads = run->threads,
		                                .progress = run->progress,
		                                .ctx = run->ctx},
		           &trials);
		EH_JSON_AUTO doc = result_json(run, &compared, p, &trials, eh_lab_reach(p, home));
		rc = eh_json_canonical(doc, out, err);
	}
	if (rc == EH_OK)
		*digest = eh_sha256_of(out->data + before, out->len - before);
	eh_lab_history_free(compared.history);
	return rc;
}
