/*
 * page_alert.c - /alerts/ID : the dossier of one alert.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/json.h"
#include "page/words.h"
#include "serve/alert_life.h"
#include "serve/daemon.h"
#include "serve/fault.h"
#include "serve/lineage.h"
#include "serve/pages.h"
#include "serve/points.h"
#include "serve/sentences.h"
#include "serve/sql.h"
#include "serve/told.h"
#include "serve/verdicts.h"

struct dossier {
	struct eh_arena *arena;
	const char *id, *source, *kind, *attribute, *group, *found_in, *state_name, *severity, *evidence, *policy;
	enum eh_alert_state state;
	int64_t onset_us, raised_us, clock_us, leaf_index;
	bool onset_known;
	json_t *body;
	PGresult *steps, *requests;
};

static void free_dossier(struct dossier *d)
{
	json_decref(d->body);
	PQclear(d->steps);
	PQclear(d->requests);
}
#define DOSSIER_AUTO __attribute__((cleanup(free_dossier))) struct dossier

static const char *keep(struct eh_arena *arena, const PGresult *res, int col)
{
	return eh_pg_null(res, 0, col) ? NULL : eh_arena_strdup(arena, eh_pg_text(res, 0, col));
}

static void read_now(struct dossier *d, const PGresult *res)
{
	d->source = keep(d->arena, res, 1);
	d->kind = keep(d->arena, res, 2);
	d->attribute = keep(d->arena, res, 3);
	d->group = keep(d->arena, res, 4);
	d->found_in = keep(d->arena, res, 5);
	d->state_name = keep(d->arena, res, 6);
	d->severity = keep(d->arena, res, 7);
	d->onset_known = !eh_pg_null(res, 0, 8);
	d->onset_us = d->onset_known ? eh_pg_int8(res, 0, 8) : 0;
	d->body = eh_page_json_load(eh_pg_text(res, 0, 9));
	d->evidence = keep(d->arena, res, 10);
	d->policy = keep(d->arena, res, 11);
	d->leaf_index = eh_pg_int8(res, 0, 12);
	d->raised_us = eh_pg_int8(res, 0, 14);
	d->clock_us = eh_pg_null(res, 0, 13) ? d->raised_us : eh_pg_int8(res, 0, 13);
	EH_ASSERT(eh_alert_state_of(d->state_name, &d->state));
}

static enum eh_rc read_dossier(struct eh_worker *worker, struct dossier *d, bool *found, struct eh_err *err)
{
	EH_PGRESULT_AUTO now = NULL;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	eh_pg_arg_text(&args, d->id);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_alert_by_id, &args, &now, err);
	*found = rc == EH_OK && PQntuples(now) > 0;
	if (!*found)
		return rc;
	read_now(d, now);
	rc = eh_pg_query(pg, &eh_sql_serve_alert_steps, &args, &d->steps, err);
	return rc == EH_OK ? eh_pg_query(pg, &eh_sql_serve_alert_requests, &args, &d->requests, err) : rc;
}

/* ---- where it stands ---- */

/* True where a step has led there: what was passed over is not ticked. */
static bool has_been(const struct dossier *d, enum eh_alert_state state)
{
	for (int i = 0; i < PQntuples(d->steps); i++)
		if (strcmp(eh_pg_text(d->steps, i, 3), eh_alert_state_name(state)) == 0)
			return true;
	return false;
}

/* The usual way from raised to closed, with what is behind and where we are. */
static json_t *make_way(const struct dossier *d)
{
	static const enum eh_alert_state way[] = {EH_ALERT_RAISED, EH_ALERT_ACKNOWLEDGED, EH_ALERT_INVESTIGATING,
	                                          EH_ALERT_MITIGATING, EH_ALERT_VERIFYING};
	bool over = eh_alert_is_over(d->state), again = d->state == EH_ALERT_REOPENED;
	json_t *steps = json_array();

	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		bool here = way[i] == d->state || (i == 0 && again);
		eh_page_append(steps, json_pack("{s:s, s:b, s:b}", "label",
		                                i == 0 && again ? "reopened" : eh_alert_state_name(way[i]), "done",
		                                !here && has_been(d, way[i]), "current", here));
	}
	eh_page_append(steps, json_pack("{s:s, s:b, s:b}", "label", over ? d->state_name : "closed", "done", false,
	                                "current", over));
	return steps;
}

/* What was written down with a step: [{name, text}]. */
static json_t *make_given(struct eh_arena *arena, const char *fields)
{
	EH_JSON_AUTO given = fields != NULL ? eh_page_json_load(fields) : NULL;
	json_t *list = json_array(), *item;

	for (size_t i = 0; i < eh_alert_fields_n; i++) {
		json_t *value = json_object_get(given, eh_alert_fields[i].key);
		EH_BUF_AUTO text = {0};
		size_t n;

		if (json_is_string(value))
			eh_buf_puts(&text, json_string_value(value));
		else if (json_is_integer(value))
			eh_buf_puts(&text, eh_page_words_count(arena, json_integer_value(value)));
		json_array_foreach(value, n, item)
			eh_buf_printf(&text, "%s%s", n > 0 ? "; " : "", json_string_value(item));
		if (value != NULL)
			eh_page_append(list, json_pack("{s:s,s:s}", "name", eh_alert_fields[i].label, "text", text.data));
	}
	return list;
}

static json_t *make_timeline(const struct dossier *d)
{
	json_t *timeline = json_array();

	for (int i = 0; i < PQntuples(d->steps); i++) {
		enum eh_alert_state from;
		const char *event = eh_pg_text(d->steps, i, 1);
		const struct eh_alert_rule *rule =
			eh_alert_state_of(eh_pg_text(d->steps, i, 2), &from) ? eh_alert_find(d->kind, from, event) : NULL;
		const char *actor = eh_pg_text(d->steps, i, 6), *second = eh_pg_text(d->steps, i, 7);
		bool page = strcmp(eh_pg_text(d->steps, i, 4), "page") == 0;
		json_t *step = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "when",
		                         eh_page_words_instant(d->arena, eh_pg_int8(d->steps, i, 5)), "iso",
		                         eh_page_words_iso(d->arena, eh_pg_int8(d->steps, i, 5)), "event", event,
		                         "what", rule ? eh_alert_sentence(rule, d->kind) : event, "who",
		                         !actor   ? "judge"
		                         : second ? eh_arena_printf(d->arena, "%s and %s", actor, second)
		                                  : actor,
		                         "leaf", eh_pg_text(d->steps, i, 9));
		EH_ASSERT(step);
		eh_page_set(step, "reason", eh_pg_text(d->steps, i, 8));
		eh_page_put(step, "fields", make_given(d->arena, eh_pg_text(d->steps, i, 11)));
		/* An empty one is set too: a template would else take the page's own. */
		eh_page_set(step, "state",
		            actor ? ""
		                   : eh_page_state_slug(strcmp(event, "recovered") == 0 ? EH_PAGE_STATE_OK
		                                        : page                          ? EH_PAGE_STATE_ALERT
		                                                                         : EH_PAGE_STATE_WATCH));
		eh_page_append(timeline, step);
	}
	return timeline;
}

/* ---- what people may ask for, and what they asked ---- */

static bool waits_for_approval(const struct dossier *d, int i)
{
	const PGresult *res = d->requests;

	return strcmp(eh_pg_text(res, i, 2), "propose") == 0 && (eh_pg_null(res, i, 6) || eh_pg_bool(res, i, 6)) &&
	       !eh_pg_bool(res, i, 9) && eh_pg_text(res, i, 3) && eh_alert_find(d->kind, d->state, eh_pg_text(res, i, 3));
}

/* Who may approve a proposal that waits, and the form for it where that is whoever looks. */
static void add_approval(const struct dossier *d, const struct eh_request *rq, const char *event, bool own, json_t *item)
{
	const struct eh_alert_rule *rule = eh_alert_find(d->kind, d->state, event);
	const char *fixer = eh_page_json_text(json_object_get(d->body, "life"), "fixer");
	char words[EH_ALERT_WORDS];

	eh_alert_role_words(rule->second, words);
	eh_page_set(item, "waits", eh_arena_printf(d->arena, "A second person, with the role %s, must approve it.", words));
	if (!own && (eh_alert_role_of(eh_serve_role_name(rq->session.role)) & rule->second) &&
	    !(rule->apart && fixer != NULL && strcmp(fixer, rq->session.user) == 0))
		eh_page_put(item, "approve", json_true());
}

static json_t *make_requests(const struct dossier *d, const struct eh_request *rq)
{
	const PGresult *res = d->requests;
	json_t *list = json_array();

	for (int i = 0; i < PQntuples(res); i++) {
		const char *event = eh_pg_text(res, i, 3), *verb = eh_pg_text(res, i, 2);
		bool waits = waits_for_approval(d, i), own = strcmp(eh_pg_text(res, i, 1), rq->session.user) == 0;
		json_t *item = json_pack(
			"{s:s, s:s, s:s, s:s, s:s}", "id", eh_pg_text(res, i, 0), "who", eh_pg_text(res, i, 1), "what",
			event ? eh_arena_printf(d->arena, "%s: %s", eh_serve_alert_label(verb), eh_serve_alert_label(event)) : eh_serve_alert_label(verb),
			"when", eh_page_words_instant(d->arena, eh_pg_time(res, i, 5)), "outcome",
			eh_pg_bool(res, i, 9)   ? "approved by a second person"
			: eh_pg_null(res, i, 6) ? "waiting for judge"
			: eh_pg_bool(res, i, 6) ? eh_pg_text(res, i, 7)
						: eh_arena_printf(d->arena, "refused: %s", eh_pg_text(res, i, 7)));
		EH_ASSERT(item);
		eh_page_set(item, "reason", eh_pg_text(res, i, 4));
		eh_page_set(item, "alert", d->id);
		eh_page_put(item, "pending", json_boolean(eh_pg_null(res, i, 6)));
		if (waits)
			add_approval(d, rq, event, own, item);
		eh_page_append(list, item);
	}
	return list;
}

/* ---- the numbers ---- */

static void count_row(struct eh_arena *arena, json_t *table, const char *name, const json_t *w)
{
	int64_t n_p = eh_page_json_count(w, "n_protected"), n_r = eh_page_json_count(w, "n_reference");
	int64_t k_p = eh_page_json_count(w, "k_protected"), k_r = eh_page_json_count(w, "k_reference");
	double lo = eh_page_json_number(w, "lo"), hi = eh_page_json_number(w, "hi");

	if (!json_is_object(w))
		return;
	eh_page_table_row(
		table,
		(const char *const[]){name, eh_page_words_share(arena, n_p ? (double)k_p / (double)n_p : NAN),
	                              eh_arena_printf(arena, "%s of %s", eh_page_words_count(arena, k_p),
	                                              eh_page_words_count(arena, n_p)),
	                              eh_page_words_share(arena, n_r ? (double)k_r / (double)n_r : NAN),
	                              eh_arena_printf(arena, "%s of %s", eh_page_words_count(arena, k_r),
	                                              eh_page_words_count(arena, n_r)),
	                              eh_page_words_number(arena, eh_page_json_number(w, "ratio"), 2),
	                              isnan(lo) || isnan(hi)
	                                      ? ""
	                                      : eh_arena_printf(arena, "%s to %s", eh_page_words_number(arena, lo, 2),
	                                                        eh_page_words_number(arena, hi, 2))});
}

static json_t *make_numbers(const struct dossier *d)
{
	const char *reference = eh_page_json_text(d->body, "reference"),
		   *outcome = eh_page_json_text(d->body, "outcome");
	const char *labels[] = {"Window",         eh_arena_printf(d->arena, "#%s", d->group),
	                        "#Counts",        eh_arena_printf(d->arena, "#%s", reference ? reference : "Reference"),
	                        "#Counts",        "#Ratio",
	                        "#95 % interval", NULL};
	json_t *table = eh_page_table_begin(
		eh_arena_printf(d->arena, "%s rates",
	                        outcome && strcmp(outcome, "adverse") == 0 ? "Adverse" : "Favourable"),
		labels);

	count_row(d->arena, table, "The policy's window up to the last step (headline)", json_object_get(d->body, "fixed_window"));
	count_row(d->arena, table, "Since the estimated onset, up to the last step (chosen window, tends to overstate)",
	          json_object_get(d->body, "since_onset"));
	return table;
}

static void fact(json_t *facts, const char *name, const char *text, bool mono)
{
	if (text)
		eh_page_append(facts, json_pack("{s:s, s:s, s:b}", "name", name, "text", text, "mono", mono));
}

static json_t *make_facts(const struct dossier *d)
{
	struct eh_arena *arena = d->arena;
	const json_t *set = json_object_get(d->body, "onset_set"), *recovery = json_object_get(d->body, "recovery");
	json_t *facts = json_array();
	int64_t first_us, last_us, since_us;

	fact(facts, "Found", strcmp(d->found_in, "history") == 0 ? "in history, when it was read" : "live", false);
	fact(facts, "Raised", eh_page_words_instant(arena, d->raised_us), false);
	if (d->onset_known)
		fact(facts, "Estimated onset", eh_page_words_day(arena, d->onset_us), false);
	if (eh_page_json_time(set, "first", &first_us) && eh_page_json_time(set, "last", &last_us))
		fact(facts, "Onset between",
		     eh_arena_printf(arena, "%s and %s", eh_page_words_day(arena, first_us),
		                     eh_page_words_day(arena, last_us)),
		     false);
	if (strcmp(d->kind, "bias") == 0) {
		fact(facts, "Evidence at the last step",
		     eh_page_words_years(arena, eh_page_json_number(d->body, "years") > 0
		                                         ? log10(eh_page_json_number(d->body, "years"))
		                                         : NAN),
		     false);
		fact(facts, "Fisher\u2019s exact p",
		     eh_arena_printf(arena, "%s, this window once",
		                     eh_page_words_p(arena, eh_page_json_number(d->body, "fisher_p"))),
		     false);
	}
	if (json_is_object(recovery))
		fact(facts, "Recovery",
		     eh_page_json_time(recovery, "since", &since_us)
		             ? eh_arena_printf(arena, "marked, since %s", eh_page_words_day(arena, since_us))
		             : "being watched",
		     false);
	fact(facts, "Owner", eh_page_json_text(d->body, "owner"), false);
	fact(facts, "Evidence SHA-256", d->evidence, true);
	fact(facts, "Policy SHA-256", d->policy, true);
	fact(facts, "Ledger leaf", eh_page_words_count(arena, d->leaf_index), false);
	return facts;
}

/* The end of a monitor's key in words. */
static const char *indicator_words(const char *monitor)
{
	bool adverse = strstr(monitor, "/adverse/") != NULL, within = strstr(monitor, "/conditional") != NULL;

	if (within)
		return adverse ? "Adverse ratio, like for like" : "Favourable ratio, like for like";
	return adverse ? "Adverse ratio, as it is" : "Favourable ratio, as it is";
}

static json_t *make_monitors(const struct dossier *d)
{
	static const char *const labels[] = {"Indicator", "#Line", "#Evidence", "#Effect", NULL};
	json_t *table = eh_page_table_begin("Indicators that are folded in this alert", labels), *item;
	size_t i;

	json_array_foreach(json_object_get(d->body, "monitors"), i, item) {
		double years = eh_page_json_number(item, "years");
		const char *monitor = eh_page_json_text(item, "monitor"), *layer = eh_page_json_text(item, "layer");
		const char *tau = eh_page_words_number(d->arena, eh_page_json_number(item, "tau"), 2);
		eh_page_table_row(
			table, (const char *const[]){
				       monitor ? indicator_words(monitor) : "",
				       layer && strcmp(layer, "floor") == 0 ? eh_arena_printf(d->arena, "%s, floor", tau) : tau,
				       eh_page_words_years(d->arena, years > 0 ? log10(years) : NAN),
				       eh_page_words_number(d->arena, eh_page_json_number(item, "gate_ratio"), 2)});
	}
	return table;
}

/* The ratio over time of the indicator with the most evidence; absent where it has no points. */
static enum eh_rc add_chart(struct eh_worker *worker, const struct dossier *d, json_t *model, struct eh_err *err)
{
	const char *best = NULL;
	double best_years = -INFINITY;
	struct eh_points points = {0};
	struct eh_points_marks marks;
	EH_PGRESULT_AUTO alerts = NULL;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(d->body, "monitors"), i, item)
		if (eh_page_json_number(item, "years") > best_years) {
			best_years = eh_page_json_number(item, "years");
			best = eh_page_json_text(item, "monitor");
		}
	if (!best)
		return EH_OK;
	enum eh_rc rc = eh_serve_points(worker, d->arena, best, INT64_MIN, &points, err);
	if (rc != EH_OK || points.n == 0)
		return rc;
	const char *const key[] = {d->source, d->attribute, d->group};
	rc = eh_serve_points_marks(worker, d->arena, key, points.at_us[0], d->clock_us, &marks, &alerts, err);
	if (rc != EH_OK)
		return rc;
	const char *reference = eh_page_json_text(d->body, "reference");
	struct eh_points_about about = {d->group, reference ? reference : "?", strstr(best, "/adverse/") != NULL,
	                                strstr(best, "/conditional") != NULL};
	eh_page_put(model, "figure", eh_serve_points_ratio(d->arena, &points, &marks, about));
	eh_page_set(model, "monitor_href", eh_serve_monitor_href(d->arena, best));
	return EH_OK;
}

/* ---- the page ---- */

/* What is only there where people are compared. */
static void add_numbers(const struct dossier *d, json_t *model)
{
	if (strcmp(d->kind, "bias") != 0) {
		eh_serve_fault(d->arena, d->body, model);
		eh_page_put(model, "governance", json_boolean(strcmp(d->kind, "governance") == 0));
		return;
	}
	eh_page_put(model, "numbers", make_numbers(d));
	eh_page_put(model, "monitors", make_monitors(d));
	eh_serve_late(d->arena, d->body, model);
}

static json_t *make_model(const struct dossier *d, const struct eh_request *rq)
{
	struct eh_arena *arena = d->arena;
	bool over = eh_alert_is_over(d->state), page = strcmp(d->severity, "page") == 0;
	enum eh_state state = over ? EH_PAGE_STATE_OK : page ? EH_PAGE_STATE_ALERT : EH_PAGE_STATE_WATCH;
	json_t *requests = make_requests(d, rq);
	json_t *model =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "kind", d->kind, "title",
	                  eh_arena_printf(arena, "Alert %s", d->id), "id", d->id, "source", d->source, "attribute",
	                  d->attribute, "group", d->group, "state", eh_page_state_slug(state), "word",
	                  over   ? "Over"
	                  : page ? "Page"
	                         : "Review",
	                  "step", d->state_name, "way", make_way(d), "timeline", make_timeline(d), "requests", requests,
	                  "facts", make_facts(d));

	EH_ASSERT(model);
	const char *title = eh_page_json_text(d->body, "title");
	eh_page_set(model, "heading", title ? title : eh_arena_printf(arena, "%s: %s", d->attribute, d->group));
	add_numbers(d, model);
	eh_page_put(model, "asked", json_boolean(json_array_size(requests) > 0));
	eh_page_set(model, "sentence", eh_page_json_text(d->body, "sentence"));
	eh_page_set(model, "detail", eh_page_json_text(d->body, "detail"));
	eh_page_set(model, "unknown", eh_page_json_text(d->body, "unknown"));
	eh_page_set(model, "direction_sentence", eh_page_json_text(d->body, "direction_sentence"));
	json_t *changed = json_object_get(d->body, "changed"), *examples = json_object_get(d->body, "examples");
	if (json_array_size(changed) > 0)
		eh_page_put(model, "changed", json_pack("{s:O}", "items", changed));
	if (json_array_size(examples) > 0)
		eh_page_put(model, "examples",
		            json_pack("{s:s, s:O}", "count",
		                      eh_page_words_plural(arena, (int64_t)json_array_size(examples), "decision",
		                                           "decisions"),
		                      "items", examples));
	if (json_is_integer(json_object_get(d->body, "naive_alerts")))
		eh_page_set(
			model, "naive",
			eh_page_words_plural(arena, eh_page_json_count(d->body, "naive_alerts"), "time", "times"));
	eh_serve_alert_life(&(struct eh_alert_view){.arena = arena,
	                                            .kind = d->kind,
	                                            .state = d->state,
	                                            .life = json_object_get(d->body, "life"),
	                                            .clock_us = d->clock_us,
	                                            .role = rq->session.role,
	                                            .user = rq->session.user},
	                    model);
	eh_serve_lineage(arena, d->body, model);
	return model;
}

enum eh_rc eh_serve_page_alert(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	DOSSIER_AUTO d = {.arena = rq->arena, .id = rq->tail};
	bool found = false;
	struct eh_pg *pg;
	enum eh_rc rc = read_dossier(worker, &d, &found, err);

	if (rc != EH_OK)
		return rc;
	if (!found) {
		eh_serve_answer_error(worker->serve, rq, rp, 404, "there is no such alert",
		                      "The list of alerts has them all: nothing is deleted.");
		return EH_OK;
	}
	json_t *model = make_model(&d, rq);
	rc = add_chart(worker, &d, model, err);
	if (rc == EH_OK)
		rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_serve_told(d.arena, pg, d.id, model, err);
	if (rc == EH_OK)
		return eh_serve_page(worker, rq, rp, "alert", model, err);
	json_decref(model);
	return rc;
}
